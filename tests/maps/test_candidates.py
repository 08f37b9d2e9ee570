from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from click.testing import CliRunner

from layers import Finding
from layers.errors import QuestionError, SourceError
from layers.reference import table as reference
from maps.candidate_contract import contract
from maps.candidate_map import marked_site
from maps.candidate_tables import boundary_table, closing_line, exclusion_table
from maps.cli import main
from maps.criteria import named_criterion, split_criterion
from maps.decision_tables import (
    decision_table,
    exclusions_compared,
    limits_table,
    reached_table,
    settings_compared,
    sites_compared,
    totals_compared,
)
from maps.export.candidates import CandidateFiles, write_dossier
from maps.rule_tables import citation
from maps.site_decisions import (
    decisions_frame,
    kept_search,
    plain_decisions,
    read_decisions,
    read_search,
    search_extra,
)
from maps.tables import clause_of, layer_label
from maps.waterfall_chart import waterfall_chart
from maps.words import words
from spatial.candidates import candidates
from spatial.decisions import decided, only_sites
from spatial.search_comparison import compare_searches, search_facts
from tests.spatial.conftest import place
from tests.spatial.planted import GOOD, district, wanted

MILLIMETRE = 1e-3
#: reaches out of the good land, and has a corner that no cell has
REDRAWN = place(shapely.Polygon([(600, 200), (1600.123, 210), (1500, 900.5), (600, 800)]))
PROMISED = ["id", "rank", "score", "breakdown", "rank_low", "rank_high", "area_ha", "checks"]


@pytest.fixture(scope="module")
def answer():
    area, constraints, criteria, others = district()
    found = candidates(area, constraints, criteria, question=wanted(cell_m=40.0, count=3), others=others)
    found.run["asked_at"] = "2026-06-02T08:00:00+00:00"
    return found


