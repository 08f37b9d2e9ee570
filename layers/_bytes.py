"""What a file is, told by its bytes: an ending is only what somebody called it."""

from __future__ import annotations

import re
from typing import Final

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
    ".docx": (b"pk\x03\x04",),
    ".gdb": (),  # a folder, never a file
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
_OLE: Final = b"\xd0\xcf\x11\xe0"
#: versions of AutoCAD by the first six bytes of a DWG file
_DWG: Final = {
    b"ac1012": "R13",
    b"ac1014": "R14",
    b"ac1015": "2000",
    b"ac1018": "2004",
    b"ac1021": "2007",
    b"ac1024": "2010",
    b"ac1027": "2013",
    b"ac1032": "2018",
}
#: what content alone tells, in this order
_TOLD: Final = (
    (".shp", rb"\x00\x00\x27\x0a"),
    (".gpkg", rb"sqlite format 3\x00"),
    (".fgb", rb"fgb[\x00-\x03]fgb"),
    (".parquet", rb"par1"),
    (".kmz", rb"pk\x03\x04.{26}(?:[^/]*/)?[^/]*\.kml"),
    (".xlsx", rb"pk\x03\x04.{26}.*?xl/(?:workbook|worksheets)"),
    (".docx", rb"pk\x03\x04.{26}.*?word/(?:document|_rels)"),
    (".zip", rb"pk\x03\x04.{26}|pk\x05\x06.{18}"),
    (".pbf", rb"\x00\x00\x00.{1,3}\x09osmheader"),
    (".dgn", rb"[\x08\xc8][\x05\x09](?:\x17\x00|\xfe\x02)"),
    (".tab", rb"!table\s"),
    (".mif", rb"version\s+\d+\s.*?(?:charset|columns|delimiter)"),
    (".dxf", rb"(?:\s*999\s*\n[^\n]*\n)*\s*0\s*\n\s*section"),
    (".kml", rb"(?:<[?!][^>]*>\s*)*<(?:kml:)?kml[\s>]"),
    (".osm", rb"(?:<[?!][^>]*>\s*)*<osm[\s>]"),
    (".gml", rb"(?:<[?!][^>]*>\s*)*<[^>]*(?:opengis\.net/gml|featurecollection)"),
    (".geojson", rb"\x1e?\s*\{.*?\"(?:features|coordinates|geometry)\"\s*:"),
)


def foreign(head: bytes, ending: str) -> tuple[str, str] | None:
    """Name a format that nothing free reads well enough: the code of the error, and what the file is.

    A DWG tells its version. A file of compound storage is a DGN of version 8 or an old workbook.
    """
    low = head[:6].lower()
    if low[:4] == b"ac10":
        return "dwg_unsupported", f"DWG {_DWG.get(low, '')}".strip()
    if head[:4] != _OLE:
        return None
    if ending == ".dgn" or "Dgn".encode("utf-16-le") in head:
        return "dgn8_unsupported", "DGN v8"
    return "format_unsupported", "XLS"


def fits(head: bytes, ending: str) -> bool:
    """Say whether a file that begins so can be what its ending says."""
    head = head.lower()
    if ending in _BINARY:
        return head.startswith(_BINARY[ending])
    text = _as_text(head)
    if is_pointer(text):
        return False
    if ending in _TEXT:
        return text.startswith(_TEXT[ending])
    return not text.startswith((b"<", b"{", b"pk\x03\x04"))


def is_pointer(head: bytes) -> bool:
    """Say whether a file would make GDAL open another one."""
    text = _as_text(head.lower())
    return any(pointer in text for pointer in _POINTERS)


def told_ending(head: bytes) -> str | None:
    """Return the ending that a file should have, where its first bytes leave no doubt."""
    lower = head.lower()
    if is_pointer(lower):
        return None
    plain = _as_text(lower)
    for ending, pattern in _TOLD:
        if re.match(pattern, lower, re.DOTALL) or re.match(pattern, plain, re.DOTALL):
            return ending
    return None


def _as_text(head: bytes) -> bytes:
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"").lstrip()
