"""What is asked of a search for sites, through library, terminal and words."""

from __future__ import annotations

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from click.testing import CliRunner
from pyproj import CRS
from shapely import LineString, box

from layers import Layer, Workspace, reference
from layers.errors import QuestionError, SourceError
from maps.candidate_question import CandidateQuestion, answer_candidates, boundary_layer
from maps.candidate_tables import checks_table, constraint_name
from maps.cli import main
from maps.cli.comparisons import comparisons_of, read_comparisons
from maps.constraint_words import rule_said
from maps.industry import industries, suggestions
from maps.runs import Runs
from maps.search_table import question_table
from maps.site_rules import requirement, size_sentences, sizes_on
from maps.value_words import function_curve, function_of, function_sentence, measure_unit
from maps.weighing import compared_weights
from maps.words import words
from spatial.value_functions import parse_value_function

VI, EN = words("vi"), words("en")
LEFT, LOW, SIDE = 550_000, 2_320_000, 2400


def place(shape):
    return shapely.transform(shape, lambda xy: xy + [LEFT, LOW])


AREA = box(0, 0, SIDE, SIDE)
LAYERS = {
    "admin_unit": (
        [box(0, 0, SIDE, 1200), box(0, 1200, SIDE, SIDE)],
        {"name": ["Xã Hòa Lạc", "Xã Tây Phương"]},
    ),
    "residential": ([box(0, 0, 500, SIDE)], {"name": ["Thôn"]}),
    "green_belt": ([box(400, 0, 900, SIDE)], {"name": ["Vành đai"]}),
    "road": ([LineString([(0, 1200), (SIDE, 1200)])], {"road_class": ["national"]}),
    "school": ([shapely.Point(2000, 300)], {"name": ["Trường"]}),
}
BOUNDARY = box(600, 300, 2300, 2100)
DAY = "2026-06-01"
TEN = ("--min-ha", 10, "--max-ha", 75)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A workspace with the layers, and the same as files beside it."""
    folder = tmp_path_factory.mktemp("form")
    workspace = Workspace.create(folder / "ws", crs=5897)
    extent = place(AREA)
    for kind, (shapes, columns) in LAYERS.items():
        frame = gpd.GeoDataFrame(columns, geometry=[place(s) for s in shapes], crs=5897)
        frame.to_file(folder / f"{kind}.gpkg", index=False)
        workspace.save(Layer(frame, kind, kind, extent=extent), expected=None)
    gpd.GeoDataFrame(geometry=[place(BOUNDARY)], crs=5897).to_file(folder / "boundary.gpkg", index=False)
    return workspace


def ask(base, *more, code=0, area="admin_unit", cell=40):
    target = base.folder.parent / "out.json"
    target.unlink(missing_ok=True)
    given = ["--workspace", base.folder, "--area", area, "--on", DAY, "--json", target, "--cell-m", cell]
    given += ["--kind", "ccn", "--constraint", "residential", "--constraint", "green_belt"]
    given += ["--criterion", "main_road=road", "--criterion", "housing=residential", "--also", "road"]
    given += ["--min-score", 0, "--count", 2]
    done = CliRunner().invoke(main, ["candidates", *map(str, given), *map(str, more)])
    assert "Traceback" not in done.output
    assert done.exit_code == code, done.output
    return json.loads(target.read_text(encoding="utf-8")) if target.exists() else done.output


def asked(base, **more):
    def pair(name):
        return (name, 1)

    criteria = (
        ("main_road", *pair("road"), 2.0, "linear:0=1;5000=0"),
        ("housing", *pair("residential"), 1.5, "piecewise:0=0;200=0.4;500=0.8;1000=1"),
    )
    usual = {
        "area": pair("admin_unit"),
        "units": (),
        "constraints": (pair("residential"), pair("green_belt")),
        "others": (pair("road"),),
        "criteria": criteria,
        "zone_kind": "industrial_cluster",
        "on": date.fromisoformat(DAY),
        "min_ha": 10.0,
        "max_ha": 75.0,
        "cell_m": 40.0,
        "count": 2,
        "min_score": 0.0,
    }
    return CandidateQuestion(folder=str(base.folder), **{**usual, **more})


def said(found, code):
    return [f["message"] for f in found["findings"] if f["code"] == code]


def figures(found):
    return [(s["id"], round(s["score"], 9), round(s["area_ha"], 6)) for s in found["sites"]]


def same(found, answer):
    """The terminal and the question of the page give one answer."""
    sites = answer.sites
    mine = list(zip(sites.index, sites["score"].round(9), sites["area_ha"].round(6), strict=True))
    assert figures(found) == [(str(i), s, a) for i, s, a in mine]
    taken = answer.exclusions.rows
    taken = taken[taken["applied"]]
    assert [row["constraint"] for row in found["exclusions"]] == taken["constraint"].tolist()
    assert [row["added_ha"] for row in found["exclusions"]] == pytest.approx(taken["added_ha"].tolist())
    assert found["left_ha"] == pytest.approx(answer.exclusions.left_ha)
    assert found["weights"] == pytest.approx(answer.suitability.weights)
    assert found["run"]["pairwise"] == json.loads(json.dumps(answer.run["pairwise"]))
    codes = {f.code for f in answer.findings}
    assert codes - {f["code"] for f in found["findings"]} == set()


# --- where -------------------------------------------------------------------------------------------


def test_units_are_chosen_by_name_without_accents_or_capitals(base):
    found = ask(base, "--commune", "xa hoa lac")
    assert found["area_of_search_ha"] == pytest.approx(SIDE * 1200 / 1e4)
    same(found, answer_candidates(asked(base, units=("Xã Hòa Lạc",))))
    assert "Xã Tây Phương" in ask(base, "--commune", "Phú Cát", code=2)


def test_a_boundary_is_an_area_of_search_from_a_file_a_table_and_a_page(base, tmp_path):
    drawn = asked(base, boundary=place(BOUNDARY).wkt)
    answer = answer_candidates(drawn)
    same(ask(base, "--also", "admin_unit", area=base.folder.parent / "boundary.gpkg"), answer)
    corners = shapely.get_coordinates(place(BOUNDARY).exterior)
    table = tmp_path / "ranh.csv"
    rows = [f"{n};{y:.3f};{x:.3f}".replace(".", ",") for n, (x, y) in enumerate(corners[:-1], 1)]
    table.write_text("\n".join(["Điểm;X (m);Y (m)", *rows]), encoding="utf-8")
    same(ask(base, "--also", "admin_unit", area=table), answer)
    assert set(answer.sites["commune"]) <= {"Xã Hòa Lạc", "Xã Tây Phương"}
    assert answer.exclusions.area_ha == pytest.approx(BOUNDARY.area / 1e4)


@pytest.mark.parametrize(
    "text", ["", "POINT (0 0)", "LINESTRING (0 0, 1 1)", "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "x"]
)
def test_what_is_no_boundary_is_refused(text):
    with pytest.raises(QuestionError, match="boundary_unreadable"):
        boundary_layer(text, CRS.from_epsg(5897))


def test_an_area_without_names_has_no_units_to_choose(base):
    text = ask(base, "--commune", "Hòa Lạc", area=base.folder.parent / "boundary.gpkg", code=2)
    assert "--commune" in text


def test_an_area_over_two_zones_says_the_zone_and_the_error(tmp_path):
    """A thin area from 103.3° to 107.3° east, measured in the zone of 105°."""
    path = tmp_path / "wide.gpkg"
    wide = gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(103.3, 21.0, 107.3, 21.02)], crs=4326)
    wide.to_file(path, index=False)
    homes = tmp_path / "homes.gpkg"
    gpd.GeoDataFrame(geometry=[box(105.0, 21.0, 105.1, 21.01)], crs=4326).to_file(homes, index=False)
    target = tmp_path / "out.json"
    given = [
        "--area",
        path,
        "--crs",
        "5897",
        "--kind",
        "ccn",
        "--on",
        DAY,
        "--constraint",
        f"residential={homes}",
    ]
    given += ["--criterion", f"housing={homes}", "--cell-m", 400, "--count", 1, "--json", target, *TEN]
    done = CliRunner().invoke(main, ["candidates", "--exit-zero", *map(str, given)])
    assert done.exit_code == 0, done.output
    found = json.loads(target.read_text(encoding="utf-8"))
    (text,) = said(found, "zone_exceeded")
    assert "kinh tuyến trục 105" in text
    assert "%" in text
    assert 0.05 < found["run"]["scale_error_pct"] < 0.2


# --- what is left out ----------------------------------------------------------------------------------


def test_law_put_aside_and_another_order_are_the_same_from_terminal_and_page(base):
    found = ask(base, "--waive", "residential", "--order", "green_belt", "--buffer", "residential=60")
    answer = answer_candidates(
        asked(base, waive=("residential",), order=("green_belt",), buffers=(("residential", 60.0),))
    )
    same(found, answer)
    assert [row["constraint"] for row in found["run"]["waived"]] == ["residential"]
    assert "trái bảng quy định" in said(found, "law_waived")[0]
    table = question_table(answer, VI)
    assert any("trái bảng quy định" in str(text) for text in table.to_numpy().ravel())


def test_a_row_taken_by_choice_is_the_same_from_terminal_and_page_and_kept_with_the_run(base):
    others = ["--constraint", "road", "--rule", "road=ROAD-grade_III"]
    found = ask(base, *others, "--save-run", "dòng tự chọn")
    layers = (("residential", 1), ("green_belt", 1), ("road", 1))
    question = asked(base, constraints=layers, choose=(("road", "ROAD-grade_III"),))
    same(found, answer_candidates(question))
    assert found["run"]["chosen"] == {"road": ["ROAD-grade_III"]}
    assert Runs(base).listed()[0].question.choose == question.choose
    without = ask(base, "--constraint", "road")
    assert found["left_ha"] < without["left_ha"]


def test_a_layer_of_points_without_a_distance_says_that_it_excludes_nothing(base):
    found = ask(base, "--constraint", "school")
    (text,) = said(found, "constraint_without_area")
    assert text.startswith("Lớp Trường học")
    assert "không loại trừ hecta nào" in text
    same(found, answer_candidates(asked(base, constraints=(*asked(base).constraints, ("school", 1)))))
    again = ask(base, "--constraint", "school", "--buffer", "school=200")
    assert said(again, "constraint_without_area") == []


def test_no_land_left_says_in_words_which_constraint_took_it(base, tmp_path):
    found = ask(base, "--buffer", "residential=9000", code=1)
    (text,) = said(found, "no_land_left")
    assert VI("kind.residential") in text
    answer = answer_candidates(asked(base, buffers=(("residential", 9000.0),)))
    assert "no_land_left" in [f.code for f in answer.findings]


def test_constraints_are_named_by_title_and_never_by_the_id_of_a_rule():
    row = {"kind": "dam", "code": "", "constraint": "dam:DAM-special", "tier": "distance", "why": ""}
    name = constraint_name({**row, "required_m": 300.0, "rule": "DAM-special"}, VI)
    assert "DAM" not in name
    assert rule_said("DAM-special", VI) in name
    assert constraint_name({**row, "required_m": 200.0, "rule": "", "tier": "own"}, VI).endswith("tự đặt)")


# --- how good ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "vi"),
    [
        ("linear:0=1;5000=0", "m", "1 điểm ở 0 m, giảm đều đến 0 điểm ở 5.000 m"),
        ("linear:0=1;1=0", "share", "1 điểm ở 0 %, giảm đều đến 0 điểm ở 100 %"),
        (
            "piecewise:0=1;300=1;900=0.4",
            "m",
            "1 điểm ở 0 m, giữ nguyên 1 điểm đến 300 m, giảm đều đến 0,4 điểm ở 900 m",
        ),
        ("bell:2000;2500", "m", "1 điểm ở 2.000 m, còn một nửa khi lệch 2.500 m về mỗi phía"),
        ("linear:0.5=0;5=1", "given", "0 điểm ở 0,5, tăng đều đến 1 điểm ở 5"),
    ],
)
def test_a_value_function_is_a_sentence(text, unit, vi):
    assert function_sentence(text, unit, VI) == vi


def test_every_function_of_the_tables_has_a_sentence_and_a_curve_through_its_corners():
    table = reference.table("criteria")
    texts = [(text, measure_unit(str(name))) for name, text in table["function"].items()]
    texts += [
        (one.function, measure_unit(name)) for i in industries() for name, one in suggestions(i).items()
    ]
    for text, unit in texts:
        made = parse_value_function(text)
        for say in (VI, EN):
            assert ":" not in function_sentence(made, unit, say)
        points = function_curve(made, unit, VI)["data"]["values"]
        times = 100 if unit == "share" else 1
        x, y = np.array([[p["x"] / times, p["y"]] for p in points]).T
        assert made(x) == pytest.approx(y, abs=1e-6)


def test_corners_in_any_order_make_a_function():
    assert str(function_of([(500, 0.5), (0, 0), (900, 1)])) == "piecewise:0=0;500=0.5;900=1"
    with pytest.raises(QuestionError, match="value_function_wrong"):
        function_of([(0, 0), (0, 1)])


def test_every_suggestion_has_a_reason_and_says_that_it_is_ours():
    table = reference.table("industry_presets")
    assert set(table["criterion"]) <= set(reference.table("criteria").index)
    assert set(table["confidence"]) == {"own"}
    assert (table[["reason_vi", "reason_en"]] != "").all(axis=None)
    assert set(table["principle"]) - {""} <= set(reference.table("principles").index)
    assert {f"industry.{name}" for name in industries()} <= set(VI._book)


def test_a_suggestion_gives_weights_and_functions_and_names_what_it_lacks(base):
    found = ask(base, "--industry", "building_materials")
    of = suggestions("building_materials")
    both = of["main_road"].weight + of["housing"].weight
    assert found["weights"]["main_road"] == pytest.approx(of["main_road"].weight / both)
    assert found["run"]["functions"]["housing"] == of["housing"].function
    (text,) = said(found, "industry_criteria_lacking")
    assert "Gần cảng" in text
    own = ask(base, "--industry", "building_materials", "--function", "housing=linear:0=0;9=1")
    assert own["run"]["functions"]["housing"] == "linear:0=0;9=1"
    assert "electronics" in ask(base, "--industry", "steel", code=2)


def test_comparisons_are_the_same_from_options_a_table_and_a_page(base, tmp_path):
    found = ask(base, "--compare", "main_road:housing=3")
    assert found["weights"] == pytest.approx({"housing": 0.25, "main_road": 0.75})
    same(found, answer_candidates(asked(base, compared=(("main_road", "housing", 3.0),))))
    path = tmp_path / "ahp.csv"
    path.write_text(";main_road;housing\nmain_road;1;3\nhousing;0,333;1\n", encoding="utf-8")
    assert figures(ask(base, "--pairwise", path)) == figures(found)
    assert "A:B=3" in ask(base, "--compare", "main_road=3", code=2)
    assert "housing" in ask(base, "--compare", "main_road:sea=3", code=2)


def test_contradicting_comparisons_are_warned_of_with_the_pair(base):
    more = ("--criterion", "road=road", "--compare", "main_road:housing=5", "--compare", "housing:road=5")
    found = ask(base, *more, "--compare", "road:main_road=5")
    (text,) = said(found, "pairwise_inconsistent")
    assert "CR" in text
    assert not found["run"]["pairwise"]["consistent"]
    assert len(found["run"]["pairwise"]["worst"]) == 4


@pytest.mark.parametrize(
    "text",
    [
        ",a,b,c\na,1,3,5\nb,1/3,1,2\nc,1/5,1/2,1\n",
        "a,b,3\na,c,5\nb,c,2\n",
        "A,B,times\na,b,3\na,c,5\nb,c,2\n",
    ],
)
def test_a_table_of_comparisons_is_a_square_or_rows(tmp_path, text):
    path = tmp_path / "ahp.csv"
    path.write_text(text, encoding="utf-8")
    given = read_comparisons(path)
    plain = compared_weights("abc", {("a", "b"): 3, ("a", "c"): 5, ("b", "c"): 2})
    assert compared_weights("abc", given).found.weights == pytest.approx(plain.found.weights)


def test_a_table_of_comparisons_that_can_not_be_read_says_why(tmp_path):
    path = tmp_path / "ahp.csv"
    with pytest.raises(SourceError, match="source_unreadable"):
        read_comparisons(path)
    path.write_text("a,b\nc,d\n", encoding="utf-8")
    with pytest.raises(QuestionError, match="comparison_unreadable: found='a;b'"):
        read_comparisons(path)
    path.write_text("a,b,3\n", encoding="utf-8")
    with pytest.raises(QuestionError, match="comparison_twice: found='b:a'"):
        comparisons_of(["b:a=1/3"], path)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a,b,3\na,b,5\n", "comparison_twice: found='a:b'"),
        ("a,b,3x\na,c,5\n", "comparison_unreadable: found='3x'"),
        (",a,a\na,1,3\na,3,1\n", "comparison_twice: found='a'"),
        (",a,b\na,1,3,7\nb,,1\n", "comparison_unreadable: found='a;1;3;7'"),
        (",a,b\na,2,3\nb,,1\n", "comparison_wrong"),
    ],
)
def test_no_comparison_of_a_file_is_forgotten(tmp_path, text, match):
    path = tmp_path / "ahp.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match=match):
        read_comparisons(path)


def test_rows_of_a_table_of_comparisons_may_stand_in_another_order(tmp_path):
    path = tmp_path / "ahp.csv"
    path.write_text(";a;b\nb;;1\na;1;3;;\n", encoding="utf-8")
    assert read_comparisons(path) == {("a", "b"): 3.0}


def test_weights_that_are_all_zero_are_refused_in_words(base):
    more = ["--criterion", "road=road:0"]
    text = CliRunner().invoke(
        main,
        ["candidates", "--workspace", str(base.folder), "--area", "admin_unit", "--kind", "ccn", "--on", DAY,
         "--constraint", "residential", *more],
    )  # fmt: skip
    assert text.exit_code == 2
    assert "Gần đường" in text.output
    with pytest.raises(QuestionError, match="weights_zero: criterion="):
        answer_candidates(asked(base, criteria=(("main_road", "road", 1, 0.0, "linear:0=1;5=0"),)))


def raster(path, crs, *, unit="", values=None):
    """Cells over the area and a little more, 20 by 20, in another system."""
    west, south, east, north = gpd.GeoSeries([place(AREA)], crs=5897).to_crs(crs).total_bounds
    room = (east - west) / 10
    where = rasterio.transform.from_bounds(west - room, south - room, east + room, north + room, 20, 20)
    cells = np.full((20, 20), 2.0, dtype=np.float32) if values is None else values
    with rasterio.open(path, "w", driver="GTiff", height=20, width=20, count=1, dtype="float32", crs=crs,
                       transform=where, nodata=-1) as file:  # fmt: skip
        file.write(cells, 1)
        file.units = (unit,)
    return path


def test_a_raster_whose_system_counts_in_feet_is_brought_onto_the_grid(base, tmp_path):
    """Lambert in US survey feet over the same land gives the scores that degrees give."""
    feet = CRS.from_proj4(
        "+proj=lcc +lat_0=21 +lat_1=20.5 +lat_2=21.5 +lon_0=105.5 +datum=WGS84 +units=us-ft"
    )
    found = [
        ask(base, "--criterion", f"elevation={raster(tmp_path / f'{n}.tif', crs)}", "--count", 1, cell=60)
        for n, crs in enumerate((feet, CRS.from_epsg(4326)))
    ]
    assert figures(found[0]) == figures(found[1])
    assert found[0]["sites"]


def test_values_in_feet_are_refused_and_the_file_is_named(base, tmp_path):
    path = raster(tmp_path / "high.tif", CRS.from_epsg(5897), unit="ft")
    text = ask(base, "--criterion", f"elevation={path}", code=2)
    assert "high.tif" in text
    assert "ft" in text


def test_a_criterion_without_data_in_part_says_the_share_and_what_is_assumed(base, tmp_path):
    values = np.full((20, 20), 2.0, dtype=np.float32)
    values[:, 10:] = -1
    path = raster(tmp_path / "half.tif", CRS.from_epsg(5897), values=values)
    found = ask(base, "--criterion", f"elevation={path}")
    (text,) = said(found, "criterion_without_data")
    assert "Độ cao" in text
    assert "% đất còn lại" in text
    assert "Không giả định" in text
    half = LEFT + SIDE / 2 + 130  # no site beyond the cells that have data
    for site in found["sites"]:
        assert shapely.geometry.shape(site["geometry"]).bounds[2] <= half


# --- sizes and checks ----------------------------------------------------------------------------------


def test_sizes_are_said_with_their_clause_and_how_sure_it_is():
    before, after = (sizes_on("industrial_cluster", date(2026, 9, d)) for d in (14, 15))
    assert any("≥ 10 ha" in s and "Nghị định 32/2024 Điều 2.1" in s for s in size_sentences(before, VI))
    (new,) = [s for s in size_sentences(after, VI) if s.startswith("5–75 ha")]
    assert VI("confidence.verified_secondary") in new


def test_every_requirement_is_in_words():
    for _, row in reference.table("establishment_rules").iterrows():
        if row["judged_by"]:
            assert not set(requirement(dict(row), VI)) & set("_=<>") - {">", "="}


def test_checks_are_told_without_ids_operators_or_english(base):
    answer = answer_candidates(asked(base))
    table = checks_table(answer, VI)
    assert VI("site_column.requirement") in table
    assert "cụm có trước năm 2009" in " ".join(table[VI("site_column.exception")])
    text = " ".join(map(str, table[VI("site_column.requirement")]))
    assert "true" not in text
