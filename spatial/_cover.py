"""How much of each zone a layer speaks of: the rest has no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from spatial._engine import parts_of, thickness

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.layer import Layer

__all__ = ["box_of", "is_coverage", "uncovered"]

_SAME_AREA = 1e-9  # relative: a zone that is filled to nine digits is filled


def is_coverage(features: NDArray[np.object_]) -> bool:
    """Say whether areas neither overlap nor nearly touch, so that sums of their pieces are unions.

    Edge-matched coverages pass at once; other layers only if no two features share any area.
    """
    if len(features) == 0 or not (shapely.get_dimensions(features) == 2).all():  # noqa: PLR2004 - areas
        return False
    if shapely.get_type_id(features).min() >= 3 and bool(shapely.coverage_is_valid(features)):  # noqa: PLR2004
        return True
    tree = shapely.STRtree(features)
    i, j = tree.query(features, predicate="intersects")
    twice = i < j
    shared = shapely.intersection(features[i[twice]], features[j[twice]])
    return bool((shapely.area(shared) == 0).all())


def uncovered(
    zones: gpd.GeoDataFrame, layer: Layer, pieces: gpd.GeoDataFrame, *, exclusive: bool
) -> gpd.GeoDataFrame:
    """Parts of zones that a layer doesn't speak of.

    Columns ``zone``, ``area_m2``, ``thickness_m``, geometry. Of a layer that covers the land the
    features count, of a sparse one its surveyed extent. Without a stated extent a sparse layer is taken
    to speak for every zone that the box round its features meets.
    """
    if layer.kind.coverage == "full":
        holes = _outside_features(zones, pieces, exclusive=exclusive)
    elif layer.extent is not None:
        holes = shapely.difference(zones.geometry.to_numpy(), layer.extent)
    else:
        holes = _outside_box(zones, layer)
    parts, owner = parts_of(holes)
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    parts, owner = parts[flat], owner[flat]
    return gpd.GeoDataFrame(
        {
            "zone": zones.index.to_numpy()[owner],
            "area_m2": shapely.area(parts),
            "thickness_m": thickness(parts),
        },
        geometry=parts,
        crs=zones.crs,
    )


def _outside_box(zones: gpd.GeoDataFrame, layer: Layer) -> NDArray[np.object_]:
    """Zones that lie wholly outside the box round the features; no one knows more of such a layer."""
    holes = zones.geometry.to_numpy().copy()
    if not layer.frame.empty:
        holes[shapely.intersects(holes, box_of(layer))] = shapely.Polygon()
    return holes


def box_of(layer: Layer) -> BaseGeometry:
    """Box round all features of a layer."""
    return shapely.box(*layer.frame.total_bounds)


def _outside_features(
    zones: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, *, exclusive: bool
) -> NDArray[np.object_]:
    sums: pd.Series = pieces.groupby("zone")["area_m2"].sum()
    groups = pieces.groupby("zone").indices
    geometry = pieces.geometry.to_numpy()
    out = np.full(len(zones), shapely.Polygon(), dtype=object)
    for k, (label, zone) in enumerate(zip(zones.index, zones.geometry, strict=True)):
        if label not in groups:
            out[k] = zone
        elif not exclusive or sums[label] < zone.area * (1 - _SAME_AREA):
            out[k] = shapely.difference(zone, shapely.union_all(geometry[groups[label]]))
    return out
