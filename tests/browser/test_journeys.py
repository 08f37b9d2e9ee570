"""Journeys of real people through the real pages."""

from __future__ import annotations

import io
import re
import zipfile

import geopandas as gpd
import pytest
from shapely import box

MAP = 'iframe[title="streamlit_folium.st_folium"]'
BUTTON = {"vi": "Kiểm tra", "en": "Check"}


def the_map(page):
    return page.frame_locator(MAP).first


def settled(page):
    """Wait until the page has finished its run."""
    page.wait_for_timeout(300)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def ask(page, server, lang="vi", path="xung-dot"):
    page.goto(f"{server.address}/{path}?lang={lang}")
    page.get_by_role("button", name=BUTTON[lang], exact=True).click()
    page.locator(".tc-cards").wait_for()
    the_map(page).locator(".leaflet-tc-80-zones-pane path").first.wait_for()
    settled(page)


def zone_on_map(page, n):
    """Middle of a zone on the screen; scrolled into view first, as a person would."""
    shape = the_map(page).locator(".leaflet-tc-80-zones-pane path").nth(n)
    shape.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    edges = shape.bounding_box()
    return edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2


def view(page):
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    return frame.evaluate(
        "() => { const m = window.map, c = m.getCenter(); return [c.lat, c.lng, m.getZoom()]; }"
    )


def view_when(page, holds):
    """The view of the map once it is as expected, or as it is after ten seconds."""
    for _ in range(50):
        now = view(page)
        if holds(now):
            break
        page.wait_for_timeout(200)
    return now


