"""A zone that is drawn is judged as a stored one, says that it was drawn, and can be saved."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date

import pandas as pd
import pytest
from shapely import box

from layers import Layer
from layers.crs import as_crs
from layers.errors import QuestionError
from maps.distance_question import DistanceQuestion, answer_distances
from maps.drawing import Drawn
from maps.drawn_zone import DrawnZone
from maps.question import ConflictQuestion, answer_question
from maps.question_json import plain_question, question_from
from maps.words import words
from tests.maps.conftest import X0, Y0, small_layers

DAY = date(2026, 6, 1)
HANOI = as_crs(5897)
SQUARE = box(X0, Y0, X0 + 1000, Y0 + 1000)
KNOWN = (("land_use_2025", 1), ("schools", 1))


def zone(area=SQUARE, name="Vẽ thử"):
    return DrawnZone(name, "industrial_cluster", Drawn(area, HANOI).wkt, "Ranh giới vẽ trên bản đồ")


def test_a_drawn_zone_gets_the_answer_of_a_stored_one(small_workspace):
    folder = str(small_workspace.folder)
    stored = answer_question(ConflictQuestion(folder, (("industrial_clusters_2030", 1),), KNOWN, DAY))
    drawn = answer_question(ConflictQuestion(folder, (), KNOWN, DAY, drawn=(zone(),)))
    columns = ["constraint", "rule", "state", "area_ha", "share_pct", "clause_vi"]
    pd.testing.assert_frame_equal(drawn.rows[columns], stored.rows[columns])
    assert drawn.totals.iloc[0].to_dict() == stored.totals.iloc[0].to_dict()
    assert drawn.zones["zone_name"].tolist() == ["Vẽ thử"]


def test_distances_too(small_workspace):
    folder = str(small_workspace.folder)
    targets = (("schools", 1),)
    stored = answer_distances(DistanceQuestion(folder, (("industrial_clusters_2030", 1),), targets, DAY))
    drawn = answer_distances(DistanceQuestion(folder, (), targets, DAY, drawn=(zone(),)))
    assert len(drawn.rows) == len(stored.rows)
    pd.testing.assert_series_equal(drawn.rows["actual_m"], stored.rows["actual_m"])
    assert drawn.findings[0].code == "zone_drawn"


def test_the_answer_says_that_it_was_drawn(small_workspace):
    answer = answer_question(ConflictQuestion(str(small_workspace.folder), (), KNOWN, DAY, drawn=(zone(),)))
    first = answer.findings[0]
    assert (first.code, first.fields["count"]) == ("zone_drawn", 4)
    assert first.fields["area_ha"] == pytest.approx(100.0)
    facts = next(one for one in answer.run["layers"] if one["name"] == "Vẽ thử")
    assert facts["steps"] == ["drawn x4"]
    assert "không phải dữ liệu đã duyệt" in words("vi").message(first)


def test_a_question_without_a_drawing_keeps_the_key_it_always_had():
    plain = ConflictQuestion("here", (("a", 1),), KNOWN, DAY)
    facts = {k: v for k, v in asdict(plain).items() if k not in ("folder", "drawn")}
    known = hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:16]
    assert plain.key == known
    other = box(X0, Y0, X0 + 1000, Y0 + 1000.001)
    keys = {
        plain.key,
        *(ConflictQuestion("here", (), KNOWN, DAY, drawn=(zone(a),)).key for a in (SQUARE, other)),
    }
    assert len(keys) == 3  # a millimetre is another question


def test_a_question_with_a_drawing_is_kept_and_read_again():
    asked = ConflictQuestion("here", (), KNOWN, DAY, drawn=(zone(),))
    again = question_from(ConflictQuestion, json.loads(json.dumps(plain_question(asked))), "here")
    assert again == asked
    assert again.key == asked.key
    assert asked.entries == KNOWN


@pytest.mark.parametrize(
    "text", ["POINT (0 0)", "rubbish", "POLYGON EMPTY", "POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))"]
)
def test_a_text_that_is_no_area_is_refused(text):
    with pytest.raises(QuestionError, match="drawn_unreadable"):
        DrawnZone("a", "industrial_cluster", text, "").layer(HANOI)


def test_a_drawn_layer_is_saved_with_its_origin(small_workspace):
    layer = zone().layer(HANOI)
    small_workspace.save(layer)
    kept = small_workspace.load("Vẽ thử")
    assert isinstance(kept, Layer)
    assert kept.provenance.steps == ("drawn x4",)
    assert not kept.provenance.made
    assert kept.frame.geometry.iloc[0].equals(small_layers()[0].frame.geometry.iloc[0])
