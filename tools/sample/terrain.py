"""How hilly the land is: hills in the west, valleys along the streams, single hills in the plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from . import drawing
from .plane import Noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .network import Line

    Floats = NDArray[np.float64]

__all__ = ["Terrain"]


class Terrain:
    """Relief and distance to water at points.

    Parameters
    ----------
    rivers : list of network.Line
        All rivers and streams.
    """

    def __init__(self, rivers: list[Line]) -> None:
        self._streams = shapely.union_all([r.line for r in rivers if r.rank != "river"])
        self._rivers = shapely.union_all([r.line for r in rivers if r.rank == "river"])
        self._broad, self._fine = Noise("relief", 4800), Noise("relief-fine", 1700)

    def to_river(self, xy: Floats) -> Floats:
        """Distance to sông Tích or sông Đáy in metres.

        Parameters
        ----------
        xy : numpy.ndarray

        Returns
        -------
        numpy.ndarray
        """
        return np.asarray(shapely.distance(shapely.points(xy), self._rivers))

    def relief(self, xy: Floats) -> Floats:
        """How hilly the land is.

        Parameters
        ----------
        xy : numpy.ndarray
            Coordinates, one row a point.

        Returns
        -------
        numpy.ndarray
            0 in the plain, 1 on the hills.
        """
        x, y = (xy - np.array(drawing.ORIGIN)).T / 1000
        edge = 11.9 + 0.9 * self._broad(*xy.T) + 0.45 * self._fine(*xy.T) + 0.16 * np.maximum(0, 9 - y)
        hills = 1 / (1 + np.exp((x - edge) / 0.55))
        foot = 16.6 + 1.3 * self._broad(*xy.T) + 0.8 * self._fine(*xy.T)
        hills = np.maximum(hills, 0.34 / (1 + np.exp((x - foot) / 0.6)))
        points = shapely.points(xy)
        reach = 240 + 90 * self._fine(*xy.T)
        stream = np.exp(-((shapely.distance(points, self._streams) / np.maximum(reach, 90)) ** 2))
        hills = hills * (1 - 0.95 * stream)
        for cx, cy, radius, height in drawing.HILLS:
            far = np.hypot(x - cx, y - cy) / (radius * (1 + 0.15 * self._fine(*xy.T)))
            hills = np.maximum(hills, height * np.exp(-(far**4)))
        river = np.exp(-((shapely.distance(points, self._rivers) / 350) ** 2))
        return np.asarray(hills * (1 - river))
