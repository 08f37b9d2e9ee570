"""Figures of a change on a page: what turned into what, and how much there is over time; both choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.flow_chart import flow_chart, grouped_flows
from maps.stock_chart import stock_chart

if TYPE_CHECKING:
    import pandas as pd

    from maps.flow_chart import FlowNames
    from maps.stock_chart import Benchmark
    from maps.words import Words

__all__ = ["show_flows", "show_stock"]


def show_flows(
    key: str, flows: pd.DataFrame, words: Words, *, names: FlowNames, heads: tuple[str, str], most: int = 10
) -> tuple[str, str] | None:
    """Show a transition table as ribbons; the reader can leave out what stayed as it was.

    Parameters
    ----------
    key : str
    flows : pandas.DataFrame
        Columns ``before, after, area_ha``.
    words : Words
    names : FlowNames
        From :func:`maps.flow_chart.land_names`, or of your own.
    heads : tuple of str
        Names of the two periods.
    most : int
        Classes with a name of their own.

    Returns
    -------
    tuple of str or None
        Classes before and after of the ribbon that was clicked, :data:`maps.flow_chart.OTHER` for the
        joined ones.
    """
    only = st.toggle(words("flow.only_changed"), value=True, key=f"{key}-only")
    grouped, joined = grouped_flows(flows, most=most, with_kept=not only)
    if grouped.empty:
        st.html(f"<div class='tc-empty'>{words('flow.none')}</div>")
        return None
    event = st.altair_chart(
        flow_chart(grouped, words, names=names, heads=heads, joined=len(joined)),
        key=f"{key}-{only}",
        on_select="rerun",
        width="stretch",
    )
    total = words.number(float(grouped["area_ha"].sum()), 1)
    note = [words("flow.total", total=total)]
    if joined:
        note.append(words("flow.joined", count=len(joined), names=", ".join(joined)))
    st.caption(" ".join(note))
    found = _picked(event, "flow")
    return (str(found["before"]), str(found["after"])) if found else None


def show_stock(
    key: str, stock: pd.DataFrame, words: Words, *, benchmark: Benchmark | None = None
) -> tuple[float, str] | None:
    """Show stocks over time.

    Parameters
    ----------
    key : str
    stock : pandas.DataFrame
        As for :func:`maps.stock_chart.stock_chart`.
    words : Words
    benchmark : Benchmark, optional

    Returns
    -------
    tuple of (float, str) or None
        Year and series of the dot that was clicked.
    """
    event = st.altair_chart(
        stock_chart(stock, words, benchmark=benchmark), key=key, on_select="rerun", width="stretch"
    )
    found = _picked(event, "stock")
    return (float(found["year"]), str(found["series"])) if found else None


def _picked(event: Any, name: str) -> dict[str, Any] | None:
    chosen = event["selection"].get(name) or []
    return dict(chosen[0]) if chosen else None
