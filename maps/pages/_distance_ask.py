"""Widgets of a question about distances, gathered into one frozen question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from layers import reference
from maps.distance_question import DistanceQuestion, distance_choices, rule_choices
from maps.pages._ask import ask_button, day_input, period_input, pick_layers, question_box
from maps.pages._drawn_zone import drawn_zone_input, show_zone_drawn, zones_are_drawn
from maps.question import periods_in

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["distance_question"]

#: what a planner asks about first; the others wait in the list
_FIRST_TARGETS = (
    "residential",
    "school",
    "health_facility",
    "river",
    "power_line",
    "road",
    "railway",
    "dike",
)
_FIRST_SOURCES = ("wastewater_facility", "waste_facility")


def distance_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[DistanceQuestion | None, bool]:
    """Show the widgets of a question about distances.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : DistanceQuestion or None
        ``None`` where sources, targets or the day are missing.
    pressed : bool
        True when the button was pressed in this run.
    """
    with question_box("distance", words):
        left, middle, right = st.columns([6, 11, 5])
        with left:
            year = period_input(periods_in(versions), words, key="distance-period")
            on = day_input(words, key="distance-on")
        offered, others = distance_choices(versions, year)
        with middle:
            drawing = zones_are_drawn(words, key="distance-from")
            chosen = [] if drawing else _sources(offered, year, words)
            measured = pick_layers(
                "distance_ask.targets",
                others,
                [v for v in others if v.kind_name in _FIRST_TARGETS],
                words=words,
                key=f"to-{year}",
            )
        with right:
            go = st.container()
        drawn = drawn_zone_input(base, words) if drawing else ()
        with go:
            kinds = {v.kind_name for v in (*chosen, *measured)} | {zone.kind for zone in drawn}
            rules = _rules(kinds, words)
            pressed = ask_button(
                "distance",
                words,
                ready=bool((chosen or drawn) and measured and on),
                label="distance_ask.go",
                incomplete="draw.incomplete" if drawing and not drawn else "distance_ask.incomplete",
            )
    if not (chosen or drawn) or not measured or on is None:
        return None, False
    if pressed:
        show_zone_drawn(base, drawn, key="distance")
    asked = DistanceQuestion(
        folder=str(base.folder),
        sources=tuple((v.layer, v.version) for v in chosen),
        targets=tuple((v.layer, v.version) for v in measured),
        on=on,
        rules=tuple(rules),
        drawn=drawn,
    )
    return asked, pressed


def _sources(offered: list[Version], year: str | None, words: Words) -> list[Version]:
    first = _first_sources(offered)
    return pick_layers("distance_ask.sources", offered, first, words=words, key=f"from-{year}")


def _first_sources(offered: list[Version]) -> list[Version]:
    """Facilities and the zones; homes and roads are measured to."""
    from layers.kinds import kind  # noqa: PLC0415

    return [v for v in offered if kind(v.kind_name).role == "zone" or v.kind_name in _FIRST_SOURCES]


def _rules(kinds: set[str], words: Words) -> list[str]:
    """Rows to choose by hand, each with its figure; a row that is not law says so."""
    table = reference.table("safety_distances").to_dict("index")
    spoken = reference.table("distance_targets")[f"label_{words.lang}"]

    def label(rule: str) -> str:
        figure = words.number(float(table[rule]["distance_m"]), 0)
        mark = f" ({words('distance_ask.preset')})" if table[rule]["force"] == "preset" else ""
        return f"{rule}: {spoken[rule]} – {figure} m{mark}"

    return st.multiselect(
        words("distance_ask.rules"),
        rule_choices(kinds),
        format_func=label,
        help=words("distance_ask.rules_help"),
        placeholder=words("distance_ask.nobody"),
        key=f"distance-rules-{'-'.join(sorted(kinds))}",
        wrap=True,
    )
