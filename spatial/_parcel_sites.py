"""Sites that follow the boundaries of parcels: grown parcel by parcel, the best first, none cut."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from math import pi, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from layers.errors import CrsError, QuestionError
from spatial._growth import drop_of
from spatial._outline import widened_nowhere

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from layers.grid import Raster
    from layers.layer import Layer
    from spatial.exclusions import ExclusionAnswer
    from spatial.judgement import SiteQuestion

    Cells = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["parcel_sites"]

_HA: Final = 10_000.0
_AREA: Final = 2
#: parcels are neighbours where they share a border at least so long
_BORDER_M: Final = 5.0
_OVER_M2: Final = 1.0
#: rounding of an overlay: less of a parcel than this is no excluded land
_NOTHING: Final = 1e-7
#: a site keeps so much when its narrow places are cut off, or the parcels that make them go
_STOUT: Final = 0.99
_TRIMS: Final = 8


@dataclass(frozen=True)
class _Parcels:
    """Parcels that may be part of a site, with those beside each, and those over it."""

    shapes: Shapes
    area: Floats
    score: Floats
    middle: Floats
    reached: NDArray[np.bool_]
    beside: list[list[int]]
    over: list[list[int]]


def parcel_sites(
    follow: Layer,
    score: Raster,
    cells: tuple[float, Cells | None],
    *,
    left: ExclusionAnswer,
    question: SiteQuestion,
) -> Iterator[tuple[shapely.Polygon, str]]:
    """Give sites of whole parcels, and groups of parcels that make none with the reason, as they come.

    Parameters
    ----------
    follow : Layer
        Polygons.
    score : Raster
    cells : (least score, cells that a way leads to or None)
    left : ExclusionAnswer
    question : SiteQuestion
    """
    known = _usable(follow, score, cells, left=left, question=question)
    open_ = np.ones(len(known.shapes), dtype=bool)
    worth = _worth(known, question)
    for seed in np.argsort(-worth, kind="stable").tolist():
        if not (open_[seed] and known.reached[seed]):
            continue
        mine = _grown(known, open_, seed, question)
        kept, why = _trimmed(known, mine, question)
        # what can't grow from its best parcel is given up; what was trimmed off stays open
        done = mine if why else kept
        open_[done] = False
        open_[[other for at in done for other in known.over[at]]] = False
        yield _outline(known, done), why


def _usable(
    follow: Layer,
    score: Raster,
    cells: tuple[float, Cells | None],
    *,
    left: ExclusionAnswer,
    question: SiteQuestion,
) -> _Parcels:
    if follow.frame.crs != left.area.crs:
        raise CrsError(
            "crs_differs", layer=follow.name, expected=str(left.area.crs), found=str(follow.frame.crs)
        )
    shapes = shapely.force_2d(follow.frame.geometry.to_numpy())
    shapes = shapely.get_parts(shapes[shapely.get_dimensions(shapes) == _AREA])
    area = shapely.area(shapes)
    if not len(shapes):
        raise QuestionError("parcels_missing", layer=follow.name, rows=len(follow.frame))
    free = _free_area(shapes, left) >= area * (1 - max(question.parcel_tolerance, _NOTHING))
    free &= ~_crossed(shapes, left) & (area > 0)
    shapes, area = shapes[free], area[free]
    least, reached = cells
    marks = _scores(shapes, score)
    led = np.ones(len(shapes), dtype=bool) if reached is None else _touched(shapes, score, reached)
    good = np.nan_to_num(marks, nan=-1.0) >= least
    shapes, area, marks, led = shapes[good], area[good], marks[good], led[good]
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    return _Parcels(shapes, area, marks, middle, led, *_neighbours(shapes))


def _free_area(shapes: Shapes, left: ExclusionAnswer) -> Floats:
    """Free land of each parcel, by exact overlay."""
    free = left.left.geometry.to_numpy()
    parcel, at = shapely.STRtree(free).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(free[at], shapes[parcel]))
    return np.asarray(np.bincount(parcel, common, len(shapes)), dtype=np.float64)


def _crossed(shapes: Shapes, left: ExclusionAnswer) -> NDArray[np.bool_]:
    """Parcels that a line or point of a constraint lies inside of."""
    applied = left.rows["applied"].to_numpy(dtype=bool)
    thin = left.edges.geometry.to_numpy()[applied[left.edges["row"].to_numpy()]]
    parcel, at = shapely.STRtree(thin).query(shapes, predicate="intersects")
    inside = ~shapely.touches(shapes[parcel], thin[at])
    out = np.zeros(len(shapes), dtype=bool)
    out[parcel[inside]] = True
    return out


def _names(shapes: Shapes, score: Raster) -> NDArray[np.int32]:
    """Number of the parcel at each cell's centre, from 1; 0 where there is none."""
    from affine import Affine  # noqa: PLC0415
    from rasterio.features import rasterize  # noqa: PLC0415 - loads GDAL

    place = Affine(*tuple(score.transform)[:6])
    numbered = [(shape, n) for n, shape in enumerate(shapes, start=1)]
    names = (
        rasterize(numbered, out_shape=score.values.shape, transform=place, dtype=np.int32)
        if numbered
        else None
    )
    return np.zeros(score.values.shape, dtype=np.int32) if names is None else np.asarray(names)


