from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from layers import Layer, Provenance
from layers.errors import CrsError, QuestionError
from spatial.conflicts import conflicts
from spatial.labels import feature_labels
from spatial.override import override
from tests.spatial.conftest import blob, frame, grid_land, land, place, seeds, sparse, zone

TODAY = date(2026, 6, 1)
PARTS = ["hit_ha", "clear_ha", "no_data_ha", "noise_ha"]


def ask(rules, zones, *constraints, on=TODAY, tolerance_m=0.5):
    return conflicts(zones, list(constraints), rules=rules, on=on, tolerance_m=tolerance_m)


def states(answer):
    return {(r.zone, r.constraint): r.state for r in answer.rows.itertuples()}


def test_the_four_answers_side_by_side(rules):
    zones = zone(box(0, 0, 100, 100))
    answer = ask(
        rules,
        zones,
        sparse("residential", box(0, 0, 50, 100)),
        sparse("green_belt", box(90, 0, 100, 100)),
        sparse("protected", box(5000, 0, 6000, 100)),
        sparse("river", box(5000, 0, 6000, 100), extent=box(5000, -10, 6000, 110)),
    )
    assert states(answer) == {
        ("Z1", "residential"): "blocks",
        ("Z1", "green_belt"): "needs_consent",
        ("Z1", "protected"): "clear",
        ("Z1", "river"): "no_data",
    }
    assert answer.rows.set_index("constraint")["area_ha"].to_dict() == {
        "residential": 0.5,
        "green_belt": 0.1,
        "protected": 1.0,
        "river": 1.0,
    }


def test_a_hectare_hit_twice_is_reported_twice_and_counted_once_under_the_gravest(rules):
    answer = ask(
        rules,
        zone(box(0, 0, 100, 100)),
        sparse("green_belt", box(0, 0, 60, 100)),
        sparse("residential", box(40, 0, 100, 100)),
    )
    assert answer.rows["area_ha"].tolist() == [0.6, 0.6]
    total = answer.totals.loc["Z1"]
    assert (total["blocks_ha"], total["consent_ha"], total["hit_ha"]) == pytest.approx((0.6, 0.4, 1.0))


def test_overlapping_features_of_one_layer_count_once_in_their_row(rules):
    answer = ask(
        rules, zone(box(0, 0, 100, 100)), sparse("protected", box(0, 0, 60, 100), box(40, 0, 100, 100))
    )
    assert answer.rows["area_ha"].tolist() == pytest.approx([1.0])
    assert answer.rows["share_pct"].tolist() == pytest.approx([100.0])


def test_land_without_a_polygon_has_no_data(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), land([(box(0, 0, 70, 100), "SKN")]))
    found = answer.rows.set_index("state")["area_ha"]
    assert found.to_dict() == pytest.approx({"clear": 0.7, "no_data": 0.3})
    assert answer.totals.loc["Z1", "no_data_ha"] == pytest.approx(0.3)


def test_a_sparse_layer_without_a_stated_extent_speaks_for_the_zones_its_box_meets_and_says_so(rules):
    layer = Layer(frame(box(0, 0, 20, 20), box(80, 80, 90, 90)), "park", "protected")
    answer = ask(rules, zone(box(0, 0, 100, 100), box(5000, 0, 5100, 100)), layer)
    assert answer.totals["no_data_ha"].tolist() == [0.0, 1.0]
    (finding,) = answer.findings
    assert (finding.code, finding.level, finding.fields["found"]) == ("extent_assumed", "warn", ["Z1"])
    assert finding.fields["beyond_ha"] == pytest.approx(1.0 - 0.81)


def test_an_empty_layer_has_no_data_anywhere(rules):
    empty = Layer(frame(box(0, 0, 1, 1)).iloc[:0], "none", "school")
    answer = ask(rules, zone(box(0, 0, 100, 100)), empty)
    assert answer.rows["state"].tolist() == ["no_data"]
    assert answer.rows["area_ha"].tolist() == [1.0]


def test_slivers_are_noise_with_a_sum_of_their_own_and_no_hit(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), sparse("residential", box(99.7, 0, 200, 100)))
    (row,) = answer.rows.to_dict("records")
    assert row["state"] == "clear"
    assert row["noise_ha"] == pytest.approx(0.003)
    assert answer.totals.loc["Z1", ["hit_ha", "noise_ha"]].tolist() == pytest.approx([0.0, 0.003])


def test_the_tolerance_decides_what_is_noise(rules):
    strip = sparse("residential", box(99.0, 0, 200, 100))
    for tolerance, state in ((0.5, "blocks"), (1.5, "clear")):
        assert (
            states(ask(rules, zone(box(0, 0, 100, 100)), strip, tolerance_m=tolerance))["Z1", "residential"]
            == state
        )


