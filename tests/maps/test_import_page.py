"""The import page as it is clicked through: a file is read once, and its kind is never guessed in silence."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import maps.pages._faults
import maps.pages._findings
import maps.pages._import
import maps.pages._import_kept
import maps.pages._import_read
import maps.pages._map
from layers import Finding
from maps.grouping import grouped
from maps.pages._quality import recorded_quality
from maps.words import words
from tests.layers.formats import small_layer

VI = words("vi")


def script():
    import os
    from pathlib import Path

    import streamlit as st

    from maps.pages import _import
    from maps.pages._frame import workspace
    from maps.words import words

    path = Path(os.environ["THOCONG_TEST_FILE"])
    st.button("khác", key="other")
    _import._bring_files(workspace(), {path.name: path.read_bytes()}, words("vi"))


@pytest.fixture
def page_of(monkeypatch, workspace):
    """Open the page on a file, with a count of what is read."""
    counts = {"read": 0, "look": 0, "verdict": 0, "faults": 0}

    def counted(module, name, what):
        true = getattr(module, name)

        def ask(*given, **named):
            counts[what] += 1
            return true(*given, **named)

        monkeypatch.setattr(module, name, ask)

    counted(maps.pages._import_read, "guarded_read", "read")
    counted(maps.pages._import_read, "guarded_look", "look")
    counted(maps.pages._import, "layer_verdict", "verdict")
    counted(maps.pages._faults, "fault_book", "faults")
    monkeypatch.setattr(maps.pages._map, "st_folium", lambda chart, **given: None)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(workspace.folder))

    def open_page(path):
        monkeypatch.setenv("THOCONG_TEST_FILE", str(path))
        return AppTest.from_function(script, default_timeout=120).run(), counts

    return open_page


def kind_of(page):
    return next(s for s in page.selectbox if s.label == VI("column.kind"))


def test_a_file_is_read_once_however_often_the_page_is_clicked(tmp_path, page_of, workspace):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, counts = page_of(path)
    assert not page.exception
    assert counts == {"read": 1, "look": 1, "verdict": 1, "faults": 1}
    page.button(key="other").click().run()
    name = next(t for t in page.text_input if t.label == VI("import.name"))
    name.set_value("Khu của tôi").run()
    assert counts == {"read": 1, "look": 1, "verdict": 1, "faults": 1}
    assert any("Khu của tôi" in m.value for m in page.markdown)
    page.button(key="import-save").click().run()
    assert not page.exception
    assert [v.layer for v in workspace.layers()] == ["Khu của tôi"]
    assert counts["read"] == 1
    # another question, another reading
    kind_of(page).select("industrial_park").run()
    assert counts["read"] == 2
    kind_of(page).select("industrial_cluster").run()
    assert counts["read"] == 2


def test_a_file_of_other_bytes_under_the_same_name_is_read_again(tmp_path, page_of):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, counts = page_of(path)
    path.unlink()
    small_layer().iloc[:3].to_file(path, index=False)
    page.run()
    assert counts["read"] == 2
    assert any("đọc 3" in m.value or "3 dòng" in m.value for m in page.markdown)


def test_two_sessions_share_nothing(tmp_path, page_of):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    _, counts = page_of(path)
    page_of(path)
    assert counts["read"] == 2


def test_the_kind_is_proposed_with_its_reason(tmp_path, page_of):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, _ = page_of(path)
    assert kind_of(page).value == "industrial_cluster"
    assert any(c.value.startswith("Đề xuất theo tên «ccn") for c in page.caption)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lop_1", "Chọn loại lớp"),
        ("kcn_ccn", "nhiều loại"),
        ("duong_kcn_x", "nhiều loại"),
        ("duong_1", "dạng hình học"),
    ],
)
def test_a_kind_that_nothing_tells_must_be_chosen(tmp_path, page_of, name, said):
    path = tmp_path / f"{name}.gpkg"
    small_layer()[["geometry"]].to_file(path, index=False)
    page, counts = page_of(path)
    assert not page.exception
    assert kind_of(page).value is None
    assert said in page.info[0].value
    assert counts["read"] == 0
    assert not [b for b in page.button if b.key == "import-save"]
    kind_of(page).select("road").run()
    assert counts["read"] == 1


EXTRACT = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="21.00" lon="105.50" version="1"><tag k="highway" v="crossing"/></node>
<node id="2" lat="21.01" lon="105.51" version="1"/>
<way id="9" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>"""


