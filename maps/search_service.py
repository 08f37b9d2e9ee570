"""The search box of the map: names of a workspace's layers behind a signed token, answered as one types."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer

from layers.errors import StoreError
from layers.store import Workspace
from maps.place_search import PlaceIndex, coordinate_hits
from maps.words import words

__all__ = ["FINDERS", "SEARCH_ROUTE", "find_places", "search_address"]

#: where the application answers
SEARCH_ROUTE: Final = "/gis/search/{token}"
#: who types does not wait for a screen of tiles: those keep the common hands busy
FINDERS: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="search")
_HOURS: Final = 12
_LONGEST: Final = 120
#: parcels have no names, and there are too many of them
_NAMELESS: Final = ("land_use",)
# one secret a process: tokens die with the server that gave them
_SEAL: Final = URLSafeTimedSerializer(secrets.token_hex(32), salt="thocong-search")


@lru_cache(maxsize=64)
def search_address(folder: str, lang: str) -> str:
    """Address that answers for a workspace, relative to the map frame.

    Parameters
    ----------
    folder : str
        The workspace.
    lang : {"vi", "en"}

    Returns
    -------
    str
        The same one every time, so that the map of a page stays the same.
    """
    return f"../../gis/search/{_SEAL.dumps([folder, lang])}"


def find_places(token: str, query: str) -> list[dict[str, Any]]:
    """Find places by name or coordinates.

    Parameters
    ----------
    token : str
        From :func:`search_address`.
    query : str
        The first 120 letters count.

    Returns
    -------
    list of dict
        ``title, detail, bounds`` of each, as :class:`maps.place_search.Hit`.

    Raises
    ------
    StoreError
        ``token_invalid`` for a forged or old token, or the errors of :meth:`Workspace.load`.
    """
    try:
        folder, lang = _SEAL.loads(token, max_age=_HOURS * 3600)
    except (BadData, ValueError, TypeError) as error:
        raise StoreError("token_invalid") from error
    say, base, asked = words(lang), Workspace(folder), query[:_LONGEST]
    places = coordinate_hits(asked, base.crs, say)
    if not places:
        heads = tuple((v.layer, v.version) for v in base.layers() if v.kind_name not in _NAMELESS)
        places = _index(folder, heads).find(asked, say)
    return [asdict(place) for place in places]


@lru_cache(maxsize=4)
def _index(folder: str, heads: tuple[tuple[str, int], ...]) -> PlaceIndex:
    base = Workspace(folder)
    return PlaceIndex([base.load(name, version) for name, version in heads])
