from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from layers import Layer
from layers.errors import CrsError, QuestionError
from spatial.consensus import consensus
from tests.spatial.conftest import CRS, frame, place

DAY = date(2026, 6, 1)


def plan(name, *shapes):
    return Layer(frame(*shapes), name, "industrial_cluster")


def test_three_plans_agree_on_what_lies_in_all():
    plans = [
        plan("a", box(0, 0, 300, 100)),
        plan("b", box(100, 0, 400, 100)),
        plan("c", box(200, 0, 250, 100)),
    ]
    found = consensus(plans, on=DAY)
    areas = dict(zip(found.rows["plans"], found.rows["area_ha"].round(9), strict=True))
    assert areas == {"a + b + c": 0.5, "a": 1.0, "a + b": 1.5, "b": 1.0}
    assert found.totals[["all_ha", "some_ha", "land_ha", "a", "b", "c"]].tolist() == pytest.approx(
        [0.5, 3.5, 4, 3, 3, 0.5]
    )
    assert found.rows["count"].tolist() == [3, 2, 1, 1]
    assert found.rows["a"].tolist() == [True, True, True, False]
    assert [entry["role"] for entry in found.run["layers"]] == ["plan"] * 3


def test_what_only_one_drew_a_little_wider_is_redrawing():
    found = consensus(
        [plan("a", box(0, 0, 300, 100)), plan("b", box(0, 0, 300.2, 100), box(900, 0, 910, 10))], on=DAY
    )
    only = found.rows.set_index("plans").loc["b"]
    assert only["area_ha"] == pytest.approx(0.012)
    assert only["noise_ha"] == found.totals["noise_ha"] == pytest.approx(0.002)
    assert found.pieces["noise"].tolist().count(True) == 1


def test_features_of_one_plan_that_overlap_count_once():
    found = consensus(
        [plan("a", box(0, 0, 100, 100), box(50, 0, 150, 100)), plan("b", box(0, 0, 150, 100))], on=DAY
    )
    assert found.totals[["all_ha", "some_ha", "a"]].tolist() == pytest.approx([1.5, 0, 1.5])


def test_what_cannot_be_asked_is_refused():
    one = plan("a", box(0, 0, 1, 1))
    with pytest.raises(QuestionError, match="too_few_plans"):
        consensus([one])
    with pytest.raises(QuestionError, match="too_many_plans"):
        consensus([one] * 9)
    with pytest.raises(QuestionError, match="tolerance_out_of_range"):
        consensus([one, one], tolerance_m=-1)
    with pytest.raises(CrsError, match="crs_differs"):
        consensus([one, Layer(one.frame.to_crs(9205), "b", "industrial_cluster")])


side = st.integers(0, 40).map(lambda v: v * 10.0)
rect = st.tuples(side, side, side, side).map(
    lambda v: box(min(v[0], v[1]), min(v[2], v[3]), max(v[0], v[1]) + 10, max(v[2], v[3]) + 10)
)
lands = st.lists(st.lists(rect, min_size=1, max_size=3), min_size=2, max_size=4)


@settings(max_examples=25)
@given(lands, st.randoms())
def test_sets_add_up_to_the_plans_and_to_the_land_in_any_order(shapes, random):
    named = [(f"p{k}", [place(s) for s in of]) for k, of in enumerate(shapes)]
    plans = [Layer(gpd.GeoDataFrame(geometry=of, crs=CRS), name, "industrial_cluster") for name, of in named]
    found = consensus(plans, on=DAY)
    for name, of in named:
        mine = found.rows.loc[found.rows[name], "area_ha"].sum()
        assert mine == pytest.approx(shapely.union_all(of).area / 1e4, abs=1e-9)
    land = shapely.union_all([s for _, of in named for s in of]).area / 1e4
    assert found.rows["area_ha"].sum() == pytest.approx(land, abs=1e-9)
    assert found.pieces["area_m2"].sum() / 1e4 == pytest.approx(land, abs=1e-9)
    random.shuffle(plans)
    again = consensus(plans, on=DAY)
    assert again.totals["all_ha"] == pytest.approx(found.totals["all_ha"], abs=1e-9)
    assert again.rows["area_ha"].max() == pytest.approx(found.rows["area_ha"].max(), abs=1e-9)
