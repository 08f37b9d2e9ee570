"""Widgets of a search for sites, gathered into one frozen question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import streamlit as st

from layers import reference
from maps.candidate_question import CandidateQuestion, search_layers
from maps.candidate_tables import criterion_name
from maps.pages._ask import ask_button, day_input, period_input, pick_layers, question_box
from maps.question import periods_in
from maps.tables import layer_title
from spatial.establishment import size_limits

if TYPE_CHECKING:
    from datetime import date

    from streamlit.delta_generator import DeltaGenerator

    from layers import Version
    from layers.store import Workspace
    from maps.candidate_question import SearchLayers
    from maps.words import Words

__all__ = ["candidate_question"]

_CRAFT: Final = "craft_village_cluster"
_KINDS: Final = ("industrial_cluster", _CRAFT, "industrial_park")
_NO_LIMITS: Final = (50.0, 500.0)
_CELLS: Final = (10.0, 20.0, 30.0, 50.0)


def candidate_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[CandidateQuestion | None, bool]:
    """Show the widgets of a search for sites.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : CandidateQuestion or None
        ``None`` where area, criteria or the day are missing.
    pressed : bool
        True when the button was pressed in this run.
    """
    with question_box("candidate", words):
        left, middle, right = st.columns([4, 4, 5])
        with left:
            year = period_input(periods_in(versions), words, key="candidate-period")
            offered = search_layers(versions, year)
            area, units = _area(base, offered, words)
            on = day_input(words, key="candidate-on")
            kind, sizes = _kind(on, words)
        with middle:
            constraints = pick_layers(
                "candidate_ask.constraints",
                offered.constraints,
                offered.chosen,
                words=words,
                key=f"candidate-constraints-{year}",
            )
            limits = _figures(words)
            avoid = _avoided(constraints, words)
        with right:
            criteria = _criteria(offered, words)
            ready = bool(area and on and criteria and constraints)
            pressed = ask_button(
                "candidate",
                words,
                ready=ready,
                label="candidate_ask.go",
                incomplete="candidate_ask.incomplete",
            )
    if area is None or on is None or not criteria or not constraints:
        return None, False
    asked = CandidateQuestion(
        folder=str(base.folder),
        area=(area.layer, area.version),
        units=units,
        constraints=tuple((v.layer, v.version) for v in constraints),
        others=tuple((v.layer, v.version) for v in offered.others),
        criteria=criteria,
        zone_kind="industrial_cluster" if kind == _CRAFT else kind,
        craft_village=kind == _CRAFT,
        on=on,
        min_ha=sizes[0],
        max_ha=sizes[1],
        avoid=avoid,
        **limits,
    )
    return asked, pressed


def _area(base: Workspace, offered: SearchLayers, words: Words) -> tuple[Version | None, tuple[str, ...]]:
    if not offered.areas:
        st.caption(words("candidate_ask.no_area"))
        return None, ()
    titles = {v.layer: layer_title(v, words) for v in offered.areas}
    name = st.selectbox(
        words("candidate_ask.area"), list(titles), format_func=titles.__getitem__, key="candidate-area"
    )
    area = next(v for v in offered.areas if v.layer == name)
    names = base.load(area.layer, area.version).frame.get("name")
    units = sorted(set(names.dropna().astype(str))) if names is not None else []
    picked = st.multiselect(
        words("candidate_ask.units"),
        units,
        placeholder=words("candidate_ask.all_units"),
        key=f"candidate-units-{name}",
    )
    return area, tuple(picked)


def _kind(on: date | None, words: Words) -> tuple[str, tuple[float, float]]:
    """Kind of zone, and sizes preset from the rule in force on the day."""
    kind = st.selectbox(
        words("candidate_ask.kind"),
        _KINDS,
        format_func=lambda name: words("candidate_ask.craft") if name == _CRAFT else words(f"kind.{name}"),
        key="candidate-kind",
    )
    preset, rules = _NO_LIMITS, ""
    if on is not None:
        own = "industrial_cluster" if kind == _CRAFT else kind
        table = reference.table("establishment_rules")
        found = size_limits(table, own, on=on, craft_village=kind == _CRAFT)
        if not np.isnan([found.min_ha, found.max_ha]).any():
            preset, rules = (found.min_ha, found.max_ha), ", ".join(found.rules)
    one, two = st.columns(2)
    least = _hectares(one, words("site_question.min_ha"), preset[0], f"candidate-min-{kind}-{on}")
    most = _hectares(two, words("site_question.max_ha"), preset[1], f"candidate-max-{kind}-{on}")
    st.caption(words("candidate_ask.preset", rules=rules) if rules else words("candidate_ask.no_preset"))
    return kind, (least, most)


def _hectares(place: DeltaGenerator, label: str, preset: float, key: str) -> float:
    return float(place.number_input(label, 0.1, 5000.0, preset, 1.0, format="%.1f", key=key))


def _figures(words: Words) -> dict[str, Any]:
    one, two = st.columns(2)
    cell = one.selectbox(
        words("site_question.cell_m"),
        _CELLS,
        index=1,
        format_func=lambda v: words.number(v, 0),
        key="candidate-cell",
    )
    count = two.number_input(words("site_question.count"), 1, 50, 10, key="candidate-count")
    width = one.number_input(words("site_question.min_width_m"), 0, 2000, 100, step=20, key="candidate-width")
    reach = two.number_input(
        words("site_question.road_reach_m"), 0, 10_000, 500, step=100, key="candidate-reach"
    )
    return {
        "cell_m": float(cell),
        "count": int(count),
        "min_width_m": float(width),
        "road_reach_m": float(reach),
    }


def _avoided(constraints: list[Version], words: Words) -> tuple[str, ...]:
    """Land that no rule forbids and the asker may leave out: rice land, protective forest."""
    if not any(v.kind_name == "land_use" for v in constraints):
        return ()
    codes = ("LUA", "RPH", "RDD", "RSX")
    picked = st.multiselect(
        words("candidate_ask.avoid"),
        codes,
        default=["RPH", "RDD"],
        help=words("candidate_ask.avoid_help"),
        placeholder=words("ask.choose"),
        key="candidate-avoid",
    )
    return tuple(f"land_use:{code}" for code in picked)


def _criteria(offered: SearchLayers, words: Words) -> tuple[tuple[str, str, int, float, str], ...]:
    """Criteria with their weights and value functions, which anybody may bend."""
    table = reference.table("criteria")
    names = st.multiselect(
        words("candidate_ask.criteria"),
        list(offered.criteria),
        default=list(offered.usual),
        format_func=lambda name: criterion_name(name, words),
        placeholder=words("ask.choose"),
        key="candidate-criteria",
    )
    out = []
    for name in names:
        one, two = st.columns(2)
        label = criterion_name(name, words)
        weight = one.slider(
            words("candidate_ask.weight", name=label),
            0.0, 5.0, float(str(table.loc[name, "weight"])), 0.5, key=f"candidate-weight-{name}",
        )  # fmt: skip
        function = two.text_input(
            words("candidate_ask.function", unit=str(table.loc[name, "unit"])),
            str(table.loc[name, "function"]),
            help=words("candidate_ask.function_help"),
            key=f"candidate-function-{name}",
        )
        version = offered.criteria[name]
        out.append((name, version.layer, version.version, float(weight), function))
    return tuple(out)
