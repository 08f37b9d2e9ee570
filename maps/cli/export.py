"""``thocong export``: a layer of a file or of the workspace, in another format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from layers import Workspace, as_crs, guarded_read, parse_source, to_crs
from layers.kinds import kinds
from maps.cli.click_words import WHOLE_NUMBER
from maps.cli.options import check_targets
from maps.cli.speech import DONE, Command, T, terminal
from maps.export import FORMATS, export_layer

__all__ = ["export"]

_KINDS = [k.name for k in kinds()]


@click.command(cls=Command, help=T("cli.export.help"), epilog=T("cli.exit_codes"))
@click.argument("layer", metavar="FILE[:LAYER]|NAME")
@click.option(
    "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help=T("cli.export.out")
)
@click.option(
    "--kind", type=click.Choice(_KINDS), metavar="KIND", default="industrial_zone", help=T("cli.export.kind")
)
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.workspace_option"))
@click.option("--version", "version", type=WHOLE_NUMBER, metavar="N", help=T("cli.export.version"))
@click.option("--crs", metavar="EPSG", help=T("cli.export.crs"))
@click.option("--assume-crs", metavar="EPSG", help=T("cli.check.assume_crs"))
def export(**given: Any) -> None:
    """Read, reproject if asked to, and write."""
    speak = terminal()
    check_targets([given["out"]], FORMATS)
    if given["workspace"]:
        found = Workspace(given["workspace"]).load(given["layer"], given["version"])
    else:
        source = replace(parse_source(given["layer"]), assume_crs=given["assume_crs"])
        reading = guarded_read(source, given["kind"])
        speak.complain_all(reading.findings)
        found = reading.layer
    if given["crs"]:
        found = found.with_frame(to_crs(found.frame, as_crs(given["crs"]), layer=found.name))
    export_layer(found, given["out"], speak.words)
    speak.say(speak.words("cli.written", path=str(given["out"])))
    raise SystemExit(DONE)
