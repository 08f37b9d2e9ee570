"""Value functions: from what is measured, such as metres to a road, to a score between 0 and 1.

Every function is a list of corners or a bell, so a person can read it, draw it and bend it, and beyond
its last corner it stays what it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from layers.errors import QuestionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ValueFunction", "parse_value_function"]

Shape = Literal["linear", "piecewise", "bell"]
_SHAPES: Final = ("linear", "piecewise", "bell")
_EXPECTED: Final = "linear:0=1;3000=0, piecewise:0=0;200=0.4;1000=1, bell:2000;500"
#: a bell is flat, to four digits, this many half widths from its top
_BELL_ENDS: Final = sqrt(log(1e4) / log(2))


@dataclass(frozen=True)
class ValueFunction:
    """A score for each measure.

    Parameters
    ----------
    shape : {"linear", "piecewise", "bell"}
        ``linear`` between two corners, ``piecewise`` between several, ``bell`` with its top at 1.
    corners : tuple of (float, float)
        Measure and score, measures rising, scores 0 to 1; of a bell the measure of the top and the half
        width: at that distance from the top the score is one half.

    Raises
    ------
    QuestionError
        ``value_function_wrong``.

    Examples
    --------
    >>> near = ValueFunction("linear", ((0.0, 1.0), (3000.0, 0.0)))
    >>> near(np.array([-5.0, 0.0, 1500.0, 9000.0, np.nan])).tolist()
    [1.0, 1.0, 0.5, 0.0, nan]
    >>> ValueFunction("bell", ((2000.0, 500.0),))(np.array([1500.0, 2000.0])).tolist()
    [0.5, 1.0]
    """

    shape: Shape
    corners: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse corners that make no function."""
        values = np.asarray(self.corners, dtype=float)
        fits = values.ndim == 2 and values.shape[1] == 2 and np.isfinite(values).all()  # noqa: PLR2004
        if not fits or self.shape not in _SHAPES or not self._sound():
            raise QuestionError("value_function_wrong", found=str(self), expected=_EXPECTED)

    def _sound(self) -> bool:
        if self.shape == "bell":
            return len(self.corners) == 1 and self.corners[0][1] > 0
        rising = all(a[0] < b[0] for a, b in pairwise(self.corners))
        enough = len(self.corners) == 2 if self.shape == "linear" else len(self.corners) >= 2  # noqa: PLR2004
        return enough and rising and all(0 <= score <= 1 for _, score in self.corners)

    @property
    def reach(self) -> float:
        """Measure beyond which the score no longer changes."""
        top, half = self.corners[-1]
        return top + half * _BELL_ENDS if self.shape == "bell" else top

    def __call__(self, measure: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Score measures; NaN stays NaN.

        Parameters
        ----------
        measure : numpy.ndarray

        Returns
        -------
        numpy.ndarray of float32
        """
        if self.shape == "bell":
            top, half = self.corners[0]
            return np.asarray(np.exp2(-np.square((measure - top) / half)), dtype=np.float32)
        x, y = np.asarray(self.corners, dtype=float).T
        return np.asarray(np.interp(measure, x, y), dtype=np.float32)

    def __str__(self) -> str:
        """Text that :func:`parse_value_function` reads."""
        if self.shape == "bell" and len(self.corners) == 1:
            top, half = self.corners[0]
            return f"bell:{top:g};{half:g}"
        return f"{self.shape}:" + ";".join(f"{x:g}={y:g}" for x, y in self.corners)


def parse_value_function(text: str) -> ValueFunction:
    """Read a value function as tables and the terminal write it.

    Parameters
    ----------
    text : str
        ``linear:MEASURE=SCORE;MEASURE=SCORE``, ``piecewise:`` with two or more corners, or
        ``bell:TOP;HALF_WIDTH``.

    Returns
    -------
    ValueFunction

    Raises
    ------
    QuestionError
        ``value_function_wrong``.

    Examples
    --------
    >>> str(parse_value_function("linear:0=1; 3000=0"))
    'linear:0=1;3000=0'
    >>> parse_value_function("rising")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    layers.errors.QuestionError: value_function_wrong: ...
    """
    shape, _, rest = text.strip().partition(":")
    try:
        parts = [part.split("=") for part in rest.split(";")]
        if shape == "bell":
            top, half = (float(value) for part in parts for value in part)
            return ValueFunction("bell", ((top, half),))
        corners = tuple((float(x), float(y)) for x, y in parts)
        return ValueFunction(shape, corners)  # type: ignore[arg-type]  # the class refuses other shapes
    except ValueError as error:
        raise QuestionError("value_function_wrong", found=text, expected=_EXPECTED) from error
