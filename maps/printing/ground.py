"""A map from outside below a printed one: its tiles come by way of the application, into its system.

What can't be had is said on the sheet; nobody waits for it longer than half a minute.
"""

from __future__ import annotations

import io
import math
from concurrent.futures import wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates

from layers.errors import ThoCongError
from layers.store import Workspace
from maps.basemap_service import HANDS, basemap_tile, basemap_token
from maps.basemaps import basemaps_of
from maps.printing.pen import INK
from maps.warp import Warp, mercator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from pyproj import CRS

    from maps.basemaps import Basemap
    from maps.words import Words

    Box = tuple[float, float, float, float]
    Tile = tuple[int, int]

__all__ = ["Ground", "draw_ground", "ground_notes", "ground_of"]

_HALF: Final = 20_037_508.342789244  # of the Web Mercator square, metres
_TILE_PX: Final = 256
#: of paper to a pixel, metres: letters on the tiles stay as large as on a screen
_PIXEL_M: Final = 0.0002
_MOST_TILES: Final = 80
_WITHIN_S: Final = 30.0
_BELOW: Final = 0.5


@dataclass(frozen=True)
class Ground:
    """A map from outside for a place on paper.

    Parameters
    ----------
    title, attribution : str
    window : tuple of float
        West, south, east, north, metres of the sheet's system.
    picture : numpy.ndarray or None
        Rows by columns by four, the northernmost row first, clear where a tile is missing; ``None`` where
        all are.
    asked, missing : int
        Number of tiles.
    why : str
        Code of what the service answered for a tile that is missing, ``other`` where it said nothing.
    """

    title: str
    attribution: str
    window: Box
    picture: NDArray[np.uint8] | None
    asked: int
    missing: int
    why: str = ""


def ground_of(folder: str, name: str, window: Box, *, crs: CRS, scale: int) -> Ground | None:
    """Fetch the map from outside that a reader chose.

    Parameters
    ----------
    folder : str
        The workspace.
    name : str
        Of one of :func:`maps.basemaps.basemaps_of`: an address never comes from the reader.
    window : tuple of float
        West, south, east, north, metres.
    crs : pyproj.CRS
        Projected system of the window.
    scale : int
        Denominator: chooses the zoom.

    Returns
    -------
    Ground or None
        ``None`` where the workspace has no such map.
    """
    basemap = next((one for one in basemaps_of(Workspace(folder)) if one.id == name), None)
    if basemap is None:
        return None
    cell = _PIXEL_M * scale
    wide, tall = (max(round((window[n + 2] - window[n]) / cell), 1) for n in (0, 1))
    x = window[0] + (np.arange(wide) + 0.5) * (window[2] - window[0]) / wide
    y = window[3] - (np.arange(tall) + 0.5) * (window[3] - window[1]) / tall
    east, north = Warp(crs, mercator(), window).lattice(x, y)
    zoom = _zoom_of(basemap, east, north)
    # places in pixels of the whole world at that zoom
    world = _TILE_PX * 2**zoom / (2 * _HALF)
    across, down = (east + _HALF) * world, (_HALF - north) * world
    tiles = _tiles_of(across, down)
    found, why = _fetched(folder, basemap, zoom, tiles)
    missing = len(tiles) - len(found)
    picture = _sampled(found, tiles, across, down) if found else None
    return Ground(basemap.title, basemap.attribution, window, picture, len(tiles), missing, why)


def draw_ground(axes: Axes, ground: Ground) -> None:
    """Draw a map from outside below everything, and who made it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    ground : Ground
    """
    if ground.picture is None:
        return
    west, south, east, north = ground.window
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        ground.picture,
        extent=(west, east, south, north),
        aspect="auto",
        zorder=_BELOW,
        interpolation="bilinear",
    )
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
    axes.annotate(
        ground.attribution or ground.title, (1, 0), xycoords="axes fraction", xytext=(-3, 3), ha="right",
        textcoords="offset points", va="bottom", fontsize=5, color=INK, parse_math=False, zorder=950,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )  # fmt: skip


