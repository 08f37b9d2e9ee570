from __future__ import annotations

import io

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image
from shapely import box

from layers.coordinates import coordinates_of
from layers.errors import StoreError
from maps.hatching import hatched
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


@pytest.mark.parametrize("pattern", range(1, 8))
def test_hatching_joins_across_tiles(pattern):
    """Two tiles beside one another, and two below, are drawn as one picture of twice the size would be."""
    size = 512

    def part(column, row, *, wide=1):
        west, north = WEST + column * SIDE, NORTH - row * SIDE
        whole = np.full((size * wide, size * wide), pattern, dtype=np.uint8)
        return hatched(whole, (west, north - wide * SIDE, west + wide * SIDE, north))

    rows = [np.concatenate([part(0, row), part(1, row)], axis=1) for row in (0, 1)]
    assert np.array_equal(np.concatenate(rows), part(0, 0, wide=2))
    assert 0 < part(0, 0).mean() < 0.5


def test_lines_of_a_hatching_are_a_shade_darker_than_the_land():
    land = box(WEST, NORTH - SIDE, WEST + SIDE, NORTH)
    shown = pixels(LayerTiles(*mercator_layer([(land, "SKN")])).png(12, 3248, 1800))
    brightest, darkest = (find(shown[20:230, 20:230, :3].reshape(-1, 3), axis=0) for find in (np.max, np.min))
    assert np.allclose(darkest, (brightest * 0.62).astype(int), atol=1)


def test_a_dense_layer_smaller_than_a_pixel_leaves_a_mark():
    side = 10.0
    land = [
        (box(WEST + side * x, NORTH - side * y - side, WEST + side * x + side, NORTH - side * y), "LUC")
        for x in range(80)
        for y in range(80)
    ]
    tiles = LayerTiles(*mercator_layer(land))
    for zoom in range(6):
        there = 2 ** (12 - zoom)
        shown = pixels(tiles.png(zoom, 3248 // there, 1800 // there))
        assert (shown[..., 3] > 0).sum() == 1
    assert tiles.png(14, 3248 * 4, 1800 * 4) is not None


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
