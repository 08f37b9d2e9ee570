"""Overlap of zones with another layer: the pieces they share, or only their areas."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import require_metric
from layers.errors import CrsError, GeometryError, SchemaError
from spatial._engine import parts_of, shared_areas, shared_pieces, thickness
from spatial._lines import line_pieces
from spatial._meet import meeting_boxes
from spatial._validity import valid

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial._rings import Bools, Floats, Geometries, Ints

    Watch = Callable[[int, int, str], None]

__all__ = ["overlap", "overlap_areas", "thickness_m"]

_MOST_THREADS = 4


def overlap(
    zones: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    *,
    checked: bool = False,
    threads: int | None = None,
    watch: Watch | None = None,
) -> gpd.GeoDataFrame:
    """Cut another layer along the zones.

    The area of every piece is reckoned twice, from the edges of both polygons and from the piece itself,
    and the two agree to 1e-9 of the area or 1e-6 m², whichever is larger. Pairs that share less than
    1e-6 m² give no row.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        Polygons or multipolygons, valid, in a projected CRS in metres; index unique.
    others : geopandas.GeoDataFrame
        Points, lines or polygons, valid, in the same CRS; index unique.
    checked : bool
        The geometry is known to be valid, as that of a layer that was read by ``layers.read_layer`` is;
        otherwise every feature that takes part is checked first.
    threads : int, optional
        As many as there are processors, up to four; the answer is the same with any number.
    watch : callable, optional
        Called with pairs done, pairs in all, and the name of the step. What it raises ends the work.

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
        ``geometry_invalid`` if an invalid or non-finite geometry gets here; ``overlay_unproven`` if
        no way of cutting gives a piece of the right area.

    Examples
    --------
    >>> from shapely import box
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["KCN"], crs=5897)
    >>> fields = gpd.GeoDataFrame(geometry=[box(-50, 0, 50, 100), box(90, 90, 95, 95)], crs=5897)
    >>> overlap(zones, fields)[["zone", "feature", "area_m2"]].values.tolist()
    [['KCN', 0, 5000.0], ['KCN', 1, 25.0]]
    """
    ours, theirs = _arrays(zones, others, checked=checked)
    flat_zones, flat_others = np.flatnonzero(_areal(ours)), np.flatnonzero(_areal(theirs))
    a, b = ours[flat_zones], theirs[flat_others]
    number = _threads(threads)
    shared = shared_areas(a, b, threads=number, watch=watch)
    pieces = shared_pieces(a, b, shared, threads=number, watch=watch)
    i, j, area_m2 = flat_zones[shared.i], flat_others[shared.j], shared.area_m2
    if len(flat_zones) < len(ours) or len(flat_others) < len(theirs):
        i, j, pieces, area_m2 = _with_lines(ours, theirs, (i, j, pieces, area_m2))
    parts, owner = parts_of(pieces)
    single = np.bincount(owner, minlength=len(pieces))[owner] == 1
    return gpd.GeoDataFrame(
        {
            "zone": zones.index.to_numpy()[i[owner]],
            "feature": others.index.to_numpy()[j[owner]],
            # the area from the edges is nearer to the truth than that of a piece of rounded corners
            "area_m2": np.where(single, area_m2[owner], shapely.area(parts)),
            "length_m": np.where(shapely.get_dimensions(parts) == 1, shapely.length(parts), 0.0),
            "thickness_m": thickness(parts),
        },
        geometry=parts,
        crs=zones.crs,
    )


def overlap_areas(
    zones: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    *,
    by: str | None = None,
    checked: bool = False,
    threads: int | None = None,
    watch: Watch | None = None,
) -> pd.DataFrame:
    """Area that every zone shares with every feature of another layer, or with every class of it.

    No geometry is made. Each area agrees with that of the piece :func:`overlap` would give to 1e-9
    of the area or 1e-6 m², whichever is larger.

    Parameters
    ----------
    zones, others : geopandas.GeoDataFrame
        As for :func:`overlap`; lines and points share no area.
    by : str, optional
        Column of ``others`` to add up by, such as the land-use code.
    checked, threads, watch
        As for :func:`overlap`.

    Returns
    -------
    pandas.DataFrame
        Columns ``zone``, ``feature`` (or the name given in ``by``) and ``area_m2``, sorted by zone in
        the order of the zones, then by feature or class; index 0, 1, 2, ... Features that overlap each
        other are each counted.

    Raises
    ------
    CrsError, GeometryError
        As for :func:`overlap`.
    SchemaError
        ``column_missing`` if ``by`` isn't a column.

    Examples
    --------
    >>> from shapely import box
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["KCN"], crs=5897)
    >>> rice = [box(-50, 0, 50, 100), box(90, 90, 95, 95)]
    >>> fields = gpd.GeoDataFrame({"code": ["LUC", "LUC"]}, geometry=rice, crs=5897)
    >>> overlap_areas(zones, fields, by="code").values.tolist()
    [['KCN', 'LUC', 5025.0]]
    """
    if by is not None and by not in others:
        raise SchemaError("column_missing", layer="others", column=by, found=list(map(str, others.columns)))
    ours, theirs = _arrays(zones, others, checked=checked)
    flat_zones, flat_others = np.flatnonzero(_areal(ours)), np.flatnonzero(_areal(theirs))
    shared = shared_areas(ours[flat_zones], theirs[flat_others], threads=_threads(threads), watch=watch)
    i, j = flat_zones[shared.i], flat_others[shared.j]
    if by is None:
        feature = others.index.to_numpy()[j]
        return pd.DataFrame(
            {"zone": zones.index.to_numpy()[i], "feature": feature, "area_m2": shared.area_m2}
        )
    return _by_class(zones, others[by], (i, j), shared.area_m2)


def thickness_m(geometry: gpd.GeoSeries) -> Floats:
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


def _by_class(
    zones: gpd.GeoDataFrame, classes: pd.Series, pairs: tuple[Ints, Ints], area_m2: Floats
) -> pd.DataFrame:
    i, j = pairs
    code, names = pd.factorize(classes, sort=True, use_na_sentinel=False)
    key = i * len(names) + code[j]
    total = np.bincount(key, weights=area_m2, minlength=len(zones) * len(names))
    met = np.flatnonzero(np.bincount(key, minlength=len(zones) * len(names)))
    zone, place = np.divmod(met, max(len(names), 1))
    return pd.DataFrame(
        {"zone": zones.index.to_numpy()[zone], str(classes.name): names[place], "area_m2": total[met]}
    )


def _with_lines(
    ours: Geometries, theirs: Geometries, areas: tuple[Ints, Ints, Geometries, Floats]
) -> tuple[Ints, Ints, Geometries, Floats]:
    """Add the pieces of lines, points and collections, and put all in order."""
    li, lj, lines = line_pieces(ours, theirs, ~_areal(ours), ~_areal(theirs))
    i, j = np.concatenate([areas[0], li]), np.concatenate([areas[1], lj])
    order = np.lexsort((j, i))
    pieces, area_m2 = np.concatenate([areas[2], lines]), np.concatenate([areas[3], shapely.area(lines)])
    return i[order], j[order], pieces[order], area_m2[order]


def _arrays(
    zones: gpd.GeoDataFrame, others: gpd.GeoDataFrame, *, checked: bool
) -> tuple[Geometries, Geometries]:
    crs = require_metric(zones, "zones")
    if others.crs != crs:
        raise CrsError("crs_differs", layer="others", expected=crs.name, found=str(others.crs))
    ours, theirs = zones.geometry.to_numpy().copy(), others.geometry.to_numpy().copy()
    if not checked:
        _check(zones, ours, np.arange(len(ours)), "zones")
        # boxes of infinite coordinates meet too, so nothing that takes part is passed over
        _, met = meeting_boxes(shapely.bounds(ours), shapely.bounds(theirs))
        missing = np.flatnonzero(shapely.is_missing(theirs))
        _check(others, theirs, np.union1d(met, missing), "others")
    return ours, theirs


def _check(frame: gpd.GeoDataFrame, geometry: Geometries, rows: Ints, name: str) -> None:
    bad = rows[~valid(geometry[rows])]
    if len(bad):
        reason = str(shapely.is_valid_reason(geometry[bad[0]]))
        raise GeometryError("geometry_invalid", layer=name, row=str(frame.index[bad[0]]), found=reason)


def _areal(geometry: Geometries) -> Bools:
    return np.asarray(np.isin(shapely.get_type_id(geometry), (3, 6)))


def _threads(threads: int | None) -> int:
    return threads or min(_MOST_THREADS, os.cpu_count() or 1)
