"""Rows of a vector file: bulk reading by pyogrio, single bad rows picked out by fiona."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fiona
import geopandas as gpd
import numpy as np
import pyogrio

from layers._domains import KEPT, meanings_of
from layers._door import hearing, opening
from layers._geodatabase import stated_rows
from layers._intact import check_whole
from layers._shapefile import opened_shapefile
from layers._sqlite import check_sqlite, count_rows
from layers._text import decoded, mended, undecodable
from layers._unpack import link
from layers.errors import SourceError
from layers.source import format_of, source_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.findings import Ledger
    from layers.source import Source

#: formats that tell how many rows a layer has
_MOST_COLUMNS: Final = 4_096
#: up to this size it costs next to nothing to ask for the columns alone
_QUICK_BYTES: Final = 4 << 20
_COUNTED: Final = ("GPKG", "ESRI Shapefile", "OpenFileGDB")
# a GML file may name its schema by an address; reading a file never fetches anything
pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "NO"})


@dataclass(frozen=True)
class Prepared:
    """A file that GDAL can open, and what is known of it before GDAL does.

    Parameters
    ----------
    path : str
    format : str
    given : pathlib.Path
        The file that the caller named.
    rows : int or None
        Number of rows that the layer holds, where that is known.
    cut : numpy.ndarray of int
        Positions of rows whose geometry is not whole; -1 stands for the last.
    encoding : str or None
        Encoding that GDAL would not find by itself.
    layer : str
    """

    path: str
    format: str
    given: Path
    rows: int | None
    cut: NDArray[np.int64]
    encoding: str | None = None
    layer: str = ""


def read_rows(source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read every row of a vector layer; the index is the row number in the file, from 1.

    A row whose geometry can't be read comes back with a null geometry and is in the ledger; so does a
    row of which the file holds only a part.
    """
    if format_of(source.path) == "GeoParquet":
        parquet: gpd.GeoDataFrame = mended(_read_parquet(source), ledger)
        return parquet
    with prepared(source, ledger) as file:
        layer = choose_layer(layer_names(file), source)
        file = replace(file, layer=layer)  # noqa: PLW2901 - the same file, known better
        file = replace(file, rows=_stated_rows(file))  # noqa: PLW2901
        _refuse_wide(_quick_columns(file), file)  # before a table is made of it
        frame = _bulk(file, ledger)
        _refuse_wide(len(frame.columns), file)
        _compare_counts(frame, file, ledger)
        _set_cut_aside(frame, file, ledger)
        _describe_bad_rows(file, frame, ledger)
        meanings = meanings_of(file.path, file.format, file.layer, ledger)
    if meanings:
        frame.attrs[KEPT] = meanings
    return frame


def _refuse_wide(columns: int, file: Prepared) -> None:
    """Refuse more columns than any layer has: each is looked at for its text, its unit and its meaning."""
    if columns > _MOST_COLUMNS:
        raise SourceError("columns_too_many", path=str(file.given), found=columns, expected=_MOST_COLUMNS)


def _quick_columns(file: Prepared) -> int:
    """Count the columns of a small file; 0 where that is slow, or the reading will say what is wrong."""
    if not file.given.is_file() or file.given.stat().st_size > _QUICK_BYTES:
        return 0
    with suppress(Exception), hearing():
        return len(pyogrio.read_info(file.path, layer=file.layer)["fields"])
    return 0


def _stated_rows(file: Prepared) -> int | None:
    """Give the number of rows that the file itself keeps of a layer."""
    if file.format == "GPKG":
        return count_rows(file.given, file.layer)
    if file.format == "OpenFileGDB":
        with opening(file.given), hearing():
            stated = stated_rows(Path(file.path), file.layer)
            if stated is not None:
                return stated
            return int(pyogrio.read_info(file.path, layer=file.layer, force_feature_count=True)["features"])
    return file.rows


