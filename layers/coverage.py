"""A coverage as it should be: no land without a feature, no land in two; and mending within a tolerance.

Gaps and overlaps are found on the edges that neighbours don't share, so a coverage that is whole costs
little. Mending moves borders no farther than the tolerance allows: what is wider stays as it is, with its
finding, for a person to decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import as_crs, require_metric, to_crs
from layers.errors import QuestionError
from layers.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Mended", "coverage_faults", "coverage_findings", "mend_coverage"]

_HA: Final = 10_000.0
_TINY_M2: Final = 1e-4
_NAMED: Final = 200
_CODES: Final = {"gap": "coverage_gap", "overlap": "coverage_overlap"}
_WIDEST_M: Final = 50.0


@dataclass(frozen=True)
class Mended:
    """A coverage after mending.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        The same rows and index.
    moved_m2 : pandas.Series
        Area that changed hands, by row, m².
    kept : tuple
        Index labels of rows left as they were, because mending would have moved them too far.
    """

    frame: gpd.GeoDataFrame
    moved_m2: pd.Series[float]
    kept: tuple[Any, ...]


def coverage_faults(frame: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Find the gaps and overlaps of a coverage.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system.
    layer : str
        Name for messages.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``kind`` (``gap`` or ``overlap``), ``rows`` (index labels as text, one or two), ``area_ha``,
        ``width_m`` (2·area/perimeter) and the geometry, the largest first; overlaps of several features are
        there pair by pair.

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from shapely import box
    >>> lots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(90, 0, 200, 100)], crs=5897)
    >>> coverage_faults(lots, "lots")[["kind", "area_ha"]].values.tolist()
    [['overlap', 0.1]]
    """
    crs = require_metric(frame, layer)
    geometry = frame.geometry.to_numpy()
    found: list[tuple[str, str, Any]] = []
    if len(geometry):
        # edges matched to a tenth of a millimetre; what is off by less is the same edge
        off = ~shapely.is_empty(shapely.coverage_invalid_edges(geometry))
        found += _overlaps(frame, np.flatnonzero(off))
        found += _gaps(geometry, off)
    shapes = np.array([shape for *_, shape in found], dtype=object)
    area, around = shapely.area(shapes), shapely.length(shapes)
    faults = gpd.GeoDataFrame(
        {
            "kind": [kind for kind, *_ in found],
            "rows": [rows for _, rows, _ in found],
            "area_ha": area / _HA,
            "width_m": np.divide(2 * area, around, out=np.zeros(len(area)), where=around > 0),
        },
        geometry=shapes,
        crs=crs,
    )
    return faults.sort_values("area_ha", ascending=False, kind="stable").reset_index(drop=True)


def _overlaps(frame: gpd.GeoDataFrame, suspects: NDArray[np.int64]) -> list[tuple[str, str, Any]]:
    geometry = frame.geometry.to_numpy()[suspects]
    left, right = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    shared = shapely.intersection(geometry[left], geometry[right])
    real = shapely.area(shared) > _TINY_M2
    labels = frame.index[suspects].astype(str)
    return [
        ("overlap", f"{labels[a]}, {labels[b]}", shapely.union_all(_areas(shape)))
        for a, b, shape in zip(left[real], right[real], shared[real], strict=True)
    ]


def _gaps(geometry: NDArray[np.object_], off: NDArray[np.bool_]) -> list[tuple[str, str, Any]]:
    """Land that is enclosed and has no feature; what lies open to the outside is no gap."""
    # what shares its edges is joined without looking for crossings, a hundred times faster
    joined = shapely.coverage_union_all(geometry[~off])
    whole = shapely.get_parts(shapely.union_all([joined, *geometry[off]]) if off.any() else joined)
    holes = [hole for part in whole[shapely.get_dimensions(whole) == 2] for hole in part.interiors]  # noqa: PLR2004 - areas
    shapes = shapely.polygons(holes) if holes else []
    return [("gap", "", shape) for shape in shapes if shape.area > _TINY_M2]


def _areas(shape: Any) -> NDArray[np.object_]:
    parts = shapely.get_parts(shape)
    return np.asarray(parts[shapely.get_dimensions(parts) == 2], dtype=object)  # noqa: PLR2004 - areas


