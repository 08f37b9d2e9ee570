"""File geodatabases: a folder of tables, as it lies on a disk or in an archive.

Only the tables, indexes and marks that the format knows are taken; whatever else lies in the folder is no
part of it, and a link that leads out of it is refused.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pyogrio

from layers.causes import Cause
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: the table of tables, which every geodatabase has
FIRST: Final = "a00000001.gdbtable"
ENDING: Final = ".gdb"
_PART: Final = re.compile(
    r"(?:a[0-9a-f]{8}\.(?:gdbtable|gdbtablx|gdbindexes|freelist|horizon|[^/\\]{1,80}\.(?:atx|spx)|spx|atx)|gdb"
    r"|timestamps)",
    re.IGNORECASE,
)
_MOST: Final = 4_000
_CATALOGUE: Final = "GDB_SystemCatalog"
#: bytes at the start of a table and of its index, and the two versions of them
_HEAD: Final = 16
_OF_32_BITS: Final = 3
_OF_64_BITS: Final = 4


def is_geodatabase(path: Path) -> bool:
    """Say whether a folder holds the table of tables."""
    return path.is_dir() and (path / FIRST).exists()


def geodatabase_parts(path: Path) -> list[Path]:
    """List the files of a geodatabase.

    Raises
    ------
    SourceError
        ``folder_unsafe`` where one of them is a link, or they are more than any office has.
    """
    parts = sorted(f for f in path.iterdir() if _PART.fullmatch(f.name))
    if any(f.is_symlink() or not f.is_file() for f in parts):
        raise SourceError("folder_unsafe", path=str(path), found=Cause("zip_links"))
    if len(parts) > _MOST:
        raise SourceError("folder_unsafe", path=str(path), found=Cause("zip_members"))
    return parts


def geodatabases_in(members: Iterable[str]) -> dict[str, list[str]]:
    """Find the geodatabases among the members of an archive, each with its files.

    The key is the folder as the archive calls it, ``""`` where the tables lie in the archive itself.
    """
    plain = {m: PurePosixPath(m.replace("\\", "/")) for m in members}
    folders = {str(p.parent) for p in plain.values() if p.name.lower() == FIRST}
    return {
        "" if folder == "." else folder: [
            m for m, p in plain.items() if str(p.parent) == folder and _PART.fullmatch(p.name)
        ]
        for folder in sorted(folders)
    }


def stated_rows(path: Path, layer: str) -> int | None:
    """Give the number of rows that the table of a layer states in its head; ``None`` where it states none.

    GDAL takes a table whose head or index is spoilt for one without rows or columns.

    Raises
    ------
    SourceError
        ``source_unreadable`` where the table or its index is not what the format has there.
    """
    tables = pyogrio.read_dataframe(
        path, layer=_CATALOGUE, fid_as_index=True, LIST_ALL_TABLES="YES", read_geometry=False
    )
    numbers = tables.index[tables["Name"] == layer]
    if not len(numbers):
        return None
    table = path / f"a{int(numbers[0]):08x}.gdbtable"
    heads = [_head(part) for part in (table, table.with_suffix(".gdbtablx")) if part.exists()]
    if (
        not heads
        or any(len(head) < _HEAD or head[:4] != heads[0][:4] for head in heads)
        or _is_other(heads[0])
    ):
        raise SourceError("source_unreadable", path=str(path), found=Cause("content_damaged"))
    return int.from_bytes(heads[0][4:8], "little") if heads[0][0] == _OF_32_BITS else None


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(_HEAD)


def _is_other(head: bytes) -> bool:
    return int.from_bytes(head[:4], "little") not in (_OF_32_BITS, _OF_64_BITS)
