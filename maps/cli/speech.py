"""How the terminal speaks: language, progress on standard error, errors as sentences, JSON out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from layers.causes import cause_of
from layers.errors import QuestionError, SourceError, ThoCongError
from layers.kinds import kinds
from maps.grouping import grouped
from maps.tables import layer_label
from maps.words import LANGUAGES, Words, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers import Finding
    from maps.grouping import Group

__all__ = [
    "DONE",
    "FINDINGS",
    "USAGE",
    "Command",
    "T",
    "Terminal",
    "finding_records",
    "helped",
    "language",
    "pairs",
    "terminal",
    "write_json",
]

DONE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
_ROWS_SHOWN: Final = 11


def language(given: Sequence[str] | None = None) -> str:
    """Find the language, needed for help and usage before any option is read.

    Parameters
    ----------
    given : sequence of str, optional
        Arguments, default those of the process.

    Returns
    -------
    str
        What ``--lang`` says, wherever it stands, else the environment, else Vietnamese.
    """
    arguments = sys.argv[1:] if given is None else list(given)
    for n, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.split("=", 1)[1]
        if argument == "--lang" and n + 1 < len(arguments):
            return arguments[n + 1]
    return os.environ.get("THOCONG_LANG", LANGUAGES[0])


#: words of the help texts
T: Final = words(language())


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
            A layer by its name, or a step that the locale files know (``progress.<step>``).
        """
        if not self.quiet:
            known = self.words.has(f"progress.{step}")
            name = self.words(f"progress.{step}") if known else _layer_in_words(step, self.words)
            click.echo(f"[{done}/{total}] {name}", err=True)

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
        for group in grouped(f for f in findings if f.level != "info"):
            for line in self.lines(group):
                self.say(line)

    def lines(self, group: Group) -> list[str]:
        """Put a group of findings into words.

        Parameters
        ----------
        group : Group

        Returns
        -------
        list of str
            The first finding, what to do, and the other rows of which the same holds.
        """
        out = [self.words.message(group.first)]
        fix = self.words.fix(group.first)
        if fix:
            out.append(f"  → {fix}")
        if group.count:
            rows = ", ".join(group.rows[:_ROWS_SHOWN])
            more = " …" if group.count > _ROWS_SHOWN else ""
            out.append(f"  {self.words('cli.also_rows', count=group.count, rows=rows + more)}")
        return out

    def fail(self, error: ThoCongError) -> NoReturn:
        """Complain and leave with exit code 2.

        Parameters
        ----------
        error : ThoCongError
        """
        self.complain(error)
        raise SystemExit(USAGE)


def _layer_in_words(name: str, words: Words) -> str:
    """Name a layer that is called after its kind and year, such as ``land_use_2030``."""
    year = name.rpartition("_")[2]
    period = year if year.isdecimal() else None
    labels = (layer_label(name, kind.name, period, words) for kind in kinds())
    return next((label for label in labels if label != name), name)


def terminal() -> Terminal:
    """Return the terminal of the running command.

    Returns
    -------
    Terminal
    """
    return click.get_current_context().find_object(Terminal) or Terminal(LANGUAGES[0])


def _speak_in(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        before = ctx.find_object(Terminal)
        ctx.obj = Terminal(value, quiet=before is not None and before.quiet)


#: the language may stand behind the command as well as before it
_LANG = click.Option(
    ["--lang"],
    type=click.Choice(LANGUAGES),
    expose_value=False,
    is_eager=True,
    callback=_speak_in,
    help=T("cli.lang"),
)


def helped(option: click.Option | None) -> click.Option | None:
    """Let an option that shows the help say so in the language of this run.

    Parameters
    ----------
    option : click.Option or None

    Returns
    -------
    click.Option or None
        The same.
    """
    if option is not None:
        option.help = T("click.help")
    return option


class Command(click.Command):
    """A command whose errors are sentences and never a traceback."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{"options_metavar": T("cli.options"), **options})
        for param in self.params:
            if param.metavar is None and param.type is click.STRING and isinstance(param, click.Option):
                param.metavar = T("cli.text")

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters, and among them the language.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        list of click.Parameter
        """
        *own, last = super().get_params(ctx)
        return [*own, _LANG, last]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help; click keeps it, with the words of the first run.

        Parameters
        ----------
        ctx : click.Context

        Returns
        -------
        click.Option or None
        """
        return helped(super().get_help_option(ctx))

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
        except UnicodeEncodeError as error:  # bytes that are no UTF-8 reach a program as signs without a text
            found = ascii(str(error.object)[max(error.start - 20, 0) : error.start + 20])
            terminal().fail(QuestionError("argument_not_text", found=found))


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
        raise SourceError("target_unwritable", path=target, found=cause_of(error)) from error


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
            message = terminal().words("cli.pair_expected", found=value, mark=mark)
            raise click.BadParameter(message, param_hint=option)
        out.append((name, rest))
    return out
