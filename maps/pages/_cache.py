"""Every cached call of the pages, in one place; keys are names and versions, never frames."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from layers.store import Workspace
from maps.answer_map import drawn_rows
from maps.canvas import to_lonlat
from maps.distance_question import DistanceQuestion, answer_distances
from maps.question import ConflictQuestion, answer_question
from spatial.land import land_totals

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd

    from layers import Layer
    from spatial.conflicts import ConflictAnswer
    from spatial.distances import DistanceAnswer

__all__ = [
    "cached_answer",
    "cached_distances",
    "cached_drawing",
    "cached_land",
    "cached_layer",
    "workspace_bounds",
]


@st.cache_resource(max_entries=64, show_spinner=False)
def cached_layer(folder: str, name: str, version: int) -> Layer:
    """Read a version of a layer; versions never change.

    Parameters
    ----------
    folder, name : str
    version : int

    Returns
    -------
    Layer
    """
    return Workspace(folder).load(name, version)


_LOCK = Lock()
_MOST_ANSWERS = 16
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_ANSWERS: OrderedDict[tuple[ConflictQuestion, int], ConflictAnswer] = OrderedDict()
_DISTANCES: OrderedDict[DistanceQuestion, DistanceAnswer] = OrderedDict()


def _shelved(shelf: OrderedDict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    """Take an answer from its shelf, or make it and put it there; the oldest ones leave."""
    with _LOCK:
        if key in shelf:
            shelf.move_to_end(key)
            return shelf[key]
    made = make()
    with _LOCK:
        shelf[key] = made
        while len(shelf) > _MOST_ANSWERS:
            shelf.popitem(last=False)
    return made


def cached_answer(
    question: ConflictQuestion, records: int, progress: Callable[[int, int, str], None] | None = None
) -> ConflictAnswer:
    """Answer a question once a process.

    Streamlit's own cache would replay the progress bar at every hit; this one is a plain shelf.

    Parameters
    ----------
    question : ConflictQuestion
    records : int
        Number of changes on record, so that a new one asks again.
    progress : callable, optional

    Returns
    -------
    ConflictAnswer
        Shared: never to be changed.
    """
    return _shelved(_ANSWERS, (question, records), lambda: answer_question(question, progress=progress))


def cached_distances(
    question: DistanceQuestion, progress: Callable[[int, int, str], None] | None = None
) -> DistanceAnswer:
    """Answer a question about distances once a process.

    Parameters
    ----------
    question : DistanceQuestion
    progress : callable, optional

    Returns
    -------
    DistanceAnswer
        Shared: never to be changed.
    """
    return _shelved(_DISTANCES, question, lambda: answer_distances(question, progress=progress))


@st.cache_resource(max_entries=16, show_spinner=False)
def cached_drawing(key: tuple[ConflictQuestion, int], _answer: ConflictAnswer) -> gpd.GeoDataFrame:  # noqa: ARG001 - the key is what the cache looks at
    """Join the pieces of an answer for the map once.

    Parameters
    ----------
    key : tuple of (ConflictQuestion, int)
        The question and the number of changes on record.
    _answer : ConflictAnswer

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return drawn_rows(_answer)


@st.cache_data(max_entries=16, show_spinner=False)
def cached_land(key: tuple[ConflictQuestion, int], _answer: ConflictAnswer) -> pd.Series:  # noqa: ARG001 - the key is what the cache looks at
    """Add an answer up over its land once.

    Parameters
    ----------
    key : tuple of (ConflictQuestion, int)
        The question and the number of changes on record.
    _answer : ConflictAnswer

    Returns
    -------
    pandas.Series
        From :func:`spatial.land.land_totals`.
    """
    return land_totals(_answer)


@st.cache_data(max_entries=16, show_spinner=False)
def workspace_bounds(folder: str, layers: tuple[tuple[str, int], ...]) -> tuple[float, float, float, float]:
    """Find the box round some layers, degrees.

    Parameters
    ----------
    folder : str
    layers : tuple of (str, int)
        Names and versions.

    Returns
    -------
    tuple of float
        West, south, east, north; Vietnam where there are no layers.
    """
    boxes = [to_lonlat(cached_layer(folder, *entry).frame).total_bounds for entry in layers]
    boxes = [b for b in boxes if b[0] <= b[2]]
    if not boxes:
        return 102.0, 8.2, 110.0, 23.5
    west, south, east, north = zip(*boxes, strict=True)
    return float(min(west)), float(min(south)), float(max(east)), float(max(north))
