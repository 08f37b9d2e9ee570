"""Widgets of a question about change of land, gathered into one frozen question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from layers.crosswalk import default_crosswalk
from maps.change_question import ChangeQuestion, first_dates, land_choices, lists_differ
from maps.change_tables import crosswalk_table
from maps.pages._ask import ask_button, pick_layers, question_box, tolerance_input

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["change_question"]

_LEAST = 2


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
        walk = default_crosswalk()
        shown = crosswalk_table(walk, words)
        shown.insert(2, words("change_column.class_stated"), "")
        before, after, stated = (
            words(f"change_column.{c}") for c in ("code_before", "code_after", "class_stated")
        )
        fixed = [c for c in shown.columns if c not in (before, after, stated)]
        edited: Any = st.data_editor(
            shown,
            disabled=fixed,
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            height=420,
            key=f"change-crosswalk-{words.lang}",
        )
        kept = edited[[before, after, stated]].fillna("").astype(str)
        table = kept.set_axis(["code_before", "code_after", "class"], axis=1)
        st.download_button(
            words("change_ask.crosswalk_csv"),
            data=table.to_csv(index=False).encode("utf-8-sig"),
            file_name="bang-chuyen-ma.csv",
            mime="text/csv",
            on_click="ignore",
        )
    if pd.DataFrame(kept).equals(shown[[before, after, stated]].fillna("").astype(str)):
        return ()
    return tuple((str(a).strip(), str(b).strip(), str(c).strip()) for a, b, c in table.to_numpy())