def coverage_findings(
    frame: gpd.GeoDataFrame,
    layer: str,
    *,
    tolerance_m: float = 0.5,
    faults: gpd.GeoDataFrame | None = None,
) -> list[Finding]:
    """Turn the gaps and overlaps of a coverage into findings with their place.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system.
    layer : str
    tolerance_m : float
        What is narrower is redrawing noise: counted in one finding, not named one by one.
    faults : geopandas.GeoDataFrame, optional
        As :func:`coverage_faults`, where they were found already.

    Returns
    -------
    list of Finding
        ``coverage_gap`` and ``coverage_overlap`` with ``area_ha``, ``width_m``, ``lon_deg`` and
        ``lat_deg``, the largest 200 of them; ``coverage_slivers`` and ``coverage_more`` for the others.
    """
    faults = coverage_faults(frame, layer) if faults is None else faults
    wide = faults[faults["width_m"] >= tolerance_m]
    slivers = faults[faults["width_m"] < tolerance_m]
    named = wide.head(_NAMED)
    points = to_crs(named.set_geometry(named.representative_point()), as_crs(4326)).geometry
    places = shapely.get_coordinates(points.to_numpy())
    out = []
    for n, kind in enumerate(named["kind"]):
        row = named.iloc[n]
        figures = {"area_ha": float(row["area_ha"]), "width_m": float(row["width_m"])}
        where = {"lon_deg": float(places[n, 0]), "lat_deg": float(places[n, 1])}
        told = {"found": str(row["rows"]), **figures, **where}
        out.append(Finding(_CODES[kind], layer, None, "warn", told))
    for code, rest in (("coverage_more", wide.iloc[_NAMED:]), ("coverage_slivers", slivers)):
        if len(rest):
            sums = {"count": len(rest), "area_ha": float(rest["area_ha"].sum()), "tolerance_m": tolerance_m}
            out.append(Finding(code, layer, None, "warn" if code == "coverage_more" else "info", sums))
    return out


def mend_coverage(frame: gpd.GeoDataFrame, layer: str, *, tolerance_m: float) -> Mended:
    """Make neighbours share their edges, moving no border farther than a tolerance.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Valid areas in a metric system.
    layer : str
        Name for messages.
    tolerance_m : float
        Widest gap or overlap that is closed.

    Returns
    -------
    Mended

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from shapely import box
    >>> lots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(100.2, 0, 200, 100)], crs=5897)
    >>> mended = mend_coverage(lots, "lots", tolerance_m=0.5)
    >>> one, other = mended.frame.geometry
    >>> one.touches(other), float(round(mended.moved_m2.sum(), 1))
    (True, 20.0)
    """
    if not 0 < tolerance_m <= _WIDEST_M:
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=f"0–{_WIDEST_M:g}")
    require_metric(frame, layer)
    given = frame.geometry.to_numpy()
    # types-shapely doesn't know this one yet
    clean: Any = vars(shapely)["coverage_clean"]
    made = np.array(clean(given, gap_width=tolerance_m, snapping_distance=tolerance_m), dtype=object)
    lost = shapely.is_missing(made) | shapely.is_empty(made)
    change = shapely.symmetric_difference(np.where(lost, given, made), given)
    moved = shapely.area(change)
    # a strip along a border is as wide as it was moved; what is wider than allowed is not noise
    too_far = lost | (_widest(change) > tolerance_m)
    out = np.where(too_far, given, made)
    moved = np.where(too_far, 0.0, moved)
    mended = frame.set_geometry(out, crs=frame.crs)
    figures = pd.Series(moved, index=frame.index, name="moved_m2")
    return Mended(mended, figures, tuple(frame.index[too_far]))


def _widest(change: NDArray[np.object_]) -> NDArray[np.float64]:
    """Width of the widest part of each change, as 2·area/perimeter."""
    parts, owner = shapely.get_parts(change, return_index=True)
    around = shapely.length(parts)
    width = np.divide(2 * shapely.area(parts), around, out=np.zeros(len(parts)), where=around > 0)
    out = np.zeros(len(change))
    np.maximum.at(out, owner, width)
    return out
