"""The private engine: which pairs meet, and the pieces they share.

Frames stay outside; everything here is arrays of geometries and positions. Pairs come from an STRtree
with prepared geometries, a feature wholly inside a zone is its own piece, and only features that
cross a zone's edge are cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import GeometryType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Positions = NDArray[np.intp]

__all__ = ["pairs", "parts_of", "pieces", "thickness"]


def pairs(zones: Geometries, others: Geometries) -> tuple[Positions, Positions]:
    """Positions of zones and of others that intersect, sorted by zone, then by other."""
    shapely.prepare(zones)
    tree = shapely.STRtree(others)
    i, j = tree.query(zones, predicate="intersects")
    order = np.lexsort((j, i))
    return i[order], j[order]


def pieces(zones: Geometries, others: Geometries, i: Positions, j: Positions) -> Geometries:
    """Shared part of each pair; of areas only the areas, of lines only the lines, else empty."""
    out = np.empty(len(i), dtype=object)
    inside = shapely.contains_properly(zones[i], others[j])
    out[inside] = others[j[inside]]
    crossing = ~inside
    out[crossing] = shapely.intersection(zones[i[crossing]], others[j[crossing]])
    dimension = shapely.get_dimensions(others[j])
    mixed = shapely.get_type_id(out) == GeometryType.GEOMETRYCOLLECTION
    for k in np.flatnonzero(mixed):
        kept = shapely.get_parts(out[k])
        kept = kept[shapely.get_dimensions(kept) == dimension[k]]
        out[k] = shapely.union_all(kept)
    # what only touches shares no land: areas with a common border, a road along the edge of a zone
    lower = shapely.get_dimensions(out) < dimension
    thin = np.flatnonzero(~lower & (dimension < 2))  # noqa: PLR2004 - lines and points
    lower[thin] = shapely.touches(zones[i[thin]], others[j[thin]])
    out[lower] = shapely.from_wkt("POLYGON EMPTY")
    return out


def parts_of(geometry: Geometries) -> tuple[Geometries, Positions]:
    """Single parts of every geometry, and the position each came from; empty ones give none."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    full = ~shapely.is_empty(parts)
    return parts[full], owner[full]


def thickness(geometry: Geometries) -> NDArray[np.float64]:
    """2·area/perimeter, metres: the width of a long thin strip, half the side of a square.

    For a strip of width w and length l it is w·l/(w+l), so nearly w; lines and points get 0.
    """
    area, perimeter = shapely.area(geometry), shapely.length(geometry)
    return np.divide(2.0 * area, perimeter, out=np.zeros_like(area), where=perimeter > 0)
