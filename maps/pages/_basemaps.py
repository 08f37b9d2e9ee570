"""Maps from outside that a workspace offers below its layers: what there is, and adding one."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers.errors import QuestionError, ThoCongError
from maps.basemap_layers import offered_by
from maps.basemap_service import picture_of
from maps.basemaps import (
    KINDS,
    Basemap,
    add_basemap,
    basemaps_of,
    drop_basemap,
    shown_address,
    tile_at,
)
from maps.pages._cache import workspace_bounds
from maps.pages._frame import plain, speak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.store import Workspace
    from maps.basemap_layers import Offered
    from maps.words import Words

__all__ = ["show_basemaps"]

_DEEPEST: Final = 19
_PROBE_ZOOM: Final = 12
_ROUND: Final = "basemap-round"
_OFFERED: Final = "basemap-offered"


def show_basemaps(base: Workspace, words: Words) -> None:
    """Show the maps from outside, and the way to add one.

    Parameters
    ----------
    base : Workspace
    words : Words
    """
    st.caption(words("basemap.explain"))
    listed, added = st.columns([1, 1], gap="medium")
    with listed:
        _list(base, words)
    with added:
        st.markdown(f"**{words('basemap.add')}**")
        _add(base, words)


def _list(base: Workspace, words: Words) -> None:
    every = basemaps_of(base)
    st.markdown(f"**{words('basemap.ready')}**")
    for one in every:
        if not one.id.startswith("own-"):
            st.html(_line(one, words))
    own = [one for one in every if one.id.startswith("own-")]
    st.markdown(f"**{words('basemap.own')}**")
    if not own:
        st.caption(words("basemap.nothing"))
    for one in own:
        with st.container(key=f"tc-base-{one.id}", horizontal=True, vertical_alignment="center"):
            st.html(_line(one, words), width="stretch")
            if st.button(words("basemap.drop"), key=f"drop-{one.id}", help=plain(one.title)):
                drop_basemap(base, one.id)
                st.toast(words("basemap.dropped", title=plain(one.title)))
                st.rerun()


def _line(one: Basemap, words: Words) -> str:
    facts = [words(f"basemap.kind_{one.kind}"), one.layer, shown_address(one.address), one.attribution]
    said = " · ".join(escape(fact) for fact in facts if fact)
    return f"<div class='tc-base-line'><b>{escape(one.title)}</b><span>{said}</span></div>"


def _add(base: Workspace, words: Words) -> None:
    # a new key after each addition: the fields are empty again
    key = f"basemap-{st.session_state.get(_ROUND, 0)}"
    kind = st.segmented_control(
        words("basemap.kind"),
        KINDS,
        default=KINDS[0],
        format_func=lambda k: words(f"basemap.kind_{k}"),
        required=True,
        key=f"{key}-kind",
    )
    kind = str(kind or KINDS[0])
    address = st.text_input(words(f"basemap.address_{kind}"), key=f"{key}-{kind}", max_chars=2000)
    st.caption(words("basemap.keys"))
    draft = Basemap("", "", kind, address) if kind == "xyz" else _chosen(kind, address, words, key=key)
    facts = _facts(draft, words, key=key)
    if not st.button(words("basemap.save"), type="primary", disabled=not address.strip(), key=f"{key}-save"):
        return
    try:
        kept = add_basemap(base, replace(draft, **facts))
    except QuestionError as error:
        _refuse(error)
        return
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.toast(_welcome(base, kept, words))
    st.rerun()


def _facts(draft: Basemap, words: Words, *, key: str) -> dict[str, Any]:
    # other words for another layer, so fields of their own
    key = f"{key}-{draft.kind}-{draft.layer}"
    title = st.text_input(words("basemap.title"), value=draft.title, max_chars=60, key=f"{key}-title")
    credit = st.text_input(
        words("basemap.attribution"), value=draft.attribution, max_chars=200, key=f"{key}-credit"
    )
    if draft.kind == "wms":
        return {"title": title, "attribution": credit}
    deepest = st.number_input(
        words("basemap.deepest"), 1, 22, value=min(draft.max_zoom, _DEEPEST), key=f"{key}-deepest"
    )
    return {"title": title, "attribution": credit, "max_zoom": int(deepest)}


def _chosen(kind: str, address: str, words: Words, *, key: str) -> Basemap:
    """Let a layer be chosen from what the service offers; typed where its list can't be read."""
    if st.button(words("basemap.read"), disabled=not address.strip(), key=f"{key}-{kind}-read"):
        try:
            st.session_state[_OFFERED] = (kind, address, offered_by(kind, address.strip()))
        except ThoCongError as error:
            st.session_state.pop(_OFFERED, None)
            _refuse(error)
    known: tuple[str, str, Sequence[Offered]] = st.session_state.get(_OFFERED, ("", "", ()))
    if known[:2] != (kind, address):
        name = st.text_input(words("basemap.typed"), key=f"{key}-{kind}-typed", max_chars=160)
        usual = "GoogleMapsCompatible" if kind == "wmts" else ""
        return Basemap("", "", kind, address, name, matrix_set=usual)
    offered = known[2]
    st.caption(words("basemap.read_count", count=len(offered)))
    n = st.selectbox(
        words("basemap.layer"),
        range(len(offered)),
        format_func=lambda n: f"{offered[n].title} ({offered[n].name})",
        key=f"{key}-{kind}-layer",
    )
    return offered[n or 0].basemap


def _welcome(base: Workspace, kept: Basemap, words: Words) -> str:
    """Say that it was added, and whether a picture of it can be had now."""
    title = plain(kept.title)
    zoom = min(_PROBE_ZOOM, kept.max_zoom)
    try:
        west, south, east, north = workspace_bounds(
            str(base.folder), tuple((v.layer, v.version) for v in base.layers())
        )
        place = tile_at((west + east) / 2, (south + north) / 2, zoom)
        picture_of(kept.tile_url(zoom, *place))
    except ThoCongError as error:
        return words("basemap.saved_unseen", title=title, why=plain(words.message(error)))
    return words("basemap.saved", title=title)


def _refuse(error: ThoCongError) -> None:
    words = speak()
    st.error("\n\n→ ".join(plain(text) for text in (words.message(error), words.fix(error)) if text))
