"""Rows of a conflict answer: pieces of one layer grouped by zone and land, judged by the rule book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from layers.layer import Layer
    from spatial.rules import Rule, RuleBook

__all__ = ["COLUMNS", "layer_rows"]

_HA = 10_000.0
COLUMNS = [
    *("zone", "zone_name", "zone_kind", "constraint", "layer", "kind", "part", "code", "state"),
    *("area_ha", "share_pct", "noise_ha", "features", "length_m", "rule", "clause_vi", "clause_en", "basis"),
    *("valid_from", "valid_to", "confidence", "unsettled", "state_found", "reason", "by", "at"),
]


def layer_rows(
    zones: gpd.GeoDataFrame, layer: Layer, pieces: gpd.GeoDataFrame, book: RuleBook
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Judge the pieces of one layer; return them with their state, and the rows of the answer."""
    table = _Table(layer, list(zones.index))
    pieces = pieces.assign(layer=layer.name, kind=layer.kind_name, state="no_data")
    facts = dict(zones.iterrows())
    states: dict[tuple[Any, Any], str] = {}
    covered = pieces["covered"]
    for (zone, part), group in pieces[covered].groupby(["zone", "part"], sort=False):
        code = str(group["code"].iloc[0])
        kind = facts[zone]["zone_kind"]
        rules = _rules(book, kind, layer, code)
        states[zone, part] = rules[0].severity if rules else "no_data"
        table.add_hit(facts[zone], group, rules, book.unsettled_for(kind, layer.kind_name, code))
    keys = zip(pieces.loc[covered, "zone"], pieces.loc[covered, "part"], strict=True)
    pieces.loc[covered, "state"] = [states[key] for key in keys]
    _add_free(table, zones, pieces, book)
    pieces["state_found"] = pieces["state"]
    return pieces, table.frame()


def _rules(book: RuleBook, zone_kind: str, layer: Layer, code: str) -> tuple[Rule, ...]:
    if layer.kind_name == "land_use" and not code:
        return ()  # land of unknown use: no rule can speak of it
    return book.rules_for(zone_kind, layer.kind_name, code)


def _add_free(table: _Table, zones: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, book: RuleBook) -> None:
    """Rows for what has no data, and for zones that a sparse layer leaves free."""
    layer = table.layer
    empty = pieces[~pieces["covered"]]
    bare = empty[~empty["noise"]].groupby("zone")["area_m2"].sum()
    thin = empty[empty["noise"]].groupby("zone")["area_m2"].sum()
    hit = set(pieces.loc[pieces["covered"] & ~pieces["noise"], "zone"])
    for label, zone in zones.iterrows():
        area = zone["geometry"].area
        missing, slivers = float(bare.get(label, 0.0)), float(thin.get(label, 0.0))
        free = area - missing - slivers
        if layer.kind.coverage == "sparse" and label not in hit and free > slivers:
            rules = book.rules_for(zone["zone_kind"], layer.kind_name)
            unsettled = book.unsettled_for(zone["zone_kind"], layer.kind_name)
            table.add_clear(zone, free, rules, unsettled)
        if missing > 0:
            table.add_missing(zone, missing)
        if slivers > 0 or label in table.waiting:
            table.add_noise(zone, slivers)


class _Table:
    """Rows under construction for one layer."""

    def __init__(self, layer: Layer, order: list[Any]) -> None:
        self.layer = layer
        self.order = {label: n for n, label in enumerate(order)}
        self.rows: list[dict[str, Any]] = []
        #: slivers of zones that have no row yet, m²
        self.waiting: dict[Any, float] = {}

    def frame(self) -> pd.DataFrame:
        """Rows in the order of the zones."""
        rows = sorted(self.rows, key=lambda row: self.order[row["zone"]])
        return pd.DataFrame(rows, columns=COLUMNS)

    def add_hit(
        self, zone: pd.Series, group: pd.DataFrame, rules: tuple[Rule, ...], unsettled: tuple[Rule, ...]
    ) -> None:
        real = group[~group["noise"]]
        noise_m2 = float(group.loc[group["noise"], "area_m2"].sum())
        measured = {
            "part": str(group["part"].iloc[0]),
            "code": str(group["code"].iloc[0]),
            "features": int(real["feature"].nunique()),
            "length_m": float(real["length_m"].sum()),
            "unsettled": _ids(unsettled),
        }
        if real.empty:
            # nothing but slivers: the land is clear of this, and the slivers keep their sum
            self.waiting[zone.name] = self.waiting.get(zone.name, 0.0) + noise_m2
            return
        area = _area(real)
        if not rules:
            self._add(zone, "no_data", area, None, noise_m2=noise_m2, **measured)
        for rank, rule in enumerate(rules):
            self._add(zone, rule.severity, area, rule, noise_m2=noise_m2 if rank == 0 else 0.0, **measured)

    def add_clear(
        self, zone: pd.Series, free_m2: float, rules: tuple[Rule, ...], unsettled: tuple[Rule, ...]
    ) -> None:
        noise_m2 = self.waiting.pop(zone.name, 0.0)
        checked = rules[0] if rules else None
        self._add(zone, "clear", free_m2 - noise_m2, checked, noise_m2=noise_m2, unsettled=_ids(unsettled))

    def add_missing(self, zone: pd.Series, missing_m2: float) -> None:
        self._add(zone, "no_data", missing_m2, None)

    def add_noise(self, zone: pd.Series, noise_m2: float) -> None:
        """Slivers that stand in no other row of their zone get a row of their own."""
        self._add(zone, "clear", 0.0, None, noise_m2=noise_m2 + self.waiting.pop(zone.name, 0.0))

    def _add(self, zone: pd.Series, state: str, area_m2: float, rule: Rule | None, **facts: Any) -> None:
        part = facts.get("part", "")
        self.rows.append(
            {
                "zone": zone.name,
                "zone_name": zone["zone_name"],
                "zone_kind": zone["zone_kind"],
                "constraint": f"{self.layer.name}:{part}" if part else self.layer.name,
                "layer": self.layer.name,
                "kind": self.layer.kind_name,
                "part": part,
                "code": facts.get("code", ""),
                "state": state,
                "area_ha": area_m2 / _HA,
                "share_pct": 100.0 * area_m2 / zone["geometry"].area,
                "noise_ha": facts.pop("noise_m2", 0.0) / _HA,
                "features": facts.get("features", 0),
                "length_m": facts.get("length_m", 0.0),
                "rule": rule.id if rule else "",
                "clause_vi": rule.clause_vi if rule else "",
                "clause_en": rule.clause_en if rule else "",
                "basis": rule.basis if rule else "",
                "valid_from": rule.valid_from if rule else "",
                "valid_to": rule.valid_to if rule else "",
                "confidence": rule.confidence if rule else "",
                "unsettled": facts.get("unsettled", ""),
                "state_found": state,
                "reason": "",
                "by": "",
                "at": "",
            }
        )


def _ids(rules: Iterable[Rule]) -> str:
    return " ".join(rule.fact_id for rule in rules)


def _area(pieces: pd.DataFrame) -> float:
    """Area of pieces, each hectare once even where the features of a layer overlap."""
    if bool(pieces["exclusive"].iloc[0]) or len(pieces) == 1:
        return float(pieces["area_m2"].sum())
    geometry: NDArray[np.object_] = pieces["geometry"].to_numpy()
    return float(shapely.area(shapely.union_all(geometry)))
