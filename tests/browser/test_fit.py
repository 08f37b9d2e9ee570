"""The first view of a map: all of the land, as near as it gets, and nothing of it under a button."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.browser.conftest import ROOT

MAP = 'iframe[title="streamlit_folium.st_folium"]'
STATIC = ROOT / "maps" / "static"
GAP = 5
#: buttons as they stand: a column, rows, a panel that is open, three corners
COLUMN = [[10, 10, 44, 318], [10, 434, 288, 456], [285, 10, 377, 47]]
ROWS = [[6, 6, 275, 42], [289, 6, 381, 43], [6, 48, 372, 82], [6, 425, 349, 460]]
PANEL = [[6, 6, 40, 200], [700, 10, 990, 380]]
#: a district, a strip from west to east, one from north to south, a parcel
LANDS = [(105.5, 20.9, 105.7, 21.1), (105.2, 21.0, 105.9, 21.02), (105.5, 20.7, 105.51, 21.2),
         (105.6, 21.0, 105.6004, 21.0003)]  # fmt: skip


@pytest.fixture
def bare(browser):
    """A map of ours without a page around it."""
    window = browser.new_page()
    window.set_content("<div id='m' style='width:387px;height:466px'></div>")
    for script in ("vendor/leaflet/leaflet.js", "thocong.js", "fit.js"):
        window.add_script_tag(path=STATIC / script)
    window.evaluate(
        "() => { window.map = L.map('m', {zoomSnap: 0.5, minZoom: 5, maxZoom: 19}).setView([21, 105], 9); }"
    )
    yield window
    window.close()


def view_of(window, land, size, blocks):
    west, south, east, north = land
    return window.evaluate(
        """([bounds, size, blocks]) => {
            const box = document.getElementById('m');
            box.style.width = size[0] + 'px'; box.style.height = size[1] + 'px';
            map.invalidateSize({pan: false});
            const view = TC.viewOf(map, bounds, blocks);
            map.setView(view.center, view.zoom, {animate: false});
            const first = [bounds[1][0], bounds[0][1]], last = [bounds[0][0], bounds[1][1]];
            const a = map.latLngToContainerPoint(first), b = map.latLngToContainerPoint(last);
            const need = map.project(last).subtract(map.project(first));
            const land = [a.x, a.y, b.x, b.y];
            return {zoom: map.getZoom(), asked: view.zoom, land, need: [need.x, need.y]};
        }""",
        [[[south, west], [north, east]], size, blocks],
    )


def fits_somewhere(wide, tall, size, blocks):
    """Try every place of a box on the map, pixel by pixel."""
    taken = np.zeros((size[1] + 1, size[0] + 1), dtype=int)
    for left, top, right, low in blocks:
        taken[max(top - GAP + 1, 0) : low + GAP, max(left - GAP + 1, 0) : right + GAP] = 1
    taken[:GAP, :] = taken[-GAP:, :] = taken[:, :GAP] = taken[:, -GAP:] = 1
    sums = np.pad(taken.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    w, h = math.ceil(wide) + 1, math.ceil(tall) + 1  # lines between pixels are one more than pixels
    if w > size[0] or h > size[1]:
        return False
    inside = sums[h:, w:] - sums[:-h, w:] - sums[h:, :-w] + sums[:-h, :-w]
    return bool((inside == 0).any())


@pytest.mark.parametrize(("size", "blocks"), [([387, 466], COLUMN), ([387, 466], ROWS), ([1000, 540], PANEL)])
@pytest.mark.parametrize("land", LANDS)
def test_the_first_view_is_the_deepest_in_which_the_land_lies_free(bare, land, size, blocks):
    seen = view_of(bare, land, size, blocks)
    assert seen["zoom"] == seen["asked"]
    left, top, right, low = seen["land"]
    assert min(left, top) >= GAP - 1.5
    assert right <= size[0] - GAP + 1.5
    assert low <= size[1] - GAP + 1.5
    for block in blocks:  # a pixel for the rounding of the map
        assert right < block[0] + 1 or left > block[2] - 1 or low < block[1] + 1 or top > block[3] - 1
    assert seen["zoom"] % 1 != 0.25  # picture tiles are never stretched
    if seen["zoom"] < 17:
        step = 0.5 if seen["zoom"] % 1 == 0 else 0.25
        assert not fits_somewhere(*(side * 2**step for side in seen["need"]), size, blocks)


def test_buttons_that_would_cost_more_than_a_zoom_are_let_lie_over_the_land(bare):
    wall = [[100, 0, 120, 466], [220, 0, 240, 466], [0, 150, 387, 170], [0, 300, 387, 320]]
    covered, free = (view_of(bare, LANDS[0], [387, 466], blocks) for blocks in (wall, []))
    assert covered["zoom"] == free["zoom"]


def test_numbers_that_fall_on_one_place_stand_beside_one_another_until_the_map_is_near(bare):
    bare.add_style_tag(path=STATIC / "vendor/leaflet/leaflet.css")
    bare.add_style_tag(path=STATIC / "thocong.css")
    seen = bare.evaluate(
        """async () => {
            const pause = () => new Promise(done => setTimeout(done, 200));
            const SIGNS = '.tc-badge span, .tc-name span';
            const SEEN = e => getComputedStyle(e).visibility === 'visible';
            const point = (n, lon, look) => ({type: 'Feature', properties: {look: look || 0, sign: String(n)},
                geometry: {type: 'Point', coordinates: [lon, 21]}});
            TC.panes(map);
            map.setView([21, 105], 9, {animate: false});
            const group = L.featureGroup().addTo(map), data = {type: 'FeatureCollection',
                features: [10, 9, 2, 1, 3, 4].map(n => point(n, 105 + n / 1e4))};
            data.features.push(point('Hà Nội', 105.0006, 1), point('Hà Đông', 105.0006, 1));
            TC.features(group, data, [{fill: true, color: '#000'}, {}], 'tc-88-a');
            const boxes = () => Array.from(document.querySelectorAll(SIGNS)).filter(SEEN).map(e => {
                const r = e.getBoundingClientRect();
                const moved = e.style.marginLeft + e.style.marginTop;
                return [e.textContent, [r.left, r.top, r.right, r.bottom], moved];
            });
            await pause();
            const far = boxes();
            map.setView([21, 105.0005], 19, {animate: false});
            await pause();
            return [far, boxes()];
        }"""
    )
    far, close = ({name: (box, moved) for name, box, moved in one} for one in seen)
    for one in (far, close):
        boxes = [box for box, _ in one.values()]
        assert all(apart(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert far["1"][1] == "0px0px"  # the first of them stands where it belongs
    numbers = {"1", "2", "3", "4", "9", "10"}
    assert numbers <= set(far)  # none is left out; of the names those with room
    assert set(close) == numbers | {"Hà Nội", "Hà Đông"}
    assert all(close[name][1] == "0px0px" for name in numbers)


def test_a_map_without_a_place_for_its_land_shows_it_as_a_whole(bare):
    seen = view_of(bare, (102.0, 8.2, 110.0, 23.5), [190, 466], ROWS)
    assert seen["zoom"] == 5


@pytest.mark.parametrize("chosen", [[21.012345, 105.623456, 16.5], [10.776543, 106.701234, 9.5]])
def test_a_view_that_a_link_or_a_row_chose_is_not_fitted_again(bare, chosen):
    seen = bare.evaluate(
        """([lat, lon, zoom]) => {
            TC.fit(map, [[20.9, 105.5], [21.1, 105.7]]);
            map.fire('tc:covers');
            const first = map.getZoom();
            map.setView([lat, lon], zoom);
            map.fire('tc:covers');
            map.fire('resize');
            const c = map.getCenter();
            return [first, c.lat, c.lng, map.getZoom(), Boolean(map.tcKept)];
        }""",
        chosen,
    )
    assert seen[0] not in (9, chosen[2])  # it was fitted before
    assert seen[1:4] == pytest.approx(chosen, abs=1e-9)
    assert seen[4]


def test_a_view_that_nobody_chose_is_fitted_to_every_size_and_there_is_no_way_back(bare):
    bare.add_script_tag(path=STATIC / "find.js")
    seen = bare.evaluate(
        """async () => {
            const box = document.getElementById('m'), pause = ms => new Promise(done => setTimeout(done, ms));
            TC.views(map, {back: 'back', forward: 'forward'});
            TC.fit(map, [[21.0, 105.2], [21.02, 105.9]]);
            const at = () => { const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()]; };
            await pause(3600);  // longer than covers are looked for
            const first = at(), seen = [];
            for (const wide of [900, 387, 900, 387]) {
                box.style.width = wide + 'px';
                await pause(60);
                seen.push(at());
            }
            return {first, seen, back: !document.querySelector('.tc-views button').disabled};
        }"""
    )
    wide, narrow, *again = seen["seen"]
    assert narrow == seen["first"]
    assert wide != narrow
    assert again == [wide, narrow]
    assert not seen["back"]


#: wide and narrow, odd and even: halves of them are whole pixels or not
SIZES = [(1000, 541), (387, 466), (683, 300), (1366, 767), (1, 1), (0, 0), (999, 540)]


@pytest.mark.parametrize("by", ["eye", "leaflet"])
def test_a_view_is_to_the_last_digit_what_it_was_after_any_number_of_sizes(bare, by):
    """The middle that was chosen, whether Leaflet's own handler or ours notices the change first."""
    seen = bare.evaluate(
        """async ([sizes, by]) => {
            const box = document.getElementById('m'), told = [];
            const pause = () => new Promise(done => setTimeout(done, 40));
            TC.stand(map);
            map.setView([21.0123456789, 105.6234567891], 13.5, {animate: false});
            map.panBy([-37, 23], {animate: false});  // a hand leaves the middle between two pixels
            map.on('movestart', () => told.push('moved'));
            const at = () => { const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()]; };
            const first = at(), views = [];
            for (let round = 0; round < 10; round++) for (const [wide, tall] of sizes) {
                box.style.width = wide + 'px'; box.style.height = tall + 'px';
                if (by === 'leaflet') map.invalidateSize({debounceMoveend: true});
                await pause();
                if (wide) views.push(JSON.stringify(at()));
            }
            map.invalidateSize();
            const size = map.getSize(), all = [...new Set(views)];
            return {first: JSON.stringify(first), views: all, last: JSON.stringify(at()), told,
                size: [size.x, size.y]};
        }""",
        [SIZES, by],
    )
    assert seen["views"] == [seen["first"]]
    assert seen["last"] == seen["first"]
    assert seen["told"] == []  # nobody chose another view
    assert seen["size"] == list(SIZES[-1])


