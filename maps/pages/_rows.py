"""The table of conflict rows: filtered by answer and zone, one row selectable."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.conflict_tables import rows_table
from maps.pages._frame import plain
from maps.pages._pick import chosen_row
from spatial.rules import STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from pandas.io.formats.style import Styler
    from streamlit.elements.arrow import DataframeStateInput

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["show_rows"]

#: what a reader wants first stands first; columns and their widths in pixels
_WIDTHS = {
    "zone": 106,
    "constraint": 146,
    "state": 118,
    "area_ha": 58,
    "share_pct": 48,
    "clause": 150,
    "length_m": 66,
    "validity": 110,
}
#: headings short enough for the width
_SHORT = {"area_ha": "area_short", "share_pct": "share_short", "length_m": "length_short"}
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
    lines = bool((rows["length_m"] > 0).any())
    columns = [c for c in _WIDTHS if lines or c != "length_m"]
    picked = st.session_state.get("conflict-row")
    positions = list(rows.index)
    start: DataframeStateInput | None
    start = {"selection": {"rows": [positions.index(picked)]}} if picked in positions else None
    key = f"rows-{st.session_state.get('rows-mark', 0)}-{len(rows)}-{positions[0]}"
    event = st.dataframe(
        _styled(answer, rows, columns, words),
        hide_index=True,
        height=430,
        width="stretch",
        on_select="rerun",
        # a click anywhere in a row chooses it, not only one on the box before it
        selection_mode=["single-row", "single-cell"],
        selection_default=start,
        key=key,
        row_height=32,
        placeholder="–",
        column_config={
            words(f"column.{c}"): st.column_config.Column(
                words(f"column.{_SHORT.get(c, c)}"), help=words(f"column.{c}"), width=_WIDTHS[c]
            )
            for c in columns
        },
    )
    place = chosen_row(event["selection"], key)
    return int(positions[place]) if place is not None and place < len(positions) else None


def _styled(answer: ConflictAnswer, rows: pd.DataFrame, columns: list[str], words: Words) -> Styler:
    """Numbers as the language writes them, still sorted as numbers; a line has a length and no hectares."""
    names = {c: words(f"column.{c}") for c in columns}
    table = rows_table(answer, words).loc[rows.index, list(names.values())]
    table[names["state"]] = rows["state"].map(lambda s: words(f"state_short.{s}"))
    # a line or a point lies on the zone without taking land of it: no hectares is not nought hectares
    landless = (rows["area_ha"] == 0) & (rows["features"] > 0)
    for column in ("area_ha", "share_pct"):
        table[names[column]] = table[names[column]].mask(landless)
    write: dict[Any, str | Callable[[object], str] | None] = {
        names[c]: partial(words.number, digits=digits)
        for c, digits in (("area_ha", 2), ("share_pct", 1), ("length_m", 0))
        if c in names
    }
    state = rows["state"]
    style: Styler = table.style.format(write).apply(
        lambda column: [f"background-color: {_GROUNDS[state[i]]}" for i in column.index],
        subset=[names["state"]],
    )
    return style
