from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile

import geopandas as gpd
import openpyxl
import pyogrio
import pytest

from layers import Layer, read_layer
from layers.errors import SourceError
from maps.export import FORMATS, export_answer, export_layer
from maps.words import words
from tests.maps.conftest import HOSTILE, frame, small_layers

KML = "{http://www.opengis.net/kml/2.2}"


def unpacked(path):
    """All that a zip holds; openpyxl writes letters as numbers where lxml is installed."""
    with zipfile.ZipFile(path) as archive:
        raw = b"".join(archive.read(name) for name in archive.namelist())
    return html.unescape(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_every_format_is_written_and_says_that_the_data_are_made(answer, say, tmp_path, ending):
    path = tmp_path / f"kết quả{ending}"
    export_answer(answer, path, say)
    raw = path.read_bytes()
    if ending in (".zip", ".xlsx"):
        raw = unpacked(path)
    assert say("made.label").encode() in raw or say("made.label").encode("utf-16-le") in raw


def test_an_unknown_ending_is_refused_by_name(answer, say, tmp_path):
    with pytest.raises(SourceError, match=r"target_format.*\.doc"):
        export_answer(answer, tmp_path / "x.doc", say)


def test_a_target_that_cannot_be_written_is_an_error_of_ours(answer, say, tmp_path):
    with pytest.raises(SourceError, match="target_unwritable"):
        export_answer(answer, tmp_path / "no such folder" / "x.csv", say)


def test_geopackage_reads_back_with_the_same_areas(answer, say, tmp_path):
    path = tmp_path / "a.gpkg"
    export_answer(answer, path, say)
    overlaps = gpd.read_file(path, layer="overlaps")
    assert overlaps.crs.to_epsg() == 5897
    assert overlaps.geometry.area.sum() / 1e4 == pytest.approx(overlaps["area_ha"].sum())
    zones = gpd.read_file(path, layer="zones")
    assert zones["hit_ha"].tolist() == pytest.approx(answer.totals["hit_ha"].tolist())
    assert {"rows", "totals", "run", "pieces"} <= set(pyogrio.list_layers(path)[:, 0])


def test_geopackage_carries_default_styles_with_our_colours(answer, tmp_path):
    path = tmp_path / "a.gpkg"
    export_answer(answer, path, words("vi"))
    with sqlite3.connect(path) as base:
        rows = base.execute("select f_table_name, styleQML, useAsDefault from layer_styles").fetchall()
    styles = {name: qml for name, qml, default in rows if default}
    assert set(styles) == {"zones", "overlaps", "overlaps_points", "pieces"}
    tree = ET.fromstring(styles["overlaps"].split("'SYSTEM'>")[1])
    values = [c.get("value") for c in tree.iter("category")]
    assert values == ["blocks", "needs_consent", "no_data", "clear"]
    assert "213,94,0" in styles["overlaps"]
    assert "Không được bố trí" in styles["overlaps"]


def test_shapefiles_are_utf8_with_prj_and_no_name_of_an_answer_is_cut(answer, say, tmp_path):
    path = tmp_path / "a.zip"
    export_answer(answer, path, say)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        readme = archive.read("README.txt").decode()
        archive.extractall(tmp_path / "out")
    for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        assert f"zones{ending}" in names
    assert say("made.label") in readme
    zones = gpd.read_file(tmp_path / "out" / "zones.shp")
    assert zones["name"].tolist() == ["CCN Thử"]
    assert zones["consent_ha"].tolist() == pytest.approx(answer.totals["consent_ha"].tolist())
    assert zones.crs.to_epsg() == 5897 or "VN-2000" in zones.crs.name or "VN_2000" in zones.crs.name


def test_shapefiles_read_back_through_our_own_door(answer, say, tmp_path):
    path = tmp_path / "a.zip"
    export_answer(answer, path, say)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    reading = read_layer(str(tmp_path / "out" / "zones.shp"), "industrial_cluster")
    assert reading.layer.frame.geometry.area.sum() == pytest.approx(1_000_000, rel=1e-9)


def test_geojson_is_in_degrees_and_back_within_a_millimetre(answer, say, tmp_path):
    path = tmp_path / "a.geojson"
    export_answer(answer, path, say)
    back = gpd.read_file(path)
    assert back.crs.to_epsg() == 4326
    reading = read_layer(str(path), "residential")
    from layers.crs import as_crs, to_crs

    metric = to_crs(reading.layer.frame, as_crs(5897))
    blocked = metric[metric["state"] == "blocks"].geometry.iloc[0]
    ours = answer.pieces[answer.pieces["state"] == "blocks"].geometry.iloc[0]
    assert blocked.hausdorff_distance(ours) < 0.001


def test_kml_has_folders_colours_and_no_picture_from_outside(answer, say, tmp_path):
    path = tmp_path / "a.kml"
    export_answer(answer, path, say)
    text = path.read_text(encoding="utf-8")
    tree = ET.fromstring(text)
    folders = [f.find(f"{KML}name").text for f in tree.iter(f"{KML}Folder")]
    assert say("state.blocks") in folders
    assert "005ed5" in text  # D55E00 written backwards
    assert [h.text for h in tree.iter(f"{KML}href") if h.text and "://" in h.text] == []
    reading = read_layer(f"{path}:{say('map.zones')}", "industrial_cluster")
    assert reading.rows_used == 1


def test_hostile_names_stay_text_in_kml(hostile_answer, say, tmp_path):
    path = tmp_path / "a.kml"
    export_answer(hostile_answer, path, say)
    names = [n.text for n in ET.fromstring(path.read_text(encoding="utf-8")).iter(f"{KML}name")]
    assert HOSTILE in names


def test_workbook_has_four_sheets_numbers_as_numbers_and_no_formula(tmp_path, say):
    from datetime import date

    from layers import reference
    from spatial.conflicts import conflicts

    zones, land, _ = small_layers("=cmd|' /C calc'!A0")
    found = conflicts(zones, [land], rules=reference.table("conflict_rules"), on=date(2026, 6, 1))
    path = tmp_path / "a.xlsx"
    export_answer(found, path, say)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [say(f"sheet.{s}")[:31] for s in ("rows", "totals", "findings", "run")]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert any(c.data_type == "n" and c.value == pytest.approx(20.0) for c in cells)


def test_csv_opens_in_excel_and_starts_no_formula(hostile_answer, tmp_path):
    zones, _, _ = small_layers("=1+1")
    path = tmp_path / "layer.csv"
    export_layer(zones, path, words("vi"))
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0]["name"] == "'=1+1"
    assert float(rows[0]["area_ha"]) == pytest.approx(100.0)


