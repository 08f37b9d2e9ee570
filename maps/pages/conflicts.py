"""Page *Xung đột*: what these zones run into."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from maps.pages._answer import show_answer, show_preview
from maps.pages._cache import cached_answer
from maps.pages._frame import heading, sentences, speak, workspace
from maps.pages._inputs import conflict_question

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
    heading(words("page.conflicts.title"), base, made=made)
    question, pressed = conflict_question(base, versions, words)
    if pressed and question is not None:
        st.session_state["conflict-question"] = question
        st.session_state.pop("conflict-pick", None)
    asked = st.session_state.get("conflict-question")
    if asked is None or asked.folder != str(base.folder):
        show_preview(base, versions, words)
        return
    records = len(base.records("override"))
    with sentences():
        bar = st.progress(0.0, words("ask.running")) if pressed else None
        answer = cached_answer(asked, records, partial(_step, bar) if bar else None)
        if bar:
            bar.empty()
    if asked != question:
        st.info(words("ask.stale"))
    show_answer(base, asked, answer, words, records=records)


if __name__ == "__main__":
    show()