def test_slivers_between_zone_and_coverage_are_noise_too(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), land([(box(0, 0, 99.8, 100), "SKN")]))
    assert answer.totals.loc["Z1", PARTS].tolist() == pytest.approx([0.0, 0.998, 0.0, 0.002])
    assert answer.rows[["part", "state"]].values.tolist() == [["SKN", "clear"], ["", "clear"]]
    assert answer.rows["noise_ha"].tolist() == pytest.approx([0.0, 0.002])


def test_every_land_code_gets_a_row_and_an_unknown_one_no_verdict(rules):
    codes = ["LUC", "ONT", "SKN", "XYZ"]
    cells = [(box(25 * n, 0, 25 * n + 25, 100), code) for n, code in enumerate(codes)]
    answer = ask(rules, zone(box(0, 0, 100, 100)), land(cells))
    assert answer.rows.set_index("code")["state"].to_dict() == {
        "LUC": "needs_consent",
        "ONT": "blocks",
        "SKN": "clear",
        "XYZ": "no_data",
    }


def test_land_use_without_a_code_column_has_no_data_and_a_finding(rules):
    bare = Layer(frame(box(0, 0, 100, 100)), "land", "land_use")
    answer = ask(rules, zone(box(0, 0, 100, 100)), bare)
    assert answer.rows["state"].tolist() == ["no_data"]
    assert ("column_missing", "block") in [(f.code, f.level) for f in answer.findings]


def test_points_and_roads_inside_ask_for_consent_without_hectares(rules):
    answer = ask(
        rules,
        zone(box(0, 0, 100, 100)),
        sparse("school", Point(10, 10), Point(20, 20), Point(900, 900)),
        sparse("road", LineString([(-50, 50), (60, 50)])),
    )
    rows = answer.rows.set_index("constraint")
    assert rows["state"].tolist() == ["needs_consent", "needs_consent"]
    assert rows["features"].to_dict() == {"school": 2, "road": 1}
    assert rows["length_m"].to_dict() == {"school": 0.0, "road": 60.0}
    assert answer.totals.loc["Z1", "hit_ha"] == 0.0


def test_zones_say_their_own_kind_and_others_get_the_kind_of_the_layer(rules):
    shapes = box(0, 0, 100, 100), box(200, 0, 300, 100), box(400, 0, 500, 100)
    zones = zone(*shapes, kind="industrial_park")
    mixed = Layer(zones.frame.assign(kind=["CCN", None, "chợ"]), "zones", "industrial_park")
    answer = ask(rules, mixed, sparse("residential", box(0, 0, 500, 10)))
    assert answer.rows["state"].tolist() == ["blocks", "needs_consent", "needs_consent"]
    assert [(f.code, f.row) for f in answer.findings] == [("zone_kind_unknown", "3")]


def test_zones_of_an_unstated_kind_are_never_blocked_by_a_rule_for_clusters(rules):
    answer = ask(
        rules, zone(box(0, 0, 100, 100), kind="industrial_zone"), sparse("residential", box(0, 0, 50, 50))
    )
    assert answer.rows["state"].tolist() == ["needs_consent"]
    assert "zone_kind_general" in [f.code for f in answer.findings]


def test_each_urban_boundary_gets_a_row_of_its_own(rules):
    towns = sparse("urban_boundary", box(0, 0, 30, 100), box(30, 0, 40, 100), name=["Hòa Lạc", "Quốc Oai"])
    answer = ask(rules, zone(box(0, 0, 100, 100)), towns)
    assert answer.rows.set_index("constraint")["area_ha"].to_dict() == pytest.approx(
        {"urban_boundary:Hòa Lạc": 0.3, "urban_boundary:Quốc Oai": 0.1}
    )


def test_zones_checked_against_their_own_file_do_not_meet_themselves(rules):
    shapes = frame(box(0, 0, 100, 100), box(50, 0, 150, 100), name=["A", "B"])
    origin = Provenance(source="ccn.gpkg", sha256="f" * 64)
    zones = Layer(shapes, "zones", "industrial_cluster", provenance=origin)
    answer = ask(
        rules,
        zones,
        Layer(shapes, "again", "industrial_cluster", provenance=origin, extent=place(box(-9, -9, 999, 999))),
    )
    assert answer.rows[["zone", "part", "area_ha"]].values.tolist() == [["A", "B", 0.5], ["B", "A", 0.5]]


