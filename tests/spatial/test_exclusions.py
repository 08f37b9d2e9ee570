from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from layers import Layer, reference
from layers.errors import CrsError, QuestionError
from spatial.constraint_list import constraint_list
from spatial.distances import safety_distances
from spatial.exclusions import ExclusionQuestion, exclusions, why_not
from tests.spatial.conftest import blob, frame, grid_land, land, place, seeds, sparse

TODAY = date(2026, 6, 1)


def question(kind="industrial_cluster", on=TODAY, **more):
    return ExclusionQuestion(
        kind, on, reference.table("conflict_rules"), reference.table("safety_distances"), **more
    )


def search(*shapes):
    return Layer(frame(*(shapes or (box(0, 0, 1000, 1000),))), "search", "admin_unit")


def ask(*constraints, area=None, **more):
    return exclusions(area or search(), list(constraints), question=question(**more))


def applied(answer):
    rows = answer.rows[answer.rows["applied"]].set_index("constraint")
    return {name: (row["alone_ha"], row["added_ha"]) for name, row in rows.iterrows()}


def row_of(answer, constraint):
    return answer.rows.set_index("constraint").loc[constraint]


def test_law_takes_land_before_consent_and_each_hectare_is_taken_once():
    answer = ask(sparse("green_belt", box(400, 0, 600, 1000)), sparse("residential", box(0, 0, 500, 1000)))
    assert applied(answer) == {
        "residential": pytest.approx((50, 50)),
        "green_belt": pytest.approx((20, 10)),
    }
    assert answer.rows["tier"].tolist()[:2] == ["blocks", "consent"]
    assert (answer.area_ha, answer.left_ha) == pytest.approx((100, 40))
    assert answer.rows["left_ha"].tolist()[:2] == pytest.approx([50, 40])


def test_each_row_names_its_clause_validity_and_confidence():
    row = row_of(ask(sparse("residential", box(0, 0, 500, 1000))), "residential")
    assert row[["rule", "valid_from", "confidence"]].tolist() == [
        "CCN-RESIDENTIAL",
        "2024-05-01",
        "verified_primary",
    ]
    assert row["clause_vi"].startswith("Nghị định 32/2024")


def test_farmland_stays_in_the_search_with_the_permission_it_needs():
    answer = ask(land([(box(0, 0, 600, 1000), "LUC"), (box(600, 0, 1000, 1000), "ONT")]))
    assert applied(answer) == {"land_use:ONT": pytest.approx((40, 40))}
    row = row_of(answer, "land_use:LUC")
    assert (row["applied"], row["why"], row["rule"]) == (False, "permission", "ANY-LAND-NNP")
    assert row["alone_ha"] == pytest.approx(60)


def test_land_without_data_is_a_line_of_its_own_and_never_free():
    answer = ask(
        land([(box(0, 0, 700, 1000), "LUC"), (box(700, 0, 800, 1000), "QQQ")]),
        sparse("river", extent=box(0, 0, 950, 950)),
    )
    assert applied(answer) == {
        "no_data:land": pytest.approx((20, 20)),
        "no_data:land_use:QQQ": pytest.approx((10, 10)),
        "no_data:river": pytest.approx((100 - 95 * 0.95, 70 * 0.05)),
    }
    assert answer.left_ha == pytest.approx(70 * 0.95)


def test_rows_of_uncertain_force_and_gaps_take_nothing_and_say_why():
    answer = ask(
        sparse("road", LineString([(0, 500), (1000, 500)]), road_class=["grade_III"]),
        sparse("cemetery", box(0, 0, 100, 100)),
    )
    uncertain = row_of(answer, "road:ROAD-grade_III")
    assert (uncertain["applied"], uncertain["why"], uncertain["added_ha"]) == (False, "uncertain", 0.0)
    assert uncertain["alone_ha"] == pytest.approx(2 * 13 * 1000 / 1e4, rel=0.01)
    gap = row_of(answer, "cemetery:CEM-TAB225")
    assert (gap["applied"], gap["why"]) == (False, "unsettled")
    assert np.isnan(gap["alone_ha"])
    claim = row_of(answer, "IZ-500-CLAIM")
    assert (claim["applied"], claim["why"]) == (False, "do_not_use")
    assert answer.left_ha == pytest.approx(99)  # the cemetery itself alone


