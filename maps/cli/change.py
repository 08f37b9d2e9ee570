"""``thocong change``: what land became between two dates or more, of polygons or of rasters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from layers import as_crs
from layers.crosswalk import read_crosswalk
from layers.errors import QuestionError
from layers.guarded_raster import guarded_raster
from layers.period import parse_period
from maps.asking import stamp
from maps.change_question import ChangeQuestion
from maps.change_tables import moves, moves_table, series_record, summed
from maps.cli.answering import Asking, Reply, asking_options
from maps.cli.keeping import check_keepable, entries_of, keep_run
from maps.cli.speech import Command, T
from maps.columns import Column, as_text
from maps.export.change import ChangeFiles
from spatial.change import ChangeSeries, change_series
from spatial.raster_change import change_rasters

if TYPE_CHECKING:
    from layers.crosswalk import Crosswalk
    from layers.period import Period
    from layers.raster import RasterSource

__all__ = ["change"]

_ROLES: Final = ("before", "after")
_RASTERS: Final = (".tif", ".tiff", ".asc", ".img")
#: ways to read a file that a run has no need of
_OWN_WAYS: Final = {
    "--class": "by",
    "--class-after": "by_after",
    "--crosswalk": "crosswalk",
    "--period": "periods",
}
_PRINTED: Final = (
    Column("start", "change_column"),
    Column("end", "change_column"),
    Column("area_ha", "change_column", digits=2),
    Column("real_ha", "change_column", digits=2),
    Column("noise_ha", "change_column", digits=2),
    Column("share_pct", "change_column", digits=1),
)


@click.command(cls=Command, help=T("cli.change.help"), epilog=T("cli.exit_codes"))
@click.argument("layers", metavar="BEFORE AFTER [...]", nargs=-1, required=True)
@click.option("--class", "by", metavar="COLUMN", default="code", show_default=True, help=T("cli.change.by"))
@click.option("--class-after", "by_after", metavar="COLUMN", help=T("cli.change.by_after"))
@click.option(
    "--crosswalk", metavar="FILE.csv", type=click.Path(path_type=Path), help=T("cli.change.crosswalk")
)
@click.option("--period", "periods", multiple=True, metavar="YEARS[:STAGE]", help=T("cli.change.period"))
@click.option("--group", is_flag=True, help=T("cli.change.group"))
@asking_options("change", tolerance_m=0.5)
def change(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    asking = Asking(given, ChangeFiles)
    check_keepable(given, {name: given[key] for name, key in _OWN_WAYS.items() if given[key] != "code"})
    walk = read_crosswalk(given["crosswalk"]) if given["crosswalk"] else None
    names = given["layers"]
    if len(names) < 2:  # noqa: PLR2004 - from one date to another
        raise QuestionError("change_needs_two", found=len(names), expected=2)
    cells = [name for name in names if Path(name).suffix.lower() in _RASTERS]
    if cells and len(cells) < len(names):
        raise QuestionError("change_mixed", found=list(names))
    series = _of_rasters(asking, walk) if cells else _of_layers(asking, walk)
    if given["group"]:
        series = series.by_group()
    for one in {id(c): c for c in (series.overall, *series.intervals)}.values():
        stamp(one)
        one.run["on"] = asking.on.isoformat()
    if given["save_run"] is not None:
        read, facts = entries_of(given, names), (given["tolerance_m"], given["group"])
        question = ChangeQuestion(str(given["workspace"]), read, asking.on, *facts)
        keep_run(given, question, series, asking.speak)
    files = ChangeFiles(series.overall, asking.speak.words)
    asking.reply(Reply(files, lambda: series_record(series), lambda: _printed(files), failed=False))


def _of_layers(asking: Asking, walk: Crosswalk | None) -> ChangeSeries:
    given = asking.given
    columns = [given["by"], *([given["by_after"] or given["by"]] * (len(given["layers"]) - 1))]
    asking.inputs.check_roles(_ROLES)
    periods = _periods(given)
    roles = [_ROLES[0], *([_ROLES[1]] * (len(columns) - 1))]
    read = [
        asking.inputs.land(name, column, role=role, period=period)
        for name, column, role, period in zip(given["layers"], columns, roles, periods, strict=True)
    ]
    layers = asking.align_areas([layer for layer, _ in read])
    return change_series(
        layers, by=[column for _, column in read], crosswalk=walk, tolerance_m=given["tolerance_m"]
    )


def _periods(given: dict[str, Any]) -> list[Period | None]:
    said = [parse_period(text) for text in given["periods"]]
    if said and len(said) != len(given["layers"]):
        raise QuestionError("periods_differ", found=len(said), expected=len(given["layers"]))
    return [*said] or [None] * len(given["layers"])


def _of_rasters(asking: Asking, walk: Crosswalk | None) -> ChangeSeries:
    given = asking.given
    assumed = asking.inputs.assumptions.crs.get("*")
    sources = [_raster(Path(name), assumed) for name in given["layers"]]
    asking.inputs.findings += [f for s in sources for f in getattr(s, "findings", ())]
    facts = {
        "crosswalk": walk,
        "tolerance_m": given["tolerance_m"],
        "crs": as_crs(given["crs"]) if given["crs"] else None,
    }
    pairs = list(pairwise(sources))
    intervals = tuple(change_rasters(*pair, **facts) for pair in pairs)
    overall = intervals[0] if len(pairs) == 1 else change_rasters(sources[0], sources[-1], **facts)
    return ChangeSeries.of(intervals, overall)


def _raster(path: Path, assumed: str | None) -> RasterSource:
    source = guarded_raster(path)
    if source.grid.crs is not None or assumed is None:
        return source
    grid = replace(source.stored, crs=as_crs(assumed))
    return replace(source, stored=grid, grid=grid)


def _printed(files: ChangeFiles) -> str:
    """What changed its class, and how much stayed."""
    words, found = files.words, moves(files.answer, kept=True)
    table = moves_table(files.answer, words)[(found["start"] != found["end"]).to_numpy()]
    return "\n".join([as_text(table, _PRINTED, words), words("cli.change.sums", **summed(files.answer))])
