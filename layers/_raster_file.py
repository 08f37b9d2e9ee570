"""A raster file as nobody vouches for it: told by its bytes, held against its sidecars, copied out.

Runs in the reader's process. What comes of it are numbers in a file without any structure, and a book of what
they are: whoever takes them opens no format of anybody's.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import rasterio
from affine import Affine
from pyproj import CRS
from rasterio.windows import Window as FileWindow

from layers._door import hearing, opening
from layers._raster_blocks import check_blocks
from layers._raster_cells import DRIVERS, crs_of_file, fits_type, hides_cells, room_for_none
from layers.errors import SourceError
from layers.findings import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: what a file of the ending begins with
_MAGIC: Final = {
    "GTiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "HFA": (b"EHFA_HEADER_TAG",),
}
_GRID_HEAD: Final = re.compile(rb"\s*(?:ncols|nrows|xll(?:corner|center)|yll)\b", re.IGNORECASE)
_MOST_BYTES: Final = 6 << 30
_SIDE_MAX_BYTES: Final = 1 << 20
_CELLS_APART: Final = 0.01
_WIDEST_M: Final = 5_000.0
_FINEST_M: Final = 0.01
_BAND_ROWS_BYTES: Final = 32 << 20
#: values that programs write for cells without any
_EMPTY: Final = (-9999.0, -32768.0, -99999.0, -3.4028234663852886e38, -1.7976931348623157e308)
#: zeros that all lie in one stretch of the file, and nowhere else, are rather damage than values
_FEWEST_ZEROS: Final = 16
RAW: Final = "cells.raw"


@dataclass(frozen=True)
class RasterBook:
    """What the cells in the file :data:`RAW` are: row by row from the upper left, in the byte order of here.

    Parameters
    ----------
    crs : str
        WKT, empty where the file states no system.
    transform : list of float
        Six figures, as :class:`affine.Affine` takes them.
    height, width : int
    dtype : str
    nodata : float or None
    findings : list of dict
        ``code, level, fields``.
    unit : str
        Of the values, empty where the file states none.
    """

    crs: str
    transform: list[float]
    height: int
    width: int
    dtype: str
    nodata: float | None
    findings: list[dict[str, Any]]
    unit: str = ""


def raster_driver(path: Path) -> str:
    """Tell the format of a raster by its ending and its bytes.

    Raises
    ------
    SourceError
        ``source_missing``, ``source_is_folder``, ``source_empty``, ``format_unknown`` or
        ``format_mismatch``: a virtual raster or a service under any name.
    """
    with opening(path):
        if not path.exists():
            raise SourceError("source_missing", path=str(path))
        if path.is_dir():
            raise SourceError("source_is_folder", path=str(path))
        with path.open("rb") as handle:
            head = handle.read(512)
    if not head:
        raise SourceError("source_empty", path=str(path))
    driver = DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise SourceError("format_unknown", path=str(path), found=path.suffix, expected=sorted(DRIVERS))
    told = _GRID_HEAD.match(head) if driver == "AAIGrid" else head.startswith(_MAGIC[driver])
    if not told:
        raise SourceError("format_mismatch", path=str(path), format=driver, found=head[:8].hex(" "))
    return driver


def sidecars(path: Path) -> list[Path]:
    """List the small files beside a raster that speak of its place: world file, ``.prj``, ``.aux.xml``."""
    ending = path.suffix.lower()
    world = (f"{ending[:2]}{ending[-1]}w", f"{ending}w", ".wld")
    names = {path.stem.lower() + e for e in (*world, ".prj")} | {f"{path.name}.aux.xml".lower()}
    with opening(path):
        return sorted(f for f in path.absolute().parent.iterdir() if f.name.lower() in names and f.is_file())


def write_cells(path: Path, band: int, folder: Path) -> RasterBook:
    """Check a raster and write a band of it as plain cells.

    Parameters
    ----------
    path : pathlib.Path
    band : int
    folder : pathlib.Path
        Where :data:`RAW` is written.

    Returns
    -------
    RasterBook

    Raises
    ------
    SourceError
        As :func:`raster_driver`; ``source_unreadable``, ``raster_band_missing``, ``raster_without_place``,
        ``raster_dtype`` or ``raster_too_large``.
    """
    driver = raster_driver(path)
    ledger = Ledger(path.name)
    env = rasterio.Env(GDAL_CACHEMAX=64, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_PAM_ENABLED="NO")
    with opening(path), hearing(), env, rasterio.open(path, driver=driver) as file:
        if not 1 <= band <= file.count:
            raise SourceError("raster_band_missing", path=str(path), found=band, expected=file.count)
        dtype = np.dtype(file.dtypes[band - 1])
        if dtype.kind not in "iuf":
            raise SourceError("raster_dtype", path=str(path), found=str(dtype), expected="int, uint, float")
        place = _place(path, file, ledger)
        crs = _crs(path, file, ledger)
        _check_grid(place, crs, file, ledger)
        nodata = _nodata(file.nodatavals[band - 1], dtype, ledger)
        hides = hides_cells(file, band)
        if hides:
            dtype, nodata = room_for_none(dtype, None)
        size = file.height * file.width * dtype.itemsize
        if size > _MOST_BYTES:
            raise SourceError(
                "raster_too_large", path=str(path), found=size >> 20, expected=_MOST_BYTES >> 20
            )
        check_blocks(path, file, band, ledger)
        seen = _Seen(nodata, file.block_shapes[band - 1])
        _copy(file, band, folder / RAW, hidden=nodata if hides else None, dtype=dtype, seen=seen)
        seen.tell(ledger)
        shape = (file.height, file.width)
        unit = str(file.units[band - 1] or "").strip()[:40]
    told = [{"code": f.code, "level": f.level, "fields": f.fields} for f in ledger.findings]
    wkt = crs.to_wkt() if crs is not None else ""
    return RasterBook(wkt, list(place)[:6], *shape, dtype.str, nodata, told, unit)


def _copy(
    file: Any, band: int, target: Path, *, hidden: float | None, dtype: np.dtype[Any], seen: _Seen
) -> None:
    """Write the cells in bands of rows, so that the memory needed stays small."""
    step = max(1, _BAND_ROWS_BYTES // max(file.width * dtype.itemsize, 1))
    block = file.block_shapes[band - 1][0]
    step = max(block, step // block * block)
    with target.open("wb") as handle:
        for row in range(0, file.height, step):
            part = FileWindow(0, row, file.width, min(step, file.height - row))
            values = file.read(band, window=part)
            if hidden is not None:
                masked = file.read_masks(band, window=part) == 0
                values = values.astype(dtype)
                values[masked] = hidden
            values = np.ascontiguousarray(values, dtype=dtype)
            seen.take(values)
            handle.write(values.tobytes())


class _Seen:
    """What the cells hold, gathered on the way."""

    def __init__(self, nodata: float | None, block: tuple[int, int]) -> None:
        self.nodata = nodata
        self.block = block
        self.zeros = 0
        self.runs = 0
        self._in_zeros = False
        self.cells = 0
        self.empty = 0
        self.infinite = 0
        self.likely: dict[float, int] = {}

    def take(self, values: NDArray[Any]) -> None:
        """Look at some rows."""
        self.cells += values.size
        self._take_zeros(values)
        if values.dtype.kind == "f":
            self.infinite += int(np.isinf(values).sum())
            self.empty += int(np.isnan(values).sum())
        if self.nodata is not None and math.isfinite(self.nodata):
            self.empty += int((values == values.dtype.type(self.nodata)).sum())
        for value in _EMPTY:
            if value != self.nodata and fits_type(value, values.dtype):
                count = int((values == values.dtype.type(value)).sum())
                if count:
                    self.likely[value] = self.likely.get(value, 0) + count

    def _take_zeros(self, values: NDArray[Any]) -> None:
        """Count the stretches of zeros in the order in which the file keeps its cells, block by block."""
        high, wide = self.block
        for row in range(0, values.shape[0], high):
            for col in range(0, values.shape[1], wide):
                zero = values[row : row + high, col : col + wide].ravel() == 0
                before = np.concatenate(([self._in_zeros], zero[:-1]))
                self.runs += int((zero & ~before).sum())
                self.zeros += int(zero.sum())
                self._in_zeros = bool(zero[-1])

    def tell(self, ledger: Ledger) -> None:
        """Enter what was seen."""
        if self.runs == 1 and _FEWEST_ZEROS <= self.zeros < self.cells and self.nodata != 0:
            ledger.find("raster_zeros", level="warn", count=self.zeros)
        for value, count in self.likely.items():
            ledger.find("raster_nodata_likely", level="warn", found=value, count=count)
        if self.infinite:
            ledger.find("raster_infinite", level="warn", count=self.infinite)
        if self.cells and self.empty == self.cells:
            ledger.find("raster_empty", level="block", count=self.cells)


def _place(path: Path, file: Any, ledger: Ledger) -> Affine:
    """Settle where the cells lie: what the file says, held against a world file beside it."""
    own = Affine(*tuple(file.transform)[:6])
    world = _world_file(path)
    stated = tuple(own)[:6] != tuple(Affine.identity())[:6]
    if not stated:
        if world is None:
            raise SourceError("raster_without_place", path=str(path))
        ledger.find("raster_world_file", level="warn", found=world[0].name)
        return world[1]
    beside = [(world[0].name, world[1])] if world is not None else []
    text = _aux_text(path)
    found = re.search(r"<GeoTransform>([^<]{1,400})</GeoTransform>", text)
    if found and (figures := _figures(found[1].replace(",", " "), 6)):
        beside.append((f"{path.name}.aux.xml", Affine.from_gdal(*figures)))
    for name, other in beside:
        apart = _apart(own, other, file.width, file.height)
        if apart > _CELLS_APART:
            size = abs(own.a) or 1.0
            ledger.find(
                "raster_sidecar_differs", level="warn", found=name, cells=apart, distance=apart * size
            )
    return own


def _apart(ours: Affine, theirs: Affine, width: int, height: int) -> float:
    """How far the corners of two placings lie apart at most, in cells."""
    size = max(abs(ours.a) + abs(ours.b), 1e-12)
    corners = [(0, 0), (width, 0), (0, height), (width, height)]
    return max(math.dist(ours * corner, theirs * corner) for corner in corners) / size


def _world_file(path: Path) -> tuple[Path, Affine] | None:
    """Read a world file, which speaks of the centre of the first cell."""
    for side in sidecars(path):
        if side.suffix.lower() not in (".prj", ".xml") and (figures := _figures(_small_text(side), 6)):
            a, d, b, e, x, y = figures
            return side, Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)
    return None


def _figures(text: str, count: int) -> list[float]:
    words = text.split()
    try:
        figures = [float(word) for word in words[:count]]
    except ValueError:
        return []
    return figures if len(figures) == count and all(map(math.isfinite, figures)) else []


def _small_text(path: Path) -> str:
    with opening(path), path.open("rb") as handle:
        return handle.read(_SIDE_MAX_BYTES).decode("utf-8", "replace")


def _aux_text(path: Path) -> str:
    """Text of a file of metadata; it is searched and never parsed, so nothing in it can be followed."""
    return next((_small_text(side) for side in sidecars(path) if side.suffix.lower() == ".xml"), "")


def _crs(path: Path, file: Any, ledger: Ledger) -> CRS | None:
    """Settle the system: what the file says, held against a file of metadata; of a text grid its ``.prj``."""
    own = crs_of_file(file, ledger)
    said = re.search(r"<SRS[^>]*>([^<]{1,20000})</SRS>", _aux_text(path))
    projection = next((side for side in sidecars(path) if side.suffix.lower() == ".prj"), None)
    texts = [(f"{path.name}.aux.xml", said[1].replace("&quot;", '"'))] if said else []
    texts += [(projection.name, _small_text(projection))] if projection else []
    for name, text in texts:
        try:
            other = CRS.from_user_input(text.strip()) if text.strip()[:1].isalpha() else None
        except Exception:  # noqa: BLE001 - a sidecar that says nothing readable says nothing
            other = None
        if other is None:
            continue
        if own is None:
            ledger.find("raster_crs_beside", level="warn", found=name, crs=other.name)
            return other
        if not own.equals(other, ignore_axis_order=True) and own.name != other.name:
            ledger.find("raster_sidecar_crs", level="warn", found=other.name, crs=own.name, file=name)
    if own is None:
        ledger.find("raster_crs_missing", level="warn", expected="VN-2000 (EPSG:5897, ...)")
    return own


def _check_grid(place: Affine, crs: CRS | None, file: Any, ledger: Ledger) -> None:
    """Name what is unusual about cells and system."""
    if crs is not None and crs.is_geographic:
        ledger.find("raster_in_degrees", level="warn", crs=crs.name, found=abs(place.a))
    elif crs is not None and crs.axis_info and crs.axis_info[0].unit_conversion_factor != 1.0:
        ledger.find("raster_unit", level="warn", crs=crs.name, found=crs.axis_info[0].unit_name)
    wide, high = math.hypot(place.a, place.d), math.hypot(place.b, place.e)
    if place.b or place.d:
        ledger.find("raster_turned", level="warn", found=math.degrees(math.atan2(place.d, place.a)))
    elif place.e > 0:
        ledger.find("raster_upside_down", level="info")
    if abs(wide - high) > _CELLS_APART * wide:
        ledger.find("raster_oblong", level="info", found=f"{wide:g} x {high:g}")
    metres = crs is None or not crs.is_geographic
    if metres and not _FINEST_M <= wide <= _WIDEST_M:
        ledger.find("raster_cell_size", level="warn", found=wide)
    if str(file.tags().get("AREA_OR_POINT", "")).lower() == "point":
        ledger.find("raster_points", level="info", found=wide / 2)


def _nodata(stated: float | None, dtype: np.dtype[Any], ledger: Ledger) -> float | None:
    if stated is None:
        ledger.find("raster_nodata_missing", level="info")
        return None
    if fits_type(stated, dtype):
        return stated
    ledger.find("raster_nodata_unfit", level="warn", found=stated, expected=str(dtype))
    return None