@pytest.fixture(scope="module")
def unpacked(answer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dossier")
    path = write_dossier(answer, folder, words("vi"))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    assert not list(folder.glob(".draft*"))
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    area, constraints, _, others = district()
    for layer in (area, *constraints, *others):
        layer.frame.to_file(folder / f"{layer.kind_name}.gpkg", index=False)
    return folder


KINDS = ("protected", "green_belt", "residential", "river", "dam")
#: enough for what is refused before anything is searched
FEW = ("residential",)


def ask(files, *more, code=0, kinds=KINDS):
    target = files / "out.json"
    target.unlink(missing_ok=True)
    given = ["--area", files / "admin_unit.gpkg", "--on", "2026-06-01", "--json", target, "--cell-m", "40"]
    for kind in kinds:
        given += [
            "--constraint",
            f"{kind}={files / kind}.gpkg",
            "--extent",
            f"{kind}={files / 'admin_unit.gpkg'}",
        ]
    given += [
        "--criterion",
        f"road={files / 'road.gpkg'}:2",
        "--criterion",
        f"housing={files / 'residential.gpkg'}",
    ]
    given += ["--also", f"road={files / 'road.gpkg'}"]
    done = CliRunner().invoke(main, ["candidates", *map(str, given), *map(str, more)])
    assert "Traceback" not in done.output
    assert done.exit_code == code, done.output
    return json.loads(target.read_text(encoding="utf-8")) if target.exists() else done.output


CLUSTER = ("--kind", "industrial_cluster")


def test_a_distance_stated_twice_is_refused_and_not_forgotten(files):
    said = ask(files, *CLUSTER, "--buffer", "residential=200", "--buffer", "residential=300", code=2)
    assert "“residential” được nêu hai lần" in said


def test_a_boundary_from_a_file_without_an_area_is_refused(files):
    more = ("--min-score", 0, "--count", 1, "--boundary", f"S01={files / 'road.gpkg'}")
    said = ask(files, *CLUSTER, *more, code=2, kinds=FEW)
    assert "Ranh giới của vị trí S01" in said


def test_the_terminal_keeps_its_contract(files, tmp_path):
    out = tmp_path / "new" / "folder"
    found = ask(files, "--kind", "industrial_cluster", "--min-score", 0, "--count", 1, "--out", out)
    assert {"area_of_search_ha", "exclusions", "left_ha", "sites"} <= set(found)
    assert {"constraint", "clause", "alone_ha", "added_ha"} <= set(found["exclusions"][0])
    taken = sum(row["added_ha"] for row in found["exclusions"])
    assert taken + found["left_ha"] == pytest.approx(found["area_of_search_ha"], rel=1e-12)
    assert [key for key in found["sites"][0] if key in PROMISED] == PROMISED
    assert (found["run"]["min_ha"], found["run"]["max_ha"]) == (10.0, 75.0)  # of the rule on the day
    assert (out / "candidates.zip").is_file()
    places = [shapely.geometry.shape(site["geometry"]) for site in found["sites"]]
    land = shapely.transform(shapely.union_all([*GOOD.values()]), lambda c: c + [550_000, 2_320_000])
    assert all(land.buffer(MILLIMETRE).covers(shape) for shape in places)


def test_the_rule_of_the_day_presets_the_sizes(files):
    found = ask(files, "--kind", "ccn", "--on", "2026-09-15", "--count", 1, "--min-score", 0, kinds=FEW)
    assert found["run"]["min_ha"] == 5.0
    text = ask(files, "--kind", "industrial_park", code=2, kinds=FEW)
    assert "--min-ha" in text
    found = ask(
        files, "--kind", "industrial_park", "--min-ha", 12, "--max-ha", 60, "--count", 1, "--min-score", 0,
        kinds=FEW,
    )  # fmt: skip
    assert found["run"]["zone_kind"] == "industrial_park"


def test_the_same_seed_gives_the_same_ranks(files):
    more = ("--kind", "industrial_cluster", "--min-score", 0, "--seed", 5, "--count", 3)
    first, again = ask(files, *more, kinds=FEW), ask(files, *more, kinds=FEW)
    assert len(first["sites"]) == 3
    assert first["sites"] == again["sites"]


def test_no_site_leaves_with_1_and_says_what_took_the_land(files):
    found = ask(files, "--kind", "industrial_cluster", "--min-ha", 400, "--max-ha", 500, code=1)
    (said,) = [f for f in found["findings"] if f["code"] == "no_site"]
    assert "ha" in said["message"]
    assert found["sites"] == []


def test_a_raster_in_another_system_is_a_criterion(files, tmp_path):
    area = gpd.read_file(files / "admin_unit.gpkg").to_crs(4326)
    left, bottom, right, top = area.total_bounds
    values = np.tile(np.linspace(0, 20, 80, dtype=np.float32), (80, 1))
    place = rasterio.transform.from_bounds(left - 0.01, bottom - 0.01, right + 0.01, top + 0.01, 80, 80)
    path = tmp_path / "slope.tif"
    with rasterio.open(path, "w", driver="GTiff", height=80, width=80, count=1, dtype="float32",
                       crs="EPSG:4326", transform=place) as file:  # fmt: skip
        file.write(values, 1)
    more = ("--criterion", f"slope={path}:3", "--count", 1, "--min-score", 0)
    found = ask(files, "--kind", "ccn", *more, kinds=FEW)
    assert found["weights"]["slope"] == pytest.approx(3 / 6.5)
    assert {row["criterion"] for row in found["sites"][0]["breakdown"]} == {"road", "housing", "slope"}


def test_sites_follow_parcels_of_a_file_or_of_a_layer_that_is_there(files, tmp_path):
    side, west, south = 100, 550_000, 2_320_000
    squares = [
        shapely.box(west + x, south + y, west + x + side, south + y + side)
        for x in range(0, 6000, side)
        for y in range(0, 6000, side)
    ]
    parcels = gpd.GeoDataFrame({"code": "LUC"}, index=range(len(squares)), geometry=squares, crs=5897)
    parcels.to_file(tmp_path / "thua.gpkg")
    more = ("--kind", "ccn", "--count", 2, "--min-score", 0)
    first = ask(files, *more, "--parcels", tmp_path / "thua.gpkg", kinds=FEW)
    land = ("--constraint", f"land_use={tmp_path / 'thua.gpkg'}")
    again = ask(files, *more, *land, "--parcels", "land_use", kinds=FEW)
    for found, name in ((first, "thua"), (again, "thua")):
        assert found["run"]["follow"] == name
        for site in found["sites"]:
            corners = np.array(site["geometry"]["coordinates"][0]) - [west, south]
            assert np.abs(corners / side - np.round(corners / side)).max() < 1e-6
    assert first["sites"]
    assert not any(row["constraint"].startswith("land_cover") for row in first["exclusions"])
    text = ask(files, *more, "--parcels", files / "road.gpkg", code=2, kinds=FEW)
    assert "road" in text


def test_of_several_layers_of_a_kind_the_one_to_follow_is_named(files, tmp_path):
    side, west, south = 200, 550_000, 2_320_000
    for name, step in (("dat_2025", 0), ("dat_2030", 50)):
        squares = [
            shapely.box(west + x + step, south + y, west + x + step + side, south + y + side)
            for x in range(0, 4000, side)
            for y in range(0, 4000, side)
        ]
        frame = gpd.GeoDataFrame({"code": "LUC"}, index=range(len(squares)), geometry=squares, crs=5897)
        frame.to_file(tmp_path / f"{name}.gpkg")
    land = [("--constraint", f"land_use={tmp_path / name}.gpkg") for name in ("dat_2025", "dat_2030")]
    more = ("--kind", "ccn", "--count", 1, "--min-score", 0, *land[0], *land[1])
    text = ask(files, *more, "--parcels", "land_use", code=2, kinds=FEW)
    assert "dat_2025, dat_2030" in text
    assert "--parcels TÊN" in text
    assert ask(files, *more, "--parcels", "dat_2030", kinds=FEW)["run"]["follow"] == "dat_2030"


def test_a_criterion_may_be_measured_by_road(files, tmp_path):
    port = gpd.GeoDataFrame(geometry=gpd.read_file(files / "road.gpkg").boundary.centroid.iloc[:1])
    port.to_file(tmp_path / "port.gpkg")
    more = ("--kind", "ccn", "--count", 2, "--min-score", 0)
    found = ask(files, *more, "--criterion", f"port_travel={tmp_path / 'port.gpkg'}:3", kinds=FEW)
    assert found["weights"]["port_travel"] == pytest.approx(3 / 6.5)
    assert "port_travel" in {row["criterion"] for row in found["sites"][0]["breakdown"]}
    assert found["run"]["functions"]["port_travel"] == "linear:0=1;40000=0"


def test_a_criterion_may_be_measured_in_minutes_at_speeds_that_are_told(files, tmp_path):
    port = gpd.GeoDataFrame(geometry=gpd.read_file(files / "road.gpkg").boundary.centroid.iloc[:1])
    port.to_file(tmp_path / "port.gpkg")
    more = ("--kind", "ccn", "--count", 1, "--min-score", 0, "--speed", "local=20")
    found = ask(files, *more, "--criterion", f"port_travel_min={tmp_path / 'port.gpkg'}:3", kinds=FEW)
    assert found["run"]["functions"]["port_travel_min"] == "linear:0=1;60=0"
    assert found["run"]["speeds_kmh"]["local"] == 20
    (told,) = [f for f in found["findings"] if f["code"] == "travel_speeds_assumed"]
    assert "giả định, không phải quy định" in told["message"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (("--kind", "chợ"), "chợ"),
        (("--kind", "ccn", "--criterion", "road"), "road"),
        (("--kind", "ccn", "--function", "river=linear:0=1;5=0"), "--function"),
        (("--kind", "ccn", "--function", "road=rising"), "rising"),
        (("--kind", "ccn", "--buffer", "river=wide"), "wide"),
        (("--kind", "ccn", "--speed", "local=fast"), "fast"),
        (("--kind", "ccn", "--speed", "local=500"), "500"),
        (("--kind", "ccn", "--speed", "expresway=100"), "expresway"),
        (("--kind", "ccn", "--min-ha", "80"), "80"),
        (("--kind", "ccn", "--rule", "residential=NO-SUCH"), "NO-SUCH"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_words(files, more, text):
    assert text in ask(files, *more, code=2, kinds=FEW)


def test_criteria_are_taken_apart_and_what_they_assume_is_said():
    assert split_criterion("a=b.gpkg") == ("a", "b.gpkg", None)
    with pytest.raises(QuestionError, match="criterion_unreadable: found='a='"):
        split_criterion("a=")
    _, _, _, (roads,) = district()
    made, found = named_criterion("main_road", roads)
    assert [f.code for f in found] == ["criterion_column_missing"]  # no column of classes
    classed = roads.with_frame(
        roads.frame.assign(road_class=["national", *["local"] * (len(roads.frame) - 1)])
    )
    made, found = named_criterion("main_road", classed, weight=3.0)
    assert (len(made.source.frame), made.weight, found) == (1, 3.0, [])
    made, found = named_criterion("market", roads)
    assert (made.measure, [f.code for f in found]) == ("distance", ["criterion_assumed"])


def test_tables_say_every_row_in_words(answer):
    for lang in ("vi", "en"):
        say = words(lang)
        for table in (exclusion_table(answer, say), boundary_table(answer.sites, say)):
            texts = [str(value) for column in table for value in [column, *table[column]]]
            assert not [t for t in texts if re.search(r"\b(site_\w+|value|confidence|kind|criterion)\.\w", t)]


def test_what_a_planner_reads_has_no_word_of_the_tables():
    vi = words("vi")
    decision = "Lao Cai decision 16/2026/QD-UBND Art. 14.3"
    assert citation(decision, vi) == (
        "Quyết định của tỉnh Lào Cai (chỉ áp dụng ở Lào Cai) 16/2026/QĐ-UBND Điều 14.3"
    )
    rules = reference("establishment_rules")
    told = [citation(str(c), vi) for c in rules.loc[rules["zone_kind"] == "industrial_cluster", "clause"]]
    assert [c for c in told if re.search(r"citation\.|\b(Letter|decision|new|Decree|Art)\b", c)] == []
    assert citation("Decree 1/2026 Table 2", vi) == "Nghị định 1/2026 Bảng 2"
    assert layer_label("search_area", "admin_unit", None, vi) == "ranh giới tự vẽ hoặc dán"


def test_clauses_speak_of_principles_and_messages_of_rules_in_words():
    rows = reference("conflict_rules")
    for lang in ("vi", "en"):
        say = words(lang)
        told = [clause_of(row, say) for row in rows.to_dict("records")]
        assert [text for text in told if "P-" in text] == []
        assert any(say("principle.P-GREEN-BELT") in text for text in told)
        claim = Finding("distance_claim", "khu", None, "info", {"claimed_m": 500.0, "rule": "IZ-500-CLAIM"})
        assert "IZ-500" not in say.message(claim)
        wrong = QuestionError("figure_wrong", figure="min_width_m", found=-1.0, expected=0)
        assert "min_width_m" not in say.message(wrong)
        assert say("site_question.min_width_m") in say.message(wrong)


def test_the_chosen_site_is_marked_and_no_other(answer):
    first = answer.sites.index[0]
    assert marked_site(answer, first).frame.geometry.iloc[0].equals(answer.sites.geometry.loc[first])
    assert marked_site(answer, None).frame.empty
    assert marked_site(answer, "S99").frame.empty


def test_the_closing_line_has_the_figures_of_the_table(answer):
    found = replace(answer.exclusions, area_ha=600.0, left_ha=350.9392)
    said = closing_line(found, words("vi"))
    assert said.startswith("Vùng tìm 600,00 ha")
    assert "350,94 ha" in said


def test_scripts_get_plain_numbers(answer):
    text = json.dumps(contract(answer, words("vi")), default=str, allow_nan=False)
    assert "NaN" not in text


def test_the_waterfall_goes_from_the_area_to_what_is_left(answer):
    bars = waterfall_chart(answer, words("vi"))["data"]["values"]
    assert bars[0]["from"] == pytest.approx(answer.exclusions.area_ha)
    assert bars[-1]["from"] == pytest.approx(answer.exclusions.left_ha)
    assert all(a["to"] == pytest.approx(b["from"]) for a, b in itertools.pairwise(bars))


# --- files -------------------------------------------------------------------------------------------


def same(found, answer):
    """Boundaries agree to a millimetre, corner by corner, in the system that the file states."""
    back = found.to_crs(answer.sites.crs).geometry.to_numpy()
    ours = answer.sites.geometry.to_numpy()
    assert len(back) == len(ours)
    back, ours = shapely.normalize(shapely.force_2d(back)), shapely.normalize(ours)
    gaps = [shapely.hausdorff_distance(a, b) for a, b in zip(back, ours, strict=True)]
    assert max(gaps) < MILLIMETRE
    assert [a.area for a in back] == pytest.approx([b.area for b in ours], rel=1e-6)


def test_geopackage_and_shapefile_give_the_boundaries_back(unpacked, answer):
    same(gpd.read_file(unpacked / "candidates.gpkg", layer="sites"), answer)
    inside = unpacked / "shp"
    with zipfile.ZipFile(unpacked / "candidates_shp.zip") as archive:
        archive.extractall(inside)
    (path,) = inside.rglob("sites*.shp")
    assert path.with_suffix(".cpg").read_text().strip() == "UTF-8"
    same(gpd.read_file(path), answer)


def test_geojson_and_kml_give_the_boundaries_back(unpacked, answer):
    same(gpd.read_file(unpacked / "candidates.geojson"), answer)
    same(gpd.read_file(unpacked / "candidates.kml"), answer)


def test_dxf_gives_the_boundaries_back_and_names_its_system(unpacked, answer):
    import ezdxf

    drawing = ezdxf.readfile(unpacked / "candidates.dxf")
    lines = [e for e in drawing.modelspace().query("LWPOLYLINE") if e.dxf.layer == "SITES"]
    shapes = [shapely.Polygon([(x, y) for x, y, *_ in line]) for line in lines if line.closed]
    outer = gpd.GeoDataFrame(geometry=[s for s in shapes if s.area > 10_000], crs=answer.sites.crs)
    whole = [shapely.Polygon(shape.exterior) for shape in answer.sites.geometry]
    for shape in whole:
        assert outer.geometry.hausdorff_distance(shape).min() < MILLIMETRE
    assert "EPSG:5897" in drawing.layers.get("SITES").description


def test_the_workbook_has_the_boundary_as_offices_print_it(unpacked, answer):
    book = openpyxl.load_workbook(unpacked / "candidates.xlsx")
    say = words("vi")
    rows = [list(row) for row in book[say("site_sheet.boundaries")].iter_rows(values_only=True)]
    top = next(n for n, row in enumerate(rows) if row[0] == say("site_column.site"))
    assert "EPSG:5897" in " ".join(str(row[0]) for row in rows[:top])
    table = [row for row in rows[top + 1 :] if row[0]]
    for site, shape in answer.sites.geometry.items():
        mine = [row for row in table if row[0] == site and row[1] == 1]
        assert mine[0][2:] == mine[-1][2:]  # the first point closes the ring
        north, east = ([float(row[k].replace(",", ".")) for row in mine] for k in (3, 4))
        drawn = shapely.Polygon(list(zip(east, north, strict=True)))
        assert shapely.hausdorff_distance(drawn, shapely.Polygon(shape.exterior)) < MILLIMETRE
        assert all(re.fullmatch(r"\d+,\d{3}", row[3]) for row in mine)


def test_the_dossier_of_a_site_has_its_boundary_clauses_and_method(unpacked, answer):
    from docx import Document

    paper = Document(unpacked / "S01.docx")
    cells = [[[c.text for c in row.cells] for row in table.rows] for table in paper.tables]
    (corners,) = [t for t in cells if t[0][-2:] == ["X (Bắc, m)", "Y (Đông, m)"]]
    drawn = shapely.Polygon([[float(v.replace(",", ".")) for v in row[:-3:-1]] for row in corners[1:]])
    assert shapely.hausdorff_distance(drawn, answer.sites.geometry["S01"]) < MILLIMETRE
    text = " ".join(t for table in cells for row in table for t in row).replace("\N{NO-BREAK SPACE}", " ")
    assert "Nghị định 32/2024" in text
    assert "từ 01/05/2024" in text
    assert len(paper.inline_shapes) == 2


def test_the_pdf_carries_its_fonts(unpacked):
    content = (unpacked / "S01.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/FontFile2" in content
    assert len(content) < 2_000_000


def test_the_text_beside_names_day_rules_and_system(unpacked):
    text = (unpacked / "README.txt").read_text(encoding="utf-8")
    assert "01/06/2026" in text
    assert "EPSG:5897" in text


def test_an_answer_without_sites_has_its_exclusions_all_the_same(tmp_path):
    area, constraints, criteria, others = district()
    empty = candidates(area, constraints, criteria, question=wanted(400, 500, cell_m=80.0), others=others)
    path = write_dossier(empty, tmp_path, words("en"))
    with zipfile.ZipFile(path) as archive:
        assert {"candidates.gpkg", "candidates.xlsx"} <= set(archive.namelist())


# --- decisions ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided_files(answer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("decided")
    rows = {
        "S01": {"decision": "ticked", "boundary": shapely.geometry.mapping(REDRAWN)},
        "S02": {"decision": "dropped", "reason": "đã có chủ đầu tư"},
        "S03": {"decision": "ticked"},
    }
    told = decided(answer, decisions_frame(rows, 5897))
    with zipfile.ZipFile(write_dossier(told, folder, words("vi"))) as archive:
        archive.extractall(folder)
    return folder, told


def test_only_ticked_sites_are_in_the_zip_and_it_says_so(decided_files):
    folder, told = decided_files
    assert sorted(p.name for p in folder.glob("*.pdf")) == ["S01.pdf", "S03.pdf"]
    assert sorted(p.name for p in folder.glob("*.docx")) == ["S01.docx", "S03.docx"]
    kept = only_sites(told, ("S01", "S03"))
    same(gpd.read_file(folder / "candidates.gpkg", layer="sites"), kept)
    same(gpd.read_file(folder / "candidates.geojson"), kept)
    same(gpd.read_file(folder / "candidates.kml"), kept)
    assert "S01, S03" in (folder / "README.txt").read_text(encoding="utf-8")
    before = gpd.read_file(folder / "candidates.gpkg", layer="before_redraw")
    assert before["site"].tolist() == ["S01"]
    assert before.geometry[0].equals_exact(told.decisions.found.geometry["S01"], MILLIMETRE)


def test_decisions_reasons_and_what_was_reached_into_are_in_the_workbook(decided_files):
    folder, told = decided_files
    book, say = openpyxl.load_workbook(folder / "candidates.xlsx"), words("vi")
    cells = [list(row) for row in book[say("site_sheet.decisions")].iter_rows(values_only=True)]
    text = " ".join(str(value) for row in cells for value in row)
    assert "đã có chủ đầu tư" in text  # the dropped one is on record all the same
    reached = [list(row) for row in book[say("site_sheet.reached")].iter_rows(values_only=True)]
    land = [row[3] for row in reached if row[0] == "S01"]
    assert sum(land) == pytest.approx(told.decisions.hits["here_ha"].sum())
    assert sum(land) > 0


def test_without_a_tick_all_are_offered_and_it_is_said(answer):
    files = CandidateFiles(answer, words("vi"))
    assert len(files.answer.sites) == len(answer.sites)
    assert "Chưa chọn" in files.scope
    assert files.scope in files.notes


def test_the_dossier_says_what_was_decided_and_drawn(decided_files):
    from docx import Document

    text = "\n".join(p.text for p in Document(decided_files[0] / "S01.docx").paragraphs)
    assert "Quyết định: Chọn" in text
    assert "vẽ lại bằng tay" in text


def test_a_docx_carries_a_font_that_has_every_letter_of_it(unpacked):
    from docx import Document
    from fontTools.ttLib import TTFont

    with zipfile.ZipFile(unpacked / "S01.docx") as package:
        table = package.read("word/fontTable.xml").decode()
        rels = package.read("word/_rels/fontTable.xml.rels").decode()
        settings = package.read("word/settings.xml").decode()
        types = package.read("[Content_Types].xml").decode()
        keys = dict(re.findall(r'r:id="(\w+)" w:fontKey="\{([\w-]+)\}"', table))
        fonts = []
        for name, target in re.findall(r'Id="(\w+)"[^>]*Target="([^"]+)"', rels) or [
            (i, t) for t, i in re.findall(r'Target="([^"]+)"[^>]*Id="(\w+)"', rels)
        ]:
            masked = bytearray(package.read(f"word/{target}"))
            key = bytes.fromhex(keys[name].replace("-", ""))[::-1]
            for n in range(32):
                masked[n] ^= key[n % 16]
            fonts.append(TTFont(io.BytesIO(bytes(masked))))
            assert f'PartName="/word/{target}"' in types
    assert len(fonts) == 2
    assert settings.index("embedTrueTypeFonts") < settings.index("saveSubsetFonts")
    paper = Document(unpacked / "S01.docx")
    letters = {c for p in paper.paragraphs for c in p.text}
    letters |= {c for t in paper.tables for row in t.rows for cell in row.cells for c in cell.text}
    letters |= set("ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸĂÂĐÊÔƠƯăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệ")
    for font in fonts:
        assert {c for c in letters if c.isprintable()} <= {chr(code) for code in font.getBestCmap()}
        assert font["OS/2"].fsType == 0
    assert (unpacked / "S01.docx").stat().st_size < 1_000_000
    assert set(re.findall(r'w:name="([^"]+)"', table)) == {"DejaVu Sans"}


def test_decisions_come_back_from_plain_values_and_from_tables(answer, tmp_path):
    plain = {
        "S01": {"decision": "ticked", "reason": "", "boundary": shapely.geometry.mapping(REDRAWN)},
        "S02": {"decision": "dropped", "reason": "ngập; sát sông", "boundary": None},
    }
    frame = decisions_frame(plain, 5897)
    again = json.loads(json.dumps(plain_decisions(frame)))
    assert decisions_frame(again, 5897).geometry["S01"].equals(REDRAWN)
    csv = tmp_path / "decisions.csv"
    csv.write_text(
        f'\ufeffsite;decision;reason;boundary\nS01;Chọn;;{REDRAWN.wkt}\nS02;LOẠI;"ngập; sát sông";\n',
        encoding="utf-8",
    )
    as_list = tmp_path / "list.json"
    as_list.write_text(json.dumps([{"site": s, **row} for s, row in plain.items()]), encoding="utf-8")
    as_object = tmp_path / "object.json"
    as_object.write_text(json.dumps(plain), encoding="utf-8")
    for path in (csv, as_list, as_object):
        read = read_decisions(path, 5897)
        assert read["decision"].to_dict() == {"S01": "ticked", "S02": "dropped"}, path.name
        assert read.loc["S02", "reason"] == "ngập; sát sông"
        assert read.geometry["S01"].equals_exact(REDRAWN, MILLIMETRE)
        assert decided(answer, read).sites.geometry["S01"].equals_exact(REDRAWN, MILLIMETRE)


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.csv", "site,reason\nS01,x\n", "decision_columns"),
        ("a.json", '[{"site": "S01"}]', "decision_columns"),
        ("a.json", "{", "decisions_unreadable.*found='not_json'"),
        ("a.json", "[" * 100_000, "decisions_unreadable.*found='content_damaged'"),
        ("a.json", "[1]", "decisions_unreadable.*found='content_damaged'"),
        ("a.csv", "", "decisions_unreadable.*found='table_empty'"),
        ("a.csv", "site,decision,boundary\nS01,open,POLYGON((0 0\n", "decision_boundary"),
        ("a.csv", "site,decision,boundary\nS01,open,POLYGON EMPTY\n", "decision_boundary"),
        (
            "a.json",
            '[{"site": "S01", "decision": "open", "boundary": {"type": "Kreis"}}]',
            "decision_boundary",
        ),
        (
            "a.json",
            '[{"site": "S01", "decision": "open", "boundary": {"type": "Polygon", "coordinates": []}}]',
            "decision_boundary",
        ),
    ],
)
def test_tables_of_decisions_that_can_not_be_read_are_refused(tmp_path, name, text, match):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=match):
        read_decisions(tmp_path / name, 5897)


def test_a_site_that_json_has_twice_is_refused(tmp_path):
    text = '{"S01": {"decision": "ticked"}, "S01": {"decision": "dropped", "reason": "x"}}'
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match="decision_twice: found='S01'"):
        read_decisions(tmp_path / "a.json", 5897)


