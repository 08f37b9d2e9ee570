"""Page *Lớp dữ liệu*: what the workspace holds, where it comes from, how it got in, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers.kinds import kinds
from layers.raster_store import Rasters
from maps.pages._address import take_layer, take_once
from maps.pages._basemaps import show_basemaps
from maps.pages._findings import show_findings
from maps.pages._frame import heading, speak, workspace
from maps.pages._import import show_import
from maps.pages._layer import show_all, show_layer
from maps.pages._layers import show_layers
from maps.pages._link import Link
from maps.pages._places import tell_view
from maps.pages._undo import show_withdrawn

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

_TAB = "layers-tab"
_SEEN = "layers-tabs-seen"
_BEGUN = "layers-begun"


def show() -> None:
    """Show the page."""
    words = speak()
    base = workspace()
    order = {k.name: n for n, k in enumerate(kinds())}
    versions = sorted(
        base.layers(), key=lambda v: (order[v.kind_name], v.period.last if v.period else 0, v.layer)
    )
    made = any(v.provenance.made for v in versions)
    heading(words("page.layers.title"), base, made=made)
    names = [words("layers.list"), words("layers.add"), words("basemap.tab")]
    if take_once("open") == "add":
        st.session_state[_TAB] = 1
    # another language has other names: the tab that was open stays open
    at = st.session_state.get(_TAB, 0)
    tabs = st.tabs(names, default=names[at], key=f"layers-tabs-{words.lang}", on_change="rerun")
    st.session_state[_TAB] = next((n for n, tab in enumerate(tabs) if tab.open), 0)
    # what was never opened is not made: the list is what a visit begins with, and its map comes sooner
    seen = st.session_state.setdefault(_SEEN, set())
    seen.update(n for n, tab in enumerate(tabs) if tab.open)
    listed, added, below = tabs
    with listed:
        tell_view(words)
        take_layer(versions, base.history, words)
        _show_list(base, versions, words, seen=bool(listed.open))
        show_withdrawn(base, words)
        if odd := Rasters(base).odd():
            show_findings(odd, words)
    for n, tab, show_it in ((1, added, show_import), (2, below, show_basemaps)):
        if n in seen:
            with tab:
                show_it(base, words)


def _show_list(base: Workspace, versions: list[Version], words: Words, *, seen: bool) -> None:
    """Show the list and below it the layer chosen, or all of them on a map where the list is seen."""
    above, below = st.container(), st.container()
    # a visit begins with the map: the browser loads it while the table and its many scripts are on their way
    first = _BEGUN not in st.session_state and Link("layers").row is None
    st.session_state[_BEGUN] = True
    if first and versions and seen:
        with below:
            show_all(base, versions, words)
    with above:
        chosen = show_layers(base, versions, words)
    if chosen is not None:
        with below:
            show_layer(base, chosen, words)
    elif versions and seen and not first:
        with below:
            show_all(base, versions, words)


if __name__ == "__main__":
    show()
