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
from maps.pages._drawn_zone import drawn_zone_input, show_zone_drawn, zones_are_drawn
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
        left, middle, right = st.columns([6, 12, 4])
        with left:
            year = period_input(periods_in(versions), words, key="ask-period")
            on = day_input(words, key="ask-on")
        zones, others = choices(versions, year)
        with middle:
            drawing = zones_are_drawn(words, key="ask-zones-from")
            chosen = (
                []
                if drawing
                else pick_layers("ask.zones", zones, zones, words=words, key=f"ask-zones-{year}")
            )
            others = [*others, *(zones if drawing else zone_constraints(zones))]
            checked = pick_layers(
                "ask.constraints", others, others, words=words, key=f"ask-others-{year}-{drawing}"
            )
        with right:
            tolerance = tolerance_input(words, key="ask-tolerance")
            go = st.container()
        drawn = drawn_zone_input(base, words) if drawing else ()
        with go:
            ready = bool((chosen or drawn) and checked and tolerance is not None)
            incomplete = "draw.incomplete" if drawing and not drawn else "ask.incomplete"
            pressed = ask_button("conflict", words, ready=ready, label="ask.go", incomplete=incomplete)
    if not (chosen or drawn) or not checked or tolerance is None or on is None:
        return None, False
    question = ConflictQuestion(
        folder=str(base.folder),
        zones=tuple((v.layer, v.version) for v in chosen),
        constraints=tuple((v.layer, v.version) for v in checked),
        on=on,
        tolerance_m=tolerance,
        drawn=drawn,
    )
    if pressed:
        show_zone_drawn(base, drawn, key="conflict")
    return question, pressed
