"""Geometry of a layer, checked and mended row by row; each repair is a finding with its areas.

Repairs change as little as they can: self-crossing polygons are rebuilt by GEOS ``make_valid``
(method "structure": rings made valid, shells merged, holes subtracted), collections give up their
polygons, closed lines become polygons where polygons are asked for. What can't be mended is set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod
from shapely import GeometryType

from layers.crs import as_crs, in_vietnam, is_metric, to_crs

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.findings import Ledger

__all__ = ["clean_geometry", "polygon_parts"]

_POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING, GeometryType.MULTILINESTRING)
_FAR_M = 1e7  # no projected coordinate on Vietnamese or UTM maps is larger
_TINY_M2 = 1e-6
_GEOD = Geod(ellps="WGS84")


def clean_geometry(frame: gpd.GeoDataFrame, ledger: Ledger, *, polygons: bool) -> gpd.GeoDataFrame:
    """Check every geometry, mend what can be mended, set aside the rest.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Rows as read, any geometry types, index unique.
    ledger : Ledger
        Receives the findings and the rows set aside.
    polygons : bool
        True for a kind whose features must be areas.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows that can be used: two-dimensional, finite, in range, valid, not empty; for areas
        Polygon or MultiPolygon with an area above 1e-6 m². Index labels are kept.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Polygon
    >>> from layers.findings import Ledger
    >>> bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    >>> ledger = Ledger("bow tie")
    >>> mended = clean_geometry(gpd.GeoDataFrame(geometry=[bow], crs=5897), ledger, polygons=True)
    >>> mended.geometry.area.tolist(), ledger.findings[0].code
    ([5000.0], 'geometry_repaired')
    """
    frame = _drop_missing(frame, ledger)
    frame = _flatten(frame, ledger)
    frame = _drop_out_of_range(frame, ledger)
    if polygons:
        frame = _to_polygons(frame, ledger)
    frame = _repair(frame, ledger)
    if polygons:
        frame = _drop_without_area(frame, ledger)
    _find_mixed(frame, ledger)
    _find_duplicates(frame, ledger)
    _find_place(frame, ledger)
    return frame


def polygon_parts(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Keep the areas of each geometry.

    Parameters
    ----------
    geometry : array of shapely geometries

    Returns
    -------
    array of Polygon or MultiPolygon
        ``None`` where a geometry holds no area.

    Examples
    --------
    >>> import numpy as np
    >>> from shapely import GeometryCollection, Point, box
    >>> mixed = np.array([GeometryCollection([box(0, 0, 1, 1), Point(5, 5)])], dtype=object)
    >>> polygon_parts(mixed)[0].geom_type
    'Polygon'
    """
    out = np.full(len(geometry), None, dtype=object)
    kind = shapely.get_type_id(geometry)
    whole = np.isin(kind, _POLYGONS)
    out[whole] = geometry[whole]
    for i in np.flatnonzero(kind == GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(geometry[i]))
        parts = parts[shapely.get_type_id(parts) == GeometryType.POLYGON]
        if len(parts):
            out[i] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return out


