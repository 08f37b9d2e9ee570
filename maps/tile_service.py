"""Tiles of workspace layers behind signed tokens: who has no token for a layer gets nothing of it."""

from __future__ import annotations

import secrets
from functools import lru_cache, partial
from typing import Final

from itsdangerous import BadData, URLSafeTimedSerializer

from layers.coordinates import coordinates_of
from layers.errors import GeometryError, StoreError
from layers.store import Workspace
from maps.tiles import LayerTiles

__all__ = ["TILE_ROUTE", "make_ready", "tile", "tile_address"]

#: where the application serves tiles
TILE_ROUTE: Final = "/gis/tiles/{token}/{z:int}/{x:int}/{y:int}.png"
_HOURS: Final = 12
_DEEPEST: Final = 22
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


def make_ready(folder: str, layer: str, version: int) -> None:
    """Make what the tiles of a layer need, before anybody looks at them.

    Parameters
    ----------
    folder : str
    layer : str
    version : int

    Raises
    ------
    StoreError
        As :meth:`Workspace.load`.
    """
    _tiles(folder, layer, version).ready()


@lru_cache(maxsize=8)
def _tiles(folder: str, layer: str, version: int) -> LayerTiles:
    base = Workspace(folder)
    entry = base.version(layer, version)
    try:
        keep = partial(base.kept, layer, version, "overview-1")
        return LayerTiles(base.coordinates(layer, version), entry.kind_name, keep)
    except GeometryError:  # a layer saved with bad shapes is drawn as it is
        return LayerTiles(coordinates_of(base.load(layer, version).frame), entry.kind_name)
