"""Areas that zones share with a layer on disk: nothing of the layer is read but what lies round the zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.coordinates import class_codes
from layers.crs import require_metric
from layers.errors import CrsError
from spatial import _compiled
from spatial._engine import shared_areas
from spatial._geos import AREA_FLOOR_M2, AREA_SHARE
from spatial._meet import meeting_boxes
from spatial._rings import Rings
from spatial.overlap import overlap_areas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd

    from layers.coordinates import Coordinates
    from spatial._rings import Floats, Geometries, Ints

    Watch = Callable[[int, int, str], None]

__all__ = ["chunked_areas", "stored_areas"]


def stored_areas(
    zones: gpd.GeoDataFrame, others: Coordinates, *, by: str | None = None, watch: Watch | None = None
) -> pd.DataFrame:
    """Area that every zone shares with the features, or the classes, of a layer on disk.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        Polygons or multipolygons, valid, in a projected CRS in metres; index unique.
    others : layers.coordinates.Coordinates
        In the same CRS; checked when they were written.
    by : str, optional
        Column to add up by.
    watch : callable, optional
        As for :func:`spatial.overlap_areas`.

    Returns
    -------
    pandas.DataFrame
        As :func:`spatial.overlap_areas` gives it, to the last digit but rounding.

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    SchemaError
        ``column_missing`` if ``by`` isn't a column with classes.

    Examples
    --------
    >>> import tempfile, geopandas as gpd
    >>> from shapely import box
    >>> from layers.coordinates import open_coordinates, write_coordinates
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["KCN"], crs=5897)
    >>> rice = gpd.GeoDataFrame({"code": ["LUC"]}, geometry=[box(-50, 0, 50, 100)], crs=5897)
    >>> folder = tempfile.mkdtemp() + "/rice"
    >>> write_coordinates(rice, folder)
    >>> stored_areas(zones, open_coordinates(folder), by="code").values.tolist()
    [['KCN', 'LUC', 5000.0]]
    """
    crs = require_metric(zones, "zones")
    if others.crs != crs:
        raise CrsError("crs_differs", layer="others", expected=crs.name, found=str(others.crs))
    geometry = zones.geometry.to_numpy()
    i, j = meeting_boxes(shapely.bounds(geometry), np.asarray(others.bounds))
    i, j, area_m2 = _areas(geometry, others, (i, j), watch)
    zone = zones.index.to_numpy()
    if by is None:
        labels = others.labels.to_numpy()[others.row[j]]
        order = np.lexsort((others.row[j], i))
        found = {"zone": zone[i], "feature": labels, "area_m2": area_m2}
        return pd.DataFrame({name: values[order] for name, values in found.items()})
    code, names = class_codes(others, by)
    key = i * len(names) + code[j]
    total = np.bincount(key, weights=area_m2, minlength=len(zones) * len(names))
    met = np.unique(key)
    at, place = np.divmod(met, max(len(names), 1))
    classes = pd.Series(names, dtype=object).to_numpy()
    return pd.DataFrame({"zone": zone[at], by: classes[place], "area_m2": total[met]})


def chunked_areas(
    zones: gpd.GeoDataFrame, chunks: Iterable[gpd.GeoDataFrame], *, by: str, checked: bool = False
) -> pd.DataFrame:
    """Area that every zone shares with every class of a layer that comes in chunks.

    Memory holds the zones and one chunk. A feature is whole in one chunk, so the answer is that of
    :func:`spatial.overlap_areas` on the whole layer.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        As for :func:`spatial.overlap_areas`.
    chunks : iterable of geopandas.GeoDataFrame
        Parts of a layer, as ``layers.chunks.read_chunks`` gives them.
    by : str
        Column to add up by.
    checked : bool
        As for :func:`spatial.overlap`.

    Returns
    -------
    pandas.DataFrame
        As :func:`spatial.overlap_areas` gives it.

    Raises
    ------
    CrsError, GeometryError, SchemaError
        As for :func:`spatial.overlap_areas`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["KCN"], crs=5897)
    >>> fields = [box(0, 0, 9, 9), box(9, 0, 99, 9)]
    >>> rice = gpd.GeoDataFrame({"code": ["LUC", "LUC"]}, geometry=fields, crs=5897)
    >>> chunked_areas(zones, [rice.iloc[:1], rice.iloc[1:]], by="code").values.tolist()
    [['KCN', 'LUC', 891.0]]
    """
    nothing = overlap_areas(zones, zones.iloc[:0].assign(**{by: ""}), by=by)
    found = [overlap_areas(zones, chunk, by=by, checked=checked) for chunk in chunks]
    both = pd.concat([part for part in found if len(part)] or [nothing], ignore_index=True)
    place = zones.index.get_indexer(pd.Index(both["zone"]))
    summed = both.assign(place=place).groupby(["place", "zone", by], dropna=False, sort=True)["area_m2"].sum()
    return summed.reset_index().drop(columns="place")


def _areas(
    zones: Geometries, others: Coordinates, boxes: tuple[Ints, Ints], watch: Watch | None
) -> tuple[Ints, Ints, Floats]:
    i, j = boxes
    if not _compiled.worth_compiling(len(i)):
        needed = np.unique(j)
        shapes = np.array([_polygon(others, int(feature)) for feature in needed], dtype=object)
        shared = shared_areas(zones, shapes, watch=watch)
        return shared.i, needed[shared.j], shared.area_m2
    from spatial import _areas as areas  # noqa: PLC0415 - compiled code is loaded when it is used
    from spatial._edges import edges_of, edges_of_rings  # noqa: PLC0415

    of_zones = edges_of(zones)
    where = np.empty(len(i), dtype=np.int8)
    areas.classify(of_zones, others.bounds, i, j, where)
    i, j, where = i[where > 0], j[where > 0], where[where > 0]
    area = others.area_m2[j]
    crossing = np.flatnonzero(where == areas.CROSSING)
    needed, row = np.unique(j[crossing], return_inverse=True)
    of_others = edges_of_rings(_gathered(others, needed), len(needed))
    part = np.empty(len(crossing))
    areas.pair_areas(of_zones, of_others, i[crossing], row, part)
    doubt = areas.doubt_m2(of_zones.bounds[i[crossing]], of_others.bounds[row])
    for k in np.flatnonzero(doubt > np.maximum(AREA_FLOOR_M2, AREA_SHARE * part)):
        other = _polygon(others, int(j[crossing[k]]))
        part[k] = shapely.intersection(zones[i[crossing[k]]], other).area
    area[crossing] = part
    if watch is not None:
        watch(len(i), len(i), "areas")
    kept = area > AREA_FLOOR_M2
    return i[kept], j[kept], area[kept]


def _gathered(others: Coordinates, features: Ints) -> Rings:
    """Rings of some features, brought together."""
    rings = _spans(others.feature[features], others.feature[features + 1])
    owner = np.repeat(np.arange(len(features)), others.feature[features + 1] - others.feature[features])
    first, last = others.ring[rings], others.ring[rings + 1]
    offset = np.concatenate([[0], np.cumsum(last - first)])
    return Rings(others.xy[_spans(first, last)], offset, owner, others.outer[rings])


def _spans(first: Ints, last: Ints) -> Ints:
    """All positions of runs of positions, run after run."""
    count = last - first
    start = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    return np.asarray(start + np.arange(count.sum()))


def _polygon(others: Coordinates, feature: int) -> shapely.MultiPolygon:
    rings = _gathered(others, np.array([feature]))
    parts: list[tuple[Floats, list[Floats]]] = []
    for r, outer in enumerate(rings.outer):
        xy = rings.xy[rings.offset[r] : rings.offset[r + 1]]
        if outer:
            parts.append((xy, []))
        else:
            parts[-1][1].append(xy)
    return shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, holes in parts])
