"""Arcs as short edges: no edge is farther from its arc than a tolerance, and every corner lies on the arc."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STRAIGHT: Final = 1e-9
_MOST: Final = 4_000


def bulged(
    corners: Sequence[tuple[float, float, float]], *, closed: bool, tolerance: float
) -> list[tuple[float, float]]:
    """Corners of a polyline whose edges may be arcs.

    A bulge is the tangent of a quarter of the angle of the arc that leads to the next corner, positive to the
    left (counter-clockwise).

    Examples
    --------
    >>> half = bulged([(0, 0, 1), (2, 0, 0)], closed=False, tolerance=0.01)
    >>> half[0], half[-1], round(min(y for _, y in half), 6)
    ((0.0, 0.0), (2.0, 0.0), -1.0)
    """
    out = [(float(x), float(y)) for x, y, _ in corners[:1]]
    following = [*corners[1:], *(corners[:1] if closed else [])]
    for (x0, y0, bulge), (x1, y1, _) in zip(corners, following, strict=False):
        if abs(bulge) > _STRAIGHT and (x0, y0) != (x1, y1):
            out += _between((x0, y0), (x1, y1), bulge, tolerance)
        out.append((float(x1), float(y1)))
    return out


def arc(
    center: tuple[float, float], radius: float, angles: tuple[float, float], tolerance: float
) -> list[tuple[float, float]]:
    """Corners of an arc from one angle to another, in radians; clockwise where the second is less.

    Examples
    --------
    >>> len(arc((0, 0), 100, (0, math.pi / 2), 0.01))
    57
    """
    start, end = angles
    steps = _steps(radius, end - start, tolerance)
    turn = (end - start) / steps
    return [
        (center[0] + radius * math.cos(start + i * turn), center[1] + radius * math.sin(start + i * turn))
        for i in range(steps + 1)
    ]


def _steps(radius: float, angle: float, tolerance: float) -> int:
    """How many edges keep the middle of each within the tolerance of the arc; even, at most 4,000."""
    if radius <= tolerance:
        return 8
    widest = 2 * math.acos(1 - tolerance / radius)
    return min(_MOST, 2 * math.ceil(abs(angle) / widest / 2) or 2)


def _between(
    a: tuple[float, float], b: tuple[float, float], bulge: float, tolerance: float
) -> Iterator[tuple[float, float]]:
    """Corners between the ends of one bulged edge."""
    angle = 4 * math.atan(bulge)
    chord = math.dist(a, b)
    radius = chord / (2 * math.sin(abs(angle) / 2))
    # the centre lies on the bisector of the chord, to the left of a turn to the left
    off = chord / 2 / math.tan(angle / 2)
    x = (a[0] + b[0]) / 2 - off * (b[1] - a[1]) / chord
    y = (a[1] + b[1]) / 2 + off * (b[0] - a[0]) / chord
    start = math.atan2(a[1] - y, a[0] - x)
    yield from arc((x, y), radius, (start, start + angle), tolerance)[1:-1]
