"""Two versions of one plan: what changed on the ground, apart from what was only drawn anew."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.align import reach_findings
from layers.crs import require_metric
from layers.errors import CrsError, GeometryError, QuestionError
from layers.findings import Finding, Ledger
from spatial._comparison_findings import comparison_findings
from spatial._comparison_rows import answered, links_table, pieces_table, rows_table
from spatial._matching import Matching, Versions, matched, versions
from spatial._run import run_facts
from spatial._tolerance import STEPS_M, USUAL_M, Suggestion, Sweep, suggested, swept
from spatial.labels import feature_labels

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from layers.layer import Layer
    from spatial._comparison_rows import Answered

    Progress = Callable[[int, int, str], None]

__all__ = ["CHANGES", "MOST_M", "STATUSES", "TOLERANCES_M", "Comparison", "Suggestion", "compare"]

#: answers in the order in which a reader wants them
STATUSES: Final = (
    *("dropped", "added", "split", "merged", "reorganised", "moved", "expanded", "reduced"),
    *("status_changed", "renamed", "redrawn", "unchanged"),
)
#: what happened to a piece of land
CHANGES: Final = ("gained", "lost", "redrawn")
#: a wider tolerance would call whole communes redrawing, metres
MOST_M: Final = STEPS_M[-1]
#: tolerances of the curve, metres
TOLERANCES_M: Final = (0.0, *STEPS_M)
_HA: Final = 10_000.0
_MOST_THREADS: Final = 4


@dataclass(frozen=True)
class Comparison:
    """What changed between two versions of a plan, with everything it was made from.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per set of features that belong together, index 0, 1, 2, ...: ``before_ids, after_ids``
        (lists of labels), ``status`` (one of ``STATUSES``), ``before_names, after_names``, ``shape`` (the
        status of the land alone), ``renamed, status_changed`` (flags, whatever the status), ``status_before,
        status_after`` (what the columns status, stage and kind say where they differ), ``matched_by``
        (``equal``, ``area``, ``name`` or nothing), ``area_before_ha, area_after_ha, kept_ha, gained_ha,
        lost_ha, noise_ha, noise_gained_ha, noise_lost_ha``, ``also_before_ids, also_after_ids`` (features of
        other rows that land came from or went to). In each row
        ``area_before + gained - lost + noise_gained - noise_lost = area_after``.
    links : pandas.DataFrame
        Every pair of features that share more than redrawing: ``before, after, area_ha, share_before_pct,
        share_after_pct, role`` (``row`` or ``part``), ``row_before, row_after``.
    pieces : geopandas.GeoDataFrame
        Single parts of the differences: ``row, change`` (one of ``CHANGES``), ``side`` (gained or lost),
        ``area_m2, thickness_m``, geometry.
    curve : pandas.DataFrame
        How much of what differs is redrawing at each tolerance: ``tolerance_m, redrawn_ha, real_ha``.
    totals : pandas.Series
        Sums over the rows, and ``overlap_before_ha, overlap_after_ha``: land that features of one version
        share with each other, which stands in the row of each.
    before, after : geopandas.GeoDataFrame
        The features, index: their labels; ``name, row``, the columns that state a status, geometry.
    suggestion : Suggestion
        Tolerance that the widths of the differences suggest, and why.
    run : dict
        ``layers, periods, tolerance_m, tolerance_suggested_m, crs, on, made``, ...
    findings : tuple of Finding
    """

    rows: pd.DataFrame
    links: pd.DataFrame
    pieces: gpd.GeoDataFrame
    curve: pd.DataFrame
    totals: pd.Series
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    suggestion: Suggestion
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def compare(
    before: Layer,
    after: Layer,
    *,
    tolerance_m: float | None = USUAL_M,
    on: date | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two versions of a plan.

    Features are matched by the land they share, never by id. A feature is *unchanged*, *redrawn* (all of the
    difference is nowhere wider than the tolerance), *expanded*, *reduced*, *moved* (it gained and lost about
    as much), *split*, *merged*, *reorganised* (several became several), *added* or *dropped*. Where the land
    is the same, another name makes it *renamed* and another status, stage or kind *status_changed*.

    Parameters
    ----------
    before, after : Layer
        Polygons, valid, in one projected CRS in metres.
    tolerance_m : float, optional
        Local width in metres below which a difference is redrawing, 0 to ``MOST_M``; ``None`` takes the
        tolerance that the data suggest.
    on : datetime.date, optional
        Day of the answer; today where it isn't given.
    progress : callable, optional
        Called with (done, of how many, name of the step); may raise to cancel.

    Returns
    -------
    Comparison

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    GeometryError
        ``geometry_invalid`` or ``overlay_unproven``.

    Notes
    -----
    Local width is that of a morphological opening (Serra, Image Analysis and Mathematical Morphology, 1982);
    see ``spatial._noise`` for why one figure 2·area/perimeter for a whole piece isn't enough.

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> def plan(*shapes):
    ...     frame = gpd.GeoDataFrame({"name": list("AB")[: len(shapes)]}, geometry=list(shapes), crs=5897)
    ...     return Layer(frame, "ccn", "industrial_cluster")
    >>> old = plan(box(0, 0, 500, 400), box(900, 0, 1200, 400))
    >>> new = plan(box(0.1, 0, 500, 400.1), box(900, 0, 1300, 400))
    >>> found = compare(old, new)
    >>> found.rows[["status", "area_before_ha", "gained_ha"]].round(6).values.tolist()
    [['redrawn', 20.0, 0.0], ['expanded', 12.0, 4.0]]
    """
    if tolerance_m is not None and not 0 <= tolerance_m <= MOST_M:  # NaN is in no range
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=[0, int(MOST_M)])
    crs = require_metric(before.frame, before.name)
    if after.frame.crs != crs:
        raise CrsError("crs_differs", layer=after.name, expected=crs.name, found=str(after.frame.crs))
    ledger = [_labelled(layer) for layer in (before, after)]
    findings = [f for _, of in ledger for f in of]
    findings += [f for layer in (before, after) for f in reach_findings(layer, crs)]
    both = versions(ledger[0][0], ledger[1][0], threads=min(_MOST_THREADS, os.cpu_count() or 1))
    rows = matched(both, tolerance_m=USUAL_M if tolerance_m is None else tolerance_m, watch=progress)
    sweep, suggestion = _swept(rows)
    used = suggestion.tolerance_m if tolerance_m is None else tolerance_m
    if used not in (tolerance_m, USUAL_M):
        rows = matched(both, tolerance_m=used, watch=progress)
        sweep, _ = _swept(rows)
    found = answered(both, rows, used)
    table = rows_table(found)
    totals = _totals(table, both)
    day = on or datetime.now(UTC).astimezone().date()
    run = run_facts([("before", [before]), ("after", [after])], day)
    return Comparison(
        rows=table,
        links=links_table(found),
        pieces=pieces_table(found),
        curve=_curve(sweep, found, used),
        totals=totals,
        before=both.before.assign(row=rows.of_before),
        after=both.after.assign(row=rows.of_after),
        suggestion=suggestion,
        run={**run, "tolerance_m": used, "tolerance_suggested_m": suggestion.tolerance_m},
        findings=(*findings, *comparison_findings((before, after), found, totals)),
    )


