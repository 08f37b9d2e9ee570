"""Answers and layers as files that open anywhere."""

from maps.export.answer import FORMATS, export_answer
from maps.export.change import CHANGE_FORMATS, export_change
from maps.export.distances import DISTANCE_FORMATS, export_distances
from maps.export.layer import export_layer

__all__ = [
    "CHANGE_FORMATS",
    "DISTANCE_FORMATS",
    "FORMATS",
    "export_answer",
    "export_change",
    "export_distances",
    "export_layer",
]