def test_a_distance_of_the_law_takes_its_strip_and_nothing_left_is_too_near():
    dam = sparse("dam", LineString([(500, 0), (500, 1000)]), dam_grade=["II"])
    answer = ask(dam)
    row = row_of(answer, "dam:DAM-II")
    assert (row["tier"], row["required_m"], row["applied"]) == ("distance", 100.0, True)
    assert row["added_ha"] == pytest.approx(20, rel=1e-3)
    free = Layer(answer.left.assign(name=answer.left.index.astype(str)), "left", "industrial_cluster")
    table = reference.table("safety_distances")
    near = safety_distances(free, [dam], table=table, on=TODAY).rows
    assert set(near.loc[near["rule"] == "DAM-II", "state"]) <= {"kept"}


def test_a_condition_that_the_data_cannot_decide_takes_nothing_and_names_the_column():
    rows = ask(sparse("dam", LineString([(500, 0), (500, 1000)]))).rows
    open_ = rows[rows["why"] == "condition"]
    assert not open_["applied"].any()
    assert {"DAM-I", "DAM-II"} <= set(open_["rule"])
    assert set(open_["needs"]) == {"dam_grade"}


def test_a_chosen_row_and_an_own_figure_take_land_and_say_what_they_are():
    dam = sparse("dam", LineString([(500, 0), (500, 1000)]))
    chosen = ask(dam, choose={"dam": ("DAM-II",)})
    assert row_of(chosen, "dam:DAM-II")["added_ha"] == pytest.approx(20, rel=1e-3)
    own = row_of(ask(sparse("school", Point(500, 500)), buffers_m={"school": 200.0}), "school+200 m")
    assert (own["tier"], own["basis"], own["clause_vi"]) == ("own", "own", "")
    assert own["added_ha"] == pytest.approx(np.pi * 4, rel=2e-3)
    with pytest.raises(QuestionError, match="distance_rule_refused"):
        ask(sparse("cemetery", box(0, 0, 9, 9)), choose={"cemetery": ("CEM-TAB225",)})
    with pytest.raises(QuestionError, match="distance_wrong: found=-1"):
        ask(sparse("school", Point(0, 0)), buffers_m={"school": -1})


def test_consent_can_be_allowed_by_kind_or_code_and_law_can_not():
    belt, homes = sparse("green_belt", box(0, 0, 500, 1000)), sparse("residential", box(0, 0, 100, 1000))
    answer = ask(belt, homes, allow=("green_belt", "residential"))
    assert applied(answer) == {"residential": pytest.approx((10, 10))}
    assert row_of(answer, "green_belt")["why"] == "allowed"
    assert answer.run["allowed"] == ["green_belt", "residential"]
    cells = land([(box(0, 0, 500, 1000), "SON"), (box(500, 0, 1000, 1000), "DGT")])
    assert set(applied(ask(cells, allow=("land_use:SON",)))) == {"land_use:DGT"}


def test_land_can_be_avoided_by_choice_and_says_so():
    cells = land([(box(0, 0, 500, 1000), "LUC"), (box(500, 0, 1000, 1000), "RPH")])
    answer = ask(cells, avoid=("land_use:LUA",))
    assert applied(answer) == {"land_use:LUC!": pytest.approx((50, 50))}
    row = row_of(answer, "land_use:LUC!")
    assert (row["tier"], row["why"], row["clause_vi"], row["rule"]) == ("own", "own_choice", "", "")


def test_a_park_may_lie_where_the_law_on_clusters_forbids():
    homes = sparse("residential", box(0, 0, 500, 1000))
    assert row_of(ask(homes, kind="industrial_park"), "residential")["tier"] == "consent"


def test_lines_and_points_take_no_hectare_and_are_kept_as_edges():
    answer = ask(sparse("road", LineString([(0, 500), (1000, 500)])), sparse("school", Point(3, 3)))
    assert applied(answer) == {"school": (0.0, 0.0), "road": (0.0, 0.0)}
    assert sorted(answer.edges.geom_type) == ["LineString", "Point"]
    found = why_not(answer, place(box(0, 400, 10, 600)))
    assert found.loc[found["applied"], "constraint"].tolist() == ["road"]
    assert why_not(answer, place(box(0, 520, 10, 600))).empty


def said(answer, code):
    return [finding.fields for finding in answer.findings if finding.code == code]


