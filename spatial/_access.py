"""Access from roads: cells that a way leads to, and whether one leads to an outline, by exact distances."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from affine import Affine

from layers.errors import QuestionError
from layers.grid import RasterGrid
from spatial._burn import burnt
from spatial._growth import reachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.layer import Layer

    Cells = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

__all__ = ["Access", "shapes_of"]

#: differences below a micrometre are arithmetic
_SAME_M: Final = 1e-6
#: of the area of search and the land round it: room for the grids that a search may have, and a rim
_MOST_CELLS: Final = 400_000_000


class Access:
    """Ways from roads of a length at most, on the cells of a grid and between exact shapes.

    Roads beyond the grid count too. A way crosses no barrier but on a road.

    Parameters
    ----------
    roads, barriers : sequence of Layer
    grid : RasterGrid
    reach_m : float
        Longest way.
    """

    def __init__(
        self, roads: Sequence[Layer], barriers: Sequence[Layer], grid: RasterGrid, *, reach_m: float
    ) -> None:
        self.reach_m = reach_m
        self._grid = grid
        self._roads = shapely.STRtree(shapes_of(roads))
        self._walls = shapely.STRtree(shapes_of(barriers))
        #: cells that a way leads to; None where no road is known
        self.cells: Cells | None = self._led(roads, barriers) if roads else None

    def _led(self, roads: Sequence[Layer], barriers: Sequence[Layer]) -> Cells:
        grid, cell_m = self._grid, self._grid.transform.a
        steps = max(1, round(self.reach_m / cell_m))
        t, rim = grid.transform, steps + 1
        _check_rim(grid, rim, self.reach_m)
        origin = Affine(t.a, 0, t.c - rim * t.a, 0, t.e, t.f - rim * t.e)
        wider = RasterGrid(grid.crs, origin, grid.height + 2 * rim, grid.width + 2 * rim)
        ways, walls = (burnt(shapes_of(of), wider, touched=True) for of in (roads, barriers))
        return reachable(ways, walls, steps)[rim:-rim, rim:-rim]

    def away_m(self, shape: BaseGeometry) -> float:
        """Exact distance of a shape from the nearest road; infinite where none is known."""
        at = self._roads.nearest(shape) if len(self._roads.geometries) else None
        return float("inf") if at is None else float(shapely.distance(shape, self._roads.geometries[at]))

    def leads_to(self, shape: BaseGeometry) -> bool:
        """Whether a way leads to a shape: straight over open land, else round barriers by the cells.

        The straight distance to the nearest road is never above the longest way. True where no road is
        known: nothing was checked then.
        """
        if self.cells is None:
            return True
        if shape.is_empty or self.away_m(shape) > self.reach_m + _SAME_M:
            return False
        if any(not len(self._walls.query(way, predicate="intersects")) for way in self._ways(shape)):
            return True
        return bool((burnt(np.array([shape], dtype=object), self._grid, touched=True) & self.cells).any())

    def _ways(self, shape: BaseGeometry) -> Iterator[BaseGeometry]:
        """Shortest lines to every road that is near enough."""
        near = self._roads.query(shape, predicate="dwithin", distance=self.reach_m + _SAME_M)
        yield from shapely.shortest_line(shape, self._roads.geometries[np.sort(near)])


def _check_rim(grid: RasterGrid, rim: int, reach_m: float) -> None:
    """Refuse a way so long that the land round the area has more cells than fit into memory."""
    around = (grid.height + 2 * rim) * (grid.width + 2 * rim)
    if around > _MOST_CELLS:
        sides = grid.height + grid.width
        most = (sqrt(sides**2 + 4 * max(_MOST_CELLS - grid.height * grid.width, 0)) - sides) / 4
        expected = max(most - 2, 0) * grid.transform.a
        raise QuestionError("figure_too_large", figure="road_reach_m", found=reach_m, expected=expected)


def shapes_of(layers: Sequence[Layer]) -> Shapes:
    """Every shape of some layers, flat."""
    shapes = [shapely.force_2d(layer.frame.geometry.to_numpy()) for layer in layers]
    return np.concatenate([np.zeros(0, dtype=object), *shapes])
