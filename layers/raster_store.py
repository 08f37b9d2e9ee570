"""Rasters that a workspace keeps: measures of land such as slope, checked once and asked again for good.

What is kept are the cells that a guarded reader copied out, written anew by us beside the versions of the
layers, with a book of what they are. A raster that was put down is never changed; the same file for the same
measure is the same raster.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from layers._catalogue import as_json
from layers._raster_entry import require_entry, require_own_file
from layers._raster_file import sidecars
from layers._vouched import is_plain_file
from layers.causes import cause_of
from layers.errors import SourceError, StoreError
from layers.findings import Finding
from layers.grid import RasterGrid, raster_windows
from layers.kept import sync_files
from layers.provenance import file_hash
from layers.raster import RasterSource, aligned_source, opened_raster, write_raster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.grid import CellSource, Window
    from layers.guarded_raster import GuardedRaster
    from layers.raster import Method
    from layers.store import Entry, Workspace

__all__ = ["KeptRaster", "Rasters", "raster_hash"]

_KIND: Final = "raster"
_FOLDER: Final = "rasters"
_LONGEST: Final = 80
_WINDOW_MB: Final = 32.0


@dataclass(frozen=True)
class KeptRaster:
    """A raster of a workspace.

    Parameters
    ----------
    id : str
        What it measures, and the first figures of its hash: ``slope-3f2a9c41d0be``.
    measure : str
        What its cells tell: the name of a criterion.
    name : str
        Of the file it came from.
    sha256 : str
        Hash of that file, of its sidecars too.
    period : str
        What its cells speak of: a year or several; empty where nobody said.
    unit : str
        Of the values, as the file states it.
    crs : str
        WKT.
    transform : tuple of float
        Six figures, as :class:`affine.Affine` takes them.
    height, width : int
    dtype : str
    nodata : float or None
        None as well where cells without a value are NaN.
    cells_sha256 : str
        Hash of the file in the workspace.
    findings : tuple of dict
        ``code, level, fields`` of the checks it was read with.
    made : bool
        True for made (simulated) data.
    at : str
        When it was put down: UTC, ISO 8601.
    """

    id: str
    measure: str
    name: str
    sha256: str
    period: str
    unit: str
    crs: str
    transform: tuple[float, ...]
    height: int
    width: int
    dtype: str
    nodata: float | None
    cells_sha256: str
    findings: tuple[dict[str, Any], ...] = ()
    made: bool = False
    at: str = ""

    @property
    def grid(self) -> RasterGrid:
        """Where its cells lie."""
        return RasterGrid(CRS.from_wkt(self.crs), Affine(*self.transform), self.height, self.width)

    def found(self) -> tuple[Finding, ...]:
        """Return what the checks saw when it was put down.

        Returns
        -------
        tuple of Finding
        """
        return tuple(Finding(f["code"], self.name, None, f["level"], f["fields"]) for f in self.findings)


def raster_hash(path: Path) -> str:
    """Hash a raster file with the small files beside it that speak of its place.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return file_hash(path, *sidecars(path))


