"""Widgets of a search for sites, gathered into one frozen question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import streamlit as st

from layers.raster_store import Rasters
from maps.candidate_question import CandidateQuestion, search_layers
from maps.criteria import by_road
from maps.pages._ask import ask_button, day_input, period_input, pick_layers, question_box
from maps.pages._candidate_area import area_frame, area_input, boundary_input, show_zone
from maps.pages._candidate_raster import raster_input
from maps.pages._candidate_rules import RuleChoice, constraints_input, distances_input
from maps.pages._candidate_score import comparisons_input, criteria_input, industry_input
from maps.pages._candidate_speeds import speeds_input
from maps.pages._number import number_box, show_wrong
from maps.question import periods_in
from maps.site_rules import size_sentences, sizes_on
from maps.tables import land_name, layer_title

if TYPE_CHECKING:
    from datetime import date

    from layers import Version
    from layers.store import Workspace
    from maps.pages._candidate_area import AreaChoice
    from maps.words import Words

__all__ = ["candidate_question"]

_CRAFT: Final = "craft_village_cluster"
_KINDS: Final = ("industrial_cluster", _CRAFT, "industrial_park")
_NO_LIMITS: Final = (50.0, 500.0)
_SIZES_HA: Final = (0.1, 5000.0)
#: per cent of a parcel
_TAKEN_PCT: Final = (0.0, 50.0)
_CELLS: Final = (10.0, 20.0, 30.0, 50.0)
#: what stands in the boxes of the fold that nobody opened
_FORMED: Final = {"cell": 20, "count": 10, "width": 100, "reach": 500}
_SHARES: Final = tuple(step / 20 for step in range(21))


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
            offered = search_layers(versions, year, Rasters(base).listed())
            area = area_input(base, offered, words)
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
            rules = RuleChoice(_avoided(constraints, words), buffers=distances_input(constraints, words))
            figures = {**_figures(words), **_followed([*constraints, *offered.parcels], words)}
        with right:
            industry = industry_input(words)
            score = criteria_input(offered, industry, words)
            others = _by_road(score.names, offered.others, words)
            figures["speeds"] = speeds_input(score.names, words)
            raster_input(base, area_frame(base, area) if area else None, words)
        if area is not None:
            area = boundary_input(base, area, words)
            show_zone(base, area, words)
        if on is not None:
            zone = (_zone_kind(kind), on)
            rules = constraints_input(base, constraints, rules, words, zone=zone, area=area)
        compared = comparisons_input(score.names, words) if score.by_pairs and score.ready else ()
        ready = bool(area and area.ready and on and score.ready and constraints and compared is not None)
        ready = ready and sizes is not None and figures.get("parcel_tolerance", 0.0) is not None
        pressed = ask_button(
            "candidate", words, ready=ready, label="candidate_ask.go", incomplete="candidate_ask.incomplete"
        )
    if not ready or area is None or on is None or sizes is None:
        return None, False
    figures |= {"min_ha": sizes[0], "max_ha": sizes[1], "on": on}
    figures |= {"criteria": score.criteria, "rasters": score.rasters}
    parcels = [v for v in offered.parcels if v.layer == figures.get("follow")]
    layers = {"constraints": constraints, "others": [*others, *parcels]}
    figures |= {name: tuple((v.layer, v.version) for v in of) for name, of in layers.items()}
    asked = _asked(base, area, rules, kind, compared=compared or (), industry=industry, **figures)
    return asked, pressed


def _asked(
    base: Workspace, area: AreaChoice, rules: RuleChoice, kind: str, **facts: Any
) -> CandidateQuestion:
    return CandidateQuestion(
        folder=str(base.folder),
        area=(area.layer.layer, area.layer.version),
        units=area.units,
        boundary=area.boundary,
        zone_kind=_zone_kind(kind),
        craft_village=kind == _CRAFT,
        avoid=rules.avoid,
        waive=rules.waive,
        order=rules.order,
        buffers=rules.buffers,
        choose=rules.choose,
        **facts,
    )


def _zone_kind(kind: str) -> str:
    return "industrial_cluster" if kind == _CRAFT else kind


def _kind(on: date | None, words: Words) -> tuple[str, tuple[float, float] | None]:
    """Kind of zone, and sizes preset from the rule in force on the day, with its clause; None: not sizes."""
    kind = st.selectbox(
        words("candidate_ask.kind"),
        _KINDS,
        format_func=lambda name: words("candidate_ask.craft") if name == _CRAFT else words(f"kind.{name}"),
        key="candidate-kind",
    )
    preset, rules = _NO_LIMITS, []
    if on is not None:
        found = sizes_on(_zone_kind(kind), on, craft_village=kind == _CRAFT)
        if not np.isnan([found.min_ha, found.max_ha]).any():
            preset, rules = (found.min_ha, found.max_ha), size_sentences(found, words)
    one, two = st.columns(2)
    sizes = [
        number_box(words(f"site_question.{name}_ha"), usual, _SIZES_HA, words, key=key, place=place)
        for name, usual, place, key in (
            ("min", preset[0], one, f"candidate-min-{kind}-{on}"),
            ("max", preset[1], two, f"candidate-max-{kind}-{on}"),
        )
    ]
    least, most = sizes
    if least is not None and most is not None and least >= most:
        show_wrong(words("candidate_ask.sizes_wrong"))
        least = None
    known = words("candidate_ask.preset", rules="; ".join(rules))
    st.caption(known if rules else words("candidate_ask.no_preset"))
    if least is None or most is None:
        return kind, None
    if rules and (least, most) != preset:
        st.caption(words("candidate_ask.preset_left"))
    return kind, (least, most)


def _figures(words: Words) -> dict[str, Any]:
    """How sites are formed: folded away, the heading says what stands there."""
    held = {name: st.session_state.get(f"candidate-{name}", usual) for name, usual in _FORMED.items()}
    said = words("candidate_ask.formed", **{name: words.number(float(v), 0) for name, v in held.items()})
    with st.expander(said, key="candidate-formed"):
        return _forming(words)


def _forming(words: Words) -> dict[str, Any]:
    one, two = st.columns(2)
    cell = one.selectbox(
        words("site_question.cell_m"),
        _CELLS,
        index=_CELLS.index(_FORMED["cell"]),
        format_func=lambda v: words.number(v, 0),
        key="candidate-cell",
    )
    count = two.number_input(words("site_question.count"), 1, 50, _FORMED["count"], key="candidate-count")
    width = one.number_input(
        words("site_question.min_width_m"), 0, 2000, _FORMED["width"], step=20, key="candidate-width"
    )
    reach = two.number_input(
        words("site_question.road_reach_m"), 0, 10_000, _FORMED["reach"], step=100, key="candidate-reach"
    )
    # lists and not fields of numbers: those of the browser have a decimal point in every language
    compact = one.selectbox(
        words("site_question.min_compactness"), _SHARES[:17], 4, format_func=lambda v: words.number(v, 2),
        help=words("candidate_ask.compact_help"), key="candidate-compact",
    )  # fmt: skip
    score = two.selectbox(
        words("site_question.min_score"), _SHARES, index=None, format_func=lambda v: words.number(v, 2),
        placeholder=words("candidate_ask.median"), help=words("candidate_ask.score_help"),
        key="candidate-score",
    )  # fmt: skip
    return {
        "cell_m": float(cell),
        "count": int(count),
        "min_width_m": float(width),
        "road_reach_m": float(reach),
        "min_compactness": float(compact),
        "min_score": None if score is None else float(score),
    }


def _by_road(names: list[str], others: list[Version], words: Words) -> list[Version]:
    """Layers that are only asked about, the roads that criteria go along first: those are taken."""
    roads = {v.layer: v for v in others if v.kind_name == "road"}
    if len(roads) < 2 or not any(map(by_road, names)):  # noqa: PLR2004 - one layer is no choice
        return others
    picked = st.selectbox(
        words("candidate_ask.network"),
        list(roads),
        format_func=lambda layer: layer_title(roads[layer], words),
        help=words("candidate_ask.network_help"),
        key="candidate-network",
    )
    return sorted(others, key=lambda v: v.layer != picked)


def _followed(constraints: list[Version], words: Words) -> dict[str, Any]:
    """Layer of parcels or land use whose boundaries the sites follow, and how exactly."""
    kinds = ("land_use", "land_cover")
    fitting = {v.layer: layer_title(v, words) for v in constraints if v.kind_name in kinds}
    if not fitting:
        return {}
    follow = st.selectbox(
        words("site_question.follow"),
        ["", *fitting],
        format_func=lambda name: fitting.get(name, words("candidate_ask.follow_none")),
        help=words("candidate_ask.follow_help"),
        key="candidate-follow",
    )
    if not follow:
        return {}
    label = words("candidate_ask.parcel_tolerance")
    share = number_box(label, 0.0, _TAKEN_PCT, words, key="candidate-parcel-tolerance")
    return {"follow": follow, "parcel_tolerance": None if share is None else share / 100}


def _avoided(constraints: list[Version], words: Words) -> tuple[str, ...]:
    """Land that no rule forbids and the asker may leave out: rice land, protective forest."""
    if not any(v.kind_name == "land_use" for v in constraints):
        return ()
    codes = ("LUA", "RPH", "RDD", "RSX")
    picked = st.multiselect(
        words("candidate_ask.avoid"),
        codes,
        default=["RPH", "RDD"],
        format_func=lambda code: f"{code} – {land_name(code, words)}",
        help=words("candidate_ask.avoid_help"),
        placeholder=words("ask.choose"),
        key="candidate-avoid",
        wrap=True,
    )
    return tuple(f"land_use:{code}" for code in picked)
