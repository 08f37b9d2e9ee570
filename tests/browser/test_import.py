"""Bringing a layer in by each of the three doors, and taking it back."""

from __future__ import annotations

import re

import shapely

from layers import Workspace
from tests.browser.test_drawing import SEEN, click_points, the_map, tool
from tests.browser.test_journeys import of_kind, settled
from tests.maps.mistakes import NAMES, file_with_three_mistakes, true_shapes

PASTED = (
    "Điểm; X (m); Y (m)\n1; 2322000,5; 560000,25\n2; 2322000,5; 560400,25\n"
    "3; 2322250,5; 560400,25\n4; 2322250,5; 560000,25"
)


def open_door(page, server, door):
    page.set_default_timeout(90_000)  # a guarded reading starts a process of its own
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    page.get_by_role("tab", name="Thêm lớp").click()
    page.get_by_text(door, exact=True).click()
    settled(page)


def choose(page, key, option):
    field = page.locator(f'[class*="st-key-{key}"] input')
    field.click()
    field.fill(option)  # a long list shows only part of itself
    page.get_by_role("option", name=re.compile(rf"{re.escape(option)}$")).first.click()
    settled(page)


def save(page):
    page.get_by_role("button", name="Lưu vào không gian làm việc").click()
    page.get_by_text(re.compile("đã lưu phiên bản|lưu thành phiên bản|phiên bản 1")).first.wait_for()
    settled(page)


def test_a_file_with_three_mistakes_is_looked_at_chosen_saved_and_taken_back(page, server, tmp_path):
    open_door(page, server, "Tải tệp lên")
    upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    upload.set_input_files(file_with_three_mistakes(tmp_path))
    page.get_by_text("Tọa độ chưa khớp: chọn cách đọc").wait_for()
    the_map(page).locator(".leaflet-tc-88-candidate-1-pane .tc-badge span").first.wait_for()
    assert "ccn_gui_mail" not in {v.layer for v in Workspace(server.folder).layers()}
    # nothing can be saved while nobody has said how the coordinates are read
    assert not page.get_by_role("button", name="Lưu vào không gian làm việc").is_visible()
    choose(page, "import-candidate", "EPSG:5897+swapped")
    page.get_by_role("button", name="Đọc theo cách đã chọn").click()
    page.get_by_text("do bạn chọn").first.wait_for()
    page.get_by_text("2 dòng lệch hơn 1 %").wait_for()
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    save(page)
    kept = Workspace(server.folder).load("ccn_gui_mail")
    assert kept.frame["name"].tolist() == list(NAMES)
    assert "crs_treated EPSG:5897+swapped" in kept.provenance.steps
    assert any(step.startswith("text_decoded") for step in kept.provenance.steps)
    apart = shapely.area(shapely.symmetric_difference(kept.frame.geometry.to_numpy(), true_shapes()))
    assert apart.max() < 0.01
    page.get_by_role("button", name="Hoàn tác lần nhập này").first.click()
    page.get_by_role("tab", name="Danh sách lớp").click()
    page.get_by_text("Lớp đã gỡ (1)").click()
    assert "ccn_gui_mail" not in {v.layer for v in Workspace(server.folder).layers()}
    page.get_by_role("button", name="Lấy lại").click()
    page.get_by_text("Lớp đã gỡ (1)").wait_for(state="hidden")
    assert len(Workspace(server.folder).load("ccn_gui_mail").frame) == len(NAMES)


def test_pasted_coordinates_are_a_layer(page, server):
    open_door(page, server, "Dán tọa độ")
    page.locator(".st-key-import-paste textarea").fill(PASTED)
    page.keyboard.press("Control+Enter")
    of_kind(page, "Khu công nghiệp")
    system = page.locator('[class*="st-key-import-crs-"] input')
    system.wait_for()
    system.fill("5897")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"Diện tích tính được: 10,00 ha")).wait_for()
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    save(page)
    layer = Workspace(server.folder).load("bang_dan")
    assert layer.frame.geometry.iloc[0].equals(shapely.box(560_000.25, 2_322_000.5, 560_400.25, 2_322_250.5))


def test_a_drawn_boundary_is_a_layer_that_says_so(page, server):
    open_door(page, server, "Vẽ trên bản đồ")
    the_map(page).locator(".tc-draw").wait_for()
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    page.locator(SEEN).first.scroll_into_view_if_needed()
    settled(page)
    tool(page, "Chữ nhật")
    click_points(page, (380, 260), (440, 320))
    page.get_by_text(re.compile(r"\d+,\d\d ha · chu vi")).wait_for()
    save(page)
    layer = Workspace(server.folder).load("Ranh giới vẽ")
    assert layer.provenance.steps == ("drawn x4",)
    assert layer.provenance.source == "Ranh giới vẽ trên bản đồ"
