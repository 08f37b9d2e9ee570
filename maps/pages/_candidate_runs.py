"""The kept runs of searches for sites, and two of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.decision_tables import (
    EXCLUDED,
    MATCHED,
    exclusions_compared,
    settings_compared,
    sites_compared,
    totals_compared,
)
from maps.pages._facts import show_figures
from maps.pages._frame import sentences
from maps.pages._shelf import shelved
from maps.run_tables import run_lines
from maps.runs import Runs
from maps.site_runs import compared_runs

if TYPE_CHECKING:
    from layers.store import Workspace
    from maps.runs import Run
    from maps.words import Words

__all__ = ["show_search_runs"]

_KIND = "candidates"


def show_search_runs(base: Workspace, words: Words, *, current: str) -> None:
    """Show the searches that were kept, and compare two of them.

    Parameters
    ----------
    base : Workspace
    words : Words
    current : str
        Id of the run on the page; empty where it isn't kept.
    """
    runs = Runs(base)
    with sentences():
        listed = runs.listed(_KIND)
    with st.expander(words("site_runs.title", count=len(listed)), key="candidate-runs"):
        if not listed:
            st.caption(words("site_runs.none"))
            return
        st.dataframe(run_lines(runs, listed, words), hide_index=True, width="stretch")
        if len(listed) == 1:
            st.caption(words("site_runs.one"))
            return
        _compare(listed, words, current=current)


def _compare(listed: list[Run], words: Words, *, current: str) -> None:
    names = {run.id: f"{run.id} · {run.title or words.moment(run.kept_at)}" for run in listed}
    ids = list(names)
    # the run on the page and the last other one, the earlier of the two first
    mine = current if current in ids else ids[0]
    other_one = next(name for name in ids if name != mine)
    after, earlier = sorted((mine, other_one), key=ids.index)
    left, right, button = st.columns([5, 5, 2], vertical_alignment="bottom")
    label = names.__getitem__
    one = left.selectbox(
        words("site_runs.before"), ids, ids.index(earlier), format_func=label, key="candidate-run-a"
    )
    other = right.selectbox(
        words("site_runs.after"), ids, ids.index(after), format_func=label, key="candidate-run-b"
    )
    if button.button(words("site_runs.compare"), width="stretch", key="candidate-run-go"):
        st.session_state["candidate-compared"] = (one, other)
    if st.session_state.get("candidate-compared") != (one, other):
        return
    if one == other:
        st.caption(words("site_runs.same"))
        return
    kept = {run.id: run for run in listed}
    with sentences():
        key = tuple((run.question, run.id, run.version) for run in (kept[one], kept[other]))
        found = shelved("candidate-compared", key, lambda: compared_runs(kept[one], kept[other]))
    for name, table, columns in (
        ("totals", totals_compared(found, words), ()),
        ("settings", settings_compared(found, words), ()),
        ("sites", sites_compared(found, words), MATCHED),
        ("exclusions", exclusions_compared(found, words), EXCLUDED),
    ):
        st.markdown(f"**{words(f'site_compare.{name}')}**")
        if table.empty:
            st.caption(words("site_compare.nothing"))
        else:
            show_figures(table, columns, words)
