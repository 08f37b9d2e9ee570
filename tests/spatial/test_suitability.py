from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from shapely import LineString, Point, box

from layers import as_crs, reference
from layers.errors import CrsError, GeometryError, QuestionError
from layers.grid import Raster, Window
from layers.raster import read_raster
from spatial.suitability import Criterion, criterion_values, search_grid, suitability
from spatial.value_functions import ValueFunction, parse_value_function
from spatial.weights import normal_weights, pairwise_weights, rank_ranges, topsis_scores
from tests.spatial.conftest import CRS, X0, Y0, blob, frame, seeds, sparse

NEAR = parse_value_function("linear:0=1;500=0")
IDENTITY = parse_value_function("linear:0=0;1=1")


def grid_over(side=1000.0, cell_m=20.0):
    return search_grid(frame(box(0, 0, side, side)), cell_m=cell_m)


def raster(values, cell_m=20.0, nodata=None):
    rows, _ = values.shape
    place = Affine(cell_m, 0, X0, 0, -cell_m, Y0 + rows * cell_m)
    return Raster(values, place, as_crs(CRS), nodata, "slope")


def centres(grid):
    col, row = np.meshgrid(np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5)
    return shapely.points(grid.xy(np.column_stack([col.ravel(), row.ravel()])))


@pytest.mark.parametrize("text", [*reference.table("criteria")["function"]])
def test_functions_of_the_table_are_read_and_written_alike(text):
    function = parse_value_function(text)
    assert parse_value_function(str(function)) == function
    scores = function(np.linspace(-1e5, 1e5, 1001))
    assert ((scores >= 0) & (scores <= 1)).all()
    beyond = function(np.array([function.reach, function.reach * 3 + 1]))
    assert beyond[0] == pytest.approx(beyond[1], abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        *("", "linear", "linear:0=1", "linear:5=1;0=0", "piecewise:0=2;1=0", "bell:5", "bell:5;0"),
        *("arc:0=1;1=0", "linear:0=1;nan=0", "linear:0=1;1=x"),
    ],
)
def test_what_makes_no_function_is_refused(text):
    with pytest.raises(QuestionError, match="value_function_wrong"):
        parse_value_function(text)


def test_a_function_of_three_corners_is_not_linear():
    with pytest.raises(QuestionError, match="value_function_wrong"):
        ValueFunction("linear", ((0, 0), (1, 1), (2, 0)))


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_distances_on_the_grid_are_right_to_a_cell(seed):
    rng = np.random.default_rng(seed)
    shapes = [blob(rng), LineString(rng.uniform(-400, 1400, (3, 2))), Point(*rng.uniform(0, 1000, 2))]
    layer, grid = sparse("road", *shapes), grid_over()
    measured = parse_value_function("linear:0=0;1500=1")
    found = criterion_values(Criterion("road", layer, measured), grid) * 1500
    exact = shapely.distance(centres(grid), layer.frame.geometry.union_all()).reshape(grid.shape)
    assert np.abs(found - np.minimum(exact, 1500)).max() <= 20 * np.sqrt(2)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_window_gets_the_scores_that_the_whole_grid_gives(seed):
    rng = np.random.default_rng(seed)
    criterion = Criterion("road", sparse("road", LineString(rng.uniform(-400, 1400, (3, 2)))), NEAR)
    grid = grid_over()
    row, col = (int(v) for v in rng.integers(0, 40, 2))
    window = Window(row, col, 7, 9)
    whole = criterion_values(criterion, grid)
    np.testing.assert_allclose(
        criterion_values(criterion, grid, window), whole[row : row + 7, col : col + 9], atol=1e-6
    )


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_strips_and_order_change_no_score(seed):
    rng = np.random.default_rng(seed)
    slope = raster(rng.random((50, 50)).astype(np.float32))
    criteria = [
        Criterion("road", sparse("road", LineString(rng.uniform(0, 1000, (3, 2)))), NEAR, 2),
        Criterion(
            "rice", sparse("protected", blob(rng)), parse_value_function("linear:0=1;1=0"), 1, "inside"
        ),
        Criterion("slope", slope, IDENTITY, 3, "value"),
    ]
    first = suitability(criteria, grid=grid_over())
    again = suitability(criteria[::-1], grid=grid_over(), memory_mb=0.01)
    np.testing.assert_allclose(first.score.values, again.score.values, atol=1e-6)
    assert first.weights == again.weights == pytest.approx({"rice": 1 / 6, "road": 1 / 3, "slope": 1 / 2})


