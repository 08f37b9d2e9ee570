"""What is on the map, on paper: asked for in the map, drawn by the application, saved as a file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_drawing import click_points, drawn, open_sheet, the_map, tool

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_the_map_becomes_a_sheet_of_paper(page, server, kind):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    chart = page.frame_locator(MAP).first
    chart.locator(".leaflet-pane path").first.wait_for()
    page.wait_for_timeout(3500)  # the map takes its size
    chart.get_by_role("button", name="In bản đồ").click()
    # the title says what the map shows, until the reader writes another
    title = chart.get_by_label("Tên bản đồ")
    for _ in range(50):
        if title.input_value().startswith("Các lớp dữ liệu · "):
            break
        page.wait_for_timeout(200)
    assert title.input_value().startswith("Các lớp dữ liệu · ")
    title.fill("Cụm công nghiệp Quốc Oai")
    chart.get_by_label("Tệp").select_option(kind)
    with page.expect_download(timeout=90_000) as saved:
        chart.get_by_role("button", name="Tạo bản in").click()
    assert saved.value.suggested_filename == f"cum-cong-nghiep-quoc-oai.{kind}"
    data = saved.value.path().read_bytes()
    if kind == "pdf":
        assert data.startswith(b"%PDF")
        assert b"DejaVuSans" in data
    else:
        width, height = Image.open(io.BytesIO(data)).size
        assert width / height == pytest.approx(297 / 210, abs=0.01)
    chart.get_by_text("Đã tải về.").wait_for()


def save(page, kind):
    chart = the_map(page)
    chart.get_by_label("Tệp").select_option(kind)
    with page.expect_download(timeout=90_000) as saved:
        chart.get_by_role("button", name="Tạo bản in").click()
    return saved.value.suggested_filename, saved.value.path().read_bytes()


def ink(picture):
    """Share of the picture in the colour of the pencil."""
    rgb = np.asarray(picture.convert("RGB")).astype(int)
    return float((np.abs(rgb - (0x5B, 0x3F, 0xA8)).max(axis=2) < 24).mean())


def test_what_was_drawn_stands_on_paper_with_its_area_its_legend_and_its_title(page, server):
    pdfium = pytest.importorskip("pypdfium2", reason="no reader of PDF is installed")
    open_sheet(page, server)
    tool(page, "Đa giác")
    click_points(page, (250, 200), (400, 190), (420, 290), (260, 280), (250, 200))
    drawn(page, "–")
    page.wait_for_timeout(1500)
    said = the_map(page).locator(".tc-draw-hint").inner_text().split(" ha")[0].strip()
    the_map(page).get_by_role("button", name="In bản đồ").click()
    title = the_map(page).get_by_label("Tên bản đồ")
    for _ in range(50):
        if title.input_value().startswith("Ranh giới đang vẽ"):
            break
        page.wait_for_timeout(200)
    assert title.input_value().startswith(f"Ranh giới đang vẽ, {said} ha · ")
    name, data = save(page, "pdf")
    assert name.startswith("ranh-gioi-dang-ve")
    (sheet,) = pdfium.PdfDocument(data)
    # letters that the font of a print keeps apart come in lines of their own
    words = sheet.get_textpage().get_text_range().replace("\r\n", "")
    # the title, the area within the boundary, the entry of the legend
    assert words.count("Ranh giới đang vẽ") == 2
    assert f"{said} ha" in words.replace(f"Ranh giới đang vẽ, {said} ha", "", 1)
    assert "dữ liệu mô phỏng" in words
    seen = sheet.render(scale=2).to_pil()
    assert ink(seen) > 5e-4
    _, other = save(page, "png")
    assert ink(Image.open(io.BytesIO(other))) == pytest.approx(ink(seen), rel=0.5)