def click_row(page, n, x=16):
    """Tick the n-th row of the table of answers, or click on what is written in it."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    edges = table.bounding_box()
    page.mouse.click(edges["x"] + x, edges["y"] + 36 + 32 * n + 16)
    settled(page)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_from_the_first_page_to_an_answer(page, server, lang):
    ask(page, server, lang)
    shown = page.locator(".tc-cards").inner_text()
    assert re.search(r"2[.,]268[.,]8", shown)  # the zones add up to 2,278.3: 9.5 ha lie in two of them
    the_map(page).get_by_text({"vi": "dữ liệu mô phỏng", "en": "made data"}[lang]).wait_for()
    other = {"vi": "Needs consent", "en": "Cần chấp thuận"}[lang]
    assert other not in page.get_by_test_id("stMain").inner_text()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_from_the_first_page_a_click_leads_to_a_question(page, server, lang):
    page.goto(f"{server.address}/?lang={lang}")
    page.locator(".tc-step.tc-done").first.wait_for()
    page.get_by_test_id("stMain").get_by_role(
        "link", name={"vi": "Xung đột", "en": "Conflicts"}[lang]
    ).click()
    page.get_by_role("button", name=BUTTON[lang], exact=True).wait_for()
    assert f"lang={lang}" in page.url


def test_a_row_takes_the_map_there_and_shows_its_clause(page, server):
    ask(page, server)
    before = view(page)
    click_row(page, 0)
    after = view_when(page, lambda now: now[2] > before[2])
    assert after[2] > before[2]
    the_map(page).locator(".leaflet-tc-90-selection-pane path").first.wait_for()
    page.locator("strong", has_text="CCN mô phỏng 2").wait_for()


def test_a_click_on_the_words_of_a_row_chooses_it_and_the_map_stays_where_it_is(page, server):
    ask(page, server)
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    frame.evaluate("() => { window.kept = true; }")
    click_row(page, 0, x=90)
    page.locator("strong", has_text="CCN mô phỏng 2").wait_for()
    assert frame.evaluate("() => window.kept")  # the map was not built anew
    click_row(page, 1)
    page.locator("strong", has_text="CCN mô phỏng 7").wait_for()


def test_every_zone_is_on_the_first_map_and_its_answer_in_the_table_on_a_small_screen(page, server):
    page.set_viewport_size({"width": 1000, "height": 800})
    ask(page, server)
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    inside = frame.evaluate(
        """() => {
            const paths = [...document.querySelectorAll('.leaflet-tc-80-zones-pane path')];
            const box = document.querySelector('.leaflet-container').getBoundingClientRect();
            const within = r => r.left >= box.left && r.right <= box.right
                && r.top >= box.top && r.bottom <= box.bottom;
            return paths.map(p => p.getBoundingClientRect()).every(within);
        }"""
    )
    assert inside
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table["width"] > 560  # zone, object, answer, hectares and share, side by side


def test_a_zone_on_the_map_shows_its_rows(page, server):
    ask(page, server)
    page.mouse.click(*zone_on_map(page, 0))
    page.get_by_role("button", name="Hiện tất cả").wait_for()
    settled(page)
    the_map(page).locator(".leaflet-tc-90-selection-pane path").first.wait_for()
    page.get_by_role("button", name="Hiện tất cả").click()
    page.get_by_role("button", name="Hiện tất cả").wait_for(state="detached")


def test_a_click_lands_where_it_was_aimed_even_where_the_map_reaches_below_the_window(page, server):
    """Focus inside the frame used to scroll the page between press and release."""
    ask(page, server)
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    frame.evaluate(
        "() => { window.hit = null;"
        " window.map.on('click', e => { window.hit = [e.latlng.lat, e.latlng.lng]; }); }"
    )
    edges = page.locator(MAP).bounding_box()
    x, y = edges["x"] + 200, edges["y"] + 150
    wanted = frame.evaluate(
        "([x, y]) => { const p = window.map.containerPointToLatLng([x, y]); return [p.lat, p.lng]; }",
        [199, 149],
    )
    page.mouse.click(x, y)
    page.wait_for_timeout(500)
    assert frame.evaluate("() => window.hit") == pytest.approx(wanted, abs=3e-3)


def test_zoom_and_panel_survive_a_new_question(page, server):
    ask(page, server)
    the_map(page).get_by_role("button", name="Phóng to").click()
    page.wait_for_timeout(800)
    head = the_map(page).locator(".tc-panel-head")
    head.click()
    the_map(page).get_by_label("Cần chấp thuận", exact=False).first.uncheck()
    kept = view(page)
    page.get_by_text("Câu hỏi", exact=True).click()
    page.get_by_test_id("stButtonGroup").get_by_text("2025", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    settled(page)
    page.wait_for_timeout(1000)
    assert view(page) == pytest.approx(kept)
    pane = the_map(page).locator(".leaflet-tc-69-state-needs-consent-pane")
    assert pane.evaluate("p => p.style.display") == "none"


def test_land_use_comes_as_tiles_from_the_application(page, server):
    tiles = []
    page.on("response", lambda r: tiles.append((r.url, r.status)) if "/gis/tiles/" in r.url else None)
    ask(page, server)
    the_map(page).locator(".tc-panel-head").click()
    the_map(page).locator("summary", has_text="Sử dụng đất").click()
    the_map(page).locator(".tc-entry", has_text="LUC Đất chuyên trồng lúa").wait_for()
    assert any(status == 200 for _, status in tiles)
    assert all(status in (200, 204, 304) for _, status in tiles)


def test_a_forged_tile_token_opens_nothing(page, server):
    answer = page.request.get(f"{server.address}/gis/tiles/forged/12/3248/1800.png")
    assert answer.status == 403


def test_headers_keep_the_page_to_itself(page, server):
    headers = page.request.get(server.address).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_an_answer_downloads_in_formats_that_open(page, server, tmp_path):
    ask(page, server)
    labels = {"gpkg": "GeoPackage", "xlsx": "Excel", "html": "Bản đồ và bảng HTML", "zip": "Shapefile"}
    for ending, label in labels.items():
        button = page.get_by_role("button", name=re.compile(label))
        if not button.is_visible():
            page.get_by_role("button", name="Xuất kết quả").click()
        with page.expect_download() as waiting:
            button.click()
        waiting.value.save_as(tmp_path / f"x.{ending}")
        settled(page)
    assert len(gpd.read_file(tmp_path / "x.gpkg", layer="zones")) == 13
    assert "dữ liệu mô phỏng" in (tmp_path / "x.html").read_text(encoding="utf-8")
    for ending in ("xlsx", "zip"):
        assert zipfile.ZipFile(io.BytesIO((tmp_path / f"x.{ending}").read_bytes())).testzip() is None


def test_an_exported_map_opens_from_disk_and_asks_for_nothing(page, server, browser, tmp_path):
    ask(page, server)
    page.get_by_role("button", name="Xuất kết quả").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("Bản đồ và bảng HTML")).click()
    path = tmp_path / "map.html"
    waiting.value.save_as(path)
    alone = browser.new_page()
    asked = []
    alone.on(
        "request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else asked.append(r.url)
    )
    alone.goto(path.as_uri())
    alone.locator(".leaflet-tc-80-zones-pane path").first.wait_for()
    assert alone.locator(".tc-label").inner_text().endswith("dữ liệu mô phỏng")
    assert asked == []
    alone.close()


def test_an_answer_changes_only_with_a_reason_and_a_name(page, server):
    ask(page, server)
    click_row(page, 0)
    page.get_by_role("button", name="Thay đổi kết quả").click()
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_text("Còn thiếu: Lý do (bắt buộc), Người thay đổi (bắt buộc)").wait_for()
    page.get_by_label("Lý do (bắt buộc)").fill("Biên bản số 12")
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_text("Còn thiếu: Người thay đổi (bắt buộc)").wait_for()
    page.get_by_label("Người thay đổi").fill("Lan")
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_text("Đã lưu thay đổi: CCN mô phỏng 2", exact=False).wait_for()
    page.get_by_role("button", name="Lưu thay đổi").wait_for(state="detached")
    page.get_by_role("button", name="Thay đổi kết quả").wait_for()


def test_the_measuring_tool_speaks_vietnamese(page, server):
    ask(page, server)
    the_map(page).locator(".leaflet-control-measure").hover()
    the_map(page).get_by_text("Bắt đầu đo").click()
    edges = page.locator(MAP).bounding_box()
    for x, y in ((270, 330), (355, 330), (355, 450)):
        page.mouse.click(edges["x"] + x, edges["y"] + y)
        page.wait_for_timeout(400)
    shown = the_map(page).locator(".leaflet-control-measure").inner_text()
    assert "Diện tích" in shown
    assert "ha" in shown


def test_the_pointer_shows_vn2000_coordinates_of_the_pinned_operation(page, server):
    from layers.crs import as_crs, to_crs

    ask(page, server)
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    edges = page.locator(MAP).bounding_box()
    page.mouse.move(edges["x"] + 220, edges["y"] + 180)
    page.wait_for_timeout(300)
    lat, lng = frame.evaluate(
        "() => { const p = window.map.containerPointToLatLng([219, 179]); return [p.lat, p.lng]; }"
    )
    point = to_crs(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy([lng], [lat]), crs=4326), as_crs(5897)
    ).geometry.iloc[0]
    text = the_map(page).locator(".tc-position").inner_text()
    north, east = (float(n.replace(".", "").replace(",", ".")) for n in re.findall(r"[XY] ([\d.]+,\d)", text))
    # a pixel is about a hundred metres here; the datum shift alone would be 224
    assert abs(north - point.y) < 120
    assert abs(east - point.x) < 120


def test_layers_page_shows_origin_and_goes_back_to_an_earlier_version(page, server):
    page.goto(f"{server.address}/lop-du-lieu")
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    settled(page)
    edges = table.bounding_box()
    page.mouse.click(edges["x"] + 16, edges["y"] + 36 + 17)
    settled(page)
    page.get_by_text("Lớp này có một phiên bản.").wait_for()
    the_map(page).locator("path").first.wait_for()


def upload(page, server, *files):
    page.goto(f"{server.address}/lop-du-lieu")
    page.get_by_role("tab", name="Thêm lớp").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([str(f) for f in files])
    settled(page)


def of_kind(page, kind):
    """Say what the file holds; nothing is read before somebody does, where the file itself doesn't tell."""
    field = page.locator('[class*="st-key-import-kind"] input')
    field.click()
    field.fill(kind)
    page.get_by_role("option", name=kind, exact=True).click()
    settled(page)


