"""A page before anything was asked: what to do next, and the layers of the workspace on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers.kinds import kind
from maps.answer_map import context_layers
from maps.next_steps import holdings
from maps.pages._about import newest_of, with_facts
from maps.pages._cache import cached_sight, workspace_bounds
from maps.pages._identify import show_identified
from maps.pages._map import View, made_label, served_tiles, show_map
from maps.pages._printing import notes_of
from maps.pages._start import link_to_layers

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_preview"]

_ROLES = ("zone", "constraint", "context")


def show_preview(
    base: Workspace, versions: list[Version], words: Words, *, page: str, empty: str, key: str
) -> None:
    """Before anything was asked: the layers of the workspace on the map, and what to do next.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
    words : Words
    page : str
        Its address, by which is known what it needs.
    empty : str
        Key of the words that say what to do.
    key : str
        Name of the map; empty where a map stands in the question already: a boundary is drawn on it.
    """
    st.html(f"<div class='tc-empty'>{words(empty)}</div>")
    if lacks := holdings(versions).lacks(page):
        st.caption(words(f"start.needs.{lacks}"))
        link_to_layers(words)
    shown = [
        v
        for v in versions
        if kind(v.kind_name).role in ("zone", "context") or v.kind_name in ("road", "river")
    ]
    names = tuple((v.layer, v.version) for v in newest_of(shown))
    layers = [cached_sight(str(base.folder), *entry) for entry in names]
    if layers and key:
        show_map(
            key,
            with_facts(base, layers, context_layers(layers, words), words),
            words,
            view=View(
                workspace_bounds(str(base.folder), names),
                base.crs,
                made_label(layers, words),
                notes_of(layers, words),
                words("print.of_layers", name=base.name),
            ),
            tiles=served_tiles(base, layers),
        )
        on_map = set(names)
        entries = [v for v in versions if (v.layer, v.version) in on_map]
        # what planning is about first, the commune it lies in last
        entries.sort(key=lambda v: _ROLES.index(kind(v.kind_name).role))
        show_identified(key, base, entries, words)
