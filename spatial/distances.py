"""Safety distances: how far things are apart, how far the law wants them, and by how much they fall short.

Only a row of the distance table that is law, valid on the day and backed by a text gives a verdict.
Everything else is shown for what it is: a row whose condition the data can't decide, a figure that is
not law, a row of doubtful force, a gap in what was collected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import as_crs, require_metric
from layers.errors import CrsError, QuestionError
from layers.layer import Layer
from spatial._distance_findings import answer_findings
from spatial._distance_pairs import no_data_row, pair_rows, side_of
from spatial._distance_rules import APPLIES, EXCLUDED, FACTS, DistanceBook
from spatial._run import run_facts
from spatial.labels import feature_labels
from spatial.provinces import UNKNOWN, LocalRules, split_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from layers.findings import Finding
    from spatial._distance_pairs import Side
    from spatial.provinces import Provinces

    Progress = Callable[[int, int, str], None]
    Choice = Mapping[str, str | Sequence[str]]

__all__ = ["DISTANCE_STATES", "DistanceAnswer", "half_widths", "safety_distances"]

#: what a row can say, what needs a look first
DISTANCE_STATES = ("too_near", "depends", "preset", "unsettled", "refused", "no_data", "kept", "no_rule")
_COLUMNS = [
    *("source", "source_name", "source_kind", "source_layer"),
    *("target", "target_name", "target_kind", "target_layer"),
    *("rule", "owner", "required_m", "actual_m", "grid_m", "shortfall_m", "state", "why", "needs", "nearest"),
    *FACTS,
]
_SHAPES = ["geometry", "target_shape"]
#: answers that mean a distance is, or may be, too short
_SHORT = ("too_near", "depends", "preset")
_ANY = "*"


@dataclass(frozen=True)
class DistanceAnswer:
    """The answer to a question about distances, with everything it was made from.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per pair of features and row of the distance table, index 0, 1, 2, ...: ``source,
        source_name, source_kind, source_layer, target, target_name, target_kind, target_layer, rule,
        owner`` (whose layer the rule belongs to: source or target), ``required_m, actual_m`` (on the
        ground), ``grid_m, shortfall_m`` (0 where kept, NaN where the row can't measure), ``state,
        why, needs`` (columns that would decide a condition), ``nearest`` (nearest target of its
        layer), then what the tables say: ``feature_type, distance_kind, distance_text, measured_from,
        measured_to, force, status, valid_from, valid_to, validity_basis, confidence, note, label_vi,
        label_en, clause_vi, clause_en, from_vi, to_vi, note_vi, province``. States are *too_near, depends,
        preset, unsettled, refused, no_data, kept, no_rule*; a row without a source speaks for a layer.
    totals : pandas.DataFrame
        One row per source, index ``source``: ``name, kind, layer, nearest_m, too_near, depends, kept,
        unsettled, worst_shortfall_m`` (NaN where no row gave a verdict); targets are counted once under
        each answer, however many rules they break.
    lines : geopandas.GeoDataFrame
        Nearest line of every row that has a pair: index of the rows, columns ``source, target,
        state``; a point where the two meet.
    sources : geopandas.GeoDataFrame
        Index ``source``; columns ``name, kind, layer``, geometry.
    targets : geopandas.GeoDataFrame
        Targets that are too near to a source, may be, or are by a preset: columns ``target, name, kind,
        layer, state`` (the gravest), geometry; each once, index 0, 1, 2, ...
    run : dict
        ``layers, periods, rule_version, crs, on, made, chosen``.
    findings : tuple of Finding
        What should be known: edges that the data don't have, gaps, claims, unstated extents.
    """

    rows: pd.DataFrame
    totals: pd.DataFrame
    lines: gpd.GeoDataFrame
    sources: gpd.GeoDataFrame
    targets: gpd.GeoDataFrame
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def safety_distances(
    sources: Layer | Sequence[Layer],
    targets: Sequence[Layer],
    *,
    table: pd.DataFrame | LocalRules,
    on: date,
    choose: Choice | None = None,
    progress: Progress | None = None,
) -> DistanceAnswer:
    """Measure distances between features and hold them against the distance table.

    A pair enters where it is nearer than some row asks, and every source with its nearest target of each
    layer besides. Distances are those on the ground: grid metres over the scale of the projection
    along the line (0.1 m more at 1,000 m near the meridian of a VN-2000 3° zone, 100 m at 1,000 km).
    They run between the geometries given; where a row counts from an edge that these don't show (a
    conductor, the toe of a dike), a finding says so.

    Parameters
    ----------
    sources : Layer or sequence of Layer
        Points, lines or polygons in one projected CRS in metres.
    targets : sequence of Layer
        The same; a stated extent tells how far the layer was surveyed, and a distance is kept only
        as far as that reaches.
    table : pandas.DataFrame or LocalRules
        ``layers.reference.table("safety_distances")``, with the provinces that land is known to lie in: a
        row of one province judges pairs within it, elsewhere it is *no_rule*, and *unsettled* where the
        province isn't known (``why`` *elsewhere*, *province_unknown*).
    on : datetime.date
        Day whose rules hold.
    choose : mapping of str to str or sequence of str, optional
        Layer name (``*`` for every layer it fits) to the rows that apply to its features: decides
        conditions that no column decides, and lets a figure that is not law be used as a preset.
    progress : callable, optional
        Called with (done, of how many, name of the step); may raise to cancel.

    Returns
    -------
    DistanceAnswer

    Raises
    ------
    QuestionError
        ``nothing_to_measure``, ``distance_rule_unknown``, ``distance_rule_refused`` for a row that
        must not be used (a gap, a claim without a text), ``distance_rule_elsewhere`` for one that
        belongs to none of the layers.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    GeometryError
        ``geometry_invalid`` for an empty geometry.

    Notes
    -----
    QCVN 01:2021/BXD table 2.22, QCVN 01:2025/BTNMT, the Law on Dikes art. 23, the Law on Irrigation
    art. 40 and the other texts are cited row by row from the table.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import Point, box
    >>> from layers import Layer, reference
    >>> at = lambda shape, **columns: gpd.GeoDataFrame(columns, geometry=[shape], crs=5897)
    >>> plant = at(box(0, 0, 50, 50), name=["XLNT 1"], facility_type=["pump_station"], capacity_m3_day=[900])
    >>> homes = Layer(at(Point(62, 25), name=["Xóm Đông"]), "homes", "residential")
    >>> law = reference.table("safety_distances")
    >>> answer = safety_distances(
    ...     Layer(plant, "plant", "wastewater_facility"), [homes], table=law, on=date(2026, 6, 1)
    ... )
    >>> row = answer.rows[answer.rows["state"] == "too_near"].iloc[0]
    >>> row["rule"], float(row["required_m"]), round(float(row["shortfall_m"]), 1), row["clause_en"][:16]
    ('WW-1-2', 20.0, 8.0, 'QCVN 01:2021/BXD')
    """
    of_sources = [sources] if isinstance(sources, Layer) else list(sources)
    crs = _check(of_sources, targets)
    rows_of, provinces = split_rules(table)
    book = DistanceBook(rows_of, on)
    chosen = _chosen(choose or {}, [*of_sources, *targets], book)
    ours = _sides(of_sources, chosen)
    theirs = [side_of(layer, None, chosen[id(layer)]) for layer in targets]
    ours, theirs = (
        [_placed(side, across, book, provinces) for side in sides]
        for sides, across in ((ours, theirs), (theirs, ours))
    )
    frames: list[pd.DataFrame] = []
    steps = [(a, b) for a in ours for b in theirs if not _same(a.layer, b.layer)]
    for done, (a, b) in enumerate(steps):
        if progress:
            progress(done, len(steps), f"{a.layer.name} – {b.layer.name}")
        if len(a.geometry) and len(b.geometry):
            frames += pair_rows(a, b, book, as_crs(crs))
    missing = [row for layer in of_sources for row in _missing(layer, targets, book)]
    rows, lines, near = _joined(frames, missing, crs)
    findings = [*provinces.doubts, *answer_findings(rows, of_sources, targets, book)]
    if progress:
        progress(len(steps), len(steps), "totals")
    frame = _sources(ours, crs)
    run = run_facts([("source", of_sources), ("target", targets)], on)
    run["chosen"] = {
        layer.name: sorted(chosen[id(layer)]) for layer in [*of_sources, *targets] if chosen[id(layer)]
    }
    return DistanceAnswer(rows, _totals(rows, frame), lines, frame, near, run, tuple(findings))


def half_widths(layer: Layer, *, table: pd.DataFrame, on: date, choose: Sequence[str] = ()) -> pd.DataFrame:
    """Find the half width of the protection strip of each feature in the distance table.

    Parameters
    ----------
    layer : Layer
        Power lines, dikes, dams and so on.
    table : pandas.DataFrame
        ``layers.reference.table("safety_distances")``.
    on : datetime.date
    choose : sequence of str
        Rows that apply, where no column decides.

    Returns
    -------
    pandas.DataFrame
        Index of the layer; ``half_width_m`` (metres, NaN where no row in force gives a sure figure),
        ``rule`` and ``why`` (empty, ``condition``, or why the row that speaks gives no verdict).

    Raises
    ------
    QuestionError
        ``distance_rule_unknown`` or ``distance_rule_refused``.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import LineString
    >>> from layers import Layer, reference
    >>> line = gpd.GeoDataFrame({"dam_grade": ["II"]}, geometry=[LineString([(0, 0), (9, 9)])], crs=5897)
    >>> dams = Layer(line, "dams", "dam")
    >>> law = reference.table("safety_distances")
    >>> half_widths(dams, table=law, on=date(2026, 6, 1)).values.tolist()
    [[100.0, 'DAM-II', '']]
    """
    book = DistanceBook(split_rules(table)[0], on)
    chosen = frozenset(book.choose(rule).id for rule in choose)
    rules = book.between(layer.kind_name, "residential", chosen)
    out = pd.DataFrame({"half_width_m": np.nan, "rule": "", "why": "no_rule"}, index=layer.frame.index)
    out = out.astype({"rule": object, "why": object})
    for rule in sorted(rules, key=lambda r: (r.standing == "judges", r.required_m)):
        holds = rule.holds(layer.frame)
        if rule.id in chosen:
            holds = np.full(len(layer.frame), APPLIES, dtype=np.int8)
        abroad = bool(rule.provinces) and rule.id not in chosen
        sure = (holds == APPLIES) & (rule.standing == "judges") & (not abroad)
        width = np.where(sure, rule.required_m, np.nan)
        unsure = "condition" if rule.standing == "judges" else rule.standing
        why = np.where(sure, "", UNKNOWN if abroad else unsure)
        settled = out["half_width_m"].notna().to_numpy() & ~sure
        spoken = (holds != EXCLUDED) & ~settled
        out.loc[spoken, "half_width_m"] = width[spoken]
        out.loc[spoken, "rule"] = rule.id
        out.loc[spoken, "why"] = why[spoken]
    return out


def _placed(side: Side, across: list[Side], book: DistanceBook, provinces: Provinces) -> Side:
    """A side with the provinces of its features, where a rule of one province speaks of a pair."""
    asked = any(
        rule.provinces
        for one in across
        for own, other in product(set(side.kinds), set(one.kinds))
        for rule in (*book.between(own, other, side.chosen), *book.between(other, own, one.chosen))
    )
    return replace(side, where=provinces.at(side.geometry)) if asked else side


def _check(sources: list[Layer], targets: Sequence[Layer]) -> Any:
    if not sources or not targets or all(layer.frame.empty for layer in sources):
        raise QuestionError("nothing_to_measure", expected="KIND=FILE")
    crs = require_metric(sources[0].frame, sources[0].name)
    for layer in (*sources[1:], *targets):
        if layer.frame.crs != crs:
            raise CrsError("crs_differs", layer=layer.name, expected=crs.name, found=str(layer.frame.crs))
    return crs


def _chosen(choose: Choice, layers: list[Layer], book: DistanceBook) -> dict[int, frozenset[str]]:
    """Rules chosen for each layer, by identity: two layers may share a name."""
    out: dict[int, set[str]] = {id(layer): set() for layer in layers}
    for name, given in choose.items():
        for text in [given] if isinstance(given, str) else given:
            rule = book.choose(text)
            fitting = [
                layer
                for layer in layers
                if name in (_ANY, layer.name)
                and (layer.kind_name in rule.kinds or _zones_of(layer) & rule.kinds)
            ]
            if not fitting:
                known = [layer.name for layer in layers]
                raise QuestionError(
                    "distance_rule_elsewhere",
                    found=text,
                    layer=name,
                    expected=sorted(rule.kinds),
                    known=known,
                )
            for layer in fitting:
                out[id(layer)].add(rule.id)
    return {key: frozenset(rules) for key, rules in out.items()}


def _zones_of(layer: Layer) -> set[str]:
    return set(side_of(layer, None, frozenset()).kinds) if layer.kind.role == "zone" else set()


def _sides(layers: list[Layer], chosen: dict[int, frozenset[str]]) -> list[Side]:
    """Sources with labels that differ: the layer's name stands behind those that would meet."""
    labels = [feature_labels(layer.frame) for layer in layers]
    twice = pd.concat(labels, ignore_index=True) if labels else pd.Series(dtype=object)
    shared = set(twice[twice.duplicated(keep=False)])
    out = []
    for layer, own in zip(layers, labels, strict=True):
        apart = own.map(lambda v, name=layer.name: f"{v} ({name})" if v in shared else v)
        out.append(side_of(layer, apart, chosen[id(layer)]))
    return out


