"""``thocong candidates``: where the next zone can go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import numpy as np

from layers import Layer, Workspace, as_crs, reference
from layers.align import align
from layers.errors import QuestionError, SourceError
from layers.findings import worst_level
from layers.kinds import zone_kind_of
from layers.raster_store import KeptRaster
from maps.asking import stamp
from maps.candidate_contract import contract
from maps.candidate_tables import printed_tables
from maps.cli.click_words import NUMBER, WHOLE_NUMBER
from maps.cli.comparisons import comparisons_of
from maps.cli.deciding import site_decisions_of
from maps.cli.inputs import Inputs
from maps.cli.keeping import check_keepable, keep_run, save_run_option
from maps.cli.options import assumptions_of, check_targets, day_of, stated_once
from maps.cli.search_area import search_area
from maps.cli.search_criteria import Cells, criterion_layer, named_cells, opened_cells, speeds_of
from maps.cli.search_run import search_question
from maps.cli.speech import (
    DONE,
    FINDINGS,
    USAGE,
    Command,
    T,
    Terminal,
    finding_records,
    pairs,
    terminal,
    write_json,
)
from maps.criteria import named_criterion, split_criterion
from maps.export.candidates import write_dossier
from maps.grouping import once
from maps.industry import suggestions
from maps.provinces import placed_question
from maps.site_rules import size_sentences, sizes_on
from maps.site_search import SearchInputs, SearchNotes, search_sites
from maps.travel_network import network_of
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion
from spatial.suitability import Criterion, grid_cells, search_grid

if TYPE_CHECKING:
    from datetime import date

    from layers import Finding
    from layers.grid import CellSource
    from maps.industry import Suggestion
    from spatial.candidates import CandidateAnswer
    from spatial.establishment import SizeLimits

__all__ = ["candidates"]

_CRAFT: Final = "craft_village_cluster"
_KINDS: Final = ("industrial_cluster", _CRAFT, "industrial_park", "high_tech_zone")
_LAYER: Final = "KIND=FILE[:LAYER]"
_FILE: Final = click.Path(path_type=Path)


@click.command(cls=Command, help=T("cli.candidates.help"), epilog=T("cli.exit_codes"))
@click.option("--area", required=True, metavar="FILE[:LAYER]", help=T("cli.candidates.area"))
@click.option("--commune", "communes", multiple=True, metavar="NAME", help=T("cli.candidates.commune"))
@click.option("--kind", "kind_text", required=True, metavar="KIND", help=T("cli.candidates.kind"))
@click.option("--constraint", multiple=True, metavar=_LAYER, help=T("cli.candidates.constraint"))
@click.option("--criterion", multiple=True, metavar="NAME=FILE[:WEIGHT]", help=T("cli.candidates.criterion"))
@click.option("--also", multiple=True, metavar=_LAYER, help=T("cli.candidates.also"))
@click.option("--min-ha", type=NUMBER, metavar="HA", help=T("cli.candidates.min_ha"))
@click.option("--max-ha", type=NUMBER, metavar="HA", help=T("cli.candidates.max_ha"))
@click.option(
    "--cell-m", type=NUMBER, metavar="M", default=20.0, show_default=True, help=T("cli.candidates.cell")
)
@click.option(
    "--seed", type=WHOLE_NUMBER, metavar="N", default=0, show_default=True, help=T("cli.candidates.seed")
)
@click.option("--on", "on_text", metavar="DATE", help=T("cli.conflicts.on"))
@click.option("--out", type=_FILE, metavar="DIR", help=T("cli.candidates.out"))
@click.option("--json", "json_target", metavar="FILE", help=T("cli.json"))
@click.option(
    "--count", type=WHOLE_NUMBER, metavar="N", default=10, show_default=True, help=T("cli.candidates.count")
)
@click.option(
    "--min-width-m",
    type=NUMBER,
    metavar="M",
    default=100.0,
    show_default=True,
    help=T("cli.candidates.width"),
)
@click.option(
    "--min-compactness",
    type=NUMBER,
    metavar="0..1",
    default=0.2,
    show_default=True,
    help=T("cli.candidates.compact"),
)
@click.option("--min-score", type=NUMBER, metavar="0..1", help=T("cli.candidates.min_score"))
@click.option(
    "--road-reach-m",
    type=NUMBER,
    metavar="M",
    default=500.0,
    show_default=True,
    help=T("cli.candidates.reach"),
)
@click.option(
    "--function", "functions", multiple=True, metavar="NAME=FUNCTION", help=T("cli.candidates.function")
)
@click.option("--speed", "speeds", multiple=True, metavar="CLASS=KMH", help=T("cli.candidates.speed"))
@click.option("--compare", multiple=True, metavar="A:B=TIMES", help=T("cli.candidates.compare"))
@click.option("--pairwise", type=_FILE, metavar="FILE", help=T("cli.candidates.pairwise"))
@click.option("--industry", metavar="NAME", default="", help=T("cli.candidates.industry"))
@click.option("--parcels", metavar="KIND|FILE[:LAYER]", help=T("cli.candidates.parcels"))
@click.option(
    "--parcel-tolerance",
    type=NUMBER,
    metavar="0..1",
    default=0.0,
    show_default=True,
    help=T("cli.candidates.parcel_tolerance"),
)
@click.option("--allow", multiple=True, metavar="KIND[:CODE]", help=T("cli.candidates.allow"))
@click.option("--avoid", multiple=True, metavar="KIND[:CODE]", help=T("cli.candidates.avoid"))
@click.option("--waive", multiple=True, metavar="KIND[:CODE|:RULE]", help=T("cli.candidates.waive"))
@click.option("--order", multiple=True, metavar="KIND[:CODE|:RULE]", help=T("cli.candidates.order"))
@click.option("--rule", "rules", multiple=True, metavar="KIND=ID", help=T("cli.candidates.rule"))
@click.option("--buffer", "buffers", multiple=True, metavar="KIND=M", help=T("cli.candidates.buffer"))
@click.option("--decisions", metavar="FILE", type=_FILE, help=T("cli.candidates.decisions"))
@click.option(
    "--boundary", "boundaries", multiple=True, metavar="SITE=FILE", help=T("cli.candidates.boundary")
)
@click.option("--province", metavar="NAME", default="", help=T("cli.conflicts.province"))
@click.option("--crs", metavar="EPSG", help=T("cli.conflicts.crs"))
@click.option("--workspace", metavar="DIR", type=_FILE, help=T("cli.workspace_option"))
@click.option("--extent", multiple=True, metavar="KIND=FILE", help=T("cli.conflicts.extent"))
@click.option("--where", multiple=True, metavar="KIND:COLUMN=V1,V2", help=T("cli.conflicts.where"))
@click.option("--assume-crs", multiple=True, metavar="[KIND=]EPSG", help=T("cli.conflicts.assume_crs"))
@save_run_option
@click.option("--exit-zero", is_flag=True, help=T("cli.exit_zero"))
def candidates(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    speak = terminal()
    on = day_of(given["on_text"])
    kind, craft = _kind(given["kind_text"])
    _check_folder(given["out"])
    check_targets((), (), given["json_target"])
    check_keepable(given, {"--province": given["province"]})
    preset = sizes_on(kind, on, craft_village=craft)
    limits = _limits(given, kind, preset, on=on)
    comparisons = comparisons_of(given["compare"], given["pairwise"])
    suggested = suggestions(given["industry"]) if given["industry"] else {}
    # figures are refused before an hour of reading, not after
    question = _question(given, _exclusion(given, kind, on), limits=limits, craft=craft)
    layers = _read(given)
    every = [layers.area, *layers.constraints, *layers.others]
    exclusion = placed_question(question.exclusion, every, given["province"])
    question = replace(question, exclusion=exclusion, follow=layers.follow)
    speeds = speeds_of(given["speeds"], layers.roads)
    criteria = layers.criteria(given["functions"], suggested, cell_m=question.cell_m, speeds=speeds)
    if None in (given["min_ha"], given["max_ha"]):
        said = "; ".join(size_sentences(preset, speak.words))
        speak.say(speak.words("cli.candidates.preset", on=speak.words.day(on.isoformat()), rules=said))
    inputs = SearchInputs(layers.area, layers.constraints, criteria, layers.others)
    notes = SearchNotes(comparisons, given["industry"], rasters=tuple(layers.rasters), speeds=speeds)
    answer = search_sites(inputs, question, notes=notes, progress=speak.progress)
    stamp(answer)
    answer, extra = site_decisions_of(answer, given)
    if given["save_run"] is not None:
        asked = search_question(given, question, layers.area, (criteria, comparisons), speeds=speeds)
        keep_run(given, asked, answer, speak, extra=extra)
    findings = once([*layers.findings, *answer.findings])
    _report(answer, findings, given=given, speak=speak)
    failed = worst_level(findings) == "block"
    code = USAGE if layers.inputs.unreadable else FINDINGS if failed else DONE
    raise SystemExit(DONE if given["exit_zero"] else code)


@dataclass
class _Layers:
    """What was read, in one system."""

    inputs: Inputs
    area: Layer
    constraints: list[Layer]
    others: list[Layer]
    scored: list[tuple[str, float | None, Layer | Cells]]
    findings: list[Finding] = field(default_factory=list)
    follow: str = ""
    rasters: list[dict[str, Any]] = field(default_factory=list)

    @property
    def roads(self) -> Layer | None:
        """Network that travel is measured on."""
        return next((of for of in (*self.others, *self.constraints) if of.kind_name == "road"), None)

    def criteria(
        self,
        functions: tuple[str, ...],
        suggested: dict[str, Suggestion],
        *,
        cell_m: float,
        speeds: dict[str, float],
    ) -> list[Criterion]:
        """Criteria of the options, open figures as suggested; rasters lie on the grid of the search."""
        stated = stated_once(functions, "--function")
        like = grid_cells(search_grid(self.area.frame, cell_m=cell_m))
        roads, taken = network_of((*self.others, *self.constraints), [name for name, *_ in self.scored])
        self.findings += taken
        out = []
        for name, weight, given in self.scored:
            source = given if isinstance(given, Layer) else self._cells(given, name, like)
            preset = suggested.get(name)
            made, found = named_criterion(
                name,
                source,
                weight=preset.weight if preset and weight is None else weight,
                function=stated.pop(name, preset.function if preset else None),
                roads=roads,
                speeds=speeds,
            )
            out.append(made)
            self.findings += found
        if stated:
            names = [name for name, _, _ in self.scored]
            raise QuestionError(
                "kind_not_asked", option="--function", found=next(iter(stated)), expected=names
            )
        return out

    def _cells(self, given: Cells, name: str, like: CellSource) -> CellSource:
        """Open a raster, and note its facts and what its checks saw."""
        source, facts = opened_cells(given, name, self.inputs.workspace, like=like)
        self.rasters.append(facts)
        self.findings += given.found() if isinstance(given, KeptRaster) else getattr(source, "findings", ())
        return source


def _kind(text: str) -> tuple[str, bool]:
    """Kind of zone, and whether it is one of craft villages."""
    if text in (_CRAFT, "craft_village"):
        return "industrial_cluster", True
    found = zone_kind_of(text)
    if found not in _KINDS:
        raise QuestionError("kind_unknown", found=text, expected=list(_KINDS))
    return found, False


def _check_folder(folder: Path | None) -> None:
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError("target_unwritable", path=str(folder), found=str(error)) from error


def _limits(given: dict[str, Any], kind: str, found: SizeLimits, *, on: date) -> tuple[float, float]:
    """Least and greatest area: those stated, else those of the rule in force on the day."""
    least, most = given["min_ha"], given["max_ha"]
    out = (found.min_ha if least is None else least, found.max_ha if most is None else most)
    if np.isnan(out).any():
        raise QuestionError("size_needed", kind=kind, on=on.isoformat())
    return out


def _exclusion(given: dict[str, Any], kind: str, on: date) -> ExclusionQuestion:
    choose: dict[str, tuple[str, ...]] = {}
    for name, rule in pairs(given["rules"], "--rule"):
        choose[name] = (*choose.get(name, ()), rule)
    buffers = {}
    for name, text in stated_once(given["buffers"], "--buffer").items():
        try:
            buffers[name] = float(text)
        except ValueError:
            raise QuestionError("distance_wrong", found=text, expected=0) from None
    return ExclusionQuestion(
        kind,
        on,
        reference.table("conflict_rules"),
        reference.table("safety_distances"),
        allow=given["allow"],
        avoid=given["avoid"],
        choose=choose,
        buffers_m=buffers,
        waive=given["waive"],
        order=given["order"],
    )


def _question(
    given: dict[str, Any], exclusion: ExclusionQuestion, *, limits: tuple[float, float], craft: bool
) -> SiteQuestion:
    names = ("cell_m", "min_width_m", "min_compactness", "count", "road_reach_m", "min_score", "seed")
    figures = {name: given[name] for name in (*names, "parcel_tolerance")}
    return SiteQuestion(exclusion, *limits, craft_village=craft, **figures)


def _read(given: dict[str, Any]) -> _Layers:
    base = Workspace(given["workspace"]) if given["workspace"] else None
    inputs = Inputs(base, assumptions_of(given))
    split = [split_criterion(text) for text in given["criterion"]]
    inputs.check_kinds([*given["constraint"], *given["also"]])
    area = search_area(inputs, given["area"], given["communes"])
    constraints = [inputs.constraint(text) for text in given["constraint"]]
    others = [inputs.constraint(text) for text in given["also"]]
    parcels = _parcels(inputs, given["parcels"], [*constraints, *others])
    others += [parcels] if parcels and not any(parcels is layer for layer in (*constraints, *others)) else []
    cells = [named_cells(text, base) for text in given["criterion"]]
    vectors = [one for one, on_cells in zip(split, cells, strict=True) if on_cells is None]
    measured = [criterion_layer(inputs, name, source) for name, source, _ in vectors]
    crs = as_crs(given["crs"]) if given["crs"] else base.crs if base else None
    aligned = align([area, *constraints, *others, *measured], crs)
    of = iter(aligned.layers[1 + len(constraints) + len(others) :])
    scored = [(name, w, on_cells or next(of)) for (name, _, w), on_cells in zip(split, cells, strict=True)]
    findings = [f for f in [*inputs.findings, *aligned.findings] if not _of_no_matter(f, area)]
    ends = 1 + len(constraints)
    return _Layers(
        inputs,
        aligned.layers[0],
        aligned.layers[1:ends],
        aligned.layers[ends : ends + len(others)],
        scored,
        findings,
        parcels.name if parcels else "",
    )


def _parcels(inputs: Inputs, text: str | None, given: list[Layer]) -> Layer | None:
    """The layer whose boundaries sites follow: one that is there, by name or kind, or a file of its own."""
    if not text:
        return None
    same = [layer for layer in given if layer.name == text] or [
        layer for layer in given if layer.kind_name == text
    ]
    if len(same) > 1:
        names = [layer.name for layer in same]
        raise QuestionError("parcels_several", found=text, expected=names, count=len(names))
    if same:
        return same[0]
    return inputs.constraint(text if inputs.workspace is not None else f"land_cover={text}")


def _of_no_matter(finding: Finding, area: Layer) -> bool:
    """An area of search needs no names."""
    return finding.layer == area.name and finding.code == "column_missing"


def _report(
    answer: CandidateAnswer, findings: list[Finding], *, given: dict[str, Any], speak: Terminal
) -> None:
    speak.complain_all(findings)
    if given["out"] is not None:
        path = write_dossier(answer, given["out"], speak.words)
        speak.say(speak.words("cli.written", path=str(path)))
    if given["json_target"]:
        found = finding_records(findings, speak.words)
        write_json(given["json_target"], {**contract(answer, speak.words), "findings": found})
    elif given["out"] is None:
        _print(answer, speak)


def _print(answer: CandidateAnswer, speak: Terminal) -> None:
    """Give a person at a terminal the waterfall and the sites."""
    for text in printed_tables(answer, speak.words):
        click.echo(text)
    if answer.run["made"]:
        click.echo(speak.words("made.label"))
