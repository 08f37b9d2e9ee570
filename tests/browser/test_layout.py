"""Pages on small screens and by keyboard: nothing cut, nothing covered, nothing red in the console."""

from __future__ import annotations

import re

import pytest

MAP = 'iframe[title="streamlit_folium.st_folium"]'
PAGES = (
    "", "xung-dot", "khoang-cach", "so-sanh-ky", "dat-bi-hap-thu", "bien-dong", "chon-dia-diem",
    "lop-du-lieu", "quy-dinh",
)  # fmt: skip
#: a usual laptop, a window beside another, a tablet, and the laptop at 200 %
SCREENS = ((1366, 768), (1000, 768), (768, 1024), (683, 384))


def settled(page):
    page.wait_for_timeout(400)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def answered(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.get_by_role("button", name="Kiểm tra", exact=True).click()
    page.locator(".tc-cards").wait_for()
    page.frame_locator(MAP).first.locator(".leaflet-tc-80-zones-pane path").first.wait_for(state="attached")
    settled(page)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_lacks_words_has_an_error_in_the_console_or_is_wider_than_the_screen(page, server, path):
    red, failed = [], []
    page.on("console", lambda said: red.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    for lang in ("vi", "en"):
        page.goto(f"{server.address}/{path}?lang={lang}")
        page.locator("h3").first.wait_for()
        settled(page)
        text = page.locator("body").inner_text()
        assert not re.search(r"\b[a-z_]+\.[a-z_]+_[a-z_]+\b", text)  # a key that has no words
        assert {"vi": "Phân tích", "en": "Analysis"}[lang] in text
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(250)
            wide, room = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
            assert wide <= room, (lang, width)
    assert red == []
    assert failed == []


def test_the_keyboard_comes_past_the_map_and_sees_where_it_is(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    chart = page.frame_locator(MAP).first
    chart.locator(".leaflet-pane path").first.wait_for(state="attached")
    page.wait_for_timeout(1500)
    assert chart.locator(".leaflet-pane path").count() > 300
    chart.locator("#map_div").focus()
    frame = page.locator(MAP).first.element_handle().content_frame()
    stops, unseen = [], []
    for _ in range(60):
        page.keyboard.press("Tab")
        found = frame.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body || !document.hasFocus()) return null;
                const look = getComputedStyle(e);
                const seen = look.outlineStyle !== 'none' || look.boxShadow !== 'none';
                return [e.tagName.toLowerCase(), e.getAttribute('aria-label') || e.textContent, seen];
            }"""
        )
        if found is None:
            break
        stops.append(found[0])
        if not found[2]:
            unseen.append(found[:2])
    else:
        pytest.fail(f"the keyboard never leaves the map: {stops}")
    assert "path" not in stops
    assert {"input", "button", "a"} <= set(stops)
    assert unseen == []


def test_what_shows_up_over_a_table_covers_no_button(page, server):
    answered(page, server)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    table.hover()
    tools = page.get_by_test_id("stElementToolbar").first
    tools.wait_for()
    page.wait_for_timeout(300)
    own = tools.bounding_box()
    for button in page.locator(
        '.st-key-tc-answer [data-testid="stMain"] button, .st-key-tc-answer button'
    ).all():
        box = button.bounding_box()
        if box is None or tools.evaluate("(t, b) => t.contains(b)", button.element_handle()):
            continue
        apart = (
            box["x"] >= own["x"] + own["width"] - 1
            or box["x"] + box["width"] <= own["x"] + 1
            or box["y"] >= own["y"] + own["height"] - 1
            or box["y"] + box["height"] <= own["y"] + 1
        )
        assert apart, button.inner_text()


@pytest.mark.parametrize("screen", [(1366, 768), (768, 768)])
def test_every_format_of_the_export_can_be_reached(page, server, screen):
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    answered(page, server)
    page.get_by_role("button", name="Xuất kết quả").click()
    body = page.get_by_test_id("stPopoverBody")
    body.get_by_role("button").first.wait_for()
    page.wait_for_timeout(500)
    edges = body.bounding_box()
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= screen[0]
    last = body.get_by_role("button").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box["y"] + box["height"] <= screen[1]


def test_map_and_table_end_where_a_laptop_ends(page, server):
    answered(page, server)
    page.get_by_test_id("stMain").evaluate("e => e.scrollTo(0, 0)")
    frame = page.locator(MAP).first.bounding_box()
    assert frame["height"] >= 400
    assert frame["y"] + frame["height"] <= 768 + 60
    inside = page.locator(MAP).first.element_handle().content_frame()
    assert inside.evaluate("() => window.map.getSize().y") == pytest.approx(frame["height"], abs=3)


def test_the_framework_speaks_the_language_of_the_reader(page, server):
    """Hints, the menu, lists without a hit, names for screen readers; what the data are called stays."""
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.locator("h3").first.wait_for()
    settled(page)
    assert page.locator("html").get_attribute("lang") == "vi"
    page.locator(f'{MAP}[aria-label="Bản đồ"]').first.wait_for()  # what is read out; by its title it is found
    for own in ("Main menu", "Collapse sidebar", "Clear all", "Remove ", "Help for ", "Link to heading"):
        page.locator(f'[aria-label^="{own}"]').first.wait_for(state="detached", timeout=5000)
    box = page.get_by_test_id("stMultiSelect").first
    box.locator("input").first.click()
    page.keyboard.type("zzzz")
    page.get_by_text("Không có mục nào").wait_for()
    page.keyboard.press("Escape")
    page.get_by_test_id("stMainMenu").locator("button").click()
    page.get_by_text("In trang", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("English", exact=True).click()
    page.locator('html[lang="en"]').wait_for(state="attached")
    page.locator(f'{MAP}[aria-label="Map"]').first.wait_for()
    settled(page)
    page.locator('[aria-label="Thu thanh bên"]').wait_for(state="detached", timeout=5000)
    page.locator('[aria-label="Collapse sidebar"]').wait_for(state="attached", timeout=5000)


def test_a_calendar_speaks_as_the_page_does_whatever_the_browser_speaks(browser, server):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
    try:
        window = context.new_page()
        for lang, month in (("vi", "Tháng "), ("en", "2026")):
            window.goto(f"{server.address}/xung-dot?lang={lang}")
            window.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for(state="attached")
            settled(window)
            said = ""
            for _ in range(10):  # the framework asks for the language when it draws the page the next time
                window.get_by_test_id("stDateInput").first.get_by_role("spinbutton").first.focus()
                window.keyboard.press("Alt+ArrowDown")
                sheet = window.get_by_role("dialog").first
                sheet.wait_for()
                said = sheet.inner_text()
                window.keyboard.press("Escape")
                if month in said:
                    break
                window.wait_for_timeout(700)
            assert month in said
            assert ("CN" in said) == (lang == "vi")  # Sunday
    finally:
        context.close()


def test_no_figure_stands_alone_below_a_row(page, server):
    answered(page, server)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        tops = page.locator(".tc-card").evaluate_all("all => all.map(e => e.getBoundingClientRect().top)")
        rows = sorted(tops.count(top) for top in set(tops))
        assert rows[0] > 1 or len(tops) == 1, (width, rows)


def inside(one, other):
    """Say whether a box lies in another; a pixel for its line."""
    return (
        one["x"] >= other["x"] - 1
        and one["y"] >= other["y"] - 1
        and one["x"] + one["width"] <= other["x"] + other["width"] + 1
        and one["y"] + one["height"] <= other["y"] + other["height"] + 1
    )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_tools_of_a_drawing_lie_whole_on_a_map_that_can_be_drawn_on(page, server, lang):
    page.goto(f"{server.address}/xung-dot?lang={lang}&draw=zone-draw")
    chart = page.frame_locator(f"{MAP}:visible").first
    chart.locator(".tc-draw").wait_for()
    settled(page)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)
        frame = page.locator(f"{MAP}:visible").first.bounding_box()
        assert frame["width"] >= 560, width
        bar = chart.locator(".tc-draw").bounding_box()
        assert inside(bar, frame), width
        for tool in chart.locator(".tc-draw button").all():
            assert inside(tool.bounding_box(), bar), (width, tool.inner_text())
            assert tool.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), width
    # on a map that is narrower still they stand in rows
    narrow = page.locator(f"{MAP}:visible").first
    narrow.evaluate("e => e.style.setProperty('width', '250px', 'important')")
    page.wait_for_timeout(600)
    bar = chart.locator(".tc-draw").bounding_box()
    assert all(inside(tool.bounding_box(), bar) for tool in chart.locator(".tc-draw button").all())
    assert inside(bar, narrow.bounding_box())


@pytest.mark.parametrize(("lang", "legend"), [("vi", "Chú giải"), ("en", "legend")])
def test_a_narrow_map_says_that_it_has_a_legend_and_opens_it(page, server, lang, legend):
    page.goto(f"{server.address}/xung-dot?lang={lang}")
    chart = page.frame_locator(MAP).first
    head = chart.locator(".tc-panel-head")
    head.wait_for()
    settled(page)
    assert head.get_attribute("aria-expanded") == "true"
    page.set_viewport_size({"width": 683, "height": 768})
    page.wait_for_timeout(800)
    # nobody opened it: it gives way to the land, and its button says what it holds
    assert head.get_attribute("aria-expanded") == "false"
    assert legend in head.inner_text()
    assert head.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    search = chart.locator(".tc-search").bounding_box()
    button = head.bounding_box()
    assert search["x"] + search["width"] <= button["x"]
    head.focus()
    page.keyboard.press("Enter")
    chart.locator(".tc-layer").first.wait_for()
    page.set_viewport_size({"width": 700, "height": 768})
    page.wait_for_timeout(800)
    assert head.get_attribute("aria-expanded") == "true"  # whoever opened it has it open


def test_one_map_stands_on_the_page_while_a_boundary_is_drawn(page, server):
    page.goto(f"{server.address}/xung-dot?lang=vi")
    page.frame_locator(MAP).first.locator(".leaflet-pane path").first.wait_for(state="attached")
    page.get_by_text("Vẽ ranh giới", exact=True).click()
    page.get_by_text("Tên trong kết quả").wait_for()
    settled(page)
    assert page.locator(MAP).count() == 1
