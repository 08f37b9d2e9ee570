"""Land absorbed by housing: industrial, planned or suitable land lost between surveys, and the years left.

The ledger of a place and an interval closes: *opening - lost to housing - lost to other use - lost from
sight + gained + gained from out of sight + redrawing = closing*, and the closing stock of an interval is
the opening stock of the next. Every figure is measured on geometry; no code of a unit is ever looked at,
because units of different periods had the same codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.align import reach_findings
from layers.crs import as_crs, require_metric
from layers.errors import CrsError, GeometryError, QuestionError
from layers.findings import Finding
from layers.grid import same_crs
from layers.layer import Layer
from spatial._absorption_cells import CellLand
from spatial._absorption_land import PolygonLand
from spatial._absorption_ledger import ledger_of, summaries
from spatial._absorption_places import PLACE, Grounds
from spatial._absorption_question import HOUSING, INDUSTRIAL, AbsorptionQuestion, DatedRaster
from spatial._absorption_series import observed, year_of
from spatial._engine import thickness
from spatial._run import run_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Progress = Callable[[int, int, str], None]
    State = Layer | DatedRaster

__all__ = ["HOUSING", "INDUSTRIAL", "Absorption", "AbsorptionQuestion", "DatedRaster", "absorption"]

_HA = 10_000.0
#: less missing land than this is where borders were drawn a hand's breadth apart
_NOTED_HA = 0.01
_NOTED_SHARE = 1e-5


@dataclass(frozen=True)
class Absorption:
    """The answer to a question about absorbed land, with everything it was made from.

    A *place* is named by ``scope, place, name, ring_m``. Scopes: ``total`` (the land of the question, each
    hectare once), ``unit`` (its parts by unit) and ``outside`` (its part in no unit), which together are
    the total; ``zone`` and ``zones`` (all zones, each hectare once); ``ring`` (round one zone, without the
    land of any zone) and ``rings`` (all rings of that distance, each hectare once, in the nearest ring
    alone). Zones and rings of one another's land stand each with the whole of it; only the totals count once.

    Parameters
    ----------
    ledger : pandas.DataFrame
        One row per place and interval, index 0, 1, 2, ...: ``scope, place, name, ring_m, interval,
        from_year, to_year, years``, in hectares ``area_ha, opening_ha, lost_to_housing_ha,
        lost_to_other_ha, lost_to_no_data_ha, gained_from_housing_ha, gained_from_other_ha, gained_ha``
        (their sum), ``gained_from_no_data_ha, noise_lost_ha, noise_gained_ha, noise_ha`` (gained - lost),
        ``closing_ha, uncovered_before_ha, uncovered_after_ha`` (land of the place that the survey doesn't
        speak of), and ``lost_ha_year`` (to housing).
    years_left : pandas.DataFrame
        One row per place over the whole series: stocks and sums of flows, ``years_seen, intervals,
        pace_ha_year, slowest_ha_year, fastest_ha_year, years_left, years_low, years_high, chance, basis``
        (*range, two_dates, none*), ``state`` (*runs_out, gone, not_at_this_pace, no_stock, no_data*),
        ``rank`` (of units, the most urgent first), and of the total ``benchmark_ha_year,
        over_benchmark_ha_year, years_left_at_benchmark``.
    pieces : geopandas.GeoDataFrame
        The polygons behind the numbers, for each place its own: ``scope, place, name, ring_m, interval,
        flow`` (*housing, other, no_data, from_housing, from_other, from_no_data*), ``before, after``
        (classes), ``noise, area_m2``, geometry.
    already_housing : geopandas.GeoDataFrame
        Land inside a zone that is housing at the last survey, one row per zone that has any: ``zone, name,
        zone_ha, housing_ha, noise_ha`` (strips thinner than the tolerance), ``housing_first_ha`` (at the
        first survey), ``share_pct``, geometry.
    places : geopandas.GeoDataFrame
        ``scope, place, name, ring_m``, geometry.
    run : dict
        ``layers, periods, years, rule_version, tolerance_m, crs, on, made, scope, subject, housing, ring_m,
        benchmark_ha_year, rings_of``.
    findings : tuple of Finding
        What should be known: states that were left out, land without data, classes that never occur.
    """

    ledger: pd.DataFrame
    years_left: pd.DataFrame
    pieces: gpd.GeoDataFrame
    already_housing: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def absorption(
    series: Sequence[State],
    question: AbsorptionQuestion,
    *,
    zones: Layer | Sequence[Layer] = (),
    units: Layer | None = None,
    within: Layer | None = None,
    progress: Progress | None = None,
) -> Absorption:
    """Say how much land housing took, where, how fast, and how long what is left will last.

    Parameters
    ----------
    series : sequence of Layer or DatedRaster
        Land use at two or more dates in any order, all polygons or all rasters of one grid, in one
        projected CRS in metres, each with its period. Where polygons of one date overlap, housing has the
        land before subject and subject before other land, with a finding.
    question : AbsorptionQuestion
    zones : Layer or sequence of Layer
        Zones, polygons in the same CRS: the scope *planned*, and what rings go round. Rings of the scope
        *planned* follow all land in them that isn't housing (or the classes asked for), planned or not.
    units : Layer, optional
        Communes or other units, of any date: everything goes through geometry.
    within : Layer, optional
        Land of the scope *within*; in *planned* it is added to the zones (a land-use plan's industry).
    progress : callable, optional
        Called with (done, of how many, interval); may raise to cancel.

    Returns
    -------
    Absorption

    Raises
    ------
    QuestionError
        ``series_too_short``, ``series_without_period``, ``series_same_year``, ``series_mixed``,
        ``scope_without_layer`` or ``class_not_number``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    SchemaError
        ``column_missing`` or ``raster_not_classes``.
    GeometryError
        ``geometry_invalid`` or ``raster_grid_differs``.

    Notes
    -----
    Years left are the last stock over the mean pace of loss to housing. Two dates are one interval of
    time and say nothing about how the pace varies: no range is given. From n ≥ 2 intervals the range is
    that of the stock over the fastest and over the slowest pace seen; for a pace drawn like those seen,
    the range of n independent observations holds the next one with the expected probability
    (n - 1)/(n + 1), whatever their distribution (Wilks 1941, Annals of Mathematical Statistics 12(1),
    91-96): a third for two intervals, a half for three. It takes intervals of different length alike.
    A slowest pace of nought leaves the range open above.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import box
    >>> from layers import Period
    >>> def land(year, homes_to):
    ...     shapes = [box(0, 0, homes_to, 100), box(homes_to, 0, 1000, 100)]
    ...     frame = gpd.GeoDataFrame({"code": ["ONT", "LUC"]}, geometry=shapes, crs=5897)
    ...     return Layer(frame, f"land {year}", "land_use", Period(year, year, "surveyed"))
    >>> zone = gpd.GeoDataFrame({"name": ["CCN"]}, geometry=[box(100, 0, 1000, 100)], crs=5897)
    >>> zone = Layer(zone, "zones", "industrial_cluster")
    >>> asked = AbsorptionQuestion(date(2026, 6, 1))
    >>> found = absorption([land(2015, 200), land(2020, 300), land(2025, 600)], asked, zones=zone)
    >>> total = found.ledger[found.ledger["scope"] == "total"]
    >>> total[["interval", "opening_ha", "lost_to_housing_ha", "closing_ha"]].values.tolist()
    [['2015-2020', 8.0, 1.0, 7.0], ['2020-2025', 7.0, 3.0, 4.0]]
    >>> found.years_left.loc[0, ["years_left", "years_low", "years_high"]].round(2).tolist()
    [10.0, 6.67, 20.0]
    >>> found.already_housing[["zone", "housing_ha", "housing_first_ha"]].values.tolist()
    [['CCN', 5.0, 1.0]]
    """
    of_zones = [zones] if isinstance(zones, Layer) else list(zones)
    states, findings = observed(series, question)
    others = [*of_zones, *(layer for layer in (units, within) if layer is not None)]
    _check(states, others, question, zones=of_zones, within=within)
    findings += _reach(states, others)
    land: CellLand | PolygonLand
    if isinstance(states[0], DatedRaster):
        land = CellLand(cast("list[DatedRaster]", states), question, findings)
    else:
        land = PolygonLand(cast("list[Layer]", states), question, findings)
    grounds = Grounds(question, zones=of_zones, units=units, within=within, findings=findings)
    places = _places(land, grounds)
    years = [year_of(state) for state in states]
    ledger, pieces = ledger_of(land, places, years, progress)
    if progress:
        progress(len(years) - 1, len(years), "totals")
    facts = places[PLACE].loc[pieces["place"]].reset_index(drop=True)
    named = pd.concat([facts, pieces.drop(columns="place")], axis=1)
    left = summaries(ledger, question.benchmark_ha_year)
    findings += _missing_land(ledger, left)
    return Absorption(
        ledger=ledger,
        years_left=left,
        pieces=gpd.GeoDataFrame(named, geometry="geometry", crs=land.crs),
        already_housing=_already_housing(land, places, len(years), question.tolerance_m),
        places=places,
        run=_run(states, question, zones=of_zones, units=units, within=within),
        findings=tuple(findings),
    )


def _check(
    states: list[State],
    others: list[Layer],
    question: AbsorptionQuestion,
    *,
    zones: list[Layer],
    within: Layer | None,
) -> None:
    """Refuse layers that can't be measured together."""
    without = {"planned": not zones and within is None, "within": within is None}
    if without.get(question.scope):
        raise QuestionError("scope_without_layer", found=question.scope)
    if question.ring_m and not zones:
        raise QuestionError("rings_without_zones", found=list(question.ring_m))
    crs = _crs_of(states[0])
    for state in (*states, *others):
        theirs = _crs_of(state)
        if not same_crs(theirs, crs):
            raise CrsError("crs_differs", layer=state.name, expected=str(crs.name), found=str(theirs))
        if isinstance(state, Layer):
            _require_valid(state)


def _crs_of(state: State) -> Any:
    if isinstance(state, Layer):
        return require_metric(state.frame, state.name)
    state.cells.grid.cell_ha(state.name)  # refuses a grid without metres
    return state.cells.grid.crs


def _require_valid(layer: Layer) -> None:
    shapes = layer.frame.geometry.to_numpy()
    bad = np.flatnonzero(shapely.is_missing(shapes) | ~shapely.is_valid(shapes))
    if len(bad):
        reason = str(shapely.is_valid_reason(shapes[bad[0]]) or "empty")
        row = str(layer.frame.index[bad[0]])
        raise GeometryError("geometry_invalid", layer=layer.name, row=row, found=reason)


def _reach(states: list[State], others: list[Layer]) -> list[Finding]:
    crs = as_crs(_crs_of(states[0]))
    layers = [state for state in (*states, *others) if isinstance(state, Layer)]
    return [finding for layer in layers for finding in reach_findings(layer, crs)]


def _places(land: CellLand | PolygonLand, grounds: Grounds) -> gpd.GeoDataFrame:
    """Cut the places; a scope with an edge needs only the features that come near it."""
    if grounds.mask is None:
        land.reach(None)
        return grounds.places(land.outline, land.crs)
    places = grounds.places(None, land.crs)
    land.reach(places.geometry.to_numpy())
    return places


def _already_housing(
    land: CellLand | PolygonLand, places: gpd.GeoDataFrame, dates: int, tolerance_m: float
) -> gpd.GeoDataFrame:
    """Housing in each zone at the last date; what is thinner than the tolerance is a border drawn anew."""
    zones = places[places["scope"] == "zone"]
    homes = land.housing(dates - 1, zones)
    first = land.housing(0, zones).groupby("place")["area_m2"].sum()
    whole, rows = land.area_m2(zones), []
    for label, name, key, area_m2 in zip(zones["place"], zones["name"], zones.index, whole, strict=True):
        mine = homes[homes["place"] == key]
        parts = shapely.get_parts(shapely.union_all(mine.geometry.to_numpy()))
        thick = parts[thickness(parts) >= tolerance_m]
        if not len(thick):
            continue
        noise_m2 = float(shapely.area(parts).sum() - shapely.area(thick).sum())
        housing_m2 = float(mine["area_m2"].sum()) - noise_m2
        figures = (area_m2, housing_m2, noise_m2, first.get(key, 0.0))
        share, shape = 100 * housing_m2 / area_m2, shapely.multipolygons(thick)
        rows.append((label, name, *(figure / _HA for figure in figures), share, shape))
    columns = [
        "zone",
        "name",
        "zone_ha",
        "housing_ha",
        "noise_ha",
        "housing_first_ha",
        "share_pct",
        "geometry",
    ]
    frame = pd.DataFrame(rows, columns=columns).sort_values("housing_ha", ascending=False, ignore_index=True)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=land.crs)


