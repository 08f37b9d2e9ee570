"""Every fault of the geometry of a layer in one list, each with its place, to be gone through one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.align import choose_crs
from layers.clean import find_duplicates
from layers.coverage import Mended, coverage_faults, coverage_findings, mend_coverage
from layers.crs import as_crs, is_metric, to_crs, transform_geometry
from layers.findings import Finding, Ledger
from layers.shared_vertices import unshared_vertices
from layers.spikes import spikes, without_spikes

if TYPE_CHECKING:
    from layers.layer import Layer

__all__ = ["FAULTS", "FaultBook", "fault_book", "fault_findings", "layer_faults", "mended_layer"]

#: kinds of faults: land without a feature, land in two, both narrower than the tolerance, a needle, a corner
#: that a neighbour lacks, the same shape twice
FAULTS: Final = ("gap", "overlap", "sliver", "spike", "unshared", "duplicate")
_HA: Final = 10_000.0
_NAMED: Final = 200
_SHARED_M: Final = 0.01
_COLUMNS: Final = ("kind", "rows", "area_ha", "width_m", "length_m", "angle_deg")


@dataclass(frozen=True)
class FaultBook:
    """The faults of the geometry of a layer, looked for once and told in two ways.

    Parameters
    ----------
    table : geopandas.GeoDataFrame
        As :func:`layer_faults`.
    findings : tuple of Finding
        As :func:`fault_findings`.
    """

    table: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Seen:
    """What was found in the areas of a layer; of a kind that need not cover all land nothing of the land."""

    frame: gpd.GeoDataFrame
    duplicates: gpd.GeoDataFrame
    spikes: gpd.GeoDataFrame
    land: gpd.GeoDataFrame | None
    corners: gpd.GeoDataFrame | None


def fault_book(layer: Layer, *, tolerance_m: float = 0.5) -> FaultBook:
    """Look a layer over once, for the list of its faults and for the findings.

    Parameters
    ----------
    layer : Layer
        Valid geometry; a layer without a system, or of no areas, has no fault that can be measured.
    tolerance_m : float
        As for :func:`layer_faults`.

    Returns
    -------
    FaultBook

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> lots = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9), box(8, 0, 18, 9)], crs=5897)
    >>> book = fault_book(Layer(lots, "lots", "land_use"))
    >>> book.table["kind"].tolist(), [finding.code for finding in book.findings]
    (['overlap'], ['coverage_overlap'])
    """
    seen = _seen(layer, tolerance_m)
    if seen is None:
        bare = gpd.GeoDataFrame({name: [] for name in _COLUMNS}, geometry=[], crs=layer.frame.crs or 5897)
        return FaultBook(bare, ())
    return FaultBook(_listed(seen, tolerance_m), tuple(_told_of(seen, layer.name, tolerance_m)))


def _seen(layer: Layer, tolerance_m: float) -> _Seen | None:
    frame = _measured(layer)
    if frame is None:
        return None
    land = coverage_faults(frame, layer.name) if layer.kind.coverage == "full" else None
    return _Seen(
        frame,
        _duplicates(frame, layer.name),
        spikes(frame, layer.name, tolerance_m=tolerance_m),
        land,
        _corners(frame, layer.name, land) if land is not None else None,
    )


def layer_faults(layer: Layer, *, tolerance_m: float = 0.5) -> gpd.GeoDataFrame:
    """List the faults of the geometry of a layer.

    Parameters
    ----------
    layer : Layer
        Valid geometry; a layer without a system, or of no areas, has none that can be measured.
    tolerance_m : float
        Gaps and overlaps narrower than this are ``sliver``; spikes have at most this width.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``kind`` (one of :data:`FAULTS`), ``rows`` (index labels as text), ``area_ha``, ``width_m``,
        ``length_m``, ``angle_deg`` (NaN where a kind has none) and the geometry, by kind, the largest first.
        Gaps, overlaps, slivers and corners that should be shared are those of kinds that cover all land.

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> lots = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9), box(8, 0, 18, 9), box(8, 0, 18, 9)], crs=5897)
    >>> layer_faults(Layer(lots, "lots", "land_use"))["kind"].tolist()
    ['overlap', 'overlap', 'duplicate']
    """
    return fault_book(layer, tolerance_m=tolerance_m).table


def _listed(seen: _Seen, tolerance_m: float) -> gpd.GeoDataFrame:
    found = [seen.duplicates, _spike_rows(seen.spikes, seen.frame.crs)]
    if seen.land is not None and seen.corners is not None:
        narrow = seen.land["width_m"] < tolerance_m
        land = seen.land.assign(kind=np.where(narrow, "sliver", seen.land["kind"]))
        # two of the same shape are told once
        twice = {", ".join(reversed(r.split(", "))) for r in seen.duplicates["rows"]}
        found += [land[~land["rows"].isin(twice)], _unshared_rows(seen.corners, seen.frame.crs)]
    shown = [f.reindex(columns=[*_COLUMNS, "geometry"]) for f in found if len(f)] or found[:1]
    every = gpd.GeoDataFrame(pd.concat(shown, ignore_index=True), crs=seen.frame.crs)
    order = every["kind"].map({kind: n for n, kind in enumerate(FAULTS)}).fillna(0)
    largest = every[["area_ha", "length_m", "width_m"]].fillna(0.0)
    by = np.lexsort([-largest["width_m"], -largest["length_m"], -largest["area_ha"], order])
    return every.iloc[by].reset_index(drop=True)


def _measured(layer: Layer) -> gpd.GeoDataFrame | None:
    """The areas of a layer in metres; what was left out has no border to look at."""
    frame = layer.frame
    if frame.empty or frame.crs is None or layer.kind.geometry != "polygon":
        return None
    areas = frame[frame.geom_type.isin(("Polygon", "MultiPolygon"))]
    plain = gpd.GeoDataFrame(geometry=areas.geometry.to_numpy(), index=areas.index, crs=areas.crs)
    return plain if is_metric(as_crs(frame.crs)) else to_crs(plain, choose_crs(layer), layer=layer.name)


def _duplicates(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    ledger = Ledger(name)
    find_duplicates(frame, ledger)
    labels = frame.index.astype(str)
    pairs = [(str(f.row), str(f.fields["other"])) for f in ledger.findings if f.row is not None]
    shapes = frame.geometry.to_numpy()[labels.get_indexer(pd.Index([row for row, _ in pairs], dtype=object))]
    rows = [f"{row}, {other}" for row, other in pairs]
    return _table("duplicate", rows, shapes, frame.crs, area_ha=shapely.area(shapes) / _HA)


def _spike_rows(found: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    figures = {column: found[column].to_numpy() for column in ("width_m", "length_m", "angle_deg")}
    area = found["area_m2"].to_numpy() / _HA
    return _table("spike", found["row"].astype(str), found.geometry.to_numpy(), crs, area_ha=area, **figures)


def _corners(frame: gpd.GeoDataFrame, name: str, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Corners that should be shared, but for those of gaps and overlaps: they are told with these."""
    found = unshared_vertices(frame, name, tolerance_m=_SHARED_M)
    if found.empty or land.empty:
        return found
    known = shapely.STRtree(land.geometry.to_numpy()).query(
        found.geometry.to_numpy(), predicate="dwithin", distance=2 * _SHARED_M
    )[0]
    alone = np.ones(len(found), dtype=bool)
    alone[known] = False
    return found[alone].reset_index(drop=True)


