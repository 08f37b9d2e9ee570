"""Columns: how people name them, what they must hold, and text in one form."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from layers import Period
from layers.findings import Ledger
from layers.names import normal
from layers.schema import check, map_columns, normal_text

if TYPE_CHECKING:
    from collections.abc import Callable

E, N = 558_000, 2_325_000


def with_columns(rows: int = 1, crs: Any = 5897, **columns: Any) -> gpd.GeoDataFrame:
    shapes = [box(E + 200 * i, N, E + 200 * i + 100, N + 100) for i in range(rows)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs, index=np.arange(1, rows + 1))


def mapped(frame: gpd.GeoDataFrame, kind: str = "industrial_park") -> tuple[gpd.GeoDataFrame, Ledger]:
    ledger = Ledger("khu")
    return map_columns(frame, kind, ledger), ledger


def checked(
    frame: gpd.GeoDataFrame, kind: str = "industrial_park", period: Period | None = None
) -> tuple[gpd.GeoDataFrame, Ledger]:
    ledger = Ledger("khu")
    return check(frame, kind, ledger, period=period), ledger


# --- names of columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("TEN_KCN", "name"),
        ("Tên khu", "name"),
        ("ten_xa", "name"),
        ("MA_SO", "id"),
        ("OBJECTID", "id"),
        ("Diện tích (ha)", "stated_area_ha"),
        ("Số QĐ", "decision"),
        ("Loại hình", "kind"),
    ],
)
def test_columns_are_recognised_as_offices_name_them(column: str, field: str) -> None:
    frame, ledger = mapped(with_columns(**{column: ["x"]}))
    assert list(frame.columns) == [field, "geometry"]
    assert [(f.code, f.level, f.fields) for f in ledger.findings] == [
        ("column_mapped", "info", {"column": column, "field": field, "by": "field_by_name", "share_pct": 90})
    ]


def test_a_column_with_the_standard_name_gets_no_finding() -> None:
    frame, ledger = mapped(with_columns(name=["x"], tang=[3]))
    assert list(frame.columns) == ["name", "tang", "geometry"]
    assert ledger.findings == []


def test_land_codes_are_looked_for_in_land_use_only() -> None:
    assert "code" in mapped(with_columns(ma_loai_dat=["LUC"]), "land_use")[0]
    assert "code" not in mapped(with_columns(ma_loai_dat=["LUC"]), "residential")[0]


@pytest.mark.parametrize(
    ("column", "field"),
    [("ma_loai_da", "code"), ("so_quyet_d", "decision"), ("stated_are", "stated_area_ha")],
)
def test_names_that_a_shapefile_cut_at_ten_letters_are_recognised(column: str, field: str) -> None:
    assert field in mapped(with_columns(**{column: ["x"]}), "land_use")[0]


def test_a_cut_name_that_lost_its_unit_is_not_taken_for_hectares() -> None:
    assert list(mapped(with_columns(dien_tich_=[763_876.85]))[0].columns) == ["dien_tich_", "geometry"]


def test_an_empty_column_gives_way_to_one_with_values_and_keeps_its_own_under_another_name() -> None:
    frame, _ = mapped(with_columns(2, name=[None, None], ten_khu=["A", "B"]))
    assert frame["name"].tolist() == ["A", "B"]
    assert sorted(map(str, frame.columns)) == ["geometry", "name", "name_"]


def test_a_name_made_for_a_column_is_never_one_that_is_there() -> None:
    frame, _ = mapped(with_columns(2, id=[None, None], id_=[None, None], ma=["A", "B"]))
    assert frame.columns.is_unique
    assert frame["id"].tolist() == ["A", "B"]


def test_of_two_spellings_the_first_in_the_table_counts_and_the_other_stays() -> None:
    frame, _ = mapped(with_columns(ten_xa=["xã"], ten_khu=["khu"]))
    assert frame["name"].tolist() == ["khu"]
    assert frame["ten_xa"].tolist() == ["xã"]


def test_a_number_that_a_drawing_calls_type_is_not_a_kind_of_zone() -> None:
    assert list(mapped(with_columns(Type=[6]))[0].columns) == ["Type", "geometry"]


def test_the_geometry_column_is_never_renamed() -> None:
    frame = gpd.GeoDataFrame({"name": ["x"], "zone": [box(0, 0, 1, 1)]}, geometry="zone", crs=5897)
    assert mapped(frame)[0].geometry.name == "zone"


# --- text ------------------------------------------------------------------------------------------------


def test_text_becomes_nfc_with_single_spaces_and_all_else_stays() -> None:
    name = "Cụm công nghiệp  Bình Phú "
    frame = with_columns(
        3, name=[unicodedata.normalize("NFD", name), None, "Phùng Xá"], n=[1, 2, 3], mix=[1, "a  b", None]
    )
    made = normal_text(frame)
    assert made["name"].tolist()[0] == "Cụm công nghiệp Bình Phú"
    assert made["name"].isna().tolist() == [False, True, False]
    assert made["mix"].tolist()[:2] == [1, "a b"]
    assert made["n"].tolist() == [1, 2, 3]
    assert frame["name"].tolist()[0] != made["name"].tolist()[0]


def test_text_in_form_already_is_handed_back() -> None:
    frame = with_columns(name=["Bình Phú"])
    assert normal_text(frame) is frame


@given(st.lists(st.text(max_size=12) | st.none(), min_size=1, max_size=6), st.sampled_from(["object", "str"]))
def test_every_text_comes_out_as_the_normal_form_of_itself(values: list[str | None], dtype: str) -> None:
    frame = with_columns(len(values), a=pd.Series(values, index=range(1, len(values) + 1), dtype=dtype))
    made = normal_text(frame)["a"]
    assert [None if pd.isna(v) else v for v in made] == [None if v is None else normal(v) for v in values]


def test_half_a_surrogate_pair_does_not_stop_a_reading() -> None:
    ledger = Ledger("khu")
    frame = normal_text(with_columns(2, a=pd.Series(["x\ud800", "b  c"], index=[1, 2], dtype=object)), ledger)
    assert frame["a"].tolist()[1] == "b c"


@pytest.mark.parametrize(
    "text",
    [
        "Cụm công nghiệp Hoà Lạc đường".encode().decode("latin-1"),
        "Đặng Xá".encode().decode("cp1252", "replace"),
        "Thạch Thất".encode("ascii", "replace").decode(),
        "Xã H\ufffda Lạc",
    ],
)
def test_text_in_a_wrong_encoding_is_pointed_out_by_column(text: str) -> None:
    ledger = Ledger("khu")
    normal_text(with_columns(3, a=["Xã Hoà Lạc", text, text]), ledger)
    (finding,) = ledger.findings
    assert (finding.code, finding.level, finding.row) == ("text_suspicious", "warn", None)
    assert (finding.fields["column"], finding.fields["count"]) == ("a", 2)
    assert finding.fields["found"]


@pytest.mark.parametrize(
    "text",
    [
        "XÃ HOÀ LẠC",
        "ÂN THI",
        "Ưu tiên?",
        "Áº",
        "Khu đô thị «Ánh Dương»",
        "5 m² — Lô CN‑1",
        "LÃO",
        "Quyết định 32/2024/NĐ-CP",
    ],
)
def test_good_vietnamese_is_not_suspected(text: str) -> None:
    ledger = Ledger("khu")
    normal_text(with_columns(a=[text]), ledger)
    assert ledger.findings == []


# --- what a kind must have -------------------------------------------------------------------------------


def test_a_missing_column_says_what_is_there_instead() -> None:
    _, ledger = checked(with_columns(tang=[3]))
    (finding,) = ledger.findings
    assert (finding.code, finding.level) == ("column_missing", "warn")
    told = {"column": "name", "field": "name", "kind": "industrial_park", "found": ["tang"]}
    assert finding.fields == told


def test_land_use_without_codes_is_blocked() -> None:
    _, ledger = checked(with_columns(name=["x"]), "land_use")
    assert [(f.code, f.level) for f in ledger.findings] == [("column_missing", "block")]


def test_empty_values_are_named_row_by_row() -> None:
    _, ledger = checked(with_columns(4, name=["A", None, "  ", ""]))
    assert [(f.code, f.row) for f in ledger.findings] == [("value_missing", r) for r in "234"]


@pytest.mark.parametrize("ids", [["a", "b", "a"], [1, 2, 1], [1.5, None, 1.5], [[1], [2], [1]]])
def test_an_id_used_twice_is_named_where_it_comes_again(ids: list[Any]) -> None:
    _, ledger = checked(with_columns(3, name=list("xyz"), id=pd.Series(ids, index=[1, 2, 3])))
    assert [(f.code, f.row) for f in ledger.findings] == [("id_duplicate", "3")]
    assert ledger.findings[0].fields["found"] == str(ids[2])


def test_rows_without_an_id_are_no_duplicates() -> None:
    _, ledger = checked(with_columns(3, name=list("xyz"), id=["a", None, None]))
    assert ledger.findings == []


def test_unknown_land_codes_are_named_by_row_and_known_ones_spelled_right() -> None:
    frame, ledger = checked(with_columns(4, code=[" luc", "ONT+CLN", None, "OCT"]), "land_use")
    assert frame["code"].tolist() == ["LUC", "ONT+CLN", "", "OTC"]
    found = [(f.code, f.row, f.fields.get("found")) for f in ledger.findings]
    assert found == [("value_missing", "3", None), ("land_code_unknown", "2", "ONT+CLN")]


@pytest.mark.parametrize("codes", [[1.0, 2.0], [["LUC"], ["ONT"]], [b"x", b"y"]])
def test_codes_of_any_type_are_answered_with_findings(codes: list[Any]) -> None:
    _, ledger = checked(with_columns(2, code=pd.Series(codes, index=[1, 2])), "land_use")
    assert [f.code for f in ledger.findings] == ["land_code_unknown"] * 2


@pytest.mark.parametrize(("year", "codes"), [(2020, []), (2025, ["DDT"])])
def test_codes_of_the_other_list_are_named_for_the_period(year: int, codes: list[str]) -> None:
    _, ledger = checked(with_columns(2, code=["LUC", "DDT"]), "land_use", Period(year, year))
    assert [f.fields["found"] for f in ledger.findings] == [codes] * bool(codes)
    assert [f.code for f in ledger.findings] == ["land_code_other_list"] * bool(codes)


# --- stated and computed area ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "level"),
    [(1.0, None), (1.009, None), (1.05, "info"), (1.2, "warn"), (0.5, "warn"), (0.0, None), (None, None)],
)
def test_a_stated_area_is_held_against_the_polygon(stated: float | None, level: str | None) -> None:
    _, ledger = checked(with_columns(name=["x"], stated_area_ha=[stated]))
    assert [f.level for f in ledger.findings] == [level] * (level is not None)
    for finding in ledger.findings:
        assert finding.code == "area_differs"
        assert finding.fields["computed_ha"] == pytest.approx(1.0)
        assert finding.fields["share_pct"] == pytest.approx((1.0 - stated) / stated * 100)  # type: ignore[operator]


def test_areas_typed_with_a_decimal_comma_are_numbers() -> None:
    frame, ledger = checked(with_columns(3, name=list("xyz"), stated_area_ha=["1,0", "1.234,5", "khoảng 1"]))
    assert frame["stated_area_ha"].tolist()[:2] == [1.0, 1234.5]
    assert np.isnan(frame["stated_area_ha"].tolist()[2])
    assert [(f.code, f.row) for f in ledger.findings] == [("number_unreadable", "3"), ("area_differs", "2")]


def test_a_layer_in_degrees_is_measured_in_the_zone_of_its_place() -> None:
    degrees = gpd.GeoDataFrame(
        {"name": ["x"], "stated_area_ha": [100.0]}, geometry=[box(105.55, 21.0, 105.56, 21.01)], crs=4326
    )
    _, ledger = checked(degrees)
    assert ledger.findings[0].fields["computed_ha"] == pytest.approx(115.1, abs=0.1)


@pytest.mark.parametrize("crs", [None, 4326])
def test_without_a_place_no_area_is_computed(crs: int | None) -> None:
    frame = with_columns(name=["x"], stated_area_ha=[5.0], crs=crs)
    empty = frame if crs is None else frame.iloc[:0]
    assert checked(empty)[1].findings == []


def test_points_have_no_stated_area_to_answer_for(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    _, ledger = checked(frame_of(Point(E, N), name=["x"], stated_area_ha=[None]), "school")
    assert ledger.findings == []
