"""Pieces of polygon pairs: traced where a pair is in general position, by GEOS where it is not.

Every piece is proved: its own area agrees with the area reckoned from the edges alone. That caught every
overlay in which GEOS itself went wrong on nearly coincident polygons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import GeometryType

from layers.errors import GeometryError
from spatial._trace import AREA_FLOOR_M2, AREA_SHARE, DOUBT, NOTHING, WHOLE_A, WHOLE_B, Pairs, trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from spatial._edges import Edges, Floats, Geometries, Ints

__all__ = ["areal", "by_geos", "traced"]

# a polygon with more vertices is cut to the other's surroundings before GEOS sees it
_MANY_VERTICES = 256
_EMPTY = shapely.Polygon()


def traced(
    a: Geometries, b: Geometries, edges: tuple[Edges, Edges], pairs: Pairs, *, minus: bool = False
) -> Geometries:
    """Pieces a∩b, or b less a, of aligned pairs of polygons whose areas are known.

    Pairs that share less than ``AREA_FLOOR_M2`` give an empty polygon.
    """
    state, xy, ring, of_pair = trace(*edges, pairs, minus=minus)
    out = np.full(len(a), _EMPTY, dtype=object)
    whole_a, whole_b = state == WHOLE_A, state == WHOLE_B
    out[whole_a], out[whole_b] = a[whole_a], b[whole_b]
    if len(of_pair):
        rings = shapely.linearrings(xy, indices=np.repeat(np.arange(len(of_pair)), np.diff(ring)))
        _put(out, np.asarray(shapely.polygons(rings)), of_pair)
    doubt = np.flatnonzero(state == DOUBT)
    if len(doubt):
        out[doubt] = by_geos(a[doubt], b[doubt], pairs.area[doubt], minus=minus)
    assert not (state == NOTHING)[of_pair].any()
    return out


def _put(out: Geometries, polygons: Geometries, of_pair: Ints) -> None:
    count = np.bincount(of_pair, minlength=len(out))
    single = count[of_pair] == 1
    out[of_pair[single]] = polygons[single]
    if not single.all():
        several, position = np.unique(of_pair[~single], return_inverse=True)
        out[several] = shapely.multipolygons(polygons[~single], indices=position)


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
