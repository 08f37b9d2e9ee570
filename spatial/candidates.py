"""Where the next zone can go: land excluded, scored, formed into sites, the sites ranked and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from layers.findings import Finding
from layers.layer import Layer
from spatial._access import Access
from spatial._burn import burnt, edge_cells
from spatial._cell_sites import cell_sites
from spatial._geos import areal
from spatial._parcel_sites import parcel_sites
from spatial._run import run_facts
from spatial._search import Decisions, SearchBasis, followed, once, placed, search_basis
from spatial.exclusions import ExclusionAnswer, exclusions
from spatial.judgement import Judgement, SiteQuestion, judged_sites
from spatial.suitability import Criterion, Suitability, search_grid, suitability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from layers.grid import RasterGrid

    Progress = Callable[[int, int, str], None]
    Cells = NDArray[np.bool_]

__all__ = ["CandidateAnswer", "candidates"]

_HA: Final = 10_000.0
_MOST_PASSED: Final = 200
_BARRIERS: Final = ("river",)
_STEPS: Final = ("exclusions", "suitability", "sites", "judgement")


@dataclass(frozen=True)
class CandidateAnswer:
    """The answer to a search for sites.

    Parameters
    ----------
    exclusions : ExclusionAnswer
        What is left of the area, and who took the rest.
    suitability : Suitability
        Scores of the land that is left.
    judgement : Judgement or None
        The sites, best first, with all that is known of them; None where none was found.
    passed_over : geopandas.GeoDataFrame
        Good land that became no site: ``why`` (*too_small, too_thin, not_compact, no_road*), ``area_ha``,
        polygons; up to 200, the largest first, index 0, 1, 2, ...
    run : dict
        What the answer was made from, ``min_score`` and every figure of the question included.
    findings : tuple of Finding
        ``no_land_left`` and ``no_site`` say what took the land, ``roads_missing`` that access wasn't checked.
    basis : SearchBasis
        What sites were judged on, so that a boundary drawn later is judged on the same.
    decisions : Decisions or None
        What was decided about the sites, from :func:`spatial.decisions.decided`; None before anything was.
    """

    exclusions: ExclusionAnswer
    suitability: Suitability
    judgement: Judgement | None
    passed_over: gpd.GeoDataFrame
    run: dict[str, Any]
    findings: tuple[Finding, ...]
    basis: SearchBasis
    decisions: Decisions | None = None

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites of the judgement; an empty frame where there is none."""
        if self.judgement is not None:
            return self.judgement.sites
        return gpd.GeoDataFrame({"rank": []}, geometry=[], crs=self.exclusions.area.crs)


def candidates(
    area: Layer,
    constraints: Sequence[Layer],
    criteria: Sequence[Criterion],
    *,
    question: SiteQuestion,
    others: Sequence[Layer] = (),
    progress: Progress | None = None,
) -> CandidateAnswer:
    """Search an area for sites.

    Sites are grown from whole cells that lie in free land, so they touch no land that a constraint takes;
    their outlines are straightened inwards only, and held against the exact shapes in the end. Where
    `question` names a layer of parcels, sites are made of whole parcels instead.

    Parameters
    ----------
    area : Layer
        Polygons; those of units with names also tell the communes of each site.
    constraints : sequence of Layer
        As for :func:`spatial.exclusions.exclusions`.
    criteria : sequence of Criterion
        Rasters on the grid that :func:`spatial.suitability.search_grid` lays over the area.
    question : SiteQuestion
    others : sequence of Layer
        Layers that exclude nothing and are only asked about: roads, communes, land use, zones.
    progress : callable, optional
        Called with (done, of how many, name of the step); may raise to cancel.

    Returns
    -------
    CandidateAnswer

    Raises
    ------
    QuestionError
        As of :func:`spatial.exclusions.exclusions` and :func:`spatial.suitability.suitability`;
        ``parcels_unknown`` and ``parcels_missing`` where sites were to follow parcels that there are none of.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.

    Notes
    -----
    No outline lies farther from a road than `road_reach_m`, by exact distance. Where a river lies on the
    straight way, one round it is counted from cell to cell in four directions; roads cross rivers, nothing
    else does. Ranks, their ranges and TOPSIS are explained in :mod:`spatial.weights`.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import LineString, box
    >>> from layers import Layer, reference
    >>> from spatial._run import run_facts
    >>> from spatial.exclusions import ExclusionQuestion
    >>> from spatial.value_functions import parse_value_function
    >>> def layer(kind, *shapes, **columns):
    ...     return Layer(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897), kind, kind)
    >>> area = layer("admin_unit", box(0, 0, 1000, 1000), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (1000, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> homes = layer("residential", box(0, 600, 1000, 1000))
    >>> wanted = SiteQuestion(asked, 10, 75, min_score=0)
    >>> found = candidates(area, [homes], near, question=wanted, others=[road])
    >>> site = found.sites.loc["S01"]
    >>> int(site["rank"]), bool(10 <= site["area_ha"] <= 75), float(site["excluded_ha"]), site["commune"]
    (1, True, 0.0, 'Xã')
    """
    tell = progress or (lambda *_: None)
    tell(0, len(_STEPS), _STEPS[0])
    question = placed(question, [area, *constraints, *others])
    left = exclusions(area, constraints, question=question.exclusion)
    grid = search_grid(left.area, cell_m=question.cell_m)
    free = _free_cells(left, grid)
    tell(1, len(_STEPS), _STEPS[1])
    scored = suitability(criteria, grid=grid, wanted=free)
    least = _threshold(scored, question)
    roads = _of_kind([*constraints, *others, *_sources(criteria)], ("road",))
    tell(2, len(_STEPS), _STEPS[2])
    walls = _of_kind([*constraints, *others], _BARRIERS)
    access = Access(roads, walls, grid, reach_m=question.road_reach_m)
    good = free & (scored.score.values >= least)
    asked_of = once([area, *constraints, *others])
    follow = followed(asked_of, question)
    if follow is None:
        formed = cell_sites(scored, good, access, left=left, question=question)
    else:
        formed = parcel_sites(follow, scored.score, (least, access.cells), left=left, question=question)
    shapes, passed = _told(_led(formed, access), left, question)
    tell(3, len(_STEPS), _STEPS[3])
    judgement = None
    basis = search_basis((area, constraints, others), criteria, question=question, ways=(grid, access.cells))
    if len(shapes):
        judgement = judged_sites(shapes, left, criteria, grid=grid, question=question, layers=basis.layers)
    findings = [*left.findings, *scored.findings, *_said(left, shapes, passed, roads)]
    tell(len(_STEPS), len(_STEPS), "totals")
    roles = [("criterion", _sources(criteria)), ("other", [*others])]
    asked = [("area", [area]), ("constraint", [*constraints]), *roles]
    run = {**left.run, **run_facts(asked, question.exclusion.on), **_figures(question, scored, least)}
    run["functions"] = {c.name: str(c.function) for c in sorted(criteria, key=lambda c: c.name)}
    return CandidateAnswer(left, scored, judgement, passed, run, tuple(findings), basis)


