"""Numbers as people type them: decimal point or comma, groups of three with points, commas or spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_SPACES: Final = re.compile(r"[\s\u00a0\u202f'’]")
_WRITTEN: Final = {
    mark: re.compile(
        rf"[-+]?(?:(?:\d+|\d{{1,3}}(?:{re.escape(group)}\d{{3}})+)(?:{re.escape(mark)}\d*)?|{re.escape(mark)}\d+)"
    )
    for mark, group in ((".", ","), (",", "."))
}


def number(cell: Any) -> float | None:
    """Read one number by itself: the last mark is the decimal one unless it comes more than once."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float | np.number):
        return float(cell) if np.isfinite(cell) else None
    text = _plain(cell)
    last = "," if text.rfind(",") > text.rfind(".") else "."
    for mark in (last, "." if last == "," else ","):
        if _WRITTEN[mark].fullmatch(text):
            return _value(text, mark)
    return None


def numbers(cells: Iterable[Any], *, grouped: bool = False) -> NDArray[np.float64]:
    """Read a column of numbers; the column as a whole decides which mark is the decimal one.

    A cell alone can't tell 1.234 (one and a bit) from 1.234 (twelve hundred); its neighbours often can.

    Parameters
    ----------
    cells : iterable
    grouped : bool
        How to read a column that fits both ways of writing, all its numbers being like 123.456:
        by default the mark is a decimal one, with `grouped` it sets off thousands.

    Returns
    -------
    numpy.ndarray
        NaN where a cell is no number.
    """
    given = list(cells)
    texts = [_plain(cell) for cell in given if isinstance(cell, str)]
    point, comma = (np.array([bool(_WRITTEN[m].fullmatch(t)) for t in texts], dtype=bool) for m in ".,")
    if (point & ~comma).any() and not (comma & ~point).any():
        return _read(given, ".")
    if (comma & ~point).any() and not (point & ~comma).any():
        return _read(given, ",")
    if grouped and not (point ^ comma).any():
        return _read(
            given, "," if any("." in t for t, fits in zip(texts, point, strict=True) if fits) else "."
        )
    return np.array([np.nan if (n := number(cell)) is None else n for cell in given], dtype=float)


def _read(cells: list[Any], mark: str) -> NDArray[np.float64]:
    out = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if not isinstance(cell, str):
            found = number(cell)
            out[i] = np.nan if found is None else found
        elif _WRITTEN[mark].fullmatch(text := _plain(cell)):
            out[i] = _value(text, mark)
    return out


def _value(text: str, mark: str) -> float:
    return float(text.replace("," if mark == "." else ".", "").replace(mark, "."))


def _plain(cell: Any) -> str:
    return _SPACES.sub("", str(cell)).replace("−", "-")
