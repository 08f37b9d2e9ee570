"""Page *Quy định*: every rule and reference row with its source, validity and confidence."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from layers import reference
from layers.names import fold
from maps.pages._ask import day_input
from maps.pages._frame import speak
from maps.rule_tables import NUMBERS, rules_table

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from maps.words import Words

_FIRST = "conflict_rules"
_BEHIND = ("communes_2025", "columns", "kind_signs", "osm_tags")


def show() -> None:
    """Show the page."""
    words = speak()
    st.markdown(f"### {words('page.rules.title')}")
    st.caption(words("rules.explain"))
    left, middle, right = st.columns([3, 3, 2])
    order = [_FIRST, *(n for n in reference.names() if n != _FIRST and n not in _BEHIND)]
    name = left.selectbox(words("rules.table"), order, format_func=lambda n: words(f"table.{n}"))
    wanted = middle.text_input(words("rules.search"), placeholder=words("rules.search_hint"))
    with right:
        on = day_input(words, key="rules-on")
    if on is None:
        return
    table = rules_table(name, on, words)
    if wanted:
        text = table.astype(str).agg(" ".join, axis=1).map(fold)
        table = table[text.str.contains(fold(wanted), regex=False).to_numpy()]
    if table.empty:
        st.html(f"<div class='tc-empty'>{escape(words('rules.none', wanted=wanted))}</div>")
        return
    st.caption(words("rules.count", count=len(table), version=reference.version()))
    numbers = [name for c in NUMBERS if (name := words(f"rule_column.{c}")) in table]
    shown: Styler = table.style.format(dict.fromkeys(numbers, partial(_number, words)))
    st.dataframe(shown, height=560, width="stretch", hide_index=True, placeholder="")
    if words.lang == "vi":
        st.caption(words("rules.original_note"))


def _number(words: Words, value: object) -> str:
    """As many decimals as the number has."""
    number = float(str(value))
    return words.value(number) if number == number else ""  # noqa: PLR0124 - NaN


if __name__ == "__main__":
    show()
