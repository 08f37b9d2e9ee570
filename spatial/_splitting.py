"""Patches of cells cut into even parts: large good land into several sites, a long band into compact ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Cells = NDArray[np.bool_]

__all__ = ["even_parts", "strips"]


def even_parts(mask: Cells, count: int) -> Iterator[list[Cells]]:
    """Ways to cut a patch into so many connected parts of one size: halved again and again, or in strips."""
    ways = [_halved(mask, count)]
    ways += [[mask & (part == n) for n in range(count)] for part in _straight(mask, count)]
    for parts in ways:
        if all(_hangs_together(part) for part in parts):
            yield parts


def strips(mask: Cells, count: int) -> Iterator[list[Cells]]:
    """Ways to cut a patch across: by its rows, its columns, and along the way from one end to the other."""
    for part in (*_straight(mask, count), _ranked(mask, _from_end(mask), count)):
        parts = [mask & (part == n) for n in range(count)]
        if all(_hangs_together(one) for one in parts):
            yield parts


def _straight(mask: Cells, count: int) -> Iterator[NDArray[np.intp]]:
    both = np.indices(mask.shape)
    rows, cols = both[0], both[1]
    # the longer side first
    keys = [cols, rows] if np.ptp(cols[mask]) >= np.ptp(rows[mask]) else [rows, cols]
    for key in keys:
        yield _ranked(mask, key, count)


def _ranked(mask: Cells, key: NDArray[np.generic], count: int) -> NDArray[np.intp]:
    """Part of every cell in the order of a key, cells of one key together; -1 beside the patch."""
    values, inverse, sizes = np.unique(key[mask], return_inverse=True, return_counts=True)
    middle = np.cumsum(sizes) - sizes / 2
    part = np.minimum((middle * count / sizes.sum()).astype(np.intp), count - 1)
    out = np.full(mask.shape, -1, dtype=np.intp)
    out[mask] = part[inverse] if len(values) else 0
    return out


def _halved(mask: Cells, count: int) -> list[Cells]:
    """Cut across the longer side in proportion, and each part again."""
    if count == 1:
        return [mask]
    first = count // 2
    rows, cols = np.nonzero(mask)
    longer = np.indices(mask.shape)[int(np.ptp(cols) > np.ptp(rows))] if len(rows) else np.zeros(mask.shape)
    part = _ranked(mask, longer, count)
    return [*_halved(mask & (part < first), first), *_halved(mask & (part >= first), count - first)]


def _from_end(mask: Cells) -> NDArray[np.float64]:
    """Length of the way within a patch from the end that lies farthest from everything else."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - takes a moment to load
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - takes a moment to load

    name = np.full(mask.shape, -1)
    name[mask] = np.arange(mask.sum())
    pairs = [
        (name[:, :-1], name[:, 1:], 1.0),
        (name[:-1], name[1:], 1.0),
        (name[:-1, :-1], name[1:, 1:], np.sqrt(2)),
        (name[:-1, 1:], name[1:, :-1], np.sqrt(2)),
    ]
    links = []
    for one, other, length in pairs:
        both = (one >= 0) & (other >= 0)
        links.append((one[both], other[both], np.full(int(both.sum()), length)))
    start, end, lengths = (np.concatenate([link[n] for link in links]) for n in range(3))
    graph = coo_array((lengths, (start, end)), shape=(int(mask.sum()),) * 2).tocsr()
    away = dijkstra(graph, directed=False, indices=0)
    last = int(np.argmax(np.where(np.isfinite(away), away, -1)))
    out = np.full(mask.shape, np.inf)
    out[mask] = np.round(dijkstra(graph, directed=False, indices=last))
    return out


def _hangs_together(part: Cells) -> bool:
    from scipy.ndimage import label  # noqa: PLC0415 - takes a moment to load

    return bool(label(part)[1] == 1)
