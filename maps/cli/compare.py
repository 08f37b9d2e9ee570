"""``thocong compare``: what changed between two versions of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from layers.kinds import kinds
from maps.asking import stamp
from maps.cli.answering import Asking, Reply, asking_options
from maps.cli.keeping import check_keepable, entries_of, keep_run
from maps.cli.speech import Command, T
from maps.columns import Column, as_text, headed
from maps.comparison_question import ComparisonQuestion
from maps.comparison_tables import comparison_lines, comparison_record, reason_of
from maps.export.comparison import ComparisonFiles
from maps.tables import records
from spatial.compare import STATUSES
from spatial.compare import compare as ask
from spatial.consensus import consensus

if TYPE_CHECKING:
    from layers import Layer
    from spatial.compare import Comparison

__all__ = ["compare"]

_ROLES: Final = ("before", "after")
_TWO: Final = 2
_SECTION: Final = "comparison_column"
_PRINTED: Final = (
    Column("before", _SECTION),
    Column("after", _SECTION),
    Column("status", _SECTION),
    Column("area_before_ha", _SECTION, digits=2),
    Column("area_after_ha", _SECTION, digits=2),
    Column("gained_ha", _SECTION, digits=2),
    Column("lost_ha", _SECTION, digits=2),
    Column("noise_ha", _SECTION, digits=3),
    Column("flags", _SECTION),
)


@click.command(cls=Command, help=T("cli.compare.help"), epilog=T("cli.exit_codes"))
@click.argument("before")
@click.argument("after")
@click.option(
    "--kind",
    type=click.Choice([k.name for k in kinds()]),
    default="industrial_zone",
    help=T("cli.compare.kind"),
)
@click.option("--suggested", is_flag=True, help=T("cli.compare.suggested"))
@click.option("--also", multiple=True, metavar="FILE[:LAYER]", help=T("cli.compare.also"))
@asking_options("compare", tolerance_m=0.5)
def compare(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    asking = Asking(given, ComparisonFiles)
    check_keepable(given, {"--also": given["also"]})
    asking.inputs.check_roles(_ROLES)
    names = [given["before"], given["after"], *given["also"]]
    roles = [_ROLES[0], *[_ROLES[1]] * (len(names) - 1)]
    read = [asking.inputs.features(n, given["kind"], role=role) for n, role in zip(names, roles, strict=True)]
    layers = asking.align_areas(read)
    tolerance_m = None if given["suggested"] else given["tolerance_m"]
    answer = ask(
        layers[0],
        layers[1],
        tolerance_m=tolerance_m,
        on=asking.on,
        progress=asking.speak.progress,
    )
    stamp(answer)
    if given["save_run"] is not None:
        both = entries_of(given, names)
        question = ComparisonQuestion(str(given["workspace"]), both[0], both[1], asking.on, tolerance_m)
        keep_run(given, question, answer, asking.speak)
    files = ComparisonFiles(answer, asking.speak.words)
    asking.reply(Reply(files, lambda: _content(answer, layers), lambda: _printed(files), failed=False))


def _content(answer: Comparison, layers: list[Layer]) -> dict[str, Any]:
    content = comparison_record(answer)
    if len(layers) > _TWO:
        agreed = consensus(layers, tolerance_m=answer.run["tolerance_m"])
        totals = {str(k): float(v) for k, v in agreed.totals.items()}
        content["consensus"] = {"rows": records(agreed.rows), "totals": totals}
    return content


def _printed(files: ComparisonFiles) -> str:
    """What changed first, then the sums and the tolerance that the data suggest."""
    words, answer = files.words, files.answer
    rank = answer.rows["status"].map({status: n for n, status in enumerate(STATUSES)})
    lines = headed(comparison_lines(answer, words), words, section=_SECTION)
    table = as_text(lines.loc[rank.sort_values(kind="stable").index], _PRINTED, words)
    sums = {str(name): words.number(float(value), 2) for name, value in answer.totals.items()}
    return "\n".join([table, words("comparison.sums", **sums), reason_of(answer, words)])
