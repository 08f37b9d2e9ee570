"""Coordinate systems: VN-2000 zones by province, one pinned datum operation, densified reprojection.

VN-2000 maps use a Transverse Mercator of 3° with k0 = 0.9999 and a central meridian fixed for each
province (``data/reference/vn2000_provinces.csv``). All measuring happens in such a projected system:
Web Mercator would inflate areas by 15 % at this latitude.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from layers import reference
from layers._densify import densified
from layers._door import hearing
from layers.errors import CrsError
from layers.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "DATUM_OPERATION",
    "VIETNAM",
    "as_crs",
    "horizontal",
    "in_vietnam",
    "is_metric",
    "metric_crs_at",
    "mover",
    "province_epsg",
    "require_metric",
    "to_crs",
    "transform_geometry",
]

#: EPSG holds two operations, 0.69 m apart at Thạch Thất; this one has the seven parameters of the
#: Vietnamese survey authority (-191.90441429, -39.30318279, -111.45032835, ...).
DATUM_OPERATION: Final = "VN-2000 to WGS 84 (2)"
_VN2000: Final = 4756
_UNITS_CHANGED: Final = date(2025, 7, 1)
#: west, south, east, north, with the islands
VIETNAM: Final = (101.0, 6.0, 118.0, 24.0)
_MAX_EDGE_M: Final = 50.0  # a chord of 50 m lies 0.02 mm off the projected line; one of 200 m, 0.3 mm
_METRES_PER_DEGREE: Final = 111_320.0


def as_crs(value: object) -> CRS:
    """Read a coordinate system.

    Parameters
    ----------
    value : int, str or pyproj.CRS
        EPSG code with or without ``EPSG:``, or anything pyproj takes.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CrsError
        ``crs_unreadable``.

    Examples
    --------
    >>> as_crs("5897").name
    'VN-2000 / TM-3 zone 482'
    """
    text = value.strip() if isinstance(value, str) else value
    try:
        return CRS.from_user_input(int(text) if isinstance(text, str) and text.isdecimal() else text)
    except (ProjError, TypeError, ValueError, OverflowError) as error:
        raise CrsError("crs_unreadable", found=str(value)[:200], expected="EPSG:5897") from error


def horizontal(crs: CRS) -> CRS:
    """Return the system of the two coordinates on the map.

    Parameters
    ----------
    crs : pyproj.CRS
        Any; one with heights, or one with a datum shift of its own.

    Returns
    -------
    pyproj.CRS
        Without the heights and the shift.

    Examples
    --------
    >>> horizontal(as_crs("EPSG:5897+5773")).to_epsg()
    5897
    """
    while crs.is_compound or crs.is_bound:
        inner = crs.sub_crs_list[0] if crs.is_compound else crs.source_crs
        if inner is None:
            break
        crs = inner
    return crs


def is_metric(crs: CRS | None) -> bool:
    """Say whether areas and distances may be measured in a system.

    Parameters
    ----------
    crs : pyproj.CRS or None

    Returns
    -------
    bool
        True for a projected system in metres whose areas are those on the ground within a few per
        mille: false for Mercator and for plates carrées, which inflate areas by 7 to 15 % here.

    Examples
    --------
    >>> [is_metric(as_crs(code)) for code in (5897, 32648, 4326, 3857, 3395)]
    [True, True, False, False, False]
    """
    if crs is None or not crs.is_projected:
        return False
    flat = horizontal(crs)
    metres = all(axis.unit_conversion_factor == 1.0 for axis in flat.axis_info[:2])
    method = flat.coordinate_operation.method_name.lower() if flat.coordinate_operation else ""
    mercator = "mercator" in method and "transverse" not in method and "oblique" not in method
    return metres and not mercator and "cylindrical" not in method


def require_metric(frame: gpd.GeoDataFrame, layer: str) -> CRS:
    """Return the system of a frame, or refuse to measure in it.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    layer : str
        Name for the message.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.
    """
    if frame.crs is None:
        raise CrsError("crs_missing", layer=layer, expected="VN-2000 (EPSG:5897, ...)")
    if not is_metric(frame.crs):
        raise CrsError("crs_not_metric", layer=layer, found=frame.crs.name, expected="EPSG:5897")
    return as_crs(frame.crs)


def province_epsg(province: str, on: date) -> int:
    """Look up the VN-2000 3° zone of a province.

    Parameters
    ----------
    province : str
        Two-digit code or name of the province, as it was on the day.
    on : datetime.date
        Before 2025-07-01 the 63 provinces count, from then on the 34.

    Returns
    -------
    int
        EPSG code.

    Raises
    ------
    CrsError
        ``province_unknown``.

    Examples
    --------
    >>> province_epsg("Hà Nội", date(2026, 1, 1))
    5897
    """
    rows = reference.table("vn2000_provinces")
    wanted = "new34" if on >= _UNITS_CHANGED else "legacy63"
    rows = rows[rows["province_set"] == wanted]
    same = (rows["province_code"] == province) | (rows["province"].map(fold) == fold(province))
    if not same.any():
        raise CrsError("province_unknown", found=province, expected=sorted(rows["province"]))
    return int(rows.loc[same, "epsg"].iloc[0])


def in_vietnam(lon: float, lat: float) -> bool:
    """Say whether a point lies in the box round Vietnam and its islands.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.

    Returns
    -------
    bool
    """
    west, south, east, north = VIETNAM
    return west <= lon <= east and south <= lat <= north


@cache
def _zone_now(province: str) -> int:
    return province_epsg(province, _UNITS_CHANGED)


@cache
def _communes() -> tuple[NDArray[np.float64], list[str]]:
    rows = reference.table("communes_2025")
    return rows[["lon", "lat"]].astype(float).to_numpy(), rows["province_code"].tolist()


def metric_crs_at(lon: float, lat: float) -> CRS:
    """Choose the system to measure in at a place.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.

    Returns
    -------
    pyproj.CRS
        In Vietnam the VN-2000 3° zone of the province (of 2025) whose commune centre is nearest,
        elsewhere the UTM zone.

    Raises
    ------
    CrsError
        ``place_unreadable`` for a place that is not on the earth.

    Examples
    --------
    >>> metric_crs_at(105.56, 21.02).to_epsg(), metric_crs_at(24.94, 60.17).to_epsg()
    (5897, 32635)
    """
    if not (np.isfinite([lon, lat]).all() and abs(lat) <= 90):  # noqa: PLR2004 - the pole
        raise CrsError("place_unreadable", found=f"{lat}, {lon}", expected="±90°, ±180°")
    if not in_vietnam(lon, lat):
        zone = int((lon + 180) // 6) % 60 + 1
        return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
    centres, province = _communes()
    shrink = np.array([np.cos(np.radians(lat)), 1.0])
    nearest = int((((centres - [lon, lat]) * shrink) ** 2).sum(axis=1).argmin())
    return CRS.from_epsg(_zone_now(province[nearest]))


def mover(source: CRS, target: CRS) -> Transformer:
    """Return the transformation between two systems, x or longitude first.

    Parameters
    ----------
    source, target : pyproj.CRS

    Returns
    -------
    pyproj.Transformer
        Between VN-2000 and another datum the pinned operation.

    Raises
    ------
    CrsError
        ``crs_unrelated`` or ``datum_operation_missing``.
    """
    return _transformer(source.to_wkt(), target.to_wkt())


@lru_cache(maxsize=512)
def _transformer(source: str, target: str) -> Transformer:
    """Pick the operation; between VN-2000 and another datum the pinned one, never the library's choice."""
    start, end = CRS.from_wkt(source), CRS.from_wkt(target)
    based = [crs.geodetic_crs is not None and crs.geodetic_crs.to_epsg() == _VN2000 for crs in (start, end)]
    try:
        if based[0] == based[1]:
            return Transformer.from_crs(start, end, always_xy=True)
        with hearing():  # of grids that the pinned operation does not use
            candidates = TransformerGroup(start, end, always_xy=True).transformers
    except ProjError as error:
        raise CrsError("crs_unrelated", found=start.name, expected=end.name) from error
    for candidate in candidates:
        if DATUM_OPERATION in candidate.description:
            # members of a group must not be shared by threads (they crash the process); this one may
            return Transformer.from_pipeline(candidate.definition)
    raise CrsError("datum_operation_missing", found=f"{start.name} → {end.name}", expected=DATUM_OPERATION)


