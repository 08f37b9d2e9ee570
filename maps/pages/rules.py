"""Page *Quy định*: every rule and reference row with its source, validity and confidence."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from layers import reference
from layers.names import fold
from maps.pages._frame import speak
from maps.tables import rules_table

_FIRST = "conflict_rules"
_BEHIND = ("communes_2025", "columns", "osm_tags")


def show() -> None:
    """Show the page."""
    words = speak()
    st.markdown(f"### {words('page.rules.title')}")
    st.caption(words("rules.explain"))
    left, middle, right = st.columns([3, 3, 2])
    order = [_FIRST, *(n for n in reference.names() if n != _FIRST and n not in _BEHIND)]
    name = left.selectbox(words("rules.table"), order, format_func=lambda n: words(f"table.{n}"))
    wanted = middle.text_input(words("rules.search"), placeholder=words("rules.search_hint"))
    on = right.date_input(words("ask.on"), value=datetime.now(UTC).astimezone().date(), format="DD/MM/YYYY")
    table = rules_table(name, on, words)
    if wanted:
        text = table.astype(str).agg(" ".join, axis=1).map(fold)
        table = table[text.str.contains(fold(wanted), regex=False).to_numpy()]
    st.caption(words("rules.count", count=len(table), version=reference.version()))
    st.dataframe(table, height=560, width="stretch", hide_index=True)


if __name__ == "__main__":
    show()
