"""The map of a page: a base that stays, feature groups that change, clicks and views handed back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely import box
from streamlit_folium import st_folium

from maps.answer_map import context_layers, drawn_by_server
from maps.basemap_service import basemap_address
from maps.basemaps import basemaps_of
from maps.canvas import Served, base_map, feature_group, tile_group, view_of
from maps.pages._about import with_facts
from maps.pages._cache import cached_sight, workspace_bounds
from maps.pages._frame import workspace
from maps.pages._places import take_view
from maps.pages._printing import notes_of, printing_of
from maps.search_service import search_address
from maps.tile_service import tile_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyproj import CRS

    from layers import Layer
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.elements import Group
    from maps.pencil import DrawTools
    from maps.sight import Sight
    from maps.words import Words

__all__ = [
    "Pencil",
    "View",
    "clicked_point",
    "go_to",
    "made_label",
    "note_click",
    "served_by",
    "served_tiles",
    "show_answer_map",
    "show_map",
    "start_of",
]


@dataclass(frozen=True)
class View:
    """How the map of a page starts.

    Parameters
    ----------
    bounds : tuple of float
        First view: west, south, east, north, degrees.
    crs : pyproj.CRS or None
        System shown under the pointer.
    label : str
        Words that stay on the map: the made-data label.
    notes : tuple of str
        What a print says beside the map: decisions, the basis of an answer.
    title : str
        What the map shows, to begin the title of a print with; the workspace's name where it is empty.
    name : str
        By which a link tells the map from others of the page; its key where it is empty.
    """

    bounds: tuple[float, float, float, float]
    crs: CRS | None
    label: str = ""
    notes: tuple[str, ...] = ()
    title: str = ""
    name: str = ""


@dataclass(frozen=True)
class Pencil:
    """What lets a map be drawn on.

    Parameters
    ----------
    tools : DrawTools
    sheet : folium.FeatureGroup
        From :func:`maps.pencil.drawing_group`: what is drawn already.
    take : callable
        Takes ``all_drawings`` of the map component whenever the map reports anything.
    drawn : sequence of MapLayer
        What is drawn, for a print; the screen has it from the pencil.
    """

    tools: DrawTools
    sheet: Group
    take: Callable[[list[dict[str, Any]]], None]
    drawn: Sequence[MapLayer] = ()


def show_map(
    key: str,
    layers: list[MapLayer],
    words: Words,
    *,
    view: View,
    tiles: dict[str, tuple[str, str, int]] | None = None,
    pencil: Pencil | None = None,
) -> None:
    """Show layers on the map of a page.

    Parameters
    ----------
    key : str
        Name of the map; views and clicks are kept under it.
    layers : list of MapLayer
    words : Words
    view : View
        How the map starts.
    tiles : dict of str to (str, str, int), optional
        For layers drawn by the server: layer id to workspace folder, layer name and version.
    pencil : Pencil, optional
        Lets the reader draw.
    """
    served = tiles or {}
    groups = [
        tile_group(layer, tile_address(*served[layer.id])) if layer.id in served else feature_group(layer)
        for layer in layers
    ]
    on_paper = [*layers, *(pencil.drawn if pencil is not None else ())]
    name = view.name or key
    take_view(key, name)
    moved = st.session_state.get(f"{key}-view")
    component = f"{key}-{words.lang}"
    chart = base_map(
        start_of(key, view.bounds),
        words,
        crs=view.crs,
        label=view.label,
        served=served_by(words, printing_of(key, on_paper, words, view=view, tiles=served), name=name),
    )
    if pencil is not None:
        chart.add_child(pencil.tools)
        groups.append(pencil.sheet)
    st_folium(
        chart,
        key=component,
        height=540,
        use_container_width=True,
        returned_objects=["last_clicked", *(["all_drawings"] if pencil else [])],
        feature_group_to_add=groups,
        center=moved[0] if moved else None,
        zoom=moved[1] if moved else None,
        on_change=lambda: _heard(key, component, pencil),
    )


def _heard(key: str, component: str, pencil: Pencil | None) -> None:
    """Take what the map reports: a click, and what was drawn."""
    note_click(key, component)
    drawings = (st.session_state.get(component) or {}).get("all_drawings")
    if pencil is not None and drawings:
        pencil.take(drawings)


def show_answer_map(
    key: str,
    drawn: list[MapLayer],
    words: Words,
    *,
    focus: Sequence[tuple[str, int]],
    context: Sequence[tuple[str, int]],
    said: tuple[str, str] = ("", ""),
) -> None:
    """Show what an answer draws over the layers it was asked of, and the newest boundaries below.

    Parameters
    ----------
    key : str
        Name of the map; views and clicks are kept under it.
    drawn : list of MapLayer
    words : Words
    focus, context : sequence of (str, int)
        Names and versions of the layers that the first view shows, and of those to lie below.
    said : tuple of str
        What the map shows and what the answer rests on, for a print of it.
    """
    base = workspace()
    folder = str(base.folder)
    units = [v for v in base.layers() if v.kind_name == "admin_unit"]
    newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
    below = [cached_sight(folder, *entry) for entry in context]
    below += [cached_sight(folder, v.layer, v.version) for v in newest]
    every = [*below, *(cached_sight(folder, *entry) for entry in focus)]
    title, basis = said
    notes = (*((basis,) if basis else ()), *notes_of(every, words))
    show_map(
        key,
        [*drawn, *with_facts(base, below, context_layers(below, words), words)],
        words,
        view=View(workspace_bounds(folder, tuple(focus)), base.crs, made_label(every, words), notes, title),
        tiles=served_tiles(base, below),
    )


def start_of(key: str, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Keep the first view of a map while it still shows the data: another one would rebuild the map.

    Parameters
    ----------
    key : str
        Name of the map.
    bounds : tuple of float
        West, south, east, north of what is to be shown, degrees.

    Returns
    -------
    tuple of float
    """
    kept: tuple[float, float, float, float] = st.session_state.get(f"{key}-start", bounds)
    if not box(*kept).intersects(box(*bounds)):
        kept = bounds
    st.session_state[f"{key}-start"] = kept
    return kept


