"""Journeys of questions that take long, of links, and of two people side by side."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.conftest import ROOT, Server
from tests.browser.test_journeys import MAP, ask, settled, view_when

GATE = Path(__file__).parent / "gate"


class Gated:
    """A server whose answers wait while the gate is shut."""

    def __init__(self, folder):
        from layers.sample import create_sample

        self.folder, self.gate = folder, folder / "gate"
        create_sample(folder / "workspace")
        path = os.pathsep.join([str(GATE), str(ROOT)])
        self.env = {"THOCONG_TEST_GATE": str(self.gate), "PYTHONPATH": path}
        self.server = Server(folder / "workspace", folder / "server.log", env=self.env)
        self.address = self.server.address

    def restart(self):
        self.server.stop()
        self.server = Server(
            self.folder / "workspace", self.folder / "server.log", port=self.server.port, env=self.env
        )


@pytest.fixture(scope="module")
def gated(browser, tmp_path_factory):
    running = Gated(tmp_path_factory.mktemp("gated"))
    yield running
    running.server.stop()


@pytest.fixture
def shut(gated):
    gated.gate.touch()
    yield gated
    gated.gate.unlink(missing_ok=True)


@pytest.fixture
def window(browser):
    """Open windows of as many people as a journey needs."""
    opened = []

    def another():
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN")
        page = context.new_page()
        page.set_default_timeout(90_000)  # several windows at once, on a machine that may be busy
        opened.append(context)
        return page

    yield another
    for context in opened:
        context.close()


def press_check(page, address, tolerance=None):
    page.goto(f"{address}/xung-dot?lang=vi")
    page.get_by_role("button", name="Kiểm tra", exact=True).wait_for()
    settled(page)
    if tolerance:
        box = page.get_by_role("combobox", name=re.compile("Dung sai"))
        box.fill(tolerance)
        box.press("Enter")
        settled(page)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    stop(page).wait_for()


def stop(page):
    """The button of the job: while a page is at work, the head of the window has one of the same name."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Dừng", exact=True)


def cards(page):
    page.locator(".tc-cards").wait_for()
    return "".join(page.locator(".tc-cards").inner_text().split())


def test_a_reload_and_a_change_of_page_keep_a_running_job(window, shut):
    page = window()
    press_check(page, shut.address)
    page.wait_for_url(re.compile(r"run=conflicts-[0-9a-f]{16}"))
    page.reload()
    stop(page).wait_for()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Quy định").click()
    there = page.get_by_test_id("stSidebar").get_by_role("link", name=re.compile("Xung đột – "))
    there.wait_for()
    assert "run=" not in page.url
    there.click()
    stop(page).wait_for()
    shut.gate.unlink()
    assert "2.268,8" in cards(page)
    assert re.search(r"run=conflicts-[0-9a-f]{16}", page.url)


def test_a_job_is_stopped_and_asked_again(window, shut):
    page = window()
    press_check(page, shut.address, "1")
    stop(page).click()
    page.get_by_text("Đã dừng theo yêu cầu").wait_for()
    shut.gate.unlink()
    page.get_by_role("button", name="Hỏi lại").click()
    assert "2.268,8" in cards(page)


def test_two_who_ask_the_same_share_a_job_and_one_may_leave(window, shut):
    first, second = window(), window()
    press_check(first, shut.address, "2")
    press_check(second, shut.address, "2")
    stop(first).click()
    first.get_by_text("Bạn đã thôi chờ").wait_for()
    stop(second).wait_for()
    shut.gate.unlink()
    assert "2.268,8" in cards(second)


def test_a_server_that_starts_again_says_that_the_job_was_cut_off(window, shut):
    page = window()
    press_check(page, shut.address, "5")
    page.wait_for_url(re.compile(r"run=conflicts-[0-9a-f]{16}"))
    link = page.url
    shut.restart()
    page.goto(link)
    page.get_by_text("máy chủ khởi động lại").wait_for()
    assert stop(page).count() == 0
    shut.gate.unlink()
    page.get_by_role("button", name="Hỏi lại").click()
    assert "2.268,8" in cards(page)


def test_two_people_side_by_side_do_not_see_what_the_other_has_not_kept(window, shut):
    mine, theirs = window(), window()
    press_check(mine, shut.address, "0.2")
    theirs.goto(f"{shut.address}/xung-dot?lang=vi")
    theirs.get_by_role("button", name="Kiểm tra", exact=True).wait_for()
    settled(theirs)
    assert stop(theirs).count() == 0
    assert theirs.get_by_text("Đang trả lời").count() == 0
    theirs.goto(f"{shut.address}/luot-hoi?lang=vi")
    theirs.get_by_text("Chưa lưu lượt hỏi nào").wait_for()


def copied(page):
    button = page.get_by_role("button", name="Sao chép liên kết")
    button.scroll_into_view_if_needed()
    button.click()
    page.get_by_role("button", name=re.compile("Đã sao chép")).wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_link_shows_the_same_answer_and_the_same_view_to_somebody_else(page, server, window):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, server)
    shown = cards(page)
    frame = next(f for f in page.frames if "streamlit_folium" in f.url)
    frame.evaluate("() => window.map.setView([21.0, 105.55], 14, {animate: false})")
    page.wait_for_url(re.compile("view=21.0"))
    link = copied(page)
    assert "ws=workspace" in link
    fresh = window()
    fresh.goto(link)
    assert cards(fresh) == shown
    fresh.frame_locator(MAP).first.locator(".leaflet-tc-80-zones-pane path").first.wait_for(state="attached")
    lat, lon, zoom = view_when(fresh, lambda now: now[2] == 14)
    assert zoom == 14
    assert (lat, lon) == pytest.approx((21.0, 105.55), abs=1e-4)
    fresh.reload()
    assert cards(fresh) == shown


