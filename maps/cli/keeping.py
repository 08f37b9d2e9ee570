"""``--save-run``: the question of a command kept as a run in its workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from layers import Workspace
from layers.errors import QuestionError
from maps.asking import stamp
from maps.cli.speech import T
from maps.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from maps.asking import Answer, Question
    from maps.cli.speech import Terminal

__all__ = ["check_keepable", "entries_of", "keep_run", "save_run_option"]

#: what a question to a workspace can't hold: the layers of a run are read as they are saved
_UNKEPT: Final = ("where", "extent", "assume_crs", "crs")

save_run_option = click.option("--save-run", metavar="TITLE", help=T("cli.save_run"))


def check_keepable(given: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> None:
    """Refuse to keep what could not be asked again from the workspace, before any work is done.

    Parameters
    ----------
    given : mapping
        Options of the command.
    also : mapping, optional
        Options of this command that a run can't hold: name as written, and what was given.

    Raises
    ------
    QuestionError
        ``run_needs_workspace`` or ``run_option_unkept``.
    """
    if given["save_run"] is None:
        return
    if not given["workspace"]:
        raise QuestionError("run_needs_workspace", expected="--workspace DIR")
    stated = {f"--{name.replace('_', '-')}": given.get(name) for name in _UNKEPT}
    for option, value in {**stated, **(also or {})}.items():
        if value:
            raise QuestionError("run_option_unkept", option=option)


def entries_of(given: Mapping[str, Any], texts: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    """Find the layers of the workspace that options name.

    Parameters
    ----------
    given : mapping
        Options of the command.
    texts : iterable of str or None
        ``NAME`` or ``KIND=NAME``; None is left out.

    Returns
    -------
    tuple of (str, int)
        Names and current versions.

    Raises
    ------
    StoreError
        ``layer_unknown``.
    """
    base = Workspace(given["workspace"])
    known = {v.layer for v in base.layers()}
    names = [text if text in known else text.partition("=")[2] or text for text in texts if text]
    return tuple((name, base.version(name).version) for name in names)


def keep_run(
    given: Mapping[str, Any],
    question: Question,
    answer: Answer,
    speak: Terminal,
    *,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Keep an answered question.

    Parameters
    ----------
    given : mapping
        Options of the command: ``workspace`` and the title.
    question : Question
    answer : Answer
    speak : Terminal
    extra : mapping, optional
        What the analysis keeps besides.
    """
    stamp(answer, question)
    run = Runs(Workspace(given["workspace"])).keep(question, answer, title=given["save_run"], extra=extra)
    speak.say(speak.words("cli.runs.kept", run=run.id))