@pytest.mark.parametrize("text", ["5", "[]", '["sites", "left_ha"]', "[" * 100_000])
def test_json_of_another_form_is_no_search(tmp_path, text):
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="search_unreadable|source_unreadable"):
        read_search(tmp_path / "a.json")


def test_what_a_run_keeps_of_a_search_is_what_it_is_compared_by(answer):
    rows = decisions_frame(
        {"S01": {"decision": "ticked", "boundary": shapely.geometry.mapping(REDRAWN)}}, 5897
    )
    told = decided(answer, rows)
    extra = json.loads(json.dumps(search_extra(told, rows)))
    assert all(compare_searches(search_facts(told), kept_search(extra)).sites["state"] == "kept")
    first = compare_searches(search_facts(answer), kept_search(extra, found=True))
    assert set(first.sites["state"]) == {"kept"}
    written = json.loads(json.dumps(contract(told, words("vi")), default=str))
    same_search = compare_searches(search_facts(told), kept_search(written))
    assert set(same_search.sites["state"]) == {"kept"}
    assert same_search.settings.empty
    with pytest.raises(SourceError, match="search_unreadable"):
        kept_search({"sites": [{}], "left_ha": 1})
    assert kept_search({}) is None


def test_tables_of_decisions_and_of_two_searches_are_in_words(answer):
    rows = decisions_frame(
        {"S01": {"decision": "ticked", "boundary": shapely.geometry.mapping(REDRAWN)}}, 5897
    )
    told = decided(answer, rows)
    area, constraints, criteria, others = district()
    other = candidates(
        area, constraints[1:], criteria[:1], question=wanted(12, 60, cell_m=80.0, count=2), others=others
    )
    waived = [{"constraint": "land_use", "clause_vi": "Điều 1", "clause_en": "Article 1"}]
    more = {"waived": waived, "order": ["school"], "industry": "logistics", "own_buffers_m": {"river": 50.0}}
    more |= {"chosen": {"dam": ["DAM-II"]}, "avoided": ["land_use:RPH"]}
    found = compare_searches(search_facts(answer), replace(search_facts(other), run={**other.run, **more}))
    for lang in ("vi", "en"):
        say = words(lang)
        tables = [decision_table(told, say), limits_table(told, say), reached_table(told, say)]
        tables += [
            t(found, say) for t in (settings_compared, sites_compared, exclusions_compared, totals_compared)
        ]
        for table in tables:
            assert len(table)
            texts = [str(value) for column in table for value in [column, *table[column]]]
            raw = r"linear:|piecewise:|bell:|DAM-II|land_use|\d{4}-\d\d-\d\d|_m\b|P-[A-Z]|:[A-Z]{3}\b"
            assert [t for t in texts if re.search(raw, t)] == []
            assert not [
                t for t in texts if re.search(r"\b(site_\w+|decision_\w+|run|kind|criterion|value)\.\w", t)
            ]


