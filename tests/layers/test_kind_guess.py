"""The kind that a file seems to hold: proposed with reasons, or asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import reference
from layers.kind_guess import KindGuess, guess_kind
from layers.kinds import kinds
from layers.look import Look
from tests.layers.test_legacy_text import spoilt


def look(*rows, layer="", columns=(), geometry="Polygon"):
    heads = dict.fromkeys([*columns, *(rows[0] if rows else {})], "str")
    return Look("GPKG", [layer], layer, geometry, "", heads, len(rows), list(rows))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ranh_KCN_2030.shp", "industrial_park"),
        ("khu-cong-nghiep.gpkg", "industrial_park"),
        ("CumCongNghiep.geojson", "industrial_cluster"),
        ("ccn.zip", "industrial_cluster"),
        ("Hiện trạng sử dụng đất 2024.gpkg", "land_use"),
        ("HTSDD.dgn", "land_use"),
        ("duong_giao_thong.shp", "road"),
        ("đường sắt.kml", "railway"),
        ("DuongDay110kV.shp", "power_line"),
        ("ranh_gioi_hanh_chinh.shp", "admin_unit"),
        ("ranhgioihanhchinhxa.shp", "admin_unit"),
        ("nghia_trang.tab", "cemetery"),
        ("lang_nghe.mif", "craft_village"),
        ("song_suoi.fgb", "river"),
        ("khu cong nghe cao.kmz", "high_tech_zone"),
    ],
)
def test_a_name_tells_the_kind_and_is_the_reason(name, kind):
    lines = kind in ("road", "railway", "power_line")
    guess = guess_kind(look(geometry="MultiLineString" if lines else "Polygon"), name)
    assert guess.kind == kind
    assert [(sign.by, sign.found) for sign in guess.signs] == [("name", name.rpartition(".")[0])]


@pytest.mark.parametrize("name", ["lop1.shp", "Data.gpkg", "multipolygons", "thang 3.dxf", "Chuong.shp"])
def test_where_nothing_speaks_for_a_kind_none_is_proposed(name):
    assert guess_kind(look(), name).kind is None


@pytest.mark.parametrize("geometry", ["MultiPolygon", "LineString", "3D MultiLineString", "Unknown"])
@pytest.mark.parametrize(
    "name",
    [
        "binh_duong.gpkg",
        "Hai_Duong_2025.gpkg",
        "DongDuong.shp",
        "duong_dong_muc.shp",
        "Đường bình độ 5m.gpkg",
        "song_cong_ranh.shp",
        "moi_truong.shp",
        "Muong_La.gpkg",
    ],
)
def test_a_place_or_a_contour_is_no_road_river_or_canal(name, geometry):
    assert guess_kind(look(geometry=geometry), name) == KindGuess(None, ())


def test_a_place_beside_a_sign_leaves_the_sign():
    assert guess_kind(look(), "kcn_binh_duong.gpkg").kind == "industrial_park"
    assert guess_kind(look(geometry="LineString"), "duong_giao_thong_hai_duong.shp").kind == "road"


@pytest.mark.parametrize(
    ("name", "geometry", "kind"),
    [
        ("duong_giao_thong.shp", "MultiPolygon", "road"),
        ("duong.shp", "Point", "road"),
        ("kcn.shp", "LineString", "industrial_park"),
        ("sdd.shp", "3D Point", "land_use"),
    ],
)
def test_a_name_alone_that_the_geometry_contradicts_is_asked(name, geometry, kind):
    guess = guess_kind(look(geometry=geometry), name)
    assert (guess.kind, guess.kinds) == (None, (kind,))
    drawn = replace(look(geometry=geometry), format="DXF")
    assert guess_kind(drawn, name).kind == kind
    told = look({"ten duong": "a"}, {"ten duong": "b"}, geometry="MultiPolygon")
    assert guess_kind(told, "duong.shp").kind == "road"


def test_as_much_for_another_kind_is_asked_with_both():
    guess = guess_kind(look(), "kcn_ccn_2030.shp")
    assert guess.kind is None
    assert set(guess.kinds) == {"industrial_park", "industrial_cluster"}


def test_land_codes_outweigh_a_name_and_one_code_alone_is_no_map_of_land_use():
    many = look(*({"MA": code} for code in ("LUC", "ONT", "SKK", "DGT")))
    guess = guess_kind(many, "kcn.shp")
    assert guess.kind == "land_use"
    assert (guess.signs[0].by, guess.signs[0].column, guess.signs[0].share) == ("land_code", "MA", 1.0)
    same = look(*({"MA": "SKK"} for _ in range(4)))
    assert guess_kind(same, "kcn.shp").kind == "industrial_park"


def test_codes_of_communes_that_stand_once_are_units():
    codes = list(reference.table("communes_2025").index[:4])
    assert guess_kind(look(*({"MA": code} for code in codes)), "lop.shp").kind == "admin_unit"
    numbers = look(*({"MA": int(code)} for code in codes))
    assert guess_kind(numbers, "lop.shp").kind == "admin_unit"
    again = look(*({"MA": code} for code in codes for _ in range(2)))
    assert guess_kind(again, "thua.shp").kind is None


def test_names_in_the_rows_tell_also_in_an_old_encoding():
    names = ["Cụm công nghiệp Phú Cát", "Cụm công nghiệp Ngọc Liệp", "Cụm công nghiệp Yên Sơn"]
    for rows in (names, [spoilt(name, "tcvn3") for name in names]):
        guess = guess_kind(look(*({"T": text} for text in rows)), "a.shp")
        assert guess.kind == "industrial_cluster"
        assert guess.signs[0].by == "value"


def test_classes_of_roads_and_headings_tell_roads():
    rows = [{"TEN": "QL1A"}, {"TEN": "ĐT.417"}, {"TEN": "Quốc lộ 5"}]
    assert guess_kind(look(*rows), "a.shp").kind == "road"
    assert guess_kind(look(columns=("CapDuong", "highway")), "a.shp").kind == "road"


def test_an_extract_of_everything_is_asked():
    roads = replace(look(columns=("highway",), layer="points"), format="OSM")
    assert guess_kind(roads, "duong.osm.pbf").kind is None


def test_every_sign_is_of_a_kind_that_exists_and_stands_once_in_its_place():
    rows = reference.table("kind_signs")
    assert set(rows["kind"]) <= {kind.name for kind in kinds()}
    assert set(rows["found_in"]) == {"name", "heading", "value"}
    for where, part in rows.groupby("found_in"):
        signs = [sign for text in part["signs"] for sign in text.split("|")]
        assert len(signs) == len(set(signs)), where


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=30))
def test_no_text_is_too_odd_and_every_proposal_has_its_reason(values, name):
    guess = guess_kind(look(*({"a": v} for v in values)), name.replace("\0", ""))
    assert guess.kind is None or guess.kind == guess.signs[0].kind
