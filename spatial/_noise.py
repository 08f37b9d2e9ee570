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

from spatial._cut import cut
from spatial._engine import parts_of, thickness
from spatial._geos import areal
from spatial._proof import proved_areas

if TYPE_CHECKING:
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["Parted", "parted", "real_areas"]

_EMPTY = shapely.Polygon()
#: corners sharper than 2·asin(1/10), about 11°, come back blunt
_MITRE = 10.0
#: a stretch of tapering ends has to be thicker than the tolerance by this factor
_STRETCH = 1.25
#: areas that agree to this share are those of the same land
_SAME = 1e-9


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


def real_areas(parts: Geometries, tolerance_m: float) -> Floats:
    """Area of the real part of each polygon (m²) without cutting it out: nearly that of :func:`parted`."""
    out = np.zeros(len(parts))
    at, cores = _cores(parts, tolerance_m)
    out[at] = np.minimum(shapely.area(cores), shapely.area(parts[at]))
    return out


def _cores(parts: Geometries, tolerance_m: float) -> tuple[Ints, Geometries]:
    """Positions of the polygons that have real cores, and the cores."""
    at = np.flatnonzero(_may_be_wide(parts, tolerance_m))
    eroded = _grown(_plain(parts[at]), -tolerance_m / 2)
    at, eroded = at[~shapely.is_empty(eroded)], eroded[~shapely.is_empty(eroded)]
    cores = _accepted(parts[at], _grown(eroded, tolerance_m / 2), tolerance_m)
    full = ~shapely.is_empty(cores)
    return at[full], cores[full]


def _real(parts: Geometries, tolerance_m: float) -> Geometries:
    """The real part of each polygon: the polygon itself, a part of it, or nothing."""
    out = np.full(len(parts), _EMPTY, dtype=object)
    at, cores = _cores(parts, tolerance_m)
    whole = np.abs(shapely.area(cores) - shapely.area(parts[at])) <= _SAME * shapely.area(parts[at])
    out[at[whole]] = parts[at[whole]]
    rest, cores = parts[at[~whole]], cores[~whole]
    out[at[~whole]] = _within(rest, cores)
    return out


def _within(parts: Geometries, cores: Geometries) -> Geometries:
    """Cores kept within their polygons; the rest of each polygon proves their area."""
    try:
        return areal(shapely.intersection(parts, cores))
    except GEOSException:
        return cut(parts, cores, proved_areas(parts, cores), minus=False)


def _may_be_wide(parts: Geometries, tolerance_m: float) -> Bools:
    """Polygons that a disc as wide as the tolerance may fit in, by box and area alone."""
    xmin, ymin, xmax, ymax = shapely.bounds(parts).T
    narrow = np.minimum(xmax - xmin, ymax - ymin) < tolerance_m
    return np.asarray(~narrow & (shapely.area(parts) >= np.pi * tolerance_m**2 / 4))


def _plain(parts: Geometries) -> Geometries:
    """The same polygons without repeated vertices, in one order: equal land gives equal cores."""
    return np.asarray(shapely.normalize(shapely.remove_repeated_points(parts)))


def _grown(parts: Geometries, by_m: float) -> Geometries:
    # where edges run back on themselves GEOS divides by nothing, and goes on rightly
    with np.errstate(divide="ignore", invalid="ignore"):
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
    doubt = np.flatnonzero(~kept)
    of = owner[doubt]
    kept[doubt] = _stretches_m(parts[thin], cores[doubt], of, tolerance_m / 8) >= _STRETCH * tolerance_m
    out[thin] = _gathered(cores[kept], owner[kept], len(thin))
    return out


def _stretches_m(parts: Geometries, cores: Geometries, owner: Ints, by_m: float) -> Floats:
    """Thickness of the stretch round each core where its polygon is at least so wide."""
    needed, at = np.unique(owner, return_inverse=True)
    stretches, of = parts_of(_grown(_grown(_plain(parts[needed]), -by_m), by_m))
    count = np.bincount(of, minlength=len(needed))
    core = np.repeat(np.arange(len(cores)), count[at])
    # every core beside every stretch of its polygon, which stand one after another
    step = np.arange(len(core)) - np.repeat(np.cumsum(count[at]) - count[at], count[at])
    stretch = np.repeat((np.cumsum(count) - count)[at], count[at]) + step
    near = shapely.intersects(stretches[stretch], cores[core])
    core, stretch = core[near], stretch[near]
    area = np.bincount(core, weights=shapely.area(stretches[stretch]), minlength=len(cores))
    perimeter = np.bincount(core, weights=shapely.length(stretches[stretch]), minlength=len(cores))
    return np.divide(2 * area, perimeter, out=np.zeros(len(cores)), where=perimeter > 0)


def _rest(parts: Geometries, real: Geometries, area_m2: Floats) -> Geometries:
    """What is left of each polygon without its real part, whose area is known."""
    out = np.full(len(parts), _EMPTY, dtype=object)
    none = shapely.is_empty(real)
    out[none] = parts[none]
    mixed = np.flatnonzero(~none & (real != parts) & (area_m2 > 0))
    out[mixed] = cut(real[mixed], parts[mixed], area_m2[mixed], minus=True)
    return out


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