def test_points_and_lines_without_a_distance_say_that_they_exclude_nothing():
    road, school = sparse("road", LineString([(0, 500), (1000, 500)])), sparse("school", Point(3, 3))
    answer = ask(road, school)
    assert {f["kind"]: f["geometry"] for f in said(answer, "constraint_without_area")} == {
        "road": "line",
        "school": "point",
    }
    assert row_of(answer, "road")["why"] == "no_area"
    answer = ask(road, school, buffers_m={"road": 50.0})
    assert [f["kind"] for f in said(answer, "constraint_without_area")] == ["school"]
    assert applied(answer)["road+50 m"][1] == pytest.approx(10, rel=1e-3)
    assert said(ask(sparse("green_belt", box(0, 0, 9, 9))), "constraint_without_area") == []


def test_law_that_is_put_aside_is_stamped_as_a_choice_against_the_table():
    homes, belt = sparse("residential", box(0, 0, 500, 1000)), sparse("green_belt", box(400, 0, 600, 1000))
    answer = ask(homes, belt, waive=("residential",))
    assert applied(answer) == {"green_belt": pytest.approx((20, 20))}
    row = row_of(answer, "residential")
    assert (row["why"], row["alone_ha"], row["added_ha"]) == ("waived", 50.0, 0.0)
    (stamped,) = answer.run["waived"]
    assert (stamped["rule"], stamped["clause_vi"]) == (row["rule"], row["clause_vi"])
    assert [f["constraint"] for f in said(answer, "law_waived")] == ["residential"]
    # what only needs consent may be kept anyway: no choice against the law
    answer = ask(homes, belt, waive=("green_belt",))
    assert (row_of(answer, "green_belt")["why"], answer.run["waived"]) == ("allowed", [])


def test_one_distance_of_the_law_can_be_put_aside_by_its_row():
    dam = sparse("dam", LineString([(0, 500), (1000, 500)]), dam_grade=["special"])
    whole = ask(dam)
    (strip,) = [name for name in applied(whole) if name.startswith("dam:")]
    answer = ask(dam, waive=(strip,))
    assert set(applied(answer)) == {"dam"}
    assert answer.run["waived"][0]["constraint"] == strip


def test_constraints_take_land_in_the_order_asked():
    homes, belt = sparse("residential", box(0, 0, 500, 1000)), sparse("green_belt", box(400, 0, 600, 1000))
    answer = ask(homes, belt, order=("green_belt",))
    assert applied(answer) == {"green_belt": pytest.approx((20, 20)), "residential": pytest.approx((50, 40))}
    assert answer.rows["constraint"].tolist()[:2] == ["green_belt", "residential"]
    assert answer.left_ha == pytest.approx(ask(homes, belt).left_ha)


def test_a_name_that_no_constraint_has_is_told():
    answer = ask(sparse("residential", box(0, 0, 9, 9)), waive=("resdential",), order=("dam",))
    assert [f["found"] for f in said(answer, "constraint_not_found")] == ["resdential", "dam"]
    other = {"allow": ("green_belt",), "avoid": ("land_use:RPH",), "buffers_m": {"school": 50.0}}
    answer = ask(sparse("residential", box(0, 0, 9, 9)), **other)
    assert [f["found"] for f in said(answer, "constraint_not_found")] == [
        "green_belt",
        "land_use:RPH",
        "school",
    ]
    answer = ask(
        sparse("residential", box(0, 0, 9, 9)), avoid=("residential",), buffers_m={"residential": 5.0}
    )
    assert said(answer, "constraint_not_found") == []


def test_the_list_of_constraints_is_that_of_the_answer():
    rng = np.random.default_rng(3)
    layers = [
        grid_land(rng, n=4, side=1000.0, codes=("LUC", "ONT", "DGT")),
        sparse("dam", *[LineString([(0, y), (900, y)]) for y in (1, 2, 3)], dam_grade=["II", "II", None]),
        sparse("residential", box(0, 0, 9, 9), box(20, 20, 30, 30)),
        sparse("road", LineString([(0, 500), (1000, 500)])),
    ]
    more = {"waive": ("residential",), "order": ("road",), "avoid": ("land_use:LUA",)}
    rows = ask(*layers, **more).rows
    listed = constraint_list(layers, question(**more))
    pd.testing.assert_frame_equal(
        listed, rows[rows["tier"] != "no_data"][list(listed)].reset_index(drop=True)
    )


def test_two_layers_of_a_kind_are_told_apart():
    homes = sparse("residential", box(0, 0, 100, 1000))
    other = Layer(frame(box(50, 0, 200, 1000)), "xóm", "residential", extent=homes.extent)
    assert applied(ask(homes, other)) == {
        "residential (residential)": pytest.approx((10, 10)),
        "residential (xóm)": pytest.approx((15, 10)),
    }


