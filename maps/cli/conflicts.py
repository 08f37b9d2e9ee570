"""``thocong conflicts``: what these zones run into."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers.kinds import kinds
from maps.asking import stamp
from maps.cli.answering import Asking, Reply, asking_options
from maps.cli.keeping import check_keepable, entries_of, keep_run
from maps.cli.overrides import overridden, read_overrides
from maps.cli.speech import Command, T
from maps.columns import Column, as_text
from maps.export.answer import ConflictFiles
from maps.export.frames import contract_rows, contract_totals
from maps.provinces import local_rules
from maps.question import ConflictQuestion
from spatial.conflicts import conflicts as ask
from spatial.rules import STATES

if TYPE_CHECKING:
    from spatial.conflicts import ConflictAnswer

__all__ = ["conflicts"]

_PRINTED = (
    Column("zone"),
    Column("constraint"),
    Column("state"),
    Column("area_ha", digits=2),
    Column("share_pct", digits=1),
    Column("clause"),
)
_GENERAL = "industrial_zone"
_ZONE_KINDS = [k.name for k in kinds("zone")]


@click.command(cls=Command, help=T("cli.conflicts.help"), epilog=T("cli.exit_codes"))
@click.option("--zones", required=True, metavar="FILE[:LAYER]", help=T("cli.conflicts.zones"))
@click.option(
    "--against", required=True, multiple=True, metavar="KIND=FILE[:LAYER]", help=T("cli.conflicts.against")
)
@click.option(
    "--zone-kind",
    type=click.Choice(_ZONE_KINDS),
    default=_GENERAL,
    help=T("cli.conflicts.zone_kind"),
)
@click.option(
    "--override",
    "overrides",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help=T("cli.conflicts.override"),
)
@click.option("--province", metavar="NAME", default="", help=T("cli.conflicts.province"))
@asking_options("conflicts", tolerance_m=0.5)
def conflicts(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    asking = Asking(given, ConflictFiles)
    named = {
        "--province": given["province"],
        "--override": given["overrides"],
        "--zone-kind": given["zone_kind"] != _GENERAL,
    }
    check_keepable(given, named)
    changes = read_overrides(given["overrides"]) if given["overrides"] else None
    inputs = asking.inputs
    inputs.check_kinds(given["against"])
    zones = inputs.zones(given["zones"], given["zone_kind"])
    layers = asking.align([zones, *(inputs.constraint(text) for text in given["against"])])
    answer = ask(
        layers[0],
        layers[1:],
        rules=local_rules("conflict_rules", layers, workspace=inputs.workspace, stated=given["province"]),
        on=asking.on,
        tolerance_m=given["tolerance_m"],
        progress=asking.speak.progress,
    )
    stamp(answer)
    if given["save_run"] is not None:
        zones_asked, others = (entries_of(given, texts) for texts in ([given["zones"]], given["against"]))
        folder = str(given["workspace"])
        question = ConflictQuestion(folder, zones_asked, others, asking.on, given["tolerance_m"])
        keep_run(given, question, answer, asking.speak)
    if changes is not None:
        answer = overridden(answer, changes, given["overrides"])
    asking.reply(_reply(ConflictFiles(answer, asking.speak.words), answer))


def _reply(files: ConflictFiles, answer: ConflictAnswer) -> Reply:
    def content() -> dict[str, Any]:
        return {"rows": contract_rows(answer, files.words), "totals": contract_totals(answer)}

    def printed() -> str:
        rows = files.tables()["rows"].frame
        gravest = answer.rows["state"].map({s: n for n, s in enumerate(STATES)})
        return as_text(rows.loc[gravest.sort_values(kind="stable").index], _PRINTED, files.words)

    return Reply(files, content, printed, failed=bool((answer.rows["state"] == "blocks").any()))
