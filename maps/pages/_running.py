"""What is being answered for this session, wherever it looks meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from maps.analyses import analysis
from maps.jobs import JOBS
from maps.pages._frame import chosen_folder, speak
from maps.pages._job import session_id

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

    from maps.jobs import Job
    from maps.words import Words

__all__ = ["show_running"]

_EVERY_S: Final = 2.0
_PAGES: Final = "tc-pages"


def show_running(pages: dict[str, StreamlitPage], now: str) -> None:
    """List the questions that this session waits for on other pages, each with the way there.

    Parameters
    ----------
    pages : dict of str to StreamlitPage
        By their addresses.
    now : str
        Address of the page that is shown.
    """
    st.session_state[_PAGES] = pages
    # in every run, empty or not: else all below it would be built anew
    place = st.sidebar.container()
    if not _elsewhere(now):
        return
    running = any(not job.ended.is_set() for job in _elsewhere(now))

    @st.fragment(run_every=_EVERY_S if running else None)
    def listed() -> None:
        jobs = _elsewhere(now)
        words = speak()
        with st.container(key="tc-running"):
            if jobs:
                st.caption(words("job.running_list"))
            for job in jobs:
                _line(job, pages, words)
        if running and all(job.ended.is_set() for job in jobs):
            st.rerun()

    with place:
        listed()


def _elsewhere(now: str) -> list[Job]:
    folder = str(chosen_folder())
    mine = [job for job in JOBS.watched(session_id()) if job.question.folder == folder]
    return [job for job in mine if analysis(job.kind).page != now]


def _line(job: Job, pages: dict[str, StreamlitPage], words: Words) -> None:
    done, total, _ = job.step
    at = words("job.at", done=min(done + 1, total), total=total) if total else words("job.mark_running")
    state = at if job.state == "running" else words(f"job.mark_{job.state}")
    target = pages.get(analysis(job.kind).page)
    label = f"{words(f'runs.kind_{job.kind}')} – {state}"
    if target is not None:
        st.page_link(target, label=label)
