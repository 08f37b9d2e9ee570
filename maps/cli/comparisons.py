"""``--compare`` and ``--pairwise``: criteria compared two by two."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from layers.causes import cause_of
from layers.errors import QuestionError, SourceError
from maps.weighing import comparison_of, times_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["comparisons_of", "read_comparisons"]

_TRIPLE = 3
_ROUNDED = 0.02


def comparisons_of(texts: Iterable[str], path: Path | None) -> dict[tuple[str, str], float]:
    """Gather comparisons from options and a file.

    Parameters
    ----------
    texts : iterable of str
        ``A:B=3``.
    path : pathlib.Path or None

    Returns
    -------
    dict of (str, str) to float

    Raises
    ------
    QuestionError
        ``comparison_unreadable``, ``comparison_twice``.
    SourceError
        ``source_unreadable``.
    """
    out = read_comparisons(path) if path is not None else {}
    for text in texts:
        pair, times = comparison_of(text)
        if pair in out or pair[::-1] in out:
            raise QuestionError("comparison_twice", found=f"{pair[0]}:{pair[1]}")
        out[pair] = times
    return out


def read_comparisons(path: Path) -> dict[tuple[str, str], float]:
    """Read comparisons from a CSV.

    Parameters
    ----------
    path : pathlib.Path
        Either a table with the criteria as headings and in its first column, or rows of three cells: a
        criterion, another, how many times more the first matters. Commas or semicolons between cells;
        ``1/3`` and, between semicolons, ``0,333`` are figures. An empty cell compares nothing.

    Returns
    -------
    dict of (str, str) to float
        Of a full table one of two halves that agree; a half that contradicts the other is refused when
        weights are made.

    Raises
    ------
    QuestionError
        ``comparison_unreadable``, ``comparison_twice``, ``comparison_wrong`` for a criterion that a table
        holds against itself otherwise than 1.
    SourceError
        ``source_unreadable``.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            text = handle.read()
    except (OSError, ValueError) as error:
        raise SourceError("source_unreadable", path=str(path), found=cause_of(error)) from error
    lines = text.splitlines()
    mark = ";" if text.count(";") > 0 else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark) if any(row)]
    if not rows:
        raise QuestionError("comparison_unreadable", found=path.name, expected="A:B=3")
    names = rows[0][1:]
    if names and sorted(row[0] for row in rows[1:]) == sorted(names):
        return _of_table(names, rows[1:])
    return _of_rows(rows)


def _of_table(names: list[str], rows: list[list[str]]) -> dict[tuple[str, str], float]:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise QuestionError("comparison_twice", found=twice[0])
    out = {}
    for row in rows:
        if any(row[len(names) + 1 :]):  # cells that no heading stands over
            raise QuestionError("comparison_unreadable", found=";".join(row), expected="A;B;3")
        for other, cell in zip(names, row[1:], strict=False):
            if not cell:
                continue
            times = times_of(cell)
            if other != row[0]:
                out[row[0], other] = times
            elif times != 1:
                raise QuestionError("comparison_wrong", found=f"{other}:{other}={cell}", expected=names)
    # of two halves that agree but for rounding the whole number speaks: 3 and 0,333
    return {
        pair: times
        for pair, times in out.items()
        if not (times < 1 and abs(times * out.get(pair[::-1], 0.0) - 1) < _ROUNDED)
    }


def _of_rows(rows: list[list[str]]) -> dict[tuple[str, str], float]:
    out: dict[tuple[str, str], float] = {}
    for n, row in enumerate(rows):
        if len(row) != _TRIPLE:
            raise QuestionError("comparison_unreadable", found=";".join(row), expected="A;B;3")
        if not n and not any(sign.isdigit() for sign in row[2]):
            continue  # the first row may hold headings, in which no figure stands
        pair = (row[0], row[1])
        if pair in out:
            raise QuestionError("comparison_twice", found=":".join(pair))
        out[pair] = times_of(row[2])
    return out
