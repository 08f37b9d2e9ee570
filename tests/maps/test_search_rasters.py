"""Rasters as criteria of a search: looked at before use, kept with the run, the same from every door."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner
from shapely import LineString, box
from streamlit.testing.v1 import AppTest

from layers import Layer, Workspace, reference
from layers.errors import QuestionError, StoreError
from layers.guarded_raster import guarded_raster
from layers.raster_store import Rasters
from maps.candidate_question import CandidateQuestion, answer_candidates, search_layers
from maps.cli import main
from maps.criteria import named_criterion, raster_source
from maps.question_json import plain_question, question_from
from maps.runs import Runs
from maps.search_rasters import look_over
from maps.stored_answers import StoredAnswers
from maps.tables import run_table
from maps.words import words
from spatial.candidates import candidates
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion
from spatial.suitability import grid_cells, search_grid
from tests.maps.visits import APP

LEFT, LOW, SIDE = 550_000, 2_320_000, 1600
AREA = box(LEFT, LOW, LEFT + SIDE, LOW + SIDE)
DAY = "2026-06-01"


def layer(title, kind, *shapes, **columns):
    return Layer(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897), title, kind)


LAYERS = [
    layer("communes", "admin_unit", AREA, name=["Xã Hòa Lạc"]),
    layer("homes", "residential", box(LEFT, LOW, LEFT + 300, LOW + SIDE), name=["Thôn"]),
    layer(
        "roads", "road", LineString([(LEFT, LOW + 800), (LEFT + SIDE, LOW + 800)]), road_class=["national"]
    ),
]


def slope(path, *, step=100, west=0, values=None, unit="", crs=5897):
    """Steeper to the east: 1° more in every cell of 100 m."""
    cells = np.tile(np.arange(20, dtype=np.float32), (20, 1)) if values is None else values
    where = Affine(step, 0, LEFT - 200 + west, 0, -step, LOW + SIDE + 200)
    shape = {"height": cells.shape[0], "width": cells.shape[1], "count": 1, "dtype": cells.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=where, nodata=-1, **shape) as file:
        file.write(cells, 1)
        file.units = (unit,)
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    workspace = Workspace.create(tmp_path_factory.mktemp("rasters") / "ws", crs=5897)
    for one in LAYERS:
        workspace.save(one, expected=None)
    return workspace


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return slope(tmp_path_factory.mktemp("given") / "slope.tif", unit="degrees")


def terminal(base, *more, code=0):
    given = ["candidates", "--workspace", base.folder, "--area", "communes", "--kind", "ccn", "--on", DAY]
    given += ["--constraint", "homes", "--also", "roads", "--min-score", 0.3, "--count", 2, "--json", "-"]
    given += ["--cell-m", 40, "--min-ha", 10, "--max-ha", 75]
    done = CliRunner().invoke(main, [*map(str, given), *map(str, more)])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if code == 0 else done.output


def figures(answer):
    sites = answer.sites
    return [(str(s), round(v, 9), round(a, 6)) for s, v, a in zip(
        sites.index, sites["score"], sites["area_ha"], strict=True)]  # fmt: skip


def asked(base, raster, **more):
    usual = {
        "area": ("communes", 1),
        "units": (),
        "constraints": (("homes", 1),),
        "others": (("roads", 1),),
        "criteria": (),
        "zone_kind": "industrial_cluster",
        "on": date.fromisoformat(DAY),
        "min_ha": 10.0,
        "max_ha": 75.0,
        "cell_m": 40.0,
        "count": 2,
        "min_score": 0.3,
        "rasters": ((raster.measure, raster.id, 1.0, "piecewise:0=1;5=0.9;10=0.4;15=0"),),
    }
    return CandidateQuestion(folder=str(base.folder), **{**usual, **more})


def test_workspace_terminal_and_library_give_one_answer(base, file):
    """The question of the page on the kept raster, the file in the terminal, and the library by hand."""
    raster = Rasters(base).keep(guarded_raster(file), "slope", period="2024")
    question = asked(base, raster)
    answer = answer_candidates(question)
    sites = figures(answer)
    assert sites
    found = terminal(base, "--criterion", f"slope={file}")
    assert [(s["id"], round(s["score"], 9), round(s["area_ha"], 6)) for s in found["sites"]] == sites
    kept = terminal(base, "--criterion", f"slope={raster.id}")
    assert kept["sites"] == found["sites"]
    area, homes, roads = LAYERS
    tables = (reference.table("conflict_rules"), reference.table("safety_distances"))
    rule = ExclusionQuestion("industrial_cluster", date.fromisoformat(DAY), *tables)
    like = grid_cells(search_grid(area.frame, cell_m=40))
    criterion, _ = named_criterion("slope", raster_source(str(file), like, name="slope"))
    wanted = SiteQuestion(rule, 10, 75, cell_m=40.0, count=2, min_score=0.3)
    plain = candidates(area, [homes], [criterion], question=wanted, others=[roads])
    assert figures(plain) == sites
    # flat land lies in the west: the best site keeps off the steep half
    assert answer.sites.geometry.iloc[0].centroid.x < LEFT + SIDE / 2


def test_a_run_says_which_raster_and_of_when_and_is_asked_again(base, file):
    raster = Rasters(base).keep(guarded_raster(file), "slope", period="2024")
    question = asked(base, raster)
    answer = answer_candidates(question)
    (facts,) = [row for row in answer.run["layers"] if row["kind"] == "raster"]
    assert (facts["name"], facts["sha256"], facts["period"]) == ("slope.tif", raster.sha256, "2024")
    assert "2024" in answer.run["periods"]
    say = words("vi")
    text = run_table(answer, say).to_string()
    assert "slope.tif" in text
    assert "400 ô" in text
    assert raster.sha256[:16] in text
    run = Runs(base).keep(question, answer)
    again = Runs(base).open(run.id).question
    assert again == question
    assert figures(answer_candidates(again)) == figures(answer)
    assert question_from(CandidateQuestion, plain_question(question), question.folder).key == question.key


def test_the_same_cells_of_another_year_are_another_answer(base, tmp_path):
    path = slope(tmp_path / "dốc.tif", step=50)
    store = Rasters(base)
    raster = store.keep(guarded_raster(path), "slope", period="2015")
    question = asked(base, raster)
    without = replace(question, rasters=())
    marks = StoredAnswers(base).mark(question), StoredAnswers(base).mark(without)
    assert store.keep(guarded_raster(path), "slope", period="2024", made=True).id == raster.id
    assert StoredAnswers(base).mark(question) != marks[0]
    assert StoredAnswers(base).mark(without) == marks[1]


def test_the_terminal_keeps_a_run_with_its_raster(base, tmp_path):
    path = slope(tmp_path / "steep.tif", values=np.full((20, 20), 3, np.float32))
    found = terminal(
        base, "--criterion", f"slope={path}:2", "--criterion", "housing=homes", "--save-run", "dốc"
    )
    path.unlink()
    run = Runs(base).listed()[0]
    assert run.title == "dốc"
    (given,) = run.question.rasters
    assert (given[0], given[2]) == ("slope", 2.0)
    answer = answer_candidates(run.question)
    assert figures(answer) == [
        (s["id"], round(s["score"], 9), round(s["area_ha"], 6)) for s in found["sites"]
    ]
    # by the name of its file where no such file is there any more
    assert (
        terminal(base, "--criterion", "slope=steep.tif:2", "--criterion", "housing=homes")["sites"]
        == (found["sites"])
    )


def test_questions_of_before_there_were_rasters_keep_their_keys(base, file):
    raster = Rasters(base).keep(guarded_raster(file), "slope")
    question = asked(base, raster, criteria=(("housing", "homes", 1, 1.0, "linear:0=0;500=1"),), rasters=())
    plain = plain_question(question)
    assert plain.pop("rasters") == []
    assert plain.pop("choose") == []
    assert question_from(CandidateQuestion, plain, question.folder).key == question.key
    assert question.key != asked(base, raster).key


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit": "ft"}, "raster_in_feet"),
        ({"crs": None}, "raster_crs_needed"),
        ({"west": 50_000}, "raster_off_area"),
        ({"values": np.full((20, 20), -1, np.float32)}, "raster_empty"),
    ],
)
def test_a_raster_that_can_not_be_used_is_told_before(tmp_path, change, code):
    source = guarded_raster(slope(tmp_path / "a.tif", **change))
    look = look_over(source, "elevation", LAYERS[0].frame)
    assert code in [f.code for f in look.findings if f.level == "block"]
    assert not look.usable
    for say in (words("vi"), words("en")):
        for finding in look.findings:
            assert "a.tif" in say.message(finding)


def test_what_is_odd_about_a_raster_is_told_and_it_may_be_used(tmp_path):
    values = np.full((20, 20), 120, np.float32)
    values[:, 10:] = -1
    look = look_over(guarded_raster(slope(tmp_path / "a.tif", values=values)), "slope", LAYERS[0].frame)
    assert {f.code for f in look.findings} >= {"raster_values_odd", "raster_unit_unstated"}
    assert look.usable
    assert (look.cells, look.empty, look.low, look.high) == (400, 200, 120.0, 120.0)
    assert look.covered == pytest.approx(0.5, abs=0.04)


def test_a_raster_in_feet_or_gone_is_refused_when_asked(base, tmp_path):
    store = Rasters(base)
    path = slope(tmp_path / "high.tif", unit="ft")
    raster = store.keep(guarded_raster(path), "elevation")
    with pytest.raises(QuestionError, match="raster_in_feet"):
        answer_candidates(asked(base, raster))
    other = store.keep(guarded_raster(slope(tmp_path / "gone.tif", step=101)), "slope")
    for part in (base.folder / "rasters" / other.id).iterdir():
        part.unlink()
    with pytest.raises(StoreError, match="version_damaged"):
        answer_candidates(asked(base, other))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("vi", ("feet", "“Độ cao”", "mét", "0,3048")),
        ("en", ("feet", "“Elevation”", "metres", "0.3048")),
    ],
)
def test_a_raster_in_feet_is_refused_by_name_and_unit_in_the_terminal(base, tmp_path, lang, said):
    """As on the page: which raster, in which unit it is, which criterion, and what to do."""
    path = slope(tmp_path / "dem_ft.tif", unit="US survey foot")
    text = terminal(base, "--criterion", f"elevation={path}", "--lang", lang, code=2)
    look = look_over(guarded_raster(path), "elevation", LAYERS[0].frame)
    (finding,) = [f for f in look.findings if f.code == "raster_in_feet"]
    page = f"{words(lang).message(finding)} {words(lang).fix(finding)}"
    for told in (text, page):
        assert "dem_ft.tif" in told
        assert "US survey foot" in told
        assert [word for word in said if word not in told] == []


def test_rasters_are_offered_by_what_they_tell(base, file):
    raster = Rasters(base).keep(guarded_raster(file), "slope")
    offered = search_layers(base.layers(), None, [raster])
    assert offered.rasters == {"slope": [raster]}
    assert "slope" in offered.usual
    assert "slope" not in offered.criteria


def test_the_page_asks_on_the_kept_raster(tmp_path, monkeypatch, file):
    """The raster is a criterion on the page, and its answer is that of the terminal."""
    import maps.pages._map

    base = Workspace.create(tmp_path / "ws", crs=5897)
    for one in LAYERS:
        base.save(one, expected=None)
    raster = Rasters(base).keep(guarded_raster(file), "slope", period="2024")
    monkeypatch.setattr(maps.pages._map, "st_folium", lambda *_, **__: None)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(base.folder))
    test = AppTest.from_file(str(APP), default_timeout=60)
    test.query_params["lang"] = "vi"
    test.run()
    test.switch_page("maps/pages/candidates.py").run()
    test.multiselect(key="candidate-criteria-").set_value(["slope"]).run()
    (go,) = [b for b in test.button if b.label == words("vi")("candidate_ask.go")]
    go.click().run()
    assert not test.exception, test.exception
    question = test.session_state["candidate-question"]
    assert [one[:2] for one in question.rasters] == [("slope", raster.id)]
    assert question.criteria == ()
    (table,) = [t.value for t in test.dataframe if "Vị trí" in t.value and "Hạng" in t.value][:1]
    answer = answer_candidates(question)
    assert sorted(table["Vị trí"]) == sorted(answer.sites.index)
