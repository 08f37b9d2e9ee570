"""Tables of a DOCX file as rows of cells, with the lines above them that may name their system."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from layers._door import opening
from layers._unpack import check_archive
from layers.errors import SourceError
from layers.names import fold

if TYPE_CHECKING:
    from pathlib import Path

_DOCUMENT: Final = "word/document.xml"
_LARGEST: Final = 64 << 20
#: lines that say in which system a table is, or how large the land is
_TELLING: Final = re.compile(r"vn ?- ?2000|kinh tuyen|mui chieu|epsg|dien tich|he toa do")


class _Listener:
    """One pass over the text: rows of each table, and the lines between the tables."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables: list[list[list[Any]]] = []
        self.lines: list[str] = []
        self.depth = 0
        self.row: list[str] | None = None
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, name: str, *_ids: object) -> None:
        """Refuse a document type, as in any XML."""
        raise SourceError("xml_with_dtd", path=str(self.path), found=name[:40])

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """Begin a table, a row or a cell; a table within a cell is text of the cell."""
        name = tag.rpartition(" ")[2]
        if name == "tbl":
            self.depth += 1
            if self.depth == 1:
                self.tables.append([[line] for line in self.lines])
                self.lines = []
        elif self.depth == 1 and name == "tr":
            self.row = []
        elif (self.depth == 1 and name == "tc") or (self.depth == 0 and name == "p"):
            self.text.clear()
        elif name == "tab":
            self.text.append(" ")

    def end(self, tag: str) -> None:
        """End what was begun."""
        name = tag.rpartition(" ")[2]
        if name == "tbl":
            self.depth -= 1
        elif self.depth == 1 and name == "tc" and self.row is not None:
            self.row.append(" ".join("".join(self.text).split()))
        elif self.depth == 1 and name == "tr" and self.row is not None:
            self.tables[-1].append(list(self.row))
            self.row = None
        elif self.depth == 0 and name == "p":
            self._line("".join(self.text))
        elif name == "p":
            self.text.append(" ")

    def _line(self, text: str) -> None:
        line = " ".join(text.split())
        if not _TELLING.search(fold(line)):
            return
        if self.tables and "dien tich" in fold(line):
            self.tables[-1].append([line])  # under a table it speaks of that table
        else:
            self.lines.append(line)


def docx_tables(path: Path) -> list[list[list[Any]]]:
    """Read the tables of a document.

    Raises
    ------
    SourceError
        ``source_unreadable``, ``zip_unsafe`` or ``xml_with_dtd``.
    """
    listener = _Listener(path)
    with opening(path), zipfile.ZipFile(path) as archive:
        check_archive(archive, path)
        if archive.getinfo(_DOCUMENT).file_size > _LARGEST:
            found = archive.getinfo(_DOCUMENT).file_size
            raise SourceError("table_too_large", path=str(path), found=found, expected=_LARGEST)
        with archive.open(_DOCUMENT) as handle:
            listener.parser.ParseFile(handle)
    return listener.tables
