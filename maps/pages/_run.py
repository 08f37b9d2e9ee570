"""The run of an answer: its id, keeping it with a title, and what has changed since it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers.errors import ThoCongError
from maps.asked import asked_id, plain_form
from maps.pages._address import name_run
from maps.pages._form import form_of
from maps.pages._frame import plain
from maps.pages._job import ask_anew
from maps.pages._link import Link
from maps.run_tables import versions_text
from maps.runs import Runs

if TYPE_CHECKING:
    from layers.store import Workspace
    from maps.asking import Answer, Question
    from maps.runs import Run
    from maps.words import Words

__all__ = ["note_run", "run_named", "run_said", "show_run"]

_NUMBERED: Final = 9
_SHOWN: Final = 6


def run_named(name: str) -> str:
    """Return the id of what a page shows.

    Parameters
    ----------
    name : str
        Of the page.

    Returns
    -------
    str
        Of a run, or of a question that was not kept.
    """
    return str(st.session_state.get(f"{name}-run", ""))


def run_said(name: str, words: Words) -> str:
    """Name what a page shows for a reader.

    Parameters
    ----------
    name : str
        Of the page.
    words : Words

    Returns
    -------
    str
    """
    run = run_named(name)
    stem, _, number = run.rpartition("-")
    if len(number) <= _NUMBERED:
        return words("runs.this", run=run)
    return words("runs.this_unkept", run=f"{stem}-{number[:_SHOWN]}…")


def note_run(name: str, base: Workspace, question: Question) -> None:
    """Give what a page shows its id, and let the address name it.

    Parameters
    ----------
    name : str
        Of the page.
    base : Workspace
    question : Question
    """
    named = st.session_state.get(f"{name}-named")
    # not kept a moment ago: decisions about sites keep the search that they are about
    if named is None or named[0] != question or named[1] == asked_id(question):
        kept = Runs(base).of_question(question)
        named = (question, kept.id if kept else asked_id(question))
        st.session_state[f"{name}-named"] = named
    name_run(name, named[1])


def show_run(name: str, base: Workspace, question: Question, *, answer: Answer, words: Words) -> None:
    """Show the run of an answer: keep it, or what it is called; newer versions are offered.

    Parameters
    ----------
    name : str
        Of the page.
    base : Workspace
    question : Question
    answer : Answer
    words : Words
    """
    runs = Runs(base)
    run = _kept(runs, run_named(name))
    newer = runs.newer(question)
    label = words("runs.open_newer" if newer else "runs.open_kept" if run else "runs.open")
    # a key of its own for each version: what was kept closes behind itself
    mark = f"{run.id}-{run.version}" if run else "new"
    with st.popover(label, width="stretch", key=f"{name}-run-box-{mark}"):
        if run is None:
            st.caption(words("runs.explain"))
        else:
            st.markdown(f"**{run.id}** · {words.moment(run.kept_at)}")
        _texts(name, runs, run, asked=(question, answer), words=words)
        if newer:
            st.info(plain(words("runs.newer", layers=versions_text(newer, words))))
            st.button(
                words("runs.ask_newest"),
                key=f"{name}-run-newest",
                width="stretch",
                on_click=_ask_newest,
                args=(name, runs, question),
            )
        rules = runs.rules_changed(run) if run else None
        if rules:
            st.info(plain(words("runs.rules_changed", then=rules[0], now=rules[1])))


def _kept(runs: Runs, name: str) -> Run | None:
    try:
        return runs.open(name)
    except ThoCongError:
        return None


def _texts(name: str, runs: Runs, run: Run | None, *, asked: tuple[Question, Answer], words: Words) -> None:
    """Title and note, and the button that keeps them."""
    # a key of its own for each version: what another session wrote is shown, never written over unseen
    key = f"{name}-run-{run.id}-{run.version}" if run else f"{name}-run-new"
    with st.form(key, border=False, enter_to_submit=False):
        title = st.text_input(words("runs.title"), run.title if run else "", max_chars=200)
        note = st.text_area(words("runs.note"), run.note if run else "", max_chars=4000, height=90)
        label = words("runs.write" if run else "runs.keep")
        pressed = st.form_submit_button(label, type="primary", width="stretch")
    if not pressed:
        return
    try:
        done = _write(name, runs, run, texts=(title, note), asked=asked)
    except ThoCongError as error:
        st.error(plain(f"{words.message(error)} {words.fix(error)}"))
        return
    st.session_state[f"{name}-named"] = (asked[0], done.id)
    st.toast(words("runs.kept", run=done.id))
    st.rerun()


def _write(
    name: str, runs: Runs, run: Run | None, *, texts: tuple[str, str], asked: tuple[Question, Any]
) -> Run:
    title, note = texts
    if run is not None:
        return runs.amend(run.id, expected_version=run.version, title=title, note=note)
    return runs.keep(*asked, title=title, note=note, form=plain_form(form_of(name)))


def _ask_newest(name: str, runs: Runs, question: Question) -> None:
    st.session_state[f"{name}-question"] = runs.newest(question)
    ask_anew(name)
    Link(name).forget()
