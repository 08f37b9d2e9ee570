"""Boxes for numbers with decimals: shown and read the way of the language, refused where they can't be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from maps.words import words
from maps.written_numbers import read_number, reads_two_ways, typed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,5", 12.5), ("12.5", 12.5), (" 0,05 ", 0.05), (",5", 0.5), ("5,", 5.0), ("1500", 1500.0),
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1 500", 1500.0), ("1\u00a0500,25", 1500.25),
        ("1.234.567", 1234567.0), ("−3,5", -3.5), ("0,500", 0.5), ("1,2345", 1.2345),
        ("1.500", None), ("1,500", None), ("12.345.6", None), ("1,2,3", None), ("1 50", None), ("", None),
        ("nan", None), ("inf", None), ("1e5", None), ("1_000", None), ("٣", None), ("5 ha", None),
    ],
)  # fmt: skip
def test_a_number_is_read_where_it_means_one_thing_alone(text, number):
    assert read_number(text) == number


@given(st.floats(-1e6, 1e6), st.sampled_from(["vi", "en"]))
def test_what_is_written_is_read_again_and_never_two_ways(value, lang):
    text = typed_number(value, words(lang))
    assert not reads_two_ways(text)
    assert read_number(text) == pytest.approx(value, abs=1e-9)


@given(st.floats(0, 1e7), st.integers(0, 2), st.sampled_from(["vi", "en"]))
def test_what_the_tables_write_is_read_or_refused_and_never_another_number(value, digits, lang):
    shown = words(lang).number(value, digits)
    assert read_number(shown) in (None, pytest.approx(round(value, digits)))
    if digits:
        assert read_number(shown) is not None


def page(lang):
    def script(lang):
        import streamlit as st

        from maps.pages._number import number_box
        from maps.words import words

        say = words(st.session_state.get("lang", lang))
        if "given" in st.session_state:
            st.session_state["box"] = st.session_state.pop("given")
        st.session_state["found"] = number_box("Diện tích (ha)", 12.5, (0.1, 5000.0), say, key="box")
        st.session_state["open"] = number_box("Mức (ha/năm)", None, (0.001, 10.0), say, key="open-box")

    test = AppTest.from_function(script, kwargs={"lang": lang}, default_timeout=60).run()
    assert not test.exception
    return test


def said(test):
    return "\n".join(str(part.proto.body) for part in test.get("html"))


@pytest.mark.parametrize(("lang", "text"), [("vi", "12,5"), ("en", "12.5")])
def test_a_box_shows_the_mark_of_the_language(lang, text):
    test = page(lang)
    assert test.text_input(key="box").value == text
    assert test.session_state["found"] == 12.5
    assert test.session_state["open"] is None
    assert said(test) == ""  # an empty box that may be empty says nothing


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nhiều", "“nhiều” không phải là số; nhập từ 0,1 đến 5000"),
        ("1.500", "“1.500” đọc được hai cách: viết 1500 hoặc 1,5000"),
        ("6000", "6000 nằm ngoài khoảng cho phép: nhập từ 0,1 đến 5000"),
        ("", "Nhập một số từ 0,1 đến 5000"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_what_is_no_number_is_said_at_the_box_and_gives_none(typed, sentence):
    test = page("vi")
    test.text_input(key="box").set_value(typed).run()
    assert test.session_state["found"] is None
    assert sentence in said(test)
    assert test.text_input(key="box").value == typed  # what was typed stays, to be mended
    test.text_input(key="box").set_value("0.05").run()
    assert "0,05 nằm ngoài" in said(test)
    test.text_input(key="box").set_value("7.25").run()
    assert (test.session_state["found"], test.text_input(key="box").value) == (7.25, "7,25")
    assert said(test) == ""


def test_another_language_keeps_the_number_and_so_does_a_link_that_has_it_as_a_number():
    test = page("vi")
    test.text_input(key="box").set_value("7,25").run()
    test.session_state["lang"] = "en"
    test.run()
    assert (test.text_input(key="box").value, test.session_state["found"]) == ("7.25", 7.25)
    test.session_state["given"] = 30.5
    test.run()
    assert (test.text_input(key="box").value, test.session_state["found"]) == ("30.5", 30.5)
