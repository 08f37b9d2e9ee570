"""Speeds by class of road that minutes of travel rest on: an assumption that is shown and can be bent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.criteria import assumed_speeds, in_minutes

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["speeds_input"]


def speeds_input(names: list[str], words: Words) -> tuple[tuple[str, float], ...]:
    """Ask for the speeds where a criterion is measured in minutes.

    Parameters
    ----------
    names : list of str
        Of the criteria.
    words : Words

    Returns
    -------
    tuple of (str, float)
        Class of road and km/h, those that were changed; none where no criterion needs them.
    """
    if not any(in_minutes(name) for name in names):
        return ()
    usual = assumed_speeds()
    given = {}
    with st.popover(words("candidate_ask.speeds"), width="stretch"):
        st.caption(words("candidate_ask.speeds_help"))
        sides = st.columns(2)
        for n, (name, kmh) in enumerate(usual.items()):
            label = words(f"road_speed.{name}")
            place = sides[n % len(sides)]
            given[name] = place.number_input(label, 1, 120, round(kmh), 5, key=f"candidate-speed-{name}")
    said = "; ".join(f"{words(f'road_speed.{name}')} {words.number(v, 0)}" for name, v in given.items())
    st.caption(words("candidate_ask.speeds_are", speeds=said))
    return tuple((name, float(kmh)) for name, kmh in given.items() if kmh != usual[name])
