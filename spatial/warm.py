"""Compiled code made ready before the first question needs it."""

from __future__ import annotations

import time

import numpy as np
import shapely
from affine import Affine

from layers.crs import as_crs
from layers.grid import RasterGrid
from spatial import _compiled

__all__ = ["warm_engine"]


def warm_engine(*, cells: bool = False) -> float:
    """Compile the engine, or load what an earlier run compiled and kept on disk.

    The first time on a machine this takes some tens of seconds, later about one. Where numba is missing
    there is nothing to do.

    Parameters
    ----------
    cells : bool
        Also what pictures of layers, distances by cells and joined borders are made with.

    Returns
    -------
    float
        Seconds that it took.

    Examples
    --------
    >>> warm_engine() >= 0
    True
    """
    start = time.perf_counter()
    if _compiled.COMPILED:
        from spatial import _areas, _pairs  # noqa: PLC0415 - compiled code is loaded when it is used
        from spatial._edges import edges_of  # noqa: PLC0415
        from spatial._pieces import traced  # noqa: PLC0415
        from spatial._simple import plainly_valid  # noqa: PLC0415
        from spatial._trace import Pairs  # noqa: PLC0415

        a = np.array([shapely.box(0, 0, 10, 10)], dtype=object)
        b = np.array([shapely.box(5, 5, 15, 14.5)], dtype=object)
        plainly_valid(a)
        i, j = _pairs.by_grid(shapely.bounds(a), shapely.bounds(b))
        edges, area, where = (edges_of(a), edges_of(b)), np.empty(1), np.empty(1, dtype=np.int8)
        _areas.classify(edges[0], shapely.bounds(b), i, j, where)
        _areas.pair_areas(*edges, i, j, area)
        traced(a, b, edges, Pairs(i, j, area, shapely.area(a), shapely.area(b)))
        if cells:
            _warm_cells()
    return time.perf_counter() - start


def _warm_cells() -> None:
    """What pictures of layers, distances by cells and joined borders are made with."""
    from spatial._burn import burnt  # noqa: PLC0415 - compiled code is loaded when it is used
    from spatial._cell_distances import mark_distances  # noqa: PLC0415
    from spatial._nearest import nearest  # noqa: PLC0415
    from spatial.paint import Outlines, painted  # noqa: PLC0415

    square = shapely.box(0, 0, 2, 2)
    xy = shapely.get_coordinates(square)
    painted(Outlines(xy, np.array([0, 5]), np.array([0, 1])), np.ones(1, dtype=np.uint16), shape=(4, 4))
    grid = RasterGrid(as_crs(5897), Affine(1.0, 0.0, 0.0, 0.0, -1.0, 4.0), 4, 4)
    mark_distances(burnt(np.array([square], dtype=object), grid, touched=True), 3)
    nearest(xy, xy, 0.5, np.empty_like(xy))
