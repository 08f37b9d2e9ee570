"""The door for rasters: GeoTIFF and other plain grids in, whole or by windows, and GeoTIFF out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window as FileWindow

from layers._door import hearing, opening
from layers._raster_cells import DRIVERS, crs_of_file, fits_type, hides_cells, room_for_none
from layers._regrid import regridded
from layers.errors import CrsError, QuestionError, SourceError
from layers.findings import Ledger
from layers.grid import CellSource, Raster, RasterGrid, Window, raster_windows, require_same_grid, same_crs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Method = Literal["nearest", "linear"]

__all__ = [
    "CellSource",
    "Raster",
    "RasterGrid",
    "RasterSource",
    "Window",
    "align_raster",
    "aligned_source",
    "open_raster",
    "raster_windows",
    "read_raster",
    "require_same_grid",
    "write_raster",
]

_CACHE_MB: Final = 32


@dataclass(frozen=True)
class RasterSource:
    """A band of a raster on disk, read window by window.

    Parameters
    ----------
    path : pathlib.Path
    band : int
        From 1.
    stored : RasterGrid
        Where the cells of the file lie.
    dtype : numpy.dtype
        Type of the values that are read.
    nodata : float or None
        Value of cells that have none, and of cells that a mask in the file hides.
    grid : RasterGrid
        Where the cells that are read lie: that of the file, or the one it is aligned to.
    linear : bool
        Align measures between four cells instead of taking the nearest cell.
    """

    path: Path
    band: int
    stored: RasterGrid
    dtype: np.dtype[Any]
    nodata: float | None
    grid: RasterGrid
    linear: bool = False

    @property
    def name(self) -> str:
        """Name in messages: that of the file."""
        return self.path.name

    def read(self, window: Window) -> NDArray[Any]:
        """Return the values of a window.

        Parameters
        ----------
        window : Window

        Returns
        -------
        numpy.ndarray

        Raises
        ------
        SourceError
            ``source_unreadable``.
        QuestionError
            ``raster_window_outside``.
        """
        self.grid.part(window)
        if self.grid is self.stored:
            return self._stored(window)
        how = {"nodata": self.nodata, "dtype": self.dtype, "linear": self.linear}
        return regridded(self._stored, self.stored, self.grid, window, **how)

    def _stored(self, window: Window) -> NDArray[Any]:
        part = FileWindow(window.col, window.row, window.width, window.height)
        with opened_raster(self.path) as file:
            values = file.read(self.band, window=part)
            if hides_cells(file, self.band):
                hidden = file.read_masks(self.band, window=part) == 0
                values = values.astype(self.dtype)
                values[hidden] = self.nodata
        return np.asarray(values, dtype=self.dtype)


@contextmanager
def opened_raster(path: Path) -> Iterator[Any]:
    """Open a raster file by its format alone, with nothing that lies beside it.

    Parameters
    ----------
    path : pathlib.Path

    Yields
    ------
    rasterio.DatasetReader

    Raises
    ------
    SourceError
        ``format_unknown`` or ``source_unreadable``.
    """
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise SourceError("format_unknown", path=str(path), found=path.suffix, expected=sorted(DRIVERS))
    with (
        opening(path),
        hearing(),
        rasterio.Env(GDAL_CACHEMAX=_CACHE_MB, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
        rasterio.open(path, driver=driver) as file,
    ):
        yield file


def open_raster(
    path: Path | str, *, band: int = 1, like: CellSource | None = None, method: Method = "nearest"
) -> RasterSource:
    """Look into a raster without reading its cells.

    Parameters
    ----------
    path : pathlib.Path or str
        GeoTIFF, Arc/Info ASCII grid or Erdas Imagine.
    band : int
        From 1.
    like : Raster or RasterSource, optional
        Read on the grid of this one, see :func:`align_raster`.
    method : {"nearest", "linear"}

    Returns
    -------
    RasterSource
        Of few bytes; functions that take it read the cells by windows. Beside the window
        GDAL keeps up to 32 MB, and aligning takes some 20 MB, more where the file's cells are far smaller.

    Raises
    ------
    SourceError
        ``source_missing``, ``format_unknown``, ``source_unreadable``, ``raster_band_missing`` or
        ``raster_without_place``.
    CrsError
        ``crs_missing`` where only one of file and `like` has a system.
    QuestionError
        ``align_method_unknown``.

    Examples
    --------
    >>> open_raster("no_such.tif")
    Traceback (most recent call last):
    layers.errors.SourceError: source_missing: path='no_such.tif'
    """
    path = Path(path)
    if not path.exists():
        raise SourceError("source_missing", path=str(path))
    with opened_raster(path) as file:
        if not 1 <= band <= file.count:
            raise SourceError("raster_band_missing", path=str(path), found=band, expected=file.count)
        if tuple(file.transform)[:6] == tuple(Affine.identity())[:6]:
            raise SourceError("raster_without_place", path=str(path))
        stored = RasterGrid(
            crs_of_file(file, Ledger(path.name)), Affine(*tuple(file.transform)[:6]), file.height, file.width
        )
        dtype, nodata = np.dtype(file.dtypes[band - 1]), file.nodatavals[band - 1]
        if hides_cells(file, band):
            dtype, nodata = room_for_none(dtype, None)
    nodata = nodata if nodata is not None and fits_type(nodata, dtype) else None
    source = RasterSource(path, band, stored, dtype, nodata, stored)
    return source if like is None else aligned_source(source, like, method)


def read_raster(
    path: Path | str, *, band: int = 1, window: Window | None = None, like: CellSource | None = None
) -> Raster:
    """Read a band of a raster into memory.

    Parameters
    ----------
    path, band, like
        As :func:`open_raster`; on another grid the nearest cell is read.
    window : Window, optional
        Part to read, on the grid of the file or of `like`.

    Returns
    -------
    Raster
        VN-2000 systems recognised as such. A mask in the file becomes a nodata value, for which bytes
        become 16-bit numbers.

    Raises
    ------
    SourceError
        ``source_missing``, ``format_unknown``, ``source_unreadable``, ``raster_band_missing`` or
        ``raster_without_place``.
    CrsError
        ``crs_missing`` where only one of file and `like` has a system.
    QuestionError
        ``raster_window_outside``.
    """
    source = open_raster(path, band=band, like=like)
    part = source.grid.part(window or source.grid.whole)
    values = source.read(window or source.grid.whole)
    return Raster(values, part.transform, part.crs, source.nodata, source.name)


def align_raster(raster: Raster, like: CellSource, *, method: Method = "nearest") -> Raster:
    """Bring a raster onto the grid of another one.

    Parameters
    ----------
    raster : Raster
    like : Raster or RasterSource
        Size, origin, cells and system of the result.
    method : {"nearest", "linear"}
        ``nearest`` for classes: the class whose cell holds the centre of the new cell. ``linear`` for
        measures such as slope: between the four nearest centres.

    Returns
    -------
    Raster
        The raster itself where the grids are one. Cells off the raster get its nodata value; where it
        has none, integers become signed 16-bit numbers or wider, with the least of them for nodata,
        and floats NaN.

    Raises
    ------
    CrsError
        ``crs_missing`` where only one of the two has a system; ``crs_unrelated`` or
        ``datum_operation_missing``.
    QuestionError
        ``align_method_unknown``.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> fine = Raster(np.arange(16, dtype=np.uint8).reshape(4, 4), Affine(1, 0, 0, 0, -1, 4), as_crs(5897))
    >>> coarse = Raster(np.zeros((2, 2)), Affine(2, 0, 0.9, 0, -2, 3.9), as_crs(5897))
    >>> align_raster(fine, coarse).values.tolist()
    [[5, 7], [13, 15]]
    """
    _require_relation(raster, like, method)
    if raster.grid.is_same(like.grid):
        return raster
    dtype, nodata = _aligned_type(raster, method)
    how = {"nodata": nodata, "dtype": dtype, "linear": method == "linear"}
    values = regridded(raster.read, raster.grid, like.grid, like.grid.whole, **how)
    return Raster(values, like.grid.transform, like.grid.crs, nodata, raster.name)


def aligned_source(source: RasterSource, like: CellSource, method: Method) -> RasterSource:
    """Let a raster on disk be read on the grid of another one; errors as :func:`align_raster`.

    Parameters
    ----------
    source : RasterSource
    like : Raster or RasterSource
    method : {"nearest", "linear"}

    Returns
    -------
    RasterSource
    """
    _require_relation(source, like, method)
    if source.grid.is_same(like.grid):
        return source
    dtype, nodata = _aligned_type(source, method)
    return replace(source, dtype=dtype, nodata=nodata, grid=like.grid, linear=method == "linear")


def _aligned_type(raster: CellSource, method: Method) -> tuple[np.dtype[Any], float]:
    """Between two whole numbers lie broken ones, so measures come out as floats."""
    whole = method == "linear" and raster.dtype.kind != "f"
    return room_for_none(np.dtype(np.float32) if whole else raster.dtype, raster.nodata)


def _require_relation(raster: CellSource, like: CellSource, method: str) -> None:
    if method not in ("nearest", "linear"):
        raise QuestionError("align_method_unknown", found=method, expected=["nearest", "linear"])
    ours, theirs = raster.grid.crs, like.grid.crs
    if (ours is None or theirs is None) and not same_crs(ours, theirs):
        layer = raster.name if ours is None else like.name
        raise CrsError("crs_missing", layer=layer, expected=(ours or theirs).name)  # type: ignore[union-attr]


def write_raster(
    path: Path | str,
    pieces: Iterable[tuple[Window, NDArray[Any]]],
    *,
    grid: RasterGrid,
    nodata: float | None = None,
) -> None:
    """Write a GeoTIFF window by window.

    Parameters
    ----------
    path : pathlib.Path or str
        Written under a temporary name beside it and renamed when whole.
    pieces : iterable of (Window, numpy.ndarray)
        All of one type; cells of no piece stay at nodata.
    grid : RasterGrid
    nodata : float, optional

    Raises
    ------
    SourceError
        ``target_unwritable``.
    QuestionError
        ``raster_window_outside``.
    """
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        _write(partial, pieces, grid, nodata)
        partial.replace(path)
    except (OSError, rasterio.errors.RasterioError) as error:
        raise SourceError("target_unwritable", path=str(path), found=str(error)[:240]) from error
    finally:
        partial.unlink(missing_ok=True)


def _write(
    path: Path, pieces: Iterable[tuple[Window, NDArray[Any]]], grid: RasterGrid, nodata: float | None
) -> None:
    profile = {
        "driver": "GTiff", "count": 1, "height": grid.height, "width": grid.width, "nodata": nodata,
        "transform": grid.transform, "crs": grid.crs.to_wkt() if grid.crs is not None else None,
        "tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate", "bigtiff": "if_safer",
    }  # fmt: skip
    file = None
    try:
        for window, values in pieces:
            grid.part(window)
            if file is None:
                file = rasterio.open(path, "w", dtype=values.dtype, **profile)
            file.write(values, 1, window=FileWindow(window.col, window.row, window.width, window.height))
    finally:
        if file is not None:
            file.close()
