"""The map itself: a folium map that needs no network, and layers for its panel.

The base map stays the same while a page lives; all that varies goes into feature groups. That keeps
zoom and drawings, and it is the only way a change is noticed: the component compares scripts with
every ``_word`` taken out.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.crs import as_crs, to_crs
from maps.elements import (
    Features,
    Group,
    MetricScale,
    OfflineFullscreen,
    OfflineMap,
    OfflineMeasure,
    Script,
)
from maps.places import crs_label
from maps.styles import HATCHINGS

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from pyproj import CRS

    from maps.styles import Look
    from maps.words import Words

__all__ = ["MapLayer", "Served", "base_map", "feature_group", "tile_group", "to_lonlat", "view_of"]

_WGS84: Final = 4326
_PLACES: Final = 1e-7  # of a degree: a centimetre
_TILE_PX: Final = 256
_PANEL: Final = ("layers", "opacity", "zoom", "up", "down", "about")


@dataclass(frozen=True)
class MapLayer:
    """A layer for the map and its panel.

    Parameters
    ----------
    id : str
        Letters, digits and hyphens; visibility and opacity are remembered under it.
    title : str
        Name in the panel.
    group : str
        Group in the panel.
    order : int
        Higher lies on top.
    frame : geopandas.GeoDataFrame
        Any CRS. A column ``look`` (index into `looks`) chooses the look of each feature, a column
        ``tip`` (list of lines) the text under the pointer, a column ``sign`` text that stands on the map
        at a point: a badge where its look has a fill, else a plain name that far views leave out, a
        column ``label`` the code that a print writes into an area with room for it.
    looks : list of Look
    legend : list of dict
        Entries for the panel.
    show, folded : bool
        Whether the layer starts visible, whether its group starts folded.
    about : tuple of (str, str)
        What and value: where the layer comes from, behind a button in the panel.
    side : int, optional
        Which of the compared periods the layer shows, from 0; ``None`` for a layer of all of them.
    twin : str
        Layers of one twin name share a row of the panel.
    name : str
        By which a link tells the layer from others, where its id is only a place among them.
    """

    id: str
    title: str
    group: str
    order: int
    frame: gpd.GeoDataFrame
    looks: list[Look]
    legend: list[dict[str, Any]] = field(default_factory=list)
    show: bool = True
    folded: bool = False
    side: int | None = None
    twin: str = ""
    about: tuple[tuple[str, str], ...] = ()
    name: str = ""

    @property
    def pane(self) -> str:
        """Name of the pane that the layer is drawn in."""
        return f"tc-{self.order}-{self.id}"

    def options(self) -> dict[str, Any]:
        """Return what the panel needs to know."""
        keys = ("id", "title", "group", "order", "legend", "show", "folded")
        compared = {"side": self.side, "twin": self.twin} if self.side is not None else {}
        facts = {"about": [list(fact) for fact in self.about]} if self.about else {}
        named = {"name": self.name} if self.name else {}
        return {key: getattr(self, key) for key in keys} | compared | facts | named


@dataclass(frozen=True)
class Served:
    """What a map asks of the application behind it; a map in a file has nobody to ask.

    Parameters
    ----------
    search : str
        Address that answers the search box.
    printing : dict, optional
        ``address`` that prints, ``title`` to begin with, ``scales`` to choose from.
    basemaps : list of dict
        Maps from outside to choose from: ``id, title, address, attribution, deepest``.
    name : str
        By which a link tells the map from others of a page.
    """

    search: str = ""
    printing: dict[str, Any] | None = None
    basemaps: list[dict[str, Any]] = field(default_factory=list)
    name: str = ""


def base_map(
    bounds: tuple[float, float, float, float],
    words: Words,
    *,
    crs: CRS | None = None,
    label: str = "",
    served: Served | None = None,
) -> folium.Map:
    """Make the map that a page keeps: controls and no layers.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees; the first view.
    words : Words
    crs : pyproj.CRS, optional
        VN-2000 system whose coordinates are shown under the pointer.
    label : str
        Words that stay on the map, the made-data label.
    served : Served, optional
        What the application answers; without it neither search nor print nor maps from outside are offered.

    Returns
    -------
    folium.Map
        Names no address outside the application.
    """
    center, zoom = view_of(bounds)
    west, south, east, north = bounds
    chart = OfflineMap(
        words.lang,
        location=center,
        tiles=None,
        control_scale=False,
        attribution_control=False,
        zoom_snap=0.5,
    )
    # folium takes whole zooms only; without a limit of its own the map takes that of its first tile layer
    chart.options |= {"zoom": zoom, "maxZoom": 19, "minZoom": 5}
    chart.add_child(Script("panes"))
    chart.add_child(Script("hatchings", HATCHINGS))
    if label:
        chart.add_child(Script("label", label))
    chart.add_child(Script("panel", {k: words(f"map.{k}") for k in _PANEL}))
    chart.add_child(
        OfflineFullscreen(title=words("map.fullscreen"), title_cancel=words("map.fullscreen_end"))
    )
    chart.add_child(Script("views", {k: words(f"map.{k}") for k in ("back", "forward")}))
    _add_served(chart, words, served or Served())
    chart.add_child(Script("titles", {k: words(f"map.{k}") for k in ("zoom_in", "zoom_out")}))
    marks = _marks(words)
    chart.add_child(
        OfflineMeasure(
            position="topleft", primary_length_unit="meters", secondary_length_unit="kilometers",
            primary_area_unit="hectares", secondary_area_unit="sqmeters", active_color="#0072B2",
            completed_color="#5b3fa8", dec_point=marks["decimal"], thousands_sep=marks["thousands"],
        )
    )  # fmt: skip
    if crs is not None:
        chart.add_child(Script("position", proj4_text(crs), {**marks, "position": crs_label(crs, words)}))
    chart.add_child(MetricScale())
    chart.add_child(Script("fit", [[south, west], [north, east]]))
    return chart


def _add_served(chart: folium.Map, words: Words, served: Served) -> None:
    """Add the controls that ask the application for something, and the name that a link tells the map by."""
    if served.name:
        chart.add_child(Script("named", served.name))
    if served.basemaps:
        said = {k.partition(".")[2]: text for k, text in words.section("basemap_map").items()}
        chart.add_child(Script("basemaps", served.basemaps, said))
    if served.search:
        keys = ("search", "hint", "none", "failed")
        chart.add_child(Script("search", served.search, {k: words(f"search.{k}") for k in keys}))
    if served.printing:
        asked = ("open", "title", "paper", "wide", "tall", "kind", "scale_label", "fit", "make", "drawing",
                 "done", "failed")  # fmt: skip
        chart.add_child(Script("print", served.printing, {k: words(f"print.{k}") for k in asked}))


def _marks(words: Words) -> dict[str, str]:
    return {"decimal": ",", "thousands": "."} if words.lang == "vi" else {"decimal": ".", "thousands": ","}


def proj4_text(crs: CRS) -> str:
    """Write a VN-2000 system for proj4js, with the pinned seven parameters.

    proj4js reads rotations as position vector, the EPSG operation is a coordinate-frame one: the
    rotations change their sign (the wrong sign would be 0.76 m off).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what PROJ text can't hold is put back below
        text = crs.to_proj4()
    if crs.geodetic_crs is not None and crs.geodetic_crs.to_epsg() == 4756:  # noqa: PLR2004 - VN-2000
        text = " ".join(part for part in text.split() if not part.startswith(("+towgs84", "+type")))
        shift = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
        return f"{text} +towgs84={shift}"
    return text


