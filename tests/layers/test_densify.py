"""Long edges are cut, and nothing else changes: not the corners, not the type, not what is invalid."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from layers._densify import densified
from layers.crs import as_crs, to_crs

HOLED = Polygon(
    [(0, 0), (100, 0), (100, 100), (0, 100)], [[(10, 10), (90, 10), (50, 60)], [(80, 80), (95, 80), (95, 95)]]
)
BOW = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
COLLAPSED = Polygon([(0, 0), (100, 0), (0, 0), (0, 0)])
KINDS = [
    Point(1, 2),
    LineString([(0, 0), (35, 0), (35, 5)]),
    LineString([(5, 5), (5, 5)]),
    LinearRing([(0, 0), (40, 0), (0, 30)]),
    HOLED,
    BOW,
    COLLAPSED,
    MultiPoint([(0, 0), (100, 100)]),
    MultiLineString([[(0, 0), (50, 0)], [(0, 1), (1, 1)]]),
    MultiPolygon([HOLED, box(200, 0, 201, 1), BOW]),
    GeometryCollection([Point(0, 0), GeometryCollection([box(0, 0, 50, 50), LineString([(0, 0), (0, 90)])])]),
    Polygon(),
    MultiPolygon(),
    GeometryCollection(),
    None,
]


def many(*geometry: Any) -> Any:
    out = np.empty(len(geometry), dtype=object)
    out[:] = geometry
    return out


def longest_edge(geometry: Any) -> float:
    parts = shapely.get_parts(geometry)
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    rings = np.concatenate([shapely.get_rings(parts), parts[shapely.get_type_id(parts) < 3]])
    lengths = [np.hypot(*np.diff(shapely.get_coordinates(ring), axis=0).T).max(initial=0) for ring in rings]
    return max(lengths, default=0.0)


@pytest.mark.parametrize("shape", KINDS, ids=lambda g: g.geom_type if g is not None else "None")
def test_every_type_keeps_its_type_area_and_length_and_has_no_long_edge(shape: Any) -> None:
    (made,) = densified(many(shape), 7)
    if shape is None:
        assert made is None
        return
    assert made.geom_type == shape.geom_type
    assert made.area == pytest.approx(shape.area)
    assert made.length == pytest.approx(shape.length)
    assert longest_edge(made) <= 7 + 1e-9
    assert shapely.is_valid(made) == shapely.is_valid(shape)


def test_all_types_together_are_cut_as_each_alone() -> None:
    alone = [densified(many(shape), 7)[0] for shape in KINDS]
    together = densified(many(*KINDS), 7)
    assert all(
        (a is None and b is None) or a.equals_exact(b, 0) for a, b in zip(alone, together, strict=True)
    )


def test_what_has_no_long_edge_is_the_very_same_object() -> None:
    given_shapes = many(box(0, 0, 5, 5), box(0, 0, 50, 5))
    made = densified(given_shapes, 7)
    assert made[0] is given_shapes[0]
    assert made[1] is not given_shapes[1]
    assert len(given_shapes[1].exterior.coords) == 5


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=12),
    st.integers(1, 60),
)
def test_the_corners_stay_exactly_where_they_were_and_in_order(
    corners: list[tuple[int, int]], step: int
) -> None:
    (made,) = densified(many(LineString(corners)), step)
    points = [tuple(p) for p in shapely.get_coordinates(made)]
    at = 0
    for corner in corners:
        at = points.index(corner, at) if points[at] != corner else at
    assert points[0] == corners[0]
    assert points[-1] == corners[-1]
    assert np.hypot(*np.diff(points, axis=0).T).max() <= step + 1e-9


@pytest.mark.parametrize("far", [np.nan, np.inf, -np.inf, 1e300, 1e12])
def test_edges_without_end_stay_whole_and_take_no_memory(far: float) -> None:
    with np.errstate(all="ignore"):
        wild = LineString([(0, 0), (far, 0), (10, 0), (30, 0)])
    made = densified(many(wild, box(0, 0, 20, 1)), 10)
    assert len(shapely.get_coordinates(made[0])) == 5
    assert len(shapely.get_coordinates(made[1])) == 7


def test_reprojection_changes_no_invalid_area_in_silence() -> None:
    bow = shapely.transform(BOW, lambda p: np.add(p * 10, (558_000, 2_325_000)))
    frame = gpd.GeoDataFrame(geometry=[bow], crs=5897)
    moved = to_crs(frame, as_crs(3405)).geometry.iloc[0]
    assert not moved.is_valid
    assert shapely.make_valid(moved).area == pytest.approx(shapely.make_valid(bow).area, rel=1e-3)
