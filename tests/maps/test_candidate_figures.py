"""Every figure that the search of the terminal takes, against what no figure may be."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from shapely import LineString, box

from maps.cli.main import main
from tests.spatial.conftest import frame

#: options of one figure, and those of them for which nought is a figure
ZERO_IS_FINE = (
    "--min-width-m",
    "--min-compactness",
    "--min-score",
    "--road-reach-m",
    "--parcel-tolerance",
    "--seed",
)
FLOATS = ("--min-ha", "--max-ha", "--cell-m", *ZERO_IS_FINE[:-1])
WHOLE = ("--count", "--seed")
ODD = ("nan", "inf", "-inf", "-1", "1e300", "0")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    shapes = {
        "area": frame(box(0, 0, 800, 800), name=["Xã"]),
        "homes": frame(box(0, 0, 100, 100), name=["A"]),
        "road": frame(LineString([(0, 400), (800, 400)]), name=["B"]),
        "parcels": frame(box(200, 200, 700, 700), name=["C"]),
    }
    for name, layer in shapes.items():
        layer.to_file(folder / f"{name}.gpkg", index=False)
    return folder


def ask(files, *more):
    target = files / "out.json"
    target.unlink(missing_ok=True)
    given = {
        "--area": files / "area.gpkg",
        "--kind": "industrial_cluster",
        "--on": "2026-06-01",
        "--constraint": f"residential={files / 'homes.gpkg'}",
        "--criterion": f"road={files / 'road.gpkg'}",
        "--also": f"road={files / 'road.gpkg'}",
        "--min-ha": 1,
        "--max-ha": 20,
        "--cell-m": 50,
        "--min-score": 0,
        "--json": target,
    }
    words = [str(text) for pair in given.items() for text in pair]
    done = CliRunner().invoke(main, ["candidates", *words, *map(str, more)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None


def refused(files, *more):
    done, answer = ask(files, *more)
    assert (done.exit_code, answer) == (2, None), done.output
    assert "không" in done.output.casefold()
    assert len(done.output) < 2000, "a figure of 300 digits is no sentence"


@pytest.mark.parametrize("option", [*FLOATS, *WHOLE])
@pytest.mark.parametrize("value", ODD)
def test_a_figure_that_is_none_is_refused_in_words(files, option, value):
    if value != "0" or option not in ZERO_IS_FINE:
        refused(files, option, value)


def test_a_whole_figure_of_twenty_digits_is_refused_in_words(files):
    refused(files, "--seed", "99999999999999999999")


def test_nought_is_a_figure_where_it_asks_for_nothing(files):
    done, answer = ask(files, *(text for option in ZERO_IS_FINE for text in (option, "0")))
    assert done.exit_code in (0, 1), done.output
    assert answer["run"]["road_reach_m"] == 0


@pytest.mark.parametrize("value", ODD)
def test_a_distance_of_ones_own_is_taken_or_refused_in_words(files, value):
    refused(files, "--buffer", f"residential={value}")


@pytest.mark.parametrize("value", ["nan", "-1", "1e300"])
def test_weights_functions_and_comparisons_too(files, value):
    housing = ("--criterion", f"housing={files / 'homes.gpkg'}")
    refused(files, "--criterion", f"main_road={files / 'road.gpkg'}:{value}")
    refused(files, *housing, "--function", f"road=linear:0={value};9=-1")
    refused(files, *housing, "--compare", f"road:housing={value}")
