"""Land that several polygons of one layer claim, and a layer in which every hectare has one claim.

An edge that a neighbour walks the other way lies inside the land of a layer. What is left when all such
edges are taken away in pairs bounds the land that one polygon, two or none cover; in a clean coverage that
is its outline alone, however many polygons it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial._engine import shared_areas
from spatial._geos import AREA_FLOOR_M2, areal
from spatial._rings import rings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["Claimed", "claimed", "doubled_land"]

# more open edges than this cost more to lay in a net than all pairs of neighbours cost to reckon
_MANY_EDGES: Final = 200_000
_TABLE_BITS: Final = 22


@dataclass(frozen=True)
class Claimed:
    """A layer without overlaps, and what it cost."""

    geometry: Geometries
    winner: Ints  # positions of the polygons that overlap
    loser: Ints
    shared_m2: Floats
    lost_m2: float  # land that was counted more than once


def claimed(geometry: Geometries, rank: Ints) -> Claimed:
    """Give land that several polygons cover to the one of the lowest rank.

    Parameters
    ----------
    geometry : array of polygons and multipolygons
        Valid, in metres.
    rank : array of int
        Of every polygon; of equal ranks the polygon that lies further west, then south, wins.
    """
    twice = doubled_land(geometry)
    nothing = np.empty(0, dtype=np.int64)
    if twice is not None and not len(twice):
        return Claimed(geometry, nothing, nothing, np.empty(0), 0.0)
    among = np.arange(len(geometry)) if twice is None else _touched(geometry, twice)
    shared = shared_areas(geometry[among], geometry[among])
    own = shared.i < shared.j
    first, second = among[shared.i[own]], among[shared.j[own]]
    order = _order(geometry, rank)
    wins = order[first] < order[second]
    winner, loser = np.where(wins, first, second), np.where(wins, second, first)
    out = geometry.copy()
    for at in np.unique(loser):
        above = geometry[winner[loser == at]]
        out[at] = areal(np.array([shapely.difference(geometry[at], shapely.union_all(above))]))[0]
    lost = float(shapely.area(geometry[np.unique(loser)]).sum() - shapely.area(out[np.unique(loser)]).sum())
    return Claimed(out, winner, loser, shared.area_m2[own], lost)


def _order(geometry: Geometries, rank: Ints) -> Ints:
    """Place of every polygon when all are put in order of rank; the rows of a file have no say in it."""
    box = np.nan_to_num(shapely.bounds(geometry))
    area = shapely.area(geometry)
    out = np.empty(len(geometry), dtype=np.int64)
    out[np.lexsort((area, box[:, 3], box[:, 2], box[:, 1], box[:, 0], rank))] = np.arange(len(geometry))
    return out


def _touched(geometry: Geometries, land: Geometries) -> Ints:
    _, met = shapely.STRtree(geometry).query(land, predicate="intersects")
    return np.unique(met).astype(np.int64)


def doubled_land(geometry: Geometries) -> Geometries | None:
    """Land that two polygons or more cover.

    Parameters
    ----------
    geometry : array of polygons and multipolygons
        Valid, in metres.

    Returns
    -------
    array of polygons or None
        Without overlaps; ``None`` where so many edges lie open that nothing is known.
    """
    lines = _open_edges(geometry)
    if not len(lines):
        return np.empty(0, dtype=object)
    if len(lines) > _MANY_EDGES:
        return None
    net = shapely.union_all(shapely.linestrings(lines))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(np.array([net]))))
    faces = faces[shapely.area(faces) > AREA_FLOOR_M2]
    if not len(faces):
        return faces
    face, _ = shapely.STRtree(geometry).query(shapely.point_on_surface(faces), predicate="within")
    return np.asarray(faces[np.bincount(face, minlength=len(faces)) > 1])


def _open_edges(geometry: Geometries) -> Floats:
    """Edges that no other ring walks the other way, as pairs of vertices."""
    rings = rings_of(geometry)
    if not len(rings.xy):
        return np.empty((0, 2, 2))
    xy = rings.xy + 0.0  # one number of 0.0 and -0.0
    inside = np.ones(len(xy), dtype=bool)
    inside[rings.offset[1:] - 1] = False  # from the last vertex of a ring leads no edge
    start = np.flatnonzero(inside)
    words = _mixed(_mixed(xy[:, 0].view(np.uint64)) + xy[:, 1].view(np.uint64))
    a, b = words[start], words[start + 1]
    ring = np.repeat(np.arange(len(rings.owner)), np.diff(rings.offset))[start]
    forward = (a < b) ^ _wrong_way(xy, start, rings.offset, rings.outer)[ring]
    key = (_mixed(a + b) ^ (a * b)) & ~np.uint64(1)
    moving = a != b
    return np.asarray(np.stack([xy[start], xy[start + 1]], axis=1)[moving & _unpaired(key, forward, moving)])


def _wrong_way(xy: Floats, start: Ints, offset: Ints, outer: Bools) -> Bools:
    """Rings that have the land on their right: outer ones that run clockwise, holes that don't."""
    near = xy - xy[0]
    cross = near[start, 0] * near[start + 1, 1] - near[start + 1, 0] * near[start, 1]
    first = offset[:-1] - np.arange(len(offset) - 1)  # a ring of n vertices has n - 1 edges
    return np.asarray((np.add.reduceat(cross, first) > 0) != outer)


def _unpaired(key: NDArray[np.uint64], forward: Bools, moving: Bools) -> Bools:
    """Edges whose place isn't walked exactly as often one way as the other, or is walked by more than two."""
    marked = np.sort(key[moving] | forward[moving])
    place = marked & ~np.uint64(1)
    first = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]]))
    count = np.diff(np.concatenate([first, [len(place)]]))
    both = count == 2  # noqa: PLR2004 - an edge and its answer
    both[both] = marked[first[both]] != marked[first[both] + 1]
    return _among(key, place[first[~both]])


def _among(key: NDArray[np.uint64], few: NDArray[np.uint64]) -> Bools:
    """Which of many numbers are among some sorted few; a table of first bits leaves little to look up."""
    out = np.zeros(len(key), dtype=bool)
    if not len(few):
        return out
    table = np.zeros(1 << _TABLE_BITS, dtype=bool)
    down = np.uint64(64 - _TABLE_BITS)
    table[few >> down] = True
    likely = np.flatnonzero(table[key >> down])
    at = np.minimum(np.searchsorted(few, key[likely]), len(few) - 1)
    out[likely] = few[at] == key[likely]
    return out


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits: the finaliser of MurmurHash3."""
    out = words ^ (words >> np.uint64(33))
    out *= np.uint64(0xFF51AFD7ED558CCD)
    out ^= out >> np.uint64(33)
    out *= np.uint64(0xC4CEB9FE1A85EC53)
    out ^= out >> np.uint64(33)
    return out
