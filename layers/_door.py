"""The frame of the door: whatever a damaged file makes a library raise leaves here as one of our errors."""

from __future__ import annotations

import re
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from layers.causes import Cause, cause_of
from layers.errors import SourceError, ThoCongError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LONGEST: Final = 240
_HEARING: Final = threading.RLock()


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
def hearing() -> Iterator[list[str]]:
    """Gather what libraries warn of instead of printing it; one thread at a time.

    Python keeps its warning filters for the whole process: two threads that change them at once can
    leave them changed for good.
    """
    heard: list[str] = []
    with _HEARING, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            yield heard
        finally:
            heard += dict.fromkeys(str(w.message).strip() for w in said if w.category is RuntimeWarning)


@contextmanager
def speaking_of(names: Mapping[Path, str]) -> Iterator[None]:
    """Name the file that the caller gave, where an error names a copy of it or a part unpacked from it.

    `names` gives for each path of ours what the caller knows it by, a file before the folder it lies in.
    """
    try:
        yield
    except SourceError as error:
        fields = {key: _as_known(value, names) for key, value in error.fields.items()}
        raise type(error)(error.code, **fields) from error


def _as_known(value: Any, names: Mapping[Path, str]) -> Any:
    if type(value) is str:
        for path, name in names.items():
            value = value.replace(str(path), name)
    return value


def reason(error: BaseException, path: Path) -> str:
    """Return the cause where it is a known one, else what a library says, without folders."""
    text = cause_of(error)
    if isinstance(text, Cause):
        return text
    text = re.sub(r"^\S+\.(?:cpp|h|c)[,:]\s*\d+:\s*", "", text)
    text = re.sub(rf"[^\s'\"(]*{re.escape(path.name)}", path.name, text)
    text = text.split("; It might help to specify")[0]
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
