"""Questions that were asked on a page, put down while they are answered: a link and a restart find them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from layers.errors import QuestionError, StoreError
from maps.analyses import analysis, analysis_of
from maps.question_json import plain_question, question_from
from maps.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.store import Workspace
    from maps.asking import Question

__all__ = ["Asked", "State", "asked_id", "note_asked", "note_ended", "open_asked", "plain_form"]

State = Literal["running", "done", "failed", "stopped"]

_KIND: Final = "asked"
#: of this process: what another one was at when it ended will never be done
_SERVER: Final = uuid.uuid4().hex[:12]
_ID: Final = re.compile(r"([a-z]{3,20})-([0-9a-f]{16}|[1-9][0-9]{0,8})")
_KEY_LENGTH: Final = 16


@dataclass(frozen=True)
class Asked:
    """A question that a link names.

    Parameters
    ----------
    id : str
        Of a run (``conflicts-7``), or of a question that was asked and not kept (its key behind the name).
    kind : str
        Name of the analysis.
    question : Question
    state : {"running", "done", "failed", "stopped", "interrupted"}
        *interrupted*: it was running in an application that has ended since.
    form : dict
        What stood in the widgets when it was asked.
    kept : bool
        True for a run.
    """

    id: str
    kind: str
    question: Question
    state: str
    form: dict[str, Any]
    kept: bool


def asked_id(question: Question) -> str:
    """Return the id of a question that was not kept.

    Parameters
    ----------
    question : Question

    Returns
    -------
    str
    """
    return f"{analysis_of(question).name}-{question.key}"


def note_asked(base: Workspace, question: Question, form: Mapping[str, Any]) -> None:
    """Put down that a question is being answered.

    Parameters
    ----------
    base : Workspace
    question : Question
    form : mapping
        What stands in the widgets; only plain values are kept.
    """
    content = {"question": plain_question(question), "state": "running", "server": _SERVER}
    _put(base, asked_id(question), {**content, "form": plain_form(form)})


def note_ended(base: Workspace, question: Question, state: State) -> None:
    """Put down how the answering of a question ended.

    Parameters
    ----------
    base : Workspace
    question : Question
    state : {"done", "failed", "stopped"}
    """
    name = asked_id(question)
    try:
        found = base.entries.get(_KIND, name).content
    except StoreError:
        return
    _put(base, name, {**found, "state": state})


def open_asked(base: Workspace, name: str) -> Asked:
    """Find the question that a link names.

    Parameters
    ----------
    base : Workspace
    name : str
        From an address: anybody can have written it.

    Returns
    -------
    Asked

    Raises
    ------
    StoreError
        ``run_unknown``.
    QuestionError
        ``run_id_wrong`` for what is no id, ``question_unreadable``.
    """
    parts = _ID.fullmatch(name)
    if parts is None:
        raise QuestionError("run_id_wrong", found=name[:40])
    if len(parts[2]) != _KEY_LENGTH:
        run = Runs(base).open(name)
        return Asked(name, run.kind, run.question, "done", _dated(run.form), kept=True)
    kind = analysis(parts[1])
    history = base.entries.history(_KIND, name)
    if not history:
        raise StoreError("run_unknown", found=name, expected=[])
    content = history[0].content
    question = question_from(kind.question, content.get("question"), str(base.folder))
    state = str(content.get("state"))
    if state == "running" and content.get("server") != _SERVER:
        state = "interrupted"
    return Asked(name, kind.name, question, state, _dated(content.get("form")), kept=False)


def _put(base: Workspace, name: str, content: dict[str, Any]) -> None:
    """Put down a version; a workspace that can't be written only has no link to lose."""
    try:
        history = base.entries.history(_KIND, name)
        if history and history[0].content == content:
            return
        base.entries.put(_KIND, name, content, expected=history[0].version if history else None)
    except StoreError:
        return


def plain_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """Write what stands in widgets as plain values; what can't be one is left out.

    Parameters
    ----------
    form : mapping
        Key of a widget to its value.

    Returns
    -------
    dict

    Examples
    --------
    >>> from datetime import date
    >>> plain_form({"on": date(2026, 6, 1), "layers": ["a"], "file": object()})
    {'on': {'day': '2026-06-01'}, 'layers': ['a']}
    """
    kept: dict[str, Any] = {}
    for key, value in form.items():
        if isinstance(value, date):
            kept[key] = {"day": value.isoformat()}
        elif isinstance(value, str | int | float) or (
            isinstance(value, list) and all(isinstance(part, str | int | float) for part in value)
        ):
            kept[key] = value
    return kept


def _dated(form: Any) -> dict[str, Any]:
    out = {}
    for key, value in (form if isinstance(form, dict) else {}).items():
        day = value.get("day") if isinstance(value, dict) else None
        try:
            out[str(key)] = date.fromisoformat(str(day)) if isinstance(value, dict) else value
        except ValueError:
            continue
    return out
