"""Where to search: communes of a layer, or a boundary that was drawn or pasted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely
import streamlit as st

from layers.align import reach_findings, scale_error_pct
from layers.layer import Layer
from maps.pages._address import drawing_named, name_drawing
from maps.pages._cache import cached_layer
from maps.pages._draw import draw_boundary
from maps.pages._frame import advice
from maps.pages._shelf import shelved
from maps.places import crs_label
from maps.tables import layer_title
from spatial.provinces import known_provinces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version
    from layers.store import Workspace
    from maps.candidate_question import SearchLayers
    from maps.words import Words
    from spatial.provinces import Provinces

__all__ = [
    "AreaChoice",
    "area_frame",
    "area_input",
    "area_layer",
    "area_provinces",
    "boundary_input",
    "provinces_of_area",
    "show_zone",
]

_WAYS: Final = ("units", "drawn")
_DRAWING: Final = "candidate-boundary"
_MILLIMETRES: Final = 3


@dataclass(frozen=True)
class AreaChoice:
    """Where to search.

    Parameters
    ----------
    layer : Version
        Of units; they tell the communes of each site.
    units : tuple of str
        Names; all where empty.
    drawn : bool
        A boundary of the asker's own takes the place of the units.
    boundary : str
        WKT in the system of the workspace; empty until one is there and sound.
    """

    layer: Version
    units: tuple[str, ...] = ()
    drawn: bool = False
    boundary: str = ""

    @property
    def key(self) -> tuple[str, int, tuple[str, ...], str]:
        """What tells this area from others."""
        return self.layer.layer, self.layer.version, self.units, self.boundary

    @property
    def ready(self) -> bool:
        """Whether there is an area to search."""
        return bool(self.boundary) or not self.drawn


def area_input(base: Workspace, offered: SearchLayers, words: Words) -> AreaChoice | None:
    """Ask for the way an area is chosen, and for its communes.

    Parameters
    ----------
    base : Workspace
    offered : SearchLayers
    words : Words

    Returns
    -------
    AreaChoice or None
        None where the workspace has no layer of units.
    """
    if not offered.areas:
        st.caption(words("candidate_ask.no_area"))
        return None
    way = st.segmented_control(
        words("candidate_ask.area"),
        _WAYS,
        default="drawn" if drawing_named(_DRAWING) else _WAYS[0],
        required=True,
        format_func=lambda name: words(f"candidate_ask.area_{name}"),
        key="candidate-way",
    )
    name_drawing(_DRAWING, drawing=way == "drawn")
    titles = {v.layer: layer_title(v, words) for v in offered.areas}
    name = st.selectbox(
        words("candidate_ask.area_layer"),
        list(titles),
        format_func=titles.__getitem__,
        key="candidate-area",
    )
    layer = next(v for v in offered.areas if v.layer == name)
    if way == "drawn":
        st.caption(words("candidate_ask.drawn_below"))
        return AreaChoice(layer, drawn=True)
    names = cached_layer(str(base.folder), layer.layer, layer.version).frame.get("name")
    units = sorted(set(names.dropna().astype(str))) if names is not None else []
    picked = st.multiselect(
        words("candidate_ask.units"),
        units,
        placeholder=words("candidate_ask.all_units"),
        key=f"candidate-units-{name}",
        wrap=True,
    )
    return AreaChoice(layer, tuple(picked))


def boundary_input(base: Workspace, area: AreaChoice, words: Words) -> AreaChoice:
    """Show the map that a boundary is drawn on, where one was asked for.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice
    words : Words

    Returns
    -------
    AreaChoice
        With the boundary once it is there and sound.
    """
    if not area.drawn:
        return area
    drawn = draw_boundary(base, words, key=_DRAWING)
    if drawn is None or not drawn.sound:
        return area
    # to the millimetre, as the corners of the list are
    text = shapely.to_wkt(drawn.area, rounding_precision=_MILLIMETRES)
    return AreaChoice(area.layer, drawn=True, boundary=text)


def show_zone(base: Workspace, area: AreaChoice, words: Words) -> None:
    """Say in which zone the area is measured, and by how much its hectares are off.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice
    words : Words
    """
    if not area.ready:
        return
    layer = area_layer(base, area)
    frame = layer.frame
    said = words(
        "candidate_ask.zone", crs=crs_label(base.crs, words), share_pct=scale_error_pct(frame, base.crs)
    )
    st.caption(said)
    for finding in reach_findings(replace(layer, name=layer_title(area.layer, words)), base.crs):
        st.warning(f"{words.message(finding)} {advice(finding, words)}")


def area_frame(base: Workspace, area: AreaChoice) -> gpd.GeoDataFrame:
    """Return the land that is searched; all units while a boundary isn't there yet.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice

    Returns
    -------
    geopandas.GeoDataFrame
    """
    if area.boundary:
        return gpd.GeoDataFrame(geometry=[shapely.from_wkt(area.boundary)], crs=base.crs)
    frame = cached_layer(str(base.folder), area.layer.layer, area.layer.version).frame
    return frame[frame["name"].isin(area.units)] if area.units else frame


def area_layer(base: Workspace, area: AreaChoice) -> Layer:
    """Return the land that is searched as a layer of units.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice

    Returns
    -------
    Layer
    """
    return Layer(area_frame(base, area), area.layer.layer, "admin_unit")


def area_provinces(base: Workspace, area: AreaChoice, layers: Sequence[Layer] = ()) -> Provinces:
    """Find the provinces that a search would know: of its units, and of units among its layers.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice
    layers : sequence of Layer
        Constraints.

    Returns
    -------
    Provinces
    """
    units = cached_layer(str(base.folder), area.layer.layer, area.layer.version)
    return known_provinces([area_layer(base, area), *([units] if area.boundary else []), *layers])


def provinces_of_area(base: Workspace, area: AreaChoice) -> frozenset[str]:
    """Name the provinces that the area of search lies in.

    Parameters
    ----------
    base : Workspace
    area : AreaChoice

    Returns
    -------
    frozenset of str
        Codes; ``""`` where a part lies in none that is known.
    """

    def found() -> frozenset[str]:
        whole = shapely.union_all(shapely.force_2d(area_frame(base, area).geometry.to_numpy()))
        return area_provinces(base, area).over(whole)

    return shelved("candidate-provinces", (str(base.folder), area.key), found)
