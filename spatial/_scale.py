"""Metres on the grid and metres on the ground: the scale factor of the projection, where it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Proj

from layers.crs import horizontal

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["ground_lengths", "scale_at"]


def scale_at(crs: CRS, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grid metres per metre on the ellipsoid; 1 where the projection can't say.

    Transverse Mercator stretches alike in every direction, so one number does.
    """
    projection = Proj(horizontal(crs))
    lon, lat = projection(x, y, inverse=True)
    known = np.isfinite(lon) & np.isfinite(lat)
    out = np.ones(len(x))
    if known.any():
        factors = projection.get_factors(np.asarray(lon)[known], np.asarray(lat)[known])
        out[known] = np.sqrt(np.asarray(factors.areal_scale, dtype=float))
    return np.where(np.isfinite(out) & (out > 0), out, 1.0)


def ground_lengths(crs: CRS, lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Ground metres of straight lines, by Simpson's rule over the scale at both ends and the middle."""
    length = shapely.length(lines)
    if len(lines) == 0:
        return length
    ends = [shapely.get_point(lines, n) for n in (0, -1)]
    first, last = (np.column_stack([shapely.get_x(p), shapely.get_y(p)]) for p in ends)
    weighted = [(first, 1.0), ((first + last) / 2, 4.0), (last, 1.0)]
    inverse = sum(weight / scale_at(crs, at[:, 0], at[:, 1]) for at, weight in weighted)
    ground: NDArray[np.float64] = length * np.asarray(inverse) / 6
    return ground
