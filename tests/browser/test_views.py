"""Periods compared in the real browser: the divider, the linked pair, blinking, the slider over periods."""

from __future__ import annotations

import math
import re

import pytest

MAP = 'iframe[title="streamlit_folium.st_folium"]'


def settled(page):
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def choose(page, name):
    page.get_by_test_id("stMain").get_by_text(name, exact=True).first.click()
    settled(page)


@pytest.fixture
def gallery(page, server):
    page.goto(f"{server.address}/bo-phan?lang=vi")
    page.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for()
    settled(page)
    return page


def frames(page):
    """The maps of the page, from left to right."""
    return [
        page.locator(MAP).nth(n).element_handle().content_frame() for n in range(page.locator(MAP).count())
    ]


def view(frame):
    return frame.evaluate(
        "() => { const c = window.map.getCenter(); return [c.lat, c.lng, window.map.getZoom()]; }"
    )


def panes(frame, what):
    return frame.evaluate(
        "what => Object.entries(window.map.getPanes()).filter(([n]) => /layer-1-s/.test(n)).sort()"
        ".map(([_, p]) => p.style[what])",
        what,
    )


def edge(clip):
    """Where a clip begins and ends on the screen's x, from its polygon."""
    xs = [float(part.split("px")[0]) for part in clip.removeprefix("polygon(").split(",")]
    return min(xs), max(xs)


def near(page, holds):
    for _ in range(50):
        if holds():
            return True
        page.wait_for_timeout(100)
    return False


def test_a_divider_clips_both_periods_and_follows_mouse_and_keys(gallery):
    choose(gallery, "Kéo so sánh")
    inside = gallery.frame_locator(MAP).first
    bar = inside.locator(".tc-swipe")
    bar.wait_for()
    inside.locator(".leaflet-tc-31-layer-1-s0-pane path").first.wait_for()
    frame = frames(gallery)[0]
    before = [edge(clip) for clip in panes(frame, "clipPath")]
    assert before[0][1] == before[1][0]  # one ends where the other begins
    start = view(frame)
    box = bar.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 120
    gallery.mouse.move(x, y)
    gallery.mouse.down()
    gallery.mouse.move(x - 200, y, steps=5)
    gallery.mouse.up()
    after = [edge(clip) for clip in panes(frame, "clipPath")]
    assert after[0][1] == after[1][0]
    assert after[0][1] == pytest.approx(before[0][1] - 200, abs=2)
    assert view(frame) == start  # the map itself did not move
    bar.press("ArrowRight")
    assert edge(panes(frame, "clipPath")[0])[1] > after[0][1]
    assert 0 < int(bar.get_attribute("aria-valuenow")) < 50


def test_the_clip_stays_at_the_divider_while_the_map_moves(gallery):
    choose(gallery, "Kéo so sánh")
    gallery.frame_locator(MAP).first.locator(".tc-swipe").wait_for()
    frame = frames(gallery)[0]
    frame.evaluate("() => window.map.panBy([130, 40], {animate: false})")
    frame.evaluate("() => window.map.setZoom(window.map.getZoom() + 1, {animate: false})")
    on_screen = frame.evaluate(
        """() => {
            const pane = Object.entries(window.map.getPanes()).find(([n]) => /layer-1-s0/.test(n))[1];
            const xs = pane.style.clipPath.match(/-?[\\d.]+px -?[\\d.]+px/g).map(p => parseFloat(p));
            return Math.max(...xs) + pane.getBoundingClientRect().left
                - window.map.getContainer().getBoundingClientRect().left;
        }"""
    )
    assert on_screen == pytest.approx(frame.evaluate("() => window.map.getSize().x") / 2, abs=1)


