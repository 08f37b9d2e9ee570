"""Rows of a vector file: bulk reading by pyogrio, single bad rows picked out by fiona."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fiona
import geopandas as gpd
import numpy as np
import pyogrio
from fiona.errors import FionaError
from pyogrio.errors import DataLayerError, DataSourceError

from layers.errors import SourceError
from layers.source import check_shapefile, format_of, source_parts, zipped_layers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.findings import Ledger
    from layers.source import Source

_UNREADABLE = (DataSourceError, DataLayerError, OSError, ValueError, RuntimeError)


def read_rows(source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read every row of a vector layer; index 1, 2, 3, ... in the order of the file.

    A row whose geometry bulk reading refuses comes back with a null geometry and is in the ledger.
    """
    name = format_of(source.path)
    if name == "GeoParquet":
        return _read_parquet(source)
    with _prepared(source, name, ledger) as path:
        layer = _choose_layer(path, source)
        frame = _bulk(path, layer, source, ledger)
        frame.index = np.arange(1, len(frame) + 1)
        _describe_bad_rows(path, layer, frame, ledger)
    return frame


def _read_parquet(source: Source) -> gpd.GeoDataFrame:
    try:
        frame = gpd.read_parquet(source.path)
    except (OSError, ValueError, KeyError) as error:
        raise SourceError("source_unreadable", path=str(source.path), found=_first_line(error)) from error
    frame.index = np.arange(1, len(frame) + 1)
    return frame


@contextmanager
def _prepared(source: Source, name: str, ledger: Ledger) -> Iterator[str]:
    """Give the path GDAL should open; nothing is ever written beside the user's file."""
    path = source.path
    if name == "zip":
        with _unzipped(source, ledger) as inner:
            yield inner
        return
    if name == "ESRI Shapefile":
        check_shapefile(path, ledger)
        if path.with_suffix(".shx") not in source_parts(path) and path.with_suffix(".SHX") not in source_parts(path):
            with _restored_index(path, ledger) as copy:
                yield copy
            return
    yield str(path)


@contextmanager
def _unzipped(source: Source, ledger: Ledger) -> Iterator[str]:
    import zipfile  # noqa: PLC0415

    members = zipped_layers(source.path)
    main = [m for m in members if Path(m).suffix.lower() in (".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".fgb", ".tab", ".mif", ".dxf", ".dgn")]
    wanted = [m for m in main if source.layer in (None, m, Path(m).stem)] or main
    if len(wanted) != 1:
        raise SourceError("layer_ambiguous", path=str(source.path), expected=[Path(m).stem for m in main])
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(source.path) as archive:
        stem = Path(wanted[0]).stem
        for member in archive.namelist():
            if Path(member).stem == stem and not member.startswith("__MACOSX"):
                # only the bare name: a path inside the archive never leads out of the folder
                (Path(folder) / Path(member).name).write_bytes(archive.read(member))
        inner = Path(folder) / Path(wanted[0]).name
        if inner.suffix.lower() == ".shp":
            check_shapefile(inner, ledger)
        yield str(inner)


@contextmanager
def _restored_index(path: Path, ledger: Ledger) -> Iterator[str]:
    """Rebuild a missing .shx from a copy, so that the user's folder stays as it was."""
    with tempfile.TemporaryDirectory() as folder:
        for part in source_parts(path):
            shutil.copy(part, folder)
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
        try:
            ledger.find("shx_restored", level="warn", part=path.stem + ".shx")
            yield str(Path(folder) / path.name)
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def layer_names(path: str) -> list[str]:
    """Names of the layers that GDAL sees in a file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [str(name) for name, _ in pyogrio.list_layers(path)]
    except _UNREADABLE as error:
        raise SourceError("source_unreadable", path=Path(path).name, found=_first_line(error)) from error


def _choose_layer(path: str, source: Source) -> str:
    names = layer_names(path)
    if not names:
        raise SourceError("no_layers", path=str(source.path))
    if source.path.suffix.lower() == ".zip":
        return names[0]
    if source.layer is None:
        if len(names) > 1:
            raise SourceError("layer_ambiguous", path=str(source.path), expected=names)
        return names[0]
    if source.layer not in names:
        raise SourceError("layer_missing", path=str(source.path), found=source.layer, expected=names)
    return source.layer


def _bulk(path: str, layer: str, source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    options: dict[str, Any] = {"encoding": "UTF-8"} if _is_utf8_without_cpg(Path(path)) else {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore", **options)
        except _UNREADABLE as error:
            raise SourceError("source_unreadable", path=str(source.path), found=_first_line(error)) from error
    for text in dict.fromkeys(str(w.message).strip() for w in said if not issubclass(w.category, DeprecationWarning)):
        ledger.find("reader_warning", level="info", found=text)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError("no_geometry", path=str(source.path), layer=layer, found=list(frame.columns))
    return frame


def _is_utf8_without_cpg(path: Path) -> bool:
    """GDAL reads a .dbf without .cpg as Latin-1; text that is valid UTF-8 beyond ASCII is UTF-8."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return False
    raw = table.read_bytes()
    body = raw[int.from_bytes(raw[8:10], "little") :]
    if body.isascii():
        return False
    try:
        # records are cut at byte limits; a broken last letter of a field must not decide
        broken = body.decode("utf-8", errors="replace").count("\ufffd")
    except UnicodeDecodeError:
        return False
    return broken * 50 < sum(byte > 127 for byte in body)  # noqa: PLR2004 - ASCII ends there


def _describe_bad_rows(path: str, layer: str, frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Go through the file with fiona for the rows that came without geometry, and say what they hold."""
    empty = set(np.flatnonzero(frame.geometry.isna().to_numpy()).tolist())
    if not empty:
        return
    try:
        with warnings.catch_warnings(), fiona.open(path, layer=layer, allow_unsupported_drivers=True) as rows:
            warnings.simplefilter("ignore")
            for position, row in enumerate(rows):
                if position in empty and row.geometry is not None:
                    ledger.set_aside(
                        [frame.index[position]], "geometry_unreadable", found=_shape(row.geometry), id=str(row.id)
                    )
    except (FionaError, OSError, ValueError):
        # fiona knows fewer formats; the rows are then set aside as rows without geometry
        return


def _shape(geometry: Any) -> str:
    """Type and ring sizes of a GeoJSON-like geometry, e.g. ``MultiPolygon, rings of 2 points``."""
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


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
