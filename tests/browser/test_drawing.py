"""Drawing with a real mouse: polygon, rectangle, corners, the way back, and what a drawing survives."""

from __future__ import annotations

import re

import shapely

from layers import Workspace
from tests.browser.test_journeys import MAP, settled

#: tabs and questions that are folded away keep their maps
SEEN = f"{MAP}:visible"


def the_map(page):
    return page.frame_locator(SEEN).first


def open_sheet(page, server, lang="vi"):
    page.goto(f"{server.address}/bo-phan?lang={lang}")
    page.get_by_text({"vi": "Vẽ ranh giới", "en": "Drawing"}[lang], exact=True).first.click()
    the_map(page).locator(".tc-draw").wait_for()
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    settled(page)


def tool(page, name):
    the_map(page).get_by_role("button", name=name, exact=True).click()


def corner_of_map(page):
    edges = page.locator(SEEN).first.bounding_box()
    return edges["x"], edges["y"]


def click_points(page, *points):
    left, top = corner_of_map(page)
    for x, y in points:
        page.mouse.move(left + x, top + y, steps=3)
        page.mouse.click(left + x, top + y)
        page.wait_for_timeout(350)  # two clicks of one place in a moment are a double click


def drawn(page, differs_from=""):
    """What the page holds, once it is something else than before."""
    code = page.get_by_test_id("stCode")
    for _ in range(60):
        settled(page)
        said = code.inner_text().strip()
        if said != differs_from:
            return said
        page.wait_for_timeout(250)
    return said


def test_a_polygon_is_drawn_changed_and_taken_back(page, server):
    open_sheet(page, server)
    tool(page, "Đa giác")
    click_points(page, (250, 200), (400, 190), (420, 330), (260, 320))
    assert re.search(r"\d+,\d\d ha", the_map(page).locator(".tc-draw-hint").inner_text())
    # clicks that set corners are no questions to the page
    assert page.get_by_test_id("stCode").inner_text().strip() == "–"
    click_points(page, (250, 200))
    first = drawn(page, "–")
    area = shapely.from_wkt(first)
    assert len(area.exterior.coords) == 5
    assert area.is_valid
    left, top = corner_of_map(page)
    page.mouse.move(left + 400, top + 190)
    page.mouse.down()
    page.mouse.move(left + 430, top + 160, steps=6)
    page.mouse.up()
    second = drawn(page, first)
    moved = set(shapely.from_wkt(second).exterior.coords) - set(area.exterior.coords)
    assert len(moved) == 1  # the other corners are what they were, to the millimetre
    tool(page, "Hoàn tác")
    assert drawn(page, second) == first
    tool(page, "Xóa")
    assert drawn(page, first) == "–"
    page.get_by_test_id("stMain").get_by_role("button", name="Hoàn tác", exact=True).click()
    assert drawn(page, "–") == first


def test_a_rectangle_follows_the_grid_and_survives_language_and_page(page, server):
    open_sheet(page, server)
    tool(page, "Chữ nhật")
    click_points(page, (300, 250), (420, 330))
    first = drawn(page, "–")
    area = shapely.from_wkt(first)
    assert shapely.box(*area.bounds).symmetric_difference(area).area < 25  # metres of a rectangle of 5 km
    page.get_by_text("English", exact=True).click()
    the_map(page).get_by_role("button", name="Rectangle", exact=True).wait_for()
    assert drawn(page) == first
    the_map(page).locator(".leaflet-tc-97-drawing-pane path").first.wait_for()
    page.get_by_role("link", name="Layers").click()
    page.get_by_role("heading", name="Layers").wait_for()
    settled(page)
    page.go_back()
    page.get_by_text("Drawing", exact=True).first.click()
    the_map(page).locator(".leaflet-tc-97-drawing-pane path").first.wait_for()
    assert drawn(page) == first


def test_a_boundary_that_crosses_itself_is_said(page, server):
    open_sheet(page, server)
    tool(page, "Đa giác")
    click_points(page, (250, 200), (400, 320), (400, 200), (250, 320), (250, 200))
    drawn(page, "–")
    page.get_by_text("Ranh giới tự cắt: 1–2 × 3–4").wait_for()


