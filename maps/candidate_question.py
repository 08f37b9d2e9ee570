"""A search for sites asked of a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from layers import reference
from maps.asking import Question, stamp
from maps.criteria import named_criterion
from maps.question import choices
from spatial.candidates import candidates
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers import Version
    from spatial.candidates import CandidateAnswer

__all__ = ["CandidateQuestion", "SearchLayers", "answer_candidates", "search_layers"]

_CONTEXT: Final = ("road", "craft_village")
#: kinds that a new zone keeps clear of as a rule; the others wait in the list
_AVOIDED: Final = (
    *("land_use", "residential", "river", "green_belt", "protected", "relic", "cemetery", "dike", "dam"),
    *("canal", "industrial_park", "industrial_cluster", "high_tech_zone", "economic_zone", "school"),
)
#: criteria on offer from the start where the workspace has their layer
_USUAL: Final = ("main_road", "craft_village", "existing_zone", "housing", "rice_land")


@dataclass(frozen=True)
class CandidateQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    area : (str, int)
        Layer of units, name and version.
    units : tuple of str
        Names of the units to search; all where empty.
    constraints, others : tuple of (str, int)
        Layers to keep clear of, and layers only asked about.
    criteria : tuple of (str, str, int, float, str)
        Name, layer, version, weight, value function.
    zone_kind : str
    craft_village : bool
    on : datetime.date
    min_ha, max_ha, cell_m, min_width_m, road_reach_m : float
    count, seed : int
    allow, avoid : tuple of str
    """

    area: tuple[str, int]
    units: tuple[str, ...]
    constraints: tuple[tuple[str, int], ...]
    others: tuple[tuple[str, int], ...]
    criteria: tuple[tuple[str, str, int, float, str], ...]
    zone_kind: str
    on: date
    min_ha: float
    max_ha: float
    craft_village: bool = False
    cell_m: float = 20.0
    min_width_m: float = 100.0
    road_reach_m: float = 500.0
    count: int = 10
    seed: int = 0
    allow: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchLayers:
    """Layers that a search is offered.

    Parameters
    ----------
    areas, constraints, chosen, others : list of Version
        Units; layers to keep clear of; those of them chosen at first; layers only asked about.
    criteria : dict of str to Version
        Name of a criterion to the layer that it is measured on.
    usual : tuple of str
        Criteria chosen at first.
    """

    areas: list[Version]
    constraints: list[Version]
    chosen: list[Version]
    others: list[Version]
    criteria: dict[str, Version]
    usual: tuple[str, ...]


def search_layers(versions: list[Version], year: str | None) -> SearchLayers:
    """Offer the layers of a workspace for a search.

    Parameters
    ----------
    versions : list of Version
    year : str or None
        Last year of the plan period.

    Returns
    -------
    SearchLayers
        Units of the latest period first.
    """
    units = [v for v in versions if v.kind_name == "admin_unit"]
    units.sort(key=lambda v: -(v.period.last if v.period else 0))
    zones, constraints = choices(versions, year)
    every = [*constraints, *zones]
    table = reference.table("criteria")
    criteria = {}
    for name, kinds in table["kinds"].items():
        fitting = [v for kind in str(kinds).split() for v in every if v.kind_name == kind]
        if fitting:
            criteria[str(name)] = fitting[0]
    chosen = [v for v in every if v.kind_name in _AVOIDED]
    others = [v for v in every if v.kind_name in _CONTEXT]
    return SearchLayers(units, every, chosen, others, criteria, tuple(n for n in _USUAL if n in criteria))


def answer_candidates(
    question: CandidateQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> CandidateAnswer:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : CandidateQuestion
    progress : callable, optional

    Returns
    -------
    CandidateAnswer

    Raises
    ------
    ThoCongError
        As :func:`spatial.candidates.candidates` and :meth:`layers.store.Workspace.load`.
    """
    (area,) = question.load([question.area])
    if question.units:
        area = area.with_frame(area.frame[area.frame["name"].isin(question.units)])
    criteria, findings = [], []
    for name, layer, version, weight, function in question.criteria:
        (source,) = question.load([(layer, version)])
        made, found = named_criterion(name, source, weight=weight, function=function)
        criteria.append(made)
        findings += found
    asked = ExclusionQuestion(
        question.zone_kind,
        question.on,
        reference.table("conflict_rules"),
        reference.table("safety_distances"),
        allow=question.allow,
        avoid=question.avoid,
    )
    figures = ("cell_m", "min_width_m", "road_reach_m", "count", "seed", "craft_village")
    wanted = SiteQuestion(
        asked, question.min_ha, question.max_ha, **{name: getattr(question, name) for name in figures}
    )
    answer = candidates(
        area,
        question.load(question.constraints),
        criteria,
        question=wanted,
        others=question.load(question.others),
        progress=progress,
    )
    stamp(answer, question)
    return answer
