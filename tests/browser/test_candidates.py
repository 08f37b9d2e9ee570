"""An officer looks for land: asks, drops one, draws one anew, ticks two, takes the zip, comes back."""

from __future__ import annotations

import io
import re
import zipfile

import geopandas as gpd

from tests.browser.test_journeys import MAP, settled, the_map

GO = "Tìm địa điểm"


def ask_for_sites(page, server):
    page.set_default_timeout(90_000)  # the widest question of all, on whatever machine
    page.goto(f"{server.address}/chon-dia-diem?lang=vi")
    page.get_by_role("button", name=GO, exact=True).wait_for()
    settled(page)
    page.get_by_role("button", name=GO, exact=True).click()
    page.locator(".tc-cards").wait_for(timeout=180_000)
    the_map(page).locator("path.leaflet-interactive:visible").first.wait_for(timeout=120_000)
    settled(page)


def picture(page, name):
    import os
    from pathlib import Path

    folder = os.environ.get("THOCONG_SCREENS")
    if folder:
        page.screenshot(path=Path(folder) / f"candidates-{name}.png", full_page=False)


def decide(page):
    return page.locator(".st-key-tc-decide")


def choose(page, n, site):
    """The n-th site of the ranked list; cards above it may still find their places while it is clicked."""
    table = page.locator(".st-key-tc-answer").get_by_test_id("stDataFrame").first
    for _ in range(4):
        settled(page)
        # at the very top of the window the bar of the page would take the click
        table.evaluate("e => e.scrollIntoView({block: 'center'})")
        page.wait_for_timeout(1_500)
        edges = table.bounding_box()
        page.mouse.click(edges["x"] + 120, edges["y"] + 36 + 32 * n + 16)
        page.wait_for_timeout(1_000)
        settled(page)
        if named(page, site).is_visible():
            return
    named(page, site).wait_for()


def named(page, site):
    return page.get_by_test_id("stMain").get_by_text(re.compile(rf"^{site} – ")).first


def drop(page, site, reason):
    """Dropped with a reason, never without one."""
    decide(page).get_by_role("button", name="Loại …").click()
    page.get_by_role("button", name=f"Loại {site}").click()
    page.get_by_text("Ghi lý do trước khi loại.").wait_for()
    page.get_by_label("Lý do loại (bắt buộc)").fill(reason)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name=f"Loại {site}").click()
    decide(page).get_by_text(reason).wait_for()
    settled(page)


def redraw(page, site):
    """The corner farthest north is moved far out in the list; the boundary is judged before it is kept."""
    page.get_by_text("Vẽ lại ranh giới", exact=True).click()
    corners = page.get_by_role("textbox", name=re.compile("^Tọa độ các đỉnh"))
    corners.wait_for()
    lines = corners.input_value().strip().split("\n")
    norths = [float(line.split(";")[1].strip().replace(",", ".")) for line in lines[1:]]
    at = 1 + norths.index(max(norths))
    point, _, east = lines[at].split(";")
    lines[at] = f"{point}; {max(norths) + 900:.3f};{east}".replace(".", ",")
    corners.fill("\n".join(lines))
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Đưa lên bản đồ").click()
    page.get_by_text(f"{site} với ranh giới mới").wait_for(timeout=60_000)
    settled(page)


def taken(page):
    """The zip of the page, its names and its sites."""
    page.get_by_role("button", name="Xuất").first.click()
    page.get_by_text("Chỉ gồm 2 vị trí đã chọn").wait_for()
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("button", name="Trọn bộ hồ sơ").click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as archive:
        drawn = gpd.read_file(io.BytesIO(archive.read("candidates.geojson")))
        return set(archive.namelist()), set(drawn["site"])


def test_from_the_question_to_the_zip_and_back(page, server):
    ask_for_sites(page, server)
    assert "Luật loại trừ (ha)" in page.locator(".tc-cards").inner_text()
    page.get_by_text("Hạng TOPSIS: cách xếp thứ hai").wait_for()
    picture(page, "1-answer")
    # the site chosen stays chosen while a place without one is asked about
    choose(page, 1, "S02")
    # what the law takes is drawn grey below the sites: a place of it that no site covers
    edges = page.locator(MAP).first.bounding_box()
    page.mouse.click(edges["x"] + 0.43 * edges["width"], edges["y"] + 0.72 * edges["height"])
    page.get_by_text("Điểm đã bấm").wait_for()
    settled(page)
    named(page, "S02").wait_for()
    drop(page, "S02", "đã có chủ đầu tư")
    picture(page, "2-dropped")
    choose(page, 0, "S01")
    redraw(page, "S01")
    picture(page, "3-redrawn")
    page.get_by_role("button", name="Giữ ranh giới này").click()
    decide(page).get_by_text("vẽ lại").wait_for(timeout=60_000)
    named(page, "S01").wait_for()  # whatever rank it has now
    for count, site in enumerate(("S01", "S03"), start=1):
        page.get_by_test_id("stButtonGroup").get_by_role("button", name=site, exact=True).click()
        page.get_by_text(f"Đã chọn {count} vị trí").wait_for()
        settled(page)
    picture(page, "4-ticked")
    names, sites = taken(page)
    assert {f"{site}.{ending}" for site in ("S01", "S03") for ending in ("pdf", "docx")} <= names
    assert {f"candidates.{e}" for e in ("gpkg", "geojson", "kml", "dxf", "xlsx", "html")} <= names
    assert {"candidates_shp.zip", "README.txt"} <= names
    assert not {"S02.pdf", "S02.docx"} & names
    assert sites == {"S01", "S03"}
    page.keyboard.press("Escape")
    # decisions are kept with the run: whoever asks the same sees them
    page.reload()
    settled(page)
    page.wait_for_timeout(2_000)
    if not page.get_by_text("Đã chọn 2 vị trí").is_visible():
        ask_for_sites(page, server)
    page.get_by_text("Đã chọn 2 vị trí").wait_for(timeout=60_000)
    page.get_by_text(re.compile("Lượt tìm đã lưu và so sánh")).wait_for()
