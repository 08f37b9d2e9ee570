from __future__ import annotations

import json
from datetime import date

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from shapely import box

from layers import Layer, Workspace
from layers.sample import sample_layer
from maps.asking import stamp
from maps.cli.main import main
from maps.comparison_map import comparison_parts, marked_row, row_under
from maps.comparison_tables import comparison_lines, comparison_links, comparison_record, reason_of, row_label
from maps.export.comparison import ComparisonFiles, export_comparison
from maps.words import words
from spatial.compare import STATUSES, compare

CLUSTERS = [f"data/sample/industrial_clusters_{year}.parquet" for year in (2020, 2030)]
KIND = ["--kind", "industrial_cluster"]


@pytest.fixture(scope="module")
def answer():
    layers = [sample_layer(f"industrial_clusters_{year}") for year in (2020, 2030)]
    found = compare(*layers, on=date(2026, 6, 1))
    stamp(found)
    return found


def ask(*arguments):
    return CliRunner().invoke(main, ["--lang", "en", "compare", *map(str, arguments)], catch_exceptions=False)


def test_every_status_has_a_word_in_both_languages():
    for lang in ("vi", "en"):
        said = [words(lang)(f"comparison_status.{status}") for status in STATUSES]
        assert len(set(said)) == len(STATUSES)


def test_rows_are_named_by_their_features(answer):
    lines = comparison_lines(answer, words("vi"))
    assert lines["before"][5] == "CCN mô phỏng 6 (QH20-06)"
    assert lines["after"][5] == "CCN mô phỏng 6 (CCN-16)"
    assert lines["status"][6] == "Chỉ vẽ lại ranh"
    many = {"after_ids": list("abcdef"), "after_names": [""] * 6}
    assert row_label(many, "after") == "a, b, c, d (+2)"


def test_the_record_has_what_scripts_were_promised(answer):
    record = comparison_record(answer)
    promised = {
        "before_ids",
        "after_ids",
        "status",
        "area_before_ha",
        "area_after_ha",
        "gained_ha",
        "lost_ha",
        "noise_ha",
    }
    assert all(promised <= row.keys() for row in record["rows"])
    moved = record["rows"][5]
    assert [(c["before"], c["after"], c["role"]) for c in moved["counterparts"]] == [
        ("QH20-06", "CCN-16", "row")
    ]
    totals = record["totals"]
    net = totals["gained_ha"] - totals["lost_ha"] + totals["noise_gained_ha"] - totals["noise_lost_ha"]
    assert totals["area_before_ha"] + net == pytest.approx(totals["area_after_ha"])
    assert totals["statuses"] == {
        "added": 3,
        "unchanged": 2,
        "expanded": 2,
        "moved": 1,
        "reduced": 1,
        "redrawn": 1,
    }
    assert json.dumps(record)


def test_parts_of_the_map_hold_all_the_land_once(answer):
    parts = comparison_parts(answer, words("en"))
    by = parts.groupby("change")["area_ha"].sum()
    assert by["gained"] == pytest.approx(answer.totals["gained_ha"])
    assert by["lost"] == pytest.approx(answer.totals["lost_ha"])
    assert by["redrawn"] == pytest.approx(answer.totals["noise_ha"], rel=1e-4)
    assert by["unchanged"] == pytest.approx(answer.totals["kept_ha"], rel=1e-6)
    tips = {
        (row, change): tip
        for row, change, tip in zip(parts["row"], parts["change"], parts["tip"], strict=True)
    }
    assert tips[0, "unchanged"][1:] == ["Unchanged", "Unchanged: 37.78 ha"]
    assert tips[2, "gained"] == ["CCN mô phỏng 1 (CCN-11)", "Moved", "Gained: 30.50 ha"]


