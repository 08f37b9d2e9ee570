"""``--override``: a table of changed answers, most simply a CSV export that was filled in."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd

from layers.causes import cause_of
from layers.errors import SourceError
from maps.tables import records
from spatial.override import override

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.conflicts import ConflictAnswer

__all__ = ["overridden", "read_overrides"]

_NEEDED = ("zone", "constraint", "state", "reason")
#: what tells rows of one zone and constraint apart, where the table says it
_KEYS = ("zone", "constraint", "rule", "state_found")
_SHOWN = 12


def read_overrides(path: Path) -> pd.DataFrame:
    """Read a table of changes.

    Parameters
    ----------
    path : pathlib.Path
        CSV with a comma or a semicolon between cells, as offices in Vietnam save it.

    Returns
    -------
    pandas.DataFrame
        Text only, with the columns ``zone, constraint, state, reason`` at least.

    Raises
    ------
    SourceError
        ``source_unreadable`` or ``override_columns``.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            head = handle.readline()
        mark = ";" if head.count(";") > head.count(",") else ","
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, sep=mark, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL
        )
    except (OSError, ValueError) as error:
        raise SourceError("source_unreadable", path=str(path), found=cause_of(error)) from error
    missing = [c for c in _NEEDED if c not in table]
    if missing:
        raise SourceError("override_columns", path=str(path), expected=missing, found=list(table.columns))
    # an export puts an apostrophe before text that a spreadsheet would take for a formula
    return table.replace(r"^'(?=[=+\-@\t\r])", "", regex=True)


def overridden(answer: ConflictAnswer, table: pd.DataFrame, path: Path) -> ConflictAnswer:
    """Apply a table of changes.

    Parameters
    ----------
    answer : ConflictAnswer
    table : pandas.DataFrame
        As read; a row without a reason that leaves the answer as it is changes nothing.
    path : pathlib.Path
        For messages.

    Returns
    -------
    ConflictAnswer

    Raises
    ------
    SourceError
        ``override_row_unknown``.
    QuestionError
        ``override_without_reason`` or ``state_unknown``.
    """
    given = answer.rows  # rows are looked up by what the rules found, not by changes made on the way
    for row in records(table):
        same = pd.Series(data=True, index=given.index)
        for key in _KEYS:
            same &= given[key] == row.get(key, given[key])
        if not same.any():
            found = f"{row['zone']} / {row['constraint']}"
            known = [f"{z} / {c}" for z, c in zip(given["zone"], given["constraint"], strict=True)]
            expected = list(dict.fromkeys(known))[:_SHOWN]
            raise SourceError("override_row_unknown", path=str(path), found=found, expected=expected)
        for index in given.index[same]:
            if not row["reason"].strip() and row["state"] == given.loc[index, "state"]:
                continue
            who = {"by": row.get("by", ""), "at": row.get("at", "")}
            answer = override(answer, int(index), state=row["state"], reason=row["reason"], **who)
    return answer