def _unshared_rows(corners: gpd.GeoDataFrame, crs: Any) -> gpd.GeoDataFrame:
    rows = corners["row"].astype(str) + ", " + corners["other"].astype(str)
    width = corners["offset_m"].to_numpy()
    return _table("unshared", rows, corners.geometry.to_numpy(), crs, width_m=width)


def _table(kind: str, rows: Any, shapes: Any, crs: Any, **figures: Any) -> gpd.GeoDataFrame:
    empty = {name: np.full(len(shapes), np.nan) for name in _COLUMNS[2:]}
    columns = {"kind": [kind] * len(shapes), "rows": list(rows), **empty, **figures}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def fault_findings(layer: Layer, *, tolerance_m: float = 0.5) -> list[Finding]:
    """Turn the faults of a layer into findings with their place; duplicates are in the book of its reading.

    Parameters
    ----------
    layer : Layer
    tolerance_m : float
        As for :func:`layer_faults`.

    Returns
    -------
    list of Finding
        ``geometry_spike`` with ``length_m``, ``width_m``, ``angle_deg``, ``lon_deg`` and ``lat_deg``, the
        longest 200, then ``spikes_more``; those of :func:`layers.coverage.coverage_findings`;
        ``coverage_unshared`` with the count of corners and the place of one.
    """
    return list(fault_book(layer, tolerance_m=tolerance_m).findings)


