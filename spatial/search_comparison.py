"""Two searches for sites held against each other: what was asked otherwise, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import CrsError

if TYPE_CHECKING:
    from spatial.candidates import CandidateAnswer

__all__ = ["SearchComparison", "SearchFacts", "carried_decisions", "compare_searches", "search_facts"]

_HA: Final = 10_000.0
#: boundaries that share so much of what both cover are one boundary: coordinates were rounded between
_SAME: Final = 0.9999
#: sites that share so much are taken for the same one drawn a little otherwise
_ALIKE: Final = 0.9
#: sites that share at least so much of the smaller are one site that moved
_MOVED: Final = 0.5
_FIGURES: Final = ("rank", "score", "area_ha")
_SITES: Final = (
    *("before", "after", "state", "shared_ha", "share_pct"),
    *("rank_before", "rank_after", "score_before", "score_after", "area_before_ha", "area_after_ha"),
)
_PLAIN: Final = (
    *("zone_kind", "craft_village", "on", "rule_version", "min_ha", "max_ha", "cell_m", "min_width_m"),
    *("min_compactness", "min_score", "road_reach_m", "count", "seed", "draws", "weight_share", "top"),
    *("allowed", "avoided", "order", "industry", "follow", "parcel_tolerance"),
)
_NAMED: Final = ("weights", "functions", "chosen", "own_buffers_m", "speeds_kmh")


@dataclass(frozen=True)
class SearchFacts:
    """What two searches are compared by: of an answer, or read back from a file.

    Parameters
    ----------
    sites : geopandas.GeoDataFrame
        Index the names of the sites; ``rank, score, area_ha``, polygons.
    exclusions : pandas.DataFrame
        Constraints that took land: ``constraint, alone_ha, added_ha``.
    area_ha, left_ha : float
    run : dict
        Of :class:`spatial.candidates.CandidateAnswer`.
    """

    sites: gpd.GeoDataFrame
    exclusions: pd.DataFrame
    area_ha: float
    left_ha: float
    run: dict[str, Any]


@dataclass(frozen=True)
class SearchComparison:
    """What differs between two searches.

    Parameters
    ----------
    settings : pandas.DataFrame
        What was asked otherwise: ``setting, part`` (criterion, kind or layer, else empty), ``before,
        after``; None where one search didn't have it; index 0, 1, 2, ...
    sites : pandas.DataFrame
        Every site of either search once: ``before, after`` (names, empty where there is none), ``state``
        (*kept, moved, gone, new*), ``shared_ha``, ``share_pct`` (of the land of both together),
        ``rank_before, rank_after, score_before, score_after, area_before_ha, area_after_ha``; index
        0, 1, 2, ...
    exclusions : pandas.DataFrame
        Constraints that took land in either: ``constraint, alone_before_ha, alone_after_ha,
        added_before_ha, added_after_ha`` (NaN where a search didn't have it), ``change_ha`` of what was
        added.
    totals : pandas.DataFrame
        Rows ``area_ha, excluded_ha, left_ha, sites, sites_ha``; columns ``before, after, change``.
    """

    settings: pd.DataFrame
    sites: pd.DataFrame
    exclusions: pd.DataFrame
    totals: pd.DataFrame


def search_facts(answer: CandidateAnswer) -> SearchFacts:
    """Take from an answer what it is compared by.

    Parameters
    ----------
    answer : CandidateAnswer

    Returns
    -------
    SearchFacts

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import LineString, box
    >>> from layers import Layer, reference
    >>> from spatial.candidates import candidates
    >>> from spatial.exclusions import ExclusionQuestion
    >>> from spatial.judgement import SiteQuestion
    >>> from spatial.suitability import Criterion
    >>> from spatial.value_functions import parse_value_function
    >>> def layer(kind, *shapes, **columns):
    ...     return Layer(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897), kind, kind)
    >>> area = layer("admin_unit", box(0, 0, 500, 500), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (500, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> found = candidates(area, [], near, question=SiteQuestion(asked, 10, 75, min_score=0))
    >>> facts = search_facts(found)
    >>> facts.left_ha, facts.sites[["rank", "area_ha"]].values.tolist()
    (25.0, [[1.0, 25.0]])
    """
    sites, found = answer.sites, answer.exclusions
    frame = gpd.GeoDataFrame(
        pd.DataFrame(sites.drop(columns="geometry")).reindex(columns=list(_FIGURES)),
        geometry=sites.geometry.to_numpy(),
        crs=found.area.crs,
    )
    rows = found.rows.loc[found.rows["applied"].astype(bool), ["constraint", "alone_ha", "added_ha"]]
    return SearchFacts(frame, rows.reset_index(drop=True), found.area_ha, found.left_ha, answer.run)


def compare_searches(before: SearchFacts, after: SearchFacts) -> SearchComparison:
    """Hold two searches against each other.

    Parameters
    ----------
    before, after : SearchFacts
        From :func:`search_facts`, in one CRS.

    Returns
    -------
    SearchComparison

    Raises
    ------
    CrsError
        ``crs_differs``.

    Notes
    -----
    Sites are matched by their land, never by their names: pairs that share most come first, each site is
    in one pair at most, and a pair shares at least half of the smaller site. Boundaries whose shared land
    is 99.99 % of what they cover together are *kept*.

    Examples
    --------
    >>> from shapely import box
    >>> def searched(*shapes):
    ...     n = len(shapes)
    ...     figures = {"rank": range(1, n + 1), "score": [0.5] * n, "area_ha": [s.area / 1e4 for s in shapes]}
    ...     names = [f"S{k}" for k in range(n)]
    ...     sites = gpd.GeoDataFrame(figures, geometry=list(shapes), index=names, crs=5897)
    ...     rows = pd.DataFrame({"constraint": ["river"], "alone_ha": [5.0], "added_ha": [float(n)]})
    ...     return SearchFacts(sites, rows, 100.0, 100.0 - n, {"min_ha": n, "weights": {"road": 1.0}})
    >>> first = searched(box(0, 0, 500, 500), box(900, 0, 1200, 300))
    >>> second = searched(box(100, 0, 600, 500), box(2000, 0, 2300, 300), box(900, 0, 1200, 300))
    >>> found = compare_searches(first, second)
    >>> found.sites[["before", "after", "state", "shared_ha"]].values.tolist()
    [['S0', 'S0', 'moved', 20.0], ['S1', 'S2', 'kept', 9.0], ['', 'S1', 'new', 0.0]]
    >>> found.settings.values.tolist(), found.exclusions["change_ha"].tolist()
    ([['min_ha', '', 2, 3]], [1.0])
    """
    if before.sites.crs != after.sites.crs:
        raise CrsError(
            "crs_differs", layer="sites", expected=str(before.sites.crs), found=str(after.sites.crs)
        )
    return SearchComparison(
        _settings(before.run, after.run),
        _matched(before.sites, after.sites),
        _exclusions(before.exclusions, after.exclusions),
        _totals(before, after),
    )


def carried_decisions(
    decisions: gpd.GeoDataFrame, found: gpd.GeoDataFrame, again: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Carry decisions over to a search that was run again.

    Parameters
    ----------
    decisions : geopandas.GeoDataFrame
        As :func:`spatial.decisions.decided` takes them.
    found, again : geopandas.GeoDataFrame
        Sites as the earlier and the later search formed them, before anything was drawn; index their names.

    Returns
    -------
    decisions : geopandas.GeoDataFrame
        Those that still have their site, under its new name; drawn boundaries come along as they are.
    matches : pandas.DataFrame
        One row per decision, index 0, 1, 2, ...: ``site, decision, reason, after`` (new name, empty where
        none), ``how`` (*same* boundary, *alike* – at least 90 % of the land of both is shared –, *moved*
        and *gone* are not carried), ``share_pct``. A decision about a site that the earlier search doesn't
        have is *gone*.

    Examples
    --------
    >>> from shapely import box
    >>> sites = gpd.GeoDataFrame(geometry=[box(0, 0, 500, 500), box(900, 0, 1200, 300)],
    ...                          index=["S01", "S02"], crs=5897)
    >>> rows = gpd.GeoDataFrame({"decision": ["ticked", "dropped"], "reason": ["", "ngập"]},
    ...                         geometry=[None, None], index=["S01", "S02"], crs=5897)
    >>> later = sites.iloc[[1]].set_axis(["S01"])
    >>> kept, told = carried_decisions(rows, sites, later)
    >>> kept["decision"].to_dict(), told[["site", "after", "how"]].values.tolist()
    ({'S01': 'dropped'}, [['S01', '', 'gone'], ['S02', 'S01', 'same']])
    """
    pairs = _pairs(found, again)
    told = []
    for site, row in zip(map(str, decisions.index), decisions.to_dict("records"), strict=True):
        after, share = pairs.get(site, ("", 0.0))
        how = "same" if share >= _SAME else "alike" if share >= _ALIKE else "moved" if after else "gone"
        facts = {"site": site, "decision": row["decision"], "reason": row["reason"]}
        told.append({**facts, "after": after, "how": how, "share_pct": 100.0 * share})
    matches = pd.DataFrame(told, columns=["site", "decision", "reason", "after", "how", "share_pct"])
    holds = matches["how"].isin(["same", "alike"]).to_numpy(dtype=bool)
    kept = decisions[holds]
    return kept.set_axis(pd.Index(matches.loc[holds, "after"], name="site")), matches


def _pairs(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, tuple[str, float]]:
    """Name of the later site and the share of the land of both, for each earlier site that has one."""
    one, other = before.geometry.to_numpy(), after.geometry.to_numpy()
    i, k = shapely.STRtree(other).query(one, predicate="intersects") if len(other) else ([], [])
    shared = shapely.area(shapely.intersection(one[i], other[k])) if len(i) else np.zeros(0)
    smaller = np.minimum(shapely.area(one[i]), shapely.area(other[k])) if len(i) else np.zeros(0)
    out: dict[str, tuple[str, float]] = {}
    taken: set[str] = set()
    # pairs that share as much are taken in the order of their names, so that no order of rows matters
    names = [(str(before.index[a]), str(after.index[b])) for a, b in zip(i, k, strict=True)]
    for n in sorted(range(len(names)), key=lambda n: (-round(float(shared[n]), 3), names[n])):
        first, second = names[n]
        if first in out or second in taken or shared[n] < _MOVED * smaller[n] or shared[n] <= 0:
            continue
        union = one[i[n]].area + other[k[n]].area - shared[n]
        out[first] = (second, float(shared[n] / union))
        taken.add(second)
    return out


def _matched(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    pairs = _pairs(before, after)
    rows = [_site_row(before, after, str(site), pairs.get(str(site), ("", 0.0))) for site in before.index]
    met = {name for name, _ in pairs.values()}
    rows += [_site_row(before, after, "", (str(site), 0.0)) for site in after.index if str(site) not in met]
    return pd.DataFrame(rows, columns=list(_SITES))


def _site_row(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, first: str, match: tuple[str, float]
) -> dict[str, Any]:
    second, share = match
    state = "new" if not first else "gone" if not second else "kept" if share >= _SAME else "moved"
    one: Any = before.loc[first] if first else None
    other: Any = after.loc[second] if second else None
    shared = one.geometry.intersection(other.geometry).area if first and second else 0.0
    row = {"before": first, "after": second, "state": state, "shared_ha": shared / _HA}
    row["share_pct"] = 100.0 * share
    for name in _FIGURES:
        stem, unit = (name, "") if name != "area_ha" else ("area", "_ha")
        row[f"{stem}_before{unit}"] = float(one[name]) if one is not None else np.nan
        row[f"{stem}_after{unit}"] = float(other[name]) if other is not None else np.nan
    return row


def _exclusions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Constraints in the order of the earlier search, those of the later one alone at the end."""
    one, other = (
        frame.groupby("constraint", sort=False)[["alone_ha", "added_ha"]].sum() for frame in (before, after)
    )
    names = list(dict.fromkeys([*one.index, *other.index]))
    one, other = one.reindex(names), other.reindex(names)
    out = pd.DataFrame({"constraint": names})
    for name in ("alone", "added"):
        out[f"{name}_before_ha"] = one[f"{name}_ha"].to_numpy()
        out[f"{name}_after_ha"] = other[f"{name}_ha"].to_numpy()
    out["change_ha"] = out["added_after_ha"].fillna(0.0) - out["added_before_ha"].fillna(0.0)
    return out


def _totals(before: SearchFacts, after: SearchFacts) -> pd.DataFrame:
    columns = {}
    for name, facts in (("before", before), ("after", after)):
        taken = facts.area_ha - facts.left_ha
        sites = float(facts.sites["area_ha"].sum())
        columns[name] = [facts.area_ha, taken, facts.left_ha, float(len(facts.sites)), sites]
    rows = pd.Index(["area_ha", "excluded_ha", "left_ha", "sites", "sites_ha"], name="total")
    return pd.DataFrame(columns, index=rows).assign(change=lambda t: t["after"] - t["before"])


def _settings(before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """Settings that differ; layers by their hash, or by their rows and period where they have none."""
    one, other = _flat(before), _flat(after)
    rows = [
        (*key, one.get(key), other.get(key))
        for key in dict.fromkeys([*one, *other])
        if one.get(key) != other.get(key)
    ]
    return pd.DataFrame(rows, columns=["setting", "part", "before", "after"], dtype=object)


def _flat(run: dict[str, Any]) -> dict[tuple[str, str], Any]:
    out: dict[tuple[str, str], Any] = {}
    for name in _PLAIN:
        if name in run:
            value = run[name]
            out[name, ""] = tuple(value) if isinstance(value, list | tuple) else value
    for name in _NAMED:
        for part, value in dict(run.get(name) or {}).items():
            out[name, str(part)] = tuple(value) if isinstance(value, list | tuple) else value
    for row in run.get("waived") or ():
        out["waived", str(row["constraint"])] = (row["clause_vi"], row["clause_en"])
    for layer in run.get("layers", ()):
        facts = (layer["kind"], layer["period"] or "", layer["rows"], (layer["sha256"] or "")[:8])
        out[f"layer_{layer['role']}", str(layer["name"])] = facts
    return out
