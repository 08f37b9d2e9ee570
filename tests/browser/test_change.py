"""Somebody asks what land became: matrix, a cell on the map, the divider, the workbook."""

from __future__ import annotations

import io

import openpyxl

from tests.browser.test_journeys import settled, the_map, view, view_when


def test_from_the_dates_to_a_cell_of_the_matrix_and_the_workbook(page, server):
    page.goto(f"{server.address}/bien-dong?lang=vi")
    page.get_by_role("button", name="Lập bảng biến động", exact=True).click()
    page.locator(".tc-cards").wait_for(timeout=90_000)
    the_map(page).locator(
        ".leaflet-tc-57-change-changed-pane path, .leaflet-tc-58-change-changed-pane path"
    ).first.wait_for()
    settled(page)
    assert "926,0 ha" in page.locator(".tc-cards").inner_text()
    before = view(page)
    table = page.get_by_test_id("stDataFrame").first
    edges = table.bounding_box()
    # second row, third column: rice of one crop that became other annual crops
    page.mouse.click(edges["x"] + 125 + 68 * 2 + 30, edges["y"] + 36 + 32 + 16)
    page.locator("strong", has_text="LUK – Đất trồng lúa còn lại → HNK").wait_for()
    settled(page)
    the_map(page).locator(".leaflet-tc-90-selection-pane path").first.wait_for()
    assert view_when(page, lambda now: now[2] >= before[2])[2] >= before[2]
    page.get_by_role("button", name="Xuất kết quả").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Excel").click()
    sheet = openpyxl.load_workbook(io.BytesIO(saved.value.path().read_bytes())).worksheets[0]
    assert sheet["A2"].value == "CHU CHUYỂN ĐẤT ĐAI TỪ NĂM 2020 ĐẾN NĂM 2025"
    page.keyboard.press("Escape")
    page.get_by_text("Kéo so sánh", exact=True).click()
    settled(page)
    the_map(page).get_by_text("2025 · hiện trạng").first.wait_for()
