"""Travel by road: by hand, beside a second way, and what is said where no road leads."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from scipy.sparse.csgraph import floyd_warshall
from shapely import LineString, Point, box

from layers.errors import QuestionError
from maps.criteria import by_road, named_criterion
from spatial.suitability import Criterion, search_grid, suitability
from spatial.travel import road_network, travel_costs
from spatial.value_functions import parse_value_function
from tests.spatial.conftest import CRS, X0, Y0, frame, seeds, sparse

NEAR = parse_value_function("linear:0=1;1000=0")


def at(costs, *xy):
    return costs.at(np.array(xy, dtype=float) + [X0, Y0])


def test_the_way_round_a_lake_is_longer_than_the_straight_one():
    roads = sparse("road", LineString([(0, 0), (0, 500), (600, 500), (600, 0)]))
    costs = travel_costs(road_network(roads), sparse("railway", Point(600, 0)))
    assert at(costs, (0, 0), (0, 250), (600, 30)).tolist() == pytest.approx([1600, 1350, 30])


def test_ways_that_cross_are_joined_and_an_expressway_only_at_its_ends():
    ways = LineString([(0, 0), (1000, 0)]), LineString([(500, -500), (500, 500)])
    port = sparse("railway", Point(500, 500))
    plain = travel_costs(road_network(sparse("road", *ways)), port)
    assert at(plain, (0, 0)).tolist() == pytest.approx([1000])
    over = road_network(sparse("road", *ways, road_class=["local", "expressway"]))
    assert over.parts == 2
    costs = travel_costs(over, port, access_m=100)
    assert np.isinf(at(costs, (0, 0))).all()
    assert [f.code for f in costs.findings] == ["network_in_parts"]
    ramp = LineString([(500, 500), (1000, 500), (1000, 0)])
    joined = road_network(sparse("road", *ways, ramp, road_class=["local", "expressway", "local"]))
    assert at(travel_costs(joined, port), (1000, 0)).tolist() == pytest.approx([1000])


def test_an_end_within_the_tolerance_is_joined_and_one_beyond_is_not():
    for gap, parts in ((4.0, 1), (6.0, 2)):
        ways = LineString([(0, 0), (1000, 0)]), LineString([(500, gap), (500, 500)])
        network = road_network(sparse("road", *ways), snap_m=5)
        assert (network.parts, network.joined) == (parts, 2 - parts)


def test_speeds_give_minutes_and_a_way_without_one_is_refused():
    ways = LineString([(0, 0), (1000, 0)]), LineString([(1000, 0), (1000, 1000)])
    roads = sparse("road", *ways, road_class=["national", "local"], speed_kmh=[np.nan, 20.0])
    port = sparse("railway", Point(0, 0))
    costs = travel_costs(road_network(roads, speeds={"national": 60.0}), port)
    assert at(costs, (1000, 1000)).tolist() == pytest.approx([1 + 3])
    with pytest.raises(QuestionError, match=r"speed_missing.*national"):
        road_network(roads, speeds={})
    with pytest.raises(QuestionError, match="network_missing"):
        road_network(sparse("road", Point(0, 0)))
    with pytest.raises(QuestionError, match="distance_wrong: found=0"):
        road_network(roads, step_m=0)


def test_targets_off_the_network_are_told_and_left_out():
    roads = sparse("road", LineString([(0, 0), (1000, 0)]))
    costs = travel_costs(
        road_network(roads), sparse("railway", Point(1000, 200), Point(0, 5000)), target_m=500
    )
    assert at(costs, (0, 0)).tolist() == pytest.approx([1200])
    (finding,) = costs.findings
    assert (finding.code, finding.fields["count"], finding.fields["found"]) == (
        "target_off_network",
        1,
        ["2"],
    )
    none = travel_costs(road_network(roads), sparse("railway", Point(0, 5000)), target_m=500)
    assert np.isinf(at(none, (0, 0))).all()


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_all_pairs_give_what_dijkstra_gives_and_no_way_is_shorter_than_straight(seed):
    """A second way: Floyd and Warshall over a matrix made anew from the links."""
    rng = np.random.default_rng(seed)
    ways = [LineString(rng.uniform(0, 1000, (3, 2))) for _ in range(4)]
    network = road_network(sparse("road", *ways), step_m=200)
    targets = sparse("railway", *[Point(*rng.uniform(0, 1000, 2)) for _ in range(2)])
    costs = travel_costs(network, targets, access_m=1e5, target_m=1e5)
    full = np.full((len(network.nodes),) * 2, np.inf)
    for (i, j), length in zip(network.links, network.cost, strict=True):
        full[i, j] = full[j, i] = min(full[i, j], length)
    paths = floyd_warshall(full)
    ends = shapely.get_coordinates(targets.frame.geometry.to_numpy())
    away = np.hypot(*(network.nodes[:, None] - ends[None]).transpose(2, 0, 1))
    by_hand = np.min([paths[away[:, k].argmin()] + away[:, k].min() for k in range(len(ends))], axis=0)
    reached = np.isfinite(by_hand)
    assert len(costs.nodes) == reached.sum()
    assert costs.cost.tolist() == pytest.approx(by_hand[reached].tolist(), abs=1e-6)
    straight = np.hypot(*(costs.nodes[:, None] - ends[None]).transpose(2, 0, 1)).min(axis=1)
    assert (costs.cost >= straight - 0.01).all()


def test_land_that_no_road_leads_from_is_told_in_hectares_and_has_the_last_score():
    roads = sparse("road", LineString([(0, 50), (1000, 50)]))
    port = sparse("railway", Point(0, 50))
    costs = travel_costs(road_network(roads), port, access_m=200)
    grid = search_grid(frame(box(0, 0, 1000, 500)), cell_m=50)
    found = suitability([Criterion("port", port, NEAR, 1, "travel", costs)], grid=grid)
    (finding,) = found.findings
    assert (finding.code, finding.fields["area_ha"]) == ("travel_unreachable", 25.0)
    assert np.isfinite(found.score.values).all()
    assert (found.score.values[:5] == 0).all()
    assert found.score.values[-1, 0] == pytest.approx(1 - (25 + 25) / 1000, abs=0.03)


def test_a_name_of_travel_takes_what_the_table_says_of_the_straight_one():
    roads = sparse("road", LineString([(0, 0), (1000, 0)]))
    port = sparse("railway", Point(0, 0))
    assert by_road("railway_travel")
    made, findings = named_criterion("railway_travel", port, roads=roads)
    assert (made.measure, str(made.function), findings) == ("travel", "linear:0=1;10000=0", [])
    assert at(made.travel, (1000, 0)).tolist() == pytest.approx([1000])
    with pytest.raises(QuestionError, match="network_missing"):
        named_criterion("port_travel", port)
    assert gpd.GeoDataFrame(geometry=made.source.frame.geometry).crs == CRS
