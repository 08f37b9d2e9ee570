"""Absorbed land as people meet it: the question, tables in words, map, files and the terminal."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import date

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from click.testing import CliRunner
from shapely import box

from layers import Layer, Period, Provenance, Workspace
from layers.errors import SourceError
from maps.absorption_map import interval_look, lost_land, lost_layers, marked_place, place_at, zone_layers
from maps.absorption_question import AbsorptionAsked, absorption_choices, answer_absorption, subject_codes
from maps.absorption_tables import (
    asked_text,
    housing_table,
    ledger_rows,
    ledger_table,
    place_label,
    places_table,
    stock_lines,
    years_text,
)
from maps.cli import main
from maps.export.absorption import AbsorptionFiles, absorption_content
from maps.export.files import write_answer
from maps.words import words
from spatial.absorption import AbsorptionQuestion, absorption
from tests.maps.conftest import HOSTILE, X0, Y0, frame

DAY = date(2026, 6, 1)
MADE = Provenance(source="thử.gpkg", sha256="cd" * 32, made=True)
LOSSES = ("lost_to_housing_ha", "lost_to_other_ha", "lost_to_no_data_ha")
GAINS = ("gained_ha", "gained_from_no_data_ha", "noise_ha")


def land(year, edge, stage="surveyed"):
    shapes = [box(0, 0, edge, 1000), box(edge, 0, 1000, 1000)]
    made = frame(*shapes, code=["ONT", "LUC"])
    return Layer(made, f"land_use_{year}", "land_use", Period(year, year, stage), MADE)


def zones(name=HOSTILE):
    made = frame(box(100, 0, 500, 1000), box(800, 0, 900, 1000), id=["Z1", "Z2"], name=[name, "CCN hai"])
    return Layer(made, "industrial_clusters_2030", "industrial_cluster", Period(2021, 2030, "approved"), MADE)


def communes():
    made = frame(box(0, 0, 300, 1000), box(300, 0, 1000, 1000), id=["1", "2"], name=["Xã Tây", "Xã Đông"])
    return Layer(made, "communes_2025", "admin_unit", Period(2025, 2025, "surveyed"), MADE)


def series():
    return [land(2015, 200), land(2020, 250), land(2025, 400), land(2030, 900, "approved")]


@pytest.fixture
def answer():
    asked = AbsorptionQuestion(DAY, ring_m=(100.0,), benchmark_ha_year=1.0)
    found = absorption(series(), asked, zones=zones(), units=communes())
    found.run["asked_at"] = "2026-06-01T08:00:00+00:00"
    return found


@pytest.fixture
def base(tmp_path):
    workspace = Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
    for layer in (*series(), zones("CCN một"), communes()):
        workspace.save(layer)
    return workspace


@pytest.fixture
def files(tmp_path):
    """The same as files, by name."""
    made = {"zones": zones("CCN một"), "units": communes()}
    made |= {str(layer.period): layer for layer in series()}
    for name, layer in made.items():
        layer.frame.to_parquet(tmp_path / f"{name}.parquet")
    return {name: str(tmp_path / f"{name}.parquet") for name in made}


def test_tables_speak_both_languages_and_keep_their_figures(answer, say):
    places, ledger = places_table(answer, say), ledger_table(answer, say)
    lost = say("absorption_column.lost_to_housing_ha")
    assert places[lost].tolist() == pytest.approx(answer.years_left.loc[places.index, "lost_to_housing_ha"])
    assert ledger[lost].sum() == pytest.approx(answer.ledger["lost_to_housing_ha"].sum())
    assert len(housing_table(answer, say)) == len(answer.already_housing) == 1
    heads = [*places.columns, *ledger.columns]
    assert not [head for head in heads if "absorption_column" in str(head)]
    assert places[say("absorption_column.rank")].tolist()[:1] == [1.0]


def test_years_are_said_with_their_range_or_without(answer):
    say = words("vi")
    left = answer.years_left.set_index("scope")
    whole = left.loc["total"].to_dict()
    assert years_text(whole, say) == "10 năm (6,7–20)"
    assert years_text({**whole, "basis": "two_dates"}, say) == "10 năm, không có khoảng"
    assert years_text({**whole, "years_high": float("nan")}, say) == "10 năm (từ 6,7 trở lên)"
    assert years_text({**whole, "years_left": 5e6}, say) == "hơn 1.000 năm"
    assert years_text({**whole, "state": "not_at_this_pace"}, say) == "Chưa mất đất"


def test_places_have_names_of_their_own(answer):
    labels = [place_label(row, words("en")) for row in answer.years_left.to_dict("records")]
    assert labels[0] == "The whole scope"
    assert {"Xã Tây", "CCN hai", "CCN hai: ring to 100 m"} <= set(labels)
    assert len(labels) == len(set(labels))


def test_the_stock_of_a_place_falls_from_survey_to_survey(answer):
    stock = stock_lines(answer, 0)
    assert stock["year"].tolist() == [2015, 2020, 2025]
    assert stock["area_ha"].tolist() == pytest.approx([40.0, 35.0, 20.0])
    assert not stock["planned"].any()
    row = answer.years_left.index[answer.years_left["name"] == "Xã Tây"][0]
    assert ledger_rows(answer, row)["closing_ha"].tolist() == pytest.approx([5.0, 0.0])


def test_what_was_asked_is_said(answer):
    assert "2015, 2020, 2025" in asked_text(answer, words("vi"))
    assert "rings of 100 m" in asked_text(answer, words("en"))


def test_the_map_draws_each_hectare_that_was_lost_once(answer, say):
    drawn = lost_layers(answer, say)
    assert [layer.id for layer in drawn] == ["lost-0", "lost-1", "redrawn"]
    area = sum(float(layer.frame.area.sum()) for layer in drawn[:2]) / 1e4
    assert area == pytest.approx(20.0)
    assert float(lost_land(answer)["area_m2"].sum()) / 1e4 == pytest.approx(20.0)
    assert interval_look(0, 2).fill != interval_look(1, 2).fill
    assert {layer.id for layer in zone_layers(answer, say)} == {
        "absorption-zones",
        "absorption-rings",
        "absorption-inside",
    }
    assert say("absorption_map.lost", interval="2015-2020", area=say.number(5.0, 1)) == drawn[0].title


def test_a_click_finds_the_smallest_place_and_a_row_marks_it(answer):
    left = answer.years_left
    zone = place_at(answer, X0 + 850, Y0 + 10)
    assert left.loc[zone, "place"] == "Z2"
    assert left.loc[place_at(answer, X0 + 200, Y0 + 10), "place"] == "Z1"
    assert place_at(answer, X0 + 700, Y0 + 10) is None
    assert place_at(answer, X0 - 5000, Y0) is None
    assert marked_place(answer, zone).frame.area.tolist() == pytest.approx([100_000.0])
    assert marked_place(answer, None).frame.empty


def test_scripts_get_a_ledger_that_adds_up(answer):
    content = absorption_content(answer)
    assert {row["scope"] for row in content["ledger"]} == {"unit"}
    for row in content["ledger"]:
        closing = row["opening_ha"] - sum(row[k] for k in LOSSES) + sum(row[k] for k in GAINS)
        assert closing == pytest.approx(row["closing_ha"])
    for column in ("opening_ha", "lost_to_housing_ha", "closing_ha"):
        whole = sum(row[column] for row in content["totals"])
        assert sum(row[column] for row in content["ledger"]) == pytest.approx(whole)
    assert content["years_left"]["benchmark_ha_year"] == 1.0
    assert content["by_unit"][0]["ring_m"] is None
    assert [row["zone"] for row in content["already_housing"]] == ["Z1"]
    json.dumps(content, allow_nan=False, default=str)


@pytest.mark.parametrize("ending", AbsorptionFiles.endings)
def test_every_format_is_written_and_says_that_data_are_made(answer, tmp_path, say, ending):
    path = tmp_path / f"answer{ending}"
    write_answer(AbsorptionFiles(answer, say), path)
    if ending == ".gpkg":
        for name in ("lost", "pieces", "place_areas", "housing_in_zones"):
            found = gpd.read_file(path, layer=name)
            assert len(found)
            assert set(found["note"]) == {say("made.label")}
        with sqlite3.connect(path) as book:
            assert book.execute("select count(*) from ledger").fetchone()[0] == len(answer.ledger)
        return
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert say("absorption_export.ledger") in book.sheetnames
        assert say("made.label") in str(book.worksheets[0]["A1"].value)
        return
    if ending == ".zip":
        assert {"lost.shp", "place_areas.shp"} <= set(zipfile.ZipFile(path).namelist())
        return
    text = path.read_text(encoding="utf-8-sig")
    assert say("made.label") in text
    if ending in (".html", ".kml"):
        assert HOSTILE not in text


def test_an_unknown_ending_is_refused(answer, tmp_path):
    with pytest.raises(SourceError, match="target_format"):
        write_answer(AbsorptionFiles(answer, words("vi")), tmp_path / "a.docx")


def test_the_choices_of_a_workspace_leave_out_plans_at_first(base):
    offered = absorption_choices(base.layers())
    assert [v.layer for v in offered.series] == [f"land_use_{y}" for y in (2015, 2020, 2025, 2030)]
    assert [v.layer for v in offered.surveyed] == [f"land_use_{y}" for y in (2015, 2020, 2025)]
    assert [v.layer for v in offered.zones] == ["industrial_clusters_2030"]
    assert [v.layer for v in offered.units] == ["communes_2025"]
    assert "land_use_2015" not in {v.layer for v in offered.areas}


def test_a_question_to_a_workspace_is_answered_as_the_library_does(base):
    def entries(*names):
        return tuple((name, 1) for name in names)

    asked = AbsorptionAsked(
        str(base.folder),
        entries("land_use_2015", "land_use_2020", "land_use_2025"),
        entries("industrial_clusters_2030"),
        entries("communes_2025"),
        (),
        AbsorptionQuestion(DAY, subject=subject_codes("planned")),
    )
    found = answer_absorption(asked)
    assert found.run["question"] == asked.key
    assert found.years_left.loc[0, "lost_to_housing_ha"] == pytest.approx(20.0)


def run(*args, code=0):
    result = CliRunner().invoke(main, ["--lang", "en", "--quiet", "absorption", *args])
    assert result.exit_code == code, result.output
    return result


def test_the_terminal_takes_dated_files_and_writes_the_ledger(files, tmp_path):
    target = tmp_path / "out.json"
    dated = [f"{year}={files[year]}" for year in ("2015", "2020", "2025")]
    plan = f"2026-2030:approved={files['2030']}"
    more = ["--zones", files["zones"], "--units", files["units"], "--ring-m", "100", "--on", "2026-06-01"]
    result = run(*dated, plan, *more, "--json", str(target), "--out", str(tmp_path / "a.xlsx"))
    found = json.loads(target.read_text(encoding="utf-8"))
    assert [row["lost_to_housing_ha"] for row in found["totals"]] == pytest.approx([5.0, 15.0])
    assert found["years_left"]["years_left"] == pytest.approx(10.0)
    assert found["run"]["years"] == [2015, 2020, 2025]
    assert "series_not_observed" in {f["code"] for f in found["findings"]}
    assert "not a survey" in result.output
    assert (tmp_path / "a.xlsx").exists()


def test_the_terminal_prints_places_by_urgency(base):
    named = ["land_use_2015", "land_use_2020", "land_use_2025"]
    result = run(
        *named,
        "--zones",
        "industrial_clusters_2030",
        "--units",
        "communes_2025",
        "--workspace",
        str(base.folder),
    )
    assert "10.0 years (6.7–20" in result.output or "10 years (6.7–20" in result.output
    assert result.output.index("Xã Tây") < result.output.index("Xã Đông")


def test_the_subject_can_be_a_list_of_codes_or_given_land(files, tmp_path):
    dated = [f"{year}={files[year]}" for year in ("2015", "2025")]
    everywhere = json.loads(run(*dated, "--subject", "LUA", "--json", "-").stdout)
    assert [row["opening_ha"] for row in everywhere["totals"]] == pytest.approx([80.0])
    assert everywhere["years_left"]["basis"] == "two_dates"
    given = json.loads(run(*dated, "--subject", "suitable", "--within", files["zones"], "--json", "-").stdout)
    assert [row["opening_ha"] for row in given["totals"]] == pytest.approx([40.0])
    assert given["run"]["scope"] == "within"
    only = ["--subject", "suitable", "--within", files["zones"], "--where", "within:id=Z2"]
    assert json.loads(run(*dated, *only, "--json", "-").stdout)["totals"][0]["opening_ha"] == pytest.approx(
        10
    )


def test_what_can_not_be_answered_is_a_sentence(files):
    dated = [f"{year}={files[year]}" for year in ("2015", "2025")]
    assert "states no year" in run(files["2015"], dated[1], "--zones", files["zones"], code=2).output
    assert "at least" in run(dated[0], "--zones", files["zones"], code=2).output
    assert "both speak of 2015" in run(dated[0], dated[0], "--zones", files["zones"], code=2).output
    assert "needs a layer" in run(*dated, code=2).output
    assert (
        "cannot be used" in run(*dated, "--zones", files["zones"], "--benchmark-ha-year", "0", code=2).output
    )


@pytest.fixture
def rasters(tmp_path):
    """Three rasters of 40 cells of a hectare; the last one lies a quarter of a cell off."""
    paths = []
    for n, year in enumerate((2010, 2015, 2020)):
        values = np.ones((5, 8), np.uint8)
        values[:, : n + 1] = 2
        path = tmp_path / f"{year}.tif"
        place = rasterio.Affine(100, 0, X0 + 25 * (n == 2), 0, -100, Y0 + 500)
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=8,
            height=5,
            count=1,
            dtype="uint8",
            crs="EPSG:5897",
            transform=place,
        ) as file:
            file.write(values, 1)
        paths.append(f"{year}={path}")
    return paths


def test_rasters_are_counted_and_brought_onto_one_grid(rasters, tmp_path):
    zone = tmp_path / "zone.parquet"
    frame(box(0, 0, 400, 500), name=["CCN"]).to_parquet(zone)
    more = ["--subject", "1", "--housing", "2", "--zones", str(zone), "--json", "-"]
    found = json.loads(run(*rasters, *more).stdout)
    assert [row["lost_to_housing_ha"] for row in found["totals"]] == pytest.approx([5.0, 5.0])
    assert [row["closing_ha"] for row in found["totals"]] == pytest.approx([30.0, 25.0])
    assert found["by_zone"][0]["closing_ha"] == pytest.approx(5.0)
    assert "raster_aligned" in {f["code"] for f in found["findings"]}
    assert "are numbers" in run(*rasters, "--subject", "LUC", "--housing", "2", code=2).output


def test_the_ledger_of_the_sample_district_adds_up_over_communes(sample):
    named = [f"land_use_{year}" for year in (2015, 2020, 2025)]
    options = ["--zones", "industrial_clusters_2030", "--units", "communes_2025"]
    options += ["--subject", "planned", "--workspace", str(sample.folder)]
    found = json.loads(run(*named, *options, "--json", "-").stdout)
    ledger, totals = pd.DataFrame(found["ledger"]), pd.DataFrame(found["totals"])
    for column in ("opening_ha", *LOSSES, *GAINS, "closing_ha"):
        assert ledger.groupby("interval")[column].sum().tolist() == pytest.approx(
            totals[column].tolist(), abs=1e-6
        )
    assert (totals["lost_to_housing_ha"] > 0).all()
