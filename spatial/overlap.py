"""Overlap of zones with another layer: the pieces they share, with area and thickness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import require_metric
from layers.errors import CrsError, GeometryError
from spatial._engine import pairs, parts_of, pieces, thickness

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["overlap", "thickness_m"]


def overlap(zones: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut another layer along the zones.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        Polygons or multipolygons, valid, in a projected CRS in metres; index unique.
    others : geopandas.GeoDataFrame
        Points, lines or polygons, valid, in the same CRS; index unique.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per single part of a shared piece, sorted by zone and feature; index 0, 1, 2, ...
        Columns ``zone`` and ``feature`` (index labels of the inputs), ``area_m2``, ``length_m``
        (of lines; 0 for areas and points), ``thickness_m`` (2·area/perimeter), geometry. Pairs that
        only touch give no row. Overlapping features each give their own piece.

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    GeometryError
        ``geometry_invalid`` if an invalid or non-finite geometry gets here.

    Examples
    --------
    >>> from shapely import box
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["KCN"], crs=5897)
    >>> fields = gpd.GeoDataFrame(geometry=[box(-50, 0, 50, 100), box(90, 90, 95, 95)], crs=5897)
    >>> overlap(zones, fields)[["zone", "feature", "area_m2"]].values.tolist()
    [['KCN', 0, 5000.0], ['KCN', 1, 25.0]]
    """
    crs = require_metric(zones, "zones")
    if others.crs != crs:
        raise CrsError("crs_differs", layer="others", expected=crs.name, found=str(others.crs))
    ours, theirs = _checked(zones, "zones"), _checked(others, "others")
    i, j = pairs(ours, theirs)
    parts, owner = parts_of(pieces(ours, theirs, i, j))
    return gpd.GeoDataFrame(
        {
            "zone": zones.index.to_numpy()[i[owner]],
            "feature": others.index.to_numpy()[j[owner]],
            "area_m2": shapely.area(parts),
            "length_m": np.where(shapely.get_dimensions(parts) == 1, shapely.length(parts), 0.0),
            "thickness_m": thickness(parts),
        },
        geometry=parts,
        crs=crs,
    )


def thickness_m(geometry: gpd.GeoSeries) -> NDArray[np.float64]:
    """Thickness of areas: 2·area/perimeter.

    A strip of width w and length l has the thickness w·l/(w + l), so nearly w; a square half its side.
    It tells the redrawing of a border (thin) from a real overlap (thick).

    Parameters
    ----------
    geometry : geopandas.GeoSeries
        Polygons in metres.

    Returns
    -------
    numpy.ndarray
        Metres, in the order of the series.

    Examples
    --------
    >>> from shapely import box
    >>> thickness_m(gpd.GeoSeries([box(0, 0, 1000, 0.4), box(0, 0, 10, 10)])).round(3).tolist()
    [0.4, 5.0]
    """
    return thickness(geometry.to_numpy())


def _checked(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.object_]:
    geometry = frame.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(geometry) | shapely.is_missing(geometry))
    if len(bad):
        reason = str(shapely.is_valid_reason(geometry[bad[0]]))
        raise GeometryError("geometry_invalid", layer=name, row=str(frame.index[bad[0]]), found=reason)
    return geometry.copy()
