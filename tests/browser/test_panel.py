"""The layer panel, tiles that nobody sees, and two periods on one sheet of paper."""

from __future__ import annotations

import io

import pytest
from PIL import Image

MAP = 'iframe[title="streamlit_folium.st_folium"]'


def settled(page):
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


@pytest.fixture
def tiles(page):
    """Addresses of the tiles that were asked for: token of the layer behind each."""
    asked = []
    page.on(
        "request",
        lambda r: (
            asked.append(r.url.split("/gis/tiles/")[1].split("/")[0]) if "/gis/tiles/" in r.url else None
        ),
    )
    return asked


def test_a_layer_that_is_hidden_asks_for_no_tiles_and_keeps_them_over_a_rerun(page, server, tiles):
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    chart = page.frame_locator(MAP).first
    chart.locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
    page.wait_for_timeout(1500)
    if chart.locator(".tc-closed").count():
        chart.locator(".tc-panel-head").click()
    chart.locator("summary", has_text="Sử dụng đất").click()
    chart.get_by_label("Sử dụng đất 2026-2030", exact=True).uncheck()
    page.wait_for_timeout(500)
    assert chart.locator("img.leaflet-tile").count() == 0
    tiles.clear()
    frame = page.locator(MAP).first.element_handle().content_frame()
    frame.evaluate("() => window.map.setZoom(window.map.getZoom() + 1, {animate: false})")
    page.wait_for_timeout(800)
    assert tiles == []
    chart.get_by_label("Sử dụng đất 2026-2030", exact=True).check()
    chart.locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
    assert len(set(tiles)) == 1


def test_a_slider_asks_for_the_period_shown_and_its_neighbour_alone(page, server, tiles):
    page.goto(f"{server.address}/bo-phan?lang=vi")
    page.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for()
    settled(page)
    tiles.clear()
    page.get_by_test_id("stMain").get_by_text("Các kỳ", exact=True).first.click()
    settled(page)
    chart = page.frame_locator(MAP).first
    chart.locator(".tc-time").wait_for()
    chart.locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
    page.wait_for_timeout(1000)
    assert len(set(tiles)) == 2  # of the four periods there are
    chart.get_by_role("button", name="2025", exact=True).click(force=True)
    page.wait_for_timeout(1500)
    seen = chart.locator(".leaflet-tc-2-layer-0-s3-pane img.leaflet-tile-loaded, [class*='layer-0-s3'] img")
    assert seen.count() > 0


def test_the_panel_says_where_a_layer_comes_from(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    chart = page.frame_locator(MAP).first
    chart.locator(".leaflet-pane path").first.wait_for(state="attached")
    page.wait_for_timeout(1500)
    if chart.locator(".tc-closed").count():
        chart.locator(".tc-panel-head").click()
    button = chart.get_by_role("button", name="Nguồn gốc của lớp: Khu công nghệ cao 2021-2030")
    button.press("Enter")
    facts = chart.locator(".tc-about")
    facts.wait_for()
    said = facts.inner_text()
    for what in ("QĐ 899/QĐ-TTg", "quy hoạch đã duyệt", "EPSG:5897", "v1", "Chất lượng", "dữ liệu mô phỏng"):
        assert what in said
    assert button.get_attribute("aria-expanded") == "true"
    button.press("Enter")
    assert chart.locator(".tc-about").count() == 0


def test_a_click_on_the_page_of_layers_says_what_lies_on_what_and_why(page, server):
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    chart = page.frame_locator(MAP).first
    shape = chart.locator("path[stroke='#3d2a7a']").nth(3)
    shape.wait_for(state="attached")
    page.wait_for_timeout(3500)
    shape.scroll_into_view_if_needed()
    box = shape.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text("Nằm chồng lên").first.wait_for()
    settled(page)
    said = page.get_by_test_id("stMain").inner_text()
    assert "% diện tích" in said
    assert "theo quy định ngày" in said


def test_two_periods_at_a_divider_go_on_paper_with_their_names(page, server):
    page.goto(f"{server.address}/bo-phan?lang=vi")
    page.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for()
    settled(page)
    page.get_by_test_id("stMain").get_by_text("Kéo so sánh", exact=True).first.click()
    settled(page)
    chart = page.frame_locator(MAP).first
    chart.locator(".tc-swipe").wait_for()
    page.wait_for_timeout(1500)
    for side in ("left", "right"):
        name = chart.locator(f".tc-swipe-{side}")
        box, room = name.bounding_box(), page.locator(MAP).first.bounding_box()
        assert room["x"] <= box["x"]
        assert box["x"] + box["width"] <= room["x"] + room["width"]
        assert name.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    chart.get_by_role("button", name="In bản đồ").click()
    chart.get_by_label("Tệp").select_option("png")
    with page.expect_download(timeout=90_000) as saved:
        chart.get_by_role("button", name="Tạo bản in").click()
    picture = Image.open(io.BytesIO(saved.value.path().read_bytes()))
    assert picture.width > picture.height
