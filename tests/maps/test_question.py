from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from layers import Workspace
from layers.errors import QuestionError, StoreError
from maps.question import (
    ConflictQuestion,
    answer_question,
    choices,
    override_row,
    periods_in,
    zone_constraints,
)

TODAY = date(2026, 6, 1)


def question(workspace, **changes):
    facts = {
        "folder": str(workspace.folder),
        "zones": (("industrial_clusters_2030", 1),),
        "constraints": (("land_use_2025", 1), ("schools", 1)),
        "on": TODAY,
    }
    return ConflictQuestion(**{**facts, **changes})


def test_equal_questions_are_one_and_have_one_key(small_workspace):
    assert question(small_workspace) == question(small_workspace)
    assert question(small_workspace).key == question(small_workspace).key
    assert question(small_workspace).key != question(small_workspace, tolerance_m=0.6).key


def test_the_folder_may_move_without_changing_the_question(small_workspace):
    assert question(small_workspace).key == question(small_workspace, folder="/elsewhere").key


def test_an_answer_from_the_workspace(small_workspace):
    answer = answer_question(question(small_workspace))
    assert answer.totals.loc["Z1", "blocks_ha"] == pytest.approx(20.0)
    assert answer.run["question"] == question(small_workspace).key
    assert answer.run["made"] is True


def test_a_missing_layer_is_named(small_workspace):
    with pytest.raises(StoreError, match="layer_unknown.*không có"):
        answer_question(question(small_workspace, zones=(("không có", 1),)))


def test_a_change_stays_on_record_and_holds_when_the_question_is_asked_again(small_workspace):
    asked = question(small_workspace)
    answer = answer_question(asked)
    row = int(answer.rows.index[answer.rows["state"] == "blocks"][0])
    override_row(asked, answer, row, state="clear", reason="Biên bản số 12", by="Lan")
    again = answer_question(question(Workspace(small_workspace.folder)))
    changed = again.rows.loc[row]
    assert (changed["state"], changed["state_found"], changed["reason"], changed["by"]) == (
        "clear",
        "blocks",
        "Biên bản số 12",
        "Lan",
    )
    assert changed["at"]
    assert again.totals.loc["Z1", "blocks_ha"] == 0.0


def test_a_change_for_one_question_does_not_touch_another(small_workspace):
    asked = question(small_workspace)
    answer = answer_question(asked)
    override_row(asked, answer, 0, state="clear", reason="x", by="Lan")
    other = answer_question(question(small_workspace, tolerance_m=0.7))
    assert (other.rows["reason"] == "").all()


def test_a_change_without_reason_or_row_is_refused_and_leaves_no_record(small_workspace):
    asked = question(small_workspace)
    answer = answer_question(asked)
    with pytest.raises(QuestionError, match="override_without_reason"):
        override_row(asked, answer, 0, state="clear", reason=" ", by="Lan")
    with pytest.raises(QuestionError, match="override_without_name.*Z1"):
        override_row(asked, answer, 0, state="clear", reason="x", by=" ")
    with pytest.raises(QuestionError, match="row_unknown"):
        override_row(asked, answer, 99, state="clear", reason="x", by="Lan")
    assert small_workspace.records("override") == []


def names(versions):
    return [v.layer for v in versions]


def test_a_period_offers_the_layers_that_speak_of_it(sample):
    versions = sample.layers()
    assert periods_in(versions) == ["2010", "2015", "2020", "2025", "2030"]
    zones, others = choices(versions, "2020")
    assert names(zones) == ["high_tech_zone_2030", "industrial_clusters_2020", "industrial_parks_2030"]
    assert "land_use_2020" in names(others)
    assert "urban_boundaries_2020" in names(others)
    assert not {"land_use_2010", "land_use_2030", "urban_boundaries_2030"} & set(names(others))
    assert len(choices(versions, None)[1]) > len(others)


def test_a_period_without_a_layer_of_its_own_takes_the_last_one_before(small_workspace):
    _, others = choices(small_workspace.layers(), "2030")
    assert names(others) == ["land_use_2025", "schools"]


def test_zones_are_checked_against_one_another(sample, small_workspace):
    """A cluster of the sample lies on a park by 9.50 ha; no zone is found to lie on itself."""
    zones, others = choices(sample.layers(), "2030")
    rivals = zone_constraints(zones)
    assert names(rivals) == names(zones)
    assert not set(names(rivals)) & set(names(others))
    pairs = tuple((v.layer, v.version) for v in rivals)
    answer = answer_question(ConflictQuestion(str(sample.folder), pairs, pairs, TODAY))
    hits = answer.rows[answer.rows["features"] > 0].set_index(["zone_name", "part"])["area_ha"]
    assert hits.index.tolist() == [("KCN mô phỏng A", "CCN-18"), ("CCN mô phỏng 8", "KCN-02")]
    assert hits.tolist() == pytest.approx([9.5, 9.5], abs=0.005)
    assert zone_constraints(choices(small_workspace.layers(), "2030")[0]) == []


def test_the_sample_gives_the_expected_hectares(sample):
    """Expected answers were worked out by exact integer arithmetic on edges, without any overlay."""
    from layers.reference import data_dir

    expected = pd.read_csv(data_dir() / "sample" / "expected.csv", dtype={"code": str}, keep_default_na=False)
    zones = ("industrial_parks_2030", "industrial_clusters_2030", "high_tech_zone_2030")
    against = ("land_use_2025", "land_use_2030", "urban_boundaries_2030", "green_belt", "protected", "rivers")
    asked = ConflictQuestion(
        str(sample.folder),
        tuple((z, 1) for z in zones),
        tuple((a, 1) for a in (*against, "residential_2025")),
        TODAY,
    )
    answer = answer_question(asked)
    measured = (
        answer.pieces[answer.pieces["covered"]].groupby(["zone", "layer", "code"])["area_m2"].sum() / 1e4
    )
    wanted = expected[expected["layer"].isin([*against, "residential_2025"])]
    wanted = wanted.set_index(["zone", "layer", "code"])["area_ha"].astype(float)
    assert len(wanted) > 150
    both = pd.concat([measured.rename("ours"), wanted.rename("expected")], axis=1).fillna(0.0)
    assert (both["ours"] - both["expected"]).abs().max() < 1e-8
    missing = (
        expected[expected["layer"] == "uncovered:land_use_2025"].set_index("zone")["area_ha"].astype(float)
    )
    empty = answer.pieces[~answer.pieces["covered"] & (answer.pieces["layer"] == "land_use_2025")]
    found = empty.groupby("zone")["area_m2"].sum() / 1e4
    assert found.reindex(missing.index).fillna(0.0).sub(missing).abs().max() < 1e-8