def test_a_drawn_boundary_is_judged_and_saved(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.get_by_text("Vẽ ranh giới", exact=True).first.click()
    the_map(page).locator(".tc-draw").wait_for()
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    page.locator(SEEN).first.scroll_into_view_if_needed()
    settled(page)
    tool(page, "Đa giác")
    click_points(page, (440, 280), (500, 270), (510, 330), (450, 320), (440, 280))
    page.get_by_text(re.compile(r"\d+,\d\d ha · chu vi")).wait_for()
    settled(page)
    listed = page.locator("textarea").first.input_value()
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.locator(".tc-cards").wait_for()
    settled(page)
    assert "vẽ trên bản đồ, không phải dữ liệu đã duyệt" in page.get_by_test_id("stMain").inner_text()
    assert "ranh giới vẽ trên bản đồ: Ranh giới vẽ" in page.get_by_test_id("stMain").inner_text()
    the_map(page).locator(".leaflet-tc-80-zones-pane path").first.wait_for()
    page.get_by_role("button", name="Lưu thành lớp").click()
    page.get_by_label("Tên lớp trong không gian làm việc").fill("CCN vẽ thử")
    page.get_by_label("Kỳ: năm, hoặc năm đầu–năm cuối").fill("2021-2030")
    page.get_by_role("button", name="Lưu vào không gian làm việc").click()
    page.get_by_text("Đã lưu thành lớp CCN vẽ thử, phiên bản 1").wait_for()
    saved = Workspace(server.folder).load("CCN vẽ thử")
    corners = shapely.get_coordinates(saved.frame.geometry.iloc[0])[:-1]
    assert listed.splitlines()[1] == f"1; {corners[0][1]:.3f}; {corners[0][0]:.3f}".replace(".", ",")
    assert saved.provenance.steps == ("drawn x4",)
    assert saved.period.stage == "proposed"


def restored_line(page):
    return page.get_by_text("Đã khôi phục hình vẽ")


def test_a_drawing_survives_a_reload_and_no_other_tab_sees_it(page, server):
    open_sheet(page, server)
    tool(page, "Đa giác")
    click_points(page, (250, 200), (400, 190), (420, 330), (250, 200))
    first = drawn(page, "–")
    other = page.context.new_page()
    open_sheet(other, server)
    assert drawn(other, "x") == "–"
    other.close()
    open_sheet(page, server)
    restored_line(page).wait_for()
    assert drawn(page, "–") == first
    page.get_by_role("button", name="Bỏ hình vẽ này").click()
    assert drawn(page, first) == "–"
    assert restored_line(page).count() == 0
    open_sheet(page, server)
    page.wait_for_timeout(1500)
    assert drawn(page, "x") == "–"
    assert restored_line(page).count() == 0


def test_an_outline_that_is_not_closed_survives_a_reload(page, server):
    open_sheet(page, server)
    tool(page, "Đa giác")
    click_points(page, (250, 200), (400, 190), (420, 330))
    open_sheet(page, server)
    hint = the_map(page).locator(".tc-draw-hint")
    hint.wait_for()
    assert "đã khôi phục nét vẽ dở" in hint.inner_text()
    assert drawn(page, "x") == "–"
    click_points(page, (250, 200))  # the first corner closes it
    area = shapely.from_wkt(drawn(page, "–"))
    assert len(area.exterior.coords) == 4
    assert area.is_valid


def test_a_zone_that_was_not_asked_yet_is_there_after_a_reload(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    settled(page)
    page.get_by_role("radio", name="Vẽ ranh giới").or_(
        page.get_by_role("button", name="Vẽ ranh giới")
    ).first.click()
    the_map(page).locator(".tc-draw").wait_for()
    settled(page)
    tool(page, "Chữ nhật")
    click_points(page, (250, 200), (320, 260))
    corners = page.get_by_role("textbox", name=re.compile("Tọa độ các đỉnh"))
    for _ in range(60):
        if corners.input_value().strip():
            break
        page.wait_for_timeout(250)
    drawn_before = corners.input_value()
    assert drawn_before.strip()
    page.reload()
    restored_line(page).wait_for()
    assert corners.input_value() == drawn_before
