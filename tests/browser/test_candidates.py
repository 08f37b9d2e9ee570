"""An officer looks for land: asks, drops one, draws one anew, ticks two, takes the zip, comes back."""

from __future__ import annotations

import io
import re
import zipfile

import geopandas as gpd

from tests.browser.test_journeys import MAP, click_row, settled, the_map

GO = "Tìm địa điểm"


def ask_for_sites(page, server):
    page.goto(f"{server.address}/chon-dia-diem?lang=vi")
    page.get_by_role("button", name=GO, exact=True).wait_for()
    settled(page)
    page.get_by_role("button", name=GO, exact=True).click()
    page.locator(".tc-cards").wait_for(timeout=180_000)
    the_map(page).locator("path.leaflet-interactive").first.wait_for()
    settled(page)


def picture(page, name):
    import os
    from pathlib import Path

    folder = os.environ.get("THOCONG_SCREENS")
    if folder:
        page.screenshot(path=Path(folder) / f"candidates-{name}.png", full_page=False)


def decide(page):
    return page.locator(".st-key-tc-decide")


def test_from_the_question_to_the_zip_and_back(page, server):
    ask_for_sites(page, server)
    cards = page.locator(".tc-cards").inner_text()
    assert "Luật loại trừ (ha)" in cards
    page.get_by_text("Hạng TOPSIS: cách xếp thứ hai").wait_for()
    picture(page, "1-answer")

    # the site chosen stays chosen while a place without one is asked about
    click_row(page, 1)
    decide(page).wait_for()
    title = page.get_by_test_id("stMain").get_by_text(re.compile(r"^S02 – ")).first
    title.wait_for()
    edges = page.locator(MAP).first.bounding_box()
    page.mouse.click(edges["x"] + 30, edges["y"] + edges["height"] - 60)
    page.get_by_text("Điểm đã bấm").wait_for()
    settled(page)
    title.wait_for()

    # dropped with a reason, never without one
    decide(page).get_by_role("button", name="Loại …").click()
    page.get_by_role("button", name="Loại S02").click()
    page.get_by_text("Ghi lý do trước khi loại.").wait_for()
    page.get_by_label("Lý do loại (bắt buộc)").fill("đã có chủ đầu tư")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Loại S02").click()
    decide(page).get_by_text("đã có chủ đầu tư").wait_for()
    settled(page)
    picture(page, "2-dropped")

    # drawn anew: the list of corners moves one corner far out, and is judged before it is kept
    click_row(page, 0)
    page.get_by_test_id("stMain").get_by_text(re.compile(r"^S01 – ")).first.wait_for()
    page.get_by_text("Vẽ lại ranh giới", exact=True).click()
    corners = page.get_by_label(re.compile("Tọa độ các đỉnh"))
    corners.wait_for()
    lines = corners.input_value().strip().split("\n")
    point, north, east = (part.strip() for part in lines[1].split(";"))
    lines[1] = f"{point}; {north}; {float(east.replace('.', '').replace(',', '.')) + 900:.3f}".replace(
        ".", ","
    )
    corners.fill("\n".join(lines))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Đưa lên bản đồ").click()
    page.get_by_text("S01 với ranh giới mới").wait_for(timeout=60_000)
    settled(page)
    picture(page, "3-redrawn")
    page.get_by_role("button", name="Giữ ranh giới này").click()
    decide(page).get_by_text("vẽ lại").wait_for(timeout=60_000)

    # two are ticked, and only those are in the zip
    for site in ("S01", "S03"):
        page.get_by_test_id("stButtonGroup").get_by_role("button", name=site, exact=True).click()
        settled(page)
    page.get_by_text("Đã chọn 2 vị trí").wait_for()
    picture(page, "4-ticked")
    page.get_by_role("button", name="Xuất").first.click()
    page.get_by_text("Chỉ gồm 2 vị trí đã chọn").wait_for()
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("button", name="Trọn bộ hồ sơ").click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as archive:
        names = set(archive.namelist())
        drawn = gpd.read_file(io.BytesIO(archive.read("candidates.geojson")))
    assert {"S01.pdf", "S01.docx", "S03.pdf", "S03.docx", "candidates.gpkg", "candidates.dxf"} <= names
    assert {"candidates.kml", "candidates.xlsx", "candidates_shp.zip", "README.txt"} <= names
    assert not {"S02.pdf", "S02.docx"} & names
    assert drawn["site"].tolist() == ["S01", "S03"] or set(drawn["site"]) == {"S01", "S03"}
    page.keyboard.press("Escape")

    # decisions are kept with the run: whoever asks the same sees them
    page.reload()
    settled(page)
    if not page.get_by_text("Đã chọn 2 vị trí").is_visible():
        ask_for_sites(page, server)
    page.get_by_text("Đã chọn 2 vị trí").wait_for(timeout=60_000)
    page.get_by_text("Lượt tìm đã lưu và so sánh (1)").wait_for()
