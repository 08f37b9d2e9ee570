"""A question about change of land to a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from layers.crosswalk import Crosswalk
from layers.landuse import LISTS, list_on
from maps.asking import Question, stamp
from spatial.change import change_cells, change_series

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers import Version
    from spatial._change_answer import CellBook
    from spatial.change import ChangeSeries

__all__ = [
    "ChangeQuestion",
    "answer_change",
    "cells_again",
    "first_dates",
    "land_choices",
    "lists_differ",
]

_KINDS: Final = ("land_use", "land_cover")


@dataclass(frozen=True)
class ChangeQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    layers : tuple of (str, int)
        Names and versions, in the order of their dates.
    on : datetime.date
        Day of asking.
    tolerance_m : float
    group : bool
        True by groups of land.
    crosswalk : tuple of (str, str, str)
        Code before, code after and class, where somebody changed the table that comes with the program.
    """

    layers: tuple[tuple[str, int], ...]
    on: date
    tolerance_m: float = 0.5
    group: bool = False
    crosswalk: tuple[tuple[str, str, str], ...] = ()


def land_choices(versions: list[Version]) -> list[Version]:
    """Offer the layers of land by classes, in the order of their dates.

    Parameters
    ----------
    versions : list of Version
        Current versions of a workspace.

    Returns
    -------
    list of Version
        Those without a period last.
    """
    land = [v for v in versions if v.kind_name in _KINDS]
    return sorted(land, key=lambda v: (v.period is None, v.period.last if v.period else 0, v.layer))


def first_dates(offered: list[Version]) -> list[Version]:
    """Choose what is compared at first: the last two states that were surveyed, else the last two.

    Parameters
    ----------
    offered : list of Version
        From :func:`land_choices`.

    Returns
    -------
    list of Version
    """
    surveyed = [v for v in offered if v.period is not None and v.period.stage == "surveyed"]
    return (surveyed if len(surveyed) > 1 else offered)[-2:]


def lists_differ(chosen: list[Version]) -> bool:
    """Say whether layers of land use fall under different lists of codes.

    Parameters
    ----------
    chosen : list of Version

    Returns
    -------
    bool
    """
    from datetime import date as day  # noqa: PLC0415 - the type is needed at run time only here

    periods = [v.period for v in chosen if v.kind_name == "land_use" and v.period is not None]
    return len({list_on(day(p.first, 12, 31)) for p in periods}) == len(LISTS)


def answer_change(
    question: ChangeQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> ChangeSeries:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : ChangeQuestion
    progress : callable, optional

    Returns
    -------
    ChangeSeries

    Raises
    ------
    ThoCongError
        As :func:`spatial.change_series` and :meth:`layers.store.Workspace.load`.
    """
    if progress is not None:
        progress(0, 1, "change")
    facts: dict[str, Any] = {"crosswalk": _walk(question), "tolerance_m": question.tolerance_m}
    series = change_series(question.load(question.layers), **facts)
    if question.group:
        series = series.by_group()
    for one in {id(c): c for c in (series.overall, *series.intervals)}.values():
        one.run["on"] = question.on.isoformat()
        stamp(one, question)
    return series


def cells_again(question: ChangeQuestion, pair: tuple[int, int]) -> CellBook:
    """Make the cells of one of the intervals of a question again, for polygons that its answer doesn't hold.

    Parameters
    ----------
    question : ChangeQuestion
    pair : (int, int)
        Places of two of its layers.

    Returns
    -------
    CellBook
        As of the answer.

    Raises
    ------
    ThoCongError
        As :func:`answer_change`.
    """
    layers = question.load(question.layers)
    return change_cells(layers, pair, crosswalk=_walk(question), group=question.group)


def _walk(question: ChangeQuestion) -> Crosswalk | None:
    if not question.crosswalk:
        return None
    columns = ["code_before", "code_after", "class"]
    return Crosswalk(pd.DataFrame(list(question.crosswalk), columns=columns), "*")