def test_a_file_is_looked_at_before_it_is_saved(page, server, tmp_path):
    frame = gpd.GeoDataFrame(
        {"ten": ["Khu thử"]}, geometry=[box(560_000, 2_325_000, 561_000, 2_326_000)], crs=5897
    )
    frame.to_file(tmp_path / "khu thử.gpkg", index=False)
    upload(page, server, tmp_path / "khu thử.gpkg")
    page.get_by_text("chưa cho biết đây là lớp gì").wait_for()
    of_kind(page, "Khu công nghiệp")
    page.get_by_text("đọc 1 dòng, dùng 1, để riêng 0").wait_for()
    page.get_by_role("button", name="Lưu vào không gian làm việc").click()
    page.get_by_text("phiên bản 1").wait_for()


def test_of_several_files_none_is_lost_and_what_is_saved_is_in_the_list(page, server, tmp_path):
    for n, name in enumerate(("khu một", "khu hai")):
        shape = box(560_000 + 3000 * n, 2_325_000, 561_000 + 3000 * n, 2_326_000)
        gpd.GeoDataFrame({"ten": [name]}, geometry=[shape], crs=5897).to_file(tmp_path / f"{name}.gpkg")
    (tmp_path / "ghi chú.pptx").write_bytes(b"PK")
    upload(page, server, *(tmp_path / n for n in ("khu một.gpkg", "khu hai.gpkg", "ghi chú.pptx")))
    page.get_by_text("Đã nhận 2 lớp").wait_for()
    page.get_by_text("Không đọc được và đã bỏ qua: ghi chú.pptx").wait_for()
    of_kind(page, "Khu công nghiệp")
    page.get_by_role("button", name="Lưu vào không gian làm việc").click()
    page.get_by_text("Đã lưu khu một, phiên bản 1").wait_for()
    page.get_by_role("tab", name="Danh sách lớp").click()
    page.locator('[role="gridcell"]', has_text="khu một").first.wait_for(state="attached")


