"""Distances from every cell of a grid to the nearest cell that a feature touches."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from affine import Affine

from layers.grid import RasterGrid, Window
from spatial import _compiled
from spatial._burn import burnt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Shapes = NDArray[np.object_]

__all__ = ["mark_distances", "near_cells"]

#: cells that are measured at a time once the columns are done
_BLOCK: Final = 2_000_000
#: bytes a cell takes while the columns are done
_BYTES: Final = 3
_LEAST_ROWS: Final = 64
#: steps that 16 bits hold
_MOST_STEPS: Final = 65_000


def mark_distances(marked: NDArray[np.bool_], most: int) -> NDArray[np.float64]:
    """Cells from every cell to the nearest marked one, `most` at most."""
    if not _compiled.COMPILED or most >= _MOST_STEPS:
        from scipy.ndimage import distance_transform_edt  # noqa: PLC0415 - takes a moment to load

        away = distance_transform_edt(~marked) if marked.any() else np.full(marked.shape, float(most))
        return np.asarray(np.minimum(away, float(most)), dtype=np.float64)
    from spatial._distance_kernels import along_rows, down_columns  # noqa: PLC0415 - loads numba

    steps = np.full(marked.shape, most, dtype=np.uint16)
    down_columns(np.ascontiguousarray(marked).view(np.uint8), 0, most, steps)
    near = np.empty(marked.shape)
    along_rows(steps, 0, most, near)
    return near


class _Part(NamedTuple):
    """Rows and columns of the features that a window may depend on; may lie beside it."""

    top: int
    left: int
    bottom: int
    right: int


def near_cells(
    shapes: Shapes, grid: RasterGrid, window: Window, *, halo: int, memory_mb: float
) -> Iterator[tuple[Window, Floats]]:
    """Measure the cells of a window strip by strip: metres between centres, `halo` cells at most.

    Features as far outside the window as the halo count; where they end, nothing is reckoned.
    """
    cell = abs(grid.transform.e)
    part = _around(shapes, grid, window, halo)
    wide = max(part.right - part.left, window.width)
    rows = max(int(memory_mb * 1e6 / (_BYTES * wide)) - 2 * halo, _LEAST_ROWS)
    for row in range(window.row, window.row + window.height, rows):
        strip = Window(row, window.col, min(rows, window.row + window.height - row), window.width)
        part = _around(shapes, grid, strip, halo)
        if part.bottom <= part.top or part.right <= part.left:
            yield strip, np.full((strip.height, strip.width), halo * cell, dtype=np.float32)
            continue
        touched = burnt(shapes, _grid_of(part, grid), touched=True)
        compiled = _compiled.COMPILED and halo < _MOST_STEPS
        measure = _compiled_strips if compiled else _plain_strips
        for block, steps in measure(touched, part, strip, halo):
            yield block, np.multiply(steps, np.float32(cell), out=steps)


def _around(shapes: Shapes, grid: RasterGrid, window: Window, halo: int) -> _Part:
    """Cells within the halo of a window, as far as there are features."""
    bounds = shapely.total_bounds(shapes)
    if not np.isfinite(bounds).all():
        return _Part(0, 0, 0, 0)
    left, bottom, right, top = bounds
    (west, north), (east, south) = grid.cells(np.array([[left, top], [right, bottom]]))
    return _Part(
        max(window.row - halo, floor(north) - 1),
        max(window.col - halo, floor(west) - 1),
        min(window.row + window.height + halo, ceil(south) + 1),
        min(window.col + window.width + halo, ceil(east) + 1),
    )


def _grid_of(part: _Part, grid: RasterGrid) -> RasterGrid:
    t = grid.transform
    origin = Affine(t.a, 0, t.c + part.left * t.a, 0, t.e, t.f + part.top * t.e)
    return RasterGrid(grid.crs, origin, part.bottom - part.top, part.right - part.left)


def _compiled_strips(
    touched: NDArray[np.bool_], part: _Part, strip: Window, halo: int
) -> Iterator[tuple[Window, Floats]]:
    from spatial._distance_kernels import along_rows, down_columns  # noqa: PLC0415 - loads numba

    steps = np.full((strip.height, touched.shape[1]), halo, dtype=np.uint16)
    down_columns(touched.view(np.uint8), strip.row - part.top, halo, steps)
    rows = max(_BLOCK // strip.width, 1)
    for first in range(0, strip.height, rows):
        block = steps[first : first + rows]
        near = np.empty((len(block), strip.width), dtype=np.float32)
        along_rows(block, strip.col - part.left, halo, near)
        yield Window(strip.row + first, strip.col, len(block), strip.width), near


def _plain_strips(
    touched: NDArray[np.bool_], part: _Part, strip: Window, halo: int
) -> Iterator[tuple[Window, Floats]]:
    """The same by scipy, which needs the land in between laid out."""
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415 - takes a moment to load

    if not touched.any():
        yield strip, np.full((strip.height, strip.width), halo, dtype=np.float32)
        return
    top, left = min(part.top, strip.row), min(part.left, strip.col)
    bottom = max(part.bottom, strip.row + strip.height)
    right = max(part.right, strip.col + strip.width)
    around = ((part.top - top, bottom - part.bottom), (part.left - left, right - part.right))
    away = distance_transform_edt(~np.pad(touched, around))
    mine = away[
        strip.row - top : strip.row - top + strip.height, strip.col - left : strip.col - left + strip.width
    ]
    yield strip, np.asarray(np.minimum(mine, halo), dtype=np.float32)
