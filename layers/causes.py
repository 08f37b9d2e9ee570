"""Why a file could not be read or written, by name."""

from __future__ import annotations

import errno
import re
from json import JSONDecodeError
from typing import Final

__all__ = ["Cause", "cause_of"]

_LONGEST: Final = 400
_ERRNO: Final = {
    errno.ENOENT: "not_there",
    errno.ENOTDIR: "folder_missing",
    errno.EISDIR: "is_folder",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
    errno.EROFS: "no_permission",
    errno.ENOSPC: "disk_full",
    errno.EBUSY: "in_use",
    errno.ENAMETOOLONG: "name_unusable",
    errno.EINVAL: "name_unusable",
    errno.EIO: "disk_broken",
}
_KINDS: Final[dict[type[BaseException], str]] = {
    MemoryError: "memory",
    UnicodeDecodeError: "not_utf8",
    JSONDecodeError: "not_json",
    RecursionError: "content_damaged",
}
# what GDAL, SQLite and Arrow say of the same things; anything else is shown as they say it
_SAID: Final = (
    (r"not recognized as being in a supported file format", "format_not_recognised"),
    (r"no such file or directory", "not_there"),
    (r"permission denied|readonly database|read-only file system", "no_permission"),
    (r"no space left|disk is full", "disk_full"),
    (r"database is locked", "in_use"),
    (r"unable to open database file", "not_openable"),
    (r"no columns to parse from file", "table_empty"),
    (r"error tokenizing data", "table_ragged"),
    (r"^error occurred in \S+filegdb", "content_damaged"),
    (r"file is not a database|disk image is malformed|magic bytes", "content_damaged"),
)


class Cause(str):
    """Why the system or a library refused, as a name that the locale files know (``cause.<name>``).

    Examples
    --------
    >>> cause_of(FileNotFoundError(2, "No such file or directory")), cause_of(ValueError("odd"))
    ('not_there', 'odd')
    """

    __slots__ = ()


def cause_of(error: BaseException) -> str:
    """Name the cause of a failure.

    Parameters
    ----------
    error : BaseException
        Of the system, or of a library.

    Returns
    -------
    str
        A :class:`Cause` where the cause is a known one, else the first line of what was said.
    """
    for kind, name in _KINDS.items():
        if isinstance(error, kind):
            return Cause(name)
    number = error.errno if isinstance(error, OSError) else None
    if number in _ERRNO:
        return Cause(_ERRNO[number])
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    named = (Cause(name) for said, name in _SAID if re.search(said, text, re.IGNORECASE))
    return next(named, text[:_LONGEST])
