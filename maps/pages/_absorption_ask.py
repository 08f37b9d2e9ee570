"""Widgets of a question about absorbed land, gathered into one frozen question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from maps.absorption_question import AbsorptionAsked, AbsorptionChoices, absorption_choices, subject_codes
from maps.pages._ask import ask_button, pick_layers, question_box, tolerance_input
from maps.pages._number import number_box
from maps.tables import layer_title
from spatial.absorption import AbsorptionQuestion

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["absorption_question"]

_SUBJECTS: Final = ("planned", "industrial", "within")
_SCOPES: Final[dict[str, Any]] = {"planned": "planned", "industrial": "everywhere", "within": "within"}
_RINGS: Final = (250, 500, 1000, 2000, 5000)
_USUAL_RINGS: Final = (500, 1000)
_DATES: Final = 2
#: hectares a year
_PACES: Final = (0.001, 1_000_000.0)


def absorption_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[AbsorptionAsked | None, bool]:
    """Show the widgets of a question about absorbed land.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : AbsorptionAsked or None
        ``None`` while something is missing.
    pressed : bool
        True when the button was pressed in this run.
    """
    offered = absorption_choices(versions)
    with question_box("absorption", words):
        left, middle, right = st.columns([5, 7, 4])
        with left:
            subject = _subject(words)
            series = pick_layers(
                "absorption_ask.series",
                offered.series,
                offered.surveyed,
                words=words,
                key="absorption-series",
            )
            within = _one("absorption_ask.within", offered.areas, words) if subject == "within" else ()
        with middle:
            zones = pick_layers(
                "absorption_ask.zones", offered.zones, _newest(offered), words=words, key="absorption-zones"
            )
            units = _one("absorption_ask.units", offered.units, words, first=True)
            rings = _rings(words) if zones else []
        with right:
            tolerance = tolerance_input(words, key="absorption-tolerance")
            benchmark, wrong = _benchmark(words)
            land = {"planned": bool(zones), "industrial": True, "within": bool(within)}[subject]
            ready = len(series) >= _DATES and land and not wrong and tolerance is not None
            pressed = ask_button(
                "absorption",
                words,
                ready=ready,
                label="absorption_ask.go",
                incomplete="absorption_ask.incomplete",
            )
    if not ready or tolerance is None:
        return None, False
    about = AbsorptionQuestion(
        datetime.now(UTC).astimezone().date(),
        scope=_SCOPES[subject],
        subject=subject_codes(subject),
        ring_m=tuple(float(m) for m in rings),
        tolerance_m=tolerance,
        benchmark_ha_year=benchmark,
    )
    asked = AbsorptionAsked(str(base.folder), _entries(series), _entries(zones), units, within, about)
    return asked, pressed


def _entries(versions: list[Version]) -> tuple[tuple[str, int], ...]:
    return tuple((v.layer, v.version) for v in versions)


def _subject(words: Words) -> str:
    picked = st.selectbox(
        words("absorption_ask.subject"),
        _SUBJECTS,
        format_func=lambda name: words(f"absorption_ask.subject_{name}"),
        help=words("absorption_ask.subject_help"),
        key="absorption-subject",
    )
    return str(picked)


def _newest(offered: AbsorptionChoices) -> list[Version]:
    """Zones of the last plan period."""
    last = max((v.period.last for v in offered.zones if v.period), default=0)
    return [v for v in offered.zones if v.period is None or v.period.last == last]


def _one(
    label: str, offered: list[Version], words: Words, *, first: bool = False
) -> tuple[tuple[str, int], ...]:
    """Ask for one layer, or none."""
    by_name = {v.layer: v for v in offered}
    name = st.selectbox(
        words(label),
        list(by_name),
        index=0 if first and by_name else None,
        format_func=lambda name: layer_title(by_name[name], words),
        placeholder=words("absorption_ask.none"),
        key=f"absorption-{label.rpartition('.')[2]}",
    )
    return _entries([by_name[name]]) if name else ()


def _rings(words: Words) -> list[int]:
    picked = st.pills(
        words("absorption_ask.rings"),
        _RINGS,
        selection_mode="multi",
        default=_USUAL_RINGS,
        format_func=lambda m: words.number(float(m), 0),
        key="absorption-rings",
    )
    return sorted(picked)


def _benchmark(words: Words) -> tuple[float | None, bool]:
    """Ask for a pace; also says whether what was written is none."""
    key = "absorption-benchmark"
    pace = number_box(
        words("absorption_ask.benchmark"),
        None,
        _PACES,
        words,
        key=key,
        placeholder=words("absorption_ask.none"),
        help=words("absorption_ask.benchmark_help"),
    )
    return pace, pace is None and bool(st.session_state[key].strip())
