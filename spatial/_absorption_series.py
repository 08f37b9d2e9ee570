"""Which layers of a series are observations, in which order, and what must be said about the others."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from layers.errors import QuestionError
from layers.findings import Finding
from spatial._absorption_question import DatedRaster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.layer import Layer
    from spatial._absorption_question import AbsorptionQuestion

__all__ = ["observed", "year_of"]

_DATES: Final = 2
_PLANS: Final = ("approved", "proposed")


def year_of(state: Layer | DatedRaster) -> int:
    """Year a state speaks of: the last one of a range, when its survey was done."""
    if state.period is None:
        raise QuestionError("series_without_period", layer=state.name, expected="2025=FILE")
    return state.period.last


def observed(
    series: Sequence[Layer | DatedRaster], question: AbsorptionQuestion
) -> tuple[list[Layer | DatedRaster], list[Finding]]:
    """Return the states that were observed, oldest first, and findings about the others."""
    kinds = {isinstance(state, DatedRaster) for state in series}
    if len(kinds) > 1:
        raise QuestionError("series_mixed", found=[state.name for state in series])
    findings: list[Finding] = []
    kept = [state for state in series if _counts(state, question, findings)]
    kept.sort(key=year_of)
    if len(kept) < _DATES:
        found = [f"{state.name} ({state.period})" for state in kept]
        raise QuestionError("series_too_short", found=found, expected=_DATES)
    for one, other in pairwise(kept):
        if year_of(one) == year_of(other):
            raise QuestionError("series_same_year", layer=other.name, other=one.name, found=str(year_of(one)))
    return kept, findings


def _counts(state: Layer | DatedRaster, question: AbsorptionQuestion, findings: list[Finding]) -> bool:
    """Say whether a state is an observation; a plan or a year to come isn't, unless the caller says so."""
    year = year_of(state)
    assert state.period is not None  # year_of has looked
    stage, fields = state.period.stage, {"period": str(state.period), "stage": state.period.stage}
    if stage in _PLANS or year > question.on.year:
        code = "series_plan_counted" if question.plans_count else "series_not_observed"
        findings.append(Finding(code, state.name, None, "warn", {**fields, "on": question.on.isoformat()}))
        return question.plans_count
    if stage == "unknown":
        findings.append(Finding("series_stage_unknown", state.name, None, "info", fields))
    if state.period.first != state.period.last:
        findings.append(
            Finding("series_range_dated", state.name, None, "info", {**fields, "found": str(year)})
        )
    return True
