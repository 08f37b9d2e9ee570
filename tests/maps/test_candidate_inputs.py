"""What a search says of its layers: columns that lack, boundaries of several polygons, parcels."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, box

from layers import Layer, reference
from layers.errors import QuestionError
from maps.candidate_question import search_layers
from maps.criteria import assumed_speeds, criterion_kind, in_minutes, named_criterion
from maps.site_search import joined_findings, used_speeds
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


def one_way(**columns):
    """Six kilometres of road with a port at its end."""
    way = frame(LineString([(0, 0), (6000, 0)]), **columns)
    return Layer(way, "đường", "road"), Layer(frame(Point(6000, 0)), "cảng", "railway")


def minutes(made):
    origin = frame(Point(0, 0)).geometry.iloc[0]
    return float(made.travel.at(np.array([[origin.x, origin.y]]))[0])


@pytest.mark.parametrize(
    ("columns", "speeds", "expected"),
    [
        ({"road_class": ["national"]}, None, 6 * 60 / 50),
        ({"road_class": ["national"]}, {"national": 30.0}, 12.0),
        ({"road_class": ["đường đất"]}, None, 6 * 60 / 25),
        ({}, {"other": 20.0}, 18.0),
        ({"road_class": ["national"], "speed_kmh": [60.0]}, {"national": 30.0}, 6.0),
    ],
)
def test_minutes_by_road_follow_the_speeds_of_the_classes(columns, speeds, expected):
    roads_given, port = one_way(**columns)
    made, findings = named_criterion("port_travel_min", port, roads=roads_given, speeds=speeds)
    assert minutes(made) == pytest.approx(expected)
    (told,) = [f for f in findings if f.code == "travel_speeds_assumed"]
    assert told.fields["speeds"] == assumed_speeds(speeds)
    assert "không phải quy định" in words("vi").message(told)
    assert "Quốc lộ" in words("vi").message(told)
    assert "no law" in words("en").message(told)


def test_metres_by_road_know_no_speed():
    roads_given, port = one_way(road_class=["national"])
    made, findings = named_criterion("port_travel", port, roads=roads_given, speeds={"national": 30.0})
    assert minutes(made) == pytest.approx(6000)
    assert findings == []


def test_a_name_in_minutes_that_the_table_lacks_scores_minutes():
    roads_given, port = one_way(road_class=["national"])
    made, findings = named_criterion("hospital_travel_min", port, roads=roads_given)
    assert str(made.function) == "linear:0=1;30=0"
    assert {f.code for f in findings} == {"criterion_assumed", "travel_speeds_assumed"}


@pytest.mark.parametrize("kmh", [0, -5, 500, float("nan")])
def test_a_speed_that_is_none_is_refused(kmh):
    with pytest.raises(QuestionError, match="speed_wrong"):
        assumed_speeds({"local": kmh})


def test_every_criterion_in_minutes_has_its_unit_and_one_in_metres_beside_it():
    table = reference.table("criteria")
    named = [name for name in table.index if in_minutes(name)]
    assert len(named) == 5
    for name in named:
        assert (table.loc[name, "measure"], table.loc[name, "unit"]) == ("travel", "min")
        beside = table.loc[name.removesuffix("_min")]
        assert (beside["measure"], beside["unit"]) == ("travel", "m")
        assert beside["kinds"] == table.loc[name, "kinds"]


NO_ROW = ["expressway", "main_road", "railway", "housing", "logistics", "road", "urban"]


@pytest.mark.parametrize("name", NO_ROW)
def test_minutes_to_a_thing_are_measured_to_the_same_rows_as_metres(name):
    classes = ["expressway", "local"]
    given = Layer(
        frame(LineString([(0, 0), (900, 0)]), LineString([(0, 50), (900, 50)]), road_class=classes),
        "đ",
        "road",
    )
    metres, _ = named_criterion(f"{name}_travel", given, roads=given)
    timed, findings = named_criterion(f"{name}_travel_min", given, roads=given)
    assert timed.source.frame.index.tolist() == metres.source.frame.index.tolist()
    assert len(timed.source.frame) == (1 if name in ("expressway", "main_road") else 2)
    assert criterion_kind(f"{name}_travel_min") == criterion_kind(f"{name}_travel") == criterion_kind(name)
    assert (timed.measure, timed.weight) == ("travel", metres.weight)
    # a function of metres is none of minutes, and what stands for it is told
    assert str(timed.function) == "linear:0=1;30=0"
    assert "criterion_assumed" in {f.code for f in findings}


def test_minutes_to_an_expressway_are_not_those_to_a_local_road():
    classes = ["expressway", "local"]
    ways = frame(LineString([(6000, 0), (6000, 900)]), LineString([(0, 0), (6000, 0)]), road_class=classes)
    given = Layer(ways, "đường", "road")
    made, _ = named_criterion("expressway_travel_min", given, roads=given)
    assert minutes(made) == pytest.approx(6 * 60 / 25)


def test_a_speed_of_a_class_that_is_nowhere_is_refused_with_those_there_are():
    roads_given, port = one_way(road_class=["Cao tốc"])
    for wrong in ("expresway", "Local"):
        with pytest.raises(QuestionError, match=rf"speed_class_unknown: found='{wrong}'.*'local'.*'Cao tốc'"):
            named_criterion("port_travel_min", port, roads=roads_given, speeds={wrong: 60.0})
    made, _ = named_criterion("port_travel_min", port, roads=roads_given, speeds={"Cao tốc": 60.0})
    assert minutes(made) == pytest.approx(6)


def test_a_name_of_minutes_without_any_travel_rests_on_no_speed():
    roads_given, port = one_way(road_class=["national"])
    none = port.with_frame(port.frame.iloc[:0])
    made, _ = named_criterion("port_travel_min", none, roads=roads_given)
    assert used_speeds([made], {"local": 20.0}) == {}
    timed, _ = named_criterion("port_travel_min", port, roads=roads_given)
    assert used_speeds([made, timed], {"local": 20.0}) == assumed_speeds({"local": 20.0})


@pytest.mark.parametrize("own", ["800", "inf", "50 km/h", "0", "-3"])
def test_a_speed_that_no_way_can_have_is_told_and_that_of_the_class_used(own):
    roads_given, port = one_way(road_class=["national"], speed_kmh=[own])
    made, findings = named_criterion("port_travel_min", port, roads=roads_given)
    assert minutes(made) == pytest.approx(6 * 60 / 50)
    (told,) = [f for f in findings if f.code == "way_speed_unusable"]
    assert (told.level, told.fields["count"], told.fields["found"]) == ("warn", 1, [own])
    assert len(told.fields["rows"]) == 1
    assert own in words("vi").message(told)


def test_classes_without_a_speed_are_a_warning_with_their_share():
    roads_given, port = one_way(road_class=["Cao tốc"])
    _, findings = named_criterion("port_travel_min", port, roads=roads_given)
    (told,) = [f for f in findings if f.code == "way_class_unlisted"]
    assert (told.level, told.fields["found"], told.fields["share_pct"]) == ("warn", ["Cao tốc"], 100)
    (used,) = [f for f in findings if f.code == "travel_speeds_assumed"]
    assert used.fields["lengths_km"] == {"other": pytest.approx(6)}
    bare, port = one_way()
    assert "way_class_missing" in {f.code for f in named_criterion("port_travel_min", port, roads=bare)[1]}
