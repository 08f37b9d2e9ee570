"""Areas of intersections from the edges alone, by numpy: the proof of pieces where nothing is compiled.

The same sum as in ``spatial._areas``, one pair at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._rings import rings_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatial._rings import Floats, Geometries

__all__ = ["proved_areas"]

# pairs of edges in one step, so that a zone of many thousand vertices stays within a few megabytes
_STEP = 200_000


class _Sides(NamedTuple):
    """Edges from left to right; ``sign`` is +1 where the land lies below the edge."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    sign: Floats


def proved_areas(a: Geometries, b: Geometries) -> Floats:
    """Area that each of the aligned pairs of polygons shares (m²)."""
    known: dict[int, _Sides] = {}
    out = np.empty(len(a))
    for k in range(len(a)):
        if id(a[k]) not in known:
            known[id(a[k])] = _sides(a[k])
        out[k] = _shared(known[id(a[k])], _sides(b[k]))
    return out


def _sides(geometry: BaseGeometry) -> _Sides:
    rings = rings_of(np.array([geometry], dtype=object))
    size = np.diff(rings.offset)
    of = np.repeat(np.arange(len(size)), size)[:-1] if len(size) else np.empty(0, dtype=int)
    xy, within = rings.xy, of == np.repeat(np.arange(len(size)), size)[1:]
    start, end, of = xy[:-1][within], xy[1:][within], of[within]
    near = rings.xy[rings.offset[:-1]][of]
    turn = (start - near)[:, 0] * (end - near)[:, 1] - (end - near)[:, 0] * (start - near)[:, 1]
    left = np.where(np.bincount(of, weights=turn, minlength=len(size)) > 0, 1.0, -1.0)
    left[~rings.outer] *= -1
    forward = end[:, 0] > start[:, 0]
    low, high = np.where(forward[:, None], start, end), np.where(forward[:, None], end, start)
    sign = np.where(forward, -left[of], left[of])
    steep = low[:, 0] == high[:, 0]
    return _Sides(*(v[~steep] for v in (low[:, 0], low[:, 1], high[:, 0], high[:, 1], sign)))


def _shared(a: _Sides, b: _Sides) -> float:
    if not len(a.x0) or not len(b.x0):
        return 0.0
    window = [
        max(a.x0.min(), b.x0.min()),
        max(min(s.y0.min(), s.y1.min()) for s in (a, b)),
        min(a.x1.max(), b.x1.max()),
        min(max(s.y0.max(), s.y1.max()) for s in (a, b)),
    ]
    if window[0] >= window[2] or window[1] >= window[3]:
        return 0.0
    one, other = _over(a, window), _over(b, window)
    rows = max(1, _STEP // max(1, len(other[0])))
    return 0.25 * sum(_twice(one[:, k : k + rows], other) for k in range(0, one.shape[1], rows))


def _over(s: _Sides, window: list[float]) -> Floats:
    """Rows left, right, slope, level and sign of the edges over the window, from its corner."""
    x0, y0, x1, y1 = window
    kept = (s.x1 > x0) & (s.x0 < x1) & ((s.y0 >= y0) | (s.y1 >= y0))
    above = (s.y0 >= y1) & (s.y1 >= y1)
    slope = np.where(above, 0.0, (s.y1 - s.y0) / (s.x1 - s.x0))
    level = np.where(above, y1 - y0, (s.y0 - y0) + slope * (x0 - s.x0))
    rows = np.stack([np.maximum(s.x0 - x0, 0.0), np.minimum(s.x1, x1) - x0, slope, level, s.sign])
    return np.asarray(rows[:, kept])


def _twice(a: Floats, b: Floats) -> float:
    left, right = np.maximum(a[0][:, None], b[0]), np.minimum(a[1][:, None], b[1])
    width = np.maximum(right - left, 0.0)
    slope, level = a[2][:, None] - b[2], a[3][:, None] - b[3]
    d0, d1 = level + slope * left, level + slope * right
    size = np.abs(d0) + np.abs(d1) + 1e-300
    apart = size - (np.abs(d0 * d1) - d0 * d1) / size
    both = 2.0 * (a[3][:, None] + b[3]) + (a[2][:, None] + b[2]) * (left + right)
    return float((a[4][:, None] * b[4] * width * (both - apart)).sum())
