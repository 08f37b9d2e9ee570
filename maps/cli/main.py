"""The group of commands."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from maps.cli.absorption import absorption
from maps.cli.bring import bring
from maps.cli.candidates import candidates
from maps.cli.change import change
from maps.cli.check import check
from maps.cli.click_words import Group
from maps.cli.compare import compare
from maps.cli.conflicts import conflicts
from maps.cli.distances import distances
from maps.cli.doctor import doctor
from maps.cli.export import export
from maps.cli.runs import runs
from maps.cli.serve import serve
from maps.cli.speech import T, Terminal
from maps.cli.workspace import workspace
from maps.words import LANGUAGES

__all__ = ["main"]


def _version() -> str:
    try:
        return version("thocong")
    except PackageNotFoundError:
        return "0"


@click.group(cls=Group, help=T("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], envvar="THOCONG_LANG", help=T("cli.lang")
)
@click.option("--quiet", is_flag=True, help=T("cli.quiet"))
@click.version_option(
    _version(), prog_name="thocong", help=T("cli.version"), message=T("cli.version_message")
)
@click.pass_context
def main(ctx: click.Context, lang: str, *, quiet: bool) -> None:
    """Set the language for every command."""
    ctx.obj = Terminal(lang, quiet=quiet)


for command in (
    conflicts,
    distances,
    absorption,
    candidates,
    compare,
    change,
    check,
    export,
    runs,
    serve,
    doctor,
    workspace,
    bring,
):
    main.add_command(command)
