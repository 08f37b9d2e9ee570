from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.warp import Resampling, reproject

from layers import (
    Raster,
    Window,
    align_raster,
    as_crs,
    open_raster,
    raster_windows,
    read_raster,
    write_raster,
)
from layers.errors import CrsError, QuestionError, SchemaError, SourceError
from layers.grid import RasterGrid, require_same_grid, same_crs

VN, UTM, DEGREES = as_crs(5897), as_crs(32648), as_crs(4326)
PLACE = Affine(10, 0, 558_000, 0, -10, 2_325_000)


def land(shape=(40, 50), *, seed=1, dtype="u1", nodata=0, transform=PLACE, crs=VN):
    values = np.random.default_rng(seed).integers(1, 9, shape).astype(dtype)
    return Raster(values, transform, crs, nodata)


def written(path, raster, **profile):
    height, width = raster.values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype=raster.values.dtype,
        crs=raster.crs.to_wkt() if raster.crs else None, transform=raster.transform, nodata=raster.nodata,
        **profile,
    ) as file:  # fmt: skip
        file.write(raster.values, 1)
    return path


def test_what_is_written_is_read_back(tmp_path):
    made = land()
    write_raster(tmp_path / "a.tif", [(made.grid.whole, made.values)], grid=made.grid, nodata=0)
    read = read_raster(tmp_path / "a.tif")
    np.testing.assert_array_equal(read.values, made.values)
    assert read.grid.is_same(made.grid)
    assert (read.nodata, read.crs.to_epsg(), read.name) == (0, 5897, "a.tif")
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_a_window_is_read_in_its_place(tmp_path):
    path = written(tmp_path / "a.tif", land(), tiled=True, blockxsize=16, blockysize=16)
    part = read_raster(path, window=Window(7, 11, 20, 30))
    np.testing.assert_array_equal(part.values, land().values[7:27, 11:41])
    assert (part.transform.c, part.transform.f) == (558_110, 2_324_930)
    with pytest.raises(QuestionError, match=r"raster_window_outside: found='\(30, 0, 20, 50\)'"):
        read_raster(path, window=Window(30, 0, 20, 50))


@given(
    height=st.integers(1, 700),
    width=st.integers(1, 700),
    memory=st.floats(0.005, 3),
    item=st.sampled_from([1, 4]),
)
def test_windows_cover_every_cell_once_and_keep_to_the_limit(height, width, memory, item):
    raster = Raster(np.zeros((height, width), f"u{item}"), PLACE, VN)
    seen = np.zeros((height, width), int)
    if memory * 1e6 < 2 * item * min(1024, height * width):
        with pytest.raises(QuestionError, match="memory_too_small"):
            list(raster_windows(raster, memory_mb=memory))
        return
    for row, col, rows, cols in raster_windows(raster, memory_mb=memory):
        assert 2 * item * rows * cols <= memory * 1e6
        seen[row : row + rows, col : col + cols] += 1
    assert (seen == 1).all()


