"""What makes land good: criteria, their value functions in words and corners, their weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from layers import reference
from layers.errors import QuestionError
from maps.candidate_tables import criterion_name
from maps.industry import industries, industry_name, suggestions
from maps.pages._begun import begun_with
from maps.pages._candidate_raster import NEW_RASTER
from maps.pages._candidate_source import layer_of, raster_of
from maps.pages._frame import plain
from maps.pages._number import number_box
from maps.value_words import function_curve, function_of, function_sentence, measure_unit, unit_name
from maps.weighing import compared_weights
from maps.written_numbers import read_number, typed_number
from spatial.value_functions import ValueFunction, parse_value_function

if TYPE_CHECKING:
    from maps.candidate_question import SearchLayers
    from maps.industry import Suggestion
    from maps.weighing import Weighing
    from maps.words import Words

    Chosen = tuple[tuple[str, str, int, float, str], ...]
    OnCells = tuple[tuple[str, str, float, str], ...]
    Compared = tuple[tuple[str, str, float], ...]

__all__ = ["ScoreChoice", "comparisons_input", "criteria_input", "industry_input"]

_SCALE: Final = (9.0, 7.0, 5.0, 3.0, 1.0, 1 / 3, 1 / 5, 1 / 7, 1 / 9)
_WEIGHTS: Final = tuple(step / 2 for step in range(11))
_SHARE: Final = "share"
_COLUMNS: Final = 3
_REACH: Final = (-1_000_000.0, 1_000_000_000.0)


@dataclass(frozen=True)
class ScoreChoice:
    """What land is scored by.

    Parameters
    ----------
    criteria : tuple
        On layers, as a question has them.
    rasters : tuple
        On rasters of the workspace, as a question has them.
    by_pairs : bool
        True where weights come from comparisons.
    sound : bool
        False where a value function can't be read or all weights are zero.
    """

    criteria: Chosen = ()
    rasters: OnCells = ()
    by_pairs: bool = False
    sound: bool = True

    @property
    def names(self) -> list[str]:
        """Names of the criteria, those on layers first."""
        return [one[0] for one in self.criteria] + [one[0] for one in self.rasters]

    @property
    def ready(self) -> bool:
        """Whether there is something to score by."""
        return self.sound and bool(self.names)


def industry_input(words: Words) -> str:
    """Ask for the kind of industry.

    Parameters
    ----------
    words : Words

    Returns
    -------
    str
        Empty where none is chosen.
    """
    return (
        st.selectbox(
            words("candidate_ask.industry"),
            industries(),
            index=None,
            format_func=lambda name: industry_name(name, words),
            placeholder=words("candidate_ask.no_industry"),
            help=words("candidate_ask.industry_help"),
            key="candidate-industry",
        )
        or ""
    )


def criteria_input(offered: SearchLayers, industry: str, words: Words) -> ScoreChoice:
    """Ask for criteria, their weights and value functions.

    Parameters
    ----------
    offered : SearchLayers
    industry : str
        Whose suggestion is shown first.
    words : Words

    Returns
    -------
    ScoreChoice
    """
    suggested = suggestions(industry) if industry else {}
    there = [*offered.criteria, *offered.rasters]
    usual = [name for name in suggested if name in there] or list(offered.usual)
    key = f"candidate-criteria-{industry}"
    new = st.session_state.pop(NEW_RASTER, None)
    if new in offered.rasters and key in st.session_state and new not in st.session_state[key]:
        st.session_state[key] = [*st.session_state[key], new]
    names = st.multiselect(
        words("candidate_ask.criteria"),
        there,
        default=usual,
        format_func=lambda name: criterion_name(name, words),
        placeholder=words("ask.choose"),
        key=key,
        wrap=True,
    )
    _reasons(suggested, there, words)
    by_pairs = _by_pairs(len(names), words)
    criteria, rasters, sound = [], [], True
    for name in names:
        key = f"{industry}-{name}"
        weight, function = _criterion(name, suggested.get(name), words, key=key, slid=not by_pairs)
        if name in offered.rasters:
            rasters.append((name, raster_of(name, offered, words), weight, function))
        else:
            version = layer_of(name, offered, words)
            criteria.append((name, version.layer, version.version, weight, function))
        sound = sound and bool(function)
    weights = [one[-2] for one in (*criteria, *rasters)]
    if weights and not by_pairs and not any(weights):
        error = QuestionError("weights_zero", criterion=names)
        st.error(f"{words.message(error)} {words.fix(error)}")
        sound = False
    return ScoreChoice(tuple(criteria), tuple(rasters), by_pairs, sound)


def _by_pairs(count: int, words: Words) -> bool:
    if count < 2:  # noqa: PLR2004 - nothing to compare
        return False
    way = st.segmented_control(
        words("candidate_ask.weights"),
        ("slid", "compared"),
        default="slid",
        required=True,
        format_func=lambda name: words(f"candidate_ask.weights_{name}"),
        key="candidate-weighing",
    )
    return way == "compared"


def _reasons(suggested: dict[str, Suggestion], there: list[str], words: Words) -> None:
    """Why the weights are suggested, and that they are no law."""
    if not suggested:
        return
    st.caption(words("candidate_ask.suggested"))
    lacking = [criterion_name(name, words) for name in suggested if name not in there]
    if lacking:
        st.caption(words("candidate_ask.suggested_lacking", names=", ".join(lacking)))
    with st.popover(words("candidate_ask.suggested_why"), width="stretch"):
        principles = reference.table("principles")
        for one in suggested.values():
            rests = ""
            if one.principle in principles.index:
                column = "quote" if words.lang == "vi" else "principle_en"
                quoted = plain(str(principles.loc[one.principle, column]))
                rests = f" {words('candidate_ask.suggested_rests', principle=quoted)}"
            st.markdown(
                f"**{plain(criterion_name(one.criterion, words))}** · {words.number(one.weight, 1)}: "
                f"{plain(one.reason(words))}{rests}"
            )


def _criterion(
    name: str, suggested: Suggestion | None, words: Words, *, key: str, slid: bool
) -> tuple[float, str]:
    """Weight and value function of one criterion; an empty text where the function can't be read."""
    row = reference.table("criteria").loc[name]
    usual = suggested.function if suggested else str(row["function"])
    weight = suggested.weight if suggested else float(str(row["weight"]))
    label = criterion_name(name, words)
    one, two = st.columns([5, 4], vertical_alignment="bottom")
    if slid:
        with one:
            weight = float(
                st.select_slider(
                    words("candidate_ask.weight", name=label),
                    _WEIGHTS,
                    weight,
                    format_func=lambda value: words.number(value, 1),
                    key=f"candidate-weight-{key}",
                )
            )
    else:
        one.markdown(f"**{plain(label)}**")
    unit = measure_unit(name)
    with two, st.popover(words("candidate_ask.bend"), width="stretch"):
        function = _bent(parse_value_function(usual), unit, words, key=key)
    if function is None:
        return weight, ""
    st.caption(function_sentence(function, unit, words))
    return weight, str(function)


