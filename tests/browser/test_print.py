"""What is on the map, on paper: asked for in the map, drawn by the application, saved as a file."""

from __future__ import annotations

import io

import pytest
from PIL import Image

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