def test_why_not_names_every_constraint_that_hits_a_place():
    answer = ask(sparse("residential", box(0, 0, 500, 1000)), sparse("green_belt", box(400, 0, 600, 1000)))
    found = why_not(answer, place(Point(450, 500)))
    assert found["constraint"].tolist() == ["residential", "green_belt"]
    found = why_not(answer, place(box(450, 0, 1100, 1000)))
    assert found["constraint"].tolist() == ["residential", "green_belt", "outside"]
    assert found["here_ha"].tolist() == pytest.approx([5, 15, 10])
    assert why_not(answer, place(box(600, 0, 700, 100))).empty  # touches the belt only
    assert why_not(answer, place(Point(-5, 5)))["constraint"].tolist() == ["outside"]


def test_an_empty_layer_knows_nothing_and_leaves_nothing():
    answer = ask(Layer(frame(box(0, 0, 1, 1)).iloc[:0], "rivers", "river"))
    assert applied(answer) == {"no_data:rivers": pytest.approx((100, 100))}
    assert answer.left_ha == 0
    assert answer.left.empty


def test_an_area_without_land_and_a_foreign_system_are_refused():
    with pytest.raises(QuestionError, match="search_area_empty"):
        ask(area=Layer(frame(LineString([(0, 0), (1, 1)])), "line", "admin_unit"))
    homes = sparse("residential", box(0, 0, 1, 1))
    with pytest.raises(CrsError, match="crs_differs.*residential"):
        ask(homes.with_frame(homes.frame.to_crs(4326)))


def test_overlapping_units_of_the_area_count_once():
    answer = ask(area=search(box(0, 0, 600, 1000), box(400, 0, 1000, 1000)))
    assert (answer.area_ha, answer.left_ha) == pytest.approx((100, 100))


def test_progress_names_constraints_and_can_cancel():
    def stop(done, total, name):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exclusions(search(), [sparse("river", box(0, 0, 9, 9))], question=question(), progress=stop)