def test_the_system_of_a_file_without_one_is_chosen_by_province(page, server, tmp_path):
    frame = gpd.GeoDataFrame({"ten": ["A"]}, geometry=[box(560_000, 2_325_000, 561_000, 2_326_000)])
    frame.set_crs(5897).to_file(tmp_path / "ranh.shp")
    (tmp_path / "ranh.prj").unlink()
    upload(page, server, *tmp_path.glob("ranh.*"))
    of_kind(page, "Khu công nghiệp")
    page.get_by_text("không ghi hệ tọa độ", exact=False).first.wait_for()
    page.get_by_label("Nếu tệp không ghi hệ tọa độ: chọn theo tỉnh").click()
    page.get_by_role("option", name="Hà Nội – EPSG:5897").click()
    settled(page)
    page.get_by_role("button", name="Lưu vào không gian làm việc").wait_for()


def test_the_language_outlives_a_reload_and_a_change_of_page(page, server):
    page.goto(f"{server.address}/xung-dot")
    page.get_by_text("English", exact=True).click()
    page.get_by_role("button", name="Check", exact=True).wait_for()
    page.get_by_role("link", name="Rules").click()
    page.get_by_role("heading", name="Rules").wait_for()
    page.reload()
    page.get_by_role("heading", name="Rules").wait_for()
    page.goto(f"{server.address}/xung-dot?lang=en")
    page.reload()
    page.get_by_role("button", name="Check", exact=True).wait_for()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rỗng.gpkg", b"", "rỗng"),
        ("hỏng.shp", b"\x00\x00\x27\x0a" + b"x" * 40, "hỏng"),
        ("ảnh.png", b"\x89PNG", ".shp"),
    ],
)
def test_a_bad_file_is_a_sentence_on_the_page(page, server, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    upload(page, server, tmp_path / name)
    alert = page.get_by_test_id("stAlert").first
    alert.wait_for()
    assert said in alert.inner_text()
    assert "Traceback" not in page.content()
    assert "/tmp" not in alert.inner_text()  # the file has its own name, not that of a draft


def test_hostile_names_stay_text_on_every_page(page, server, tmp_path):
    hostile = "</script><img src=x onerror='window.top.ran=1'>`${window.top.ran=1}`{{7*7}}"
    frame = gpd.GeoDataFrame(
        {"ten": [hostile]}, geometry=[box(560_000, 2_325_000, 560_500, 2_325_500)], crs=5897
    )
    frame.to_file(tmp_path / "x.gpkg", index=False)
    upload(page, server, tmp_path / "x.gpkg")
    of_kind(page, "Khu công nghiệp")
    page.get_by_text("đọc 1 dòng, dùng 1, để riêng 0").wait_for()
    shape = the_map(page).locator("path").first
    shape.wait_for(state="attached")
    shape.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    edges = shape.bounding_box()
    page.mouse.move(edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2)
    the_map(page).get_by_text("onerror").first.wait_for()
    assert hostile in the_map(page).locator(".tc-tip").first.inner_text()
    assert page.evaluate("() => window.ran") is None


def test_two_people_do_not_see_each_other(browser, page, server):
    ask(page, server)
    other = browser.new_page()
    other.goto(f"{server.address}/xung-dot")
    other.get_by_text("Khu, cụm này vướng những gì?").wait_for()
    assert other.locator(".tc-cards").count() == 0
    other.close()


@pytest.mark.parametrize("lang", ["vi"])
def test_from_a_plant_that_is_too_near_to_its_file(page, server, lang, tmp_path):
    go = {"vi": "Kiểm tra khoảng cách", "en": "Check distances"}[lang]
    page.goto(f"{server.address}/khoang-cach?lang={lang}")
    page.get_by_role("button", name=go, exact=True).click()
    page.locator(".tc-cards").wait_for()
    frame = the_map(page)
    # twelve metres are less than a pixel before the map goes there, and so is the least ring
    frame.locator(".leaflet-tc-78-line-too-near-pane path").first.wait_for(state="attached")
    frame.locator(".leaflet-tc-60-rings-pane path").first.wait_for(state="attached")
    settled(page)
    assert {"vi": "88,0", "en": "88.0"}[lang] in page.locator(".tc-cards").inner_text()
    before = view(page)
    click_row(page, 0)
    frame.locator(".leaflet-tc-90-selection-pane path").first.wait_for()
    for _ in range(40):
        if view(page)[2] > before[2]:
            break
        page.wait_for_timeout(250)
    assert view(page)[2] > before[2]
    page.locator("strong", has_text="Trạm xử lý nước thải mô phỏng 7").wait_for()
    page.get_by_role("button", name={"vi": "Xuất kết quả", "en": "Export"}[lang]).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile("GeoPackage")).click()
    waiting.value.save_as(tmp_path / "x.gpkg")
    lines = gpd.read_file(tmp_path / "x.gpkg", layer="lines")
    assert (lines["state"] == "too_near").sum() == 2  # the third pair meets: no line is left to draw
