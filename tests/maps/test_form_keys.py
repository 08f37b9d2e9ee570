"""What of a session is a widget of a question, and what is only kept under the name of its page."""

from __future__ import annotations

import pytest

from maps.pages._form import _is_mine


@pytest.mark.parametrize("kept", ["question", "opened", "last", "form"])
def test_what_a_page_keeps_is_no_widget(kept):
    assert not _is_mine("candidate", f"candidate-{kept}")


def test_a_box_of_a_page_is_one():
    assert _is_mine("candidate", "candidate-on")
