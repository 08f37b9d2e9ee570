"""Page *Xung đột*: what do these zones run into?"""

from __future__ import annotations

from maps.pages._answer import show_answer, show_preview
from maps.pages._cache import cached_answer
from maps.pages._frame import heading, sentences, speak, workspace
from maps.pages._inputs import conflict_question

import streamlit as st  # isort: skip

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
else:
    records = len(base.records("override"))
    with sentences():
        bar = st.progress(0.0, words("ask.running")) if pressed else None
        step = (lambda done, total, name: bar.progress(done / max(total, 1), name)) if bar else None
        answer = cached_answer(asked, records, step)
        if bar:
            bar.empty()
    if asked != question:
        st.info(words("ask.stale"))
    show_answer(base, asked, answer, words, records=records)
