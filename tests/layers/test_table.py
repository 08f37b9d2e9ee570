"""Tables of boundary coordinates, as decisions print them and offices retype them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import Reading, Source, read_layer
from layers._numbers import number, numbers
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# a field of 300 m by 200 m at Thạch Thất, north and east
CORNERS = [
    (2_325_000.5, 558_000.25),
    (2_325_000.5, 558_300.25),
    (2_325_200.5, 558_300.25),
    (2_325_200.5, 558_000.25),
]
AREA = 60_000.0


def text_of(value: float, decimals: int = 3, mark: str = ",", group: str = "") -> str:
    plain = f"{value:,.{decimals}f}".replace(",", "G").replace(".", mark)
    return plain.replace("G", group)


def lines(
    corners: Sequence[tuple[float, float]] = CORNERS,
    *,
    separator: str = ";",
    head: str | None = "Điểm;X (m);Y (m)",
    write: Callable[[float], str] = text_of,
    first: int = 1,
) -> list[str]:
    rows = [separator.join([f"M{i}", write(n), write(e)]) for i, (n, e) in enumerate(corners, first)]
    return [*([] if head is None else [head.replace(";", separator)]), *rows]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    """Write a table and read it."""

    def reading(
        body: Sequence[str] | str | bytes,
        *,
        name: str = "ranh.csv",
        layer: str | None = None,
        crs: str | None = "5897",
    ) -> Reading:
        file = tmp_path / name
        text = body if isinstance(body, str | bytes) else "\n".join(body)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = read_layer(Source(file, layer, None, crs), "industrial_park")
        assert found.rows_read == found.rows_used + len(found.set_aside)
        return found

    return reading


def codes(reading: Reading) -> list[str]:
    return [f.code for f in reading.findings if f.code not in ("crs_assumed", "column_mapped")]


# --- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2.458.824,955", 2458824.955),
        ("2,458,824.955", 2458824.955),
        ("2 458 824,955", 2458824.955),
        ("2458824,955", 2458824.955),
        ("2\u00a0458\u202f824.955", 2458824.955),
        ("2'458'824.955", 2458824.955),
        ("2.458.824", 2458824),
        ("458.824", 458.824),
        ("−3,5", -3.5),
        (",5", 0.5),
        ("5.", 5),
        (558_000, 558_000),
        (np.float64(1.5), 1.5),
        ("12.34.567", None),
        ("1.234,567,8", None),
        ("1,234.567.8", None),
        ("2.45E+06", None),
        ("X", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_one_number_is_read_in_any_writing_or_not_at_all(cell: Any, value: float | None) -> None:
    assert number(cell) == value


def test_a_column_decides_what_a_lone_mark_means() -> None:
    assert numbers(["458.824", "2.458.824"]).tolist() == [458_824, 2_458_824]
    assert numbers(["458,824", "2.458,824"]).tolist() == [458.824, 2458.824]
    assert numbers(["458.824"]).tolist() == [458.824]
    assert numbers(["458.824"], grouped=True).tolist() == [458_824]
    assert numbers(["458,824"], grouped=True).tolist() == [458_824]
    assert numbers([]).tolist() == []


def test_cells_that_are_no_numbers_stay_out_of_the_vote() -> None:
    read = numbers(["1,5", "12.34.567", "X (m)", None, 7])
    assert [None if np.isnan(v) else v for v in read] == [1.5, None, None, None, 7]


@given(
    st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=8),
    st.sampled_from([(",", "."), (",", " "), (",", ""), (".", ","), (".", ""), (".", "'"), (",", "\u00a0")]),
)
def test_a_column_comes_back_from_every_way_of_writing_it(
    thousandths: list[int], style: tuple[str, str]
) -> None:
    mark, group = style
    values = [t / 1000 for t in thousandths] + [2_458_824.955]
    written = [text_of(v, 3, mark, group) for v in values]
    assert numbers(written).tolist() == pytest.approx(values, abs=1e-9)


@given(st.lists(st.integers(1_000_000, 2_700_000), min_size=1, max_size=8), st.sampled_from(".,' "))
def test_whole_numbers_in_groups_come_back(values: list[int], group: str) -> None:
    assert numbers([text_of(v, 0, "", group) for v in values]).tolist() == values


# --- ways of writing a table -----------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize(("mark", "group"), [(",", ""), (",", "."), (".", ""), (",", " ")])
def test_any_separator_and_any_number_format(
    read: Callable[..., Reading], separator: str, mark: str, group: str
) -> None:
    found = read(lines(separator=separator, write=lambda v: text_of(v, 3, mark, group)))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]
    assert codes(found) == []


def test_commas_between_points_as_decimal_marks(read: Callable[..., Reading]) -> None:
    found = read(lines(separator=",", write=lambda v: text_of(v, 3, ".")))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


def test_commas_between_quoted_decimal_commas(read: Callable[..., Reading]) -> None:
    found = read(lines(separator=",", write=lambda v: f'"{text_of(v)}"'))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


def test_spaces_between_columns(read: Callable[..., Reading]) -> None:
    found = read(lines(separator=" ", head=None, write=lambda v: text_of(v, 3, ".")), name="ranh.txt")
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


def test_whole_metres_in_groups_of_three(read: Callable[..., Reading]) -> None:
    corners = [(round(n), round(e)) for n, e in CORNERS]
    found = read(lines(corners, write=lambda v: text_of(v, 0, "", ".")))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


@pytest.mark.parametrize("head", ["Điểm;Y (m);X (m)", "Mốc;Dong;Bac", "STT;East;North", None, "M;;"])
def test_the_values_decide_which_column_is_north(read: Callable[..., Reading], head: str | None) -> None:
    found = read(lines(head=head))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]
    west, south, *_ = found.layer.frame.total_bounds
    assert (west, south) == (558_000.25, 2_325_000.5)


def test_a_heading_that_names_the_wrong_axis_is_pointed_out(read: Callable[..., Reading]) -> None:
    found = read(lines(head="Điểm;Y (m);X (m)"))
    assert [(f.code, f.level, f.fields["column"]) for f in found.findings if f.code == "axes_swapped"] == [
        ("axes_swapped", "warn", "y (m)")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_any_encoding_of_the_text(read: Callable[..., Reading], encoding: str) -> None:
    text = "\r\n".join(
        ["Khu;X (m);Y (m)"] + [f"Ðông {i // 4};{text_of(n)};{text_of(e)}" for i, (n, e) in enumerate(CORNERS)]
    )
    found = read(text.encode(encoding, "replace"))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


@pytest.mark.parametrize("closed", [False, True])
def test_the_first_point_may_be_repeated_at_the_end(read: Callable[..., Reading], closed: bool) -> None:
    corners = [*CORNERS, CORNERS[0]] if closed else CORNERS
    found = read(lines(corners))
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]
    assert codes(found) == []


def test_remarks_under_the_table_are_listed_not_lost(read: Callable[..., Reading]) -> None:
    found = read([*lines(), "", "Ghi chú: ranh giới tạm thời;;", "Diện tích;60.000;m2"])
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]
    (finding,) = [f for f in found.findings if f.code == "table_lines_passed_over"]
    assert finding.fields["found"] == ["7: Ghi chú: ranh giới tạm thời", "8: Diện tích 60.000 m2"]


def test_headings_repeated_on_a_new_page_are_passed_by(read: Callable[..., Reading]) -> None:
    table = lines()
    found = read([*table[:3], table[0], *table[3:]])
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]
    assert codes(found) == []


def test_a_column_of_areas_beside_the_coordinates_does_no_harm(read: Callable[..., Reading]) -> None:
    head, first, *rest = lines(head="Điểm;X (m);Y (m);Diện tích (m2)")
    found = read([head, f"{first};763876,85", *[f"{row};" for row in rest]])
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


# --- several rings ---------------------------------------------------------------------------------------

FAR = [(n + 1_000, e + 2_000) for n, e in CORNERS]


def areas(found: Reading) -> dict[str, float]:
    frame = found.layer.frame
    return dict(zip(frame["name"], frame.geometry.area.round(3), strict=True))


def test_a_column_may_name_the_ring(read: Callable[..., Reading]) -> None:
    body = ["Khu;Điểm;X;Y"]
    for name, corners in (("Khu A", CORNERS), ("Khu B", FAR)):
        body += [f"{name};{i};{text_of(n)};{text_of(e)}" for i, (n, e) in enumerate(corners)]
    assert areas(read(body)) == {"Khu A": AREA, "Khu B": AREA}


def test_a_merged_cell_names_the_ring_of_all_rows_below(read: Callable[..., Reading]) -> None:
    body = ["Tên khu;Điểm;X;Y"]
    for name, corners in (("Khu A", CORNERS), ("Khu B", FAR)):
        body += [
            f"{name if i == 0 else ''};{i};{text_of(n)};{text_of(e)}" for i, (n, e) in enumerate(corners)
        ]
    assert areas(read(body)) == {"Khu A": AREA, "Khu B": AREA}


def test_a_line_of_its_own_begins_a_ring(read: Callable[..., Reading]) -> None:
    body = [*lines()[:1], "Khu phía Bắc;;", *lines()[1:], "Khu phía Nam;;", *lines(FAR)[1:]]
    found = read(body)
    assert areas(found) == {"Khu phía Bắc": AREA, "Khu phía Nam": AREA}


def test_a_ring_that_comes_back_to_its_first_point_is_done(read: Callable[..., Reading]) -> None:
    body = lines([*CORNERS, CORNERS[0], *FAR, FAR[0]])
    assert areas(read(body)) == {"ranh": AREA, "ranh (2)": AREA}


@pytest.mark.parametrize("heading", ["Tên điểm", "Tên mốc", "Số hiệu", "Điểm"])
def test_names_of_points_are_not_names_of_rings(read: Callable[..., Reading], heading: str) -> None:
    assert areas(read(lines(head=f"{heading};X;Y"))) == {"ranh": AREA}


def test_kinds_of_boundary_stones_are_not_names_of_rings(read: Callable[..., Reading]) -> None:
    corners = [*CORNERS[:1], (2_325_000.5, 558_150.25), *CORNERS[1:3], (2_325_200.5, 558_150.25), CORNERS[3]]
    stones = ["BTCT"] * 3 + ["gỗ"] * 3
    rows = [f"{s};{text_of(n)};{text_of(e)}" for s, (n, e) in zip(stones, corners, strict=True)]
    assert areas(read(["Tên mốc;X;Y", *rows])) == {"ranh": AREA}


def test_rings_that_cover_the_same_land_are_pointed_out(read: Callable[..., Reading]) -> None:
    inner = [
        (n + (50 if i < 2 else -50), e + (50 if i in (0, 3) else -50)) for i, (n, e) in enumerate(CORNERS)
    ]
    found = read(lines([*CORNERS, CORNERS[0], *inner, inner[0]]))
    assert [(f.row, f.fields["other"]) for f in found.findings if f.code == "rings_overlap"] == [("2", "1")]


# --- workbooks -------------------------------------------------------------------------------------------


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for i, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Bảng {i}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("typed", [float, text_of, lambda v: text_of(v, 3, ",", ".")])
def test_a_workbook_with_numbers_or_typed_text(tmp_path: Path, typed: Callable[[float], Any]) -> None:
    rows = [[f"M{i}", typed(n), typed(e)] for i, (n, e) in enumerate(CORNERS)]
    file = workbook(tmp_path / "ranh.xlsx", [["Tọa độ ranh giới"], [None], ["Điểm", "X (m)", "Y (m)"], *rows])
    found = read_layer(Source(file, None, None, "5897"), "industrial_park")
    assert found.layer.frame.geometry.area.tolist() == [pytest.approx(AREA)]


def test_the_sheet_with_coordinates_is_found_and_others_named(tmp_path: Path) -> None:
    rows = [["Điểm", "X", "Y"], *([i, n, e] for i, (n, e) in enumerate(CORNERS))]
    file = workbook(tmp_path / "ranh.xlsx", [["Mục lục"]], rows, rows)
    found = read_layer(Source(file, None, None, "5897"), "industrial_park")
    assert found.rows_used == 1
    (finding,) = [f for f in found.findings if f.code == "sheets_passed_over"]
    assert finding.fields == {"found": ["Bảng 3"], "expected": "Bảng 2"}


def test_two_systems_under_merged_headings(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "ranh.xlsx",
        [
            ["Tọa độ các điểm ranh giới"],
            ["Điểm", "VN-2000, KTT 105°00', múi chiếu 3°", None, "VN-2000, KTT 105°00', múi chiếu 6°", None],
            [None, "X (m)", "Y (m)", "X (m)", "Y (m)"],
            *[[i, n, e, n * 0.9997, 500_000 + (e - 500_000) * 0.9997] for i, (n, e) in enumerate(CORNERS)],
        ],
    )
    found = read_layer(str(file), "industrial_park")
    assert found.layer.frame.crs.to_epsg() == 5897
    (finding,) = [f for f in found.findings if f.code == "systems_compared"]
    assert finding.level == "info"
    assert finding.fields["distance_m"] < 0.5
    assert read_layer(f"{file}:3405", "industrial_park").layer.frame.crs.to_epsg() == 3405


# --- which system ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("Điểm;X (EPSG:5897);Y", 5897),
        ("diem;x_north_9208;y_east_9208", 9208),
        ("Điểm;X KTT 104°45';Y KTT 104°45'", 9208),
        ("Điểm;X (KTT 105º45’, múi 3);Y", 9210),
        ("Điểm;X kinh tuyến trục 105 độ 30 phút, múi 3 độ;Y", 9209),
        ("Điểm;X 105°, múi 6°;Y", 3405),
        ("Điểm;X (VN-2000);Y (VN 2000)", None),
        ("Điểm;X năm 2026;Y 4326", None),
        ("Điểm;X (KTT 105°);Y", None),
    ],
)
def test_headings_name_a_system_or_none_is_guessed(
    read: Callable[..., Reading], head: str, code: int | None
) -> None:
    found = read(lines(head=head), crs=None)
    crs = found.layer.frame.crs
    assert (crs.to_epsg() if crs else None) == code
    assert ("crs_missing" in codes(found)) is (code is None)


def test_a_line_above_the_table_names_the_system(read: Callable[..., Reading]) -> None:
    found = read(["Hệ tọa độ VN-2000, kinh tuyến trục 104°45', múi chiếu 3°", "", *lines()], crs=None)
    assert found.layer.frame.crs.to_epsg() == 9208


def test_a_system_that_the_table_does_not_have_is_refused_with_those_it_has(
    read: Callable[..., Reading],
) -> None:
    with pytest.raises(SourceError, match="layer_missing") as caught:
        read(lines(head="Điểm;X 5897;Y"), layer="9208")
    assert caught.value.fields["expected"] == ["5897"]


def test_two_printed_systems_that_disagree_are_a_warning(read: Callable[..., Reading]) -> None:
    rows = [f"{i};{n};{e};{n + 3};{e}" for i, (n, e) in enumerate(CORNERS)]
    found = read(["Điểm;X 5897;Y 5897;X 5897 b;Y 5897 b", *rows])
    (finding,) = [f for f in found.findings if f.code == "systems_compared"]
    assert (finding.level, finding.fields["distance_m"]) == ("warn", pytest.approx(3))


# --- what can't be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoilt", "line"),
    [("24588x4,5;558100,5", 4), ("2325100,5;", 4), (";558100,5", 4), ("2325100,5;55.81.00,5", 4)],
)
def test_a_corner_that_can_not_be_read_sets_its_ring_aside_with_the_line(
    read: Callable[..., Reading], spoilt: str, line: int
) -> None:
    table = lines([*CORNERS, CORNERS[0], *FAR, FAR[0]])
    found = read([*table[:3], f"M;{spoilt}", *table[3:]])
    assert (found.rows_read, found.rows_used) == (2, 1)
    (finding,) = [f for f in found.findings if f.level == "block"]
    assert (finding.code, finding.row, finding.fields["line"]) == ("table_number_unreadable", "1", line)
    assert finding.fields["found"] == spoilt.split(";")


def test_a_corner_in_another_country_sets_its_ring_aside(read: Callable[..., Reading]) -> None:
    found = read(lines([*CORNERS[:3], (232_520.5, 558_000.25)]))
    assert found.rows_used == 0
    blocked = [(f.code, f.fields.get("line")) for f in found.findings if f.level == "block"]
    assert blocked[0] == ("table_point_out_of_range", 5)


@pytest.mark.parametrize("half", ["M5;2325100,5;", "M5;;558100,5", "M5;24588x4,5;4399y1,2"])
def test_half_a_point_under_the_last_one_is_no_remark(read: Callable[..., Reading], half: str) -> None:
    found = read([*lines(), half])
    assert found.set_aside.to_dict("list") == {"row": [1], "code": ["table_number_unreadable"]}


def test_a_ring_of_two_points_is_set_aside(read: Callable[..., Reading]) -> None:
    found = read([*lines()[:1], "Khu A;;", *lines()[1:], "Khu B;;", *lines(FAR[:2])[1:]])
    assert areas(found) == {"Khu A": AREA}
    assert found.set_aside.to_dict("list") == {"row": [2], "code": ["ring_too_short"]}


def test_a_ring_that_crosses_itself_is_mended_with_its_areas(read: Callable[..., Reading]) -> None:
    found = read(lines([CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]))
    (finding,) = [f for f in found.findings if f.code == "geometry_repaired"]
    assert finding.fields["area_after_m2"] == pytest.approx(AREA / 2)


def test_decimal_commas_that_were_taken_for_separators_are_refused(read: Callable[..., Reading]) -> None:
    with pytest.raises(SourceError, match=r"table_ragged.*line=2, expected=3, found=5"):
        read(lines(separator=",", write=text_of))


def test_decimal_commas_taken_for_separators_are_noticed_without_headings_too(
    read: Callable[..., Reading],
) -> None:
    with pytest.raises(SourceError, match="table_ragged"):
        read(lines(separator=",", head=None, write=text_of))


@pytest.mark.parametrize(
    "body",
    [
        "Điểm;X;Y",
        "a,b\n1,2\n3,4\n5,6",
        "không có gì",
        "105,85;21,02\n105,86;21,03\n105,87;21,02",
        "\n\n\n",
        "M1;2325000;",
        ";;;;",
    ],
)
def test_a_table_without_coordinates_says_what_it_holds(read: Callable[..., Reading], body: str) -> None:
    with pytest.raises(SourceError, match="table_without_coordinates") as caught:
        read(body)
    assert isinstance(caught.value.fields["found"], list)


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\xfe" * 50,
        b'"' + b"x" * 200_000,
        b'a;"b\n' * 500,
        b"\xff\xfe\x00",
        "\ud800".encode("utf-16", "surrogatepass"),
    ],
)
def test_bytes_that_are_no_table_are_refused(read: Callable[..., Reading], body: bytes) -> None:
    with pytest.raises(SourceError, match="table_without_coordinates"):
        read(body)


def test_a_file_too_large_for_a_boundary_is_refused(
    read: Callable[..., Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers._table._LARGEST", 10)
    with pytest.raises(SourceError, match=r"table_too_large.*expected=10"):
        read(lines())


# --- the two tables of real decisions --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "kcn_ban_qua_boundary",
            {"points": 85, "apart_m": 0.0105, "stated_m2": 763_876.85, "share_pct": 0.11},
        ),
        (
            "kcn_vo_lao_boundary",
            {"points": 246, "apart_m": 0.0013, "stated_m2": 4_826_000, "share_pct": -0.33},
        ),
    ],
)
def test_real_boundaries_agree_in_both_systems_and_differ_from_the_stated_area(
    shared: Path, name: str, facts: dict[str, float]
) -> None:
    file = shared / "facts" / "boundary_tables" / f"{name}.csv"
    found = read_layer(str(file), "industrial_park")
    assert (found.rows_read, found.rows_used) == (1, 1)
    frame = found.layer.frame
    assert frame.crs.to_epsg() == 9208
    assert len(frame.geometry.iloc[0].exterior.coords) == facts["points"] + 1
    (compared,) = [f for f in found.findings if f.code == "systems_compared"]
    assert compared.fields["distance_m"] == pytest.approx(facts["apart_m"], abs=0.0001)
    share = (frame.geometry.area.iloc[0] / facts["stated_m2"] - 1) * 100
    assert share == pytest.approx(facts["share_pct"], abs=0.005)
    assert read_layer(f"{file}:3405", "industrial_park").layer.frame.crs.to_epsg() == 3405
