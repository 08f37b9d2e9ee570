"""KML with colours, for people who look at a plan in a globe viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
import simplekml

from maps.canvas import to_lonlat
from maps.styles import kind_look, state_look
from maps.tables import records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import geopandas as gpd

    from maps.styles import Look
    from maps.words import Words

__all__ = ["answer_kml", "layer_kml", "shapes_kml"]


def answer_kml(
    zones: gpd.GeoDataFrame, overlaps: gpd.GeoDataFrame, words: Words, *, title: str, about: str
) -> str:
    """Write an answer as KML.

    Parameters
    ----------
    zones, overlaps : geopandas.GeoDataFrame
        From :mod:`maps.export.frames`, any CRS.
    words : Words
    title : str
        Name of the document, with the made-data label where it holds.
    about : str
        What the answer was made from, line by line.

    Returns
    -------
    str
    """
    book = simplekml.Kml(name=title, description=about)
    for state in dict.fromkeys(overlaps["state"]) if len(overlaps) else ():
        folder = book.newfolder(name=words(f"state.{state}"))
        style = _style(state_look(state), fill_opacity=0.5)
        part = to_lonlat(overlaps[overlaps["state"] == state])
        for row in records(part):
            facts = [
                row["label"],
                _measure(row, words),
                row["clause"],
                row["note"],
            ]
            _add(folder, row["geometry"], name=row["zone_name"], facts=facts, style=style)
    folder = book.newfolder(name=words("map.zones"))
    for row in records(to_lonlat(zones)):
        facts = [row["kind_name"], f"{words.number(row['area_ha'])} ha", row["note"]]
        style = _style(kind_look(row["kind"]), fill_opacity=0.1)
        _add(folder, row["geometry"], name=row["name"], facts=facts, style=style)
    return str(book.kml())


def _measure(row: dict[str, Any], words: Words) -> str:
    if row["area_ha"]:
        return f"{words.number(row['area_ha'])} ha ({words.number(row['share_pct'], 1)} %)"
    return f"{words.number(row['length_m'], 0)} m" if row["length_m"] else ""


def layer_kml(frame: gpd.GeoDataFrame, kind: str, *, title: str, about: str = "") -> str:
    """Write a layer as KML.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Any CRS.
    kind : str
        Decides the colours.
    title : str
    about : str
        Where the layer comes from, line by line.

    Returns
    -------
    str
    """
    book = simplekml.Kml(name=title, description=about)
    style = _style(kind_look(kind), fill_opacity=0.35)
    names = frame.get("name", frame.index)
    for name, geometry in zip(names, to_lonlat(frame).geometry, strict=True):
        _add(book, geometry, name=str(name), facts=[], style=style)
    return str(book.kml())


def shapes_kml(folders: Sequence[tuple[str, gpd.GeoDataFrame, Look]], *, title: str) -> str:
    """Write folders of shapes as KML.

    Parameters
    ----------
    folders : sequence of (str, geopandas.GeoDataFrame, Look)
        Name, shapes with the columns ``name`` and ``facts`` in any CRS, and how they look.
    title : str
        Name of the document, with the made-data label where it holds.

    Returns
    -------
    str
    """
    book = simplekml.Kml(name=title)
    for label, frame, look in folders:
        folder = book.newfolder(name=label)
        style = _style(look, fill_opacity=0.35)
        for row in records(to_lonlat(frame)):
            _add(folder, row["geometry"], name=row["name"], facts=[row["facts"]], style=style)
    return str(book.kml())


def _add(
    parent: simplekml.Container,
    geometry: shapely.Geometry,
    *,
    name: str,
    facts: list[str],
    style: simplekml.Style,
) -> None:
    holder = parent.newmultigeometry(name=name, description="\n".join(f for f in facts if f))
    holder.style = style
    for part in shapely.get_parts(geometry):
        points = shapely.get_coordinates(part).tolist()
        if part.geom_type == "Point":
            holder.newpoint(coords=points)
        elif part.geom_type == "Polygon":
            rings = [shapely.get_coordinates(ring).tolist() for ring in part.interiors]
            holder.newpolygon(
                outerboundaryis=shapely.get_coordinates(part.exterior).tolist(), innerboundaryis=rings
            )
        else:
            holder.newlinestring(coords=points)


def _style(look: Look, *, fill_opacity: float) -> simplekml.Style:
    style = simplekml.Style()
    style.linestyle.color = _abgr(look.stroke, 1.0)
    style.linestyle.width = look.weight
    style.polystyle.color = _abgr(look.fill or look.stroke, fill_opacity if look.fill else 0.0)
    style.iconstyle.color = _abgr(look.fill or look.stroke, 1.0)
    # without this a viewer fetches its marker picture from outside
    style.iconstyle.icon.href = ""
    return style


def _abgr(colour: str, opacity: float) -> str:
    """KML writes colours backwards: alpha, blue, green, red."""
    return f"{round(opacity * 255):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()
