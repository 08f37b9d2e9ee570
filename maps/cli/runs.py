"""``thocong runs``: answered questions that were kept in a workspace, and asking them again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import pandas as pd

from layers import Workspace
from layers.errors import QuestionError
from layers.findings import worst_level
from maps.analyses import ANALYSES, analysis
from maps.cli.click_words import WHOLE_NUMBER, Group
from maps.cli.options import check_targets
from maps.cli.speech import DONE, FINDINGS, Command, T, finding_records, terminal, write_json
from maps.cli.stored import answer_stored, prune, stored_record, stored_text, write_stored
from maps.columns import Column, as_text
from maps.decision_tables import matches_table, printed_comparison
from maps.export.files import write_answer
from maps.headlines import headlines
from maps.run_tables import run_lines, versions_text
from maps.runs import Runs
from maps.site_decisions import read_search
from maps.site_runs import asked_again, run_search
from spatial.search_comparison import compare_searches

if TYPE_CHECKING:
    from collections.abc import Callable

    from maps.asking import Answer, Question
    from maps.cli.speech import Terminal
    from maps.runs import Run
    from spatial.search_comparison import SearchFacts

__all__ = ["runs"]

_FILE = click.Path(path_type=Path)
_WORKSPACE = click.option("--workspace", metavar="DIR", type=_FILE, help=T("cli.runs.workspace"))
_JSON = click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
_COLUMNS = tuple(
    Column(name, "run_column") for name in ("id", "kind", "title", "figures", "kept_at", "changed")
)


class _Runs(Group):
    """The group alone lists; ``--workspace`` stands behind the command as well as before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let ``thocong runs --workspace DIR`` list."""
        named = any(argument in self.commands for argument in args)
        asked = any(argument in ("-h", "--help") for argument in args)
        return super().parse_args(ctx, args if named or asked else ["list", *args])


@click.group(cls=_Runs, help=T("cli.runs.help"))
def runs() -> None:
    """Group of the commands about runs."""


@runs.command(name="list", cls=Command, help=T("cli.runs.list"))
@_WORKSPACE
@click.option("--kind", type=click.Choice(list(ANALYSES)), help=T("cli.runs.kind"))
@_JSON
def list_runs(workspace: Path | None, *, kind: str | None, json_target: str | None) -> None:
    """List the runs, the one kept last first."""
    speak, found = terminal(), _opened(workspace)
    listed = found.listed(kind)
    for name, error in found.unreadable():
        speak.say(f"{name}: {speak.words.message(error)}")
    if json_target:
        write_json(json_target, {"runs": [run.record() for run in listed]})
    elif listed:
        click.echo(as_text(run_lines(found, listed, speak.words), _COLUMNS, speak.words))
    else:
        speak.say(speak.words("cli.runs.none"))
    raise SystemExit(DONE)


@runs.command(cls=Command, help=T("cli.runs.show"))
@click.argument("run_id", metavar="ID")
@_WORKSPACE
@click.option("--version", type=WHOLE_NUMBER, metavar="N", help=T("cli.runs.version"))
@click.option("--out", multiple=True, metavar="FILE", type=_FILE, help=T("cli.runs.show_out"))
@_JSON
def show(
    run_id: str,
    *,
    workspace: Path | None,
    version: int | None,
    out: tuple[Path, ...],
    json_target: str | None,
) -> None:
    """Show one run: its question, what it read, its figures, and the answer as it is stored."""
    speak, found = terminal(), _opened(workspace)
    run = found.open(run_id, version)
    check_targets(out, analysis(run.kind).endings, json_target)
    if out:
        write_stored(found, run, out, speak)
    if json_target:
        newer = {layer: {"then": then, "now": now} for layer, (then, now) in _newer(found, run).items()}
        stored = stored_record(found, run, speak.words)
        write_json(json_target, {**run.record(), "newer": newer, "stored": stored})
    elif not out:
        _print(found, run, speak)
        click.echo(stored_text(found, run, speak.words))
    raise SystemExit(DONE)


runs.add_command(prune)


@runs.command(cls=Command, help=T("cli.runs.note"))
@click.argument("run_id", metavar="ID")
@_WORKSPACE
@click.option("--title", help=T("cli.runs.title"))
@click.option("--text", help=T("cli.runs.text"))
def note(run_id: str, *, workspace: Path | None, title: str | None, text: str | None) -> None:
    """Give a run another title or note."""
    speak, found = terminal(), _opened(workspace)
    version = found.open(run_id).version
    changed = found.amend(run_id, expected_version=version, title=title, note=text)
    speak.say(speak.words("cli.runs.changed", run=changed.id, version=changed.version))
    raise SystemExit(DONE)


@runs.command(cls=Command, help=T("cli.runs.again"), epilog=T("cli.exit_codes"))
@click.argument("run_id", metavar="ID")
@_WORKSPACE
@click.option("--newest", is_flag=True, help=T("cli.runs.newest"))
@click.option("--out", multiple=True, metavar="FILE", type=_FILE, help=T("cli.runs.out"))
@click.option("--save-run", "title", metavar="TITLE", help=T("cli.save_run"))
@_JSON
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def again(run_id: str, **given: Any) -> None:
    """Ask the question of a run again, of the same versions or of the newest."""
    speak, found = terminal(), _opened(given["workspace"])
    run = found.open(run_id)
    kind = analysis(run.kind)
    check_targets(given["out"], kind.endings, given["json_target"])
    question = _question(found, run, speak, newest=given["newest"])
    answer = answer_stored(found.base, question, speak)
    extra: dict[str, Any] = {"again": run.id}
    if run.extra.get("decisions"):
        answer, extra = _carried(run, answer, extra, speak)
    kept = None
    if given["title"] is not None:
        kept = found.keep(question, answer, title=given["title"], extra=extra)
        speak.say(speak.words("cli.runs.kept", run=kept.id))
    _reply(run, (question, answer, kept), speak=speak, given=given)


def _carried(run: Run, answer: Any, extra: dict[str, Any], speak: Terminal) -> tuple[Any, dict[str, Any]]:
    """Carry decisions about sites over, and say how each was matched."""
    told, more, matches = asked_again(run, answer)
    speak.say(speak.words("cli.runs.carried", run=run.id))
    speak.say(matches_table(matches, speak.words).to_string(index=False))
    return told, {**more, **extra}


@runs.command(cls=Command, help=T("cli.runs.compare"), epilog=T("cli.exit_codes"))
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@_WORKSPACE
@_JSON
def compare(before: str, after: str, *, workspace: Path | None, json_target: str | None) -> None:
    """Hold two searches for sites against each other: runs, or files that ``--json`` wrote."""
    speak = terminal()
    one, other = (_search(text, workspace) for text in (before, after))
    found = compare_searches(one, other)
    if json_target:
        tables = ("settings", "sites", "exclusions")
        content = {name: _plain_rows(getattr(found, name)) for name in tables}
        write_json(json_target, {**content, "totals": _plain_rows(found.totals.reset_index())})
    else:
        for text in printed_comparison(found, speak.words):
            click.echo(text)
    raise SystemExit(DONE)


def _search(text: str, workspace: Path | None) -> SearchFacts:
    """A search from a file of the terminal, or from a run."""
    if not text.lower().endswith(".json"):
        return run_search(_opened(workspace).open(text))
    return read_search(Path(text))


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _question(found: Runs, run: Run, speak: Terminal, *, newest: bool) -> Question:
    """The question of then, or of the newest versions; what has changed since is said either way."""
    newer = found.newer(run.question)
    if newer:
        key = "cli.runs.newest_read" if newest else "cli.runs.newer"
        speak.say(speak.words(key, layers=versions_text(newer, speak.words)))
    rules = found.rules_changed(run)
    if rules:
        speak.say(speak.words("runs.rules_changed", then=rules[0], now=rules[1]))
    return found.newest(run.question) if newest else run.question


def _reply(
    run: Run, asked: tuple[Question, Answer, Run | None], *, speak: Terminal, given: dict[str, Any]
) -> NoReturn:
    question, answer, kept = asked
    kind, say = analysis(run.kind), speak.words
    files, figures = kind.files(answer, say), kind.figures(answer)
    speak.complain_all(answer.findings)
    for path in given["out"]:
        write_answer(files, path)
        speak.say(say("cli.written", path=str(path)))
    if given["json_target"]:
        content = {
            "run": run.record(),
            "kept": kept.id if kept else None,
            "layers": dict(question.entries),
            "figures": {k: None if v != v else v for k, v in figures.items()},  # noqa: PLR0124 - NaN
            "facts": answer.run,
            "findings": finding_records(list(answer.findings), say),
        }
        write_json(given["json_target"], content)
    elif not given["out"]:
        click.echo(_both(run, dict(figures), say))
        if answer.run["made"]:
            click.echo(say("made.label"))
    failed = worst_level(answer.findings) == "block" and not given["exit_zero"]
    raise SystemExit(FINDINGS if failed else DONE)


def _both(run: Run, figures: dict[str, float | None], say: Callable[..., str]) -> str:
    """Figures of then and now side by side."""
    words: Any = say
    then = {h.name: h.value for h in headlines(run.kind, run.figures, words)}
    rows = [(h.label, then.get(h.name, ""), h.value) for h in headlines(run.kind, figures, words)]
    columns = [say(f"run_column.{name}") for name in ("figure", "then", "now")]
    return pd.DataFrame(rows, columns=columns).to_string(index=False)


def _print(found: Runs, run: Run, speak: Terminal) -> None:
    say = speak.words
    lines = [
        (say("run_column.id"), run.id),
        (say("run_column.kind"), say(f"runs.kind_{run.kind}")),
        (say("run_column.title"), run.title),
        (say("run_column.note"), run.note),
        (say("run_column.kept_at"), say.moment(run.kept_at)),
        (say("run_column.version"), str(run.version)),
        (say("run.on"), say.day(str(run.facts.get("on") or ""))),
        (say("run.rules"), str(run.facts.get("rule_version") or "")),
        (say("run.crs"), str(run.facts.get("crs") or "")),
    ]
    lines += [(h.label, h.value) for h in headlines(run.kind, run.figures, say)]
    for layer in run.layers:
        version = "" if layer["version"] is None else f" v{layer['version']}"
        lines.append((say(f"run.{layer['role']}"), f"{layer['name']}{version}"))
    for label, value in lines:
        if value:
            click.echo(f"{label}: {value}")
    newer = _newer(found, run)
    if newer:
        click.echo(say("cli.runs.newer", layers=versions_text(newer, say)))
    if run.facts.get("made"):
        click.echo(say("made.label"))


def _newer(found: Runs, run: Run) -> dict[str, tuple[int, int]]:
    return found.newer(run.question)


def _opened(folder: Path | None) -> Runs:
    if folder is None:
        raise QuestionError("workspace_needed", expected="--workspace DIR")
    return Runs(Workspace(folder))
