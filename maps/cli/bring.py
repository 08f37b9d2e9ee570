"""``thocong import``: read a file nobody vouches for, judge it, report, and save it as a new version."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from layers import Finding, Workspace, as_crs, guarded_read, parse_period, to_crs
from layers.crs import is_metric
from layers.errors import ThoCongError
from layers.faults import fault_findings, mended_layer
from layers.field_memory import known_choices, remember_fields
from layers.fields import parse_fields
from layers.findings import worst_level
from layers.kinds import kinds
from layers.quality import plain_report, quality_of
from layers.verdict import layer_verdict, verdict_finding
from layers.witnesses import known_layers
from maps.cli.check import report_findings, write_failure
from maps.cli.click_words import NUMBER, kinds_in_words
from maps.cli.options import check_targets, source_asked
from maps.cli.speech import DONE, FINDINGS, Command, T, Terminal, finding_records, terminal, write_json
from maps.export.quality import write_quality

if TYPE_CHECKING:
    from layers import Reading
    from layers.verdict import Verdict

__all__ = ["bring"]

_KINDS = [k.name for k in kinds()]
_FACTS = {"decision": "decision", "body": "body", "day": "date", "scale": "scale"}


@click.command(name="import", cls=Command, help=T("cli.import.help"), epilog=T("cli.exit_codes"))
@click.argument("file", metavar="FILE[:LAYER]")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(_KINDS),
    metavar="KIND",
    help=T("cli.check.kind", kinds=kinds_in_words()),
)
@click.option(
    "--workspace",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=T("cli.workspace_option"),
)
@click.option("--name", help=T("cli.workspace.layer_name"))
@click.option("--period", metavar="YEARS[:STAGE]", help=T("cli.check.period"))
@click.option("--assume-crs", metavar="EPSG", help=T("cli.check.assume_crs"))
@click.option("--read-as", metavar="EPSG[+HOW]", help=T("cli.import.read_as"))
@click.option("--layer", help=T("cli.import.layer"))
@click.option("--close-m", type=NUMBER, metavar="M", default=0.0, help=T("cli.import.close_m"))
@click.option("--exchange", multiple=True, metavar="RING:A-B", help=T("cli.import.exchange"))
@click.option("--map", multiple=True, metavar="FIELD=COLUMN", help=T("cli.import.map"))
@click.option("--decision", default="", help=T("cli.workspace.decision"))
@click.option("--body", default="", help=T("cli.workspace.body"))
@click.option("--date", "day", default="", metavar="DATE", help=T("cli.workspace.date"))
@click.option("--scale", default="", help=T("cli.workspace.scale"))
@click.option("--note", default="", help=T("cli.workspace.note"))
@click.option("--mend-m", type=NUMBER, metavar="M", help=T("cli.import.mend"))
@click.option("--dry-run", is_flag=True, help=T("cli.import.dry_run"))
@click.option("--report", metavar="FILE.xlsx", type=click.Path(path_type=Path), help=T("cli.import.report"))
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def bring(**given: Any) -> None:
    """Read, judge, report; and save unless it is a trial or nothing can be used."""
    speak = terminal()
    check_targets([given["report"]] if given["report"] else [], [".xlsx"], given["json_target"])
    try:
        base = Workspace(given["workspace"])
        fields = known_choices(base, given["kind"], parse_fields(given["map"]))
        told = {"name": given["name"], "period": _period(given), "fields": fields}
        reading = guarded_read(source_asked(given), given["kind"], **told)
    except ThoCongError as error:
        write_failure(error, given, speak)
        speak.fail(error)
    reading, seen = _looked_over(reading, base, given["mend_m"])
    verdict = layer_verdict(reading, known=known_layers(base, but=reading.layer.name))
    said = verdict_finding(verdict, reading.layer.name)
    findings = [*reading.findings, *seen, *([said] if said else [])]
    usable = not (reading.layer.frame.empty or reading.layer.frame.crs is None)
    saved = (
        _save(base, reading, findings, given=given, verdict=verdict)
        if usable and not given["dry_run"]
        else None
    )
    _report(reading, verdict, findings, given={**given, **(saved or {})}, speak=speak)
    if saved:
        speak.say(speak.words("cli.import.saved", layer=reading.layer.name, **saved))
    else:
        key = "cli.import.trial" if usable else "cli.workspace.not_added"
        speak.say(speak.words(key, layer=reading.layer.name))
    blocked = worst_level(findings) == "block" or not usable
    raise SystemExit(FINDINGS if blocked and not given["exit_zero"] else DONE)


def _looked_over(reading: Reading, base: Workspace, mend_m: float | None) -> tuple[Reading, list[Finding]]:
    """Look for faults of the geometry, and mend them where that was asked for."""
    layer = reading.layer
    if mend_m is None or layer.frame.empty or layer.frame.crs is None:
        return reading, fault_findings(layer)
    if not is_metric(as_crs(layer.frame.crs)):
        layer = layer.with_frame(to_crs(layer.frame, base.crs, layer=layer.name))
    better, told = mended_layer(layer, tolerance_m=mend_m)
    return replace(reading, layer=better), [*told, *fault_findings(better)]


def _period(given: dict[str, Any]) -> Any:
    return parse_period(given["period"]) if given["period"] else None


def _save(
    base: Workspace, reading: Reading, findings: list[Finding], *, given: dict[str, Any], verdict: Verdict
) -> dict[str, Any]:
    """Save a new version; the report of its reading stays on the record of the workspace."""
    facts = {field: given[option] for option, field in _FACTS.items()}
    layer = replace(reading.layer, provenance=replace(reading.layer.provenance, **facts))
    head = next((v.version for v in base.layers() if v.layer == layer.name), None)
    done = base.save(layer, expected=head, note=given["note"], findings=findings)
    quality = plain_report(quality_of(reading, findings), verdict)
    remember_fields(base, reading)
    base.record("import", {"layer": done.layer, "version": done.version, "quality": quality})
    return {"version": done.version, "previous_version": head}


def _report(
    reading: Reading,
    verdict: Verdict,
    findings: list[Finding],
    *,
    given: dict[str, Any],
    speak: Terminal,
) -> None:
    quality = quality_of(reading, findings)
    if given["report"]:
        write_quality(
            given["report"], reading, speak.words, quality=quality, findings=findings, verdict=verdict
        )
        speak.say(speak.words("cli.written", path=str(given["report"])))
    if not given["json_target"]:
        report_findings(reading, findings, speak)
        return
    crs = reading.layer.frame.crs
    content = {
        "file": given["file"],
        "kind": given["kind"],
        "layer": reading.layer.name,
        "workspace": str(given["workspace"]),
        "version": given.get("version"),
        "previous_version": given.get("previous_version"),
        "dry_run": given["dry_run"],
        "crs": crs.name if crs is not None else None,
        "sha256": reading.layer.provenance.sha256,
        "fields": [asdict(match) for match in reading.fields],
        **plain_report(quality, verdict),
        "findings": finding_records(findings, speak.words),
    }
    write_json(given["json_target"], content)