def test_scores_are_the_weighted_mean_by_hand():
    slope = raster(np.array([[0.2, 0.4]], dtype=np.float32), cell_m=500)
    on = Criterion(
        "rice", sparse("protected", box(0, 0, 500, 500)), parse_value_function("linear:0=1;1=0"), 1, "inside"
    )
    grid = search_grid(frame(box(0, 0, 1000, 500)), cell_m=500)
    found = suitability([on, Criterion("slope", slope, IDENTITY, 3, "value")], grid=grid)
    assert found.score.values.tolist() == [pytest.approx([0.75 * 0.2, 0.25 + 0.75 * 0.4])]


def test_cells_without_data_have_no_score_and_are_told_in_hectares():
    slope = raster(np.array([[0.2, -1.0]], dtype=np.float32), cell_m=500, nodata=-1)
    grid = search_grid(frame(box(0, 0, 1000, 500)), cell_m=500)
    found = suitability([Criterion("slope", slope, IDENTITY, 1, "value")], grid=grid)
    assert np.isnan(found.score.values).tolist() == [[False, True]]
    (finding,) = found.findings
    assert (finding.code, finding.fields) == (
        "criterion_without_data",
        {"criterion": "slope", "area_ha": 25.0, "share_pct": 50.0},
    )
    elsewhere = np.array([[True, False]])
    assert (
        suitability([Criterion("slope", slope, IDENTITY, 1, "value")], grid=grid, wanted=elsewhere).findings
        == ()
    )


def test_an_empty_layer_is_said_and_scores_nothing():
    empty = sparse("road", Point(0, 0))
    empty = empty.with_frame(empty.frame.iloc[:0])
    found = suitability([Criterion("road", empty, NEAR)], grid=grid_over())
    assert np.isnan(found.score.values).all()
    assert [f.code for f in found.findings] == ["criterion_empty"]


def test_criteria_that_can_not_be_used_are_refused():
    road, grid = sparse("road", Point(0, 0)), grid_over()
    with pytest.raises(QuestionError, match="criteria_missing"):
        suitability([], grid=grid)
    with pytest.raises(QuestionError, match="criterion_twice: found='a'"):
        suitability([Criterion("a", road, NEAR)] * 2, grid=grid)
    with pytest.raises(QuestionError, match="weights_zero"):
        suitability([Criterion("a", road, NEAR, 0)], grid=grid)
    with pytest.raises(QuestionError, match="weight_wrong: found=-1.0, criterion='a'"):
        suitability([Criterion("a", road, NEAR, -1)], grid=grid)
    with pytest.raises(CrsError, match="crs_differs.*road"):
        suitability([Criterion("a", road.with_frame(road.frame.to_crs(4326)), NEAR)], grid=grid)
    with pytest.raises(GeometryError, match="raster_grid_differs"):
        suitability([Criterion("a", raster(np.ones((3, 3))), NEAR, 1, "value")], grid=grid)


@pytest.mark.parametrize("cell_m", [0, -5, float("nan"), 0.01])
def test_cells_must_be_of_a_size_that_can_be_reckoned(cell_m):
    with pytest.raises(QuestionError, match="cell_out_of_range"):
        search_grid(gpd.GeoDataFrame(geometry=[box(0, 0, 1000, 1000)], crs=CRS), cell_m=cell_m)


