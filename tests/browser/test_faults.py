"""Faults of a layer that is brought in, gone through one by one on the real page."""

from __future__ import annotations

import geopandas as gpd
from shapely import Polygon, box

from tests.browser.test_journeys import of_kind, settled, the_map, upload, view, view_when

E, N = 558_000, 2_325_000


def test_a_fault_that_is_chosen_is_what_the_map_shows(page, server, tmp_path):
    cells = [
        box(E + 100 * i, N + 100 * j, E + 100 * i + 100, N + 100 * j + 100)
        for i in range(4)
        for j in range(4)
    ]
    cells[5] = box(E + 110, N + 100, E + 200, N + 200)
    spike = [(E + 400, N + 49.9), (E + 430, N + 50), (E + 400, N + 50.1)]
    cells[12] = Polygon([(E + 300, N), (E + 400, N), *spike, (E + 400, N + 100), (E + 300, N + 100)])
    frame = gpd.GeoDataFrame({"code": ["LUC"] * 16}, geometry=cells, crs=5897)
    frame.to_file(tmp_path / "hiện trạng.gpkg", index=False)
    upload(page, server, tmp_path / "hiện trạng.gpkg")
    of_kind(page, "Sử dụng đất")
    page.get_by_text("chọn một dòng để xem trên bản đồ").wait_for()
    page.get_by_text("Gai nhọn: 1").wait_for()
    the_map(page).locator("path").first.wait_for()
    settled(page)
    before = view(page)
    table = page.locator('[class*="st-key-import-faults"]').get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    edges = table.bounding_box()
    page.mouse.click(edges["x"] + 16, edges["y"] + 36 + 17)
    settled(page)
    the_map(page).locator(".leaflet-tc-90-fault-pane path").first.wait_for()
    gap = view_when(page, lambda now: now[2] > before[2])
    assert gap[2] > before[2]
    page.get_by_text("Gai nhọn: 1").click()
    settled(page)
    edges = page.locator('[class*="st-key-import-faults"]').get_by_test_id("stDataFrame").bounding_box()
    page.mouse.click(edges["x"] + 16, edges["y"] + 36 + 17)
    spot = view_when(page, lambda now: now[1] > gap[1] + 0.001)
    assert spot[1] > gap[1] + 0.001
    field = page.get_by_role("textbox", name="Sửa trong phạm vi (m)")
    field.fill("0.5")
    field.press("Enter")
    page.get_by_text("đã cắt gai nhọn").wait_for()
    page.get_by_text("ha chuyển qua lại").wait_for()
