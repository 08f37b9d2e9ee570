"""Findings put together: a person reads a sentence once, however many rows it speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers import Finding

__all__ = ["Group", "grouped", "once"]

# the reader lists the columns of the file, the analysis those it was given
_SEEN_TWICE: Final = "column_missing"


@dataclass
class Group:
    """Findings that say the same of several rows.

    Parameters
    ----------
    first : Finding
    others : list of Finding
        Those of the other rows.
    uncounted : int
        Rows beyond those that were entered one by one.
    """

    first: Finding
    others: list[Finding] = field(default_factory=list)
    uncounted: int = 0

    @property
    def rows(self) -> list[str]:
        """The other rows."""
        return [str(one.row) for one in self.others]

    @property
    def count(self) -> int:
        """Number of rows besides the first."""
        return len(self.others) + self.uncounted


def grouped(findings: Iterable[Finding], *, advice: Callable[[Finding], str] | None = None) -> list[Group]:
    """Put findings together that say the same of one layer; a person reads a sentence once.

    Parameters
    ----------
    findings : iterable of Finding
    advice : callable, optional
        What to do about a finding: rows with other advice stay apart.

    Returns
    -------
    list of Group
        In the order of their first findings; what is said twice of a whole layer is there once.
    """
    groups: dict[tuple[str, ...], Group] = {}
    longest: dict[tuple[str, str], Group] = {}
    for finding in findings:
        more = longest.get((finding.layer, str(finding.fields.get("of"))))
        if finding.code == "findings_more" and more is not None:
            more.uncounted += int(finding.fields["count"])
            continue
        todo = advice(finding) if advice else ""
        key = (*_kind(finding), todo, *(_facts(finding) if finding.row is None else []))
        group = groups.setdefault(key, Group(finding))
        longest[finding.layer, finding.code] = group
        if group.first is not finding and finding.row is not None:
            group.others.append(finding)
    return list(groups.values())


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out what was said of a whole layer before: the reader and the analysis see the same trouble.

    Parameters
    ----------
    findings : iterable of Finding

    Returns
    -------
    list of Finding
    """
    kept: dict[tuple[object, ...], Finding] = {}
    for n, finding in enumerate(findings):
        whole = (*_kind(finding), *_facts(finding))
        if finding.code == _SEEN_TWICE:
            whole = (finding.layer, finding.code, str(finding.fields.get("column", "")))
        kept.setdefault(whole if finding.row is None else (n,), finding)
    return list(kept.values())


def _kind(finding: Finding) -> tuple[str, ...]:
    return finding.layer, finding.code, finding.level, str(finding.fields.get("column", ""))


def _facts(finding: Finding) -> list[str]:
    """What is said of a whole layer: two provinces that are contradicted are two findings."""
    return sorted(map(str, finding.fields.items()))