def test_the_terminal_takes_decisions_and_boundaries(files, tmp_path):
    table = tmp_path / "quyet-dinh.csv"
    table.write_text("site;decision;reason\nS01;chọn;\nS02;loại;ngập\nS03;chọn;\n", encoding="utf-8")
    drawn = tmp_path / "moi.gpkg"
    gpd.GeoDataFrame({"name": ["mới"]}, geometry=[REDRAWN], crs=5897).to_crs(9210).to_file(drawn)
    out = tmp_path / "out"
    asked = (*CLUSTER, "--min-score", 0, "--count", 3)
    found = ask(
        files, *asked, "--decisions", table, "--boundary", f"S01={drawn}", "--out", out, "--exit-zero"
    )
    rows = {row["site"]: row for row in found["decisions"]}
    assert (rows["S02"]["decision"], rows["S02"]["reason"]) == ("dropped", "ngập")
    assert rows["S01"]["redrawn"] is True
    back = shapely.geometry.shape(rows["S01"]["boundary"])
    assert back.hausdorff_distance(REDRAWN) < 0.02  # went through another zone, edges densified
    assert sum(row["here_ha"] for row in found["reached"] if row["site"] == "S01") > 0
    with zipfile.ZipFile(out / "candidates.zip") as archive:
        names = set(archive.namelist())
    assert {"S01.pdf", "S03.docx"} <= names
    assert "S02.pdf" not in names
    again = tmp_path / "again.json"
    again.write_text(json.dumps({"decisions": found["decisions"]}), encoding="utf-8")
    same_again = ask(files, *asked, "--decisions", again, "--exit-zero")
    assert same_again["decisions"] == found["decisions"]
    table.write_text("site;decision\nS02;loại\n", encoding="utf-8")
    assert "S02" in ask(files, *asked, "--decisions", table, code=2, kinds=FEW)
