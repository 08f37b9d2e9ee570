"""Unions of many areas, where most of them stand alone: only those that meet are handed to GEOS together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from spatial._geos import areal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Places = NDArray[np.intp]

__all__ = ["grouped_unions", "growing_unions", "meeting_clusters"]

_AREA: Final = 2


def meeting_clusters(shapes: Shapes, group: Places) -> Places:
    """Number the clusters of shapes of one group that meet, directly or by way of others."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - takes a moment to load
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = (i < j) & (group[i] == group[j])
    links = coo_array((np.ones(int(pairs.sum()), dtype=bool), (i[pairs], j[pairs])), shape=(len(shapes),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def grouped_unions(shapes: Shapes, group: Places, count: int) -> Shapes:
    """Union of the areas of each group; an empty polygon where there is none."""
    flat = shapely.get_dimensions(shapes) == _AREA
    shapes, group = shapes[flat], group[flat].astype(np.intp)
    if not len(shapes):
        return np.full(count, shapely.Polygon(), dtype=object)
    cluster = meeting_clusters(shapes, group)
    order = np.argsort(cluster, kind="stable")
    first = np.searchsorted(cluster[order], np.arange(int(cluster.max()) + 2))
    united, owner = shapes[order[first[:-1]]], group[order[first[:-1]]]
    for at in np.flatnonzero(np.diff(first) > 1):
        united[at] = shapely.union_all(shapes[order[first[at] : first[at + 1]]])
    return _gathered(united, owner, count)


def growing_unions(
    shapes: Shapes, rank: Places, group: Places, count: int
) -> tuple[NDArray[np.float64], Shapes]:
    """Land that each shape adds to those of its group that rank before it, and the union of each group.

    Parameters
    ----------
    shapes : numpy.ndarray
        Areas; those of one rank and group don't overlap, as they are one multipolygon.
    rank, group : numpy.ndarray of int
    count : int
        Of groups.

    Returns
    -------
    added : numpy.ndarray
        m² by shape; they add up to the areas of the unions.
    unions : numpy.ndarray
    """
    added = np.zeros(len(shapes))
    parts, of = shapely.get_parts(shapes, return_index=True)
    if not len(parts):
        return added, np.full(count, shapely.Polygon(), dtype=object)
    cluster = meeting_clusters(parts, group[of])
    order = np.lexsort((rank[of], cluster))
    first = np.searchsorted(cluster[order], np.arange(int(cluster.max()) + 2))
    alone = order[first[:-1]]
    united, owner = parts[alone].copy(), group[of[alone]]
    single = np.diff(first) == 1
    np.add.at(added, of[alone[single]], shapely.area(parts[alone[single]]))
    for at in np.flatnonzero(~single):
        mine = order[first[at] : first[at + 1]]
        united[at] = _grown(parts[mine], of[mine], added)
    return added, _gathered(united, owner, count)


def _grown(parts: Shapes, of: Places, added: NDArray[np.float64]) -> Any:
    """Unite the parts of a cluster shape by shape, and book what each adds."""
    taken, before = np.array([shapely.Polygon()], dtype=object), 0.0
    ends = np.flatnonzero(np.diff(np.append(of, -1)))
    for begin, end in zip([0, *(ends[:-1] + 1).tolist()], ends.tolist(), strict=True):
        piece = shapely.multipolygons(parts[begin : end + 1])
        taken = areal(shapely.union(taken, piece))
        now = max(float(shapely.area(taken)[0]), before)
        added[of[end]] += now - before
        before = now
    return taken[0]


def _gathered(united: Shapes, owner: Places, count: int) -> Shapes:
    """Lay the parts of each group together; those of different clusters have no point in common."""
    out = np.full(count, shapely.Polygon(), dtype=object)
    parts, of = shapely.get_parts(areal(united), return_index=True)
    group = owner[of]
    order = np.argsort(group, kind="stable")
    full, many = np.unique(group[order], return_counts=True)
    gathered = np.asarray(shapely.multipolygons(parts[order], indices=np.repeat(np.arange(len(full)), many)))
    one = many == 1
    first = np.cumsum(many) - many
    gathered[one] = parts[order[first[one]]]
    out[full] = gathered
    return out
