"""Naming a source: FILE[:LAYER], its format, and the parts of a shapefile."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers.errors import SourceError

if TYPE_CHECKING:
    from layers.findings import Ledger

__all__ = ["FORMATS", "Source", "check_shapefile", "format_of", "parse_source", "source_parts"]

#: file ending -> format; the format decides which door reads it
FORMATS: Final = {
    ".shp": "ESRI Shapefile",
    ".zip": "zip",
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".kml": "KML",
    ".kmz": "KML",
    ".gml": "GML",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".dxf": "DXF",
    ".dgn": "DGN",
    ".osm": "OSM",
    ".pbf": "OSM",
    ".csv": "table",
    ".tsv": "table",
    ".txt": "table",
    ".xlsx": "table",
}
_SHP_HEADER: Final = 100


@dataclass(frozen=True)
class Source:
    """A file, the layer wanted from it, and what the reader may assume.

    Parameters
    ----------
    path : pathlib.Path
    layer : str, optional
        Name of the layer; for a coordinate table the EPSG code of the columns.
    where : tuple of (str, tuple of str), optional
        Column and the values to keep, read as text.
    assume_crs : str, optional
        System of a file that states none.
    """

    path: Path
    layer: str | None = None
    where: tuple[str, tuple[str, ...]] | None = None
    assume_crs: str | None = None

    @property
    def name(self) -> str:
        """Short name for messages and answers: the layer where one is named, else the file's stem."""
        stem = self.path.name.split(".")[0]
        return f"{stem}:{self.layer}" if self.layer else stem


def parse_source(text: str) -> Source:
    """Read ``FILE[:LAYER]``.

    Parameters
    ----------
    text : str
        A colon after a drive letter is part of the path; an existing file with a colon in its name
        is taken as it stands.

    Returns
    -------
    Source

    Raises
    ------
    SourceError
        ``source_missing`` if there is no such file.

    Examples
    --------
    >>> parse_source("no_such.gpkg:zones")
    Traceback (most recent call last):
    layers.errors.SourceError: source_missing: path='no_such.gpkg'
    """
    whole = Path(text)
    if whole.exists():
        return Source(whole)
    found = re.fullmatch(r"((?:[A-Za-z]:(?=[\\/]))?[^:]*):(.+)", text)
    if found and Path(found.group(1)).exists():
        return Source(Path(found.group(1)), found.group(2))
    raise SourceError("source_missing", path=found.group(1) if found else text)


def format_of(path: Path) -> str:
    """Decide the format of a file by its ending, and refuse what can't be that format.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        A value of :data:`FORMATS`.

    Raises
    ------
    SourceError
        ``source_missing``, ``source_is_folder``, ``source_empty``, ``format_unknown`` or
        ``format_mismatch``.
    """
    if not path.exists():
        raise SourceError("source_missing", path=str(path))
    if path.is_dir():
        raise SourceError("source_is_folder", path=str(path))
    if path.stat().st_size == 0:
        raise SourceError("source_empty", path=str(path))
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise SourceError("format_unknown", path=str(path), found=path.suffix, expected=sorted(FORMATS))
    _check_first_bytes(path, name)
    return name


def _check_first_bytes(path: Path, name: str) -> None:
    with path.open("rb") as handle:
        head = handle.read(16)
    magic = {
        "GPKG": b"SQLite format 3\x00",
        "FlatGeobuf": b"fgb",
        "GeoParquet": b"PAR1",
        "zip": b"PK",
        "ESRI Shapefile": b"\x00\x00\x27\x0a",
    }.get(name)
    if path.suffix.lower() in (".kmz", ".xlsx"):
        magic = b"PK"
    if magic and not head.startswith(magic):
        raise SourceError("format_mismatch", path=str(path), expected=name, found=head[:8].hex(" "))


def source_parts(path: Path) -> list[Path]:
    """List the files that make up a source.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of pathlib.Path
        The file, and for shapefiles and MapInfo files the companions that lie beside it.
    """
    companions = {
        ".shp": (".shx", ".dbf", ".prj", ".cpg"),
        ".tab": (".dat", ".map", ".id", ".ind"),
        ".mif": (".mid",),
    }.get(path.suffix.lower(), ())
    beside = [f for f in path.parent.iterdir() if f.stem == path.stem and f.suffix.lower() in companions]
    return [path, *sorted(beside)]


def check_shapefile(path: Path, ledger: Ledger) -> None:
    """Look at the headers of a shapefile for what GDAL passes over without a word.

    A cut ``.shp`` gives every row with a null geometry and no error, a cut ``.dbf`` loses its rows.

    Parameters
    ----------
    path : pathlib.Path
        The ``.shp``.
    ledger : Ledger
        Receives ``shp_truncated``, ``shp_part_missing`` and ``shp_parts_disagree``.

    Raises
    ------
    SourceError
        ``shp_truncated`` where not even the header is whole.
    """
    size = path.stat().st_size
    if size < _SHP_HEADER:
        raise SourceError("shp_header_cut", path=str(path), expected=_SHP_HEADER, found=size)
    with path.open("rb") as handle:
        stated = int.from_bytes(handle.read(28)[24:28], "big") * 2
    if stated > size:
        ledger.find("shp_truncated", level="block", expected=stated, found=size)
    parts = {p.suffix.lower(): p for p in source_parts(path)}
    for ending in (".shx", ".dbf", ".prj"):
        if ending not in parts:
            ledger.find("shp_part_missing", level="warn", part=path.stem + ending)
    if ".shx" in parts and ".dbf" in parts:
        shapes = (parts[".shx"].stat().st_size - _SHP_HEADER) // 8
        with parts[".dbf"].open("rb") as handle:
            records = int.from_bytes(handle.read(8)[4:8], "little")
        if shapes != records:
            ledger.find("shp_parts_disagree", level="block", shapes=shapes, records=records)


def zipped_layers(path: Path) -> list[str]:
    """List what a zip holds that we read.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of str
        Names of members with a known ending.

    Raises
    ------
    SourceError
        ``source_unreadable`` if the archive is damaged, ``zip_without_layer`` if it holds nothing we read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            members = archive.namelist()
    except zipfile.BadZipFile as error:
        raise SourceError("source_unreadable", path=str(path), found=str(error)) from error
    if broken:
        raise SourceError("source_unreadable", path=str(path), found=broken)
    known = [m for m in members if FORMATS.get(Path(m).suffix.lower(), "zip") != "zip" and not m.startswith("__MACOSX")]
    if not known:
        raise SourceError("zip_without_layer", path=str(path), found=members[:10], expected=".shp")
    return known
