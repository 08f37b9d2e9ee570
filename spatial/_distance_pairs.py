"""Pairs of features within reach of a rule, and what each rule says of each pair.

A pair enters where it is nearer than some rule asks, and each source enters with its nearest target
besides, so that what was checked and is clear can be seen. Nearness is asked of exact distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.errors import GeometryError
from layers.kinds import zone_kind_of
from spatial._distance_rules import APPLIES, EXCLUDED, FACTS, OPEN
from spatial._scale import ground_lengths, scale_at
from spatial.labels import feature_labels
from spatial.provinces import ELSEWHERE, HERE, UNKNOWN, standing_here

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.layer import Layer
    from spatial._distance_rules import DistanceBook, DistanceRule

__all__ = ["Side", "no_data_row", "pair_rows", "side_of"]

#: differences below a micrometre are arithmetic
_SAME_M = 1e-6
#: grid and ground differ by less than this within a zone; candidates are taken a little too far
_SPARE = 1.002


@dataclass(frozen=True)
class Side:
    """One layer, ready to be measured: labels, names, kinds and geometry by position."""

    layer: Layer
    labels: NDArray[np.object_]
    names: NDArray[np.object_]
    kinds: NDArray[np.object_]
    geometry: NDArray[np.object_]
    chosen: frozenset[str]
    #: provinces that each feature lies in; None where nobody asks
    where: list[frozenset[str]] | None = None


def side_of(layer: Layer, labels: pd.Series | None, chosen: frozenset[str]) -> Side:
    """Prepare a layer; a zone's own column ``kind`` counts before the kind of the layer."""
    frame = layer.frame
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    bad = np.flatnonzero(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if len(bad):
        raise GeometryError(
            "geometry_invalid", layer=layer.name, row=str(frame.index[bad[0]]), found="empty geometry"
        )
    kinds = np.full(len(frame), layer.kind_name, dtype=object)
    if layer.kind.role == "zone" and "kind" in frame:
        stated = [zone_kind_of(str(text)) if pd.notna(text) else None for text in frame["kind"]]
        kinds = np.array([found or layer.kind_name for found in stated], dtype=object)
    own = feature_labels(frame) if labels is None else labels
    named = frame["name"].fillna("").astype(str) if "name" in frame else own
    return Side(layer, own.to_numpy(dtype=object), named.to_numpy(dtype=object), kinds, geometry, chosen)


@dataclass(frozen=True)
class _Pairs:
    """Pairs of positions with their nearest line and its length on the grid and on the ground."""

    i: NDArray[np.intp]
    j: NDArray[np.intp]
    nearest: NDArray[np.bool_]
    lines: NDArray[np.object_]
    grid_m: NDArray[np.float64]
    actual_m: NDArray[np.float64]

    def of(self, side: str) -> NDArray[np.intp]:
        """Positions in the layer that a rule belongs to."""
        return self.i if side == "source" else self.j


@dataclass(frozen=True)
class _Two:
    """Two layers to be measured, or the features of one kind in each."""

    ours: Side
    theirs: Side
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    crs: CRS

    def owner(self, side: str) -> Side:
        """Layer that a rule belongs to."""
        return self.ours if side == "source" else self.theirs


def pair_rows(ours: Side, theirs: Side, book: DistanceBook, crs: CRS) -> list[pd.DataFrame]:
    """Rows for two layers, one frame per pair of kinds."""
    out = []
    for own in dict.fromkeys(ours.kinds):
        for other in dict.fromkeys(theirs.kinds):
            left, right = np.flatnonzero(ours.kinds == own), np.flatnonzero(theirs.kinds == other)
            rules = [(rule, "source") for rule in book.between(own, other, ours.chosen)]
            rules += [(rule, "target") for rule in book.between(other, own, theirs.chosen)]
            out.append(_judged(_Two(ours, theirs, left, right, crs), rules))
    return out


def _judged(two: _Two, rules: list[tuple[DistanceRule, str]]) -> pd.DataFrame:
    reach = np.nanmax([0.0, *(rule.required_m for rule, _ in rules)])
    pairs = _pairs(two, float(reach))
    held = [_held(rule, two.owner(side))[pairs.of(side)] for rule, side in rules]
    standing = [_standing(rule, two, pairs, side) for rule, side in rules]
    judging = [np.where(at == HERE, one, EXCLUDED) for one, at in zip(held, standing, strict=True)]
    worst = _worst(rules, judging, len(pairs.i))
    seen = _seen(two.ours, two.theirs.layer, two.crs)[pairs.i]
    spoken = np.zeros(len(pairs.i), dtype=bool)
    parts = []
    for (rule, side), holds, local in zip(rules, held, standing, strict=True):
        near = pairs.actual_m < rule.required_m - _SAME_M
        kept = (holds != EXCLUDED) & (pairs.nearest | near)
        spoken |= kept
        at = np.flatnonzero(kept)
        needs = _needs(rule, two.owner(side))[pairs.of(side)[at]]
        said = _said(
            rule,
            holds[at],
            actual_m=pairs.actual_m[at],
            worst=worst[side, rule.feature_type][at],
            seen=seen[at],
        )
        said = _at_home(said, local[at])
        parts.append({"at": at, "rule": rule.id, "owner": side, "needs": needs, **said})
    silent = np.flatnonzero(pairs.nearest & ~spoken)
    nothing = {"required_m": np.nan, "shortfall_m": np.nan, "state": "no_rule", "why": ""}
    parts.append({"at": silent, "rule": "", "owner": "", "needs": "", **nothing})
    facts = pd.DataFrame({rule.id: rule.facts for rule, _ in rules}, index=list(FACTS), dtype=object).T
    return _frame(two, pairs, parts, facts)


def _pairs(two: _Two, reach: float) -> _Pairs:
    a, b = two.ours.geometry[two.left], two.theirs.geometry[two.right]
    tree = shapely.STRtree(b)
    near = tree.query(a, predicate="dwithin", distance=reach * _SPARE)
    close = _nearest(tree, a, two.theirs.labels[two.right])
    both = pd.DataFrame(
        {
            "i": np.concatenate([near[0], close[0]]),
            "j": np.concatenate([near[1], close[1]]),
            "nearest": np.concatenate([np.zeros(near.shape[1], bool), np.ones(close.shape[1], bool)]),
        }
    )
    both = both.groupby(["i", "j"])["nearest"].max().reset_index()
    i, j = two.left[both["i"].to_numpy()], two.right[both["j"].to_numpy()]
    lines = shapely.shortest_line(two.ours.geometry[i], two.theirs.geometry[j])
    grid = shapely.distance(two.ours.geometry[i], two.theirs.geometry[j])
    # the line is only as long as its rounded ends say; the distance is exact
    length = shapely.length(lines)
    factor = np.divide(ground_lengths(two.crs, lines), length, out=np.ones(len(length)), where=length > 0)
    return _Pairs(i, j, both["nearest"].to_numpy(dtype=bool), lines, grid, grid * factor)


def _nearest(
    tree: shapely.STRtree, sources: NDArray[np.object_], labels: NDArray[np.object_]
) -> NDArray[np.intp]:
    """Positions of each source and its nearest target; of equally near ones the first by label."""
    found = tree.query_nearest(sources, all_matches=True)
    rank = np.argsort(np.argsort(labels.astype(str), kind="stable"), kind="stable")
    order = np.lexsort((rank[found[1]], found[0]))
    ordered = found[:, order]
    first = np.unique(ordered[0], return_index=True)[1]
    return ordered[:, first]


def _held(rule: DistanceRule, owner: Side) -> NDArray[np.int8]:
    """What the data say of a rule for each feature of the layer that it belongs to."""
    if rule.id in owner.chosen:
        return np.full(len(owner.labels), APPLIES, dtype=np.int8)
    return rule.holds(owner.layer.frame)


def _standing(rule: DistanceRule, two: _Two, pairs: _Pairs, side: str) -> NDArray[np.object_]:
    """What a rule of one province is to each pair: it judges where both lie in its province."""
    out = np.full(len(pairs.i), HERE, dtype=object)
    if not rule.provinces:
        return out
    nowhere: frozenset[str] = frozenset()
    stood = []
    for of, at in ((two.ours, pairs.i), (two.theirs, pairs.j)):
        stood.append([standing_here(rule.provinces, of.where[n] if of.where else nowhere) for n in at])
    both = np.array(stood, dtype=object)
    out[(both == UNKNOWN).any(axis=0)] = UNKNOWN
    out[(both == ELSEWHERE).any(axis=0)] = ELSEWHERE
    if rule.id in two.owner(side).chosen:
        out[out == UNKNOWN] = HERE  # who chooses a rule of a province says that the land lies in it
    return out


def _at_home(said: dict[str, Any], local: NDArray[np.object_]) -> dict[str, Any]:
    """Take the verdict from pairs that a rule of one province doesn't reach, and say why."""
    away = local != HERE
    if not away.any():
        return said
    n = len(local)
    full = {name: np.broadcast_to(value, n).copy() for name, value in said.items()}
    state = np.where(local == ELSEWHERE, "no_rule", "unsettled")
    full["state"] = np.where(away, state, full["state"]).astype(object)
    full["why"] = np.where(away, local, full["why"]).astype(object)
    full["shortfall_m"] = np.where(away, np.nan, full["shortfall_m"])
    return full


def _needs(rule: DistanceRule, owner: Side) -> NDArray[np.object_]:
    """Columns that would decide whether a rule applies, per feature of its layer."""
    out = np.full(len(owner.labels), "", dtype=object)
    if rule.id in owner.chosen:
        return out
    for field in dict.fromkeys(condition.field for condition in rule.conditions):
        tests = [c.holds(owner.layer.frame) for c in rule.conditions if c.field == field]
        unknown = np.minimum.reduce(tests) == OPEN
        out[unknown] = [f"{text} {field}".strip() for text in out[unknown]]
    return out


def _worst(
    rules: list[tuple[DistanceRule, str]], held: list[NDArray[np.int8]], count: int
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Largest requirement among the rows that might apply: a pair beyond it keeps its distance anyway."""
    out: dict[tuple[str, str], NDArray[np.float64]] = {}
    for (rule, side), holds in zip(rules, held, strict=True):
        key = (side, rule.feature_type)
        known = out.setdefault(key, np.zeros(count))
        if rule.standing == "judges":
            out[key] = np.maximum(known, np.where(holds == OPEN, rule.required_m, 0.0))
    return out


def _seen(ours: Side, layer: Layer, crs: CRS) -> NDArray[np.float64]:
    """How far round each source the other layer was surveyed, ground metres; without limit if unstated."""
    if layer.extent is None:
        return np.full(len(ours.geometry), np.inf)
    inside = shapely.covers(layer.extent, ours.geometry)
    rim = shapely.distance(ours.geometry, shapely.boundary(layer.extent))
    middle = shapely.centroid(ours.geometry)
    return np.where(inside, rim / scale_at(crs, shapely.get_x(middle), shapely.get_y(middle)), 0.0)


def _said(
    rule: DistanceRule,
    holds: NDArray[np.int8],
    *,
    actual_m: NDArray[np.float64],
    worst: NDArray[np.float64],
    seen: NDArray[np.float64],
) -> dict[str, Any]:
    """What a rule says of each pair: the state, why, and the metres missing."""
    out: dict[str, Any] = {"required_m": rule.required_m, "shortfall_m": np.nan, "why": rule.standing}
    if rule.standing != "judges":
        if rule.standing == "preset":
            out["shortfall_m"] = np.maximum(0.0, rule.required_m - actual_m)
        named = {"preset": "preset", "gap": "refused"}
        return {**out, "state": named.get(rule.standing, "unsettled")}
    shortfall = np.maximum(0.0, rule.required_m - actual_m)
    unknown = holds == OPEN
    asked = np.where(unknown, np.maximum(worst, rule.required_m), rule.required_m)
    short = (holds == APPLIES) & (shortfall > _SAME_M)
    depends = unknown & (actual_m < worst - _SAME_M)
    unseen = ~short & ~depends & (asked > seen + _SAME_M)
    cases = [short, depends, unseen]
    return {
        **out,
        "shortfall_m": shortfall,
        "state": np.select(cases, ["too_near", "depends", "no_data"], "kept").astype(object),
        "why": np.select([*cases, unknown], ["", "condition", "extent", "any_condition"], "").astype(object),
    }


def _frame(two: _Two, pairs: _Pairs, parts: list[dict[str, Any]], facts: pd.DataFrame) -> pd.DataFrame:
    """One row per pair and rule; parts hold arrays, or one value for all their rows."""
    sizes = [len(part["at"]) for part in parts]
    joined = {
        name: np.concatenate([np.broadcast_to(part[name], n) for part, n in zip(parts, sizes, strict=True)])
        for name in parts[0]
    }
    at = joined.pop("at")
    i, j = pairs.i[at], pairs.j[at]
    ours, theirs = two.ours, two.theirs
    carried = facts.astype(object).reindex(joined["rule"], fill_value="")
    return pd.DataFrame(
        {
            "source": ours.labels[i],
            "source_name": ours.names[i],
            "source_kind": ours.kinds[i],
            "source_layer": ours.layer.name,
            "target": theirs.labels[j],
            "target_name": theirs.names[j],
            "target_kind": theirs.kinds[j],
            "target_layer": theirs.layer.name,
            "actual_m": pairs.actual_m[at],
            "grid_m": pairs.grid_m[at],
            "nearest": pairs.nearest[at],
            **joined,
            **{name: carried[name].to_numpy() for name in FACTS},
            "geometry": pairs.lines[at],
            "target_shape": theirs.geometry[j],
        }
    )


def no_data_row(layer: Layer, kind: str, target: str, why: str) -> dict[str, Any]:
    """Row that says for a whole layer that nothing is known of a kind the table asks about."""
    return {
        **dict.fromkeys(FACTS, ""),
        **dict.fromkeys(("source", "source_name", "target", "target_name", "rule", "owner", "needs"), ""),
        "source_kind": layer.kind_name,
        "source_layer": layer.name,
        "target_kind": kind,
        "target_layer": target,
        "state": "no_data",
        "why": why,
        "nearest": False,
        "geometry": None,
        "target_shape": None,
    }
