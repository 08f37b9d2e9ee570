"""Rasters laid cell on cell: what changed from class to class, and weighted overlay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.errors import QuestionError, SchemaError
from layers.grid import Raster, missing, raster_windows, require_same_grid
from spatial._classes import class_column, coded, engine, require_classes, require_threads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from numpy.typing import NDArray

    from layers.grid import CellSource, RasterGrid, Window

    Ints = NDArray[np.int64]
    Term = tuple[NDArray[Any], np.float32, np.float32]
    Counts = tuple[Ints, Ints, Ints]

__all__ = ["change_matrix", "weighted_overlay", "weighted_windows"]

_BLOCK: Final = 1 << 16  # cells: sum and one raster of a block stay in the cache while the next is added
_CODES: Final = 256
_TOGETHER: Final = 4
_EXACT: Final = [np.dtype(name) for name in ("u1", "i1", "u2", "i2", "f4")]


def change_matrix(
    before: CellSource, after: CellSource, *, threads: int = 2, memory_mb: float = 512.0
) -> pd.DataFrame:
    """Count what every class became.

    Parameters
    ----------
    before, after : Raster or RasterSource
        Whole numbers on one grid, in a projected CRS in metres; those on disk are read by windows.
        Rasters of other grids are aligned first: :func:`layers.align_raster`, or `like` when opened.
    threads : int
        Threads that count; the answer is the same with any number.
    memory_mb : float
        What a window of both and their codes may take, megabytes.

    Returns
    -------
    pandas.DataFrame
        One row per pair of classes that occurs, sorted; index 0, 1, 2, ... Columns ``from``, ``to``
        (whole numbers; ``<NA>`` for cells without a value, last), ``cells`` and ``area_ha``. Summed by
        ``from`` it gives the areas at the start, by ``to`` those at the end, in all the whole grid.

    Raises
    ------
    GeometryError
        ``raster_grid_differs``: compared cell by cell, other grids would give false changes.
    CrsError
        ``crs_differs``, ``crs_missing`` or ``crs_not_metric``.
    SchemaError
        ``raster_not_classes``.
    QuestionError
        ``memory_too_small`` or ``threads_unusable``.

    Notes
    -----
    The matrix of land-use change (chu chuyển đất đai) of Circular 01/2021/TT-BTNMT, forms 11/CT,
    12/CH and 13/CH, in long form: rows start, columns end.

    Examples
    --------
    >>> from affine import Affine
    >>> from layers import as_crs
    >>> def land(*rows):
    ...     return Raster(np.array(rows, np.uint8), Affine(100, 0, 0, 0, -100, 200), as_crs(5897), nodata=0)
    >>> change_matrix(land([1, 1, 1], [2, 2, 0]), land([1, 1, 2], [2, 2, 2])).values.tolist()
    [[1, 1, 2, 2.0], [1, 2, 1, 1.0], [2, 2, 2, 2.0], [<NA>, 2, 1, 1.0]]
    """
    require_classes(before, after)
    require_threads(threads)
    cell_ha = require_same_grid(before, after).cell_ha(before.name)
    wide = sum(16 for source in (before, after) if source.dtype.itemsize > 1)
    totals: list[Counts] = []
    with ThreadPoolExecutor(threads) as pool:
        for window in raster_windows(before, after, memory_mb=memory_mb, extra_bytes=wide):
            totals += _pairs(before.read(window), after.read(window), pool, threads)
    start, end, cells = (np.concatenate(column) for column in zip(*totals, strict=True))
    frame = pd.DataFrame({"from": start, "to": end, "cells": cells})
    frame = frame.groupby(["from", "to"], as_index=False).sum()
    for column, source in (("from", before), ("to", after)):
        value = frame[column].to_numpy()
        none = value == source.nodata if source.nodata is not None else np.zeros(len(value), dtype=bool)
        frame[column] = class_column(value, none)
    frame = frame.sort_values(["from", "to"], ignore_index=True, na_position="last")
    return frame.assign(area_ha=frame["cells"] * cell_ha)


def _pairs(before: NDArray[Any], after: NDArray[Any], pool: ThreadPoolExecutor, threads: int) -> list[Counts]:
    ours, starts = coded(np.ascontiguousarray(before))
    theirs, ends = coded(np.ascontiguousarray(after))
    if max(len(starts), len(ends)) > _CODES:
        keys = ours.ravel().astype(np.int64) * len(ends) + theirs.ravel()
        pairs, cells = np.unique(keys, return_counts=True)
        return [(starts[pairs // len(ends)], ends[pairs % len(ends)], cells)]
    ours, theirs = ours.ravel(), theirs.ravel()
    step = -(-len(ours) // (8 * threads)) * 8
    parts = [slice(first, first + step) for first in range(0, len(ours), step)]
    table: Ints = sum(pool.map(lambda part: engine().count_pairs(ours[part], theirs[part]), parts))
    i, j = np.nonzero(table)
    return [(starts[i], ends[j], table[i, j])]


def weighted_overlay(rasters: Sequence[CellSource], *, weights: Sequence[float], threads: int = 2) -> Raster:
    """Add rasters up by weight.

    Parameters
    ----------
    rasters : sequence of Raster or RasterSource
        Scores on one grid, of any type of number.
    weights : sequence of float
        One for each; they need not add up to one.
    threads : int
        Threads that add; the answer is the same with any number.

    Returns
    -------
    Raster
        32-bit floats, reckoned in 32 bits in the order given; NaN, which is its nodata, where any
        raster has no value. CRS and grid of the rasters.

    Raises
    ------
    GeometryError
        ``raster_grid_differs``.
    CrsError
        ``crs_differs``.
    QuestionError
        ``weights_unusable`` or ``threads_unusable``.

    Notes
    -----
    Weighted linear combination (Malczewski 2000, Transactions in GIS 4(1)), without constraints.

    Examples
    --------
    >>> from affine import Affine
    >>> from layers import as_crs
    >>> def scores(row, nodata=None):
    ...     return Raster(np.array([row]), Affine(100, 0, 0, 0, -100, 100), as_crs(5897), nodata)
    >>> both = weighted_overlay([scores([1.0, 3.0]), scores([4, -1], nodata=-1)], weights=[0.5, 0.25])
    >>> both.values.tolist()
    [[1.5, nan]]
    """
    grid = _summable(rasters, weights, threads)
    out = np.empty(grid.shape, dtype=np.float32)
    _add_up([source.read(grid.whole) for source in rasters], out, (rasters, weights), threads)
    return Raster(out, grid.transform, grid.crs, float("nan"), "weighted overlay")


def weighted_windows(
    rasters: Sequence[CellSource],
    *,
    weights: Sequence[float],
    threads: int = 2,
    memory_mb: float = 512.0,
) -> Iterator[tuple[Window, NDArray[np.float32]]]:
    """Add rasters up by weight, window by window, for what doesn't fit into memory.

    Parameters
    ----------
    rasters, weights, threads
        As for :func:`weighted_overlay`.
    memory_mb : float
        What a window of all rasters and of the sum may take, megabytes.

    Yields
    ------
    Window
        Together the whole grid.
    numpy.ndarray of float32
        Sum in the window, NaN where any raster has no value; :func:`layers.write_raster` takes both.

    Raises
    ------
    GeometryError, CrsError, QuestionError
        As :func:`weighted_overlay`; also ``memory_too_small``. All at the first window.

    Examples
    --------
    >>> from affine import Affine
    >>> from layers import as_crs
    >>> slope = Raster(np.ones((2000, 1000), np.float32), Affine(10, 0, 0, 0, -10, 0), as_crs(5897))
    >>> pieces = weighted_windows([slope], weights=[2], memory_mb=10)
    >>> [(window.row, float(values.mean())) for window, values in pieces]
    [(0, 2.0), (768, 2.0), (1536, 2.0)]
    """
    _summable(rasters, weights, threads)
    for window in raster_windows(*rasters, memory_mb=memory_mb, extra_bytes=4):
        out = np.empty((window.height, window.width), dtype=np.float32)
        _add_up([source.read(window) for source in rasters], out, (rasters, weights), threads)
        yield window, out


def _summable(rasters: Sequence[CellSource], weights: Sequence[float], threads: int) -> RasterGrid:
    require_threads(threads)
    with np.errstate(over="ignore"):
        finite = np.isfinite(np.asarray(weights, dtype=np.float32)).all()
    if not rasters or len(weights) != len(rasters) or not finite:
        raise QuestionError("weights_unusable", found=str(list(weights)), expected=len(rasters))
    for source in rasters:
        if source.dtype.kind not in "iufb":
            raise SchemaError("raster_not_numbers", layer=source.name, found=str(source.dtype))
    return require_same_grid(*rasters)


def _add_up(
    values: list[NDArray[Any]],
    out: NDArray[np.float32],
    asked: tuple[Sequence[CellSource], Sequence[float]],
    threads: int,
) -> None:
    """Fill the sum, every thread its own run of blocks."""
    flat = [np.ascontiguousarray(v).ravel() for v in values]
    terms = [
        (cells, np.float32(weight), source.nodata) for cells, source, weight in zip(flat, *asked, strict=True)
    ]
    total = out.ravel()

    kernels = engine()

    def add(blocks: NDArray[np.intp]) -> None:
        for first in blocks.tolist():
            block = slice(first, first + _BLOCK)
            ready = [_in_kernel_type(cells[block], nodata, weight) for cells, weight, nodata in terms]
            kernels.begin_weighted(total[block], *ready[0])
            for at in range(1, len(ready), _TOGETHER):
                _add_some(kernels, total[block], ready[at : at + _TOGETHER])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, np.array_split(np.arange(0, len(total), _BLOCK), threads)))


def _add_some(kernels: ModuleType, total: NDArray[np.float32], terms: list[Term]) -> None:
    if len(terms) == _TOGETHER and len({cells.dtype for cells, _, _ in terms}) == 1:
        kernels.add_four_weighted(total, *zip(*terms, strict=True))
        return
    for term in terms:
        kernels.add_weighted(total, *term)


def _in_kernel_type(cells: NDArray[Any], nodata: float | None, weight: np.float32) -> Term:
    """Types that a 32-bit float holds exactly go as they are; of others the missing cells are found first."""
    if cells.dtype in _EXACT:
        with np.errstate(over="ignore"):
            return cells, weight, np.float32(np.nan if nodata is None else nodata)
    none = missing(cells, nodata)
    rounded = cells.astype(np.float32)
    rounded[none] = np.nan
    return rounded, weight, np.float32(np.nan)
