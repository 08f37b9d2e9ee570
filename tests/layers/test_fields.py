"""Columns and fields: by heading, by values, by what was decided before, and asked where it is not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from layers import Source, guarded_read, read_layer
from layers.errors import SchemaError
from layers.field_memory import known_choices, remember_fields
from layers.fields import FieldChoices, match_fields, parse_fields, source_stem
from layers.findings import Ledger
from layers.schema import map_columns
from layers.store import Workspace
from tests.layers.formats import small_layer, write

if TYPE_CHECKING:
    from pathlib import Path

CODES = ["LUC", "ONT", "SKC", "CLN", "SKK", "DGT"]


def rows(**columns: Any) -> gpd.GeoDataFrame:
    """Six squares of 1, 2, ... 6 hectares."""
    shapes = [
        box(558_000 + 300 * i, 2_325_000, 558_100 + 300 * i, 2_325_000 + 100 * (i + 1)) for i in range(6)
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=5897)


def found(frame: gpd.GeoDataFrame, kind: str = "land_use", **choices: Any) -> dict[str, Any]:
    return {m.field: m for m in match_fields(frame, kind, FieldChoices(**choices))}


@pytest.mark.parametrize("heading", ["cot_1", "F7", "ghi chú"])
def test_land_codes_are_told_by_their_values_whatever_the_heading(heading: str) -> None:
    match = found(rows(**{heading: CODES, "khac": list("abcdef")}))["code"]
    assert (match.column, match.by, match.confidence) == (heading, "values", 1.0)


def test_a_heading_whose_values_are_names_gives_way_to_a_column_of_codes() -> None:
    frame = rows(LOAIDAT=["Đất trồng lúa"] * 6, ky=CODES)
    assert (found(frame)["code"].column, found(frame)["code"].by) == ("ky", "values")


@pytest.mark.parametrize("headings", [("LOAIDAT", "MDSD"), ("hien_nay", "sau_nay")])
def test_of_two_columns_of_codes_that_differ_none_is_taken(headings: tuple[str, str]) -> None:
    frame = rows(**{headings[0]: CODES, headings[1]: CODES[::-1]})
    match = found(frame)["code"]
    assert (match.column, match.by, match.others) == ("", "asked", headings)
    ledger = Ledger("đất")
    assert set(headings) <= set(map_columns(frame, "land_use", ledger).columns)
    assert [f.code for f in ledger.findings] == ["column_ambiguous"]


def test_of_two_columns_that_say_the_same_the_first_is_taken() -> None:
    assert found(rows(LOAIDAT=CODES, MDSD=CODES))["code"].column == "LOAIDAT"


@pytest.mark.parametrize(("factor", "unit"), [(1.0, "ha"), (10_000.0, "m2"), (0.01, "km2")])
@pytest.mark.parametrize("heading", ["DTICH", "DienTich", "cot_9"])
def test_the_unit_of_an_area_is_told_by_the_shapes(heading: str, factor: float, unit: str) -> None:
    values = [factor * (i + 1) * 1.02 for i in range(6)]
    match = found(rows(**{heading: values}), "industrial_park")["stated_area_ha"]
    assert (match.column, match.unit) == (heading, unit)
    mapped = map_columns(rows(**{heading: values}), "industrial_park", Ledger("khu"))
    assert mapped["stated_area_ha"].tolist() == pytest.approx([1.02 * (i + 1) for i in range(6)])


def test_an_area_with_a_comma_is_read_as_offices_write_it() -> None:
    frame = rows(DTICH=[f"{10_000 * (i + 1)},5" for i in range(6)])
    mapped = map_columns(frame, "industrial_park", Ledger("khu"))
    assert mapped["stated_area_ha"].tolist() == pytest.approx([i + 1.00005 for i in range(6)])


def test_an_area_that_fits_neither_unit_is_asked_for() -> None:
    ledger = Ledger("khu")
    mapped = map_columns(rows(DIENTICH=[5e6, 3.0, 77.0, 1e9, 4.4, 0.01]), "industrial_park", ledger)
    assert "DIENTICH" in mapped
    assert "stated_area_ha" not in mapped
    assert [f.code for f in ledger.findings] == ["area_unit_open"]


def test_what_a_program_reckoned_itself_is_not_what_was_stated() -> None:
    frame = rows(Shape_Area=[10_000.0 * (i + 1) for i in range(6)])
    assert "stated_area_ha" not in found(frame, "industrial_park")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("SHTO", "map_sheet"),
        ("SoHieuToBa", "map_sheet"),
        ("SHTHUA", "parcel"),
        ("TENDUAN", "name"),
        ("QUYETDINH", "decision"),
        ("so_quyet_d", "decision"),
        ("MUCDICHSUD", "code"),
        ("Tên dự án", "name"),
        ("project_name", "name"),
    ],
)
def test_short_forms_of_cadastral_files_are_known(heading: str, field: str) -> None:
    values = CODES if field == "code" else [f"x{i}" for i in range(6)]
    assert found(rows(**{heading: values}))[field].column == heading


def test_a_column_of_classes_is_not_swallowed_as_an_identity() -> None:
    assert "id" not in found(rows(code=[1, 2, 1, 2, 1, 1]), "land_cover")
    assert found(rows(code=list("abcdef")), "land_cover")["id"].column == "code"
    assert found(rows(objectid=[1, 1, 1, 1, 1, 1]), "land_cover")["id"].column == "objectid"


def test_whole_numbers_kept_with_decimals_are_codes_without() -> None:
    mapped = map_columns(rows(ma=[1.0, 2.0, np.nan, 4.0, 5.0, 6.0]), "road", Ledger("đường"))
    assert mapped["id"].tolist() == ["1", "2", None, "4", "5", "6"]
    assert map_columns(rows(ma=[1.5, 2, 3, 4, 5, 6]), "road", Ledger("đường"))["id"].tolist()[0] == 1.5


def test_what_somebody_says_counts_before_all_else() -> None:
    frame = rows(LOAIDAT=CODES, MDSD=CODES[::-1], id=list("abcdef"))
    matches = found(frame, said={"code": "MDSD", "id": ""})
    assert (matches["code"].column, matches["code"].by) == ("MDSD", "said")
    assert matches["id"].column == ""
    with pytest.raises(SchemaError, match="column_missing"):
        found(frame, said={"code": "không có"})


@pytest.mark.parametrize(("text", "code"), [("mau=x", "field_unknown"), ("code", "mapping_unreadable")])
def test_a_choice_that_can_not_be_read_says_so(text: str, code: str) -> None:
    with pytest.raises(SchemaError, match=code):
        parse_fields([text])


def test_a_choice_is_remembered_for_the_next_file_of_the_source(tmp_path: Path) -> None:
    base = Workspace.create(tmp_path / "ws", crs=5897)
    frame = small_layer().assign(LOAIDAT=CODES * 4, MDSD=CODES[::-1] * 4)
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    path = write(tmp_path / "a", "gpkg", frame).rename(tmp_path / "KeHoach_2025.gpkg")
    said = known_choices(base, "land_use", {"code": "MDSD"})
    first = guarded_read(Source(path, "khu"), "land_use", fields=said)
    assert first.layer.frame["code"].tolist() == CODES[::-1] * 4
    assert remember_fields(base, first) is True
    assert remember_fields(base, first) is False
    wider = frame.assign(them=1)
    path = write(tmp_path / "b", "gpkg", wider).rename(tmp_path / "KeHoach_2026.gpkg")
    second = guarded_read(Source(path, "khu"), "land_use", fields=known_choices(base, "land_use"))
    assert second.layer.frame["code"].tolist() == CODES[::-1] * 4
    assert {m.by for m in second.fields} == {"remembered"} | {m.by for m in second.fields if m.by == "name"}
    assert remember_fields(base, second) is False
    # another source is asked again
    other = path.rename(tmp_path / "khác.gpkg")
    third = guarded_read(Source(other, "khu"), "land_use", fields=known_choices(base, "land_use"))
    assert "column_ambiguous" in {f.code for f in third.findings}


def test_the_unit_that_was_said_is_remembered_with_the_column(tmp_path: Path) -> None:
    base = Workspace.create(tmp_path / "ws", crs=5897)
    path = write(tmp_path, "gpkg", small_layer().assign(s=range(1, 25)))
    said = FieldChoices({"stated_area_m2": "s"})
    remember_fields(base, read_layer(str(path), "industrial_park", fields=said))
    again = read_layer(str(path), "industrial_park", fields=known_choices(base, "industrial_park"))
    assert again.layer.frame["stated_area_ha"].iloc[0] == pytest.approx(1e-4)


def test_the_stem_of_a_source_has_no_digits_and_no_accents() -> None:
    assert source_stem("Kế hoạch 2025.gdb.zip") == source_stem("Kế hoạch 2026.gdb.zip") == "kehoachgdb"


@given(st.permutations(["LOAIDAT", "DTICH", "TEN", "ghi_chu"]))
def test_the_order_of_the_columns_changes_nothing(order: list[str]) -> None:
    values = {"LOAIDAT": CODES, "DTICH": [1.0, 2, 3, 4, 5, 6], "TEN": list("abcdef"), "ghi_chu": ["x"] * 6}
    matches = found(rows(**{name: values[name] for name in order}))
    told = {field: match.column for field, match in matches.items()}
    assert told == {"code": "LOAIDAT", "stated_area_ha": "DTICH", "name": "TEN"}