def ground_notes(ground: Ground, words: Words) -> list[str]:
    """Say what lies below, and what of it couldn't be had.

    Parameters
    ----------
    ground : Ground
    words : Words

    Returns
    -------
    list of str
    """
    said = {"title": ground.title, "missing": ground.missing, "count": ground.asked}
    if ground.missing:
        said["why"] = words(f"print_ground.{ground.why if ground.why in _SAID else 'other'}")
    if ground.picture is None:
        return [words("print.ground_missing", **said)]
    made_by = words("print.ground", title=ground.title, attribution=ground.attribution or "–")
    return [made_by, words("print.ground_part", **said)] if ground.missing else [made_by]


_SAID: Final = frozenset(
    {"basemap_unreachable", "basemap_refused", "basemap_private", "basemap_no_picture", "basemap_too_large"}
)


def _zoom_of(basemap: Basemap, east: NDArray[Any], north: NDArray[Any]) -> int:
    """Choose the zoom whose pixels are nearest to the sheet's, and whose tiles nobody minds giving."""
    cell = (east.max() - east.min()) / max(east.shape[1] - 1, 1)
    zoom = min(round(math.log2(2 * _HALF / _TILE_PX / max(cell, 1e-3))), basemap.max_zoom)
    while zoom > 0:
        world = _TILE_PX * 2**zoom / (2 * _HALF)
        tiles = _tiles_of((east + _HALF) * world, (_HALF - north) * world)
        if len(tiles) <= _MOST_TILES and basemap.tile_url(zoom, *tiles[0]):
            return zoom
        zoom -= 1
    return 0


def _tiles_of(across: NDArray[Any], down: NDArray[Any]) -> list[Tile]:
    """Tiles that pixels of the world lie on."""
    columns = range(int(across.min() // _TILE_PX), int(across.max() // _TILE_PX) + 1)
    rows = range(int(down.min() // _TILE_PX), int(down.max() // _TILE_PX) + 1)
    return [(x, y) for y in rows for x in columns]


def _fetched(
    folder: str, basemap: Basemap, zoom: int, tiles: Sequence[Tile]
) -> tuple[dict[Tile, NDArray[np.uint8]], str]:
    """Ask for tiles, eight at a time; returns those that came, and why others did not."""
    fetch = partial(basemap_tile, basemap_token(folder, basemap), zoom)
    asked = {HANDS.submit(fetch, *tile): tile for tile in tiles}
    done, late = wait(asked, timeout=_WITHIN_S)
    for one in late:
        one.cancel()
    found, why = {}, "basemap_unreachable" if late else ""
    for one in done:
        try:
            picture = one.result()
            with Image.open(io.BytesIO(picture.data if picture else b"")) as image:
                found[asked[one]] = np.asarray(image.convert("RGBA").resize((_TILE_PX, _TILE_PX)))
        except ThoCongError as error:
            why = why or error.code
        except (OSError, ValueError, SyntaxError):
            why = why or "other"
    return found, why


def _sampled(
    found: dict[Tile, NDArray[np.uint8]], tiles: Sequence[Tile], across: NDArray[Any], down: NDArray[Any]
) -> NDArray[np.uint8]:
    """Take the colour of each pixel of the sheet from the tiles."""
    left, top = tiles[0]
    right, bottom = tiles[-1]
    mosaic = np.zeros(((bottom - top + 1) * _TILE_PX, (right - left + 1) * _TILE_PX, 4), dtype=np.uint8)
    for (x, y), picture in found.items():
        row, column = (y - top) * _TILE_PX, (x - left) * _TILE_PX
        mosaic[row : row + _TILE_PX, column : column + _TILE_PX] = picture
    at = [down - top * _TILE_PX - 0.5, across - left * _TILE_PX - 0.5]
    bands = [map_coordinates(mosaic[..., n], at, order=1, mode="nearest") for n in range(4)]
    return np.stack(bands, axis=-1)
