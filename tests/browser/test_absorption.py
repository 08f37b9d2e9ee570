"""From the question how long land lasts to the polygons behind the answer."""

from __future__ import annotations

import geopandas as gpd
import pytest

from tests.browser.test_journeys import click_row, settled, the_map, view

GO = {"vi": "Tính đất bị hấp thụ", "en": "Calculate absorbed land"}
SWIPE = {"vi": "Kéo so sánh", "en": "Swipe"}
SIDE = {"vi": "Kỳ {} ·", "en": "{} · surveyed"}
EXPORT = {"vi": "Xuất kết quả", "en": "Export"}


@pytest.mark.parametrize("lang", ["vi"])
def test_from_a_commune_that_loses_land_to_the_polygons_behind_it(page, server, lang, tmp_path):
    page.goto(f"{server.address}/dat-bi-hap-thu?lang={lang}")
    page.get_by_role("button", name=GO[lang], exact=True).click()
    page.locator(".tc-cards").wait_for(timeout=120_000)
    frame = the_map(page)
    frame.locator(".leaflet-tc-60-lost-0-pane path").first.wait_for(state="attached")
    settled(page)
    assert {"vi": "97,4", "en": "97.4"}[lang] in page.locator(".tc-cards").inner_text()
    before = view(page)
    click_row(page, 3, x=120)
    frame.locator(".leaflet-tc-90-selection-pane path").first.wait_for()
    page.locator("strong", has_text="Hòa Lạc").first.wait_for()
    for _ in range(40):
        if view(page)[2] > before[2]:
            break
        page.wait_for_timeout(250)
    assert view(page)[2] > before[2]
    page.get_by_text(SWIPE[lang], exact=True).click()
    settled(page)
    for year in ("2010", "2025"):
        the_map(page).get_by_text(SIDE[lang].format(year)).first.wait_for()
    page.get_by_role("button", name=EXPORT[lang]).click()
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("button", name="GeoPackage").first.click()
    waiting.value.save_as(tmp_path / "x.gpkg")
    lost = gpd.read_file(tmp_path / "x.gpkg", layer="lost")
    assert lost["area_ha"].sum() == pytest.approx(97.41, abs=0.01)
    assert lost.area.sum() / 1e4 == pytest.approx(lost["area_ha"].sum())
