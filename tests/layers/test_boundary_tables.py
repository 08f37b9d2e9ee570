"""Boundary tables as offices send them: documents, pasted text, points out of order, an area beside them."""

from __future__ import annotations

import math
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import Source, read_layer
from layers._rings import crossing_edges, exchanged, mending_exchanges
from layers.errors import QuestionError, SourceError
from layers.exchange import parse_exchange
from layers.guard import guarded_read

if TYPE_CHECKING:
    from pathlib import Path

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LOT = [
    ("1", "2325000,50", "558000,25"),
    ("2", "2325000,50", "558100,25"),
    ("3", "2325100,50", "558100,25"),
    ("4", "2325100,50", "558000,25"),
]


def docx(path: Path, *blocks: str | list[tuple[str, ...]]) -> Path:
    """Write a document of lines and tables, as Word does."""
    body = ""
    for block in blocks:
        if isinstance(block, str):
            body += f"<w:p><w:r><w:t>{escape(block)}</w:t></w:r></w:p>"
            continue
        rows = "".join(
            "<w:tr>"
            + "".join(f"<w:tc><w:p><w:r><w:t>{escape(c)}</w:t></w:r></w:p></w:tc>" for c in row)
            + "</w:tr>"
            for row in block
        )
        body += f"<w:tbl>{rows}</w:tbl>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return path


def test_a_table_in_a_document_is_read_with_the_system_that_its_text_names(tmp_path: Path) -> None:
    path = docx(
        tmp_path / "quyet_dinh.docx",
        "Căn cứ Luật Đất đai;",
        [("Nơi nhận", "Như Điều 3")],
        "Tọa độ các điểm theo hệ VN-2000, kinh tuyến trục 105°00', múi chiếu 3°",
        [("Số hiệu điểm", "X (m)", "Y (m)"), *LOT],
        "Diện tích khu đất: 1,00 ha",
    )
    found = read_layer(str(path), "industrial_park")
    assert found.layer.frame.crs.to_epsg() == 5897
    assert found.layer.frame.geometry.area.tolist() == pytest.approx([10_000])
    area = next(f for f in found.findings if f.code == "area_of_table")
    assert (area.fields["stated_ha"], area.fields["computed_ha"]) == pytest.approx((1.0, 1.0))
    assert area.level == "info"


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ("10.000 m2", "info"),
        ("1,2 ha", "warn"),
        ("0,995 ha", "info"),
        ("0,01 km²", "info"),
        ("0,0115 kilômét vuông", "warn"),
        ("1,00 hecta", "info"),
    ],
)
def test_the_stated_area_stands_beside_the_computed_one(tmp_path: Path, stated: str, level: str) -> None:
    text = "\n".join(["Điểm;X 5897;Y", *(";".join(p) for p in LOT), f"Diện tích: {stated}"])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = read_layer(str(tmp_path / "a.csv"), "industrial_park")
    assert [f.level for f in found.findings if f.code == "area_of_table"] == [level]


@pytest.mark.parametrize("unit", ["sào", "mẫu", "công"])
def test_units_that_differ_by_region_are_named_and_never_converted(tmp_path: Path, unit: str) -> None:
    text = "\n".join(["Điểm;X 5897;Y", *(";".join(p) for p in LOT), f"Diện tích: 27,8 {unit}"])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = {f.code: f for f in read_layer(str(tmp_path / "a.csv"), "industrial_park").findings}
    assert found["area_unit_regional"].fields["found"] == "27,8"
    assert "area_of_table" not in found


@pytest.mark.parametrize(
    "said",
    [
        "Diện tích lô số 3 công nghiệp là 10 ha",
        "Diện tích lô 3 công trình công cộng: 10 ha",
        "Diện tích thửa số 12: 10 ha",
    ],
)
def test_the_number_of_a_lot_is_no_area_and_industry_no_unit(tmp_path: Path, said: str) -> None:
    text = "\n".join(["Điểm;X 5897;Y", *(";".join(p) for p in LOT), said])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    found = {f.code: f for f in read_layer(str(tmp_path / "a.csv"), "industrial_park").findings}
    assert "area_unit_regional" not in found
    assert found["area_of_table"].fields["stated_ha"] == 10


