"""Rings and corridors: hand-checked figures, and what holds for any land."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from layers.errors import CrsError, GeometryError, QuestionError
from spatial.buffers import QUAD_SEGS, circle_error_share, corridors, ring_totals, rings
from tests.spatial.conftest import X0, Y0, blob, frame, seeds

K0 = 0.9999


def at(*shapes, **columns):
    """Shapes on the central meridian, where the scale is k0 and figures can be checked by hand."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897)


def test_the_error_of_the_drawn_circle_is_known_and_below_a_tenth_of_a_percent():
    n = 4 * QUAD_SEGS
    lacking = 1 - (n / 2) * math.sin(2 * math.pi / n) / math.pi
    assert circle_error_share() == pytest.approx(lacking, rel=1e-12)
    assert circle_error_share() < 1e-3
    assert circle_error_share(16) > 1e-3


@given(st.floats(1.0, 50_000.0), st.floats(-150_000, 150_000), st.floats(900_000, 2_590_000))
def test_a_ring_round_a_point_is_pi_r_squared_within_a_tenth_of_a_percent(radius, east, north):
    ring = rings(at(Point(500_000 + east, north)), distance_m=radius).iloc[0]
    exact = math.pi * ring["grid_m"] ** 2
    assert 0 < 1 - ring["area_m2"] / exact < 1e-3
    assert 1 - ring["area_m2"] / exact == pytest.approx(ring["area_error_share"], rel=1e-4)
    assert ring["grid_m"] == pytest.approx(radius * ring["scale"])
    assert ring["area_m2"] / ring["scale"] ** 2 == pytest.approx(math.pi * radius**2, rel=1e-3)


def test_the_scale_is_k0_on_the_meridian_and_grows_away_from_it():
    points = at(Point(500_000, 2_320_000), Point(640_000, 2_320_000))
    scale = rings(points, distance_m=1000)["scale"]
    assert scale.iloc[0] == pytest.approx(K0, abs=1e-9)
    assert 1000 - rings(points, distance_m=1000)["grid_m"].iloc[0] == pytest.approx(0.1, abs=1e-6)
    # k0·(1 + x²/2R²) with x = 140 km
    assert scale.iloc[1] == pytest.approx(K0 * (1 + 140_000**2 / (2 * 6_371_000**2)), abs=2e-6)


def test_a_ring_leaves_out_the_feature_and_the_inner_distance():
    square = at(box(500_000, 0, 500_100, 100))
    ring = rings(square, distance_m=50).iloc[0]
    r = 50 * K0
    exact = 4 * 100 * r + math.pi * r**2
    assert ring["area_m2"] == pytest.approx(exact, rel=1e-3)
    assert ring.geometry.intersection(square.geometry.iloc[0]).area == pytest.approx(0, abs=1e-6)
    outer = rings(square, distance_m=50, inner_m=20).iloc[0]
    inner = rings(square, distance_m=20).iloc[0]
    assert outer["area_m2"] + inner["area_m2"] == pytest.approx(ring["area_m2"], rel=1e-9)


def test_each_feature_may_have_its_own_distance_and_keeps_its_index():
    points = frame(Point(0, 0), LineString([(0, 500), (100, 500)]), name=["a", "b"])
    found = rings(points, distance_m=[10, 20])
    assert found.index.equals(points.index)
    assert found["distance_m"].tolist() == [10, 20]
    r = found["grid_m"].iloc[1]
    assert found["area_m2"].iloc[1] == pytest.approx(2 * 100 * r + math.pi * r**2, rel=1e-3)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"distance_m": -1}, "distance_wrong: found=-1.0"),
        ({"distance_m": float("nan")}, "distance_wrong: found=nan"),
        ({"distance_m": 10, "inner_m": 10}, "distance_wrong: found=10.0, expected=10.0"),
    ],
)
def test_a_distance_that_makes_no_ring_is_refused(given_, message):
    with pytest.raises(QuestionError, match=message):
        rings(frame(Point(0, 0)), **given_)


def test_degrees_and_broken_shapes_are_refused():
    with pytest.raises(CrsError, match="crs_not_metric: layer='rings'"):
        rings(gpd.GeoDataFrame(geometry=[Point(105, 21)], crs=4326), distance_m=1)
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(GeometryError, match="geometry_invalid.*Self-intersection"):
        rings(frame(bow), distance_m=1)
    with pytest.raises(CrsError, match="crs_differs"):
        ring_totals(frame(Point(0, 0)), frame(Point(0, 0)).to_crs(3405), distance_m=1)


def test_corridors_have_the_width_of_each_line_and_none_where_it_is_not_known():
    lines = at(*(LineString([(500_000, y), (500_000, y + 1000)]) for y in (0, 5000, 9000)))
    found = corridors(lines, half_width_m=[6, np.nan, 4])
    assert found["area_m2"].tolist() == pytest.approx([2 * 6 * K0 * 1000, 0, 2 * 4 * K0 * 1000], rel=1e-6)
    assert found.geometry.is_empty.tolist() == [False, True, False]
    rounded = corridors(lines, half_width_m=6, round_ends=True)["area_m2"].iloc[0]
    assert rounded == pytest.approx(2 * 6 * K0 * 1000 + math.pi * (6 * K0) ** 2, rel=1e-3)
    with pytest.raises(QuestionError, match="distance_wrong: found=0.0"):
        corridors(lines, half_width_m=0)


