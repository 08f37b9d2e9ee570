"""Rasters that a workspace keeps: the cells of the file, for good, and nothing that was changed since."""

from __future__ import annotations

import os

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from layers import Workspace, open_raster
from layers.errors import StoreError
from layers.guarded_raster import guarded_raster
from layers.provenance import file_hash
from layers.raster_store import Rasters

WHERE = Affine(30, 0, 550_000, 0, -30, 2_320_000)


def written(path, values, *, crs=5897, nodata=-1.0, unit=""):
    shape = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=WHERE, nodata=nodata, **shape) as file:
        file.write(values, 1)
        file.units = (unit,)
    return path


@pytest.fixture
def store(tmp_path):
    return Rasters(Workspace.create(tmp_path / "ws", crs=5897))


def test_a_raster_comes_back_cell_by_cell_with_what_is_known_of_it(store, tmp_path):
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    values[1, 1] = -1
    path = written(tmp_path / "độ dốc 2024.tif", values, unit="degrees")
    kept = store.keep(guarded_raster(path), "slope", period="2024", made=True)
    path.unlink()
    assert (kept.name, kept.measure, kept.period, kept.unit) == (
        "độ dốc 2024.tif",
        "slope",
        "2024",
        "degrees",
    )
    assert kept.made
    assert kept.id == f"slope-{kept.sha256[:12]}"
    assert store.listed() == [kept]
    again = store.open(kept.id)
    assert np.array_equal(again.read(again.grid.whole), values)
    assert (again.nodata, again.grid.transform, again.grid.crs.to_epsg()) == (-1.0, WHERE, 5897)


def test_the_same_file_is_the_same_raster_and_what_is_said_of_it_anew_is_a_version(store, tmp_path):
    path = written(tmp_path / "a.tif", np.ones((2, 2), np.float32))
    first = store.keep(guarded_raster(path), "slope")
    assert store.keep(guarded_raster(path), "slope") == first
    assert store.keep(guarded_raster(path), "slope", period="2020").period == "2020"
    assert len(store.listed()) == 1
    other = store.keep(guarded_raster(path), "flood")
    assert {raster.id for raster in store.listed()} == {first.id, other.id}


def test_a_file_that_was_changed_is_never_read(store, tmp_path):
    kept = store.keep(guarded_raster(written(tmp_path / "a.tif", np.ones((2, 2), np.float32))), "slope")
    (file,) = (store.base.folder / "rasters" / kept.id).iterdir()
    written(file, np.zeros((2, 2), np.float32))
    with pytest.raises(StoreError, match="version_damaged: layer='a.tif'"):
        store.open(kept.id)
    file.unlink()
    with pytest.raises(StoreError, match="version_damaged"):
        store.open(kept.id)
    with pytest.raises(StoreError, match="entry_unknown"):
        store.open("slope-none")
    # the same file put down again mends it
    store.keep(guarded_raster(written(tmp_path / "a.tif", np.ones((2, 2), np.float32))), "slope")
    again = store.open(kept.id)
    assert again.read(again.grid.whole).tolist() == [[1, 1], [1, 1]]


def test_what_has_no_system_or_lies_on_other_cells_is_not_kept(store, tmp_path):
    path = written(tmp_path / "a.tif", np.ones((2, 2), np.float32), crs=None)
    with pytest.raises(StoreError, match=r"raster_unfit: layer='a\.tif'"):
        store.keep(guarded_raster(path), "slope")
    path = written(tmp_path / "b.tif", np.ones((2, 2), np.float32))
    moved = guarded_raster(path, like=open_raster(written(tmp_path / "d.tif", np.ones((3, 3), np.float32))))
    assert moved.grid is not moved.stored
    with pytest.raises(StoreError, match="raster_unfit"):
        store.keep(moved, "slope")