def test_a_large_raster_is_read_within_the_limit(tmp_path):
    path = tmp_path / "large.tif"
    grid = RasterGrid(VN, PLACE, 4000, 5000)
    rows = (
        (Window(row, 0, 500, 5000), np.full((500, 5000), row // 500, "u1")) for row in range(0, 4000, 500)
    )
    write_raster(path, rows, grid=grid)
    source = open_raster(path)
    tracemalloc.start()
    total = sum(int(source.read(w).sum(dtype=int)) for w in raster_windows(source, memory_mb=4))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == sum(range(8)) * 500 * 5000
    assert peak < 5e6


def test_nodata_that_no_cell_can_hold_hides_nothing(tmp_path):
    path = written(tmp_path / "a.tif", land(nodata=255))
    content = path.read_bytes()
    assert content.count(b"255\x00") == 1
    for text in (b"-99\x00", b"1.5\x00"):
        path.write_bytes(content.replace(b"255\x00", text))
        assert open_raster(path).nodata is None


def test_a_mask_in_the_file_becomes_a_nodata_value(tmp_path):
    made = land(nodata=None)
    path = tmp_path / "a.tif"
    hidden = np.zeros(made.values.shape, bool)
    hidden[3, 5:9] = True
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        written(path, made)
        with rasterio.open(path, "r+") as file:
            file.write_mask(~hidden)
    read = read_raster(path)
    np.testing.assert_array_equal(read.missing(), hidden)
    np.testing.assert_array_equal(read.values[~hidden], made.values[~hidden])
    assert read.dtype == np.int16


def test_a_custom_projection_of_vn2000_is_recognised(tmp_path):
    text = "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"
    path = written(tmp_path / "a.tif", land(crs=as_crs(text)))
    assert read_raster(path).crs.to_epsg() == 5897


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_files_that_are_no_rasters_on_a_map_are_named(tmp_path):
    with pytest.raises(SourceError, match="source_missing"):
        open_raster(tmp_path / "none.tif")
    (tmp_path / "text.tif").write_text("chữ")
    with pytest.raises(SourceError, match="source_unreadable"):
        open_raster(tmp_path / "text.tif")
    (tmp_path / "a.vrt").write_text("<VRTDataset/>")
    with pytest.raises(SourceError, match="format_unknown"):
        open_raster(tmp_path / "a.vrt")
    path = written(tmp_path / "a.tif", land())
    with pytest.raises(SourceError, match="raster_band_missing: .*found=2, expected=1"):
        open_raster(path, band=2)
    plain = written(tmp_path / "plain.tif", land(transform=Affine.identity(), crs=None))
    with pytest.raises(SourceError, match="raster_without_place"):
        open_raster(plain)


def test_a_file_cut_short_is_named(tmp_path):
    path = written(tmp_path / "a.tif", land((400, 500)))
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(SourceError, match="source_unreadable: path='.*a.tif'"):
        read_raster(path)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    made = land()
    path = tmp_path / "a.tif"
    write_raster(path, [(made.grid.whole, made.values)], grid=made.grid)
    before = path.read_bytes()

    def breaking():
        yield Window(0, 0, 10, 50), made.values[:10]
        yield Window(35, 0, 10, 50), made.values[:10]

    with pytest.raises(QuestionError, match="raster_window_outside"):
        write_raster(path, breaking(), grid=made.grid)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]
    with pytest.raises(SourceError, match="target_unwritable"):
        write_raster(tmp_path / "no" / "a.tif", [(made.grid.whole, made.values)], grid=made.grid)


def test_only_tables_of_cells_are_rasters():
    with pytest.raises(SchemaError, match=r"raster_not_flat: layer='raster', found='\(2, 2, 2\)'"):
        Raster(np.zeros((2, 2, 2)), PLACE, VN)


@given(dx=st.floats(-60, 60), dy=st.floats(-60, 60), size=st.floats(4, 31), seed=st.integers(0, 99))
def test_nearest_cells_on_another_grid_are_those_gdal_finds(dx, dy, size, seed):
    raster = land(seed=seed)
    like = land((33, 21), transform=Affine(size, 0, 558_000.123 + dx, 0, -size, 2_325_000.321 + dy))
    expected = np.zeros((33, 21), "u1")
    reproject(
        raster.values, expected, src_transform=PLACE, src_crs=VN.to_wkt(), dst_transform=like.transform,
        dst_crs=VN.to_wkt(), src_nodata=0, dst_nodata=0, resampling=Resampling.nearest,
    )  # fmt: skip
    found = align_raster(raster, like)
    # centres that fall on the border of two cells to the last digit may go either way
    assert (found.values == expected).mean() > 0.999
    require_same_grid(found, like)


@pytest.mark.parametrize("crs", [UTM, DEGREES, as_crs(5899)])
def test_nearest_cells_in_another_system_are_those_gdal_finds(crs):
    from layers.crs import mover

    raster = land((300, 280))
    x, y = mover(VN, crs).transform(558_100, 2_324_900)
    size = 7e-5 if crs.is_geographic else 7.0
    like = land((310, 290), transform=Affine(size, 0, x, 0, -size, y), crs=crs)
    expected = np.zeros((310, 290), "u1")
    pinned = {"COORDINATE_OPERATION": mover(VN, crs).definition} if crs is UTM else {}
    reproject(
        raster.values, expected, src_transform=PLACE, src_crs=VN.to_wkt(), dst_transform=like.transform,
        dst_crs=crs.to_wkt(), src_nodata=0, dst_nodata=0, resampling=Resampling.nearest, tolerance=0,
        **pinned,
    )  # fmt: skip
    found = align_raster(raster, like)
    assert (expected > 0).mean() > 0.5
    assert (found.values == expected).mean() > 0.99


@pytest.mark.parametrize("method", ["nearest", "linear"])
@given(seed=st.integers(0, 99), memory=st.floats(0.01, 0.1))
def test_aligned_by_windows_is_aligned_whole(method, seed, memory):
    import tempfile
    from pathlib import Path

    raster, like = (
        land((120, 130), seed=seed),
        land((140, 90), transform=Affine(9, 1, 558_080, 1, -9, 2_324_900), crs=UTM),
    )
    whole = align_raster(raster, like, method=method)
    with tempfile.TemporaryDirectory() as folder:
        source = open_raster(written(Path(folder) / "a.tif", raster), like=like, method=method)
        parts = np.zeros_like(whole.values)
        for window in raster_windows(source, memory_mb=memory):
            row, col, height, width = window
            parts[row : row + height, col : col + width] = source.read(window)
    np.testing.assert_array_equal(whole.values, parts)


def test_a_raster_without_a_value_for_none_gets_one_when_aligned():
    raster, like = land(nodata=None), land((20, 20), transform=Affine(10, 0, 557_900, 0, -10, 2_325_000))
    found = align_raster(raster, like)
    assert (found.dtype, found.nodata) == (np.int16, -32768)
    assert found.missing()[:, :10].all()
    assert not found.missing()[:, 10:].any()
    floats = align_raster(land(nodata=None, dtype="f4"), like)
    assert np.isnan(floats.nodata)
    assert align_raster(raster, raster) is raster


def test_measures_lie_on_the_plane_that_they_came_from():
    col, row = np.meshgrid(np.arange(50) + 0.5, np.arange(40) + 0.5)
    plane = Raster((3 * col + 2 * row).astype("f4"), PLACE, VN, -1)
    like = land((30, 30), transform=Affine(7, 0, 558_053, 0, -7, 2_324_941))
    found = align_raster(plane, like, method="linear")
    x, y = np.meshgrid(558_053 + 7 * (np.arange(30) + 0.5), 2_324_941 - 7 * (np.arange(30) + 0.5))
    np.testing.assert_allclose(found.values, 3 * (x - 558_000) / 10 + 2 * (2_325_000 - y) / 10, rtol=1e-5)
    assert align_raster(land(), like, method="linear").dtype == np.float32


def test_next_to_missing_cells_a_measure_is_that_of_the_nearest_cell():
    values = np.array([[1, -1], [3, 5]], "f4")
    raster = Raster(values, Affine(10, 0, 0, 0, -10, 20), VN, -1)
    like = Raster(np.zeros((1, 1)), Affine(10, 0, 4, 0, -10, 16), VN)
    assert align_raster(raster, like, method="linear").values.tolist() == [[1.0]]
    away = Raster(np.zeros((1, 1)), Affine(10, 0, 400, 0, -10, 16), VN)
    assert align_raster(raster, away).values.tolist() == [[-1.0]]


def test_grids_that_cannot_be_related_are_refused():
    with pytest.raises(CrsError, match="crs_missing: layer='raster', expected='VN-2000"):
        align_raster(land(crs=None), land())
    with pytest.raises(QuestionError, match="align_method_unknown: found='cubic'"):
        align_raster(land(), land(), method="cubic")


def test_one_system_by_two_texts_is_one():
    assert same_crs(VN, as_crs(VN.to_wkt("WKT1_GDAL")))
    assert not same_crs(VN, UTM)
    assert not same_crs(VN, None)