def _scores(shapes: Shapes, score: Raster) -> Floats:
    """Mean score of the cells of each parcel; of one that has no centre, that of the cell it lies in."""
    names = _names(shapes, score).ravel()
    values = score.values.ravel()
    known = (names > 0) & np.isfinite(values)
    sums = np.bincount(names[known], values[known], len(shapes) + 1)[1:]
    count = np.bincount(names[known], minlength=len(shapes) + 1)[1:]
    out = np.divide(sums, count, out=np.full(len(shapes), np.nan), where=count > 0)
    lone = np.flatnonzero(count == 0)
    at = np.floor(score.grid.cells(shapely.get_coordinates(shapely.point_on_surface(shapes[lone])))).astype(
        int
    )
    height, width = score.values.shape
    inside = (at >= 0).all(axis=1) & (at[:, 0] < width) & (at[:, 1] < height)
    out[lone[inside]] = score.values[at[inside, 1], at[inside, 0]]
    return np.asarray(out, dtype=np.float64)


def _touched(shapes: Shapes, score: Raster, cells: Cells) -> NDArray[np.bool_]:
    """Parcels with a cell that a way leads to."""
    from scipy.ndimage import binary_dilation  # noqa: PLC0415 - takes a moment to load

    names = _names(shapes, score)
    wide = binary_dilation(cells, np.ones((3, 3), dtype=bool))
    out = np.zeros(len(shapes) + 1, dtype=bool)
    out[names[wide]] = True
    return out[1:]


def _neighbours(shapes: Shapes) -> tuple[list[list[int]], list[list[int]]]:
    """Parcels that share a border with each, and those that lie over it, as real ones sometimes do."""
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[i]), shapely.boundary(shapes[j])))
    common = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    out = []
    for met in (shared >= _BORDER_M, common > _OVER_M2):
        linked: list[list[int]] = [[] for _ in shapes]
        for a, b in zip(i[met].tolist(), j[met].tolist(), strict=True):
            linked[a].append(b)
            linked[b].append(a)
        out.append(linked)
    return out[0], out[1]


def _worth(known: _Parcels, question: SiteQuestion) -> Floats:
    """How good the land round a parcel is, as far as a well-sized site goes."""
    if not len(known.shapes):
        return np.zeros(0)
    from scipy.spatial import cKDTree  # noqa: PLC0415 - takes a moment to load

    wished = sqrt(question.min_ha * question.max_ha) * _HA
    near = cKDTree(known.middle).query_ball_point(known.middle, sqrt(wished / pi))
    sums = np.array([float((known.score[at] * known.area[at]).sum()) for at in near])
    return np.asarray(np.round(np.minimum(sums / wished, 1.0) + 1e-3 * known.score, 6))


def _grown(known: _Parcels, open_: NDArray[np.bool_], seed: int, question: SiteQuestion) -> list[int]:
    """Take the cheapest neighbour again and again, near and good, as long as it is not too much land."""
    least, most = question.min_ha * _HA, question.max_ha * _HA
    radius = sqrt(most / pi)
    heap, seen, mine = [(0.0, seed)], {seed}, []
    area, total = 0.0, 0.0
    while heap:
        _, at = heappop(heap)
        size = float(known.area[at])
        drop = drop_of(area, sqrt(least * most))
        poor = area >= least and known.score[at] < total / area - drop
        if poor or area + size > most:
            continue
        mine.append(at)
        area, total = area + size, total + size * float(known.score[at])
        for other in known.beside[at]:
            if open_[other] and other not in seen:
                seen.add(other)
                away = float(np.hypot(*(known.middle[other] - known.middle[seed]))) / radius
                heappush(heap, (round(away - float(known.score[other]), 6), other))
    return mine


def _trimmed(known: _Parcels, mine: list[int], question: SiteQuestion) -> tuple[list[int], str]:
    """Leave out parcels that make a site narrow or ragged; the reason where too little is left."""
    kept = list(mine)
    for _ in range(_TRIMS):
        outline = _outline(known, kept)
        hectares = outline.area / _HA
        if hectares < question.min_ha - 1e-9:
            first = known.area[mine].sum() / _HA >= question.min_ha
            return kept, "too_thin" if first else "too_small"
        wide = widened_nowhere(outline, question.min_width_m)
        compact = 4 * pi * outline.area / outline.length**2
        if wide.area >= _STOUT * outline.area:
            return kept, "" if compact >= question.min_compactness else "not_compact"
        share = shapely.area(shapely.intersection(known.shapes[kept], wide)) / known.area[kept]
        fitting = [at for at, part in zip(kept, share.tolist(), strict=True) if part >= 0.5]  # noqa: PLR2004
        kept = _largest(known, fitting if len(fitting) < len(kept) else kept[: -max(1, len(kept) // 10)])
    return kept, "too_thin"


def _largest(known: _Parcels, mine: Sequence[int]) -> list[int]:
    """The largest group of parcels that hang together, in the order they came in."""
    left, groups = set(mine), []
    while left:
        group, ways = set(), [left.pop()]
        while ways:
            at = ways.pop()
            group.add(at)
            near = left.intersection(known.beside[at])
            left -= near
            ways += near
        groups.append(group)
    best = max(groups, key=lambda group: (float(known.area[list(group)].sum()), -min(group)), default=set())
    return [at for at in mine if at in best]


def _outline(known: _Parcels, mine: Sequence[int]) -> shapely.Polygon:
    whole = shapely.union_all(known.shapes[list(mine)])
    return max(shapely.get_parts(whole), key=lambda part: part.area, default=shapely.Polygon())
