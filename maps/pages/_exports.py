"""The export button of an answer: one file for each format, written when it is asked for."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.names import file_stem
from maps.export.files import write_answer
from maps.pages._frame import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maps.export.files import AnswerFiles
    from maps.words import Words

__all__ = ["offer_files", "show_exports", "written"]


def show_exports(files: AnswerFiles[Any], words: Words, *, stem: str) -> None:
    """Show the button of an answer with its formats.

    Parameters
    ----------
    files : AnswerFiles
    words : Words
    stem : str
        File name without its ending.
    """
    with st.popover(words("export.open"), width="stretch"):
        st.caption(words("export.explain"))
        if files.scope:
            st.caption(plain(files.scope))
        if files.bundled:
            st.download_button(
                words("export.bundle"),
                data=partial(written, files.bundle, files.bundled),
                file_name=f"{stem}-ho-so.zip",
                on_click="ignore",
                type="primary",
                width="stretch",
                key="export-bundle",
            )
        offer_files(files.endings, partial(write_answer, files), words, stem=stem)


def offer_files(endings: Iterable[str], write: Callable[[Path], None], words: Words, *, stem: str) -> None:
    """Show a button for each format of a file.

    Parameters
    ----------
    endings : iterable of str
        With their dot.
    write : callable
        Writes to a path; the ending decides.
    words : Words
    stem : str
        File name without its ending.
    """
    stem = file_stem(stem)
    for ending in endings:
        st.download_button(
            words(f"export.{ending[1:]}"),
            data=partial(written, write, f"{stem}{ending}"),
            file_name=f"{stem}{ending}",
            on_click="ignore",
            width="stretch",
            key=f"export{ending}",
        )


def written(write: Callable[[Path], None], name: str) -> bytes:
    """Return the content of a file that a function writes.

    Parameters
    ----------
    write : callable
        Takes the path.
    name : str
        With its ending.

    Returns
    -------
    bytes
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        write(path)
        return path.read_bytes()
