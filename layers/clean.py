"""Geometry of a layer, checked and mended row by row; each repair is a finding with its areas.

Repairs change as little as they can: self-crossing polygons are rebuilt by GEOS ``make_valid``
(method "structure": rings made valid, shells merged, holes subtracted), collections give up their
polygons, closed lines become polygons where polygons are asked for. What can't be mended is set aside.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from shapely import GeometryType
from shapely.errors import ShapelyError

from layers._place import find_place
from layers.crs import as_crs, is_metric, to_crs
from layers.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.findings import Ledger

__all__ = ["clean_geometry", "find_duplicates", "polygon_parts"]

_POLYGONS: Final = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
_LINES: Final = (GeometryType.LINESTRING, GeometryType.LINEARRING)
_FAR_M: Final = 2.1e7  # half round the earth: no projected coordinate is larger, not even in Web Mercator
_TINY_M2: Final = 1e-6
_GEOD: Final = Geod(ellps="WGS84")


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
        Polygon or MultiPolygon with an area of 1e-6 m² or more. Index labels are kept.

    Raises
    ------
    SchemaError
        ``index_duplicate``: two rows with one label could not be told apart in the findings.

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
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        raise SchemaError("index_duplicate", layer=ledger.layer, found=str(twice[0]), count=len(twice))
    frame = _drop_missing(frame, ledger)
    frame = _flatten(frame, ledger)
    frame = _drop_out_of_range(frame, ledger)
    if polygons:
        frame = _to_polygons(frame, ledger)
    frame = _repair(frame, ledger)
    if polygons:
        frame = _drop_without_area(frame, ledger)
    _find_mixed(frame, ledger)
    find_duplicates(frame, ledger)
    find_place(frame, ledger)
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
        parts = _flat_parts(geometry[i])
        parts = parts[(shapely.get_type_id(parts) == GeometryType.POLYGON) & ~shapely.is_empty(parts)]
        if len(parts):
            out[i] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return out


def _flat_parts(geometry: Any) -> NDArray[np.object_]:
    """Parts of a collection, of the collections in it, and so on."""
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return parts


def _with(frame: gpd.GeoDataFrame, geometry: NDArray[np.object_]) -> gpd.GeoDataFrame:
    return frame.set_geometry(geometry, crs=frame.crs)


def _drop_missing(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    missing = shapely.is_missing(geometry)
    ledger.set_aside(frame.index[missing], "geometry_null")
    empty = ~missing & shapely.is_empty(geometry)
    ledger.set_aside(frame.index[empty], "geometry_empty")
    lost = missing | empty
    return frame.loc[~lost] if lost.any() else frame


def _flatten(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    high = shapely.has_z(geometry) | shapely.has_m(geometry)
    if not high.any():
        return frame
    ledger.find("height_dropped", level="info", count=int(high.sum()))
    with np.errstate(invalid="ignore"):  # NaN among the coordinates is dealt with next
        return _with(frame, shapely.force_2d(geometry))


def _limit(crs: CRS | None) -> NDArray[np.float64]:
    """Largest coordinates that a system has, in its own unit."""
    if crs is not None and crs.is_geographic:
        return np.array([180.0, 90.0])
    unit = crs.axis_info[0].unit_conversion_factor if crs is not None and crs.axis_info else 1.0
    return np.array([_FAR_M, _FAR_M]) / (unit or 1.0)


def _drop_out_of_range(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    limit = _limit(frame.crs)
    with np.errstate(invalid="ignore"):
        if (np.abs(shapely.get_coordinates(geometry)) <= limit).all():  # as almost always
            return frame
        points, owner = shapely.get_coordinates(geometry, return_index=True)
        excess = np.abs(points / limit).max(axis=1)
    infinite = np.zeros(len(frame), dtype=bool)
    infinite[owner[~np.isfinite(excess)]] = True
    ledger.set_aside(frame.index[infinite], "coordinates_not_finite")
    beyond = np.flatnonzero((excess > 1) & np.isfinite(excess) & ~infinite[owner])
    # sorted by row and excess, the last point of each row is its farthest
    beyond = beyond[np.lexsort((excess[beyond], owner[beyond]))]
    last = np.ones(len(beyond), dtype=bool)
    last[:-1] = owner[beyond][1:] != owner[beyond][:-1]
    far = np.zeros(len(frame), dtype=bool)
    far[owner[beyond]] = True
    expected = f"±{limit[0]:g}, ±{limit[1]:g}"
    for label, (x, y) in zip(frame.index[owner[beyond[last]]], points[beyond[last]], strict=True):
        found = {"x": float(x), "y": float(y)}
        ledger.set_aside([label], "coordinates_out_of_range", found=found, expected=expected)
    return frame.loc[~(infinite | far)]


def _to_polygons(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    kind = shapely.get_type_id(geometry)
    if np.isin(kind, _POLYGONS).all():
        return frame
    geometry = geometry.copy()
    mixed = kind == GeometryType.GEOMETRYCOLLECTION
    geometry[mixed] = polygon_parts(geometry[mixed])
    for label in frame.index[mixed & ~shapely.is_missing(geometry)]:
        ledger.find("collection_reduced", label, "warn", found="GeometryCollection")
    _close_lines(geometry, kind)
    areas = np.isin(shapely.get_type_id(geometry), _POLYGONS)
    for label in frame.index[areas & np.isin(kind, (*_LINES, GeometryType.MULTILINESTRING))]:
        ledger.find("line_closed_to_polygon", label, "info")
    for label, found in zip(frame.index[~areas], frame.geom_type[~areas], strict=True):
        ledger.set_aside([label], "geometry_type", expected="Polygon", found=found)
    return _with(frame, geometry).loc[areas]


def _close_lines(geometry: NDArray[np.object_], kind: NDArray[np.int32]) -> None:
    """Turn closed lines into polygons, in place; of several lines in one row those inside are holes."""
    simple = np.isin(kind, _LINES)
    simple[simple] = _is_ring(geometry[simple])
    if simple.any():
        points, owner = shapely.get_coordinates(geometry[simple], return_index=True)
        geometry[simple] = shapely.polygons(shapely.linearrings(points, indices=owner))
    for i in np.flatnonzero(kind == GeometryType.MULTILINESTRING):
        rings = shapely.get_parts(geometry[i])
        if not _is_ring(rings).all():
            continue
        points, owner = shapely.get_coordinates(rings, return_index=True)
        areas: Any = shapely.polygons(shapely.linearrings(points, indices=owner))
        if len(areas) > 1:
            whole = shapely.make_valid(areas, method="structure", keep_collapsed=False)
            areas = polygon_parts(np.array([reduce(shapely.symmetric_difference, whole)], dtype=object))
        geometry[i] = areas[0]


def _is_ring(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(
        shapely.is_closed(lines) & (shapely.get_num_coordinates(lines) >= 4),  # noqa: PLR2004 - a ring has four points
        dtype=bool,
    )


def _areas_m2(geometry: NDArray[np.object_], crs: CRS | None) -> NDArray[np.float64]:
    """Planar areas in a metric system, geodesic areas in others and where coordinates look like degrees."""
    if is_metric(crs) or (crs is None and not _look_like_degrees(geometry)):
        return np.asarray(shapely.area(geometry), dtype=float)
    lonlat = geometry
    if crs is not None and not crs.is_geographic:
        import geopandas as gpd  # noqa: PLC0415

        lonlat = to_crs(gpd.GeoDataFrame(geometry=geometry, crs=crs), as_crs(4326)).geometry.to_numpy()
    return np.array([abs(_GEOD.geometry_area_perimeter(g)[0]) for g in lonlat])


def _look_like_degrees(geometry: NDArray[np.object_]) -> bool:
    return bool((np.abs(shapely.bounds(geometry)) <= [180, 90, 180, 90]).all())


def _repair(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    geometry = frame.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(geometry))
    if not len(bad):
        return frame
    geometry = geometry.copy()
    reasons = shapely.is_valid_reason(geometry[bad])
    mended = _made_valid(geometry[bad])
    lost = shapely.is_missing(mended) | shapely.is_empty(mended) | ~shapely.is_valid(mended)
    for label, reason in zip(frame.index[bad[lost]], reasons[lost], strict=True):
        ledger.set_aside([label], "geometry_unrepairable", found=str(reason))
    kept = ~lost
    before = _areas_m2(geometry[bad][kept], frame.crs)
    after = _areas_m2(mended[kept], frame.crs)
    for row, reason, old, new in zip(frame.index[bad[kept]], reasons[kept], before, after, strict=True):
        areas = {"area_before_m2": float(old), "area_after_m2": float(new)}
        ledger.find("geometry_repaired", row, "warn", found=str(reason), **areas)
    geometry[bad[kept]] = mended[kept]
    usable = np.ones(len(frame), dtype=bool)
    usable[bad[lost]] = False
    return _with(frame, geometry).loc[usable]


def _made_valid(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Rebuild geometries; areas stay areas, ``None`` where nothing is left or GEOS gives up."""
    was_area = np.isin(shapely.get_type_id(geometry), _POLYGONS)
    try:
        mended = np.asarray(
            shapely.make_valid(geometry, method="structure", keep_collapsed=False), dtype=object
        )
    except ShapelyError:
        if len(geometry) == 1:
            return np.array([None], dtype=object)
        return np.concatenate([_made_valid(geometry[i : i + 1]) for i in range(len(geometry))])
    mended[was_area] = polygon_parts(mended[was_area])
    return mended


