from __future__ import annotations

import importlib.util
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.features import rasterize
from shapely import MultiPolygon, Point, Polygon, box

from layers.errors import CrsError, GeometryError, QuestionError, SchemaError
from spatial import _compiled
from spatial.zonal import zonal_histogram
from tests.spatial.cells import CELL, CRS, X0, Y0, classes, plainly, raster
from tests.spatial.conftest import seeds

exact_only = pytest.mark.skipif(
    importlib.util.find_spec("exactextract") is None, reason="the extra exactextract is not installed"
)


def place(shape):
    """From columns and rows of the test raster to the map."""
    return shapely.transform(shape, lambda c: c * [CELL, -CELL] + [X0, Y0])


def zones(*shapes, index=None):
    return gpd.GeoDataFrame(geometry=[place(s) for s in shapes], index=index, crs=CRS)


def rows(frame):
    """Plain values, None for cells without a class."""
    return [
        (zone, None if pd.isna(value) else int(value), cells)
        for zone, value, cells in frame[["zone", "class", "cells"]].itertuples(index=False)
    ]


def tables(count, rng):
    """Crooked shapes that share every edge and cover the grid, the corners off the centres."""
    x, y = np.meshgrid(np.linspace(-2, 42, count + 1), np.linspace(-2, 32, count + 1))
    x[1:-1, 1:-1] += rng.uniform(-0.35, 0.35, x[1:-1, 1:-1].shape) * 44 / count
    y[1:-1, 1:-1] += rng.uniform(-0.35, 0.35, y[1:-1, 1:-1].shape) * 34 / count
    # some corners on centres and on corners of cells, where a sloppy rule would count twice or not at all
    snapped = rng.random(x.shape) < 0.5
    x[snapped], y[snapped] = np.round(x[snapped] * 2) / 2, np.round(y[snapped] * 2) / 2
    corners = [(0, 0), (0, 1), (1, 1), (1, 0)]
    shapes = [
        Polygon([(x[i + a, j + b], y[i + a, j + b]) for a, b in corners])
        for i in range(count)
        for j in range(count)
    ]
    return [s for s in shapes if s.is_valid and s.area > 0], all(s.is_valid for s in shapes)


LAND = raster([[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 3, 0]], nodata=0)


def as_numpy(monkeypatch, compiled):
    if compiled and not _compiled.COMPILED:
        pytest.skip("numba is not installed")
    monkeypatch.setattr(_compiled, "COMPILED", compiled)


@plainly
def test_cells_by_class_and_zone(monkeypatch, compiled):
    as_numpy(monkeypatch, compiled)
    found = zonal_histogram(zones(box(0, 0, 4, 2), box(1, 1, 4, 3), index=["A", "B"]), LAND)
    assert rows(found) == [("A", 1, 4), ("A", 2, 4), ("B", 1, 1), ("B", 2, 2), ("B", 3, 2), ("B", None, 1)]
    assert found["area_ha"].tolist() == [4.0, 4.0, 1.0, 2.0, 2.0, 1.0]
    assert found.index.tolist() == list(range(6))


@plainly
def test_a_zone_with_a_hole_and_one_of_two_parts(monkeypatch, compiled):
    as_numpy(monkeypatch, compiled)
    ring = box(0, 0, 4, 3).difference(box(1, 1, 3, 2))
    parts = MultiPolygon([box(0, 0, 1, 1), box(3, 0, 4, 1)])
    found = zonal_histogram(zones(ring, parts), LAND)
    assert rows(found) == [(0, 1, 3), (0, 2, 3), (0, 3, 3), (0, None, 1), (1, 1, 1), (1, 2, 1)]


@plainly
def test_centres_off_the_raster_are_counted_as_without_a_class(monkeypatch, compiled):
    as_numpy(monkeypatch, compiled)
    found = zonal_histogram(zones(box(-2, -1, 1, 1), box(50, 50, 60, 60)), LAND)
    assert rows(found) == [(0, 1, 1), (0, None, 5), (1, None, 100)]


@plainly
def test_a_centre_on_an_edge_goes_to_higher_columns_and_rows(monkeypatch, compiled):
    as_numpy(monkeypatch, compiled)
    found = zonal_histogram(zones(box(0, 0, 1.5, 1), box(1.5, 0, 4, 1), box(0, 0.5, 1, 1.5)), LAND)
    assert rows(found) == [(0, 1, 1), (1, 1, 1), (1, 2, 2), (2, 1, 1)]


