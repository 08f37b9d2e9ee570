"""What a search says of its layers: columns that lack, boundaries of several polygons, parcels."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from shapely import LineString, MultiPolygon, box

from layers import Layer
from maps.candidate_question import search_layers
from maps.criteria import named_criterion
from maps.site_search import joined_findings
from maps.words import words
from tests.spatial.conftest import frame


def roads(**columns):
    return Layer(
        frame(LineString([(0, 0), (9, 0)]), LineString([(0, 5), (9, 5)]), **columns), "đường", "road"
    )


def test_a_road_layer_without_classes_says_that_all_its_roads_count():
    made, findings = named_criterion("main_road", roads())
    assert len(made.source.frame) == 2
    (finding,) = findings
    assert finding.code == "criterion_column_missing"
    assert finding.fields == {"criterion": "main_road", "column": "road_class", "count": 2}
    said = words("vi").message(finding)
    assert "không có trong bảng" not in said
    assert "road_class" in said
    assert "2 đối tượng" in said
    assert "road_class" in words("en").message(finding)


def test_a_road_layer_with_classes_is_silent():
    made, findings = named_criterion("main_road", roads(road_class=["national", "village"]))
    assert (len(made.source.frame), findings) == (1, [])


def test_a_name_that_the_table_lacks_is_told_as_such():
    (finding,) = named_criterion("no such thing", roads())[1]
    assert finding.code == "criterion_assumed"


@pytest.mark.parametrize(
    ("shapes", "count"),
    [
        ([box(0, 0, 9, 9)], None),
        ([box(0, 0, 9, 9), box(20, 0, 29, 9)], 2),
        ([MultiPolygon([box(0, 0, 9, 9), box(20, 0, 29, 9), box(40, 0, 49, 9)])], 3),
    ],
)
def test_polygons_of_a_boundary_that_are_joined_are_counted(shapes, count):
    findings = joined_findings(Layer(frame(*shapes), "ranh", "admin_unit"))
    assert [f.fields["count"] for f in findings] == ([count] if count else [])
    for finding in findings:
        assert str(count) in words("vi").message(finding)


def test_layers_read_as_parcels_are_offered_beside_land_use():
    def version(kind):
        return SimpleNamespace(kind_name=kind, period=None, layer=kind, version=1)

    offered = search_layers([version(k) for k in ("land_use", "land_cover", "road", "admin_unit")], None)
    assert [v.kind_name for v in offered.parcels] == ["land_cover"]
    assert [v.kind_name for v in offered.constraints if v.kind_name == "land_cover"] == []
