"""What a zone runs into: overlaps turned into answers by the rule book.

Four answers: *blocks*, *needs_consent*, *clear* (checked and clear), *no_data*. Pieces
thinner than the stated tolerance are redrawing noise: they keep a sum of their own and are never
dropped. A hectare hit by several rules is reported under each and counted once in the totals, under
the gravest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from layers.align import reach_findings
from layers.crs import require_metric
from layers.errors import CrsError, QuestionError
from layers.findings import Finding
from layers.layer import Layer
from spatial._cover import box_of, is_coverage, uncovered
from spatial._local_pieces import apart_by_province, rules_elsewhere
from spatial._rows import layer_rows
from spatial._run import run_facts
from spatial._totals import zone_totals
from spatial.labels import feature_labels, labelled_zones
from spatial.overlap import overlap
from spatial.provinces import LocalRules, split_rules
from spatial.rules import RuleBook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    Progress = Callable[[int, int, str], None]

__all__ = ["TOLERANCE_MOST_M", "ConflictAnswer", "conflicts"]

#: a wider tolerance would call whole fields redrawing noise
TOLERANCE_MOST_M: Final = 100.0


@dataclass(frozen=True)
class ConflictAnswer:
    """The answer to a conflict question, with everything it was made from.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per zone, constraint and rule: ``zone, zone_name, zone_kind, constraint, layer, kind,
        part, part_name (what people call that feature), code, state, area_ha, share_pct, noise_ha,
        features, length_m, rule, clause_vi, clause_en,
        basis, valid_from, valid_to, confidence, unsettled, state_found, reason, by``; index 0, 1, 2, ...
    totals : pandas.DataFrame
        One row per zone, index ``zone``: ``area_ha, hit_ha, blocks_ha, consent_ha, clear_ha,
        no_data_ha, noise_ha``; ``hit + clear + no_data + noise = area`` and ``blocks + consent = hit``.
    pieces : geopandas.GeoDataFrame
        Every piece behind the rows: ``zone, feature, layer, kind, part, code, state, state_found,
        noise, covered, area_m2, length_m, thickness_m``; uncovered land has no feature.
    zones : geopandas.GeoDataFrame
        The zones, index ``zone`` labels.
    run : dict
        ``layers, periods, rule_version, tolerance_m, crs, on, made``.
    findings : tuple of Finding
        What should be known about the inputs: assumed extents, unknown kinds and codes.
    """

    rows: pd.DataFrame
    totals: pd.DataFrame
    pieces: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def conflicts(
    zones: Layer | Sequence[Layer],
    constraints: Sequence[Layer],
    *,
    rules: pd.DataFrame | LocalRules,
    on: date,
    tolerance_m: float = 0.5,
    progress: Progress | None = None,
) -> ConflictAnswer:
    """Lay zones over constraint layers and judge every overlap.

    Parameters
    ----------
    zones : Layer or sequence of Layer
        Polygons in a projected CRS in metres; a column ``kind`` may name the kind of each zone.
    constraints : sequence of Layer
        Points, lines or polygons in the same CRS. A layer of a kind that covers all land (land use)
        has no data where it has no feature; a sparse one has no data outside its extent, and where
        none is stated, it has none for zones that the box round its features doesn't meet.
    rules : pandas.DataFrame or LocalRules
        ``layers.reference.table("conflict_rules")``, with the provinces that land is known to lie in. A
        rule of one province judges the land within it; a finding lists where it wasn't applied.
    on : datetime.date
        Day whose rules hold.
    tolerance_m : float
        Pieces with 2·area/perimeter below this are redrawing noise; 0 to 100.
    progress : callable, optional
        Called with (done, of how many, name of the step); may raise to cancel.

    Returns
    -------
    ConflictAnswer

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range`` or ``nothing_to_check``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.

    Notes
    -----
    Decree 32/2024/NĐ-CP (clusters), Land Law 31/2024/QH15 Art. 121 and the other clauses are cited
    row by row from the rule table; a rule without a clause says so and never blocks.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import box
    >>> from layers import Layer, reference
    >>> square = lambda *b: gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(*b)], crs=5897)
    >>> zone = Layer(square(0, 0, 1000, 1000), "ccn", "industrial_cluster")
    >>> homes = Layer(square(900, -500, 3000, 1500), "homes", "residential", extent=box(0, 0, 2000, 2000))
    >>> rules = reference.table("conflict_rules")
    >>> answer = conflicts(zone, [homes], rules=rules, on=date(2026, 6, 1))
    >>> answer.rows[["zone", "state", "area_ha", "clause_en"]].values.tolist()
    [['A', 'blocks', 10.0, 'Decree 32/2024/NĐ-CP, Art. 2.1']]
    >>> answer.totals[["hit_ha", "clear_ha", "no_data_ha"]].values.tolist()
    [[10.0, 90.0, 0.0]]
    """
    of_zones = [zones] if isinstance(zones, Layer) else list(zones)
    if not of_zones or not constraints:
        raise QuestionError("nothing_to_check", expected="KIND=FILE")
    if not 0 <= tolerance_m <= TOLERANCE_MOST_M:  # NaN is in no range
        expected = [0, int(TOLERANCE_MOST_M)]
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=expected)
    crs = require_metric(of_zones[0].frame, of_zones[0].name)
    for layer in (*of_zones[1:], *constraints):
        if layer.frame.crs != crs:
            raise CrsError("crs_differs", layer=layer.name, expected=crs.name, found=str(layer.frame.crs))
    frame, findings = labelled_zones(of_zones)
    for layer in of_zones:
        findings += reach_findings(layer, crs)
    table, provinces = split_rules(rules)
    findings += provinces.doubts
    book = RuleBook(table, on)
    rows: list[pd.DataFrame] = []
    found: list[gpd.GeoDataFrame] = []
    for done, layer in enumerate(constraints):
        if progress:
            progress(done, len(constraints), layer.name)
        findings += _layer_findings(frame, layer)
        parts = _pieces(frame, layer, tolerance_m=tolerance_m)
        parts = apart_by_province(parts, provinces if book.is_local(layer.kind_name) else None)
        findings += rules_elsewhere(frame, layer, parts, book)
        judged, told = layer_rows(frame, layer, parts, book)
        found.append(judged)
        titles = _part_titles(layer)
        rows.append(told.assign(part_name=[titles.get(part, "") for part in told["part"]]))
    pieces = _joined(found, crs)
    if progress:
        progress(len(constraints), len(constraints), "totals")
    return ConflictAnswer(
        rows=pd.concat(rows, ignore_index=True),
        totals=zone_totals(frame, pieces),
        pieces=pieces,
        zones=frame,
        run={
            **run_facts([("zones", of_zones), ("constraint", constraints)], on),
            "tolerance_m": tolerance_m,
        },
        findings=tuple(findings),
    )


def _layer_findings(frame: gpd.GeoDataFrame, layer: Layer) -> list[Finding]:
    out = []
    if layer.kind.coverage == "sparse" and layer.extent is None and not layer.frame.empty:
        crossing = frame[frame.intersects(box_of(layer)) & ~frame.within(box_of(layer))]
        beyond = float(crossing.geometry.difference(box_of(layer)).area.sum()) / 10_000
        fields = {"kind": layer.kind_name, "beyond_ha": beyond, "found": list(crossing.index)}
        out.append(Finding("extent_assumed", layer.name, None, "warn" if beyond > 0 else "info", fields))
    if layer.kind_name == "land_use" and "code" not in layer.frame and not layer.frame.empty:
        fields = {"column": "code", "kind": "land_use", "found": list(map(str, layer.frame.columns))}
        out.append(Finding("column_missing", layer.name, None, "block", fields))
    return out


def _pieces(frame: gpd.GeoDataFrame, layer: Layer, *, tolerance_m: float) -> gpd.GeoDataFrame:
    """Hits and uncovered parts of one layer; uncovered parts carry the feature ``None``."""
    hits = overlap(frame, layer.frame)
    hits = hits[~_itself(frame, layer, hits)].reset_index(drop=True)
    touched = layer.frame.geometry.to_numpy()[layer.frame.index.isin(hits["feature"])]
    exclusive = is_coverage(touched)
    areas = hits[hits["thickness_m"] > 0]
    empty = uncovered(frame, layer, areas, exclusive=exclusive).assign(feature=None, length_m=0.0)
    both = pd.concat([hits.assign(covered=True), empty.assign(covered=False)], ignore_index=True)
    thin = (both["thickness_m"] > 0) & (both["thickness_m"] < tolerance_m)
    both["noise"] = thin | ((both["length_m"] > 0) & (both["length_m"] < tolerance_m))
    both["part"] = ""
    both.loc[both["covered"], "part"] = _part_names(layer).reindex(hits["feature"]).to_numpy()
    both["code"] = both["part"] if layer.kind.answer_per == "code" else ""
    both["exclusive"] = exclusive
    return gpd.GeoDataFrame(both, geometry="geometry", crs=frame.crs)


def _itself(frame: gpd.GeoDataFrame, layer: Layer, hits: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Where a zone meets its own row: same source and row, and the same shape besides."""
    zone = frame.reindex(hits["zone"])
    same = (zone["source_sha"] == layer.provenance.sha256) & (zone["source"] == layer.provenance.source)
    same &= zone["source_index"].to_numpy() == hits["feature"].to_numpy()
    found: NDArray[np.bool_] = same.to_numpy() & (layer.provenance.sha256 != "")
    if found.any():
        theirs = layer.frame.geometry.to_numpy()[layer.frame.index.get_indexer(pd.Index(hits["feature"]))]
        found &= shapely.equals_exact(zone.geometry.to_numpy(), theirs)
    return found


def _part_names(layer: Layer) -> pd.Series:
    """What each feature is answered under: nothing, its land-use code, or its own name."""
    per = layer.kind.answer_per
    if per == "feature":
        return feature_labels(layer.frame)
    if per == "code" and "code" in layer.frame:
        return layer.frame["code"].fillna("").astype(str)
    return pd.Series("", index=layer.frame.index, dtype=object)


def _part_titles(layer: Layer) -> dict[str, str]:
    """What people call each feature that is answered under its own label."""
    if layer.kind.answer_per != "feature" or "name" not in layer.frame:
        return {}
    names = layer.frame["name"].fillna("").astype(str)
    return dict(zip(feature_labels(layer.frame), names, strict=True))


def _joined(found: list[gpd.GeoDataFrame], crs: Any) -> gpd.GeoDataFrame:
    kept = [f for f in found if len(f)]
    if not kept:
        return found[0]
    return gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), geometry="geometry", crs=crs)
