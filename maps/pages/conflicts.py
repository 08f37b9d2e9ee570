"""Page *Xung đột*: what these zones run into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.pages._answer import show_answer, show_preview
from maps.pages._cache import cached_answer
from maps.pages._frame import heading, plain, sentences, speak, workspace
from maps.pages._inputs import conflict_question
from maps.tables import layer_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.delta_generator import DeltaGenerator

    from layers import Version
    from maps.words import Words


def _shown_on(bar: DeltaGenerator, names: dict[str, str], words: Words) -> Callable[[int, int, str], None]:
    """Return what shows the steps of an answer: layers by their titles."""

    def step(done: int, total: int, name: str) -> None:
        bar.progress(done / max(total, 1), plain(names.get(name, words("ask.totals"))))

    return step


def _titles(versions: list[Version], words: Words) -> dict[str, str]:
    return {
        v.layer: layer_label(v.layer, v.kind_name, str(v.period) if v.period else None, words)
        for v in versions
    }


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
    # both places stand in every run, empty or not: else all below them would be built anew
    bar, note = st.empty(), st.empty()
    with sentences():
        if pressed:
            bar.progress(0.0, words("ask.running"))
        step = _shown_on(bar, _titles(versions, words), words) if pressed else None
        answer = cached_answer(asked, records, step)
        bar.empty()
    if asked != question:
        note.info(words("ask.stale"))
    show_answer(base, asked, answer, words, records=records)


if __name__ == "__main__":
    show()
