"""What turned into what between two periods, as ribbons from the classes before to the classes after.

The classes after stand where most of their land comes from, so that ribbons cross little. Small classes are
joined into one called other, with how many they are: areas still add up to those of the table.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from maps.styles import land_looks
from maps.tables import land_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.words import Words

__all__ = ["OTHER", "FlowNames", "flow_chart", "grouped_flows", "land_names", "number_locale"]

#: class that small classes are joined into
OTHER: Final = "*"
_SIDES: Final = ("before", "after")
_RIBBON_PX: Final = 340.0  # height of all land, without the gaps between classes
_LINE_PX: Final = 14.0
_HEAD_PX: Final = 30.0
_GAP_PX: Final = 6.0
_NAME_LETTERS: Final = 27
_LEAST_HA: Final = 0.05  # less than this would be written as nought
_THICK_PX: Final = 2.0
_STEPS: Final = 24
_BAR: Final = 0.025
_GREY: Final = "#b6bec9"
_Align = Literal["left", "right"]
_HEADS: Final[tuple[_Align, _Align]] = ("right", "left")
#: names stand outside of the bars, before the left ones and behind the right ones
_PLACES: Final[tuple[dict[str, Any], ...]] = ({"align": "right", "dx": -8}, {"align": "left", "dx": 8})
_ENDS: Final = ("x", "x2")


@dataclass(frozen=True)
class FlowNames:
    """How classes are called and coloured.

    Parameters
    ----------
    label : callable
        Class to the words beside its bar: code and name.
    colour : callable
        Class to ``#RRGGBB``.
    """

    label: Callable[[str], str]
    colour: Callable[[str], str]


def land_names(words: Words) -> FlowNames:
    """Name and colour land-use codes as the official lists do.

    Parameters
    ----------
    words : Words

    Returns
    -------
    FlowNames
    """
    looks = land_looks()

    def label(code: str) -> str:
        name = land_name(code, words)
        return f"{code} · {name}" if name and name != code else code

    return FlowNames(label, lambda code: looks[code].colour if code in looks else _GREY)


def grouped_flows(
    flows: pd.DataFrame, *, most: int = 12, with_kept: bool = True
) -> tuple[pd.DataFrame, list[str]]:
    """Join the small classes of a transition table.

    Parameters
    ----------
    flows : pandas.DataFrame
        Columns ``before``, ``after`` (class; empty where one period has no data there) and ``area_ha``.
    most : int
        Classes that keep their own name: the largest, by the larger of their areas before and after.
    with_kept : bool
        False leaves out land that stayed in its class.

    Returns
    -------
    flows : pandas.DataFrame
        Columns ``before, after, area_ha``; one row a pair; small classes under :data:`OTHER`.
    joined : list of str
        The classes that were joined.

    Raises
    ------
    ValueError
        For a negative area.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"before": ["A", "A", "B", "C"], "after": ["A", "B", "C", "B"],
    ...                       "area_ha": [5.0, 3.0, 1.0, 0.5]})
    >>> grouped_flows(flows, most=1)
    (  before after  area_ha
    0      *     *      1.5
    1      A     *      3.0
    2      A     A      5.0, ['B', 'C'])
    """
    if (flows["area_ha"] < 0).any():
        msg = f"expected areas of 0 ha and more, found {flows['area_ha'].min()}"
        raise ValueError(msg)
    shown = flows[flows["area_ha"] > 0]
    if not with_kept:
        shown = shown[shown["before"] != shown["after"]]
    sizes = pd.concat([shown.groupby(side)["area_ha"].sum() for side in _SIDES], axis=1).max(axis=1)
    ranked = [str(c) for c in sizes.sort_values(ascending=False, kind="stable").index if c]
    # one small class alone is no group
    joined = ranked[most:] if len(ranked) > most + 1 else []
    out = shown[[*_SIDES, "area_ha"]].copy()
    for side in _SIDES:
        out[side] = out[side].where(~out[side].isin(joined), OTHER)
    return out.groupby(list(_SIDES))["area_ha"].sum().reset_index(), joined


def flow_chart(
    flows: pd.DataFrame, words: Words, *, names: FlowNames, heads: tuple[str, str], joined: int = 0
) -> alt.LayerChart:
    """Draw a transition table.

    Parameters
    ----------
    flows : pandas.DataFrame
        From :func:`grouped_flows`, at least one row.
    words : Words
    names : FlowNames
    heads : tuple of str
        Names of the two periods.
    joined : int
        How many classes stand under :data:`OTHER`.

    Returns
    -------
    altair.LayerChart
        With a point selection ``flow`` over the fields ``before`` and ``after``.
    """
    told = _told(names, words, joined)
    bars = {side: _bars(flows, side, told) for side in _SIDES}
    height = max(float(side["floor"].max()) for side in bars.values())
    ribbons = _ribbons(flows, bars, told, words)
    ribbons["colour"] = [_GREY if c in ("", OTHER) else names.colour(c) for c in ribbons["before"]]
    nodes = pd.concat([_named(bars[side], n, words) for n, side in enumerate(_SIDES)])
    nodes["colour"] = [_GREY if c in ("", OTHER) else names.colour(c) for c in nodes["class"]]
    titles = pd.DataFrame({"x": [_BAR, 1.0 - _BAR], "text": list(heads), "side": [0, 1]})
    chart: alt.LayerChart = (
        alt.layer(_ribbon_marks(ribbons, height, words), *_node_marks(nodes, height), *_titles(titles))
        .properties(height=height + _HEAD_PX)
        .configure_view(stroke=None)
        .configure(locale=number_locale(words))
    )
    return chart


def number_locale(words: Words) -> Any:
    """Numbers of a chart's axes the way the language writes them.

    Parameters
    ----------
    words : Words

    Returns
    -------
    altair.Locale
    """
    decimal, thousands = (",", ".") if words.lang == "vi" else (".", ",")
    number = alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""])
    return alt.Locale(number=number)


def _told(names: FlowNames, words: Words, joined: int) -> Callable[[str], str]:
    special = {"": words("flow.uncovered"), OTHER: words("flow.other", count=joined)}
    return lambda c: special[c] if c in special else names.label(c)


def _order(flows: pd.DataFrame, side: str) -> list[str]:
    """Classes before by size, after by where their land comes from; what is no class of its own last."""
    sizes = flows.groupby("before")["area_ha"].sum().sort_values(ascending=False, kind="stable")
    found = sorted((str(c) for c in sizes.index), key=_last)
    if side == "before":
        return found
    rank = {name: n for n, name in enumerate(found)}
    weighed = (flows["before"].map(rank) * flows["area_ha"]).groupby(flows["after"]).sum()
    middle = weighed / flows.groupby("after")["area_ha"].sum()
    return sorted((str(c) for c in middle.sort_values(kind="stable").index), key=_last)


def _last(name: str) -> tuple[bool, bool]:
    return name == "", name == OTHER


def _bars(flows: pd.DataFrame, side: str, told: Callable[[str], str]) -> pd.DataFrame:
    """Place the classes of a side, pixels: ``class, area_ha, y, y2, name, lines, floor``.

    No name comes to lie over another one; `floor` is where the bar or its name ends.
    """
    total = float(flows["area_ha"].sum())
    sizes = flows.groupby(side)["area_ha"].sum()
    rows, top, floor = [], 0.0, 0.0
    for name in _order(flows, side):
        tall = float(sizes[name]) / total * _RIBBON_PX
        said = _wrapped(told(name))
        half = (len(said) + 1) * _LINE_PX / 2
        middle = max(top + tall / 2, floor + half)
        top, floor = middle + tall / 2 + _GAP_PX, max(middle + tall / 2, middle + half) + _GAP_PX / 2
        rows.append((name, float(sizes[name]), middle - tall / 2, middle + tall / 2, said, floor))
    return pd.DataFrame(rows, columns=["class", "area_ha", "y", "y2", "lines", "floor"])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _NAME_LETTERS, max_lines=2, placeholder=" …") or [""]


def _hectares(area: float, words: Words) -> str:
    return words.number(area, 1) if area >= _LEAST_HA else f"< {words.number(0.1, 1)}"


def _ribbons(
    flows: pd.DataFrame, bars: dict[str, pd.DataFrame], told: Callable[[str], str], words: Words
) -> pd.DataFrame:
    """Outline each flow by points from left to right."""
    total = float(flows["area_ha"].sum())
    ranks = {side: {c: n for n, c in enumerate(bars[side]["class"])} for side in _SIDES}
    ordered = flows.assign(
        a=flows["before"].map(ranks["before"]), b=flows["after"].map(ranks["after"])
    ).sort_values(["a", "b"])
    tall = ordered["area_ha"] / total * _RIBBON_PX
    starts = {}
    for side, by in (("before", ["a", "b"]), ("after", ["b", "a"])):
        sorted_flows = ordered.sort_values(by)
        before_it = tall[sorted_flows.index].groupby(sorted_flows[side]).cumsum() - tall[sorted_flows.index]
        starts[side] = before_it + sorted_flows[side].map(bars[side].set_index("class")["y"])
    sizes = flows.groupby("before")["area_ha"].sum()
    x = np.linspace(0.0, 1.0, _STEPS + 1)
    bend = x * x * (3 - 2 * x)
    parts = []
    for flow, top, end, thick in zip(
        ordered.to_dict("records"),
        starts["before"][ordered.index],
        starts["after"][ordered.index],
        tall,
        strict=True,
    ):
        y = top + (end - top) * bend
        said = {
            "before": flow["before"], "after": flow["after"],
            "from": told(flow["before"]), "to": told(flow["after"]),
            "ha": _hectares(flow["area_ha"], words),
            "share": f"{words.number(100 * flow['area_ha'] / sizes[flow['before']], 1)} %",
            "kept": flow["before"] == flow["after"],
            "edge": 0.5 if thick > _THICK_PX else 0.0,
        }  # fmt: skip
        parts.append(pd.DataFrame({"x": _BAR + x * (1 - 2 * _BAR), "y": y, "y2": y + thick, **said}))
    return pd.concat(parts, ignore_index=True)


def _named(bars: pd.DataFrame, side: int, words: Words) -> pd.DataFrame:
    area = [f"{_hectares(area, words)} ha" for area in bars["area_ha"]]
    # the first line of several is where the text is placed
    up = bars["lines"].map(len) * _LINE_PX / 2
    return bars.drop(columns="lines").assign(
        side=side,
        x=float(side) * (1 - _BAR),
        x2=float(side) * (1 - _BAR) + _BAR,
        at=(bars["y"] + bars["y2"]) / 2 - up,
        text=["\n".join([*lines, ha]) for lines, ha in zip(bars["lines"], area, strict=True)],
    )


def _x(field: str = "x") -> alt.X:
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[-0.75, 1.75], nice=False))


def _y(field: str, height: float) -> alt.Y:
    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[height, -_HEAD_PX], nice=False))


def _ribbon_marks(ribbons: pd.DataFrame, height: float, words: Words) -> alt.Chart:
    picked = alt.selection_point("flow", fields=list(_SIDES), empty=False)
    paleness = alt.when(picked).then(alt.value(0.95)).when("datum.kept").then(alt.value(0.35))
    chart: alt.Chart = (
        alt.Chart(ribbons)
        .mark_area(stroke="#64748b", cursor="pointer")
        .encode(
            x=_x(),
            y=_y("y", height),
            y2="y2:Q",
            detail=[f"{side}:N" for side in _SIDES],
            color=alt.Color("colour:N", scale=None),
            strokeWidth=alt.StrokeWidth("edge:Q", scale=None),
            opacity=paleness.otherwise(alt.value(0.72)),
            tooltip=[
                alt.Tooltip("from:N", title=words("flow.before")),
                alt.Tooltip("to:N", title=words("flow.after")),
                alt.Tooltip("ha:N", title=words("flow.area")),
                alt.Tooltip("share:N", title=words("flow.share")),
            ],
        )
        .add_params(picked)
    )
    return chart


def _node_marks(nodes: pd.DataFrame, height: float) -> list[alt.Chart]:
    base = alt.Chart(nodes)
    bars = base.mark_rect(stroke="#475569", strokeWidth=0.8).encode(
        x=_x(), x2="x2:Q", y=_y("y", height), y2="y2:Q", color=alt.Color("colour:N", scale=None)
    )
    marks = [bars]
    for side, place in enumerate(_PLACES):
        text = base.transform_filter(f"datum.side == {side}").mark_text(
            **place, fontSize=12, lineHeight=_LINE_PX, lineBreak="\n", color="#1f2a37"
        )
        marks.append(text.encode(text="text:N", x=_x(_ENDS[side]), y=_y("at", height)))
    return marks


def _titles(titles: pd.DataFrame) -> list[alt.Chart]:
    """Names of the periods over the two columns."""
    return [
        alt.Chart(titles)
        .transform_filter(f"datum.side == {side}")
        .mark_text(align=align, fontSize=13, fontWeight=600, baseline="top", color="#1f2a37")
        .encode(x=_x(), y=alt.value(0), text="text:N")
        for side, align in enumerate(_HEADS)
    ]
