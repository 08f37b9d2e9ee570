"""The table of distances: filtered by answer and source, one row selectable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.distance_tables import distance_rows_table
from maps.pages._frame import plain
from spatial.distances import DISTANCE_STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from streamlit.elements.arrow import DataframeStateInput

    from maps.words import Words
    from spatial.distances import DistanceAnswer

__all__ = ["show_distance_rows"]

_COLUMNS = ("state", "actual_m", "required_m", "shortfall_m", "source", "target", "label", "clause", "why")
_WIDTHS = (104, 80, 86, 82, 130, 150, 210, 210, 210)
_METRES = slice(1, 4)
_GROUNDS = {
    "too_near": "#f7d9c8",
    "depends": "#fbeccb",
    "preset": "#f3dcea",
    "unsettled": "#e4ebf2",
    "refused": "#dfe2e6",
    "no_data": "#e8e8e8",
    "kept": "#d8efe6",
    "no_rule": "#f1f4f7",
}


def show_distance_rows(answer: DistanceAnswer, words: Words, *, source: str | None) -> int | None:
    """Show the rows, what is too near first.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words
    source : str or None
        Only rows of this source.

    Returns
    -------
    int or None
        Index of the selected row.
    """
    states = _state_filter(answer, words)
    rows = answer.rows[answer.rows["state"].isin(states)]
    if source is not None:
        rows = rows[rows["source"] == source]
        name = str(answer.sources.loc[source, "name"]) or source
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(words("distance_ask.of_source", source=f"**{plain(name)}**"))
        if right.button(words("rows.all_zones"), width="stretch", key="distance-all"):
            st.session_state["distance-source"] = None
            st.rerun()
    if rows.empty:
        st.html(f"<div class='tc-empty'>{words('rows.none')}</div>")
        return None
    return _table(answer, _ordered(rows), words)


def _state_filter(answer: DistanceAnswer, words: Words) -> list[str]:
    present: list[str] = [s for s in DISTANCE_STATES if (answer.rows["state"] == s).any()]
    counts = answer.rows["state"].value_counts()
    picked = st.pills(
        words("distance_column.state"),
        present,
        selection_mode="multi",
        default=present,
        format_func=lambda s: f"{words('distance_state_short.' + s)} ({counts[s]})",
        key=f"distance-states-{answer.run.get('question', '')}",
        label_visibility="collapsed",
        wrap=True,
    )
    return list(picked) or present


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    rank = rows["state"].map({state: n for n, state in enumerate(DISTANCE_STATES)})
    return rows.assign(rank=rank).sort_values(
        ["rank", "shortfall_m", "actual_m"], ascending=[True, False, True], kind="stable"
    )


def _table(answer: DistanceAnswer, rows: pd.DataFrame, words: Words) -> int | None:
    names = [words(f"distance_column.{c}") for c in _COLUMNS]
    table = distance_rows_table(answer, words).loc[rows.index, names]
    state = rows["state"]
    table[names[0]] = state.map(lambda s: words(f"distance_state_short.{s}"))
    metres: Callable[[Any], str] = partial(words.number, digits=1)
    style = table.style.format(dict.fromkeys(names[_METRES], metres)).apply(
        lambda column: [f"background-color: {_GROUNDS[state[i]]}" for i in column.index], subset=[names[0]]
    )
    picked = st.session_state.get("distance-row")
    positions = list(rows.index)
    start: DataframeStateInput | None
    start = {"selection": {"rows": [positions.index(picked)]}} if picked in positions else None
    event = st.dataframe(
        style,
        hide_index=True,
        height=430,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        selection_default=start,
        key=f"distance-rows-{st.session_state.get('distance-mark', 0)}-{len(rows)}-{positions[0]}",
        row_height=32,
        column_config={
            name: st.column_config.Column(width=width) for name, width in zip(names, _WIDTHS, strict=True)
        },
    )
    chosen = event["selection"]["rows"]
    return int(positions[chosen[0]]) if chosen and chosen[0] < len(positions) else None
