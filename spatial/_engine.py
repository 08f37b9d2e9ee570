"""The private engine: which pairs of polygons meet, the area each pair shares, and the pieces on demand.

Frames stay outside; everything here is arrays of geometries and positions. Most pairs need no overlay:
a feature wholly inside a zone is its own piece. Of the others the area comes from the edges alone, and a
piece is built only for the pairs whose piece is asked for.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial import _compiled
from spatial._geos import AREA_FLOOR_M2, AREA_SHARE, by_geos
from spatial._meet import meeting_boxes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from spatial._edges import Edges
    from spatial._rings import Bools, Floats, Geometries, Ints

    Watch = Callable[[int, int, str], None]

__all__ = ["Shared", "shared_areas", "shared_pieces"]

# pairs in one step: enough to keep a thread busy, few enough for progress and cancelling
_STEP = 8192


@dataclass(frozen=True)
class Shared:
    """Pairs of polygons that share land, sorted by zone, then by other."""

    i: Ints
    j: Ints
    area_m2: Floats
    inside: Bools  # the other lies wholly inside the zone
    zones: Edges | None = None
    others: Edges | None = None  # only of those that cross an edge of a zone
    row: Ints | None = None  # pair -> position among them
    pieces: Geometries | None = None  # where areas could only be had with them

    def chosen(self, keep: Bools) -> Shared:
        """Only some of the pairs."""
        row = None if self.row is None else self.row[keep]
        pieces = None if self.pieces is None else self.pieces[keep]
        i, j, area_m2, inside = self.i[keep], self.j[keep], self.area_m2[keep], self.inside[keep]
        return Shared(i, j, area_m2, inside, self.zones, self.others, row, pieces)


def shared_areas(
    zones: Geometries, others: Geometries, *, threads: int = 1, watch: Watch | None = None
) -> Shared:
    """Area that each pair of polygons shares; pairs that share less than ``AREA_FLOOR_M2`` are left out.

    Parameters
    ----------
    zones, others : arrays of polygons and multipolygons
        Valid, in metres.
    threads : int
    watch : callable, optional
        Called with pairs done, pairs in all, and the name of the step; what it raises ends the work.
    """
    boxes = shapely.bounds(others)
    i, j = meeting_boxes(shapely.bounds(zones), boxes)
    vertices = shapely.get_num_coordinates(zones)[i].astype(float), shapely.get_num_coordinates(others)[j]
    if not _compiled.worth_compiling(len(i), float(vertices[0] @ vertices[1])):
        return _few_areas(zones, others, (i, j), watch)
    from spatial import _areas  # noqa: PLC0415 - compiled code is loaded when it is used
    from spatial._edges import edges_of  # noqa: PLC0415

    of_zones = edges_of(zones)
    where = np.empty(len(i), dtype=np.int8)
    work = _Work(threads, watch, "classify")
    work.run(len(i), lambda at: _areas.classify(of_zones, boxes, i[at], j[at], where[at]))
    i, j, where = i[where > 0], j[where > 0], where[where > 0]
    inside = where == _areas.INSIDE
    crossing = np.flatnonzero(~inside)
    needed, row = _compact(j[crossing], len(others))
    of_others = edges_of(others[needed])
    part = np.empty(len(crossing))
    work = _Work(threads, watch, "areas")
    work.run(len(part), lambda at: _areas.pair_areas(of_zones, of_others, i[crossing[at]], row[at], part[at]))
    doubt = _areas.doubt_m2(of_zones.bounds[i[crossing]], of_others.bounds[row])
    unsure = np.flatnonzero(doubt > np.maximum(AREA_FLOOR_M2, AREA_SHARE * part))
    part[unsure] = shapely.area(shapely.intersection(zones[i[crossing[unsure]]], others[j[crossing[unsure]]]))
    area = np.empty(len(i))
    area[crossing] = part
    area[inside] = shapely.area(others[j[inside]])
    rows = np.full(len(i), -1, dtype=np.int64)
    rows[crossing] = row
    return Shared(i, j, area, inside, of_zones, of_others, rows).chosen(area > AREA_FLOOR_M2)


def shared_pieces(
    zones: Geometries, others: Geometries, shared: Shared, *, threads: int = 1, watch: Watch | None = None
) -> Geometries:
    """Piece of every pair: one polygon or multipolygon, its area proved against the pair's area.

    Raises
    ------
    GeometryError
        ``overlay_unproven``.
    """
    if shared.pieces is not None:
        return shared.pieces
    from spatial._pieces import traced  # noqa: PLC0415 - compiled code is loaded when it is used
    from spatial._trace import Pairs  # noqa: PLC0415

    assert shared.zones is not None
    assert shared.others is not None
    assert shared.row is not None
    of_zones, of_others, row = shared.zones, shared.others, shared.row
    whole = shapely.area(zones)
    out = others[shared.j]
    crossing = np.flatnonzero(~shared.inside)

    def step(at: slice) -> None:
        k = crossing[at]
        a, b = zones[shared.i[k]], others[shared.j[k]]
        known = Pairs(shared.i[k], row[k], shared.area_m2[k], whole[shared.i[k]], shapely.area(b))
        out[k] = traced(a, b, (of_zones, of_others), known)

    _Work(threads, watch, "pieces").run(len(crossing), step)
    return out


def _few_areas(
    zones: Geometries, others: Geometries, boxes: tuple[Ints, Ints], watch: Watch | None
) -> Shared:
    """The same without compiled code: GEOS makes the pieces at once, and numpy proves them."""
    from spatial._proof import proved_areas  # noqa: PLC0415 - only this path needs it

    i, j = boxes
    shapely.prepare(zones)
    meet = shapely.intersects(zones[i], others[j])
    i, j = i[meet], j[meet]
    inside = shapely.contains_properly(zones[i], others[j])
    pieces = others[j]
    crossing = np.flatnonzero(~inside)
    area = shapely.area(pieces)

    def step(at: slice) -> None:
        k = crossing[at]
        a, b = zones[i[k]], others[j[k]]
        area[k] = proved_areas(a, b)
        pieces[k] = by_geos(a, b, area[k])

    # numpy and GEOS on small arrays hold Python's lock: a second thread would only wait
    _Work(1, watch, "pieces").run(len(crossing), step)
    return Shared(i, j, area, inside, pieces=pieces).chosen(area > AREA_FLOOR_M2)


def _compact(j: Ints, n: int) -> tuple[Ints, Ints]:
    """Positions that occur, in order, and for each entry its place among them."""
    used = np.zeros(n, dtype=bool)
    used[j] = True
    place = np.cumsum(used) - 1
    return np.flatnonzero(used), place[j]


@dataclass(frozen=True)
class _Work:
    """One step of a job, cut into pieces that threads share and that progress is told after."""

    threads: int
    watch: Watch | None
    name: str

    def run(self, total: int, step: Callable[[slice], object]) -> None:
        cuts = [slice(*ends) for ends in pairwise([*range(0, total, _STEP), total])] if total else []
        if self.threads <= 1 or len(cuts) == 1:
            for cut in cuts:
                step(cut)
                self._tell(cut.stop, total)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            jobs = [pool.submit(step, cut) for cut in cuts]
            try:
                for job, cut in zip(jobs, cuts, strict=True):
                    job.result()
                    self._tell(cut.stop, total)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _tell(self, done: int, total: int) -> None:
        if self.watch is not None:
            self.watch(done, total, self.name)


def parts_of(geometry: Geometries) -> tuple[Geometries, NDArray[np.intp]]:
    """Single parts of every geometry from west to east, and the position each came from.

    Empty geometries give none.
    """
    # a polygon is its own part: copies are made of collections only
    plain = np.isin(shapely.get_type_id(geometry), (0, 1, 3))
    owner = np.flatnonzero(plain)
    parts = geometry[owner]
    if len(owner) < len(geometry):
        rest = np.flatnonzero(~plain)
        more, of = shapely.get_parts(geometry[rest], return_index=True)
        order = np.argsort(np.concatenate([owner, rest[of]]), kind="stable")
        parts, owner = np.concatenate([parts, more])[order], np.concatenate([owner, rest[of]])[order]
    full = ~shapely.is_empty(parts)
    if not full.all():
        parts, owner = parts[full], owner[full]
    several = np.flatnonzero(np.bincount(owner, minlength=len(geometry))[owner] > 1)
    bounds = shapely.bounds(parts[several])
    order = several[np.lexsort((bounds[:, 1], bounds[:, 0], owner[several]))]
    parts[several] = parts[order]
    return parts, owner


def thickness(geometry: Geometries) -> Floats:
    """2·area/perimeter, metres: the width of a long thin strip, half the side of a square.

    For a strip of width w and length l it is w·l/(w+l), so nearly w; lines and points get 0.
    """
    area, perimeter = shapely.area(geometry), shapely.length(geometry)
    return np.divide(2.0 * area, perimeter, out=np.zeros_like(area), where=perimeter > 0)
