"""Grids of cells: where the cells lie, windows on them, and rasters that lie on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from affine import Affine

from layers.crs import is_metric
from layers.errors import CrsError, GeometryError, QuestionError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["CellSource", "Raster", "RasterGrid", "Window", "raster_windows", "require_same_grid"]

#: corners of two grids that lie this near, in cells, are the same corners
_SAME_CELLS: Final = 1e-3
_SQUARE_METRES_PER_HA: Final = 10_000.0
_MOST_CELLS: Final = 1 << 31  # of a window, so that 32-bit counters never run over


class Window(NamedTuple):
    """A part of a grid: first row and column, and how many of each."""

    row: int
    col: int
    height: int
    width: int


@dataclass(frozen=True)
class RasterGrid:
    """Where the cells of a raster lie.

    Parameters
    ----------
    crs : pyproj.CRS or None
    transform : affine.Affine
        From (column, row) of a cell's upper left corner to coordinates.
    height, width : int
        Rows and columns.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> grid = RasterGrid(as_crs(5897), Affine(10, 0, 558_000, 0, -10, 2_325_000), 200, 300)
    >>> grid.shape, grid.cell_ha("đất")
    ((200, 300), 0.01)
    """

    crs: CRS | None
    transform: Affine
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def whole(self) -> Window:
        """The window that is the whole grid."""
        return Window(0, 0, self.height, self.width)

    def cell_ha(self, layer: str) -> float:
        """Return the area of a cell, or refuse to measure.

        Parameters
        ----------
        layer : str
            Name for the message.

        Returns
        -------
        float
            Hectares.

        Raises
        ------
        CrsError
            ``crs_missing`` or ``crs_not_metric``.
        """
        if self.crs is None:
            raise CrsError("crs_missing", layer=layer, expected="VN-2000 (EPSG:5897, ...)")
        if not is_metric(self.crs):
            raise CrsError("crs_not_metric", layer=layer, found=self.crs.name, expected="EPSG:5897")
        t = self.transform
        return float(abs(t.a * t.e - t.b * t.d)) / _SQUARE_METRES_PER_HA

    def xy(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn places on the grid into coordinates.

        Parameters
        ----------
        cells : numpy.ndarray of float, shape (n, 2)
            Column and row; the centre of the first cell is (0.5, 0.5).

        Returns
        -------
        numpy.ndarray of float, shape (n, 2)
            x and y.
        """
        t = self.transform
        col, row = cells[:, 0], cells[:, 1]
        return np.column_stack([t.a * col + t.b * row + t.c, t.d * col + t.e * row + t.f])

    def cells(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn coordinates into places on the grid, the reverse of :meth:`xy`.

        Parameters
        ----------
        xy : numpy.ndarray of float, shape (n, 2)

        Returns
        -------
        numpy.ndarray of float, shape (n, 2)
            Column and row.
        """
        t = self.transform
        if t.b == 0 and t.d == 0:  # divided, not multiplied by the inverse: half a cell stays one half
            places = xy - [t.c, t.f]
            places /= [t.a, t.e]
            return np.asarray(places, dtype=np.float64)
        x, y = xy[:, 0] - t.c, xy[:, 1] - t.f
        det = t.a * t.e - t.b * t.d
        return np.column_stack([(t.e * x - t.b * y) / det, (t.a * y - t.d * x) / det])

    def part(self, window: Window) -> RasterGrid:
        """Return the grid of a window.

        Parameters
        ----------
        window : Window

        Returns
        -------
        RasterGrid

        Raises
        ------
        QuestionError
            ``raster_window_outside``.
        """
        row, col, height, width = window
        inside = row >= 0 and col >= 0 and height > 0 and width > 0
        if not (inside and row + height <= self.height and col + width <= self.width):
            expected = f"{self.height} × {self.width}"
            raise QuestionError("raster_window_outside", found=str(tuple(window)), expected=expected)
        x, y = self.xy(np.array([[col, row]], dtype=float))[0]
        t = self.transform
        return RasterGrid(self.crs, Affine(t.a, t.b, float(x), t.d, t.e, float(y)), height, width)

    def is_same(self, other: RasterGrid) -> bool:
        """Say whether the cells of another grid are the cells of this one.

        Parameters
        ----------
        other : RasterGrid

        Returns
        -------
        bool
            True where size and system are the same and no corner lies off by a thousandth of a cell.
        """
        if self.shape != other.shape or not same_crs(self.crs, other.crs):
            return False
        corners = np.array(
            [[0, 0], [self.width, 0], [0, self.height], [self.width, self.height]], dtype=float
        )
        return bool(np.abs(self.cells(other.xy(corners)) - corners).max() < _SAME_CELLS)

    def __str__(self) -> str:
        """Size, corner and cell in one line, for messages."""
        t = self.transform
        name = self.crs.name if self.crs is not None else "–"
        return f"{self.height} × {self.width}, x {t.c:.2f}, y {t.f:.2f}, {t.a:.6g} × {t.e:.6g}, {name}"


class CellSource(Protocol):
    """Anything that gives the cells of a grid window by window: a raster in memory, or one on disk."""

    @property
    def grid(self) -> RasterGrid:
        """Where the cells lie."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""

    @property
    def nodata(self) -> float | None:
        """Value of cells that have none."""

    @property
    def name(self) -> str:
        """Name in messages."""

    def read(self, window: Window) -> NDArray[Any]:
        """Return the values of a window."""


@dataclass(frozen=True, eq=False)
class Raster:
    """A raster in memory.

    Parameters
    ----------
    values : numpy.ndarray
        Two-dimensional; first row and column at the origin of the transform.
    transform : affine.Affine
        From (column, row) of a cell's upper left corner to coordinates.
    crs : pyproj.CRS or None
    nodata : float, optional
        Value of cells that have none; NaN is always taken for none.
    name : str
        Name in messages.

    Raises
    ------
    SchemaError
        ``raster_not_flat``.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> classes = np.array([[1, 1], [2, 0]], dtype=np.uint8)
    >>> land = Raster(classes, Affine(100, 0, 0, 0, -100, 200), as_crs(5897), nodata=0)
    >>> land.missing().tolist()
    [[False, False], [False, True]]
    """

    values: NDArray[Any]
    transform: Affine
    crs: CRS | None
    nodata: float | None = None
    name: str = "raster"

    def __post_init__(self) -> None:
        """Refuse what is no table of cells."""
        if self.values.ndim != 2 or self.values.size == 0:  # noqa: PLR2004 - rows and columns
            raise SchemaError("raster_not_flat", layer=self.name, found=str(self.values.shape))

    @property
    def grid(self) -> RasterGrid:
        """Where the cells lie."""
        return RasterGrid(self.crs, self.transform, *self.values.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self.values.dtype

    def read(self, window: Window) -> NDArray[Any]:
        """Return the values of a window; a view, not a copy.

        Parameters
        ----------
        window : Window

        Returns
        -------
        numpy.ndarray
        """
        row, col, height, width = window
        return self.values[row : row + height, col : col + width]

    def missing(self) -> NDArray[np.bool_]:
        """Say which cells have no value.

        Returns
        -------
        numpy.ndarray of bool
        """
        return missing(self.values, self.nodata)


def missing(values: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Say which values are none.

    Parameters
    ----------
    values : numpy.ndarray
    nodata : float or None

    Returns
    -------
    numpy.ndarray of bool
    """
    none = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)
    return none if nodata is None or np.isnan(nodata) else none | (values == nodata)


def same_crs(one: CRS | None, other: CRS | None) -> bool:
    """Say whether two systems are one, whatever their texts call it.

    Parameters
    ----------
    one, other : pyproj.CRS or None

    Returns
    -------
    bool
    """
    if one is None or other is None:
        return one is other
    if one.equals(other, ignore_axis_order=True):
        return True
    code = one.to_epsg(min_confidence=100)
    return code is not None and code == other.to_epsg(min_confidence=100)


def require_same_grid(first: CellSource, *others: CellSource) -> RasterGrid:
    """Return the grid that rasters share, or refuse to lay them cell on cell.

    Two rasters of one size can still lie apart: two land-cover rasters of one place, 61 m and 142 m
    apart, seem to differ in 18.4 % of their cells when compared cell by cell, and do in 8.0 %.

    Parameters
    ----------
    first : Raster or RasterSource
    *others : Raster or RasterSource

    Returns
    -------
    RasterGrid

    Raises
    ------
    CrsError
        ``crs_differs``.
    GeometryError
        ``raster_grid_differs`` for another size, origin, cell size or direction.
    """
    grid = first.grid
    for other in others:
        found = other.grid
        if not same_crs(grid.crs, found.crs):
            names = [g.crs.name if g.crs is not None else "–" for g in (grid, found)]
            raise CrsError("crs_differs", layer=other.name, expected=names[0], found=names[1])
        if not grid.is_same(found):
            raise GeometryError("raster_grid_differs", layer=other.name, expected=str(grid), found=str(found))
    return grid


def raster_windows(*sources: CellSource, memory_mb: float, extra_bytes: int = 0) -> Iterator[Window]:
    """Cut the grid of rasters into windows that fit into memory together.

    Parameters
    ----------
    *sources : Raster or RasterSource
        On one grid.
    memory_mb : float
        What a window of all of them may take, megabytes: the values, one copy of them, and
        `extra_bytes` a cell for what is made of them.
    extra_bytes : int

    Yields
    ------
    Window
        Row by row from the top; whole rows where they fit.

    Raises
    ------
    QuestionError
        ``memory_too_small`` where not even one row of blocks of the file, or 1,024 cells, fits.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> land = Raster(np.zeros((500, 1000), np.uint8), Affine.identity(), as_crs(5897))
    >>> [window.height for window in raster_windows(land, memory_mb=0.4)]
    [200, 200, 100]
    """
    grid = sources[0].grid
    cell = sum(2 * source.dtype.itemsize for source in sources) + extra_bytes
    most = int(min(memory_mb * 1e6 / cell, _MOST_CELLS)) if memory_mb > 0 else 0
    if most < min(1024, grid.height * grid.width):
        raise QuestionError("memory_too_small", found=memory_mb, expected=1024 * cell / 1e6)
    width = grid.width if most >= grid.width else _multiple(most // min(256, grid.height), 256, grid.width)
    height = _multiple(most // width, 256, grid.height)
    for row in range(0, grid.height, height):
        for col in range(0, grid.width, width):
            yield Window(row, col, min(height, grid.height - row), min(width, grid.width - col))


def _multiple(most: int, step: int, size: int) -> int:
    """Round down to whole blocks of a file where that leaves any."""
    most = min(max(most, 1), size)
    return most if most < step or most == size else most // step * step