def _missing_land(ledger: pd.DataFrame, left: pd.DataFrame) -> list[Finding]:
    """Say where a survey doesn't speak of the land, and that two dates tell no range."""
    total = ledger[ledger["scope"] == "total"]
    gaps = dict(zip(total["from_year"], total["uncovered_before_ha"], strict=True))
    gaps |= dict(zip(total["to_year"], total["uncovered_after_ha"], strict=True))
    noted = max(_NOTED_HA, _NOTED_SHARE * float(total["area_ha"].iloc[0]))
    missing = {str(year): float(area) for year, area in gaps.items() if area > noted}
    findings = []
    if missing:
        fields = {"area_ha": max(missing.values()), "years": missing}
        findings.append(Finding("land_uncovered", ", ".join(missing), None, "warn", fields))
    whole = left[left["scope"] == "total"].iloc[0]
    if whole["intervals"] == 1:
        years = [str(whole["from_year"]), str(whole["to_year"])]
        findings.append(Finding("pace_two_dates", f"{years[0]}-{years[1]}", None, "info"))
    return findings


def _run(
    states: list[State],
    question: AbsorptionQuestion,
    *,
    zones: list[Layer],
    units: Layer | None,
    within: Layer | None,
) -> dict[str, Any]:
    asked = [("zones", zones), ("units", [units] if units else []), ("within", [within] if within else [])]
    return {
        **run_facts([("series", states), *asked], question.on),
        "years": [year_of(state) for state in states],
        "tolerance_m": question.tolerance_m,
        "scope": question.scope,
        "subject": list(question.subject),
        "housing": list(question.housing),
        "column": question.column,
        "ring_m": list(question.ring_m),
        # the rings of a plan lie outside it: they follow the land around, planned or not
        "rings_of": "all_land" if question.scope == "planned" else question.scope,
        "benchmark_ha_year": question.benchmark_ha_year,
        "plans_count": question.plans_count,
    }
