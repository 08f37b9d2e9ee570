"""Pieces of polygon pairs: traced where a pair is in general position, by GEOS where it is not.

Every piece is proved: its own area agrees with the area reckoned from the edges alone. That caught every
overlay in which GEOS itself went wrong on nearly coincident polygons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial._geos import by_geos
from spatial._trace import DOUBT, TOUCHING, WHOLE_A, WHOLE_B, Pairs, trace
from spatial._validity import valid

if TYPE_CHECKING:
    from spatial._edges import Edges
    from spatial._rings import Geometries, Ints

__all__ = ["traced"]

_EMPTY = shapely.Polygon()


def traced(
    a: Geometries, b: Geometries, edges: tuple[Edges, Edges], pairs: Pairs, *, minus: bool = False
) -> Geometries:
    """Pieces a∩b, or b less a, of aligned pairs of polygons whose areas are known.

    Pairs that share less than ``AREA_FLOOR_M2`` give an empty polygon.
    """
    state, found = trace(*edges, pairs, minus=minus)
    out = np.full(len(a), _EMPTY, dtype=object)
    whole_a, whole_b = state == WHOLE_A, state == WHOLE_B
    out[whole_a], out[whole_b] = a[whole_a], b[whole_b]
    for xy, ring, of_pair in found:
        if len(of_pair):
            rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(of_pair)), np.diff(ring)))
            _put(out, np.asarray(shapely.polygons(rings)), of_pair)
    touching = np.flatnonzero(state == TOUCHING)
    state[touching[~valid(out[touching])]] = DOUBT
    doubt = np.flatnonzero(state == DOUBT)
    if len(doubt):
        out[doubt] = by_geos(a[doubt], b[doubt], pairs.area[doubt], minus=minus)
    return out


def _put(out: Geometries, polygons: Geometries, of_pair: Ints) -> None:
    count = np.bincount(of_pair, minlength=len(out))
    single = count[of_pair] == 1
    out[of_pair[single]] = polygons[single]
    if not single.all():
        several, position = np.unique(of_pair[~single], return_inverse=True)
        out[several] = shapely.multipolygons(polygons[~single], indices=position)
