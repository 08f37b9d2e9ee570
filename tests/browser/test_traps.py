"""Traps of the front end that only a real browser shows; docs/views.md lists each with its test."""

from __future__ import annotations

MAP = 'iframe[title="streamlit_folium.st_folium"]'


def settled(page):
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


# the first tiles of a workspace that was only just made wait for what they are drawn from


def test_a_map_whose_periods_differ_by_a_year_alone_shows_the_new_one(page, server):
    """``land_use_2010`` and ``land_use_2015``: without every ``_word`` their scripts are the same."""
    asked = []
    page.on("request", lambda r: asked.append(r.url.split("/")[5]) if "/gis/tiles/" in r.url else None)
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    page.frame_locator(MAP).first.locator("img.leaflet-tile-loaded").first.wait_for(
        state="attached", timeout=90_000
    )
    settled(page)
    tokens = []
    for row in (4, 5):  # Sử dụng đất 2010, 2015
        asked.clear()
        table = page.get_by_test_id("stDataFrame").first
        table.scroll_into_view_if_needed()
        edges = table.bounding_box()
        page.mouse.click(edges["x"] + 150, edges["y"] + 36 + 32 * row + 16)
        settled(page)
        page.frame_locator(MAP).first.locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
        page.wait_for_timeout(1500)
        tokens.append(set(asked))
    assert all(len(one) == 1 for one in tokens)
    assert not tokens[0] & tokens[1]


def test_moving_the_map_runs_no_page(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for(state="attached")
    page.wait_for_timeout(3500)
    page.evaluate(
        """() => {
            window.runs = 0;
            const app = document.querySelector('[data-testid="stApp"]');
            new MutationObserver(() => { if (app.dataset.testScriptState === 'running') window.runs += 1; })
                .observe(app, { attributes: true, attributeFilter: ['data-test-script-state'] });
        }"""
    )
    frame = page.locator(MAP).first.element_handle().content_frame()
    before = frame.evaluate("() => window.map.getCenter().lng")
    page.locator(MAP).first.scroll_into_view_if_needed()
    box = page.locator(MAP).first.bounding_box()
    page.mouse.move(box["x"] + 500, box["y"] + 250)
    page.mouse.down()
    page.mouse.move(box["x"] + 380, box["y"] + 220, steps=6)
    page.mouse.up()
    page.mouse.wheel(0, -240)
    page.wait_for_timeout(1500)
    assert frame.evaluate("() => window.map.getCenter().lng") != before
    assert page.evaluate("() => window.runs") == 0


def test_the_first_tiles_do_not_say_how_deep_the_map_goes(page, server):
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    page.frame_locator(MAP).first.locator("img.leaflet-tile-loaded").first.wait_for(
        state="attached", timeout=90_000
    )
    frame = page.locator(MAP).first.element_handle().content_frame()
    assert frame.evaluate("() => window.map.getMaxZoom()") == 19
    frame.evaluate("() => window.map.setZoom(19, {animate: false})")
    page.wait_for_timeout(300)
    assert frame.evaluate("() => window.map.getZoom()") == 19
