"""Widgets of a question, gathered into one frozen question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from maps.question import ConflictQuestion, choices, periods_in, zone_constraints
from maps.tables import layer_label

if TYPE_CHECKING:
    from datetime import date

    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["conflict_question", "day_input", "pick_layers", "year_input"]

_TOLERANCES = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_USUAL = 0.5
_ASKED = "ask-asked"
_WIDEST = 100.0


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
    years = periods_in(versions)
    # folded away once it was asked, so that the answer has the screen
    opened = not st.session_state.get(_ASKED, False)
    with st.expander(words("ask.title"), expanded=opened), st.container(key="tc-question"):
        left, middle, right = st.columns([4, 5, 2])
        with left:
            year = year_input(years, words, key="ask-period")
            on = day_input(words, key="ask-on")
        zones, others = choices(versions, year)
        others = [*others, *zone_constraints(zones)]
        with middle:
            chosen = pick_layers("ask.zones", zones, zones, words=words, key=f"ask-zones-{year}")
            checked = pick_layers("ask.constraints", others, others, words=words, key=f"ask-others-{year}")
        with right:
            tolerance = _tolerance(words)
            ready = bool(chosen and checked and tolerance is not None)
            pressed = st.button(
                words("ask.go"),
                type="primary",
                width="stretch",
                disabled=not ready,
                key="ask-go",
                on_click=_note_asked,
            )
            if not ready:
                st.caption(words("ask.incomplete"))
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


def _note_asked() -> None:
    st.session_state[_ASKED] = True


def _tolerance(words: Words) -> float | None:
    """Metres, written the way the language does; ``None`` for what is no length."""
    usual = {words.number(value, 2).rstrip("0").rstrip(",."): value for value in _TOLERANCES}
    names = list(usual)
    text = st.selectbox(
        words("ask.tolerance"), names, index=_TOLERANCES.index(_USUAL), accept_new_options=True,
        help=words("ask.tolerance_help"), key=f"ask-tolerance-{words.lang}",
    )  # fmt: skip
    try:
        value = usual.get(text or "", float((text or "").replace(",", ".")))
    except ValueError:
        value = -1.0
    if not 0 <= value <= _WIDEST:
        st.caption(words("ask.tolerance_wrong"))
        return None
    return value


def year_input(years: list[str], words: Words, *, key: str) -> str | None:
    """Ask for the plan period.

    Parameters
    ----------
    years : list of str
        From :func:`maps.question.periods_in`.
    words : Words
    key : str

    Returns
    -------
    str or None
        ``None`` where no layer has a period.
    """
    if not years:
        return None
    return st.segmented_control(
        words("ask.period"), years, default=years[-1], required=True, key=key, help=words("ask.period_help")
    )


def day_input(words: Words, *, key: str) -> date | None:
    """Ask for the day whose rules hold.

    Parameters
    ----------
    words : Words
    key : str

    Returns
    -------
    datetime.date or None
        ``None`` while nothing is chosen.
    """
    from datetime import date as day  # noqa: PLC0415 - the type is needed at run time only here

    picked = st.date_input(
        words("ask.on"), value=_today(), format="DD/MM/YYYY", key=key, help=words("ask.on_help")
    )
    return picked if isinstance(picked, day) else None


def pick_layers(
    label: str, offered: list[Version], chosen: list[Version], *, words: Words, key: str
) -> list[Version]:
    """Ask for layers.

    Parameters
    ----------
    label : str
        Key of the words above the box.
    offered, chosen : list of Version
        All of them, and those chosen at first.
    words : Words
    key : str

    Returns
    -------
    list of Version
        In the order offered.
    """
    names = {
        v.layer: layer_label(v.layer, v.kind_name, str(v.period) if v.period else None, words)
        for v in offered
    }
    picked = st.multiselect(
        words(label), list(names), default=[v.layer for v in chosen], format_func=names.__getitem__, key=key,
        placeholder=words("ask.choose"), select_all=False,
    )  # fmt: skip
    return [v for v in offered if v.layer in picked]


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
