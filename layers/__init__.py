"""What a layer is, and how it gets in and out: files, schemas, coordinate systems, the workspace."""

from layers.crs import as_crs, metric_crs_at, province_epsg, to_crs
from layers.errors import ThoCongError
from layers.findings import Finding
from layers.guard import guarded_look, guarded_read
from layers.kinds import Kind, kind, kinds
from layers.layer import Layer
from layers.period import Period, parse_period
from layers.provenance import Provenance
from layers.raster import (
    Raster,
    RasterGrid,
    RasterSource,
    Window,
    align_raster,
    open_raster,
    raster_windows,
    read_raster,
    write_raster,
)
from layers.read import Reading, read_layer
from layers.source import Source, parse_source
from layers.store import Version, Workspace

__all__ = [
    "Finding",
    "Kind",
    "Layer",
    "Period",
    "Provenance",
    "Raster",
    "RasterGrid",
    "RasterSource",
    "Reading",
    "Source",
    "ThoCongError",
    "Version",
    "Window",
    "Workspace",
    "align_raster",
    "as_crs",
    "guarded_look",
    "guarded_read",
    "kind",
    "kinds",
    "metric_crs_at",
    "open_raster",
    "parse_period",
    "parse_source",
    "province_epsg",
    "raster_windows",
    "read_layer",
    "read_raster",
    "to_crs",
    "write_raster",
]
