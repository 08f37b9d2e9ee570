"""Corners that neighbours should share: a corner of one lies on an edge of the other, which has none there.

Nothing is seen of it until one of the two is drawn again, brought into another system or simplified; then
the border opens. :func:`layers.coverage.mend_coverage` gives both the corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import require_metric
from layers.errors import QuestionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["unshared_vertices"]

_WIDEST_M: Final = 50.0


def unshared_vertices(frame: gpd.GeoDataFrame, layer: str, *, tolerance_m: float = 0.01) -> gpd.GeoDataFrame:
    """Find corners of a coverage that lie on a neighbour's edge where the neighbour has none.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system.
    layer : str
        Name for messages.
    tolerance_m : float
        How far from the edge a corner may lie and still be on it.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``row`` (index label of the feature that lacks the corner), ``other`` (of the one that has
        it), ``offset_m`` (distance from the edge) and the corner as a point, the farthest first.

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from shapely import box
    >>> lots = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9), box(9, 0, 18, 5), box(9, 5, 18, 9)], crs=5897)
    >>> found = unshared_vertices(lots, "lots")
    >>> found[["row", "other"]].values.tolist(), found.geometry.to_wkt().tolist()
    ([[0, 1]], ['POINT (9 5)'])
    """
    crs = require_metric(frame, layer)
    if not 0 < tolerance_m <= _WIDEST_M:
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=f"0–{_WIDEST_M:g}")
    given = frame.geometry.to_numpy()
    # neighbours whose edges match corner by corner have nothing to share
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(given)))
    lacking, having, offset, points = _lacking(given[suspects], tolerance_m)
    labels = frame.index.to_numpy()[suspects]
    found = gpd.GeoDataFrame(
        {"row": labels[lacking], "other": labels[having], "offset_m": offset},
        geometry=shapely.points(points),
        crs=crs,
    )
    return found.sort_values("offset_m", ascending=False, kind="stable").reset_index(drop=True)


def _lacking(
    geometry: NDArray[np.object_], tolerance_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Position of the feature that lacks a corner and of one that has it, distance, and the corner."""
    points, owner, edges, of_edge = _taken_apart(geometry)
    if not len(points):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty((0, 2))
    lines: Any = shapely.linestrings(edges)
    corner, edge = shapely.STRtree(lines).query(
        shapely.points(points), predicate="dwithin", distance=tolerance_m
    )
    apart = owner[corner] != of_edge[edge]
    # where the edge begins or ends within the tolerance, the corner is there, if not to the millimetre
    ends = np.hypot(*(edges[edge] - points[corner][:, None, :]).transpose(2, 0, 1)).min(axis=1)
    corner, edge = corner[apart & (ends > tolerance_m)], edge[apart & (ends > tolerance_m)]
    key = np.column_stack([of_edge[edge], points[corner]])
    once = np.sort(np.unique(key, axis=0, return_index=True)[1])
    corner, edge = corner[once], edge[once]
    offset = shapely.distance(shapely.points(points[corner]), lines[edge])
    return of_edge[edge], owner[corner], np.asarray(offset, dtype=float), points[corner]


def _taken_apart(
    geometry: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Corners and edges of areas, each with the position of its feature."""
    parts, of_part = shapely.get_parts(geometry, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    owner = of_part[of_ring[ring]] if len(ring) else np.empty(0, np.int64)
    inner = ring[1:] == ring[:-1]
    edges = np.stack([points[:-1][inner], points[1:][inner]], axis=1) if len(points) else points
    return points, owner, edges, owner[:-1][inner]
