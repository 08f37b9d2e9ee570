"""Criteria by name: what a name in the table of criteria measures, how it scores, and what it assumes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from layers import Finding, Layer, reference
from layers.errors import QuestionError
from layers.guarded_raster import guarded_raster
from layers.kinds import kinds
from layers.landuse import ancestors, code_list
from layers.raster_unit import in_feet
from spatial.suitability import Criterion
from spatial.travel import road_network, travel_costs
from spatial.value_functions import parse_value_function
from spatial.way_speeds import FASTEST_KMH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.grid import CellSource
    from spatial.suitability import Measure
    from spatial.travel import TravelCosts
    from spatial.value_functions import ValueFunction
    from spatial.way_speeds import WaySpeeds

__all__ = [
    "RASTERS",
    "assumed_speeds",
    "by_road",
    "check_classes",
    "check_unit",
    "criterion_kind",
    "in_minutes",
    "named_criterion",
    "of_cells",
    "raster_source",
    "split_criterion",
]

#: endings of files whose cells are measured
RASTERS: Final = (".tif", ".tiff", ".asc", ".img")
_ANY_KIND: Final = "railway"
_BY_ROAD: Final = "_travel"
_MINUTES: Final = "_travel_min"
_ROAD_CLASS: Final = "road_class"
_NEARER: Final = "linear:0=1;5000=0"
_SOONER: Final = "linear:0=1;30=0"
_GREATER: Final = "linear:0=0;1=1"


def split_criterion(text: str) -> tuple[str, str, float | None]:
    """Take ``NAME=FILE[:LAYER][:WEIGHT]`` apart.

    Parameters
    ----------
    text : str

    Returns
    -------
    name, source : str
    weight : float or None
        None where none is stated.

    Raises
    ------
    QuestionError
        ``criterion_unreadable``.

    Examples
    --------
    >>> split_criterion("road=duong.gpkg:roads:2.5"), split_criterion("slope=doc.tif")
    (('road', 'duong.gpkg:roads', 2.5), ('slope', 'doc.tif', None))
    """
    name, mark, rest = text.partition("=")
    source, colon, last = rest.rpartition(":")
    try:
        weight = float(last) if colon else None
    except ValueError:
        weight = None
    source = source if weight is not None else rest
    if not (mark and name and source):
        raise QuestionError("criterion_unreadable", found=text, expected="NAME=FILE[:LAYER][:WEIGHT]")
    return name, source, weight


def criterion_kind(name: str) -> str:
    """Name the kind to read the layer of a criterion as.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
    """
    known = {kind.name for kind in kinds()}
    stated = str(_row(name).get("kinds", "")).split()
    return stated[0] if stated else name if name in known else _ANY_KIND


def raster_source(path: str, like: CellSource, *, name: str = "") -> CellSource:
    """Open a raster on the grid of a search, measures between four cells.

    Parameters
    ----------
    path : str
    like : CellSource
    name : str
        Of the criterion, whose unit the values have to be in.

    Returns
    -------
    CellSource

    Raises
    ------
    SourceError, CrsError
        As :func:`layers.guarded_raster.guarded_raster`.
    QuestionError
        ``raster_in_feet`` where the file says that its values are feet and the criterion counts in metres.
    """
    source = guarded_raster(Path(path), like=like, method="linear")
    check_unit(str(getattr(source, "unit", "")), name, layer=source.name)
    return source


def check_unit(unit: str, name: str, *, layer: str) -> None:
    """Refuse values in feet of a criterion that counts in metres.

    Parameters
    ----------
    unit : str
        As the raster states it.
    name : str
        Of the criterion.
    layer : str
        Of the raster, for the message.

    Raises
    ------
    QuestionError
        ``raster_in_feet``.
    """
    table = reference.table("criteria")
    if name in table.index and table.loc[name, "unit"] == "m" and in_feet(unit):
        raise QuestionError("raster_in_feet", layer=layer, criterion=name, found=unit, expected="m")


def of_cells(name: str) -> bool:
    """Say whether a criterion of the table is measured on the cells of a raster.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> of_cells("slope"), of_cells("main_road"), of_cells("no such")
    (True, False, False)
    """
    return str(_row(name).get("measure", "")) == "value"


def named_criterion(
    name: str,
    source: Layer | CellSource,
    *,
    weight: float | None = None,
    function: str | None = None,
    roads: Layer | None = None,
    speeds: Mapping[str, float] | None = None,
) -> tuple[Criterion, list[Finding]]:
    """Make a criterion of a name and a layer or raster.

    Parameters
    ----------
    name : str
        In ``data/reference/criteria.csv``, or any other: then nearer is better, and a finding says so.
    source : Layer or CellSource
    weight : float, optional
        Default that of the table, or 1.
    function : str, optional
        As :func:`spatial.value_functions.parse_value_function` reads it; default that of the table.
    roads : Layer, optional
        Network of a criterion that is measured by road: one that the table measures so, or a name that
        ends with ``_travel`` or ``_travel_min``, which else stands for what it says without it: the same
        features count, and for minutes 30 are the most that score.
    speeds : mapping of str to float, optional
        km/h by class of road, of one that is measured in minutes; default those of
        ``data/reference/road_speeds.csv``, an assumption.

    Returns
    -------
    Criterion
    list of Finding
        ``criterion_assumed`` for what the table doesn't say, ``criterion_column_missing`` where the layer
        lacks the column that tells the features which the criterion speaks of: all of them count then,
        ``travel_speeds_assumed`` with the speeds that minutes rest on.

    Raises
    ------
    QuestionError
        ``value_function_wrong``; ``network_missing`` where one measured by road has no roads; of one in
        minutes ``speed_wrong`` and ``speed_class_unknown``.
    """
    row = _row(name)
    is_layer = isinstance(source, Layer)
    measure = row.get("measure", "travel" if by_road(name) else "distance") if is_layer else "value"
    usual = _usual(name, is_layer=is_layer)
    assumed = [usual] if not row.get("function") and function is None else []
    text = function or (row["function"] if row and (is_layer or row["measure"] == "value") else None)
    made: ValueFunction = parse_value_function(text or usual)
    found = []
    if is_layer and row.get("column"):
        source, lacking = _filtered(cast("Layer", source), row)
        facts = {"criterion": name, "column": row["column"], "count": len(source.frame)}
        found += [Finding("criterion_column_missing", source.name, None, "warn", facts)] if lacking else []
    given = float(row["weight"]) if weight is None and row else 1.0 if weight is None else weight
    found += [
        Finding("criterion_assumed", source.name, None, "warn", {"criterion": name, "assumed": what})
        for what in assumed
    ]
    travel = None
    if measure == "travel" and not cast("Layer", source).frame.empty:
        travel, told = _travel(name, cast("Layer", source), roads, speeds)
        found += told
    return Criterion(name, source, made, given, cast("Measure", measure), travel), found


def by_road(name: str) -> bool:
    """Say whether a criterion is measured along roads.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> by_road("port_travel"), by_road("port")
    (True, False)
    """
    return name.endswith((_BY_ROAD, _MINUTES))


def in_minutes(name: str) -> bool:
    """Say whether a criterion is measured in minutes along roads.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    Examples
    --------
    >>> in_minutes("port_travel_min"), in_minutes("port_travel")
    (True, False)
    """
    return name.endswith(_MINUTES)


def assumed_speeds(given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the speeds that minutes are reckoned with: an assumption of this project, or of the asker.

    Parameters
    ----------
    given : mapping of str to float, optional
        km/h by class of road, in place of those of the table.

    Returns
    -------
    dict of str to float
        ``other`` for classes without a row.

    Raises
    ------
    QuestionError
        ``speed_wrong`` for one that isn't above nought and at most 200.

    Examples
    --------
    >>> assumed_speeds({"local": 20})
    {'expressway': 80.0, 'national': 50.0, 'provincial': 40.0, 'local': 20.0, 'other': 25.0}
    """
    out = {str(name): float(kmh) for name, kmh in reference.table("road_speeds")["speed_kmh"].items()}
    out |= {name: float(kmh) for name, kmh in (given or {}).items()}
    for name, kmh in out.items():
        if not 0 < kmh <= FASTEST_KMH:
            raise QuestionError("speed_wrong", found=kmh, road_class=name, expected=[0, FASTEST_KMH])
    return out


