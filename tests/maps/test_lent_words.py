"""Words of the framework in the reader's language: the pairs hold together, and it still says them."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import streamlit

from maps.pages._lent import lent_pairs
from maps.words import words

#: put together from parts, or said by the browser's own parts of the framework: seen in the browser only
_TOGETHER = {
    "apply", "apply_ctrl", "apply_mac", "submit", "submit_ctrl", "submit_mac", "stopping", "drop", "drops",
    "available", "available_one", "most", "most_one", "file_type", "per_file", "day", "month", "year", "help",
    "date_chosen", "connecting_dots", "image", "add_options", "file_large", "lost", "file", "matches",
    "remove", "date_month", "today_chosen", "today", "add_files", "next",
}  # fmt: skip


def placeholders(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def test_its_own_language_is_left_alone():
    assert lent_pairs("en") == []


def test_each_text_is_replaced_by_one_and_parts_are_kept():
    pairs = lent_pairs("vi")
    assert len({own for own, _ in pairs}) == len(pairs) > 80
    for own, ours in pairs:
        assert ours != own
        assert placeholders(own) == placeholders(ours)


def whole():
    return sorted(k for k in words("en").section("streamlit") if k.partition(".")[2] not in _TOGETHER)


@pytest.mark.parametrize("key", whole())
def test_the_framework_says_what_is_replaced(key, spoken):
    """An upgrade that rewords something is noticed here, and not by a reader."""
    text = words("en").section("streamlit")[key]
    assert any(f"{mark}{text}{mark}" in spoken for mark in "`\"'"), text


@pytest.fixture(scope="module")
def spoken():
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return "\n".join(file.read_text(encoding="utf-8", errors="ignore") for file in folder.glob("*.js"))
