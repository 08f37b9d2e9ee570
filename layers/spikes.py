"""Spikes: corners that run out to a needle and back, left by a slipped hand or a vertex out of order.

A spike is told by its angle and its width together, so that a plot that ends in a true point is none: it
grows wider than the tolerance on its way back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.coverage import Mended
from layers.crs import require_metric
from layers.errors import QuestionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spikes", "without_spikes"]

_SHARPEST_DEG: Final = 5.0
_WIDEST_M: Final = 50.0
_CORNERS: Final = 3
_PASSES: Final = 50
_COLUMNS: Final = ("length_m", "width_m", "angle_deg", "area_m2")


def spikes(frame: gpd.GeoDataFrame, layer: str, *, tolerance_m: float = 0.5) -> gpd.GeoDataFrame:
    """Find the spikes of areas, outward and inward.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system; rows that are none are passed over.
    layer : str
        Name for messages.
    tolerance_m : float
        Widest foot of a spike; a tip that is blunt by no more than this is still a tip. A spike is longer
        than the tolerance and sharper than 5°.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``row`` (index label), ``length_m``, ``width_m``, ``angle_deg``, ``area_m2`` and the spike
        as a triangle, the longest first.

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from shapely import Polygon
    >>> plot = Polygon([(0, 0), (100, 0), (100, 50), (130, 50.1), (100, 50.2), (100, 100), (0, 100)])
    >>> found = spikes(gpd.GeoDataFrame(geometry=[plot], crs=5897), "lots")
    >>> found[["row", "length_m", "width_m", "angle_deg"]].round(1).values.tolist()
    [[0.0, 30.0, 0.2, 0.4]]
    """
    crs = require_metric(frame, layer)
    _check(tolerance_m)
    given = frame.geometry.to_numpy()
    corners, owner, figures = _tips(given, tolerance_m)
    triangles: Any = shapely.polygons(corners) if len(corners) else []
    found = gpd.GeoDataFrame(
        {"row": frame.index.to_numpy()[owner], **dict(zip(_COLUMNS, figures.T, strict=True))},
        geometry=list(triangles),
        crs=crs,
    )
    # what takes up most of a feature is the feature
    part = found["area_m2"].to_numpy() < shapely.area(given[owner]) / 2
    return found[part].sort_values("length_m", ascending=False, kind="stable").reset_index(drop=True)


def without_spikes(frame: gpd.GeoDataFrame, layer: str, *, tolerance_m: float) -> Mended:
    """Cut spikes off at their foot; nothing else of a feature moves.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system.
    layer : str
        Name for messages.
    tolerance_m : float
        Widest foot of a spike that is cut.

    Returns
    -------
    Mended
        Rows that would not be valid areas afterwards are left as they were.

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from shapely import Polygon
    >>> plot = Polygon([(0, 0), (100, 0), (100, 50), (130, 50.1), (100, 50.2), (100, 100), (0, 100)])
    >>> mended = without_spikes(gpd.GeoDataFrame(geometry=[plot], crs=5897), "lots", tolerance_m=0.5)
    >>> mended.frame.area.tolist(), mended.moved_m2.round(1).tolist()
    ([10000.0], [3.0])
    """
    rows = spikes(frame, layer, tolerance_m=tolerance_m)["row"].unique()
    given = frame.geometry.to_numpy()
    out = given.copy()
    moved = np.zeros(len(frame))
    kept = []
    for at in map(int, np.flatnonzero(frame.index.isin(rows))):
        trimmed = _trimmed(given[at], tolerance_m)
        if trimmed is None:
            kept.append(frame.index[at])
            continue
        out[at] = trimmed
        moved[at] = shapely.area(shapely.symmetric_difference(trimmed, given[at]))
    figures = pd.Series(moved, index=frame.index, name="moved_m2")
    return Mended(frame.set_geometry(out, crs=frame.crs), figures, tuple(kept))


def _check(tolerance_m: float) -> None:
    if not 0 < tolerance_m <= _WIDEST_M:
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=f"0–{_WIDEST_M:g}")


def _tips(
    geometry: NDArray[np.object_], tolerance_m: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Corners of every spike (foot, tip, foot), the feature it belongs to, and its figures."""
    parts, of_part = shapely.get_parts(geometry, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    # as open lines: a small ring would collapse where a small line is left over
    lines: Any = shapely.linestrings(corners, indices=ring) if len(rings) else rings
    rings = shapely.remove_repeated_points(lines, tolerance_m)
    many = shapely.get_num_coordinates(rings) - 1
    rings, of_ring, many = rings[many >= _CORNERS], of_ring[many >= _CORNERS], many[many >= _CORNERS]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return np.empty((0, 3, 2)), np.empty(0, dtype=np.int64), np.empty((0, len(_COLUMNS)))
    last = np.append(ring[1:] != ring[:-1], True)
    points, ring = points[~last], ring[~last]
    first = np.concatenate([[0], np.cumsum(many)[:-1]])[ring]
    at = np.arange(len(points)) - first
    before = points[first + (at - 1) % many[ring]]
    after = points[first + (at + 1) % many[ring]]
    figures = _figures(points, before, after)
    length, width, angle, _ = figures.T
    sharp = np.flatnonzero((angle < _SHARPEST_DEG) & (width <= tolerance_m) & (length > tolerance_m))
    corners = np.stack([before[sharp], points[sharp], after[sharp]], axis=1)
    return corners, of_part[of_ring[ring[sharp]]], figures[sharp]


def _figures(
    points: NDArray[np.float64], before: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Length, width at the foot, angle and area of the corner at every point."""
    back, on = before - points, after - points
    one, other = np.hypot(*back.T), np.hypot(*on.T)
    twice = np.abs(back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0])
    angle = np.degrees(np.arctan2(twice, (back * on).sum(axis=1)))
    longer = np.maximum(one, other)
    # measured where the shorter side begins: the longer one may run on along the border
    width = np.divide(twice, longer, out=np.zeros(len(points)), where=longer > 0)
    length = np.minimum(one, other)
    return np.column_stack([length, width, angle, length * width / 2])


def _trimmed(geometry: Any, tolerance_m: float) -> Any:
    """Cut the spikes of one feature; ``None`` where no valid area would be left."""
    out = []
    for part in shapely.get_parts(geometry):
        shell, *holes = (_ring(shapely.get_coordinates(r)[:-1], tolerance_m) for r in shapely.get_rings(part))
        if len(shell) < _CORNERS:
            return None
        out.append(shapely.Polygon(shell, [hole for hole in holes if len(hole) >= _CORNERS]))
    whole = out[0] if len(out) == 1 else shapely.MultiPolygon(out)
    return whole if whole.is_valid and whole.area > 0 else None


def _ring(points: NDArray[np.float64], tolerance_m: float) -> NDArray[np.float64]:
    """Take tips off a ring, one after the other: under a tip that is gone there may be another."""
    for _ in range(_PASSES * len(points)):
        groups = _groups(points, tolerance_m)
        if len(groups) <= _CORNERS:
            return points
        heads = points[[group[0] for group in groups]]
        figures = _figures(heads, np.roll(heads, 1, axis=0), np.roll(heads, -1, axis=0))
        length, width, angle, _ = figures.T
        sharp = (angle < _SHARPEST_DEG) & (width <= tolerance_m) & (length > tolerance_m)
        if not sharp.any():
            return points
        # the narrowest first: it is the most surely none of the feature
        worst = int(np.argmin(np.where(sharp, width / length, np.inf)))
        points = np.delete(points, groups[worst], axis=0)
    return points


def _groups(points: NDArray[np.float64], tolerance_m: float) -> list[list[int]]:
    """Runs of corners within the tolerance of the first of their run: a blunt tip is one corner."""
    groups: list[list[int]] = []
    for n, point in enumerate(points):
        if groups and np.hypot(*(point - points[groups[-1][0]])) <= tolerance_m:
            groups[-1].append(n)
        else:
            groups.append([n])
    if len(groups) > 1 and np.hypot(*(points[groups[-1][0]] - points[0])) <= tolerance_m:
        groups[0] = groups.pop() + groups[0]
    return groups
