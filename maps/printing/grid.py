"""The grid of coordinates round a map on paper: crosses on it, figures at its rim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maps.printing.paper import round_step
from maps.printing.pen import INK, wide_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from maps.words import Words

__all__ = ["draw_grid"]

_STEP_MM: Final = 35.0
_SIZE: Final = 5.5
_AIR_MM: Final = 2.0  # between two figures


def draw_grid(axes: Axes, scale: int, words: Words) -> None:
    """Draw crosses of the metric grid every 35 mm of paper or more, and their figures at the rim.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its limits are metres.
    scale : int
        Denominator.
    words : Words
    """
    step = round_step(_STEP_MM * scale / 1000)
    east, north = _steps(axes.get_xlim(), step), _steps(axes.get_ylim(), step)
    axes.set_xticks(east)
    axes.set_yticks(north)
    axes.set_xticklabels(_figures(east, axes.get_xlim(), words, scale=scale))
    axes.set_yticklabels(_figures(north, axes.get_ylim(), words, scale=scale), rotation=90, va="center")
    axes.tick_params(
        top=True, right=True, labeltop=True, labelright=True, labelsize=_SIZE, length=2.5, width=0.5,
        pad=1.5, labelcolor=INK,
    )  # fmt: skip
    for x in east:
        for y in north:
            axes.plot(x, y, marker="+", markersize=6, markeredgewidth=0.4, color=INK, zorder=900)


def _figures(steps: Sequence[float], limits: tuple[float, float], words: Words, *, scale: int) -> list[str]:
    """Figures of the ticks; none so near to a corner that it would run into that of the other side."""
    out = []
    for step in steps:
        text = words.number(step, 0)
        half = (wide_mm(text, _SIZE) / 2 + _AIR_MM / 2) * scale / 1000
        out.append(text if limits[0] + half <= step <= limits[1] - half else "")
    return out


def _steps(limits: tuple[float, float], step: float) -> list[float]:
    first = int(limits[0] // step) + 1
    return [n * step for n in range(first, int(limits[1] // step) + 1)]
