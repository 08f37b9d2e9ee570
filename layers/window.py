"""The features of a large layer that lie in a box, made from its coordinates on disk; no others are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.coordinates import Coordinates

__all__ = ["features_in"]


def features_in(source: Coordinates, bounds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Make the areas of a layer whose boxes meet a box.

    Parameters
    ----------
    source : Coordinates
        Of a layer of areas.
    bounds : tuple of float
        West, south, east, north in the layer's own system.

    Returns
    -------
    geopandas.GeoDataFrame
        MultiPolygons in the system of the layer and under its index labels, with the columns of
        ``source.classes`` as text; features without a ring are left out, they have no area.

    Examples
    --------
    >>> from shapely import box
    >>> from layers.coordinates import coordinates_of
    >>> cells = [box(0, 0, 1, 1), box(5, 5, 6, 6)]
    >>> frame = gpd.GeoDataFrame({"code": ["LUC", "ONT"]}, geometry=cells, crs=5897)
    >>> features_in(coordinates_of(frame), (0.5, 0.5, 3, 3))["code"].tolist()
    ['LUC']
    """
    west, south, east, north = bounds
    box = np.asarray(source.bounds)
    meets = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
    rings = np.diff(np.asarray(source.feature))
    found = np.flatnonzero(meets & (rings > 0))
    columns = {
        name: [None if values[k] is None else str(values[k]) for k in np.asarray(codes)[found].tolist()]
        for name, (codes, values) in source.classes.items()
    }
    labels = source.labels.take(np.asarray(source.row)[found])
    return gpd.GeoDataFrame(columns, geometry=_shapes(source, found), index=labels, crs=source.crs)


def _shapes(source: Coordinates, found: NDArray[np.int64]) -> NDArray[np.object_]:
    first, start = np.asarray(source.feature), np.asarray(source.ring)
    ring = _spans(first[found], first[found + 1])
    outer = np.asarray(source.outer)[ring]
    lengths = start[ring + 1] - start[ring]
    xy = np.asarray(source.xy)[_spans(start[ring], start[ring + 1])]
    # a polygon begins at each outer ring, a feature at the first polygon of its own
    polygons = np.append(np.flatnonzero(outer), len(ring))
    before = np.concatenate([[0], np.cumsum(first[found + 1] - first[found])])
    parts = np.searchsorted(polygons, before)
    return shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON,
        np.ascontiguousarray(xy, dtype=float),
        (np.concatenate([[0], np.cumsum(lengths)]), polygons, parts),
    )


def _spans(first: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers of several ranges, one after the other."""
    lengths = end - first
    total = int(lengths.sum())
    shift = np.repeat(first - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    spans: NDArray[np.int64] = np.arange(total, dtype=np.int64) + shift
    return spans
