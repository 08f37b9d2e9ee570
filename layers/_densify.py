"""Cutting long edges into short ones, and nothing else.

GEOS has a function for this (``segmentize``), but it mends invalid areas on the way without a word,
refuses lines of no length, and ends the process on some areas that collapse. Here the points that were
there stay as they are, in their order, and new ones come between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import GeometryType

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MULTI: Final[dict[GeometryType, Any]] = {
    GeometryType.MULTIPOINT: shapely.multipoints,
    GeometryType.MULTILINESTRING: shapely.multilinestrings,
    GeometryType.MULTIPOLYGON: shapely.multipolygons,
    GeometryType.GEOMETRYCOLLECTION: shapely.geometrycollections,
}
_LINES: Final[dict[GeometryType, Any]] = {
    GeometryType.LINESTRING: shapely.linestrings,
    GeometryType.LINEARRING: shapely.linearrings,
}
_MOST_PIECES: Final = 1_000_000


def densified(geometry: NDArray[np.object_], step: float) -> NDArray[np.object_]:
    """Cut edges longer than a step.

    Parameters
    ----------
    geometry : array of shapely geometries
        Two-dimensional, of any type; missing, empty and invalid ones too.
    step : float
        Longest edge left, in the unit of the coordinates.

    Returns
    -------
    array of shapely geometries
        Same types and same corners; edges that are not finite, or would give more than a million
        pieces, stay whole.

    Examples
    --------
    >>> import numpy as np
    >>> from shapely import LineString
    >>> densified(np.array([LineString([(0, 0), (3, 0)])], dtype=object), 1)[0].wkt
    'LINESTRING (0 0, 1 0, 2 0, 3 0)'
    """
    out = geometry.copy()
    points, owner = shapely.get_coordinates(geometry, return_index=True)
    long = np.unique(owner[:-1][(_pieces(points, owner, step) > 1)[:-1]]) if len(points) else owner
    if len(long):
        out[long] = _by_type(geometry[long], step)
    return out


def _pieces(points: NDArray[np.float64], owner: NDArray[np.int64], step: float) -> NDArray[np.int64]:
    """Count pieces of the edge that begins at each point; the last point of a geometry begins none."""
    with np.errstate(invalid="ignore", over="ignore"):
        lengths = np.hypot(*np.diff(points, axis=0).T) / step
    count = np.ones(len(points), dtype=np.int64)
    cut = (owner[1:] == owner[:-1]) & (lengths > 1) & (lengths < _MOST_PIECES)
    count[:-1][cut] = np.ceil(lengths[cut]).astype(np.int64)
    return count


def _by_type(geometry: NDArray[np.object_], step: float) -> NDArray[np.object_]:
    out = geometry.copy()
    kinds = shapely.get_type_id(geometry)
    for kind in np.unique(kinds):
        at = np.flatnonzero((kinds == kind) & ~shapely.is_empty(geometry))
        if not len(at):
            continue
        if kind in _LINES:
            out[at] = _cut(geometry[at], step, GeometryType(kind))
        elif kind == GeometryType.POLYGON:
            out[at] = _cut_areas(geometry[at], step)
        elif kind in _MULTI:
            parts, owner = shapely.get_parts(geometry[at], return_index=True)
            out[at] = _MULTI[GeometryType(kind)](_by_type(parts, step), indices=owner)
    return out


def _cut(lines: NDArray[np.object_], step: float, kind: GeometryType) -> NDArray[np.object_]:
    points, owner = shapely.get_coordinates(lines, return_index=True)
    count = _pieces(points, owner, step)
    start = np.repeat(np.arange(len(points)), count)
    part = (np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count)) / count[start]
    way = np.append(np.diff(points, axis=0), [[0.0, 0.0]], axis=0)
    way[count == 1] = 0.0
    made = _LINES[kind](points[start] + way[start] * part[:, None], indices=owner[start])
    return np.asarray(made, dtype=object)


def _cut_areas(areas: NDArray[np.object_], step: float) -> NDArray[np.object_]:
    rings, owner = shapely.get_rings(areas, return_index=True)
    made = shapely.polygons(_cut(rings, step, GeometryType.LINEARRING), indices=owner)
    return np.asarray(made, dtype=object)
