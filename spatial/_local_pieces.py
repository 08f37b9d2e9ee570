"""Pieces of a conflict cut along the borders of provinces, where a rule of one province speaks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial.provinces import province_findings, standing_here

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from layers.findings import Finding
    from layers.layer import Layer
    from spatial.provinces import Provinces
    from spatial.rules import RuleBook

__all__ = ["apart_by_province", "rules_elsewhere"]


def apart_by_province(pieces: gpd.GeoDataFrame, provinces: Provinces | None) -> gpd.GeoDataFrame:
    """Give pieces a column ``where``, the code of the one province they lie in, and cut those of several.

    Nothing is cut where no rule of one province speaks (`provinces` is None), nor land that is not covered.
    """
    pieces = pieces.assign(where="")
    if provinces is None or pieces.empty:
        return pieces
    hit = pieces["covered"].to_numpy(dtype=bool)
    parts = [pieces[~hit]]
    rest = pieces[hit]
    for code, land in sorted(provinces.shapes.items()):
        inside = shapely.intersection(rest.geometry.to_numpy(), land)
        parts.append(_cut(rest, inside, code))
        rest = _cut(rest, shapely.difference(rest.geometry.to_numpy(), land), provinces.stated)
    parts.append(rest.assign(where=provinces.stated))
    kept = [part for part in parts if len(part)]
    joined = pd.concat(kept, ignore_index=True) if kept else pieces
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=pieces.crs)


def _cut(pieces: gpd.GeoDataFrame, shapes: np.ndarray, code: str) -> gpd.GeoDataFrame:
    """Pieces with other shapes, measured again; what is left of a polygon is a polygon, of a line a line."""
    wanted = shapely.get_dimensions(pieces.geometry.to_numpy())
    own = np.empty(len(shapes), dtype=object)
    own[:] = [_of_dimension(shape, dimension) for shape, dimension in zip(shapes, wanted, strict=True)]
    area, edge = shapely.area(own), shapely.length(own)
    flat = wanted == 2  # noqa: PLR2004 - polygons
    out = pieces.assign(
        geometry=own,
        where=code,
        area_m2=area,
        length_m=np.where(wanted == 1, edge, 0.0),
        thickness_m=np.divide(2 * area, edge, out=np.zeros(len(own)), where=flat & (edge > 0)),
    )
    return out[~shapely.is_empty(own)]


def _of_dimension(shape: BaseGeometry, dimension: int) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    kept = parts[shapely.get_dimensions(parts) == dimension]
    return kept[0] if len(kept) == 1 else shapely.union_all(kept)


def rules_elsewhere(
    zones: gpd.GeoDataFrame, layer: Layer, pieces: gpd.GeoDataFrame, book: RuleBook
) -> list[Finding]:
    """Rules of one province that speak of the pieces of a layer, and were not applied to some of them."""
    if not book.is_local(layer.kind_name):
        return []
    kinds = zones["zone_kind"].reindex(pieces["zone"]).to_numpy()
    met = pieces.assign(zone_kind=kinds)[["zone_kind", "code", "where"]].drop_duplicates()
    return province_findings(
        (
            (rule.id, rule.provinces, standing_here(rule.provinces, {where}))
            for kind, code, where in met.to_numpy().tolist()
            for rule in book.elsewhere_for(kind, layer.kind_name, code, where=where)
        ),
        layer.name,
    )
