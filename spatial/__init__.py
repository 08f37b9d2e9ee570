"""Questions asked of checked layers: frames in, frames out, no files, no screen."""

from spatial.absorption import Absorption, AbsorptionQuestion, DatedRaster, absorption
from spatial.buffers import RingTotals, corridors, ring_totals, rings
from spatial.change import NO_CODE, UNCOVERED, Change, ChangeSeries, change, change_series
from spatial.conflicts import ConflictAnswer, conflicts
from spatial.distances import DISTANCE_STATES, DistanceAnswer, half_widths, safety_distances
from spatial.grid import change_matrix, weighted_overlay, weighted_windows
from spatial.labels import feature_labels
from spatial.land import land_totals
from spatial.overlap import overlap, overlap_areas, thickness_m
from spatial.override import override
from spatial.raster_change import change_rasters
from spatial.rules import STATES, Rule, RuleBook
from spatial.stored import chunked_areas, stored_areas
from spatial.warm import warm_engine
from spatial.zonal import zonal_histogram

__all__ = [
    "DISTANCE_STATES",
    "NO_CODE",
    "STATES",
    "UNCOVERED",
    "Absorption",
    "AbsorptionQuestion",
    "Change",
    "ChangeSeries",
    "ConflictAnswer",
    "DatedRaster",
    "DistanceAnswer",
    "RingTotals",
    "Rule",
    "RuleBook",
    "absorption",
    "change",
    "change_matrix",
    "change_rasters",
    "change_series",
    "chunked_areas",
    "conflicts",
    "corridors",
    "feature_labels",
    "half_widths",
    "land_totals",
    "overlap",
    "overlap_areas",
    "override",
    "ring_totals",
    "rings",
    "safety_distances",
    "stored_areas",
    "thickness_m",
    "warm_engine",
    "weighted_overlay",
    "weighted_windows",
    "zonal_histogram",
]
