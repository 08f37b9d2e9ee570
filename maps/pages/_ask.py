"""Parts of a question: period, day, layers, tolerance, and the button that asks it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from maps.tables import layer_title
from maps.words import LANGUAGES
from maps.written_numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from layers import Version
    from maps.words import Words

__all__ = [
    "ask_button",
    "day_input",
    "period_input",
    "pick_layers",
    "question_box",
    "tolerance_input",
]

_TOLERANCES = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_USUAL = 0.5
_WIDEST = 100.0


@contextmanager
def question_box(name: str, words: Words) -> Iterator[None]:
    """Hold the widgets of a question: folded away once it was asked, so that the answer has the screen.

    Parameters
    ----------
    name : str
        Of the page.
    words : Words
    """
    opened = not st.session_state.get(f"{name}-asked", False)
    # a box that the reader unfolded stays so until its title changes: by a space that nobody sees
    unseen = " " * (st.session_state.get(f"{name}-turn", 0) % 2)
    with st.expander(words("ask.title") + unseen, expanded=opened), st.container(key="tc-question"):
        yield


def ask_button(name: str, words: Words, *, ready: bool, label: str, incomplete: str) -> bool:
    """Show the button that asks, and what is missing while it can't.

    Parameters
    ----------
    name : str
        Of the page.
    words : Words
    ready : bool
        True where nothing is missing.
    label, incomplete : str
        Keys of the words on the button and below it.

    Returns
    -------
    bool
        True when it was pressed in this run.
    """
    # the style sheet holds it at the foot of the window while the question is longer than the screen
    with st.container(key=f"tc-ask-{name}"):
        pressed = st.button(
            words(label),
            type="primary",
            width="stretch",
            disabled=not ready,
            key=f"{name}-go",
            on_click=_note_asked,
            args=(name,),
        )
        if not ready:
            st.caption(words(incomplete))
    return bool(pressed)


def _note_asked(name: str) -> None:
    st.session_state[f"{name}-asked"] = True
    st.session_state[f"{name}-turn"] = st.session_state.get(f"{name}-turn", 0) + 1


def tolerance_input(words: Words, *, key: str) -> float | None:
    """Ask for the tolerance, metres, written the way the language does.

    Parameters
    ----------
    words : Words
    key : str

    Returns
    -------
    float or None
        ``None`` for what is no length from 0 to 100 m.
    """
    # in the other language its box is another one, and begins with what was chosen here
    for other in LANGUAGES:
        if other != words.lang:
            st.session_state.pop(f"{key}-{other}", None)
    before = st.session_state.get(f"{key}-metres", _USUAL)
    before = before if isinstance(before, float) and 0 <= before <= _WIDEST else _USUAL
    usual = {_written(value, words): value for value in sorted({*_TOLERANCES, before})}
    names = list(usual)
    text = st.selectbox(
        words("ask.tolerance"), names, index=names.index(_written(before, words)), accept_new_options=True,
        help=words("ask.tolerance_help"), key=f"{key}-{words.lang}",
    )  # fmt: skip
    value = usual.get(text or "", _metres(text or ""))
    if value is None:
        st.caption(words("ask.tolerance_wrong"))
    else:
        st.session_state[f"{key}-metres"] = value
    return value


def _written(length_m: float, words: Words) -> str:
    return words.number(length_m, 3).rstrip("0").rstrip(",.")


def _metres(text: str) -> float | None:
    """Length that was typed; None for what is none, is too long, or reads as two numbers."""
    value = read_number(text)
    return value if value is not None and 0 <= value <= _WIDEST else None


def period_input(years: list[str], words: Words, *, key: str) -> str | None:
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
        words("ask.on"), value=_today(), format=_day_format(words), key=key, help=words("ask.on_help")
    )
    return picked if isinstance(picked, day) else None


def _day_format(words: Words) -> str:
    """How a box for a day writes it: as days are written everywhere else in the language."""
    return "DD/MM/YYYY" if words.lang == "vi" else "YYYY-MM-DD"


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
    names = {v.layer: layer_title(v, words) for v in offered}
    picked = st.multiselect(
        words(label), list(names), default=[v.layer for v in chosen], format_func=names.__getitem__, key=key,
        placeholder=words("ask.choose"), select_all=False, wrap=True,
    )  # fmt: skip
    return [v for v in offered if v.layer in picked]


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
