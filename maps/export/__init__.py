"""Answers and layers as files that open anywhere."""

from maps.export.answer import FORMATS, export_answer
from maps.export.distances import DISTANCE_FORMATS, export_distances
from maps.export.layer import export_layer

__all__ = ["DISTANCE_FORMATS", "FORMATS", "export_answer", "export_distances", "export_layer"]
