from __future__ import annotations

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from layers import Layer, Period, Provenance, Workspace
from layers.coordinates import coordinates_of
from maps import identify
from maps.identify import found_at, told
from maps.words import words

HOLED = Polygon(box(0, 0, 100, 100).exterior.coords, [box(40, 40, 60, 60).exterior.coords[::-1]])


@pytest.fixture
def base(tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897)
    made = Provenance(source="thử", decision="QĐ 1", made=True)
    land = gpd.GeoDataFrame(
        {"code": ["LUC", "ONT"], "name": [None, "Thôn 1"]},
        geometry=[HOLED, box(100, 0, 200, 100)],
        index=["a", "b"],
        crs=5897,
    )
    marks = gpd.GeoDataFrame(
        {"name": ["gần", "xa"]}, geometry=[Point(10, 12), LineString([(0, 30), (90, 30)])], crs=5897
    )
    base.save(Layer(land, "land", "land_use", Period(2025, 2025, "surveyed"), made))
    base.save(Layer(marks, "marks", "school", None, made))
    return base


@pytest.mark.parametrize("most", [0, 100])
def test_the_feature_under_the_point_with_its_facts(base, monkeypatch, most):
    monkeypatch.setattr(identify, "MOST_FEATURES", most)
    (found,) = found_at(base, [base.version("land")], x=150, y=50)
    assert (found.label, found.area_m2) == ("b", 10_000.0)
    said = dict(told(found, words("vi")))
    assert said["Mã loại đất"].startswith("ONT ")
    assert said["Tên"] == "Thôn 1"
    assert said["Diện tích (ha)"] == "1,00"
    assert "QĐ 1" in said.values()
    assert words("vi")("made.label") in said.values()


@pytest.mark.parametrize("most", [0, 100])
def test_a_hole_is_outside_and_a_border_belongs_to_both(base, monkeypatch, most):
    monkeypatch.setattr(identify, "MOST_FEATURES", most)
    land = [base.version("land")]
    assert found_at(base, land, x=50, y=50) == []
    assert {f.label for f in found_at(base, land, x=100, y=50)} == {"a", "b"}


def test_lines_and_points_answer_within_reach_the_nearest_first(base):
    found = found_at(base, [base.version("marks")], x=10, y=16)
    assert [f.facts["name"] for f in found] == ["gần", "xa"]
    assert found[0].area_m2 == 0
    assert found_at(base, [base.version("marks")], x=10, y=16, reach_m=1.0) == []


@given(st.integers(-10, 110), st.integers(-10, 110))
def test_without_a_geometry_object_the_answer_is_that_of_shapely(x, y):
    source = coordinates_of(gpd.GeoDataFrame(geometry=[HOLED], crs=5897))
    assert bool(identify._held(source, (x, y))) == HOLED.intersects(Point(x, y))
