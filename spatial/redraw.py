"""Boundaries drawn by hand: judged at once, on what the sites of the search were judged on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import CrsError, GeometryError, QuestionError
from layers.findings import Finding
from layers.layer import Layer
from spatial._burn import burnt
from spatial._outline import widened_nowhere
from spatial.exclusions import why_not
from spatial.judgement import judged_sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

    from layers.findings import Level
    from spatial._search import SearchBasis
    from spatial.candidates import CandidateAnswer

__all__ = ["Redrawn", "redrawn", "site_limits"]

_HA: Final = 10_000.0
#: land smaller than this is the rounding of coordinates, ha
_SPECK_HA: Final = 1e-4
#: part of a site that may lie in places narrower than the least width: corners are never quite square
_NARROW_SHARE: Final = 0.01
#: outlines were straightened by so many cells after a way was looked for
_WAY_CELLS: Final = 3
_LIMITS: Final = ["site", "limit", "found", "least", "most", "unit", "state", "why"]


@dataclass(frozen=True)
class Redrawn:
    """A search with other boundaries for some of its sites.

    Parameters
    ----------
    answer : CandidateAnswer
        The search; every site judged and ranked with the boundaries as they are now, all else as it was.
    hits : pandas.DataFrame
        What each new boundary reaches into: ``site``, then the rows of :func:`spatial.exclusions.why_not`
        that take land or are crossed, with ``here_ha`` and the clause; index 0, 1, 2, ...
    limits : pandas.DataFrame
        From :func:`site_limits`.
    """

    answer: CandidateAnswer
    hits: pd.DataFrame
    limits: pd.DataFrame


def redrawn(answer: CandidateAnswer, boundaries: gpd.GeoSeries) -> Redrawn:
    """Judge sites again with boundaries that somebody drew.

    Parameters
    ----------
    answer : CandidateAnswer
    boundaries : geopandas.GeoSeries
        One polygon, holes allowed, for each site that is drawn anew: index the names of the sites, in the
        CRS of the answer.

    Returns
    -------
    Redrawn

    Raises
    ------
    QuestionError
        ``site_unknown``, ``decision_twice``.
    CrsError
        ``crs_differs``.
    GeometryError
        ``boundary_invalid``: crosses itself, is empty, or lies in several parts.

    Notes
    -----
    A boundary is never mended or cut: what it reaches into is told in hectares with the clause, and it is
    the drawer's to answer for. Ranks, their ranges and TOPSIS hold for all sites as they stand now.

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
    >>> homes = layer("residential", box(0, 600, 1000, 1000))
    >>> found = candidates(area, [homes], near, question=SiteQuestion(asked, 10, 75, min_score=0))
    >>> drawn = gpd.GeoSeries([box(0, 200, 500, 700)], index=["S01"], crs=5897)
    >>> again = redrawn(found, drawn)
    >>> again.hits[["constraint", "here_ha", "clause_en"]].values.tolist()
    [['residential', 5.0, 'Decree 32/2024/NĐ-CP, Art. 2.1']]
    >>> again.answer.sites.loc["S01", ["area_ha", "excluded_ha"]].tolist()
    [25.0, 5.0]
    >>> again.limits.set_index("limit")["state"][["area_ha", "excluded_ha"]].tolist()
    ['pass', 'fail']
    """
    shapes = _checked(answer, boundaries)
    if shapes.empty:
        return Redrawn(answer, _hits(answer, shapes), site_limits(answer))
    basis, sites = answer.basis, answer.sites
    drawn = sites.geometry.copy()
    drawn.loc[shapes.index] = shapes.to_numpy()
    judgement = judged_sites(
        gpd.GeoDataFrame(geometry=drawn.to_numpy(), index=sites.index, crs=sites.crs),
        answer.exclusions,
        basis.criteria,
        grid=basis.grid,
        question=basis.question,
        layers=basis.layers,
    )
    run = {**answer.run, "redrawn": sorted(shapes.index)}
    changed = replace(answer, judgement=judgement, run=run)
    hits, limits = _hits(changed, shapes), site_limits(changed)
    told = tuple(_said(shapes.index, hits, limits))
    return Redrawn(replace(changed, findings=(*answer.findings, *told)), hits, limits)


def site_limits(answer: CandidateAnswer) -> pd.DataFrame:
    """Hold the sites of a search against what it asked of them.

    Parameters
    ----------
    answer : CandidateAnswer

    Returns
    -------
    pandas.DataFrame
        One row per site and limit, index 0, 1, 2, ...: ``site, limit`` (*area_ha, narrow_ha* – land in
        places narrower than the least width –, *compactness, excluded_ha, crossed* – lines and points of
        constraints –, *road_m, shared_ha* – land that another site has too), ``found, least, most`` (NaN
        where there is no such end), ``unit, state`` (*pass, fail, no_data*), ``why``.

    Notes
    -----
    ``road_m`` is measured straight to the nearest road; whether a way of the longest length asked for
    leads there, round rivers, is told by the cells of the search, to within three cells.

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
    >>> site_limits(found).set_index("limit")["state"].to_dict()
    {'area_ha': 'pass', 'narrow_ha': 'pass', 'compactness': 'pass', 'excluded_ha': 'pass',
     'crossed': 'pass', 'road_m': 'pass', 'shared_ha': 'pass'}
    """
    rows = [row for site in answer.sites.index for row in _site_limits(answer, str(site))]
    return pd.DataFrame(rows, columns=_LIMITS)


def _checked(answer: CandidateAnswer, boundaries: gpd.GeoSeries) -> gpd.GeoSeries:
    """Boundaries as plain polygons, every one of a site of the answer."""
    known = [str(site) for site in answer.sites.index]
    names = [str(site) for site in boundaries.index]
    if names and boundaries.crs != answer.sites.crs:
        expected = answer.sites.crs.name if answer.sites.crs else None
        raise CrsError("crs_differs", layer="boundaries", expected=expected, found=str(boundaries.crs))
    shapes = []
    for name, shape in zip(names, boundaries.to_numpy(), strict=True):
        if name not in known:
            raise QuestionError("site_unknown", found=name, expected=known)
        if names.count(name) > 1:
            raise QuestionError("decision_twice", found=name)
        shapes.append(_polygon(name, shape))
    return gpd.GeoSeries(shapes, index=pd.Index(names, name="site", dtype=object), crs=answer.sites.crs)


def _polygon(site: str, shape: Any) -> shapely.Polygon:
    parts: list[Any] = list(shapely.get_parts(shape)) if shape is not None else []
    if len(parts) != 1 or not isinstance(parts[0], shapely.Polygon) or parts[0].is_empty:
        raise GeometryError("boundary_invalid", site=site, found=len(parts), boundary_fault="not_one_polygon")
    if not shapely.is_valid(parts[0]):
        raise GeometryError(
            "boundary_invalid",
            site=site,
            found=shapely.is_valid_reason(parts[0]),
            boundary_fault="crosses_itself",
        )
    flat: shapely.Polygon = shapely.force_2d(parts[0])
    return flat


def _hits(answer: CandidateAnswer, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """What each boundary reaches into, applied rows alone, the largest first."""
    found = []
    for site, shape in shapes.items():
        rows = why_not(answer.exclusions, shape)
        rows = rows[rows["applied"].astype(bool)].sort_values("here_ha", ascending=False, kind="stable")
        found.append(rows.assign(site=str(site)))
    if not found:
        return answer.exclusions.rows.iloc[:0].assign(here_ha=[], site=[]).reset_index(drop=True)
    hits = pd.concat(found, ignore_index=True)
    return hits[["site", *(name for name in hits if name != "site")]]


def _site_limits(answer: CandidateAnswer, site: str) -> Iterator[dict[str, Any]]:
    basis, sites = answer.basis, answer.sites
    question, shape = basis.question, sites.geometry[site]
    row: Any = sites.loc[site]
    area = float(row["area_ha"])
    narrow = area - widened_nowhere(shapely.get_parts(shape)[0], question.min_width_m).area / _HA
    others = sites.geometry.drop(site).to_numpy()
    shared = float(shapely.area(shapely.intersection(others, shape)).sum()) / _HA
    edges = answer.exclusions.edges.geometry.to_numpy()
    crossed = int((shapely.intersects(edges, shape) & ~shapely.touches(edges, shape)).sum())
    figures = [
        ("area_ha", area, question.min_ha, question.max_ha, "ha"),
        ("narrow_ha", narrow, np.nan, max(_NARROW_SHARE * area, _SPECK_HA), "ha"),
        ("compactness", float(row["compactness"]), question.min_compactness, np.nan, ""),
        ("excluded_ha", float(row["excluded_ha"]), np.nan, 0.0, "ha"),
        ("crossed", float(crossed), np.nan, 0.0, ""),
    ]
    for name, found, least, most, unit in figures:
        yield _limit(site, name, found, ends=(least, most), unit=unit)
    yield _road_limit(site, shape, basis)
    yield _limit(site, "shared_ha", shared, ends=(np.nan, 0.0), unit="ha")


def _limit(
    site: str, name: str, found: float, *, ends: tuple[float, float], unit: str = ""
) -> dict[str, Any]:
    least, most = ends
    fails = found < least - _SPECK_HA or found > most + _SPECK_HA
    state = "fail" if fails else "pass"
    return dict(zip(_LIMITS, (site, name, found, least, most, unit, state, ""), strict=True))


def _road_limit(site: str, shape: BaseGeometry, basis: SearchBasis) -> dict[str, Any]:
    most = basis.question.road_reach_m
    if basis.reached is None:
        row = _limit(site, "road_m", np.nan, ends=(np.nan, most), unit="m")
        return {**row, "state": "no_data", "why": "no_layer"}
    roads = np.concatenate([layer.frame.geometry.to_numpy() for layer in _roads(basis)])
    away = float(shapely.distance(roads, shape).min())
    wide = np.array([shape.buffer(_WAY_CELLS * basis.question.cell_m)], dtype=object)
    led = away <= most + _SPECK_HA
    led &= bool((burnt(wide, basis.grid, touched=True) & basis.reached).any())
    row = _limit(site, "road_m", away, ends=(np.nan, most), unit="m")
    return {**row, "state": "pass" if led else "fail", "why": "" if led or away > most else "no_way"}


def _roads(basis: SearchBasis) -> list[Layer]:
    sources = [c.source for c in basis.criteria if isinstance(c.source, Layer)]
    return [layer for layer in (*basis.layers, *sources) if layer.kind_name == "road"]


def _said(drawn: pd.Index, hits: pd.DataFrame, limits: pd.DataFrame) -> Iterator[Finding]:
    """What whoever drew a boundary has to answer for."""
    for row in hits.to_dict("records"):
        level: Level = "block" if row["tier"] == "blocks" else "warn"
        site, fields = str(row["site"]), {"area_ha": row["here_ha"]}
        if row["constraint"] == "outside":
            yield Finding("boundary_outside_area", "sites", site, "warn", fields)
            continue
        fields |= {name: row[name] for name in ("constraint", "clause_vi", "clause_en")}
        yield Finding("boundary_on_excluded_land", "sites", site, level, fields)
    mine = limits[limits["site"].isin(drawn) & (limits["state"] == "fail")]
    for row in mine[mine["limit"] != "excluded_ha"].to_dict("records"):
        ends = {name: row[name] for name in ("least", "most") if np.isfinite(row[name])}
        fields = {"limit": row["limit"], "found": row["found"], **ends}
        yield Finding("boundary_breaks_limit", "sites", str(row["site"]), "warn", fields)
