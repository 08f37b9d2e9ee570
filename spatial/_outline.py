"""Outlines of patches: the edges of their cells, straightened inwards, and cut along exact shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from affine import Affine

from spatial._geos import areal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.grid import RasterGrid
    from spatial._growth import Patch

    Corners = NDArray[np.float64]

__all__ = ["cell_outline", "straightened", "widened_nowhere", "without_repeats"]

_LEAST_CORNERS: Final = 4
_TRIANGLE: Final = 3
_FLAT: Final = 1e-9
#: points nearer than this are one point of a table of corners
_SAME_M: Final = 1e-3
#: how far a corner that stands for two moves inwards at most, where taken land lies in the notch
_ASIDE_M: Final = (1e-6, 1e-4, 2e-3)
#: the flattest corners go first, so that a slope is found before its ends are cut
_STEPS: Final = (0.0, 0.5, 0.75, 1.0)


def cell_outline(patch: Patch, grid: RasterGrid) -> shapely.Polygon:
    """Edges of the cells of a patch; of several pieces the largest."""
    from rasterio.features import shapes  # noqa: PLC0415 - loads GDAL

    t = grid.transform
    origin = Affine(t.a, 0, t.c + patch.col * t.a, 0, t.e, t.f + patch.row * t.e)
    mask = patch.mask.astype(np.uint8)
    rings = [ring["coordinates"] for ring, _ in shapes(mask, mask=patch.mask, transform=origin)]
    found = [shapely.Polygon(outer, holes) for outer, *holes in rings]
    return max(found, key=lambda piece: piece.area)


def straightened(shape: shapely.Polygon, *, off_m: float) -> shapely.Polygon:
    """Leave out corners so that the outline moves inwards by no more than so many metres anywhere.

    Every step cuts a triangle off that holds no other corner, so the outline stays simple. What was cut
    before counts: a side never creeps inwards step by step.
    """
    rings = [np.asarray(ring.coords)[:-1] for ring in (shape.exterior, *shape.interiors)]
    rings[0] = rings[0] if shape.exterior.is_ccw else rings[0][::-1]
    # the land lies to the left of the outer ring and of every hole that runs the other way
    rings[1:] = [r[::-1] if shapely.LinearRing(r).is_ccw else r for r in rings[1:]]
    corners = np.concatenate(rings)
    for n in range(len(rings)):
        others = np.concatenate([r for m, r in enumerate(rings) if m != n] or [corners[:0]])
        moved = np.zeros(len(rings[n]))
        for share in _STEPS:
            rings[n], moved = _cut_corners(rings[n], moved, others, share * off_m)
    return shapely.Polygon(rings[0], rings[1:])


def _cut_corners(ring: Corners, moved: Corners, others: Corners, off_m: float) -> tuple[Corners, Corners]:
    """Cut corners, the flattest first and no two neighbours at once, until none is flat enough.

    `moved` says of the side that begins at each corner how far it lies inside of what was there.
    """
    while len(ring) > _LEAST_CORNERS:
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        turn = _cross(ring - before, after - ring)
        chord = np.hypot(*(after - before).T)
        off = np.divide(np.abs(turn), chord, out=np.full(len(ring), np.inf), where=chord > 0)
        inwards = off + np.maximum(moved, np.roll(moved, 1))
        # a corner to the right would give land that isn't the patch's
        flat = (off <= _FLAT) & (((ring - before) * (after - ring)).sum(axis=1) > 0)
        able = np.flatnonzero(((turn > 0) & (off > _FLAT) & (inwards <= off_m)) | flat)
        corners = np.concatenate([ring, others])
        kept = np.ones(len(ring), dtype=bool)
        for at in able[np.argsort(off[able], kind="stable")].tolist():
            beside = [(at - 1) % len(ring), (at + 1) % len(ring)]
            enough = kept.sum() > _LEAST_CORNERS and kept[beside].all()
            cut = enough and (flat[at] or not _holds_corner(before[at], ring[at], after[at], corners))
            kept[at] = not cut
            if cut:
                moved[beside[0]] = inwards[at]
        if kept.all():
            break
        ring, moved = ring[kept], moved[kept]
    return ring, moved


def _holds_corner(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], corners: NDArray[np.float64]
) -> bool:
    sides = [_cross(q - p, corners - p) for p, q in ((a, b), (b, c), (c, a))]
    inside = np.logical_and.reduce([side >= 0 for side in sides])
    # its own three corners, and no other that may lie on one of them
    return int(inside.sum()) > _TRIANGLE


def _cross(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    out: NDArray[np.float64] = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return out


def widened_nowhere(shape: shapely.Polygon, width_m: float) -> shapely.Polygon:
    """Largest part of a shape that is left when its narrow places are cut off; empty where none is."""
    half = width_m / 2 * (1 - 1e-6)
    # a corner that vanishes leaves a sign of a division behind in GEOS, and a right answer
    with np.errstate(divide="ignore", invalid="ignore"):
        core = shapely.buffer(shape, -half, join_style="mitre")
        wide = shapely.buffer(core, half, join_style="mitre")
    parts = shapely.get_parts(areal(np.array([shapely.intersection(shape, wide)], dtype=object))[0])
    return max(parts, key=lambda part: part.area, default=shapely.Polygon())


def without_repeats(shape: shapely.Polygon) -> shapely.Polygon:
    """Leave out corners that repeat the one before to the millimetre; no land is gained by it."""
    shape = shapely.remove_repeated_points(shape)
    for n, ring in enumerate(shapely.get_rings(shape)):
        corners = shapely.get_coordinates(ring)[:-1]
        side = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
        for at in np.flatnonzero(side < _SAME_M).tolist():
            for fewer in _with_one_less(corners, at):
                made = _with_ring(shape, n, fewer)
                if made is not None and shapely.area(shapely.difference(made, shape)) == 0:
                    return without_repeats(made)
    return shape


def _with_one_less(corners: Corners, at: int) -> Iterator[Corners]:
    """Rings without a corner or the next one, or with one corner for both, a little to either side."""
    after = (at + 1) % len(corners)
    yield np.delete(corners, at, axis=0)
    yield np.delete(corners, after, axis=0)
    way = corners[(after + 1) % len(corners)] - corners[at - 1]
    across = np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), _FLAT)
    for off_m in _ASIDE_M:
        for side in (1.0, -1.0):
            moved = corners.copy()
            moved[at] = (corners[at] + corners[after]) / 2 + side * off_m * across
            yield np.delete(moved, after, axis=0)


def _with_ring(shape: shapely.Polygon, n: int, corners: Corners) -> shapely.Polygon | None:
    """A polygon with another ring in the place of one, or None where that makes no polygon."""
    rings = list(shapely.get_rings(shape))
    if len(corners) < _TRIANGLE:
        return None
    rings[n] = shapely.LinearRing(corners)
    made = shapely.Polygon(rings[0], rings[1:])
    return made if made.is_valid else None
