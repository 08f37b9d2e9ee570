"""Several layers for one criterion, several layers of roads: chosen, or said which was taken."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
import shapely
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from layers import Layer, Provenance, Workspace
from maps.candidate_question import CandidateQuestion, answer_candidates, search_layers
from maps.cli import main
from maps.travel_network import network_of
from maps.words import words
from tests.maps.conftest import frame
from tests.maps.test_search_rasters import DAY, LAYERS, layer

LINE = shapely.LineString([(0, 0), (1000, 0)])


def roads(name):
    return Layer(frame(LINE, road_class=["local"]), name, "road")


def test_the_first_layer_of_roads_is_taken_and_the_others_are_named():
    old, new = roads("Đường cũ"), roads("Đường mới")
    river = Layer(frame(LINE), "Sông", "river")
    taken, told = network_of([river, old, new, old], ["main_road", "port_travel"])
    assert taken is old
    (finding,) = told
    assert (finding.code, finding.layer, finding.fields) == (
        "network_taken",
        "Đường cũ",
        {"names": ["Đường mới"]},
    )
    for lang in ("vi", "en"):
        said = words(lang).message(finding)
        assert "Đường cũ" in said
        assert "Đường mới" in said


def test_nothing_is_said_where_nothing_was_chosen():
    old, new = roads("Đường cũ"), roads("Đường mới")
    assert network_of([old, new], ["main_road"]) == (old, ())  # measured straight
    assert network_of([old, old], ["port_travel"]) == (old, ())
    assert network_of([], ["port_travel"]) == (None, ())


def test_roads_of_one_name_from_two_files_are_told_apart():
    old = replace(roads("road"), provenance=Provenance(source="cu.gpkg"))
    new = Layer(
        frame(shapely.LineString([(0, 0), (0, 500)]), road_class=["local"]),
        "road",
        "road",
        provenance=Provenance(source="moi.gpkg"),
    )
    taken, (told,) = network_of([old, new], ["port_travel"])
    assert taken is old
    assert told.fields == {"names": ["road (moi.gpkg)"]}
    # the same rows read twice are one layer
    assert network_of([old, roads("road")], ["port_travel"]) == (old, ())


#: asked along roads, which is what makes the choice of a network matter
BY_ROAD = "craft_village_travel_min"


@pytest.fixture(scope="module")
def two_networks(tmp_path_factory):
    base = Workspace.create(tmp_path_factory.mktemp("networks") / "ws", crs=5897)
    *_, first = LAYERS
    shape = first.frame.geometry.iloc[0]
    second = layer("roads_new", "road", shapely.affinity.translate(shape, 0, 400), road_class=["national"])
    village = layer("villages", "craft_village", shape.interpolate(300).buffer(60), name=["Làng nghề"])
    for one in (*LAYERS, second, village):
        base.save(one, expected=None)
    return base


def test_a_question_hears_which_roads_were_taken(two_networks):
    question = CandidateQuestion(
        folder=str(two_networks.folder),
        area=("communes", 1),
        units=(),
        constraints=(("homes", 1),),
        others=(("roads", 1), ("roads_new", 1)),
        criteria=((BY_ROAD, "villages", 1, 1.0, "linear:0=1;60=0"),),
        zone_kind="industrial_cluster",
        on=date.fromisoformat(DAY),
        min_ha=10.0,
        max_ha=75.0,
        cell_m=40.0,
        count=1,
        min_score=0.0,
    )
    answer = answer_candidates(question)
    said = [f for f in answer.findings if f.code == "network_taken"]
    assert [(f.layer, f.fields["names"]) for f in said] == [("roads", ["roads_new"])]


def test_the_terminal_hears_which_roads_were_taken(two_networks):
    given = ["candidates", "--workspace", two_networks.folder, "--area", "communes", "--kind", "ccn"]
    given += ["--on", DAY, "--constraint", "homes", "--also", "roads", "--also", "roads_new"]
    given += ["--criterion", f"{BY_ROAD}=villages:1", "--function", f"{BY_ROAD}=linear:0=1;60=0"]
    given += ["--min-score", 0, "--cell-m", 40, "--count", 1, "--min-ha", 10, "--max-ha", 75, "--json", "-"]
    done = CliRunner().invoke(main, [str(one) for one in given])
    assert done.exit_code == 0, done.output
    said = [f for f in json.loads(done.stdout)["findings"] if f["code"] == "network_taken"]
    assert [f["layer"] for f in said] == ["roads"]
    assert "roads_new" in said[0]["message"]


def test_a_criterion_is_offered_every_layer_of_its_kind(small_workspace):
    for name in ("Đường cũ", "Đường mới"):
        small_workspace.save(roads(name))
    offered = search_layers(small_workspace.layers(), None)
    assert [v.layer for v in offered.fitting["main_road"]] == ["Đường cũ", "Đường mới"]
    assert offered.criteria["main_road"] == offered.fitting["main_road"][0]


def test_the_page_asks_which_layer_and_which_roads(small_workspace):
    for name in ("Đường cũ", "Đường mới"):
        small_workspace.save(roads(name))

    def script(folder):
        import streamlit as st

        from layers import Workspace
        from maps.candidate_question import search_layers
        from maps.pages._candidate_ask import _by_road
        from maps.pages._candidate_source import layer_of
        from maps.words import words

        say = words("vi")
        offered = search_layers(Workspace(folder).layers(), None)
        st.session_state["layer"] = layer_of("main_road", offered, say).layer
        names = ["craft_village_travel_min"]
        st.session_state["others"] = [v.layer for v in _by_road(names, offered.others, say)]
        st.session_state["straight"] = [v.layer for v in _by_road(["main_road"], offered.others, say)]

    page = AppTest.from_function(
        script, kwargs={"folder": str(small_workspace.folder)}, default_timeout=60
    ).run()
    assert not page.exception
    assert page.session_state["layer"] == "Đường cũ"
    assert page.session_state["others"] == page.session_state["straight"]
    page.selectbox(key="candidate-of-main_road").set_value("Đường mới").run()
    page.selectbox(key="candidate-network").set_value("Đường mới").run()
    assert page.session_state["layer"] == "Đường mới"
    assert page.session_state["others"][0] == "Đường mới"
    assert sorted(page.session_state["others"]) == sorted(page.session_state["straight"])
