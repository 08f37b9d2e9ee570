"""A question on its way to its answer: the steps, the bar, the button that stops it, and how it ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from maps.jobs import JOBS
from maps.pages._form import form_of
from maps.pages._frame import advice, plain
from maps.pages._shelf import on_shelf, put_on_shelf
from maps.pages._stored import note_unstored, stored_answer
from maps.tables import layer_title

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from layers import Version
    from maps.asking import Question
    from maps.jobs import Job
    from maps.words import Words

__all__ = ["answered", "ask_anew", "is_waited_for", "session_id", "step_text"]

#: a question that is answered sooner is waited for by the page itself
_PATIENCE_S: Final = 2.0
_TICK_S: Final = 0.15
_EVERY_S: Final = 0.7
_DASH: Final = " – "
_NOT_BY_ITSELF: Final = ("failed", "stopped", "interrupted", "left")


def session_id() -> str:
    """Return who looks: another one for every window, and after a reload.

    Returns
    -------
    str
    """
    ctx = get_script_run_ctx()
    return ctx.session_id if ctx is not None else ""


def answered(
    shelf: str, question: Question, version: Hashable, *, words: Words, versions: list[Version]
) -> Any:
    """Take the answer to a question, or show how far it is.

    Parameters
    ----------
    shelf : str
        Where answers of the page stand; its name.
    question : Question
    version : hashable
        What the answer depends on besides the question.
    words : Words
    versions : list of Version
        For the titles of layers.

    Returns
    -------
    Answer or None
        None while it isn't there; the place where the answer would be says why.
    """
    answer = _at_hand(shelf, question, version, words)
    if answer is not None:
        _leave(question, version)
        return answer
    job = _job(shelf, question, version)
    if job is None:
        _offer_again(shelf, str(st.session_state.get(f"{shelf}-wait")), words)
        return None
    titles = {v.layer: layer_title(v, words) for v in versions}
    _wait(job, words, titles)
    if not job.ended.is_set():
        _watch(shelf, job, words, titles)
        return None
    if job.state == "done":
        return _taken(shelf, job)
    if job.state == "failed" and job.error is not None:
        said = [words.message(job.error), advice(job.error, words)]
        st.error("\n\n→ ".join(plain(part) for part in said if part))
    _offer_again(shelf, job.state, words)
    return None


def _at_hand(shelf: str, question: Question, version: Hashable, words: Words) -> Any:
    """The answer on the shelf, or in the workspace; None where it has to be asked."""
    found, answer = on_shelf(shelf, (question, version))
    job = JOBS.find(question, version)
    if found or (job is not None and not job.ended.is_set()):
        return answer
    return stored_answer(shelf, question, version, words)


def is_waited_for(shelf: str, question: Question, version: Hashable) -> bool:
    """Say whether a page waits for an answer that is on its way.

    Parameters
    ----------
    shelf : str
    question : Question
    version : hashable

    Returns
    -------
    bool
    """
    job = JOBS.find(question, version)
    return job is not None and not job.ended.is_set() and not st.session_state.get(f"{shelf}-wait")


def ask_anew(shelf: str, wait: str = "") -> None:
    """Forget how the last question of a page ended: another one was asked, or the same one again.

    Parameters
    ----------
    shelf : str
    wait : str
        How it ended, where a link named it: *failed, stopped* and *interrupted* are asked again only when
        somebody says so.
    """
    st.session_state[f"{shelf}-wait"] = wait if wait in _NOT_BY_ITSELF else ""
    st.session_state[f"{shelf}-again"] = not wait


def _job(shelf: str, question: Question, version: Hashable) -> Job | None:
    """The job of a question, begun where it has to be; None where it waits for somebody to say so."""
    again = st.session_state.pop(f"{shelf}-again", False)
    wait = st.session_state.get(f"{shelf}-wait")
    job = JOBS.find(question, version, session="" if wait else session_id())
    if wait and (job is None or not job.ended.is_set()):
        return None
    if job is None or (again and job.ended.is_set()):
        keep = partial(put_on_shelf, shelf, (question, version))
        return JOBS.start(question, version, session=session_id(), done=keep, form=form_of(shelf))
    return job


def _taken(shelf: str, job: Job) -> Any:
    found, answer = on_shelf(shelf, job.key)
    note_unstored(shelf, *job.key, job.unstored)
    _leave(*job.key)
    if not found:  # so many others were answered meanwhile that it left the shelf
        JOBS.forget(job)
        st.rerun()
    return answer


def _leave(question: Question, version: Hashable) -> None:
    """The answer was seen: the list of what is being answered needs it no longer."""
    job = JOBS.find(question, version)
    if job is not None:
        JOBS.leave(job, session_id())


def _wait(job: Job, words: Words, titles: Mapping[str, str]) -> None:
    """Wait for what is answered at once; where there are no processes to work apart, for everything."""
    bar = st.empty()
    patient = not JOBS.workers.open
    while not job.ended.wait(_TICK_S) and (patient or job.seconds < _PATIENCE_S):
        bar.progress(*_progress(job, words, titles))
    bar.empty()


def _watch(shelf: str, job: Job, words: Words, titles: Mapping[str, str]) -> None:
    """Show how far it is, again and again, without running the page again until it has ended."""

    @st.fragment(run_every=_EVERY_S)
    def panel() -> None:
        if not st.session_state.get(f"{shelf}-wait"):
            JOBS.find(*job.key, session=session_id())
        if job.ended.is_set() or st.session_state.get(f"{shelf}-wait"):
            st.rerun()
        with st.container(border=True, key=f"tc-job-{shelf}"):
            said, stop = st.columns([6, 1], vertical_alignment="center")
            said.progress(*_progress(job, words, titles))
            stop.button(
                words("job.stop"),
                key=f"{shelf}-job-stop",
                width="stretch",
                on_click=_stop,
                args=(shelf, job),
            )
            done = [step_text(step, words, titles) for step in job.steps[:-1]][-3:]
            seconds = words("job.seconds", seconds=words.number(job.seconds, 0))
            st.caption(" · ".join(plain(part) for part in (seconds, *(f"✓ {one}" for one in done))))

    panel()


def _progress(job: Job, words: Words, titles: Mapping[str, str]) -> tuple[float, str]:
    done, total, step = job.step
    if job.state == "waiting":
        return 0.0, words("job.waiting")
    if not step:
        return 0.0, words("ask.running")
    text = words("job.step", done=min(done + 1, total), total=total, step=step_text(step, words, titles))
    return min(done / max(total, 1), 1.0), plain(text)


def step_text(step: str, words: Words, titles: Mapping[str, str]) -> str:
    """Name a step: a layer or two by their titles, or what the locale files call it.

    Parameters
    ----------
    step : str
    words : Words
    titles : mapping of str to str
        Layer to title.

    Returns
    -------
    str
    """
    if words.has(f"progress.{step}"):
        return words(f"progress.{step}")
    return _DASH.join(titles.get(part, part) for part in step.split(_DASH))


def _offer_again(shelf: str, state: str, words: Words) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"tc-ended-{shelf}"):
        st.markdown(words(f"job.{state}"), width="stretch")
        st.button(
            words("job.wait_on" if state == "left" else "job.again"),
            type="primary",
            key=f"{shelf}-job-again",
            on_click=ask_anew,
            args=(shelf,),
        )


def _stop(shelf: str, job: Job) -> None:
    """Stop the work, or leave it to the others who wait for it."""
    if JOBS.leave(job, session_id(), alive=_looking if runtime.exists() else None):
        job.ended.wait(_PATIENCE_S)
    else:
        st.session_state[f"{shelf}-wait"] = "left"


def _looking(session: str) -> bool:
    """Say whether a window is open: one that was reloaded or closed waits for nothing."""
    return bool(runtime.get_instance().is_active_session(session))
