"""What a site takes and where it lies: land by code with the permission it needs, communes, neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import reference
from layers.landuse import ancestors
from spatial.establishment import SiteFacts
from spatial.labels import feature_labels
from spatial.overlap import overlap_areas
from spatial.provinces import Provinces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.layer import Layer

__all__ = ["commune_rows", "land_layer", "land_rows", "site_facts"]

_HA: Final = 10_000.0
_RICE: Final = "LUA"
_TWO_CROP: Final = "LUC"
_FARMED, _BUILT, _UNUSED = "NNP", "PNN", "CSD"
#: row of the conversion rules for each group of land that a zone takes
_RULES: Final = {_FARMED: "LAND121-B", _BUILT: "LAND121-D"}
_PLANNED: Final = {"industrial_park": ("SKK",), "industrial_cluster": ("SKN",)}
_LAND: Final = ["site", "code", "group", "area_ha", "share_pct", "rice", "permission", "rule", "clause"]
_COMMUNES: Final = ["site", "commune", "area_ha", "share_pct", "lead"]
_HOMES: Final = ("OTC", "ONT", "ODT")
_LEASED, _INDUSTRIAL = "leased_ha", "industrial_ha"


def land_layer(layers: Sequence[Layer], *, planned: bool = False) -> Layer | None:
    """The latest land-use layer with codes: what was surveyed, or what a plan gives."""
    fitting = [layer for layer in layers if layer.kind_name == "land_use" and "code" in layer.frame]
    plan = [bool(layer.period and layer.period.stage == "approved") for layer in fitting]
    # told apart by stage: layers that are compared compare their tables, of whatever shape
    wanted = [layer for layer, is_plan in zip(fitting, plan, strict=True) if is_plan == planned]
    wanted = wanted or ([] if planned else fitting)
    ordered = sorted(wanted, key=lambda layer: (layer.period.last if layer.period else 0, layer.name))
    return ordered[-1] if ordered else None


def land_rows(sites: gpd.GeoDataFrame, layer: Layer | None, on: date) -> pd.DataFrame:
    """Hectares by land-use code, and the permission that turning them over needs."""
    if layer is None:
        return pd.DataFrame(columns=_LAND)
    pieces = overlap_areas(sites, layer.frame.assign(code=layer.frame["code"].fillna("")), by="code")
    rules = reference.in_force(reference.table("conversion_rules"), on)
    size = dict(zip(sites.index, sites.geometry.area, strict=True))
    out = []
    for site, group in pieces.groupby("zone", sort=False):
        covered = float(group["area_m2"].sum())
        rows = [(str(code), float(area)) for code, area in group[["code", "area_m2"]].to_numpy()]
        bare = size[site] - covered
        rows += [("", bare)] if bare > 1.0 else []
        out += [_land_row(site, code, area, whole=size[site], rules=rules) for code, area in rows]
    return pd.DataFrame(out, columns=_LAND)


def _land_row(site: Any, code: str, area: float, *, whole: float, rules: pd.DataFrame) -> dict[str, Any]:
    above = ancestors(code)
    group = next((name for name in (_FARMED, _BUILT, _UNUSED) if name in above), "")
    rule = _RULES.get(group, "")
    known = rule in rules.index
    permission = {_FARMED: "needed", _BUILT: "depends", _UNUSED: "none"}.get(group, "unknown")
    return {
        "site": site,
        "code": code,
        "group": group,
        "area_ha": area / _HA,
        "share_pct": 100.0 * area / whole,
        "rice": _RICE in above,
        "permission": permission if known or group == _UNUSED else "unknown",
        "rule": rule if known else "",
        "clause": str(rules.loc[rule, "clause"]) if known else "",
    }


def commune_rows(sites: gpd.GeoDataFrame, layer: Layer | None) -> pd.DataFrame:
    """Shares of the units that each site lies in; the largest leads."""
    if layer is None:
        return pd.DataFrame(columns=_COMMUNES)
    names = layer.frame["name"].astype(str) if "name" in layer.frame else feature_labels(layer.frame)
    shapes = layer.frame.geometry.to_numpy()
    named = gpd.GeoDataFrame({"commune": names.to_numpy()}, geometry=shapes, crs=sites.crs)
    pieces = overlap_areas(sites, named, by="commune")
    if pieces.empty:
        return pd.DataFrame(columns=_COMMUNES)
    pieces = pieces.sort_values(["area_m2", "commune"], ascending=[False, True], kind="stable")
    size = sites.geometry.area.reindex(pieces["zone"]).to_numpy()
    out = pd.DataFrame(
        {
            "site": pieces["zone"].to_numpy(),
            "commune": pieces["commune"].to_numpy(),
            "area_ha": pieces["area_m2"].to_numpy() / _HA,
            "share_pct": 100.0 * pieces["area_m2"].to_numpy() / size,
            "lead": ~pieces["zone"].duplicated().to_numpy(),
        }
    )
    return out.sort_values("site", kind="stable", ignore_index=True)


def site_facts(
    sites: gpd.GeoDataFrame,
    layers: Sequence[Layer],
    *,
    zone_kind: str,
    land: pd.DataFrame,
    communes: Layer | None,
    provinces: Provinces | None,
) -> dict[str, SiteFacts]:
    """Gather what the rules for founding a zone ask of each site."""
    homes = _homes(sites, layers)
    plan = land_layer(layers, planned=True)
    shares = land_rows(sites, plan, _ANY_DAY) if plan is not None else None
    out = {}
    lies_in = (provinces or Provinces()).at(sites.geometry.to_numpy())
    for site, shape, where in zip(sites.index, sites.geometry, lies_in, strict=True):
        mine = land[land["site"] == site]
        leased, industrial = _occupancy(shape, layers, zone_kind, communes)
        out[str(site)] = SiteFacts(
            area_ha=float(shape.area) / _HA,
            homes_ha=homes.get(site, np.nan),
            rice_ha=float(mine.loc[mine["code"] == _TWO_CROP, "area_ha"].sum()) if len(mine) else np.nan,
            planned_pct=_planned(shares, site, zone_kind),
            leased_ha=leased,
            industrial_ha=industrial,
            provinces=where,
        )
    return out


_ANY_DAY: Final = pd.Timestamp("2025-01-01").date()


def _planned(shares: pd.DataFrame | None, site: Any, zone_kind: str) -> float:
    if shares is None or zone_kind not in _PLANNED:
        return np.nan
    fits = [any(code in ancestors(str(c)) for code in _PLANNED[zone_kind]) for c in shares["code"]]
    return float(shares.loc[fits & (shares["site"] == site).to_numpy(), "share_pct"].sum())


def _homes(sites: gpd.GeoDataFrame, layers: Sequence[Layer]) -> dict[Any, float]:
    """Hectares of housing in each site, from every layer that shows any."""
    shapes = [layer.frame.geometry.to_numpy() for layer in layers if layer.kind_name == "residential"]
    land = land_layer(layers)
    if land is not None:
        codes = land.frame["code"].fillna("").astype(str)
        homes = codes.map(lambda code: any(above in _HOMES for above in ancestors(code)))
        shapes.append(land.frame.geometry.to_numpy()[homes.to_numpy(dtype=bool)])
    if not shapes:
        return {}
    every = np.concatenate(shapes)
    tree = shapely.STRtree(every)
    out = {}
    for site, shape in zip(sites.index, sites.geometry.to_numpy(), strict=True):
        met = every[np.sort(tree.query(shape, predicate="intersects"))]
        out[site] = float(shapely.area(shapely.intersection(shapely.union_all(met), shape))) / _HA
    return out


def _occupancy(
    shape: Any, layers: Sequence[Layer], zone_kind: str, communes: Layer | None
) -> tuple[float, float]:
    """Leased and industrial hectares of the zones of the kind in the commune that most of a site lies in."""
    zones = [
        layer.frame
        for layer in layers
        if layer.kind_name == zone_kind and {_LEASED, _INDUSTRIAL} <= set(layer.frame.columns)
    ]
    if not zones or communes is None:
        return np.nan, np.nan
    units = communes.frame.geometry.to_numpy()
    home = units[int(np.argmax(shapely.area(shapely.intersection(units, shape))))]
    leased, industrial = 0.0, 0.0
    for frame in zones:
        inside = shapely.contains(home, shapely.point_on_surface(frame.geometry.to_numpy()))
        figures = frame.loc[inside, [_LEASED, _INDUSTRIAL]].apply(pd.to_numeric, errors="coerce")
        leased += float(figures[_LEASED].sum(skipna=False))
        industrial += float(figures[_INDUSTRIAL].sum(skipna=False))
    return leased, industrial
