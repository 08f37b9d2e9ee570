"""Naming a source: FILE[:LAYER], its format, and the files that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layers._bytes import fits, foreign, told_ending
from layers._door import opening
from layers._geodatabase import geodatabase_parts, is_geodatabase
from layers.errors import SourceError

if TYPE_CHECKING:
    from layers.exchange import Exchange

__all__ = ["COMPANIONS", "FORMATS", "Source", "format_of", "parse_source", "source_parts", "true_ending"]

#: file ending -> format; the format decides which door reads it
FORMATS: Final = {
    ".shp": "ESRI Shapefile",
    ".zip": "zip",
    ".gpkg": "GPKG",
    ".gdb": "OpenFileGDB",
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
    ".docx": "table",
}
#: ending -> endings of the files that lie beside it and belong to it
COMPANIONS: Final = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".gml": (".xsd",),
}


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
    read_as : str, optional
        Treatment of the raw coordinates (:mod:`layers.treatment`), decided after a verdict; it counts
        whatever the file says.
    close_m : float
        Of a drawing, the widest gap between the ends of a line that is closed to an area.
    exchanges : tuple of Exchange
        Of a table of boundary coordinates, corners that take each other's place.
    """

    path: Path
    layer: str | None = None
    where: tuple[str, tuple[str, ...]] | None = None
    assume_crs: str | None = None
    read_as: str | None = None
    close_m: float = 0.0
    exchanges: tuple[Exchange, ...] = ()

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
    """Decide the format of a file by its bytes, and refuse what is none of ours.

    GDAL itself looks at the content only, and would follow a file of another format, such as a virtual
    one that points at other files, under any name. Here the first bytes must fit the ending, or else
    leave no doubt that they are another format of ours.

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
        ``format_unknown``, ``format_unsupported``, ``dwg_unsupported``, ``dgn8_unsupported`` or
        ``format_mismatch``.
    """
    return FORMATS[true_ending(path)]


def true_ending(path: Path) -> str:
    """Return the ending that a file has, or the one that its bytes say it should have.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    str
        A key of :data:`FORMATS`.

    Raises
    ------
    SourceError
        As :func:`format_of`.
    """
    with opening(path):
        if not path.exists():
            raise SourceError("source_missing", path=str(path))
        if is_geodatabase(path):
            return ".gdb"
        if path.is_dir():
            raise SourceError("source_is_folder", path=str(path))
        if path.stat().st_size == 0:
            raise SourceError("source_empty", path=str(path))
        with path.open("rb") as handle:
            head = handle.read(8192)
    ending = path.suffix.lower()
    if found := foreign(head, ending):
        code, name = found  # what no free reader opens well gets an error that says how to save it
        raise SourceError(code, path=str(path), found=name, expected="DXF, DGN v7, XLSX")
    if ending in FORMATS and fits(head, ending):
        return ending
    told = None if ending == ".shp" else told_ending(head)
    if told is not None and told in FORMATS:
        return told
    if ending not in FORMATS:
        raise SourceError("format_unknown", path=str(path), found=path.suffix, expected=sorted(FORMATS))
    raise SourceError("format_mismatch", path=str(path), format=FORMATS[ending], found=head[:8].hex(" "))


def source_parts(path: Path) -> list[Path]:
    """List the files that make up a source.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    list of pathlib.Path
        The file, and the companions that lie beside it: of shapefiles, MapInfo and GML files, and of a
        GeoPackage the changes that are not yet in the file itself (``-wal``). The tables in the folder of a
        file geodatabase.

    Raises
    ------
    SourceError
        ``source_unreadable`` where the folder can't be listed; ``folder_unsafe`` for a geodatabase with
        links in it.
    """
    companions = COMPANIONS.get(path.suffix.lower(), ())
    with opening(path):
        if is_geodatabase(path):
            return geodatabase_parts(path)
        beside = [
            f
            for f in path.parent.iterdir()
            if ((f.stem == path.stem and f.suffix.lower() in companions) or f.name == f"{path.name}-wal")
            and f.is_file()
        ]
    return [path, *sorted(beside)]
