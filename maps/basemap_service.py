"""Tiles of outside maps by way of the application: the reader's browser asks nobody but it.

The policy of the pages allows this application alone, whatever maps people add: the frame that holds the
map is one document for all workspaces, so a list of hosts of its own for each could not be sent with it. By
way of the server an outside host learns neither who looks nor from where, keys in addresses never reach a
browser, and one place holds the limits.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from itsdangerous import BadData, URLSafeTimedSerializer
from PIL import Image

from layers.errors import SourceError, StoreError, ThoCongError
from layers.store import Workspace
from maps.basemaps import Basemap, basemaps_of
from maps.outside import fetched

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BASEMAP_ROUTE",
    "HANDS",
    "Picture",
    "basemap_address",
    "basemap_tile",
    "basemap_token",
    "picture_of",
]

#: where the application serves tiles of outside maps
BASEMAP_ROUTE: Final = "/gis/base/{token}/{z:int}/{x:int}/{y:int}"
#: outside hosts are slow: they keep hands of their own busy, never those that draw our tiles
HANDS: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="basemap")
_HOURS: Final = 12
_DEEPEST: Final = 22
_MOST_BYTES: Final = 2_000_000
_WITHIN_S: Final = 8.0
_KEPT_BYTES: Final = 48_000_000
_MOST_PX: Final = 1_024
_REST_S: Final = 20.0
_TYPES: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
# one secret a process: tokens die with the server that gave them
_SEAL: Final = URLSafeTimedSerializer(secrets.token_hex(32), salt="thocong-basemap")
_SHELF: Final[OrderedDict[tuple[str, int, int, int], Picture]] = OrderedDict()
_TIRED: Final[dict[str, tuple[float, ThoCongError]]] = {}
_LOCK: Final = Lock()


@dataclass(frozen=True)
class Picture:
    """A tile.

    Parameters
    ----------
    data : bytes
    media_type : str
    """

    data: bytes
    media_type: str


def basemap_address(folder: str, basemap: Basemap) -> str:
    """Address template of a map's tiles, relative to the map frame.

    Parameters
    ----------
    folder : str
        The workspace.
    basemap : Basemap

    Returns
    -------
    str
        The same one every time, so that the map of a page stays the same.
    """
    return f"../../gis/base/{basemap_token(folder, basemap)}/{{z}}/{{x}}/{{y}}"


def basemap_token(folder: str, basemap: Basemap) -> str:
    """Seal a map of a workspace, for :func:`basemap_tile`.

    Parameters
    ----------
    folder : str
        The workspace.
    basemap : Basemap

    Returns
    -------
    str
    """
    return _token(folder, basemap.id, _print_of(basemap))


@lru_cache(maxsize=256)
def _token(folder: str, name: str, mark: str) -> str:
    return str(_SEAL.dumps([folder, name, mark]))


def _print_of(basemap: Basemap) -> str:
    return hashlib.sha256(repr(basemap).encode()).hexdigest()[:16]


def basemap_tile(token: str, zoom: int, x: int, y: int) -> Picture | None:
    """Fetch a tile, or take it from the shelf.

    Parameters
    ----------
    token : str
        From :func:`basemap_address`.
    zoom, x, y : int

    Returns
    -------
    Picture or None
        ``None`` where the service has no tiles of that zoom.

    Raises
    ------
    StoreError
        ``token_invalid`` for a forged or old token, or one of a map that was taken out since.
    SourceError, QuestionError
        As :func:`maps.outside.fetched`; ``basemap_no_picture`` for an answer that is no picture.
    """
    try:
        folder, name, mark = _SEAL.loads(token, max_age=_HOURS * 3600)
    except (BadData, ValueError, TypeError) as error:
        raise StoreError("token_invalid") from error
    if not (0 <= zoom <= _DEEPEST and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        return None
    with _LOCK:
        kept = _SHELF.get((mark, zoom, x, y))
        if kept is not None:
            _SHELF.move_to_end((mark, zoom, x, y))
            return kept
        tired = _TIRED.get(mark)
    if tired and time.monotonic() < tired[0]:
        raise tired[1]
    basemap = next((b for b in _known(folder, name) if _print_of(b) == mark), None)
    if basemap is None:
        raise StoreError("token_invalid")
    address = basemap.tile_url(zoom, x, y)
    return _fresh(address, (mark, zoom, x, y)) if address else None


def _known(folder: str, name: str) -> Sequence[Basemap]:
    return [b for b in basemaps_of(Workspace(folder)) if b.id == name]


def _fresh(address: str, key: tuple[str, int, int, int]) -> Picture:
    """Ask the host; one that can't be reached is left alone for a while: nobody waits for it again."""
    try:
        picture = picture_of(address)
    except SourceError as error:
        if error.code == "basemap_unreachable":
            with _LOCK:
                _TIRED[key[0]] = (time.monotonic() + _REST_S, error)
        raise
    with _LOCK:
        _TIRED.pop(key[0], None)
        _SHELF[key] = picture
        while sum(len(one.data) for one in _SHELF.values()) > _KEPT_BYTES:
            _SHELF.popitem(last=False)
    return picture


def picture_of(address: str) -> Picture:
    """Fetch a picture, told by its bytes and not by what the host says of it.

    Parameters
    ----------
    address : str

    Returns
    -------
    Picture

    Raises
    ------
    SourceError, QuestionError
        As :func:`maps.outside.fetched`; ``basemap_no_picture``.
    """
    answer = fetched(address, most_bytes=_MOST_BYTES, within_s=_WITHIN_S)
    try:
        with Image.open(io.BytesIO(answer.body), formats=tuple(_TYPES)) as image:
            kind, size = str(image.format), image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SourceError("basemap_no_picture", found=answer.media_type[:60] or "?") from error
    if max(size) > _MOST_PX:
        raise SourceError("basemap_no_picture", found=f"{size[0]} × {size[1]} px")
    return Picture(answer.body, _TYPES[kind])
