"""Rows of a comparison: features that belong together, the land they gained and lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from spatial import _compiled
from spatial._attributes import name_keys, names_of
from spatial._differences import Cuts, cut_differences, land_of_rows
from spatial._geos import AREA_FLOOR_M2
from spatial._links import Links, linked, own_overlaps, rows_of
from spatial._twins import twins

if TYPE_CHECKING:
    import geopandas as gpd

    from spatial._engine import Watch
    from spatial._rings import Bools, Floats, Geometries, Ints

    Own = tuple[Ints, Ints, Floats]

__all__ = ["Matching", "Versions", "matched", "versions"]


class Versions(NamedTuple):
    """Both versions as arrays, and what lies on one another within each."""

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    shapes: tuple[Geometries, Geometries]
    own: tuple[Own, Own]
    threads: int


class Matching(NamedTuple):
    """Rows: numbers of the features of both versions, what joins them, and what they gained and lost."""

    of_before: Ints
    of_after: Ints
    sizes: tuple[Ints, Ints]  # features of every row
    links: Links
    by_name: Bools  # rows joined by name alone
    cuts: Cuts
    #: of rows that were drawn anew vertex by vertex: how far the farthest vertex lies off; NaN elsewhere
    off_m: Floats
    #: land of these rows lost and gained, m²; nothing was cut out of them
    uncut_m2: tuple[Floats, Floats]

    @property
    def without_counterpart(self) -> Bools:
        """Rows of which one version has nothing, or nothing in the same place."""
        return np.asarray((self.sizes[0] == 0) | (self.sizes[1] == 0) | self.by_name)


def versions(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, threads: int) -> Versions:
    """Lay two versions side by side."""
    shapes = before.geometry.to_numpy().copy(), after.geometry.to_numpy().copy()
    own = own_overlaps(shapes[0], threads=threads), own_overlaps(shapes[1], threads=threads)
    return Versions(before, after, shapes, own, threads)


def matched(both: Versions, *, tolerance_m: float, watch: Watch | None = None) -> Matching:
    """Find the rows and cut what each gained and lost."""
    one, other = both.shapes
    links = linked(one, other, both.own, tolerance_m=tolerance_m, threads=both.threads, watch=watch)
    of_before, of_after = rows_of(links, len(one), len(other))
    n = int(max(of_before.max(initial=-1), of_after.max(initial=-1))) + 1
    of_after, moved = _joined_by_name(both, of_before, of_after, n)
    row = np.concatenate([of_before, of_after])
    kept, row = np.unique(row, return_inverse=True)
    of_before, of_after = row[: len(one)], row[len(one) :]
    n = len(kept)
    by_name = np.isin(kept, moved)
    count = np.bincount(of_before, minlength=n), np.bincount(of_after, minlength=n)
    known = _kept(links, of_before, count, by_name)
    land = land_of_rows(one, of_before, n), land_of_rows(other, of_after, n)
    off = _off_m(*land, known, tolerance_m=tolerance_m)
    sure = ~np.isnan(off)
    uncut = [np.where(sure, shapely.area(of) - known, 0.0) for of in land]
    for of in land:
        of[sure] = shapely.Polygon()
    cuts = cut_differences(*land, np.where(sure, 0.0, known))
    cuts.kept_m2[sure] = known[sure]
    return Matching(of_before, of_after, count, links, by_name, cuts, off, (uncut[0], uncut[1]))


def _off_m(before: Geometries, after: Geometries, kept_m2: Floats, *, tolerance_m: float) -> Floats:
    """How far vertices moved in rows that become equal when vertices within the tolerance are joined.

    Between such borders every point lies on a line no longer than that from one to the other, so nothing
    wider fits in and nothing need be cut. Only worth it, and only done, where there are many rows.
    """
    out = np.full(len(before), np.nan)
    differ = kept_m2 < np.maximum(shapely.area(before), shapely.area(after)) - AREA_FLOOR_M2
    at = np.flatnonzero((kept_m2 > 0) & differ)
    if tolerance_m == 0 or not _compiled.worth_compiling(len(at)):
        return out
    from spatial._weld import welded  # noqa: PLC0415 - compiled code is loaded when it is used

    moved, _ = welded(before[at], after[at], tolerance_m=tolerance_m)
    i, j = twins(before[at], moved)
    same = i[i == j]
    shift = shapely.get_coordinates(moved[same]) - shapely.get_coordinates(after[at[same]])
    start = np.cumsum(shapely.get_num_coordinates(moved[same]))
    far = np.hypot(*shift.T)
    out[at[same]] = np.maximum.reduceat(far, np.append(0, start[:-1])) if len(same) else far
    return out


def _joined_by_name(both: Versions, of_before: Ints, of_after: Ints, n: int) -> tuple[Ints, Ints]:
    """Join what was dropped to what was added under the same name, where the name is the only one of both."""
    here, there = np.bincount(of_before, minlength=n), np.bincount(of_after, minlength=n)
    names = name_keys(names_of(both.before)), name_keys(names_of(both.after))
    dropped = _alone(names[0], np.flatnonzero(there[of_before] == 0))
    added = _alone(names[1], np.flatnonzero(here[of_after] == 0))
    out, moved = of_after.copy(), []
    for key in dropped.keys() & added.keys():
        out[added[key]] = of_before[dropped[key]]
        moved.append(of_before[dropped[key]])
    return out, np.array(moved, dtype=np.int64)


def _alone(names: list[str], among: Ints) -> dict[str, int]:
    """Positions of the features whose name no other feature of their version has."""
    count = Counter(names)
    return {names[k]: k for k in among.tolist() if names[k] and count[names[k]] == 1}


def _kept(links: Links, of_before: Ints, count: tuple[Ints, Ints], by_name: Bools) -> Floats:
    """Land of each row in both versions (m²) where the links tell it; NaN where several features share it."""
    single = (count[0] == 1) & (count[1] == 1)
    known = np.where((count[0] == 0) | (count[1] == 0) | by_name, 0.0, np.nan)
    row = of_before[links.i[links.strong]]
    alone = single[row] & ~by_name[row]
    known[row[alone]] = links.area_m2[links.strong][alone]
    return known
