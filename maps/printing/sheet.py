"""A sheet of paper: the map at a round scale, title, legend, scale bar, north, grid of coordinates, notes.

The map frame is a whole number of millimetres and the scale a round one, so a ruler on the paper measures
metres. Fonts are those that matplotlib ships: they have every Vietnamese letter.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from maps.printing.block import INK, Block
from maps.printing.marks import draw_layers
from maps.printing.paper import round_step, sheet_scale, sheet_window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from maps.canvas import MapLayer
    from maps.printing.paper import Sheet
    from maps.words import Words

__all__ = ["KINDS", "sheet_bytes", "sheet_figure"]

# whole fonts with their names, so that text in the file can be searched and edited
mpl.rcParams["pdf.fonttype"] = 42
mpl.rcParams["hatch.linewidth"] = 0.35

KINDS: Final = ("pdf", "png")
_DPI: Final = 200
_MM: Final = 25.4


def sheet_figure(
    layers: Sequence[MapLayer],
    words: Words,
    *,
    sheet: Sheet,
    bounds: tuple[float, float, float, float],
    opacity: dict[str, float] | None = None,
) -> Figure:
    """Draw a sheet.

    Parameters
    ----------
    layers : sequence of MapLayer
        The lowest first.
    words : Words
    sheet : Sheet
    bounds : tuple of float
        The place to show, metres of the sheet's system; its middle is the middle of the map.
    opacity : dict of str to float, optional
        By layer id.

    Returns
    -------
    matplotlib.figure.Figure
    """
    width, height = sheet.size
    figure = Figure(figsize=(width / _MM, height / _MM), dpi=_DPI)
    scale = sheet_scale(sheet, bounds)
    left, bottom, wide, tall = sheet.map_box
    axes = figure.add_axes((left / width, bottom / height, wide / width, tall / height), label="map")
    west, south, east, north = sheet_window(sheet, bounds)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_facecolor("#f7f9fb")
    seen = draw_layers(axes, layers, sheet.crs, denominator=scale, opacity=opacity, divider=sheet.divider)
    _grid(axes, scale, words)
    if sheet.divider is not None and west < sheet.divider < east:
        _divide(axes, sheet.divider, sheet.sides)
        seen = _one_legend(seen, sheet.sides)
    Block(figure, sheet, words).fill(seen, scale)
    return figure


def sheet_bytes(figure: Figure, kind: str, sheet: Sheet) -> bytes:
    """Write a sheet as a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    kind : {"pdf", "png"}
    sheet : Sheet

    Returns
    -------
    bytes
    """
    out = io.BytesIO()
    facts: dict[str, Any] = {"Title": sheet.title, "Creator": "Thổ Công"}
    if kind == "pdf":
        facts["CreationDate"] = sheet.at
    figure.savefig(out, format=kind, dpi=_DPI, metadata=facts)
    return out.getvalue()


def _grid(axes: Axes, scale: int, words: Words) -> None:
    """Crosses and numbers of the metric grid, every 35 mm of paper or more."""
    step = round_step(35 * scale / 1000)
    axes.set_xticks(_steps(axes.get_xlim(), step))
    axes.set_yticks(_steps(axes.get_ylim(), step))
    axes.set_xticklabels([words.number(x, 0) for x in axes.get_xticks()])
    axes.set_yticklabels([words.number(y, 0) for y in axes.get_yticks()], rotation=90, va="center")
    axes.tick_params(
        top=True, right=True, labeltop=True, labelright=True, labelsize=5.5, length=2.5, width=0.5, pad=1.5,
        labelcolor=INK,
    )  # fmt: skip
    for x in axes.get_xticks():
        for y in axes.get_yticks():
            axes.plot(x, y, marker="+", markersize=6, markeredgewidth=0.4, color=INK, zorder=900)


def _one_legend(seen: list[MapLayer], names: tuple[str, ...]) -> list[MapLayer]:
    """Join the entries of what stands for one thing on both sides; the sides are named on the map."""
    out: dict[str, MapLayer] = {}
    for layer in seen:
        title = layer.title
        for name in names:
            title = title.removesuffix(f" · {name}")
        known = out.get(layer.twin or layer.id)
        entries = (
            [*known.legend, *(e for e in layer.legend if e not in known.legend)] if known else layer.legend
        )
        out[layer.twin or layer.id] = replace(known or layer, title=title, legend=entries)
    return list(out.values())


def _divide(axes: Axes, at: float, names: tuple[str, ...]) -> None:
    """The line between two periods, and what each side shows."""
    axes.axvline(at, color="white", linewidth=2.4, zorder=910)
    axes.axvline(at, color=INK, linewidth=0.8, zorder=911)
    low, high = axes.get_ylim()
    place = high - 0.02 * (high - low)
    for name, align, shift in zip(names, ("right", "left"), (-6, 6), strict=False):
        axes.annotate(
            name, (at, place), xytext=(shift, 0), textcoords="offset points", ha=align, va="top", fontsize=7,
            color=INK, zorder=912, bbox={"facecolor": "white", "edgecolor": "#b7c3d3", "pad": 2},
        )  # fmt: skip


def _steps(limits: tuple[float, float], step: float) -> list[float]:
    first = int(limits[0] // step) + 1
    return [n * step for n in range(first, int(limits[1] // step) + 1)]
