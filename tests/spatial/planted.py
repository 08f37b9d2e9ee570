"""A made district with a planted answer: land where a cluster can go, and traps where it can't."""

from __future__ import annotations

from datetime import date

import shapely
from shapely import LineString, box

from layers import Layer, reference
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion
from spatial.suitability import Criterion
from spatial.value_functions import parse_value_function
from tests.spatial.conftest import frame, sparse

TODAY = date(2026, 6, 1)
SIDE = 6000
AREA = box(0, 0, SIDE, SIDE)
#: land that a cluster fits into
GOOD = {
    "near": box(500, 200, 1500, 800),
    "far": box(3500, 3200, 4300, 3800),
    "wide": box(500, 4400, 2700, 5800),
}
TRAPS = {
    "too_small": box(2000, 200, 2200, 400),
    "too_thin": box(2500, 200, 5800, 260),
    "at_the_dam": box(4700, 4900, 5500, 5400),
    "cut_off": box(4400, 900, 5200, 1500),
    "in_the_belt": box(200, 2000, 1200, 2600),
    "housing": box(2000, 2000, 3000, 2600),
}


def district():
    """Constraints, criteria, and the layers that are only asked about."""
    open_land = shapely.union_all([*GOOD.values(), *TRAPS.values()])
    constraints = [
        sparse("protected", AREA.difference(open_land)),
        sparse("green_belt", TRAPS["in_the_belt"].buffer(50)),
        sparse("residential", TRAPS["housing"]),
        sparse("dam", LineString([(5100, 4800), (5100, 5500)]), dam_grade=["special"]),
        sparse("river", TRAPS["cut_off"].buffer(60).difference(TRAPS["cut_off"])),
    ]
    ways = [(0, 100), (6000, 100)], [(3000, 0), (3000, 6000)], [(3000, 3500), (3500, 3500)]
    more = [(500, 4350), (3000, 4350)], [(2700, 5000), (3000, 5000)], [(5300, 5500), (5300, 6000)]
    roads = sparse("road", *[LineString(way) for way in (*ways, *more)])
    near = Criterion("road", roads, parse_value_function("linear:0=1;3000=0"), 2)
    homes = Criterion("housing", constraints[2], parse_value_function("linear:0=0;2000=1"), 1)
    units = Layer(
        frame(box(0, 0, SIDE, 3000), box(0, 3000, SIDE, SIDE), name=["Nam", "Bắc"]), "xã", "admin_unit"
    )
    return units, constraints, [near, homes], [roads]


def wanted(min_ha=10.0, max_ha=75.0, **more):
    rules = reference.table("conflict_rules"), reference.table("safety_distances")
    asked = ExclusionQuestion("industrial_cluster", TODAY, *rules)
    return SiteQuestion(asked, min_ha, max_ha, **{"cell_m": 20.0, "min_score": 0.0, "draws": 100, **more})
