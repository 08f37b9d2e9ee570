"""What every class became: areas of the cells of the matrix, and the polygons behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial._change_classes import UNCOVERED, in_order
from spatial._coverages import compared
from spatial._engine import parts_of, shared_pieces
from spatial._geos import AREA_FLOOR_M2, AREA_SHARE, areal

if TYPE_CHECKING:
    from spatial._change_classes import Side
    from spatial._coverages import Compared
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["Cells", "cells_of", "dissolved"]

# what two cuts make of one crossing of edges differs by less than a hundredth of a millimetre
_GRID_DIGITS: Final = 5
_IN_LINE_M: Final = 2e-5
_NOTHING: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Cells:
    """Two coverages over one another, by class.

    ``start`` and ``end`` give the class of every polygon as a place in ``names``, whose last is
    ``UNCOVERED``.
    """

    names: list[str]
    start: Ints
    end: Ints
    sides: tuple[Side, Side]
    found: Compared

    @property
    def outside(self) -> int:
        """Place of ``UNCOVERED``."""
        return len(self.names) - 1

    @cached_property
    def _left(self) -> tuple[Floats, Floats]:
        """What of every polygon the other layer doesn't cover, square metres."""
        i, j, area = self.found.areas()
        out = []
        for side, at in zip(self.sides, (i, j), strict=True):
            whole = shapely.area(side.geometry)
            left = whole - np.bincount(at, weights=area, minlength=len(whole))
            pairs = np.bincount(at, minlength=len(whole))
            # what rounding may leave of a polygon that is wholly covered
            least = AREA_FLOOR_M2 * (1 + pairs) + AREA_SHARE * whole
            out.append(np.where(left > least, left, 0.0))
        return out[0], out[1]

    @cached_property
    def area_m2(self) -> Floats:
        """Area of every cell; rows are starts, columns ends."""
        n = len(self.names)
        i, j, area = self.found.areas()
        left = self._left
        rows = np.concatenate([self.start[i], self.start, np.full(len(self.end), self.outside)])
        columns = np.concatenate([self.end[j], np.full(len(self.start), self.outside), self.end])
        sums = np.bincount(rows * n + columns, np.concatenate([area, *left]), minlength=n * n)
        return np.asarray(sums.reshape(n, n))

    @cached_property
    def changed(self) -> tuple[Geometries, Ints, Ints]:
        """Connected parts of land of one change, with their places in the matrix."""
        i, j, _ = self.found.areas()
        other = self.start[i] != self.end[j]
        pieces, start, end = self._pieces(other)
        bare = [self._bare(n) for n in (0, 1)]
        shapes = np.concatenate([pieces, bare[0][0], bare[1][0]])
        rows = np.concatenate([start, self.start[bare[0][1]], np.full(len(bare[1][1]), self.outside)])
        columns = np.concatenate([end, np.full(len(bare[0][1]), self.outside), self.end[bare[1][1]]])
        parts, key = dissolved(shapes, rows * len(self.names) + columns)
        return parts, key // len(self.names), key % len(self.names)

    def land(self, start: int, end: int) -> Geometries:
        """Land that was of one class and is of another, or still of the same: connected parts."""
        if start != end:
            parts, row, column = self.changed
            return np.asarray(parts[(row == start) & (column == end)])
        i, j, _ = self.found.areas()
        pieces, _, _ = self._pieces((self.start[i] == start) & (self.end[j] == end))
        return dissolved(pieces, np.zeros(len(pieces), dtype=np.int64))[0]

    def renamed(self, names: dict[str, str]) -> Cells:
        """Cells of other, wider classes; ``UNCOVERED`` stays."""
        wider = {name: names.get(name, name) for name in self.names[:-1]}
        new = [*dict.fromkeys(wider.values()), UNCOVERED]
        place = np.array([new.index(wider[name]) for name in self.names[:-1]], dtype=np.int64)
        return Cells(new, place[self.start], place[self.end], self.sides, self.found)

    def _pieces(self, chosen: Bools) -> tuple[Geometries, Ints, Ints]:
        """Pieces of some of the pairs, twins first, with the places of their classes."""
        twins = len(self.found.twin_a)
        i, j, _ = self.found.areas()
        same = self.found.twin_a[chosen[:twins]]
        shared = self.found.shared.chosen(chosen[twins:])
        cut = shared_pieces(self.found.before, self.found.after, shared)
        pieces = np.concatenate([self.sides[0].geometry[same], cut])
        return pieces, self.start[i[chosen]], self.end[j[chosen]]

    def _bare(self, n: int) -> tuple[Geometries, Ints]:
        """What one layer covers and the other doesn't, polygon by polygon."""
        rows = np.flatnonzero(self._left[n] > 0)
        if not len(rows):
            return np.empty(0, dtype=object), _NOTHING
        pair = self.found.areas()[:2]
        own, other = pair[n], pair[1 - n]
        order = np.argsort(own, kind="stable")
        first, last = np.searchsorted(own[order], rows), np.searchsorted(own[order], rows, side="right")
        theirs = self.sides[1 - n].geometry
        cover = [shapely.union_all(theirs[other[order[f:t]]]) for f, t in zip(first, last, strict=True)]
        return areal(shapely.difference(self.sides[n].geometry[rows], np.array(cover, dtype=object))), rows


def cells_of(before: Side, after: Side) -> Cells:
    """Lay two layers of classes over one another."""
    names = [*in_order({*before.stated_ha, *after.stated_ha}), UNCOVERED]
    index = pd.Index(names)
    start, end = (index.get_indexer(pd.Index(side.label)).astype(np.int64) for side in (before, after))
    return Cells(names, start, end, (before, after), compared(before.geometry, after.geometry))


def dissolved(pieces: Geometries, key: Ints) -> tuple[Geometries, Ints]:
    """Pieces of one key that touch become one; however a layer was cut up, the parts are the same."""
    if not len(pieces):
        return pieces, key
    even = _evened(pieces)
    out, keys = [], []
    order = np.argsort(key, kind="stable")
    values, first = np.unique(key[order], return_index=True)
    for value, at in zip(values, np.split(order, first[1:]), strict=True):
        whole = np.array([shapely.disjoint_subset_union_all(even[at])])
        parts, _ = parts_of(areal(whole))
        out.append(parts)
        keys.append(np.full(len(parts), value))
    return _straightened(np.concatenate(out)), np.concatenate(keys)


def _straightened(parts: Geometries) -> Geometries:
    """Parts without vertices that a cut has left on a straight edge: a buffer would take them for corners."""
    plain = shapely.simplify(parts, _IN_LINE_M, preserve_topology=False)
    broken = np.flatnonzero(~shapely.is_valid(plain) | shapely.is_empty(plain))
    plain[broken] = shapely.simplify(parts[broken], _IN_LINE_M, preserve_topology=True)
    return np.asarray(plain)


def _evened(pieces: Geometries) -> Geometries:
    """Vertices to a hundredth of a millimetre, so that a corner that was cut twice is one corner again."""
    moved = shapely.transform(pieces, lambda xy: np.round(xy, _GRID_DIGITS))
    broken = np.flatnonzero(~shapely.is_valid(moved))
    moved[broken] = shapely.set_precision(pieces[broken], 10.0**-_GRID_DIGITS)
    return np.asarray(moved)
