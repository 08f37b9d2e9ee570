"""Rows of a conflict answer: pieces of one layer grouped by zone and land, judged by the rule book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.layer import Layer
    from spatial.rules import Rule, RuleBook

__all__ = ["COLUMNS", "layer_rows"]

_HA = 10_000.0
COLUMNS = [
    *("zone", "zone_name", "zone_kind", "constraint", "layer", "kind", "part"),
    *("part_name", "code", "state"),
    *("area_ha", "share_pct", "noise_ha", "features", "length_m", "rule", "clause_vi", "clause_en", "basis"),
    *("valid_from", "valid_to", "confidence", "unsettled", "state_found", "reason", "by", "at"),
]


class _Zone(NamedTuple):
    label: Any
    name: str
    kind: str
    area_m2: float


class _Hit(NamedTuple):
    """What a zone shares with one part of a layer."""

    zone: Any
    part: str
    code: str
    features: int
    length_m: float
    area_m2: float
    noise_m2: float
    real: bool  # anything but slivers
    where: str  # code of the province, where a rule of one province speaks of the layer


def layer_rows(
    zones: gpd.GeoDataFrame, layer: Layer, pieces: gpd.GeoDataFrame, book: RuleBook
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Judge the pieces of one layer; return them with their state, and the rows of the answer."""
    facts = _zones(zones)
    table = _Table(layer, list(zones.index))
    pieces = pieces.assign(layer=layer.name, kind=layer.kind_name, state="no_data")
    covered = pieces["covered"].to_numpy()
    hits, group = _hits(pieces[covered])
    states = []
    for hit in hits:
        zone = facts[hit.zone]
        rules = _rules(book, zone.kind, layer, hit)
        states.append(rules[0].severity if rules else "no_data")
        unsettled = book.unsettled_for(zone.kind, layer.kind_name, hit.code, where=hit.where)
        table.add_hit(zone, hit, rules, unsettled)
    pieces.loc[covered, "state"] = np.array(states, dtype=object)[group]
    _add_free(table, facts, pieces, book)
    pieces["state_found"] = pieces["state"]
    return pieces, table.frame()


def _zones(zones: gpd.GeoDataFrame) -> dict[Any, _Zone]:
    columns = (zones.index, zones["zone_name"], zones["zone_kind"], zones.geometry.area)
    return {label: _Zone(label, name, kind, area) for label, name, kind, area in zip(*columns, strict=True)}


def _hits(pieces: gpd.GeoDataFrame) -> tuple[list[_Hit], NDArray[np.int64]]:
    """Pieces summed up by zone and part, and the place of every piece among the sums."""
    groups = pieces.groupby(["zone", "part", "where"], sort=False)
    group: NDArray[np.int64] = groups.ngroup().to_numpy().astype(np.int64)
    n = groups.ngroups
    noise = pieces["noise"].to_numpy(dtype=bool)
    area, length = pieces["area_m2"].to_numpy(), pieces["length_m"].to_numpy()
    counted = pd.DataFrame({"group": group, "feature": pieces["feature"].to_numpy()})[
        ~noise
    ].drop_duplicates()
    sums = zip(
        np.bincount(counted["group"], minlength=n),
        np.bincount(group, weights=np.where(noise, 0.0, length), minlength=n),
        _areas(pieces, group, n),
        np.bincount(group, weights=np.where(noise, area, 0.0), minlength=n),
        np.bincount(group, weights=~noise, minlength=n) > 0,
        strict=True,
    )
    _, first = np.unique(group, return_index=True)
    names = pieces[["zone", "part", "code", "where"]].iloc[first].itertuples(index=False)
    return [
        _Hit(zone, str(part), str(code), int(features), float(run), float(m2), float(thin), bool(real), at)
        for (zone, part, code, at), (features, run, m2, thin, real) in zip(names, sums, strict=True)
    ], group


