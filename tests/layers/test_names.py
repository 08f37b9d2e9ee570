"""Vietnamese names: one form, and a folded form for comparing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from layers.names import fold, normal

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY \u0300\u0301\u0303\u0309\u0323"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Xã Hoà Lạc", "xa hoa lac"),
        ("Xã Hòa Lạc", "xa hoa lac"),
        ("ĐAN PHƯỢNG", "dan phuong"),
        ("  Thạch \t Thất ", "thach that"),
        ("Quốc Oai", "quoc oai"),
        ("", ""),
    ],
)
def test_folding_ignores_case_accents_and_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_spelling_become_one() -> None:
    text = "Cụm công nghiệp Bình Phú"
    assert normal(unicodedata.normalize("NFD", text)) == normal(text) == text


@given(st.text(max_size=30) | st.text(alphabet=VIETNAMESE, max_size=30))
@example("İstanbul ß ŉ ϔ")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
def test_the_normal_form_is_nfc_with_single_spaces_and_stays(text: str) -> None:
    made = normal(text)
    assert unicodedata.is_normalized("NFC", made)
    assert normal(made) == made
    assert "  " not in made


@given(st.text(alphabet=VIETNAMESE, max_size=30))
def test_folding_sees_no_difference_between_a_text_and_its_normal_form(text: str) -> None:
    assert fold(normal(text)) == fold(text)


@given(st.text(alphabet=VIETNAMESE, max_size=30))
def test_a_folded_vietnamese_text_is_plain_lower_case(text: str) -> None:
    assert set(fold(text)) <= set("abcdeghiklmnopqrstuvxy ")
