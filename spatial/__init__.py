"""Questions asked of checked layers: frames in, frames out, no files, no screen."""

from spatial.absorption import Absorption, AbsorptionQuestion, DatedRaster, absorption
from spatial.buffers import RingTotals, corridors, ring_totals, rings
from spatial.candidates import CandidateAnswer, candidates
from spatial.change import NO_CODE, UNCOVERED, Change, ChangeSeries, change, change_series
from spatial.compare import Comparison, compare
from spatial.conflicts import ConflictAnswer, conflicts
from spatial.consensus import Consensus, consensus
from spatial.constraint_list import constraint_list
from spatial.decisions import DECISIONS, Decisions, chosen_sites, decided, only_sites
from spatial.distances import DISTANCE_STATES, DistanceAnswer, half_widths, safety_distances
from spatial.establishment import establishment_checks, size_limits
from spatial.exclusions import ExclusionAnswer, ExclusionQuestion, exclusions, why_not
from spatial.grid import change_matrix, weighted_overlay, weighted_windows
from spatial.judgement import Judgement, SiteQuestion, judged_sites
from spatial.labels import feature_labels
from spatial.land import land_totals
from spatial.overlap import overlap, overlap_areas, thickness_m
from spatial.override import override
from spatial.pairwise import Contradiction, comparison_matrix, consistency_ratio, worst_contradiction
from spatial.provinces import LocalRules, Provinces, known_provinces
from spatial.raster_change import change_rasters
from spatial.redraw import Redrawn, redrawn, site_limits
from spatial.rules import STATES, Rule, RuleBook
from spatial.search_comparison import (
    SearchComparison,
    SearchFacts,
    carried_decisions,
    compare_searches,
    search_facts,
)
from spatial.site_reasons import why_no_site
from spatial.stored import chunked_areas, stored_areas
from spatial.suitability import Criterion, Suitability, search_grid, suitability
from spatial.travel import RoadNetwork, TravelCosts, road_network, travel_costs
from spatial.value_functions import ValueFunction, parse_value_function
from spatial.warm import warm_engine
from spatial.weights import PairwiseWeights, pairwise_weights, rank_ranges, topsis_scores
from spatial.zonal import zonal_histogram

__all__ = [
    "DECISIONS",
    "DISTANCE_STATES",
    "NO_CODE",
    "STATES",
    "UNCOVERED",
    "Absorption",
    "AbsorptionQuestion",
    "CandidateAnswer",
    "Change",
    "ChangeSeries",
    "Comparison",
    "ConflictAnswer",
    "Consensus",
    "Contradiction",
    "Criterion",
    "DatedRaster",
    "Decisions",
    "DistanceAnswer",
    "ExclusionAnswer",
    "ExclusionQuestion",
    "Judgement",
    "LocalRules",
    "PairwiseWeights",
    "Provinces",
    "Redrawn",
    "RingTotals",
    "RoadNetwork",
    "Rule",
    "RuleBook",
    "SearchComparison",
    "SearchFacts",
    "SiteQuestion",
    "Suitability",
    "TravelCosts",
    "ValueFunction",
    "absorption",
    "candidates",
    "carried_decisions",
    "change",
    "change_matrix",
    "change_rasters",
    "change_series",
    "chosen_sites",
    "chunked_areas",
    "compare",
    "compare_searches",
    "comparison_matrix",
    "conflicts",
    "consensus",
    "consistency_ratio",
    "constraint_list",
    "corridors",
    "decided",
    "establishment_checks",
    "exclusions",
    "feature_labels",
    "half_widths",
    "judged_sites",
    "known_provinces",
    "land_totals",
    "only_sites",
    "overlap",
    "overlap_areas",
    "override",
    "pairwise_weights",
    "parse_value_function",
    "rank_ranges",
    "redrawn",
    "ring_totals",
    "rings",
    "road_network",
    "safety_distances",
    "search_facts",
    "search_grid",
    "site_limits",
    "size_limits",
    "stored_areas",
    "suitability",
    "thickness_m",
    "topsis_scores",
    "travel_costs",
    "warm_engine",
    "weighted_overlay",
    "weighted_windows",
    "why_no_site",
    "why_not",
    "worst_contradiction",
    "zonal_histogram",
]
