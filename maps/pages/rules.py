"""Page *Quy định*: every rule and reference row with its source, validity and confidence."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from layers import reference
from layers.names import fold
from maps.pages._frame import speak

words = speak()
st.markdown(f"### {words('page.rules.title')}")
st.caption(words("rules.explain"))
left, middle, right = st.columns([3, 3, 2])
_FIRST = "conflict_rules"
order = [_FIRST, *(n for n in reference.names() if n not in (_FIRST, "communes_2025", "columns", "osm_tags"))]
name = left.selectbox(words("rules.table"), order, format_func=lambda n: words(f"table.{n}"))
wanted = middle.text_input(words("rules.search"), placeholder=words("rules.search_hint"))
on = right.date_input(words("ask.on"), value=datetime.now(UTC).astimezone().date(), format="DD/MM/YYYY")
rows = reference.table(name)
valid = set(reference.in_force(rows, on).index)
rows.insert(0, "in_force", [words("rules.in_force") if key in valid else words("rules.not_in_force") for key in rows.index])
rows.insert(
    1,
    "can_judge",
    [words("rules.judges") if reference.can_judge(c) else words("rules.never_judges") for c in rows["confidence"]],
)
if wanted:
    text = rows.reset_index().astype(str).agg(" ".join, axis=1).map(fold)
    rows = rows[text.str.contains(fold(wanted), regex=False).to_numpy()]
st.caption(words("rules.count", count=len(rows), version=reference.version()))
heads = {c: words(f"rule_column.{c}") for c in ("id", *rows.columns) if words.has(f"rule_column.{c}")}
st.dataframe(rows, height=560, width="stretch", column_config=heads)
