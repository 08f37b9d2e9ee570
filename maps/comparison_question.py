"""A question about two versions of a plan to a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.kinds import kind
from maps.asking import Question, stamp
from spatial.compare import compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers import Version
    from spatial.compare import Comparison

__all__ = ["ComparisonQuestion", "answer_comparison", "comparable"]

#: kinds that planners compare first; the others follow in the order of the workspace
_FIRST = ("industrial_cluster", "industrial_park", "industrial_zone", "urban_boundary", "admin_unit")


@dataclass(frozen=True)
class ComparisonQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    before, after : tuple of (str, int)
        Names and versions of two layers.
    on : datetime.date
        Day of the answer.
    tolerance_m : float or None
        ``None`` takes the tolerance that the data suggest.
    """

    before: tuple[str, int]
    after: tuple[str, int]
    on: date
    tolerance_m: float | None = 0.5


def comparable(versions: list[Version]) -> dict[str, list[Version]]:
    """List the kinds of which a workspace has two layers or more.

    Parameters
    ----------
    versions : list of Version
        Current versions of its layers.

    Returns
    -------
    dict of str to list of Version
        Kind to its layers, the earliest period first; land use is left out, its classes have a page of
        their own, and so are kinds without areas.
    """
    found: dict[str, list[Version]] = {}
    for version in versions:
        if kind(version.kind_name).answer_per != "code" and version.kind_name not in ("road", "river"):
            found.setdefault(version.kind_name, []).append(version)
    rank = {name: n for n, name in enumerate(_FIRST)}
    several = sorted((k for k, of in found.items() if len(of) > 1), key=lambda k: rank.get(k, len(rank)))
    return {k: sorted(found[k], key=lambda v: v.period.last if v.period else 0) for k in several}


def answer_comparison(
    question: ComparisonQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> Comparison:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : ComparisonQuestion
    progress : callable, optional

    Returns
    -------
    Comparison

    Raises
    ------
    ThoCongError
        As :func:`spatial.compare.compare` and :meth:`layers.store.Workspace.load`.
    """
    before, after = question.load([question.before, question.after])
    answer = compare(before, after, tolerance_m=question.tolerance_m, on=question.on, progress=progress)
    stamp(answer, question)
    return answer
