"""What a site keeps clear of: constraints with their clauses, ticked and in order, and own distances."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers import reference
from maps.candidate_tables import constraint_name
from maps.distance_question import rule_choices
from maps.pages._cache import cached_layer
from maps.pages._candidate_area import area_layer, area_provinces, provinces_of_area
from maps.pages._candidate_hard import note_rows, started_rows
from maps.pages._frame import plain, sentences
from maps.pages._shelf import shelved
from maps.site_rules import local_sentences
from maps.tables import clause_of, records
from spatial.constraint_list import constraint_list
from spatial.exclusions import ExclusionQuestion
from spatial.provinces import ELSEWHERE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from layers import Version
    from layers.store import Workspace
    from maps.pages._candidate_area import AreaChoice
    from maps.words import Words

    _Asked = tuple[tuple[str, date], AreaChoice | None]

__all__ = ["RuleChoice", "constraints_input", "distances_input"]

_NEVER_LISTED: Final = "no_data"
_LAW: Final = ("blocks", "distance")
_OWN_M: Final = 100


@dataclass(frozen=True)
class RuleChoice:
    """What was decided about constraints.

    Parameters
    ----------
    avoid, waive, order : tuple of str
    buffers : tuple of (str, float)
    choose : tuple of (str, str)
        Kind of layer, and a row of the table of distances taken to hold for it.
    """

    avoid: tuple[str, ...] = ()
    waive: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    buffers: tuple[tuple[str, float], ...] = ()
    choose: tuple[tuple[str, str], ...] = ()


def distances_input(constraints: Sequence[Version], words: Words) -> tuple[tuple[str, float], ...]:
    """Ask for distances of the asker's own.

    Parameters
    ----------
    constraints : sequence of Version
    words : Words

    Returns
    -------
    tuple of (str, float)
        Kind of layer, and metres.
    """
    kinds = list(dict.fromkeys(v.kind_name for v in constraints if v.kind_name != "land_use"))
    picked = st.multiselect(
        words("candidate_ask.own_distances"),
        kinds,
        format_func=lambda name: words(f"kind.{name}"),
        placeholder=words("ask.choose"),
        help=words("candidate_ask.own_distances_help"),
        key="candidate-own",
        wrap=True,
    )
    out = []
    for kind in picked:
        label = words("candidate_ask.own_distance", name=words(f"kind.{kind}"))
        metres = st.number_input(label, 1, 20_000, _OWN_M, 10, key=f"candidate-own-{kind}")
        out.append((kind, float(metres)))
    return tuple(out)


def constraints_input(
    base: Workspace,
    constraints: Sequence[Version],
    choice: RuleChoice,
    words: Words,
    *,
    zone: tuple[str, date],
    area: AreaChoice | None = None,
) -> RuleChoice:
    """Show the constraints with their clauses, to be ticked and put in order.

    Parameters
    ----------
    base : Workspace
    constraints : sequence of Version
    choice : RuleChoice
        What was decided so far.
    words : Words
    zone : (str, datetime.date)
        Kind of zone, and the day whose rules hold.
    area : AreaChoice, optional
        Where is searched: rules of another province are named, and can't be taken.

    Returns
    -------
    RuleChoice
        With what was put aside, and the order where it was changed.
    """
    if not constraints:
        return choice
    layers = tuple((v.layer, v.version) for v in constraints)
    with sentences():
        asked = (zone, area)
        choice = replace(choice, choose=_chosen(_listed(base, layers, choice, asked), words))
        every = _listed(base, layers, choice, asked)
        rows = every[every["applied"] & (every["tier"] != _NEVER_LISTED)].reset_index(drop=True)
        key = (str(base.folder), layers, zone, choice, tuple(rows["constraint"]))
        name = f"candidate-hard-{words.lang}-{abs(hash(key))}"
        start = started_rows(rows, key=name)
        with st.expander(_fold_said(start, name, words), key="candidate-hard-fold"):
            st.caption(words("candidate_ask.hard_how"))
            edited = _editor(rows, start, words, key=name)
            _elsewhere(base, every, asked, words)
        note_rows(rows, edited)
    waive, order = _decided(rows, edited, words)
    return replace(choice, waive=waive, order=order)


def _fold_said(start: pd.DataFrame, key: str, words: Words) -> str:
    """What the table of constraints holds, said while it is folded away."""
    changed = st.session_state.get(key, {}).get("edited_rows", {})
    off = sum(not changed.get(n, {}).get("on", on) for n, on in enumerate(start["on"]))
    return words(f"candidate_ask.hard_fold{'_off' if off else ''}", count=len(start), off=off)


def _listed(
    base: Workspace, layers: tuple[tuple[str, int], ...], choice: RuleChoice, asked: _Asked
) -> pd.DataFrame:
    """Every constraint of the layers, applied or not."""
    zone, area = asked
    chosen: dict[str, tuple[str, ...]] = {}
    for kind, rule in choice.choose:
        chosen[kind] = (*chosen.get(kind, ()), rule)
    question = ExclusionQuestion(
        *zone,
        reference.table("conflict_rules"),
        reference.table("safety_distances"),
        avoid=choice.avoid,
        choose=chosen,
        buffers_m=dict(choice.buffers),
    )
    of = str(base.folder)

    def listed() -> pd.DataFrame:
        given = [cached_layer(of, *named) for named in layers]
        if area is None:
            return constraint_list(given, question)
        asked = replace(question, provinces=area_provinces(base, area, given))
        return constraint_list(given, asked, area=area_layer(base, area))

    name = f"candidate-constraints{'-chosen' if chosen else ''}"
    return shelved(name, (of, layers, zone, choice, area.key if area else ()), listed)


def _elsewhere(base: Workspace, rows: pd.DataFrame, asked: _Asked, words: Words) -> None:
    """Rules of one province that don't hold where is searched, of land and of founding."""
    (kind, on), area = asked
    told = [
        words(
            "site_rule.local",
            name=constraint_name(row, words),
            clause=clause_of(row, words) or "–",
            why=_why(row, words),
        )
        for row in records(rows[rows["why"].isin([ELSEWHERE, UNKNOWN])])
    ]
    if area is not None:
        told += local_sentences(kind, on, words, provinces=provinces_of_area(base, area))
    if told:
        st.caption("\n".join([words("candidate_ask.hard_elsewhere"), *(f"- {plain(one)}" for one in told)]))


