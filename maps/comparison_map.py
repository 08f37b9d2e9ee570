"""The map of two plan versions: land gained, lost, drawn anew and kept, and the features of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.canvas import MapLayer
from maps.comparison_tables import row_label
from maps.styles import Look
from maps.tables import records

if TYPE_CHECKING:
    from maps.words import Words
    from spatial.compare import Comparison

__all__ = ["comparison_parts", "marked_row", "row_land", "row_under"]

#: with more rows the land that stayed is not cut out for the map
_MOST: Final = 5_000
#: fine enough for a map; without a grid neighbouring pieces leave specks
_GRID_M: Final = 1e-4
_MARKED: Final = Look("", "", "#111827", 3.2, "7 5")
_TOP: Final = 90


def comparison_parts(answer: Comparison, words: Words) -> gpd.GeoDataFrame:
    """Land by what became of it.

    Parameters
    ----------
    answer : Comparison
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        ``row, change`` (gained, lost, redrawn, unchanged), ``area_ha``, ``tip``; pieces of one row and
        change together.
    """
    pieces = answer.pieces[["row", "change", "geometry"]]
    whole = (
        pieces.dissolve(["row", "change"], as_index=False, method="disjoint_subset")
        if len(pieces)
        else pieces
    )
    both = pd.concat([whole, _kept(answer)], ignore_index=True)
    out = gpd.GeoDataFrame(both, geometry="geometry", crs=answer.pieces.crs)
    out["area_ha"] = out.geometry.area / 1e4
    facts = records(answer.rows)
    tips = [
        [
            _title(facts[row]),
            words(f"comparison_status.{facts[row]['status']}"),
            f"{words(f'change_state.{change}')}: {words.number(area, 2)} ha",
        ]
        for row, change, area in zip(out["row"].astype(int), out["change"], out["area_ha"], strict=True)
    ]
    out["tip"] = pd.Series(tips, index=out.index, dtype=object)
    return out


def _title(row: dict[str, object]) -> str:
    here, there = row_label(row, "before", most=2), row_label(row, "after", most=2)
    return here if here == there else " → ".join(filter(None, (here, there)))


def _kept(answer: Comparison) -> gpd.GeoDataFrame:
    """Land of each row in both versions: that after, less what was gained."""
    empty = gpd.GeoDataFrame({"row": [], "change": []}, geometry=[], crs=answer.after.crs)
    if len(answer.rows) > _MOST or answer.after.empty:
        return empty
    after = answer.after[["row", "geometry"]].dissolve("row")["geometry"]
    gained = answer.pieces[answer.pieces["side"] == "gained"]
    if len(gained):
        less = gained[["row", "geometry"]].dissolve("row")["geometry"].reindex(after.index)
        rest = after.to_numpy().copy()
        some = less.notna().to_numpy()
        rest[some] = shapely.difference(rest[some], less.to_numpy()[some], grid_size=_GRID_M)
    else:
        rest = after.to_numpy()
    full = shapely.area(rest) > 0
    return gpd.GeoDataFrame(
        {"row": after.index[full], "change": "unchanged"}, geometry=rest[full], crs=after.crs
    )


def row_land(answer: Comparison, row: int) -> gpd.GeoDataFrame:
    """Features of a row in both versions.

    Parameters
    ----------
    answer : Comparison
    row : int

    Returns
    -------
    geopandas.GeoDataFrame
    """
    both = [features[features["row"] == row][["geometry"]] for features in (answer.before, answer.after)]
    return gpd.GeoDataFrame(pd.concat(both), geometry="geometry", crs=answer.before.crs)


def marked_row(answer: Comparison, row: int | None) -> MapLayer:
    """Outline the features of the row chosen, as they were and as they are.

    Parameters
    ----------
    answer : Comparison
    row : int or None

    Returns
    -------
    MapLayer
        Empty where nothing is chosen.
    """
    land = row_land(answer, -1 if row is None else row)
    return MapLayer("selection", "", "", _TOP, land, [_MARKED])


def row_under(answer: Comparison, x: float, y: float) -> int | None:
    """Find the row at a place.

    Parameters
    ----------
    answer : Comparison
    x, y : float
        In the CRS of the answer.

    Returns
    -------
    int or None
        The smallest feature there decides, the later version first.
    """
    point = shapely.Point(x, y)
    for features in (answer.after, answer.before):
        hit = features[shapely.intersects(features.geometry.to_numpy(), point)]
        if len(hit):
            return int(hit["row"].iloc[int(np.argmin(hit.geometry.area))])
    return None
