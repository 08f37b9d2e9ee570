"""Distances as people meet them: the question, tables in words, map, files and the terminal."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from datetime import date

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import LineString, Point, box

from layers import Layer, Provenance, Workspace, reference
from layers.errors import QuestionError, SourceError
from maps.cli import main
from maps.distance_map import distance_layers, marked_layer, required_rings, source_at
from maps.distance_question import DistanceQuestion, answer_distances, distance_choices, rule_choices
from maps.distance_tables import distance_rows_table, distance_totals_table, shows_grid
from maps.export import DISTANCE_FORMATS, export_distances
from maps.export.distances import distance_records, lines_frame
from maps.export.page import map_page
from maps.words import words
from spatial.distances import DISTANCE_STATES, safety_distances
from tests.maps.conftest import HOSTILE, X0, Y0, frame

TODAY = date(2026, 6, 1)
MADE = Provenance(source="thử.gpkg", sha256="cd" * 32, made=True)


def layers(name="Trạm Thử"):
    """Two plants, one known and one open; homes at 12 m and 300 m; a power line; a river."""
    plants = frame(
        Point(0, 0), Point(0, 700), name=[name, "Trạm hai"], id=["P1", "P2"],
        facility_type=["pump_station", None], capacity_m3_day=[900.0, np.nan],
    )  # fmt: skip
    homes = frame(box(12, -5, 22, 5), box(300, 695, 310, 705), id=["H1", "H2"], name=[HOSTILE, "Xóm Tây"])
    line = frame(LineString([(-50, -500), (-50, 900)]), voltage_kv=[110], name=["ĐZ 110"])
    return (
        Layer(plants, "plants", "wastewater_facility", provenance=MADE),
        Layer(homes, "residential", "residential", provenance=MADE),
        Layer(line, "power_lines", "power_line", provenance=MADE),
    )


@pytest.fixture
def answer():
    plants, homes, lines = layers()
    found = safety_distances(plants, [homes, lines], table=reference.table("safety_distances"), on=TODAY)
    found.run["asked_at"] = "2026-06-01T08:00:00+00:00"
    return found


@pytest.fixture
def base(tmp_path):
    workspace = Workspace.create(tmp_path / "ws", crs=5897, name="Nhỏ")
    for layer in layers():
        workspace.save(layer)
    return workspace


def question(base, **changes):
    facts = {
        "folder": str(base.folder),
        "sources": (("plants", 1),),
        "targets": (("residential", 1),),
        "on": TODAY,
    }
    return DistanceQuestion(**{**facts, **changes})


# --- words -----------------------------------------------------------------------------------------------


def test_every_state_reason_and_column_of_a_condition_has_words(say):
    for section in ("distance_state", "distance_state_short"):
        assert all(say.has(f"{section}.{state}") for state in DISTANCE_STATES)
    fields = set(reference.table("distance_conditions")["field"])
    assert {f for f in fields if not say.has(f"distance_field.{f}")} == set()
    forces = set(reference.table("safety_distances")["force"]) - {"in_force"}
    more = {
        "condition",
        "any_condition",
        "expired",
        "not_yet",
        "no_figure",
        "confidence",
        "no_layer",
        "empty",
        "extent",
    }
    assert {w for w in forces | more if not say.has(f"distance_why.{w}")} == set()


def test_rows_in_words_have_metres_as_numbers_and_no_code_in_sight(answer, say):
    table = distance_rows_table(answer, say)
    assert list(table.index) == list(answer.rows.index)
    assert table[say("distance_column.required_m")].dtype == float
    values = table.drop(columns=say("distance_column.rule")).to_numpy().ravel()
    shown = " ".join(str(value) for value in values)
    for code in ("too_near", "no_layer", "facility_type", "verified_primary", "distance_"):
        assert code not in shown
    assert say("distance_state.too_near") in shown


def test_vietnamese_rows_cite_the_clause_in_vietnamese(answer):
    table = distance_rows_table(answer, words("vi"))
    near = table[table["Kết quả"] == "Quá gần"].iloc[0]
    assert near["Căn cứ"] == "QCVN 01:2021/BXD (Thông tư 01/2021/TT-BXD), Bảng 2.22"
    assert near["Hiệu lực"] == "05/07/2021 – 31/12/2026"
    expired = table[table["Mã quy định"] == "PWR-110"].iloc[0]
    assert "31/12/2025" in expired["Vì sao"]
    depends = table[table["Kết quả"] == "Tùy điều kiện"].iloc[0]
    assert "công suất (m³/ngày)" in depends["Vì sao"]


def test_metres_on_the_grid_show_where_they_differ_in_what_is_shown(answer, say):
    assert not shows_grid(answer)
    assert say("distance_column.grid_m") not in distance_rows_table(answer, say)
    plants, homes, _ = layers()
    far = homes.with_frame(homes.frame.set_geometry(homes.frame.translate(9000, 0)))
    wide = safety_distances(plants, [far], table=reference.table("safety_distances"), on=TODAY)
    assert shows_grid(wide)
    assert say("distance_column.grid_m") in distance_rows_table(wide, say)


def test_totals_name_each_source_once(answer, say):
    table = distance_totals_table(answer, say)
    assert table[say("distance_column.source")].tolist() == ["Trạm Thử", "Trạm hai"]
    assert table[say("distance_column.too_near")].tolist() == [1, 0]


# --- map -------------------------------------------------------------------------------------------------


def test_the_map_has_what_was_measured_lines_by_answer_and_rings(answer, say):
    shown = {layer.id: layer for layer in distance_layers(answer, say)}
    assert len(shown["line-too-near"].frame) == 1
    assert shown["line-too-near"].show
    assert not shown["line-unsettled"].show
    assert len(shown["sources"].frame) == 2
    assert len(shown["targets"].frame) == 2
    rings = required_rings(answer).set_index("source")
    assert rings["distance_m"].to_dict() == {"P1": 20.0, "P2": 500.0}
    assert rings["state"].to_dict() == {"P1": "too_near", "P2": "depends"}
    assert "".join(shown["rings"].frame["tip"].iloc[0]).startswith("20 m")


def test_text_of_data_does_not_run_on_the_map(answer, say):
    page = map_page(distance_layers(answer, say), say, title="x", frame=answer.sources)
    assert "alert(1)" in page
    assert "<img" not in page
    shown = [line for line in page.splitlines() if line.lstrip().startswith("TC.features(")]
    assert any("alert(1)" in line for line in shown)
    for line in shown:
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert "onerror" not in bare
        assert "${" not in bare


def test_a_click_finds_the_source_and_a_row_its_line(answer):
    assert source_at(answer, X0 + 5, Y0 - 5) == "P1"
    assert source_at(answer, X0 + 5, Y0 + 690) == "P2"
    assert source_at(answer, X0 + 5000, Y0) == ""
    row = int(answer.rows.index[answer.rows["state"] == "too_near"][0])
    assert marked_layer(answer, source="", row=row).frame.length.tolist() == pytest.approx([12])
    assert len(marked_layer(answer, source="P2", row=None).frame) == 1
    assert marked_layer(answer, source="", row=None).frame.empty


# --- question --------------------------------------------------------------------------------------------


def test_equal_questions_are_one_wherever_the_folder_lies(base):
    assert question(base).key == question(base, folder="/elsewhere").key
    assert question(base).key != question(base, rules=("WW-1-1",)).key


def test_an_answer_from_a_workspace_takes_chosen_rows(base):
    found = answer_distances(question(base, rules=("WW-4-2",)))
    assert set(found.rows.loc[found.rows["rule"] != "", "rule"]) == {"WW-4-2"}
    assert found.totals["too_near"].tolist() == [1, 0]
    assert found.run["question"]
    with pytest.raises(QuestionError, match="distance_rule_refused"):
        answer_distances(question(base, rules=("IZ-500-CLAIM",)))


def test_what_can_be_chosen(base):
    sources, targets = distance_choices(base.layers(), None)
    assert sources[0].kind_name == "wastewater_facility"
    assert {v.kind_name for v in targets} == {"wastewater_facility", "residential", "power_line"}
    assert "TCVN4449-I" in rule_choices({"industrial_park"})
    assert not {"RIVER-CORR", "CEM-TAB225", "IZ-500-CLAIM"} & set(
        rule_choices({"river", "cemetery", "industrial_cluster"})
    )


# --- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", sorted(DISTANCE_FORMATS))
def test_every_format_opens_and_says_that_the_data_are_made(answer, say, tmp_path, ending):
    path = tmp_path / f"x{ending}"
    export_distances(answer, path, say)
    made = say("made.label")
    if ending == ".gpkg":
        assert set(gpd.list_layers(path)["name"]) >= {
            "sources",
            "lines",
            "rings",
            "near_targets",
            "rows",
            "totals",
            "run",
        }
        lines = gpd.read_file(path, layer="lines")
        assert set(lines["note"]) == {made}
        with sqlite3.connect(path) as base:
            styled = {name for (name,) in base.execute("select f_table_name from layer_styles")}
        assert styled == {"sources", "lines"}
    elif ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert len(book.sheetnames) == 4
        assert made in str(book.worksheets[0]["A1"].value)
        assert "0,04" in str(book.worksheets[0]["A3"].value) or "0.04" in str(book.worksheets[0]["A3"].value)
    elif ending == ".csv":
        assert len(pd.read_csv(path)) == len(answer.rows)
    else:
        assert made in path.read_text(encoding="utf-8")


def test_an_export_of_nothing_but_distances_has_no_rings(say, tmp_path):
    park = Layer(frame(box(0, 0, 9, 9), name=["Khu"]), "khu", "industrial_park")
    belt = Layer(frame(box(20, 0, 30, 9)), "belt", "green_belt")
    found = safety_distances(park, [belt], table=reference.table("safety_distances"), on=TODAY)
    for ending in DISTANCE_FORMATS:
        export_distances(found, tmp_path / f"x{ending}", say)
    assert "rings" not in set(gpd.list_layers(tmp_path / "x.gpkg")["name"])


def test_an_unknown_ending_is_refused_with_those_that_work(answer, say, tmp_path):
    with pytest.raises(SourceError, match=r"target_format.*\.doc"):
        export_distances(answer, tmp_path / "x.doc", say)


def test_records_and_lines_keep_the_figures(answer, say):
    rows = distance_records(answer, say)
    assert len(rows) == len(answer.rows)
    assert json.loads(json.dumps(rows, allow_nan=False))
    near = next(r for r in rows if r["state"] == "too_near")
    assert near["required_m"] == 20.0
    lines = lines_frame(answer, say)
    assert lines.geometry.length.to_numpy() == pytest.approx(lines["grid_m"].to_numpy(), abs=1e-6)


# --- terminal --------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plants, homes, lines = layers()
    plants.frame.to_file("tram.gpkg", index=False)
    homes.frame.to_file("nha.gpkg", index=False)
    lines.frame.to_file("dien.gpkg", index=False)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["--quiet", "distances", *map(str, arguments)])


FROM_TO = ("--from", "wastewater_facility=tram.gpkg", "--to", "residential=nha.gpkg", "--on", "2026-06-01")


def test_the_terminal_answers_with_exit_code_1_where_a_distance_is_not_kept(files):
    done = run(*FROM_TO, "--json", "-", "--out", "x.xlsx")
    assert done.exit_code == 1, done.output
    got = json.loads(done.stdout)
    near = [r for r in got["rows"] if r["state"] == "too_near"]
    assert [(r["rule"], r["required_m"]) for r in near] == [("WW-1-2", 20.0)]
    assert near[0]["shortfall_m"] == pytest.approx(8.0, abs=0.01)
    assert {f["code"] for f in got["findings"]} >= {"measured_from_point", "reach_assumed"}
    assert got["run"]["on"] == "2026-06-01"
    assert zipfile.ZipFile("x.xlsx").testzip() is None
    assert run(*FROM_TO, "--exit-zero").exit_code == 0


def test_the_terminal_prints_a_table_in_both_languages(files):
    assert "Quá gần" in run(*FROM_TO).output
    assert "Too near" in CliRunner().invoke(main, ["--lang", "en", "--quiet", "distances", *FROM_TO]).output


def test_another_day_has_no_verdict_and_exit_code_0(files):
    done = run(*FROM_TO[:-1], "2027-06-01")
    assert done.exit_code == 0, done.output
    assert "Chưa kết luận được" in done.output


def test_chosen_rows_decide_and_bad_ones_are_sentences(files):
    done = run(*FROM_TO, "--rule", "WW-1-1", "--json", "-")
    rules = {r["rule"] for r in json.loads(done.stdout)["rows"] if r["source"]}
    assert rules == {"WW-1-1"}
    assert run(*FROM_TO, "--rule", "tram=WW-1-1").exit_code == 1
    for rule, said in (
        ("WW-77", "không có dòng"),
        ("IZ-500-CLAIM", "không được dùng"),
        ("DAM-I", "không có lớp nào"),
    ):
        wrong = run(*FROM_TO, "--rule", rule)
        assert wrong.exit_code == 2
        assert said in wrong.output
        assert "Traceback" not in wrong.output


def test_files_that_can_not_be_read_are_exit_code_2(files):
    assert run("--from", "wastewater_facility=none.gpkg", "--to", "residential=nha.gpkg").exit_code == 2
    done = run(*FROM_TO, "--to", "school=none.gpkg")
    assert done.exit_code == 2
    assert "none.gpkg" in done.output
    assert run("--from", "tram.gpkg", "--to", "residential=nha.gpkg").exit_code == 2
    assert run(*FROM_TO[:-1], "hôm nay").exit_code == 2


def test_the_terminal_takes_names_of_a_workspace(base):
    done = run(
        "--workspace",
        base.folder,
        "--from",
        "plants",
        "--to",
        "residential",
        "--on",
        "2026-06-01",
        "--json",
        "-",
    )
    assert done.exit_code == 1
    assert json.loads(done.stdout)["run"]["made"] is True