def _bent(usual: ValueFunction, unit: str, words: Words, *, key: str) -> ValueFunction | None:
    """Show a value function as sentence, curve and corners that can be moved."""
    shape = st.segmented_control(
        words("candidate_ask.shape"),
        ("corners", "bell"),
        default="bell" if usual.shape == "bell" else "corners",
        required=True,
        format_func=lambda name: words(f"candidate_ask.shape_{name}"),
        key=f"candidate-shape-{key}",
    )
    try:
        if shape == "bell":
            made = _bell(usual, unit, words, key=key)
        else:
            made = _corners(usual, unit, words, key=key)
    except (QuestionError, ValueError):
        st.error(words("candidate_ask.bend_wrong"))
        return None
    st.vega_lite_chart(function_curve(made, unit, words), width="stretch", height=150)
    return made


def _bell(usual: ValueFunction, unit: str, words: Words, *, key: str) -> ValueFunction:
    top, half = usual.corners[0] if usual.shape == "bell" else (usual.reach / 2, usual.reach / 4)
    one, two = st.columns(2)
    name = unit_name(unit, words)
    times = 100.0 if unit == _SHARE else 1.0
    label = words("candidate_ask.bell_top", unit=name)
    tops = number_box(label, top * times, _REACH, words, key=f"candidate-top-{key}", place=one)
    label = words("candidate_ask.bell_half", unit=name)
    halves = number_box(label, half * times, _REACH, words, key=f"candidate-half-{key}", place=two)
    if tops is None or halves is None:
        raise ValueError(label)
    return ValueFunction("bell", ((tops / times, halves / times),))


