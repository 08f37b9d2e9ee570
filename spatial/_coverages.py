"""Two coverages over one another: equal polygons first, and only the rest reckoned.

In a coverage the polygons of a layer share no land with each other, so a polygon that has an equal one in the
other layer shares land with that one alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial._engine import shared_areas, shared_pieces
from spatial._twins import twins
from spatial._weld import welded

if TYPE_CHECKING:
    from spatial._engine import Shared, Watch
    from spatial._rings import Floats, Geometries, Ints

__all__ = ["Compared", "compared"]


@dataclass(frozen=True)
class Compared:
    """Pairs of two coverages: twins, and the pairs of what has no twin."""

    twin_a: Ints
    twin_b: Ints
    rest_a: Ints  # positions of the polygons without a twin
    rest_b: Ints
    shared: Shared  # positions among them
    before: Geometries  # those polygons, as they were reckoned
    after: Geometries
    twin_m2: Floats

    def areas(self) -> tuple[Ints, Ints, Floats]:
        """Positions in both layers and the area shared, twins first."""
        i = np.concatenate([self.twin_a, self.rest_a[self.shared.i]])
        j = np.concatenate([self.twin_b, self.rest_b[self.shared.j]])
        return i, j, np.concatenate([self.twin_m2, self.shared.area_m2])

    def pieces(self, *, threads: int = 1, watch: Watch | None = None) -> Geometries:
        """Pieces of the pairs without twins, in the order of ``shared``."""
        return shared_pieces(self.before, self.after, self.shared, threads=threads, watch=watch)


def compared(
    a: Geometries,
    b: Geometries,
    *,
    weld_m: float = 0.0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Compared:
    """Areas that the polygons of two coverages share.

    Parameters
    ----------
    a, b : arrays of polygons and multipolygons
        Valid, in metres; the polygons of one layer share no land with each other. That is for the caller to
        check: of what overlaps within a layer, only equal polygons are seen here, and reckoned in full.
    weld_m : float
        Move vertices of b onto vertices of a that lie this near before reckoning; 0 moves none. Areas are
        then those of the polygons moved, and slivers that neighbours of a twin leave on it don't count.
    threads, watch
        As for :func:`spatial._engine.shared_areas`.
    """
    twin_a, twin_b = twins(a, b)
    rest_a, rest_b = _without(len(a), twin_a), _without(len(b), twin_b)
    before, after = a[rest_a], b[rest_b]
    if weld_m > 0:
        # onto twins too: a vertex that b shares with one has to stay there
        after, _ = welded(a, after, tolerance_m=weld_m)
        more_a, more_b = twins(before, after)
        twin_a, twin_b = np.append(twin_a, rest_a[more_a]), np.append(twin_b, rest_b[more_b])
        left_a, left_b = _without(len(before), more_a), _without(len(after), more_b)
        rest_a, rest_b, before, after = rest_a[left_a], rest_b[left_b], before[left_a], after[left_b]
    shared = shared_areas(before, after, threads=threads, watch=watch)
    # a twin after welding has the shape of its counterpart in a
    return Compared(twin_a, twin_b, rest_a, rest_b, shared, before, after, shapely.area(a[twin_a]))


def _without(n: int, taken: Ints) -> Ints:
    free = np.ones(n, dtype=bool)
    free[taken] = False
    return np.flatnonzero(free)
