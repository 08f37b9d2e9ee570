"""The transition matrix on the page: shaded by area, a cell to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from maps.change_tables import class_name
from spatial.change import UNCOVERED

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from maps.words import Words
    from spatial.change import Change

__all__ = ["show_matrix"]

_MEASURES = ("real", "all", "share")
_HEIGHT = 430
_LEAST_HA = 0.005
_STAYED = "#e9edf2"
_SUM = "#f6f7f9"
#: from the palest to the darkest ground; letters stay readable on all
_GROUND = ((243, 238, 250), (150, 118, 196))

_COLUMN_PX = 67
#: of columns side by side, on a screen of 1366 pixels
_ROOM_PX = 570


def show_matrix(answer: Change, words: Words, *, key: str, of_class: str = "") -> tuple[str, str] | None:
    """Show a matrix.

    Parameters
    ----------
    answer : Change
    words : Words
    key : str
    of_class : str
        Only the row and column of this class, with what they touch.

    Returns
    -------
    tuple of str or None
        Start and end of the cell that was chosen.
    """
    left, right = st.columns([3, 2], vertical_alignment="center")
    with left:
        measure = st.segmented_control(
            words("change_view.measure"),
            _MEASURES,
            default="real",
            required=True,
            format_func=lambda name: words(f"change_view.measure_{name}"),
            key="change-measure",
            label_visibility="collapsed",
        )
    with right:
        only = st.toggle(words("change_view.only_changed"), value=True, key="change-only")
    table = _table(answer, str(measure), of_class=of_class, only_changed=bool(only))
    event: Any = st.dataframe(
        _styled(table, words, share=measure == "share"),
        height=min(_HEIGHT, 36 * (len(table) + 1) + 4),
        width="stretch",
        on_select="rerun",
        selection_mode="single-cell",
        key=f"{key}-{measure}-{only}-{of_class}-{words.lang}",
        column_config=_heads(table, words),
        row_height=32,
    )
    note = [words("change_view.matrix_note")]
    if len(table.columns) * _COLUMN_PX > _ROOM_PX:
        note.append(words("change_view.matrix_wide", count=len(table.columns)))
    st.caption(" ".join(note))
    return _picked(event, table, words)


def _table(answer: Change, measure: str, *, of_class: str, only_changed: bool) -> pd.DataFrame:
    """Values of the matrix with sums, rows and columns that say nothing left out."""
    values = {"all": answer.matrix, "real": answer.real, "share": answer.share_pct}[measure]
    moved = _moved(answer, real=measure == "real")
    shown = set(answer.totals.index[moved]) if only_changed else set(answer.totals.index)
    if answer.totals.loc[UNCOVERED, ["start_ha", "end_ha"]].sum() == 0:
        shown.discard(UNCOVERED)
    rows, columns = ([n for n in axis if n in shown] for axis in (values.index, values.columns))
    if of_class:
        area = answer.matrix
        became = area.T.get(of_class, pd.Series(dtype=float))
        came_of = area.get(of_class, pd.Series(dtype=float))
        met, came = ({str(n) for n in values.index[values > 0]} for values in (became, came_of))
        columns, rows = (
            [c for c in columns if c in met | {of_class}],
            [r for r in rows if r in came | {of_class}],
        )
    table = values.loc[rows, columns].copy()
    if of_class:
        table.loc[table.index != of_class, table.columns != of_class] = 0.0
    return table


def _moved(answer: Change, *, real: bool) -> pd.Series[bool]:
    """Classes that lost or gained as much as would be written down."""
    totals = answer.totals
    out, into = totals["decrease_ha"], totals["increase_ha"]
    if real:
        out, into = out - totals["noise_out_ha"], into - totals["noise_in_ha"]
    return out + into >= _LEAST_HA


def _heads(table: pd.DataFrame, words: Words) -> dict[str, Any]:
    config = st.column_config
    heads: dict[str, Any] = {
        _short(str(name), words): config.Column(width=_COLUMN_PX, help=class_name(str(name), words))
        for name in table.columns
    }
    return heads


def _short(name: str, words: Words) -> str:
    return words("change_view.outside") if name == UNCOVERED else name


def _styled(table: pd.DataFrame, words: Words, *, share: bool) -> Styler:
    shown = table.copy()
    shown.columns = pd.Index([_short(str(c), words) for c in table.columns])
    shown.index = pd.Index([_short(str(r), words) for r in table.index], name=words("change_view.from_to"))
    off = np.array([[r != c for c in table.columns] for r in table.index], dtype=bool)
    values = table.fillna(0.0).to_numpy()
    most = float(values[off].max(initial=0.0)) or 1.0
    grounds = np.empty(values.shape, dtype=object)
    for at, value in np.ndenumerate(values):
        grounds[at] = (
            _ground(float(value) / most) if off[at] else f"background-color: {_STAYED}; color: #64748b"
        )

    def write(value: Any) -> str:
        return "" if not value or value != value else _figure(value, words, share=share)  # noqa: PLR0124 - NaN

    return shown.style.apply(lambda _: pd.DataFrame(grounds, shown.index, shown.columns), axis=None).format(
        write
    )


def _figure(value: float, words: Words, *, share: bool) -> str:
    least = 0.05 if share else _LEAST_HA
    return (
        f"< {words.number(2 * least, 1 if share else 2)}"
        if value < least
        else words.number(value, 1 if share else 2)
    )


def _ground(part: float) -> str:
    if part <= 0:
        return ""
    depth = part**0.5
    red, green, blue = (round(a + (b - a) * depth) for a, b in zip(*_GROUND, strict=True))
    return f"background-color: rgb({red},{green},{blue}); color: #1e1b2e"


def _picked(event: Any, table: pd.DataFrame, words: Words) -> tuple[str, str] | None:
    cells = event["selection"].get("cells") or []
    if not cells:
        return None
    row, heading = cells[0]
    names = {_short(str(c), words): str(c) for c in table.columns}
    return (str(table.index[int(row)]), names[str(heading)]) if str(heading) in names else None
