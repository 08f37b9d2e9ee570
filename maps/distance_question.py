"""A question about distances to a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from layers import Workspace, reference
from layers.kinds import kind
from maps.asking import Question, stamp
from maps.drawn_zone import LATER, DrawnZone, drawn_layers, with_drawn_named
from maps.provinces import local_rules
from maps.question import choices
from spatial.distances import safety_distances

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers import Version
    from spatial.distances import DistanceAnswer

__all__ = ["DistanceQuestion", "answer_distances", "distance_choices", "rule_choices"]

_FACILITIES = ("wastewater_facility", "waste_facility", "cemetery")


@dataclass(frozen=True)
class DistanceQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    sources, targets : tuple of (str, int)
        Names and versions of layers.
    on : datetime.date
        Day whose rules hold.
    rules : tuple of str
        Rows of the distance table that somebody chose.
    drawn : tuple of DrawnZone
        Zones that were drawn, measured from like the sources.
    """

    sources: tuple[tuple[str, int], ...]
    targets: tuple[tuple[str, int], ...]
    on: date
    rules: tuple[str, ...] = ()
    drawn: tuple[DrawnZone, ...] = field(default=(), metadata=LATER)


def distance_choices(versions: list[Version], year: str | None) -> tuple[list[Version], list[Version]]:
    """Offer the layers that can be measured from and to.

    Parameters
    ----------
    versions : list of Version
        Current versions of a workspace.
    year : str or None
        Last year of the plan period; ``None`` offers everything.

    Returns
    -------
    sources, targets : list of Version
        Zones and facilities first among the sources; land use is no target, it lies everywhere.
    """
    zones, others = choices(versions, year)
    things = [v for v in others if kind(v.kind_name).coverage == "sparse"]
    facilities = [v for v in things if v.kind_name in _FACILITIES]
    return [*facilities, *zones, *(v for v in things if v not in facilities)], [*things, *zones]


def rule_choices(kinds: set[str]) -> list[str]:
    """List the rows of the distance table that may be chosen for layers of some kinds.

    Parameters
    ----------
    kinds : set of str

    Returns
    -------
    list of str
        Ids, in the order of the table: rows with a figure that belong to one of the kinds, claims and
        gaps left out.

    Examples
    --------
    >>> rule_choices({"power_line"})[0], "IZ-500-CLAIM" in rule_choices({"industrial_cluster"})
    ('PWR-22-INS', False)
    """
    table = reference.table("safety_distances").join(
        reference.table("distance_targets")[["kinds", "enters"]], how="inner"
    )
    usable = (table["enters"] != "never") & (table["distance_m"] != "")
    usable &= ~table["force"].isin(("gap", "do_not_use"))
    mine = table["kinds"].map(lambda text: bool(kinds & set(text.split())))
    return [str(key) for key in table.index[usable & mine]]


def answer_distances(
    question: DistanceQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> DistanceAnswer:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : DistanceQuestion
    progress : callable, optional

    Returns
    -------
    DistanceAnswer

    Raises
    ------
    ThoCongError
        As :func:`spatial.distances.safety_distances` and :meth:`layers.store.Workspace.load`.
    """
    sources = [*question.load(question.sources), *drawn_layers(question.drawn, question.folder)]
    targets = question.load(question.targets)
    base = Workspace(question.folder)
    answer = safety_distances(
        sources,
        targets,
        table=local_rules("safety_distances", [*sources, *targets], workspace=base),
        on=question.on,
        choose={"*": question.rules} if question.rules else None,
        progress=progress,
    )
    stamp(answer, question)
    return with_drawn_named(answer, question.drawn, question.folder)
