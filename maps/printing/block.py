"""The block beside the map: title and made-data label, legend, notes, scale bar, north."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from matplotlib.patches import Ellipse, Polygon, Rectangle

from maps.places import crs_label
from maps.printing.marks import face_of, hatch_of, stroke_of
from maps.printing.paper import round_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from maps.canvas import MapLayer
    from maps.printing.paper import Sheet
    from maps.words import Words

__all__ = ["INK", "Block"]

INK: Final = "#1f2a37"
_FOOT: Final = 30.0
_LINE: Final = 3.6
_SMALL: Final = 6.3


@dataclass
class Block:
    """The block beside or under the map, filled from the top and from below.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    sheet : Sheet
    words : Words
    top : float
        How far it is filled from the top, millimetres.
    """

    figure: Figure
    sheet: Sheet
    words: Words
    top: float = field(default=0.0)

    def fill(self, seen: Sequence[MapLayer], scale: int) -> None:
        """Write the block.

        Parameters
        ----------
        seen : sequence of MapLayer
            What lies on the map, the lowest first.
        scale : int
            Denominator.
        """
        x, y, wide, tall = self.sheet.side_box
        self._frame(x, y, wide, tall)
        half = wide if self.sheet.wide else wide / 2
        # standing: legend on the left, the rest on the right
        right = x if self.sheet.wide else x + half
        self.top = y + tall - 4
        self._title(right, half)
        after_title = self.top
        floor = self._foot(right, y, half, scale)
        floor = self._notes(right, floor, half)
        if self.sheet.wide:
            self.top = after_title - 2
        else:
            self.top, floor = y + tall - 4, y + 3
        self._legend(x, floor, half, seen)

    def _frame(self, x: float, y: float, wide: float, tall: float) -> None:
        self._add(Rectangle(self._at(x, y), *self._at(wide, tall), fill=False, edgecolor=INK, linewidth=0.6))

    def _at(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.sheet.size
        return x / width, y / height

    def _add(self, patch: Patch) -> None:
        patch.set_transform(self.figure.transFigure)
        self.figure.add_artist(patch)

    def _say(self, x: float, y: float, text: str, **how: Any) -> None:
        # a dollar sign in a name is no formula
        plain: dict[str, Any] = {
            "fontsize": 7,
            "color": INK,
            "va": "top",
            "parse_math": False,
            "family": "DejaVu Sans",
        }
        self.figure.text(*self._at(x, y), text, **(plain | how))

    def _lines(self, text: str, wide: float, size: float) -> list[str]:
        # a letter of DejaVu Sans is 0.6 of its size wide, a point is 0.353 mm
        return textwrap.wrap(text, max(int((wide - 8) / (size * 0.353 * 0.58)), 8)) or [""]

    def _title(self, x: float, wide: float) -> None:
        for line in self._lines(self.sheet.title, wide, 11):
            self._say(x + 4, self.top, line, fontsize=11, fontweight="bold")
            self.top -= 5
        if self.sheet.label:
            box = {
                "facecolor": "#fff4e5",
                "edgecolor": "#c46a12",
                "boxstyle": "round,pad=0.3",
                "linewidth": 0.6,
            }
            self._say(x + 5, self.top - 1.5, self.sheet.label, color="#8a4709", fontweight="bold", bbox=box)
            self.top -= 7

    def _foot(self, x: float, y: float, wide: float, scale: int) -> float:
        """Scale and north arrow at the bottom; returns where they end."""
        length = round_step(wide * 0.3 * scale / 1000) * 1000 / scale
        if length > wide - 26:
            length /= 2
        quarter = length / 4
        for n in range(4):
            colour = INK if n % 2 == 0 else "white"
            self._add(Rectangle(self._at(x + 4 + n * quarter, y + 10), *self._at(quarter, 1.6),
                                facecolor=colour, edgecolor=INK, linewidth=0.5))  # fmt: skip
        for n, place in ((0, 0.0), (2, length / 2), (4, length)):
            self._say(x + 4 + place, y + 9, self._metres(n * quarter * scale / 1000, unit=n == 4), fontsize=6,  # noqa: PLR2004
                      ha="center" if n else "left")  # fmt: skip
        ratio = self.words("print.scale", scale=self.words.number(scale, 0))
        self._say(x + 4, y + 17, ratio, fontsize=8, fontweight="bold")
        centre = x + wide - 10
        for side, colour in ((-3.2, INK), (3.2, "white")):
            tip = [(centre, y + 19), (centre + side, y + 7), (centre, y + 10)]
            self._add(Polygon([self._at(*p) for p in tip], facecolor=colour, edgecolor=INK, linewidth=0.6))
        self._say(centre, y + 23.5, self.words("print.north"), fontsize=9, fontweight="bold", ha="center")
        return y + _FOOT - 4

    def _metres(self, metres: float, *, unit: bool) -> str:
        kilometres = metres >= 1000 or (not unit and metres == 0)  # noqa: PLR2004
        value = metres / 1000 if kilometres else metres
        digits = next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2))  # noqa: PLR2004
        text = self.words.number(value, digits)
        return f"{text} {'km' if kilometres else 'm'}" if unit else text

    def _notes(self, x: float, floor: float, wide: float) -> float:
        said = [
            crs_label(self.sheet.crs, self.words),
            *self.sheet.notes,
            self.words("print.made_on", at=self.words.moment(self.sheet.at.isoformat())),
        ]
        lines = [line for note in said if note for line in self._lines(note, wide, _SMALL)]
        for n, line in enumerate(reversed(lines)):
            self._say(x + 4, floor + 1 + (n + 1) * 3, line, fontsize=_SMALL, color="#475569")
        return floor + 3 * len(lines) + 3

    def _legend(self, x: float, floor: float, wide: float, seen: Sequence[MapLayer]) -> None:
        self._say(x + 4, self.top, self.words("print.legend"), fontsize=8.5, fontweight="bold")
        self.top -= 5.5
        columns = 1 if self.sheet.wide else 2
        rows = _legend_rows(seen)
        room = int((self.top - floor) / _LINE)
        hidden = len(rows) - room * columns
        shown = rows if hidden <= 0 else [*rows[: room * columns - 1], (None, self._more(hidden + 1))]
        start, part = self.top, wide / columns
        for n, (entry, text) in enumerate(shown):
            self.top = start - (n % room) * _LINE
            self._entry(x + part * (n // room), part, entry, text)

    def _more(self, count: int) -> str:
        return self.words("print.more", count=count)

    def _entry(self, x: float, wide: float, entry: dict[str, Any] | None, text: str) -> None:
        indent = 13 if entry else 4
        if entry:
            self._swatch(x + 5, self.top - 2.6, entry)
        line = self._lines(text, wide - indent, 7)
        said = line[0] if len(line) == 1 else f"{line[0]} …"
        self._say(x + indent, self.top, said, fontweight="normal" if entry else "bold")

    def _swatch(self, x: float, y: float, entry: dict[str, Any]) -> None:
        fill, over = entry.get("fill", ""), entry.get("over", "")
        line = {"edgecolor": entry.get("stroke") or "none", "linewidth": 0.5 * entry.get("weight", 1.5),
                "linestyle": stroke_of(entry.get("dash", ""), entry.get("weight", 1.5))}  # fmt: skip
        if entry.get("line"):
            self._add(
                Polygon([self._at(x, y + 1.2), self._at(x + 6, y + 1.2)], closed=False, fill=False, **line)
            )
            return
        if entry.get("point"):
            across, up = self._at(1.1, 1.1)
            centre = self._at(x + 3, y + 1.25)
            self._add(
                Ellipse(centre, 2 * across, 2 * up, facecolor=face_of(fill or line["edgecolor"], 1.0), **line)
            )
            return
        hatch = hatch_of(over or fill) or None
        face = face_of(fill, float(entry.get("opacity", 1.0)))
        self._add(Rectangle(self._at(x, y), *self._at(6, 2.5), facecolor=face, hatch=hatch, **line))


def _legend_rows(seen: Sequence[MapLayer]) -> list[tuple[dict[str, Any] | None, str]]:
    """Lines of the legend, the topmost layer first: an entry of its own, or a heading over its entries."""
    rows: list[tuple[dict[str, Any] | None, str]] = []
    for layer in reversed(seen):
        alone = len(layer.legend) == 1 and not layer.legend[0].get("label")
        rows.append((layer.legend[0] if alone else None, layer.title))
        rows += [(entry, entry["label"]) for entry in layer.legend if entry.get("label")]
    return [row for row in rows if row[1]]
