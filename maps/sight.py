"""What a map needs to know of a large layer, without reading its features."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
from shapely import box

from layers.coordinates import class_codes
from layers.errors import GeometryError, SchemaError
from layers.kinds import kind

if TYPE_CHECKING:
    from layers import Layer, Period, Provenance, Workspace
    from layers.coordinates import Coordinates
    from layers.kinds import Kind

__all__ = ["MOST_FEATURES", "Sight", "shape_of", "sight"]

#: features that a browser takes as features; more are drawn by the server, tile by tile
MOST_FEATURES: Final = 3_000


@dataclass(frozen=True)
class Sight:
    """A layer seen from afar: where it lies and what classes it has.

    Parameters
    ----------
    name, kind_name : str
    period : Period or None
    provenance : Provenance
    shape : {"area", "line", "point"}
    frame : geopandas.GeoDataFrame
        One row: the box round the layer, in its own system.
    class_m2 : dict of str to float
        Land-use code to its area, an empty one for land without a code; empty for other kinds.
    """

    name: str
    kind_name: str
    period: Period | None
    provenance: Provenance
    shape: str
    frame: gpd.GeoDataFrame
    class_m2: dict[str, float] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """The kind, from the table of kinds."""
        return kind(self.kind_name)


def shape_of(layer: Layer | Sight) -> str:
    """Say how a layer is drawn.

    Parameters
    ----------
    layer : Layer or Sight

    Returns
    -------
    str
        ``area``, ``line`` or ``point``, the first that any feature is.
    """
    if isinstance(layer, Sight):
        return layer.shape
    types = set(layer.frame.geom_type.str.removeprefix("Multi"))
    if types & {"Polygon", "GeometryCollection"}:
        return "area"
    return "line" if types & {"LineString", "LinearRing"} else "point"


def sight(base: Workspace, name: str, version: int) -> Layer | Sight:
    """Take a layer for the map: whole while it is small, from afar where the server will draw it.

    Parameters
    ----------
    base : Workspace
    name : str
    version : int

    Returns
    -------
    Layer or Sight

    Raises
    ------
    StoreError
        As :meth:`Workspace.load`.
    """
    entry = base.version(name, version)
    if entry.rows <= MOST_FEATURES:
        return base.load(name, version)
    try:
        source = base.coordinates(name, version)
    except GeometryError:  # saved with bad shapes: seen feature by feature
        return _from_frame(base.load(name, version))
    if len(source.ring) <= 1:
        return _from_frame(base.load(name, version))
    west, south, east, north = _box(np.asarray(source.bounds))
    frame = gpd.GeoDataFrame(geometry=[box(west, south, east, north)], crs=source.crs)
    classes = _classes(source) if entry.kind_name == "land_use" else {}
    return Sight(name, entry.kind_name, entry.period, entry.provenance, "area", frame, classes)


def _from_frame(layer: Layer) -> Layer | Sight:
    frame = layer.frame
    if frame.empty:
        return layer
    around = gpd.GeoDataFrame(geometry=[box(*frame.total_bounds)], crs=frame.crs)
    classes: dict[str, float] = {}
    if layer.kind_name == "land_use" and "code" in frame:
        classes = {str(k): float(v) for k, v in frame.area.groupby(frame["code"].fillna("")).sum().items()}
    return Sight(
        layer.name, layer.kind_name, layer.period, layer.provenance, shape_of(layer), around, classes
    )


def _box(bounds: np.ndarray) -> tuple[float, float, float, float]:
    low, high = np.nanmin(bounds, axis=0), np.nanmax(bounds, axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _classes(source: Coordinates) -> dict[str, float]:
    try:
        code, names = class_codes(source, "code")
    except SchemaError:
        return {}
    area = np.bincount(np.asarray(code), weights=np.asarray(source.area_m2), minlength=len(names))
    return {"" if n is None else str(n): float(a) for n, a in zip(names, area, strict=True)}
