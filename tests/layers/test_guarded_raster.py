"""Rasters through the guarded door: the same cells as through the open one, their mistakes named."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine

from layers import Window, as_crs, open_raster
from layers._raster_blocks import check_blocks
from layers.errors import CrsError, SourceError
from layers.findings import Ledger
from layers.guard import Limits
from layers.guarded_raster import GuardedRaster, guarded_raster
from tests.hostile.damage import Damage, spoilt
from tests.hostile.rasters import hostile_rasters
from tests.layers.test_raster import DEGREES, PLACE, UTM, VN, land, written

if TYPE_CHECKING:
    from pathlib import Path


TILES = {"tiled": True, "blockxsize": 16, "blockysize": 16}


def codes(source: Any) -> list[str]:
    return [f.code for f in source.findings]


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i4", "f4", "f8"])
@pytest.mark.parametrize(
    "profile", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw"}]
)
def test_the_cells_are_those_of_the_open_door(tmp_path: Path, dtype: str, profile: dict[str, Any]) -> None:
    path = written(tmp_path / "a.tif", land(dtype=dtype), **profile)
    ours, theirs = guarded_raster(path), open_raster(path)
    np.testing.assert_array_equal(ours.read(ours.grid.whole), theirs.read(theirs.grid.whole))
    part = Window(7, 11, 20, 30)
    np.testing.assert_array_equal(ours.read(part), theirs.read(part))
    assert ours.grid.is_same(theirs.grid)
    assert (ours.dtype, ours.nodata, ours.name) == (theirs.dtype, theirs.nodata, "a.tif")
    assert codes(ours) == []


def test_a_grid_of_text_and_an_imagine_file_are_read(tmp_path: Path) -> None:
    for name, driver in (("a.asc", "AAIGrid"), ("a.img", "HFA")):
        path = tmp_path / name
        first = written(tmp_path / "a.tif", land(dtype="i4", nodata=-9999))
        with rasterio.open(first) as file:
            rasterio.shutil.copy(file, path, driver=driver)
        ours, theirs = guarded_raster(path), open_raster(path)
        np.testing.assert_array_equal(ours.read(ours.grid.whole), theirs.read(theirs.grid.whole))
        assert ours.grid.crs == VN


def test_a_mask_in_the_file_hides_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    profile = {"driver": "GTiff", "height": 4, "width": 5, "count": 1, "dtype": "uint8", "transform": PLACE}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", crs=VN, **profile) as file:
        file.write(np.full((4, 5), 7, "u1"), 1)
        file.write_mask(np.arange(20).reshape(4, 5) != 3)
    ours, theirs = guarded_raster(path), open_raster(path)
    np.testing.assert_array_equal(ours.read(ours.grid.whole), theirs.read(theirs.grid.whole))
    assert ours.read(ours.grid.whole)[0, 3] == ours.nodata


def test_it_is_read_on_another_grid_like_any_source(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land(dtype="f4", nodata=-1))
    like = land((10, 12), transform=Affine(30, 0, 558_003, 0, -30, 2_324_990))
    ours, theirs = (open_(path, like=like, method="linear") for open_ in (guarded_raster, open_raster))
    np.testing.assert_array_equal(ours.read(ours.grid.whole), theirs.read(theirs.grid.whole))
    bare = written(tmp_path / "b.tif", land(crs=None))
    with pytest.raises(CrsError, match="crs_missing"):
        guarded_raster(bare, like=like)


def test_the_copy_is_gone_when_nobody_holds_it(tmp_path: Path) -> None:
    source = guarded_raster(written(tmp_path / "a.tif", land()))
    assert isinstance(source, GuardedRaster)
    assert source.held is not None
    folder = source.held.path
    assert sorted(f.name for f in folder.iterdir()) == ["book.json", "cells.raw", "held"]
    del source
    gc.collect()
    assert not folder.exists()


def test_a_world_file_that_says_otherwise_is_named_and_not_used(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land())
    (tmp_path / "a.tfw").write_text("10\n0\n0\n-10\n558005\n2324995\n")
    assert codes(guarded_raster(path)) == []
    (tmp_path / "a.tfw").write_text("10\n0\n0\n-10\n558105\n2324995\n")
    source = guarded_raster(path)
    (found,) = source.findings
    assert (found.code, found.fields["found"], found.fields["cells"]) == (
        "raster_sidecar_differs", "a.tfw", pytest.approx(10),
    )  # fmt: skip
    assert source.grid.transform == PLACE


def test_metadata_beside_that_say_otherwise_are_named_and_not_used(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land())
    text = "<GeoTransform> 558000, 20, 0, 2325000, 0, -20</GeoTransform>"
    wkt = UTM.to_wkt().replace('"', "&quot;")
    (tmp_path / "a.tif.aux.xml").write_text(f"<PAMDataset><SRS>{wkt}</SRS>{text}</PAMDataset>")
    source = guarded_raster(path)
    assert codes(source) == ["raster_sidecar_differs", "raster_sidecar_crs"]
    assert (source.grid.crs, source.grid.transform) == (VN, PLACE)


def test_a_file_of_metadata_with_entities_is_followed_nowhere(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land())
    secret = tmp_path / "secret.txt"
    secret.write_text(DEGREES.to_wkt())
    head = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]>'
    (tmp_path / "a.tif.aux.xml").write_text(f"{head}<PAMDataset><SRS>&b;</SRS></PAMDataset>")
    assert codes(guarded_raster(path)) == []


def test_a_place_only_beside_the_file_is_taken_and_named(tmp_path: Path) -> None:
    raster = land(transform=Affine.identity(), crs=None)
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning, match="no geotransform"):
        path = written(tmp_path / "a.tif", raster)
    with pytest.raises(SourceError, match="raster_without_place"):
        guarded_raster(path)
    (tmp_path / "a.tfw").write_text("10\n0\n0\n-10\n558005\n2324995\n")
    (tmp_path / "a.prj").write_text(VN.to_wkt())
    source = guarded_raster(path)
    assert codes(source) == ["raster_world_file", "raster_crs_beside"]
    assert (source.grid.transform, source.grid.crs) == (PLACE, VN)


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("raster_crs_missing", {"crs": None}),
        ("raster_in_degrees", {"crs": DEGREES, "transform": Affine(1e-4, 0, 105.5, 0, -1e-4, 21)}),
        ("raster_unit", {"crs": as_crs(2263)}),
        ("raster_turned", {"transform": Affine(9, 3, 558_000, 3, -9, 2_325_000)}),
        ("raster_upside_down", {"transform": Affine(10, 0, 558_000, 0, 10, 2_325_000)}),
        ("raster_oblong", {"transform": Affine(10, 0, 558_000, 0, -20, 2_325_000)}),
        ("raster_cell_size", {"transform": Affine(10_000, 0, 558_000, 0, -10_000, 2_325_000)}),
        ("raster_nodata_missing", {"nodata": None}),
        ("raster_nodata_likely", {"dtype": "i2", "fill": -9999}),
        ("raster_infinite", {"dtype": "f4", "fill": np.inf}),
        ("raster_empty", {"all": 0}),
    ],
)
def test_what_is_unusual_is_named(tmp_path: Path, code: str, made: dict[str, Any]) -> None:
    raster = land(**{k: v for k, v in made.items() if k not in ("fill", "all")})
    if "fill" in made:
        raster.values[2, 3] = made["fill"]
    if "all" in made:
        raster.values[:] = made["all"]
    assert codes(guarded_raster(written(tmp_path / "a.tif", raster))) == [code]


def test_a_value_for_no_data_that_no_cell_can_hold_hides_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land(nodata=200))
    raw = path.read_bytes()
    assert raw.count(b"200\x00") == 1  # the tag is text
    path.write_bytes(raw.replace(b"200\x00", b"999\x00"))
    source = guarded_raster(path)
    assert source.nodata is None
    assert "raster_nodata_unfit" in codes(source) or "raster_nodata_missing" in codes(source)


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", land(dtype="c8", nodata=None))
    with pytest.raises(SourceError, match="raster_dtype"):
        guarded_raster(path)


def test_nothing_hostile_is_followed_and_all_of_it_ends(tmp_path: Path) -> None:
    limits = Limits(memory_mb=512, seconds=20)
    ended = []
    cases = list(hostile_rasters(tmp_path))
    for name, path in cases:
        try:
            source = guarded_raster(path, limits=limits)
        except SourceError as error:
            ended.append(error.code)
        else:
            assert not (source.read(Window(0, 0, 1, 1)) == 77).any(), name
    assert len(cases) == 21
    assert not {"reading_crashed", "reading_too_slow"} & set(ended)


@pytest.mark.parametrize("driver", ["GTiff", "tiled", "AAIGrid", "HFA"])
def test_a_damaged_raster_has_all_its_cells_or_says_why_not(tmp_path: Path, driver: str) -> None:
    profile = {**TILES, "compress": "deflate"} if driver == "tiled" else {}
    path = written(tmp_path / "a.tif", land((64, 64), dtype="i2", nodata=-1), **profile)
    if driver in ("AAIGrid", "HFA"):
        target = tmp_path / {"AAIGrid": "a.asc", "HFA": "a.img"}[driver]
        with rasterio.open(path) as file:
            rasterio.shutil.copy(file, target, driver=driver)
        path = target
    whole = guarded_raster(path)
    raw = path.read_bytes()
    victim = tmp_path / f"b{path.suffix}"
    for damage in [Damage("cut", "", share) for share in (20, 50, 80, 95, 99)]:
        victim.write_bytes(spoilt(raw, damage))
        try:
            found = guarded_raster(victim)
        except SourceError:
            continue
        same = (
            found.grid.shape == whole.grid.shape
            and (found.read(found.grid.whole) == whole.read(whole.grid.whole)).all()
        )
        assert same or [f for f in found.findings if f.level != "info"], damage


@pytest.mark.parametrize("interleave", ["band", "pixel"])
def test_a_block_that_unpacks_to_other_cells_is_told_by_its_sum(tmp_path: Path, interleave: str) -> None:
    path = tmp_path / "a.tif"
    cells = np.random.default_rng(3).integers(1, 9, (2, 64, 64)).astype("i2")
    profile = {"driver": "GTiff", "height": 64, "width": 64, "count": 2, "dtype": "int16", "nodata": -1}
    profile |= {**TILES, "compress": "deflate", "interleave": interleave, "transform": PLACE}
    with rasterio.open(path, "w", crs=VN, **profile) as file:
        file.write(cells)
    assert codes(guarded_raster(path, band=2)) == []
    with rasterio.open(path) as file:
        at, size = (int(file.get_tag_item(f"BLOCK_{w}_1_2", "TIFF", bidx=2)) for w in ("OFFSET", "SIZE"))
    raw = path.read_bytes()
    told = quiet = 0
    for here in range(at + 2, at + size):
        path.write_bytes(raw[:here] + bytes([raw[here] ^ 4]) + raw[here + 1 :])
        with rasterio.open(path) as file:
            try:
                quiet += bool((file.read(2) != cells[1]).any())
            except rasterio.errors.RasterioIOError:
                continue
        (found,) = guarded_raster(path, band=2).findings
        assert (found.code, found.level, found.fields["count"]) == ("raster_blocks_damaged", "block", 1)
        told += 1
        if quiet > 3 and told > 3:
            break
    assert quiet > 3  # the plain reader gives other cells without a word


def test_a_mask_that_is_not_as_it_was_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    profile = {"driver": "GTiff", "height": 64, "width": 64, "count": 1, "dtype": "uint8", "nodata": None}
    profile |= {"compress": "deflate", "transform": PLACE}
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", crs=VN, **profile) as file:
        file.write(np.full((64, 64), 7, "u1"), 1)
        file.write_mask(np.random.default_rng(3).random((64, 64)) > 0.3)
    assert codes(guarded_raster(path)) == ["raster_nodata_missing"]
    place = pytest.warns(rasterio.errors.NotGeoreferencedWarning, match="no geotransform")
    with place, rasterio.open(f"GTIFF_DIR:2:{path}", driver="GTiff") as mask:
        at, size = (int(mask.get_tag_item(f"BLOCK_{w}_0_0", "TIFF", bidx=1)) for w in ("OFFSET", "SIZE"))
    raw, here = path.read_bytes(), at + size // 2
    path.write_bytes(raw[:here] + bytes([raw[here] ^ 4]) + raw[here + 1 :])
    ledger = Ledger("a.tif")
    with rasterio.open(path) as file:
        check_blocks(path, file, 1, ledger)
    assert [f.code for f in ledger.findings] == ["raster_blocks_damaged"]
    with pytest.raises(SourceError, match="source_unreadable"):
        guarded_raster(path)
