"""``thocong distances``: how far things are apart, and how far they have to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from maps.asking import stamp
from maps.cli.answering import Asking, Reply, asking_options
from maps.cli.keeping import check_keepable, entries_of, keep_run
from maps.cli.speech import Command, T
from maps.columns import Column, as_text
from maps.distance_question import DistanceQuestion
from maps.export.distances import DistanceFiles, distance_records
from maps.provinces import local_rules
from maps.tables import records
from spatial.distances import safety_distances

if TYPE_CHECKING:
    from spatial.distances import DistanceAnswer

__all__ = ["distances"]

_PRINTED = tuple(
    Column(name, "distance_column", digits=1 if name.endswith("_m") else None)
    for name in ("source", "target", "label", "state", "required_m", "actual_m", "shortfall_m", "clause")
)
_LAYER = "KIND=FILE[:LAYER]"


@click.command(cls=Command, help=T("cli.distances.help"), epilog=T("cli.exit_codes"))
@click.option("--from", "sources", required=True, multiple=True, metavar=_LAYER, help=T("cli.distances.from"))
@click.option("--to", "targets", required=True, multiple=True, metavar=_LAYER, help=T("cli.distances.to"))
@click.option("--rule", "rules", multiple=True, metavar="[LAYER=]ID", help=T("cli.distances.rule"))
@click.option("--province", metavar="NAME", default="", help=T("cli.conflicts.province"))
@asking_options("distances")
def distances(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    asking = Asking(given, DistanceFiles)
    chosen = _chosen(given["rules"])
    check_keepable(given, {"--rule LAYER=ID": set(chosen) - {"*"}, "--province": given["province"]})
    inputs = asking.inputs
    inputs.check_kinds([*given["sources"], *given["targets"]])
    sources = [inputs.constraint(text) for text in given["sources"]]
    targets = [inputs.constraint(text) for text in given["targets"]]
    if inputs.unreadable and all(layer.frame.empty for layer in sources):
        asking.speak.fail(inputs.unreadable[0])
    leading = next((n for n, layer in enumerate(sources) if not layer.frame.empty), 0)
    layers = asking.align([sources.pop(leading), *sources, *targets])
    first = len(layers) - len(targets)
    answer = safety_distances(
        layers[:first],
        layers[first:],
        table=local_rules("safety_distances", layers, workspace=inputs.workspace, stated=given["province"]),
        on=asking.on,
        choose=chosen,
        progress=asking.speak.progress,
    )
    stamp(answer)
    if given["save_run"] is not None:
        measured, to = (entries_of(given, given[side]) for side in ("sources", "targets"))
        rules = tuple(chosen.get("*", ()))
        question = DistanceQuestion(str(given["workspace"]), measured, to, asking.on, rules)
        keep_run(given, question, answer, asking.speak)
    asking.reply(_reply(DistanceFiles(answer, asking.speak.words), answer))


def _chosen(given: tuple[str, ...]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for text in given:
        layer, mark, rule = text.rpartition("=")
        out.setdefault(layer if mark else "*", []).append(rule)
    return out


def _reply(files: DistanceFiles, answer: DistanceAnswer) -> Reply:
    def content() -> dict[str, Any]:
        totals = zip(answer.totals.index, records(answer.totals), strict=True)
        return {
            "rows": distance_records(answer, files.words),
            "totals": [
                {"source": source, **{k: None if v != v else v for k, v in values.items()}}  # noqa: PLR0124 - NaN
                for source, values in totals
            ],
        }

    def printed() -> str:
        return as_text(files.read_first(files.tables()["rows"].frame), _PRINTED, files.words)

    return Reply(files, content, printed, failed=bool((answer.rows["state"] == "too_near").any()))
