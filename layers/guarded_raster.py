"""Rasters nobody vouches for: opened, checked and copied out by a process that can do nothing else.

What comes back are plain cells in a temporary file and a book of what they are; the process that asks opens
no raster format itself. The file is gone when nothing refers to it any more.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from pyproj import CRS

from layers._raster_file import RAW, RasterBook, raster_driver, sidecars
from layers.errors import SourceError
from layers.findings import Finding
from layers.grid import RasterGrid
from layers.guard import Limits, ask_reader
from layers.raster import RasterSource, aligned_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.grid import CellSource, Window
    from layers.raster import Method

__all__ = ["GuardedRaster", "guarded_raster"]


class _Folder:
    """A temporary folder that lives as long as somebody holds it."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="thocong-cells-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class GuardedRaster(RasterSource):
    """A band of a raster whose cells were copied out by a guarded reader; used like any other source.

    Parameters
    ----------
    findings : tuple of Finding
        What the checks saw: system, unit, nodata, cells, sidecars.
    unit : str
        Of the values, as the file states it.
    """

    findings: tuple[Finding, ...] = ()
    held: _Folder | None = field(default=None, repr=False, compare=False)
    raw_type: str = "|u1"
    unit: str = ""

    def _stored(self, window: Window) -> NDArray[Any]:
        if self.held is None:
            raise SourceError("source_unreadable", path=str(self.path), found=RAW)
        shape = self.stored.shape
        cells = np.memmap(self.held.path / RAW, dtype=np.dtype(self.raw_type), mode="r", shape=shape)
        rows = slice(window.row, window.row + window.height)
        return np.array(cells[rows, window.col : window.col + window.width], dtype=self.dtype)


def guarded_raster(
    path: Path | str,
    *,
    band: int = 1,
    like: CellSource | None = None,
    method: Method = "nearest",
    limits: Limits | None = None,
) -> RasterSource:
    """Open a raster nobody vouches for.

    Parameters
    ----------
    path : pathlib.Path or str
        GeoTIFF, Arc/Info ASCII grid or Erdas Imagine, told by its bytes.
    band, like, method
        As :func:`layers.raster.open_raster`.
    limits : Limits, optional
        Default by the size of the file.

    Returns
    -------
    RasterSource
        A :class:`GuardedRaster`, with the findings of the checks. Its cells lie uncompressed in a temporary
        file.

    Raises
    ------
    SourceError
        ``source_missing``, ``source_empty``, ``format_unknown``, ``format_mismatch`` (a virtual raster among
        others), ``source_unreadable``, ``raster_band_missing``, ``raster_without_place``, ``raster_dtype``,
        ``raster_too_large``, ``reading_too_slow``, ``reading_out_of_memory`` or ``reading_crashed``.
    CrsError
        ``crs_missing`` where only one of file and `like` has a system.
    QuestionError
        ``align_method_unknown``.

    Examples
    --------
    >>> guarded_raster("no_such.tif")
    Traceback (most recent call last):
    layers.errors.SourceError: source_missing: path='no_such.tif'
    """
    path = Path(path)
    raster_driver(path)  # refuses at once what needs no process to be refused
    held = _Folder()
    readable = [path, *sidecars(path), path.absolute().parent]
    told = {
        "ask": "raster",
        "band": band,
        "path": str(path),
        "readable": [str(p.resolve()) for p in readable],
    }
    seconds = min(90 + 3 * (path.stat().st_size >> 20), 1_800)
    book = ask_reader(told, path, held.path, limits or Limits(seconds=seconds))
    if not isinstance(book, RasterBook):
        raise SourceError("reading_crashed", path=str(path), found=type(book).__name__)
    source = _source(path, band, book, held)
    return source if like is None else aligned_source(source, like, method)


def _source(path: Path, band: int, book: RasterBook, held: _Folder) -> GuardedRaster:
    """Take a book only if the cells are those that it speaks of."""
    try:
        dtype = np.dtype(book.dtype)
        sound = dtype.kind in "iuf" and len(book.transform) == 6  # noqa: PLR2004 - of an affine map
        size = (held.path / RAW).stat().st_size
        sound = sound and size == int(book.height) * int(book.width) * dtype.itemsize > 0
        crs = CRS.from_wkt(book.crs) if book.crs else None
        grid = RasterGrid(crs, Affine(*map(float, book.transform)), int(book.height), int(book.width))
    except Exception as error:  # whatever a reader that went wrong has left behind
        raise SourceError("reading_crashed", path=str(path), found=type(error).__name__) from error
    if not sound:
        raise SourceError("reading_crashed", path=str(path), found=RAW)
    findings = tuple(Finding(f["code"], path.name, None, f["level"], f["fields"]) for f in book.findings)
    plain = (path, band, grid, dtype, book.nodata, grid)
    return GuardedRaster(*plain, findings=findings, held=held, raw_type=dtype.str, unit=str(book.unit))
