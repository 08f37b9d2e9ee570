"""The kept runs of the workspace, each with its figures, what has changed since, and the way to its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.names import fold
from maps.analyses import ANALYSES, analysis
from maps.headlines import headlines
from maps.pages._frame import heading, plain, sentences, speak, workspace
from maps.run_tables import versions_text
from maps.runs import Runs

if TYPE_CHECKING:
    from maps.runs import Run
    from maps.words import Words

__all__ = ["show_runs"]

_MOST: Final = 40
_FIGURES: Final = 4


def show_runs() -> None:
    """Show the page."""
    words, base = speak(), workspace()
    heading(words("page.runs.title"), base, made=any(v.provenance.made for v in base.layers()))
    runs = Runs(base)
    with sentences():
        every, lost = runs.listed(), runs.unreadable()
    for name, error in lost:
        st.warning(plain(f"{name}: {words.message(error)}"))
    if not every:
        st.html(f"<div class='tc-empty'>{words('runs.none')}</div>")
        return
    left, right = st.columns([3, 2])
    kinds = [kind for kind in ANALYSES if any(run.kind == kind for run in every)]
    kind = left.pills(
        words("runs.by_kind"), kinds, format_func=lambda k: words(f"runs.kind_{k}"), key="runs-kind"
    )
    sought = fold(right.text_input(words("runs.search"), key="runs-search"))
    found = [run for run in every if kind in (None, run.kind) and sought in _text(run)]
    st.caption(words("runs.count", count=len(found), total=len(every)))
    for run in found[:_MOST]:
        _line(runs, run, words)


def _text(run: Run) -> str:
    return fold(f"{run.id} {run.title} {run.note}")


def _line(runs: Runs, run: Run, words: Words) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"tc-run-{run.id}"):
        with st.container(width="stretch"):
            title = f"**{plain(run.title)}**" if run.title else words("runs.untitled")
            st.markdown(f"{title} :gray-badge[{run.id}] · {words(f'runs.kind_{run.kind}')}")
            shown = headlines(run.kind, run.figures, words)[:_FIGURES]
            figures = " · ".join(f"{h.label}: {h.value or '–'}" for h in shown)
            st.caption(f"{words.moment(run.kept_at)} · {plain(figures)}")
            if run.note:
                st.caption(plain(run.note))
            newer = runs.newer(run.question)
            if newer:
                st.caption(f"⟳ {plain(words('runs.newer', layers=versions_text(newer, words)))}")
        target = st.session_state.get("tc-pages", {}).get(analysis(run.kind).page)
        if target is not None:
            st.page_link(target, label=words("runs.show"), query_params={"run": run.id})