def test_comparisons_give_the_weights_and_ratio_of_the_text_book():
    """A worked example that is easily solved otherwise: λ of a 3 by 3 reciprocal matrix in closed form."""
    matrix = np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    found = pairwise_weights(["a", "b", "c"], matrix)
    rows = np.prod(matrix, axis=1) ** (1 / 3)  # geometric means are exact for three criteria
    assert list(found.weights.values()) == pytest.approx((rows / rows.sum()).tolist())
    t = (3 * 3 / 5) ** (1 / 3)
    root = 1 + t + 1 / t
    assert found.consistency_ratio == pytest.approx((root - 3) / 2 / 0.58)


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_comparisons_made_from_weights_give_them_back(seed):
    weights = np.random.default_rng(seed).uniform(0.1, 1, 5)
    found = pairwise_weights(list("abcde"), weights[:, None] / weights[None, :])
    assert list(found.weights.values()) == pytest.approx((weights / weights.sum()).tolist())
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("matrix", [[[1, 2], [2, 1]], [[1, -2], [-0.5, 1]], [[1, 2, 3]]])
def test_comparisons_that_contradict_themselves_are_refused(matrix):
    with pytest.raises(QuestionError, match="pairwise_wrong"):
        pairwise_weights(["a", "b"], np.array(matrix))


def test_normal_weights_refuse_nothing_and_zero():
    for weights in ({}, {"a": 0.0}):
        with pytest.raises(QuestionError, match="weights_zero"):
            normal_weights(weights)


def test_topsis_by_hand():
    sites = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.4, 0.4, 0.4], "c": [1.0, 0.5, 0.0]})
    found = topsis_scores(sites, {"a": 0.6, "b": 0.1, "c": 0.3})
    wa, wc = 2 / 3, 1 / 3
    middle = np.hypot(wa / 2, wc / 2)
    assert found.tolist() == pytest.approx([wc / (wa + wc), middle / (2 * middle), wa / (wa + wc)])
    assert topsis_scores(sites[["b"]], {"b": 1.0}).tolist() == [1.0, 1.0, 1.0]


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_rank_ranges_hold_the_rank_and_repeat_with_the_seed(seed):
    sites = pd.DataFrame(np.random.default_rng(seed).random((7, 4)), columns=list("abcd"))
    weights = normal_weights({"a": 1, "b": 2, "c": 3, "d": 0.5})
    how = {"draws": 300, "seed": seed, "share": 0.2, "top": 3}
    found = rank_ranges(sites, weights, **how)
    assert sorted(found["rank"]) == list(range(1, 8))
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()
    assert found["top_share"].sum() == pytest.approx(3)
    pd.testing.assert_frame_equal(found, rank_ranges(sites, weights, **how))
    still = rank_ranges(sites, weights, **{**how, "share": 0.0})
    assert (still["rank_low"] == still["rank_high"]).all()


def _under_the_curve(score, truth):
    """Area under the ROC curve: how often a changed cell scores above an unchanged one, ties half."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    yes = int(truth.sum())
    return (rank[truth].sum() - yes * (yes + 1) / 2) / (yes * (len(truth) - yes))


def test_land_built_later_lies_on_higher_scores_than_distance_alone_gives(shared):
    """Plum Island 1985 to 1999: 6,498 of 76,441 cells were built on."""
    folder = shared / "data" / "pie_landuse_1985_1991_1999"
    names = ("lu_pie_1985", "lu_pie_1999", "dist_built_1985", "slope", "elevation")
    before, after, distance, slope, elevation = (read_raster(folder / f"{name}.tif") for name in names)
    free = (before.values != 2) & ~before.missing() & ~after.missing()
    free &= ~distance.missing() & ~slope.missing() & ~elevation.missing()
    built = (after.values == 2)[free]
    near = parse_value_function("linear:0=1;1000=0")
    criteria = [
        Criterion("distance", distance, near, 2, "value"),
        Criterion("slope", slope, parse_value_function("piecewise:0=1;5=0.9;10=0.4;15=0"), 1, "value"),
        Criterion("elevation", elevation, parse_value_function("linear:0=0;30=1"), 1, "value"),
    ]
    score = suitability(criteria, grid=before.grid, wanted=free).score.values[free]
    assert (len(built), int(built.sum())) == (76_441, 6_498)
    alone = _under_the_curve(-distance.values[free], built)
    assert (alone, _under_the_curve(score, built)) == pytest.approx((0.624, 0.652), abs=0.002)