def _read_parquet(source: Source) -> gpd.GeoDataFrame:
    if source.layer not in (None, source.path.stem):
        expected = [source.path.stem]
        raise SourceError("layer_missing", path=str(source.path), found=source.layer, expected=expected)
    with opening(source.path), hearing():
        frame = gpd.read_parquet(source.path)
        frame.geometry.to_numpy()
    frame.index = np.arange(1, len(frame) + 1)
    return frame


@contextmanager
def prepared(source: Source, ledger: Ledger) -> Iterator[Prepared]:
    """Check that a file is whole and give what GDAL should open; the user's folder stays as it was."""
    path = source.path
    name = format_of(path)
    nothing = np.empty(0, dtype=np.int64)
    if name == "ESRI Shapefile":
        with ExitStack() as stack:
            with opening(path):
                shape = stack.enter_context(opened_shapefile(path, ledger))
            yield Prepared(shape.path, name, path, shape.records, shape.cut, shape.encoding)
        return
    with opening(path):
        if name == "GPKG":
            check_sqlite(path)
        walk = check_whole(path, name, ledger)
    cut = np.array([-1]) if walk.last_cut else nothing
    if name != "GML":
        yield Prepared(str(path), name, path, walk.rows, cut, _encoding(path, name))
        return
    with tempfile.TemporaryDirectory() as folder:
        # GDAL leaves a .gfs beside a GML file
        for part in source_parts(path):
            link(part, Path(folder) / part.name)
        yield Prepared(str(Path(folder) / path.name), name, path, walk.rows, cut)


def _encoding(path: Path, name: str) -> str | None:
    """Encoding that GDAL doesn't find by itself.

    A DGN names none, so its bytes are kept one sign each, by which an old encoding is told later. GDAL knows
    none for the Vietnamese charset of MapInfo and hands its bytes over.
    """
    if name == "DGN":
        return "ISO-8859-1"
    if name != "MapInfo File":
        return None
    with opening(path), path.open("rb") as handle:
        return "cp1258" if b"windowsvietnamese" in handle.read(2048).lower() else None


def layer_names(file: Prepared) -> list[str]:
    """List the layers with geometry that GDAL sees in a file; all of them where none has geometry."""
    with opening(file.given), hearing():
        found = [(str(name), geometry) for name, geometry in pyogrio.list_layers(file.path)]
    return [name for name, geometry in found if geometry is not None] or [name for name, _ in found]


def choose_layer(names: list[str], source: Source) -> str:
    """Pick the layer asked for, or the only one."""
    wanted = source.layer
    if not names:
        raise SourceError("no_layers", path=str(source.path))
    if wanted in names:
        return str(wanted)
    if wanted is not None and wanted != source.path.stem:
        raise SourceError("layer_missing", path=str(source.path), found=wanted, expected=names)
    if len(names) > 1:
        raise SourceError("layer_ambiguous", path=str(source.path), expected=names)
    return names[0]


def _bulk(file: Prepared, ledger: Ledger) -> gpd.GeoDataFrame:
    frame = _fast(file, ledger)
    if frame is None:
        with opening(file.given), hearing() as said:
            frame = _slow(file, ledger)
        for text in said:
            if "invalid value encountered" not in text:  # NumPy on NaN; those rows get their own finding
                ledger.find("reader_warning", level="info", found=text)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError("no_geometry", path=str(file.given), layer=file.layer, found=list(frame.columns))
    if frame.columns[-1] != frame.geometry.name:  # pyogrio puts it last, or over an attribute of its name
        ledger.find("column_lost", level="warn", column=str(frame.geometry.name))
    return frame


def _fast(file: Prepared, ledger: Ledger) -> Any:
    """Read through Arrow, three times as fast, and keep it only if not a row is missing.

    On damage GDAL's Arrow reader ends early without an error, so it serves only where the number of
    rows is known beforehand.
    """
    if file.rows is None or file.format not in _COUNTED or file.encoding:
        return None
    try:
        with hearing() as said:
            frame = _read(file, use_arrow=True)
    except NotImplementedError:  # arcs: the other reader turns them into short straight edges
        ledger.find("curves_straightened", level="info")
        return None
    except Exception:  # noqa: BLE001 - whatever it is, the other reader says it better
        return None
    whole = len(frame) == file.rows and not said
    return frame if whole and not undecodable(frame) else None


