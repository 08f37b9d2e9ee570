"""Finding a place on the map by its name or its coordinates, and going back to where one was."""

from __future__ import annotations

import pytest

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture
def chart(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    frame = page.frame_locator(MAP).first
    frame.locator(".leaflet-pane path").first.wait_for()
    page.wait_for_timeout(3500)  # the map takes its size
    return frame


def view(page):
    frame = page.locator(MAP).first.element_handle().content_frame()
    return frame.evaluate(
        "() => { const c = window.map.getCenter(); return [c.lat, c.lng, window.map.getZoom()]; }"
    )


def stands(page):
    """The view once the map has come to rest."""
    last = None
    for _ in range(60):
        page.wait_for_timeout(250)
        now = view(page)
        if now == last:
            return now
        last = now
    return last


def test_a_name_without_accents_takes_the_map_there(page, chart):
    before = stands(page)
    chart.get_by_role("combobox").fill("phu cat")
    hit = chart.get_by_role("option").first
    hit.wait_for()
    assert "Phú Cát" in hit.inner_text()
    chart.get_by_role("combobox").press("Enter")
    chart.locator(".tc-found").wait_for()
    after = stands(page)
    assert after[2] > before[2]
    chart.get_by_role("button", name="Về khung nhìn trước").click()
    assert stands(page) == pytest.approx(before, abs=1e-3)  # a pixel
    chart.get_by_role("button", name="Tới khung nhìn sau").click()
    assert stands(page) == pytest.approx(after, abs=1e-3)


def test_coordinates_take_the_map_to_the_point_and_what_is_no_place_is_said(page, chart):
    field = chart.get_by_role("combobox")
    field.fill("X 2322000,5 Y 555000")
    chart.get_by_role("option").first.wait_for()
    assert "EPSG:5897" in chart.get_by_role("option").first.inner_text()
    field.press("ArrowDown")
    field.press("Enter")
    chart.locator(".tc-found").wait_for()
    lat, lng, zoom = stands(page)
    assert (lat, lng) == pytest.approx((20.9916, 105.5291), abs=2e-3)
    assert zoom >= 15
    field.fill("không đâu có")
    chart.get_by_text("Không tìm thấy.").wait_for()
    field.press("Escape")
    chart.locator(".tc-found").wait_for(state="detached")


def test_a_layer_can_be_put_under_its_neighbour(chart):
    def order():
        return chart.locator(".tc-panel").evaluate(
            "() => Object.entries(window.map.getPanes()).filter(([n]) => n.startsWith('tc-'))"
            ".sort((a, b) => b[1].style.zIndex - a[1].style.zIndex).map(([n]) => n)"
        )

    rows = chart.locator(".tc-group").first.locator(".tc-layer-title")
    names, before = rows.all_inner_texts(), order()
    assert len(names) > 1
    chart.get_by_role("button", name=f"Đưa xuống dưới: {names[0]}", exact=True).click()
    chart.get_by_role("button", name=f"Đưa lên trên: {names[0]}", exact=True).wait_for()
    assert rows.all_inner_texts()[:2] == [names[1], names[0]]
    after = order()
    assert after != before
    assert sorted(after) == sorted(before)
    chart.get_by_role("button", name=f"Đưa lên trên: {names[0]}", exact=True).click()
    assert rows.all_inner_texts() == names
    assert order() == before
