"""Boundary tables as offices send them: documents, pasted text, points out of order, an area beside them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest

from layers import read_layer
from layers._rings import better_order, crossing_edges
from layers.errors import SourceError

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
    assert crossing.fields["expected"] in ("1 ↔ 2", "2 ↔ 3")


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
    assert better_order(square) is None or crossing_edges(square) == []
    star = [(0, 3), (4, 3), (1, 0), (2, 5), (3, 0)]
    assert len(crossing_edges(star)) == 5
