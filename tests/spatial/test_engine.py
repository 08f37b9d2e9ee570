"""The engine against GEOS pair by pair, pieces against areas, one path against the other."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import MultiPolygon, Point, Polygon, box

from layers.errors import GeometryError, SchemaError
from spatial import _compiled, _geos
from spatial._edges import edges_of
from spatial._engine import shared_areas, shared_pieces
from spatial._meet import meeting_boxes
from spatial._pieces import traced
from spatial._proof import proved_areas
from spatial._trace import Pairs
from spatial._validity import valid
from spatial.overlap import overlap, overlap_areas
from tests.spatial.conftest import X0, Y0, blob, frame, grid_land, seeds

numba = pytest.importorskip("numba", reason="numba is not installed: there is no compiled path to test")

SQUARE = box(0, 0, 100, 100)


@pytest.fixture(params=["compiled", "geos"], autouse=True)
def path(request, monkeypatch):
    """Both ways through the engine, whatever the number of pairs."""
    monkeypatch.setattr(_compiled, "FEW", 0 if request.param == "compiled" else 10**9)
    return request.param


def nasty(rng, n, *, grid=None, holes=0.4):
    """Crooked polygons with holes and parts; on a grid they share points, edges and collinear runs."""
    out = []
    while len(out) < n:
        corners = int(rng.integers(3, 40))
        angle, radius = np.sort(rng.uniform(0, 2 * np.pi, corners)), rng.uniform(15, 50, corners)
        points = rng.uniform(-30, 30, 2) + np.c_[radius * np.cos(angle), radius * np.sin(angle)]
        shape = shapely.make_valid(Polygon(np.round(points / grid) * grid if grid else points))
        if rng.random() < holes:
            shape = shape.difference(Point(*rng.uniform(-30, 30, 2)).buffer(rng.uniform(1, 15), quad_segs=2))
        parts = [
            part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 1e-3
        ]
        if parts:
            shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
            out.append(shapely.reverse(shape) if rng.random() < 0.3 else shape)
    out = shapely.transform(np.array(out, dtype=object), lambda c: c + [X0, Y0])
    return out[shapely.is_valid(out)]


def near(found, expected, *, length=0.0):
    """Equal to 1e-9 of the area, 1e-6 m², or what rounding of coordinates of millions of metres explains."""
    return np.abs(found - expected) <= np.maximum(1e-6 + 1e-9 * expected, 4e-9 * length)


@given(seeds)
@settings(max_examples=30)
@pytest.mark.parametrize("grid", [None, 1.0, 10.0])
def test_every_area_is_that_of_the_piece_by_geos(grid, seed):
    rng = np.random.default_rng(seed)
    a, b = nasty(rng, 12, grid=grid), nasty(rng, 12, grid=grid)
    shared = shared_areas(a, b)
    table = np.zeros((len(a), len(b)))
    table[shared.i, shared.j] = shared.area_m2
    i, j = np.divmod(np.arange(table.size), len(b))
    expected = shapely.intersection(a[i], b[j])
    assert near(table.ravel(), shapely.area(expected), length=shapely.length(expected)).all()


@given(seeds)
@settings(max_examples=30)
@pytest.mark.parametrize("grid", [None, 1.0, 10.0])
def test_every_piece_is_valid_and_has_its_area(grid, seed):
    rng = np.random.default_rng(seed)
    a, b = nasty(rng, 12, grid=grid), nasty(rng, 12, grid=grid)
    shared = shared_areas(a, b)
    pieces = shared_pieces(a, b, shared)
    assert shapely.is_valid(pieces).all()
    assert np.isin(shapely.get_type_id(pieces), (3, 6)).all()
    assert near(shapely.area(pieces), shared.area_m2, length=shapely.length(pieces)).all()


@given(seeds)
@settings(max_examples=20)
def test_what_is_left_over_is_the_rest(seed):
    rng = np.random.default_rng(seed)
    a, b = nasty(rng, 10, grid=5.0), nasty(rng, 10, grid=5.0)
    shared = shared_areas(a, b)
    rest = np.maximum(shapely.area(b)[shared.j] - shared.area_m2, 0.0)
    pairs = Pairs(shared.i, shared.j, rest, shapely.area(a)[shared.i], shapely.area(b)[shared.j])
    left = traced(a[shared.i], b[shared.j], (edges_of(a), edges_of(b)), pairs, minus=True)
    assert shapely.is_valid(left).all()
    assert near(shapely.area(left), rest, length=shapely.length(left)).all()


def nearly_the_same(rng, n):
    a = nasty(rng, n)
    return a, shapely.transform(a, lambda c: c + 1e-7 * np.sin(c * 1000))


@given(seeds)
@settings(max_examples=15)
def test_polygons_that_nearly_coincide(seed):
    a, b = nearly_the_same(np.random.default_rng(seed), 8)
    ok = shapely.is_valid(b)
    a, b = a[ok], b[ok]
    shared = shared_areas(a, b)
    pieces = shared_pieces(a, b, shared)
    assert shapely.is_valid(pieces).all()
    assert near(shapely.area(pieces), shared.area_m2, length=shapely.length(pieces)).all()
    same = shared.i == shared.j
    assert np.allclose(shared.area_m2[same], shapely.area(a)[shared.i[same]], rtol=1e-6)


@given(seeds)
@settings(max_examples=15)
def test_both_paths_and_any_number_of_threads_give_the_same_answer(seed):
    rng = np.random.default_rng(seed)
    zones, land = frame(*[blob(rng) for _ in range(4)]), grid_land(rng).frame
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for few, threads in ((0, 1), (0, 2), (10**9, 1)):
            patch.setattr(_compiled, "FEW", few)
            patch.setattr("spatial._engine._STEP", 7)
            found.append(overlap(zones, land, threads=threads))
    for other in found[1:]:
        assert other[["zone", "feature"]].equals(found[0][["zone", "feature"]])
        length = other.geometry.length.to_numpy()
        assert near(other["area_m2"].to_numpy(), found[0]["area_m2"].to_numpy(), length=length).all()


@given(seeds)
@settings(max_examples=20)
def test_areas_only_are_the_sums_of_the_pieces(seed):
    rng = np.random.default_rng(seed)
    zones, land = frame(*[blob(rng) for _ in range(3)]), grid_land(rng).frame
    pieces = overlap(zones, land).groupby(["zone", "feature"])["area_m2"].sum()
    alone = overlap_areas(zones, land).set_index(["zone", "feature"])["area_m2"]
    assert alone.index.equals(pieces.index)
    assert near(alone.to_numpy(), pieces.to_numpy(), length=1000.0).all()
    by_code = overlap_areas(zones, land, by="code").set_index(["zone", "code"])["area_m2"]
    codes = overlap_areas(zones, land).assign(code=lambda t: land["code"].loc[t["feature"]].to_numpy())
    assert np.allclose(by_code, codes.groupby(["zone", "code"])["area_m2"].sum(), rtol=1e-12, atol=1e-9)


@given(seeds)
@settings(max_examples=20)
def test_turning_and_moving_everything_changes_no_area(seed):
    rng = np.random.default_rng(seed)
    a, b = nasty(rng, 6), nasty(rng, 6)
    shared = shared_areas(a, b)
    angle, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-1000, 1000, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def moved(geometry):
        return shapely.transform(geometry, lambda c: (c - [X0, Y0]) @ turn.T + [X0, Y0] + shift)

    again = shared_areas(moved(a), moved(b))
    table = {(i, j): m2 for i, j, m2 in zip(shared.i, shared.j, shared.area_m2, strict=True)}
    for i, j, m2 in zip(again.i, again.j, again.area_m2, strict=True):
        assert m2 == pytest.approx(table.get((i, j), 0.0), rel=1e-8, abs=2e-5)


def test_a_zone_of_many_thousand_vertices_with_a_hole_and_an_island():
    rng = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    radius = 500 + 20 * np.sin(40 * angle) + rng.uniform(-0.02, 0.02, len(angle))
    lake = Point(0, 0).buffer(100, quad_segs=500)
    zone = Polygon(np.c_[radius * np.cos(angle), radius * np.sin(angle)]).difference(lake)
    zones = frame(MultiPolygon([zone, Point(0, 0).buffer(30)]))
    cells = frame(*[box(x, y, x + 40, y + 40) for x in range(-600, 600, 40) for y in range(-600, 600, 40)])
    found = overlap(zones, cells)
    assert found["area_m2"].sum() == pytest.approx(zones.area.sum(), rel=1e-12)
    expected = cells.intersection(zones.geometry.iloc[0]).area
    assert np.allclose(found.groupby("feature")["area_m2"].sum(), expected[expected > 1e-6], rtol=1e-9)


def test_a_zone_inside_one_feature_is_the_piece():
    found = overlap(frame(box(40, 40, 60, 60)), frame(SQUARE))
    assert found.geometry.iloc[0].equals(frame(box(40, 40, 60, 60)).geometry.iloc[0])


def test_pairs_that_only_touch_or_are_equal():
    zones = frame(SQUARE)
    others = frame(box(100, 0, 200, 100), box(100, 100, 110, 110), SQUARE, box(0, 0, 50, 100))
    assert overlap_areas(zones, others)[["feature", "area_m2"]].values.tolist() == [
        [3, 10_000.0],
        [4, 5_000.0],
    ]


def test_tiny_and_huge_polygons_meet_exactly():
    tiny, huge = frame(box(0, 0, 0.01, 0.01)), frame(box(-1e6, -1e6, 0.005, 1e6))
    assert overlap_areas(tiny, huge)["area_m2"].tolist() == [pytest.approx(5e-5, rel=1e-6)]


def test_empty_features_and_empty_layers_share_nothing():
    zones = frame(SQUARE)
    empty = gpd.GeoDataFrame(geometry=[Polygon(), None], crs=zones.crs)
    assert overlap(zones, empty.iloc[:1]).empty
    assert overlap_areas(zones, zones.iloc[:0]).empty
    assert overlap_areas(zones.iloc[:0], zones).columns.tolist() == ["zone", "feature", "area_m2"]


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_coordinates_that_are_not_finite_never_reach_the_kernel(wrong):
    with np.errstate(invalid="ignore"):
        bad = frame(Polygon([(0, 0), (10, 0), (10, wrong), (0, 10)]))
    with pytest.raises(GeometryError, match="geometry_invalid.*row='1'"):
        overlap_areas(bad, frame(SQUARE))
    with pytest.raises(GeometryError, match="geometry_invalid.*layer='others', row='1'"):
        overlap(frame(SQUARE), bad)


def test_a_missing_class_column_is_named():
    with pytest.raises(SchemaError, match="column_missing.*column='code'"):
        overlap_areas(frame(SQUARE), frame(SQUARE), by="code")


def test_progress_is_told_and_what_it_raises_ends_the_work():
    seen = []
    overlap(frame(SQUARE), frame(box(50, 50, 150, 150)), watch=lambda *told: seen.append(told))
    assert seen[-1][:2] == (1, 1)

    def cancel(*_):
        raise InterruptedError("that will do")

    with pytest.raises(InterruptedError, match="that will do"):
        overlap(frame(SQUARE), frame(box(50, 50, 150, 150)), watch=cancel)


def test_a_wrong_piece_is_caught_and_made_another_way(monkeypatch):
    a, b = frame(SQUARE).geometry.to_numpy(), frame(box(50, 50, 150, 150)).geometry.to_numpy()
    assert _geos.by_geos(a, b, np.array([2500.0]))[0].area == pytest.approx(2500.0)
    monkeypatch.setattr(_geos, "_near", lambda a, b: shapely.buffer(a, 5.0))
    assert _geos.by_geos(a, b, np.array([2500.0]))[0].area == pytest.approx(2500.0)
    with pytest.raises(GeometryError, match=r"overlay_unproven.*expected=2400.0, found=2500"):
        _geos.by_geos(a, b, np.array([2400.0]))


@given(seeds)
@settings(max_examples=30)
def test_boxes_meet_as_in_a_tree(seed):
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 100, (60, 2)).round(rng.integers(0, 3))
    boxes = np.hstack([low, low + rng.uniform(0, 30, (60, 2)).round(1)])
    boxes[rng.integers(0, 60, 5)] = np.nan
    zones, others = boxes[:20], boxes[20:]
    i, j = meeting_boxes(zones, others)
    with np.errstate(invalid="ignore"):
        low, high = (
            np.maximum(zones[:, None, :2], others[:, :2]),
            np.minimum(zones[:, None, 2:], others[:, 2:]),
        )
        expected = np.argwhere((low <= high).all(axis=2))
    assert np.c_[i, j].tolist() == expected.tolist()


@given(seeds)
@settings(max_examples=30)
@pytest.mark.parametrize("grid", [None, 1.0, 5.0])
def test_valid_says_what_geos_says(grid, seed):
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(40):
        points = rng.uniform(0, 20, (int(rng.integers(3, 12)), 2))
        points = np.round(points / grid) * grid if grid else points
        if rng.random() < 0.5:
            points = points[np.argsort(np.arctan2(*(points - 10).T))]
        shapes.append(Polygon(points + [X0, Y0]))
    shapes += [None, Polygon(), Point(0, 0), MultiPolygon([SQUARE, box(50, 50, 150, 150)])]
    geometry = np.array(shapes, dtype=object)
    assert valid(geometry).tolist() == (shapely.is_valid(geometry) & ~shapely.is_missing(geometry)).tolist()


@given(seeds)
@settings(max_examples=20)
def test_the_proof_by_numpy_is_that_of_the_kernel(seed):
    rng = np.random.default_rng(seed)
    a, b = nasty(rng, 6, grid=2.0), nasty(rng, 6, grid=2.0)
    n = min(len(a), len(b))
    expected = shapely.intersection(a[:n], b[:n])
    assert near(proved_areas(a[:n], b[:n]), shapely.area(expected), length=shapely.length(expected)).all()
