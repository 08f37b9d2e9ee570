"""What a layer is, and how it gets in and out: files, schemas, coordinate systems, the workspace."""

from layers.crs import as_crs, metric_crs_at, province_epsg, to_crs
from layers.errors import ThoCongError
from layers.findings import Finding
from layers.kinds import Kind, kind, kinds
from layers.layer import Layer
from layers.period import Period, parse_period
from layers.provenance import Provenance
from layers.read import Reading, read_layer
from layers.source import Source, parse_source
from layers.store import Version, Workspace

__all__ = [
    "Finding",
    "Kind",
    "Layer",
    "Period",
    "Provenance",
    "Reading",
    "Source",
    "ThoCongError",
    "Version",
    "Workspace",
    "as_crs",
    "kind",
    "kinds",
    "metric_crs_at",
    "parse_period",
    "parse_source",
    "province_epsg",
    "read_layer",
    "to_crs",
]