def test_the_html_map_holds_everything_it_needs(hostile_answer, say, tmp_path):
    path = tmp_path / "a.html"
    export_answer(hostile_answer, path, say)
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?!data:|#)([^"]+)"', text) == []
    assert "default-src 'none'" in text
    assert text.count("</script>") == text.count("<script")
    assert "<img src=x" not in text
    assert f'lang="{say.lang}"' in text


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html"])
def test_a_layer_is_written_in_every_format(ending, say, tmp_path):
    _, land, _ = small_layers()
    path = tmp_path / f"land{ending}"
    export_layer(land, path, say)
    assert path.stat().st_size > 40
    if ending in (".gpkg", ".geojson"):
        back = gpd.read_file(path, layer="land")
        assert back["code"].tolist() == ["ONT", "LUC", "SKN"]


def test_names_that_a_shapefile_must_cut_are_listed_beside_it(tmp_path, say):
    _, land, _ = small_layers()
    long = land.with_frame(land.frame.assign(dien_tich_theo_quyet_dinh=[1, 2, 3], dien_tich_do_ve=[1, 2, 3]))
    path = tmp_path / "land.zip"
    export_layer(long, path, say)
    readme = zipfile.ZipFile(path).read("README.txt").decode()
    assert "dien_tich_ = dien_tich_theo_quyet_dinh" in readme
    assert "dien_tich1 = dien_tich_do_ve" in readme


def test_a_land_use_layer_keeps_its_official_colours_in_qgis(tmp_path):
    _, land, _ = small_layers()
    path = tmp_path / "land.gpkg"
    export_layer(land, path, words("vi"))
    with sqlite3.connect(path) as base:
        ((qml,),) = base.execute("select styleQML from layer_styles").fetchall()
    assert "255,208,255" in qml  # ONT
    assert "LUC Đất chuyên trồng lúa" in qml


def test_a_layer_too_large_for_a_browser_is_refused_as_a_page(tmp_path, say):
    from shapely import box

    many = frame(*[box(n, 0, n + 1, 1) for n in range(5001)], name=["x"] * 5001)
    with pytest.raises(SourceError, match="target_too_large.*5001"):
        export_layer(Layer(many, "many", "residential"), tmp_path / "x.html", say)


