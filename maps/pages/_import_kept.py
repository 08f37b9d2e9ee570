"""What a session worked out of the files it is bringing in: made once, never seen by another session."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, TypeVar

import geopandas as gpd
import shapely
import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

__all__ = ["digest_of", "forget_kept", "kept"]

_SHELVES: Final = "import-kept"
#: a reading may be a million rows: few are held, enough to go back to the kind or the reading before
_MOST: Final = 3
#: of one shelf; what is worked out last is held whatever it weighs
_MOST_BYTES: Final = 400_000_000
_POINT_BYTES: Final = 16
_SHAPE_BYTES: Final = 200
_Value = TypeVar("_Value")


def kept(what: str, key: Hashable, make: Callable[[], _Value], *, most: int = _MOST) -> _Value:
    """Take what was worked out before in this session, or work it out and hold it.

    Files that are brought in belong to the reader alone, so nothing of them stands on the shelf that all
    sessions share.

    Parameters
    ----------
    what : str
        ``reading``, ``verdict``, ...; each has a shelf of its own.
    key : hashable
        The hash of the files and every question that the value depends on.
    make : callable
        An error it raises is not held: the next click tries again.
    most : int
        How many values are held, as long as they aren't too large together; the one unused longest leaves.

    Returns
    -------
    object
        Never to be changed.
    """
    shelf: OrderedDict[Hashable, tuple[Any, int]] = st.session_state.setdefault(_SHELVES, {}).setdefault(
        what, OrderedDict()
    )
    if key not in shelf:
        made = make()
        shelf[key] = (made, _weight(made))
    shelf.move_to_end(key)
    while len(shelf) > most or (len(shelf) > 1 and sum(w for _, w in shelf.values()) > _MOST_BYTES):
        shelf.popitem(last=False)
    value: _Value = shelf[key][0]
    return value


def _weight(value: Any) -> int:
    """Bytes of the tables in a value, roughly."""
    if isinstance(value, gpd.GeoDataFrame):
        bytes_ = int(value.memory_usage().sum()) + _SHAPE_BYTES * len(value)
        shapes = value[[c for c, kind in value.dtypes.items() if str(kind) == "geometry"]]
        return bytes_ + sum(
            _POINT_BYTES * int(shapely.get_num_coordinates(shapes[c].to_numpy()).sum()) for c in shapes
        )
    if isinstance(value, tuple):
        return sum(map(_weight, value))
    inner = getattr(value, "layer", getattr(value, "frame", None))
    return _weight(inner) if inner is not None and not isinstance(inner, str) else 0


def forget_kept() -> None:
    """Let go of everything that was worked out: no file is being brought in any more."""
    st.session_state.pop(_SHELVES, None)


def digest_of(files: Mapping[str, bytes | memoryview]) -> str:
    """Name a set of files by what is in them.

    Parameters
    ----------
    files : mapping of str to bytes
        Name to content.

    Returns
    -------
    str
        SHA-256, hexadecimal: the same names with the same bytes, in any order.

    Examples
    --------
    >>> digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"}) != digest_of({"a": b"12"})
    True
    """
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(hashlib.sha256(name.encode()).digest())
        whole.update(hashlib.sha256(files[name]).digest())
    return whole.hexdigest()
