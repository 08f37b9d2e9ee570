"""A workspace that somebody sent: nothing in it may lead out of its folder, or run as code.

A name of a file that leads elsewhere, a folder that is a link, a view where a table is expected: an office
makes none of them, and each would read, write or remove what lies outside.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from layers.causes import Cause
from layers.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST: Final = 2**53
_LONGEST_NAME: Final = 255
_HASH: Final = re.compile(r"[0-9a-f]{64}")
#: what a saver writes into; SQLite writes beside its own file
_INSIDE: Final = ("versions", "kept", "coordinates", "answers", "rasters")
#: of these, whose files nothing else vouches for, and how deep they lie
_DEEP: Final = {"kept": 2, "coordinates": 2, "answers": 1, "rasters": 2}
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_CODE: Final = (
    "select name from sqlite_schema where type in ('view', 'trigger') or sql like 'create virtual%' limit 1"
)


def refuse_links(folder: Path, catalogue: str) -> None:
    """Refuse a workspace that a link leads out of.

    Raises
    ------
    StoreError
        ``workspace_damaged``.
    """
    names = [*_INSIDE, *(f"{catalogue}{ending}" for ending in _BESIDE)]
    out = any((folder / name).is_symlink() for name in names)
    if out or any(_holds_link(folder / name, deep) for name, deep in _DEEP.items()):
        raise StoreError("workspace_damaged", path=str(folder), found=Cause("zip_links"))


def _holds_link(folder: Path | str, deep: int) -> bool:
    try:
        with os.scandir(folder) as found:
            parts = list(found)
    except OSError:  # not there, or gone meanwhile
        return False
    if any(part.is_symlink() for part in parts):
        return True
    return deep > 1 and any(_holds_link(part.path, deep - 1) for part in parts if part.is_dir())


def refuse_code(base: sqlite3.Connection) -> None:
    """Refuse a catalogue with views, triggers or virtual tables: they run when a table is read or written.

    Raises
    ------
    sqlite3.DatabaseError
    """
    base.execute("pragma trusted_schema = off")
    found = base.execute(_CODE).fetchone()
    if found is not None:
        raise sqlite3.DatabaseError(f"sqlite_schema: {str(found[0])[:40]!r}")


def require_sound(*, version: Any, rows: Any, file: Any, sha256: Any) -> None:
    """Refuse a row of the catalogue that no saver wrote.

    Raises
    ------
    ValueError
    """
    numbers = {"version": version, "rows": rows}
    for name, value in numbers.items():
        if not isinstance(value, int) or not 0 <= value < _LARGEST:
            raise ValueError(f"versions.{name} = {str(value)[:40]!r}")
    if not isinstance(file, str) or not _is_plain(file):
        raise ValueError(f"versions.file = {str(file)[:40]!r}")
    if not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
        raise ValueError(f"versions.sha256 = {str(sha256)[:40]!r}")


def _is_plain(name: str) -> bool:
    plain = PurePath(name).name == name and name not in ("", ".", "..") and name.isprintable()
    return plain and "\\" not in name and len(name) <= _LONGEST_NAME


def is_plain_file(path: Path) -> bool:
    """Say whether a path is a file: no link, whose target may be anywhere, and no pipe, which never ends."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def version_path(folder: Path, file: str) -> Path:
    """Give the file of a version.

    Raises
    ------
    OSError
        It is none: a link, a pipe, a folder, or missing.
    """
    path = folder / "versions" / file
    if not is_plain_file(path):
        raise FileNotFoundError(2, "no plain file", file)
    return path
