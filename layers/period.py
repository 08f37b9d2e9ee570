"""Plan periods: the year or years a layer speaks of, and how binding it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

from layers.errors import QuestionError

__all__ = ["Period", "Stage", "parse_period"]

Stage = Literal["surveyed", "approved", "proposed", "unknown"]


@dataclass(frozen=True, order=True)
class Period:
    """The years of a layer and its stage.

    Parameters
    ----------
    first, last : int
        First and last year, both inclusive; equal for a state surveyed in one year.
    stage : {"surveyed", "approved", "proposed", "unknown"}
        Surveyed state, approved plan, proposed plan.

    Examples
    --------
    >>> str(Period(2021, 2030, "approved"))
    '2021-2030'
    """

    first: int
    last: int
    stage: Stage = "unknown"

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins or a stage that doesn't exist."""
        if self.first > self.last:
            raise QuestionError("period_backwards", found=f"{self.first}-{self.last}")
        if self.stage not in get_args(Stage):
            raise QuestionError("stage_unknown", found=self.stage, expected=list(get_args(Stage)))

    def __str__(self) -> str:
        """Years without the stage: ``2020`` or ``2021-2030``."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def parse_period(text: str) -> Period:
    """Read a period as the terminal takes it.

    Parameters
    ----------
    text : str
        ``YEAR``, ``YEAR-YEAR``, each with an optional ``:stage``.

    Returns
    -------
    Period

    Raises
    ------
    QuestionError
        ``period_unreadable``, ``period_backwards`` or ``stage_unknown``.

    Examples
    --------
    >>> parse_period("2021-2030:approved")
    Period(first=2021, last=2030, stage='approved')
    >>> parse_period("2020").stage
    'unknown'
    """
    found = re.fullmatch(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?(?::(\w+))?", text.strip())
    if not found:
        raise QuestionError("period_unreadable", found=text, expected="2025, 2021-2030, 2021-2030:approved")
    first, last, stage = found.groups()
    return Period(int(first), int(last or first), cast("Stage", stage or "unknown"))