def test_a_place_on_the_map_finds_its_row(answer):
    inside = answer.after.loc["CCN-16"].geometry.representative_point()
    assert row_under(answer, inside.x, inside.y) == 5
    assert row_under(answer, 0.0, 0.0) is None
    gone = answer.before.loc["CCN-11"].geometry.representative_point()
    assert row_under(answer, gone.x, gone.y) == 2
    assert len(marked_row(answer, 2).frame) == 2
    assert marked_row(answer, None).frame.empty


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ending", ComparisonFiles.endings)
def test_every_format_is_written_in_both_languages(answer, tmp_path, ending, lang):
    path = tmp_path / f"so-sanh{ending}"
    export_comparison(answer, path, words(lang))
    assert path.stat().st_size > 500
    if ending == ".gpkg":
        changes = gpd.read_file(path, layer="changes")
        assert set(changes["change"]) == {"gained", "lost", "redrawn", "unchanged"}
        assert set(changes["note"]) == {words(lang)("made.label")}
        assert gpd.read_file(path, layer="after")["status"].tolist().count("added") == 3
    if ending == ".xlsx":
        book = openpyxl.load_workbook(path)
        assert words(lang)("comparison.sheet_links") in book.sheetnames
    if ending in (".csv", ".geojson"):
        assert words(lang)("made.label") in path.read_text(encoding="utf-8-sig")


def test_links_in_words_name_both_sides(answer):
    one = comparison_links(answer, words("en"), rows=[5])
    assert one[["before", "after", "role"]].values.tolist() == [
        ["CCN mô phỏng 6 (QH20-06)", "CCN mô phỏng 6 (CCN-16)", "Same row"]
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_for_a_tolerance_is_a_sentence(lang, answer):
    assert "0" in reason_of(answer, words(lang))
    row = [box(k * 100.0, 0, k * 100.0 + 90, 90) for k in range(30)]

    def layer(shapes):
        return Layer(gpd.GeoDataFrame(geometry=shapes, crs=5897), "plan", "industrial_cluster")

    apart = [box(*(v + 0.1 for v in s.bounds)) for s in row]
    assert "0" in reason_of(compare(layer(row), layer(apart)), words(lang))
    gap = [*apart[:-1], box(2900, 0, 2930, 90)]
    assert "0" in reason_of(compare(layer(row), layer(gap)), words(lang))


def test_the_command_answers_in_the_promised_shape(tmp_path):
    target = tmp_path / "a.json"
    done = ask(*CLUSTERS, *KIND, "--json", target, "--tolerance-m", "0.5", "--on", "2026-06-01")
    assert done.exit_code == 0
    content = json.loads(target.read_text(encoding="utf-8"))
    assert {"rows", "totals", "run", "findings", "curve", "suggestion"} <= content.keys()
    by = {tuple(row["after_ids"] or row["before_ids"]): row["status"] for row in content["rows"]}
    assert by[("CCN-18",)] == "redrawn"
    assert content["run"]["tolerance_m"] == 0.5
    assert content["run"]["on"] == "2026-06-01"


def test_the_command_prints_what_changed_first_and_says_the_data_are_made():
    done = ask(*CLUSTERS, *KIND)
    lines = done.stdout.splitlines()
    assert "Added" in lines[1]
    assert "made data" in done.stdout
    assert "Usual tolerance 0.50 m" in done.stdout


def test_the_command_takes_filters_a_suggested_tolerance_and_further_plans(tmp_path):
    target = tmp_path / "a.json"
    rows = ["--where", "before:id=CCN-01,CCN-02", "--where", "after:id=CCN-01"]
    assert ask(*CLUSTERS, *KIND, *rows, "--suggested", "--json", target).exit_code == 0
    content = json.loads(target.read_text(encoding="utf-8"))
    assert [row["status"] for row in content["rows"]] == ["unchanged", "dropped"]
    assert ask(*CLUSTERS, *KIND, "--also", CLUSTERS[0], "--json", target).exit_code == 0
    agreed = json.loads(target.read_text(encoding="utf-8"))["consensus"]
    assert len(agreed["rows"][0]["plans"].split(" + ")) == 3
    assert agreed["totals"]["all_ha"] == pytest.approx(193.36, abs=0.01)


def test_layers_of_a_workspace_by_name(tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
    for year in (2020, 2030):
        base.save(sample_layer(f"urban_boundaries_{year}"))
    done = ask("urban_boundaries_2020", "urban_boundaries_2030", "--workspace", tmp_path / "ws")
    assert done.exit_code == 0
    assert "ha" in done.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--tolerance-m", "9999"], "9,999"),
        (["--where", "zones:id=1"], "--where"),
        (["--out", "a.pdf"], ".pdf"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(more, said):
    done = ask(*CLUSTERS, *more)
    assert done.exit_code == 2
    assert said in done.stderr
