"""Polygons of one ring whose edges keep well clear of each other: valid without asking GEOS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import GeometryType

from spatial._compiled import kernel
from spatial._edges import edges_of

if TYPE_CHECKING:
    from spatial._edges import Edges
    from spatial._rings import Bools, Floats, Geometries

    _Edge = tuple[float, float, float, float]

__all__ = ["plainly_valid"]

# an edge nearer to another than this, relative to their lengths, is GEOS's to judge
_NEAR = 1e-12


def plainly_valid(geometry: Geometries) -> Bools:
    """Mark polygons of one ring that are plainly simple; the others may be valid too."""
    out = np.zeros(len(geometry), dtype=bool)
    plain = shapely.get_type_id(geometry) == GeometryType.POLYGON
    plain[plain] = shapely.get_num_interior_rings(geometry[plain]) == 0
    kept = np.flatnonzero(plain)
    simple = np.zeros(len(kept), dtype=bool)
    _simple(edges_of(geometry[kept]), simple)
    out[kept] = simple
    return out


@kernel()
def _simple(e: Edges, out: Bools) -> None:
    """Mark polygons of one ring whose edges keep well clear of each other."""
    xy, start, stop, box = e.xy, e.start, e.stop, e.box
    for p in range(len(out)):
        first, last = e.span[e.first[p]], e.span[e.first[p + 1]]
        if e.size[p] < 3 or not _finite(e.bounds, p):  # noqa: PLR2004 - a triangle has three edges
            continue
        clear = _no_folds(xy, start[first], stop[last - 1])
        gap = e.size[p] - 1
        for u in range(first, last):
            x0, y0, x1, y1 = box[u, 0], box[u, 1], box[u, 2], box[u, 3]
            for v in range(u, last):
                if not clear:
                    break
                if box[v, 2] < x0 or box[v, 0] > x1 or box[v, 3] < y0 or box[v, 1] > y1:
                    continue
                other = (box[v, 0], box[v, 1], box[v, 2], box[v, 3])
                clear = _clear(xy, (start[u], stop[u], start[v], stop[v]), other, gap)
        out[p] = clear


@kernel()
def _finite(bounds: Floats, p: int) -> bool:
    return bool(np.isfinite(bounds[p, 0] + bounds[p, 1] + bounds[p, 2] + bounds[p, 3]))


@kernel()
def _no_folds(xy: Floats, first: int, last: int) -> bool:
    """Neither repeated vertices nor an edge that runs back along the one before it."""
    for i in range(first, last):
        k = i + 2 if i + 2 <= last else first + 1
        ux, uy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
        vx, vy = xy[k, 0] - xy[i + 1, 0], xy[k, 1] - xy[i + 1, 1]
        size = (abs(ux) + abs(uy)) * (abs(vx) + abs(vy))
        # not finite is not clear either
        if not (size > 0.0) or (ux * vx + uy * vy < 0.0 and abs(ux * vy - uy * vx) <= _NEAR * size):
            return False
    return True


@kernel()
def _clear(xy: Floats, ends: tuple[int, int, int, int], box: _Edge, gap: int) -> bool:
    """No edge of the first run comes near an edge of the second that is not its neighbour."""
    i0, i1, j0, j1 = ends
    x0, y0, x1, y1 = box
    for i in range(i0, i1):
        left, right = min(xy[i, 0], xy[i + 1, 0]), max(xy[i, 0], xy[i + 1, 0])
        low, high = min(xy[i, 1], xy[i + 1, 1]), max(xy[i, 1], xy[i + 1, 1])
        if left > x1 or right < x0 or low > y1 or high < y0:
            continue
        for j in range(max(j0, i + 2), j1):
            if max(xy[j, 0], xy[j + 1, 0]) < left or min(xy[j, 0], xy[j + 1, 0]) > right or j - i == gap:
                continue
            if max(xy[j, 1], xy[j + 1, 1]) < low or min(xy[j, 1], xy[j + 1, 1]) > high:
                continue
            edge = (xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1])
            if _near(edge, (xy[j, 0], xy[j, 1], xy[j + 1, 0], xy[j + 1, 1])):
                return False
    return True


@kernel()
def _near(p: _Edge, q: _Edge) -> bool:
    """Two edges that cross, touch, or nearly so."""
    px, py, qx, qy = p[2] - p[0], p[3] - p[1], q[2] - q[0], q[3] - q[1]
    near = _NEAR * (abs(px) + abs(py)) * (abs(qx) + abs(qy))
    o1 = px * (q[1] - p[1]) - py * (q[0] - p[0])
    o2 = px * (q[3] - p[1]) - py * (q[2] - p[0])
    o3 = qx * (p[1] - q[1]) - qy * (p[0] - q[0])
    o4 = qx * (p[3] - q[1]) - qy * (p[2] - q[0])
    return not (min(o1, o2) > near or max(o1, o2) < -near or min(o3, o4) > near or max(o3, o4) < -near)
