"""Ways from roads: no site lies farther from one than was asked, by exact distances."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, box

from spatial.candidates import candidates
from spatial.redraw import site_limits
from spatial.suitability import Criterion
from spatial.value_functions import parse_value_function
from tests.spatial.conftest import blob, place, seeds, sparse
from tests.spatial.planted import wanted

SIDE = 1600


def found(free, roads, *, rivers=(), reach=500.0, **more):
    """Sites in free land beside roads; everything else is strictly protected."""
    area = sparse("admin_unit", box(0, 0, SIDE, SIDE), name=["Xã"])
    ways = sparse("road", *roads)
    taken = [sparse("protected", box(0, 0, SIDE, SIDE).difference(free))]
    taken += [sparse("river", *rivers)] if rivers else []
    near = [Criterion("road", ways, parse_value_function("linear:0=0;3000=1"))]
    question = wanted(1.0, 20.0, road_reach_m=reach, draws=10, min_width_m=60, **more)
    return candidates(area, taken, near, question=question, others=[ways])


def away(answer, roads):
    lines = shapely.multilinestrings([place(road) for road in roads])
    return shapely.distance(answer.sites.geometry.to_numpy(), lines)


def test_the_tail_that_led_to_the_road_is_not_cut_off_unseen():
    """Good land far from the road hangs on it by a neck: rounding once left a site 890 m away."""
    free = shapely.union_all([box(700, 100, 760, 1000), box(300, 900, 1200, 1500)])
    road = LineString([(0, 50), (SIDE, 50)])
    answer = found(free, [road], reach=500)
    assert (away(answer, [road]) <= 500).all()
    passed = answer.passed_over
    assert "no_road" in set(passed.loc[passed["area_ha"] > 1, "why"])


def test_land_behind_a_river_has_a_way_only_round_its_end():
    free = box(0, 300, SIDE, 900)
    road, river = LineString([(0, 0), (SIDE, 0)]), box(-900, 200, SIDE + 900, 240)
    assert found(free, [road], rivers=[river]).sites.empty
    bridge = LineString([(800, 0), (800, 260)])
    assert len(found(free, [road, bridge], rivers=[river]).sites)


@pytest.mark.parametrize("degrees", [0, 15, 30, 45, 60])
@pytest.mark.parametrize(("gap_m", "any_site"), [(480, True), (520, False)])
def test_a_way_over_open_land_is_as_long_in_every_direction(degrees, gap_m, any_site):
    def turned(shape):
        return shapely.affinity.rotate(shape, degrees, origin=(800, 800))

    road = LineString([(-2000, 400), (4000, 400)])
    free = box(600, 400 + gap_m, 1000, 800 + gap_m)
    area = sparse("admin_unit", turned(free), name=["Xã"])
    ways = sparse("road", turned(road))
    near = [Criterion("road", ways, parse_value_function("linear:0=0;3000=1"))]
    question = wanted(1.0, 20.0, road_reach_m=500, draws=10, min_width_m=60)
    answer = candidates(area, [], near, question=question, others=[ways])
    assert bool(len(answer.sites)) is any_site
    limits = site_limits(answer)
    assert (limits.loc[limits["limit"] == "road_m", "state"] == "pass").all()


@pytest.mark.parametrize(("reach", "any_site"), [(99.0, False), (101.0, True)])
def test_a_metre_decides(reach, any_site):
    free, road = box(100, 100, 900, 500), LineString([(0, 0), (SIDE, 0)])
    answer = found(free, [road], reach=reach)
    assert bool(len(answer.sites)) is any_site
    if any_site:
        assert (away(answer, [road]) <= reach + 1e-6).all()


@given(seeds)
@settings(max_examples=12)
def test_no_site_lies_farther_from_a_road_than_asked(seed):
    rng = np.random.default_rng(seed)
    free = shapely.union_all([blob(rng, side=SIDE) for _ in range(3)]).intersection(box(0, 0, SIDE, SIDE))
    ends = rng.uniform(0, SIDE, (2, 2, 2))
    roads = [LineString(line) for line in ends]
    rivers = [LineString(rng.uniform(0, SIDE, (2, 2))).buffer(25)]
    reach = float(rng.choice([15, 60, 150, 400]))
    answer = found(free, roads, rivers=rivers, reach=reach)
    assert (away(answer, roads) <= reach + 1e-6).all()
    # a way of such a length never leaves this land; every piece of it that holds a road is open
    lines = shapely.union_all([place(road) for road in roads])
    walls = shapely.union_all([place(river) for river in rivers])
    open_land = shapely.get_parts(lines.buffer(reach + 1).difference(walls.difference(lines.buffer(30))))
    open_land = open_land[shapely.intersects(open_land, lines)]
    for shape in answer.sites.geometry:
        assert shapely.intersects(open_land, shape).any()
    if len(answer.sites):
        limits = site_limits(answer)
        assert set(limits.loc[limits["limit"] == "road_m", "state"]) == {"pass"}
    kept_apart = answer.sites.geometry.union_all().area
    assert kept_apart == pytest.approx(answer.sites.area.sum())


def test_parcels_far_from_a_road_make_no_site():
    strips = [box(x, 0, x + 200, 400) for x in range(0, SIDE, 200)]
    land = sparse("land_cover", *strips)
    road = LineString([(0, -30), (0, 430)])
    area = sparse("admin_unit", box(0, 0, SIDE, 400), name=["Xã"])
    ways = sparse("road", road)
    near = [Criterion("road", ways, parse_value_function("linear:0=0;3000=1"))]
    question = wanted(5.0, 20.0, road_reach_m=100, draws=10, follow="land_cover")
    answer = candidates(area, [], near, question=question, others=[ways, land])
    assert len(answer.sites)
    assert (away(answer, [road]) <= 100).all()
