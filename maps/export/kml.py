"""KML with colours, for people who look at a plan in a globe viewer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely
import simplekml

from maps.canvas import to_lonlat
from maps.styles import kind_look
from maps.tables import records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.styles import Look

__all__ = ["layer_kml", "placed", "shapes_kml", "told"]

_FILL: Final = 0.35


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
    names = frame.get("name", frame.index)
    look = replace(kind_look(kind), opacity=_FILL)
    shapes = placed(frame, name=[str(name) for name in names], facts="", look=look)
    return shapes_kml({"": shapes}, title=title, about=about)


def shapes_kml(folders: Mapping[str, gpd.GeoDataFrame], *, title: str, about: str = "") -> str:
    """Write folders of shapes as KML.

    Parameters
    ----------
    folders : mapping of str to geopandas.GeoDataFrame
        Name (empty for none) to shapes with the columns ``name``, ``facts`` (lines of text) and
        ``look`` (a :class:`maps.styles.Look`, its opacity that of the fill), in any CRS.
    title : str
        Name of the document, with the made-data label where it holds.
    about : str
        What the shapes were made from, line by line.

    Returns
    -------
    str
    """
    book = simplekml.Kml(name=title, description=about)
    styles: dict[Look, simplekml.Style] = {}
    for label, frame in folders.items():
        folder = book.newfolder(name=label) if label else book
        for row in records(to_lonlat(frame)):
            look = row["look"]
            style = styles.get(look) or styles.setdefault(look, _style(look))
            _add(folder, row[str(frame.geometry.name)], name=row["name"], facts=row["facts"], style=style)
    return str(book.kml())


def placed(frame: gpd.GeoDataFrame, *, name: object, facts: object, look: object) -> gpd.GeoDataFrame:
    """Put shapes into the form that :func:`shapes_kml` takes.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
    name, facts : sequence of str
        One a shape.
    look : Look or sequence of Look

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``name, facts, look`` and the geometry.
    """
    columns = {"name": name, "facts": facts, "look": look}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs, index=frame.index)


def told(*texts: str) -> str:
    r"""Put facts under one another, those that are empty left out.

    Parameters
    ----------
    *texts : str

    Returns
    -------
    str

    Examples
    --------
    >>> told("9.5 ha", "", "Art. 2")
    '9.5 ha\nArt. 2'
    """
    return "\n".join(text for text in texts if text)


def _add(
    parent: simplekml.Container,
    geometry: shapely.Geometry,
    *,
    name: str,
    facts: str,
    style: simplekml.Style,
) -> None:
    holder = parent.newmultigeometry(name=name, description=facts)
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


def _style(look: Look) -> simplekml.Style:
    style = simplekml.Style()
    style.linestyle.color = _abgr(look.stroke, 1.0)
    style.linestyle.width = look.weight
    style.polystyle.color = _abgr(look.fill or look.stroke, look.opacity if look.fill else 0.0)
    style.iconstyle.color = _abgr(look.fill or look.stroke, 1.0)
    # without this a viewer fetches its marker picture from outside
    style.iconstyle.icon.href = ""
    return style


def _abgr(colour: str, opacity: float) -> str:
    """KML writes colours backwards: alpha, blue, green, red."""
    return f"{round(opacity * 255):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()