def test_two_wide_maps_begin_with_one_view_though_one_alone_has_the_panel(gallery):
    gallery.set_viewport_size({"width": 1920, "height": 900})
    choose(gallery, "Song song")
    assert near(gallery, lambda: gallery.locator(MAP).count() == 2)
    for n in range(2):
        gallery.frame_locator(MAP).nth(n).locator(f".leaflet-tc-31-layer-1-s{n}-pane path").first.wait_for()
    settled(gallery)
    gallery.wait_for_timeout(3000)
    left, right = frames(gallery)
    assert view(right) == pytest.approx(view(left), abs=1e-9)


def test_two_maps_move_together_and_show_one_pointer(gallery):
    choose(gallery, "Song song")
    assert near(gallery, lambda: gallery.locator(MAP).count() == 2)
    for n in range(2):
        gallery.frame_locator(MAP).nth(n).locator(f".leaflet-tc-31-layer-1-s{n}-pane path").first.wait_for()
    settled(gallery)
    left, right = frames(gallery)
    before = view(left)
    assert near(gallery, lambda: view(right) == pytest.approx(view(left), abs=1e-9))
    box = gallery.locator(MAP).first.bounding_box()
    x, y = box["x"] + 250, box["y"] + 200
    gallery.mouse.move(x, y)
    gallery.mouse.down()
    gallery.mouse.move(x - 90, y + 60, steps=6)
    gallery.mouse.up()
    gallery.wait_for_timeout(800)
    assert view(left)[:2] != before[:2]
    assert view(right) == pytest.approx(view(left), abs=1e-9)
    # and the other way round, by the wheel
    other = gallery.locator(MAP).nth(1).bounding_box()
    gallery.mouse.move(other["x"] + 260, other["y"] + 220)
    gallery.mouse.wheel(0, -240)
    assert near(gallery, lambda: view(right)[2] > before[2])
    gallery.wait_for_timeout(500)
    assert view(left) == pytest.approx(view(right), abs=1e-9)
    gallery.mouse.move(other["x"] + 262, other["y"] + 222)
    crosses = [gallery.frame_locator(MAP).nth(n).locator(".tc-cross") for n in range(2)]
    assert near(gallery, lambda: all(one.is_visible() for one in crosses))
    places = [f.evaluate("() => document.querySelector('.tc-cross').style.cssText") for f in (left, right)]
    assert places[0] == places[1]


def test_ticking_a_layer_in_the_one_panel_of_a_pair_hides_it_on_both_maps(gallery):
    choose(gallery, "Song song")
    assert near(gallery, lambda: gallery.locator(MAP).count() == 2)
    first, second = (gallery.frame_locator(MAP).nth(n) for n in range(2))
    first.locator(".leaflet-tc-31-layer-1-s0-pane path").first.wait_for()
    second.locator(".leaflet-tc-31-layer-1-s1-pane path").first.wait_for()
    settled(gallery)
    assert not first.locator(".tc-panel").is_visible()
    second.locator(".tc-panel-head").click()
    second.get_by_label("Cụm công nghiệp", exact=True).uncheck()
    assert near(gallery, lambda: not first.locator(".leaflet-tc-31-layer-1-s0-pane").is_visible())
    assert not second.locator(".leaflet-tc-31-layer-1-s1-pane").is_visible()


def test_the_view_is_kept_when_the_way_of_looking_changes(gallery):
    choose(gallery, "Kéo so sánh")
    box = gallery.locator(MAP).first.bounding_box()
    gallery.mouse.move(box["x"] + 300, box["y"] + 200)
    gallery.mouse.wheel(0, -360)
    gallery.wait_for_timeout(900)
    kept = view(frames(gallery)[0])
    choose(gallery, "Nhấp nháy")
    gallery.frame_locator(MAP).first.locator(".tc-time").wait_for()
    assert view(frames(gallery)[0]) == kept
    choose(gallery, "Song song")
    assert near(gallery, lambda: gallery.locator(MAP).count() == 2)
    shapes = gallery.frame_locator(MAP).nth(1).locator(".leaflet-tc-31-layer-1-s1-pane path")
    shapes.first.wait_for(state="attached")
    assert near(gallery, lambda: view(frames(gallery)[1]) == pytest.approx(kept, abs=1e-9))


