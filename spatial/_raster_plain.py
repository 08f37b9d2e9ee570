"""The kernels of `spatial._raster_kernels` in numpy, for machines without numba: slower, same answers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from spatial._cell_shapes import CellShapes

    Ints = NDArray[np.int64]

__all__ = [
    "add_four_weighted",
    "add_weighted",
    "begin_weighted",
    "count_lattice",
    "count_pairs",
    "count_zones",
]

_AT_ONCE = 1 << 22


def count_pairs(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Ints:
    """Count pairs of classes; flat arrays of one length in, a table of 256 × 256 out."""
    total = np.zeros(65536, dtype=np.int64)
    for start in range(0, len(before), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        total += np.bincount(before[part].astype(np.intp) * 256 + after[part], minlength=65536)
    return total.reshape(256, 256)


def count_zones(
    window: tuple[NDArray[Any], int, int], shapes: CellShapes, asked: tuple[Ints, Ints], out: Ints
) -> None:
    """Count classes in zones on a window of the grid; see the compiled one."""
    (codes, above, left), (zones, spans), classes = window, asked, out.shape[1]
    for some in _groups(spans):
        zone, row, start, stop = _runs(shapes, zones[some], spans[some])
        start, stop = (np.clip(col - left, 0, codes.shape[1]) for col in (start, stop))
        length = stop - start
        ends = np.cumsum(length)
        cut = [0, *np.searchsorted(ends, np.arange(_AT_ONCE, ends[-1:].sum(), _AT_ONCE)).tolist(), len(ends)]
        for a, b in pairwise(cut):
            owner = np.repeat(np.arange(a, b), length[a:b])
            before = np.repeat(ends[a:b] - length[a:b], length[a:b])
            at = np.arange(ends[a] - length[a], ends[a] - length[a] + len(owner)) if len(owner) else before
            cells = codes[row[owner] - above, start[owner] + at - before]
            keys = zone[owner] * classes + cells
            out[some] += np.bincount(keys, minlength=len(out[some]) * classes).reshape(-1, classes)


def count_lattice(shapes: CellShapes, zones: Ints, spans: Ints, out: Ints) -> None:
    """Count the centres in zones on the grid carried on without end; added to `out`."""
    for some in _groups(spans):
        zone, _, start, stop = _runs(shapes, zones[some], spans[some])
        np.add.at(out[some], zone, stop - start)


def _groups(spans: Ints) -> Iterator[slice]:
    """Zones to take at once, so that their rows stay few."""
    ends = np.cumsum(spans[:, 1] - spans[:, 0])
    first = 0
    while first < len(spans):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _AT_ONCE // 8, side="right")))
        yield slice(first, last)
        first = last


def _runs(shapes: CellShapes, zones: Ints, spans: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Runs of cells inside: position of the zone among those given, row, first column, the one after."""
    owner, (x0, y0, x1, y1) = _edges(shapes, zones)
    begin = np.maximum(np.ceil(y0 - 0.5).astype(np.int64), spans[owner, 0])
    end = np.minimum(np.ceil(y1 - 0.5).astype(np.int64), spans[owner, 1])
    rows = np.maximum(end - begin, 0)
    edge = np.repeat(np.arange(len(rows)), rows)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(rows) - rows, rows) + begin[edge]
    slope = np.divide(x1 - x0, y1 - y0, out=np.zeros_like(x0), where=y1 > y0)
    x = x0[edge] + ((row + 0.5) - y0[edge]) * slope[edge]
    col = np.ceil(x - 0.5).astype(np.int64)
    order = np.lexsort((col, row, owner[edge]))
    zone, row, col = owner[edge][order], row[order], col[order]
    return zone[::2], row[::2], col[::2], col[1::2]


def _edges(shapes: CellShapes, zones: Ints) -> tuple[Ints, tuple[NDArray[np.float64], ...]]:
    """Edges of some zones from their upper ends, with the position of the zone."""
    first, last = shapes.rings[shapes.zones[zones]], shapes.rings[shapes.zones[zones + 1]]
    many = last - first
    owner = np.repeat(np.arange(len(zones)), many)
    at = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many) + first[owner]
    closing = np.isin(at, shapes.rings[1:] - 1)
    owner, at = owner[~closing], at[~closing]
    start, end = shapes.corners[at], shapes.corners[at + 1]
    up = (start[:, 1] > end[:, 1])[:, None]
    upper, lower = np.where(up, end, start), np.where(up, start, end)
    return owner, (upper[:, 0], upper[:, 1], lower[:, 0], lower[:, 1])


def begin_weighted(out: NDArray[np.float32], values: NDArray[Any], weight: np.float32, nodata: Any) -> None:
    """Begin a weighted sum; NaN where a value is missing."""
    out[:] = values
    none = out == nodata
    out *= weight
    out[none] = np.nan


def add_weighted(out: NDArray[np.float32], values: NDArray[Any], weight: np.float32, nodata: Any) -> None:
    """Add a weighted raster to a sum; NaN where a value is missing, and wherever it was before."""
    term = np.empty_like(out)
    begin_weighted(term, values, weight, nodata)
    out += term


def add_four_weighted(out: NDArray[np.float32], values: Any, weights: Any, nodata: Any) -> None:
    """Add four in order."""
    for each in zip(values, weights, nodata, strict=True):
        add_weighted(out, *each)
