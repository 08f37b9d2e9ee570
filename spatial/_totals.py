"""Totals per zone: every hectare once, under the gravest answer that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

__all__ = ["zone_totals"]

_HA = 10_000.0
#: order in which land is claimed; what nothing claims was checked and is clear
_CLAIMS = ("blocks", "needs_consent", "no_data", "noise")


def zone_totals(zones: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> pd.DataFrame:
    """Hectares per zone by answer; columns add up to the area of the zone."""
    claim = np.where(pieces["noise"], "noise", pieces["state"]).astype(object)
    areal = (pieces["thickness_m"] > 0).to_numpy() & np.isin(claim, _CLAIMS)
    geometry = pieces.geometry.to_numpy()
    groups = pieces[areal].groupby("zone").indices
    positions = np.flatnonzero(areal)
    exclusive = pieces["exclusive"].to_numpy(dtype=bool)
    layer = pd.factorize(pieces["layer"])[0]
    rows = []
    for label, zone in zip(zones.index, zones.geometry, strict=True):
        mine = positions[groups[label]] if label in groups else positions[:0]
        # pieces of one layer whose features share no land: sums are unions
        simple = bool(exclusive[mine].all()) and len(np.unique(layer[mine])) <= 1
        rows.append(_one(zone.area, claim[mine], geometry[mine], simple))
    columns = ["area_ha", "hit_ha", "blocks_ha", "consent_ha", "clear_ha", "no_data_ha", "noise_ha"]
    return pd.DataFrame(rows, index=zones.index, columns=columns) / _HA


def _one(
    area_m2: float,
    claim: NDArray[np.str_],
    geometry: NDArray[np.object_],
    simple: bool,  # noqa: FBT001
) -> list[float]:
    taken, claimed = 0.0, {}
    land: BaseGeometry = shapely.Polygon()
    for name in _CLAIMS:
        of = geometry[claim == name]
        if simple:
            claimed[name] = float(shapely.area(of).sum())
            continue
        if len(of):
            land = shapely.union_all([land, shapely.union_all(of)])
        reached = min(float(land.area), area_m2)
        claimed[name] = max(reached - taken, 0.0)
        taken = max(reached, taken)
    hit = claimed["blocks"] + claimed["needs_consent"]
    clear = max(area_m2 - hit - claimed["no_data"] - claimed["noise"], 0.0)
    return [
        area_m2,
        hit,
        claimed["blocks"],
        claimed["needs_consent"],
        clear,
        claimed["no_data"],
        claimed["noise"],
    ]
