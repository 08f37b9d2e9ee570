"""``thocong distances``: how far things are apart, and how far they have to be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers import Workspace, as_crs, reference
from layers.align import align
from layers.findings import worst_level
from maps.cli.grouping import once
from maps.cli.inputs import Inputs
from maps.cli.options import assumptions_of, check_targets, day_of
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
from maps.distance_tables import distance_rows_table
from maps.export import DISTANCE_FORMATS, export_distances
from maps.export.distances import distance_records
from maps.tables import records
from spatial.distances import DISTANCE_STATES, safety_distances

if TYPE_CHECKING:
    from layers import Finding
    from spatial.distances import DistanceAnswer

__all__ = ["distances"]

_LAYER = "KIND=FILE[:LAYER]"


@click.command(cls=Command, help=T("cli.distances.help"), epilog=T("cli.exit_codes"))
@click.option("--from", "sources", required=True, multiple=True, metavar=_LAYER, help=T("cli.distances.from"))
@click.option("--to", "targets", required=True, multiple=True, metavar=_LAYER, help=T("cli.distances.to"))
@click.option("--rule", "rules", multiple=True, metavar="[LAYER=]ID", help=T("cli.distances.rule"))
@click.option("--crs", metavar="EPSG", help=T("cli.conflicts.crs"))
@click.option("--on", "on_text", metavar="DATE", help=T("cli.conflicts.on"))
@click.option(
    "--out", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help=T("cli.distances.out")
)
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
@click.option("--workspace", metavar="DIR", type=click.Path(path_type=Path), help=T("cli.workspace_option"))
@click.option("--extent", multiple=True, metavar="KIND=FILE", help=T("cli.conflicts.extent"))
@click.option("--where", multiple=True, metavar="KIND:COLUMN=V1,V2", help=T("cli.conflicts.where"))
@click.option("--assume-crs", multiple=True, metavar="[KIND=]EPSG", help=T("cli.conflicts.assume_crs"))
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def distances(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    speak = terminal()
    on = day_of(given["on_text"])
    check_targets(given["out"], DISTANCE_FORMATS, given["json_target"])
    inputs = Inputs(Workspace(given["workspace"]) if given["workspace"] else None, assumptions_of(given))
    inputs.check_kinds([*given["sources"], *given["targets"]])
    sources = [inputs.constraint(text) for text in given["sources"]]
    targets = [inputs.constraint(text) for text in given["targets"]]
    if inputs.unreadable and all(layer.frame.empty for layer in sources):
        speak.fail(inputs.unreadable[0])
    leading = next((n for n, layer in enumerate(sources) if not layer.frame.empty), 0)
    ordered = [sources.pop(leading), *sources]
    aligned = align([*ordered, *targets], as_crs(given["crs"]) if given["crs"] else None)
    answer = safety_distances(
        aligned.layers[: len(ordered)],
        aligned.layers[len(ordered) :],
        table=reference.table("safety_distances"),
        on=on,
        choose=_chosen(given["rules"]),
        progress=speak.progress,
    )
    answer.run["asked_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    findings = once([*inputs.findings, *aligned.findings, *answer.findings])
    _report(answer, findings, given=given, speak=speak)
    raise SystemExit(DONE if given["exit_zero"] else _exit_code(answer, findings, inputs))


def _chosen(given: tuple[str, ...]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for text in given:
        layer, mark, rule = text.rpartition("=")
        out.setdefault(layer if mark else "*", []).append(rule)
    return out


def _report(
    answer: DistanceAnswer, findings: list[Finding], *, given: dict[str, Any], speak: Terminal
) -> None:
    speak.complain_all(findings)
    for path in given["out"]:
        export_distances(answer, path, speak.words)
        speak.say(speak.words("cli.written", path=str(path)))
    if given["json_target"]:
        totals = zip(answer.totals.index, records(answer.totals), strict=True)
        content = {
            "rows": distance_records(answer, speak.words),
            "totals": [
                {"source": source, **{k: None if v != v else v for k, v in values.items()}}  # noqa: PLR0124 - NaN
                for source, values in totals
            ],
            "run": answer.run,
            "findings": finding_records(findings, speak.words),
        }
        write_json(given["json_target"], content)
    elif not given["out"]:
        _print(answer, speak)


def _print(answer: DistanceAnswer, speak: Terminal) -> None:
    """Give a person at a terminal the rows that matter, the gravest first."""
    rank = answer.rows["state"].map({state: n for n, state in enumerate(DISTANCE_STATES)})
    table = distance_rows_table(answer, speak.words).loc[rank.sort_values(kind="stable").index]
    columns = ("source", "target", "label", "state", "required_m", "actual_m", "shortfall_m", "clause")
    names = [speak.words(f"distance_column.{c}") for c in columns]
    shown = table[names].copy()
    for name in names[4:7]:
        shown[name] = shown[name].map(lambda v: speak.words.number(v, 1))
    click.echo(shown.to_string(index=False))
    if answer.run["made"]:
        click.echo(speak.words("made.label"))


def _exit_code(answer: DistanceAnswer, findings: list[Finding], inputs: Inputs) -> int:
    if inputs.unreadable:
        return USAGE
    if worst_level(findings) == "block" or (answer.rows["state"] == "too_near").any():
        return FINDINGS
    return DONE
