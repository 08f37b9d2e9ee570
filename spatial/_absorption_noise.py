"""Changed pieces told apart: land that changed, and borders that were drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial._noise import parted
from spatial.overlap import overlap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._noise import Parted

__all__ = ["with_noise"]

_AREA = 2


def with_noise(pieces: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Mark the pieces of one flow that are redrawing, and cut those that are so in part.

    Land that hangs together is judged as one: the border of a field must not make a strip of the house
    that was built across it. Units, zones and rings cut later, so that they never make noise either.
    """
    if not len(pieces) or tolerance_m == 0:
        return pieces.assign(noise=False)
    shapes = pieces.geometry.to_numpy()
    joined = shapely.get_parts(shapely.union_all(shapes))
    joined = joined[shapely.get_dimensions(joined) == _AREA]
    split = parted(joined, tolerance_m)
    at = _holder(shapes, joined)
    thin, thick = shapely.is_empty(split.real)[at], shapely.is_empty(split.redrawn)[at]
    plain = pieces[thin | thick].assign(noise=thin[thin | thick])
    mixed = pieces[~(thin | thick)]
    if mixed.empty:
        return plain
    cut = _cut(mixed, split, at[~(thin | thick)])
    return gpd.GeoDataFrame(
        pd.concat([f for f in (plain, *cut) if len(f)], ignore_index=True), crs=pieces.crs
    )


def _holder(shapes: NDArray[np.object_], joined: NDArray[np.object_]) -> NDArray[np.intp]:
    """Which joined piece each piece went into: the one nearest to a point within it."""
    points = shapely.point_on_surface(shapes)
    return np.asarray(shapely.STRtree(joined).nearest(points), dtype=np.intp)


def _cut(mixed: gpd.GeoDataFrame, split: Parted, at: NDArray[np.intp]) -> list[gpd.GeoDataFrame]:
    out = []
    for noise, shapes in ((False, split.real), (True, split.redrawn)):
        frame = gpd.GeoDataFrame(geometry=shapes[np.unique(at)], crs=mixed.crs)
        found = overlap(frame, mixed[["geometry"]])
        facts = mixed.drop(columns="geometry").loc[found["feature"]].reset_index(drop=True)
        shapes_of = found.geometry.to_numpy()
        out.append(gpd.GeoDataFrame(facts.assign(noise=noise), geometry=shapes_of, crs=mixed.crs))
    return out
