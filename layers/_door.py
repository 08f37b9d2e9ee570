"""The frame of the door: whatever a damaged file makes a library raise leaves here as one of our errors."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from layers.errors import SourceError, ThoCongError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST: Final = 240


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Turn every failure of a library on a file into ``source_unreadable``.

    Only calls into libraries belong inside: a damaged file has been seen to raise GDAL, Arrow, GEOS, zlib,
    Unicode, index, type, system and memory errors, and no list of them is ever complete.
    """
    try:
        yield
    except ThoCongError:
        raise
    except Exception as error:
        raise SourceError("source_unreadable", path=str(path), found=reason(error, path)) from error


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Name the file that the caller gave, where an error names a copy of it or a part unpacked from it."""
    try:
        yield
    except SourceError as error:
        fields = error.fields | ({"path": str(path)} if "path" in error.fields else {})
        raise type(error)(error.code, **fields) from error


def reason(error: BaseException, path: Path) -> str:
    """Return the first line of what a library says, without folders of its own or of ours."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    text = re.sub(r"^\S+\.(?:cpp|h|c)[,:]\s*\d+:\s*", "", text)
    text = re.sub(rf"[^\s'\"(]*{re.escape(path.name)}", path.name, text)
    text = text.split("; It might help to specify")[0]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
