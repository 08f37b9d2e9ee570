from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from affine import Affine
from click.testing import CliRunner
from openpyxl.utils import coordinate_to_tuple
from shapely import LineString, box

from layers import Layer, Provenance, Raster, Workspace, as_crs, write_raster
from layers.period import parse_period
from maps.change_tables import change_record, moves, summed
from maps.cli import main
from maps.export.change import ChangeFiles, drawn_parts, export_change
from maps.export.files import write_answer
from maps.words import words
from spatial.change import UNCOVERED, change
from tests.maps.conftest import HOSTILE, X0, Y0, frame

VI = words("vi")


def layer(name, shapes, codes, period=None, *, made=True):
    origin = Provenance(source=f"{name}.gpkg", decision="12/QĐ-UBND", made=made)
    return Layer(
        frame(*shapes, code=codes), name, "land_use", parse_period(period) if period else None, origin
    )


@pytest.fixture
def answer():
    early = layer("land_use_2020", [box(0, 0, 200, 100), box(200, 0, 400, 100)], ["LUC", "BHK"], "2020")
    shapes = [box(0, 0, 100, 100), box(100, 0, 400.3, 100), box(0, 100, 100, 200)]
    late = layer("land_use_2025", shapes, ["LUC", "HNK", "ONT"], "2025")
    found = change(early, late)
    found.run["on"] = "2026-11-22"
    return found


@pytest.fixture
def files(tmp_path):
    for name, shapes, codes in (
        ("a", [box(0, 0, 200, 100), box(200, 0, 300, 100)], ["LUC", "BHK"]),
        ("b", [box(0, 0, 100, 100), box(100, 0, 300, 100)], ["LUC", "HNK"]),
        ("c", [box(0, 0, 50, 100), box(50, 0, 300, 100)], ["LUC", "HNK"]),
    ):
        frame(*shapes, code=codes).to_file(tmp_path / f"{name}.gpkg")
        frame(*shapes, loai=codes).rename(columns={"loai": "Lớp"}).to_file(tmp_path / f"{name}2.gpkg")
    return tmp_path


def run(*arguments, code=None):
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    if code is not None:
        assert done.exit_code == code, done.output
    return done


def asked(*arguments, code=0):
    return json.loads(run("change", *arguments, "--json", "-", "--exit-zero", code=code).stdout)


def reckoned(page):
    """Values of the formulas of a sheet, reckoned here: a-SUM(b,c,...) and a-b."""
    out = {}
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type != "f":
                continue
            first, parts, single = re.fullmatch(
                r"=ROUND\(([A-Z]+\d+)-(?:SUM\((.*)\)|([A-Z]+\d+)),4\)", cell.value
            ).groups()
            others = parts.split(",") if parts else [single]
            out[cell.coordinate] = round(page[first].value - sum(page[name].value for name in others), 4)
    return out


def test_the_record_closes(answer):
    record = change_record(answer)
    matrix, uncovered = np.array(record["matrix_ha"]), record["uncovered"]
    assert record["classes_before"] == ["LUC", "HNK"]
    assert record["classes_after"] == ["LUC", "HNK", "ONT"]
    assert matrix.tolist() == [[1.0, 1.0, 0.0], [0.0, 2.0, 0.0]]
    assert (matrix.sum(axis=1) + uncovered["after_ha"]).tolist() == [2.0, 2.0]
    assert (matrix.sum(axis=0) + uncovered["before_ha"]).tolist() == pytest.approx([1.0, 3.003, 1.0])
    assert sum(uncovered["before_noise_ha"]) == pytest.approx(0.003)
    totals = record["totals"]
    assert totals["unchanged_ha"] + totals["changed_ha"] == totals["common_ha"] == 4.0
    assert totals["real_ha"] + totals["noise_ha"] == totals["changed_ha"]
    assert [c["class"] for c in totals["classes"]] == ["LUC", "HNK", "ONT"]
    json.dumps(record, allow_nan=False)


