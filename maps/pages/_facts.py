"""Facts under one another: what, and its value; and tables that only are to be read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.columns import number_writers, page_writers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from maps.columns import Column
    from maps.words import Words

__all__ = ["show_facts", "show_figures"]

_ROW_PX = 35
_MOST_ROWS = 21
_LETTER_PX = 7.2
_WIDEST_PX = 460
#: where there are more columns than a few
_WIDE_PX = 300
_FEW = 6
#: of columns side by side, over the whole page on a screen of 1366 pixels
_PAGE_PX = 1070


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


def show_figures(
    table: pd.DataFrame, columns: Sequence[Column], words: Words, *, room_px: int = _PAGE_PX
) -> None:
    """Show a table of figures, totals most often.

    Parameters
    ----------
    table : pandas.DataFrame
        Headed in words, numbers as numbers; a column of texts that says nothing in any row is left out.
    columns : sequence of Column
        Those that are numbers, written the way of the language, and texts that are written briefly.
    words : Words
    room_px : int
        How wide the columns may be together before the reader is told to move sideways.
    """
    writers = number_writers(columns, words)
    briefly = {name: how for name, how in page_writers(columns, words, table).items() if name not in writers}
    write: dict[Any, Any] = {name: _told(how) for name, how in writers.items() if name in table}
    height = _ROW_PX * min(len(table) + 1, _MOST_ROWS) + 3
    texts = [name for name in table if name not in writers]
    empty = [name for name in texts if not table[name].astype(str).str.strip().any()]
    table = table.drop(columns=empty) if len(table) else table
    widest = _WIDEST_PX if len(table.columns) <= _FEW else _WIDE_PX
    seen = {name: table[name].map(briefly.get(name, str)) for name in texts if name in table}
    wide: Any = {name: st.column_config.Column(width=_width(said, widest)) for name, said in seen.items()}
    write |= briefly
    shown = table.style.format({name: how for name, how in write.items() if name in table})
    st.dataframe(shown, hide_index=True, width="stretch", height=height, placeholder="–", column_config=wide)
    said = []
    if len(table) >= _MOST_ROWS:  # a table that shows a part of its rows has no bar until it is moved
        said.append(words("rows.scroll", count=len(table)))
    if sum(wide[name]["width"] if name in wide else _head_px(name) for name in table) > room_px:
        said.append(words("rows.wide", count=len(table.columns)))
    if said:
        st.caption(" · ".join(said))


def _head_px(name: Any) -> int:
    return int(_LETTER_PX * len(str(name))) + 24


def _width(texts: pd.Series, widest: int) -> int:
    """Room for the longest text of a column, as long as other columns are left some."""
    longest = max([len(str(texts.name)), *texts.astype(str).str.len()])
    return min(int(_LETTER_PX * longest) + 24, widest)


def _told(how: Callable[[Any], str]) -> Callable[[Any], str]:
    """Write numbers one way, and leave a text that stands among them as it is."""
    return lambda value: value if isinstance(value, str) else how(value)