def test_the_page_can_send_the_map_somewhere_and_the_reader_leaves_again(gallery):
    # three quarters of the box round the clusters of 2020, as the page reckons it
    choose(gallery, "Phóng tới lớp")
    sent = _sent()
    assert near(gallery, lambda: view(frames(gallery)[0]) == pytest.approx(sent, abs=1e-6))
    frame = frames(gallery)[0]
    box = gallery.locator(MAP).first.bounding_box()
    gallery.mouse.move(box["x"] + 300, box["y"] + 200)
    gallery.mouse.wheel(0, -240)
    assert near(gallery, lambda: view(frame)[2] > sent[2])
    gallery.wait_for_timeout(900)
    kept = view(frame)
    choose(gallery, "Kéo so sánh")  # a rerun doesn't send it there again
    gallery.wait_for_timeout(500)
    assert view(frames(gallery)[0]) == kept


def _sent():
    """The middle of the place that the page asks for, and the deepest half zoom that shows it: by hand."""
    from layers.sample import sample_layer

    west, south, east, north = sample_layer("industrial_clusters_2020").frame.to_crs(4326).total_bounds
    west, south = (west * 3 + east) / 4, (south * 3 + north) / 4
    up = [math.asinh(math.tan(math.radians(lat))) / (2 * math.pi) for lat in (south, north)]
    share = max((east - west) / 360 * 256 / 350, (up[1] - up[0]) * 256 / 310)
    zoom = min(math.floor(-math.log2(share) * 2) / 2, 16.0)
    return [(south + north) / 2, (west + east) / 2, zoom]


def test_blinking_shows_one_period_at_a_time_and_stops(gallery):
    choose(gallery, "Nhấp nháy")
    bar = gallery.frame_locator(MAP).first.locator(".tc-time")
    bar.wait_for()
    frame = frames(gallery)[0]
    seen = set()
    assert near(gallery, lambda: seen.add(tuple(panes(frame, "visibility"))) or len(seen) == 2)
    assert seen == {("", "hidden"), ("hidden", "")}
    bar.get_by_role("button", name="Dừng").click()
    stopped = panes(frame, "visibility")
    gallery.wait_for_timeout(1500)
    assert panes(frame, "visibility") == stopped


def test_a_slider_goes_through_named_periods_and_keeps_the_zoom(gallery):
    choose(gallery, "Các kỳ")
    bar = gallery.frame_locator(MAP).first.locator(".tc-time")
    bar.wait_for()
    frame = frames(gallery)[0]
    box = gallery.locator(MAP).first.bounding_box()
    gallery.mouse.move(box["x"] + 300, box["y"] + 200)
    gallery.mouse.wheel(0, -240)
    gallery.wait_for_timeout(900)
    kept = view(frame)
    slider = bar.get_by_role("slider")
    assert "2010 · hiện trạng" in slider.get_attribute("aria-valuetext")
    slider.press("ArrowRight")
    assert "2015 · hiện trạng" in slider.get_attribute("aria-valuetext")
    bar.get_by_role("button", name="2025", exact=True).click(force=True)
    assert "2025" in bar.locator("output").inner_text()
    assert view(frame) == kept
    visible = (
        "() => Object.entries(window.map.getPanes()).filter(([n, p]) => /layer-0-s/.test(n)"
        " && p.style.visibility !== 'hidden').map(([n]) => n.slice(-1)).join()"
    )
    # the tiles of a period that was jumped to are asked for a moment later, and its pane is made then
    assert near(gallery, lambda: frame.evaluate(visible) == "3"), frame.evaluate(visible)


