"""Compiled kernels over cells; `spatial._raster_plain` has the same functions in numpy, with equal answers.

The rule for a centre on an edge: it belongs to the zone on the side of higher columns (of higher rows
for an edge along a row), so of two zones that share the edge exactly one counts it. Each edge is
reckoned from its upper end, whichever way its ring runs, so both zones get the same crossing to the
last bit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
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

_ONES = np.uint64(0x0101010101010101)
_BYTE = np.uint64(255)
# rows of counters this far apart don't fall into the same lines of the first cache
_STRIDE = np.uint64(264)
_TABLE = np.uint64(256 * 264 + 24)
_TABLES = 4
_WORD = 8


def count_pairs(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Ints:
    """Count pairs of classes; flat arrays of one length in, a table of 256 × 256 out."""
    whole = len(before) // _WORD * _WORD
    counts = np.zeros(_TABLES * int(_TABLE), dtype=np.uint32)  # a window has fewer cells than they hold
    _count_words(_words(before[:whole]), _words(after[:whole]), counts)
    tables = counts.reshape(_TABLES, -1)[:, : 256 * int(_STRIDE)].reshape(_TABLES, 256, -1)[:, :, :256]
    rest = before[whole:].astype(np.intp) * 256 + after[whole:]
    total: Ints = tables.sum(axis=0, dtype=np.int64)
    return total + np.bincount(rest, minlength=65536).reshape(256, 256)


def _words(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    aligned = codes if codes.ctypes.data % 8 == 0 and codes.flags.writeable else codes.copy()
    return aligned.view(np.uint64)


@kernel(inline=True)
def _pair(before: Any, after: Any, shift: int) -> Any:
    low = np.uint64(shift)
    return ((before >> low) & _BYTE) * _STRIDE + ((after >> low) & _BYTE)


@kernel()
def _count_words(before: NDArray[np.uint64], after: NDArray[np.uint64], counts: NDArray[np.uint32]) -> None:
    """Eight cells at a time: one count where all are alike, else four tables in turn.

    Counting one class again and again in one table would wait for the counter to be written each time.
    """
    one, eight = np.uint32(1), np.uint32(8)
    second, third, fourth = _TABLE, _TABLE * np.uint64(2), _TABLE * np.uint64(3)
    for i in range(len(before)):
        a, b = before[i], after[i]
        if a == (a & _BYTE) * _ONES and b == (b & _BYTE) * _ONES:
            counts[(a & _BYTE) * _STRIDE + (b & _BYTE)] += eight
        else:
            counts[_pair(a, b, 0)] += one
            counts[second + _pair(a, b, 8)] += one
            counts[third + _pair(a, b, 16)] += one
            counts[fourth + _pair(a, b, 24)] += one
            counts[_pair(a, b, 32)] += one
            counts[second + _pair(a, b, 40)] += one
            counts[third + _pair(a, b, 48)] += one
            counts[fourth + _pair(a, b, 56)] += one


def count_zones(
    window: tuple[NDArray[Any], int, int], shapes: CellShapes, asked: tuple[Ints, Ints], out: Ints
) -> None:
    """Count classes in zones on a window of the grid.

    Parameters
    ----------
    window : codes (contiguous), first row and first column
    shapes : CellShapes
    asked : positions of the zones, and of each the first row and the one after the last in the window
    out : shape (number of zones, number of codes); added to
    """
    codes, above, left = window
    if codes.dtype == np.uint8 and codes.size >= _WORD:
        # the eight bytes that begin at every byte
        words = np.ndarray((codes.size - _WORD + 1,), np.uint64, codes, strides=(1,))
    else:
        words = np.empty(0, np.uint64)[::2]
    _count_zones((codes, words, above, left), shapes, asked, out)


@kernel()
def _count_zones(window: Any, shapes: CellShapes, asked: tuple[Ints, Ints], out: Ints) -> None:
    codes, words, above, left = window
    zones, spans = asked
    height, width = codes.shape
    flat, classes = codes.reshape(height * width), out.shape[1]
    tables = np.zeros(_TABLES * classes, dtype=np.uint32)
    for k in range(len(zones)):
        top, bottom = spans[k, 0], spans[k, 1]
        starts, cols = _crossings(shapes, zones[k], (top, bottom, left, left + width))
        for row in range(bottom - top):
            begin = (top + row - above) * width - left
            for at in range(starts[row], starts[row + 1], 2):
                run = flat[begin + cols[at] : begin + cols[at + 1]]
                done = 0
                if len(words) > 0 and len(run) >= _WORD:
                    done = len(run) // _WORD * _WORD
                    _count_bytes(words[begin + cols[at] :], done, tables, classes)
                _count_some(run[done:], tables, classes)
        for code in range(classes):
            for table in range(_TABLES):
                out[k, code] += np.int64(tables[table * classes + code])
        tables[:] = np.uint32(0)


@kernel()
def _count_bytes(words: NDArray[np.uint64], many: int, tables: NDArray[np.uint32], classes: int) -> None:
    """Eight codes at a time, see :func:`_count_words`."""
    one, eight = np.uint32(1), np.uint32(8)
    second, third, fourth = np.uint64(classes), np.uint64(2 * classes), np.uint64(3 * classes)
    for at in range(0, many, 8):
        word = words[at]
        if word == (word & _BYTE) * _ONES:
            tables[word & _BYTE] += eight
        else:
            tables[word & _BYTE] += one
            tables[second + _byte(word, 8)] += one
            tables[third + _byte(word, 16)] += one
            tables[fourth + _byte(word, 24)] += one
            tables[_byte(word, 32)] += one
            tables[second + _byte(word, 40)] += one
            tables[third + _byte(word, 48)] += one
            tables[fourth + _byte(word, 56)] += one


@kernel(inline=True)
def _byte(word: Any, shift: int) -> Any:
    return (word >> np.uint64(shift)) & _BYTE


@kernel()
def _count_some(run: NDArray[Any], tables: NDArray[np.uint32], classes: int) -> None:
    for at in range(len(run)):
        tables[np.uint64((at & 3) * classes) + np.uint64(run[at])] += np.uint32(1)


@kernel()
def count_lattice(shapes: CellShapes, zones: Ints, spans: Ints, out: Ints) -> None:
    """Count the centres in zones on the grid carried on without end; added to `out`."""
    for k in range(len(zones)):
        top, bottom = spans[k, 0], spans[k, 1]
        starts, cols = _crossings(shapes, zones[k], (top, bottom, -(1 << 32), 1 << 32))
        for at in range(0, starts[bottom - top], 2):
            out[k] += cols[at + 1] - cols[at]


@kernel()
def _crossings(shapes: CellShapes, zone: int, box: tuple[int, int, int, int]) -> tuple[Ints, Ints]:
    """First columns right of every edge, row by row and sorted: counted, then filled in.

    Returns where each row's columns begin, and the columns; from every even one to the next lies inside.
    """
    top, bottom, left, right = box
    starts = np.zeros(bottom - top + 2, dtype=np.int64)
    first, last = shapes.zones[zone], shapes.zones[zone + 1]
    for ring in range(first, last):
        for i in range(shapes.rings[ring], shapes.rings[ring + 1] - 1):
            begin, end = _rows(shapes.corners[i, 1], shapes.corners[i + 1, 1], top, bottom)
            if end > begin:
                starts[begin - top + 1] += 1
                starts[end - top + 1] -= 1
    for _ in range(2):  # steps to how many edges cross a row, and those to where its columns begin
        for row in range(1, len(starts)):
            starts[row] += starts[row - 1]
    cols = np.empty(starts[bottom - top], dtype=np.int64)
    filled = np.zeros(bottom - top, dtype=np.int64)
    for ring in range(first, last):
        for i in range(shapes.rings[ring], shapes.rings[ring + 1] - 1):
            x0, y0, x1, y1 = _downwards(shapes.corners, i)
            begin, end = _rows(y0, y1, top, bottom)
            slope = (x1 - x0) / (y1 - y0) if y1 > y0 else 0.0
            for row in range(begin, end):
                x = x0 + ((row + 0.5) - y0) * slope
                col = int(min(max(math.ceil(x - 0.5), left), right))
                _insert(cols, starts[row - top], filled[row - top], col)
                filled[row - top] += 1
    return starts, cols


@kernel()
def _rows(y0: float, y1: float, top: int, bottom: int) -> tuple[int, int]:
    """Rows whose centres an edge passes, the upper end counted and the lower one not."""
    begin, end = math.ceil(min(y0, y1) - 0.5), math.ceil(max(y0, y1) - 0.5)
    return int(max(begin, top)), int(min(end, bottom))


@kernel()
def _downwards(corners: NDArray[np.float64], i: int) -> tuple[float, float, float, float]:
    if corners[i, 1] <= corners[i + 1, 1]:
        return corners[i, 0], corners[i, 1], corners[i + 1, 0], corners[i + 1, 1]
    return corners[i + 1, 0], corners[i + 1, 1], corners[i, 0], corners[i, 1]


@kernel()
def _insert(cols: Ints, start: int, filled: int, col: int) -> None:
    at = start + filled
    while at > start and cols[at - 1] > col:
        cols[at] = cols[at - 1]
        at -= 1
    cols[at] = col


@kernel(inline=True)
def _term(value: Any, weight: np.float32, nodata: np.float32) -> Any:
    number = np.float32(value)
    return np.float32(np.nan) if number == nodata else number * weight


@kernel()
def begin_weighted(out: NDArray[np.float32], values: NDArray[Any], weight: np.float32, nodata: Any) -> None:
    """Begin a weighted sum; NaN where a value is missing."""
    for i in range(len(out)):
        out[i] = _term(values[i], weight, nodata)


@kernel()
def add_weighted(out: NDArray[np.float32], values: NDArray[Any], weight: np.float32, nodata: Any) -> None:
    """Add a weighted raster to a sum; NaN where a value is missing, and wherever it was before."""
    for i in range(len(out)):
        out[i] += _term(values[i], weight, nodata)


@kernel()
def add_four_weighted(out: NDArray[np.float32], values: Any, weights: Any, nodata: Any) -> None:
    """Add four at once, in the same order: the sum is fetched and put back once instead of four times."""
    a, b, c, d = values
    w, x, y, z = weights
    k, m, n, p = nodata
    for i in range(len(out)):
        total = out[i] + _term(a[i], w, k)
        total += _term(b[i], x, m)
        total += _term(c[i], y, n)
        out[i] = total + _term(d[i], z, p)
