"""A standalone HTML map: one file with everything in it, which opens without a network."""

from __future__ import annotations

import html as escaping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from maps.assets import STATIC, inlined
from maps.canvas import base_map, feature_group, to_lonlat

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["Section", "map_page", "with_tables"]

_LOOK: Final = STATIC / "report.css"
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


@dataclass(frozen=True)
class Section:
    """A table below the map.

    Parameters
    ----------
    title : str
    table : pandas.DataFrame
        Columns as they should be headed.
    """

    title: str
    table: pd.DataFrame


def with_tables(page: str, sections: list[Section], words: Words, *, title: str) -> str:
    """Put a heading over the map of a page, and tables under it.

    Parameters
    ----------
    page : str
        From :func:`map_page`.
    sections : list of Section
    words : Words
    title : str

    Returns
    -------
    str
    """
    tables = "".join(
        f"<h2>{escaping.escape(s.title)}</h2><div class='tc-scroll'>{_table(s.table, words)}</div>"
        for s in sections
    )
    start = page.index("<body>")
    head = f"<body><style>{_LOOK.read_text(encoding='utf-8')}</style><h1>{escaping.escape(title)}</h1>"
    body = page[start:].replace("<body>", head, 1).replace("</body>", f"<main>{tables}</main></body>", 1)
    return page[:start] + body


def _table(table: pd.DataFrame, words: Words) -> str:
    heads = "".join(f"<th>{escaping.escape(str(name))}</th>" for name in table.columns)
    lines = "".join(
        f"<tr>{''.join(_cell(value, words) for value in row)}</tr>" for row in table.itertuples(index=False)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(value: Any, words: Words) -> str:
    if pd.isna(value):
        return "<td></td>"
    if isinstance(value, float):
        return f"<td class='n'>{words.number(value)}</td>"
    if isinstance(value, int):
        return f"<td class='n'>{words.number(float(value), 0)}</td>"
    return f"<td>{escaping.escape(str(value))}</td>"
