"""Rings of polygons as arrays of coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Geometries = NDArray[np.object_]

__all__ = ["Rings", "rings_of"]


class Rings(NamedTuple):
    """Coordinates of polygons, ring after ring, closing vertex repeated."""

    xy: Floats
    offset: Ints  # ring -> first coordinate; one longer than the rings
    owner: Ints  # ring -> polygon
    outer: Bools  # ring -> is it an outer ring


def rings_of(geometry: Geometries) -> Rings:
    """Coordinates of polygons and multipolygons; empty ones have no ring."""
    n = len(geometry)
    simple = (shapely.get_type_id(geometry) == GeometryType.POLYGON).all()
    if n and simple and not shapely.get_num_interior_rings(geometry).any():
        # the usual case makes no ring objects
        count = shapely.get_num_coordinates(geometry).astype(np.int64)
        owner = np.flatnonzero(count)
        offset = np.concatenate([[0], np.cumsum(count[owner])])
        return Rings(shapely.get_coordinates(geometry), offset, owner, np.ones(len(owner), dtype=bool))
    parts, of_part = shapely.get_parts(geometry, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    outer = np.ones(len(of_ring), dtype=bool)
    outer[1:] = of_ring[1:] != of_ring[:-1]
    offset = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings).astype(np.int64))])
    return Rings(shapely.get_coordinates(rings), offset, of_part[of_ring].astype(np.int64), outer)
