"""Redrawing apart from real change: which part of a difference is wider than the tolerance.

A piece that two versions of a border enclose is judged by its *local* width, not by one figure for the whole
of it. The thickness 2·area/perimeter of a piece dilutes a real block of a hectare that hangs together with a
kilometre of sliver until it passes for redrawing, and it makes the answer depend on how long a border happens
to be. So a piece is opened (Serra 1982, ch. II): eroded by half the tolerance and dilated back, with mitred
corners, so that squares and the corners of strips come back whole. What comes back is its *cores*, everywhere
at least as wide as the tolerance. A core is real change when one of these holds:

- the piece is on the average as thick as the tolerance (2·area/perimeter), the measure of all other answers;
- the core is somewhere twice as wide as the tolerance;
- the stretch of the piece round the core, where it is at least a quarter of the tolerance wide, is on the
  average thicker than the tolerance by a quarter.

The last two let a real block or a real strip count that hangs on a long sliver, and keep the peaks of slivers
out: vertices that were drawn with an error of σ leave slivers with peaks of 4σ among thousands of zones, but
their average is near σ. A tapering sliver passes with a peak of twice the tolerance, a strip
alone as soon as it is as wide as the tolerance.

Only pieces that can hold a core at all are opened: area and box tell most slivers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely.errors import GEOSException

from layers.errors import GeometryError
from spatial._engine import parts_of, thickness
from spatial._geos import areal, by_geos
from spatial._proof import proved_areas

if TYPE_CHECKING:
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["Parted", "parted"]

_EMPTY = shapely.Polygon()
#: corners sharper than 2·asin(1/10), about 11°, come back blunt
_MITRE = 10.0
#: a stretch of tapering ends has to be thicker than the tolerance by this factor
_STRETCH = 1.25
#: areas that agree to this share are those of the same land
_SAME = 1e-9
#: grids to cut on where coordinates as they are defeat the overlay, metres
_GRIDS_M = (1e-6, 1e-5, 1e-4, 1e-3)


class Parted(NamedTuple):
    """Pieces split into real change and redrawing; an empty polygon where a piece has none of one."""

    real: Geometries
    redrawn: Geometries
    real_m2: Floats
    redrawn_m2: Floats


def parted(pieces: Geometries, tolerance_m: float, *, certain: Bools | None = None) -> Parted:
    """Split difference pieces into real change and redrawing.

    Parameters
    ----------
    pieces : array of polygons and multipolygons
        Valid, in metres; the single parts of a multipolygon are judged each by itself.
    tolerance_m : float
        Width below which a difference is redrawing; at 0 everything is real.
    certain : array of bool, optional
        Pieces that are real however thin: land of a feature that has no counterpart.

    Returns
    -------
    Parted
        ``real_m2 + redrawn_m2`` is the area of each piece, to rounding.
    """
    parts, owner = parts_of(pieces)
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    parts, owner = parts[flat], owner[flat]
    real = parts.copy()
    if tolerance_m > 0:
        doubt = np.ones(len(parts), dtype=bool) if certain is None else ~certain[owner]
        real[doubt] = _real(parts[doubt], tolerance_m)
    area = shapely.area(parts)
    real_m2 = np.where(real == parts, area, np.minimum(shapely.area(real), area))
    redrawn = _rest(parts, real, area - real_m2)
    n = len(pieces)
    return Parted(
        real=_gathered(real, owner, n),
        redrawn=_gathered(redrawn, owner, n),
        real_m2=_summed(real_m2, owner, n),
        redrawn_m2=_summed(area - real_m2, owner, n),
    )


def _real(parts: Geometries, tolerance_m: float) -> Geometries:
    """The real part of each polygon: the polygon itself, a part of it, or nothing."""
    out = np.full(len(parts), _EMPTY, dtype=object)
    at = np.flatnonzero(_may_be_wide(parts, tolerance_m))
    eroded = _grown(_plain(parts[at]), -tolerance_m / 2)
    at, eroded = at[~shapely.is_empty(eroded)], eroded[~shapely.is_empty(eroded)]
    cores = _accepted(parts[at], _grown(eroded, tolerance_m / 2), tolerance_m)
    at, cores = at[~shapely.is_empty(cores)], cores[~shapely.is_empty(cores)]
    whole = np.abs(shapely.area(cores) - shapely.area(parts[at])) <= _SAME * shapely.area(parts[at])
    out[at[whole]] = parts[at[whole]]
    rest, cores = parts[at[~whole]], cores[~whole]
    out[at[~whole]] = _cut(rest, cores, proved_areas(rest, cores), minus=False)
    return out


def _may_be_wide(parts: Geometries, tolerance_m: float) -> Bools:
    """Polygons that a disc as wide as the tolerance may fit in, by box and area alone."""
    xmin, ymin, xmax, ymax = shapely.bounds(parts).T
    narrow = np.minimum(xmax - xmin, ymax - ymin) < tolerance_m
    return np.asarray(~narrow & (shapely.area(parts) >= np.pi * tolerance_m**2 / 4))


def _plain(parts: Geometries) -> Geometries:
    """The same polygons without repeated vertices, in one order: equal land gives equal cores."""
    return np.asarray(shapely.normalize(shapely.remove_repeated_points(parts)))


def _grown(parts: Geometries, by_m: float) -> Geometries:
    out = np.asarray(shapely.buffer(parts, by_m, join_style="mitre", mitre_limit=_MITRE))
    # round narrow necks of real borders GEOS draws mitred parts over one another
    wrong = np.flatnonzero(~shapely.is_valid(out))
    out[wrong] = areal(shapely.make_valid(out[wrong], method="structure"))
    return out


def _accepted(parts: Geometries, opened: Geometries, tolerance_m: float) -> Geometries:
    """The cores of each polygon that are real change, together."""
    out = opened.copy()
    thin = np.flatnonzero(thickness(parts) < tolerance_m)
    cores, owner = parts_of(opened[thin])
    kept = ~shapely.is_empty(_grown(cores, -tolerance_m))
    for k in np.flatnonzero(~kept):
        kept[k] = _stretch_m(parts[thin[owner[k]]], cores[k], tolerance_m / 8) >= _STRETCH * tolerance_m
    out[thin] = _gathered(cores[kept], owner[kept], len(thin))
    return out


def _stretch_m(part: shapely.Polygon, core: shapely.Polygon, by_m: float) -> float:
    """Thickness of the stretch round a core where a polygon is at least so wide."""
    alone = np.array([part], dtype=object)
    stretches = shapely.get_parts(_grown(_grown(_plain(alone), -by_m), by_m))
    near = stretches[shapely.intersects(stretches, core)]
    perimeter = float(shapely.length(near).sum())
    return 2 * float(shapely.area(near).sum()) / perimeter if perimeter else 0.0


def _rest(parts: Geometries, real: Geometries, area_m2: Floats) -> Geometries:
    """What is left of each polygon without its real part, whose area is known."""
    out = np.full(len(parts), _EMPTY, dtype=object)
    none = shapely.is_empty(real)
    out[none] = parts[none]
    mixed = np.flatnonzero(~none & (real != parts) & (area_m2 > 0))
    out[mixed] = _cut(real[mixed], parts[mixed], area_m2[mixed], minus=True)
    return out


def _cut(a: Geometries, b: Geometries, area_m2: Floats, *, minus: bool) -> Geometries:
    """Pieces a∩b or b less a of the area given; where GEOS can't, on a grid fine enough to keep the area."""
    try:
        return by_geos(a, b, area_m2, minus=minus)
    except (GeometryError, GEOSException):
        if len(a) > 1:
            one = [slice(k, k + 1) for k in range(len(a))]
            return np.concatenate([_cut(a[k], b[k], area_m2[k], minus=minus) for k in one])
    act = shapely.difference if minus else shapely.intersection
    first, second = (b, a) if minus else (a, b)
    for grid_m in _GRIDS_M:
        piece = areal(act(shapely.set_precision(first, grid_m), shapely.set_precision(second, grid_m)))
        allowed = _SAME * area_m2[0] + grid_m * float(shapely.length(b[0]))
        if abs(float(shapely.area(piece[0])) - area_m2[0]) <= allowed:
            return piece
    raise GeometryError(
        "overlay_unproven", expected=float(area_m2[0]), found=float(shapely.area(piece[0])), where=_at(b[0])
    )


def _at(part: shapely.Geometry) -> str:
    x, y = shapely.get_coordinates(shapely.centroid(part))[0]
    return f"E {x:.1f}, N {y:.1f}"


def _summed(area_m2: Floats, owner: Ints, n: int) -> Floats:
    return np.bincount(owner, weights=area_m2, minlength=n).astype(float)


def _gathered(parts: Geometries, owner: Ints, n: int) -> Geometries:
    """Parts put together again by the piece that they came from."""
    out = np.full(n, _EMPTY, dtype=object)
    single, of = parts_of(parts)
    owner = owner[of]
    count = np.bincount(owner, minlength=n)
    alone = count[owner] == 1
    out[owner[alone]] = single[alone]
    if not alone.all():
        order = np.argsort(owner[~alone], kind="stable")
        several, position = np.unique(owner[~alone][order], return_inverse=True)
        out[several] = shapely.multipolygons(single[~alone][order], indices=position)
    return out
