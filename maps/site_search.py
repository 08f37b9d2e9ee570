"""A search for sites as every door asks it: the same weights, notes and findings from page and terminal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import shapely

from layers.align import scale_error_pct
from layers.crs import as_crs
from layers.findings import Finding
from maps.criteria import assumed_speeds, in_minutes
from maps.industry import lacking_criteria
from maps.weighing import compared_weights, weighed
from spatial.candidates import candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers import Layer
    from maps.weighing import Weighing
    from spatial.candidates import CandidateAnswer
    from spatial.judgement import SiteQuestion
    from spatial.suitability import Criterion

    Progress = Callable[[int, int, str], None]

__all__ = ["SearchInputs", "SearchNotes", "joined_findings", "search_sites", "used_speeds", "weighed_inputs"]


@dataclass(frozen=True)
class SearchInputs:
    """Layers of a search, in one system.

    Parameters
    ----------
    area : Layer
    constraints, others : sequence of Layer
    criteria : sequence of Criterion
    """

    area: Layer
    constraints: Sequence[Layer]
    criteria: Sequence[Criterion]
    others: Sequence[Layer] = ()


@dataclass(frozen=True)
class SearchNotes:
    """What was said of a search besides its figures.

    Parameters
    ----------
    comparisons : mapping of (str, str) to float
        Of criteria two by two; they give the weights where there are any.
    industry : str
        Kind of industry whose suggestion was taken, or empty.
    findings : tuple of Finding
        Of what was read.
    rasters : tuple of dict
        Facts of the rasters that criteria are measured on, from :func:`maps.search_rasters.raster_facts`.
    speeds : mapping of str to float
        km/h by class of road that somebody stated in place of the assumed ones.
    """

    comparisons: Mapping[tuple[str, str], float] = field(default_factory=dict)
    industry: str = ""
    findings: tuple[Finding, ...] = ()
    rasters: tuple[dict[str, Any], ...] = ()
    speeds: Mapping[str, float] = field(default_factory=dict)


def search_sites(
    inputs: SearchInputs,
    question: SiteQuestion,
    *,
    notes: SearchNotes | None = None,
    progress: Progress | None = None,
) -> CandidateAnswer:
    """Search, and note in the run where the weights come from.

    Parameters
    ----------
    inputs : SearchInputs
    question : SiteQuestion
    notes : SearchNotes, optional
    progress : callable, optional

    Returns
    -------
    CandidateAnswer
        Its run has ``pairwise`` (None where weights were stated), ``industry``, ``speeds_kmh`` (by class of
        road, where one is measured in minutes along roads) and ``scale_error_pct`` (by how much areas are
        off at the worst place of the area) besides; findings of the inputs,
        ``pairwise_inconsistent`` and ``industry_criteria_lacking`` come first; rasters stand among the
        layers.

    Raises
    ------
    ThoCongError
        As :func:`spatial.candidates.candidates` and :func:`maps.weighing.compared_weights`.
    """
    notes = notes or SearchNotes()
    names = [criterion.name for criterion in inputs.criteria]
    weighing = _weighing(inputs, notes)
    answer = candidates(
        inputs.area,
        inputs.constraints,
        weighed(inputs.criteria, weighing),
        question=question,
        others=inputs.others,
        progress=progress,
    )
    said = [*notes.findings, *lacking_criteria(notes.industry, names, inputs.area.name)]
    said += weighing.findings(inputs.area.name) if weighing else []
    frame = inputs.area.frame
    facts = {
        "pairwise": weighing.facts() if weighing else None,
        "industry": notes.industry,
        "speeds_kmh": used_speeds(inputs.criteria, notes.speeds),
        "scale_error_pct": scale_error_pct(frame, as_crs(frame.crs)),
    }
    run = {**answer.run, **facts, "layers": [*answer.run["layers"], *notes.rasters]}
    periods = {str(raster["period"]) for raster in notes.rasters if raster["period"]}
    run["periods"] = sorted({*run["periods"], *periods})
    run["made"] = bool(run["made"] or any(raster["made"] for raster in notes.rasters))
    return replace(answer, run=run, findings=(*said, *answer.findings))


def used_speeds(criteria: Sequence[Criterion], given: Mapping[str, float]) -> dict[str, float]:
    """Return the speeds that a search rests on.

    Parameters
    ----------
    criteria : sequence of Criterion
    given : mapping of str to float
        km/h by class of road that somebody stated.

    Returns
    -------
    dict of str to float
        Empty where no criterion is measured in minutes along roads: a raster or a layer without features may
        have the name of one that is.

    Examples
    --------
    >>> used_speeds([], {"local": 20.0})
    {}
    """
    timed = any(one.travel is not None and in_minutes(one.name) for one in criteria)
    return assumed_speeds(given) if timed else {}


def weighed_inputs(inputs: SearchInputs, notes: SearchNotes) -> list[Criterion]:
    """Return the criteria of a search with the weights that they have in it.

    Parameters
    ----------
    inputs : SearchInputs
    notes : SearchNotes

    Returns
    -------
    list of Criterion

    Raises
    ------
    QuestionError
        As :func:`maps.weighing.compared_weights`.
    """
    return weighed(inputs.criteria, _weighing(inputs, notes))


def _weighing(inputs: SearchInputs, notes: SearchNotes) -> Weighing | None:
    names = [criterion.name for criterion in inputs.criteria]
    return compared_weights(names, notes.comparisons) if notes.comparisons else None


def joined_findings(area: Layer) -> list[Finding]:
    """Say how many polygons of a boundary are searched together as one area.

    Parameters
    ----------
    area : Layer

    Returns
    -------
    list of Finding
        ``area_joined`` with the count; none for a single polygon.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers import Layer
    >>> two = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)], crs=5897)
    >>> joined_findings(Layer(two, "ranh", "admin_unit"))[0].fields
    {'count': 2}
    """
    parts = shapely.get_parts(area.frame.geometry.to_numpy())
    count = int((shapely.get_dimensions(parts) == 2).sum())  # noqa: PLR2004 - polygons
    return [Finding("area_joined", area.name, None, "info", {"count": count})] if count > 1 else []
