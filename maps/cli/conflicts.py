"""``thocong conflicts``: what these zones run into."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers import Workspace, as_crs, reference
from layers.align import align
from layers.findings import worst_level
from layers.kinds import kinds
from maps.cli.click_words import NUMBER
from maps.cli.grouping import once
from maps.cli.inputs import Inputs
from maps.cli.options import assumptions_of, check_targets, day_of
from maps.cli.overrides import overridden, read_overrides
from maps.cli.speech import (
    DONE,
    FINDINGS,
    USAGE,
    Command,
    T,
    Terminal,
    finding_records,
    terminal,
    write_json,
)
from maps.conflict_tables import rows_table
from maps.export import FORMATS, export_answer
from maps.export.frames import contract_rows, contract_totals
from spatial.conflicts import conflicts as ask

if TYPE_CHECKING:
    from layers import Finding
    from spatial.conflicts import ConflictAnswer

__all__ = ["conflicts"]

_ZONE_KINDS = [k.name for k in kinds("zone")]


@click.command(cls=Command, help=T("cli.conflicts.help"), epilog=T("cli.exit_codes"))
@click.option("--zones", required=True, metavar="FILE[:LAYER]", help=T("cli.conflicts.zones"))
@click.option(
    "--against", required=True, multiple=True, metavar="KIND=FILE[:LAYER]", help=T("cli.conflicts.against")
)
@click.option(
    "--zone-kind",
    type=click.Choice(_ZONE_KINDS),
    default="industrial_zone",
    help=T("cli.conflicts.zone_kind"),
)
@click.option("--crs", metavar="EPSG", help=T("cli.conflicts.crs"))
@click.option("--on", "on_text", metavar="DATE", help=T("cli.conflicts.on"))
@click.option(
    "--tolerance-m",
    type=NUMBER,
    metavar="M",
    default=0.5,
    show_default=True,
    help=T("cli.conflicts.tolerance"),
)
@click.option(
    "--out", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help=T("cli.conflicts.out")
)
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.workspace_option"))
@click.option("--extent", multiple=True, metavar="KIND=FILE", help=T("cli.conflicts.extent"))
@click.option("--where", multiple=True, metavar="KIND:COLUMN=V1,V2", help=T("cli.conflicts.where"))
@click.option("--assume-crs", multiple=True, metavar="[KIND=]EPSG", help=T("cli.conflicts.assume_crs"))
@click.option(
    "--override",
    "overrides",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help=T("cli.conflicts.override"),
)
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def conflicts(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    speak = terminal()
    on = day_of(given["on_text"])
    check_targets(given["out"], FORMATS, given["json_target"])
    changes = read_overrides(given["overrides"]) if given["overrides"] else None
    inputs = Inputs(Workspace(given["workspace"]) if given["workspace"] else None, assumptions_of(given))
    inputs.check_kinds(given["against"])
    zones = inputs.zones(given["zones"], given["zone_kind"])
    constraints = [inputs.constraint(text) for text in given["against"]]
    aligned = align([zones, *constraints], as_crs(given["crs"]) if given["crs"] else None)
    answer = ask(
        aligned.layers[0],
        aligned.layers[1:],
        rules=reference.table("conflict_rules"),
        on=on,
        tolerance_m=given["tolerance_m"],
        progress=speak.progress,
    )
    answer.run["asked_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    if changes is not None:
        answer = overridden(answer, changes, given["overrides"])
    findings = once([*inputs.findings, *aligned.findings, *answer.findings])
    _report(answer, findings, given=given, speak=speak)
    raise SystemExit(DONE if given["exit_zero"] else _exit_code(answer, findings, inputs))


def _report(
    answer: ConflictAnswer, findings: list[Finding], *, given: dict[str, Any], speak: Terminal
) -> None:
    speak.complain_all(findings)
    for path in given["out"]:
        export_answer(answer, path, speak.words)
        speak.say(speak.words("cli.written", path=str(path)))
    if given["json_target"]:
        content = {
            "rows": contract_rows(answer, speak.words),
            "totals": contract_totals(answer),
            "run": answer.run,
            "findings": finding_records(findings, speak.words),
        }
        write_json(given["json_target"], content)
    elif not given["out"]:
        _print(answer, speak)


def _print(answer: ConflictAnswer, speak: Terminal) -> None:
    """Give a person at a terminal the rows that matter, the gravest first."""
    table = rows_table(answer, speak.words)
    order = answer.rows["state"].map({"blocks": 0, "needs_consent": 1, "no_data": 2, "clear": 3})
    table = table.loc[order.sort_values(kind="stable").index]
    names = [
        speak.words(f"column.{c}") for c in ("zone", "constraint", "state", "area_ha", "share_pct", "clause")
    ]
    shown = table[names].copy()
    for name, digits in zip(names[3:5], (2, 1), strict=True):
        shown[name] = shown[name].map(lambda v, d=digits: speak.words.number(v, d))
    click.echo(shown.to_string(index=False))
    if answer.run["made"]:
        click.echo(speak.words("made.label"))


def _exit_code(answer: ConflictAnswer, findings: list[Finding], inputs: Inputs) -> int:
    if inputs.unreadable:
        return USAGE
    if worst_level(findings) == "block" or (answer.rows["state"] == "blocks").any():
        return FINDINGS
    return DONE
