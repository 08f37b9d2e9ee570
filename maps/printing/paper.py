"""Paper: its sizes, where things stand on it, and the scale of the map on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from pyproj import CRS

__all__ = ["PAPERS", "SCALES", "Sheet", "round_step", "sheet_scale", "sheet_window"]

PAPERS: Final = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
#: of official maps, to choose from
SCALES: Final = (500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)
_ROUND: Final = tuple(int(n * 10**k) for k in range(2, 8) for n in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5))
_MARGIN: Final = 8.0
_TICKS: Final = 6.0  # round the map, for the numbers of the grid
_SIDE: Final = {"A4": 70.0, "A3": 92.0}


@dataclass(frozen=True)
class Sheet:
    """What stands on a sheet besides its layers.

    Parameters
    ----------
    title : str
    crs : pyproj.CRS
        Projected system of the map and its grid.
    at : datetime
        When it is printed.
    notes : tuple of str
        Lines under the legend: decisions, the basis of the answer.
    label : str
        The made-data label, empty where nothing is made.
    paper : {"A4", "A3"}
    wide : bool
        Lying rather than standing.
    scale : int
        Denominator; 0 for the largest round one that shows the place.
    divider : float, optional
        Easting of the line between two periods: layers of the first are drawn to its west alone, those of
        the second to its east.
    sides : tuple of str
        Names of the periods on both sides of it.
    """

    title: str
    crs: CRS
    at: datetime
    notes: tuple[str, ...] = ()
    label: str = ""
    paper: Literal["A4", "A3"] = "A4"
    wide: bool = True
    scale: int = 0
    divider: float | None = None
    sides: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, millimetres."""
        short, long = PAPERS[self.paper]
        return (long, short) if self.wide else (short, long)

    @property
    def map_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the map, millimetres."""
        width, height = self.size
        rim = _MARGIN + _TICKS
        if self.wide:
            return rim, rim, width - 2 * rim - _SIDE[self.paper], height - 2 * rim
        below = _SIDE[self.paper] + 12
        return rim, rim + below, width - 2 * rim, height - 2 * rim - below

    @property
    def side_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height of the block beside or under the map."""
        width, height = self.size
        side = _SIDE[self.paper]
        if self.wide:
            return width - _MARGIN - side, _MARGIN, side, height - 2 * _MARGIN
        return _MARGIN, _MARGIN, width - 2 * _MARGIN, side + 10


def sheet_scale(sheet: Sheet, bounds: tuple[float, float, float, float]) -> int:
    """Choose the scale: the one asked for, or the largest round one that shows the place.

    Parameters
    ----------
    sheet : Sheet
    bounds : tuple of float
        West, south, east, north in metres of the sheet's system.

    Returns
    -------
    int
        Denominator.
    """
    if sheet.scale:
        return sheet.scale
    _, _, wide, tall = sheet.map_box
    west, south, east, north = bounds
    needed = max((east - west) / wide, (north - south) / tall) * 1000
    return next((scale for scale in _ROUND if scale >= needed), _ROUND[-1])


def sheet_window(
    sheet: Sheet, bounds: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Reckon what the map of a sheet shows: the paper is filled round the place that was asked for.

    Parameters
    ----------
    sheet : Sheet
    bounds : tuple of float
        West, south, east, north in metres of the sheet's system.

    Returns
    -------
    tuple of float
    """
    scale = sheet_scale(sheet, bounds)
    _, _, wide, tall = sheet.map_box
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    half = (wide * scale / 2000, tall * scale / 2000)
    return x - half[0], y - half[1], x + half[0], y + half[1]


def round_step(least: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    least : float

    Returns
    -------
    float

    Examples
    --------
    >>> round_step(35.0), round_step(500.0)
    (50.0, 500.0)
    """
    power = 10.0 ** (len(str(int(max(least, 1)))) - 1)
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least)