def test_zones_that_overlap_are_counted_each_on_their_own():
    found = zonal_histogram(zones(box(0, 0, 2, 2), box(0, 0, 2, 2)), LAND)
    assert rows(found) == [(0, 1, 4), (1, 1, 4)]


def test_a_zone_too_thin_for_any_centre_and_an_empty_one_give_no_row():
    assert zonal_histogram(zones(box(0, 0.1, 4, 0.2), Polygon()), LAND).empty
    assert zonal_histogram(zones(), LAND).columns.tolist() == ["zone", "class", "cells", "area_ha"]


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "i4", "u4", "i8", ">i2"])
def test_any_type_of_whole_numbers(dtype):
    low = 0 if np.dtype(dtype).kind == "u" else -5
    values = np.array([[low, 100], [100, 7]], dtype=dtype)
    assert rows(zonal_histogram(zones(box(0, 0, 2, 2)), raster(values))) == sorted(
        [(0, low, 1), (0, 7, 1), (0, 100, 2)]
    )


def test_classes_far_apart_and_many():
    values = np.array([[-(2**40), 2**40], [3, 3]])
    assert rows(zonal_histogram(zones(box(0, 0, 2, 2)), raster(values))) == [
        (0, -(2**40), 1), (0, 3, 2), (0, 2**40, 1),
    ]  # fmt: skip
    many = np.arange(90_000, dtype=np.int32).reshape(300, 300)
    found = zonal_histogram(zones(box(0, 0, 300, 300)), raster(many))
    assert len(found) == 90_000
    assert found["cells"].eq(1).all()


@plainly
@given(seed=seeds, count=st.integers(1, 7))
def test_shapes_that_cover_the_grid_count_every_cell_once(compiled, seed, count):
    rng = np.random.default_rng(seed)
    shapes, whole = tables(count, rng)
    land = raster(classes(rng, (30, 40)))
    with pytest.MonkeyPatch.context() as patch:
        as_numpy(patch, compiled)
        found = zonal_histogram(zones(*shapes), land).dropna()
    if whole:
        values, cells = np.unique(land.values, return_counts=True)
        assert found.groupby("class")["cells"].sum().to_dict() == dict(
            zip(values.tolist(), cells.tolist(), strict=True)
        )


def blobs(rng, count=12):
    from tests.spatial.conftest import blob

    return [shapely.transform(blob(rng), lambda c: c / 30 + [-1.0, -3.0]) for _ in range(count)]


@given(seed=seeds, threads=st.integers(1, 3), memory=st.floats(0.003, 0.02))
def test_windows_threads_and_numpy_give_the_same_answer(seed, threads, memory):
    rng = np.random.default_rng(seed)
    land = raster(classes(rng, (45, 61)), nodata=2)
    asked = zones(*blobs(rng))
    whole = zonal_histogram(asked, land, threads=1)
    pd.testing.assert_frame_equal(whole, zonal_histogram(asked, land, threads=threads, memory_mb=memory))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "COMPILED", False)
        pd.testing.assert_frame_equal(whole, zonal_histogram(asked, land, memory_mb=memory))


@given(seed=seeds)
def test_the_first_corner_the_direction_and_corners_too_many_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    land = raster(classes(rng, (30, 40)))
    # on quarters of cells, so that the corners put between lie on the very same line
    corners = np.unique(rng.integers(0, 120, (9, 2)), axis=0) / 4
    hull = shapely.convex_hull(shapely.multipoints(corners))
    if hull.geom_type != "Polygon":
        return
    ring = shapely.get_coordinates(hull)[:-1]
    turned = Polygon(np.roll(ring, int(rng.integers(len(ring))), axis=0)[::-1])
    middle = (ring + np.roll(ring, -1, axis=0)) / 2
    crowded = Polygon(np.stack([ring, middle], axis=1).reshape(-1, 2))
    found = [rows(zonal_histogram(zones(shape), land)) for shape in (hull, turned, crowded)]
    assert found[0] == found[1]
    assert sum(cells for *_, cells in found[0]) == sum(cells for *_, cells in found[2])


@given(seed=seeds)
def test_the_same_as_burning_each_zone_by_itself(seed):
    rng = np.random.default_rng(seed)
    land = raster(classes(rng, (45, 61)))
    asked = zones(*blobs(rng, 5))
    found = zonal_histogram(asked, land).dropna()
    for label, shape in asked.geometry.items():
        burnt = rasterize([shape], land.values.shape, transform=land.transform, dtype=np.uint8) == 1
        values, cells = np.unique(land.values[burnt], return_counts=True)
        mine = found[found["zone"] == label]
        # random corners: no centre lies on an edge
        assert mine["class"].tolist() == values.tolist()
        assert mine["cells"].tolist() == cells.tolist()


