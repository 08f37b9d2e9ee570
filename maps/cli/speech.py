"""How the terminal speaks: language, progress on standard error, errors as sentences, JSON out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from layers.errors import SourceError, ThoCongError
from maps.words import LANGUAGES, Words, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers import Finding

__all__ = ["DONE", "FINDINGS", "USAGE", "T", "Terminal", "finding_records", "terminal", "write_json"]

DONE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
_ROWS_SHOWN: Final = 12


def _language() -> str:
    """Language of help texts, needed before the options are read."""
    arguments = sys.argv[1:]
    for n, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.split("=", 1)[1]
        if argument == "--lang" and n + 1 < len(arguments):
            return arguments[n + 1]
    return os.environ.get("THOCONG_LANG", LANGUAGES[0])


#: words of the help texts
T: Final = words(_language())


class Terminal:
    """What a command needs to speak.

    Parameters
    ----------
    lang : {"vi", "en"}
    quiet : bool
        True keeps progress to itself.
    """

    def __init__(self, lang: str, *, quiet: bool = False) -> None:
        self.words: Words = words(lang)
        self.quiet = quiet

    def progress(self, done: int, total: int, step: str) -> None:
        """Report a step of long work on standard error.

        Parameters
        ----------
        done, total : int
        step : str
        """
        if not self.quiet:
            click.echo(f"[{done}/{total}] {step}", err=True)

    def say(self, text: str) -> None:
        """Write a line for a person to standard error, where it never mixes with results.

        Parameters
        ----------
        text : str
        """
        click.echo(text, err=True)

    def complain(self, what: ThoCongError | Finding) -> None:
        """Write what is wrong and what to do about it.

        Parameters
        ----------
        what : ThoCongError or Finding
        """
        self.say(self.words.message(what))
        fix = self.words.fix(what)
        if fix:
            self.say(f"  → {fix}")

    def complain_all(self, findings: Iterable[Finding]) -> None:
        """Write the findings that need a look, each kind of finding once per layer with its rows.

        Parameters
        ----------
        findings : iterable of Finding
        """
        groups: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings:
            if finding.level != "info":
                groups.setdefault((finding.layer, finding.code), []).append(finding)
        for mine in groups.values():
            self.complain(mine[0])
            if len(mine) > 1:
                rows = ", ".join(str(f.row) for f in mine[1:_ROWS_SHOWN])
                more = " …" if len(mine) > _ROWS_SHOWN else ""
                self.say(f"  {self.words('cli.also_rows', count=len(mine) - 1, rows=rows + more)}")

    def fail(self, error: ThoCongError) -> NoReturn:
        """Complain and leave with exit code 2.

        Parameters
        ----------
        error : ThoCongError
        """
        self.complain(error)
        raise SystemExit(USAGE)


def terminal() -> Terminal:
    """Return the terminal of the running command.

    Returns
    -------
    Terminal
    """
    return click.get_current_context().find_object(Terminal) or Terminal(LANGUAGES[0])


class Command(click.Command):
    """A command whose errors are sentences and never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn our errors into a message and exit code 2.

        Parameters
        ----------
        ctx : click.Context
        """
        try:
            return super().invoke(ctx)
        except ThoCongError as error:
            terminal().fail(error)


def write_json(target: str, content: dict[str, Any]) -> None:
    """Write JSON to a file, or to standard output for ``-``.

    Parameters
    ----------
    target : str
    content : dict

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.flush()
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError("target_unwritable", path=target, found=str(error)) from error


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def finding_records(findings: Iterable[Finding], speak: Words) -> list[dict[str, Any]]:
    """Findings for scripts: code, layer, row, level, message, fix, and the fields.

    Parameters
    ----------
    findings : iterable of Finding
    speak : Words

    Returns
    -------
    list of dict
    """
    return [
        {
            "code": f.code,
            "layer": f.layer,
            "row": f.row,
            "level": f.level,
            "message": speak.message(f),
            "fix": speak.fix(f),
            "fields": f.fields,
        }
        for f in findings
    ]


def pairs(values: Iterable[str], option: str, *, mark: str = "=") -> list[tuple[str, str]]:
    """Split ``NAME=VALUE`` options.

    Parameters
    ----------
    values : iterable of str
    option : str
        For the message.
    mark : str
        What stands between.

    Returns
    -------
    list of (str, str)

    Raises
    ------
    click.UsageError
        If one has no mark.
    """
    out = []
    for value in values:
        name, found, rest = value.partition(mark)
        if not found or not name or not rest:
            raise click.BadParameter(T("cli.pair_expected", found=value, mark=mark), param_hint=option)
        out.append((name, rest))
    return out
