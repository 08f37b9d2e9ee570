"""Tables as grids of cells: CSV, TSV, text and XLSX, whatever the separator and the encoding."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import openpyxl

from layers._docx import docx_tables
from layers._door import opening
from layers._numbers import number, numbers
from layers._told import find_zeros
from layers._unpack import check_archive
from layers.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from layers.findings import Ledger

NORTH: Final = (9e5, 2.7e6)
EAST: Final = (1e5, 9e5)
_LARGEST: Final = 64 << 20
_SAMPLE: Final = 500
_LONGEST_LINE: Final = 1_000_000
_SEPARATORS: Final = (";", "\t", ",", "|", " ")


@dataclass(frozen=True)
class Grid:
    """Rows of a table that hold anything, all of one width.

    Parameters
    ----------
    rows : list of list
        Cells; an empty one is ``""``.
    lines : list of int
        Number of each row in the file, from 1.
    widths : list of int
        Cells each row had in the file.
    separator : str
        Mark between cells, empty for a workbook.
    """

    rows: list[list[Any]]
    lines: list[int]
    widths: list[int]
    separator: str = ""

    def column(self, at: int) -> list[Any]:
        """Cells of a column."""
        return [row[at] for row in self.rows]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0


def load_grid(path: Path, ledger: Ledger) -> Grid:
    """Read the cells of a table.

    Of a workbook the first sheet with coordinates is taken; of the separators the one that yields them.

    Raises
    ------
    SourceError
        ``source_unreadable``, ``table_too_large`` or ``table_line_too_long``.
    """
    if path.stat().st_size > _LARGEST:
        raise SourceError("table_too_large", path=str(path), found=path.stat().st_size, expected=_LARGEST)
    if path.suffix.lower() == ".xlsx":
        return _sheet(path, ledger)
    if path.suffix.lower() == ".docx":
        tables = docx_tables(path)
        return _first({str(n): _grid(dict(enumerate(t, 1))) for n, t in enumerate(tables, 1)}, ledger)
    find_zeros(path, ledger)
    text = _decoded(path.read_bytes())
    _refuse_endless(text, path)
    grids = [_split(text, separator) for separator in _SEPARATORS if separator in text]
    return max(grids, key=_score, default=_split(text, ","))


def _sheet(path: Path, ledger: Ledger) -> Grid:
    with opening(path), zipfile.ZipFile(path) as archive:
        check_archive(archive, path)
    with opening(path):
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            grids = {
                sheet.title: _grid(dict(enumerate(map(list, sheet.iter_rows(values_only=True)), 1)))
                for sheet in book.worksheets
            }
        finally:
            book.close()
    return _first(grids, ledger)


def _first(grids: dict[str, Grid], ledger: Ledger) -> Grid:
    """Take the first sheet or table that holds coordinates, and name the others."""
    found = [name for name, grid in grids.items() if _score(grid)]
    if len(found) > 1:
        ledger.find("sheets_passed_over", level="warn", found=found[1:], expected=found[0])
    return grids[found[0]] if found else next(iter(grids.values()), Grid([], [], []))


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # "Unicode text" of Excel
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1258", "replace")


def _refuse_endless(text: str, path: Path) -> None:
    """Refuse a line no table has: it would be taken apart once for each mark between cells."""
    for at, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE:
            told = {"line": at, "found": len(line), "expected": _LONGEST_LINE}
            raise SourceError("table_line_too_long", path=str(path), **told)


def _split(text: str, separator: str) -> Grid:
    lines = text.replace("\0", "").splitlines()
    if separator == " ":
        return _grid({i: line.split() for i, line in enumerate(lines, 1)}, separator)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    rows: dict[int, list[Any]] = {}
    try:
        for row in reader:
            rows[reader.line_num] = list(row)
        return _grid(rows, separator)
    except csv.Error:
        return _grid({i: line.split(separator) for i, line in enumerate(lines, 1)}, separator)


def _grid(rows: dict[int, list[Any]], separator: str = "") -> Grid:
    """Keep the rows that hold anything, all filled up to one width."""
    clean = {line: ["" if cell is None else cell for cell in row] for line, row in rows.items()}
    ends = {line: [j + 1 for j, cell in enumerate(row) if str(cell).strip()] for line, row in clean.items()}
    kept = [line for line, filled in ends.items() if filled]
    width = max((ends[line][-1] for line in kept), default=0)
    body = [(clean[line] + [""] * width)[:width] for line in kept]
    return Grid(body, kept, [ends[line][-1] for line in kept], separator)


def _score(grid: Grid) -> int:
    """Rows, among the first, that hold a northing and an easting."""
    return sum(_has_point(row) for row in grid.rows[:_SAMPLE])


def _has_point(row: list[Any]) -> bool:
    values = [v for cell in row for v in (number(cell), numbers([cell], grouped=True)[0]) if v is not None]
    return any(NORTH[0] <= v <= NORTH[1] for v in values) and any(EAST[0] <= v <= EAST[1] for v in values)
