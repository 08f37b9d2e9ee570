"""A reviewer compares two plan periods on the real page."""

from __future__ import annotations

import pytest

from tests.browser.test_journeys import settled, the_map, view, view_when

BUTTON = {"vi": "So sánh", "en": "Compare"}
SWIPE = {"vi": "Kéo so sánh", "en": "Swipe"}


@pytest.mark.parametrize("lang", ["en"])
def test_from_two_periods_to_the_cluster_that_moved_and_back_from_the_map(page, server, lang):
    page.goto(f"{server.address}/so-sanh-ky?lang={lang}")
    page.get_by_role("button", name=BUTTON[lang], exact=True).click()
    page.locator(".tc-cards").wait_for()
    the_map(page).locator("path").first.wait_for()
    settled(page)
    before = view(page)
    table = page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    page.mouse.click(table["x"] + 120, table["y"] + 52)
    page.locator(".tc-facts").wait_for()
    settled(page)
    now = view_when(page, lambda seen: seen[2] > before[2])
    assert now[2] > before[2]
    page.get_by_text(SWIPE[lang], exact=True).first.click()
    settled(page)
    the_map(page).locator(".tc-swipe").first.wait_for()
    assert page.get_by_text("dữ liệu mô phỏng" if lang == "vi" else "made data").first.is_visible()