def test_the_official_table_adds_up_in_live_formulas(answer, tmp_path):
    export_change(answer, tmp_path / "a.xlsx", VI)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    page = book["Chu chuyển đất đai"]
    checks = reckoned(page)
    assert len(checks) == 1 + 2 * 6  # the total; NNP, LUC, HNK, PNN, ONT and land of one period
    assert set(checks.values()) == {0}
    names = {page.cell(row=row, column=3).value: row for row in range(9, 16)}
    heads = {page.cell(row=7, column=column).value: column for column in range(5, 12)}
    assert page.cell(row=names["LUC"], column=heads["HNK"]).value == 1.0
    assert page.cell(row=names["NNP"], column=heads["NNP"]).value == 4.0
    assert page.cell(row=names["LUC"], column=4).value == 2.0
    assert page["A1"].value == VI("made.label")
    assert page["A2"].value == "CHU CHUYỂN ĐẤT ĐAI TỪ NĂM 2020 ĐẾN NĂM 2025"
    text = " ".join(str(c.value) for row in page.iter_rows() for c in row if c.value)
    assert "12/QĐ-UBND" in text
    assert "landuse_crosswalk" in text
    decrease = coordinate_to_tuple("K1")[1]
    assert [page.cell(row=names["LUC"], column=decrease + n).value for n in range(3)] == [1.0, -1.0, 1.0]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ending", ChangeFiles.endings)
def test_every_format_is_written_in_both_languages(answer, tmp_path, ending, lang):
    target = tmp_path / f"a{ending}"
    write_answer(ChangeFiles(answer, words(lang)), target)
    assert target.stat().st_size > 500
    if ending in (".gpkg", ".geojson"):
        parts = gpd.read_file(target, layer="changes" if ending == ".gpkg" else None)
        assert parts["area_ha"].sum() == pytest.approx(2.003, abs=1e-5)
        assert set(parts["note"]) == {words(lang)("made.label")}


def test_moves_are_the_cells_of_the_matrix(answer):
    found = moves(answer)
    assert found[["start", "end", "area_ha"]].values.tolist() == [
        ["LUC", "HNK", 1.0],
        [UNCOVERED, "ONT", 1.0],
        [UNCOVERED, "HNK", pytest.approx(0.003)],
    ]
    assert summed(answer)["uncovered_before_ha"] == pytest.approx(1.003)


def test_parts_are_drawn_by_what_they_became(answer):
    assert sorted(set(drawn_parts(answer, VI)["change"])) == ["changed", "redrawn", "uncovered"]
    focus = drawn_parts(answer, VI, focus="LUC")
    assert focus["change"].tolist() == ["lost"]
    assert focus["tip"].iloc[0] == [
        "LUC – Đất chuyên trồng lúa → HNK – Đất trồng cây hằng năm khác",
        "1,00 ha",
    ]


def test_the_command_answers_in_the_promised_shape(files):
    found = asked(files / "a.gpkg", files / "b.gpkg", "--period", "2020", "--period", "2025")
    assert set(found) == {
        "classes_before",
        "classes_after",
        "matrix_ha",
        "noise_ha",
        "uncovered",
        "totals",
        "run",
        "findings",
    }
    assert found["classes_before"] == ["LUC", "HNK"]
    assert found["matrix_ha"] == [[1.0, 1.0], [0.0, 1.0]]
    assert found["run"]["tolerance_m"] == 0.5
    assert found["run"]["years"] == 5


def test_any_column_of_classes_in_any_spelling(files):
    found = asked(files / "a2.gpkg", files / "b.gpkg", "--class", "Lớp", "--class-after", "code")
    assert found["classes_before"] == ["LUC", "BHK"]
    assert found["totals"]["unchanged_ha"] == 1.0


def test_a_crosswalk_and_groups(files):
    walk = files / "walk.csv"
    walk.write_text("code_before,code_after,class\nBHK,HNK,Màu\nLUC,LUC,\n", encoding="utf-8")
    found = asked(files / "a.gpkg", files / "b.gpkg", "--crosswalk", walk)
    assert found["classes_before"] == ["LUC", "Màu"]
    groups = asked(files / "a.gpkg", files / "b.gpkg", "--group")
    assert groups["classes_before"] == ["NNP"]
    assert groups["totals"]["changed_ha"] == 0


def test_three_dates_give_intervals_and_a_stock(files):
    found = asked(
        files / "a.gpkg",
        files / "b.gpkg",
        files / "c.gpkg",
        *["--period=2015", "--period=2020", "--period=2025"],
    )
    assert [i["years"] for i in found["intervals"]] == [5, 5]
    assert found["stock_ha"]["LUC"] == [2.0, 1.0, 0.5]
    assert found["totals"]["changed_ha"] == 1.5


