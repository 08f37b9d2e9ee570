"""Tables that are edited begin with what was stated in them, in another language and on another page."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from layers.crosswalk import default_crosswalk


def corners():
    import streamlit as st

    from maps.pages._candidate_score import _corners
    from maps.pages._form import kept_form
    from maps.words import words
    from spatial.value_functions import parse_value_function

    usual = parse_value_function("linear:0=1;5000=0")
    with kept_form("candidate"):
        made = _corners(usual, "m", words(st.session_state.get("speaks", "vi")), key="-road")
    st.session_state["made"] = str(made)


def codes():
    import streamlit as st

    from maps.pages._change_ask import _crosswalk
    from maps.pages._form import kept_form
    from maps.words import words

    with kept_form("change"):
        st.session_state["made"] = _crosswalk(words(st.session_state.get("speaks", "vi")))


@pytest.fixture
def edits(monkeypatch):
    """Edits that the table returns: (row, column, text)."""
    made = []

    def editor(shown, **_):
        shown = shown.copy()
        for row, column, text in made:
            shown.iloc[row, column] = text
        return shown

    monkeypatch.setattr(st, "data_editor", editor)
    return made


def speaks(page, lang):
    page.session_state["speaks"] = lang
    page.run()
    assert not page.exception, page.exception
    return page.session_state["made"]


def linked(page, script, name):
    """Open a fresh session with what stood in the widgets of another."""
    fresh = AppTest.from_function(script)
    form = page.session_state[f"{name}-form"]
    assert all(isinstance(value, str | list) for value in form.values())
    fresh.session_state[f"{name}-form"] = form
    fresh.run()
    assert not fresh.exception, fresh.exception
    return fresh.session_state["made"]


def test_corners_that_were_moved_stay_so_in_another_language_and_in_a_link(edits):
    page = AppTest.from_function(corners)
    edits.append((1, 0, "777"))
    assert speaks(page, "vi") == "linear:0=1;777=0"
    edits.clear()  # the widget of the other language knows nothing of them
    assert speaks(page, "en") == speaks(page, "vi") == "linear:0=1;777=0"
    assert linked(page, corners, "candidate") == "linear:0=1;777=0"
    edits.append((1, 0, "5000"))
    assert speaks(page, "vi") == "linear:0=1;5000=0"
    assert not [key for key in page.session_state["candidate-form"] if key.endswith("-decided")]


@pytest.mark.parametrize("odd", ["", "bell:1;2", "linear:1", "x", 3, ["a"]])
def test_corners_of_a_link_that_are_none_leave_the_usual_ones(edits, odd):
    page = AppTest.from_function(corners)
    page.session_state["candidate-corners--road-decided"] = odd
    assert speaks(page, "vi") == "linear:0=1;5000=0"


def test_codes_that_were_stated_stay_so_in_another_language_and_in_a_link(edits):
    page = AppTest.from_function(codes)
    assert speaks(page, "vi") == ()
    edits.append((0, 2, "LUA"))
    stated = speaks(page, "vi")
    assert stated[0][2] == "LUA"
    assert len(stated) == len(default_crosswalk().table)
    edits.clear()
    assert speaks(page, "en") == speaks(page, "vi") == stated
    assert linked(page, codes, "change") == stated
    edits.append((0, 2, ""))
    assert speaks(page, "vi") == ()


@pytest.mark.parametrize("odd", ["x", ["x"], ["[1]"], ["{}"], [3], 3])
def test_codes_of_a_link_that_are_none_leave_the_usual_ones(edits, odd):
    page = AppTest.from_function(codes)
    page.session_state["change-crosswalk-decided"] = odd
    assert speaks(page, "vi") == ()
