"""Valid or not: where polygons are many the plainly simple ones pass at once, and GEOS judges the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial import _compiled

if TYPE_CHECKING:
    from spatial._rings import Bools, Geometries

__all__ = ["valid"]


def valid(geometry: Geometries) -> Bools:
    """Say of each geometry whether it is there, finite and valid."""
    out = np.zeros(len(geometry), dtype=bool)
    if _compiled.worth_compiling(len(geometry)):
        from spatial._simple import plainly_valid  # noqa: PLC0415 - compiled code is loaded when it is used

        out = plainly_valid(geometry)
    rest = np.flatnonzero(~out)
    out[rest] = shapely.is_valid(geometry[rest]) & ~shapely.is_missing(geometry[rest])
    return out
