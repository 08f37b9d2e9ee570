"""Facts under one another: what, and its value; and tables that only are to be read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.columns import number_writers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from maps.columns import Column
    from maps.words import Words

__all__ = ["show_facts", "show_figures"]

_ROW_PX = 36
_MOST_ROWS = 20


def show_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Show facts under one another, in two columns where there is room; what has no value is left out.

    Parameters
    ----------
    facts : iterable of (str, str)
        What and value, in words; text from files only ever stands here escaped.
    """
    lines = "".join(
        f"<div><dt>{escape(what)}</dt><dd>{escape(str(value))}</dd></div>" for what, value in facts if value
    )
    st.html(f"<dl class='tc-facts'>{lines}</dl>")


def show_figures(table: pd.DataFrame, columns: Sequence[Column], words: Words) -> None:
    """Show a table of figures, totals most often.

    Parameters
    ----------
    table : pandas.DataFrame
        Headed in words, numbers as numbers.
    columns : sequence of Column
        Those that are numbers; they are written the way of the language.
    words : Words
    """
    writers = number_writers(columns, words)
    write: dict[Any, Any] = {name: _told(how) for name, how in writers.items() if name in table}
    height = _ROW_PX * min(len(table), _MOST_ROWS) + 40
    shown = table.style.format(write)
    st.dataframe(shown, hide_index=True, width="stretch", height=height, placeholder="–")


def _told(how: Callable[[Any], str]) -> Callable[[Any], str]:
    """Write numbers one way, and leave a text that stands among them as it is."""
    return lambda value: value if isinstance(value, str) else how(value)