def test_a_map_that_glides_is_where_it_was_sent_to_when_it_takes_another_size(bare):
    seen = bare.evaluate(
        """async () => {
            const pause = ms => new Promise(done => setTimeout(done, ms));
            TC.stand(map);
            map.setView([21.0, 105.6], 12, {animate: false});
            const to = map.containerPointToLatLng(map.getSize().divideBy(2).add([120, -60]));
            map.panBy([120, -60], {animate: true, duration: 5});
            await pause(120);
            const half = map.getCenter();
            document.getElementById('m').style.width = '700px';
            await pause(300);
            const c = map.getCenter();
            return {to: [to.lat, to.lng], half: [half.lat, half.lng], now: [c.lat, c.lng]};
        }"""
    )
    assert seen["half"] != pytest.approx(seen["to"], abs=1e-4)
    assert seen["now"] == pytest.approx(seen["to"], abs=1e-9)


def box_of(frame, css):
    return frame.evaluate(
        """css => Array.from(document.querySelectorAll(css), e => e.getBoundingClientRect())
            .filter(r => r.width && r.height).map(r => [r.left, r.top, r.right, r.bottom])""",
        css,
    )


def apart(one, other):
    return one[2] <= other[0] or one[0] >= other[2] or one[3] <= other[1] or one[1] >= other[3]


