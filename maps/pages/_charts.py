"""Charts of the pages; drawn by the browser from what Streamlit ships, nothing comes from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from maps.styles import state_look

if TYPE_CHECKING:
    from collections.abc import Hashable

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["chart_legend", "totals_chart"]

_PARTS = (
    ("blocks_ha", "blocks"),
    ("consent_ha", "needs_consent"),
    ("no_data_ha", "no_data"),
    ("clear_ha", "clear"),
)


_BAR_PX = 24


def chart_legend(words: Words) -> str:
    """Legend of :func:`totals_chart` as HTML: it wraps where the chart's own would be cut.

    Parameters
    ----------
    words : Words

    Returns
    -------
    str
    """
    entries = "".join(
        f"<span><i style='background:{state_look(state).fill}'></i>{words(f'state.{state}')}</span>"
        for _, state in _PARTS
    )
    return f"<div class='tc-legend'>{entries}</div>"


def totals_chart(answer: ConflictAnswer, words: Words) -> alt.Chart:
    """Bars of hectares per zone by answer, as shares of the zone.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    altair.Chart
    """
    named = answer.zones["zone_name"]
    named = named.where(named != "", answer.zones.index)
    # two zones of one name stay two bars
    numbered = named + " (" + named.index.astype(str) + ")"
    names: dict[Hashable, str] = dict(named.where(~named.duplicated(keep=False), numbered).items())
    rows = [
        {"zone": names[zone], "state": words(f"state.{state}"), "rank": n, "ha": float(values[column])}
        for zone, values in answer.totals.iterrows()
        for n, (column, state) in enumerate(_PARTS)
    ]
    colours = alt.Scale(
        domain=[words(f"state.{s}") for _, s in _PARTS], range=[state_look(s).fill for _, s in _PARTS]
    )
    hectares = alt.Tooltip("ha:Q", title="ha", format=".2f")
    tips = [
        alt.Tooltip("zone:N", title=words("column.zone")),
        alt.Tooltip("state:N", title=words("column.state")),
    ]
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            y=alt.Y("zone:N", title=None, sort=None, axis=alt.Axis(labelLimit=190, labelOverlap=False)),
            x=alt.X("ha:Q", stack="normalize", title=words("chart.share"), axis=alt.Axis(format="%")),
            color=alt.Color("state:N", scale=colours, legend=None),
            order=alt.Order("rank:Q"),
            tooltip=[*tips, hectares],
        )
        .properties(height=alt.Step(_BAR_PX))
    )
    return chart
