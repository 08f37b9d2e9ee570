"""The answer of a page that lies in the workspace: read instead of asked, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers.errors import StoreError, ThoCongError
from layers.store import Workspace
from maps.pages._shelf import on_shelf, put_on_shelf
from maps.run_tables import versions_text
from maps.runs import Runs
from maps.stored_answers import StoredAnswer, StoredAnswers

if TYPE_CHECKING:
    from collections.abc import Hashable

    from maps.asking import Question
    from maps.words import Words

__all__ = ["note_unstored", "store_said", "stored_answer"]

#: how long the list of what is known of answers is
_MOST: Final = 64


@dataclass(frozen=True)
class _Outdated:
    """An answer that was not read, because asking now may give another."""

    stored: StoredAnswer


_Known = StoredAnswer | _Outdated | ThoCongError


def stored_answer(shelf: str, question: Question, version: Hashable, words: Words) -> Any:
    """Take the answer to a question from the workspace, where asking again would give the same.

    Parameters
    ----------
    shelf : str
        Where answers of the page stand; the one that was read is put there.
    question : Question
    version : hashable
        What the answer depends on besides the question.
    words : Words

    Returns
    -------
    Answer or None
        None where there is none, or none that can be read: :func:`store_said` tells why.
    """
    key = (question, version)
    try:
        answers = StoredAnswers(Workspace(question.folder))
        found = answers.find(question)
        if found is None:
            before = next(iter(answers.outdated(question)), None)
            _note(shelf, key, before and _Outdated(before))
            return None
        with st.spinner(words("stored.reading")):
            answer = answers.read(question, found)
    except StoreError as error:
        _note(shelf, key, error)
        return None
    put_on_shelf(shelf, key, answer)
    _note(shelf, key, found)
    return answer


def note_unstored(shelf: str, question: Question, version: Hashable, why: ThoCongError | None) -> None:
    """Take note that an answer could not be stored.

    Parameters
    ----------
    shelf : str
    question : Question
    version : hashable
    why : ThoCongError or None
        None where it was stored.
    """
    if why is not None:
        _note(shelf, (question, version), why)


def store_said(shelf: str, question: Question, version: Hashable, words: Words) -> str:
    """Say of an answer that it was stored, when it was given, and whether the data are newer; or why not.

    Parameters
    ----------
    shelf : str
    question : Question
    version : hashable
    words : Words

    Returns
    -------
    str
        Empty for an answer that was just given and stored.
    """
    _, known = on_shelf(f"{shelf}-store", (question, version))
    if known is None:
        return ""
    if isinstance(known, ThoCongError):
        return words.message(known)
    if isinstance(known, _Outdated):
        before = known.stored
        return words("stored.asked_again", at=words.moment(before.asked_at), program=before.program)
    newer = Runs(Workspace(question.folder)).newer(question)
    said = words("stored.read", at=words.moment(known.asked_at))
    return f"{said} {words('stored.older', layers=versions_text(newer, words))}" if newer else said


def _note(shelf: str, key: tuple[Question, Hashable], known: _Known | None) -> None:
    if known is not None:
        put_on_shelf(f"{shelf}-store", key, known, most=_MOST)