def test_two_layers_of_one_file_are_not_taken_for_each_other(rules):
    """Rows of two layers in one GeoPackage share file hash and row numbers."""
    origin = Provenance(source="all.gpkg:zones", sha256="f" * 64)
    zones = Layer(frame(box(0, 0, 100, 100), name=["A"]), "zones", "industrial_cluster", provenance=origin)
    homes = Layer(
        frame(box(0, 0, 100, 100), name=["B"]),
        "homes",
        "residential",
        provenance=Provenance(source="all.gpkg:homes", sha256="f" * 64),
        extent=place(box(-9, -9, 999, 999)),
    )
    assert ask(rules, zones, homes).rows["state"].tolist() == ["blocks"]


def test_zones_of_several_layers_are_answered_together_and_told_apart(rules):
    one, two = zone(box(0, 0, 100, 100)), zone(box(200, 0, 300, 100), kind="industrial_park")
    two = Layer(two.frame, "parks", "industrial_park")
    answer = conflicts([one, two], [sparse("residential", box(0, 0, 300, 10))], rules=rules, on=TODAY)
    assert answer.totals.index.tolist() == ["Z1 (zones)", "Z1 (parks)"]
    assert answer.rows["state"].tolist() == ["blocks", "needs_consent"]


def test_the_run_says_what_the_answer_was_made_from(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), sparse("school", Point(1, 1)), tolerance_m=0.7)
    assert (answer.run["on"], answer.run["tolerance_m"], answer.run["crs"]) == (
        "2026-06-01",
        0.7,
        "EPSG:5897",
    )
    assert [layer["role"] for layer in answer.run["layers"]] == ["zones", "constraint"]
    assert len(answer.run["rule_version"]) == 12


def test_clear_rows_cite_the_clause_that_was_checked(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), sparse("residential", box(900, 900, 950, 950)))
    assert answer.rows[["state", "rule"]].values.tolist() == [["clear", "CCN-RESIDENTIAL"]]


def test_rules_of_uncertain_force_are_named_beside_the_answer(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), sparse("road", LineString([(0, 50), (100, 50)])))
    assert answer.rows["unsettled"].tolist() == ["ROAD-grade_III"]


def test_an_override_needs_a_reason(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100)), sparse("residential", box(0, 0, 50, 100)))
    with pytest.raises(QuestionError, match="override_without_reason"):
        override(answer, 0, state="clear", reason="  ")
    with pytest.raises(QuestionError, match="state_unknown.*maybe"):
        override(answer, 0, state="maybe", reason="x")
    with pytest.raises(QuestionError, match="row_unknown.*found=99"):
        override(answer, 99, state="clear", reason="x")


def test_an_override_moves_the_hectares_and_keeps_what_was_found(rules):
    answer = ask(
        rules,
        zone(box(0, 0, 100, 100)),
        sparse("residential", box(0, 0, 50, 100)),
        sparse("green_belt", box(0, 0, 100, 10)),
    )
    changed = override(answer, 0, state="clear", reason="Dân đã di dời", by="Lan", at="2026-06-02")
    row = changed.rows.loc[0]
    assert (row["state"], row["state_found"], row["reason"], row["by"]) == (
        "clear",
        "blocks",
        "Dân đã di dời",
        "Lan",
    )
    assert changed.totals.loc["Z1", ["blocks_ha", "consent_ha"]].tolist() == pytest.approx([0.0, 0.1])
    assert answer.rows.loc[0, "state"] == "blocks"


@pytest.mark.parametrize("tolerance_m", [-1, float("nan"), float("inf"), 100.5])
def test_a_tolerance_is_a_number_from_0_to_100(rules, tolerance_m):
    with pytest.raises(QuestionError, match=f"tolerance_out_of_range: found={tolerance_m}"):
        ask(rules, zone(box(0, 0, 1, 1)), sparse("school", Point(0, 0)), tolerance_m=tolerance_m)


def test_nothing_to_check_is_refused(rules):
    with pytest.raises(QuestionError, match="nothing_to_check"):
        ask(rules, zone(box(0, 0, 1, 1)))


def test_a_layer_in_another_system_is_refused(rules):
    other = sparse("school", Point(0, 0))
    with pytest.raises(CrsError, match="crs_differs.*layer='school'"):
        ask(rules, zone(box(0, 0, 1, 1)), other.with_frame(other.frame.to_crs(4326)))


def test_progress_names_every_layer_and_can_cancel(rules):
    steps = []
    conflicts(
        zone(box(0, 0, 1, 1)),
        [sparse("school", Point(0, 0))],
        rules=rules,
        on=TODAY,
        progress=lambda done, total, name: steps.append((done, total, name)),
    )
    assert steps == [(0, 1, "school"), (1, 1, "totals")]

    def stop(done, total, name):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        conflicts(
            zone(box(0, 0, 1, 1)), [sparse("school", Point(0, 0))], rules=rules, on=TODAY, progress=stop
        )


