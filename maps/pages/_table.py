"""The table of an answer: filtered, one row to choose, added up, to be taken away as it is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from layers.write import Sheet, write_csv, write_xlsx
from maps.columns import page_writers, without_dust
from maps.pages._exports import written
from maps.pages._frame import plain
from maps.pages._pick import chosen_row

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    import pandas as pd
    from pandas.io.formats.style import Styler
    from streamlit.elements.arrow import DataframeStateInput

    from maps.columns import Column
    from maps.pages._link import Link
    from maps.words import Words

__all__ = ["Groups", "Rows", "States", "ordered", "show_table"]

_ROW_PX = 32
#: of columns side by side, on a screen of 1366 pixels
_WIDE_PX = 640
_HEIGHT = 516


@dataclass(frozen=True)
class States:
    """Answers by row: they filter the table and colour its column ``state``.

    Parameters
    ----------
    by_row : pandas.Series
        Answer of each row.
    section : str
        Section of the locale files with its short names.
    grounds : mapping of str to str
        Every answer there is to its colour behind words, the gravest first.
    """

    by_row: pd.Series
    section: str
    grounds: Mapping[str, str]


@dataclass(frozen=True)
class Groups:
    """What rows belong to, so that a click on the map can narrow the table to it.

    Parameters
    ----------
    by_row : pandas.Series
        Label of the group of each row.
    names : pandas.Series
        Names, index the labels.
    heading : str
        Key of words that take ``group``.
    """

    by_row: pd.Series
    names: pd.Series
    heading: str = "rows.of_group"


@dataclass(frozen=True)
class Rows:
    """A table in words.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns by their names, values in words, numbers as numbers; index of the rows of the answer, in
        the order of reading.
    columns : sequence of Column
        Those to show, what a reader wants first standing first.
    states : States, optional
    groups : Groups, optional
    counted : str
        What else the rows amount to, or what their sum means: stands beside their number.
    notes : list of str
        Lines above the table when it is taken away: title, rules, the made-data label.
    height_px : int
        At the most; a table of few rows is as low as they are.
    room_px : int
        How wide the columns may be together before the reader is told to move sideways.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    states: States | None = None
    groups: Groups | None = None
    counted: str = ""
    notes: list[str] = field(default_factory=list)
    height_px: int = _HEIGHT
    room_px: int = _WIDE_PX


def ordered(rows: pd.DataFrame, states: Mapping[str, Any], by: Mapping[str, bool]) -> pd.DataFrame:
    """Put rows in the order of reading: the gravest answer first.

    Parameters
    ----------
    rows : pandas.DataFrame
        With a column ``state``.
    states : mapping
        Answers, the gravest first.
    by : mapping of str to bool
        Columns to sort by within an answer; True ascends.

    Returns
    -------
    pandas.DataFrame
    """
    rank = rows["state"].map({state: n for n, state in enumerate(states)})
    directions = [True, *by.values()]
    return rows.assign(_rank=rank).sort_values(["_rank", *by], ascending=directions, kind="stable")


def show_table(rows: Rows, link: Link, words: Words, *, stem: str) -> int | None:
    """Show a table.

    Parameters
    ----------
    rows : Rows
    link : Link
        Choice of the page; the row chosen stays chosen whatever is filtered.
    words : Words
    stem : str
        Name of the files without ending.

    Returns
    -------
    int or None
        Index of the row chosen; hand it to :meth:`maps.pages._link.Link.follow`.
    """
    frame = _filtered(rows, link, words)
    if frame.empty:
        st.html(f"<div class='tc-empty'>{words('rows.none')}</div>")
        return None
    # a column that says nothing in any row only takes room
    columns = [c for c in rows.columns if c.name in frame and not _silent(frame[c.name])]
    table = frame[[c.name for c in columns]].rename(columns={c.name: c.heading(words) for c in columns})
    row = _chosen(_styled(table, columns, rows.states, words), columns, link, words, height_px=rows.height_px)
    _foot(table, columns, rows, words, stem=stem)
    return row


def _silent(values: pd.Series) -> bool:
    return bool((values.isna() | (values == "")).all())


