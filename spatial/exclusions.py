"""What land is left: every hectare that is excluded, with the constraint and the clause that takes it.

The land of a search is cut into squares, and in each the constraints take their land one after the other,
by exact overlay. What a constraint takes is the growth of the land taken so far, so the shares and what
is left add up to the area of search whatever the shapes are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from math import ceil, fsum, sqrt
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import require_metric
from layers.errors import CrsError, QuestionError
from layers.provinces import province_name
from spatial._constraint_rules import TIERS, Claim, claims, features_mark
from spatial._cover import box_of
from spatial._exclusion_findings import exclusion_findings, waived_rows
from spatial._exclusion_question import ExclusionQuestion
from spatial._geos import areal
from spatial._run import run_facts
from spatial._unions import grouped_unions, growing_unions
from spatial.overlap import overlap
from spatial.provinces import known_provinces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from layers.findings import Finding
    from layers.layer import Layer

    Progress = Callable[[int, int, str], None]
    Shapes = NDArray[np.object_]

__all__ = ["ExclusionAnswer", "ExclusionQuestion", "exclusions", "why_not"]

_HA: Final = 10_000.0
_TILE_M: Final = 2_000.0
_MOST_TILES: Final = 4_000
_AREA: Final = 2
_FACTS: Final = [f.name for f in fields(Claim) if f.name not in ("shapes", "place", "among", "twin")]


@dataclass(frozen=True)
class ExclusionAnswer:
    """What is left of an area of search, and who took the rest.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per constraint, in the order in which they take land, those that take none last; index 0,
        1, 2, ...: ``constraint, layer, kind, code, tier`` (*blocks, distance, consent, chosen, own,
        no_data*), ``applied``, ``why`` (why it isn't applied, or what the reader must know), ``needs``
        (columns that would decide a condition), ``rule, clause_vi, clause_en, basis, valid_from,
        valid_to, confidence, required_m, priority, province`` (whose rule it is; empty for one of the
        whole country), ``alone_ha`` (land it hits, applied or not; NaN where no
        figure says), ``added_ha`` (land that none before it hit; 0 where not applied), ``left_ha``
        (after it). The sum of ``added_ha`` and the land left is the area of search.
    land : geopandas.GeoDataFrame
        Land that each constraint hits: ``row`` (in `rows`), ``tile``, polygons; index 0, 1, 2, ...
    edges : geopandas.GeoDataFrame
        Lines and points that exclude without taking any land: ``row``, geometry; index 0, 1, 2, ...
    left : geopandas.GeoDataFrame
        Land that is left: ``tile, area_m2``, polygons; index 0, 1, 2, ...
    area : geopandas.GeoDataFrame
        The area of search cut into squares: index ``tile``, polygons.
    area_ha, left_ha : float
    run : dict
        ``layers, periods, rule_version, crs, on, made, zone_kind, allowed, avoided, chosen, own_buffers_m,
        order, provinces`` (that the area lies in; ``""`` for a part in none that is known), ``waived``
        (what the law asks for and the asker put aside: *constraint, layer, rule, clause_vi, clause_en*).
    findings : tuple of Finding
        ``law_waived``, ``constraint_without_area`` (points or lines without a distance take nothing),
        ``constraint_not_found`` (a name that waives or orders nothing), ``extent_assumed``,
        ``column_missing``, ``zone_exceeded``.
    """

    rows: pd.DataFrame
    land: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    left: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    area_ha: float
    left_ha: float
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def exclusions(
    area: Layer,
    constraints: Sequence[Layer],
    *,
    question: ExclusionQuestion,
    progress: Progress | None = None,
) -> ExclusionAnswer:
    """Take from an area of search what constraints exclude, one after the other.

    Parameters
    ----------
    area : Layer
        Polygons in a projected CRS in metres; together they are the area of search.
    constraints : sequence of Layer
        Points, lines or polygons in the same CRS, all of which were given to be kept clear of. Of a layer
        that covers all land (land use) each code is a constraint of its own, and land without a feature
        has no data; a sparse one has no data outside its stated extent, and where none is stated, for
        areas that the box round its features doesn't meet. Land without data is never free land: it has
        a row of its own.
    question : ExclusionQuestion
    progress : callable, optional
        Called with (done, of how many, name of the step); may raise to cancel.

    Returns
    -------
    ExclusionAnswer

    Raises
    ------
    QuestionError
        ``search_area_empty``, ``distance_rule_unknown``, ``distance_rule_refused``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    GeometryError
        ``geometry_invalid``.

    Notes
    -----
    Rules are cited row by row from ``conflict_rules`` and ``safety_distances``. Only verified clauses
    exclude by law; consent and principles exclude because the asker gave the layer as a constraint, and
    can be allowed. Buffers are drawn round their circles (128 corners, at most 0.03 % too wide), so that
    no land nearer than the figure is left.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import box
    >>> from layers import Layer, reference
    >>> square = lambda *b: gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(*b)], crs=5897)
    >>> around = box(0, 0, 9000, 9000)
    >>> homes = Layer(square(0, 0, 500, 1000), "homes", "residential", extent=around)
    >>> belt = Layer(square(400, 0, 600, 1000), "belt", "green_belt", extent=around)
    >>> question = ExclusionQuestion(
    ...     "industrial_cluster", date(2026, 6, 1),
    ...     reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> search = Layer(square(0, 0, 1000, 1000), "xã", "admin_unit")
    >>> answer = exclusions(search, [belt, homes], question=question)
    >>> taken = answer.rows[answer.rows["applied"]]
    >>> taken[["constraint", "alone_ha", "added_ha"]].values.tolist(), answer.left_ha
    ([['residential', 50.0, 50.0], ['green_belt', 20.0, 10.0]], 40.0)
    """
    crs = require_metric(area.frame, area.name)
    for layer in constraints:
        if layer.frame.crs != crs:
            raise CrsError("crs_differs", layer=layer.name, expected=crs.name, found=str(layer.frame.crs))
    tiles = _tiles(area)
    if question.provinces is None:
        question = replace(question, provinces=known_provinces([area, *constraints]))
    found = claims(constraints, question) + _unknown(tiles, constraints)
    # rows that exclude come first: the table reads as a waterfall
    found.sort(key=lambda claim: (not claim.applied, claim.order))
    land = _land(found, tiles, progress)
    alone = np.bincount(land["row"], weights=land.geometry.area, minlength=len(found))
    added, left, area_m2 = _waterfall(found, land, tiles)
    rows = pd.DataFrame([{name: getattr(claim, name) for name in _FACTS} for claim in found], columns=_FACTS)
    unmeasured = np.array([claim.shapes is None for claim in found], dtype=bool)
    rows["alone_ha"] = np.where(unmeasured, np.nan, alone / _HA)
    rows["added_ha"] = added / _HA
    rows["left_ha"] = [(area_m2 - fsum(added[: n + 1])) / _HA for n in range(len(added))]
    return ExclusionAnswer(
        rows,
        land,
        _edges(found, tiles),
        left,
        tiles,
        area_m2 / _HA,
        (area_m2 - fsum(added)) / _HA,
        {**_run(area, constraints, question), "waived": waived_rows(found)},
        tuple(exclusion_findings(area, constraints, question, found)),
    )


def why_not(answer: ExclusionAnswer, place: BaseGeometry) -> pd.DataFrame:
    """Say what keeps a place from being free land.

    Parameters
    ----------
    answer : ExclusionAnswer
    place : shapely geometry
        A point, line or polygon in the CRS of the answer.

    Returns
    -------
    pandas.DataFrame
        Rows of ``answer.rows`` (index kept) that hit the place, applied or not, with ``here_ha``, the
        hectares of the place under each (0 for points and lines); then ``outside``, index -1, where part
        of it lies outside the area of search. No row: the place is free.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import Point, box
    >>> from layers import Layer, reference
    >>> square = lambda *b: gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(*b)], crs=5897)
    >>> homes = Layer(square(0, 0, 500, 1000), "homes", "residential", extent=box(0, 0, 9000, 9000))
    >>> question = ExclusionQuestion(
    ...     "industrial_cluster", date(2026, 6, 1),
    ...     reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> search = Layer(square(0, 0, 1000, 1000), "xã", "admin_unit")
    >>> answer = exclusions(search, [homes], question=question)
    >>> why_not(answer, Point(100, 100))[["constraint", "clause_en"]].values.tolist()
    [['residential', 'Decree 32/2024/NĐ-CP, Art. 2.1']]
    >>> why_not(answer, box(400, 0, 700, 1000))["here_ha"].tolist(), len(why_not(answer, Point(900, 9)))
    ([10.0], 0)
    """
    shapes = answer.land.geometry.to_numpy()
    hit = np.flatnonzero(shapely.intersects(shapes, place))
    here = shapely.area(shapely.intersection(shapes[hit], place)) / _HA
    row = answer.land["row"].to_numpy()[hit]
    sums = np.bincount(row, weights=here, minlength=len(answer.rows))
    areal = shapely.get_dimensions(place) == _AREA
    kept = row[sums[row] > 0] if areal else row  # a polygon that only touches is not hit
    thin = answer.edges.geometry.to_numpy()
    crossed = shapely.intersects(thin, place)
    if areal:
        crossed &= ~shapely.touches(thin, place)
    kept = np.unique(np.concatenate([kept, answer.edges["row"].to_numpy()[crossed]]))
    out = answer.rows.loc[kept].assign(here_ha=sums[kept])
    outside = shapely.difference(place, shapely.union_all(answer.area.geometry.to_numpy()))
    if not outside.is_empty and (outside.area > 0 or shapely.get_dimensions(place) < _AREA):
        beyond = {"constraint": "outside", "tier": "no_data", "applied": True, "why": "outside"}
        beyond |= {"here_ha": outside.area / _HA}
        text = {name: "" for name in out.columns if out[name].dtype == object and name not in beyond}
        out = pd.concat([out, pd.DataFrame([{**text, **beyond}], index=[-1])])
    return out


def _tiles(area: Layer) -> gpd.GeoDataFrame:
    """The area of search in squares, so that every overlay is a small one."""
    shapes = shapely.force_2d(area.frame.geometry.to_numpy())
    whole = shapely.union_all(shapes[shapely.get_dimensions(shapes) == _AREA])
    if whole.is_empty or whole.area <= 0:
        raise QuestionError("search_area_empty", layer=area.name, rows=len(area.frame))
    left, bottom, right, top = whole.bounds
    side = max(_TILE_M, sqrt((right - left) * (top - bottom) / _MOST_TILES))
    # neighbours share their edges to the last bit
    x = left + side * np.arange(max(1, ceil((right - left) / side)) + 1)
    y = bottom + side * np.arange(max(1, ceil((top - bottom) / side)) + 1)
    squares = np.array([shapely.box(a, b, c, d) for b, d in pairwise(y) for a, c in pairwise(x)], object)
    shapely.prepare(whole)
    inside = shapely.contains_properly(whole, squares)
    parts = squares.copy()
    parts[~inside] = areal(shapely.intersection(whole, squares[~inside]))
    parts = parts[shapely.area(parts) > 0]
    index = pd.RangeIndex(len(parts), name="tile")
    return gpd.GeoDataFrame(geometry=parts, index=index, crs=area.frame.crs)


def _unknown(tiles: gpd.GeoDataFrame, layers: Sequence[Layer]) -> list[Claim]:
    """Claims of the land that a layer doesn't speak of: who lacks most is asked first, names don't count."""
    out = []
    for layer in layers:
        holes = _holes(tiles, layer)
        if shapely.area(holes).sum() > 0:
            name = f"no_data:{layer.name}"
            claim = Claim(name, layer.name, layer.kind_name, "", "no_data", applied=True, why="no_data")
            among = f"~{1e15 - round(shapely.area(holes).sum()):017.0f} {layer.kind_name}"
            full = holes[shapely.area(holes) > 0]
            out.append(replace(claim, shapes=full, among=among, twin=features_mark(layer)))
    return out


def _holes(tiles: gpd.GeoDataFrame, layer: Layer) -> Shapes:
    squares = tiles.geometry.to_numpy()
    if layer.kind.coverage == "full":
        pieces = overlap(tiles, layer.frame)
        covered = grouped_unions(pieces.geometry.to_numpy(), pieces["zone"].to_numpy(), len(tiles))
        return areal(shapely.difference(squares, covered))
    if layer.extent is not None:
        return areal(shapely.difference(squares, layer.extent))
    met = not layer.frame.empty and bool(shapely.intersects(squares, box_of(layer)).any())
    return squares[:0] if met else squares


def _land(found: list[Claim], tiles: gpd.GeoDataFrame, progress: Progress | None) -> gpd.GeoDataFrame:
    rows, where, shapes = [], [], []
    for n, claim in enumerate(found):
        if progress:
            progress(n, len(found), claim.constraint)
        if claim.shapes is None or not len(claim.shapes):
            continue
        areal = claim.shapes[shapely.get_dimensions(claim.shapes) == _AREA]
        pieces = overlap(tiles, gpd.GeoDataFrame(geometry=areal, crs=tiles.crs))
        union = grouped_unions(pieces.geometry.to_numpy(), pieces["zone"].to_numpy(), len(tiles))
        full = np.flatnonzero(shapely.area(union) > 0)
        rows.append(np.full(len(full), n))
        where.append(full)
        shapes.append(union[full])
    empty = np.zeros(0, dtype=np.intp)
    facts = {"row": np.concatenate([empty, *rows]), "tile": np.concatenate([empty, *where])}
    return gpd.GeoDataFrame(facts, geometry=np.concatenate([np.zeros(0, object), *shapes]), crs=tiles.crs)


def _edges(found: list[Claim], tiles: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines and points of the constraints that hold, as far as they lie in the boxes of the squares."""
    whole = shapely.box(*tiles.total_bounds)
    rows, shapes = [], []
    for n, claim in enumerate(found):
        if claim.applied and claim.shapes is not None:
            thin = claim.shapes[shapely.get_dimensions(claim.shapes) < _AREA]
            thin = thin[shapely.intersects(thin, whole)]
            rows.append(np.full(len(thin), n))
            shapes.append(thin)
    facts = {"row": np.concatenate([np.zeros(0, dtype=np.intp), *rows])}
    return gpd.GeoDataFrame(facts, geometry=np.concatenate([np.zeros(0, object), *shapes]), crs=tiles.crs)


def _waterfall(
    found: list[Claim], land: gpd.GeoDataFrame, tiles: gpd.GeoDataFrame
) -> tuple[NDArray[np.float64], gpd.GeoDataFrame, float]:
    """Square metres that each claim adds, the land left, and the whole."""
    applied = np.array([claim.applied for claim in found], dtype=bool)
    kept = land[applied[land["row"].to_numpy()]] if len(found) else land
    rows, tile = kept["row"].to_numpy(), kept["tile"].to_numpy()
    added, taken = growing_unions(kept.geometry.to_numpy(), rows, tile, len(tiles))
    squares = tiles.geometry.to_numpy()
    size = shapely.area(squares)
    gains: list[list[float]] = [[] for _ in found]
    room = size.tolist()  # rounding takes no more from a square than it has
    for at in np.lexsort((rows, tile)).tolist():
        gain = min(float(added[at]), room[tile[at]])
        gains[rows[at]].append(gain)
        room[tile[at]] -= gain
    left = shapely.difference(squares, taken)
    left = areal(left)
    full = np.flatnonzero(shapely.area(left) > 0)
    facts = {"tile": full, "area_m2": shapely.area(left[full])}
    free = gpd.GeoDataFrame(facts, geometry=left[full], crs=tiles.crs)
    return np.array([fsum(gain) for gain in gains]), free, fsum(size)


def _run(area: Layer, constraints: Sequence[Layer], question: ExclusionQuestion) -> dict[str, Any]:
    chosen = {kind: list(rules) for kind, rules in (question.choose or {}).items()}
    return {
        **run_facts([("area", [area]), ("constraint", list(constraints))], question.on),
        "zone_kind": question.zone_kind,
        "allowed": sorted(question.allow),
        "avoided": sorted(question.avoid),
        "chosen": chosen,
        "own_buffers_m": dict(question.buffers_m or {}),
        "order": list(question.order),
        "tiers": list(TIERS),
        "provinces": _provinces(area, question),
    }


def _provinces(area: Layer, question: ExclusionQuestion) -> list[str]:
    """Provinces that the area of search lies in; ``""`` where a part lies in none that is known."""
    if question.provinces is None:
        return [""]
    whole = shapely.union_all(shapely.force_2d(area.frame.geometry.to_numpy()))
    return sorted(province_name(code) for code in question.provinces.over(whole))
