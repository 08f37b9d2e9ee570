"""Equal polygons of two layers, recognised without intersecting anything.

Every polygon gets a number made of its undirected edges, so that neither the first vertex of a ring nor
its direction nor the order of rings and parts matters. The number only proposes: two polygons are twins when
their edges are equal to the last bit. Valid areas with the same edges are the same land.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial import _compiled
from spatial._compiled import kernel
from spatial._rings import rings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._rings import Bools, Floats, Geometries, Ints, Rings

    Words = NDArray[np.uint64]

__all__ = ["twins"]

# odd constants with well spread bits: the finaliser of MurmurHash3, and the golden ratio
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)
_GOLD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)

# vertices that numpy hashes in the time that loading compiled code costs for one pair of polygons
_VERTICES = 200


def twins(a: Geometries, b: Geometries) -> tuple[Ints, Ints]:
    """Positions of equal polygons in a and in b, in the order of a.

    A polygon that occurs twice in its own layer has no twin, so that each of its pairs is reckoned.
    """
    key_a, key_b = _keys(a), _keys(b)
    once_a, once_b = _once(key_a), _once(key_b)
    _, at_a, at_b = np.intersect1d(key_a[once_a], key_b[once_b], assume_unique=True, return_indices=True)
    ia, ib = once_a[at_a], once_b[at_b]
    same = _equal(a[ia], b[ib])
    ia, ib = ia[same], ib[same]
    order = np.argsort(ia, kind="stable")
    return ia[order], ib[order]


def _once(key: Words) -> Ints:
    """Positions of the numbers that occur once; polygons without edges have the number 0."""
    value, first, count = np.unique(key, return_index=True, return_counts=True)
    return np.asarray(first[(count == 1) & (value != 0)].astype(np.int64))


def _equal(a: Geometries, b: Geometries) -> Bools:
    """Say of aligned polygons whether their edges are equal."""
    many = shapely.get_num_coordinates(a)
    same: Bools = many == shapely.get_num_coordinates(b)
    k = np.flatnonzero(same)
    # rings are simple, so equal coordinates in the same order make equal rings; most twins are stored alike
    differ = (shapely.get_coordinates(a[k]) != shapely.get_coordinates(b[k])).any(axis=1)
    other = k[np.logical_or.reduceat(differ, np.cumsum(many[k]) - many[k])] if len(k) else k
    same[other] = _same_edges(a[other], b[other])
    return same


def _same_edges(a: Geometries, b: Geometries) -> Bools:
    """Say of aligned polygons with as many vertices each whether they have the same undirected edges."""
    (edges_a, of_a), (edges_b, of_b) = _sorted_edges(a), _sorted_edges(b)
    count = np.bincount(of_a, minlength=len(a))
    same: Bools = count == np.bincount(of_b, minlength=len(b))
    differ = (edges_a[same[of_a]] != edges_b[same[of_b]]).any(axis=1)
    same[np.repeat(np.flatnonzero(same), count[same])[differ]] = False
    return same


def _sorted_edges(geometry: Geometries) -> tuple[Floats, Ints]:
    """Edges sorted within each polygon, the lower end first; and the polygon of each."""
    rings = rings_of(geometry)
    inside = np.ones(max(len(rings.xy) - 1, 0), dtype=bool)
    inside[rings.offset[1:-1] - 1] = False
    p, q = rings.xy[:-1][inside], rings.xy[1:][inside]
    turned = (p[:, 0] > q[:, 0]) | ((p[:, 0] == q[:, 0]) & (p[:, 1] > q[:, 1]))
    p[turned], q[turned] = q[turned], p[turned]
    owner = np.repeat(rings.owner, np.diff(rings.offset) - 1)
    order = np.lexsort((q[:, 1], q[:, 0], p[:, 1], p[:, 0], owner))
    return np.hstack([p, q])[order], owner[order]


def _keys(geometry: Geometries) -> Words:
    rings = rings_of(geometry)
    out = np.zeros(len(geometry), dtype=np.uint64)
    # adding zero makes one number of 0.0 and -0.0
    words = (rings.xy + 0.0).view(np.uint64)
    act = _hash if _compiled.worth_compiling(len(words) // _VERTICES) else _hash_plain
    act(rings, words, out)
    return out


def _hash_plain(rings: Rings, words: Words, out: Words) -> None:
    """The same numbers as those of :func:`_hash`, by numpy."""
    if not len(words):
        return
    corner = _mixed_plain(words[:, 0] * _GOLD + _mixed_plain(words[:, 1]))
    edge = np.zeros_like(corner)
    edge[1:] = _mixed_plain(corner[:-1] + corner[1:]) ^ (corner[:-1] * corner[1:])
    edge[rings.offset[:-1]] = 0
    np.add.at(out, rings.owner, np.add.reduceat(edge, rings.offset[:-1]))


def _mixed_plain(word: Words) -> Words:
    for factor in (_M1, _M2):
        word = (word ^ (word >> _HALF)) * factor
    return word ^ (word >> _HALF)


@kernel()
def _hash(rings: Rings, words: Words, out: Words) -> None:
    for r in range(len(rings.owner)):
        total = np.uint64(0)
        before = _vertex(words, rings.offset[r])
        for i in range(rings.offset[r] + 1, rings.offset[r + 1]):
            here = _vertex(words, i)
            total += _mixed(before + here) ^ (before * here)
            before = here
        out[rings.owner[r]] += total


@kernel()
def _vertex(words: Words, i: int) -> np.uint64:
    return _mixed(words[i, 0] * _GOLD + _mixed(words[i, 1]))


@kernel()
def _mixed(word: np.uint64) -> np.uint64:
    word ^= word >> _HALF
    word *= _M1
    word ^= word >> _HALF
    word *= _M2
    return word ^ (word >> _HALF)
