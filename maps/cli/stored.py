"""Answers as they are stored in a workspace, for the terminal: shown, written to files, pruned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers import Workspace
from layers.errors import QuestionError, StoreError
from maps.analyses import analysis, analysis_of
from maps.cli.click_words import WholeRange
from maps.cli.speech import DONE, Command, T, finding_records, terminal, write_json
from maps.export.files import write_answer
from maps.pruning import MOST_UNSAVED
from maps.pruning import prune as pruned
from maps.run_tables import versions_text
from maps.stored_answers import StoredAnswers, keep_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.asking import Question
    from maps.cli.speech import Terminal
    from maps.runs import Run, Runs
    from maps.stored_answers import StoredAnswer
    from maps.words import Words

__all__ = ["answer_stored", "prune", "stored_record", "stored_text", "write_stored"]


def answer_stored(base: Workspace, question: Question, speak: Terminal) -> Any:
    """Answer a question and store its answer; where it can't be stored, that is said.

    Parameters
    ----------
    base : Workspace
    question : Question
    speak : Terminal

    Returns
    -------
    Answer
    """
    mark = StoredAnswers(base).mark(question)
    answer = analysis_of(question).answer(question, progress=speak.progress)
    why = keep_answer(base, question, answer, mark=mark)
    if why is not None:
        speak.say(speak.words.message(why))
    return answer


def stored_text(runs: Runs, run: Run, words: Words) -> str:
    """Say what is stored of the answer of a run.

    Parameters
    ----------
    runs : Runs
    run : Run
    words : Words

    Returns
    -------
    str
    """
    stored = _stored(runs, run)
    if stored is None:
        return words("cli.runs.not_stored")
    layers = ", ".join(f"{layer} v{number}" for layer, number in stored.layers)
    facts = {"at": words.moment(stored.asked_at), "layers": layers, "program": stored.program}
    lines = [words("cli.runs.stored", rules=stored.rules, **facts)]
    newer = runs.newer(run.question)
    if newer:
        lines.append(words("cli.runs.stored_older", layers=versions_text(newer, words)))
    if not StoredAnswers(runs.base).holds(run.question, stored):
        lines.append(words("cli.runs.stored_rules"))
    return "\n".join(lines)


def stored_record(runs: Runs, run: Run, words: Words) -> dict[str, Any] | None:
    """Return what is stored of the answer of a run as plain values.

    Parameters
    ----------
    runs : Runs
    run : Run
    words : Words

    Returns
    -------
    dict or None
        When it was given, on which versions; ``older_than_data`` and ``current`` (rules, program, changes on
        record and units are still those); its figures, facts and findings, or ``error`` where it
        can't be read.
    """
    stored = _stored(runs, run)
    if stored is None:
        return None
    store = StoredAnswers(runs.base)
    facts = {"current": store.holds(run.question, stored), "older_than_data": bool(runs.newer(run.question))}
    told = {**stored.record(), **facts}
    try:
        answer = store.read(run.question, stored)
    except StoreError as error:
        return {**told, "error": error.code}
    figures = analysis(run.kind).figures(answer)
    return {
        **told,
        "figures": {k: None if v != v else v for k, v in figures.items()},  # noqa: PLR0124 - NaN
        "facts": answer.run,
        "findings": finding_records(list(answer.findings), words),
    }


def write_stored(runs: Runs, run: Run, targets: Sequence[Path], speak: Terminal) -> None:
    """Write the stored answer of a run to files, without asking again.

    Parameters
    ----------
    runs : Runs
    run : Run
    targets : sequence of pathlib.Path
    speak : Terminal

    Raises
    ------
    StoreError
        ``answer_missing``, ``answer_damaged`` or ``answer_other_shape``.
    """
    stored = _stored(runs, run)
    if stored is None:
        raise StoreError("answer_missing", file=run.id)
    answer = StoredAnswers(runs.base).read(run.question, stored)
    speak.say(stored_text(runs, run, speak.words))
    files = analysis(run.kind).files(answer, speak.words)
    for path in targets:
        write_answer(files, path)
        speak.say(speak.words("cli.written", path=str(path)))


def _stored(runs: Runs, run: Run) -> StoredAnswer | None:
    """The answer that asking now would give, else the last one that was given."""
    answers = StoredAnswers(runs.base)
    return answers.find(run.question) or next(iter(answers.outdated(run.question)), None)


@click.command(cls=Command, help=T("cli.runs.prune"))
@click.option(
    "--workspace",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=T("cli.runs.workspace"),
)
@click.option("--keep", type=WholeRange(min=0), metavar="N", help=T("cli.runs.keep", count=MOST_UNSAVED))
@click.option("--dry-run", "dry", is_flag=True, help=T("cli.runs.dry"))
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
def prune(workspace: Path | None, *, keep: int | None, dry: bool, json_target: str | None) -> None:
    """Forget questions that nobody saved, all but the last ones."""
    speak = terminal()
    if workspace is None:
        raise QuestionError("workspace_needed", expected="--workspace DIR")
    gone = pruned(Workspace(workspace), keep=MOST_UNSAVED if keep is None else keep, dry=dry)
    if json_target:
        names = [one.path.name for one in gone.answers]
        write_json(json_target, {"asked": list(gone.asked), "answers": names, "bytes": gone.bytes})
    else:
        key = "cli.runs.would_prune" if dry else "cli.runs.pruned"
        size = speak.words.number(gone.bytes / 2**20, 1)
        speak.say(speak.words(key, asked=len(gone.asked), answers=len(gone.answers), size_mb=size))
    raise SystemExit(DONE)
