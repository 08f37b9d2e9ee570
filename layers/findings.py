"""Findings: what a check saw in a layer, row by row, with what was done about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["Finding", "Ledger", "Level", "count_codes", "worst_level"]

Level = Literal["info", "warn", "block"]
_RANK: dict[str, int] = {"info": 0, "warn": 1, "block": 2}
#: findings of one code that are entered one by one; a column of a million empty cells is one trouble
_EACH: Final = 10_000


@dataclass(frozen=True)
class Finding:
    """One thing that a check saw.

    Parameters
    ----------
    code : str
        Name of the finding, a key of the locale files (``finding.<code>``).
    layer : str
        Name of the layer.
    row : str or None
        Identity of the row in its source, ``None`` for a finding about the whole layer.
    level : {"info", "warn", "block"}
        ``info`` changes nothing, ``warn`` was mended or needs a look, ``block`` means that the row
        or the layer can't be used.
    fields : dict
        Facts of the finding: column, expected, found, ``area_before_m2``, ``area_after_m2``, ...

    Examples
    --------
    >>> Finding("null_geometry", "ccn", "7", "block").row
    '7'
    """

    code: str
    layer: str
    row: str | None = None
    level: Level = "warn"
    fields: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON or a table.

        Returns
        -------
        dict
            Keys ``code, layer, row, level`` and the fields.
        """
        flat = asdict(self)
        return {**{k: flat[k] for k in ("code", "layer", "row", "level")}, **flat["fields"]}


def worst_level(findings: Iterable[Finding]) -> Level | None:
    """Return the gravest level among findings.

    Parameters
    ----------
    findings : iterable of Finding

    Returns
    -------
    {"info", "warn", "block"} or None
        ``None`` where there are no findings.

    Examples
    --------
    >>> worst_level([Finding("a", "x", level="info"), Finding("b", "x", level="block")])
    'block'
    """
    return max((f.level for f in findings), key=_RANK.__getitem__, default=None)


def count_codes(findings: Iterable[Finding]) -> dict[str, int]:
    """Count findings by code.

    Parameters
    ----------
    findings : iterable of Finding

    Returns
    -------
    dict of str to int
        Code to number of findings, the most frequent first.
    """
    return dict(Counter(f.code for f in findings).most_common())


class Ledger:
    """Book of one reading: every finding, and every row set aside with the reason.

    Nothing leaves a layer without an entry here, so rows used and rows set aside add up to rows read.
    Of one code the first 10,000 findings are entered one by one, the others counted in one finding
    ``findings_more``; the list of rows set aside is always whole.

    Parameters
    ----------
    layer : str
        Name of the layer the entries speak of.

    Examples
    --------
    >>> ledger = Ledger("ccn")
    >>> ledger.set_aside([3], "null_geometry")
    >>> ledger.aside
    {3: 'null_geometry'}
    >>> ledger.findings[0].level
    'block'
    """

    def __init__(self, layer: str) -> None:
        self.layer = layer
        self.findings: list[Finding] = []
        self.aside: dict[Hashable, str] = {}
        self._counts: Counter[str] = Counter()
        self._more: dict[str, Finding] = {}

    def find(self, code: str, row: Hashable | None = None, level: Level = "warn", **fields: Any) -> None:
        """Enter a finding.

        Parameters
        ----------
        code : str
        row : hashable, optional
            Index label of the row.
        level : {"info", "warn", "block"}
        **fields
            Facts of the finding.
        """
        self._counts[code] += 1
        if self._counts[code] > _EACH:
            self._count_more(code, level, fields)
            return
        self.findings.append(Finding(code, self.layer, None if row is None else str(row), level, fields))

    def _count_more(self, code: str, level: Level, fields: dict[str, Any]) -> None:
        if code not in self._more:
            self._more[code] = Finding("findings_more", self.layer, None, level, {"of": code, "count": 0})
            self.findings.append(self._more[code])
        told = self._more[code].fields
        told["count"] += 1
        if "area_after_m2" in fields:
            told["moved_m2"] = told.get("moved_m2", 0.0) + abs(
                fields["area_after_m2"] - fields["area_before_m2"]
            )

    def set_aside(self, rows: Iterable[Hashable], code: str, level: Level = "block", **fields: Any) -> None:
        """Enter rows that can't be used; a row that was set aside before keeps its first reason.

        Parameters
        ----------
        rows : iterable of hashable
            Index labels.
        code : str
        level : {"info", "warn", "block"}
        **fields
            Facts of the finding.
        """
        for row in rows:
            if row not in self.aside:
                self.aside[row] = code
                self.find(code, row, level, **fields)

    def aside_frame(self) -> pd.DataFrame:
        """List the rows set aside.

        Returns
        -------
        pandas.DataFrame
            Columns ``row`` and ``code``.
        """
        return pd.DataFrame({"row": list(self.aside), "code": list(self.aside.values())})
