"""``thocong absorption``: land that housing took, and how long the rest lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from layers import Layer
from layers.errors import QuestionError
from maps.absorption_question import AbsorptionAsked
from maps.absorption_tables import SECTION, asked_text
from maps.asking import stamp
from maps.cli.answering import Asking, Reply, asking_options
from maps.cli.click_words import NUMBER
from maps.cli.keeping import check_keepable, entries_of, keep_run
from maps.cli.series import SERIES, on_one_grid, read_series
from maps.cli.speech import Command, T
from maps.columns import Column, as_text
from maps.export.absorption import AbsorptionFiles, absorption_content
from spatial.absorption import HOUSING, INDUSTRIAL, AbsorptionQuestion, DatedRaster
from spatial.absorption import absorption as ask

if TYPE_CHECKING:
    from pyproj import CRS

    from spatial.absorption import Absorption

__all__ = ["absorption"]

_FILE = "FILE[:LAYER]"
_PRINTED = (
    Column("rank", SECTION, 0),
    Column("scope", SECTION),
    Column("place", SECTION),
    Column("opening_ha", SECTION, 2),
    Column("lost_to_housing_ha", SECTION, 2),
    Column("pace_ha_year", SECTION, 2),
    Column("closing_ha", SECTION, 2),
    Column("years", SECTION),
)
_NAMED = {"industrial": INDUSTRIAL}


@click.command(cls=Command, help=T("cli.absorption.help"), epilog=T("cli.exit_codes"))
@click.argument("series", nargs=-1, required=True, metavar="[YEAR=]FILE…")
@click.option("--zones", multiple=True, metavar=_FILE, help=T("cli.absorption.zones"))
@click.option("--units", metavar=_FILE, help=T("cli.absorption.units"))
@click.option("--within", metavar=_FILE, help=T("cli.absorption.within"))
@click.option("--class", "column", metavar="COL", default="code", help=T("cli.absorption.column"))
@click.option("--subject", metavar="CODES", help=T("cli.absorption.subject"))
@click.option("--housing", metavar="CODES", default=",".join(HOUSING), help=T("cli.absorption.housing"))
@click.option("--ring-m", multiple=True, type=NUMBER, metavar="M", help=T("cli.absorption.ring"))
@click.option("--benchmark-ha-year", type=NUMBER, metavar="HA", help=T("cli.absorption.benchmark"))
@click.option("--count-plans", is_flag=True, help=T("cli.absorption.plans"))
@asking_options("absorption", tolerance_m=0.5)
def absorption(**given: Any) -> None:
    """Ask, write what was asked for, and leave with the exit code that fits."""
    asking = Asking(given, AbsorptionFiles)
    question = _question(given, asking)
    check_keepable(given, {"YEAR=": [text for text in given["series"] if "=" in text]})
    inputs = asking.inputs
    inputs.check_roles([SERIES, "zones", "units", "within"])
    states = on_one_grid(read_series(given["series"], inputs, column=given["column"]), inputs)
    zones = [inputs.zones(text, "industrial_zone") for text in given["zones"]]
    units = inputs.zones(given["units"], "admin_unit", key="units") if given["units"] else None
    within = inputs.zones(given["within"], "industrial_zone", key="within") if given["within"] else None
    vectors = [state for state in states if isinstance(state, Layer)]
    others = [*zones, *(layer for layer in (units, within) if layer is not None)]
    placed = _aligned(asking, [*vectors, *others], states)
    it = iter(placed)
    states = [next(it) if isinstance(state, Layer) else state for state in states]
    zones = [next(it) for _ in zones]
    units = next(it) if units is not None else None
    within = next(it) if within is not None else None
    answer = ask(states, question, zones=zones, units=units, within=within, progress=asking.speak.progress)
    stamp(answer)
    if given["save_run"] is not None:
        named = (given["series"], given["zones"], [given["units"]], [given["within"]])
        series, planned, whose, inside = (entries_of(given, texts) for texts in named)
        asked = AbsorptionAsked(str(given["workspace"]), series, planned, whose, inside, question)
        keep_run(given, asked, answer, asking.speak)
    asking.reply(_reply(AbsorptionFiles(answer, asking.speak.words), answer))


def _question(given: dict[str, Any], asking: Asking) -> AbsorptionQuestion:
    """Read what is asked; zones make it a question about planned land unless a subject is named."""
    subject = given["subject"]
    scope = "planned" if given["zones"] else "within"
    if subject == "planned" or (subject is None and given["zones"]):
        codes: tuple[str, ...] = ()
        scope = "planned"
    elif subject in ("suitable", None) and given["within"]:
        codes, scope = (), "within"
    elif subject in ("planned", "suitable", None):
        raise QuestionError("scope_without_layer", found=subject or "planned")
    else:
        codes = _NAMED.get(subject, _codes(subject))
        scope = "within" if given["within"] else "everywhere"
    return AbsorptionQuestion(
        asking.on,
        scope=cast("Any", scope),
        subject=codes,
        housing=_codes(given["housing"]),
        column=given["column"],
        ring_m=given["ring_m"],
        tolerance_m=given["tolerance_m"],
        benchmark_ha_year=given["benchmark_ha_year"],
        plans_count=given["count_plans"],
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _aligned(asking: Asking, layers: list[Layer], states: list[Layer | DatedRaster]) -> list[Layer]:
    """Bring polygons into one system: that of the cells, where the series is one of cells."""
    if not layers:
        return []
    rasters = [state for state in states if isinstance(state, DatedRaster)]
    crs: CRS | None = rasters[0].cells.grid.crs if rasters else None
    return asking.align_areas(layers, crs)


def _reply(files: AbsorptionFiles, answer: Absorption) -> Reply:
    def printed() -> str:
        places = files.tables()["places"].frame
        parts = answer.years_left["scope"].isin(["total", "unit", "outside", "zone"])
        table = as_text(places[parts.reindex(places.index)], _PRINTED, files.words)
        return "\n".join([asked_text(answer, files.words), table])

    return Reply(files, lambda: absorption_content(answer), printed, failed=False)
