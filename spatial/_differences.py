"""What the rows of a comparison gained and lost, cut out of the land of both versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.errors import GEOSException

from layers.errors import GeometryError
from spatial._cut import cut
from spatial._geos import AREA_FLOOR_M2
from spatial._proof import proved_areas

if TYPE_CHECKING:
    from spatial._rings import Floats, Geometries, Ints

__all__ = ["Cuts", "cut_differences", "land_of_rows"]

_EMPTY = shapely.Polygon()


class Cuts(NamedTuple):
    """Land of each row lost, gained, and kept (m²); ``area before - lost + gained = area after``."""

    lost: Geometries
    gained: Geometries
    kept_m2: Floats


def land_of_rows(shapes: Geometries, row: Ints, n: int) -> Geometries:
    """Land of every row, each hectare once; an empty polygon where a version has none of it."""
    out = np.full(n, _EMPTY, dtype=object)
    count = np.bincount(row, minlength=n)
    alone = count[row] == 1
    out[row[alone]] = shapes[alone]
    several = np.flatnonzero(~alone)
    order = several[np.argsort(row[several], kind="stable")]
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    for members in np.split(order, starts[1:]) if len(order) else []:
        out[row[members[0]]] = shapely.union_all(shapes[members])
    return out


def cut_differences(before: Geometries, after: Geometries, kept_m2: Floats) -> Cuts:
    """Cut what each row lost and gained.

    Parameters
    ----------
    before, after : arrays of polygons and multipolygons
        Land of every row in both versions, empty where it has none.
    kept_m2 : array of float
        Land in both, m²; NaN where that isn't known yet.
    """
    kept = kept_m2.copy()
    unknown = np.isnan(kept)
    kept[unknown] = _shared_m2(before[unknown], after[unknown])
    try:
        return Cuts(_less(before, after, kept), _less(after, before, kept), kept)
    except GeometryError:
        # what GEOS gave for the land in both was wrong too: reckon it from the edges
        kept[unknown] = proved_areas(before[unknown], after[unknown])
        return Cuts(_less(before, after, kept), _less(after, before, kept), kept)


def _shared_m2(a: Geometries, b: Geometries) -> Floats:
    try:
        return np.asarray(shapely.area(shapely.intersection(a, b)))
    except GEOSException:
        return proved_areas(a, b)


def _less(a: Geometries, b: Geometries, kept_m2: Floats) -> Geometries:
    """Each polygon of a less that of b."""
    out = np.full(len(a), _EMPTY, dtype=object)
    rest = shapely.area(a) - kept_m2
    whole = kept_m2 == 0
    out[whole] = a[whole]
    some = np.flatnonzero(~whole & (rest > AREA_FLOOR_M2))
    out[some] = cut(b[some], a[some], rest[some], minus=True)
    return out
