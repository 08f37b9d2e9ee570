"""Bringing layers into one projected system before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from pyproj import CRS, Proj

from layers._place import lonlat_range, range_of
from layers.crs import as_crs, is_metric, metric_crs_at, to_crs, transform_geometry
from layers.errors import CrsError
from layers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.layer import Layer

__all__ = ["Aligned", "align", "choose_crs", "reach_findings", "scale_error_pct"]

_SCALE_NOTED = 5e-4
#: half of a 3° zone; the zones of 6° have a smaller scale at their meridian
_HALF_ZONE = 1.5
_SCALE_OF_6 = 0.9998
_WGS84 = 4326


@dataclass(frozen=True)
class Aligned:
    """Layers in one system.

    Parameters
    ----------
    layers : list of Layer
        In the order given; a layer without a system comes back without features.
    crs : pyproj.CRS
    findings : list of Finding
        ``reprojected``, ``area_scale``, ``layers_apart``, ``crs_missing``.
    """

    layers: list[Layer]
    crs: CRS
    findings: list[Finding]


def choose_crs(layer: Layer) -> CRS:
    """Choose the system to measure a layer in.

    Parameters
    ----------
    layer : Layer

    Returns
    -------
    pyproj.CRS
        Its own system if that is projected in metres, else the VN-2000 3° zone of the province its
        middle lies in (elsewhere in the world the UTM zone).

    Raises
    ------
    CrsError
        ``crs_missing``.

    Examples
    --------
    >>> from shapely import Point
    >>> from layers.layer import Layer
    >>> here = gpd.GeoDataFrame(geometry=[Point(105.56, 21.02)], crs=4326)
    >>> choose_crs(Layer(here, "trường", "school")).to_epsg()
    5897
    """
    if layer.frame.crs is None:
        raise CrsError("crs_missing", layer=layer.name, expected="EPSG:5897")
    own = as_crs(layer.frame.crs)
    if is_metric(own):
        return own
    lon, lat = _middle(layer.frame)
    return metric_crs_at(lon, lat)


def align(layers: Sequence[Layer], crs: CRS | None = None) -> Aligned:
    """Reproject layers into one system, the edges densified, the datum operation pinned.

    Parameters
    ----------
    layers : sequence of Layer
        The first one leads: without `crs` the system is chosen for it.
    crs : pyproj.CRS, optional
        System to measure in.

    Returns
    -------
    Aligned

    Raises
    ------
    CrsError
        ``crs_missing`` if the leading layer has no system, ``crs_not_metric`` if `crs` can't be
        measured in.

    Examples
    --------
    >>> from shapely import box
    >>> from layers.layer import Layer
    >>> degrees = gpd.GeoDataFrame(geometry=[box(105.55, 21.0, 105.56, 21.01)], crs=4326)
    >>> both = align([Layer(degrees, "a", "residential")])
    >>> both.crs.to_epsg(), both.findings[0].code
    (5897, 'reprojected')
    """
    target = crs or choose_crs(layers[0])
    if not is_metric(target):
        raise CrsError("crs_not_metric", layer=layers[0].name, found=target.name, expected="EPSG:5897")
    findings: list[Finding] = []
    moved = [_moved(layer, target, findings) for layer in layers]
    _find_scale(moved[0], target, findings)
    _find_apart(moved, findings)
    return Aligned(moved, target, findings)


def _moved(layer: Layer, target: CRS, findings: list[Finding]) -> Layer:
    if layer.frame.crs is None:
        if len(layer.frame):  # a layer without rows has nothing that could be placed
            fields = {"found": range_of(layer.frame), "expected": target.name}
            findings.append(Finding("crs_missing", layer.name, None, "block", fields))
        empty = gpd.GeoDataFrame(layer.frame.iloc[:0], geometry=layer.frame.geometry.name, crs=target)
        return replace(layer, frame=empty, extent=None)
    own = as_crs(layer.frame.crs)
    if own == target:
        return layer
    findings.append(Finding("reprojected", layer.name, None, "info", {"found": own.name, "crs": target.name}))
    extent = None if layer.extent is None else transform_geometry(layer.extent, own, target)
    frame = to_crs(layer.frame, target, layer=layer.name)
    lost = ~np.isfinite(frame.bounds.to_numpy()).all(axis=1)
    findings += [
        Finding("reprojection_failed", layer.name, str(row), "block", {"crs": target.name})
        for row in frame.index[lost]
    ]
    return replace(layer, frame=frame.loc[~lost], extent=extent)


def _middle(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    west, south, east, north = frame.total_bounds
    point = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([(west + east) / 2], [(south + north) / 2]), crs=frame.crs
    )
    lonlat = to_crs(point, as_crs(_WGS84)).geometry
    return float(lonlat.x.iloc[0]), float(lonlat.y.iloc[0])


def _find_scale(layer: Layer, target: CRS, findings: list[Finding]) -> None:
    """Say so where the system of measuring stretches or shrinks areas by more than 0.05 %."""
    if layer.frame.empty:
        return
    scale = float(Proj(target).get_factors(*_middle(layer.frame)).areal_scale)
    if abs(scale - 1) > _SCALE_NOTED:
        fields = {"crs": target.name, "share_pct": (scale - 1) * 100}
        findings.append(Finding("area_scale", layer.name, None, "warn", fields))


def reach_findings(layer: Layer, crs: CRS) -> list[Finding]:
    """Say so where a layer reaches beyond the zone it is measured in, and what that does to its areas.

    Parameters
    ----------
    layer : Layer
        In any system.
    crs : pyproj.CRS
        System of measuring; only a Transverse Mercator has a zone.

    Returns
    -------
    list of Finding
        ``zone_exceeded`` with the meridian, how far the layer lies from it in degrees and by how much
        areas are off at its far edge, in per cent; empty where the layer keeps within its zone.

    Examples
    --------
    >>> from shapely import box
    >>> from layers.layer import Layer
    >>> country = gpd.GeoDataFrame(geometry=[box(102.2, 8.5, 109.5, 23.4)], crs=4326)
    >>> (found,) = reach_findings(Layer(country, "tỉnh", "admin_unit"), as_crs(5897))
    >>> found.code, found.fields["reach_deg"], round(found.fields["share_pct"], 2)
    ('zone_exceeded', 4.5, 0.59)
    """
    operation = crs.coordinate_operation
    if layer.frame.empty or layer.frame.crs is None or operation is None:
        return []
    values = {p.name: float(p.value) for p in operation.params}
    meridian = values.get("Longitude of natural origin")
    if operation.method_name != "Transverse Mercator" or meridian is None:
        return []
    west, south, east, north = lonlat_range(layer.frame)
    lon = max(west, east, key=lambda edge: abs(edge - meridian))
    reach = abs(lon - meridian)
    wide = values.get("Scale factor at natural origin", 1.0) < _SCALE_OF_6
    if not np.isfinite(reach) or reach <= _HALF_ZONE * (2 if wide else 1):
        return []
    project = Proj(crs)
    off = [float(project.get_factors(lon, lat).areal_scale) - 1 for lat in (south, north)]
    fields = {
        "crs": crs.name,
        "meridian_deg": meridian,
        "reach_deg": reach,
        "share_pct": max(off, key=abs) * 100,
    }
    return [Finding("zone_exceeded", layer.name, None, "warn", fields)]


def scale_error_pct(frame: gpd.GeoDataFrame, crs: CRS) -> float:
    """Say by how much areas are off at the worst place of a frame, measured in a system.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        In any system.
    crs : pyproj.CRS
        System of measuring.

    Returns
    -------
    float
        Per cent, positive where the system makes areas too large; 0 for an empty frame.

    Examples
    --------
    >>> from shapely import box
    >>> here = gpd.GeoDataFrame(geometry=[box(105.4, 20.9, 105.8, 21.2)], crs=4326)
    >>> round(scale_error_pct(here, as_crs(5897)), 3)
    -0.016
    """
    if frame.empty or frame.crs is None:
        return 0.0
    west, south, east, north = lonlat_range(frame)
    project = Proj(crs)
    middle = (west + east) / 2
    places = [(lon, lat) for lon in (west, middle, east) for lat in (south, north)]
    off = [float(project.get_factors(lon, lat).areal_scale) - 1 for lon, lat in places]
    return max(off, key=abs) * 100


def _find_apart(layers: list[Layer], findings: list[Finding]) -> None:
    """Say so where a layer lies nowhere near the leading one: most often another province's zone."""
    first = layers[0].frame
    if first.empty:
        return
    west, south, east, north = first.total_bounds
    for layer in layers[1:]:
        if layer.frame.empty:
            continue
        x0, y0, x1, y1 = layer.frame.total_bounds
        gap = float(np.hypot(max(x0 - east, west - x1, 0.0), max(y0 - north, south - y1, 0.0)))
        if gap > 0:
            findings.append(
                Finding(
                    "layers_apart", layer.name, None, "warn", {"other": layers[0].name, "distance_m": gap}
                )
            )
