"""The export button of an answer: one file for each format, written when it is asked for."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maps.words import Words

__all__ = ["show_exports"]


def show_exports(
    endings: Iterable[str], export: Callable[[Path, Words], None], words: Words, *, stem: str
) -> None:
    """Show the button with its formats.

    Parameters
    ----------
    endings : iterable of str
        File endings with their dot.
    export : callable
        Writes the answer to a path.
    words : Words
    stem : str
        File name without its ending.
    """
    with st.popover(words("export.open"), width="stretch"):
        st.caption(words("export.explain"))
        for ending in endings:
            st.download_button(
                words(f"export.{ending[1:]}"),
                data=partial(_file, export, f"{stem}{ending}", words),
                file_name=f"{stem}{ending}",
                on_click="ignore",
                width="stretch",
                key=f"export{ending}",
            )


def _file(export: Callable[[Path, Words], None], name: str, words: Words) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        export(path, words)
        return path.read_bytes()