def test_points_out_of_order_are_named_with_the_exchange_that_mends_them(tmp_path: Path) -> None:
    turned = [LOT[0], LOT[2], LOT[1], LOT[3]]
    text = "\n".join(["Điểm\tX 5897\tY", *("\t".join(p) for p in turned)])
    (tmp_path / "dan.txt").write_text(text, encoding="utf-8")
    found = read_layer(str(tmp_path / "dan.txt"), "industrial_park")
    crossing = next(f for f in found.findings if f.code == "ring_crosses")
    assert crossing.fields["found"] == ["1–2 × 3–4"]
    assert crossing.fields["expected"] == ["2 ↔ 3"]


def test_of_closed_rings_the_open_one_is_named(tmp_path: Path) -> None:
    rows = ["Khu;Điểm;X 5897;Y"]
    for lot in range(3):
        points = [*LOT, LOT[0]] if lot < 2 else LOT[:3]
        rows += [
            f"Lô {lot};{n};{float(x.replace(',', '.')) + 300 * lot:.2f};{y.replace(',', '.')}"
            for n, x, y in points
        ]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")
    found = read_layer(str(tmp_path / "a.csv"), "industrial_park")
    assert [(f.row, f.fields["name"]) for f in found.findings if f.code == "ring_open"] == [("3", "Lô 2")]


def test_a_document_without_a_table_of_points_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="table_without_coordinates"):
        read_layer(str(docx(tmp_path / "a.docx", "Kính gửi", [("a", "b")])), "industrial_park")
    with pytest.raises(SourceError, match="table_without_coordinates"):
        read_layer(str(docx(tmp_path / "b.docx", "Kính gửi")), "industrial_park")


def test_a_document_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>')
    with pytest.raises(SourceError, match="xml_with_dtd"):
        read_layer(str(path), "industrial_park")


def test_edges_that_touch_do_not_cross() -> None:
    square = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    assert crossing_edges(square) == []
    assert mending_exchanges(square) == []
    star = [(0, 3), (4, 3), (1, 0), (2, 5), (3, 0)]
    assert len(crossing_edges(star)) == 5


def disordered(path: Path, *order: int) -> Path:
    turned = [LOT[at] for at in order]
    path.write_text("\n".join(["Điểm\tX 5897\tY", *("\t".join(p) for p in turned)]), encoding="utf-8")
    return path


def test_an_exchange_is_applied_only_where_asked_and_stays_in_the_provenance(tmp_path: Path) -> None:
    whole = read_layer(str(disordered(tmp_path / "whole.txt", 0, 1, 2, 3)), "industrial_park")
    path = disordered(tmp_path / "dan.txt", 0, 2, 1, 3)
    unasked = read_layer(str(path), "industrial_park")
    (crossing,) = [f for f in unasked.findings if f.code == "ring_crosses"]
    assert crossing.fields["mends"] == ["2-3"]
    assert not any("exchanged" in step for step in unasked.layer.provenance.steps)
    asked = read_layer(Source(path, exchanges=(parse_exchange("1:2-3"),)), "industrial_park")
    assert asked.layer.frame.geometry.iloc[0].equals(whole.layer.frame.geometry.iloc[0])
    assert "ring_crosses" not in [f.code for f in asked.findings]
    (told,) = [f for f in asked.findings if f.code == "corners_exchanged"]
    assert told.fields["area_ha"] == pytest.approx(whole.layer.frame.area.sum() / 10_000)
    assert crossing.fields["mends_ha"] == pytest.approx([told.fields["area_ha"]])
    assert "corners_exchanged 1:2-3" in asked.layer.provenance.steps


def test_an_exchange_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    path = disordered(tmp_path / "dan.txt", 0, 2, 1, 3)
    asked = tuple(parse_exchange(text) for text in ("1:2-9", "4:1-2"))
    found = read_layer(Source(path, exchanges=asked), "industrial_park").findings
    assert [f.fields["exchange"] for f in found if f.code == "exchange_unused"] == ["1:2-9", "4:1-2"]
    with pytest.raises(QuestionError, match="exchange_unreadable"):
        parse_exchange("1:2-2")


def test_a_tangle_that_no_exchange_mends_is_named_without_one(tmp_path: Path) -> None:
    points = [(0, 300), (400, 300), (100, 0), (200, 500), (300, 0)]
    rows = [f"{n};{2_325_000 + y};{558_000 + x}" for n, (x, y) in enumerate(points, 1)]
    (tmp_path / "sao.csv").write_text("\n".join(["Điểm;X 5897;Y", *rows]), encoding="utf-8")
    found = read_layer(str(tmp_path / "sao.csv"), "industrial_park").findings
    assert mending_exchanges(points) == []
    assert [len(f.fields["found"]) for f in found if f.code == "ring_tangled"] == [5]