def _random(seed):
    rng = np.random.default_rng(seed)
    constraints = [
        grid_land(rng),
        sparse("residential", *[blob(rng) for _ in range(4)], extent=box(0, 0, 1000, 700)),
        sparse("green_belt", *[blob(rng) for _ in range(2)]),
        sparse("dam", LineString(rng.uniform(0, 1000, (3, 2))), dam_grade=["II"]),
    ]
    # wider than one square, and not aligned with it
    return rng, Layer(frame(blob(rng, side=3000.0), blob(rng)), "search", "admin_unit"), constraints


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_shares_and_what_is_left_add_up_to_the_area(seed):
    _, area, constraints = _random(seed)
    answer = ask(*constraints, area=area)
    whole = shapely.union_all(area.frame.geometry.to_numpy())
    assert answer.area_ha == pytest.approx(whole.area / 1e4, rel=1e-9)
    assert answer.rows["added_ha"].sum() + answer.left_ha == pytest.approx(answer.area_ha, rel=1e-12)
    assert answer.left.geometry.area.sum() / 1e4 == pytest.approx(answer.left_ha, rel=1e-9, abs=1e-9)
    holds = answer.rows[answer.rows["applied"]]
    assert (holds["added_ha"] >= 0).all()
    assert (holds["added_ha"] <= holds["alone_ha"] + 1e-9).all()


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_the_waterfall_agrees_with_differences_of_whole_layers(seed):
    """A second way: no squares, no growth; each constraint minus the union of those before it."""
    _, area, constraints = _random(seed)
    answer = ask(*constraints, area=area)
    whole = shapely.union_all(area.frame.geometry.to_numpy())
    taken = shapely.Polygon()
    for n, row in answer.rows[answer.rows["applied"]].iterrows():
        mine = shapely.union_all(answer.land.geometry[answer.land["row"] == n].to_numpy())
        assert row["alone_ha"] == pytest.approx(mine.intersection(whole).area / 1e4, rel=1e-9, abs=1e-8)
        assert row["added_ha"] == pytest.approx(mine.difference(taken).area / 1e4, rel=1e-7, abs=1e-7)
        taken = taken if mine.is_empty else taken.union(mine)
    assert answer.left_ha == pytest.approx(whole.difference(taken).area / 1e4, rel=1e-7, abs=1e-7)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_whole_metres_give_the_hectares_that_exact_arithmetic_gives(seed):
    """Boxes on whole metres, counted cell by cell in fractions."""
    rng = np.random.default_rng(seed)
    kinds = ["residential", "green_belt", "protected"]
    boxes = {
        k: [sorted(rng.integers(0, 30, 2)) + sorted(rng.integers(0, 30, 2)) for _ in range(4)] for k in kinds
    }
    shapes = {k: [box(x, y, a + 1, b + 1) for x, a, y, b in v] for k, v in boxes.items()}
    answer = ask(*[sparse(k, *v) for k, v in shapes.items()], area=search(box(0, 0, 30, 30)))
    taken = np.zeros((30, 30), dtype=bool)
    for name in ("residential", "protected", "green_belt"):
        mine = np.zeros_like(taken)
        for x, a, y, b in boxes[name]:
            mine[y : b + 1, x : a + 1] = True
        row = row_of(answer, name)
        if name == "residential":
            assert row["added_ha"] == pytest.approx(float(Fraction(int(mine.sum()), 10_000)), abs=1e-12)
        assert row["alone_ha"] == pytest.approx(float(Fraction(int(mine.sum()), 10_000)), abs=1e-12)
        taken |= mine
    assert answer.left_ha == pytest.approx(float(Fraction(int((~taken).sum()), 10_000)), abs=1e-12)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_order_of_layers_and_features_does_not_matter(seed):
    _, area, constraints = _random(seed)
    first = ask(*constraints, area=area)
    turned = [c.with_frame(c.frame.iloc[::-1]) for c in reversed(constraints)]
    again = ask(*turned, area=area)
    columns = ["constraint", "applied", "why", "alone_ha", "added_ha"]
    pd.testing.assert_frame_equal(first.rows[columns], again.rows[columns], rtol=1e-8, atol=1e-8)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_another_constraint_never_adds_land(seed):
    rng, area, constraints = _random(seed)
    before = ask(*constraints, area=area)
    after = ask(*constraints, sparse("river", blob(rng)), area=area)
    assert after.left_ha <= before.left_ha + 1e-9
    was = shapely.union_all(before.left.geometry.to_numpy())
    now = shapely.union_all(after.left.geometry.to_numpy())
    assert now.difference(was).area == pytest.approx(0, abs=1e-5)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_point_is_free_where_and_only_where_land_is_left(seed):
    rng, area, constraints = _random(seed)
    answer = ask(*constraints, area=area)
    free = shapely.union_all(answer.left.geometry.to_numpy())
    for x, y in rng.uniform(-200, 1200, (20, 2)):
        point = place(Point(x, y))
        if shapely.distance(shapely.boundary(free), point) > 1e-3:
            hits = why_not(answer, point)
            assert hits["applied"].any() == (not free.contains(point))


def test_two_layers_that_lack_the_same_land_share_it_alike_whatever_they_are_called():
    """Land without data is booked on who lacks most; of equal ones the features decide, never the name."""

    def booked(names):
        shapes = [box(0, 0, 900, 1000), box(0, 0, 500, 1000), box(0, 0, 1000, 400)]
        layers = [
            Layer(frame(box(0, 0, 9 + n, 9)), name, "river", extent=place(shape))
            for n, (name, shape) in enumerate(zip(names, shapes, strict=True))
        ]
        rows = ask(*layers).rows
        rows = rows[rows["tier"] == "no_data"]
        return [(names.index(layer), ha) for layer, ha in zip(rows["layer"], rows["added_ha"], strict=True)]

    first = booked(["a", "b", "c"])
    assert first == booked(["c", "b", "a"]) == booked(["b", "c", "a"])
    assert [n for n, _ in first] == [2, 1, 0]
    assert [ha for _, ha in first] == pytest.approx([60, 20, 0], abs=1e-6)


def test_layers_of_one_constraint_take_land_in_an_order_that_names_do_not_change():
    def taken(one, other):
        west, east = box(0, 0, 600, 1000), box(400, 0, 1000, 1000)
        layers = [Layer(frame(shape), name, "green_belt") for name, shape in ((one, west), (other, east))]
        rows = ask(*layers).rows
        rows = rows[rows["kind"].eq("green_belt") & rows["applied"]]
        return {(one, other).index(n): ha for n, ha in zip(rows["layer"], rows["added_ha"], strict=True)}

    assert taken("a", "b") == pytest.approx(taken("b", "a"))
