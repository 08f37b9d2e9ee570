"""One row of an answer: what it rests on, and changing it with a reason and a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.conflict_tables import constraint_label, override_text, row_facts
from maps.pages._facts import show_facts
from maps.pages._frame import plain, sentences
from maps.question import override_row
from maps.tables import clause_of, periods_of
from spatial.rules import STATES

if TYPE_CHECKING:
    from maps.question import ConflictQuestion
    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["show_detail"]

_MARK = "override-mark"


def show_detail(question: ConflictQuestion, answer: ConflictAnswer, row: int, words: Words) -> None:
    """Show a row and the way to change it.

    Parameters
    ----------
    question : ConflictQuestion
    answer : ConflictAnswer
    row : int
        Index of the row.
    words : Words
    """
    facts = row_facts(answer, row)
    label = constraint_label(facts, periods_of(answer), words)
    name = f"{plain(facts['zone_name'] or facts['zone'])} – {plain(label)}"
    with st.container(border=True):
        st.markdown(f"**{name}**")
        show_facts([*_measures(facts, words), *_grounds(facts, words)])
        _change(question, answer, row, words, name=name)


def _measures(facts: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    area = f"{words.number(facts['area_ha'])} ha · {words.number(facts['share_pct'], 1)} %"
    return [
        (words("column.state"), words(f"state.{facts['state']}")),
        (words("column.area_ha"), area if facts["area_ha"] or not facts["features"] else ""),
        (words("column.length_m"), words.number(facts["length_m"], 1) if facts["length_m"] else ""),
        (words("column.features"), words.number(float(facts["features"]), 0) if facts["features"] else ""),
        (words("column.noise_ha"), words.number(facts["noise_ha"], 4) if facts["noise_ha"] else ""),
    ]


def _grounds(facts: dict[str, Any], words: Words) -> list[tuple[str, str]]:
    validity = words.validity(facts["valid_from"], facts["valid_to"]) if facts["rule"] else ""
    return [
        (words("column.clause"), clause_of(facts, words)),
        (words("column.validity"), validity),
        (
            words("column.confidence"),
            words(f"confidence.{facts['confidence']}") if facts["confidence"] else "",
        ),
        (words("column.unsettled"), facts["unsettled"]),
        (words("column.override"), override_text(facts, words)),
    ]


def _change(question: ConflictQuestion, answer: ConflictAnswer, row: int, words: Words, *, name: str) -> None:
    # a new key after each change: the popover starts closed again, its fields empty
    key = f"override-{row}-{st.session_state.get(_MARK, 0)}"
    with st.popover(words("override.open"), key=f"{key}-popover"), st.form(key, border=False):
        st.markdown(f"**{name}**")
        st.caption(words("override.explain"))
        state = st.selectbox(
            words("column.state"), STATES, format_func=lambda s: words(f"state.{s}"), key=f"{key}-state"
        )
        reason = st.text_area(words("override.reason"), key=f"{key}-reason")
        by = st.text_input(words("override.by"), key=f"{key}-by")
        pressed = st.form_submit_button(words("override.save"), type="primary")
        if not pressed:
            return
        missing = [
            words(f"override.{field}") for field, text in (("reason", reason), ("by", by)) if not text.strip()
        ]
        if missing:
            st.error(words("override.missing", fields=missing))
            return
        with sentences():
            override_row(question, answer, row, state=str(state), reason=reason, by=by)
        st.session_state[_MARK] = st.session_state.get(_MARK, 0) + 1
        st.toast(words("override.saved", row=name, state=words(f"state.{state}")))
        st.rerun()
