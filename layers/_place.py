"""Where a layer lies: what its place says of the system it states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers._known_crs import VN2000_CODES
from layers.crs import VIETNAM, as_crs, in_vietnam, metric_crs_at, mover
from layers.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.findings import Ledger


def find_place(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Say so when rows lie outside Vietnam or a layer outside the zone it is drawn in.

    Most often the coordinate system is then not the stated one.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Rows with finite geometry.
    ledger : Ledger
        Receives ``place_outside_vietnam`` or ``axes_reversed`` for a whole layer, ``row_outside_vietnam``
        for single rows,
        ``zone_of_other_province`` for a VN-2000 zone of 3° that the province doesn't use.
    """
    if frame.crs is None or frame.empty:
        return
    crs = as_crs(frame.crs)
    bounds = shapely.bounds(frame.geometry.to_numpy())
    whole = _lonlat_boxes(np.append(bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0))[None, :], crs)
    if not _inside(whole).all():
        lonlat = _lonlat_boxes(bounds, crs)
        inside = _inside(lonlat)
        if not inside.any():
            # X is north on Vietnamese maps and east in files: the two are often in each other's place
            reversed_ = _inside(_lonlat_boxes(bounds[:, [1, 0, 3, 2]], crs)).all()
            code = "axes_reversed" if reversed_ else "place_outside_vietnam"
            ledger.find(code, level="warn", **_place(lonlat[0]), crs=crs.name)
            return
        for label, box in zip(frame.index[~inside], lonlat[~inside], strict=True):
            ledger.find("row_outside_vietnam", label, "warn", **_place(box), crs=crs.name)
        bounds = bounds[inside]
    _find_zone(_lonlat_boxes(np.median(bounds, axis=0)[None, :], crs)[0], crs, ledger)


def _inside(lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = VIETNAM
    low = (lonlat >= [west, south, west, south]).all(axis=1)
    return np.asarray(low & (lonlat <= [east, north, east, north]).all(axis=1), dtype=bool)


def place_of(frame: gpd.GeoDataFrame) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of a layer; ``None`` where its system puts it nowhere."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if frame.crs is None or not len(bounds):
        return None
    lonlat = _lonlat_boxes(np.median(bounds, axis=0)[None, :], as_crs(frame.crs))
    if not np.isfinite(lonlat).all():
        return None
    return float(lonlat[0, [0, 2]].mean()), float(lonlat[0, [1, 3]].mean())


def _find_zone(box: NDArray[np.float64], crs: CRS, ledger: Ledger) -> None:
    lon, lat = float(box[[0, 2]].mean()), float(box[[1, 3]].mean())
    code = crs.to_epsg()
    if code not in VN2000_CODES or code in (3405, 3406) or not in_vietnam(lon, lat):
        return
    expected = metric_crs_at(lon, lat)
    if expected.to_epsg() != code:
        ledger.find("zone_of_other_province", level="warn", found=crs.name, expected=expected.name)


def _lonlat_boxes(bounds: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """Boxes in degrees, from two corners each; near enough to say in what country they lie."""
    if crs.is_geographic:
        return bounds
    try:
        transformer = mover(crs, as_crs(4326))
    except CrsError:  # a system that has no way to the earth
        return np.full_like(bounds, np.inf)
    x, y = transformer.transform(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel())
    return np.column_stack([np.reshape(x, (-1, 2)), np.reshape(y, (-1, 2))])[:, [0, 2, 1, 3]]


def _place(box: NDArray[np.float64]) -> dict[str, float | None]:
    lon, lat = float(box[[0, 2]].mean()), float(box[[1, 3]].mean())
    known = bool(np.isfinite([lon, lat]).all())
    return {"lat_deg": lat if known else None, "lon_deg": lon if known else None}


def range_of(frame: gpd.GeoDataFrame) -> dict[str, list[float]]:
    """Give the range of the coordinates as ``x`` and ``y``, empty where there are none."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return {}
    (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return {"x": [float(west), float(east)], "y": [float(south), float(north)]}


def lonlat_swapped(bounds: NDArray[np.float64]) -> bool:
    """Say whether degrees make sense only with latitude and longitude in each other's place."""
    return bool(len(bounds)) and bool(_inside(bounds[:, [1, 0, 3, 2]]).all())


def lonlat_range(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """West, south, east and north in degrees, from the corners of every row."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    boxes = _lonlat_boxes(bounds[np.isfinite(bounds).all(axis=1)], as_crs(frame.crs))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return (np.nan, np.nan, np.nan, np.nan)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