def _filtered(rows: Rows, link: Link, words: Words) -> pd.DataFrame:
    frame = rows.frame
    if rows.states is not None:
        frame = frame[rows.states.by_row.reindex(frame.index).isin(_states(rows.states, link, words))]
    groups = rows.groups
    group = link.group
    if groups is not None and group is not None and group in groups.names.index:
        name = str(groups.names[group] or group)
        frame = frame[groups.by_row.reindex(frame.index) == group]
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(words(groups.heading, group=f"**{plain(name)}**"))
        if right.button(words("rows.all_zones"), width="stretch", key=f"{link.name}-all"):
            link.choose(None)
            st.rerun()
    return frame


def _states(states: States, link: Link, words: Words) -> list[str]:
    counts = states.by_row.value_counts()
    present = [s for s in states.grounds if counts.get(s, 0)]
    picked = st.pills(
        words("column.state"),
        present,
        selection_mode="multi",
        default=present,
        format_func=lambda s: f"{words(f'{states.section}.{s}')} ({counts[s]})",
        key=f"{link.name}-states-{'-'.join(present)}",
        label_visibility="collapsed",
        wrap=True,
    )
    return list(picked) or present


def _styled(table: pd.DataFrame, columns: list[Column], states: States | None, words: Words) -> Styler:
    """Numbers as the language writes them, still sorted as numbers; texts as short as their columns."""
    style: Styler = table.style.format(page_writers(columns, words, table))
    heads: list[Hashable] = [c.heading(words) for c in columns if c.name == "state"]
    if states is None or not heads:
        return style
    grounds = states.by_row.map(states.grounds)
    return style.apply(lambda column: [f"background-color: {grounds[i]}" for i in column.index], subset=heads)


def _chosen(style: Styler, columns: list[Column], link: Link, words: Words, *, height_px: int) -> int | None:
    positions = list(style.data.index)  # type: ignore[attr-defined]
    start: DataframeStateInput | None
    start = {"selection": {"rows": [positions.index(link.row)]}} if link.row in positions else None
    # a new key: the table starts again with the row that was chosen elsewhere
    key = f"{link.name}-rows-{link.mark}-{len(positions)}-{positions[0]}"
    event = st.dataframe(
        style,
        hide_index=True,
        height=min(height_px, _ROW_PX * len(positions) + 40),
        width="stretch",
        on_select="rerun",
        # a click anywhere in a row chooses it, not only one on the box before it
        selection_mode=["single-row", "single-cell"],
        selection_default=start,
        key=key,
        row_height=_ROW_PX,
        placeholder="–",
        column_config={
            c.heading(words): st.column_config.Column(
                words(f"{c.section}.{c.short}") if c.short else c.heading(words),
                help=c.heading(words),
                width=c.width,
            )
            for c in columns
        },
    )
    place = chosen_row(event["selection"], key)
    return int(positions[place]) if place is not None and place < len(positions) else None


def _foot(table: pd.DataFrame, columns: list[Column], rows: Rows, words: Words, *, stem: str) -> None:
    """Number of rows, sums, and the table as it is seen to take away."""
    said = [words("rows.count", count=len(table))]
    for column in columns:
        if column.adds_up and column.digits is not None:
            name = column.heading(words)
            said.append(
                words("rows.sum", name=name, sum=words.number(float(table[name].sum()), column.digits))
            )
    said.append(rows.counted)
    if sum(column.width or 0 for column in columns) > rows.room_px:
        said.append(words("rows.wide", count=len(columns)))
    with st.container(key="tc-foot", horizontal=True, vertical_alignment="center"):
        st.caption(" · ".join(plain(text) for text in said if text), width="stretch")
        for ending in (".csv", ".xlsx"):
            st.download_button(
                ending[1:].upper(),
                data=partial(written, partial(_write, table, rows.notes), f"{stem}{ending}"),
                file_name=f"{stem}{ending}",
                on_click="ignore",
                help=words("rows.as_seen"),
                type="tertiary",
                key=f"rows{ending}",
            )


def _write(table: pd.DataFrame, notes: list[str], path: Path) -> None:
    table = without_dust(table)
    if path.suffix == ".csv":
        write_csv(path, table)
    else:
        write_xlsx(path, [Sheet(path.stem[:31], table, notes)])