@settings(max_examples=12, deadline=None)
@given(values=arrays(np.int16, (3, 5), elements=st.integers(-40, 40)))
def test_on_the_grid_of_a_search_kept_cells_are_those_of_the_file(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("kept")
    store = Rasters(Workspace.create(folder / "ws", crs=5897))
    path = written(folder / "a.tif", values, nodata=-40)
    kept = store.keep(guarded_raster(path), "elevation")
    like = open_raster(written(folder / "like.tif", np.ones((7, 6), np.float32)))
    one = store.open(kept.id, like=like)
    other = guarded_raster(path, like=like, method="linear")
    assert np.array_equal(one.read(like.grid.whole), other.read(like.grid.whole), equal_nan=True)


# --- workspaces of somebody else's ----------------------------------------------------------------------


@pytest.fixture
def kept(store, tmp_path):
    return store.keep(guarded_raster(written(tmp_path / "a.tif", np.ones((2, 2), np.float32))), "slope")


def say(store, name, odd=None):
    """Put down a version of an entry that no saver would."""
    entries = store.base.entries
    before = next(iter(entries.history("raster", name)), None)
    first = before or entries.newest("raster")[0]
    entries.put("raster", name, {**first.content, **(odd or {})}, expected=before and before.version)


@pytest.mark.parametrize(
    "odd",
    [
        {"findings": 5},
        {"findings": [{"code": "x"}]},
        {"cells_sha256": 5},
        {"name": 7},
        {"crs": "nowhere"},
        {"dtype": "O"},
        {"dtype": "none"},
        {"transform": [1, 2]},
        {"transform": 3},
        {"height": -1},
        {"width": "4"},
        {"nodata": "x"},
        {"made": 1},
    ],
)
def test_an_entry_that_nobody_put_down_is_refused_and_left_out_of_the_list(store, kept, odd):
    say(store, kept.id, odd)
    assert store.listed() == []
    with pytest.raises(StoreError, match="workspace_damaged"):
        store.open(kept.id)


def test_an_entry_that_says_hardly_anything_hides_no_other(store, kept):
    store.base.entries.put("raster", "slope-0123456789ab", {"measure": "slope"}, expected=None)
    assert store.listed() == [kept]
    with pytest.raises(StoreError, match="workspace_damaged"):
        store.get("slope-0123456789ab")


@pytest.mark.parametrize(
    "name", ["../../secret", "..", "a/b", "", "/slope-0123456789ab", "slope-0123456789ab/.."]
)
def test_a_raster_by_an_odd_name_is_refused(store, kept, name):
    say(store, name)
    with pytest.raises(StoreError, match="workspace_damaged"):
        store.open(name)
    assert store.listed() == [kept]


def test_a_pipe_in_place_of_the_cells_is_damage_and_is_mended(store, kept, tmp_path):
    (file,) = (store.base.folder / "rasters" / kept.id).iterdir()
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(StoreError, match="version_damaged"):
        store.open(kept.id)
    os.mkfifo(file.with_name("b.tif"))
    assert store.keep(guarded_raster(tmp_path / "a.tif"), "slope") == kept
    assert store.open(kept.id).read(kept.grid.whole).tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "how", [{}, {"tiled": True, "blockxsize": 1024, "blockysize": 1024, "compress": "deflate"}, {"count": 2}]
)
def test_cells_laid_down_otherwise_than_ours_are_not_read(store, kept, how):
    (file,) = (store.base.folder / "rasters" / kept.id).iterdir()
    shape = {"height": 2, "width": 2, "count": 1, "dtype": "float32", "driver": "GTiff"}
    with rasterio.open(file, "w", crs=5897, transform=WHERE, nodata=-1.0, **{**shape, **how}) as made:
        made.write(np.ones((2, 2), np.float32), 1)
    say(store, kept.id, {"cells_sha256": file_hash(file)})
    with pytest.raises(StoreError, match="version_damaged"):
        store.open(kept.id)


def test_what_is_odd_among_rasters_is_named(store, kept):
    assert store.odd() == []
    store.base.entries.put("raster", "slope-0123456789ab", {"measure": "slope"}, expected=None)
    assert [(f.code, f.layer) for f in store.odd()] == [("raster_entry_odd", "slope-0123456789ab")]
    (file,) = (store.base.folder / "rasters" / kept.id).iterdir()
    file.unlink()
    found = {f.code: f for f in store.odd()}
    assert found["raster_file_missing"].fields["found"] == kept.id
    assert len(found) == 2