def test_a_hectare_in_two_rings_stands_in_both_and_once_in_the_sum():
    zones = frame(box(0, 0, 100, 100), box(200, 0, 300, 100))
    land = frame(box(100, 0, 200, 100), code=["LUC"])
    found = ring_totals(zones, land, distance_m=150, by="code")
    assert found.each["area_ha"].tolist() == pytest.approx([1.0, 1.0])
    assert found.once["area_ha"].tolist() == pytest.approx([1.0])
    assert found.each["features"].tolist() == [1, 1]
    assert found.once["features"].tolist() == [1]


def test_features_of_one_class_that_overlap_share_their_land():
    land = frame(box(110, 0, 130, 100), box(120, 0, 140, 100), code=["ONT", "ONT"])
    found = ring_totals(frame(box(0, 0, 100, 100)), land, distance_m=90, by="code")
    assert found.once.loc["ONT", "area_ha"] == pytest.approx(0.3)
    assert found.once.loc["ONT", "features"] == 2


def test_counting_goes_by_exact_distance_where_the_drawn_circle_falls_short():
    """A home between two corners of the drawn circle lies within the distance and outside the polygon."""
    well = at(Point(500_000, 0))
    angle = 2 * math.pi / (4 * QUAD_SEGS) / 2
    r = 1000 * K0 - 0.1
    home = at(Point(500_000 + r * math.cos(angle), r * math.sin(angle)))
    ring = rings(well, distance_m=1000).geometry.iloc[0]
    assert not ring.intersects(home.geometry.iloc[0])
    assert ring_totals(well, home, distance_m=1000).once["features"].tolist() == [1]


def test_what_lies_inside_is_not_in_the_ring_and_the_rim_counts():
    zone = at(box(500_000, 0, 500_100, 100))
    inside, touching, outside = Point(500_050, 50), box(500_100, 0, 500_120, 10), Point(500_400, 0)
    found = ring_totals(zone, at(inside, touching, outside), distance_m=100)
    assert found.once["features"].tolist() == [1]
    far = ring_totals(zone, at(inside, touching, outside), distance_m=400, inner_m=50)
    assert far.once["features"].tolist() == [1]


@given(seeds)
def test_once_is_at_most_the_sum_over_rings_and_at_least_each_of_them(seed):
    rng = np.random.default_rng(seed)
    zones = frame(*(blob(rng) for _ in range(3)))
    homes = frame(
        *(shapely.Point(*rng.uniform(0, 1000, 2)).buffer(30) for _ in range(12)), code=["A", "B"] * 6
    )
    found = ring_totals(zones, homes, distance_m=rng.uniform(20, 300), by="code")
    for column in ("area_ha", "features"):
        summed = found.each.groupby("part")[column].sum()
        largest = found.each.groupby("part")[column].max()
        assert (found.once[column] <= summed + 1e-9).all()
        assert (found.once[column] >= largest - 1e-9).all()


@given(seeds)
def test_the_order_of_features_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    zones = frame(*(blob(rng) for _ in range(3)))
    homes = frame(*(shapely.Point(*rng.uniform(0, 1000, 2)) for _ in range(9)))
    one = ring_totals(zones, homes, distance_m=120)
    two = ring_totals(zones.iloc[::-1], homes.iloc[::-1], distance_m=120)
    again = two.each.set_index("ring").reindex(one.each["ring"])
    assert again["features"].tolist() == one.each["features"].tolist()
    assert two.once["features"].tolist() == one.once["features"].tolist()


def test_real_homes_round_real_zones_of_the_sample_are_counted_by_a_second_way():
    from layers.sample import sample_layer

    zones = sample_layer("industrial_clusters_2030").frame.set_index("id")
    homes = sample_layer("residential_2025").frame
    found = ring_totals(zones, homes, distance_m=300)
    limit = 300 * rings(zones, distance_m=300)["scale"]
    near = np.column_stack([homes.geometry.distance(g) <= limit[i] for i, g in zones.geometry.items()])
    inside = np.column_stack([homes.geometry.covered_by(g) for g in zones.geometry])
    counted = (near & ~inside).sum(axis=0)
    assert found.each["features"].tolist() == counted.tolist()
    assert found.once["features"].iloc[0] == (near & ~inside).any(axis=1).sum() < counted.sum()


def test_rings_of_many_real_units_agree_with_the_buffer_of_the_library(shared):
    old = gpd.read_file(shared / "data" / "osm_hanoi_admin_2025-11-29" / "hanoi_communes_osm.gpkg").to_crs(
        5897
    )
    old = old[old.geometry.is_valid & ~old.geometry.is_empty]
    found = rings(old, distance_m=500)
    fine = old.geometry.buffer(found["grid_m"], quad_segs=256).difference(old.geometry).area
    assert ((fine - found["area_m2"]) / fine).between(-1e-9, 1e-3).all()
    assert found["scale"].between(0.9998, 1.0001).all()
    assert X0 > 0 < Y0
