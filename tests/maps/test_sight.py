from __future__ import annotations

import io
from threading import Event, Thread

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from shapely import LineString, Point, box

from layers import Layer, Provenance, Workspace
from layers.errors import StoreError
from maps import sight as sights
from maps import tile_service
from maps.answer_map import context_layers, drawn_by_server
from maps.mark_tiles import MarkTiles
from maps.sight import Sight, shape_of, sight
from maps.tile_service import first_tiles, keep_ready, tile, tile_address
from maps.tiles import tile_bounds
from maps.words import words


@pytest.fixture
def many(tmp_path, monkeypatch):
    """A workspace of layers that count as large."""
    monkeypatch.setattr(sights, "MOST_FEATURES", 3)
    base = Workspace.create(tmp_path / "ws", crs=5897)
    land = [box(560_000 + 100 * n, 2_320_000, 560_100 + 100 * n, 2_320_200) for n in range(5)]
    lines = [LineString([(560_000, y), (560_500, y + 50)]) for y in range(2_320_000, 2_320_050, 10)]
    layers = {
        "land_use_2025": ("land_use", land, ["ONT", "LUC", "LUC", "SKN", "LUC"]),
        "roads": ("road", lines, ["A"] * 5),
        "schools": ("school", [Point(560_000 + 50 * n, 2_320_100) for n in range(5)], ["A"] * 5),
    }
    for name, (kind, shapes, codes) in layers.items():
        frame = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs=5897)
        base.save(Layer(frame, name, kind, provenance=Provenance(source="thử", made=True)))
    return base


def test_a_large_layer_is_seen_from_afar_and_a_small_one_whole(many, monkeypatch):
    seen = sight(many, "land_use_2025", 1)
    assert isinstance(seen, Sight)
    assert seen.shape == "area"
    assert seen.class_m2 == {"ONT": 20_000.0, "LUC": 60_000.0, "SKN": 20_000.0}
    assert seen.frame.total_bounds.tolist() == [560_000, 2_320_000, 560_500, 2_320_200]
    monkeypatch.setattr(sights, "MOST_FEATURES", 5)
    assert isinstance(sight(many, "land_use_2025", 1), Layer)


def test_what_is_drawn_of_it_is_the_same_as_of_the_layer(many):
    say = words("vi")
    whole, seen = many.load("land_use_2025", 1), sight(many, "land_use_2025", 1)
    (a,), (b,) = context_layers([whole], say), context_layers([seen], say)
    assert (a.title, a.group, a.legend, a.show) == (b.title, b.group, b.legend, b.show)
    assert drawn_by_server(seen)
    assert drawn_by_server(whole)  # land use always is


@pytest.mark.parametrize(("name", "shape"), [("roads", "line"), ("schools", "point")])
def test_many_lines_and_points_are_drawn_by_the_server_too(many, name, shape):
    seen = sight(many, name, 1)
    assert isinstance(seen, Sight)
    assert shape_of(seen) == shape
    assert context_layers([seen], words("vi"))[0].legend[0][shape] is True
    token = tile_address(str(many.folder), name, 1).split("/")[4]
    drawn = [tile(token, 13, x, y) for x in range(6480, 6510) for y in range(3600, 3625)]
    assert any(picture is not None for picture in drawn)


def test_what_tiles_need_is_made_before_anybody_looks(many, monkeypatch):
    monkeypatch.setattr("maps.tile_service.MOST_FEATURES", 3)
    monkeypatch.setattr("maps.tiles._MANY", 3)
    done = Event()
    watch = Thread(target=keep_ready, args=(str(many.folder), done), kwargs={"every_s": 0.05})
    watch.start()
    overview = many.folder / "kept"
    for _ in range(400):
        if overview.is_dir() and any(p.name.endswith("overview-1") for p in overview.iterdir()):
            break
        done.wait(0.05)
    done.set()
    watch.join(30)
    assert not watch.is_alive()
    assert [p.name[-10:] for p in overview.iterdir()] == ["overview-1"]
    token = tile_address(str(many.folder), "land_use_2025", 1).split("/")[4]
    shown = [tile(token, 12, x, y) for x in range(3240, 3255) for y in range(1800, 1812)]
    assert any(picture is not None for picture in shown)


