"""How much there is of something over time: dots where it was observed, dashes where it is only planned."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import altair as alt
import pandas as pd

from maps.flow_chart import number_locale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.words import Words

__all__ = ["Benchmark", "stock_chart"]

#: of the Okabe-Ito set, and a mark of its own each
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_SHAPES: Final = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right")
_HEIGHT: Final = 300
#: figures nearer to each other than this share of the axis would be written over each other
_APART: Final = 0.07


@dataclass(frozen=True)
class Benchmark:
    """A line to measure a stock against.

    Parameters
    ----------
    label : str
        What it is and whose.
    points : sequence of (float, float)
        Year and hectares.
    """

    label: str
    points: Sequence[tuple[float, float]]


def stock_chart(stock: pd.DataFrame, words: Words, *, benchmark: Benchmark | None = None) -> alt.LayerChart:
    """Draw stocks over time.

    Parameters
    ----------
    stock : pandas.DataFrame
        Columns ``year`` (number; months as a part of it), ``area_ha``, ``planned`` (bool), and, for more
        than one line, ``series`` (its name).
    words : Words
    benchmark : Benchmark, optional

    Returns
    -------
    altair.LayerChart
        With a point selection ``stock`` over the fields ``year`` and ``series``.
    """
    told = _told(stock, words)
    colour = _scales(told)
    layers = [
        alt.Chart(_segments(told))
        .mark_line(strokeWidth=2.2)
        .encode(
            x=_x(told, words),
            y=_y(words),
            detail="part:N",
            color=colour,
            strokeDash=alt.when("datum.planned").then(alt.value([6, 4])).otherwise(alt.value([1, 0])),
        )
    ]
    if benchmark is not None:
        layers += _benchmark(benchmark)
    layers += [_dots(told, words, colour), _values(told)]
    chart: alt.LayerChart = (
        alt.layer(*layers).properties(height=_HEIGHT).configure(locale=number_locale(words))
    )
    return chart


def _told(stock: pd.DataFrame, words: Words) -> pd.DataFrame:
    told = stock.copy()
    if "series" not in told:
        told["series"] = ""
    told = told.sort_values(["series", "year"], kind="stable").reset_index(drop=True)
    told["planned"] = told["planned"].astype(bool)
    told["value"] = [words.number(area, 1) for area in told["area_ha"]]
    told["fill"] = [
        "#ffffff" if p else _colour(told, s) for p, s in zip(told["planned"], told["series"], strict=True)
    ]
    told["what"] = [words("stock.planned" if p else "stock.observed") for p in told["planned"]]
    return told


def _segments(told: pd.DataFrame) -> pd.DataFrame:
    """Each stretch between two dots; it is planned where either end is."""
    rows: list[dict[str, Any]] = []
    for series, line in told.groupby("series", sort=False):
        points = list(zip(line["year"], line["area_ha"], line["planned"], strict=True))
        for n, (left, right) in enumerate(pairwise(points)):
            rows += [
                {
                    "part": f"{series}-{n}",
                    "series": series,
                    "year": year,
                    "area_ha": area,
                    "planned": left[2] or right[2],
                }
                for year, area, _ in (left, right)
            ]
    return pd.DataFrame(rows, columns=["part", "series", "year", "area_ha", "planned"])


def _x(told: pd.DataFrame, words: Words) -> alt.X:
    years = sorted({round(float(y)) for y in told["year"]})
    axis = alt.Axis(values=years, format="d", grid=False, labelFlush=False)
    return alt.X("year:Q", title=words("stock.year"), axis=axis, scale=alt.Scale(zero=False, padding=24))


def _y(words: Words) -> alt.Y:
    axis = alt.Axis(format=",.0f", tickCount=5)
    return alt.Y("area_ha:Q", title=words("flow.area"), axis=axis, scale=alt.Scale(zero=True))


def _colour(told: pd.DataFrame, series: str) -> str:
    return _COLOURS[list(dict.fromkeys(told["series"])).index(series) % len(_COLOURS)]


def _scales(told: pd.DataFrame) -> Any:
    names = list(dict.fromkeys(told["series"]))
    colours = [_colour(told, name) for name in names]
    legend = alt.Legend(orient="top", title=None, labelLimit=260) if len(names) > 1 else None
    return alt.Color("series:N", scale=alt.Scale(domain=names, range=colours), legend=legend, sort=None)


def _dots(told: pd.DataFrame, words: Words, colour: Any) -> alt.Chart:
    names = list(dict.fromkeys(told["series"]))
    shapes = [_SHAPES[n % len(_SHAPES)] for n in range(len(names))]
    picked = alt.selection_point("stock", fields=["year", "series"], empty=False)
    legend = alt.Legend(orient="top", title=None, labelLimit=260) if len(names) > 1 else None
    tips = [
        alt.Tooltip("year:Q", title=words("stock.year"), format=".6~r"),
        alt.Tooltip("value:N", title=words("flow.area")),
        alt.Tooltip("what:N", title=words("stock.kind")),
    ]
    chart: alt.Chart = (
        alt.Chart(told)
        .mark_point(strokeWidth=2, cursor="pointer")
        .encode(
            x=_x(told, words),
            y=_y(words),
            color=colour,
            shape=alt.Shape(
                "series:N", scale=alt.Scale(domain=names, range=shapes), legend=legend, sort=None
            ),
            # a planned figure is a hollow mark
            fill=alt.Fill("fill:N", scale=None),
            size=alt.when(picked).then(alt.value(190)).otherwise(alt.value(80)),
            tooltip=[*([alt.Tooltip("series:N", title=words("stock.series"))] * (len(names) > 1)), *tips],
        )
        .add_params(picked)
    )
    return chart


def _legible(told: pd.DataFrame) -> pd.DataFrame:
    """Rows whose figures can be written beside their dots, the largest of each year first; tips have all."""
    apart = _APART * float(told["area_ha"].max())
    chosen: list[Any] = []
    for _, year in told.sort_values("area_ha", ascending=False, kind="stable").groupby("year", sort=False):
        lowest = float("inf")
        for row, area in year["area_ha"].items():
            if lowest - area > apart:
                chosen.append(row)
                lowest = area
    return told.loc[chosen]


def _values(told: pd.DataFrame) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(_legible(told))
        .mark_text(dy=-13, fontSize=11.5, color="#334155")
        .encode(x="year:Q", y="area_ha:Q", text="value:N")
    )
    return chart


def _benchmark(benchmark: Benchmark) -> list[alt.Chart]:
    points = pd.DataFrame(list(benchmark.points), columns=["year", "area_ha"]).sort_values("year")
    line = (
        alt.Chart(points)
        .mark_line(color="#475569", strokeWidth=1.6, strokeDash=[2, 3])
        .encode(x="year:Q", y="area_ha:Q")
    )
    name = (
        alt.Chart(points.tail(1).assign(label=benchmark.label))
        .mark_text(align="right", dy=16, fontSize=11.5, fontStyle="italic", color="#475569")
        .encode(x="year:Q", y="area_ha:Q", text="label:N")
    )
    return [line, name]