def test_a_ribbon_and_a_dot_can_be_chosen(gallery):
    choose(gallery, "Hình")
    flows = gallery.get_by_test_id("stVegaLiteChart").first
    # the thickest ribbon: dry fields under their old code and their new one
    ribbon = flows.locator("path[aria-label*='BHK'], .mark-area path").first
    ribbon.wait_for()
    edges = ribbon.bounding_box()
    gallery.mouse.click(edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2)
    gallery.get_by_text("BHK → HNK", exact=True).wait_for()
    dot = (
        gallery.get_by_test_id("stVegaLiteChart")
        .nth(1)
        .locator(".mark-symbol path[aria-roledescription='point']")
        .first
    )
    dot.click()
    gallery.get_by_text("(2010.0, 'LUC')").wait_for()


def stands(page, at, wanted):
    """A map whose view a link names shows it to the last digit."""
    return near(page, lambda: len(frames(page)) > at and view(frames(page)[at]) == wanted)


@pytest.mark.parametrize("path", ["xung-dot", "bien-dong", "lop-du-lieu", "bo-phan"])
def test_a_link_takes_the_first_map_of_a_page_where_it_says(page, server, path):
    page.goto(f"{server.address}/{path}?lang=vi&view=21.012345,105.623456,13.5")
    page.frame_locator(MAP).first.locator(".tc-panel").wait_for()
    settled(page)
    page.wait_for_timeout(3500)  # longer than a first view is sought
    assert view(frames(page)[0]) == [21.012345, 105.623456, 13.5]


def test_two_maps_of_a_page_come_back_each_to_its_own_view(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.locator(".tc-cards").wait_for()
    settled(page)
    draw(page)
    first, second = frames(page)
    page.wait_for_timeout(2000)
    first.evaluate("() => map.setView([21.03, 105.57], 14, {animate: false})")
    page.wait_for_url(re.compile("view=21.030000%2C105.570000%2C14%2Czone-draw"))
    second.evaluate("() => map.setView([21.02, 105.55], 12, {animate: false})")
    page.wait_for_url(re.compile("view=21.020000%2C105.550000%2C12%2Cconflict"))
    page.reload()
    page.locator(".tc-cards").wait_for()
    settled(page)
    assert stands(page, 0, [21.02, 105.55, 12])
    draw(page)
    assert stands(page, 0, [21.03, 105.57, 14])
    assert stands(page, 1, [21.02, 105.55, 12])


def test_the_answers_map_keeps_its_view_when_the_page_writes_the_address(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.locator(".tc-cards").wait_for()
    settled(page)
    page.wait_for_timeout(2000)
    (answer,) = frames(page)
    answer.evaluate("() => map.setView([21.02, 105.55], 13, {animate: false})")
    page.wait_for_url(re.compile("view=21.020000%2C105.550000%2C13%2Cconflict"))
    draw(page)  # the page writes `draw` into the address, and knows nothing of the view there
    page.wait_for_url(re.compile("draw=zone.*view=21.020000%2C105.550000%2C13%2Cconflict"))
    pencil, _ = frames(page)
    pencil.evaluate("() => map.setView([21.03, 105.57], 14, {animate: false})")
    page.wait_for_url(re.compile("view=21.030000.*14%2Czone-draw"))
    assert "21.020000%2C105.550000%2C13%2Cconflict" in page.url
    page.reload()
    page.locator(".tc-cards").wait_for()
    settled(page)
    assert near(page, lambda: [21.02, 105.55, 13] in [view(one) for one in frames(page)])


def test_a_view_that_nobody_chose_is_not_in_the_address(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.frame_locator(MAP).first.locator(".tc-panel").wait_for()
    settled(page)
    page.wait_for_timeout(5000)  # longer than the first view is sought
    assert "view=" not in page.url


def draw(page):
    """Open the question, and in it the map that is drawn on."""
    way = page.get_by_text("Vẽ ranh giới", exact=True)
    if not way.is_visible():
        page.locator("summary").first.click()
    way.click()
    assert near(page, lambda: page.locator(MAP).count() == 2)
    for n in range(2):
        page.frame_locator(MAP).nth(n).locator(".tc-panel").wait_for()
    settled(page)
