from __future__ import annotations

import io

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image
from shapely import box

from layers.coordinates import coordinates_of
from layers.errors import StoreError
from maps.tile_service import tile, tile_address
from maps.tiles import LayerTiles


def mercator_layer(cells, kind="land_use"):
    shapes, codes = zip(*cells, strict=True)
    return coordinates_of(gpd.GeoDataFrame({"code": codes}, geometry=list(shapes), crs=3857)), kind


# tile 12/3248/1800 and its half widths, in metres of Web Mercator
SIDE = 2 * 20037508.342789244 / 2**12
WEST, NORTH = 3248 * SIDE - 20037508.342789244, 20037508.342789244 - 1800 * SIDE


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def test_codes_have_their_official_colour_where_they_lie():
    west = box(WEST, NORTH - SIDE, WEST + SIDE / 2, NORTH)
    east = box(WEST + SIDE / 2, NORTH - SIDE, WEST + SIDE, NORTH)
    shown = pixels(LayerTiles(*mercator_layer([(west, "ONT"), (east, "SKK")])).png(12, 3248, 1800))
    assert shown.shape == (256, 256, 4)
    assert tuple(shown[128, 40, :3]) == (0xFF, 0xD0, 0xFF)
    assert tuple(shown[128, 220, :3]) == (0xFA, 0xAA, 0xA0)


def test_a_code_that_shares_its_colour_is_hatched():
    land = box(WEST, NORTH - SIDE, WEST + SIDE, NORTH)
    plain = pixels(LayerTiles(*mercator_layer([(land, "SKK")])).png(12, 3248, 1800))
    hatched = pixels(LayerTiles(*mercator_layer([(land, "SKN")])).png(12, 3248, 1800))
    assert len(np.unique(plain[20:230, 20:230, :3].reshape(-1, 3), axis=0)) == 1
    assert len(np.unique(hatched[20:230, 20:230, :3].reshape(-1, 3), axis=0)) > 1


def test_hatching_joins_across_tiles():
    land = box(WEST, NORTH - SIDE, WEST + 2 * SIDE, NORTH)
    tiles = LayerTiles(*mercator_layer([(land, "SKN")]))
    left, right = pixels(tiles.png(12, 3248, 1800)), pixels(tiles.png(12, 3249, 1800))
    both = np.concatenate([left, right], axis=1)[:, :, 0].astype(int)
    # a diagonal hatching repeats along the row; the seam must not break the period of 6 pixels
    row = both[100]
    assert (np.abs(row[200:250] - row[206:256]) < 40).all()
    assert (np.abs(row[240:262] - row[246:268]) < 40).all()


def test_land_outside_the_layer_is_transparent_and_far_tiles_are_empty():
    land = box(WEST, NORTH - SIDE, WEST + SIDE / 2, NORTH)
    tiles = LayerTiles(*mercator_layer([(land, "LUC")]))
    shown = pixels(tiles.png(12, 3248, 1800))
    assert shown[128, 220, 3] == 0
    assert tiles.png(12, 0, 0) is None


def test_an_unknown_code_has_a_colour_of_its_own():
    land = box(WEST, NORTH - SIDE, WEST + SIDE, NORTH)
    shown = pixels(LayerTiles(*mercator_layer([(land, "XYZ")])).png(12, 3248, 1800))
    colours = {tuple(pixel) for row in shown[100:160, 100:160, :3].tolist() for pixel in row}
    assert (0xB8, 0xB3, 0xC4) in colours
    assert len(colours) > 1  # dotted


def test_other_kinds_have_the_colour_of_their_kind():
    land = box(WEST, NORTH - SIDE, WEST + SIDE, NORTH)
    shown = pixels(LayerTiles(*mercator_layer([(land, "")], "residential")).png(12, 3248, 1800))
    assert tuple(shown[128, 128, :3]) == (0xF4, 0xA6, 0xC0)


def test_a_token_opens_its_layer_only(small_workspace):
    address = tile_address(str(small_workspace.folder), "land_use_2025", 1)
    token = address.split("/")[4]
    assert address.endswith("{z}/{x}/{y}.png")
    assert tile(token, 12, 0, 0) is None
    assert tile(token, 5, 99, 0) is None
    with pytest.raises(StoreError, match="token_invalid"):
        tile(token[:-2] + "xx", 12, 0, 0)
    with pytest.raises(StoreError, match="token_invalid"):
        tile("../../etc/passwd", 12, 0, 0)


def test_the_address_of_a_layer_stays_the_same_while_the_server_lives(small_workspace):
    folder = str(small_workspace.folder)
    assert tile_address(folder, "schools", 1) == tile_address(folder, "schools", 1)
    assert tile_address(folder, "schools", 1) != tile_address(folder, "land_use_2025", 1)
