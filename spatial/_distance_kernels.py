"""Compiled kernels of exact distances between cells: down the columns first, then along the rows.

Meijster, Roerdink and Hesselink (2000), A general algorithm for computing distance transforms in linear
time. All is reckoned in whole numbers, so the squares are exact; the answer is the one that
``scipy.ndimage.distance_transform_edt`` gives, without its 16 bytes a cell.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32] | NDArray[np.float64]
    Ints = NDArray[np.int64]
    Steps = NDArray[np.uint16]

__all__ = ["along_rows", "down_columns"]


@kernel()
def down_columns(marked: NDArray[np.uint8], above: int, most: int, out: Steps) -> None:
    """Cells up or down to the nearest marked one of the same column, `most` where none is that near.

    `out` has the rows of `marked` from row `above` on, which may lie outside of it.
    """
    height, width = out.shape
    for way in (1, -1):
        steps = np.full(width, most, dtype=np.uint16)
        first = min(0, above) if way == 1 else max(len(marked), above + height) - 1
        last = above + height if way == 1 else above - 1
        for row in range(first, last, way):
            inside = 0 <= row < len(marked)
            here = row - above
            for col in range(width):
                far = min(steps[col] + 1, most)
                if inside and marked[row, col]:
                    far = 0
                steps[col] = far
                if 0 <= here < height and (way == 1 or far < out[here, col]):
                    out[here, col] = far


@kernel()
def along_rows(steps: Steps, left: int, most: int, out: Floats) -> None:
    """Cells to the nearest marked one, `most` at most; `out` has the columns of `steps` from `left` on."""
    height, width = out.shape
    wide = steps.shape[1]
    sites, begins = np.empty(wide, dtype=np.int64), np.empty(wide, dtype=np.int64)
    for row in range(height):
        count = _envelope(steps[row], most, sites, begins)
        at = 0
        for here in range(width):
            col = left + here
            while at + 1 < count and begins[at + 1] <= col:
                at += 1
            if count == 0:
                out[row, here] = most
                continue
            off, down = col - sites[at], np.int64(steps[row, sites[at]])
            out[row, here] = min(math.sqrt(off * off + down * down), most)


@kernel()
def _envelope(steps: NDArray[np.uint16], most: int, sites: Ints, begins: Ints) -> int:
    """Columns whose marked cell is the nearest somewhere in the row, and from which column on each is."""
    count = 0
    far = np.int64(1) << np.int64(40)
    for col in range(len(steps)):
        if steps[col] >= most:
            continue
        begin = -far
        square = col * col + np.int64(steps[col]) * np.int64(steps[col])
        while count:
            last = sites[count - 1]
            other = last * last + np.int64(steps[last]) * np.int64(steps[last])
            # first column that is nearer to this one than to the last; // rounds down
            begin = (square - other) // (2 * (col - last)) + 1
            if begin > begins[count - 1]:
                break
            count -= 1
            begin = -far
        sites[count], begins[count] = col, begin
        count += 1
    return count