@given(st.floats(1.13e7, 1.22e7), st.floats(9e5, 2.6e6), st.floats(0, 4e5), st.floats(0, 4e5))
def test_the_first_tiles_are_those_of_the_deepest_view_with_room_for_a_layer(west, south, wide, high):
    box = (west, south, west + wide, south + high)
    places = first_tiles(box, width_px=1000, height_px=540)
    deepest = places[0][0]
    assert {zoom for zoom, _, _ in places} == {deepest, deepest - 1}
    for zoom in (deepest, deepest - 1):
        tiles = [tile_bounds(*place) for place in places if place[0] == zoom]
        around = [f(values) for f, values in zip((min, min, max, max), zip(*tiles, strict=True), strict=True)]
        assert max(around[0] - box[0], around[1] - box[1], box[2] - around[2], box[3] - around[3]) <= 0
        assert len(set(tiles)) == len(tiles) <= 7 * 5
    # of a view from half a zoom farther out than its tiles on to half a zoom nearer
    pixel = (tile_bounds(deepest, 0, 0)[2] - tile_bounds(deepest, 0, 0)[0]) / 256
    assert wide <= 1000 * pixel * 2**0.5 * 1.001
    assert high <= 540 * pixel * 2**0.5 * 1.001
    assert deepest == 22 or wide > 1000 * pixel * 0.5**0.5 * 0.999 or high > 540 * pixel * 0.5**0.5 * 0.999


def test_a_layer_that_cannot_be_drawn_ahead_does_not_keep_the_others_from_it(many, monkeypatch):
    made = tile_service._made
    land = [box(560_000 + 100 * n, 2_320_000, 560_100 + 100 * n, 2_320_200) for n in range(2)]
    frame = gpd.GeoDataFrame({"code": ["ONT", "LUC"]}, geometry=land, index=[1, 2], crs=5897)
    many.save(
        Layer(frame, "a_first", "land_use", None, Provenance(source="thử", sha256="ab" * 32, made=True))
    )

    def broken(folder, layer, version):
        if layer == "a_first":
            raise ValueError(layer)
        return made(folder, layer, version)

    monkeypatch.setattr(tile_service, "_made", broken)
    done = Event()
    watch = Thread(target=keep_ready, args=(str(many.folder), done), kwargs={"every_s": 0.05})
    watch.start()
    place = (str(many.folder), "land_use_2025", 1)
    for _ in range(400):
        if tile_service._kept.cache_info().currsize and tile_service._tiles(*place).png.cache_info().currsize:
            break
        done.wait(0.05)
    done.set()
    watch.join(30)
    tiles = tile_service._tiles(*place)
    drawn = tiles.png.cache_info().misses
    assert drawn > 0
    assert tiles.png(*first_tiles(tiles.world)[0]) is not None
    assert tiles.png.cache_info().misses == drawn  # it lay ready


def test_a_box_that_lies_nowhere_has_no_tiles():
    assert first_tiles((float("nan"), 0.0, 1.0, 1.0)) == []
    assert first_tiles((0.0, 0.0, float("inf"), 1.0)) == []


def test_a_watch_over_a_folder_that_is_no_workspace_waits(tmp_path):
    done = Event()
    watch = Thread(target=keep_ready, args=(str(tmp_path / "none"), done), kwargs={"every_s": 0.01})
    watch.start()
    done.wait(0.1)
    assert watch.is_alive()
    done.set()
    watch.join(30)
    assert not watch.is_alive()


def test_marks_join_across_the_edge_of_tiles():
    # a point a metre west of the border between two tiles of zoom 12
    side = 2 * 20037508.342789244 / 2**12
    edge = 3249 * side - 20037508.342789244
    middle = 20037508.342789244 - 1800.5 * side
    frame = gpd.GeoDataFrame(geometry=[Point(edge - 1, middle)], crs=3857)
    tiles = MarkTiles(frame, "school")
    west, east = (np.asarray(Image.open(io.BytesIO(tiles.png(12, x, 1800)))) for x in (3248, 3249))
    assert west[128, -1, 3] == 255
    assert east[128, 0, 3] == 255
    assert east[128, 8, 3] == 0
    assert abs(int((west[..., 3] > 128).sum()) - int((east[..., 3] > 128).sum())) < 12


def test_the_first_rows_come_without_their_shapes(many):
    table = many.attributes("land_use_2025", 1, most=2)
    assert list(table["code"]) == ["ONT", "LUC"]
    assert not {"geometry", "bbox"} & set(table.columns)
    assert list(table.index) == list(many.load("land_use_2025", 1).frame.index[:2])
    with pytest.raises(StoreError, match="version_unknown"):
        many.attributes("land_use_2025", 9, most=2)


def test_a_damaged_version_is_named(many):
    entry = many.version("schools", 1)
    (many.folder / "versions" / entry.file).write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="version_damaged"):
        many.attributes("schools", 1, most=2)
