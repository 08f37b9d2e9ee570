"""Shapes in cells and distances between cells, each beside a second way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from scipy.ndimage import distance_transform_edt
from shapely import LineString, Point, box

from layers import as_crs
from layers.grid import RasterGrid, Window
from spatial import _compiled
from spatial._burn import burnt
from spatial._cell_distances import near_cells
from tests.spatial.conftest import blob, seeds


def grid(rows=40, cols=50, cell_m=20.0):
    return RasterGrid(as_crs(5897), Affine(cell_m, 0, 0, 0, -cell_m, rows * cell_m), rows, cols)


def cells_of(of):
    row, col = np.mgrid[: of.height, : of.width]
    t = of.transform
    return shapely.box(t.c + col * t.a, t.f + (row + 1) * t.e, t.c + (col + 1) * t.a, t.f + row * t.e)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_areas_take_the_cells_that_share_land_with_them(seed):
    rng = np.random.default_rng(seed)
    shapes = np.array([blob(rng) for _ in range(4)], dtype=object)
    cells = cells_of(grid())
    shared = np.zeros(cells.shape)
    for shape in shapes:
        shared = np.maximum(shared, shapely.area(shapely.intersection(cells, shape)))
    marked = burnt(shapes, grid(), touched=True)
    assert marked[shared > 1e-6].all()
    assert not marked[shapely.distance(cells, shapely.union_all(shapes)) > 1e-6].any()
    inside = shapely.contains_properly(shapely.union_all(shapes), shapely.centroid(cells))
    assert (burnt(shapes, grid(), touched=False) == inside).all()


def test_an_area_on_the_borders_of_cells_takes_no_neighbour():
    square = np.array([box(40, 40, 100, 80)], dtype=object)
    for touched in (True, False):
        assert np.argwhere(burnt(square, grid(), touched=touched)).tolist() == [
            [r, c] for r in (36, 37) for c in (2, 3, 4)
        ]


def test_neighbours_that_share_a_border_through_centres_share_no_cell():
    pair = [box(0, 0, 50, 800), box(50, 0, 1000, 800)]
    one, other = (burnt(np.array([p], dtype=object), grid(), touched=False) for p in pair)
    assert (one ^ other).all()


def test_holes_and_parts_and_empty_areas_and_lines_beside_areas():
    ring = box(100, 100, 500, 500).difference(box(200, 200, 400, 400))
    both = shapely.union_all([ring, box(260, 260, 300, 300)])
    shapes = np.array([both, shapely.Polygon(), LineString([(600, 10), (790, 10)])], dtype=object)
    marked = burnt(shapes, grid(), touched=True)
    assert marked.sum() == 400 - 100 + 4 + 10
    assert not burnt(shapes[1:2], grid(), touched=True).any()
    assert burnt(np.array([Point(5, 5)], dtype=object), grid(), touched=True).sum() == 1


def test_a_sliver_of_a_cell_counts():
    sliver = np.array([box(100, 100, 200, 300.001)], dtype=object)
    assert burnt(sliver, grid(), touched=True).sum() == 5 * 11


def by_scipy(touched, halo):
    """Whole grid with land round it, one transform."""
    away = distance_transform_edt(~np.pad(touched, halo)) if touched.any() else np.inf
    away = np.minimum(away, halo) * np.ones(np.add(touched.shape, 2 * halo))
    return away[halo:-halo, halo:-halo]


@pytest.mark.parametrize("compiled", [True, False])
@given(seed=seeds)
@settings(max_examples=15, deadline=None)
def test_distances_are_those_of_scipy_whatever_the_window_and_the_memory(compiled, seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-400, 1400, (int(rng.integers(1, 6)), 2))
    shapes = shapely.points(xy)
    halo = int(rng.integers(2, 60))
    row, col = int(rng.integers(0, 30)), int(rng.integers(0, 40))
    window = Window(row, col, int(rng.integers(1, 41 - row)), int(rng.integers(1, 51 - col)))
    wide = 70
    outer = RasterGrid(
        as_crs(5897), Affine(20, 0, -wide * 20, 0, -20, 800 + wide * 20), 40 + 2 * wide, 50 + 2 * wide
    )
    expected = by_scipy(burnt(shapes, outer, touched=True), halo) * 20
    expected = expected[wide + row :, wide + col :][: window.height, : window.width]
    before, _compiled.COMPILED = _compiled.COMPILED, compiled and _compiled.COMPILED
    try:
        parts = list(near_cells(shapes, grid(), window, halo=halo, memory_mb=float(rng.choice([1e-6, 100]))))
    finally:
        _compiled.COMPILED = before
    assert sum(part.height for part, _ in parts) == window.height
    np.testing.assert_allclose(np.concatenate([near for _, near in parts]), expected, rtol=1e-6)
