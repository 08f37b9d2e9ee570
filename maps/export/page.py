"""A standalone HTML map: one file with everything in it, which opens without a network."""

from __future__ import annotations

import html as escaping
from typing import TYPE_CHECKING

from maps.assets import inlined
from maps.canvas import base_map, feature_group, to_lonlat

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["map_page"]

#: a file opened from disk must not reach out either
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:"
)


def map_page(
    layers: list[MapLayer],
    words: Words,
    *,
    title: str,
    frame: gpd.GeoDataFrame,
    crs: CRS | None = None,
    label: str = "",
) -> str:
    """Write a map with its layers as one HTML file.

    Parameters
    ----------
    layers : list of MapLayer
    words : Words
    title : str
        Heading of the file.
    frame : geopandas.GeoDataFrame
        What the first view shows.
    crs : pyproj.CRS, optional
        System of the coordinates under the pointer.
    label : str
        Words that stay on the map.

    Returns
    -------
    str
    """
    west, south, east, north = to_lonlat(frame).total_bounds
    chart = base_map((west, south, east, north), words, crs=crs, label=label)
    for layer in layers:
        feature_group(layer).add_to(chart)
    text = inlined(chart.get_root().render())
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escaping.escape(title)}</title>"
    )
    text = text.replace("<head>", f"<head>{head}", 1)
    return text.replace("<html>", f'<html lang="{words.lang}">', 1)
