"""Corners of a ring in the wrong order, told by the edges that cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 400


def crossing_edges(points: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Pairs of edges that cross, each edge by the number of its first corner, from 1.

    Examples
    --------
    >>> crossing_edges([(0, 0), (10, 10), (10, 0), (0, 10)])
    [(1, 3)]
    """
    corners = _open(points)
    if not 3 < len(corners) <= _MOST:  # noqa: PLR2004 - three corners can't cross
        return []
    edges: Any = shapely.linestrings(np.stack([corners, np.roll(corners, -1, axis=0)], axis=1))
    left, right = shapely.STRtree(edges).query(edges, predicate="crosses")
    return sorted({(int(a) + 1, int(b) + 1) for a, b in zip(left, right, strict=True) if a < b})


def named_crossings(points: Sequence[tuple[float, float]]) -> list[str]:
    """Pairs of edges that cross, each edge by its two corners; the last edge ends at the first corner.

    Examples
    --------
    >>> named_crossings([(0, 10), (0, 0), (10, 10), (10, 0)])
    ['2–3 × 4–1']
    """
    count = len(_open(points))
    pairs = crossing_edges(points)
    return [" × ".join(f"{edge}–{edge % count + 1}" for edge in pair) for pair in pairs]


def mending_exchanges(points: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Pairs of neighbouring corners whose exchange leaves no edges crossing, by their numbers from 1.

    Of exchanges that give one shape only the first is named.

    Examples
    --------
    >>> mending_exchanges([(0, 0), (10, 10), (10, 0), (0, 10)])
    [(2, 3)]
    """
    count, crossed = corner_count(points), crossing_edges(points)
    found: dict[bytes, tuple[int, int]] = {}
    for at in range(1, count + 1 if crossed else 0):
        other = at % count + 1
        moved = {(at - 2) % count + 1, at, other}  # edges by their first corners
        if any(moved.isdisjoint(pair) for pair in crossed):
            continue
        pair = (min(at, other), max(at, other))
        trial = exchanged(points, pair)
        if not crossing_edges(trial):
            shape: Any = shapely.normalize(shapely.polygons(trial))
            found.setdefault(shapely.to_wkb(shape), pair)
    return list(found.values())


def exchanged(points: Sequence[tuple[float, float]], pair: tuple[int, int]) -> list[tuple[float, float]]:
    """Exchange two corners of a ring, by their numbers from 1; a ring that comes back still does.

    Examples
    --------
    >>> exchanged([(0, 0), (9, 9), (9, 0), (0, 0)], (1, 2))
    [(9.0, 9.0), (0.0, 0.0), (9.0, 0.0), (9.0, 9.0)]
    """
    corners = [(x, y) for x, y in _open(points).tolist()]
    first, second = (at - 1 for at in pair)
    corners[first], corners[second] = corners[second], corners[first]
    return corners if len(corners) == len(points) else [*corners, corners[0]]


def corner_count(points: Sequence[tuple[float, float]]) -> int:
    """Count the corners of a ring, the one it comes back to once.

    Examples
    --------
    >>> corner_count([(0, 0), (9, 9), (9, 0), (0, 0)])
    3
    """
    return len(_open(points))


def _open(points: Sequence[tuple[float, float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    corners = np.asarray(points, dtype=float).reshape(-1, 2)
    closed = len(corners) > 1 and bool((corners[0] == corners[-1]).all())
    return corners[:-1] if closed else corners
