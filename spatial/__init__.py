"""Questions asked of checked layers: frames in, frames out, no files, no screen."""

from spatial.conflicts import ConflictAnswer, conflicts
from spatial.grid import change_matrix, weighted_overlay, weighted_windows
from spatial.labels import feature_labels
from spatial.overlap import overlap, overlap_areas, thickness_m
from spatial.override import override
from spatial.rules import STATES, Rule, RuleBook
from spatial.zonal import zonal_histogram

__all__ = [
    "STATES",
    "ConflictAnswer",
    "Rule",
    "RuleBook",
    "change_matrix",
    "conflicts",
    "feature_labels",
    "overlap",
    "overlap_areas",
    "override",
    "thickness_m",
    "weighted_overlay",
    "weighted_windows",
    "zonal_histogram",
]