def feature_group(layer: MapLayer) -> folium.FeatureGroup:
    """Make the folium group of a layer.

    Parameters
    ----------
    layer : MapLayer

    Returns
    -------
    folium.FeatureGroup
    """
    group = Group(layer.id, layer.options())
    if layer.frame.empty:
        return group
    Features(_geojson(layer), [look.leaflet() for look in layer.looks], layer.pane).add_to(group)
    return group


def tile_group(layer: MapLayer, address: str, *, max_native_zoom: int = 19) -> folium.FeatureGroup:
    """Make the group of a layer that is drawn by the server, tile by tile.

    Parameters
    ----------
    layer : MapLayer
        Its frame only says where it lies.
    address : str
        ``{z}/{x}/{y}`` template, relative to the map frame.
    max_native_zoom : int
        Deeper zooms stretch the tiles of this one.

    Returns
    -------
    folium.FeatureGroup
    """
    west, south, east, north = to_lonlat(layer.frame).total_bounds
    options = {**layer.options(), "bounds": [[south, west], [north, east]]}
    group = Group(layer.id, options)
    how = {"pane": layer.pane, "maxNativeZoom": max_native_zoom, "maxZoom": 19, "bounds": options["bounds"]}
    Script("tiles", address, how).add_to(group)
    return group


def to_lonlat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Reproject a frame to degrees for the screen.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return to_crs(frame, as_crs(_WGS84), max_edge_m=2000.0)


def view_of(
    bounds: tuple[float, float, float, float],
    *,
    width_px: int = 500,
    height_px: int = 520,
    closest: float = 17.0,
) -> tuple[tuple[float, float], float]:
    """Choose the centre and the zoom that show a box.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees.
    width_px, height_px : int
        Size of the map on the screen.
    closest : float
        Largest zoom.

    Returns
    -------
    center : tuple of float
        Latitude, longitude.
    zoom : float
        In steps of 0.5.

    Examples
    --------
    >>> view_of((105.0, 21.0, 105.5, 21.3))
    ((21.15, 105.25), 10.0)
    """
    west, south, east, north = bounds
    world = [np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi) for lat in (south, north)]
    spans = [
        max((east - west) / 360 * _TILE_PX, 1e-9) / width_px,
        max(world[1] - world[0], 1e-12) * _TILE_PX / height_px,
    ]
    zoom = np.floor(-np.log2(max(spans)) * 2) / 2
    return (round((south + north) / 2, 6), round((west + east) / 2, 6)), float(min(max(zoom, 5.0), closest))


def _geojson(layer: MapLayer) -> dict[str, Any]:
    frame = to_lonlat(layer.frame)
    shapes = shapely.to_geojson(shapely.set_precision(frame.geometry.to_numpy(), _PLACES, mode="pointwise"))
    looks = frame["look"].tolist() if "look" in frame else [0] * len(frame)
    tips = frame["tip"].tolist() if "tip" in frame else [None] * len(frame)
    signs = frame["sign"].tolist() if "sign" in frame else [None] * len(frame)
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shape),
            "properties": {
                "look": int(look),
                **({"tip": tip} if tip else {}),
                **({"sign": sign} if sign else {}),
            },
        }
        for shape, look, tip, sign in zip(shapes, looks, tips, signs, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
