"""What to do, as a page says it: no option that only a terminal has."""

from __future__ import annotations

import re

import pytest

from maps.pages import _frame
from maps.words import LANGUAGES, words

# of errors that only the terminal raises, or that name a whole command
TERMINAL = {
    "fix.error.address_unusable",
    "fix.error.host_not_loopback",
    "fix.error.periods_differ",
    "fix.error.port_taken",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_advice_of_a_page_names_an_option_of_the_terminal(lang, monkeypatch):
    say = words(lang)
    book = {key: text for key, text in say._book.items() if key.startswith("fix.")}
    monkeypatch.setattr(type(say), "fix", lambda _, key: book[key])
    said = {key: _frame.advice(key, say) for key in book}
    assert {key for key, text in said.items() if re.search(r"[ (]--", text)} - TERMINAL == set()


def test_one_is_said_as_one():
    text = words("en")("doctor.leftovers", count=1, size_mb=1, hours=1)
    assert "older than 1 hour," in text
    fields = {"layer": "a", "column": "b", "count": 1, "names": "c", "stated": "d", "found": "e"}
    text = words("en")("finding.province_contradicted", **fields)
    assert "the commune centre of 2025 within lies in e" in text
