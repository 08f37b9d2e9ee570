"""Pieces of lines, points and collections in zones: by GEOS, since they have no area to reckon with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import GeometryType

if TYPE_CHECKING:
    from spatial._rings import Bools, Geometries, Ints

__all__ = ["line_pieces"]

_EMPTY = shapely.Polygon()


def line_pieces(
    zones: Geometries, others: Geometries, odd_zones: Bools, odd_others: Bools
) -> tuple[Ints, Ints, Geometries]:
    """Pairs in which one side isn't a polygon, and the piece of each, of the dimension of the other.

    What only touches shares nothing: a road along the edge of a zone lies outside.
    """
    i, j = _meeting(zones, others, odd_zones, odd_others)
    inside = shapely.contains_properly(zones[i], others[j])
    out = others[j]
    crossing = ~inside
    out[crossing] = shapely.intersection(zones[i[crossing]], others[j[crossing]])
    dimension = shapely.get_dimensions(others[j])
    for k in np.flatnonzero(shapely.get_type_id(out) == GeometryType.GEOMETRYCOLLECTION):
        kept = shapely.get_parts(out[k])
        out[k] = shapely.union_all(kept[shapely.get_dimensions(kept) == dimension[k]])
    lower = shapely.get_dimensions(out) < dimension
    thin = np.flatnonzero(~lower & (dimension < 2))  # noqa: PLR2004 - lines and points
    lower[thin] = shapely.touches(zones[i[thin]], others[j[thin]])
    out[lower] = _EMPTY
    return i, j, out


def _meeting(zones: Geometries, others: Geometries, odd_zones: Bools, odd_others: Bools) -> tuple[Ints, Ints]:
    """Pairs that intersect and of which one side at least is odd."""
    shapely.prepare(zones)
    every = np.flatnonzero(odd_others) if not odd_zones.any() else np.arange(len(others))
    i, j = shapely.STRtree(others[every]).query(zones, predicate="intersects")
    j = every[j]
    odd = odd_zones[i] | odd_others[j]
    return i[odd].astype(np.int64), j[odd].astype(np.int64)