def test_beside_a_table_zones_lie_free_and_lines_at_the_foot_apart(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.locator(".tc-cards").wait_for()
    chart = page.frame_locator(MAP).first
    zones = ".leaflet-tc-80-zones-pane path"
    chart.locator(zones).first.wait_for()
    page.wait_for_timeout(3500)  # the first view stands
    frame = page.locator(MAP).first.element_handle().content_frame()
    wide, tall = frame.evaluate("() => [map.getSize().x, map.getSize().y]")
    assert wide < 450
    buttons = box_of(frame, ".leaflet-control")
    land = box_of(frame, zones)
    for zone in land:
        assert all(apart(zone, button) for button in buttons)
    left, right = min(zone[0] for zone in land), max(zone[2] for zone in land)
    top, low = min(zone[1] for zone in land), max(zone[3] for zone in land)
    assert max((right - left) / wide, (low - top) / tall) > 0.62
    # whom a map from outside is owed to is read, and where the pointer is, too
    chart.locator(".tc-panel-head").click()
    chart.locator(".tc-base summary").click()
    chart.locator(".tc-base label").nth(2).click()
    chart.locator(".tc-panel-head").click()
    edges = page.locator(MAP).first.bounding_box()
    page.mouse.move(edges["x"] + 200, edges["y"] + 250)
    page.wait_for_timeout(400)
    (credit,), (place,) = box_of(frame, ".tc-credit"), box_of(frame, ".tc-position")
    assert apart(credit, place)
    assert credit[0] >= 0
    assert credit[2] <= wide
    assert credit[3] <= tall
    assert "°" in chart.locator(".tc-position").inner_text()


def view_in(page):
    frame = page.locator(MAP).first.element_handle().content_frame()
    return frame.evaluate("() => { const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()]; }")


#: far below the first view, whose zoom is about ten, and far off its screen
ASKED = ["21.012345,105.623456,16.5", "10.776543,106.701234,10.5"]


@pytest.mark.parametrize("asked", ASKED)
def test_a_map_opens_where_its_link_says_and_the_address_stays(page, server, asked):
    page.goto(f"{server.address}/lop-du-lieu?lang=vi&layer=rivers&view={asked}")
    page.frame_locator(MAP).first.locator(".tc-panel").wait_for()
    page.wait_for_timeout(4500)  # longer than the first view is sought
    assert view_in(page) == [float(part) for part in asked.split(",")]
    said = page.url.replace("%2C", ",").partition("view=")[2].partition("&")[0]
    assert said.removesuffix(",layers-rivers") == asked


def test_a_map_that_was_moved_keeps_its_view_at_any_size(page, server):
    page.goto(f"{server.address}/lop-du-lieu?lang=vi")
    chart = page.frame_locator(MAP).first
    chart.locator(".tc-panel").wait_for()
    page.wait_for_timeout(1000)
    # at once, while the first view is still sought
    frame = page.locator(MAP).first.element_handle().content_frame()
    first, wide = view_in(page), frame.evaluate("() => map.getSize().x")
    frame.evaluate("() => map.setView([21.3, 105.9], map.getZoom() + 1, {animate: false})")
    kept = view_in(page)
    assert kept == [21.3, 105.9, first[2] + 1]
    for _ in range(3):
        page.set_viewport_size({"width": 1000, "height": 700})
        page.wait_for_timeout(800)
        assert frame.evaluate("() => map.getSize().x") < wide
        assert view_in(page) == kept
        page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_timeout(500)
    chart.locator(".leaflet-control-zoom-fullscreen").click()
    page.wait_for_timeout(1200)
    assert frame.evaluate("() => map.getSize().x") > wide
    assert view_in(page) == kept
