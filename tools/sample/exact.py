"""Areas of intersections in exact rational arithmetic, from edges alone: no overlay, no floating point.

A polygon is the signed sum of the trapezoids between its edges and the x axis (an edge that runs in
the direction of +x on a clockwise ring counts plus). The product of two such sums is again a sum over
pairs of edges, so that

    area(A ∩ B) = Σ over a of A, b of B of s_a · s_b · ∫ min(y_a(x), y_b(x)) dx

over the x range that both edges share. Coordinates are integers (centimetres), all else is a fraction.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Edge", "area", "common_area", "edges_of"]

# x1 < x2, y at both ends, sign
Edge = tuple[int, int, int, int, int]


def _rings(shape: shapely.Geometry) -> Iterator[tuple[shapely.Geometry, bool]]:
    for polygon in shapely.get_parts(shape):
        yield polygon.exterior, True
        for hole in polygon.interiors:
            yield hole, False


def _double_area(xy: list[list[int]]) -> int:
    """Return twice the signed area of a closed ring: positive when it runs against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(xy))


def edges_of(shape: shapely.Geometry, base: int = 230_000_000) -> list[Edge]:
    """Return the edges of a polygon or multipolygon with their signs.

    Parameters
    ----------
    shape : shapely.Geometry
        Coordinates in metres on the centimetre grid.
    base : int
        Height of the x axis in centimetres; all land lies above it.

    Returns
    -------
    list of Edge
        Vertical edges bound no trapezoid and are left out.
    """
    found: list[Edge] = []
    for ring, outer in _rings(shape):
        xy = np.rint(shapely.get_coordinates(ring) * 100).astype(np.int64).tolist()
        turned = -1 if (_double_area(xy) > 0) == outer else 1
        for (x1, y1), (x2, y2) in pairwise(xy):
            if x1 < x2:
                found.append((x1, x2, y1 - base, y2 - base, turned))
            elif x2 < x1:
                found.append((x2, x1, y2 - base, y1 - base, -turned))
    return found


def area(edges: list[Edge]) -> Fraction:
    """Return the area of a polygon.

    Parameters
    ----------
    edges : list of Edge

    Returns
    -------
    fractions.Fraction
        In square centimetres.
    """
    return Fraction(sum(s * (x2 - x1) * (y1 + y2) for x1, x2, y1, y2, s in edges), 2)


def _height(edge: Edge, x: int) -> Fraction:
    x1, x2, y1, y2, _ = edge
    return Fraction(y1 * (x2 - x1) + (y2 - y1) * (x - x1), x2 - x1)


def _under_both(a: Edge, b: Edge) -> Fraction:
    """Return the integral of the lower of two edges over the x range they share."""
    left, right = max(a[0], b[0]), min(a[1], b[1])
    a_left, a_right, b_left, b_right = (
        _height(a, left),
        _height(a, right),
        _height(b, left),
        _height(b, right),
    )
    width = right - left
    gap_left, gap_right = a_left - b_left, a_right - b_right
    if gap_left <= 0 and gap_right <= 0:
        return (a_left + a_right) * width / 2
    if gap_left >= 0 and gap_right >= 0:
        return (b_left + b_right) * width / 2
    # they cross: the lower one plus the triangle by which the other is lower beyond the crossing
    whole = (b_left + b_right) * width / 2
    below, size = (gap_left, gap_left - gap_right) if gap_left < 0 else (gap_right, gap_right - gap_left)
    return whole + below * width * (below / size) / 2


def common_area(a: list[Edge], b: list[Edge]) -> Fraction:
    """Return the area two polygons have in common.

    Parameters
    ----------
    a, b : list of Edge

    Returns
    -------
    fractions.Fraction
        In square centimetres, exact.
    """
    total = Fraction(0)
    ordered = sorted(b)
    for edge in a:
        for other in ordered:
            if other[0] >= edge[1]:
                break
            if other[1] > edge[0]:
                part = _under_both(edge, other)
                total += part if edge[4] == other[4] else -part
    return total
