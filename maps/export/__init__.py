"""Answers and layers as files that open anywhere."""

from maps.export.answer import FORMATS, export_answer
from maps.export.layer import export_layer

__all__ = ["FORMATS", "export_answer", "export_layer"]
