"""Cells of one grid looked up on another: nearest, or linear between four centres.

The datum operation is the pinned one of :mod:`layers.crs`, which GDAL's warper would choose by itself.
Between two systems the places are reckoned at knots and interpolated; the knots belong to the whole
target grid, so a window gets the answer that the whole would get.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.crs import mover
from layers.grid import RasterGrid, Window, missing, same_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Cells = NDArray[np.float64]

_EARTH_M: Final = 6_371_000.0
_METRES_PER_DEGREE: Final = 111_320.0
_OFF: Final = 0.01  # cells that an interpolated place may lie off its true one
_MOST_CELLS: Final = 1 << 18  # looked up at once, whatever the window


def regridded(
    read: Callable[[Window], NDArray[Any]], source: RasterGrid, target: RasterGrid, window: Window, **how: Any
) -> NDArray[Any]:
    """Fill a window of the target grid with cells of the source.

    Parameters
    ----------
    read : callable
        Gives the values of a window of the source.
    source, target : RasterGrid
    window : Window
        Of the target.
    **how
        ``nodata`` and ``dtype`` of the result, ``linear`` for measures instead of classes.

    Returns
    -------
    numpy.ndarray
        ``nodata`` where the source has no cell.
    """
    out = np.full((window.height, window.width), how["nodata"], dtype=how["dtype"])
    for rows, places in _places(source, target, window):
        met = _window_of(places, source)
        if met is not None:
            values = read(met).astype(how["dtype"], copy=False)
            _look_up(values, places - [met.col, met.row], out[rows], how)
    return out


def _places(source: RasterGrid, target: RasterGrid, window: Window) -> Iterator[tuple[slice, Cells]]:
    """Column and row, on the source, of the centres of a window's cells; some rows at a time."""
    step = _knot_step(source, target)
    rows = max(1, _MOST_CELLS // window.width)
    for top in range(0, window.height, rows):
        part = slice(top, min(top + rows, window.height))
        row = np.arange(window.row + part.start, window.row + part.stop) + 0.5
        col = np.arange(window.col, window.col + window.width) + 0.5
        if same_crs(source.crs, target.crs):
            grid = np.stack(np.meshgrid(col, row), axis=-1).reshape(-1, 2)
            yield part, source.cells(target.xy(grid)).reshape(len(row), len(col), 2)
        else:
            yield part, _between(_knots(source, target, (row, col), step), row / step, col / step)


def _knot_step(source: RasterGrid, target: RasterGrid) -> int:
    """Cells between knots: over a length l, a projected line bends by l²/8R."""
    metres = []
    for grid in (source, target):
        unit = _METRES_PER_DEGREE if grid.crs is not None and grid.crs.is_geographic else 1.0
        t = grid.transform
        metres.append(unit * float(np.sqrt(abs(t.a * t.e - t.b * t.d))))
    return int(np.clip(np.sqrt(8 * _EARTH_M * _OFF * min(metres)) / metres[1], 1, 64))


def _knots(
    source: RasterGrid, target: RasterGrid, centres: tuple[NDArray[Any], NDArray[Any]], step: int
) -> tuple[Cells, int, int]:
    """Places of the knots round some cells, with the number of the first row and column of them."""
    assert source.crs is not None
    assert target.crs is not None
    ends = [(int(c[0] // step), int(c[-1] // step) + 1) for c in centres]
    row, col = (np.arange(first, last + 1) * float(step) for first, last in ends)
    grid = np.stack(np.meshgrid(col, row), axis=-1).reshape(-1, 2)
    x, y = mover(target.crs, source.crs).transform(*target.xy(grid).T)
    places = source.cells(np.column_stack([x, y])).reshape(len(row), len(col), 2)
    return places, ends[0][0], ends[1][0]


def _between(knots: tuple[Cells, int, int], row: NDArray[np.float64], col: NDArray[np.float64]) -> Cells:
    places, top, left = knots
    i, j = np.floor(row).astype(int) - top, np.floor(col).astype(int) - left
    down, right = (row % 1)[:, None, None], (col % 1)[None, :, None]
    upper = places[i] * (1 - down) + places[i + 1] * down
    across: Cells = upper[:, j] * (1 - right) + upper[:, j + 1] * right
    return across


def _window_of(places: Cells, source: RasterGrid) -> Window | None:
    """The part of the source that holds some places, with a cell round it for its neighbours."""
    flat = places[np.isfinite(places).all(axis=-1)]
    if not len(flat):
        return None
    limit = np.array([source.width, source.height])
    low = np.clip(np.floor(flat.min(axis=0)) - 1, 0, limit).astype(int)
    high = np.clip(np.floor(flat.max(axis=0)) + 2, 0, limit).astype(int)
    width, height = (high - low).tolist()
    return Window(int(low[1]), int(low[0]), height, width) if width > 0 and height > 0 else None


def _look_up(values: NDArray[Any], places: Cells, out: NDArray[Any], how: dict[str, Any]) -> None:
    with np.errstate(invalid="ignore"):
        col, row = np.floor(places[..., 0]), np.floor(places[..., 1])
        inside = (col >= 0) & (row >= 0) & (col < values.shape[1]) & (row < values.shape[0])
    i, j = row[inside].astype(int), col[inside].astype(int)
    if how.get("linear"):
        out[inside] = _mixed(values, places[inside] - 0.5, (i, j), how["nodata"])
    else:
        out[inside] = values[i, j]


def _mixed(values: NDArray[Any], places: Cells, nearest: tuple[Any, Any], nodata: float) -> NDArray[Any]:
    """Linear between the four centres round a place; next to missing cells and edges the nearest cell."""
    limit = np.array(values.shape[::-1])
    first = np.floor(places).astype(int)
    share = places - first
    inner = (first >= 0).all(axis=1) & (first + 1 < limit).all(axis=1)
    j, i = np.clip(first, 0, limit - 1).T
    below, beside = np.minimum(i + 1, limit[1] - 1), np.minimum(j + 1, limit[0] - 1)
    four = [values[i, j], values[i, beside], values[below, j], values[below, beside]]
    x, y = share.T
    weights = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]
    whole = inner & ~np.any([missing(part, nodata) for part in four], axis=0)
    mixed = np.sum([part * weight for part, weight in zip(four, weights, strict=True)], axis=0)
    return np.asarray(np.where(whole, mixed, values[nearest]), dtype=values.dtype)