def _areas(pieces: gpd.GeoDataFrame, group: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Area of each group, every hectare once even where the features of a layer overlap."""
    real = ~pieces["noise"].to_numpy(dtype=bool)
    total = np.bincount(group[real], weights=pieces["area_m2"].to_numpy()[real], minlength=n)
    doubled = real & ~pieces["exclusive"].to_numpy(dtype=bool)
    several = np.flatnonzero(np.bincount(group[doubled], minlength=n) > 1)
    geometry = pieces.geometry.to_numpy()
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(n + 1))
    for g in several:
        of_group = order[start[g] : start[g + 1]]
        total[g] = shapely.area(shapely.union_all(geometry[of_group[real[of_group]]]))
    return np.asarray(total)


def _rules(book: RuleBook, zone_kind: str, layer: Layer, hit: _Hit) -> tuple[Rule, ...]:
    if layer.kind_name == "land_use" and not hit.code:
        return ()  # land of unknown use: no rule can speak of it
    return book.rules_for(zone_kind, layer.kind_name, hit.code, where=hit.where)


def _add_free(table: _Table, zones: dict[Any, _Zone], pieces: gpd.GeoDataFrame, book: RuleBook) -> None:
    """Rows for what has no data, and for zones that a sparse layer leaves free."""
    layer = table.layer
    empty = pieces[~pieces["covered"]]
    bare = empty[~empty["noise"]].groupby("zone")["area_m2"].sum().to_dict()
    thin = empty[empty["noise"]].groupby("zone")["area_m2"].sum().to_dict()
    hit = set(pieces.loc[pieces["covered"] & ~pieces["noise"], "zone"])
    for label, zone in zones.items():
        missing, slivers = float(bare.get(label, 0.0)), float(thin.get(label, 0.0))
        free = zone.area_m2 - missing - slivers
        if layer.kind.coverage == "sparse" and label not in hit and free > slivers:
            rules = book.rules_for(zone.kind, layer.kind_name)
            unsettled = book.unsettled_for(zone.kind, layer.kind_name)
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

    def add_hit(self, zone: _Zone, hit: _Hit, rules: tuple[Rule, ...], unsettled: tuple[Rule, ...]) -> None:
        if not hit.real:
            # nothing but slivers: the land is clear of this, and the slivers keep their sum
            self.waiting[zone.label] = self.waiting.get(zone.label, 0.0) + hit.noise_m2
            return
        measured = {
            "part": hit.part,
            "code": hit.code,
            "features": hit.features,
            "length_m": hit.length_m,
            "unsettled": _ids(unsettled),
        }
        if not rules:
            self._add(zone, "no_data", hit.area_m2, None, noise_m2=hit.noise_m2, **measured)
        for rank, rule in enumerate(rules):
            noise_m2 = hit.noise_m2 if rank == 0 else 0.0
            self._add(zone, rule.severity, hit.area_m2, rule, noise_m2=noise_m2, **measured)

    def add_clear(
        self, zone: _Zone, free_m2: float, rules: tuple[Rule, ...], unsettled: tuple[Rule, ...]
    ) -> None:
        noise_m2 = self.waiting.pop(zone.label, 0.0)
        checked = rules[0] if rules else None
        self._add(zone, "clear", free_m2 - noise_m2, checked, noise_m2=noise_m2, unsettled=_ids(unsettled))

    def add_missing(self, zone: _Zone, missing_m2: float) -> None:
        self._add(zone, "no_data", missing_m2, None)

    def add_noise(self, zone: _Zone, noise_m2: float) -> None:
        """Slivers that stand in no other row of their zone get a row of their own."""
        self._add(zone, "clear", 0.0, None, noise_m2=noise_m2 + self.waiting.pop(zone.label, 0.0))

    def _add(self, zone: _Zone, state: str, area_m2: float, rule: Rule | None, **facts: Any) -> None:
        part = facts.get("part", "")
        self.rows.append(
            {
                "zone": zone.label,
                "zone_name": zone.name,
                "zone_kind": zone.kind,
                "constraint": f"{self.layer.name}:{part}" if part else self.layer.name,
                "layer": self.layer.name,
                "kind": self.layer.kind_name,
                "part": part,
                "part_name": "",
                "code": facts.get("code", ""),
                "state": state,
                "area_ha": area_m2 / _HA,
                "share_pct": 100.0 * area_m2 / zone.area_m2,
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
