"""A question about absorbed land to a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.kinds import kind
from maps.asking import Question, stamp
from spatial.absorption import INDUSTRIAL, AbsorptionQuestion, absorption

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers import Version
    from spatial.absorption import Absorption

__all__ = ["AbsorptionAsked", "AbsorptionChoices", "absorption_choices", "answer_absorption", "subject_codes"]

_LAND = "land_use"
_UNITS = "admin_unit"
_SURVEYED = ("surveyed", "unknown")
_SUBJECTS = {"planned": (), "industrial": INDUSTRIAL, "within": ()}


@dataclass(frozen=True)
class AbsorptionAsked(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    series, zones, units, within : tuple of (str, int)
        Names and versions of layers; of units and of the land given one at most.
    about : AbsorptionQuestion
    """

    series: tuple[tuple[str, int], ...]
    zones: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    within: tuple[tuple[str, int], ...]
    about: AbsorptionQuestion


@dataclass(frozen=True)
class AbsorptionChoices:
    """Layers of a workspace that a question about absorbed land can take.

    Parameters
    ----------
    series : list of Version
        Land use with a period, oldest first.
    surveyed : list of Version
        Those of them that are no plan.
    zones, units, areas : list of Version
        The newest units first; ``areas`` is anything that land could be given by.
    """

    series: list[Version]
    surveyed: list[Version]
    zones: list[Version]
    units: list[Version]
    areas: list[Version]


def absorption_choices(versions: list[Version]) -> AbsorptionChoices:
    """Offer the layers of a workspace.

    Parameters
    ----------
    versions : list of Version
        Current versions.

    Returns
    -------
    AbsorptionChoices
    """
    dated = [v for v in versions if v.kind_name == _LAND and v.period is not None]
    series = sorted(dated, key=lambda v: v.period.last if v.period else 0)
    units = [v for v in versions if v.kind_name == _UNITS]
    return AbsorptionChoices(
        series=series,
        surveyed=[v for v in series if v.period is not None and v.period.stage in _SURVEYED],
        zones=[v for v in versions if kind(v.kind_name).role == "zone"],
        units=sorted(units, key=lambda v: -(v.period.last if v.period else 0)),
        areas=[v for v in versions if kind(v.kind_name).geometry == "polygon" and v.kind_name != _LAND],
    )


def subject_codes(subject: str) -> tuple[str, ...]:
    """Return the codes that a choice of land to follow stands for.

    Parameters
    ----------
    subject : {"planned", "industrial", "within"}

    Returns
    -------
    tuple of str
        Empty for all land that isn't housing.

    Examples
    --------
    >>> subject_codes("planned"), subject_codes("industrial")[:2]
    ((), ('SCC', 'SKK'))
    """
    return tuple(_SUBJECTS[subject])


def answer_absorption(
    question: AbsorptionAsked, *, progress: Callable[[int, int, str], None] | None = None
) -> Absorption:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : AbsorptionAsked
    progress : callable, optional

    Returns
    -------
    Absorption

    Raises
    ------
    ThoCongError
        As :func:`spatial.absorption.absorption` and :meth:`layers.store.Workspace.load`.
    """
    units, within = question.load(question.units), question.load(question.within)
    answer = absorption(
        question.load(question.series),
        question.about,
        zones=question.load(question.zones),
        units=units[0] if units else None,
        within=within[0] if within else None,
        progress=progress,
    )
    stamp(answer, question)
    return answer
