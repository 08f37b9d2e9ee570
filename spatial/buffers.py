"""Rings and corridors: land within a distance of features, and what lies in it, counted once.

A circle becomes a polygon of 128 corners. It is inscribed, so it lacks a known share of the circle's
area, 0.040 %; every result states that share. Whether something lies within a distance is never asked
of such a polygon but of the exact distance: asked of polygons, 208 of 553,790 real pairs were missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import require_metric
from layers.errors import CrsError, GeometryError, QuestionError
from spatial._scale import scale_at
from spatial.overlap import overlap

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["QUAD_SEGS", "RingTotals", "circle_error_share", "corridors", "ring_totals", "rings"]

#: straight pieces in a quarter of a circle
QUAD_SEGS = 32
_HA = 10_000.0
_AREA = 2


def circle_error_share(quad_segs: int = QUAD_SEGS) -> float:
    """Share of a circle's area that its inscribed polygon lacks.

    The polygon has n = 4·quad_segs corners and the area ½·n·r²·sin(2π/n), so it lacks
    1 - sin(2π/n)/(2π/n) of πr².

    Parameters
    ----------
    quad_segs : int
        Straight pieces in a quarter of a circle.

    Returns
    -------
    float
        Between 0 and 1.

    Examples
    --------
    >>> round(100 * circle_error_share(), 4), round(100 * circle_error_share(8), 2)
    (0.0402, 0.64)
    """
    angle = 2 * np.pi / (4 * quad_segs)
    return float(1 - np.sin(angle) / angle)


def rings(frame: gpd.GeoDataFrame, *, distance_m: ArrayLike, inner_m: ArrayLike = 0.0) -> gpd.GeoDataFrame:
    """Draw the land within a distance of each feature, without the feature itself.

    The distance is one on the ground: the buffer is drawn with distance × scale of the projection at
    the feature. In a VN-2000 3° zone (k0 = 0.9999) the two differ by 0.1 m at 1,000 m near the central
    meridian and by 100 m at 1,000 km. Height above the ellipsoid (16 mm per km at 100 m) is left out.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Points, lines or polygons in a projected CRS in metres; index unique.
    distance_m : float or array-like of float
        Outer distance, for all features or one for each, metres on the ground.
    inner_m : float or array-like of float
        Inner distance; 0 leaves out only the feature's own area.

    Returns
    -------
    geopandas.GeoDataFrame
        Index of the input; columns ``distance_m, inner_m`` (ground), ``grid_m`` (radius drawn on the
        grid), ``scale`` (grid metres per ground metre), ``area_m2`` (on the grid),
        ``area_error_share`` (share of the area that round parts lack, at most), polygons.

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.
    QuestionError
        ``distance_wrong`` for a distance that is negative, not finite or not beyond the inner one.
    GeometryError
        ``geometry_invalid``.

    Examples
    --------
    >>> from shapely import Point
    >>> well = gpd.GeoDataFrame(geometry=[Point(500000, 2320000)], index=["G1"], crs=5897)
    >>> ring = rings(well, distance_m=1000)
    >>> ring["grid_m"].round(3).tolist(), (ring["area_m2"] / (np.pi * 999.9**2)).round(4).tolist()
    ([999.9], [0.9996])
    """
    crs = require_metric(frame, "rings")
    outer, inner = _distances(frame, distance_m), _distances(frame, inner_m)
    bad = np.flatnonzero(outer <= inner)
    if len(bad):
        raise QuestionError("distance_wrong", found=float(outer[bad[0]]), expected=float(inner[bad[0]]))
    geometry = _usable(frame)
    middle = shapely.centroid(geometry)
    scale = scale_at(crs, shapely.get_x(middle), shapely.get_y(middle))
    wide = shapely.buffer(geometry, outer * scale, quad_segs=QUAD_SEGS)
    areal = shapely.get_dimensions(geometry) == _AREA
    hole = np.where(inner > 0, shapely.buffer(geometry, inner * scale, quad_segs=QUAD_SEGS), geometry)
    cut = areal | (inner > 0)
    wide[cut] = shapely.difference(wide[cut], hole[cut])
    return gpd.GeoDataFrame(
        {
            "distance_m": outer,
            "inner_m": inner,
            "grid_m": outer * scale,
            "scale": scale,
            "area_m2": shapely.area(wide),
            "area_error_share": circle_error_share(),
        },
        geometry=wide,
        index=frame.index,
        crs=crs,
    )


def corridors(
    lines: gpd.GeoDataFrame, *, half_width_m: ArrayLike, round_ends: bool = False
) -> gpd.GeoDataFrame:
    """Draw the strip on both sides of lines, each with a half width of its own.

    The strip is measured from the geometry given. Half widths of power lines count from the outermost
    conductor, of roads from the outer edge of their land: round a centre line the strip is too narrow
    by the unknown rest.

    Parameters
    ----------
    lines : geopandas.GeoDataFrame
        Lines or areas in a projected CRS in metres; index unique.
    half_width_m : float or array-like of float
        Metres on the ground, for all or for each; NaN where no width is known
        (:func:`spatial.distances.half_widths` finds them in the distance table).
    round_ends : bool
        True ends the strip in half circles, False at the end of the line.

    Returns
    -------
    geopandas.GeoDataFrame
        Index of the input; columns ``half_width_m, grid_m, scale, area_m2, area_error_share``, polygons;
        an empty polygon where the half width is NaN.

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.
    QuestionError
        ``distance_wrong`` for a negative or infinite half width.
    GeometryError
        ``geometry_invalid``.

    Examples
    --------
    >>> from shapely import LineString
    >>> line = gpd.GeoDataFrame(geometry=[LineString([(500000, 0), (500000, 1000)])], crs=5897)
    >>> corridors(line, half_width_m=6)["area_m2"].round().tolist()
    [11999.0]
    """
    crs = require_metric(lines, "corridors")
    geometry = _usable(lines)
    half = np.broadcast_to(np.asarray(half_width_m, dtype=float), len(lines)).copy()
    wrong = half[(half <= 0) | np.isinf(half)]
    if len(wrong):
        raise QuestionError("distance_wrong", found=float(wrong[0]), expected=0.0)
    known = np.isfinite(half)
    middle = shapely.centroid(geometry)
    scale = scale_at(crs, shapely.get_x(middle), shapely.get_y(middle))
    out = np.full(len(lines), shapely.Polygon(), dtype=object)
    style: Literal["round", "flat"] = "round" if round_ends else "flat"
    out[known] = shapely.buffer(geometry[known], (half * scale)[known], quad_segs=QUAD_SEGS, cap_style=style)
    return gpd.GeoDataFrame(
        {
            "half_width_m": half,
            "grid_m": half * scale,
            "scale": scale,
            "area_m2": shapely.area(out),
            "area_error_share": circle_error_share(),
        },
        geometry=out,
        index=lines.index,
        crs=crs,
    )


@dataclass(frozen=True)
class RingTotals:
    """What lies in rings.

    Parameters
    ----------
    each : pandas.DataFrame
        One row per ring and class, columns ``ring, part, area_ha, features``: a hectare in two rings
        stands in both.
    once : pandas.DataFrame
        One row per class, index ``part``, columns ``area_ha, features``: every hectare and every
        feature once, however many rings it lies in.
    area_error_share : float
        Share that the areas of round parts lack, at most.
    """

    each: pd.DataFrame
    once: pd.DataFrame
    area_error_share: float


def ring_totals(
    frame: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    *,
    distance_m: ArrayLike,
    inner_m: ArrayLike = 0.0,
    by: str | None = None,
) -> RingTotals:
    """Sum what lies in the rings round features, per ring and all rings together once.

    Areas are cut from the rings of :func:`rings` and are grid areas as everywhere in the project. The
    count of features doesn't look at rings: a feature counts where its exact distance is at most the
    outer one and more than the inner one; with no inner distance where it isn't wholly inside.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        What the rings go round, in a projected CRS in metres; index unique.
    others : geopandas.GeoDataFrame
        Points, lines or polygons in the same CRS; index unique.
    distance_m, inner_m : float or array-like of float
        As in :func:`rings`.
    by : str, optional
        Column of `others` with the class of each; without it there is one class ``""``.

    Returns
    -------
    RingTotals

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    QuestionError
        ``distance_wrong``.
    GeometryError
        ``geometry_invalid``.

    Examples
    --------
    >>> from shapely import Point, box
    >>> squares = [box(0, 0, 100, 100), box(150, 0, 250, 100)]
    >>> zones = gpd.GeoDataFrame(geometry=squares, index=["A", "B"], crs=5897)
    >>> homes = gpd.GeoDataFrame(geometry=[Point(125, 50), Point(300, 50)], crs=5897)
    >>> found = ring_totals(zones, homes, distance_m=60)
    >>> found.each[["ring", "features"]].values.tolist(), found.once["features"].tolist()
    ([['A', 1], ['B', 2]], [2])
    """
    drawn = rings(frame, distance_m=distance_m, inner_m=inner_m)
    if others.crs != drawn.crs:
        raise CrsError("crs_differs", layer="others", expected=str(drawn.crs), found=str(others.crs))
    part = others[by].fillna("").astype(str) if by else pd.Series("", index=others.index, dtype=object)
    i, j = _within(frame, others, drawn)
    counted = pd.DataFrame({"ring": frame.index.to_numpy()[i], "part": part.to_numpy()[j], "feature": j})
    pieces = overlap(drawn[["geometry"]], others)
    pieces = pieces.assign(part=part.reindex(pieces["feature"]).to_numpy())
    joined = np.atleast_1d(shapely.get_parts(shapely.union_all(drawn.geometry.to_numpy())))
    land = gpd.GeoDataFrame(geometry=joined, crs=drawn.crs)
    all_of = overlap(land, others)
    all_of = all_of.assign(part=part.reindex(all_of["feature"]).to_numpy())
    parts = sorted(set(part)) or [""]
    grid = pd.MultiIndex.from_product([frame.index, parts], names=["ring", "part"])
    each = pd.DataFrame(
        {
            "area_ha": _areas(pieces, ["zone", "part"]).reindex(grid).fillna(0.0),
            "features": counted.groupby(["ring", "part"])["feature"].nunique().reindex(grid).fillna(0),
        },
        index=grid,
    )
    index = pd.Index(parts, name="part")
    once = pd.DataFrame(
        {
            "area_ha": _areas(all_of, ["part"]).reindex(index).fillna(0.0),
            "features": counted.groupby("part")["feature"].nunique().reindex(index).fillna(0),
        },
        index=index,
    )
    kinds = {"features": int}
    return RingTotals(each.astype(kinds).reset_index(), once.astype(kinds), circle_error_share())


def _areas(pieces: gpd.GeoDataFrame, keys: list[str]) -> pd.Series:
    """Hectares per group; features of one class that overlap share their land."""
    areal = pieces[pieces["thickness_m"] > 0]
    sums = {
        key: float(shapely.area(shapely.union_all(group.geometry.to_numpy()))) / _HA
        for key, group in areal.groupby(keys[0] if len(keys) == 1 else keys, sort=False)
    }
    return pd.Series(sums, dtype=float)


def _within(
    frame: gpd.GeoDataFrame, others: gpd.GeoDataFrame, drawn: gpd.GeoDataFrame
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs whose exact distance lies in the ring."""
    ours, theirs = frame.geometry.to_numpy(), others.geometry.to_numpy()
    reach = drawn["grid_m"].to_numpy()
    i, j = shapely.STRtree(theirs).query(ours, predicate="dwithin", distance=reach)
    inner = (drawn["inner_m"] * drawn["scale"]).to_numpy()[i]
    outside = np.where(
        inner > 0, shapely.distance(ours[i], theirs[j]) > inner, ~shapely.covers(ours[i], theirs[j])
    )
    return i[outside], j[outside]


def _distances(frame: gpd.GeoDataFrame, metres: ArrayLike) -> NDArray[np.float64]:
    values = np.broadcast_to(np.asarray(metres, dtype=float), len(frame)).copy()
    wrong = values[~np.isfinite(values) | (values < 0)]
    if len(wrong):
        raise QuestionError("distance_wrong", found=float(wrong[0]), expected=0.0)
    return values


def _usable(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    bad = np.flatnonzero(
        shapely.is_missing(geometry) | shapely.is_empty(geometry) | ~shapely.is_valid(geometry)
    )
    if len(bad):
        reason = str(shapely.is_valid_reason(geometry[bad[0]]) or "empty")
        raise GeometryError("geometry_invalid", layer="frame", row=str(frame.index[bad[0]]), found=reason)
    return geometry.copy()
