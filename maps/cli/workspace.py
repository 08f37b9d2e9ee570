"""``thocong workspace``: make one, look into it, add a layer, go back to an earlier version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from layers import Workspace, as_crs, guarded_read, parse_period, parse_source, province_epsg
from layers.kinds import kinds
from layers.sample import create_sample
from maps.cli.click_words import WHOLE_NUMBER, Group, kinds_in_words
from maps.cli.speech import DONE, FINDINGS, Command, T, terminal

__all__ = ["workspace"]

_KINDS = [k.name for k in kinds()]
_DIR = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_OPTION = "--workspace"


class _FolderCommand(Command):
    """A command whose folder may also be named the way the other commands name it."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        help_text = T("cli.workspace.option")
        self.params.append(click.Option([_OPTION], metavar="DIR", expose_value=False, help=help_text))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the folder of ``--workspace DIR`` where the argument stands."""
        for n, argument in enumerate(args):
            name, mark, folder = argument.partition("=")
            if name != _OPTION or (not mark and n + 1 == len(args)):
                continue
            rest = args[n + 1 :] if mark else args[n + 2 :]
            return super().parse_args(ctx, [folder if mark else args[n + 1], *args[:n], *rest])
        return super().parse_args(ctx, args)


@click.group(cls=Group, help=T("cli.workspace.help"))
def workspace() -> None:
    """Group of the workspace commands."""


@workspace.command(cls=_FolderCommand, help=T("cli.workspace.create"))
@_DIR
@click.option("--crs", metavar="EPSG", help=T("cli.workspace.crs"))
@click.option("--province", metavar="NAME", help=T("cli.workspace.province"))
@click.option("--name", default="", help=T("cli.workspace.name"))
@click.option("--sample", is_flag=True, help=T("cli.workspace.sample"))
def create(folder: Path, *, crs: str | None, province: str | None, name: str, sample: bool) -> None:
    """Make a workspace, empty or with the sample district."""
    speak = terminal()
    if sample:
        create_sample(folder, progress=speak.progress)
    else:
        from datetime import UTC, datetime  # noqa: PLC0415

        today = datetime.now(UTC).date()
        system = as_crs(crs) if crs else as_crs(province_epsg(province or "Hà Nội", today))
        Workspace.create(folder, crs=system, name=name)
    speak.say(speak.words("cli.workspace.created", path=str(folder)))
    raise SystemExit(DONE)


@workspace.command(name="list", cls=_FolderCommand, help=T("cli.workspace.list"))
@_DIR
@click.option("--withdrawn", is_flag=True, help=T("cli.workspace.list_withdrawn"))
def list_layers(folder: Path, *, withdrawn: bool) -> None:
    """Show the current version of every layer, or the newest one of those taken off the list."""
    speak = terminal().words
    base = Workspace(folder)
    for entry in base.withdrawn() if withdrawn else base.layers():
        label = speak("made.label") if entry.provenance.made else ""
        facts = [
            entry.layer,
            entry.kind_name,
            str(entry.period or ""),
            f"v{entry.version}",
            f"{entry.rows}",
            label,
        ]
        click.echo("\t".join(facts).rstrip())


@workspace.command(cls=_FolderCommand, help=T("cli.workspace.add"))
@_DIR
@click.argument("file", metavar="FILE[:LAYER]")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(_KINDS),
    metavar="KIND",
    help=T("cli.check.kind", kinds=kinds_in_words()),
)
@click.option("--name", help=T("cli.workspace.layer_name"))
@click.option("--period", metavar="YEARS[:STAGE]", help=T("cli.check.period"))
@click.option("--assume-crs", metavar="EPSG", help=T("cli.check.assume_crs"))
@click.option("--decision", default="", help=T("cli.workspace.decision"))
@click.option("--body", default="", help=T("cli.workspace.body"))
@click.option("--date", "day", default="", metavar="DATE", help=T("cli.workspace.date"))
@click.option("--scale", default="", help=T("cli.workspace.scale"))
@click.option("--note", default="", help=T("cli.workspace.note"))
def add(folder: Path, file: str, **given: Any) -> None:
    """Read a file, report what was seen, and save it as a new version."""
    speak = terminal()
    base = Workspace(folder)
    source = replace(parse_source(file), assume_crs=given["assume_crs"])
    period = parse_period(given["period"]) if given["period"] else None
    reading = guarded_read(source, given["kind"], name=given["name"], period=period)
    speak.complain_all(reading.findings)
    if reading.layer.frame.empty or reading.layer.frame.crs is None:
        speak.say(speak.words("cli.workspace.not_added", layer=reading.layer.name))
        raise SystemExit(FINDINGS)
    facts = {
        "decision": given["decision"],
        "body": given["body"],
        "date": given["day"],
        "scale": given["scale"],
    }
    layer = replace(reading.layer, provenance=replace(reading.layer.provenance, **facts))
    head = next((v.version for v in base.layers() if v.layer == layer.name), None)
    saved = base.save(layer, expected=head, note=given["note"], findings=reading.findings)
    counts = {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}
    speak.say(speak.words("cli.workspace.added", layer=saved.layer, version=saved.version, **counts))
    raise SystemExit(DONE)


@workspace.command(cls=_FolderCommand, help=T("cli.workspace.history"))
@_DIR
@click.argument("name")
def history(folder: Path, name: str) -> None:
    """Show all versions of a layer."""
    for entry in Workspace(folder).history(name):
        mark = "*" if entry.current else " "
        click.echo(f"{mark} v{entry.version}\t{entry.saved_at}\t{entry.rows}\t{entry.note}")


@workspace.command(cls=_FolderCommand, help=T("cli.workspace.undo"))
@_DIR
@click.argument("name")
@click.option("--to", "version", type=WHOLE_NUMBER, metavar="N", help=T("cli.workspace.undo_to"))
def undo(folder: Path, name: str, version: int | None) -> None:
    """Undo the last save, or make an earlier version current; an import of a new layer leaves the list."""
    speak = terminal()
    base = Workspace(folder)
    if version is None:
        current = base.version(name).version
        before = base.undo_save(name, expected=current)
        told = {"layer": name, "wanted": current - 1, "version": before.version if before else current}
        speak.say(speak.words("cli.workspace.undone" if before else "cli.workspace.withdrawn", **told))
    else:
        saved = base.restore(name, version)
        told = {"layer": name, "wanted": version, "version": saved.version}
        speak.say(speak.words("cli.workspace.undone", **told))
    raise SystemExit(DONE)
