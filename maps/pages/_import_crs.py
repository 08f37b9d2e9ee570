"""Choosing how the coordinates of a file are to be read: the explanations in a table and on a small map."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import geopandas as gpd
import streamlit as st

from layers.crs import as_crs
from layers.errors import CrsError
from maps.candidate_places import (
    candidate_layers,
    candidate_rows,
    candidates_open,
    colour_of,
    placed_candidates,
    reading_label,
    reason_of,
    sign_of,
)
from maps.canvas import to_lonlat
from maps.country_map import country_layer
from maps.pages._draw import workspace_land
from maps.pages._frame import plain
from maps.pages._import_kept import kept
from maps.pages._import_preview import context_of
from maps.pages._map import View, go_to, show_map

if TYPE_CHECKING:
    from collections.abc import Hashable

    from layers import Reading
    from layers.store import Workspace
    from layers.verdict import Verdict
    from maps.words import Words

__all__ = ["FIELD", "read_as_input", "show_candidates"]

#: under it the session keeps the key of the field that says how the coordinates are read
FIELD = "import-read-as-field"
_CHOSEN = "import-candidate"
_MARGIN = 0.15
_FAR_DEG = 0.8


def read_as_input(words: Words, *, mark: str) -> str | None:
    """Ask how the coordinates of a file are to be read; nothing until somebody decides.

    Parameters
    ----------
    words : Words
    mark : str
        Stands for the bytes of the file and its layer.

    Returns
    -------
    str or None
        A treatment.
    """
    key = st.session_state[FIELD] = f"import-read-as-{mark}"
    written = st.text_input(
        words("import.read_as"),
        placeholder="EPSG:5897+swapped",
        help=words("import.read_as_help"),
        key=key,
    ).strip()
    if written:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(words("import.reading_as", treatment=plain(written)), width="stretch")
            st.button(words("import.as_stated"), on_click=_write, args=(key, ""), key="import-as-stated")
    return written or None


def _write(key: str, treatment: str) -> None:
    st.session_state[key] = treatment


def show_candidates(
    base: Workspace, reading: Reading, verdict: Verdict, words: Words, *, mark: Hashable
) -> bool:
    """Show what the coordinates may be, where each explanation lies and why one is proposed.

    Choosing is left to the reader: nothing is applied by looking.

    Parameters
    ----------
    base : Workspace
    reading : Reading
    verdict : Verdict
    words : Words
    mark : hashable
        What tells reading and verdict from every other of the session.

    Returns
    -------
    bool
        True where there is something to choose, and the map of it was shown.
    """
    if not candidates_open(verdict):
        return False
    land = workspace_land(base)
    places = kept("places", mark, lambda: placed_candidates(reading, verdict, base.crs, land=land))
    st.markdown(f"#### {words('import.candidates_title')}")
    st.markdown(reason_of(verdict, places, words))
    left, right = st.columns([6, 5], gap="small")
    with left:
        st.html(_table(places, words))
        names = {
            treatment: f"{sign_of(n)}. {reading_label(treatment, words)}"
            for n, treatment in enumerate(places["treatment"], 1)
        }
        key = f"{_CHOSEN}-{reading.layer.provenance.sha256[:12]}"
        picked = st.selectbox(
            words("import.take"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            placeholder=words("import.take_none"),
            key=key,
        )
        chosen = list(names).index(picked) + 1 if picked is not None else None
        st.button(
            words("import.take_go"),
            type="primary",
            disabled=picked is None,
            on_click=_take,
            args=(picked or "", key),
            key="import-take",
        )
        st.caption(words("import.take_note"))
    with right:
        _map(base, reading, places, words, chosen=chosen)
    return True


def _table(places: gpd.GeoDataFrame, words: Words) -> str:
    """The explanations with every word to be read: a grid would cut the longest, which says what is wrong."""
    table = candidate_rows(places, words)
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.columns)
    lines = []
    for n, row in enumerate(table.itertuples(index=False, name=None), 1):
        line = "dashed" if sign_of(n) != str(n) else "solid"
        chip = f"<b style='border: 3px {line} {colour_of(n)}'>{n}</b>"
        cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in row[1:])
        lines.append(f"<tr><td>{chip}</td>{cells}</tr>")
    return (
        f"<table class='tc-readings'><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    )


def _take(treatment: str, key: str) -> None:
    """Put the explanation that was chosen where the reader would have written it."""
    st.session_state[st.session_state[FIELD]] = treatment
    st.session_state[key] = None


def _stated(reading: Reading) -> gpd.GeoDataFrame | None:
    """The rows where the file itself puts them, if that is on the map at all."""
    frame = reading.layer.frame
    if frame.crs is None:
        return None
    try:
        west, south, east, north = to_lonlat(frame[[frame.geometry.name]].head(50)).total_bounds
    except CrsError:
        return None
    vietnam = 90 < west <= east < 125 and 0 < south <= north < 30  # noqa: PLR2004 - a map of the region
    return frame if vietnam else None


def _map(
    base: Workspace, reading: Reading, places: gpd.GeoDataFrame, words: Words, *, chosen: int | None
) -> None:
    key = f"import-places-{reading.layer.provenance.sha256[:8]}"
    # of one that lies elsewhere the way from the workspace is to be seen as well
    shown = places if chosen is None else places.loc[[chosen]]
    frame = shown[["geometry"]]
    land = workspace_land(base)
    if land is not None and bool((shown["away_m"] > 0).any()):
        frame = gpd.GeoDataFrame(geometry=[*frame.geometry, land.envelope], crs=places.crs)
    west, south, east, north = to_lonlat(frame).total_bounds
    # numbers stand in the middle of small places: none lies under the buttons at the edge
    aside, over = _MARGIN * (east - west), _MARGIN * (north - south)
    box = (float(west - aside), float(south - over), float(east + aside), float(north + over))
    if st.session_state.get(f"{key}-at") != chosen:
        st.session_state[f"{key}-at"] = chosen
        go_to(key, box, closest=13.0)
    layers = candidate_layers(places, _stated(reading), words, chosen=chosen)
    below, tiles = context_of(base, words)
    if east - west > _FAR_DEG and not any(one.id == "country" for one in below):
        below = [*below, country_layer(words)]  # among readings that lie provinces apart
    show_map(
        key, [*layers, *below], words, view=View(box, as_crs(base.crs), title=reading.layer.name), tiles=tiles
    )
