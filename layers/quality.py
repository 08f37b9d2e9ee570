"""The quality report of a reading: rows in, used, set aside and repaired, by code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.findings import Finding
    from layers.read import Reading
    from layers.verdict import Verdict

__all__ = ["Quality", "plain_report", "quality_of"]

#: findings that changed a row
_REPAIRS: Final = ("geometry_repaired", "collection_reduced", "line_closed_to_polygon")
#: findings that say how many rows mending within a tolerance changed, and how much land moved
_MENDED: Final = ("spikes_removed", "coverage_mended")
_HA: Final = 10_000.0


@dataclass(frozen=True)
class Quality:
    """What became of the rows of a file.

    Parameters
    ----------
    rows_read, rows_used, rows_set_aside, rows_repaired : int
        ``rows_read == rows_used + rows_set_aside``; rows repaired are among those used.
    aside : dict of str to int
        Rows set aside, by code.
    repaired : dict of str to int
        Rows repaired on reading, by code.
    mended : dict of str to int
        Rows changed by mending within a tolerance, by code.
    codes : pandas.DataFrame
        Columns ``code, level, count``: every finding, the gravest first.
    moved_m2 : float
        Area that repairs changed, summed without sign.
    columns : pandas.DataFrame
        Columns ``column, filled, values``: how many rows have a value, and how many values there are.
    """

    rows_read: int
    rows_used: int
    rows_set_aside: int
    rows_repaired: int
    aside: dict[str, int]
    repaired: dict[str, int]
    mended: dict[str, int]
    codes: pd.DataFrame
    moved_m2: float
    columns: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON.

        Returns
        -------
        dict
        """
        return {
            "rows_read": self.rows_read,
            "rows_used": self.rows_used,
            "rows_set_aside": self.rows_set_aside,
            "rows_repaired": self.rows_repaired,
            "set_aside_by_code": self.aside,
            "repaired_by_code": self.repaired,
            "mended_by_code": self.mended,
            "repaired_area_m2": self.moved_m2,
            "findings_by_code": self.codes.to_dict("records"),
            "columns": self.columns.to_dict("records"),
        }


def quality_of(reading: Reading, findings: Sequence[Finding] | None = None) -> Quality:
    """Count what became of the rows of a file.

    Parameters
    ----------
    reading : Reading
    findings : sequence of Finding, optional
        Default those of the reading; with others that were found since.

    Returns
    -------
    Quality
    """
    book = list(reading.findings if findings is None else findings)
    counted: Counter[tuple[str, str]] = Counter()
    for finding in book:
        counted[_code(finding), finding.level] += _times(finding)
    rank = {"block": 0, "warn": 1, "info": 2}
    rows = sorted(counted.items(), key=lambda c: (rank[c[0][1]], -c[1], c[0][0]))
    codes = pd.DataFrame([(*key, n) for key, n in rows], columns=["code", "level", "count"])
    aside = {str(row) for row in reading.set_aside["row"]}
    # a row that was repaired and set aside all the same is one of those set aside
    repairs = [f for f in book if _code(f) in _REPAIRS and str(f.row) not in aside]
    rows_repaired = len({f.row for f in repairs if f.row is not None})
    rows_repaired += sum(_times(f) for f in repairs if f.row is None)
    frame = reading.layer.frame
    plain = [c for c in frame.columns if c != frame.geometry.name]
    columns = [
        (str(c), int(frame[c].notna().sum()), int(frame[c].dropna().astype(str).nunique())) for c in plain
    ]
    return Quality(
        reading.rows_read,
        reading.rows_used,
        len(reading.set_aside),
        min(rows_repaired, reading.rows_used),
        dict(Counter(reading.set_aside["code"].tolist()).most_common()),
        _summed(repairs),
        _summed([f for f in book if f.code in _MENDED]),
        codes,
        float(sum(_moved_m2(f) for f in book)),
        pd.DataFrame(columns, columns=["column", "filled", "values"]),
    )


def _code(finding: Finding) -> str:
    return str(finding.fields["of"]) if finding.code == "findings_more" else finding.code


def _times(finding: Finding) -> int:
    """How many findings one stands for."""
    return int(finding.fields["count"]) if finding.code == "findings_more" else 1


def _summed(findings: Sequence[Finding]) -> dict[str, int]:
    """Rows by code; a finding about the layer says how many it speaks of."""
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[_code(finding)] += int(finding.fields["count"]) if finding.row is None else 1
    return dict(counts.most_common())


def _moved_m2(finding: Finding) -> float:
    told = finding.fields
    if finding.code in _MENDED:
        return float(told["area_ha"]) * _HA
    if "area_after_m2" in told:
        return abs(float(told["area_after_m2"]) - float(told["area_before_m2"]))
    return float(told.get("moved_m2", 0.0)) if finding.code == "findings_more" else 0.0


def plain_report(quality: Quality, verdict: Verdict | None) -> dict[str, Any]:
    """Give a report as plain values, to be kept on the record of a workspace.

    Parameters
    ----------
    quality : Quality
    verdict : Verdict or None

    Returns
    -------
    dict
    """
    return {**quality.as_dict(), "crs_verdict": verdict.as_dict() if verdict else None}
