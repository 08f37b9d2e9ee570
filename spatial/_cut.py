"""Cutting whatever comes: by GEOS as it is, and on a fine grid where that can't be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.errors import GEOSException

from layers.errors import GeometryError
from spatial._geos import AREA_SHARE, areal, by_geos

if TYPE_CHECKING:
    from spatial._rings import Floats, Geometries

__all__ = ["cut"]

#: grids to cut on where coordinates as they are defeat the overlay, metres
_GRIDS_M = (1e-6, 1e-5, 1e-4, 1e-3)


def cut(a: Geometries, b: Geometries, area_m2: Floats, *, minus: bool) -> Geometries:
    """Pieces a∩b, or b less a, of aligned pairs of polygons; each piece has the area given.

    Raises
    ------
    GeometryError
        ``overlay_unproven`` where no grid gives a piece of the right area.
    """
    try:
        return by_geos(a, b, area_m2, minus=minus)
    except (GeometryError, GEOSException):
        if len(a) > 1:
            halves = slice(None, len(a) // 2), slice(len(a) // 2, None)
            return np.concatenate([cut(a[k], b[k], area_m2[k], minus=minus) for k in halves])
    act = shapely.difference if minus else shapely.intersection
    first, second = (b, a) if minus else (a, b)
    found = float("nan")
    for grid_m in _GRIDS_M:
        piece = areal(act(shapely.set_precision(first, grid_m), shapely.set_precision(second, grid_m)))
        found = float(shapely.area(piece[0]))
        if abs(found - area_m2[0]) <= AREA_SHARE * area_m2[0] + grid_m * float(shapely.length(b[0])):
            return piece
    x, y = shapely.get_coordinates(shapely.centroid(b[0]))[0]
    where = f"E {x:.1f}, N {y:.1f}"
    raise GeometryError("overlay_unproven", expected=float(area_m2[0]), found=found, where=where)
