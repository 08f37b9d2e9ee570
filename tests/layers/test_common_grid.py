from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from layers import Raster, as_crs, open_raster, write_raster
from layers.common_grid import common_grid, on_common_grid
from layers.errors import CrsError

CRS = as_crs(5897)


def raster(shape=(4, 6), *, x=550_000.0, y=2_320_000.0, cell=100.0, crs=CRS, name="a"):
    values = np.arange(shape[0] * shape[1], dtype=np.uint8).reshape(shape)
    return Raster(values, Affine(cell, 0, x, 0, -cell, y), crs, name=name)


def test_grids_that_are_one_stay_as_they_are():
    rasters, findings = on_common_grid([raster(), raster(name="b")])
    assert findings == []
    assert rasters[0].grid == raster().grid


def test_a_larger_raster_on_the_same_cells_is_no_misalignment_and_loses_nothing():
    rasters, findings = on_common_grid([raster(), raster((8, 8), x=549_900.0, y=2_320_200.0, name="b")])
    assert findings == []
    assert rasters[0].grid.shape == (8, 8)
    assert sorted(
        rasters[0].read(rasters[0].grid.whole)[rasters[0].read(rasters[0].grid.whole) >= 0]
    ) == list(range(24))


def test_how_far_a_raster_lies_off_is_said_in_metres():
    _, (found,) = on_common_grid([raster(), raster(x=550_030.0, y=2_319_960.0, name="b")])
    assert (found.code, found.layer) == ("raster_aligned", "b")
    assert [found.fields[k] for k in ("east_m", "north_m", "offset_m")] == [30.0, -40.0, 50.0]
    _, (other,) = on_common_grid([raster(), raster((9, 9), x=549_730.0, y=2_320_000.0, name="b")])
    assert [other.fields[k] for k in ("east_m", "north_m")] == [pytest.approx(30.0), 0.0]


def test_cells_of_another_size_are_told():
    _, (found,) = on_common_grid([raster(), raster((8, 12), cell=50.0, name="b")])
    assert (found.fields["found"], found.fields["expected"]) == ("50 × 50 m", "100 × 100 m")


def test_rasters_in_degrees_are_measured_in_the_zone_of_their_place(tmp_path):
    degrees = raster((50, 60), x=105.5, y=21.05, cell=0.001, crs=as_crs(4326))
    write_raster(tmp_path / "a.tif", [(degrees.grid.whole, degrees.values)], grid=degrees.grid)
    on_disk = open_raster(tmp_path / "a.tif")
    (moved,), (found,) = on_common_grid([on_disk])
    assert (found.code, moved.grid.crs.to_epsg()) == ("raster_system", 5897)
    stated = 50 * 60 * (111_320 * np.cos(np.radians(21.025)) * 0.001) * (110_700 * 0.001) / 10_000
    values = moved.read(moved.grid.whole)
    assert (values != moved.nodata).sum() * moved.grid.cell_ha("a") == pytest.approx(stated, rel=0.01)
    (asked,), _ = on_common_grid([on_disk], as_crs(3405))
    assert asked.grid.crs.to_epsg() == 3405


def test_rasters_without_a_system_or_a_system_of_degrees_are_refused():
    with pytest.raises(CrsError, match="crs_missing: layer='b'"):
        common_grid([raster(), raster(crs=None, name="b")])
    with pytest.raises(CrsError, match="crs_not_metric: layer='a'"):
        common_grid([raster()], as_crs(4326))
