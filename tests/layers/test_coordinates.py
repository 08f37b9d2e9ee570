from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from layers.coordinates import class_codes, kept_coordinates, open_coordinates, write_coordinates
from layers.errors import GeometryError, SchemaError, StoreError


@pytest.fixture
def land(frame_of):
    ring = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    shapes = [ring, MultiPolygon([box(200, 0, 210, 10), box(300, 0, 310, 10)]), LineString([(0, 0), (9, 9)])]
    return frame_of(
        *shapes,
        Point(5, 5),
        Polygon(),
        index=["a", "b", "c", "d", "e"],
        code=["LUC", "ONT", "DGT", None, "LUC"],
    )


def rebuilt(stored):
    """Polygons made again of the arrays, by their labels."""
    out = {}
    for k in range(len(stored)):
        rings = range(stored.feature[k], stored.feature[k + 1])
        parts: list[list] = []
        for r in rings:
            xy = stored.xy[stored.ring[r] : stored.ring[r + 1]]
            if stored.outer[r]:
                parts.append([xy, []])
            else:
                parts[-1][1].append(xy)
        out[stored.labels[stored.row[k]]] = MultiPolygon([Polygon(shell, holes) for shell, holes in parts])
    return out


def test_polygons_come_back_as_they_were(land, tmp_path):
    write_coordinates(land, tmp_path / "land")
    stored = open_coordinates(tmp_path / "land")
    again = rebuilt(stored)
    assert again["a"].equals(land.geometry["a"])
    assert again["b"].equals(land.geometry["b"])
    assert all(again[label].is_empty for label in "cde")
    assert sorted(stored.area_m2.tolist(), reverse=True)[:2] == [9600.0, 200.0]
    assert stored.crs == land.crs


def test_classes_stand_beside_the_features_they_belong_to(land, tmp_path):
    write_coordinates(land, tmp_path / "land")
    stored = open_coordinates(tmp_path / "land")
    code, names = class_codes(stored, "code")
    found = {stored.labels[row]: names[c] for row, c in zip(stored.row, code, strict=True)}
    assert found == {"a": "LUC", "b": "ONT", "c": "DGT", "d": None, "e": "LUC"}
    with pytest.raises(SchemaError, match=r"column_missing.*column='ma'.*found=\['code'\]"):
        class_codes(stored, "ma")


def test_neighbours_on_the_map_are_neighbours_on_the_disk(tmp_path, frame_of):
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 10_000, (400, 2))
    frame = frame_of(*[box(x, y, x + 10, y + 10) for x, y in places])
    write_coordinates(frame, tmp_path / "land")
    step = np.abs(np.diff(np.asarray(open_coordinates(tmp_path / "land").bounds)[:, :2], axis=0)).sum(axis=1)
    assert np.median(step) < np.median(np.abs(np.diff(places, axis=0)).sum(axis=1)) / 4


def test_what_is_not_valid_is_not_written(tmp_path, frame_of):
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError, match="geometry_invalid.*row='1'.*Self-intersection"):
        write_coordinates(frame_of(box(0, 0, 1, 1), bow), tmp_path / "land")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_layer_has_coordinates_too(tmp_path, frame_of):
    write_coordinates(frame_of(code=[]), tmp_path / "land")
    assert len(open_coordinates(tmp_path / "land")) == 0


def test_writing_again_replaces(tmp_path, frame_of):
    write_coordinates(frame_of(box(0, 0, 1, 1)), tmp_path / "land")
    write_coordinates(frame_of(box(0, 0, 1, 1), box(2, 2, 3, 3)), tmp_path / "land")
    assert len(open_coordinates(tmp_path / "land")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["land"]


@pytest.mark.parametrize("damage", ["missing", "cut", "format", "gone"])
def test_damage_is_named(damage, land, tmp_path):
    folder = tmp_path / "land"
    write_coordinates(land, folder)
    if damage == "missing":
        (folder / "ring.npy").unlink()
    elif damage == "cut":
        raw = (folder / "xy.npy").read_bytes()
        (folder / "xy.npy").write_bytes(raw[:-40])
    elif damage == "format":
        (folder / "meta.json").write_text(json.dumps({"format": 0}))
    else:
        folder = tmp_path / "nowhere"
    with pytest.raises(StoreError, match="coordinates_damaged"):
        open_coordinates(folder)


def test_third_coordinates_are_left_behind(tmp_path):
    square = shapely.force_3d(box(0, 0, 10, 10), 5.0)
    write_coordinates(gpd.GeoDataFrame(geometry=[square], crs=5897), tmp_path / "land")
    assert open_coordinates(tmp_path / "land").xy.shape == (5, 2)


def test_many_who_ask_at_once_for_coordinates_that_are_not_there_yet_all_get_them(land, tmp_path):
    made = []

    def make():
        made.append(1)
        return land

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept_coordinates(tmp_path / "land", make), range(8)))
    assert len(made) == 1
    assert {len(stored) for stored in found} == {len(open_coordinates(tmp_path / "land"))}


def test_damaged_coordinates_are_written_again(land, tmp_path):
    write_coordinates(land, tmp_path / "land")
    (tmp_path / "land" / "meta.json").write_text("{", encoding="utf-8")
    assert len(kept_coordinates(tmp_path / "land", lambda: land)) == len(land)


def test_another_process_that_was_first_is_no_error(land, tmp_path, monkeypatch):
    from pathlib import Path

    rename = Path.rename

    def late(self, target):
        monkeypatch.setattr(Path, "rename", rename)
        write_coordinates(land, target)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    write_coordinates(land, tmp_path / "land")
    assert len(open_coordinates(tmp_path / "land")) == len(land)
    assert [f.name for f in tmp_path.iterdir()] == ["land"]