def check_classes(given: Mapping[str, float], roads: Layer | None) -> None:
    """Refuse a speed for a class of road that is in no table and on no road.

    Parameters
    ----------
    given : mapping of str to float
        km/h by class of road.
    roads : Layer or None

    Raises
    ------
    QuestionError
        ``speed_class_unknown`` with the classes there are.

    Examples
    --------
    >>> check_classes({"local": 20}, None)
    """
    known = [str(name) for name in reference.table("road_speeds").index]
    if roads is not None and _ROAD_CLASS in roads.frame:
        on_roads = roads.frame[_ROAD_CLASS].dropna().astype(str).str.strip().unique()
        known += sorted({str(name) for name in on_roads} - {*known, ""})
    for name in given:
        if name not in known:
            raise QuestionError("speed_class_unknown", found=name, expected=known)


def _row(name: str) -> dict[str, Any]:
    """What the table says of a name, or of the same thing measured straight."""
    table = reference.table("criteria")
    if name in table.index:
        return dict(table.loc[name])
    straight = name.removesuffix(_MINUTES).removesuffix(_BY_ROAD)
    if straight not in table.index or table.loc[straight, "measure"] != "distance":
        return {}
    row = {**dict(table.loc[straight]), "measure": "travel"}
    # a function of metres says nothing of minutes
    return {**row, "unit": "min", "function": ""} if in_minutes(name) else row


def _travel(
    name: str, targets: Layer, roads: Layer | None, speeds: Mapping[str, float] | None
) -> tuple[TravelCosts, list[Finding]]:
    """Metres or minutes by road to features, and the speeds that minutes rest on."""
    if roads is None:
        raise QuestionError("network_missing", layer=name, rows=0)
    if not in_minutes(name):
        return travel_costs(road_network(roads), targets), []
    by_class = assumed_speeds(speeds)
    check_classes(speeds or {}, roads)
    network = road_network(roads, speeds=by_class)
    used = cast("WaySpeeds", network.speeds)
    facts = {"criterion": name, "speeds": by_class, "lengths_km": used.lengths_km, "own": used.own}
    told = Finding("travel_speeds_assumed", roads.name, None, "info", facts)
    return travel_costs(network, targets), [told, *used.findings]


def _usual(name: str, *, is_layer: bool) -> str:
    """Value function of what the table doesn't have."""
    if not is_layer:
        return _GREATER
    return _SOONER if in_minutes(name) else _NEARER


def _filtered(layer: Layer, row: dict[str, Any]) -> tuple[Layer, bool]:
    """Only the features that the criterion speaks of, or all where the layer lacks the column that tells."""
    column, wanted = row["column"], set(row["values"].split())
    if column not in layer.frame:
        return layer, True
    values = layer.frame[column].fillna("").astype(str)
    if column == "code":
        kept = {v for v in values.unique() if v in code_list() and wanted & set(ancestors(v))}
    else:
        kept = {v for v in values.unique() if v in wanted}
    return layer.with_frame(layer.frame[values.isin(kept)]), False
