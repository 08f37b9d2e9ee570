"""Facts under one another: what, and its value; and tables that only are to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from maps.columns import number_writers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from maps.columns import Column
    from maps.words import Words

__all__ = ["show_facts", "show_figures"]

_ROW_PX = 36
_MOST_ROWS = 20


def show_facts(facts: Iterable[tuple[str, str]], words: Words) -> None:
    """Show facts in two columns; what has no value is left out.

    Parameters
    ----------
    facts : iterable of (str, str)
        What and value, in words.
    words : Words
    """
    table = pd.DataFrame([fact for fact in facts if fact[1]], columns=["what", "value"])
    heads = {"what": words("column.what"), "value": words("column.value")}
    st.dataframe(table, hide_index=True, width="stretch", column_config=heads)


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
    write = {name: how for name, how in number_writers(columns, words).items() if name in table}
    height = _ROW_PX * min(len(table), _MOST_ROWS) + 40
    st.dataframe(table.style.format(write), hide_index=True, width="stretch", height=height)
