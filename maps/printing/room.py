"""Room for text on a map: what stands before others takes its place first, and nothing lies on another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from shapely import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    Box = tuple[float, float, float, float]

__all__ = ["Said", "with_room"]

#: where a name may stand beside its point, in widths and heights of its own
_ASIDE: Final = (
    (0.0, 0.0),
    *((0.0, up) for up in (1.02, -1.02)),
    *((right, 0.0) for right in (1.02, -1.02)),
    *((right, up) for up in (1.02, -1.02) for right in (0.5, -0.5)),
)


@dataclass(frozen=True)
class Said:
    """A text that wants to stand on the map.

    Parameters
    ----------
    text : str
    at : tuple of float
        Where its middle belongs, metres.
    size : tuple of float
        Width and height of it and of what is drawn round it, metres of the ground.
    rank : tuple
        The lowest takes its place first.
    within : tuple of float
        West, south, east, north that it may not leave.
    movable : bool
        Whether it may stand beside its point where there is no room at it.
    home : shapely geometry, optional
        What it names: its middle doesn't leave it, for beside it would name something else.
    how : dict
        How it is written; no matter for its place.
    """

    text: str
    at: tuple[float, float]
    size: tuple[float, float]
    rank: tuple[float, ...]
    within: Box
    movable: bool = True
    home: BaseGeometry | None = field(default=None, compare=False)
    how: dict[str, Any] = field(default_factory=dict, compare=False)


def with_room(said: Iterable[Said]) -> tuple[list[tuple[Said, Box]], list[Said]]:
    """Give each text its place, one after the other.

    Parameters
    ----------
    said : iterable of Said
        In any order.

    Returns
    -------
    placed : list of (Said, tuple of float)
        With the box that each fills: west, south, east, north. No two boxes overlap, and none leaves where it
        has to be.
    left : list of Said
        Those without room.

    Examples
    --------
    >>> frame = (0.0, 0.0, 100.0, 50.0)
    >>> one = Said("Hà Nội", (50.0, 25.0), (30.0, 6.0), (0.0,), frame)
    >>> two = Said("Hà Đông", (52.0, 25.0), (30.0, 6.0), (1.0,), frame)
    >>> placed, left = with_room([two, one])
    >>> [(each.text, box[1]) for each, box in placed]  # the second stands above the first
    [('Hà Nội', 22.0), ('Hà Đông', 28.12)]
    >>> left
    []
    """
    every = sorted(said, key=lambda one: (one.rank, one.text, one.at, one.size))
    taken = np.empty((len(every), 4))
    placed: list[tuple[Said, Box]] = []
    left: list[Said] = []
    for one in every:
        others = taken[: len(placed)]
        box = next((box for box in _boxes(one) if not _overlaps(others, box)), None)
        if box is None:
            left.append(one)
            continue
        taken[len(placed)] = box
        placed.append((one, box))
    return placed, left


def _boxes(one: Said) -> Iterator[Box]:
    """Places that a text may take, the best first; none leaves its frame."""
    (x, y), (wide, tall), (west, south, east, north) = one.at, one.size, one.within
    if wide > east - west or tall > north - south:
        return
    for right, up in _ASIDE if one.movable else _ASIDE[:1]:
        left = min(max(x + (right - 0.5) * wide, west), east - wide)
        low = min(max(y + (up - 0.5) * tall, south), north - tall)
        if one.home is None or one.home.covers(Point(left + wide / 2, low + tall / 2)):
            yield left, low, left + wide, low + tall


def _overlaps(others: np.ndarray, box: Box) -> bool:
    west, south, east, north = box
    apart = (
        (others[:, 2] <= west) | (others[:, 0] >= east) | (others[:, 3] <= south) | (others[:, 1] >= north)
    )
    return not bool(apart.all())
