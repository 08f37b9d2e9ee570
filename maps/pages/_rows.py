"""The table of conflict rows: filtered by answer and zone, one row selectable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.pages._frame import plain
from maps.tables import rows_table
from spatial.rules import STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from streamlit.elements.arrow import DataframeStateInput

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["show_rows"]

_COLUMNS = ("state", "zone", "constraint", "area_ha", "share_pct", "clause", "validity")
_WIDTHS = (118, 112, 172, 58, 54, 220, 110)
_GROUNDS = {"blocks": "#f7d9c8", "needs_consent": "#fbeccb", "clear": "#d8efe6", "no_data": "#e8e8e8"}


def show_rows(answer: ConflictAnswer, words: Words, *, zone: str | None) -> int | None:
    """Show the rows, the gravest first.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words
    zone : str or None
        Only rows of this zone.

    Returns
    -------
    int or None
        Index of the selected row.
    """
    states = _state_filter(answer, words)
    rows = answer.rows[answer.rows["state"].isin(states)]
    if zone is not None:
        rows = rows[rows["zone"] == zone]
        name = str(answer.zones.loc[zone, "zone_name"]) or zone
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(words("rows.of_zone", zone=f"**{plain(name)}**"))
        if right.button(words("rows.all_zones"), width="stretch", key="rows-all"):
            st.session_state["conflict-zone"] = None
            st.rerun()
    rows = _ordered(rows)
    if rows.empty:
        st.html(f"<div class='tc-empty'>{words('rows.none')}</div>")
        return None
    return _table(answer, rows, words)


def _state_filter(answer: ConflictAnswer, words: Words) -> list[str]:
    present: list[str] = [s for s in STATES if (answer.rows["state"] == s).any()]
    counts = answer.rows["state"].value_counts()
    picked = st.pills(
        words("column.state"),
        present,
        selection_mode="multi",
        default=present,
        format_func=lambda s: f"{words('state_short.' + s)} ({counts[s]})",
        key="rows-states",
        label_visibility="collapsed",
        wrap=True,
    )
    return list(picked) or present


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    rank = rows["state"].map({state: n for n, state in enumerate(STATES)})
    return rows.assign(rank=rank).sort_values(["rank", "area_ha"], ascending=[True, False], kind="stable")


def _table(answer: ConflictAnswer, rows: pd.DataFrame, words: Words) -> int | None:
    names = [words(f"column.{c}") for c in _COLUMNS]
    table = rows_table(answer, words).loc[rows.index, names]
    short = rows["state"].map(lambda s: words(f"state_short.{s}"))
    table[names[0]] = short
    state = rows["state"]
    area: Callable[[Any], str] = partial(words.number, digits=2)
    share: Callable[[Any], str] = partial(words.number, digits=1)
    style = table.style.format({names[3]: area, names[4]: share}).apply(
        lambda column: [f"background-color: {_GROUNDS[state[i]]}" for i in column.index], subset=[names[0]]
    )
    picked = st.session_state.get("conflict-row")
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
        key=f"rows-{st.session_state.get('rows-mark', 0)}-{len(rows)}-{positions[0]}",
        row_height=32,
        column_config={
            name: st.column_config.Column(width=width) for name, width in zip(names, _WIDTHS, strict=True)
        },
    )
    chosen = event["selection"]["rows"]
    return int(positions[chosen[0]]) if chosen and chosen[0] < len(positions) else None