def test_rasters_are_aligned_and_compared(tmp_path):
    for name, x, cells in (("a", 0.0, [[1, 1], [2, 2]]), ("b", 30.0, [[1, 2], [2, 2]])):
        one = Raster(np.array(cells, np.uint8), Affine(100, 0, X0 + x, 0, -100, Y0), as_crs(5897))
        write_raster(tmp_path / f"{name}.tif", [(one.grid.whole, one.values)], grid=one.grid)
    found = asked(tmp_path / "a.tif", tmp_path / "b.tif")
    assert found["classes_before"] == ["1", "2"]
    assert found["matrix_ha"] == [[1.0, 1.0], [0.0, 2.0]]
    (apart,) = [f for f in found["findings"] if f["code"] == "raster_aligned"]
    assert apart["fields"]["east_m"] == 30.0
    target = tmp_path / "a.geojson"
    run("change", tmp_path / "a.tif", tmp_path / "b.tif", "--out", target, code=0)
    assert gpd.read_file(target).to_crs(5897).area.sum() / 10_000 == pytest.approx(1.0, abs=0.01)


def test_layers_of_a_workspace_bring_their_periods(tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
    for one in (
        layer("đất 2020", [box(0, 0, 200, 100)], ["BHK"], "2020"),
        layer("đất 2025", [box(0, 0, 200, 100)], ["HNK"], "2025"),
    ):
        base.save(one)
    found = asked("đất 2020", "đất 2025", "--workspace", tmp_path / "ws")
    assert found["totals"]["unchanged_ha"] == 2.0
    assert found["run"]["crosswalk"] == "landuse_crosswalk"
    assert found["run"]["made"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.gpkg"], "ít nhất hai kỳ"),
        (["a.gpkg", "b.tif"], "Không so được raster"),
        (["a.gpkg", "b.gpkg", "--class", "nothing"], "nothing"),
        (["a.gpkg", "b.gpkg", "--period", "2020"], "nêu 1 kỳ"),
        (["a.gpkg", "none.gpkg"], "none.gpkg"),
        (["a.gpkg", "b.gpkg", "--tolerance-m", "-1"], "dung sai"),
        (["a.gpkg", "b.gpkg", "--where", "road:code=LUC"], "road"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(files, arguments, said):
    given = [str(files / a) if a.endswith((".gpkg", ".tif")) else a for a in arguments]
    done = run("change", *given, code=2)
    assert said.lower() in done.output.lower()
    assert "Traceback" not in done.output


def test_classes_that_would_like_to_run_stay_text(tmp_path):
    codes = [HOSTILE, "=1+1"]
    early = layer("a", [box(0, 0, 100, 100), box(100, 0, 200, 100)], codes)
    found = change(early, layer("b", [box(0, 0, 200, 100)], ["=cmd|' /C calc'!A0"]))
    found.run["on"] = "2026-11-22"
    export_change(found, tmp_path / "a.xlsx", VI)
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    formulas = [c.value for row in page.iter_rows() for c in row if c.data_type == "f"]
    assert all(f.startswith("=ROUND(") for f in formulas)
    export_change(found, tmp_path / "a.html", VI)
    assert "<img src=x" not in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["change", "compare", "absorption"])
@pytest.mark.parametrize("what", ["no system", "no rows", "lines"])
def test_a_layer_without_an_area_to_measure_gives_no_answer(tmp_path, command, what):
    square = gpd.GeoDataFrame({"code": ["LUC"]}, geometry=[box(X0, Y0, X0 + 100, Y0 + 100)], crs=5897)
    bad = {
        "no system": square.set_crs(None, allow_override=True),
        "no rows": square.iloc[:0],
        "lines": square.set_geometry([LineString([(X0, Y0), (X0 + 100, Y0)])], crs=5897),
    }[what]
    square.to_parquet(tmp_path / "good.parquet")
    bad.to_parquet(tmp_path / "bad.parquet")
    good, wrong, out = (str(tmp_path / n) for n in ("good.parquet", "bad.parquet", "out.json"))
    given = {
        "change": ["change", good, wrong, "--class", "code"],
        "compare": ["compare", good, wrong],
        "absorption": ["absorption", f"2010={good}", f"2015={good}", "--zones", wrong],
    }[command]
    result = CliRunner().invoke(main, [*given, "--json", out])
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert not Path(out).exists()
