"""Pieces of polygon pairs by GEOS, each held against the area that the edges alone give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import GeometryType

from layers.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from spatial._rings import Floats, Geometries

__all__ = ["AREA_FLOOR_M2", "AREA_SHARE", "areal", "by_geos"]

# two ways to one area agree when they differ by less than the larger of the two
AREA_FLOOR_M2 = 1e-6
AREA_SHARE = 1e-9
# a polygon with more vertices is cut to the other's surroundings before GEOS sees it
_MANY_VERTICES = 256
_EMPTY = shapely.Polygon()


def by_geos(a: Geometries, b: Geometries, area: Floats, *, minus: bool = False) -> Geometries:
    """Pieces by GEOS, each held against its area; where one differs, other ways to it are tried.

    Raises
    ------
    GeometryError
        ``overlay_unproven`` where no way gives a valid piece of the right area.
    """
    act = shapely.difference if minus else shapely.intersection
    first, second = (b, _near(a, b)) if minus else (_near(a, b), b)
    out = areal(act(first, second))
    off = _off(out, area)
    for way in _other_ways(minus=minus):
        wrong = np.flatnonzero(off > 0)
        if not len(wrong):
            return out
        retried = areal(way(a[wrong], b[wrong]))
        still = _off(retried, area[wrong])
        better = still < off[wrong]
        out[wrong[better]] = retried[better]
        off[wrong] = np.minimum(off[wrong], still)
    if (off > 0).any():
        k = int(np.argmax(off))
        raise GeometryError(
            "overlay_unproven", expected=float(area[k]), found=float(out[k].area), where=_at(b[k])
        )
    return out


def _at(geometry: BaseGeometry) -> str:
    x, y = shapely.get_coordinates(shapely.centroid(geometry))[0]
    return f"E {x:.1f}, N {y:.1f}"


def _other_ways(*, minus: bool) -> list[Callable[[Geometries, Geometries], Geometries]]:
    if minus:
        return [
            lambda a, b: shapely.difference(b, a),
            lambda a, b: shapely.difference(shapely.normalize(b), shapely.normalize(a)),
            lambda a, b: shapely.difference(b, a, grid_size=1e-9),
        ]
    return [
        shapely.intersection,
        lambda a, b: shapely.intersection(b, a),
        lambda a, b: shapely.intersection(shapely.normalize(b), shapely.normalize(a)),
        lambda a, b: shapely.intersection(a, b, grid_size=1e-9),
    ]


def _off(pieces: Geometries, area: Floats) -> Floats:
    """By how much each area is beyond what rounding explains (m²); infinite for an invalid piece."""
    bounds = np.nan_to_num(np.abs(shapely.bounds(pieces))).max(axis=1)
    rounding = 8 * np.spacing(np.maximum(bounds, 1.0)) * shapely.length(pieces)
    allowed = np.maximum(AREA_FLOOR_M2 + AREA_SHARE * area, rounding)
    off = np.maximum(np.abs(shapely.area(pieces) - area) - allowed, 0.0)
    return np.asarray(np.where(shapely.is_valid(pieces), off, np.inf))


def _near(a: Geometries, b: Geometries) -> Geometries:
    """Only what lies round b of polygons with many vertices; the cut edges stay clear of b."""
    out = a.copy()
    for k in np.flatnonzero(shapely.get_num_coordinates(a) > _MANY_VERTICES):
        xmin, ymin, xmax, ymax = shapely.bounds(b[k])
        margin = 1.0 + 0.01 * max(xmax - xmin, ymax - ymin)
        cut = shapely.clip_by_rect(a[k], xmin - margin, ymin - margin, xmax + margin, ymax + margin)
        if cut.is_valid and shapely.get_dimensions(cut) == 2:  # noqa: PLR2004 - areas
            out[k] = cut
    return out


def areal(pieces: Geometries) -> Geometries:
    """Only the areas of each piece: polygons and multipolygons stay, lines and points go."""
    kind = shapely.get_type_id(pieces)
    out = pieces.copy()
    mixed = np.flatnonzero(kind == GeometryType.GEOMETRYCOLLECTION)
    for k in mixed:
        parts = shapely.get_parts(pieces[k])
        out[k] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    out[shapely.get_dimensions(out) < 2] = _EMPTY  # noqa: PLR2004
    return out
