"""The legend of a sheet: its lines, and how they flow into the room there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from maps.printing.pen import pitch_mm, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.canvas import MapLayer
    from maps.printing.pen import Pen
    from maps.words import Words

__all__ = ["Item", "Placed", "best_flow", "flowed", "legend_items", "write_items"]

#: columns and size of the letters, the one that reads best first
_WAYS: Final = ((1, 7.0), (2, 7.0), (1, 6.3), (2, 6.3), (3, 6.3), (2, 5.6), (3, 5.6), (2, 5.0))
_NARROWEST: Final = 30.0
_INDENT: Final = 8.0
_GAP: Final = 2.0
_SELECTED: Final = "selection"


@dataclass(frozen=True)
class Item:
    """A line of a legend.

    Parameters
    ----------
    entry : dict or None
        Its mark; ``None`` for the title of a layer over its entries.
    text : str
    under : str
        Title of the layer that an entry stands under, empty for what stands alone.
    """

    entry: dict[str, Any] | None
    text: str
    under: str = ""


@dataclass(frozen=True)
class Placed:
    """A line of a legend with its place.

    Parameters
    ----------
    x, y : float
        Millimetres from the upper left corner of the legend to that of the line, to the right and down.
    item : Item
    lines : list of str
        Its text, broken.
    """

    x: float
    y: float
    item: Item
    lines: list[str]


def legend_items(seen: Sequence[MapLayer], words: Words) -> list[Item]:
    """List what is drawn, the topmost layer first.

    Parameters
    ----------
    seen : sequence of MapLayer
        The lowest first.
    words : Words

    Returns
    -------
    list of Item
        A layer with one look on one line, others as a title over their entries; what is selected has a line
        of its own, although it has no row in the panel of the screen.
    """
    items: list[Item] = []
    for layer in reversed(seen):
        title, legend = layer.title, layer.legend
        if not title and layer.id == _SELECTED:
            title, legend = words("print.selected"), [look.legend() for look in layer.looks[:1]]
        # one look called as its layer needs no title above it
        said = [
            entry for entry in legend if entry.get("label") and (len(legend) > 1 or entry["label"] != title)
        ]
        named = [Item(entry, str(entry["label"]), title) for entry in said]
        alone = len(legend) == 1 and not named
        if title:
            items.append(Item(legend[0] if alone else None, title))
        items += named
    return items


def flowed(
    items: Sequence[Item], *, wide: float, tall: float, columns: int, size: float
) -> tuple[list[Placed], list[Item]]:
    """Let a legend flow down its columns.

    Parameters
    ----------
    items : sequence of Item
    wide, tall : float
        Room, millimetres.
    columns : int
    size : float
        Of the letters, points.

    Returns
    -------
    placed : list of Placed
    rest : list of Item
        What found no room.
    """
    placed: list[Placed] = []
    part, column, down = wide / columns, 0, 0.0
    needs = [_broken(item, part, size) for item in items]
    for n, (item, lines) in enumerate(zip(items, needs, strict=True)):
        need = _tall(lines, size)
        # a title stays with its first entry
        after = _tall(needs[n + 1], size) if item.entry is None and n + 1 < len(items) else 0.0
        if down + need + after > tall:
            column, down = column + bool(down), 0.0
        if column == columns or need > tall:
            return placed, list(items[n:])
        placed.append(Placed(column * part, down, item, lines))
        down += need
    return placed, []


def best_flow(items: Sequence[Item], *, wide: float, tall: float) -> tuple[list[Placed], list[Item], float]:
    """Let a legend flow in the way that reads best of those that leave nothing out.

    Parameters
    ----------
    items : sequence of Item
    wide, tall : float
        Room, millimetres.

    Returns
    -------
    placed : list of Placed
    rest : list of Item
        What found no room in any way; then a line is left free to say so.
    size : float
        Of the letters, points.
    """
    ways = [way for way in _WAYS if wide / way[0] >= _NARROWEST] or [_WAYS[0]]
    for columns, size in ways:
        placed, rest = flowed(items, wide=wide, tall=tall, columns=columns, size=size)
        if not rest:
            return placed, rest, size
    columns, size = ways[-1]
    placed, rest = flowed(items, wide=wide, tall=tall - pitch_mm(7.0) - 1, columns=columns, size=size)
    return placed, rest, size


def write_items(pen: Pen, x: float, top: float, placed: Sequence[Placed], *, size: float) -> None:
    """Write a legend.

    Parameters
    ----------
    pen : Pen
    x, top : float
        Upper left corner, millimetres.
    placed : sequence of Placed
    size : float
        Of the letters, points.
    """
    for one in placed:
        left, y = x + one.x, top - one.y
        if one.item.entry:
            pen.swatch(left, y - 2.5, one.item.entry)
        indent, weight = (_INDENT, "normal") if one.item.entry else (0.0, "bold")
        for n, line in enumerate(one.lines):
            pen.say(left + indent, y - n * pitch_mm(size), line, fontsize=size, fontweight=weight)


def _broken(item: Item, part: float, size: float) -> list[str]:
    indent = _INDENT if item.entry else 0.0
    return wrapped(item.text, part - indent - _GAP, size, bold=item.entry is None)


def _tall(lines: Sequence[str], size: float) -> float:
    return max(len(lines) * pitch_mm(size), 2.6) + 0.7