def _moving(source: CRS, target: CRS) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    transformer = mover(source, target)

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = transformer.transform(points[:, 0], points[:, 1])
        return np.column_stack([x, y])

    return move


def transform_geometry(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    """Reproject one geometry with the pinned operation and densified edges.

    Parameters
    ----------
    geometry : shapely geometry
    source, target : pyproj.CRS

    Returns
    -------
    shapely geometry
    """
    frame = gpd.GeoDataFrame(geometry=[geometry], crs=source)
    return to_crs(frame, target).geometry.iloc[0]


def to_crs(
    frame: gpd.GeoDataFrame, target: CRS, *, max_edge_m: float = _MAX_EDGE_M, layer: str = ""
) -> gpd.GeoDataFrame:
    """Reproject a frame, long edges first cut into short ones.

    A straight edge in degrees is a curve in metres. Two neighbours that store one border with
    different vertices would overlap after plain reprojection: 5 m² on an edge of 1 km, 40,405 m² on
    20 km. Cut to `max_edge_m`, the border stays within 0.02 mm (at 50 m) of its true line.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Any geometry types, with a CRS.
    target : pyproj.CRS
    max_edge_m : float
        Longest edge left before reprojection, metres.
    layer : str
        Name for messages.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy in the target system, index and columns kept; the frame itself where it has the
        target system already. Coordinates that the target can't express come back infinite.

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_unrelated`` or ``datum_operation_missing``.

    Examples
    --------
    >>> from shapely import Point
    >>> here = gpd.GeoDataFrame(geometry=[Point(105.56, 21.02)], crs=4326)
    >>> point = to_crs(here, as_crs(5897)).geometry.iloc[0]
    >>> round(point.x), round(point.y)
    (558014, 2325269)
    """
    if frame.crs is None:
        raise CrsError("crs_missing", layer=layer, expected=target.name)
    if frame.crs == target:
        return frame
    source = as_crs(frame.crs)
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    step = max_edge_m / _METRES_PER_DEGREE if source.is_geographic else max_edge_m
    moved = shapely.transform(densified(geometry, step), _moving(source, target))
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=target, name=frame.geometry.name))
