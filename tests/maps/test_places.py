from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from maps.places import place_label, units_met
from maps.words import words

UNITS = gpd.GeoDataFrame(
    {"name": ["A", "B", "C", "D"]}, geometry=[box(x, 0, x + 1, 1) for x in range(4)], crs=5897
)


@pytest.mark.parametrize(
    ("shape", "met"),
    [
        (Point(0.5, 0.5), ["A"]),
        (box(0, 0, 1, 1), ["A"]),  # B is touched along its border and not met
        (box(0.5, 0, 1.5, 1), ["A", "B"]),
        (LineString([(0.5, 0.5), (3.5, 0.5)]), ["A", "B", "C", "D"]),
        (Point(9, 9), []),
    ],
)
def test_the_units_that_a_layer_meets(shape, met):
    assert units_met(gpd.GeoDataFrame(geometry=[shape], crs=5897), UNITS) == met


def test_a_place_is_said_in_few_words():
    vi = words("vi")
    assert place_label([], 4, vi) == ""
    assert place_label(["A", "B"], 4, vi) == "A, B"
    assert place_label(["A", "B", "C"], 4, vi) == "A, B và 1 xã, phường khác"
    assert place_label(["A", "B", "C", "D"], 4, vi) == "cả 4 xã, phường"
