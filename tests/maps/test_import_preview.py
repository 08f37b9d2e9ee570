"""A file with three mistakes before it is saved: what is shown of it, and what is applied only when asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import Finding, Reading, Source, guarded_read
from layers.crs import as_crs
from layers.verdict import layer_verdict, verdict_finding
from layers.witnesses import known_layers
from maps.candidate_places import (
    candidate_layers,
    candidate_rows,
    candidates_open,
    placed_candidates,
    reason_of,
)
from maps.reading_preview import areas_of, areas_table, decoded_lines, first_rows
from maps.words import words
from tests.maps.mistakes import NAMES, SIDES_M, STATED_HA, file_with_three_mistakes, true_shapes

RIGHT = "EPSG:5897+swapped"
HANOI = as_crs(5897)


@pytest.fixture(scope="module")
def mail(tmp_path_factory):
    return file_with_three_mistakes(tmp_path_factory.mktemp("mail"))


@pytest.fixture(scope="module")
def as_it_is(mail):
    return guarded_read(Source(mail), "industrial_cluster")


@pytest.fixture(scope="module")
def as_chosen(mail):
    return guarded_read(Source(mail, read_as=RIGHT), "industrial_cluster")


@pytest.fixture(scope="module")
def verdict(as_it_is, sample):
    return layer_verdict(as_it_is, known=known_layers(sample))


def places_of(as_it_is, verdict, sample):
    units = next(v for v in sample.layers() if v.kind_name == "admin_unit")
    around = sample.load(units.layer).frame.geometry.union_all()
    return placed_candidates(as_it_is, verdict, sample.crs, land=around)


def test_each_explanation_has_its_place_and_the_right_one_lies_where_the_land_is(as_it_is, verdict, sample):
    assert candidates_open(verdict)
    places = places_of(as_it_is, verdict, sample)
    right = places[places["treatment"] == RIGHT].iloc[0]
    assert right["away_m"] == 0
    for shape, true in zip(right.geometry.geoms, true_shapes(), strict=True):
        assert shape.symmetric_difference(true).area < 0.01
    # a wrong meridian is at least half a zone away
    assert places.loc[places["treatment"] == "EPSG:9206+swapped", "away_m"].item() > 50_000
    assert as_it_is.layer.frame.crs is None  # nothing was applied


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_hint_names_one_and_says_that_nothing_was_applied(as_it_is, verdict, sample, lang):
    say = words(lang)
    places = places_of(as_it_is, verdict, sample)
    said = reason_of(verdict, places, say)
    assert f"**{RIGHT}**" in said
    assert {"vi": "Chưa áp dụng gì", "en": "Nothing has been applied"}[lang] in said
    table = candidate_rows(places, say)
    assert say("quality.away_m") in table
    assert say("quality.moved_m") not in table  # the file says no place to be away from
    assert table["#"].tolist() == [str(n) for n in range(1, len(places) + 1)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_without_boundaries_the_system_of_the_workspace_is_named_and_not_called_proof(as_it_is, lang):
    say = words(lang)
    alone = layer_verdict(as_it_is)
    places = placed_candidates(as_it_is, alone, HANOI)
    said = reason_of(alone, places, say)
    assert f"**{RIGHT}**" in said
    assert {"vi": "chưa có lớp địa giới", "en": "no boundaries"}[lang] in said
    elsewhere = placed_candidates(as_it_is, alone, as_crs(9218))
    assert reason_of(alone, elsewhere, say) == say("import.unsure", count=len(places))


def test_a_file_without_a_system_is_said_to_state_none_and_every_reading_is_counted(as_it_is):
    found = verdict_finding(layer_verdict(as_it_is), "khu")
    assert "hệ tọa độ ghi trong tệp: không ghi. Tọa độ hợp với" in words("vi").message(found)
    assert len(found.fields["expected"]) == found.fields["count"]


def test_a_proof_by_edges_is_the_proposal_with_its_distance(sample):
    clusters = next(v for v in sample.layers() if v.kind_name == "admin_unit")
    layer = sample.load(clusters.layer)
    shifted = layer.frame.to_crs(9210).set_crs(5897, allow_override=True)
    reading = Reading(replace(layer, frame=shifted), (), len(shifted), pd.DataFrame({"row": [], "code": []}))
    found = layer_verdict(reading, known=[layer.frame])
    places = placed_candidates(reading, found, sample.crs)
    assert found.proposed is not None
    assert places.loc[places["proposed"], "moved_m"].item() > 50_000
    assert "EPSG:9210" in reason_of(found, places, words("vi"))
    drawn = candidate_layers(places, shifted, words("vi"), chosen=1)
    assert [one.id for one in drawn] == [*(f"candidate-{n}" for n in places.index), "stated"]
    # a dot stands in each, or a place far away would be too small to see
    assert all("Point" in set(one.frame.geom_type) for one in drawn)


def test_of_more_explanations_than_colours_each_has_its_own_number_and_line(as_it_is, verdict, sample):
    places = places_of(as_it_is, verdict, sample)
    many = pd.concat([places] * 4, ignore_index=True).iloc[:12]
    many.index = range(1, 13)
    drawn = candidate_layers(many, None, words("vi"))
    marks = [(one.looks[0].stroke, one.looks[0].dash) for one in drawn]
    assert len(set(marks)) == len(many) == 12
    assert [one.frame["sign"].iloc[-1] for one in drawn] == [str(n) for n in many.index]
    assert candidate_rows(many, words("vi"))["#"].tolist()[7:10] == ["8", "9 ┄", "10 ┄"]


def test_first_rows_are_shown_as_decoded(as_it_is):
    table = first_rows(as_it_is, words("vi"))
    assert table.iloc[:, 0].tolist() == list(NAMES)
    assert table.columns[0] == "tên (TEN, TCVN3 → Unicode)"
    assert table.index.tolist() == [1, 2, 3, 4, 5, 6]
    (line,) = decoded_lines(as_it_is, words("vi"))
    assert "TCVN3, chắc 100 %" in line
    assert "Cụm công nghiệp Phú Cát" in line


def test_columns_that_programs_add_and_nobody_fills_do_not_hide_the_others(as_it_is):
    frame = as_it_is.layer.frame
    padded = frame.assign(begin=pd.NaT, description="", note=["x", *[None] * (len(frame) - 1)])
    padded = padded[["begin", "description", "note", *frame.columns]]
    table = first_rows(replace(as_it_is, layer=replace(as_it_is.layer, frame=padded)), words("vi"))
    assert table.columns[0].startswith("tên")
    assert "note" in table
    assert not {"begin", "description"} & set(table)


def test_what_codes_mean_stands_right_behind_the_codes(as_it_is):
    frame = as_it_is.layer.frame.assign(loai=1, other="x", loai_text="Khu công nghiệp")
    told = Finding(
        "codes_explained", "khu", None, "info", {"column": "loai", "found": "loai_text", "count": 6}
    )
    reading = replace(
        as_it_is, layer=replace(as_it_is.layer, frame=frame), findings=(*as_it_is.findings, told)
    )
    heads = list(first_rows(reading, words("vi")))
    at = heads.index("loai")
    assert heads[at + 1] == "loai: nghĩa của mã, theo danh mục trong tệp"
    assert "loai_text" not in heads


def test_areas_stand_beside_the_stated_ones(as_chosen):
    areas = areas_of(as_chosen, HANOI)
    assert areas.computed_ha == pytest.approx(sum(s * s for s in SIDES_M) / 1e4)
    assert areas.stated_ha == pytest.approx(sum(STATED_HA))
    assert areas.apart == 2
    assert areas.rows.index.tolist()[:2] == [2, 5]
    table = areas_table(areas, words("vi"))
    assert table.iloc[0].tolist() == ["2", NAMES[1], "26,00", "16,00", "−38,5"]
    assert len(table) == 2


def test_without_a_system_there_is_no_area_and_without_stated_ones_a_sum(as_it_is, sample):
    assert areas_of(as_it_is, HANOI) is None
    entry = next(v for v in sample.layers() if v.kind_name == "admin_unit")
    layer = sample.load(entry.layer)
    bare = layer.with_frame(layer.frame[["geometry"]])
    found = areas_of(Reading(bare, (), len(bare.frame), pd.DataFrame({"row": [], "code": []})), sample.crs)
    assert found.rows.empty
    assert np.isnan(found.stated_ha)
    assert found.computed_ha == pytest.approx(layer.frame.area.sum() / 1e4)


def test_the_page_applies_what_was_chosen_and_takes_it_back(monkeypatch, mail, sample):
    import maps.pages._map

    monkeypatch.setattr(maps.pages._map, "st_folium", lambda chart, **given: None)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(sample.folder))
    monkeypatch.setenv("THOCONG_TEST_FILE", str(mail))

    def script():
        import os
        from pathlib import Path

        import streamlit as st

        from maps.pages import _import
        from maps.pages._frame import workspace
        from maps.words import words

        path = Path(os.environ["THOCONG_TEST_FILE"])
        _import._bring_files(workspace(), {path.name: path.read_bytes()}, words("vi"))
        st.caption("xong")

    page = AppTest.from_function(script, default_timeout=120).run()
    assert not page.exception
    said = "\n".join(str(m.value) for m in page.markdown)
    assert "Tọa độ chưa khớp" in said
    assert "lệch hơn 1 %" not in said
    next(s for s in page.selectbox if s.label == words("vi")("import.take")).select(RIGHT).run()
    page.button(key="import-take").click().run()
    assert not page.exception
    said = "\n".join(str(m.value) for m in page.markdown)
    assert "Tọa độ chưa khớp" not in said
    assert "Diện tích tính được **118,50 ha**, tệp ghi **122,50 ha**; 2 dòng lệch hơn 1 %" in said
    assert "do bạn chọn" in said
    page.button(key="import-as-stated").click().run()
    assert "Tọa độ chưa khớp" in "\n".join(str(m.value) for m in page.markdown)
