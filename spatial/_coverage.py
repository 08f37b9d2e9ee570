"""Shares of cells that zones cover, from the package exactextract where it is installed."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from layers.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from layers.grid import CellSource, Window

__all__ = ["covered_cells"]


def covered_cells(
    zones: gpd.GeoDataFrame, raster: CellSource, windows: Iterable[Window]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Give position of the zone, class and covered cells, window by window."""
    if importlib.util.find_spec("exactextract") is None:
        raise QuestionError("package_missing", found="exactextract", expected="pip install thocong[raster]")
    shapes = _upright(zones, raster)
    for window in windows:
        yield from _covered(shapes, raster.read(window), window)


def _upright(zones: gpd.GeoDataFrame, raster: CellSource) -> gpd.GeoDataFrame:
    """Zones in cells of the grid, rows counted downwards as negative: so a turned grid is none."""

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return raster.grid.cells(xy) * [1.0, -1.0]

    moved = shapely.transform(shapely.force_2d(zones.geometry.to_numpy()), move)
    return gpd.GeoDataFrame({"at": np.arange(len(zones))}, geometry=moved, crs=zones.crs)


def _covered(
    shapes: gpd.GeoDataFrame, values: NDArray[Any], window: Window
) -> Iterator[tuple[Any, Any, Any]]:
    from exactextract import exact_extract  # noqa: PLC0415 - an extra
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415 - an extra

    row, col, height, width = window
    box = shapely.box(col, -(row + height), col + width, -row)
    met = shapes[shapely.intersects(shapes.geometry.to_numpy(), box) & ~shapes.geometry.is_empty.to_numpy()]
    if met.empty:
        return
    # the package compares the two systems and must find one, though both are in cells here
    assert met.crs is not None
    source = NumPyRasterSource(np.ascontiguousarray(values), *box.bounds, srs_wkt=met.crs.to_wkt())
    found = exact_extract(source, met, ["unique", "frac", "count"], include_cols=["at"], output="pandas")
    for at, unique, share, count in found[["at", "unique", "frac", "count"]].itertuples(index=False):
        yield np.full(len(unique), at), np.asarray(unique, np.int64), np.asarray(share, float) * count
