from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, MultiPolygon, box

from layers import Layer, Workspace
from layers.chunks import read_chunks, write_chunks
from layers.coordinates import open_coordinates, write_coordinates
from layers.errors import CrsError, SchemaError
from spatial import _compiled
from spatial.overlap import overlap_areas
from spatial.stored import chunked_areas, stored_areas
from tests.spatial.conftest import blob, frame, grid_land, seeds


@pytest.fixture(params=["compiled", "geos"], autouse=True)
def path(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba", reason="numba is not installed: there is no compiled path to test")
    monkeypatch.setattr(_compiled, "FEW", 0 if request.param == "compiled" else 10**9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("stored")


def same(found, expected):
    keys = list(expected.columns[:2])
    pd.testing.assert_frame_equal(found[keys], expected[keys], check_dtype=False)
    assert np.allclose(found["area_m2"], expected["area_m2"], rtol=1e-9, atol=1e-6)


@given(seeds)
@settings(max_examples=15)
def test_from_disk_and_from_memory_the_answer_is_the_same(folder, seed):
    rng = np.random.default_rng(seed)
    zones, land = frame(*[blob(rng) for _ in range(4)]), grid_land(rng).frame
    land = land.sample(frac=1.0, random_state=seed % 2**31)
    write_coordinates(land, folder / "land")
    stored = open_coordinates(folder / "land")
    same(stored_areas(zones, stored), overlap_areas(zones, land))
    same(stored_areas(zones, stored, by="code"), overlap_areas(zones, land, by="code"))


@given(seeds)
@settings(max_examples=10)
def test_in_chunks_of_any_size_the_answer_is_the_same(folder, seed):
    rng = np.random.default_rng(seed)
    zones, land = frame(*[blob(rng) for _ in range(4)]), grid_land(rng).frame
    file = folder / "land.parquet"
    write_chunks([land], file)
    near = shapely.bounds(zones.geometry.to_numpy())
    for memory_mb in (100.0, 0.02, 0.0001):
        chunks = read_chunks(file, memory_mb=memory_mb, near=near)
        same(chunked_areas(zones, chunks, by="code"), overlap_areas(zones, land, by="code"))


def test_holes_parts_and_lines_on_disk(folder):
    ring = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    others = frame(
        ring, MultiPolygon([box(-20, 0, -10, 10), box(50, 45, 55, 50)]), LineString([(0, 0), (50, 50)])
    )
    write_coordinates(others, folder / "odd")
    zones = frame(box(-15, 30, 70, 70), box(0, 0, 58, 49))
    same(stored_areas(zones, open_coordinates(folder / "odd")), overlap_areas(zones, others))


def test_a_pair_too_wide_for_its_rounding_goes_to_geos(folder):
    tiny, huge = frame(box(0, 0, 0.01, 0.01)), frame(box(-1e6, -1e6, 0.005, 1e6))
    write_coordinates(huge, folder / "huge")
    found = stored_areas(tiny, open_coordinates(folder / "huge"))
    assert found["area_m2"].tolist() == [pytest.approx(5e-5, rel=1e-6)]


def test_no_land_near_the_zones(folder):
    write_coordinates(frame(box(0, 0, 1, 1), code=["LUC"]), folder / "far")
    stored = open_coordinates(folder / "far")
    assert stored_areas(frame(box(50, 50, 60, 60)), stored, by="code").columns.tolist() == [
        "zone",
        "code",
        "area_m2",
    ]
    assert chunked_areas(frame(box(50, 50, 60, 60)), [], by="code").columns.tolist() == [
        "zone",
        "code",
        "area_m2",
    ]


def test_another_system_or_a_column_that_is_not_there(folder):
    write_coordinates(frame(box(0, 0, 1, 1)), folder / "land")
    stored = open_coordinates(folder / "land")
    with pytest.raises(CrsError, match="crs_differs"):
        stored_areas(frame(box(0, 0, 1, 1)).to_crs(9210), stored)
    with pytest.raises(SchemaError, match="column_missing.*column='code'"):
        stored_areas(frame(box(0, 0, 1, 1)), stored, by="code")


def test_a_workspace_keeps_the_coordinates_of_each_version(tmp_path):
    workspace = Workspace.create(tmp_path / "w", crs=5897)
    workspace.save(Layer(frame(box(0, 0, 10, 10)), "land", "land_use"))
    workspace.save(Layer(frame(box(0, 0, 20, 10)), "land", "land_use"), expected=1)
    zones = frame(box(-5, -5, 50, 50))
    found = [stored_areas(zones, workspace.coordinates("land", v))["area_m2"].tolist() for v in (1, 2, None)]
    assert found == [[100.0], [200.0], [200.0]]
    (one, two) = sorted((workspace.folder / "coordinates").iterdir())
    (one / "xy.npy").write_bytes(b"damaged")
    (two / "xy.npy").write_bytes(b"damaged")
    assert stored_areas(zones, workspace.coordinates("land"))["area_m2"].tolist() == [200.0]
