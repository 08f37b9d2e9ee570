"""What was decided about hard constraints outlives the table it was decided in."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def script():
    import pandas as pd
    import streamlit as st

    from maps.pages._candidate_hard import note_rows, started_rows

    names = st.session_state.get("names", ["school", "river (a=b)", "land_use: ONT"])
    rows = pd.DataFrame({"constraint": names})
    start = started_rows(rows, key=st.session_state.get("key", "table-vi"))
    edited = start.copy()
    for n, column, value in st.session_state.get("edits", []):
        edited.loc[n, column] = value
    note_rows(rows, edited)
    st.session_state["start"] = start.to_dict("list")


@pytest.fixture
def page():
    return AppTest.from_function(script).run()


def shown(page, **state):
    for name, value in {"edits": [], **state}.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception, page.exception
    return page.session_state["start"]


def test_a_table_begins_with_every_constraint_in_its_order(page):
    assert shown(page) == {"on": [True, True, True], "place": [1, 2, 3]}
    assert page.session_state["candidate-hard-decided"] == []


def test_what_was_decided_is_there_in_the_table_of_the_other_language(page):
    shown(page, edits=[(1, "on", False), (2, "place", 1)])
    assert shown(page, key="table-en") == {"on": [True, False, True], "place": [1, 2, 1]}


def test_a_table_that_is_shown_keeps_what_it_began_with(page):
    # its widget remembers the edits themselves: another beginning would be another table
    page.session_state["table-vi"] = {"edited_rows": {}}
    assert shown(page, edits=[(1, "on", False)]) == shown(page, edits=[(1, "on", False)])
    assert page.session_state["candidate-hard-decided"] == ["river (a=b)=0/0"]


def test_a_constraint_that_is_not_listed_now_stays_as_it_was_decided(page):
    shown(page, edits=[(0, "on", False)])
    assert shown(page, names=["river (a=b)"], key="other") == {"on": [True], "place": [1]}
    assert shown(page, names=["river (a=b)", "school"], key="more")["on"] == [True, False]


@pytest.mark.parametrize("odd", [7, "x", ["school"], ["school=2/1", "=0/", "river=0/99999"], None])
def test_what_a_link_brings_in_is_read_or_left(page, odd):
    page.session_state["candidate-hard-decided"] = odd
    assert shown(page, key="new") == {"on": [True, True, True], "place": [1, 2, 3]}
