"""Widgets of a conflict question, gathered into one frozen question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.pages._ask import (
    ask_button,
    day_input,
    period_input,
    pick_layers,
    question_box,
    tolerance_input,
)
from maps.question import ConflictQuestion, choices, periods_in, zone_constraints

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["conflict_question"]


def conflict_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[ConflictQuestion | None, bool]:
    """Show the widgets of a conflict question.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : ConflictQuestion or None
        ``None`` where zones or constraints are missing.
    pressed : bool
        True when the button was pressed in this run.
    """
    with question_box("conflict", words):
        left, middle, right = st.columns([4, 5, 2])
        with left:
            year = period_input(periods_in(versions), words, key="ask-period")
            on = day_input(words, key="ask-on")
        zones, others = choices(versions, year)
        others = [*others, *zone_constraints(zones)]
        with middle:
            chosen = pick_layers("ask.zones", zones, zones, words=words, key=f"ask-zones-{year}")
            checked = pick_layers("ask.constraints", others, others, words=words, key=f"ask-others-{year}")
        with right:
            tolerance = tolerance_input(words, key="ask-tolerance")
            ready = bool(chosen and checked and tolerance is not None)
            pressed = ask_button("conflict", words, ready=ready, label="ask.go", incomplete="ask.incomplete")
    if not chosen or not checked or tolerance is None or on is None:
        return None, False
    question = ConflictQuestion(
        folder=str(base.folder),
        zones=tuple((v.layer, v.version) for v in chosen),
        constraints=tuple((v.layer, v.version) for v in checked),
        on=on,
        tolerance_m=tolerance,
    )
    return question, pressed
