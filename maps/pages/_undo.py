"""The way back of a save: a layer leaves the list or is the one before again, and comes back at a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers.errors import ThoCongError
from maps.pages._frame import advice, plain
from maps.pages._link import Link
from maps.tables import layer_title

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_undo", "show_withdrawn"]


def show_undo(base: Workspace, entry: Version, words: Words, *, where: str) -> None:
    """Offer to undo the save that made a version the current one.

    Parameters
    ----------
    base : Workspace
    entry : Version
        The current one.
    words : Words
    where : str
        Part of the page that the button stands in: it may stand in two at once.
    """
    several = len(base.history(entry.layer)) > 1
    key = f"undo-{where}-{entry.layer}-{entry.version}"
    # by a callback: what is pressed before the page has been written to its end would be lost otherwise
    st.button(
        words("layers.undo_save" if several else "layers.undo_import"),
        help=words("layers.undo_save_help" if several else "layers.undo_import_help"),
        key=key,
        on_click=_undo,
        args=(base, entry, words, key),
    )
    _show_error(key)


def _undo(base: Workspace, entry: Version, words: Words, key: str) -> None:
    try:
        before = base.undo_save(entry.layer, expected=entry.version)
    except ThoCongError as error:
        _keep_error(key, error, words)
        return
    if before is None:  # the row that was chosen is that of another layer now
        Link("layers").forget()
    said = "cli.workspace.undone" if before else "layers.withdrawn_said"
    version = before.version if before else entry.version
    st.toast(words(said, layer=plain(entry.layer), wanted=entry.version - 1, version=version))


def _keep_error(key: str, error: ThoCongError, words: Words) -> None:
    parts = [plain(part) for part in (words.message(error), advice(error, words)) if part]
    st.session_state[f"{key}-error"] = "\n\n→ ".join(parts)


def _show_error(key: str) -> None:
    """Show what went wrong beside the button that was pressed, once."""
    said = st.session_state.pop(f"{key}-error", None)
    if said:
        st.error(said)


def show_withdrawn(base: Workspace, words: Words) -> None:
    """List the layers that were taken off the list, each with the way back.

    Parameters
    ----------
    base : Workspace
    words : Words
    """
    gone = base.withdrawn()
    if not gone:
        return
    with st.expander(words("layers.withdrawn", count=len(gone))):
        st.caption(words("layers.withdrawn_explain"))
        for entry in gone:
            with st.container(horizontal=True, vertical_alignment="center"):
                said = words(
                    "layers.withdrawn_line",
                    name=plain(layer_title(entry, words)),
                    layer=plain(entry.layer),
                    version=entry.version,
                    rows=entry.rows,
                    at=words.moment(entry.saved_at),
                )
                st.markdown(said, width="stretch")
                key = f"back-{entry.layer}"
                st.button(
                    words("layers.bring_back"), key=key, on_click=_bring_back, args=(base, entry, words, key)
                )
            _show_error(key)


def _bring_back(base: Workspace, entry: Version, words: Words, key: str) -> None:
    try:
        saved = base.restore(entry.layer, entry.version)
    except ThoCongError as error:
        _keep_error(key, error, words)
        return
    told = {"layer": plain(entry.layer), "wanted": entry.version, "version": saved.version}
    st.toast(words("cli.workspace.undone", **told))
