"""Widgets of a question about two versions of a plan, gathered into one frozen question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from maps.comparison_question import ComparisonQuestion, comparable
from maps.pages._ask import ask_button, question_box
from maps.tables import layer_title
from spatial.compare import TOLERANCES_M

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words
    from spatial.compare import Comparison

__all__ = ["comparison_question", "tolerance_slider"]

_NAME: Final = "comparison"
_USED: Final = "comparison-used-m"
_USUAL_M: Final = 0.5


def comparison_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[ComparisonQuestion | None, bool]:
    """Show the widgets of a question about two versions of a plan.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : ComparisonQuestion or None
        ``None`` where the workspace has no kind twice, or one layer was chosen for both sides.
    pressed : bool
        True when the button was pressed in this run.
    """
    kinds = comparable(versions)
    if not kinds:
        st.info(words("comparison_ask.nothing"))
        return None, False
    with question_box(_NAME, words):
        left, *sides, right = st.columns([3, 4, 4, 2], vertical_alignment="bottom")
        with left:
            kind = st.selectbox(
                words("comparison_ask.kind"),
                list(kinds),
                format_func=lambda k: words(f"kind_many.{k}"),
                key=f"{_NAME}-kind",
            )
        with sides[0]:
            before = _layer("before", kinds[kind], 0, words=words)
        with sides[1]:
            after = _layer("after", kinds[kind], len(kinds[kind]) - 1, words=words)
        with right:
            ready = before.layer != after.layer
            pressed = ask_button(
                _NAME, words, ready=ready, label="comparison_ask.go", incomplete="comparison_ask.incomplete"
            )
    if not ready:
        return None, False
    question = ComparisonQuestion(
        folder=str(base.folder),
        before=(before.layer, before.version),
        after=(after.layer, after.version),
        on=datetime.now(UTC).astimezone().date(),
        tolerance_m=st.session_state.get(_USED, _USUAL_M),
    )
    return question, pressed


def _layer(side: str, offered: list[Version], start: int, *, words: Words) -> Version:
    names = {v.layer: v for v in offered}
    picked = st.selectbox(
        words(f"comparison_ask.{side}"),
        list(names),
        index=start,
        format_func=lambda name: layer_title(names[name], words),
        key=f"{_NAME}-{side}-{offered[0].kind_name}",
    )
    return names[picked]


def tolerance_slider(question: ComparisonQuestion, answer: Comparison, words: Words) -> None:
    """Ask for the tolerance; another one asks the question again at once.

    Parameters
    ----------
    question : ComparisonQuestion
    answer : Comparison
    words : Words
    """
    used = float(answer.run["tolerance_m"])
    steps = sorted({*TOLERANCES_M, used})
    key = f"{_NAME}-slider-{used}-{words.lang}"
    st.select_slider(
        words("comparison_ask.tolerance"),
        steps,
        value=used,
        format_func=lambda v: _metres(v, words),
        key=key,
        on_change=lambda: _ask_again(question, st.session_state[key]),
        help=words("comparison_ask.tolerance_help"),
    )
    suggested = answer.suggestion.tolerance_m
    if suggested != used:
        st.button(
            words("comparison_ask.take", suggested_m=_metres(suggested, words)),
            key=f"{_NAME}-take",
            on_click=_ask_again,
            args=(question, suggested),
        )


def _metres(value: float, words: Words) -> str:
    return (
        f"{words.number(value, 2).rstrip('0').rstrip(',.')} m" if value % 1 else f"{words.number(value, 0)} m"
    )


def _ask_again(question: ComparisonQuestion, tolerance_m: Any) -> None:
    st.session_state[_USED] = float(tolerance_m)
    st.session_state[f"{_NAME}-question"] = replace(question, tolerance_m=float(tolerance_m))
