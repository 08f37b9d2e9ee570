"""A box for a number with decimals, shown and read the way of the language."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.written_numbers import read_number, reads_two_ways, typed_number

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from maps.words import Words

__all__ = ["number_box", "show_wrong"]


def number_box(
    label: str,
    value: float | None,
    bounds: tuple[float, float],
    words: Words,
    *,
    key: str,
    place: DeltaGenerator | None = None,
    **given: Any,
) -> float | None:
    """Ask for a number; Streamlit's own box has the decimal mark of the browser, whatever the page speaks.

    Parameters
    ----------
    label : str
        In words, with the unit.
    value : float or None
        What stands there at first; None for nothing.
    bounds : (float, float)
        Least and greatest number that is taken; both are.
    words : Words
    key : str
    place : DeltaGenerator, optional
        Column that holds the box.
    **given
        Further arguments of ``st.text_input``: help, placeholder, disabled.

    Returns
    -------
    float or None
        None for what can't be read or lies beyond the bounds: a sentence below the box says so, and the
        question must not be asked with another number.
    """
    there = st.container() if place is None else place
    _settle(key, words)
    start = "" if value is None else typed_number(value, words)
    text = str(there.text_input(label, value=start, key=key, **given) or "")
    number = read_number(text)
    low, high = bounds
    if number is not None and low <= number <= high:
        return number
    if text.strip() or value is not None:
        said = _wrong(text.strip(), bounds, words)
        with there:
            show_wrong(said)
    return None


def show_wrong(said: str) -> None:
    """Say at a box what is wrong with what stands in it.

    Parameters
    ----------
    said : str
        In words.
    """
    st.html(f"<div class='tc-wrong' role='alert'>{escape(said)}</div>")


def _settle(key: str, words: Words) -> None:
    """Write what stands in the box the way of the language: it may come from the other, or from a link."""
    held = st.session_state.get(key)
    number = read_number(held) if isinstance(held, str) else held
    if isinstance(number, int | float):
        st.session_state[key] = typed_number(float(number), words)


def _wrong(text: str, bounds: tuple[float, float], words: Words) -> str:
    low, high = (typed_number(one, words) for one in bounds)
    if not text:
        return words("number_box.empty", low=low, high=high)
    if reads_two_ways(text):
        whole = text.replace(".", "").replace(",", "")
        broken = text.replace(".", ",") if words.lang == "vi" else text.replace(",", ".")
        return words("number_box.two_ways", text=text, whole=whole, broken=f"{broken}0")
    key = "unreadable" if read_number(text) is None else "beyond"
    return words(f"number_box.{key}", text=text[:40], low=low, high=high)
