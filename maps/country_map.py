"""Where the provinces lie, for a map that has no boundaries of its own to lie on.

No boundaries are shipped. What is drawn are the squares of a grid that hold the centre of a commune, each
with the province that most of its communes belong to: enough to see whether a file lies in Hà Nội or at sea.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import reference
from maps.canvas import MapLayer
from maps.styles import Look

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["country_layer", "province_squares"]

_CELL_DEG: Final = 0.2
_GROUND: Final = Look("#dbe3ea", "", "#94a3b8", 1.0, opacity=0.75)
_NAME: Final = Look("", "", "#475569", 0.0)


@cache
def province_squares() -> gpd.GeoDataFrame:
    """Join the squares of 0.2° that hold the centre of a commune, by province.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326; a row a province of 2025: ``province`` and its squares; ``lon`` and ``lat`` of the commune
        in its middle. Shared: never to be changed.

    Examples
    --------
    >>> len(province_squares())
    34
    """
    rows = reference.table("communes_2025")
    at = rows[["lon", "lat"]].astype(float)
    cells = (at / _CELL_DEG).apply(np.floor).astype(int).assign(province=rows["province"])
    most = cells.groupby(["lon", "lat"])["province"].agg(lambda names: names.mode().iloc[0]).reset_index()
    west, south = most["lon"] * _CELL_DEG, most["lat"] * _CELL_DEG
    squares = gpd.GeoDataFrame(
        most[["province"]], geometry=shapely.box(west, south, west + _CELL_DEG, south + _CELL_DEG), crs=4326
    )
    joined = squares.dissolve("province").reset_index()
    middle = at.groupby(rows["province"]).median().loc[joined["province"]]
    return joined.assign(lon=middle["lon"].to_numpy(), lat=middle["lat"].to_numpy())


def country_layer(words: Words) -> MapLayer:
    """Draw the provinces as squares with their names, to lie below everything.

    Parameters
    ----------
    words : Words

    Returns
    -------
    MapLayer
        Its title says that these are no boundaries.
    """
    squares = province_squares()
    names = squares["province"].tolist()
    title = words("country.title")
    tips = [[name, title] for name in names]
    shown = gpd.GeoDataFrame(
        {
            "look": [0] * len(names) + [1] * len(names),
            "tip": pd.Series([*tips, *[None] * len(names)], dtype=object),
            "sign": [*[""] * len(names), *names],
        },
        geometry=[*squares.geometry, *gpd.points_from_xy(squares["lon"], squares["lat"])],
        crs=squares.crs,
    )
    legend = [_GROUND.legend()]
    return MapLayer("country", title, words("group.base"), 5, shown, [_GROUND, _NAME], legend)
