"""The block beside the map: title and made-data label, legend, notes, scale bar, north; what follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from matplotlib.patches import Polygon, Rectangle

from maps.places import crs_label
from maps.printing.legend import Item, best_flow, flowed, write_items
from maps.printing.paper import round_step
from maps.printing.pen import INK, Pen, pitch_mm, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from maps.printing.paper import Sheet
    from maps.words import Words

__all__ = ["Block", "Rest", "follow"]

_FOOT: Final = 30.0
_TITLE: Final = 11.0
_SMALL: Final = 6.3
_MUTED: Final = "#475569"
_NEXT: Final = 2
#: of the block that notes may fill where the legend stands above them
_SHARE: Final = 0.4
_RIM: Final = 12.0
_COLUMN: Final = 62.0


@dataclass(frozen=True)
class Rest:
    """What found no room on a page.

    Parameters
    ----------
    items : list of Item
        Of the legend.
    notes : list of str
        All of them, where some found no room.
    """

    items: list[Item]
    notes: list[str]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.items or self.notes)


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

    @property
    def pen(self) -> Pen:
        """Writes on the page."""
        return Pen(self.figure, self.sheet)

    def fill(self, items: Sequence[Item], notes: Sequence[str], scale: int) -> Rest:
        """Write the block.

        Parameters
        ----------
        items : sequence of Item
            The legend.
        notes : sequence of str
            Lines below it, besides those that every sheet has.
        scale : int
            Denominator.

        Returns
        -------
        Rest
            What belongs on the pages that follow; a line in the block says so.
        """
        x, y, wide, tall = self.sheet.side_box
        self.pen.frame(x, y, wide, tall)
        half = wide if self.sheet.wide else wide / 2
        # standing: legend on the left, the rest on the right
        right = x if self.sheet.wide else x + half
        self.top = y + tall - 4
        self._title(right, half)
        self._foot(right, y, half, scale)
        floor = y + _FOOT - 4
        room = _SHARE * tall if self.sheet.wide else self.top - floor - 2
        floor, left_notes = self._notes(right, floor, half, (room, notes))
        if self.sheet.wide:
            self.top -= 2
        else:
            self.top, floor = y + tall - 4, y + 3
        return Rest(self._legend(x, floor, half, items), left_notes)

    def _title(self, x: float, wide: float) -> None:
        for line in wrapped(self.sheet.title, wide - 8, _TITLE, bold=True):
            self.pen.say(x + 4, self.top, line, fontsize=_TITLE, fontweight="bold")
            self.top -= pitch_mm(_TITLE)
        if self.sheet.label:
            lines = wrapped(self.sheet.label, wide - 11, 7.0, bold=True)
            self.pen.badge(x + 5, self.top - 1.5, "\n".join(lines))
            self.top -= 4 + pitch_mm(7.0) * len(lines)

    def _foot(self, x: float, y: float, wide: float, scale: int) -> None:
        """Scale and north arrow at the bottom."""
        length = round_step(wide * 0.3 * scale / 1000) * 1000 / scale
        if length > wide - 26:
            length /= 2
        quarter = length / 4
        for n in range(4):
            colour = INK if n % 2 == 0 else "white"
            self.pen.add(Rectangle(self.pen.at(x + 4 + n * quarter, y + 10), *self.pen.at(quarter, 1.6),
                                   facecolor=colour, edgecolor=INK, linewidth=0.5))  # fmt: skip
        for n, place in ((0, 0.0), (2, length / 2), (4, length)):
            said = self._metres(n * quarter * scale / 1000, unit=n == 4)  # noqa: PLR2004
            self.pen.say(x + 4 + place, y + 9, said, fontsize=6, ha="center" if n else "left")
        ratio = self.words("print.scale", scale=self.words.number(scale, 0))
        self.pen.say(x + 4, y + 17, ratio, fontsize=8, fontweight="bold")
        centre = x + wide - 10
        for side, colour in ((-3.2, INK), (3.2, "white")):
            tip = [(centre, y + 19), (centre + side, y + 7), (centre, y + 10)]
            shape = [self.pen.at(*p) for p in tip]
            self.pen.add(Polygon(shape, facecolor=colour, edgecolor=INK, linewidth=0.6))
        self.pen.say(centre, y + 23.5, self.words("print.north"), fontsize=9, fontweight="bold", ha="center")

    def _metres(self, metres: float, *, unit: bool) -> str:
        kilometres = metres >= 1000 or (not unit and metres == 0)  # noqa: PLR2004
        value = metres / 1000 if kilometres else metres
        digits = next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2))  # noqa: PLR2004
        text = self.words.number(value, digits)
        return f"{text} {'km' if kilometres else 'm'}" if unit else text

    def _notes(
        self, x: float, floor: float, wide: float, said: tuple[float, Sequence[str]]
    ) -> tuple[float, list[str]]:
        """Write notes above the scale; returns where they end, and all of them where they don't fit."""
        room, notes = said
        always = [
            crs_label(self.sheet.crs, self.words),
            self.words("print.made_on", at=self.words.moment(self.sheet.at.isoformat())),
        ]
        every = [always[0], *notes, always[1]]
        lines = _lines(every, wide - 8)
        most = max(int(room / pitch_mm(_SMALL)), 0)
        left: list[str] = []
        if len(lines) > most:
            last = [self.words("print.more_notes", page=_NEXT), *_lines(always[1:], wide - 8)]
            lines, left = [*lines[: max(most - len(last), 0)], *last], [note for note in every if note]
        for n, line in enumerate(lines):
            up = floor + 1 + (len(lines) - n) * pitch_mm(_SMALL)
            self.pen.say(x + 4, up, line, fontsize=_SMALL, color=_MUTED)
        return floor + pitch_mm(_SMALL) * len(lines) + 3, left

    def _legend(self, x: float, floor: float, wide: float, items: Sequence[Item]) -> list[Item]:
        if not items:
            return []
        self.pen.say(x + 4, self.top, self.words("print.legend"), fontsize=8.5, fontweight="bold")
        self.top -= 5.5
        placed, rest, size = best_flow(items, wide=wide - 6, tall=self.top - floor)
        write_items(self.pen, x + 4, self.top, placed, size=size)
        if rest:
            more = self.words("print.more", count=len(rest), page=_NEXT)
            self.pen.say(x + 4, floor + pitch_mm(7.0), more, fontweight="bold")
        return rest


