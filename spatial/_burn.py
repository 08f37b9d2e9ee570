"""Shapes burnt into the cells of a grid: the cells they touch, or those whose centres they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from affine import Affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.grid import RasterGrid

__all__ = ["burnt"]


def burnt(shapes: NDArray[np.object_], grid: RasterGrid, *, touched: bool) -> NDArray[np.bool_]:
    """Mark the cells that shapes touch, or whose centres they cover."""
    from rasterio.features import rasterize  # noqa: PLC0415 - loads GDAL

    t = grid.transform
    corners = (t.c, t.f + grid.height * t.e, t.c + grid.width * t.a, t.f)
    met = shapes[shapely.intersects(shapes, shapely.box(*corners))]
    out = np.zeros(grid.shape, dtype=np.uint8)
    if len(met):
        # a copy of the transform with six numbers: rasterio takes affine matrices of any version so
        place = Affine(*tuple(t)[:6])
        rasterize(met.tolist(), out=out, transform=place, all_touched=touched, default_value=1)
    return out.astype(bool)
