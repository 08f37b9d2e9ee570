"""Equal polygons of two layers, recognised without intersecting anything.

Every polygon gets a number made of its undirected edges, so that neither the first vertex of a ring nor
its direction nor the order of rings matters. Two polygons are twins when their numbers, their boxes and
their counts of vertices are equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial._compiled import kernel
from spatial._rings import rings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._rings import Geometries, Ints, Rings

    Words = NDArray[np.uint64]

__all__ = ["twins"]

# odd constants with well spread bits: the finaliser of MurmurHash3, and the golden ratio
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)
_GOLD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(33)


def twins(a: Geometries, b: Geometries) -> tuple[Ints, Ints]:
    """Positions of equal polygons in a and in b, in the order of a; each polygon has one twin at most."""
    key_a, key_b = _keys(a), _keys(b)
    first_a, first_b = _first_of_each(key_a), _first_of_each(key_b)
    _, at_a, at_b = np.intersect1d(key_a[first_a], key_b[first_b], assume_unique=True, return_indices=True)
    ia, ib = first_a[at_a], first_b[at_b]
    same = (shapely.bounds(a[ia]) == shapely.bounds(b[ib])).all(axis=1)
    same &= shapely.get_num_coordinates(a[ia]) == shapely.get_num_coordinates(b[ib])
    order = np.argsort(ia[same], kind="stable")
    return ia[same][order], ib[same][order]


def _first_of_each(key: Words) -> Ints:
    """Positions of the first polygon with each number, without those that have no edges."""
    _, first = np.unique(key, return_index=True)
    return np.asarray(first[key[first] != 0].astype(np.int64))


def _keys(geometry: Geometries) -> Words:
    rings = rings_of(geometry)
    out = np.zeros(len(geometry), dtype=np.uint64)
    # adding zero makes one number of 0.0 and -0.0
    _hash(rings, (rings.xy + 0.0).view(np.uint64), out)
    return out


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
