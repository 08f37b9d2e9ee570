"""Questions asked of checked layers: frames in, frames out, no files, no screen."""

from spatial.conflicts import ConflictAnswer, conflicts
from spatial.labels import feature_labels
from spatial.overlap import overlap, thickness_m
from spatial.override import override
from spatial.rules import STATES, Rule, RuleBook

__all__ = [
    "STATES",
    "ConflictAnswer",
    "Rule",
    "RuleBook",
    "conflicts",
    "feature_labels",
    "overlap",
    "override",
    "thickness_m",
]
