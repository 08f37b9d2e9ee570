"""File geodatabases: a folder of tables, as it lies on a disk or in an archive.

Only the tables, indexes and marks that the format knows are taken; whatever else lies in the folder is no
part of it, and a link that leads out of it is refused.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

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