def test_labels_prefer_the_id_then_the_name_then_the_row():
    shapes = box(0, 0, 1, 1), box(2, 0, 3, 1)
    assert feature_labels(frame(*shapes, id=[7.0, 8.0], name=["a", "b"])).tolist() == ["7", "8"]
    assert feature_labels(frame(*shapes, id=["x", "x"], name=["a", "b"])).tolist() == ["a", "b"]
    assert feature_labels(frame(*shapes, name=["a", "a"])).tolist() == ["a #1", "a #2"]
    assert feature_labels(frame(*shapes)).tolist() == ["#1", "#2"]


def _random_question(seed):
    rng = np.random.default_rng(seed)
    zones = zone(*[blob(rng) for _ in range(3)])
    constraints = [
        grid_land(rng),
        sparse("residential", *[blob(rng) for _ in range(4)], extent=box(0, 0, 1000, 700)),
        sparse("green_belt", *[blob(rng) for _ in range(2)]),
        sparse("road", LineString(rng.uniform(0, 1000, (4, 2)))),
    ]
    return rng, zones, constraints


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_totals_close_on_the_area_of_every_zone(seed):
    from layers import reference

    _, zones, constraints = _random_question(seed)
    totals = ask(reference.table("conflict_rules"), zones, *constraints).totals
    assert np.allclose(totals[PARTS].sum(axis=1), totals["area_ha"], rtol=1e-9, atol=1e-9)
    assert np.allclose(totals["blocks_ha"] + totals["consent_ha"], totals["hit_ha"], rtol=1e-9, atol=1e-9)
    assert (totals >= 0).all().all()


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_order_of_layers_and_features_does_not_matter(seed):
    from layers import reference

    rng, zones, constraints = _random_question(seed)
    rules = reference.table("conflict_rules")
    first = ask(rules, zones, *constraints)
    shuffled = [
        c.with_frame(c.frame.sample(frac=1.0, random_state=int(rng.integers(2**31))))
        for c in reversed(constraints)
    ]
    again = ask(rules, zones.with_frame(zones.frame.iloc[::-1]), *shuffled)
    pd.testing.assert_frame_equal(first.totals.sort_index(), again.totals.sort_index(), rtol=1e-9, atol=1e-9)
    keys = ["zone", "constraint", "rule", "state"]
    a, b = (x.rows.set_index(keys).sort_index()[["area_ha", "noise_ha"]] for x in (first, again))
    pd.testing.assert_frame_equal(a, b, rtol=1e-9, atol=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_feature_given_twice_changes_no_total(seed):
    from layers import reference

    _, zones, constraints = _random_question(seed)
    rules = reference.table("conflict_rules")
    homes = constraints[1]
    doubled = pd.concat([homes.frame, homes.frame.set_index(homes.frame.index + 1000)])
    first = ask(rules, zones, *constraints)
    again = ask(rules, zones, constraints[0], homes.with_frame(doubled), *constraints[2:])
    pd.testing.assert_frame_equal(first.totals, again.totals, rtol=1e-9, atol=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_what_a_coverage_shares_with_a_zone_and_what_it_leaves_make_the_zone(seed):
    from layers import reference

    _, zones, constraints = _random_question(seed)
    answer = ask(reference.table("conflict_rules"), zones, constraints[0])
    rows = answer.rows.groupby("zone")[["area_ha", "noise_ha"]].sum().sum(axis=1)
    areas = answer.totals["area_ha"]
    assert np.allclose(rows.reindex(areas.index), areas, rtol=1e-9, atol=1e-9)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_more_tolerance_never_makes_less_noise(seed):
    from layers import reference

    _, zones, constraints = _random_question(seed)
    rules = reference.table("conflict_rules")
    noise = [
        ask(rules, zones, constraints[0], tolerance_m=t).rows["noise_ha"].sum() for t in (0.0, 2.0, 20.0)
    ]
    assert noise[0] == 0.0
    assert noise[0] <= noise[1] + 1e-9 <= noise[2] + 2e-9


def test_pieces_lie_in_their_zone_and_are_valid(rules):
    _, zones, constraints = _random_question(7)
    answer = ask(rules, zones, *constraints)
    assert shapely.is_valid(answer.pieces.geometry.to_numpy()).all()
    for label, group in answer.pieces.groupby("zone"):
        outside = shapely.difference(
            group.geometry.union_all(), answer.zones.loc[label].geometry.buffer(1e-6)
        )
        assert outside.area == pytest.approx(0.0, abs=1e-6)