def _drop_missing(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    missing = shapely.is_missing(geometry)
    ledger.set_aside(frame.index[missing], "geometry_null")
    empty = ~missing & shapely.is_empty(geometry)
    ledger.set_aside(frame.index[empty], "geometry_empty")
    return frame[~(missing | empty)]


def _flatten(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    if not shapely.has_z(geometry).any():
        return frame
    ledger.find("height_dropped", level="info", count=int(shapely.has_z(geometry).sum()))
    return frame.set_geometry(shapely.force_2d(geometry), crs=frame.crs)


def _drop_out_of_range(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    points, owner = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    finite = np.isfinite(points).all(axis=1)
    infinite = np.zeros(len(frame), dtype=bool)
    infinite[owner[~finite]] = True
    ledger.set_aside(frame.index[infinite], "coordinates_not_finite")
    geographic = frame.crs is not None and frame.crs.is_geographic
    limit = np.array([180.0, 90.0]) if geographic else np.array([_FAR_M, _FAR_M])
    far = np.zeros(len(frame), dtype=bool)
    with np.errstate(invalid="ignore"):
        far[owner[finite & (np.abs(points) > limit).any(axis=1)]] = True
    far &= ~infinite
    for row in np.flatnonzero(far):
        worst = points[owner == row]
        worst = worst[np.abs(worst / limit).max(axis=1).argmax()]
        ledger.set_aside(
            [frame.index[row]],
            "coordinates_out_of_range",
            found=f"{worst[0]:g}, {worst[1]:g}",
            expected=f"±{limit[0]:g}, ±{limit[1]:g}",
        )
    return frame[~(infinite | far)]


def _to_polygons(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy().copy()
    kind = shapely.get_type_id(geometry)
    for i in np.flatnonzero(kind == GeometryType.GEOMETRYCOLLECTION):
        ledger.find("collection_reduced", frame.index[i], "warn", found=geometry[i].geom_type)
    geometry[kind == GeometryType.GEOMETRYCOLLECTION] = polygon_parts(
        geometry[kind == GeometryType.GEOMETRYCOLLECTION]
    )
    for i in np.flatnonzero(np.isin(kind, _LINES)):
        rings = shapely.get_parts(geometry[i])
        if shapely.is_closed(rings).all() and (shapely.get_num_coordinates(rings) >= 4).all():  # noqa: PLR2004 - a ring has four points
            made = shapely.polygons([shapely.get_coordinates(ring) for ring in rings])
            geometry[i] = made[0] if len(made) == 1 else shapely.multipolygons(made)
            ledger.find("line_closed_to_polygon", frame.index[i], "info")
    wrong = ~np.isin(shapely.get_type_id(geometry), _POLYGONS)
    for i in np.flatnonzero(wrong):
        found = "GeometryCollection" if geometry[i] is None else geometry[i].geom_type
        ledger.set_aside([frame.index[i]], "geometry_type", expected="Polygon", found=found)
    return frame.set_geometry(geometry, crs=frame.crs)[~wrong]


def _areas_m2(geometry: NDArray[np.object_], crs: CRS | None) -> NDArray[np.float64]:
    """Planar areas in a metric system (or where none is known), geodesic areas in degrees."""
    if crs is None or is_metric(as_crs(crs)):
        return np.asarray(shapely.area(geometry), dtype=float)
    lonlat = geometry
    if not crs.is_geographic:
        import geopandas as gpd  # noqa: PLC0415

        lonlat = to_crs(gpd.GeoDataFrame(geometry=geometry, crs=crs), as_crs(4326)).geometry.to_numpy()
    return np.array([abs(_GEOD.geometry_area_perimeter(g)[0]) for g in lonlat])


def _repair(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(geometry))
    if not len(bad):
        return frame
    geometry = geometry.copy()
    mended = shapely.make_valid(geometry[bad], method="structure", keep_collapsed=False)
    was_area = np.isin(shapely.get_type_id(geometry[bad]), _POLYGONS)
    mended[was_area] = polygon_parts(mended[was_area])
    lost = shapely.is_missing(mended) | shapely.is_empty(mended)
    reasons = shapely.is_valid_reason(geometry[bad])
    for i in np.flatnonzero(lost):
        ledger.set_aside([frame.index[bad[i]]], "geometry_without_area", found=str(reasons[i]))
    kept = ~lost
    before = _areas_m2(geometry[bad][kept], frame.crs)
    after = _areas_m2(mended[kept], frame.crs)
    for row, reason, old, new in zip(
        frame.index[bad[kept]], reasons[kept], before, after, strict=True
    ):
        ledger.find(
            "geometry_repaired", row, "warn", found=str(reason), area_before_m2=float(old), area_after_m2=float(new)
        )
    geometry[bad[kept]] = mended[kept]
    usable = np.ones(len(frame), dtype=bool)
    usable[bad[lost]] = False
    return frame.set_geometry(geometry, crs=frame.crs)[usable]


def _drop_without_area(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    small = shapely.area(frame.geometry.to_numpy())
    # a square metre is about 1e-10 square degrees; only areas that small need the geodesic figure
    suspects = np.flatnonzero(small < _TINY_M2)
    if not len(suspects):
        return frame
    empty = suspects[_areas_m2(frame.geometry.to_numpy()[suspects], frame.crs) < _TINY_M2]
    ledger.set_aside(frame.index[empty], "geometry_without_area", found="0 m²")
    return frame.drop(frame.index[empty])


def _find_mixed(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    families = {
        "area" if name.endswith("Polygon") else "line" if "Line" in name else "point"
        for name in frame.geom_type.unique()
        if name
    }
    if len(families) > 1:
        ledger.find("geometry_mixed", level="warn", found=sorted(frame.geom_type.unique()))


def _find_duplicates(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    twins = shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy()))
    seen: dict[bytes, object] = {}
    for row, key in zip(frame.index, twins, strict=True):
        if key in seen:
            ledger.find("geometry_duplicate", row, "warn", other=str(seen[key]))
        else:
            seen[key] = row


def _find_place(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Say so when a layer lies outside Vietnam: most often its coordinate system is not the stated one."""
    if frame.crs is None or frame.empty:
        return
    middle = to_crs(frame.iloc[[0]].set_geometry(frame.iloc[[0]].representative_point()), as_crs(4326))
    lon, lat = float(middle.geometry.x.iloc[0]), float(middle.geometry.y.iloc[0])
    if not in_vietnam(lon, lat):
        found = f"{lat:.3f}°, {lon:.3f}°" if np.isfinite([lon, lat]).all() else "∞"
        ledger.find("place_outside_vietnam", level="warn", found=found, crs=frame.crs.name)
