"""The way back of a save: a layer leaves the list or is the one before again, and comes back at a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.pages._frame import plain, sentences
from maps.tables import layer_title

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_undo", "show_withdrawn"]


def show_undo(base: Workspace, entry: Version, words: Words) -> None:
    """Offer to undo the save that made a version the current one.

    Parameters
    ----------
    base : Workspace
    entry : Version
        The current one.
    words : Words
    """
    several = len(base.history(entry.layer)) > 1
    label = words("layers.undo_save" if several else "layers.undo_import")
    told = words("layers.undo_save_help" if several else "layers.undo_import_help")
    if not st.button(label, help=told, key=f"undo-{entry.layer}-{entry.version}"):
        return
    with sentences():
        before = base.undo_save(entry.layer, expected=entry.version)
    key = "cli.workspace.undone" if before else "layers.withdrawn_said"
    version = before.version if before else entry.version
    st.toast(words(key, layer=plain(entry.layer), wanted=entry.version - 1, version=version))
    st.rerun()


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
                if st.button(words("layers.bring_back"), key=f"back-{entry.layer}"):
                    with sentences():
                        saved = base.restore(entry.layer, entry.version)
                    st.toast(
                        words(
                            "cli.workspace.undone",
                            layer=plain(entry.layer),
                            wanted=entry.version,
                            version=saved.version,
                        )
                    )
                    st.rerun()
