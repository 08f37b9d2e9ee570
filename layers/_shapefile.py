"""What the parts of a shapefile say of themselves; GDAL passes over most of it without a word.

A cut ``.shp`` gives rows without geometry and no error, a ``.shx`` that points elsewhere gives the
geometry of another row, rows deleted in the ``.dbf`` shift the numbers of all that follow.
"""

from __future__ import annotations

import codecs
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from layers._unpack import link
from layers.errors import SourceError
from layers.source import source_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.findings import Ledger

_HEADER: Final = 100
_DBF_HEADER: Final = 32
_SAMPLE: Final = 4 << 20


@dataclass(frozen=True)
class Shapefile:
    """What was learnt of a shapefile before GDAL opens it.

    Parameters
    ----------
    path : str
        File for GDAL to open: the one given, or a copy with a new index.
    records : int or None
        Rows that the table holds, deleted ones too; ``None`` without a table.
    cut : numpy.ndarray of int
        Positions, from 0, of records that reach beyond the end of the ``.shp``.
    encoding : str or None
        What GDAL would not do right: ``"UTF-8"`` where no ``.cpg`` says so but the text does, and
        ``"cp1258"``, of which GDAL swallows last letters, waiting for an accent to follow.
    """

    path: str
    records: int | None
    cut: NDArray[np.int64]
    encoding: str | None


@contextmanager
def opened_shapefile(path: Path, ledger: Ledger) -> Iterator[Shapefile]:
    """Check the parts of a shapefile and give what GDAL can open; the user's folder stays as it was.

    Enters ``shp_truncated``, ``shp_part_missing``, ``shp_parts_disagree`` and ``shx_restored``; raises
    ``shp_part_cut`` where a part is too short to be read at all.
    """
    parts = {part.suffix.lower(): part for part in source_parts(path)}
    _check_length(path, ledger)
    for ending in (".shx", ".dbf", ".prj"):
        if ending not in parts:
            ledger.find("shp_part_missing", level="warn", part=path.stem + ending)
    table = parts.get(".dbf")
    records = _count_records(table) if table else None
    index = _read_index(path, parts[".shx"]) if ".shx" in parts else None
    sound = index is not None
    index = index if index is not None else _scan(path)
    if records is not None and records != len(index):
        ledger.find("shp_parts_disagree", level="block", shapes=len(index), records=records)
    ends = index[:, 0] * 2 + 8 + index[:, 1] * 2
    cut = np.flatnonzero(ends > path.stat().st_size)
    encoding = _encoding(table, parts.get(".cpg")) if table else None
    if sound:
        yield Shapefile(str(path), records, cut, encoding)
        return
    ledger.find("shx_restored", level="warn", part=path.stem + ".shx", shapes=len(index))
    with tempfile.TemporaryDirectory() as folder:
        for part in parts.values():
            if part.suffix.lower() != ".shx":
                link(part, Path(folder) / (path.stem + part.suffix.lower()))
        _write_index(path, index, Path(folder) / (path.stem + ".shx"))
        yield Shapefile(str(Path(folder) / (path.stem + ".shp")), records, cut, encoding)


def _check_length(path: Path, ledger: Ledger) -> None:
    size = path.stat().st_size
    if size < _HEADER:
        raise SourceError("shp_part_cut", path=str(path), part=path.name, expected=_HEADER, found=size)
    with path.open("rb") as handle:
        stated = int.from_bytes(handle.read(28)[24:28], "big") * 2
    if stated > size:
        ledger.find("shp_truncated", level="block", part=path.name, expected=stated, found=size)


def _count_records(table: Path) -> int:
    """Return the number of records the table states, having seen that it is long enough to hold them."""
    size = table.stat().st_size
    with table.open("rb") as handle:
        head = handle.read(_DBF_HEADER)
    records = int.from_bytes(head[4:8], "little")
    expected = int.from_bytes(head[8:10], "little") + records * int.from_bytes(head[10:12], "little")
    if len(head) < _DBF_HEADER or size < expected:
        expected = max(expected, _DBF_HEADER)
        raise SourceError("shp_part_cut", path=str(table), part=table.name, expected=expected, found=size)
    return records


def _read_index(path: Path, shx: Path) -> NDArray[np.int64] | None:
    """Offset and length of every record, in words of two bytes; ``None`` where the index can't be right."""
    raw = shx.read_bytes()
    stated = int.from_bytes(raw[24:28], "big") * 2
    if len(raw) < _HEADER or len(raw) < stated or (len(raw) - _HEADER) % 8:
        return None
    index = np.frombuffer(raw[_HEADER:], dtype=">i4").reshape(-1, 2).astype(np.int64)
    heads = np.memmap(path, dtype=np.uint8, mode="r")
    whole = index[:, 0] * 2 + 8 <= len(heads)
    if (index < 0).any():
        return None
    at = index[whole, 0] * 2
    bytes_of = heads[at[:, None] + np.arange(8)].reshape(-1, 8)
    said = np.ascontiguousarray(bytes_of).view(">i4").astype(np.int64)
    right = (said[:, 0] == np.flatnonzero(whole) + 1) & (said[:, 1] == index[whole, 1])
    truncated = int.from_bytes(heads[24:28].tobytes(), "big") * 2 > len(heads)
    return index if right.all() and (truncated or whole.all()) else None


def _scan(path: Path) -> NDArray[np.int64]:
    """Find the records of a ``.shp`` one after the other."""
    heads = np.memmap(path, dtype=np.uint8, mode="r")
    found: list[tuple[int, int]] = []
    at = _HEADER
    while at + 8 <= len(heads):
        length = int.from_bytes(heads[at + 4 : at + 8].tobytes(), "big", signed=True)
        if length < 2:  # noqa: PLR2004 - a null shape, the shortest record, has two words
            break
        found.append((at // 2, length))
        at += 8 + length * 2
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _write_index(path: Path, index: NDArray[np.int64], place: Path) -> None:
    with path.open("rb") as handle:
        head = bytearray(handle.read(_HEADER))
    head[24:28] = ((_HEADER + 8 * len(index)) // 2).to_bytes(4, "big")
    with place.open("wb") as handle:
        handle.write(head)
        handle.write(index.astype(">i4").tobytes())


def _encoding(table: Path, cpg: Path | None) -> str | None:
    name = cpg.read_bytes()[:64].decode("latin-1").strip() if cpg is not None else ""
    if "1258" in name:
        return "cp1258"
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):  # no name of an encoding: the text itself must tell
        return "UTF-8" if _is_utf8(table) else None
    return None


def _is_utf8(table: Path) -> bool:
    """GDAL reads a table without ``.cpg`` as Latin-1; text that is UTF-8 beyond ASCII is UTF-8."""
    with table.open("rb") as handle:
        raw = handle.read(_SAMPLE)
    body = raw[int.from_bytes(raw[8:10], "little") :]
    if body.isascii():
        return False
    # a field cut at its byte limit ends in half a letter, which must not decide
    broken = body.decode("utf-8", errors="replace").count("\ufffd")
    beyond = int((np.frombuffer(body, dtype=np.uint8) > 127).sum())  # noqa: PLR2004 - ASCII ends there
    return broken * 50 < beyond
