"""Which features of one version are which of the other: by the land they share, never by id.

A link is *strong* where one of the two has at least half of its land in the other: that can't be chance, and
no chain of neighbours that traded a strip can join a whole city to one row. Features that strong links join
are one row of the answer. A feature without a strong link takes its best one, if that holds a tenth of its
land. Every other link that is more than redrawing is a *part*: land that went to or came from another row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from spatial import _compiled
from spatial._engine import shared_areas, thickness
from spatial._geos import AREA_FLOOR_M2, areal
from spatial._meet import meeting_boxes
from spatial._noise import parted
from spatial._twins import twins

if TYPE_CHECKING:
    from spatial._engine import Watch
    from spatial._rings import Bools, Floats, Geometries, Ints

__all__ = ["HALF", "LEAST", "PART", "WHOLE", "Links", "linked", "own_overlaps", "rows_of"]

#: share of the land of a feature that makes a link strong
HALF: Final = 0.5
#: share of its land that a feature has in another which took it in: no sliver, however narrow it is itself
WHOLE: Final = 0.9
#: share of its land that a feature without a strong link must have in its best counterpart
LEAST: Final = 0.1
#: share of the land of the smaller feature below which a link says nothing: two sources of the same communes
#: differ by 1 to 2 % of a commune
PART: Final = 0.02
# sums of areas that rounding may leave short
_ROUNDING = 1e-9


class Links(NamedTuple):
    """Pairs that share land, in the order of before, then of after."""

    i: Ints
    j: Ints
    area_m2: Floats
    strong: Bools
    equal: Bools  # the same polygon in both


class _Land(NamedTuple):
    """Polygons of one version, their areas, and the pairs of them that lie on one another."""

    shape: Geometries
    area: Floats
    own: tuple[Ints, Ints, Floats]


def own_overlaps(shapes: Geometries, *, threads: int = 1) -> tuple[Ints, Ints, Floats]:
    """Pairs of polygons of one layer that share land, each once, and the area (m²)."""
    if _compiled.worth_compiling(len(shapes)):
        if shapely.coverage_is_valid(shapes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        shared = shared_areas(shapes, shapes, threads=threads)
        once = shared.i < shared.j
        return shared.i[once], shared.j[once], shared.area_m2[once]
    i, j = meeting_boxes(shapely.bounds(shapes), shapely.bounds(shapes))
    i, j = i[i < j], j[i < j]
    area = np.asarray(shapely.area(shapely.intersection(shapes[i], shapes[j])))
    share = area > AREA_FLOOR_M2
    return i[share], j[share], area[share]


def linked(
    before: Geometries,
    after: Geometries,
    own: tuple[tuple[Ints, Ints, Floats], tuple[Ints, Ints, Floats]],
    *,
    tolerance_m: float,
    threads: int = 1,
    watch: Watch | None = None,
) -> Links:
    """Link the features of two versions.

    Parameters
    ----------
    before, after : arrays of polygons and multipolygons
        Valid, in metres.
    own : pair of :func:`own_overlaps`
        Of both versions.
    tolerance_m : float
        What two features share makes no link where it is nowhere wider, unless it is half of both or nearly
        all of one.
    threads, watch
        As for :func:`spatial._engine.shared_areas`.
    """
    ones, others = _Land(before, shapely.area(before), own[0]), _Land(after, shapely.area(after), own[1])
    twin_i, twin_j = twins(before, after)
    rest_i, rest_j = _without(len(before), twin_i), _without(len(after), twin_j)
    shared = shared_areas(before[rest_i], after[rest_j], threads=threads, watch=watch)
    i, j, area = rest_i[shared.i], rest_j[shared.j], shared.area_m2
    of_i, of_j = area / ones.area[i], area / others.area[j]
    counts = np.maximum(of_i, of_j) >= PART
    i, j, area, of_i, of_j = i[counts], j[counts], area[counts], of_i[counts], of_j[counts]
    real = _more_than_redrawing((ones, others), (i, j), (of_i, of_j), tolerance_m)
    i, j, area, of_i, of_j = i[real], j[real], area[real], of_i[real], of_j[real]
    apart = _stands_for_another(ones, others, (i, j), area)
    strong = (np.maximum(of_i, of_j) >= HALF - _ROUNDING) & ~apart
    eligible = (of_i >= LEAST) & ~apart, (of_j >= LEAST) & ~apart
    strong |= _best_of_the_lonely((i, j), area, strong, eligible)
    return _in_order(
        Links(
            np.concatenate([twin_i, i]),
            np.concatenate([twin_j, j]),
            np.concatenate([ones.area[twin_i], area]),
            np.concatenate([np.ones(len(twin_i), dtype=bool), strong]),
            np.concatenate([np.ones(len(twin_i), dtype=bool), np.zeros(len(i), dtype=bool)]),
        )
    )


def rows_of(links: Links, n: int, m: int) -> tuple[Ints, Ints]:
    """Number of the row of every feature before and after: what strong links join, in order."""
    label = np.arange(n + m)
    one, other = links.i[links.strong], n + links.j[links.strong]
    while len(one):
        low = np.minimum(label[one], label[other])
        old = label.copy()
        np.minimum.at(label, one, low)
        np.minimum.at(label, other, low)
        label = label[label]
        if (old == label).all():
            break
    _, label = np.unique(label, return_inverse=True)
    return label[:n], label[n:]


def _in_order(links: Links) -> Links:
    order = np.lexsort((links.j, links.i))
    i, j, area, strong, equal = links
    return Links(i[order], j[order], area[order], strong[order], equal[order])


def _without(n: int, taken: Ints) -> Ints:
    free = np.ones(n, dtype=bool)
    free[taken] = False
    return np.flatnonzero(free)


def _more_than_redrawing(
    lands: tuple[_Land, _Land], pairs: tuple[Ints, Ints], shares: tuple[Floats, Floats], tolerance_m: float
) -> Bools:
    """Pairs that share more than slivers, half of both or all of one; only those in doubt are cut."""
    (ones, others), (i, j) = lands, pairs
    real = (np.minimum(*shares) >= HALF) | (np.maximum(*shares) >= WHOLE)
    # a sliver all along its border is 2·width/thickness of a polygon, so this much of it is no sliver
    bulky = np.minimum(thickness(ones.shape)[i], thickness(others.shape)[j]) * PART >= 2 * tolerance_m
    real |= bulky
    doubt = np.flatnonzero(~real)
    pieces = areal(shapely.intersection(ones.shape[i[doubt]], others.shape[j[doubt]]))
    real[doubt] = parted(pieces, tolerance_m).real_m2 > 0
    return real


def _stands_for_another(ones: _Land, others: _Land, pairs: tuple[Ints, Ints], area: Floats) -> Bools:
    """Links of a feature that lies on another of its own version which the same counterpart fits better.

    A cluster inside a park shares all its land with the park's next version too, but that is the park's.
    """
    i, j = pairs
    fit = area / (ones.area[i] + others.area[j] - area)
    out = np.zeros(len(i), dtype=bool)
    nested = _nested(ones), _nested(others)
    if not any(nested):
        return out
    at = {pair: n for n, pair in enumerate(zip(i.tolist(), j.tolist(), strict=True))}
    met_j: dict[int, list[int]] = {}
    met_i: dict[int, list[int]] = {}
    for a, b in at:
        met_j.setdefault(a, []).append(b)
        met_i.setdefault(b, []).append(a)
    for a, b in nested[0]:
        for c in set(met_j.get(a, ())) & set(met_j.get(b, ())):
            _yield(out, fit, at[a, c], at[b, c])
    for a, b in nested[1]:
        for c in set(met_i.get(a, ())) & set(met_i.get(b, ())):
            _yield(out, fit, at[c, a], at[c, b])
    return out


def _yield(out: Bools, fit: Floats, one: int, other: int) -> None:
    if fit[one] != fit[other]:
        out[one if fit[one] < fit[other] else other] = True


def _nested(land: _Land) -> list[tuple[int, int]]:
    """Pairs of one version of which one has half of its land in the other."""
    i, j, area = land.own
    lies = area >= HALF * np.minimum(land.area[i], land.area[j])
    return list(zip(i[lies].tolist(), j[lies].tolist(), strict=True))


def _best_of_the_lonely(
    pairs: tuple[Ints, Ints], area: Floats, strong: Bools, eligible: tuple[Bools, Bools]
) -> Bools:
    """The link that shares most, of each feature that no strong link joins to anything."""
    best = np.zeros(len(area), dtype=bool)
    for side, may in zip(pairs, eligible, strict=True):
        joined = np.unique(side[strong])
        at = np.flatnonzero(may & ~np.isin(side, joined))
        order = at[np.lexsort((area[at], side[at]))]
        best[order[np.flatnonzero(np.diff(side[order], append=-1))]] = True
    return best
