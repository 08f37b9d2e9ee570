"""The one place that finds reference tables: law, codes, kinds, provinces.

Every table is one CSV in ``data/reference``; every row has a source, a validity and a confidence.
A row that can't be relied on stays in its table and stays visible, but :func:`can_judge` is false
for it, and nothing built on it may give a verdict.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.causes import cause_of
from layers.errors import TableError

if TYPE_CHECKING:
    from datetime import date

__all__ = ["can_judge", "data_dir", "in_force", "names", "table", "version"]

_COLUMNS = ("id", "source", "valid_from", "valid_to", "validity_basis", "confidence")
_FILLED = ("id", "source", "validity_basis", "confidence")
_CAN_JUDGE = frozenset({"verified_primary", "verified_secondary", "two_sources_agree"})
_KNOWN_CONFIDENCE = _CAN_JUDGE | {
    "conflicting",
    "not_found",
    "own",
    "principle",
    "reported",
    "unverified_general_knowledge",
}


def data_dir() -> Path:
    """Find the folder with ``reference`` and ``sample``.

    Returns
    -------
    pathlib.Path
        ``layers/_data`` of an installed wheel, else ``data`` beside the packages.

    Raises
    ------
    TableError
        If neither is there (``data_dir_missing``).
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "_data", here.parent / "data"):
        if (folder / "reference").is_dir():
            return folder
    raise TableError("data_dir_missing", expected=[str(here / "_data"), str(here.parent / "data")])


def names() -> list[str]:
    """List the reference tables.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "conflict_rules" in names()
    True
    """
    return sorted(path.stem for path in (data_dir() / "reference").glob("*.csv"))


def table(name: str) -> pd.DataFrame:
    """Read one reference table.

    Parameters
    ----------
    name : str
        File name without its ending; :func:`names` lists them.

    Returns
    -------
    pandas.DataFrame
        A copy, index ``id``, all columns text, empty cells as ``""``; ``valid_from`` and ``valid_to``
        are ISO days, both inclusive, empty where open.

    Raises
    ------
    TableError
        ``table_missing`` (says which tables exist), ``table_unreadable``, ``table_columns``,
        ``table_cell_empty``, ``table_duplicate_id``, ``table_confidence`` or ``table_day``.

    Examples
    --------
    >>> table("establishment_rules").loc["CCN32-NORES", "clause"]
    'Decree 32/2024 Art. 2.1'
    """
    return _read(data_dir() / "reference" / f"{name}.csv").copy()


@cache
def _read(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise TableError("table_missing", table=path.stem, expected=names())
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise TableError("table_unreadable", table=path.stem, found=cause_of(error)) from error
    if not isinstance(frame.index, pd.RangeIndex):  # pandas makes labels of cells that have no heading
        raise TableError("table_unreadable", table=path.stem, found="more cells than headings")
    _check(frame, path.stem)
    return frame.set_index("id")


def _check(frame: pd.DataFrame, name: str) -> None:
    missing = [column for column in _COLUMNS if column not in frame]
    if missing:
        raise TableError("table_columns", table=name, expected=list(_COLUMNS), missing=missing)
    for column in _FILLED:
        empty = frame.index[frame[column].str.strip() == ""]
        if len(empty):
            raise TableError("table_cell_empty", table=name, column=column, row=int(empty[0]) + 2)
    for column in ("valid_from", "valid_to"):
        wrong = frame.index[~frame[column].str.fullmatch(r"|\d{4}-\d{2}-\d{2}")]
        if len(wrong):
            found = frame.loc[wrong[0], column]
            raise TableError("table_day", table=name, column=column, row=int(wrong[0]) + 2, found=found)
    twice = frame.loc[frame["id"].duplicated(), "id"]
    if len(twice):
        raise TableError("table_duplicate_id", table=name, found=twice.iloc[0])
    unknown = frame.loc[~frame["confidence"].isin(_KNOWN_CONFIDENCE), "confidence"]
    if len(unknown):
        raise TableError(
            "table_confidence", table=name, found=unknown.iloc[0], expected=sorted(_KNOWN_CONFIDENCE)
        )


def can_judge(confidence: str) -> bool:
    """Say whether a row of this confidence may support a verdict.

    Parameters
    ----------
    confidence : str
        The ``confidence`` of a row.

    Returns
    -------
    bool

    Examples
    --------
    >>> can_judge("verified_primary"), can_judge("conflicting"), can_judge("principle")
    (True, False, False)
    """
    return confidence in _CAN_JUDGE


def in_force(rows: pd.DataFrame, on: date) -> pd.DataFrame:
    """Keep the rows that are valid on a day.

    Parameters
    ----------
    rows : pandas.DataFrame
        A reference table or part of one.
    on : datetime.date
        The day; both ends of a validity are inclusive, an empty end is open.

    Returns
    -------
    pandas.DataFrame
        Rows of the input, index kept.

    Examples
    --------
    >>> from datetime import date
    >>> rules = table("establishment_rules")
    >>> "CCN32-MIN" in in_force(rules, date(2026, 9, 14)).index
    True
    >>> "CCN32-MIN" in in_force(rules, date(2026, 9, 15)).index
    False
    """
    day = on.isoformat()
    begun = (rows["valid_from"] == "") | (rows["valid_from"] <= day)
    lasting = (rows["valid_to"] == "") | (rows["valid_to"] >= day)
    return rows[begun & lasting]


def version() -> str:
    """Name the state of all reference tables together.

    Returns
    -------
    str
        First 12 hexadecimal digits of the SHA-256 over all tables: two answers with the same
        rule version were given by the same rules.
    """
    digest = hashlib.sha256()
    for name in names():
        digest.update(name.encode())
        digest.update((data_dir() / "reference" / f"{name}.csv").read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]
