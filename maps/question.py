"""A conflict question to a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import QuestionError
from layers.kinds import kind
from layers.store import Workspace
from maps.asking import Question, stamp
from maps.drawn_zone import LATER, DrawnZone, drawn_layers, with_drawn_named
from maps.provinces import local_rules
from spatial.conflicts import conflicts
from spatial.override import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers import Version
    from spatial.conflicts import ConflictAnswer

__all__ = ["ConflictQuestion", "answer_question", "choices", "override_row", "periods_in", "zone_constraints"]

_OVERRIDE = "override"


@dataclass(frozen=True)
class ConflictQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    zones, constraints : tuple of (str, int)
        Names and versions of layers.
    on : datetime.date
        Day whose rules hold.
    tolerance_m : float
    drawn : tuple of DrawnZone
        Zones that were drawn, judged beside those of the layers.
    """

    zones: tuple[tuple[str, int], ...]
    constraints: tuple[tuple[str, int], ...]
    on: date
    tolerance_m: float = 0.5
    drawn: tuple[DrawnZone, ...] = field(default=(), metadata=LATER)


def periods_in(versions: list[Version]) -> list[str]:
    """List the plan periods of a workspace by their last year.

    Parameters
    ----------
    versions : list of Version

    Returns
    -------
    list of str
        Years, ascending.
    """
    return sorted({str(v.period.last) for v in versions if v.period})


def choices(versions: list[Version], year: str | None) -> tuple[list[Version], list[Version]]:
    """Offer the layers that speak of a plan period.

    Parameters
    ----------
    versions : list of Version
        Current versions of a workspace.
    year : str or None
        Last year of the period; ``None`` offers everything.

    Returns
    -------
    zones, constraints : list of Version
        Of each kind the layers of that year, else of the last year before, else of the first after;
        and those without a period.
    """
    zones = [v for v in versions if kind(v.kind_name).role == "zone"]
    others = [v for v in versions if kind(v.kind_name).role == "constraint"]
    if year is None:
        return zones, others
    kept = [v for v in zones if v.period is None or v.period.last == _nearest(v.kind_name, int(year), zones)]
    return kept, [
        v for v in others if v.period is None or v.period.last == _nearest(v.kind_name, int(year), others)
    ]


def zone_constraints(zones: list[Version]) -> list[Version]:
    """Offer zones to be checked against one another: two plans may claim the same land.

    Parameters
    ----------
    zones : list of Version
        Layers of zones, from :func:`choices`.

    Returns
    -------
    list of Version
        The same layers (a zone never conflicts with itself); none where there is a single zone.
    """
    return zones if sum(v.rows for v in zones) > 1 else []


def _nearest(kind_name: str, year: int, versions: list[Version]) -> int:
    """The year itself where a layer of the kind has it, else the last before, else the first after."""
    years = sorted({v.period.last for v in versions if v.kind_name == kind_name and v.period})
    return max((y for y in years if y <= year), default=years[0])


def answer_question(
    question: ConflictQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> ConflictAnswer:
    """Answer a question from its workspace, changes on record included.

    Parameters
    ----------
    question : ConflictQuestion
    progress : callable, optional

    Returns
    -------
    ConflictAnswer

    Raises
    ------
    ThoCongError
        As :func:`spatial.conflicts.conflicts` and :meth:`layers.store.Workspace.load`.
    """
    zones = [*question.load(question.zones), *drawn_layers(question.drawn, question.folder)]
    constraints = question.load(question.constraints)
    base = Workspace(question.folder)
    answer = conflicts(
        zones,
        constraints,
        rules=local_rules("conflict_rules", [*zones, *constraints], workspace=base),
        on=question.on,
        tolerance_m=question.tolerance_m,
        progress=progress,
    )
    stamp(answer, question)
    answer = with_drawn_named(answer, question.drawn, question.folder)
    return _with_record(answer, Workspace(question.folder).records(_OVERRIDE), question.key)


def _with_record(answer: ConflictAnswer, records: list[dict[str, Any]], key: str) -> ConflictAnswer:
    for record in records:
        if record["question"] != key:
            continue
        same = (answer.rows["zone"] == record["zone"]) & (answer.rows["constraint"] == record["constraint"])
        same &= answer.rows["rule"] == record["rule"]
        for row in answer.rows.index[same]:
            answer = override(
                answer,
                int(row),
                state=record["state"],
                reason=record["reason"],
                by=record["by"],
                at=record["at"],
            )
    return answer


def override_row(
    question: ConflictQuestion, answer: ConflictAnswer, row: int, *, state: str, reason: str, by: str
) -> ConflictAnswer:
    """Change the state of a row and put the change on record in the workspace.

    Parameters
    ----------
    question : ConflictQuestion
    answer : ConflictAnswer
        Its answer.
    row : int
    state, reason, by : str

    Returns
    -------
    ConflictAnswer

    Raises
    ------
    QuestionError
        ``override_without_name``, ``override_without_reason``, ``state_unknown`` or ``row_unknown``.
    """
    if row not in answer.rows.index:
        raise QuestionError("row_unknown", found=row, expected=len(answer.rows))
    facts = answer.rows.loc[row]
    if not by.strip():
        raise QuestionError("override_without_name", zone=facts["zone"], constraint=facts["constraint"])
    at = datetime.now(UTC).isoformat(timespec="seconds")
    changed = override(answer, row, state=state, reason=reason, by=by, at=at)
    content = {k: str(facts[k]) for k in ("zone", "constraint", "rule", "state_found")}
    Workspace(question.folder).record(
        _OVERRIDE,
        {**content, "question": question.key, "state": state, "reason": reason.strip(), "by": by.strip()},
    )
    return changed