def test_an_answer_without_any_overlap_exports_too(tmp_path, say):
    from datetime import date

    from layers import reference
    from spatial.conflicts import conflicts

    zones, _, schools = small_layers()
    far = schools.with_frame(schools.frame.iloc[1:])
    found = conflicts(zones, [far], rules=reference.table("conflict_rules"), on=date(2026, 6, 1))
    for ending in FORMATS:
        export_answer(found, tmp_path / f"x{ending}", say)
        assert (tmp_path / f"x{ending}").stat().st_size > 0


@pytest.fixture
def crossed():
    """A cluster with homes on it, a road and a power line across it: areas and lines in one answer."""
    from datetime import date

    from shapely import LineString, box

    from layers import reference
    from spatial.conflicts import conflicts

    zones, land, _ = small_layers()
    around = box(550_000, 2_310_000, 570_000, 2_340_000)
    road = Layer(
        frame(LineString([(-500, 500), (1500, 500)]), name=["TL 419"]), "roads", "road", extent=around
    )
    mixed = Layer(
        frame(box(900, 0, 1100, 100), LineString([(0, 300), (700, 300)]), name=["hồ", "suối"]),
        "rivers", "river", extent=around,
    )  # fmt: skip
    return conflicts(zones, [land, road, mixed], rules=reference.table("conflict_rules"), on=date(2026, 6, 1))


def test_lines_are_in_every_format_that_draws(crossed, say, tmp_path):
    wanted = crossed.rows["length_m"].sum()
    assert wanted == pytest.approx(1700.0)
    for ending in (".geojson", ".gpkg", ".zip", ".kml"):
        export_answer(crossed, tmp_path / f"a{ending}", say)
    mixed = gpd.read_file(tmp_path / "a.geojson")
    assert {"Polygon", "LineString"} <= set(mixed.geom_type.str.removeprefix("Multi"))
    lines = gpd.read_file(tmp_path / "a.gpkg", layer="overlaps_lines")
    assert lines.geometry.length.sum() == pytest.approx(wanted)
    areas = gpd.read_file(tmp_path / "a.gpkg", layer="overlaps")
    assert areas.geometry.area.sum() / 1e4 == pytest.approx(areas["area_ha"].sum())
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "out")
    shapes = gpd.read_file(tmp_path / "out" / "overlaps_lines.shp")
    assert shapes["length_m"].sum() == pytest.approx(wanted)
    assert set(gpd.read_file(tmp_path / "out" / "overlaps.shp").geom_type) <= {"Polygon", "MultiPolygon"}
    tree = ET.fromstring((tmp_path / "a.kml").read_text(encoding="utf-8"))
    assert len(list(tree.iter(f"{KML}LineString"))) == 2


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_every_format_names_the_day_the_rules_and_the_sources(answer, say, tmp_path, ending):
    path = tmp_path / f"a{ending}"
    export_answer(answer, path, say)
    raw = path.read_bytes()
    if ending in (".zip", ".xlsx"):
        raw = unpacked(path)
    text = raw.decode("utf-8", errors="ignore")
    for part in (answer.run["rule_version"], "thử.gpkg"):
        assert part in text
    assert answer.run["on"] in text or say.day(answer.run["on"]) in text


def test_geojson_with_members_of_its_own_is_still_geojson(answer, say, tmp_path):
    path = tmp_path / "a.geojson"
    export_answer(answer, path, say)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["type"] == "FeatureCollection"
    assert content["thocong"]["rule_version"] == answer.run["rule_version"]
    assert [layer["role"] for layer in content["thocong"]["layers"]] == ["zones", "constraint", "constraint"]


def test_the_html_answer_has_its_rows_totals_and_sources_as_tables(hostile_answer, say, tmp_path):
    path = tmp_path / "a.html"
    export_answer(hostile_answer, path, say)
    text = path.read_text(encoding="utf-8")
    for title in ("rows", "totals", "run"):
        assert f"<h2>{say(f'sheet.{title}')}</h2>" in text
    assert text.count("<tr>") > len(hostile_answer.rows)
    assert hostile_answer.run["rule_version"] in text


def test_a_layer_stands_in_the_panel_under_what_it_is(tmp_path):
    zones, _, schools = small_layers()
    for layer, group in ((zones, "zones"), (schools, "constraints")):
        export_layer(layer, tmp_path / "x.html", words("vi"))
        text = (tmp_path / "x.html").read_text(encoding="utf-8")
        assert f'"group": "{words("vi")(f"group.{group}")}"' in text
        assert words("vi")("group.answer") not in text
