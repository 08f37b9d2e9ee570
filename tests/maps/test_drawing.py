"""A drawn boundary: what the map reports, what is checked, what the list says; the state of a session."""

from __future__ import annotations

import json
import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from streamlit.testing.v1 import AppTest

from layers.crs import as_crs
from maps.drawing import Drawn, check_boundary, corner_lines, read_boundary_text
from maps.pencil import drawing_group, drawn_layers, reported_drawing, reported_undo
from maps.words import words

HANOI = as_crs(5897)
FIELD = box(558_000, 2_325_000, 558_400, 2_325_250)
LAND = box(550_000, 2_320_000, 560_000, 2_330_000)


def report(area, **facts):
    """What the pencil would report of an area."""
    parts = drawing_group(area, HANOI, 0).facts["drawing"]["parts"] if area is not None else []
    geometry = {"type": "MultiPolygon", "coordinates": parts} if parts else None
    return [{"type": "Feature", "properties": {"n": 0, "at": 1.0, **facts}, "geometry": geometry}]


def codes(area, **given):
    return [(f.code, f.level) for f in check_boundary(area, **given)]


def test_what_is_drawn_comes_back_to_the_millimetre_holes_and_parts_too():
    holed = shapely.Polygon(FIELD.exterior, [box(558_100, 2_325_100, 558_200, 2_325_200).exterior])
    both = shapely.MultiPolygon([holed, box(559_000, 2_325_000, 559_100.123, 2_325_100.456)])
    back = reported_drawing(json.loads(json.dumps(report(both))), HANOI)
    assert shapely.equals_identical(shapely.normalize(back), shapely.normalize(both))
    assert reported_drawing(report(None), HANOI) is None


def test_a_step_back_is_told_from_a_drawing():
    assert reported_undo(report(FIELD, undo=True))
    assert not reported_undo(report(FIELD))
    assert not reported_undo(None)


def test_checks_name_what_is_wrong():
    bow = shapely.Polygon(
        [(558_000, 2_325_000), (558_400, 2_325_400), (558_400, 2_325_000), (558_000, 2_325_400)]
    )
    assert codes(FIELD, around=LAND) == []
    assert codes(bow) == [("drawn_crosses", "block")]
    assert codes(shapely.MultiPolygon([FIELD, FIELD])) == [("drawn_overlaps", "block")]
    assert codes(box(558_000, 2_325_000, 558_010, 2_325_010)) == [("drawn_too_small", "block")]
    assert codes(box(600_000, 2_325_000, 600_400, 2_325_250), around=LAND) == [("drawn_outside", "block")]
    (half,) = check_boundary(box(559_900, 2_325_000, 560_100, 2_325_500), around=LAND)
    assert (half.code, half.level) == ("drawn_partly_outside", "warn")
    assert half.fields["area_ha"] == pytest.approx(5.0)
    assert half.fields["share_pct"] == pytest.approx(50.0)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_check_has_a_sentence_and_what_to_do(lang):
    say = words(lang)
    bow = shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    found = [
        *check_boundary(bow),
        *check_boundary(shapely.MultiPolygon([FIELD, FIELD])),
        *check_boundary(box(0, 0, 1, 1)),
        *check_boundary(FIELD, around=box(0, 0, 1, 1)),
        *check_boundary(FIELD, around=box(558_200, 2_325_000, 558_900, 2_326_000)),
    ]
    assert len({f.code for f in found}) == 5
    for finding in found:
        assert "{" not in say.message(finding)
        assert say.message(finding) != str(finding)
        assert say.fix(finding)


