"""Maps from outside in the real browser: none until one is chosen, all by way of the application."""

from __future__ import annotations

import shutil

import pytest

from layers import Workspace
from maps.basemaps import Basemap, add_basemap
from maps.outside import HOSTS
from tests.browser.conftest import Server
from tests.maps.outside_service import MapService

MAP = 'iframe[title="streamlit_folium.st_folium"]'


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """The application on a copy of the sample, and a map service of our own beside it."""
    from layers.sample import create_sample

    folder = tmp_path_factory.mktemp("basemaps")
    base = create_sample(folder / "workspace")
    with MapService() as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOSTS, service.host)
        with MapService() as gone:
            away = gone.address
        patch.setenv(HOSTS, f"{service.host},{away.removeprefix('http://')}")
        add_basemap(
            base,
            Basemap(
                "",
                "<b>Nền</b> ${1}",
                "xyz",
                f"{service.address}/xyz/{{z}}/{{x}}/{{y}}.png?key=s3cret",
                attribution="© <i>Sở Thử</i>",
            ),
        )
        add_basemap(base, Basemap("", "Nơi đi vắng", "xyz", f"{away}/{{z}}/{{x}}/{{y}}.png"))
        running = Server(folder / "workspace", folder / "server.log")
        yield running, service, base
        running.stop()
        shutil.rmtree(folder)


@pytest.fixture
def opened(browser, outside):
    running, service, base = outside
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    window = context.new_page()
    window.elsewhere, window.broken = [], []
    own = (running.address, running.address.replace("http", "ws"), "data:", "blob:")
    window.on("request", lambda r: None if r.url.startswith(own) else window.elsewhere.append(r.url))
    window.on("pageerror", lambda error: window.broken.append(str(error)))
    window.set_default_timeout(30_000)
    service.asked.clear()
    yield window, running, service, base
    context.close()
    assert window.elsewhere == []  # whatever is chosen, the browser asks the application alone
    assert window.broken == []


def the_map(window, running, path="xung-dot"):
    window.goto(f"{running.address}/{path}?lang=vi")
    frame = window.frame_locator(MAP).first
    frame.locator(".leaflet-pane path").first.wait_for(state="attached")
    window.wait_for_timeout(1500)
    if frame.locator(".tc-closed").count():
        frame.locator(".tc-panel-head").click()
    return frame


def test_nothing_is_asked_outside_until_a_basemap_is_chosen(opened):
    window, running, service, _ = opened
    frame = the_map(window, running)
    assert service.asked == []
    frame.locator(".tc-base summary").click()
    assert frame.get_by_label("Không dùng").is_checked()
    frame.get_by_label("<b>Nền</b> ${1}").check()
    frame.locator("img.leaflet-tile-loaded[src*='/gis/base/']").first.wait_for()
    assert frame.locator(".tc-credit").inner_text() == "© <i>Sở Thử</i>"
    asked = [path for path, _ in service.asked]
    assert asked
    assert all("key=s3cret" in path for path in asked)
    seen = frame.locator("img.leaflet-tile").evaluate_all("all => all.map(one => one.src)")
    assert not any("s3cret" in address for address in seen)
    assert all(not {"Cookie", "Referer"} & set(sent) for _, sent in service.asked)
    frame = the_map(window, running, "khoang-cach")  # the choice holds on every map of the window
    frame.locator("img.leaflet-tile-loaded[src*='/gis/base/']").first.wait_for()
    frame.get_by_label("Không dùng").check()
    assert frame.locator("img[src*='/gis/base/']").count() == 0
    assert frame.locator(".tc-credit").count() == 0


def test_where_there_is_no_network_the_map_says_so_and_goes_on(opened):
    window, running, _, _ = opened
    frame = the_map(window, running)
    frame.locator(".tc-base summary").click()
    frame.get_by_label("Nơi đi vắng").check()
    notice = frame.locator(".tc-notice")
    notice.wait_for()
    assert "không ra được mạng" in notice.inner_text()
    assert frame.locator(".leaflet-pane path").count() > 0
    frame.get_by_label("Không dùng").check()
    assert notice.count() == 0


def test_a_service_is_added_on_the_page_from_what_it_offers(opened):
    window, running, service, base = opened
    window.goto(f"{running.address}/lop-du-lieu?lang=vi")
    window.get_by_role("tab", name="Bản đồ nền").click()
    window.get_by_text("WMTS", exact=True).last.click()
    window.get_by_label("Địa chỉ dịch vụ WMTS").fill(f"{service.address}/wmts")
    window.get_by_label("Địa chỉ dịch vụ WMTS").press("Tab")
    window.get_by_role("button", name="Đọc danh mục lớp").click()
    window.get_by_text("Dịch vụ có 1 lớp dùng được.").wait_for()
    window.get_by_role("button", name="Thêm vào không gian làm việc").click()
    window.get_by_text("Đã thêm nền Ảnh.").first.wait_for()
    kept = [one for one in base.records("basemap") if one.get("kind") == "wmts"]
    assert [one["layer"] for one in kept] == ["anh"]
    frame = the_map(window, running)
    frame.locator(".tc-base summary").click()
    frame.get_by_label("Ảnh", exact=True).check()
    frame.locator("img.leaflet-tile-loaded[src*='/gis/base/']").first.wait_for()
    assert any("TILEMATRIX=luoi" in path for path, _ in service.asked)


def test_an_address_of_the_own_network_is_refused_with_what_to_do(opened):
    window, running, _, base = opened
    before = len(Workspace(base.folder).records("basemap"))
    window.goto(f"{running.address}/lop-du-lieu?lang=vi")
    window.get_by_role("tab", name="Bản đồ nền").click()
    field = window.get_by_label("Địa chỉ, có")
    field.fill("http://169.254.169.254/{z}/{x}/{y}")
    field.press("Tab")
    window.get_by_label("Tên hiển thị").fill("Thử")
    window.get_by_label("Tên hiển thị").press("Tab")
    window.get_by_role("button", name="Thêm vào không gian làm việc").click()
    alert = window.get_by_test_id("stAlert").first
    alert.wait_for()
    assert "--basemap-host" in alert.inner_text()
    assert len(Workspace(base.folder).records("basemap")) == before
