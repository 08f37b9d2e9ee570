"""Tiles of workspace layers behind signed tokens: who has no token for a layer gets nothing of it."""

from __future__ import annotations

import logging
import math
import secrets
from functools import lru_cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from layers.coordinates import coordinates_of
from layers.errors import GeometryError, StoreError, ThoCongError
from layers.kinds import kind
from layers.store import Workspace
from maps.mark_tiles import MarkTiles
from maps.sight import MOST_FEATURES
from maps.tiles import SIZE, LayerTiles, tile_bounds

if TYPE_CHECKING:
    from threading import Event

    from maps.tiles import Keep

__all__ = ["TILE_ROUTE", "first_tiles", "keep_ready", "tile", "tile_address"]

#: where the application serves tiles
TILE_ROUTE: Final = "/gis/tiles/{token}/{z:int}/{x:int}/{y:int}.png"
_HOURS: Final = 12
_DEEPEST: Final = 22
_HELD: Final = 8  # layers whose tiles are at hand
_AHEAD: Final = 4  # of which nobody need have asked for
_NEXT: Final = 0.5  # from here on above a whole zoom a map draws the tiles of the next
_LOG: Final = logging.getLogger("thocong")
# one secret a process: tokens die with the server that gave them
_SEAL: Final = URLSafeTimedSerializer(secrets.token_hex(32), salt="thocong-tile")


def tile_address(folder: str, layer: str, version: int) -> str:
    """Address template of a layer's tiles, relative to the map frame.

    Parameters
    ----------
    folder : str
        The workspace.
    layer : str
    version : int

    Returns
    -------
    str
    """
    return f"../../gis/tiles/{_token(folder, layer, version)}/{{z}}/{{x}}/{{y}}.png"


@lru_cache(maxsize=256)
def _token(folder: str, layer: str, version: int) -> str:
    # kept, so that a rerun of the page draws the same address and the browser its cached tiles
    return str(_SEAL.dumps([folder, layer, version]))


def tile(token: str, zoom: int, x: int, y: int) -> bytes | None:
    """Draw a tile.

    Parameters
    ----------
    token : str
        From :func:`tile_address`.
    zoom, x, y : int

    Returns
    -------
    bytes or None
        PNG, ``None`` where nothing lies in the tile.

    Raises
    ------
    StoreError
        ``token_invalid`` for a forged or old token, or the errors of :meth:`Workspace.load`.
    """
    try:
        folder, layer, version = _SEAL.loads(token, max_age=_HOURS * 3600)
    except (BadData, ValueError, TypeError) as error:
        raise StoreError("token_invalid") from error
    if not (0 <= zoom <= _DEEPEST and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        return None
    return _tiles(folder, layer, version).png(zoom, x, y)


def keep_ready(folder: str, done: Event, *, every_s: float = 5.0) -> None:
    """Make what the tiles of large layers need before anybody looks at them, for as long as a server runs.

    Parameters
    ----------
    folder : str
        The workspace; it need not be there yet.
    done : threading.Event
        Ends the watch.
    every_s : float
        How often to look for layers that were saved meanwhile.
    """
    ready: set[tuple[str, int]] = set()
    while not done.is_set():
        for folder_name, layer, version in _looked_at_first(folder):
            if (layer, version) in ready or done.is_set():
                continue
            ready.add((layer, version))
            ahead = len(ready) <= _AHEAD
            try:
                _make_ready(folder_name, layer, version, done if ahead else None)
            except Exception:  # noqa: BLE001 - the first tile will say what is wrong, and the next layer is none the worse
                _LOG.info("not drawn ahead: %s", layer, exc_info=True)
        done.wait(every_s)


def _looked_at_first(folder: str) -> list[tuple[str, str, int]]:
    """Layers that the server draws, where one look takes a while; the newest first, as maps show them."""
    try:
        base = Workspace(folder)
        newest = sorted(base.layers(), key=lambda v: -v.period.last if v.period else 0)
        return [
            (str(base.folder), v.layer, v.version)
            for v in newest
            if v.rows > MOST_FEATURES or v.kind_name == "land_use"
        ]
    except ThoCongError:
        return []


def _make_ready(folder: str, layer: str, version: int, done: Event | None) -> None:
    """Make the overview of a layer of areas; draw its first view too where somebody says until when."""
    if kind(Workspace(folder).version(layer, version).kind_name).geometry != "polygon":
        return  # lines and points have no overview, and are held whole
    tiles = _made(folder, layer, version) if done is None else _tiles(folder, layer, version)
    if not isinstance(tiles, LayerTiles):
        return
    tiles.ready()
    for place in first_tiles(tiles.world) if done is not None else ():
        if done is not None and done.is_set():
            return
        tiles.png(*place)


def first_tiles(
    box: tuple[float, float, float, float], *, width_px: int = 1000, height_px: int = 540
) -> list[tuple[int, int, int]]:
    """Name the tiles of a map that shows a box whole.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north, metres of Web Mercator.
    width_px, height_px : int
        Of the map.

    Returns
    -------
    list of (int, int, int)
        Zoom, column and row: of the tiles of the deepest view that has room for the box, those in the middle
        first, then one zoom farther out, for a narrower map. A view half-way between two zooms or nearer to
        the next has the tiles of the next, drawn smaller.

    Examples
    --------
    >>> first_tiles((11_700_000.0, 2_300_000.0, 11_750_000.0, 2_330_000.0))[0]
    (11, 1622, 905)
    """
    west, south, east, north = box
    if not all(map(math.isfinite, box)):
        return []
    whole = tile_bounds(0, 0, 0)
    round_m = whole[2] - whole[0]
    most = round_m / SIZE / max((east - west) / width_px, (north - south) / height_px, 1e-3)
    # views are a half or three quarters above a whole zoom, never a quarter
    deepest = min(math.floor(math.log2(max(most, 1.0)) + _NEXT), _DEEPEST)
    places: list[tuple[int, int, int]] = []
    for zoom in (deepest, deepest - 1)[: deepest + 1]:
        side = round_m / 2**zoom
        columns = range(int((west - whole[0]) // side), int((east - whole[0]) // side) + 1)
        rows = range(int((whole[3] - north) // side), int((whole[3] - south) // side) + 1)
        middle_x, middle_y = columns[0] + columns[-1], rows[0] + rows[-1]
        near = {(x, y): abs(2 * x - middle_x) + abs(2 * y - middle_y) for x in columns for y in rows}
        places += [(zoom, x, y) for x, y in sorted(near, key=near.__getitem__)]
    return places


def _tiles(folder: str, layer: str, version: int) -> LayerTiles | MarkTiles:
    with _door(folder, layer, version):  # not made twice by two who ask at the same time
        return _kept(folder, layer, version)


@lru_cache(maxsize=_HELD)
def _kept(folder: str, layer: str, version: int) -> LayerTiles | MarkTiles:
    return _made(folder, layer, version)


@lru_cache(maxsize=256)
def _door(folder: str, layer: str, version: int) -> Lock:  # noqa: ARG001 - one for each
    return Lock()


def _made(folder: str, layer: str, version: int) -> LayerTiles | MarkTiles:
    base = Workspace(folder)
    kind_name = base.version(layer, version).kind_name
    try:
        source = base.coordinates(layer, version)
        keep: Keep | None = partial(base.kept, layer, version, "overview-1")
    except GeometryError:  # a layer saved with bad shapes is drawn as it is
        source, keep = coordinates_of(base.load(layer, version).frame), None
    if len(source.ring) > 1:
        return LayerTiles(source, kind_name, keep)
    return MarkTiles(base.load(layer, version).frame, kind_name)