@given(
    st.integers(548_000_000, 562_000_000),
    st.integers(2_318_000_000, 2_332_000_000),
    st.integers(30_000, 3_000_000),
    st.sampled_from(["vi", "en"]),
)
def test_the_list_reads_back_as_the_boundary(x, y, side, lang):
    area = box(x / 1000, y / 1000, (x + side) / 1000, (y + side) / 1000)
    other = box((x + 2 * side) / 1000, y / 1000, (x + 3 * side) / 1000, (y + side) / 1000)
    hole = box((x + side // 4) / 1000, (y + side // 4) / 1000, (x + side // 2) / 1000, (y + side // 2) / 1000)
    for given_area in (
        area,
        shapely.MultiPolygon([area, other]),
        shapely.Polygon(area.exterior, [hole.exterior]),
    ):
        back = read_boundary_text(corner_lines(given_area, words(lang)), HANOI).area
        assert back.normalize().equals_exact(given_area.normalize(), 1e-6)


def test_a_drawn_layer_says_so():
    layer = Drawn(FIELD, HANOI).layer("Khu thử", "industrial_cluster", source="Ranh giới vẽ trên bản đồ")
    assert layer.provenance.steps == ("drawn x4",)
    assert layer.provenance.source == "Ranh giới vẽ trên bản đồ"
    assert layer.frame["name"].tolist() == ["Khu thử"]
    assert layer.frame.crs.to_epsg() == 5897


def test_the_text_of_a_question_holds_every_millimetre():
    area = box(558_000.001, 2_325_000.002, 558_400.003, 2_325_250.004)
    assert shapely.equals_identical(shapely.from_wkt(Drawn(area, HANOI).wkt), area)


@pytest.fixture
def sheet_page(monkeypatch, small_workspace):
    """A page with a drawing, and the pencil of its map."""
    import maps.pages._map

    shown = []
    monkeypatch.setattr(maps.pages._map, "st_folium", lambda chart, **given: shown.append((chart, given)))
    monkeypatch.setenv("THOCONG_WORKSPACE", str(small_workspace.folder))

    def script():
        import streamlit as st

        from maps.pages import _map
        from maps.pages._draw import draw_boundary
        from maps.pages._frame import workspace
        from maps.words import words

        known = _map.show_map

        def note(*given, pencil, **more):
            st.session_state["pencil"] = pencil
            known(*given, pencil=pencil, **more)

        import maps.pages._draw as draw

        draw.show_map = note
        st.selectbox("Kỳ", ["2020", "2030"], key="period")
        drawn = draw_boundary(workspace(), words("vi"), key="vẽ")
        st.code(drawn.wkt if drawn else "–")
        draw.show_map = known

    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    page.shown = shown
    return page


def test_a_drawing_is_taken_once_survives_other_widgets_and_is_undone(sheet_page):
    page = sheet_page
    assert page.code[0].value == "–"
    page.session_state["pencil"].take(report(FIELD, at=5.0))
    page.run()
    assert shapely.from_wkt(page.code[0].value).equals(FIELD)
    assert "**10,00 ha**" in page.markdown[0].value
    page.selectbox[0].select("2030").run()
    assert shapely.from_wkt(page.code[0].value).equals(FIELD)
    # the component repeats its report with every event, and a sheet of before is not taken
    page.session_state["pencil"].take(report(LAND, at=5.0))
    page.session_state["pencil"].take(report(LAND, at=6.0, n=7))
    assert shapely.from_wkt(page.run().code[0].value).equals(FIELD)
    # what came from the map goes back to it under the revision it has: the pencil stays where it is
    group = page.shown[-1][1]["feature_group_to_add"][-1]
    assert (group.facts["drawing"]["n"], len(group.facts["drawing"]["parts"])) == (0, 1)
    page.session_state["pencil"].take(report(FIELD, at=8.0, undo=True))
    assert page.run().code[0].value == "–"
    group = page.shown[-1][1]["feature_group_to_add"][-1]
    assert (group.facts["drawing"]["n"], group.facts["drawing"]["parts"]) == (1, [])


def test_a_drawing_of_before_a_reload_is_named_and_can_be_thrown_away(sheet_page):
    page = sheet_page
    page.session_state["pencil"].take(report(FIELD, at=5.0, restored=True))
    page.run()
    assert shapely.from_wkt(page.code[0].value).equals(FIELD)
    assert "Đã khôi phục hình vẽ" in page.markdown[0].value
    (discard,) = [b for b in page.button if b.label == "Bỏ hình vẽ này"]
    discard.click().run()
    assert page.code[0].value == "–"
    assert "Bỏ hình vẽ này" not in [b.label for b in page.button]


def test_pasted_corners_wait_for_the_button(sheet_page):
    page = sheet_page
    text = corner_lines(FIELD, words("vi"))
    page.text_area[0].set_value(text).run()
    assert page.code[0].value == "–"
    (apply,) = [b for b in page.button if b.label == "Đưa lên bản đồ"]
    apply.click().run()
    assert shapely.from_wkt(page.code[0].value).equals(FIELD)
    assert page.text_area[0].value == text
    page.text_area[0].set_value("vớ vẩn").run()
    assert "tọa độ" in page.error[0].value


def test_a_bow_tie_is_said_and_kept(sheet_page):
    page = sheet_page
    bow = shapely.Polygon(
        [(555_000, 2_322_000), (555_400, 2_322_400), (555_400, 2_322_000), (555_000, 2_322_400)]
    )
    page.session_state["pencil"].take(report(bow, at=5.0))
    page.run()
    said = "".join(str(p.proto.body) for p in page.get("html"))
    assert "tự cắt: 1–2 × 3–4" in said


#: 50 ha of land in two loops that turn opposite ways: its signed sum is nought
BOW = shapely.Polygon(
    [(555_000, 2_322_000), (556_000, 2_323_000), (556_000, 2_322_000), (555_000, 2_323_000)]
)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "area", [BOW, shapely.MultiPolygon([FIELD, shapely.affinity.translate(FIELD, 100, 0)])]
)
def test_what_crosses_itself_has_no_figure_of_hectares(area, lang):
    say = words(lang)
    assert not re.search(r"\d ha", Drawn(area, HANOI).figures(say))
    (drawn,) = drawn_layers(area, HANOI, say)
    assert drawn.frame["sign"].tolist() == ["", ""]
    (sound,) = drawn_layers(FIELD, HANOI, say)
    assert sound.frame["sign"].iloc[1] == f"{say.number(10, 2)} ha"


def test_a_print_of_a_bow_tie_says_what_is_wrong_and_no_hectares(sheet_page, monkeypatch):
    import maps.pages._printing

    page, offered = sheet_page, []
    monkeypatch.setattr(maps.pages._printing, "offer", lambda _, shown: offered.append(shown))
    page.session_state["pencil"].take(report(BOW, at=5.0))
    page.run()
    assert not page.exception
    printed = offered[-1]
    assert "tự cắt: 1–2 × 3–4" in printed.notes[0]
    assert not re.search(r"\d ha", printed.title)
    assert not any(" ha" in one.value for one in page.markdown)
    page.session_state["pencil"].take(report(FIELD, at=6.0))
    page.run()
    assert "10,00 ha" in offered[-1].title
    assert not any("tự cắt" in note for note in offered[-1].notes)
