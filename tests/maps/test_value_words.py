"""Units in the reader's language; what isn't known stays as the file has it."""

from __future__ import annotations

import pytest

from maps.value_words import stated_unit
from maps.words import words


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [("degrees", "độ", "degrees"), (" Degree ", "độ", "degrees"), ("°", "độ", "degrees"),
     ("metres", "m", "m"), ("METER", "m", "m"), ("kilometre", "km", "km"), ("percent", "%", "%")],
)  # fmt: skip
def test_a_unit_that_is_known_is_said_in_the_language(text, vi, en):
    assert (stated_unit(text, words("vi")), stated_unit(text, words("en"))) == (vi, en)


@pytest.mark.parametrize(
    "text", ["", "dB", "US survey foot", "feet", "share", "given", "m/s", "độ", "<b>m</b>"]
)
def test_any_other_unit_stays_as_the_file_has_it(text):
    assert stated_unit(text, words("vi")) == text
