"""Vertices of one layer moved onto those of another that lie within a tolerance.

A border drawn twice a few centimetres apart becomes one border again, and slivers between the two go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial import _compiled
from spatial._meet import meeting_boxes
from spatial._validity import valid

if TYPE_CHECKING:
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["welded"]

# vertices that a tree finds in the time that loading compiled code costs for one pair of polygons
_VERTICES = 20


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
    xy, mine = _round_about(target, other, tolerance_m), shapely.get_coordinates(other)
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
        broken[remade[~valid(out[remade])]] = True
        stays = moved & broken[owner]
        stays[moved] = np.isin(place[moved], place[stays])
        moved &= ~stays
        remade = np.unique(owner[stays])
    changed[owner[moved]] = True
    out[changed] = shapely.remove_repeated_points(out[changed], 0.0)
    out[~changed] = other[~changed]
    return out, changed


def _round_about(target: Geometries, other: Geometries, tolerance_m: float) -> Floats:
    """Vertices of those polygons of ``target`` that can have one within the tolerance."""
    wider = shapely.bounds(other) + tolerance_m * np.array([-1.0, -1.0, 1.0, 1.0])
    _, met = meeting_boxes(wider, shapely.bounds(target))
    return np.asarray(shapely.get_coordinates(target[np.unique(met)]))


def _with_vertices(polygons: Geometries, xy: Floats, owner: Ints, chosen: Ints) -> Geometries:
    """Those polygons, chosen among the owners of the vertices, with the vertices given."""
    mine = np.zeros(owner[-1] + 1, dtype=bool)
    mine[chosen] = True
    return np.asarray(shapely.set_coordinates(polygons.copy(), xy[mine[owner]]))


def _nearest(xy: Floats, mine: Floats, tolerance_m: float) -> Floats:
    """Where each vertex goes: the nearest of xy within the tolerance, or where it is."""
    out = mine.copy()
    if not _compiled.worth_compiling((len(xy) + len(mine)) // _VERTICES):
        _weld_plain(xy, mine, tolerance_m, out)
        return out
    from spatial._nearest import nearest  # noqa: PLC0415 - compiled code is loaded when it is used

    nearest(xy, mine, tolerance_m, out)
    return out


def _weld_plain(xy: Floats, mine: Floats, tolerance_m: float, out: Floats) -> None:
    """The same as :func:`spatial._nearest.nearest`, by a tree of points."""
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    # a little wider than asked for: the distance is reckoned again as the kernel does
    i, j = tree.query(shapely.points(mine), predicate="dwithin", distance=1.001 * tolerance_m)
    d = ((xy[j] - mine[i]) ** 2).sum(axis=1)
    i, j, d = (values[d <= tolerance_m**2] for values in (i, j, d))
    order = np.lexsort((xy[j, 1], xy[j, 0], d, i))
    i, j = i[order], j[order]
    first = np.flatnonzero(np.diff(i, prepend=-1))
    out[i[first]] = xy[j[first]]
