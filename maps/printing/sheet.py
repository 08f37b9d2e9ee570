"""A sheet of paper: the map at a round scale, title, legend, scale bar, north, grid of coordinates, notes.

The map frame is a whole number of millimetres and the scale a round one, so a ruler on the paper measures
metres. Fonts are those that matplotlib ships: they have every Vietnamese letter.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from maps.printing.block import Block, follow
from maps.printing.grid import draw_grid
from maps.printing.ground import draw_ground, ground_notes
from maps.printing.legend import legend_items
from maps.printing.marks import draw_layers
from maps.printing.paper import sheet_scale, sheet_window
from maps.printing.pen import INK, Pen
from maps.printing.signs import draw_signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from maps.canvas import MapLayer
    from maps.printing.ground import Ground
    from maps.printing.paper import Sheet
    from maps.words import Words

__all__ = ["KINDS", "sheet_bytes", "sheet_pages"]

# whole fonts with their names, so that text in the file can be searched and edited
mpl.rcParams["pdf.fonttype"] = 42
mpl.rcParams["hatch.linewidth"] = 0.35

KINDS: Final = ("pdf", "png")
_DPI: Final = 200
_MM: Final = 25.4


def sheet_pages(
    layers: Sequence[MapLayer],
    words: Words,
    *,
    sheet: Sheet,
    bounds: tuple[float, float, float, float],
    opacity: dict[str, float] | None = None,
    ground: Ground | None = None,
) -> list[Figure]:
    """Draw a sheet, and the pages that follow where the legend or the notes need more room than it has.

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
    ground : Ground, optional
        A map from outside to lie below.

    Returns
    -------
    list of matplotlib.figure.Figure
        The first one holds the map.
    """
    first = _page(sheet)
    scale = sheet_scale(sheet, bounds)
    axes = _map(first, sheet, sheet_window(sheet, bounds))
    notes = list(sheet.notes)
    if ground is not None:
        draw_ground(axes, ground)
        notes = [*ground_notes(ground, words), *notes]
    seen = draw_layers(axes, layers, sheet.crs, denominator=scale, opacity=opacity, divider=sheet.divider)
    left = draw_signs(axes, layers, sheet.crs, denominator=scale, opacity=opacity, divider=sheet.divider)
    if left:
        notes.append(words("print.no_room", count=left))
    draw_grid(axes, scale, words)
    if sheet.divider is not None and axes.get_xlim()[0] < sheet.divider < axes.get_xlim()[1]:
        _divide(axes, sheet.divider, sheet.sides)
        seen = _one_legend(seen, sheet.sides)
    rest = Block(first, sheet, words).fill(legend_items(seen, words), notes, scale)
    pages = [first]
    while rest:
        pages.append(_page(sheet))
        rest = follow(Pen(pages[-1], sheet), words, rest)
    return pages


def _page(sheet: Sheet) -> Figure:
    width, height = sheet.size
    return Figure(figsize=(width / _MM, height / _MM), dpi=_DPI)


def _map(figure: Figure, sheet: Sheet, window: tuple[float, float, float, float]) -> Axes:
    width, height = sheet.size
    left, bottom, wide, tall = sheet.map_box
    place = (left / width, bottom / height, wide / width, tall / height)
    axes: Axes = figure.add_axes(place, label="map")
    west, south, east, north = window
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_facecolor("#f7f9fb")
    return axes


def sheet_bytes(pages: Sequence[Figure], kind: str, sheet: Sheet) -> bytes:
    """Write a sheet as a file.

    Parameters
    ----------
    pages : sequence of matplotlib.figure.Figure
        From :func:`sheet_pages`.
    kind : {"pdf", "png"}
        A picture has its pages below one another.
    sheet : Sheet

    Returns
    -------
    bytes
    """
    out = io.BytesIO()
    facts: dict[str, Any] = {"Title": sheet.title, "Creator": "Thổ Công"}
    if kind == "pdf":
        with PdfPages(out, metadata=facts | {"CreationDate": sheet.at}) as file:
            for page in pages:
                page.savefig(file, format="pdf", dpi=_DPI)
        return out.getvalue()
    pictures = [_picture(page) for page in pages]
    whole = Image.new("RGB", (pictures[0].width, sum(one.height for one in pictures)), "white")
    down = 0
    for one in pictures:
        whole.paste(one, (0, down))
        down += one.height
    said = PngInfo()
    for name, value in facts.items():
        said.add_itxt(name, value)
    whole.save(out, format="png", dpi=(_DPI, _DPI), pnginfo=said)
    return out.getvalue()


def _picture(page: Figure) -> Image.Image:
    out = io.BytesIO()
    page.savefig(out, format="png", dpi=_DPI)
    return Image.open(out).convert("RGB")


def _one_legend(seen: list[MapLayer], names: tuple[str, ...]) -> list[MapLayer]:
    """Join the entries of what stands for one thing on both sides; the sides are named on the map."""
    out: dict[tuple[str, str], MapLayer] = {}
    for layer in seen:
        title = layer.title
        for name in names:
            title = title.removesuffix(f" · {name}")
        # a layer of both periods may have the name of a twin, and is another thing
        key = (layer.twin, "" if layer.twin else layer.id)
        known = out.get(key)
        entries = (
            [*known.legend, *(e for e in layer.legend if e not in known.legend)] if known else layer.legend
        )
        out[key] = replace(known or layer, title=title, legend=entries)
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
