"""Several layers for one criterion, several layers of roads: chosen, or said which was taken."""

from __future__ import annotations

import shapely
from streamlit.testing.v1 import AppTest

from layers import Layer
from maps.candidate_question import search_layers
from maps.travel_network import network_of
from maps.words import words
from tests.maps.conftest import frame

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