def _chosen(rows: pd.DataFrame, words: Words) -> tuple[tuple[str, str], ...]:
    """Rows that the data can't decide, or that are no law, to be taken all the same."""
    open_rows = {
        (str(row["kind"]), str(row["rule"])): row
        for row in records(rows[~rows["applied"].astype(bool) & (rows["tier"] == "distance")])
        if row["why"] != ELSEWHERE and math.isfinite(row["required_m"])
        if row["rule"] in rule_choices({str(row["kind"])})
    }
    if not open_rows:
        return ()

    def label(one: tuple[str, str]) -> str:
        row = open_rows[one]
        why = _why(row, words)
        return f"{constraint_name(row, words)} ({why})" if why else constraint_name(row, words)

    labels = {f"{kind}={rule}": label((kind, rule)) for kind, rule in open_rows}
    picked = st.multiselect(
        words("candidate_ask.rules"),
        list(labels),
        format_func=labels.__getitem__,
        placeholder=words("ask.choose"),
        help=words("candidate_ask.rules_help"),
        key="candidate-rules",
        wrap=True,
    )
    pairs = (str(one).partition("=") for one in picked)
    return tuple((kind, rule) for kind, _, rule in pairs)


def _editor(rows: pd.DataFrame, start: pd.DataFrame, words: Words, *, key: str) -> pd.DataFrame:
    shown = start.assign(
        name=[constraint_name(row, words) for row in records(rows)],
        tier=[words(f"site_tier.{tier}") for tier in rows["tier"]],
        clause=[clause_of(row, words) or "–" for row in records(rows)],
        note=[_note(row, words) for row in records(rows)],
    )
    say = {name: words(f"candidate_ask.hard_{name}") for name in shown}
    edit = st.column_config
    return st.data_editor(
        shown,
        hide_index=True,
        width="stretch",
        height=min(36 * (len(shown) + 1) + 3, 330),
        disabled=["name", "tier", "clause", "note"],
        column_config={
            "on": edit.CheckboxColumn(say["on"], width=92),
            "place": edit.NumberColumn(say["place"], min_value=1, step=1, width=84),
            "name": edit.TextColumn(say["name"], width=230),
            "tier": edit.TextColumn(say["tier"], width=150),
            "clause": edit.TextColumn(say["clause"], width=270),
            "note": edit.TextColumn(say["note"], width=300),
        },
        key=key,
    )


def _why(row: dict[str, Any], words: Words) -> str:
    if not row["why"]:
        return ""
    return words(f"site_why.{row['why']}", needs=row["needs"], province=row["province"])


def _note(row: dict[str, Any], words: Words) -> str:
    parts = []
    if row["rule"]:
        parts.append(words.validity(row["valid_from"], row["valid_to"]))
        parts.append(words(f"confidence.{row['confidence']}"))
    parts.append(_why(row, words))
    return " · ".join(part for part in parts if part)


def _decided(
    rows: pd.DataFrame, edited: pd.DataFrame, words: Words
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # two layers of a kind are told apart by their names in brackets; a choice is one of the constraint
    names = [str(name).partition(" (")[0] for name in rows["constraint"]]
    on = edited["on"].fillna(value=False).astype(bool).tolist()
    places = edited["place"].fillna(len(names)).astype(int).tolist()
    off = [(name, tier) for name, kept, tier in zip(names, on, rows["tier"], strict=True) if not kept]
    law = ", ".join(words.value(name, "constraint") for name, tier in off if tier in _LAW)
    if law:
        st.warning(words("candidate_ask.against_law", names=law))
    waived = tuple(dict.fromkeys(name for name, _ in off))
    if places == sorted(places):
        return waived, ()
    order = sorted(range(len(names)), key=lambda n: (places[n], n))
    return waived, tuple(dict.fromkeys(names[n] for n in order))