def test_of_an_extract_the_kind_says_which_rows_are_read(tmp_path, page_of):
    path = tmp_path / "duong.osm"
    path.write_text(EXTRACT)
    page, counts = page_of(path)
    assert kind_of(page).value is None
    assert "nhãn" in page.info[0].value
    kind_of(page).select("road").run()
    assert not page.exception
    assert counts["read"] == 1
    # the way, and not the crossing
    assert not [s for s in page.selectbox if s.label == VI("import.layer")]
    assert any("đọc 1 dòng" in m.value or "dùng 1" in m.value for m in page.markdown)


def test_the_report_comes_back_with_the_layer(tmp_path, page_of, workspace):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, _ = page_of(path)
    page.button(key="import-save").click().run()
    first = recorded_quality(workspace, "ccn_2030", 1)
    assert first["rows_read"] == len(small_layer())
    workspace.undo_save("ccn_2030", expected=1)
    back = workspace.restore("ccn_2030", 1)
    assert recorded_quality(workspace, "ccn_2030", back.version) == first


def field_of(page, label):
    return next(f for f in (*page.text_input, *page.number_input, *page.selectbox) if f.label == VI(label))


def test_what_is_decided_for_a_file_says_nothing_of_the_next_of_its_name(tmp_path, page_of):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, _ = page_of(path)
    field_of(page, "coverage.mend").set_value("0,5").run()
    field_of(page, "import.crs").set_value("5899").run()
    field_of(page, "import.years").set_value("2025").run()
    field_of(page, "column.stage").set_value("surveyed").run()
    field_of(page, "import.read_as").set_value("EPSG:5899").run()
    field = next(s for s in page.selectbox if s.label == VI("field.name"))
    field.select(("", "")).run()
    assert not page.exception
    path.unlink()
    small_layer().iloc[:3].to_file(path, index=False)
    page.run()
    assert not page.exception
    assert field_of(page, "coverage.mend").value == "0"
    assert [field_of(page, f"import.{name}").value for name in ("crs", "years", "read_as")] == ["", "", ""]
    assert field_of(page, "column.stage").value == "unknown"
    assert next(s for s in page.selectbox if s.label == VI("field.name")).value == ("ten_khu", "")


def test_nothing_is_saved_while_the_width_of_mending_can_not_be_read(tmp_path, page_of):
    path = tmp_path / "ccn_2030.gpkg"
    small_layer().to_file(path, index=False)
    page, _ = page_of(path)
    assert [b for b in page.button if b.key == "import-save"]
    field_of(page, "import.name").set_value("Cụm khác").run()
    field_of(page, "coverage.mend").set_value("1.000").run()
    assert not page.exception
    assert "đọc được hai cách" in "".join(str(part.proto.body) for part in page.get("html"))
    assert not [b for b in page.button if b.key == "import-save"]
    field_of(page, "coverage.mend").set_value("0.25").run()
    assert (field_of(page, "coverage.mend").value, field_of(page, "import.name").value) == (
        "0,25",
        "Cụm khác",
    )
    assert [b for b in page.button if b.key == "import-save"]


def test_what_is_large_together_is_not_all_held(monkeypatch):
    held = {}
    monkeypatch.setattr(maps.pages._import_kept.st, "session_state", held)
    monkeypatch.setattr(maps.pages._import_kept, "_MOST_BYTES", 12_000)
    made = []

    def make():
        made.append(1)
        return (small_layer(),)

    for key in ("a", "b", "b", "a"):
        maps.pages._import_kept.kept("x", key, make)
    assert len(made) == 3
    monkeypatch.setattr(maps.pages._import_kept, "_MOST_BYTES", 10**9)
    for key in ("b", "a"):
        maps.pages._import_kept.kept("x", key, make)
    assert len(made) == 4


def test_another_page_lets_go_of_what_was_read(monkeypatch, workspace):
    monkeypatch.setenv("THOCONG_WORKSPACE", str(workspace.folder))
    page = AppTest.from_file("../../app.py", default_timeout=120)
    page.session_state["import-kept"] = {"reading": {}}
    page.run()
    assert not page.exception
    assert "import-kept" not in page.session_state


