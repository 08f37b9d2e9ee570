"""Naming a source: FILE[:LAYER], its format, and the files that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers._door import opening
from layers.errors import SourceError

__all__ = ["COMPANIONS", "FORMATS", "Source", "format_of", "parse_source", "source_parts"]

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
#: ending -> endings of the files that lie beside it and belong to it
COMPANIONS: Final = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".gml": (".xsd",),
}
# what a file of the ending begins with, in lower case; a text may have a byte-order mark before it
_BINARY: Final = {
    ".shp": (b"\x00\x00\x27\x0a",),
    ".gpkg": (b"sqlite format 3\x00",),
    ".fgb": (b"fgb",),
    ".parquet": (b"par1",),
    ".geoparquet": (b"par1",),
    ".zip": (b"pk\x03\x04", b"pk\x05\x06"),
    ".kmz": (b"pk\x03\x04",),
    ".xlsx": (b"pk\x03\x04",),
}
_TEXT: Final = {
    ".geojson": (b"{", b"[", b"\x1e"),
    ".json": (b"{", b"[", b"\x1e"),
    ".kml": (b"<",),
    ".gml": (b"<",),
    ".osm": (b"<",),
    ".tab": (b"!table",),
    ".mif": (b"version",),
}
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# files that make GDAL open other files or addresses, whatever they are called
_POINTERS: Final = (b"<ogrvrt", b"<vrtdataset", b"<ogrwfs", b"<ogroapif", b"<gdal_", b"gdal_streamed_alg")
_FOREIGN: Final = {b"ac10": "DWG", b"\xd0\xcf\x11\xe0": "DGN v8, XLS"}


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
    found = re.fullmatch(r"((?:[A-Za-z]:(?=[\\/]))?[^:]+):(.+)", text, re.DOTALL)
    try:
        if text and Path(text).exists():
            return Source(Path(text))
        if found and Path(found.group(1)).exists():
            return Source(Path(found.group(1)), found.group(2))
    except (OSError, ValueError) as error:  # a name that no file can have: too long, or with a zero byte
        raise SourceError("source_missing", path=text[:200]) from error
    raise SourceError("source_missing", path=found.group(1) if found else text)


def format_of(path: Path) -> str:
    """Decide the format of a file by its ending, and refuse what can't be that format.

    The first bytes must fit the ending: GDAL itself looks at the content only, and would follow a file
    of another format, such as a virtual one that points at other files, under any name.

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
        ``source_missing``, ``source_is_folder``, ``source_empty``, ``source_unreadable``,
        ``format_unknown``, ``format_unsupported`` or ``format_mismatch``.
    """
    with opening(path):
        if not path.exists():
            raise SourceError("source_missing", path=str(path))
        if path.is_dir():
            raise SourceError("source_is_folder", path=str(path))
        if path.stat().st_size == 0:
            raise SourceError("source_empty", path=str(path))
        with path.open("rb") as handle:
            head = handle.read(8192)
    _refuse_foreign(path, head)
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise SourceError("format_unknown", path=str(path), found=path.suffix, expected=sorted(FORMATS))
    _check_first_bytes(path, head, name)
    return name


def _refuse_foreign(path: Path, head: bytes) -> None:
    """CAD files that no free reader opens get an error that says what to save them as."""
    for magic, found in _FOREIGN.items():
        if head[: len(magic)].lower() == magic:
            raise SourceError("format_unsupported", path=str(path), found=found, expected="DXF, DGN v7, XLSX")


def _check_first_bytes(path: Path, head: bytes, name: str) -> None:
    ending = path.suffix.lower()
    if not _fits(head.lower(), ending):
        raise SourceError("format_mismatch", path=str(path), format=name, found=head[:8].hex(" "))


def _fits(head: bytes, ending: str) -> bool:
    if ending in _BINARY:
        return head.startswith(_BINARY[ending])
    for mark in _MARKS:
        head = head.removeprefix(mark)
    text = head.replace(b"\x00", b"").lstrip()
    if any(pointer in text for pointer in _POINTERS):
        return False
    if ending in _TEXT:
        return text.startswith(_TEXT[ending])
    return not text.startswith((b"<", b"{", b"pk\x03\x04"))


def source_parts(path: Path) -> list[Path]:
    """List the files that make up a source.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of pathlib.Path
        The file, and the companions that lie beside it: of shapefiles, MapInfo and GML files, and of a
        GeoPackage the changes that are not yet in the file itself (``-wal``).

    Raises
    ------
    SourceError
        ``source_unreadable`` where the folder can't be listed.
    """
    companions = COMPANIONS.get(path.suffix.lower(), ())
    with opening(path):
        beside = [
            f
            for f in path.parent.iterdir()
            if ((f.stem == path.stem and f.suffix.lower() in companions) or f.name == f"{path.name}-wal")
            and f.is_file()
        ]
    return [path, *sorted(beside)]
