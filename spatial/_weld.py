"""Vertices of one layer moved onto those of another that lie within a tolerance.

A border drawn twice a few centimetres apart becomes one border again, and slivers between the two go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from spatial import _compiled
from spatial._compiled import kernel

if TYPE_CHECKING:
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["welded"]

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xC2B2AE3D27D4EB4F)
_DOWN = np.uint64(20)

# vertices that a tree finds in the time that loading compiled code costs for one pair of polygons
_VERTICES = 20


class _Cells(NamedTuple):
    """Vertices in a hash of square cells twice as wide as the tolerance; -1 ends a chain."""

    xy: Floats
    head: Ints
    following: Ints
    origin: Floats  # x, y and one over the width of a cell


def welded(target: Geometries, other: Geometries, *, tolerance_m: float) -> tuple[Geometries, Bools]:
    """Move each vertex of ``other`` onto the nearest of ``target`` within the tolerance.

    The nearest is chosen by place alone, so a vertex that neighbours share stays shared, and one that lies on
    a vertex of ``target`` stays where it is. Where a polygon would become invalid its vertices stay, those
    that its neighbours share with it too. Vertices that fall together become one.

    Parameters
    ----------
    target, other : arrays of polygons and multipolygons
        Valid, in metres.
    tolerance_m : float
        Above 0; no vertex moves farther.

    Returns
    -------
    tuple
        The polygons, and which of them were moved.
    """
    out, changed = other.copy(), np.zeros(len(other), dtype=bool)
    xy, mine = shapely.get_coordinates(target), shapely.get_coordinates(other)
    if not len(xy) or not len(mine):
        return out, changed
    there = _nearest(xy, mine, tolerance_m)
    moved = (there != mine).any(axis=1)
    owner = np.repeat(np.arange(len(other)), shapely.get_num_coordinates(other))
    place = mine.view(np.complex128).ravel()  # one number a vertex
    remade = np.unique(owner[moved])
    while len(remade):
        out[remade] = _with_vertices(other[remade], np.where(moved[:, None], there, mine), owner, remade)
        broken = np.zeros(len(other), dtype=bool)
        broken[remade[~_valid(out[remade])]] = True
        stays = moved & broken[owner]
        stays[moved] = np.isin(place[moved], place[stays])
        moved &= ~stays
        remade = np.unique(owner[stays])
    changed[owner[moved]] = True
    out[changed] = shapely.remove_repeated_points(out[changed], 0.0)
    out[~changed] = other[~changed]
    return out, changed


def _with_vertices(polygons: Geometries, xy: Floats, owner: Ints, chosen: Ints) -> Geometries:
    """Those polygons, chosen among the owners of the vertices, with the vertices given."""
    mine = np.zeros(owner[-1] + 1, dtype=bool)
    mine[chosen] = True
    return np.asarray(shapely.set_coordinates(polygons.copy(), xy[mine[owner]]))


def _valid(polygons: Geometries) -> Bools:
    if _compiled.worth_compiling(len(polygons)):
        from spatial._validity import valid  # noqa: PLC0415 - compiled code is loaded when it is used

        return valid(polygons)
    return np.asarray(shapely.is_valid(polygons))


def _nearest(xy: Floats, mine: Floats, tolerance_m: float) -> Floats:
    """Where each vertex goes: the nearest of xy within the tolerance, or where it is."""
    out = mine.copy()
    if not _compiled.worth_compiling((len(xy) + len(mine)) // _VERTICES):
        _weld_plain(xy, mine, tolerance_m, out)
        return out
    size = 1 << max(10, int(np.ceil(np.log2(len(xy) + 1))))
    low = np.minimum(xy.min(axis=0), mine.min(axis=0)) - 10 * tolerance_m
    cells = _Cells(
        xy=xy,
        head=np.full(size, -1, dtype=np.int64),
        following=np.empty(len(xy), dtype=np.int64),
        origin=np.array([*low, 1 / (2 * tolerance_m)]),
    )
    _lay(cells)
    _weld(cells, mine, tolerance_m**2, out)
    return out


def _weld_plain(xy: Floats, mine: Floats, tolerance_m: float, out: Floats) -> None:
    """The same as :func:`_weld`, by a tree of points."""
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    # a little wider than asked for: the distance is reckoned again as the kernel does
    i, j = tree.query(shapely.points(mine), predicate="dwithin", distance=1.001 * tolerance_m)
    d = ((xy[j] - mine[i]) ** 2).sum(axis=1)
    i, j, d = (values[d <= tolerance_m**2] for values in (i, j, d))
    order = np.lexsort((xy[j, 1], xy[j, 0], d, i))
    i, j = i[order], j[order]
    first = np.flatnonzero(np.diff(i, prepend=-1))
    out[i[first]] = xy[j[first]]


@kernel()
def _cell(x: int, y: int, size: int) -> int:
    word = np.uint64(x) * _GOLD + np.uint64(y) * _OTHER
    return int((word >> _DOWN) & np.uint64(size - 1))


@kernel()
def _lay(cells: _Cells) -> None:
    x0, y0, scale = cells.origin[0], cells.origin[1], cells.origin[2]
    for i in range(len(cells.xy)):
        k = _cell(int((cells.xy[i, 0] - x0) * scale), int((cells.xy[i, 1] - y0) * scale), len(cells.head))
        cells.following[i] = cells.head[k]
        cells.head[k] = i


@kernel()
def _weld(cells: _Cells, mine: Floats, most: float, out: Floats) -> None:
    x0, y0, scale = cells.origin[0], cells.origin[1], cells.origin[2]
    xy, head, following = cells.xy, cells.head, cells.following
    for i in range(len(mine)):
        fx, fy = (mine[i, 0] - x0) * scale, (mine[i, 1] - y0) * scale
        ix, iy = int(fx), int(fy)
        # within half a cell's width only the four nearest cells can hold the nearest vertex
        jx, jy = (ix + 1 if fx - ix >= 0.5 else ix - 1), (iy + 1 if fy - iy >= 0.5 else iy - 1)  # noqa: PLR2004
        best, found = most, -1
        for x in (ix, jx):
            for y in (iy, jy):
                q = head[_cell(x, y, len(head))]
                while q >= 0:
                    d = (xy[q, 0] - mine[i, 0]) ** 2 + (xy[q, 1] - mine[i, 1]) ** 2
                    if d < best or (d == best and (found < 0 or _before(xy, q, found))):
                        best, found = d, q
                    q = following[q]
        if found >= 0:
            out[i, 0], out[i, 1] = xy[found, 0], xy[found, 1]


@kernel()
def _before(xy: Floats, p: int, q: int) -> bool:
    """Of two vertices equally near, the same one for every polygon that asks."""
    return bool(xy[p, 0] < xy[q, 0] or (xy[p, 0] == xy[q, 0] and xy[p, 1] < xy[q, 1]))
