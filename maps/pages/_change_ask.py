"""Widgets of a question about change of land, gathered into one frozen question."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from layers.crosswalk import default_crosswalk
from maps.change_question import ChangeQuestion, first_dates, land_choices, lists_differ
from maps.change_tables import crosswalk_table
from maps.pages._ask import ask_button, pick_layers, question_box, tolerance_input
from maps.pages._begun import begun_with

if TYPE_CHECKING:
    from layers import Version
    from layers.crosswalk import Crosswalk
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["change_question"]

_LEAST = 2
#: rows of the table of codes that was changed: it travels with the other boxes of the question
_DECIDED: Final = "change-crosswalk-decided"
_STATED: Final = ("code_before", "code_after", "class_stated")


def change_question(
    base: Workspace, versions: list[Version], words: Words
) -> tuple[ChangeQuestion | None, bool]:
    """Show the widgets of a question about change of land.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current versions of its layers.
    words : Words

    Returns
    -------
    question : ChangeQuestion or None
        ``None`` where fewer than two dates are chosen or the tolerance is missing.
    pressed : bool
        True when the button was pressed in this run.
    """
    offered = land_choices(versions)
    with question_box("change", words):
        left, middle, right = st.columns([6, 4, 3])
        with left:
            chosen = pick_layers(
                "change_ask.layers", offered, first_dates(offered), words=words, key="change-layers"
            )
            walk = _crosswalk(words) if lists_differ(chosen) else ()
        with middle:
            level = st.segmented_control(
                words("change_ask.level"),
                ["code", "group"],
                default="code",
                required=True,
                format_func=lambda name: words(f"change_ask.level_{name}"),
                key="change-level",
            )
            tolerance = tolerance_input(words, key="change-tolerance")
        with right:
            ready = len(chosen) >= _LEAST and tolerance is not None
            pressed = ask_button(
                "change", words, ready=ready, label="change_ask.go", incomplete="change_ask.incomplete"
            )
    if not ready or tolerance is None:
        return None, False
    asked = ChangeQuestion(
        folder=str(base.folder),
        layers=tuple((v.layer, v.version) for v in chosen),
        on=datetime.now(UTC).astimezone().date(),
        tolerance_m=tolerance,
        group=level == "group",
        crosswalk=walk,
    )
    return asked, pressed


def _crosswalk(words: Words) -> tuple[tuple[str, str, str], ...]:
    """Show the table that joins the two lists of codes; empty while nobody has changed it."""
    with st.popover(words("change_ask.crosswalk")):
        st.caption(words("change_ask.crosswalk_help"))
        key = f"change-crosswalk-{words.lang}"
        rows = begun_with(key, lambda: _decided() or _usual())
        shown = _written(default_crosswalk(), rows, words)
        stated = [words(f"change_column.{column}") for column in _STATED]
        fixed = [c for c in shown.columns if c not in stated]
        edited: Any = st.data_editor(
            shown,
            disabled=fixed,
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            height=420,
            key=key,
        )
        kept = edited[stated].fillna("").astype(str)
        table = kept.set_axis(["code_before", "code_after", "class"], axis=1)
        st.download_button(
            words("change_ask.crosswalk_csv"),
            data=table.to_csv(index=False).encode("utf-8-sig"),
            file_name="bang-chuyen-ma.csv",
            mime="text/csv",
            on_click="ignore",
        )
    found = tuple((a.strip(), b.strip(), c.strip()) for a, b, c in table.to_numpy().tolist())
    if found == _usual():
        st.session_state.pop(_DECIDED, None)
        return ()
    st.session_state[_DECIDED] = [json.dumps(row, ensure_ascii=False) for row in found]
    return found


def _usual() -> tuple[tuple[str, str, str], ...]:
    table = default_crosswalk().table.fillna("").astype(str)
    return tuple(
        (a.strip(), b.strip(), "") for a, b in zip(table["code_before"], table["code_after"], strict=True)
    )


def _written(walk: Crosswalk, rows: tuple[tuple[str, str, str], ...], words: Words) -> pd.DataFrame:
    """Rows to be edited; what is known of a pair of codes stands beside it."""
    told = crosswalk_table(walk, words)
    before, after, stated = (words(f"change_column.{column}") for column in _STATED)
    beside = {(row[before], row[after]): row for row in told.to_dict("records")}
    lines = [{**beside.get((a, b), {}), before: a, after: b, stated: c} for a, b, c in rows]
    others = [column for column in told.columns if column not in (before, after)]
    return pd.DataFrame(lines, columns=[before, after, stated, *others]).fillna("")


def _decided() -> tuple[tuple[str, str, str], ...]:
    """Rows that were stated before; empty where there are none, and a link may have brought anything."""
    kept = st.session_state.get(_DECIDED)
    try:
        found = [json.loads(str(row)) for row in (kept if isinstance(kept, list) else [])]
    except ValueError:
        return ()
    if not all(isinstance(row, list) and len(row) == len(_STATED) for row in found):
        return ()
    return tuple((str(a), str(b), str(c)) for a, b, c in found)
