"""DXF out: boundaries as closed polylines with their names, for people who draw in CAD.

DXF keeps no coordinate system, so the drawing says it in words: in a text beside the boundaries, and in
the description of every layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from layers.causes import cause_of
from layers.crs import as_crs
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

__all__ = ["write_dxf"]

_TEXT_SHARE = 0.05
_COLOURS = (3, 1, 5, 8, 6)


def write_dxf(path: Path, layers: Mapping[str, gpd.GeoDataFrame], *, about: str = "") -> None:
    """Write areas as closed polylines, one drawing layer each, coordinates as they are in the CRS.

    Parameters
    ----------
    path : pathlib.Path
    layers : mapping of str to geopandas.GeoDataFrame
        Polygons in one projected CRS; a column ``label`` names each, and is drawn in its middle.
    about : str
        Lines to write below the drawing, after the name and code of the system.

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    from ezdxf.filemanagement import new  # noqa: PLC0415 - only this format needs it

    drawing = new("R2010", setup=True, units=6)
    space = drawing.modelspace()
    bounds = []
    for colour, (name, frame) in zip(_COLOURS * len(layers), layers.items(), strict=False):
        text = as_crs(frame.crs)
        system = f"{text.name} (EPSG:{text.to_epsg()})" if text.to_epsg() else text.name
        drawing.layers.add(name, color=colour).description = system
        for label, shape in zip(frame["label"], frame.geometry, strict=True):
            for ring in shapely.get_rings(shape):
                corners = shapely.get_coordinates(ring)[:-1]
                space.add_lwpolyline(corners, close=True, dxfattribs={"layer": name})
            x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
            height = _TEXT_SHARE * float(shape.area) ** 0.5
            # a line break would begin a new entry of the drawing
            text_of = " ".join(str(label).split())
            space.add_text(text_of, height=height, dxfattribs={"layer": name}).set_placement((x, y))
        if len(frame):
            bounds.append((frame.total_bounds, system))
    for (left, bottom, right, _), system in bounds[:1]:
        note = "\n".join([system, *about.splitlines()])
        size = (right - left) / 120 or 1.0
        space.add_mtext(note, dxfattribs={"char_height": size, "insert": (left, bottom - 4 * size)})
    try:
        drawing.saveas(path)
    except OSError as error:
        raise SourceError("target_unwritable", path=str(path), found=cause_of(error)) from error
