"""A search for sites asked of a workspace: what was asked, frozen, and how it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from layers import Layer, Workspace, reference
from layers.errors import QuestionError
from layers.raster_store import Rasters
from maps.asking import Question, stamp
from maps.criteria import by_road, check_unit, named_criterion
from maps.question import choices
from maps.search_rasters import kept_facts
from maps.site_search import SearchInputs, SearchNotes, joined_findings, search_sites, weighed_inputs
from maps.travel_network import network_of
from spatial._search import search_basis
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion
from spatial.suitability import grid_cells, search_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from pyproj import CRS

    from layers import Finding, Version
    from layers.grid import RasterGrid
    from layers.raster_store import KeptRaster
    from spatial._search import SearchBasis
    from spatial.candidates import CandidateAnswer
    from spatial.suitability import Criterion

__all__ = [
    "CandidateQuestion",
    "SearchLayers",
    "answer_candidates",
    "basis_again",
    "boundary_layer",
    "search_layers",
]

_FIGURES: Final = (
    *("cell_m", "min_width_m", "min_compactness", "min_score", "road_reach_m", "count", "seed"),
    *("craft_village", "follow", "parcel_tolerance"),
)
_BOUNDARY: Final = "search_area"
_AREA: Final = 2
_CONTEXT: Final = ("road", "craft_village")
#: what a layer of parcels that is no land use is read as
_PARCELS: Final = ("land_cover",)
#: kinds that a new zone keeps clear of as a rule; the others wait in the list
_AVOIDED: Final = (
    *("land_use", "residential", "river", "green_belt", "protected", "relic", "cemetery", "dike", "dam"),
    *("canal", "industrial_park", "industrial_cluster", "high_tech_zone", "economic_zone", "school"),
)
#: criteria on offer from the start where the workspace has their layer
_USUAL: Final = ("main_road", "craft_village", "existing_zone", "housing", "rice_land")


@dataclass(frozen=True)
class CandidateQuestion(Question):
    """What was asked: equal questions have equal answers.

    Parameters
    ----------
    folder : str
        The workspace.
    area : (str, int)
        Layer of units, name and version.
    units : tuple of str
        Names of the units to search; all where empty.
    boundary : str
        A boundary that was drawn or pasted, as WKT in the system of the workspace; where there is one, it is
        the area of search, and the units only tell the communes of each site.
    constraints, others : tuple of (str, int)
        Layers to keep clear of, and layers only asked about.
    criteria : tuple of (str, str, int, float, str)
        Name, layer, version, weight, value function.
    zone_kind : str
    craft_village : bool
    on : datetime.date
    min_ha, max_ha, cell_m, min_width_m, min_compactness, road_reach_m : float
    min_score : float or None
        None takes the median of the free land.
    count, seed : int
    allow, avoid, waive, order : tuple of str
        As :class:`spatial.exclusions.ExclusionQuestion`.
    buffers : tuple of (str, float)
        Kind of layer, and a distance of the asker's own in metres.
    compared : tuple of (str, str, float)
        Criteria two by two, and how many times more the first matters; they give the weights where there
        are any.
    industry : str
        Whose suggestion was taken, or empty.
    follow : str
        Layer of parcels or land use whose boundaries the sites follow, or empty.
    parcel_tolerance : float
        Share of a parcel that constraints may take.
    rasters : tuple of (str, str, float, str)
        Criteria measured on cells: name, id of a raster that the workspace keeps, weight, value function.
    choose : tuple of (str, str)
        Kind of layer, and a row of the tables that is taken to hold for it though no data decide it.
    speeds : tuple of (str, float)
        Class of road, and km/h in place of what :func:`maps.criteria.assumed_speeds` takes.
    """

    area: tuple[str, int]
    units: tuple[str, ...]
    constraints: tuple[tuple[str, int], ...]
    others: tuple[tuple[str, int], ...]
    criteria: tuple[tuple[str, str, int, float, str], ...]
    zone_kind: str
    on: date
    min_ha: float
    max_ha: float
    craft_village: bool = False
    cell_m: float = 20.0
    min_width_m: float = 100.0
    road_reach_m: float = 500.0
    count: int = 10
    seed: int = 0
    allow: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    boundary: str = ""
    min_compactness: float = 0.2
    min_score: float | None = None
    waive: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    buffers: tuple[tuple[str, float], ...] = ()
    compared: tuple[tuple[str, str, float], ...] = ()
    industry: str = ""
    follow: str = ""
    parcel_tolerance: float = 0.0
    rasters: tuple[tuple[str, str, float, str], ...] = field(default=(), metadata={"later": True})
    choose: tuple[tuple[str, str], ...] = field(default=(), metadata={"later": True})
    speeds: tuple[tuple[str, float], ...] = field(default=(), metadata={"later": True})

    @property
    def exclusion(self) -> ExclusionQuestion:
        """Under which rules land is left out."""
        chosen: dict[str, tuple[str, ...]] = {}
        for kind, rule in self.choose:
            chosen[kind] = (*chosen.get(kind, ()), rule)
        return ExclusionQuestion(
            self.zone_kind,
            self.on,
            reference.table("conflict_rules"),
            reference.table("safety_distances"),
            allow=self.allow,
            avoid=self.avoid,
            choose=chosen,
            buffers_m=dict(self.buffers),
            waive=self.waive,
            order=self.order,
        )

    @property
    def wanted(self) -> SiteQuestion:
        """What sites are sought."""
        figures = {name: getattr(self, name) for name in _FIGURES}
        return SiteQuestion(self.exclusion, self.min_ha, self.max_ha, **figures)


@dataclass(frozen=True)
class SearchLayers:
    """Layers that a search is offered.

    Parameters
    ----------
    areas, constraints, chosen, others : list of Version
        Units; layers to keep clear of; those of them chosen at first; layers only asked about.
    criteria : dict of str to Version
        Name of a criterion to the layer that it is measured on.
    usual : tuple of str
        Criteria chosen at first.
    rasters : dict of str to list of KeptRaster
        Name of a criterion to the rasters of the workspace that it can be measured on, the newest first.
    parcels : list of Version
        Layers whose boundaries sites may follow, besides those of land use among the constraints.
    fitting : dict of str to list of Version
        Name of a criterion to all layers that it can be measured on, that of ``criteria`` first.
    """

    areas: list[Version]
    constraints: list[Version]
    chosen: list[Version]
    others: list[Version]
    criteria: dict[str, Version]
    usual: tuple[str, ...]
    rasters: dict[str, list[KeptRaster]] = field(default_factory=dict)
    parcels: list[Version] = field(default_factory=list)
    fitting: dict[str, list[Version]] = field(default_factory=dict)


def search_layers(
    versions: list[Version], year: str | None, rasters: Sequence[KeptRaster] = ()
) -> SearchLayers:
    """Offer the layers of a workspace for a search.

    Parameters
    ----------
    versions : list of Version
    year : str or None
        Last year of the plan period.
    rasters : sequence of KeptRaster
        Of the workspace.

    Returns
    -------
    SearchLayers
        Units of the latest period first.
    """
    units = [v for v in versions if v.kind_name == "admin_unit"]
    units.sort(key=lambda v: -(v.period.last if v.period else 0))
    zones, constraints = choices(versions, year)
    every = [*constraints, *zones]
    table = reference.table("criteria")
    roads = any(v.kind_name == "road" for v in every)
    every_fit: dict[str, list[Version]] = {}
    for name, kinds in table["kinds"].items():
        fitting = [v for kind in str(kinds).split() for v in every if v.kind_name == kind]
        if fitting and (roads or not by_road(str(name))):
            every_fit[str(name)] = fitting
    criteria = {name: fitting[0] for name, fitting in every_fit.items()}
    chosen = [v for v in every if v.kind_name in _AVOIDED]
    others = [v for v in every if v.kind_name in _CONTEXT]
    cells: dict[str, list[KeptRaster]] = {}
    for raster in rasters:
        cells.setdefault(raster.measure, []).append(raster)
    usual = (*(n for n in _USUAL if n in criteria), *cells)
    parcels = [v for v in versions if v.kind_name in _PARCELS]
    return SearchLayers(units, every, chosen, others, criteria, usual, cells, parcels, every_fit)


def answer_candidates(
    question: CandidateQuestion, *, progress: Callable[[int, int, str], None] | None = None
) -> CandidateAnswer:
    """Answer a question from its workspace.

    Parameters
    ----------
    question : CandidateQuestion
    progress : callable, optional

    Returns
    -------
    CandidateAnswer

    Raises
    ------
    ThoCongError
        As :func:`spatial.candidates.candidates` and :meth:`layers.store.Workspace.load`.
    """
    inputs, notes = _read(question)
    answer = search_sites(inputs, question.wanted, notes=notes, progress=progress)
    stamp(answer, question)
    return answer


def basis_again(
    question: CandidateQuestion, grid: RasterGrid, reached: NDArray[np.bool_] | None
) -> SearchBasis:
    """Put together what the sites of a question were judged on, without searching again.

    Parameters
    ----------
    question : CandidateQuestion
    grid : RasterGrid
        Of the scores of the answer.
    reached : numpy.ndarray of bool or None
        Of the basis of the answer.

    Returns
    -------
    SearchBasis
        As of the answer.

    Raises
    ------
    ThoCongError
        As :func:`answer_candidates`.
    """
    inputs, notes = _read(question)
    criteria = weighed_inputs(inputs, notes)
    return search_basis(
        (inputs.area, inputs.constraints, inputs.others),
        criteria,
        question=question.wanted,
        ways=(grid, reached),
    )


def _read(question: CandidateQuestion) -> tuple[SearchInputs, SearchNotes]:
    """Layers and criteria of a question."""
    area, others = _area(question)
    constraints = question.load(question.constraints)
    criteria, findings = _criteria(question, [*others, *constraints])
    kept, on_cells, seen = _on_cells(question, area)
    inputs = SearchInputs(area, constraints, [*criteria, *on_cells], others)
    notes = SearchNotes(
        {(a, b): times for a, b, times in question.compared},
        question.industry,
        (*(joined_findings(area) if question.boundary else ()), *findings, *seen),
        tuple(kept_facts(raster) for raster in kept),
        dict(question.speeds),
    )
    return inputs, notes


def _criteria(question: CandidateQuestion, layers: Sequence[Layer]) -> tuple[list[Criterion], list[Finding]]:
    """Criteria on layers, with what they assume."""
    roads, taken = network_of(layers, [name for name, *_ in question.criteria])
    criteria, findings = [], [*taken]
    speeds = dict(question.speeds)
    for name, layer, version, weight, function in question.criteria:
        (source,) = question.load([(layer, version)])
        made, found = named_criterion(
            name, source, weight=weight, function=function, roads=roads, speeds=speeds
        )
        criteria.append(made)
        findings += found
    return criteria, findings


def _on_cells(
    question: CandidateQuestion, area: Layer
) -> tuple[list[KeptRaster], list[Criterion], list[Finding]]:
    """Criteria on rasters of the workspace, on the grid of the search, with what their checks saw."""
    if not question.rasters:
        return [], [], []
    store = Rasters(Workspace(question.folder))
    like = grid_cells(search_grid(area.frame, cell_m=question.cell_m))
    kept, criteria, findings = [], [], []
    for name, raster, weight, function in question.rasters:
        entry = store.get(raster)
        check_unit(entry.unit, name, layer=entry.name)
        made, found = named_criterion(name, store.open(raster, like=like), weight=weight, function=function)
        kept.append(entry)
        criteria.append(made)
        findings += [*entry.found(), *found]
    return kept, criteria, findings


def _area(question: CandidateQuestion) -> tuple[Layer, list[Layer]]:
    """The area of search, and the layers that are only asked about."""
    (units,) = question.load([question.area])
    others = question.load(question.others)
    if question.boundary:
        return boundary_layer(question.boundary, Workspace(question.folder).crs), [units, *others]
    if question.units:
        units = units.with_frame(units.frame[units.frame["name"].isin(question.units)])
    return units, others


def boundary_layer(text: str, crs: CRS) -> Layer:
    """Make an area of search of a boundary.

    Parameters
    ----------
    text : str
        WKT of a polygon or several.
    crs : pyproj.CRS

    Returns
    -------
    Layer

    Raises
    ------
    QuestionError
        ``boundary_unreadable``.
    """
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        shape = None
    if shape is None or shapely.get_dimensions(shape) != _AREA or not shape.is_valid or not shape.area > 0:
        raise QuestionError("boundary_unreadable", found=text[:80])
    parts = np.asarray(shapely.get_parts(shape), dtype=object)
    return Layer(gpd.GeoDataFrame(geometry=parts, crs=crs), _BOUNDARY, "admin_unit")
