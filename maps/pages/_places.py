"""Where the maps of a page stand, as the address says; whoever wrote it may be anybody.

``view=21.01,105.5,13,conflict*21.02,105.6,15,conflict-draw``: latitude, longitude, zoom, and the name of
the map that stands there. A view without a name is for every map of the page.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import streamlit as st

from maps.pages._frame import plain

if TYPE_CHECKING:
    from maps.words import Words

    Place = tuple[tuple[float, float], float]

__all__ = ["take_view", "tell_view"]

_VIEW: Final = "view"
_LONGEST: Final = 1_000
_MOST: Final = 6
_PARTS: Final = 3
_NAME: Final = re.compile(r"[^\W\d][\w.-]{0,99}")
_NORTH: Final = 85.0
_EAST: Final = 180.0
_ZOOMS: Final = (1.0, 22.0)


def take_view(key: str, name: str) -> None:
    """Let a map start where the address says, once a session.

    Parameters
    ----------
    key : str
        Name of the map for the session: its view is kept under it.
    name : str
        Name of the map in an address.
    """
    taken = f"tc-taken-{name}"
    if st.session_state.get(taken):
        return
    st.session_state[taken] = True
    places = _places(_text())
    place = places.get(name) or places.get("")
    if place is None:
        return
    st.session_state[f"{key}-view"] = place
    # maps of two periods go where a number sends them that is above nought
    st.session_state[f"{key}-nudge"] = st.session_state.get(f"{key}-nudge", 0) + 1


def tell_view(words: Words) -> None:
    """Say, once a session, what the address names and no map can show.

    Parameters
    ----------
    words : Words
    """
    if st.session_state.get("tc-told-view"):
        return
    st.session_state["tc-told-view"] = True
    wrong = [part for part in _parts(_text()) if _read(part) is None]
    if wrong:
        st.warning(plain(words("link.view_wrong", found=", ".join(wrong)[:40])))


def _text() -> str:
    return str(st.query_params.get(_VIEW) or "")[:_LONGEST]


def _parts(text: str) -> list[str]:
    return text.split("*")[:_MOST] if text else []


def _places(text: str) -> dict[str, Place]:
    """Places by the names of their maps; the first of a name counts."""
    found: dict[str, Place] = {}
    for part in _parts(text):
        read = _read(part)
        if read is not None:
            found.setdefault(*read)
    return found


def _read(part: str) -> tuple[str, Place] | None:
    """Read the name of a map, and latitude, longitude and zoom that it can have."""
    parts = part.split(",")
    name = unquote(parts[_PARTS]) if len(parts) > _PARTS else ""
    if len(parts) > _PARTS + 1 or (len(parts) > _PARTS and not _NAME.fullmatch(name)):
        return None
    try:
        lat, lon, zoom = (float(value) for value in parts[:_PARTS])
    except ValueError:
        return None
    if not all(math.isfinite(value) for value in (lat, lon, zoom)):
        return None
    if abs(lat) > _NORTH or abs(lon) > _EAST or not _ZOOMS[0] <= zoom <= _ZOOMS[1]:
        return None
    return name, ((lat, lon), zoom)
