"""What is written on paper in millimetres: lines of text that fit a width, boxes, swatches of a legend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Ellipse, Polygon, Rectangle

from maps.printing.marks import face_of, hatch_of, stroke_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font
    from matplotlib.patches import Patch

    from maps.printing.paper import Sheet

__all__ = ["FONT", "INK", "POINT_MM", "Pen", "pitch_mm", "wide_mm", "wrapped"]

INK: Final = "#1f2a37"
#: shipped by matplotlib, with every Vietnamese letter
FONT: Final = "DejaVu Sans"
POINT_MM: Final = 25.4 / 72
_LEADING: Final = 1.28
_DRAWN: Final = 100.0  # size that letters are measured at


def pitch_mm(size: float) -> float:
    """Distance of two lines.

    Parameters
    ----------
    size : float
        Of the letters, points.

    Returns
    -------
    float
        Millimetres.
    """
    return size * POINT_MM * _LEADING


@cache
def _font(bold: bool) -> FT2Font:  # noqa: FBT001 - one of two fonts
    return get_font(findfont(FontProperties(family=FONT, weight="bold" if bold else "normal")))


@lru_cache(maxsize=4096)
def wide_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Measure a line.

    Parameters
    ----------
    text : str
    size : float
        Of the letters, points.
    bold : bool

    Returns
    -------
    float
        Millimetres.

    Examples
    --------
    >>> wide_mm("Đất", 10.0) < wide_mm("Đất", 10.0, bold=True) < wide_mm("Đất ở", 10.0)
    True
    """
    font = _font(bold)
    font.set_size(_DRAWN, 72)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64 / _DRAWN * size * POINT_MM


def wrapped(text: str, wide: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit; a word wider than a line is broken too, and no letter is lost.

    Parameters
    ----------
    text : str
    wide : float
        Millimetres.
    size : float
        Of the letters, points.
    bold : bool

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped("Cụm công nghiệp", 16.0, 7.0)
    ['Cụm công', 'nghiệp']
    """
    lines = [""]
    for word in text.split():
        rest = word
        longer = f"{lines[-1]} {rest}".strip()
        if wide_mm(longer, size, bold=bold) <= wide:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while wide_mm(rest, size, bold=bold) > wide and len(rest) > 1:
            fits = next(n for n in range(len(rest) - 1, 0, -1)
                        if n == 1 or wide_mm(rest[:n], size, bold=bold) <= wide)  # fmt: skip
            lines[-1:] = [rest[:fits], ""]
            rest = rest[fits:]
        lines[-1] = rest
    return lines


@dataclass(frozen=True)
class Pen:
    """Writes on a page, measured in millimetres from its lower left corner.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    sheet : Sheet
    """

    figure: Figure
    sheet: Sheet

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return a place as shares of the page."""
        width, height = self.sheet.size
        return x / width, y / height

    def add(self, patch: Patch) -> None:
        """Put a shape on the page, given in shares of it."""
        patch.set_transform(self.figure.transFigure)
        self.figure.add_artist(patch)

    def frame(self, x: float, y: float, wide: float, tall: float) -> None:
        """Draw a box."""
        shape = Rectangle(self.at(x, y), *self.at(wide, tall), fill=False, edgecolor=INK, linewidth=0.6)
        self.add(shape)

    def say(self, x: float, y: float, text: str, **how: Any) -> None:
        """Write a line, its upper left corner given; a dollar sign in a name is no formula."""
        plain: dict[str, Any] = {
            "fontsize": 7,
            "color": INK,
            "va": "top",
            "parse_math": False,
            "family": FONT,
        }
        self.figure.text(*self.at(x, y), text, **(plain | how))

    def badge(self, x: float, y: float, text: str) -> None:
        """Write the made-data label, so that nobody overlooks it."""
        box = {
            "facecolor": "#fff4e5", "edgecolor": "#c46a12", "boxstyle": "round,pad=0.3", "linewidth": 0.6,
        }  # fmt: skip
        self.say(x, y, text, color="#8a4709", fontweight="bold", bbox=box)

    def swatch(self, x: float, y: float, entry: dict[str, Any]) -> None:
        """Draw the mark of a legend entry, 6 mm wide.

        Parameters
        ----------
        x, y : float
            Its lower left corner.
        entry : dict
            As :meth:`maps.styles.Look.legend` gives it.
        """
        fill, over = entry.get("fill", ""), entry.get("over", "")
        line = {"edgecolor": entry.get("stroke") or "none", "linewidth": 0.5 * entry.get("weight", 1.5),
                "linestyle": stroke_of(entry.get("dash", ""), entry.get("weight", 1.5))}  # fmt: skip
        if entry.get("line"):
            ends = [self.at(x, y + 1.2), self.at(x + 6, y + 1.2)]
            self.add(Polygon(ends, closed=False, fill=False, **line))
            return
        if entry.get("point"):
            across, up = self.at(1.1, 1.1)
            face = face_of(fill or line["edgecolor"], 1.0)
            self.add(Ellipse(self.at(x + 3, y + 1.25), 2 * across, 2 * up, facecolor=face, **line))
            return
        hatch = hatch_of(over or fill) or None
        face = face_of(fill, float(entry.get("opacity", 1.0)))
        self.add(Rectangle(self.at(x, y), *self.at(6, 2.5), facecolor=face, hatch=hatch, **line))
