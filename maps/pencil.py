"""The pencil on a map: its tools, what it is given to draw on, and what it reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element  # noqa: TC002 - folium asks for it at run time
from folium.elements import JSCSSMixin

from layers.corners import degrees_of_corners, moved_corners, rings_of_area
from layers.crs import as_crs
from maps.assets import asset
from maps.canvas import MapLayer, proj4_text
from maps.elements import NO_SCRIPTS, Group, Script
from maps.styles import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS
    from shapely import MultiPolygon, Polygon

    from maps.words import Words

__all__ = [
    "DrawTools",
    "drawing_group",
    "drawn_layers",
    "reported_drawing",
    "reported_restored",
    "reported_undo",
]

_LONLAT: Final = 4326
_FEWEST: Final = 3
_ID, _ORDER = "drawing", 97
_INK: Final = Look("#5b3fa8", "", "#5b3fa8", 3.0, opacity=0.14)
#: on paper no pencil is at hand that would tell the boundary from zones
_PAPER: Final = Look("#5b3fa8", "", "#5b3fa8", 3.0, "12 5", opacity=0.14)
_FIGURE: Final = Look("#5b3fa8", "", "#5b3fa8", 1.0)
_HA: Final = 10_000.0


class DrawTools(JSCSSMixin, Script):
    """The pencil on a map: polygon, rectangle, corners, snapping, undo.

    Parameters
    ----------
    words : Words
    crs : pyproj.CRS
        System whose grid rectangles follow and whose hectares are shown while drawing.
    key : str
        Under which the browser tab remembers what is drawn, over a reload.
    """

    default_js = NO_SCRIPTS
    default_css = [("draw_css", asset("draw.css"))]  # noqa: RUF012
    _parent: Element

    def __init__(self, words: Words, crs: CRS, key: str) -> None:
        said = {key.removeprefix("draw_map."): text for key, text in words.section("draw_map").items()}
        vietnamese = words.lang == "vi"
        said |= {"decimal": "," if vietnamese else ".", "thousands": "." if vietnamese else ","}
        super().__init__("draw", said, proj4_text(crs), key)
        self._name = "DrawTools"


def drawing_group(
    area: Polygon | MultiPolygon | None, crs: CRS, revision: int, *, sheet: tuple[str, str] = ("", "")
) -> Group:
    """Make the group that brings a boundary to the pencil.

    Parameters
    ----------
    area : Polygon, MultiPolygon or None
        None takes what is drawn away.
    crs : pyproj.CRS
    revision : int
        The pencil takes each once.
    sheet : (str, str)
        Of which session the sheet is, and which boundary it began with: what a tab remembers of another
        session is put on a sheet that began alike.

    Returns
    -------
    folium.FeatureGroup
    """
    parts = [
        [degrees_of_corners(ring, crs).tolist() for ring in part]
        for part in (rings_of_area(area) if area is not None else [])
    ]
    return Group(
        "drawing",
        {
            "id": _ID,
            "title": "",
            "group": "",
            "order": _ORDER,
            "legend": [],
            "show": True,
            "folded": False,
            "drawing": {"n": revision, "parts": parts, "sheet": sheet[0], "from": sheet[1]},
        },
    )


def drawn_layers(area: Polygon | MultiPolygon | None, crs: CRS, words: Words) -> list[MapLayer]:
    """Draw what the pencil shows as a layer, for paper.

    Parameters
    ----------
    area : Polygon, MultiPolygon or None
    crs : pyproj.CRS
    words : Words

    Returns
    -------
    list of MapLayer
        Empty while nothing is drawn; its id is that of the group of the pencil. Hectares stand on it where
        the boundary is an area: what crosses itself has no one figure.
    """
    if area is None:
        return []
    size = words("print.pencil_area", area=words.number(area.area / _HA, 2)) if area.is_valid else ""
    middle = shapely.make_valid(area).representative_point()  # an outline may cross itself while it is drawn
    frame = gpd.GeoDataFrame({"look": [0, 1], "sign": ["", size]}, geometry=[area, middle], crs=crs)
    return [MapLayer(_ID, words("print.pencil"), "", _ORDER, frame, [_PAPER, _FIGURE], [_PAPER.legend()])]


def reported_undo(report: Sequence[dict[str, Any]] | None) -> bool:
    """Say whether the reader asked the pencil to take a step back.

    Parameters
    ----------
    report : sequence of dict or None
        ``all_drawings`` of the map component.

    Returns
    -------
    bool
    """
    return bool(report) and bool(report[-1]["properties"].get("undo"))  # type: ignore[index]


def reported_restored(report: Sequence[dict[str, Any]] | None) -> bool:
    """Say whether the pencil put back what was drawn before the page was loaded again.

    Parameters
    ----------
    report : sequence of dict or None
        ``all_drawings`` of the map component.

    Returns
    -------
    bool
    """
    return bool(report) and bool(report[-1]["properties"].get("restored"))  # type: ignore[index]


def reported_drawing(report: Sequence[dict[str, Any]], crs: CRS) -> Polygon | MultiPolygon | None:
    """Take what was drawn, corner by corner, to the system of the workspace.

    Parameters
    ----------
    report : sequence of dict
        ``all_drawings`` of the map component: one feature of ours.
    crs : pyproj.CRS

    Returns
    -------
    Polygon, MultiPolygon or None
        None where nothing is drawn any more, or a ring has less than three different corners.
    """
    geometry = report[-1].get("geometry")
    lonlat = as_crs(_LONLAT)
    parts = []
    for part in (geometry or {}).get("coordinates", []):
        rings = [moved_corners(np.array(ring, dtype=float), lonlat, crs) for ring in part]
        if min(len(np.unique(ring, axis=0)) for ring in rings) >= _FEWEST:
            # holes stay those of their part: an outline that is being changed may cut one for a moment
            parts.append(shapely.Polygon(rings[0], rings[1:]))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
