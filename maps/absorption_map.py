"""Absorbed land on the map: what housing took in each interval, and where it stands inside zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.absorption_tables import place_label, years_text
from maps.canvas import MapLayer
from maps.change_map import change_look
from maps.styles import SELECTED, Look, kind_look
from maps.tables import records

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.absorption import Absorption

__all__ = ["interval_look", "lost_land", "lost_layers", "marked_place", "place_at", "zone_layers"]

#: from the first interval to the last: light to dark, told apart in grey too
_SHADES: Final = ("#fdae61", "#f46d43", "#d73027", "#a50026", "#67001f")
_ZONE: Final = "industrial_zone"
_TOP: Final = 90
_ORDER: Final = 60


def interval_look(n: int, count: int) -> Look:
    """Return the look of what was lost in an interval.

    Parameters
    ----------
    n : int
        Place of the interval, from 0.
    count : int
        Number of intervals.

    Returns
    -------
    Look

    Examples
    --------
    >>> interval_look(0, 3).fill, interval_look(2, 3).fill
    ('#fdae61', '#67001f')
    """
    at = round(n * (len(_SHADES) - 1) / max(count - 1, 1)) if count > 1 else len(_SHADES) // 2
    # a line of another colour would drown small pieces at small scales
    return Look(_SHADES[at], "", _SHADES[at], 1.0, opacity=0.9)


def lost_land(answer: Absorption) -> gpd.GeoDataFrame:
    """Polygons that housing took, each hectare once.

    Parameters
    ----------
    answer : Absorption

    Returns
    -------
    geopandas.GeoDataFrame
        Pieces of the units and of what lies in none, of the whole scope where there are no units;
        redrawing left out.
    """
    pieces = answer.pieces
    lost = pieces[(pieces["flow"] == "housing") & ~pieces["noise"]]
    by_unit = lost["scope"].isin(["unit", "outside"])
    return lost[by_unit if (answer.places["scope"] == "unit").any() else lost["scope"] == "total"]


def lost_layers(answer: Absorption, words: Words) -> list[MapLayer]:
    """Layers of the land that was lost, one an interval, and of what is redrawing.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    list of MapLayer
    """
    lost, intervals = lost_land(answer), list(dict.fromkeys(answer.ledger["interval"]))
    out = []
    for n, interval in enumerate(intervals):
        part = lost[lost["interval"] == interval]
        look = interval_look(n, len(intervals))
        area = words.number(float(part["area_m2"].sum()) / 1e4, 1)
        out.append(
            MapLayer(
                id=f"lost-{n}",
                title=words("absorption_map.lost", interval=interval, area=area),
                group=words("absorption_map.group"),
                order=_ORDER + n,
                frame=part[["geometry"]].assign(tip=_tips(part, words)),
                looks=[look],
                legend=[look.legend()],
            )
        )
    return [*out, _noise(answer, words)]


def _tips(part: gpd.GeoDataFrame, words: Words) -> pd.Series:
    tips = [
        [
            place_label(row, words),
            words("absorption_map.piece", interval=row["interval"], before=row["before"], after=row["after"]),
            f"{words.number(row['area_m2'] / 1e4)} ha",
        ]
        for row in records(pd.DataFrame(part.drop(columns="geometry")))
    ]
    return pd.Series(tips, index=part.index, dtype=object)


def _noise(answer: Absorption, words: Words) -> MapLayer:
    pieces = answer.pieces[(answer.pieces["scope"] == "total") & answer.pieces["noise"]]
    look = change_look("redrawn")
    return MapLayer(
        id="redrawn",
        title=words("map.noise", tolerance_m=answer.run["tolerance_m"]),
        group=words("absorption_map.group"),
        order=_ORDER - 4,
        frame=pieces[["geometry"]],
        looks=[look],
        legend=[look.legend()],
        show=False,
    )


def zone_layers(answer: Absorption, words: Words) -> list[MapLayer]:
    """Outlines of zones and rings, and the housing inside the zones.

    Parameters
    ----------
    answer : Absorption
    words : Words

    Returns
    -------
    list of MapLayer
        Empty where there are no zones; rings are hidden at first.
    """
    places, left = answer.places, answer.years_left
    zones = places[places["scope"] == "zone"]
    if zones.empty:
        return []
    known = left[left["scope"] == "zone"]
    tips = [[place_label(r, words), years_text(r, words)] for r in records(known)]
    outline = Look("", "", kind_look(_ZONE).stroke, 2.0)
    ringed = places[places["scope"] == "rings"]
    dashes = Look("", "", outline.stroke, 1.2, "6 4")
    homes, look = answer.already_housing, change_look("changed")
    inside = [
        [str(r["name"] or r["zone"]), words("absorption_map.inside", area=words.number(r["housing_ha"]))]
        for r in records(pd.DataFrame(homes.drop(columns="geometry")))
    ]
    group = words("absorption_map.group")
    drawn = [
        ("zones", zones, outline, 80, tips, True),
        (
            "rings",
            ringed,
            dashes,
            58,
            [[place_label(r, words)] for r in records(pd.DataFrame(ringed))],
            False,
        ),
        ("inside", homes, look, 59, inside, False),
    ]
    return [
        MapLayer(
            id=f"absorption-{name}",
            title=words(f"absorption_map.{name}_title"),
            group=group,
            order=order,
            frame=frame[["geometry"]].assign(tip=pd.Series(tip, index=frame.index, dtype=object)),
            looks=[how],
            legend=[how.legend()],
            show=shown,
        )
        for name, frame, how, order, tip, shown in drawn
        if len(frame)
    ]


def marked_place(answer: Absorption, row: int | None) -> MapLayer:
    """Return the layer that marks the place of a row.

    Parameters
    ----------
    answer : Absorption
    row : int or None
        Index of ``answer.years_left``, which is that of ``answer.places``.

    Returns
    -------
    MapLayer
    """
    places = answer.places
    shapes = [] if row is None or row not in places.index else [places.geometry.loc[row]]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=places.crs)
    return MapLayer("selection", "", "", _TOP, frame, [SELECTED])


def place_at(answer: Absorption, x: float, y: float) -> int | None:
    """Find the zone at a point, the smallest where several lie there, else the unit.

    Parameters
    ----------
    answer : Absorption
    x, y : float
        In the CRS of the answer.

    Returns
    -------
    int or None
        Index of ``answer.years_left``.
    """
    for scope in ("zone", "unit"):
        places = answer.places[answer.places["scope"] == scope]
        here = places[places.intersects(shapely.Point(x, y))]
        if len(here):
            return int(here.index[int(np.argmin(here.area.to_numpy()))])
    return None
