"""A bundle: plain values, frames, arrays and named records in one file, whole or not at all.

Nothing in it is code, and nothing of it is run when it is read: a folder of somebody else's may hold
bundles. Frames are Parquet, arrays are of numbers, everything else is JSON; a record is the name of something
that the reader knows, with its fields, and the reader alone decides what is made of it.
"""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from typing import TYPE_CHECKING, Any, Final

from layers._bundle_columns import Unfit
from layers._bundle_reader import Reader
from layers._bundle_writer import Writer
from layers._version_file import sync_folder
from layers._vouched import is_plain_file
from layers.causes import cause_of
from layers.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from layers._bundle_reader import Making
    from layers._bundle_writer import Naming

__all__ = ["BUNDLE_FORM", "Unfit", "bundle_head", "read_bundle", "write_bundle"]

#: of the way bundles are written
BUNDLE_FORM: Final = 1
_HEAD, _VALUES = "head.json", "values.json"
_HEAD_BYTES: Final = 1 << 20


def write_bundle(path: Path, value: Any, *, head: dict[str, Any], naming: Naming, most_bytes: int) -> int:
    """Write a bundle under a temporary name, sync it, give it its name.

    Parameters
    ----------
    path : pathlib.Path
        A file that is there already is replaced; its folder is made.
    value : object
        Plain values, tuples, sets, days, frames, series, arrays of numbers or of geometry, systems, and
        whatever `naming` knows, at any depth. What stands in it twice is written once.
    head : dict
        Plain values that are to be read without the rest.
    naming : callable
        Returns name and fields of an object that is none of these; raises :class:`Unfit`.
    most_bytes : int

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    StoreError
        ``bundle_too_large``; ``save_failed`` where the disk takes none.
    Unfit
        For what no bundle can hold.
    """
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as handle:
            with zipfile.ZipFile(handle, "w") as box:
                box.writestr(_HEAD, _json({**head, "form": BUNDLE_FORM}))
                writer = Writer(box, naming, most_bytes)
                plain = writer.plain(value)
                writer.put(_VALUES, _json(plain))
            handle.flush()
            os.fsync(handle.fileno())
        size = draft.stat().st_size
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError("save_failed", layer=path.name, found=cause_of(error)) from error
    except Unfit:
        raise
    except (TypeError, ValueError, OverflowError) as error:  # a set of all kinds, a text that is none
        raise Unfit(type(error).__name__) from error
    finally:
        draft.unlink(missing_ok=True)
    return size


def bundle_head(path: Path) -> dict[str, Any]:
    """Read what is known of a bundle without reading it.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    dict

    Raises
    ------
    StoreError
        ``bundle_missing`` or ``bundle_damaged``.
    """
    try:
        with _opened(path) as box:
            return _head(box)
    except FileNotFoundError:
        raise StoreError("bundle_missing", file=path.name) from None
    except Exception as error:
        raise StoreError("bundle_damaged", file=path.name, found=cause_of(error)) from error


def read_bundle(path: Path, *, making: Making, most_bytes: int) -> Any:
    """Read a bundle.

    Parameters
    ----------
    path : pathlib.Path
    making : callable
        Takes the name and the fields of a record and returns what is made of it; raises ValueError, TypeError
        or KeyError for what it doesn't know.
    most_bytes : int
        What says that it is larger isn't read.

    Returns
    -------
    object
        Equal to what was written.

    Raises
    ------
    StoreError
        ``bundle_missing`` or ``bundle_damaged``: whatever is wrong with the file.
    """
    try:
        with _opened(path) as box:
            members = box.infolist()
            plainly = all(one.compress_type == zipfile.ZIP_STORED for one in members)
            if not plainly or sum(one.file_size for one in members) > most_bytes + _HEAD_BYTES:
                raise ValueError("size")  # noqa: TRY301 - one of many ways to be damaged
            _head(box)
            return Reader(box, making, most_bytes).value(json.loads(box.read(_VALUES)))
    except FileNotFoundError:
        raise StoreError("bundle_missing", file=path.name) from None
    except Exception as error:  # a damaged file makes Arrow, GEOS and NumPy raise all kinds of errors
        raise StoreError("bundle_damaged", file=path.name, found=cause_of(error)) from error


def _opened(path: Path) -> zipfile.ZipFile:
    """Open a file; what a link leads to was not written here, and a pipe never ends."""
    path.lstat()
    if not is_plain_file(path):
        raise ValueError(path.name)
    return zipfile.ZipFile(path)


def _head(box: zipfile.ZipFile) -> dict[str, Any]:
    if box.getinfo(_HEAD).file_size > _HEAD_BYTES:
        raise ValueError(_HEAD)
    head = json.loads(box.read(_HEAD))
    if not isinstance(head, dict) or head.get("form") != BUNDLE_FORM:
        raise ValueError("form")
    return head


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
