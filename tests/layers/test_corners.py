"""Lists of corners: read as they are printed, joined into areas, moved corner by corner."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from layers.corners import (
    area_of_rings,
    crossings,
    crossings_named,
    degrees_of_corners,
    moved_corners,
    read_corners,
    rings_of_area,
)
from layers.crs import as_crs, transform_geometry
from layers.errors import GeometryError, SourceError

HANOI = as_crs(5897)
SQUARE = (
    "Điểm; X (m); Y (m)\n1; 2325000,5; 558000,25\n2; 2325000,5; 558400,25\n"
    "3; 2325250,5; 558400,25\n4; 2325250,5; 558000,25"
)


def corners(shape):
    return shapely.get_coordinates(shape)[:-1]


def test_a_list_with_decimal_commas_is_an_area():
    area, findings = read_corners(SQUARE, HANOI)
    assert area.equals(box(558_000.25, 2_325_000.5, 558_400.25, 2_325_250.5))
    assert findings == []


def test_a_list_without_headings_and_east_first_is_the_same_area():
    lines = ["558000.25 2325000.5", "558400.25 2325000.5", "558400.25 2325250.5", "558000.25 2325250.5"]
    assert read_corners("\n".join(lines), HANOI)[0].equals(read_corners(SQUARE, HANOI)[0])


def test_corners_of_another_zone_are_moved_and_edges_between_them_stay_straight():
    here = np.array([[558_000.0, 2_325_000.0], [561_000.0, 2_325_000.0], [561_000.0, 2_328_000.0]])
    there = moved_corners(here, HANOI, as_crs(5899))  # 107°45'
    back = moved_corners(there, as_crs(5899), HANOI)
    assert np.abs(back - here).max() <= 0.0015
    head = "Điểm; X (m) VN-2000 107°45'; Y (m) VN-2000 107°45'\n"
    lines = [f"{n}; {y:.3f}; {x:.3f}" for n, (x, y) in enumerate(there, 1)]
    area, _ = read_corners(head + "\n".join(lines), as_crs(5899))
    assert len(corners(area)) == 3


def test_a_ring_inside_another_is_a_hole_and_one_inside_that_is_land():
    rings = [corners(box(0, 0, 90, 90)), corners(box(10, 10, 80, 80)), corners(box(30, 30, 60, 60))]
    area = area_of_rings(rings)
    assert area.area == 90**2 - 70**2 + 30**2
    assert [len(part) for part in rings_of_area(area)] == [2, 1]


def test_rings_that_lie_apart_are_parts():
    area = area_of_rings([corners(box(0, 0, 10, 10)), corners(box(20, 0, 25, 5))])
    assert (area.geom_type, area.area) == ("MultiPolygon", 125.0)


def test_edges_that_cross_are_named_and_nothing_is_mended():
    text = "1; 2325000; 558000\n2; 2325400; 558400\n3; 2325400; 558000\n4; 2325000; 558400"
    area, findings = read_corners(text, HANOI)
    assert not area.is_valid
    assert crossings(area) == [(1, 3)]
    assert [f.code for f in findings] == ["ring_crosses"]


def test_the_edge_that_closes_a_ring_ends_at_its_first_corner():
    ring = [(0, 9), (0, 0), (9, 9), (9, 0)]
    assert crossings_named(shapely.Polygon(ring)) == ["2–3 × 4–1"]
    apart = shapely.MultiPolygon([box(20, 0, 25, 5), shapely.Polygon(ring)])
    assert crossings_named(apart) == ["2–3 × 4–1"]


def test_too_few_corners_and_text_without_numbers_are_refused():
    with pytest.raises(GeometryError, match="corners_too_few.*found=2"):
        area_of_rings([np.array([[0.0, 0.0], [5.0, 5.0], [0.0, 0.0]])])
    with pytest.raises(SourceError, match="table_without_coordinates"):
        read_corners("không có gì ở đây", HANOI)


@given(
    st.lists(st.tuples(st.floats(540_000, 580_000), st.floats(2_300_000, 2_340_000)), min_size=3, max_size=12)
)
def test_corners_come_back_from_degrees_to_the_millimetre(points):
    here = np.round(np.array(points), 3)
    degrees = degrees_of_corners(here, HANOI)
    assert np.abs(degrees - moved_corners(here, HANOI, as_crs(4326))).max() < 1e-8
    assert np.array_equal(moved_corners(degrees, as_crs(4326), HANOI), here)


def test_moved_one_by_one_as_the_layers_are():
    point = shapely.Point(558_014, 2_325_269)
    layer = transform_geometry(point, HANOI, as_crs(4326))
    assert moved_corners(np.array([[point.x, point.y]]), HANOI, as_crs(4326))[0] == pytest.approx(
        (layer.x, layer.y), abs=1e-12
    )
