"""Decisions about sites: ticked, dropped with a reason, or drawn anew by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import QuestionError
from spatial._search import Decisions
from spatial.redraw import redrawn, site_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.candidates import CandidateAnswer
    from spatial.judgement import Judgement

__all__ = ["DECISIONS", "Decisions", "chosen_sites", "decided", "only_sites"]

#: what can be decided about a site; *open* also stands for nothing
DECISIONS: Final = ("open", "ticked", "dropped")
_HA: Final = 10_000.0
_NOW: Final = ("rank", "score", "area_ha", "excluded_ha")
_BEFORE: Final = ("rank_before", "score_before", "area_before_ha", "shared_ha")


def decided(answer: CandidateAnswer, decisions: gpd.GeoDataFrame) -> CandidateAnswer:
    """Note decisions about the sites of a search, and judge boundaries that were drawn anew.

    Parameters
    ----------
    answer : CandidateAnswer
        As the search gave it, without decisions.
    decisions : geopandas.GeoDataFrame
        Index the names of sites; ``decision`` (*open, ticked, dropped*), ``reason``, and a polygon in the
        CRS of the answer where the site was drawn anew, None where it wasn't. Sites without a row are open.

    Returns
    -------
    CandidateAnswer
        Sites with their boundaries as drawn, judged and ranked again, and ``decisions``; equal to `answer`
        in all else. No site is left out: :func:`only_sites` does that.

    Raises
    ------
    QuestionError
        ``decision_unknown``, ``decision_without_reason`` (a site is dropped with a reason or not at all),
        ``decision_twice``, ``site_unknown``.
    CrsError, GeometryError
        As of :func:`spatial.redraw.redrawn`.

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
    >>> area = layer("admin_unit", box(0, 0, 1000, 1000), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (1000, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> found = candidates(area, [], near, question=SiteQuestion(asked, 10, 30, min_score=0))
    >>> rows = gpd.GeoDataFrame(
    ...     {"decision": ["ticked", "dropped"], "reason": ["", "đất đã có chủ đầu tư"]},
    ...     geometry=[box(0, 0, 400, 500), None], index=["S01", "S02"], crs=5897)
    >>> told = decided(found, rows)
    >>> told.decisions.rows.loc[["S01", "S02"], ["decision", "reason", "redrawn"]].values.tolist()
    [['ticked', '', True], ['dropped', 'đất đã có chủ đầu tư', False]]
    >>> chosen_sites(told), float(told.sites.loc["S01", "area_ha"])
    (('S01',), 20.0)
    """
    noted = _noted(answer, decisions)
    shapes = gpd.GeoSeries(decisions.geometry)
    drawn = gpd.GeoSeries(shapes[~(shapes.isna() | shapes.is_empty)])
    again = redrawn(answer, drawn)
    rows = _rows(answer, again.answer, noted, [str(site) for site in drawn.index])
    made = Decisions(rows, site_limits(again.answer), again.hits, answer.sites[["geometry"]])
    run = {**again.answer.run, **{name: _sites(rows, name) for name in ("ticked", "dropped")}}
    return replace(again.answer, decisions=made, run=run)


def chosen_sites(answer: CandidateAnswer) -> tuple[str, ...]:
    """Name the sites that were ticked.

    Parameters
    ----------
    answer : CandidateAnswer

    Returns
    -------
    tuple of str
        By rank; empty where none is ticked or nothing was decided.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> chosen_sites(SimpleNamespace(decisions=None))
    ()
    """
    return () if answer.decisions is None else tuple(_sites(answer.decisions.rows, "ticked"))


def only_sites(answer: CandidateAnswer, sites: Sequence[str]) -> CandidateAnswer:
    """Keep some of the sites of a search; ranks stay those among all of them.

    Parameters
    ----------
    answer : CandidateAnswer
    sites : sequence of str
        Names, at least one.

    Returns
    -------
    CandidateAnswer
        Sites, their tables and limits without the others; what was decided about the others stays on record.

    Raises
    ------
    QuestionError
        ``site_unknown``, ``sites_missing``.

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
    >>> area = layer("admin_unit", box(0, 0, 1000, 1000), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (1000, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> found = candidates(area, [], near, question=SiteQuestion(asked, 10, 30, min_score=0))
    >>> kept = only_sites(found, ["S02"])
    >>> kept.sites["rank"].to_dict(), set(kept.judgement.breakdown["site"])
    ({'S02': 2}, {'S02'})
    """
    known = [str(site) for site in answer.sites.index]
    for site in sites:
        if site not in known:
            raise QuestionError("site_unknown", found=site, expected=known)
    if not sites or answer.judgement is None:
        raise QuestionError("sites_missing")
    told = answer.decisions
    if told is not None:
        limits, hits = (table[table["site"].isin(list(sites))] for table in (told.limits, told.hits))
        told = replace(told, limits=limits.reset_index(drop=True), hits=hits.reset_index(drop=True))
    return replace(answer, judgement=_kept(answer.judgement, list(sites)), decisions=told)


def _kept(judgement: Judgement, sites: list[str]) -> Judgement:
    tables = {
        name: table[table["site"].isin(sites)].reset_index(drop=True)
        for name in ("breakdown", "land", "communes", "checks")
        if len(table := getattr(judgement, name))
    }
    return replace(judgement, sites=judgement.sites[judgement.sites.index.isin(sites)], **tables)


def _sites(rows: pd.DataFrame, decision: str) -> list[str]:
    return [str(site) for site in rows.index[rows["decision"] == decision]]


def _noted(answer: CandidateAnswer, decisions: gpd.GeoDataFrame) -> dict[str, tuple[str, str]]:
    """Decision and reason of each site that has a row."""
    known = [str(site) for site in answer.sites.index]
    out: dict[str, tuple[str, str]] = {}
    for site, row in zip(map(str, decisions.index), decisions.to_dict("records"), strict=True):
        decision, reason = str(row["decision"] or "open"), str(row["reason"] or "").strip()
        if site not in known:
            raise QuestionError("site_unknown", found=site, expected=known)
        if site in out:
            raise QuestionError("decision_twice", found=site)
        if decision not in DECISIONS:
            raise QuestionError("decision_unknown", site=site, found=decision, expected=list(DECISIONS))
        if decision == "dropped" and not reason:
            raise QuestionError("decision_without_reason", site=site)
        out[site] = (decision, reason)
    return out


def _rows(
    before: CandidateAnswer, after: CandidateAnswer, noted: dict[str, tuple[str, str]], drawn: list[str]
) -> pd.DataFrame:
    rows = []
    for site in map(str, after.sites.index):
        decision, reason = noted.get(site, ("open", ""))
        row: dict[str, Any] = {"site": site, "decision": decision, "reason": reason, "redrawn": site in drawn}
        row |= {name: after.sites.loc[site, name] for name in _NOW}
        both = shapely.intersection(before.sites.geometry[site], after.sites.geometry[site])
        figures = [*before.sites.loc[site, ["rank", "score", "area_ha"]], shapely.area(both) / _HA]
        told = [float(value) if site in drawn else np.nan for value in figures]
        rows.append({**row, **dict(zip(_BEFORE, told, strict=True))})
    columns = ["site", "decision", "reason", "redrawn", *_NOW, *_BEFORE]
    return pd.DataFrame(rows, columns=columns).set_index("site")
