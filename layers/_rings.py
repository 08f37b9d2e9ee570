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


def better_order(points: Sequence[tuple[float, float]]) -> tuple[int, int] | None:
    """Two neighbouring corners whose exchange leaves no edges crossing, by their numbers from 1.

    Examples
    --------
    >>> better_order([(0, 0), (10, 10), (10, 0), (0, 10)])
    (2, 3)
    """
    corners: list[tuple[float, float]] = [(x, y) for x, y in _open(points).tolist()]
    for at in range(len(corners) if len(corners) <= _MOST else 0):
        other = (at + 1) % len(corners)
        trial = list(corners)
        trial[at], trial[other] = trial[other], trial[at]
        if not crossing_edges(trial):
            return (min(at, other) + 1, max(at, other) + 1)
    return None


def _open(points: Sequence[tuple[float, float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    corners = np.asarray(points, dtype=float).reshape(-1, 2)
    closed = len(corners) > 1 and bool((corners[0] == corners[-1]).all())
    return corners[:-1] if closed else corners
