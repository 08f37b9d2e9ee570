"""What every command that asks a question has: the common options, the inputs, the report, the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import shapely

from layers import Workspace, as_crs
from layers.align import align
from layers.errors import SourceError
from layers.findings import worst_level
from maps.cli.click_words import NUMBER
from maps.cli.inputs import Inputs
from maps.cli.keeping import check_keepable, save_run_option
from maps.cli.options import assumptions_of, check_targets, day_of
from maps.cli.speech import (
    DONE,
    FINDINGS,
    USAGE,
    T,
    Terminal,
    finding_records,
    terminal,
    write_json,
)
from maps.export.files import write_answer
from maps.grouping import once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pyproj import CRS

    from layers import Layer
    from layers.align import Aligned
    from maps.asking import Answer
    from maps.export.files import AnswerFiles

_AREA = 2

__all__ = ["Asking", "Reply", "asking_options"]


def asking_options(
    name: str, *, tolerance_m: float | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options that every question takes.

    ``--crs``, ``--on``, ``--tolerance-m`` where the question has one, ``--out``, ``--json``,
    ``--workspace``, ``--extent``, ``--where``, ``--assume-crs``, ``--save-run``, ``--exit-zero``. They
    stand behind the options of the command itself when this is the last decorator above it.

    Parameters
    ----------
    name : str
        Of the command; ``cli.<name>.out`` says what its files hold.
    tolerance_m : float, optional
        Default of ``--tolerance-m``; without it there is no such option.

    Returns
    -------
    callable
        A decorator.
    """
    file = click.Path(path_type=Path)
    options = [
        click.option("--crs", metavar="EPSG", help=T("cli.conflicts.crs")),
        click.option("--on", "on_text", metavar="DATE", help=T("cli.conflicts.on")),
        click.option("--out", multiple=True, metavar="FILE", type=file, help=T(f"cli.{name}.out")),
        click.option("--json", "json_target", metavar="FILE", help=T("cli.json")),
        click.option("--workspace", metavar="DIR", type=file, help=T("cli.workspace_option")),
        click.option("--extent", multiple=True, metavar="KIND=FILE", help=T("cli.conflicts.extent")),
        click.option("--where", multiple=True, metavar="KIND:COLUMN=V1,V2", help=T("cli.conflicts.where")),
        click.option(
            "--assume-crs", multiple=True, metavar="[KIND=]EPSG", help=T("cli.conflicts.assume_crs")
        ),
        save_run_option,
        click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero")),
    ]
    if tolerance_m is not None:
        options.insert(
            2,
            click.option(
                "--tolerance-m",
                type=NUMBER,
                metavar="M",
                default=tolerance_m,
                show_default=True,
                help=T("cli.conflicts.tolerance"),
            ),
        )

    def dressed(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return dressed


@dataclass(frozen=True)
class Reply:
    """What a command found, in the forms that it may be wanted in.

    Parameters
    ----------
    files : AnswerFiles
        The answer, for ``--out`` and for the made-data label.
    content : callable
        Returns ``rows`` and ``totals`` for scripts; run and findings are added.
    printed : callable
        Returns the rows for a person at a terminal, the gravest first.
    failed : bool
        True where a rule is broken: exit code 1.
    """

    files: AnswerFiles[Any]
    content: Callable[[], dict[str, Any]]
    printed: Callable[[], str]
    failed: bool


class Asking:
    """A question on its way from the options to the exit code.

    Parameters
    ----------
    given : dict
        Options of the command.
    files : type
        Class of the files of the answer; targets that it can't write are refused here, before an hour
        of work is done for them.
    """

    def __init__(self, given: dict[str, Any], files: type[AnswerFiles[Any]]) -> None:
        self.given = given
        self.speak: Terminal = terminal()
        self.on: date = day_of(given["on_text"])
        check_targets(given["out"], files.endings, given["json_target"])
        check_keepable(given)
        base = Workspace(given["workspace"]) if given["workspace"] else None
        self.inputs = Inputs(base, assumptions_of(given))
        self.aligned: Aligned | None = None

    def align(self, layers: Sequence[Layer], crs: CRS | None = None) -> list[Layer]:
        """Bring layers into the system to measure in: ``--crs``, else that of the first layer.

        Parameters
        ----------
        layers : sequence of Layer
        crs : pyproj.CRS, optional
            System that something else settles, such as the rasters of the question.

        Returns
        -------
        list of Layer
        """
        asked = self.given["crs"]
        self.aligned = align(list(layers), crs or (as_crs(asked) if asked else None))
        return self.aligned.layers

    def align_areas(self, layers: Sequence[Layer], crs: CRS | None = None) -> list[Layer]:
        """Bring layers into one system, and refuse one without a single area: no answer would be true of it.

        Parameters
        ----------
        layers : sequence of Layer
        crs : pyproj.CRS, optional

        Returns
        -------
        list of Layer

        Raises
        ------
        SourceError
            ``no_areas``, after the findings that say why.
        """
        placed = self.align(layers, crs)
        for layer in placed:
            if not (shapely.get_dimensions(layer.frame.geometry.to_numpy()) == _AREA).any():
                found = [*self.inputs.findings, *(self.aligned.findings if self.aligned else ())]
                self.speak.complain_all(once(found))
                raise SourceError("no_areas", path=layer.name, rows_read=len(layer.frame))
        return placed

    def reply(self, reply: Reply) -> NoReturn:
        """Write what was asked for, and leave with the exit code that fits.

        Parameters
        ----------
        reply : Reply
        """
        answer: Answer = reply.files.answer
        findings = once(
            [*self.inputs.findings, *(self.aligned.findings if self.aligned else ()), *answer.findings]
        )
        say = self.speak
        say.complain_all(findings)
        for path in self.given["out"]:
            write_answer(reply.files, path)
            say.say(say.words("cli.written", path=str(path)))
        if self.given["json_target"]:
            found = finding_records(findings, say.words)
            write_json(self.given["json_target"], {**reply.content(), "run": answer.run, "findings": found})
        elif not self.given["out"]:
            click.echo(reply.printed())
            if reply.files.note:
                click.echo(reply.files.note)
        failed = reply.failed or worst_level(findings) == "block"
        code = USAGE if self.inputs.unreadable else FINDINGS if failed else DONE
        raise SystemExit(DONE if self.given["exit_zero"] else code)