def _same(a: Layer, b: Layer) -> bool:
    known = a.provenance.sha256 != "" and a.provenance.sha256 == b.provenance.sha256
    return a is b or (known and a.provenance.source == b.provenance.source and a.kind_name == b.kind_name)


def _missing(layer: Layer, targets: Sequence[Layer], book: DistanceBook) -> list[dict[str, Any]]:
    """Kinds that the table asks about and nobody gave, or whose layer is empty."""
    kinds = sorted(set(side_of(layer, None, frozenset()).kinds))
    asked = sorted({kind for own in kinds for kind in book.target_kinds(own)} - set(kinds))
    given = {kind for target in targets for kind in (target.kind_name, *_zones_of(target))}
    rows = [no_data_row(layer, kind, "", "no_layer") for kind in asked if kind not in given]
    empty = [target for target in targets if target.frame.empty]
    return [*rows, *(no_data_row(layer, target.kind_name, target.name, "empty") for target in empty)]


def _joined(
    frames: list[pd.DataFrame], missing: list[dict[str, Any]], crs: Any
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    kept = [*frames, pd.DataFrame(missing)] if missing else frames
    every = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()
    every = every.reindex(columns=[*_COLUMNS, *_SHAPES])
    rank = every["state"].map({state: n for n, state in enumerate(DISTANCE_STATES)})
    keys = ["source", "target_kind", "rank", "actual_m", "target", "rule"]
    every = every.assign(rank=rank).sort_values(keys, kind="stable", ignore_index=True)
    numbers = dict.fromkeys(("required_m", "actual_m", "grid_m", "shortfall_m"), float)
    rows = every[_COLUMNS].astype({**numbers, "nearest": bool})
    drawn = every[every["geometry"].notna()]
    lines = gpd.GeoDataFrame(
        drawn[["source", "target", "state"]], geometry=drawn["geometry"].to_numpy(), crs=crs
    )
    return rows, lines, _near_targets(every, crs)


def _near_targets(every: pd.DataFrame, crs: Any) -> gpd.GeoDataFrame:
    """Targets that fall short of some distance, each once under its gravest answer."""
    short = every[every["state"].isin(_SHORT) & (every["shortfall_m"] > 0)]
    rank = short["state"].map({state: n for n, state in enumerate(_SHORT)})
    order = rank.sort_values(kind="stable").index
    once = short.loc[order].drop_duplicates(["target_layer", "target"])
    facts = {"target": "target", "name": "target_name", "kind": "target_kind", "layer": "target_layer"}
    columns = {new: once[old].to_numpy() for new, old in facts.items()}
    shapes = once["target_shape"].to_numpy()
    return gpd.GeoDataFrame({**columns, "state": once["state"].to_numpy()}, geometry=shapes, crs=crs)


def _sources(ours: list[Side], crs: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": np.concatenate([side.names for side in ours]),
            "kind": np.concatenate([side.kinds for side in ours]),
            "layer": np.concatenate([np.full(len(side.labels), side.layer.name, object) for side in ours]),
        },
        geometry=np.concatenate([side.geometry for side in ours]),
        index=pd.Index(np.concatenate([side.labels for side in ours]), name="source"),
        crs=crs,
    )


def _totals(rows: pd.DataFrame, sources: gpd.GeoDataFrame) -> pd.DataFrame:
    out = pd.DataFrame(sources[["name", "kind", "layer"]])
    out["nearest_m"] = rows.groupby("source")["actual_m"].min().reindex(out.index)
    pairs = rows[["source", "state", "target_layer", "target"]].drop_duplicates()
    for state in ("too_near", "depends", "kept", "unsettled"):
        mine = pairs[pairs["state"] == state].groupby("source").size()
        out[state] = mine.reindex(out.index).fillna(0).astype(int)
    judged = rows[rows["state"].isin(("too_near", "kept"))].groupby("source")["shortfall_m"].max()
    out["worst_shortfall_m"] = judged.reindex(out.index)
    return out