class Rasters:
    """The rasters of a workspace.

    Parameters
    ----------
    base : Workspace

    Examples
    --------
    >>> import tempfile
    >>> from layers.store import Workspace
    >>> Rasters(Workspace.create(tempfile.mkdtemp(), crs=5897)).listed()
    []
    """

    def __init__(self, base: Workspace) -> None:
        self.base = base

    def keep(
        self, source: GuardedRaster, measure: str, *, period: str = "", made: bool = False
    ) -> KeptRaster:
        """Put a raster down.

        Parameters
        ----------
        source : GuardedRaster
            As the guarded reader gave it: on its own cells.
        measure : str
            What its cells tell: the name of a criterion.
        period : str
        made : bool

        Returns
        -------
        KeptRaster
            The one that is there already where it says the same.

        Raises
        ------
        StoreError
            ``raster_unfit`` for one without a system, or brought onto other cells; ``workspace_unwritable``,
            ``workspace_busy`` or ``save_failed``.
        """
        if source.stored.crs is None or source.grid is not source.stored:
            raise StoreError("raster_unfit", layer=source.name)
        digest = raster_hash(source.path)
        name = f"{measure}-{digest[:12]}"
        before = next(iter(self.base.entries.history(_KIND, name)), None)
        content = {
            "measure": measure,
            "name": source.name,
            "sha256": digest,
            "period": period.strip(),
            "unit": source.unit,
            "crs": source.stored.crs.to_wkt(),
            "transform": list(source.stored.transform)[:6],
            "height": source.stored.height,
            "width": source.stored.width,
            "dtype": source.dtype.str,
            "nodata": None if source.nodata is None or np.isnan(source.nodata) else float(source.nodata),
            "cells_sha256": self._written(name, source, before),
            "findings": [{"code": f.code, "level": f.level, "fields": f.fields} for f in source.findings],
            "made": made,
        }
        if before is not None and before.content == json.loads(as_json(content)):
            return _kept(before, self.base.folder)
        expected = before.version if before is not None else None
        return _kept(self.base.entries.put(_KIND, name, content, expected=expected), self.base.folder)

    def listed(self) -> list[KeptRaster]:
        """List the rasters, the one put down last first; entries that nobody put down are left out.

        Returns
        -------
        list of KeptRaster
            :meth:`odd` names the others, and :meth:`get` says that they are damaged.
        """
        out = []
        for entry in self.base.entries.newest(_KIND):
            with suppress(StoreError):
                out.append(_kept(entry, self.base.folder))
        return out

    def odd(self) -> list[Finding]:
        """Name what the workspace holds under rasters that can't be used.

        Returns
        -------
        list of Finding
            ``raster_entry_odd`` for an entry that nobody put down, ``raster_file_missing`` for one whose
            cells are gone; the layer is the name of the raster.
        """
        out = []
        for entry in self.base.entries.newest(_KIND):
            try:
                kept = _kept(entry, self.base.folder)
            except StoreError:
                out.append(Finding("raster_entry_odd", str(entry.id)[:_LONGEST]))
                continue
            if not is_plain_file(self._path(kept.id, kept.name)):
                out.append(Finding("raster_file_missing", kept.name, fields={"found": kept.id}))
        return out

    def get(self, name: str) -> KeptRaster:
        """Look up a raster.

        Parameters
        ----------
        name : str
            Its id.

        Returns
        -------
        KeptRaster

        Raises
        ------
        StoreError
            ``entry_unknown``, or ``workspace_damaged`` where nobody put down what it says.
        """
        return _kept(self.base.entries.get(_KIND, name), self.base.folder)

    def open(self, name: str, *, like: CellSource | None = None, method: Method = "linear") -> RasterSource:
        """Open a raster, its cells to be read by windows.

        Parameters
        ----------
        name : str
            Its id.
        like, method
            As :func:`layers.raster.open_raster`.

        Returns
        -------
        RasterSource

        Raises
        ------
        StoreError
            ``entry_unknown``, ``workspace_damaged``, or ``version_damaged`` where the file isn't what was
            put down.
        """
        kept = self.get(name)
        path = self._path(name, kept.name)
        try:
            found = file_hash(path) if is_plain_file(path) else ""
        except OSError:
            found = ""
        damage = {"layer": kept.name, "version": 1, "file": path.name}
        if found != kept.cells_sha256:
            raise StoreError("version_damaged", **damage, expected=kept.cells_sha256[:12], found=found[:12])
        try:
            with opened_raster(path) as file:
                require_own_file(file, kept)
        except (SourceError, ValueError) as error:
            raise StoreError(
                "version_damaged", **damage, expected="GeoTIFF", found=str(error)[:40]
            ) from error
        dtype = np.dtype(kept.dtype)
        none = float("nan") if kept.nodata is None and dtype.kind == "f" else kept.nodata
        grid = kept.grid
        source = RasterSource(path, 1, grid, dtype, none, grid)
        return source if like is None else aligned_source(source, like, method)

    def _path(self, name: str, file: str) -> Path:
        stem = re.sub(r"[^\w.-]+", "_", file.rpartition(".")[0])[:_LONGEST] or _KIND
        return self.base.folder / _FOLDER / name / f"{stem}.tif"

    def _written(self, name: str, source: GuardedRaster, before: Entry | None) -> str:
        """Write the cells, unless they are there as they were put down; returns the hash of the file."""
        path = self._path(name, source.name)
        known = before.content.get("cells_sha256") if before is not None else None
        if known is not None and is_plain_file(path) and file_hash(path) == known:
            return str(known)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError("workspace_unwritable", path=str(path.parent), found=cause_of(error)) from error
        write_raster(path, _pieces(source), grid=source.stored, nodata=source.nodata)
        sync_files(path.parent)
        return file_hash(path)


def _pieces(source: GuardedRaster) -> Iterator[tuple[Window, NDArray[Any]]]:
    for window in raster_windows(source, memory_mb=_WINDOW_MB):
        yield window, source.read(window)


def _kept(entry: Entry, folder: Path) -> KeptRaster:
    known = {f.name for f in fields(KeptRaster)} - {"id", "at"}
    given = {name: value for name, value in entry.content.items() if name in known}
    try:
        given["transform"], given["findings"] = tuple(given["transform"]), tuple(given["findings"])
        kept = KeptRaster(id=entry.id, at=entry.at, **given)
        require_entry(kept)
    except (KeyError, TypeError, ValueError, CRSError) as error:
        raise StoreError("workspace_damaged", path=str(folder), found=str(entry.id)[:80]) from error
    return kept
