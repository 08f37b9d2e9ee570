from __future__ import annotations

import json
import re

import pytest
from pyproj import Transformer

from layers.crs import as_crs, to_crs
from maps.answer_map import answer_layers, context_layers, drawn_rows, row_at, selection_layer
from maps.assets import outside_addresses
from maps.canvas import base_map, feature_group, proj4_text, view_of
from tests.maps.conftest import HOSTILE, X0, Y0, small_layers

BOUNDS = (105.4, 20.9, 105.7, 21.1)


def page(layers, say):
    chart = base_map(BOUNDS, say, crs=as_crs(5897), label=say("made.label"))
    for layer in layers:
        feature_group(layer).add_to(chart)
    return chart, chart.get_root().render()


def test_a_map_names_no_address_outside(answer, say):
    chart, html = page(answer_layers(answer, drawn_rows(answer), say), say)
    assert outside_addresses(chart) == []
    asked = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert asked
    assert [a for a in asked if not a.startswith("../../gis/static/")] == []


def test_plain_folium_would_be_caught():
    import folium

    assert outside_addresses(folium.Map()) != []


def test_hostile_text_stays_data_in_every_layer(hostile_answer, say):
    layers = [
        *answer_layers(hostile_answer, drawn_rows(hostile_answer), say),
        *context_layers(list(small_layers(HOSTILE)), say),
    ]
    _, html = page(layers, say)
    assert "<img" not in html
    assert html.count("</script>") == html.count("<script")
    assert "49" not in re.findall(r"onerror=alert\(1\)[^\"]*", html)[0]
    # data stand in JSON strings and nowhere else; not in markup, not in a template literal
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", html)
    for sign in ("onerror", "`", "${"):
        assert sign not in bare


def test_text_comes_through_unchanged_and_is_never_rendered_as_a_template(hostile_answer, say):
    """Folium renders scripts twice: text with template marks would be run on the server."""
    for layer in answer_layers(hostile_answer, drawn_rows(hostile_answer), say)[:1]:
        _, html = page([layer], say)
        data = json.JSONDecoder().raw_decode(html, html.index('{"type": "FeatureCollection"'))[0]
        assert data["features"][0]["properties"]["tip"][0] == HOSTILE
        assert "{{" not in html.replace(say("made.label"), "")


def test_folium_itself_would_run_the_template():
    """The trap that the test above guards against is still there."""
    import folium

    chart = folium.Map()
    point = {"type": "Point", "coordinates": [105, 21]}
    folium.GeoJson({"type": "Feature", "geometry": point, "properties": {"t": "{{7*7}}"}}).add_to(chart)
    assert '"49"' in chart.get_root().render()


def test_the_made_label_stands_on_the_map(answer, say):
    _, html = page([], say)
    assert json.dumps(say("made.label"), ensure_ascii=False) in html


def test_features_carry_a_look_and_lines_of_text(answer, say):
    layer = answer_layers(answer, drawn_rows(answer), say)[0]
    html = feature_group(layer).add_to(base_map(BOUNDS, say)).get_root().render()
    assert '"tip": ["CCN Thử"' in html


def test_one_drawn_feature_per_row_that_is_hit(answer):
    drawn = drawn_rows(answer)
    shown = answer.rows[answer.rows["state"].isin(["blocks", "needs_consent", "no_data"])]
    assert sorted(drawn["row"]) == sorted(shown.index)
    areal = drawn[drawn.geometry.area > 0]
    assert areal.geometry.area.sum() / 1e4 == pytest.approx(50.0)


@pytest.mark.parametrize(("at", "code"), [((100, 500), "ONT"), ((300, 500), "LUC")])
def test_a_click_finds_zone_and_row(answer, at, code):
    zone, row = row_at(answer, drawn_rows(answer), X0 + at[0], Y0 + at[1])
    assert zone == "Z1"
    assert answer.rows.loc[row, "code"] == code


def test_a_click_on_clear_land_finds_the_zone_and_beside_it_nothing(answer):
    drawn = drawn_rows(answer)
    assert row_at(answer, drawn, X0 + 900, Y0 + 500) == ("Z1", None)
    assert row_at(answer, drawn, X0 - 50, Y0) == ("", None)


def test_the_selection_marks_the_overlap_or_else_the_zone(answer):
    drawn = drawn_rows(answer)
    hit = int(answer.rows.index[answer.rows["state"] == "blocks"][0])
    assert selection_layer(answer, drawn, zone="Z1", row=hit).frame.geometry.area.sum() == pytest.approx(
        200_000
    )
    assert selection_layer(answer, drawn, zone="Z1", row=None).frame.geometry.area.sum() == pytest.approx(
        1_000_000
    )
    assert selection_layer(answer, drawn, zone="", row=None).frame.empty


def test_proj4_text_agrees_with_the_pinned_operation():
    """proj4js reads +towgs84 as PROJ does; PROJ through that text must give our coordinates."""
    crs = as_crs(5897)
    x, y = Transformer.from_crs("EPSG:4326", proj4_text(crs), always_xy=True).transform(105.56, 21.02)
    import geopandas as gpd
    from shapely import Point

    ours = to_crs(gpd.GeoDataFrame(geometry=[Point(105.56, 21.02)], crs=4326), crs).geometry.iloc[0]
    assert (x, y) == pytest.approx((ours.x, ours.y), abs=0.005)


def test_a_view_shows_the_box_and_never_dives_too_deep():
    (lat, lon), zoom = view_of((105.5, 21.0, 105.5001, 21.0001))
    assert zoom == 17.0
    assert (lat, lon) == pytest.approx((21.00005, 105.50005), abs=1e-5)
    assert view_of((102, 8, 110, 24))[1] == 5.0
