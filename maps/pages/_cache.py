"""Layers of the workspace, kept once a process; keys are names and versions, never frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers.store import Workspace
from maps.canvas import to_lonlat
from maps.sight import sight

if TYPE_CHECKING:
    from layers import Layer
    from maps.sight import Sight

__all__ = ["cached_layer", "cached_sight", "workspace_bounds"]


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


@st.cache_resource(max_entries=64, show_spinner=False)
def cached_sight(folder: str, name: str, version: int) -> Layer | Sight:
    """Take a version of a layer for the map: from afar where the server draws it.

    Parameters
    ----------
    folder, name : str
    version : int

    Returns
    -------
    Layer or Sight
    """
    return sight(Workspace(folder), name, version)


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
    boxes = [to_lonlat(cached_sight(folder, *entry).frame).total_bounds for entry in layers]
    boxes = [b for b in boxes if b[0] <= b[2]]
    if not boxes:
        return 102.0, 8.2, 110.0, 23.5
    west, south, east, north = zip(*boxes, strict=True)
    return float(min(west)), float(min(south)), float(max(east)), float(max(north))
