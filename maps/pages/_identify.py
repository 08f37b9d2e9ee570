"""What lies where the map was clicked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
import streamlit as st

from layers.crs import as_crs, to_crs
from maps.identify import found_at, told
from maps.meeting import meetings, told_meeting
from maps.pages._facts import show_facts
from maps.pages._frame import plain, sentences
from maps.pages._map import clicked_point
from maps.tables import layer_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version
    from layers.store import Workspace
    from maps.identify import Found
    from maps.words import Words

__all__ = ["show_identified"]


def show_identified(
    key: str, base: Workspace, entries: Sequence[Version], words: Words, *, beside: Sequence[Version] = ()
) -> None:
    """Show the features at the last click on a map, until the next click.

    Parameters
    ----------
    key : str
        Name of the map.
    base : Workspace
    entries : sequence of Version
        Layers on the map, the one on top first.
    words : Words
    beside : sequence of Version
        Layers whose features are named only where they lie on those found.
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
        x, y = float(spot.x.iloc[0]), float(spot.y.iloc[0])
        found = found_at(base, entries, x=x, y=y)
        others = found_at(base, beside, x=x, y=y) if found else []
    st.markdown(f"**{words('identify.title')}**")
    if not found:
        st.caption(words("identify.nothing"))
    for one in found:
        show_facts(told(one, words))
    _meetings(base, [*found, *others], words)


def _meetings(base: Workspace, found: Sequence[Found], words: Words) -> None:
    """What lies on what there, and why it matters: by the rules of today."""
    on = datetime.now(UTC).astimezone().date()
    met = [one for one in meetings(found, crs=base.crs, on=on) if one.area_m2 or one.judged]
    for of in dict.fromkeys(one.of.label for one in met):
        own = [one for one in met if one.of.label == of]
        name = str(own[0].of.facts.get("name") or layer_title(own[0].of.entry, words))
        st.markdown(f"**{words('identify.meets', name=plain(name))}**")
        show_facts([told_meeting(one, words) for one in own])
    if met:
        st.caption(words("identify.meets_note", on=words.day(on.isoformat())))
