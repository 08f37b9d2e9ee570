"""Answers, and what is worked out from them, kept once a process; keys are frozen questions, never frames."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["on_shelf", "put_on_shelf", "shelved"]

_LOCK = Lock()
_MOST = 16
_SHELVES: dict[str, OrderedDict[Hashable, Any]] = {}
_Value = TypeVar("_Value")


def shelved(shelf: str, key: Hashable, make: Callable[[], _Value], *, most: int = _MOST) -> _Value:
    """Take a value from its shelf, or make it and put it there; the one unused longest leaves.

    Streamlit's own cache would replay the progress bar at every hit, and hashes a frame by a sample of its
    rows; this is a plain shelf under a key that tells every question from every other.

    Parameters
    ----------
    shelf : str
        What kind of value, ``conflict`` or ``conflict-land``; each kind has a shelf of its own.
    key : hashable
        A frozen question, with whatever else the value depends on.
    make : callable
    most : int
        How many values the shelf holds.

    Returns
    -------
    object
        Shared by all sessions: never to be changed.
    """
    found, value = on_shelf(shelf, key)
    if not found:
        value = make()
        put_on_shelf(shelf, key, value, most=most)
    made: _Value = value
    return made


def on_shelf(shelf: str, key: Hashable) -> tuple[bool, Any]:
    """Look whether a value stands on its shelf.

    Parameters
    ----------
    shelf : str
    key : hashable

    Returns
    -------
    bool
    object
        The value; None where it isn't there.
    """
    with _LOCK:
        kept = _SHELVES.setdefault(shelf, OrderedDict())
        if key not in kept:
            return False, None
        kept.move_to_end(key)
        return True, kept[key]


def put_on_shelf(shelf: str, key: Hashable, value: Any, *, most: int = _MOST) -> None:
    """Put a value on its shelf.

    Parameters
    ----------
    shelf : str
    key : hashable
    value : object
        Never to be changed from now on.
    most : int
        How many values the shelf holds.
    """
    with _LOCK:
        kept = _SHELVES.setdefault(shelf, OrderedDict())
        kept[key] = value
        kept.move_to_end(key)
        while len(kept) > most:
            kept.popitem(last=False)