def _corners(usual: ValueFunction, unit: str, words: Words, *, key: str) -> ValueFunction:
    times = 100.0 if unit == _SHARE else 1.0
    table, decided = f"candidate-corners-{key}-{words.lang}", f"candidate-corners-{key}-decided"
    first = begun_with(table, lambda: _decided(decided) or _two_ends(usual))
    shown = pd.DataFrame(
        {
            "x": [typed_number(x * times, words) for x, _ in first],
            "y": [typed_number(y, words) for _, y in first],
        }
    )
    name = unit_name(unit, words)
    heading = words("site_function.measure", unit=name) if name else words("site_function.measure_plain")
    edited = st.data_editor(
        shown,
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "x": st.column_config.TextColumn(heading, required=True),
            "y": st.column_config.TextColumn(words("candidate_ask.bend_score"), required=True),
        },
        key=table,
    )
    st.caption(words("candidate_ask.bend_how"))
    given = edited.dropna()
    made = function_of([(_number(x) / times, _number(y)) for x, y in given.to_numpy().tolist()])
    if made.corners != _two_ends(usual):
        st.session_state[decided] = str(made)
    else:
        st.session_state.pop(decided, None)
    return made


def _two_ends(usual: ValueFunction) -> tuple[tuple[float, float], ...]:
    return usual.corners if usual.shape != "bell" else ((0.0, 1.0), (usual.reach, 0.0))


def _decided(key: str) -> tuple[tuple[float, float], ...]:
    """Corners that were moved before; a link may have brought anything."""
    try:
        made = parse_value_function(str(st.session_state.get(key, "")))
    except QuestionError:
        return ()
    return made.corners if made.shape != "bell" else ()


def _number(text: str) -> float:
    value = read_number(str(text))
    if value is None:
        raise ValueError(text)
    return value


def comparisons_input(names: list[str], words: Words) -> Compared | None:
    """Ask for comparisons of criteria two by two, and show what weights they stand for.

    Parameters
    ----------
    names : list of str
        Of the criteria.
    words : Words

    Returns
    -------
    tuple or None
        Comparisons that were made; None while they don't link all criteria.
    """
    st.markdown(f"**{words('candidate_ask.pairs')}**")
    st.caption(words("candidate_ask.pairs_how"))
    made = {}
    pairs = list(combinations(names, 2))
    for first in range(0, len(pairs), _COLUMNS):
        row = pairs[first : first + _COLUMNS]
        for place, (one, other) in zip(st.columns(_COLUMNS), row, strict=False):
            with place:
                times = _pair(one, other, words)
            if times is not None:
                made[one, other] = times
    try:
        weighing = compared_weights(names, made)
    except QuestionError as error:
        apart = [part.split(", ") for part in str(error.fields.get("found", "")).split(" | ")]
        groups = " | ".join(", ".join(criterion_name(name, words) for name in part) for part in apart)
        st.info(words("candidate_ask.pairs_missing", groups=groups))
        return None
    _shown(weighing, words)
    return tuple((one, other, times) for (one, other), times in made.items())


def _pair(one: str, other: str, words: Words) -> float | None:
    label = words("candidate_ask.pair", one=criterion_name(one, words), other=criterion_name(other, words))
    picked: float | None = st.selectbox(
        label,
        _SCALE,
        index=None,
        format_func=lambda times: _in_words(times, words),
        placeholder=words("candidate_ask.pair_open"),
        key=f"candidate-pair-{one}-{other}",
    )
    return picked


def _in_words(times: float, words: Words) -> str:
    step = round(max(times, 1 / times))
    side = "more" if times > 1 else "less" if times < 1 else "same"
    return words(f"pair_scale.{side}_{step}") if side != "same" else words("pair_scale.same")


def _shown(weighing: Weighing, words: Words) -> None:
    """Matrix in words, weights, and the consistency ratio with the pair that contradicts most."""
    ratio = words.number(weighing.ratio, 3)
    worst = weighing.worst
    if weighing.consistent:
        st.success(words("candidate_ask.consistent", ratio=ratio))
    elif worst is not None:
        first, second = (criterion_name(name, words) for name in (worst.first, worst.second))
        stated, implied = words.number(worst.stated, 2), words.number(worst.implied, 2)
        st.warning(
            words(
                "candidate_ask.inconsistent",
                ratio=ratio, first=first, second=second, stated=stated, implied=implied,
            )
        )  # fmt: skip
    titles = [criterion_name(name, words) for name in weighing.found.weights]
    table = pd.DataFrame(
        [[words.number(value, 2) for value in row] for row in weighing.matrix], columns=titles
    )
    table.insert(0, words("site_column.criterion"), titles)
    shares = [f"{words.number(100 * share, 1)} %" for share in weighing.found.weights.values()]
    table[words("site_column.weight")] = shares
    st.dataframe(table, hide_index=True, width="stretch")
