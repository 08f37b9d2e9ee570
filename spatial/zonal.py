"""What lies in each zone: cells of a class raster counted by zone and class."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.crs import require_metric
from layers.errors import CrsError
from layers.grid import raster_windows, same_crs
from spatial._cell_shapes import cell_shapes, row_spans
from spatial._classes import class_column, coded, engine, require_classes, require_threads
from spatial._coverage import covered_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.grid import CellSource, Window
    from spatial._cell_shapes import CellShapes

    Ints = NDArray[np.int64]
    Counts = tuple[Ints, Ints, NDArray[Any]]

__all__ = ["zonal_histogram"]

_TABLE: Final = 1 << 19
_MOST_ZONES: Final = 512
_MOST_ROWS: Final = 1 << 20
_LEAST_CELLS: Final = 1e-6  # what rounding leaves of a cell in the exact count


def zonal_histogram(
    zones: gpd.GeoDataFrame,
    raster: CellSource,
    *,
    exact: bool = False,
    threads: int = 2,
    memory_mb: float = 512.0,
) -> pd.DataFrame:
    """Count the cells of each class in each zone.

    A cell counts where its centre lies in the zone. A centre on an edge belongs to the side of higher
    columns, and of higher rows for an edge along a row (east and south on a map with north up), so of
    zones that share the edge exactly one counts it. Zones that overlap are each counted on their own.

    Parameters
    ----------
    zones : geopandas.GeoDataFrame
        Polygons or multipolygons, valid, in the projected CRS in metres of the raster.
    raster : Raster or RasterSource
        Whole numbers; one on disk is read by windows.
    exact : bool
        Count the share of each cell that the zone covers instead, with the package ``exactextract``.
    threads : int
        Threads that count; the answer is the same with any number. Without effect where `exact`.
    memory_mb : float
        What a window of the raster and its codes may take, megabytes.

    Returns
    -------
    pandas.DataFrame
        One row per zone and class found in it, in the order of the zones, then by class; index
        0, 1, 2, ... Columns ``zone`` (index label), ``class`` (whole number; ``<NA>`` for cells
        without a value or off the raster, last), ``cells`` (whole; with `exact` broken) and
        ``area_ha``. The cells of a zone add up to all centres in it (with `exact`, to its area).

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    GeometryError
        ``geometry_invalid`` for what is no valid area, ``coordinates_unreachable``.
    SchemaError
        ``raster_not_classes``.
    QuestionError
        ``memory_too_small``, ``threads_unusable``, or ``package_missing`` where `exact` is asked for.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from affine import Affine
    >>> from shapely import box
    >>> from layers import Raster, as_crs
    >>> classes = np.array([[1, 1, 2], [1, 2, 2]], dtype=np.uint8)
    >>> land = Raster(classes, Affine(100, 0, 0, 0, -100, 200), as_crs(5897))
    >>> zones = gpd.GeoDataFrame(geometry=[box(0, 0, 150, 200)], index=["CCN"], crs=5897)
    >>> zonal_histogram(zones, land).values.tolist()
    [['CCN', 1, 2, 2.0]]
    >>> zonal_histogram(zones.set_geometry([box(0, 0, 160, 200)]), land).values.tolist()
    [['CCN', 1, 3, 3.0], ['CCN', 2, 1, 1.0]]
    """
    require_classes(raster)
    require_threads(threads)
    crs, grid = require_metric(zones, "zones"), raster.grid
    cell_ha = grid.cell_ha(raster.name)
    if not same_crs(crs, grid.crs):
        found = grid.crs.name if grid.crs is not None else "–"
        raise CrsError("crs_differs", layer=raster.name, expected=crs.name, found=found)
    shapes = cell_shapes(zones, grid)
    windows = raster_windows(raster, memory_mb=memory_mb, extra_bytes=0 if raster.dtype.itemsize == 1 else 16)
    whole: NDArray[Any]
    if exact:
        counts = _sum(covered_cells(zones, raster, windows))
        whole = zones.geometry.area.to_numpy() / (cell_ha * 10_000)
    else:
        with ThreadPoolExecutor(threads) as pool:
            counts = _sum(_window_counts(raster, shapes, windows, pool))
            whole = _all_centres(shapes, raster, counts)
    return _table(zones, raster, counts, whole).assign(area_ha=lambda t: t["cells"] * cell_ha)


@dataclass(frozen=True)
class _Job:
    """One window, the zones that reach into it, and the rows of it that each may reach."""

    codes: NDArray[Any]
    classes: Ints
    corner: tuple[int, int]
    shapes: CellShapes
    zones: Ints
    rows: Ints

    def parts(self) -> list[slice]:
        """Zones to count together: tables small enough for the cache, parts enough for the threads."""
        step = max(1, min(_MOST_ZONES, _TABLE // len(self.classes)))
        return [slice(first, first + step) for first in range(0, len(self.zones), step)]

    def count(self, part: slice) -> Counts:
        """Return positions of zones, classes and cells."""
        zones = self.zones[part]
        table = np.zeros((len(zones), len(self.classes)), dtype=np.int64)
        engine().count_zones((self.codes, *self.corner), self.shapes, (zones, self.rows[part]), table)
        i, j = np.nonzero(table)
        return zones[i], self.classes[j], table[i, j]


def _window_counts(
    raster: CellSource, shapes: CellShapes, windows: Iterator[Window], pool: ThreadPoolExecutor
) -> Iterator[Counts]:
    spans = row_spans(shapes)
    for window in windows:
        low, high = window[:2], (window.row + window.height, window.col + window.width)
        met = (spans[:, ::2] < high).all(axis=1) & (spans[:, 1::2] > low).all(axis=1)
        zones = np.flatnonzero(met)
        if len(zones):
            codes, classes = coded(np.ascontiguousarray(raster.read(window)))
            rows = np.clip(spans[zones, :2], low[0], high[0])
            job = _Job(codes, classes, low, shapes, zones, rows)
            yield from pool.map(job.count, job.parts())


def _sum(parts: Iterable[Counts]) -> Counts:
    """Add up what the windows gave; sorted by zone, then by class."""
    none = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64))
    zone, value, cells = (np.concatenate(column) for column in zip(none, *parts, strict=True))
    order = np.lexsort((value, zone))
    zone, value, cells = zone[order], value[order], cells[order]
    new = np.flatnonzero(np.r_[True, (np.diff(zone) != 0) | (np.diff(value) != 0)][: len(zone)])
    return zone[new], value[new], np.add.reduceat(cells, new) if len(new) else cells


def _all_centres(shapes: CellShapes, raster: CellSource, counts: Counts) -> Ints:
    """Centres in each zone, on the raster and off it."""
    total = np.bincount(counts[0], weights=counts[2], minlength=len(shapes.zones) - 1).astype(np.int64)
    spans, (height, width) = row_spans(shapes), raster.grid.shape
    over = np.flatnonzero((spans[:, ::2] < 0).any(axis=1) | (spans[:, 1::2] > (height, width)).any(axis=1))
    total[over] = 0
    for zone in over:
        top, bottom = spans[zone, :2].tolist()
        for first in range(top, bottom, _MOST_ROWS):
            span = np.array([[first, min(first + _MOST_ROWS, bottom)]])
            engine().count_lattice(shapes, np.array([zone]), span, total[zone : zone + 1])
    return total


def _table(zones: gpd.GeoDataFrame, raster: CellSource, counts: Counts, whole: NDArray[Any]) -> pd.DataFrame:
    zone, value, cells = counts
    if raster.nodata is not None:
        known = value != raster.nodata
        zone, value, cells = zone[known], value[known], cells[known]
    rest = whole - np.bincount(zone, weights=cells, minlength=len(zones)).astype(whole.dtype)
    without = np.flatnonzero(rest > _LEAST_CELLS)
    order = np.argsort(np.r_[zone, without], kind="stable")
    classes = class_column(np.r_[value, np.zeros_like(without)][order], np.r_[zone < 0, without >= 0][order])
    label = zones.index.to_numpy()[np.r_[zone, without][order]]
    return pd.DataFrame({"zone": label, "class": classes, "cells": np.r_[cells, rest[without]][order]})
