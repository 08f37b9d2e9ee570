"""Zones as the kernels see them: flat arrays of corners in columns and rows of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import GeometryType

from layers.errors import GeometryError
from spatial._rings import rings_of
from spatial._validity import valid

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.grid import RasterGrid

    Ints = NDArray[np.int64]

__all__ = ["CellShapes", "cell_shapes", "row_spans"]

_FURTHEST = 2.0**31
_AREAS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


class CellShapes(NamedTuple):
    """Corners (column, row) ring by ring; where each ring begins; where the rings of each zone begin."""

    corners: NDArray[np.float64]
    rings: Ints
    zones: Ints


def cell_shapes(zones: gpd.GeoDataFrame, grid: RasterGrid) -> CellShapes:
    """Bring zones into the cells of a grid; refuse what is no valid area."""
    geometry = zones.geometry.to_numpy()
    _require_areas(zones, geometry)
    rings = rings_of(geometry)
    cells = np.ascontiguousarray(grid.cells(rings.xy))
    far = np.flatnonzero(~(np.abs(cells) < _FURTHEST).all(axis=1))
    if len(far):
        rows = np.unique(rings.owner[np.searchsorted(rings.offset, far, side="right") - 1])
        raise GeometryError(
            "coordinates_unreachable", layer="zones", count=len(rows), row=str(zones.index[rows[0]]),
            expected=str(grid),
        )  # fmt: skip
    return CellShapes(cells, rings.offset, np.searchsorted(rings.owner, np.arange(len(geometry) + 1)))


def _require_areas(zones: gpd.GeoDataFrame, geometry: NDArray[np.object_]) -> None:
    area = np.isin(shapely.get_type_id(geometry), _AREAS)
    bad = np.flatnonzero(~area | ~valid(geometry))
    if len(bad):
        shape = geometry[bad[0]]
        reason = (
            str(shapely.is_valid_reason(shape)) if area[bad[0]] else str(getattr(shape, "geom_type", None))
        )
        raise GeometryError("geometry_invalid", layer="zones", row=str(zones.index[bad[0]]), found=reason)


def row_spans(shapes: CellShapes) -> Ints:
    """First row and the one after the last whose centres a zone may reach, and the same of columns.

    Returns
    -------
    numpy.ndarray of int, shape (n, 4)
        Top, bottom, left, right; all 0 for an empty zone.
    """
    spans = np.zeros((len(shapes.zones) - 1, 4), dtype=np.int64)
    first = shapes.rings[shapes.zones]
    full = np.flatnonzero(np.diff(first))
    if len(full):
        low = np.minimum.reduceat(shapes.corners, first[full])
        high = np.maximum.reduceat(shapes.corners, first[full])
        edges = np.ceil(np.column_stack([low[:, 1], high[:, 1], low[:, 0], high[:, 0]]) - 0.5)
        spans[full] = edges.astype(np.int64)
    return spans
