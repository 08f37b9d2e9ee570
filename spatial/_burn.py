"""Shapes burnt into the cells of a grid: the cells they touch, or those whose centres they cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from affine import Affine

from spatial._rings import rings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.grid import RasterGrid

    Shapes = NDArray[np.object_]

__all__ = ["burnt", "edge_cells"]

_AREA: Final = 2
_POLYGONS: Final = (3, 6)  # what shapely calls polygons and multipolygons


def burnt(shapes: Shapes, grid: RasterGrid, *, touched: bool) -> NDArray[np.bool_]:
    """Mark the cells that shapes touch, or whose centres they cover.

    Areas touch every cell that shares land with them, however little; GDAL leaves out cells of which an
    area takes less than a hundredth of their width. Lines and points are burnt by GDAL.
    """
    t = grid.transform
    corners = (t.c, t.f + grid.height * t.e, t.c + grid.width * t.a, t.f)
    met = shapes[shapely.intersects(shapes, shapely.box(*corners))]
    out = np.zeros(grid.shape, dtype=np.uint8)
    areal = np.isin(shapely.get_type_id(met), _POLYGONS)
    if areal.any():
        _burn_areas(met[areal], grid, (True, touched), out)
    if not areal.all():
        _burn_others(met[~areal], grid, out, touched=touched)
    return out.view(np.bool_)


def edge_cells(shapes: Shapes, grid: RasterGrid) -> NDArray[np.bool_]:
    """Mark the cells that lie partly in areas and partly outside, by their edges."""
    out = np.zeros(grid.shape, dtype=np.uint8)
    _burn_areas(shapes, grid, (False, True), out)
    return out.view(np.bool_)


def _burn_areas(shapes: Shapes, grid: RasterGrid, asked: tuple[bool, bool], out: NDArray[np.uint8]) -> None:
    from spatial._burn_kernels import mark_areas  # noqa: PLC0415 - loads numba

    rings = rings_of(shapes)
    cells = np.ascontiguousarray(grid.cells(rings.xy))
    areas = np.searchsorted(rings.owner, np.arange(len(shapes) + 1))
    mark_areas((cells, rings.offset, areas), asked, out)


def _burn_others(shapes: Shapes, grid: RasterGrid, out: NDArray[np.uint8], *, touched: bool) -> None:
    from rasterio.features import rasterize  # noqa: PLC0415 - loads GDAL

    # a copy of the transform with six numbers: rasterio takes affine matrices of any version so
    place = Affine(*tuple(grid.transform)[:6])
    mine = rasterize(
        shapes.tolist(),
        out_shape=grid.shape,
        dtype=np.uint8,
        transform=place,
        all_touched=touched,
        default_value=1,
    )
    out |= mine