STATES = "() => window.map.tcLayers().map((one) => [one.name, one.now.show, one.now.opacity, one.now.order])"


def map_frame(page):
    page.frame_locator(MAP).first.locator(".tc-layer").first.wait_for(state="attached")
    return next(f for f in page.frames if "streamlit_folium" in f.url)


def states_when(page, found):
    """How the layers of the map stand, as soon as that is so."""
    for _ in range(60):
        stand = {name: state for name, *state in map_frame(page).evaluate(STATES)}
        if found(stand):
            break
        page.wait_for_timeout(250)
    return stand


def test_a_link_shows_the_layers_as_they_stand(page, server, window):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, server)
    before = states_when(page, lambda found: "land_use_2030" in found or len(found) > 4)
    panel = page.frame_locator(MAP).first.locator(".tc-panel")
    if "tc-closed" in panel.get_attribute("class"):
        panel.locator(".tc-panel-head").click()
    # whatever stands in the panel: the first one is hidden or shown, made weaker and moved down
    head = panel.locator(".tc-layer:visible").first
    head.locator(".tc-layer-head input").click()
    head.locator(".tc-opacity").evaluate("(s) => { s.value = 0.4; s.dispatchEvent(new Event('input')); }")
    head.locator(".tc-moves button").nth(1).evaluate("(b) => b.click()")
    after = states_when(page, lambda found: found != before)
    changed = {name for name in after if after[name] != before[name]}
    assert len(changed) >= 2  # the one that was moved, and its neighbour
    page.wait_for_url(re.compile("layers="))
    link = copied(page)
    fresh = window()
    fresh.goto(link)
    cards(fresh)
    there = states_when(fresh, lambda found: all(found.get(name) == after[name] for name in changed))
    assert {name: there[name] for name in changed} == {name: after[name] for name in changed}
    rest = set(after) & set(there) - changed
    assert {name: there[name] for name in rest} == {name: after[name] for name in rest}
    fresh.reload()
    cards(fresh)
    again = states_when(fresh, lambda found: all(found.get(name) == after[name] for name in changed))
    assert {name: again[name] for name in changed} == {name: after[name] for name in changed}
    assert fresh.get_by_text("đã bỏ qua").count() == 0


def test_what_a_link_makes_up_of_layers_is_left_out_with_a_word(page, server, window):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, server)
    usual = states_when(page, lambda found: len(found) > 4)
    link = copied(page)
    some = next(iter(usual))
    bad = "__proto__.h*<img src=x onerror=window.ran=1>.h*" + some + ".o99*" + some + ".z-5*%E0%A4%A.s"
    fresh = window()
    fresh.goto(f"{link}&{urlencode({'layers': bad, 'base': 'http://evil.example'})}")
    cards(fresh)
    fresh.get_by_text("đã bỏ qua").wait_for()
    assert states_when(fresh, lambda found: found == usual) == usual
    assert [f.evaluate("() => window.ran") for f in fresh.frames] == [None] * len(fresh.frames)


def test_a_basemap_of_a_link_is_offered_and_not_taken(page, server, window):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, server)
    states_when(page, lambda found: len(found) > 4)
    link = copied(page)
    fresh, asked = window(), []
    fresh.on("request", lambda request: asked.append(request.url))
    fresh.goto(f"{link}&base=osm")
    cards(fresh)
    offer = fresh.get_by_role("button", name=re.compile("Dùng bản đồ nền của liên kết"))
    offer.wait_for()
    assert map_frame(fresh).evaluate("() => window.map.tcBase()") == ""
    assert not [url for url in asked if "/gis/base/" in url]
    offer.click()
    assert map_frame(fresh).evaluate("() => window.map.tcBase()") == "osm"


def test_a_run_is_kept_and_opened_from_the_list(page, server):
    ask(page, server)
    page.get_by_role("button", name="Lưu lượt hỏi").click()
    page.get_by_label("Tên", exact=True).fill("Để trình họp")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url(re.compile(r"run=conflicts-\d+(&|$)"))
    settled(page)
    shown = cards(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Lượt hỏi").click()
    page.get_by_text("Để trình họp").wait_for()
    page.get_by_role("link", name="Mở →").first.click()
    assert cards(page) == shown
    assert page.get_by_text("Câu hỏi đã thay đổi").count() == 0


def test_a_link_to_a_layer_opens_it_at_its_place(page, server, window):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server.address}/lop-du-lieu?lang=vi&layer=rivers&view=21.02,105.6,13")
    page.frame_locator(MAP).first.locator(".leaflet-container").wait_for()
    settled(page)
    assert view_when(page, lambda now: now[2] == 13)[2] == 13
    link = copied(page)
    assert "layer=rivers" in link
    lat, lon, zoom = (float(part) for part in parse_qs(urlsplit(link).query)["view"][0].split(",")[:3])
    assert (lat, lon, zoom) == pytest.approx((21.02, 105.6, 13), abs=1e-3)