TABLE = """Khu;Điểm;X 5897;Y
Lô A;1;2325000;558000
Lô A;2;2325100;558100
Lô A;3;2325000;558100
Lô A;4;2325100;558000
"""


def test_corners_out_of_order_are_exchanged_only_where_it_is_ticked(tmp_path, page_of, workspace):
    path = tmp_path / "ranh_ccn.csv"
    path.write_text(TABLE, encoding="utf-8")
    page, counts = page_of(path)
    assert not page.exception
    (offer,) = page.pills
    assert list(offer.options) == ["Đổi điểm 2 ↔ 3: 1,0000 ha"]
    assert counts["read"] == 1
    offer.set_value("2-3").run()
    assert not page.exception
    assert counts["read"] == 2
    assert any("1,00 ha" in m.value for m in page.markdown)
    page.button(key="import-save").click().run()
    saved = workspace.load("ranh_ccn")
    assert saved.frame.area.sum() == pytest.approx(10_000)
    assert "corners_exchanged 1:2-3" in saved.provenance.steps


def test_findings_of_one_kind_are_one_line_that_unfolds():
    many = [Finding("null_geometry", "ccn", str(row), "block") for row in range(1, 401)]
    one = Finding("layer_empty", "ccn", None, "warn", {"rows_read": 400})
    (groups,) = [grouped([*many, one])]
    assert [g.count for g in groups] == [399, 0]
    html = "".join(maps.pages._findings._item(g, VI) for g in groups)
    assert html.count("<li") == 2
    assert html.count("<details>") == 1
    assert VI("findings.like", count=399) in html
    assert VI("findings.more_rows", count=199) in html


def test_a_group_of_findings_says_nothing_that_could_run():
    many = [Finding("null_geometry", "<img src=x onerror=alert(1)>", str(row), "block") for row in range(3)]
    (group,) = grouped(many)
    html = maps.pages._findings._item(group, VI)
    assert "<img" not in html
    assert html.count("&lt;img") == 3


def test_different_findings_of_a_whole_layer_stay_apart():
    said = [Finding("exchange_unused", "a", None, "warn", {"exchange": text}) for text in ("1:2-9", "4:1-2")]
    assert [g.first for g in grouped([*said, said[0]])] == said


def drawing_script():
    import streamlit as st
    from shapely import box

    from maps.drawing import Drawn
    from maps.pages import _import
    from maps.pages._frame import workspace
    from maps.words import words

    base = workspace()
    west = 558_000 + st.number_input("west", value=0, key="west")
    drawn = Drawn(box(west, 2_325_000, west + 400, 2_325_250), base.crs, ())
    _import.draw_boundary = lambda *given, **named: drawn
    _import._bring_drawn(base, words("vi"))


def test_the_decision_of_a_drawing_stays_while_it_changes_and_is_not_that_of_the_next(workspace, monkeypatch):
    monkeypatch.setattr(maps.pages._import, "draw_boundary", maps.pages._import.draw_boundary)
    monkeypatch.setattr(maps.pages._map, "st_folium", lambda chart, **given: None)
    monkeypatch.setenv("THOCONG_WORKSPACE", str(workspace.folder))
    test = AppTest.from_function(drawing_script, default_timeout=60).run()

    def decision():
        (found,) = [box for box in test.text_input if (box.key or "").startswith("import-decision-")]
        return found

    assert not test.exception, test.exception
    decision().set_value("QĐ 1/2025").run()
    test.number_input(key="west").set_value(7).run()
    assert decision().value == "QĐ 1/2025"
    next(b for b in test.button if b.key == "import-save").click().run()
    assert not test.exception, test.exception
    (saved,) = workspace.layers()
    assert saved.provenance.decision == "QĐ 1/2025"
    test.number_input(key="west").set_value(900).run()
    assert decision().value == ""


def test_who_brings_a_raster_is_told_where_it_goes(page_of, tmp_path):
    (tmp_path / "độ dốc.tif").write_bytes(b"II*\x00")
    page, _ = page_of(tmp_path / "độ dốc.tif")
    assert "Không có tệp nào đọc được" in page.error[0].value
    assert "«Chọn địa điểm», mục «Thêm raster" in page.info[0].value