@given(st.integers(4, 12), st.integers(0, 11), st.booleans())
def test_the_exchange_that_was_made_is_among_those_proposed(count: int, at: int, closed: bool) -> None:
    turn = [2 * math.pi * n / count for n in range(count)]
    ring = [(1_000 * math.cos(t), 1_000 * math.sin(t)) for t in turn]
    pair = (at % count + 1, (at + 1) % count + 1)
    spoilt = exchanged([*ring, ring[0]] if closed else ring, pair)
    assert sorted(set(spoilt)) == sorted(ring)
    assert (spoilt[0] == spoilt[-1]) == closed
    shapes = [shapely.Polygon(exchanged(spoilt, one)) for one in mending_exchanges(spoilt)]
    assert any(shape.equals(shapely.Polygon(ring)) for shape in shapes)
    assert all(shape.is_valid for shape in shapes)


def test_a_boundary_without_a_name_is_called_as_its_layer(tmp_path: Path) -> None:
    corners = "1;2325000,12;558000,34\n2;2325000,12;558400,34\n3;2325400,12;558400,34\n"
    (tmp_path / "bang_dan.txt").write_text(f"Điểm;X;Y\n{corners}1;2325000,12;558000,34\n{corners}")
    reading = read_layer(str(tmp_path / "bang_dan.txt"), "industrial_park")
    assert reading.named("KCN \\1 Thử").layer.frame["name"].tolist() == ["KCN \\1 Thử", "KCN \\1 Thử (2)"]
    assert reading.layer.frame["name"].tolist() == ["bang_dan", "bang_dan (2)"]
    (tmp_path / "named.txt").write_text(f"Điểm;X;Y\nKhu Bắc;;\n{corners}")
    named = read_layer(str(tmp_path / "named.txt"), "industrial_park")
    assert named.named("Khác").layer.frame["name"].tolist() == ["Khu Bắc"]


def test_a_name_that_a_file_states_is_never_changed_with_the_name_of_its_layer(tmp_path: Path) -> None:
    corners = "2325000,12;558000,34\n2325000,12;558400,34\n2325400,12;558400,34\n2325000,12;558000,34\n"
    # one boundary is called in the table as the file is by chance, the next isn't named
    (tmp_path / "Khu Bắc.txt").write_text(f"X;Y\nKhu Bắc;\n{corners}{corners}", encoding="utf-8")
    titled = read_layer(str(tmp_path / "Khu Bắc.txt"), "industrial_park")
    assert titled.named("KCN 2030").layer.frame["name"].tolist() == ["Khu Bắc", "KCN 2030 (2)"]
    rows = corners.replace("2325", "Khu Nam;2325")
    (tmp_path / "Khu Nam.csv").write_text(f"Khu;X;Y\n{rows}", encoding="utf-8")
    grouped = read_layer(str(tmp_path / "Khu Nam.csv"), "industrial_park")
    assert grouped.named("KCN 2030").layer.frame["name"].tolist() == ["Khu Nam"]


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_features_called_as_their_file_keep_their_names(ending: str, tmp_path: Path) -> None:
    names = ["Phường Tây Hồ", "Tây Hồ", "Tây Hồ (2)"]
    shapes = [shapely.box(105.8 + n / 100, 21.0, 105.809 + n / 100, 21.01) for n in range(3)]
    path = tmp_path / f"Tây Hồ.{ending}"
    gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326").to_file(path)
    reading = read_layer(str(path), "admin_unit")
    assert reading.columns == ("name",)
    assert reading.named("ranh_gioi_2025").layer.frame["name"].tolist() == names


def test_boundaries_without_names_are_named_through_the_guard_and_more_than_once(tmp_path: Path) -> None:
    corners = "2325000,12;558000,34\n2325000,12;558400,34\n2325400,12;558400,34\n2325000,12;558000,34\n"
    (tmp_path / "bang (2).txt").write_text(f"X;Y\n{corners}{corners}", encoding="utf-8")
    reading = guarded_read(Source(tmp_path / "bang (2).txt"), "industrial_park", name="Lớp")
    assert reading.layer.frame["name"].tolist() == ["bang (2)", "bang (2) (2)"]
    again = reading.named("Khu").named("Khác")
    assert again.layer.frame["name"].tolist() == ["Khác", "Khác (2)"]
