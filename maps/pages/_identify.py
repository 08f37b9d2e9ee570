"""What lies where the map was clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
import streamlit as st

from layers.crs import as_crs, to_crs
from maps.identify import found_at, told
from maps.pages._facts import show_facts
from maps.pages._frame import sentences
from maps.pages._map import clicked_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_identified"]


def show_identified(key: str, base: Workspace, entries: Sequence[Version], words: Words) -> None:
    """Show the features at the last click on a map, until the next click.

    Parameters
    ----------
    key : str
        Name of the map.
    base : Workspace
    entries : sequence of Version
        Layers on the map, the one on top first.
    words : Words
    """
    place = f"{key}-identified"
    point = clicked_point(key)
    if point is not None:
        st.session_state[place] = point
    kept = st.session_state.get(place)
    if kept is None:
        st.caption(words("identify.hint"))
        return
    here = gpd.GeoDataFrame(geometry=[shapely.Point(*kept)], crs=as_crs(4326))
    spot = to_crs(here, base.crs).geometry
    with sentences():
        found = found_at(base, entries, x=float(spot.x.iloc[0]), y=float(spot.y.iloc[0]))
    st.markdown(f"**{words('identify.title')}**")
    if not found:
        st.caption(words("identify.nothing"))
    for one in found:
        show_facts(told(one, words))
