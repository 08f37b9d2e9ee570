from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from layers.coordinates import coordinates_of
from layers.window import features_in

SIDE = st.integers(0, 40)


def layer(cells):
    shapes = []
    for n, (x, y) in enumerate(cells):
        cell = box(x, y, x + 4, y + 4)
        if n % 3 == 1:
            cell = cell.difference(box(x + 1, y + 1, x + 2, y + 2))
        if n % 3 == 2:
            cell = MultiPolygon(
                [cell, box(x + 100, y, x + 103, y + 3).difference(box(x + 101, y + 1, x + 102, y + 2))]
            )
        shapes.append(cell)
    codes = [("LUC", "ONT", None)[n % 3] for n in range(len(cells))]
    return gpd.GeoDataFrame(
        {"code": codes}, geometry=shapes, index=[f"k{n}" for n in range(len(cells))], crs=5897
    )


@given(st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=30), st.tuples(SIDE, SIDE), st.integers(1, 60))
def test_what_lies_in_a_box_is_what_the_layer_itself_has_there(cells, corner, side):
    frame = layer(cells)
    bounds = (*corner, corner[0] + side, corner[1] + side)
    found = features_in(coordinates_of(frame), bounds)
    edges = frame.bounds
    meets = (
        (edges.minx <= bounds[2])
        & (edges.maxx >= bounds[0])
        & (edges.miny <= bounds[3])
        & (edges.maxy >= bounds[1])
    )
    expected = frame[meets]
    assert sorted(found.index) == sorted(expected.index)
    assert found.is_valid.all()
    same = shapely.equals(found.geometry.to_numpy(), expected.loc[found.index].geometry.to_numpy())
    assert np.all(same)
    assert found["code"].fillna("").tolist() == expected.loc[found.index, "code"].fillna("").tolist()
    assert found.crs == frame.crs


def test_features_without_area_and_boxes_without_features_give_nothing():
    mixed = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), Point(5, 5)], crs=5897)
    assert len(features_in(coordinates_of(mixed), (-1, -1, 9, 9))) == 1
    assert features_in(coordinates_of(mixed), (50, 50, 60, 60)).empty


def test_areas_add_up():
    frame = layer([(5 * n, 0) for n in range(9)])
    found = features_in(coordinates_of(frame), (-1, -1, 999, 999))
    assert found.area.sum() == pytest.approx(frame.area.sum())