def follow(pen: Pen, words: Words, rest: Rest) -> Rest:
    """Write a page of what found no room on the one before.

    Parameters
    ----------
    pen : Pen
        Of the new page.
    words : Words
    rest : Rest

    Returns
    -------
    Rest
        What belongs on one more page.
    """
    sheet = pen.sheet
    width, height = sheet.size
    wide, top = width - 2 * _RIM, height - _RIM
    for line in wrapped(sheet.title, wide, _TITLE, bold=True):
        pen.say(_RIM, top, line, fontsize=_TITLE, fontweight="bold")
        top -= pitch_mm(_TITLE)
    if sheet.label:
        pen.badge(_RIM + 1, top - 1.5, sheet.label)
        top -= 8
    items, notes = list(rest.items), list(rest.notes)
    if items:
        pen.say(_RIM, top, words("print.legend_on"), fontsize=8.5, fontweight="bold")
        top -= 5.5
        # its layer is named again over entries that were parted from it
        if items[0].under:
            items.insert(0, Item(None, items[0].under))
        columns = max(int(wide / _COLUMN), 1)
        placed, items = flowed(items, wide=wide, tall=top - _RIM, columns=columns, size=7.0)
        write_items(pen, _RIM, top, placed, size=7.0)
        if items:
            return Rest(items, notes)
        top -= max(one.y + pitch_mm(7.0) * len(one.lines) for one in placed) + 4
    return Rest([], _notes_below(pen, words, top, notes))


def _notes_below(pen: Pen, words: Words, top: float, notes: list[str]) -> list[str]:
    """Write notes in full; returns the lines that need another page."""
    wide, size = pen.sheet.size[0] - 2 * _RIM, 7.0
    lines = _lines(notes, wide, size)
    if not lines or top - 5.5 - pitch_mm(size) < _RIM:
        return lines
    pen.say(_RIM, top, words("print.notes"), fontsize=8.5, fontweight="bold")
    top -= 5.5
    fits = int((top - _RIM) / pitch_mm(size))
    for n, line in enumerate(lines[:fits]):
        pen.say(_RIM, top - n * pitch_mm(size), line, fontsize=size, color=_MUTED)
    return lines[fits:]


def _lines(notes: Sequence[str], wide: float, size: float = _SMALL) -> list[str]:
    return [line for note in notes if note for line in wrapped(note, wide, size)]
