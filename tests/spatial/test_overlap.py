from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, Polygon, box

from layers.errors import CrsError, GeometryError
from spatial.overlap import overlap, thickness_m
from tests.spatial.conftest import blob, frame, grid_land, seeds


def test_area_inside_and_area_across_the_edge():
    zones = frame(box(0, 0, 100, 100))
    others = frame(box(10, 10, 20, 20), box(90, 0, 110, 50), box(200, 200, 210, 210))
    found = overlap(zones, others)
    assert found["feature"].tolist() == [1, 2]
    assert found["area_m2"].tolist() == [100.0, 500.0]


def test_index_labels_of_both_inputs_are_kept():
    zones = frame(box(0, 0, 100, 100)).rename(index={1: "KCN"})
    others = frame(box(0, 0, 10, 10)).rename(index={1: 77})
    found = overlap(zones, others)
    assert found[["zone", "feature"]].values.tolist() == [["KCN", 77]]


def test_multipart_overlap_gives_one_row_per_part():
    comb = Polygon([(0, 0), (100, 0), (100, 100), (80, 100), (80, 20), (20, 20), (20, 100), (0, 100)])
    found = overlap(frame(comb), frame(box(-10, 50, 110, 60)))
    assert found["area_m2"].round(6).tolist() == [200.0, 200.0]


def test_a_zone_with_a_hole_does_not_meet_what_lies_in_the_hole():
    ring = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    assert overlap(frame(ring), frame(box(45, 45, 55, 55))).empty


def test_touching_neighbours_share_nothing():
    assert overlap(frame(box(0, 0, 10, 10)), frame(box(10, 0, 20, 10), box(10, 10, 20, 20))).empty


def test_lines_are_measured_by_length_and_points_counted():
    zones = frame(box(0, 0, 100, 100))
    found = overlap(zones, frame(LineString([(-50, 50), (50, 50)]), Point(10, 10), Point(500, 500)))
    assert found["length_m"].tolist() == [50.0, 0.0]
    assert found["area_m2"].tolist() == [0.0, 0.0]


def test_a_road_along_the_edge_is_outside():
    edge = LineString([(0, 0), (100, 0)])
    assert overlap(frame(box(0, 0, 100, 100)), frame(edge, Point(100, 50))).empty


def test_an_area_that_meets_in_a_line_and_an_area_gives_the_area_only():
    zone = box(0, 0, 100, 100)
    other = Polygon([(100, 0), (200, 0), (200, 100), (50, 100), (50, 90), (100, 90)])
    found = overlap(frame(zone), frame(other))
    assert found["area_m2"].round(6).tolist() == [500.0]


def test_degrees_are_refused():
    degrees = gpd.GeoDataFrame(geometry=[box(105, 21, 105.1, 21.1)], crs=4326)
    with pytest.raises(CrsError, match="crs_not_metric.*WGS 84"):
        overlap(degrees, degrees)


def test_two_systems_are_refused():
    with pytest.raises(CrsError, match="crs_differs"):
        overlap(frame(box(0, 0, 1, 1)), frame(box(0, 0, 1, 1)).to_crs(9208))


def test_invalid_geometry_is_refused_by_name():
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError, match="geometry_invalid.*row='1'.*Self-intersection"):
        overlap(frame(bow), frame(box(0, 0, 1, 1)))


def test_thickness_of_a_strip_is_nearly_its_width():
    strip = gpd.GeoSeries([box(0, 0, 10_000, 0.5)])
    assert thickness_m(strip)[0] == pytest.approx(0.5, rel=1e-4)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_pieces_of_a_gap_free_land_add_up_to_the_zone(seed):
    rng = np.random.default_rng(seed)
    land = grid_land(rng).frame
    zone = frame(blob(rng)).clip(land.union_all())
    zone = zone[zone.geometry.area > 0]
    found = overlap(zone, land)
    assert found["area_m2"].sum() == pytest.approx(zone.geometry.area.sum(), rel=1e-9, abs=1e-6)
    assert shapely.is_valid(found.geometry.to_numpy()).all()


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_overlap_is_the_same_from_both_sides(seed):
    rng = np.random.default_rng(seed)
    a = frame(*[blob(rng) for _ in range(3)])
    b = frame(*[blob(rng) for _ in range(3)])
    ab = overlap(a, b).groupby(["zone", "feature"])["area_m2"].sum()
    ba = overlap(b, a).groupby(["feature", "zone"])["area_m2"].sum()
    ba.index.names = ["zone", "feature"]
    both = ab.to_frame("ab").join(ba.rename("ba"), how="outer").fillna(0.0)
    assert np.allclose(both["ab"], both["ba"], rtol=1e-9, atol=1e-6)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_start_direction_and_needless_vertices_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    zone, other = blob(rng), blob(rng)
    plain = overlap(frame(zone), frame(other))["area_m2"].sum()
    turned = shapely.reverse(shapely.segmentize(shapely.normalize(zone), 37.0))
    again = overlap(frame(turned), frame(shapely.segmentize(other, 11.0)))["area_m2"].sum()
    assert again == pytest.approx(plain, rel=1e-9, abs=1e-5)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_overlap_equals_a_count_of_cells(seed):
    """A second way to the same area: cell centres on a fine grid, within the error of the cells."""
    rng = np.random.default_rng(seed)
    zone, other = blob(rng), blob(rng)
    step = 4.0
    west, south, east, north = shapely.total_bounds([zone, other])
    x, y = np.meshgrid(np.arange(west, east, step) + step / 2, np.arange(south, north, step) + step / 2)
    inside = shapely.contains_xy(zone, x, y) & shapely.contains_xy(other, x, y)
    area = overlap(frame(zone), frame(other))["area_m2"].sum()
    edges = zone.length + other.length
    assert abs(inside.sum() * step**2 - area) <= edges * step