def _told_of(seen: _Seen, name: str, tolerance_m: float) -> list[Finding]:
    out = _spike_findings(seen.spikes, name, tolerance_m)
    if seen.land is None or seen.corners is None:
        return out
    out += coverage_findings(seen.frame, name, tolerance_m=tolerance_m, faults=seen.land)
    if len(corners := seen.corners):
        sums = {"count": len(corners), "tolerance_m": _SHARED_M, "found": corners["row"].nunique()}
        where = _places(corners.head(1))[0]
        out.append(Finding("coverage_unshared", name, None, "info", {**sums, **where}))
    return out


def _spike_findings(found: gpd.GeoDataFrame, name: str, tolerance_m: float) -> list[Finding]:
    named = found.head(_NAMED)
    columns = ("length_m", "width_m", "angle_deg")
    figures = [dict(zip(columns, row, strict=True)) for row in named[list(columns)].to_numpy().tolist()]
    out = [
        Finding("geometry_spike", name, str(row), "warn", {**told, **where})
        for row, told, where in zip(named["row"], figures, _places(named), strict=True)
    ]
    if len(found) > _NAMED:
        sums = {"count": len(found) - _NAMED, "tolerance_m": tolerance_m}
        out.append(Finding("spikes_more", name, None, "warn", sums))
    return out


def _places(faults: gpd.GeoDataFrame) -> list[dict[str, float]]:
    if faults.empty:
        return []
    points = to_crs(faults.set_geometry(faults.representative_point()), as_crs(4326)).geometry
    return [
        {"lon_deg": lon, "lat_deg": lat} for lon, lat in shapely.get_coordinates(points.to_numpy()).tolist()
    ]


def mended_layer(layer: Layer, *, tolerance_m: float) -> tuple[Layer, list[Finding]]:
    """Cut the spikes of a layer, and close what is narrow in a coverage, within a tolerance.

    Parameters
    ----------
    layer : Layer
        Valid geometry.
    tolerance_m : float

    Returns
    -------
    layer : Layer
        The same rows; what was done is in its provenance.
    findings : list of Finding
        ``spikes_removed`` and ``coverage_mended`` with the rows changed, the area that moved and the rows
        left as they were. What is left is told by :func:`fault_book` of the layer that comes back.

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    """
    frame = _measured(layer)
    if frame is None:
        return layer, []
    told = []
    cut = without_spikes(frame, layer.name, tolerance_m=tolerance_m)
    if len(cut.kept) or cut.moved_m2.gt(0).any():
        told.append(_told("spikes_removed", layer.name, cut, tolerance_m))
    frame = cut.frame
    if layer.kind.coverage == "full":
        closed = mend_coverage(frame, layer.name, tolerance_m=tolerance_m)
        told.append(_told("coverage_mended", layer.name, closed, tolerance_m))
        frame = closed.frame
    if not told:
        return layer, []
    better = _with_areas(layer, frame)
    steps = (*layer.provenance.steps, *(f"{finding.code} {tolerance_m:g}" for finding in told))
    return replace(better, provenance=replace(layer.provenance, steps=steps)), told


def _with_areas(layer: Layer, areas: gpd.GeoDataFrame) -> Layer:
    """Put mended areas in the place of those they were made from; other rows stay as they are."""
    target = as_crs(areas.crs)
    frame = layer.frame if layer.frame.crs == target else to_crs(layer.frame, target, layer=layer.name)
    shapes = frame.geometry.to_numpy().copy()
    shapes[frame.index.get_indexer(areas.index)] = areas.geometry.to_numpy()
    extent = layer.extent
    if extent is not None:
        extent = transform_geometry(extent, as_crs(layer.frame.crs), target)
    return layer.with_frame(frame.set_geometry(shapes, crs=areas.crs), extent=extent)


def _told(code: str, name: str, mended: Mended, tolerance_m: float) -> Finding:
    moved = mended.moved_m2[mended.moved_m2 > 0]
    kept = [str(row) for row in mended.kept[:20]]
    facts = {
        "count": len(moved),
        "area_ha": float(moved.sum()) / _HA,
        "tolerance_m": tolerance_m,
        "found": kept,
    }
    return Finding(code, name, None, "warn", facts)
