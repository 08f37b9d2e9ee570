"""The form that sites are asked for with, in a real browser, in Vietnamese."""

from __future__ import annotations

import re

from tests.browser.test_journeys import settled

#: a rectangle of 2 by 3 km in the sample district, X north and Y east
CORNERS = [(2_318_000, 560_000), (2_321_000, 560_000), (2_321_000, 562_000), (2_318_000, 562_000)]


def box_named(page, label):
    return page.get_by_test_id("stSelectbox").filter(has_text=label).first


def choose(page, box, option):
    field, wanted = box.locator("input"), page.get_by_role("option", name=option)
    field.scroll_into_view_if_needed()
    settled(page)
    field.click()
    for _ in range(8):  # a page that scrolls or runs while a list opens closes it
        page.wait_for_timeout(700)
        if wanted.count():
            break
        field.press("ArrowDown")
    wanted.click()
    settled(page)


def test_a_pasted_boundary_and_comparisons_are_asked_and_answered(page, server):
    page.set_default_timeout(60_000)
    page.goto(f"{server.address}/chon-dia-diem?lang=vi")
    go = page.get_by_role("button", name="Tìm địa điểm")
    go.wait_for()
    settled(page)
    # a value function is a sentence, never its formula
    assert page.get_by_text("giảm đều đến 0 điểm ở 5.000 m").first.is_visible()
    assert page.get_by_text("linear:").count() == 0
    choose(page, box_named(page, "Ngành"), "Vật liệu xây dựng")
    page.get_by_text("không phải quy định", exact=False).first.wait_for()
    page.get_by_text("So sánh từng cặp", exact=True).first.click()
    settled(page)
    assert go.is_disabled()
    pairs = page.get_by_test_id("stSelectbox").filter(has_text=" so với ")
    for n in range(pairs.count() // 2):  # every pair with the first criterion links them all
        choose(page, pairs.nth(n), "quan trọng hơn một ít (3)")
    page.get_by_text(re.compile(r"Tỷ số nhất quán CR = 0")).wait_for()
    page.get_by_text("Tự vẽ, dán tọa độ", exact=True).click()
    settled(page)
    assert go.is_disabled()
    text = "\n".join(f"{n}; {north},00; {east},00" for n, (north, east) in enumerate(CORNERS, 1))
    page.get_by_test_id("stTextArea").locator("textarea").fill(text)
    page.get_by_test_id("stTextArea").locator("textarea").press("Control+Enter")
    page.get_by_role("button", name="Đưa lên bản đồ").click()
    page.get_by_text("chỗ lệch nhất của vùng tìm").wait_for()
    settled(page)
    assert go.is_enabled()
    go.click()
    # 6 km² are searched, whatever communes they lie in
    page.get_by_text("600,0", exact=True).first.wait_for(timeout=120_000)
    settled(page)


def test_the_way_to_the_answer_is_seen_without_moving_the_page(page, server):
    for lang, label in (("vi", "Tìm địa điểm"), ("en", "Find sites")):
        page.goto(f"{server.address}/chon-dia-diem?lang={lang}")
        go = page.get_by_role("button", name=label)
        go.wait_for()
        settled(page)
        box = go.bounding_box()
        assert 0 < box["y"] <= 768 - box["height"]
    # and it is pressed there: nothing lies over it
    go.click(trial=True)


def test_a_number_is_taken_by_enter_and_written_the_way_of_the_page(page, server):
    page.goto(f"{server.address}/chon-dia-diem?lang=vi")
    box = page.get_by_label("Diện tích tối thiểu (ha)", exact=True)
    box.fill("7.5")
    box.press("Enter")
    settled(page)
    assert box.input_value() == "7,5"
    box.fill("1.500")
    box.press("Enter")
    page.get_by_role("alert").get_by_text("đọc được hai cách").wait_for()
    assert page.get_by_role("button", name="Tìm địa điểm").is_disabled()
