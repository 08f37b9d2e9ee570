"""``--save-run``: what a command asked is kept as the question that a page would ask, and gives the same."""

from __future__ import annotations

import math

import pytest
from click.testing import CliRunner

from maps.analyses import analysis
from maps.cli.main import main
from maps.cli.search_run import asked_speeds
from maps.runs import Runs

ZONES = "industrial_clusters_2030"
DAY = ("--on", "2026-06-01")
COMMANDS = {
    "conflicts": ("--zones", ZONES, "--against", "land_use=land_use_2025", "--against", "schools"),
    "distances": ("--from", ZONES, "--to", "schools", "--to", "residential=residential_2025"),
    "compare": ("industrial_clusters_2020", ZONES, "--tolerance-m", "1"),
    "absorption": ("land_use_2015", "land_use_2020", "--zones", ZONES, "--ring-m", "500"),
    "candidates": (
        *("--area", "communes_2025", "--commune", "Yen Xuan", "--kind", "industrial_cluster"),
        *("--constraint", "residential=residential_2025", "--criterion", "main_road=roads:2"),
        *("--cell-m", "50", "--buffer", "residential=50", "--min-ha", "10", "--max-ha", "75"),
    ),
}


COMMANDS_BY = {
    **COMMANDS,
    "candidates in minutes": (
        *COMMANDS["candidates"],
        *("--criterion", "craft_village_travel_min=craft_villages", "--also", "roads", "--speed", "local=20"),
    ),
    "candidates by parcels": (
        *COMMANDS["candidates"],
        "--parcels",
        "land_use_2025",
        "--parcel-tolerance",
        "0.2",
    ),
}


def run_cli(*given):
    return CliRunner().invoke(main, ["--quiet", *(str(part) for part in given)])


@pytest.mark.parametrize("command", COMMANDS_BY)
def test_what_was_kept_is_asked_again_from_the_workspace_with_the_same_figures(sample, command, tmp_path):
    target, kind = tmp_path / "a.json", command.split()[0]
    given = (*COMMANDS_BY[command], *DAY, "--workspace", sample.folder, "--json", target)
    said = run_cli(kind, *given, "--save-run", command, "--exit-zero")
    assert said.exit_code == 0, said.output
    (run,) = [run for run in Runs(sample).listed(kind) if run.title == command]
    assert run.id in said.output
    assert {name for name, _ in run.question.entries} <= {v.layer for v in sample.layers()}
    again = analysis(kind).figures(analysis(kind).answer(run.question))
    figures = {k: math.nan if v is None else v for k, v in run.figures.items()}
    assert again == pytest.approx(figures, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "stated", "kept"),
    [
        ("x_travel_min", {"local": 20.0, "national": 60.0}, (("national", 60.0), ("local", 20.0))),
        ("x_travel_min", {"national": 60.0, "local": 20.0}, (("national", 60.0), ("local", 20.0))),
        ("x_travel_min", {"local": 25.0, "đất": 9.0, "Cao tốc": 90.0}, (("Cao tốc", 90.0), ("đất", 9.0))),
        ("x_travel", {"local": 20.0}, ()),
    ],
)
def test_speeds_are_kept_as_the_page_asks_them_whatever_the_order_of_the_options(name, stated, kept):
    assert asked_speeds(["road", name], stated) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--save-run", "x", "--workspace", "WS", "--where", "land_use:code=ONT"), "--where"),
        (("--save-run", "x", "--workspace", "WS", "--crs", "5897"), "--crs"),
        (("--save-run", "x"), "--workspace"),
    ],
)
def test_what_could_not_be_asked_again_is_not_kept(small_workspace, given, code):
    named = [str(small_workspace.folder) if part == "WS" else part for part in given]
    said = run_cli("conflicts", "--zones", ZONES, "--against", "land_use=land_use_2025", *named)
    assert said.exit_code == 2
    assert code in said.output
    assert Runs(small_workspace).listed() == []