def _labelled(layer: Layer) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Areas of a layer under their labels; what is no area is set aside with a finding."""
    ledger = Ledger(layer.name)
    frame = layer.frame
    shapes = frame.geometry.to_numpy()
    flat = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    bad = flat & ~shapely.is_valid(shapes)
    if bad.any():
        at = int(np.argmax(bad))
        reason = str(shapely.is_valid_reason(shapes[at]))
        raise GeometryError("geometry_invalid", layer=layer.name, row=str(frame.index[at]), found=reason)
    for row, kind in zip(frame.index[~flat], frame.geom_type[~flat], strict=True):
        ledger.set_aside([row], "geometry_type", found=str(kind), expected="Polygon")
    kept = [c for c in ("name", "status", "stage", "kind") if c in frame]
    out = gpd.GeoDataFrame(frame.loc[flat, kept], geometry=shapely.force_2d(shapes[flat]), crs=frame.crs)
    out.index = pd.Index(feature_labels(frame)[flat], name="id")
    if "name" not in out:
        out.insert(0, "name", "")
    out["name"] = out["name"].fillna("").astype(str)
    return out, ledger.findings


def _swept(rows: Matching) -> tuple[Sweep, Suggestion]:
    """Try all tolerances on the differences of features that have counterparts."""
    at = np.flatnonzero(~rows.without_counterpart)
    pieces = np.concatenate([rows.cuts.lost[at], rows.cuts.gained[at]])
    n = len(rows.by_name)
    sweep = swept(pieces, np.concatenate([at, at]), n).with_rows(rows.off_m, rows.uncut_m2)
    differ = ~np.isnan(rows.off_m)
    differ[at] |= ~(shapely.is_empty(rows.cuts.lost[at]) & shapely.is_empty(rows.cuts.gained[at]))
    single = (rows.sizes[0] == 1) & (rows.sizes[1] == 1) & ~rows.by_name
    return sweep, suggested(sweep.need_m[single & differ], equal=int((single & ~differ).sum()))


def _curve(sweep: Sweep, found: Answered, used_m: float) -> pd.DataFrame:
    with_counterpart = ~found.rows.without_counterpart
    split = found.lost, found.gained
    total = sum(float((s.real_m2 + s.redrawn_m2)[with_counterpart].sum()) for s in split)
    here = sum(float(s.redrawn_m2.sum()) for s in split)
    tolerance, redrawn = np.append(STEPS_M, [0.0, used_m]), np.append(sweep.redrawn_m2, [0.0, here])
    # the value in use was cut out, those of the steps are reckoned without cutting
    last = len(tolerance) - 1 - np.unique(tolerance[::-1], return_index=True)[1]
    tolerance, redrawn = tolerance[last], redrawn[last]
    redrawn = np.where(tolerance < used_m, np.minimum(redrawn, here), np.maximum(redrawn, here))
    redrawn[tolerance == 0] = 0.0
    table = {"tolerance_m": tolerance, "redrawn_ha": redrawn / _HA, "real_ha": (total - redrawn) / _HA}
    return pd.DataFrame(table)


def _totals(table: pd.DataFrame, both: Versions) -> pd.Series:
    sums = table.select_dtypes("float").sum()
    sums["overlap_before_ha"] = both.own[0][2].sum() / _HA
    sums["overlap_after_ha"] = both.own[1][2].sum() / _HA
    return sums
