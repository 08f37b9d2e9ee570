"""``thocong check``: whether a file can be used, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from layers import Finding, guarded_read, parse_period
from layers.align import choose_crs, reach_findings
from layers.crs import as_crs, is_metric, to_crs
from layers.errors import ThoCongError
from layers.faults import fault_findings
from layers.fields import FieldChoices, parse_fields
from layers.findings import worst_level
from layers.guarded_raster import guarded_raster
from layers.kinds import kinds
from layers.verdict import layer_verdict, verdict_finding
from maps.cli.click_words import NUMBER, kinds_in_words
from maps.cli.options import check_targets, source_asked
from maps.cli.speech import (
    DONE,
    FINDINGS,
    Command,
    T,
    Terminal,
    finding_records,
    terminal,
    write_json,
)
from maps.criteria import RASTERS
from maps.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Reading
    from layers.verdict import Verdict

__all__ = ["check", "report_findings", "tell_findings", "write_failure"]

_KINDS = [k.name for k in kinds()]
_HA = 10_000.0


@click.command(cls=Command, help=T("cli.check.help"), epilog=T("cli.exit_codes"))
@click.argument("file", metavar="FILE[:LAYER]")
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    metavar="KIND",
    help=T("cli.check.kind", kinds=kinds_in_words()),
)
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
@click.option("--period", metavar="YEARS[:STAGE]", help=T("cli.check.period"))
@click.option("--assume-crs", metavar="EPSG", help=T("cli.check.assume_crs"))
@click.option("--read-as", metavar="EPSG[+HOW]", help=T("cli.import.read_as"))
@click.option("--layer", help=T("cli.import.layer"))
@click.option("--close-m", type=NUMBER, metavar="M", default=0.0, help=T("cli.import.close_m"))
@click.option("--exchange", multiple=True, metavar="RING:A-B", help=T("cli.import.exchange"))
@click.option("--map", multiple=True, metavar="FIELD=COLUMN", help=T("cli.import.map"))
@click.option("--stated-area-ha", type=NUMBER, metavar="HA", help=T("cli.check.stated_area"))
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def check(**given: Any) -> None:
    """Read the file as an analysis would, and tell what was seen."""
    speak = terminal()
    check_targets([], [], given["json_target"])
    if Path(given["file"]).suffix.lower() in RASTERS:
        _check_raster(given, speak)
    if given["kind"] is None:
        context = click.get_current_context()
        raise click.MissingParameter(
            ctx=context, param=next(p for p in context.command.params if p.name == "kind")
        )
    try:
        source = source_asked(given)
        fields = FieldChoices(parse_fields(given["map"]))
        period = parse_period(given["period"]) if given["period"] else None
        reading = guarded_read(source, given["kind"], period=period, fields=fields)
    except ThoCongError as error:
        write_failure(error, given, speak)
        speak.fail(error)
    verdict = layer_verdict(reading)
    said = verdict_finding(verdict, reading.layer.name)
    told = [*reading.findings, *([said] if said else [])]
    findings = [*told, *fault_findings(reading.layer), *_measure(reading, given["stated_area_ha"])]
    _report(reading, findings, given, speak=speak, verdict=verdict)
    blocked = worst_level(findings) == "block"
    raise SystemExit(FINDINGS if blocked and not given["exit_zero"] else DONE)


def _check_raster(given: dict[str, Any], speak: Terminal) -> NoReturn:
    """Tell what the cells of a raster are, and what is unusual about them."""
    try:
        source = guarded_raster(given["file"])
    except ThoCongError as error:
        write_failure(error, given, speak)
        speak.fail(error)
    findings = list(getattr(source, "findings", ()))
    grid = source.grid
    facts = {
        "crs": grid.crs.name if grid.crs is not None else None,
        "rows": grid.height,
        "columns": grid.width,
        "cell": abs(grid.transform.a),
        "dtype": str(source.dtype),
        "nodata": source.nodata,
    }
    if given["json_target"]:
        told = {"file": given["file"], **facts, "findings": finding_records(findings, speak.words)}
        write_json(given["json_target"], told)
    else:
        click.echo(speak.words("cli.check.raster", **{**facts, "crs": facts["crs"] or "–"}))
        tell_findings(findings, speak)
    raise SystemExit(FINDINGS if worst_level(findings) == "block" and not given["exit_zero"] else DONE)


def _measure(reading: Reading, stated_ha: float | None) -> list[Finding]:
    """Say in which system the layer would be measured, and put stated and computed area side by side."""
    layer = reading.layer
    if layer.frame.crs is None or layer.frame.empty:
        return []
    out = []
    crs = choose_crs(layer)
    if not is_metric(as_crs(layer.frame.crs)):
        fields: dict[str, Any] = {"found": layer.frame.crs.name, "crs": crs.name}
        out.append(Finding("crs_not_metric", layer.name, None, "info", fields))
    out += reach_findings(layer, crs)
    if stated_ha:
        computed = float(to_crs(layer.frame, crs).geometry.area.sum()) / _HA
        share = (computed - stated_ha) / stated_ha * 100
        fields = {"stated_ha": stated_ha, "computed_ha": computed, "share_pct": share, "crs": crs.name}
        out.append(Finding("area_stated", layer.name, None, "info" if abs(share) < 1 else "warn", fields))
    return out


def _report(
    reading: Reading, findings: list[Finding], given: dict[str, Any], *, speak: Terminal, verdict: Verdict
) -> None:
    if given["json_target"]:
        write_json(
            given["json_target"],
            {
                "file": given["file"],
                "kind": given["kind"],
                "layer": reading.layer.name,
                "crs": reading.layer.frame.crs.name if reading.layer.frame.crs is not None else None,
                "sha256": reading.layer.provenance.sha256,
                "fields": [asdict(match) for match in reading.fields],
                "rows_read": reading.rows_read,
                "rows_used": reading.rows_used,
                "rows_set_aside": len(reading.set_aside),
                "crs_verdict": verdict.as_dict(),
                "findings": finding_records(findings, speak.words),
            },
        )
        return
    report_findings(reading, findings, speak)


def report_findings(reading: Reading, findings: Sequence[Finding], speak: Terminal) -> None:
    """Tell a person at a terminal what became of the rows, and every finding once.

    Parameters
    ----------
    reading : Reading
    findings : sequence of Finding
    speak : Terminal
    """
    counts = {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}
    click.echo(speak.words("cli.check.rows", layer=reading.layer.name, **counts))
    tell_findings(findings, speak)


def tell_findings(findings: Sequence[Finding], speak: Terminal) -> None:
    """Tell a person at a terminal every finding once.

    Parameters
    ----------
    findings : sequence of Finding
    speak : Terminal
    """
    for group in grouped(findings):
        first, *rest = speak.lines(group)
        click.echo("\n".join([f"{speak.words('level.' + group.first.level)}: {first}", *rest]))
    if not findings:
        click.echo(speak.words("cli.check.clean"))


def write_failure(error: ThoCongError, given: dict[str, Any], speak: Terminal) -> None:
    """Give a script its JSON even where nothing could be read.

    Parameters
    ----------
    error : ThoCongError
    given : dict
        Options of the command: ``file``, ``kind`` and ``json_target``.
    speak : Terminal
    """
    if not given["json_target"]:
        return
    record = {
        "code": error.code,
        "layer": given["file"],
        "row": None,
        "level": "block",
        "message": speak.words.message(error),
        "fix": speak.words.fix(error),
        "fields": error.fields,
    }
    nothing = {"rows_read": 0, "rows_used": 0, "rows_set_aside": 0}
    write_json(
        given["json_target"], {"file": given["file"], "kind": given["kind"], **nothing, "findings": [record]}
    )