def _slow(file: Prepared, ledger: Ledger) -> Any:
    if file.encoding == "cp1258":
        return decoded(_read(file, encoding="ISO-8859-1"), ledger, "cp1258")
    try:
        return _read(file, encoding=file.encoding)
    except UnicodeDecodeError:
        return decoded(_read(file, encoding="ISO-8859-1"), ledger, "utf-8")


def _read(file: Prepared, **options: Any) -> Any:
    by_number = file.format == "ESRI Shapefile"
    frame = pyogrio.read_dataframe(
        file.path, layer=file.layer, on_invalid="ignore", fid_as_index=by_number, **options
    )
    frame.index = frame.index.to_numpy() + 1
    return frame


def _compare_counts(frame: gpd.GeoDataFrame, file: Prepared, ledger: Ledger) -> None:
    stated = file.rows
    if stated is None or len(frame) == stated:
        return
    if file.format == "ESRI Shapefile" and len(frame) < stated:
        ledger.find("rows_deleted", level="info", count=stated - len(frame))
        return
    ledger.find("rows_unread", level="block", expected=stated, found=len(frame))


def _set_cut_aside(frame: gpd.GeoDataFrame, file: Prepared, ledger: Ledger) -> None:
    if file.format == "ESRI Shapefile":
        ledger.set_aside(frame.index.intersection((file.cut + 1).tolist()), "geometry_cut")
    elif len(frame):
        ledger.set_aside(frame.index[file.cut], "geometry_cut")


def _describe_bad_rows(file: Prepared, frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Go through the file with fiona for the rows that came without geometry, and say what they hold."""
    waiting = _unreadable(file, frame) - set(ledger.aside)
    if not waiting:
        return
    try:
        with hearing(), open_fiona(file.path, file.layer, file.format) as rows:
            for row, feature in zip(frame.index, rows, strict=False):
                if row not in waiting:
                    continue
                if feature.geometry is not None:
                    found = _shape(feature.geometry)
                    ledger.set_aside([row], "geometry_unreadable", found=found, id=str(feature.id))
                waiting.discard(row)
                if not waiting:
                    return
    except Exception:  # noqa: BLE001 - fiona knows fewer formats and raises GDAL's errors as they come
        ledger.set_aside(sorted(waiting), "geometry_unreadable", found="", id="")


def open_fiona(path: str, layer: str, driver: str) -> Any:
    """Open a layer with fiona's own GDAL, which has its own drivers: only the one of the format."""
    return fiona.open(path, layer=layer, enabled_drivers=[driver], allow_unsupported_drivers=True)


def _unreadable(file: Prepared, frame: gpd.GeoDataFrame) -> set[Any]:
    """Rows that hold a geometry which GEOS refuses; a row that holds none is not among them."""
    missing = frame.geometry.isna().to_numpy()
    if not missing.any():
        return set()
    try:
        with hearing():
            raw = pyogrio.raw.read(file.path, layer=file.layer, columns=[])[2]
    except Exception:  # noqa: BLE001 - then fiona looks at every row without geometry
        return set(frame.index[missing])
    if len(raw) != len(frame):
        return set(frame.index[missing])
    held = np.array([value is not None for value in raw], dtype=bool)
    return set(frame.index[missing & held])


def _shape(geometry: Any) -> str:
    """Type and ring sizes of a GeoJSON-like geometry, e.g. ``MultiPolygon, 2, 5``."""
    sizes: list[int] = []

    def walk(node: Any) -> None:
        if len(node) and isinstance(node[0], tuple) and not isinstance(node[0][0], tuple | list):
            sizes.append(len(node))
        else:
            for child in node:
                if isinstance(child, list | tuple) and len(child) and not isinstance(child[0], int | float):
                    walk(child)

    walk(geometry.coordinates)
    return f"{geometry.type}, {', '.join(map(str, sizes[:8]))}"