@given(seed=seeds)
def test_a_turned_grid_counts_the_centres_that_lie_in_the_zone(seed):
    rng = np.random.default_rng(seed)
    turned = Affine(60, 80, X0, 80, -60, Y0)
    land = raster(classes(rng, (20, 25)), transform=turned)
    shape = Polygon([(X0 + 300, Y0 - 900), (X0 + 2500, Y0 + 100), (X0 + 1400, Y0 + 1900)])
    asked = gpd.GeoDataFrame(geometry=[shape], crs=CRS)
    col, row = np.meshgrid(np.arange(25) + 0.5, np.arange(20) + 0.5)
    inside = shapely.contains_xy(shape, X0 + 60 * col + 80 * row, Y0 + 80 * col - 60 * row)
    values, cells = np.unique(land.values[inside], return_counts=True)
    found = zonal_histogram(asked, land).dropna()
    assert found["class"].tolist() == values.tolist()
    assert found["cells"].tolist() == cells.tolist()
    assert found["area_ha"].sum() == pytest.approx(inside.sum())


@exact_only
def test_exact_shares_of_cells():
    found = zonal_histogram(zones(box(0.5, 0, 2.25, 1), box(3, 2, 5, 3)), LAND, exact=True)
    assert rows(found) == [(0, 1, 1.5), (0, 2, 0.25), (1, None, 2.0)]
    assert found["area_ha"].tolist() == [1.5, 0.25, 2.0]


@exact_only
@given(seed=seeds)
def test_exact_shares_add_up_to_the_area_with_windows_or_not(seed):
    rng = np.random.default_rng(seed)
    land = raster(classes(rng, (45, 61)), nodata=2)
    asked = zones(*blobs(rng, 4))
    whole = zonal_histogram(asked, land, exact=True)
    areas = whole.groupby("zone")["area_ha"].sum()
    assert areas.to_numpy() == pytest.approx(asked.geometry.area.to_numpy() / 1e4, rel=1e-5)
    parts = zonal_histogram(asked, land, exact=True, memory_mb=0.003)
    pd.testing.assert_frame_equal(whole, parts, rtol=1e-5)


def test_exact_without_the_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(QuestionError, match="package_missing: found='exactextract'"):
        zonal_histogram(zones(box(0, 0, 1, 1)), LAND, exact=True)


def test_degrees_are_refused():
    degrees = gpd.GeoDataFrame(geometry=[box(105, 20, 106, 21)], crs=4326)
    with pytest.raises(CrsError, match="crs_not_metric: layer='zones'"):
        zonal_histogram(degrees, LAND)
    with pytest.raises(CrsError, match="crs_not_metric: layer='lớp phủ'"):
        zonal_histogram(zones(box(0, 0, 1, 1)), raster(LAND.values, crs=degrees.crs, name="lớp phủ"))


def test_another_system_is_refused():
    with pytest.raises(CrsError, match="crs_differs: layer='raster'.*UTM zone 48N"):
        zonal_histogram(zones(box(0, 0, 1, 1)), raster(LAND.values, crs=CRS.from_epsg(32648)))


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        (Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), "Self-intersection"),
        (Point(1, 1), "Point"),
        (None, "None"),
    ],
)
def test_what_is_no_valid_area_is_refused(shape, found):
    bad = gpd.GeoDataFrame(geometry=[shape and place(shape)], index=["x"], crs=CRS)
    with pytest.raises(GeometryError, match=f"geometry_invalid: layer='zones', row='x', found='{found}"):
        zonal_histogram(bad, LAND)


def test_a_zone_out_of_this_world_is_refused():
    far = gpd.GeoDataFrame(geometry=[box(0, 0, 1e15, 1)], crs=CRS)
    with pytest.raises(GeometryError, match="coordinates_unreachable: layer='zones', count=1, row='0'"):
        zonal_histogram(far, LAND)


def test_measures_and_impossible_limits_are_refused():
    asked = zones(box(0, 0, 1, 1))
    with pytest.raises(SchemaError, match="raster_not_classes: layer='raster', found='float32'"):
        zonal_histogram(asked, raster(np.zeros((2, 2), np.float32)))
    with pytest.raises(QuestionError, match="threads_unusable: found=0"):
        zonal_histogram(asked, LAND, threads=0)
    with pytest.raises(QuestionError, match="memory_too_small: found=0.0"):
        zonal_histogram(asked, LAND, memory_mb=0.0)


def test_importing_spatial_does_not_load_numba():
    code = "import spatial, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