def _drop_without_area(frame: gpd.GeoDataFrame, ledger: Ledger) -> gpd.GeoDataFrame:
    small = shapely.area(frame.geometry.to_numpy())
    # a square metre is about 1e-10 square degrees; only areas that small need the geodesic figure
    suspects = np.flatnonzero(small < _TINY_M2)
    if not len(suspects):
        return frame
    areas = _areas_m2(frame.geometry.to_numpy()[suspects], frame.crs)
    empty = suspects[~(areas >= _TINY_M2)]
    ledger.set_aside(frame.index[empty], "geometry_without_area", found="0 m²")
    return frame.drop(frame.index[empty])


def _find_mixed(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    names = frame.geom_type.unique()
    families = {"area" if n.endswith("Polygon") else "line" if "Line" in n else "point" for n in names if n}
    if len(families) > 1:
        ledger.find("geometry_mixed", level="warn", found=sorted(names))


def find_duplicates(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Enter every feature that has the geometry of an earlier one, whatever corner it begins at.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    ledger : Ledger
        Receives ``geometry_duplicate``.
    """
    geometry = frame.geometry.to_numpy()
    # only features of one box and one number of points can be equal; few need the exact look
    keys = pd.DataFrame(shapely.bounds(geometry)).assign(points=shapely.get_num_coordinates(geometry))
    likely = np.flatnonzero(keys.duplicated(keep=False))
    if not len(likely):
        return
    forms = pd.Series(shapely.to_wkb(shapely.normalize(geometry[likely])), dtype=object)
    codes, _ = pd.factorize(forms)
    first = np.unique(codes, return_index=True)[1][codes]
    for i in np.flatnonzero(first != np.arange(len(likely))):
        other = str(frame.index[int(likely[first[i]])])
        ledger.find("geometry_duplicate", frame.index[int(likely[i])], "warn", other=other)
