"""Page *Khoảng cách an toàn*: how far things are apart, and how far they have to be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from maps.pages._answer import show_preview
from maps.pages._cache import cached_distances
from maps.pages._distance_answer import show_distances
from maps.pages._distance_inputs import distance_question
from maps.pages._frame import heading, sentences, speak, workspace

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def _step(bar: DeltaGenerator, done: int, total: int, name: str) -> None:
    bar.progress(done / max(total, 1), name)


def show() -> None:
    """Show the page."""
    words = speak()
    base = workspace()
    versions = base.layers()
    made = any(v.provenance.made for v in versions)
    heading(words("page.distances.title"), base, made=made)
    question, pressed = distance_question(base, versions, words)
    if pressed and question is not None:
        st.session_state["distance-question"] = question
        st.session_state.pop("distance-source", None)
        st.session_state.pop("distance-row", None)
    asked = st.session_state.get("distance-question")
    if asked is None or asked.folder != str(base.folder):
        show_preview(base, versions, words, empty="distance_ask.empty")
        return
    # both places stand in every run, empty or not: else all below them would be built anew
    bar, note = st.empty(), st.empty()
    with sentences():
        if pressed:
            bar.progress(0.0, words("ask.running"))
        answer = cached_distances(asked, partial(_step, bar) if pressed else None)
        bar.empty()
    if asked != question:
        note.info(words("ask.stale"))
    show_distances(base, asked, answer, words)


if __name__ == "__main__":
    show()
