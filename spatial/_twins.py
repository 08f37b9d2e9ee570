"""Equal polygons of two layers, recognised without intersecting anything.

Polygons with equal boxes and as many vertices are held against each other, vertex by vertex where they are
stored alike, else edge by edge, so that neither the first vertex of a ring nor its direction nor the order of
rings and parts matters. Valid areas with the same edges are the same land.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial._rings import rings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._rings import Bools, Floats, Geometries, Ints

    Words = NDArray[np.uint64]

__all__ = ["twins"]

# odd constants with well spread bits: the finaliser of MurmurHash3
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)
_HALF = np.uint64(33)

# polygons whose coordinates stay in the cache while they are compared
_STEP = 2048


def twins(a: Geometries, b: Geometries) -> tuple[Ints, Ints]:
    """Positions of equal polygons in a and in b, in the order of a.

    A polygon that occurs twice in its own layer has no twin, so that each of its pairs is reckoned; nor has
    one whose box and count of vertices another of its layer has too.
    """
    key_a, key_b = _keys(a), _keys(b)
    once_a, once_b = _once(key_a), _once(key_b)
    _, at_a, at_b = np.intersect1d(key_a[once_a], key_b[once_b], assume_unique=True, return_indices=True)
    order = np.argsort(once_a[at_a], kind="stable")
    ia, ib = once_a[at_a][order], once_b[at_b][order]
    cuts = [slice(*ends) for ends in pairwise([*range(0, len(ia), _STEP), len(ia)])] if len(ia) else []
    same = np.concatenate([np.zeros(0, dtype=bool), *(_equal(a[ia[at]], b[ib[at]]) for at in cuts)])
    return ia[same], ib[same]


def _keys(geometry: Geometries) -> Words:
    """Numbers made of boxes and counts of vertices; 0 for an empty polygon."""
    # adding zero makes one number of 0.0 and -0.0
    words = [*(shapely.bounds(geometry) + 0.0).T.copy().view(np.uint64)]
    count = shapely.get_num_coordinates(geometry).astype(np.uint64)
    key = np.zeros(len(geometry), dtype=np.uint64)
    for word in (*words, count):
        key = _mixed(key * _M2 + word)
    key[count == 0] = 0
    return key


def _mixed(word: Words) -> Words:
    for factor in (_M1, _M2):
        word = (word ^ (word >> _HALF)) * factor
    return word ^ (word >> _HALF)


def _once(key: Words) -> Ints:
    """Positions of the numbers that occur once."""
    value, first, count = np.unique(key, return_index=True, return_counts=True)
    return np.asarray(first[(count == 1) & (value != 0)].astype(np.int64))


def _equal(a: Geometries, b: Geometries) -> Bools:
    """Say of aligned polygons whether their edges are equal."""
    many = shapely.get_num_coordinates(a)
    same: Bools = many == shapely.get_num_coordinates(b)
    k = np.flatnonzero(same)
    p, q = shapely.get_coordinates(a[k]), shapely.get_coordinates(b[k])
    # rings are simple, so equal coordinates in the same order make equal rings; most twins are stored alike
    differ = (p[:, 0] != q[:, 0]) | (p[:, 1] != q[:, 1])
    if differ.any():
        other = k[np.logical_or.reduceat(differ, np.cumsum(many[k]) - many[k])]
        same[other] = False
        # areas tell nearly all that differ apart, and edges are sorted for the rest alone
        other = other[np.isclose(shapely.area(a[other]), shapely.area(b[other]), rtol=1e-9, atol=1e-6)]
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
