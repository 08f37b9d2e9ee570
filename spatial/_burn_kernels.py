"""Compiled kernels that bring areas into cells: cells whose centres lie inside, cells that an edge passes.

Corners are in columns and rows of the grid. A centre on an edge belongs to the area on the side of higher
columns, or of higher rows, so of two areas that share the edge exactly one has it. A cell that an edge only
touches along its border is not passed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Corners = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Marks = NDArray[np.uint8]

__all__ = ["mark_areas"]

#: an edge that lies this near to the border of a cell, in cells, lies on it
_ON: float = 1e-9


@kernel()
def mark_areas(shapes: tuple[Corners, Ints, Ints], asked: tuple[bool, bool], out: Marks) -> None:
    """Mark, as asked, cells whose centres lie in areas, and cells that their edges pass."""
    corners, rings, areas = shapes
    for k in range(len(areas) - 1):
        first, last = rings[areas[k]], rings[areas[k + 1]]
        if last > first:
            if asked[0]:
                _fill(corners, rings[areas[k] : areas[k + 1] + 1], out)
            if asked[1]:
                for ring in range(areas[k], areas[k + 1]):
                    for i in range(rings[ring], rings[ring + 1] - 1):
                        _mark_edge(corners, i, out)


@kernel()
def _fill(corners: Corners, rings: Ints, out: Marks) -> None:
    """Flip what lies right of every edge, row by row; what was flipped an odd number of times lies inside."""
    height, width = out.shape
    mine = corners[rings[0] : rings[-1]]
    left, right = mine[0, 0], mine[0, 0]
    low, high = mine[0, 1], mine[0, 1]
    for i in range(len(mine)):
        left, right = min(left, mine[i, 0]), max(right, mine[i, 0])
        low, high = min(low, mine[i, 1]), max(high, mine[i, 1])
    top, bottom = int(max(math.ceil(low - 0.5), 0)), int(min(math.ceil(high - 0.5), height))
    west, east = int(max(math.ceil(left - 0.5), 0)), int(min(math.ceil(right - 0.5), width))
    if bottom <= top or east <= west:
        return
    flips = np.zeros((bottom - top, east - west + 1), dtype=np.uint8)
    for ring in range(len(rings) - 1):
        for i in range(rings[ring], rings[ring + 1] - 1):
            _flip_edge(corners, i, (top, bottom, west, east), flips)
    for row in range(bottom - top):
        inside = np.uint8(0)
        for col in range(east - west):
            inside ^= flips[row, col]
            out[top + row, west + col] |= inside


@kernel()
def _flip_edge(corners: Corners, i: int, box: tuple[int, int, int, int], flips: Marks) -> None:
    top, bottom, west, east = box
    # reckoned from the upper end whichever way the ring runs, so that neighbours agree to the last bit
    upper = i if corners[i, 1] <= corners[i + 1, 1] else i + 1
    lower = 2 * i + 1 - upper
    x0, y0 = corners[upper, 0], corners[upper, 1]
    x1, y1 = corners[lower, 0], corners[lower, 1]
    begin, end = max(math.ceil(y0 - 0.5), top), min(math.ceil(y1 - 0.5), bottom)
    if end <= begin:
        return
    slope = (x1 - x0) / (y1 - y0)
    for row in range(begin, end):
        col = math.ceil(x0 + ((row + 0.5) - y0) * slope - 0.5)
        flips[row - top, min(max(col, west), east) - west] ^= np.uint8(1)


@kernel()
def _mark_edge(corners: Corners, i: int, out: Marks) -> None:
    """Mark the cells that an edge passes through, row by row."""
    height, width = out.shape
    upper = i if corners[i, 1] <= corners[i + 1, 1] else i + 1
    lower = 2 * i + 1 - upper
    x0, y0 = corners[upper, 0], corners[upper, 1]
    x1, y1 = corners[lower, 0], corners[lower, 1]
    if min(x0, x1) > width or max(x0, x1) < 0:
        return
    slope = (x1 - x0) / (y1 - y0) if y1 > y0 else 0.0
    begin, end = max(math.floor(y0 + _ON), 0), min(math.ceil(y1 - _ON), height)
    for row in range(begin, end):
        a, b = x0, x1
        if y0 < row:
            a = x0 + (row - y0) * slope
        if y1 > row + 1:
            b = x0 + (row + 1 - y0) * slope
        first, last = max(math.floor(min(a, b) + _ON), 0), min(math.ceil(max(a, b) - _ON), width)
        for col in range(first, last):
            out[row, col] = np.uint8(1)