def served_by(words: Words, printing: dict[str, Any] | None, *, name: str = "") -> Served:
    """Gather what the application answers to every map: names, prints, maps from outside.

    Parameters
    ----------
    words : Words
    printing : dict or None
        From :func:`maps.pages._printing.printing_of`.
    name : str
        By which a link tells the map from others of the page.

    Returns
    -------
    Served
    """
    base = workspace()
    folder = str(base.folder)
    offered = [
        {
            "id": one.id,
            "title": one.title,
            "address": basemap_address(folder, one),
            "attribution": one.attribution,
            "deepest": one.max_zoom,
        }
        for one in basemaps_of(base)
    ]
    return Served(search_address(folder, words.lang), printing, offered, name)


def note_click(key: str, component: str) -> None:
    """Keep the point of a click; it is reported again with every later event, so only a new one counts.

    Parameters
    ----------
    key : str
        Name of the map.
    component : str
        Key that the map component reports under.
    """
    state: dict[str, Any] = st.session_state.get(component) or {}
    point = state.get("last_clicked")
    if point and point != st.session_state.get(f"{component}-last"):
        st.session_state[f"{component}-last"] = point
        st.session_state[f"{key}-click"] = (point["lng"], point["lat"])


def clicked_point(key: str) -> tuple[float, float] | None:
    """Take a click that nobody has handled yet.

    Parameters
    ----------
    key : str

    Returns
    -------
    tuple of float or None
        Longitude, latitude.
    """
    point: tuple[float, float] | None = st.session_state.pop(f"{key}-click", None)
    return point


def go_to(key: str, bounds: tuple[float, float, float, float], *, closest: float = 16.0) -> None:
    """Move the map to a box.

    Parameters
    ----------
    key : str
    bounds : tuple of float
        West, south, east, north, degrees.
    closest : float
        Largest zoom.
    """
    (lat, lon), zoom = view_of(bounds, width_px=350, height_px=310, closest=max(closest, 17.0))
    # the component moves only when the view differs from the last one asked for
    nudge = st.session_state.get(f"{key}-nudge", 0) + 1
    st.session_state[f"{key}-nudge"] = nudge
    st.session_state[f"{key}-view"] = ((lat + (nudge % 2) * 1e-7, lon), min(zoom, closest))


def made_label(layers: Sequence[Layer | Sight], words: Words) -> str:
    """Words that stay on a map of made data.

    Parameters
    ----------
    layers : sequence of Layer or Sight
    words : Words

    Returns
    -------
    str
        Empty where nothing is made.
    """
    return words("made.label") if any(layer.provenance.made for layer in layers) else ""


def served_tiles(base: Workspace, layers: Sequence[Layer | Sight]) -> dict[str, tuple[str, str, int]]:
    """Find the context layers that the server draws.

    Parameters
    ----------
    base : Workspace
    layers : sequence of Layer or Sight
        As given to :func:`maps.answer_map.context_layers`.

    Returns
    -------
    dict of str to (str, str, int)
        Layer id on the map to workspace folder, layer name and version.
    """
    heads = {v.layer: v.version for v in base.layers()}
    return {
        f"layer-{n}": (str(base.folder), layer.name, heads[layer.name])
        for n, layer in enumerate(layers)
        if drawn_by_server(layer)
    }