def _sources(criteria: Sequence[Criterion]) -> list[Layer]:
    return [c.source for c in criteria if isinstance(c.source, Layer)]


def _of_kind(layers: Sequence[Layer], kinds: tuple[str, ...]) -> list[Layer]:
    return [layer for layer in once(layers) if layer.kind_name in kinds and not layer.frame.empty]


def _free_cells(left: ExclusionAnswer, grid: RasterGrid) -> Cells:
    """Cells that lie wholly in free land."""
    squares = left.area.geometry.to_numpy()
    whole = np.array([areal(np.array([shapely.union_all(squares)], dtype=object))[0]], dtype=object)
    free = burnt(squares, grid, touched=False)
    free &= ~edge_cells(whole, grid)
    applied = left.rows["applied"].to_numpy(dtype=bool)
    for part in (left.land, left.edges):
        taken = part.geometry.to_numpy()[applied[part["row"].to_numpy()]]
        free &= ~burnt(taken, grid, touched=True)
    return free


def _threshold(scored: Suitability, question: SiteQuestion) -> float:
    if question.min_score is not None:
        return question.min_score
    known = scored.score.values[np.isfinite(scored.score.values)]
    return float(np.median(known, overwrite_input=True)) if len(known) else 0.0


def _led(
    formed: Iterator[tuple[shapely.Polygon, str]], access: Access
) -> Iterator[tuple[shapely.Polygon, str]]:
    """No site that no way leads to, however its outline came about."""
    for shape, why in formed:
        yield shape, why or ("" if access.leads_to(shape) else "no_road")


def _told(
    formed: Iterator[tuple[shapely.Polygon, str]], left: ExclusionAnswer, question: SiteQuestion
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The sites, as many as were asked for, and the good land that became none."""
    shapes, passed = [], []
    for shape, why in formed:
        if why:
            passed.append((why, shape))
        else:
            shapes.append(shape)
        if len(shapes) == question.count:
            break
    passed = sorted(passed, key=lambda item: -item[1].area)[:_MOST_PASSED]
    facts = {"why": [why for why, _ in passed], "area_ha": [shape.area / _HA for _, shape in passed]}
    crs = left.area.crs
    given_up = gpd.GeoDataFrame(facts, geometry=[shape for _, shape in passed], crs=crs)
    return gpd.GeoDataFrame(geometry=shapes, crs=crs), given_up


def _said(
    left: ExclusionAnswer, shapes: gpd.GeoDataFrame, passed: gpd.GeoDataFrame, roads: list[Layer]
) -> Iterator[Finding]:
    name = left.run["layers"][0]["name"]
    if not roads:
        yield Finding("roads_missing", name, None, "warn", {})
    takers = left.rows.sort_values("added_ha", ascending=False).head(3)
    most = {
        str(c): round(float(ha), 4) for c, ha in zip(takers["constraint"], takers["added_ha"], strict=True)
    }
    if left.left_ha <= 0:
        yield Finding("no_land_left", name, None, "block", {"taken_by": most, "area_ha": left.area_ha})
    elif shapes.empty:
        why = {str(k): int(v) for k, v in passed["why"].value_counts().items()}
        fields = {"taken_by": most, "left_ha": left.left_ha, "passed_over": why}
        largest = float(passed["area_ha"].max()) if len(passed) else 0.0
        yield Finding("no_site", name, None, "block", {**fields, "largest_ha": largest})


def _figures(question: SiteQuestion, scored: Suitability, least: float) -> dict[str, Any]:
    names = (
        *("min_ha", "max_ha", "cell_m", "min_width_m", "min_compactness", "count", "road_reach_m"),
        *("seed", "draws", "weight_share", "top", "craft_village", "follow", "parcel_tolerance"),
    )
    return {
        **{name: getattr(question, name) for name in names},
        "min_score": least,
        "weights": scored.weights,
    }
