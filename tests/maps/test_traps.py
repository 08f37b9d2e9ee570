"""Traps of the front end that pages must not walk into again; docs/views.md lists each with its test."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest
from shapely import box

from layers.crs import as_crs
from maps.canvas import MapLayer, base_map, feature_group
from maps.compare_view import view_map
from maps.pages import _map
from tests.maps.conftest import HOSTILE, frame
from tests.maps.visits import press

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "maps" / "pages").glob("*.py"))
BOUNDS = (105.4, 20.9, 105.7, 21.1)


def calls(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_a_period_is_never_told_from_another_by_the_map_itself(say):
    """The component compares scripts without every ``_word``: what varies travels in groups."""
    from streamlit_folium import generate_js_hash, generate_leaflet_string

    def script(made):
        made.get_root().render()
        return generate_js_hash(generate_leaflet_string(made), "x")

    def group(year):
        shape = frame(box(0, 0, 10, 10))
        made = feature_group(MapLayer(f"ky_{year}", f"ky_{year}", "g", 1, shape, []))
        made.add_to(base_map(BOUNDS, say))
        return made.text()

    assert script(base_map(BOUNDS, say)) == script(base_map(BOUNDS, say))
    assert group(2015) != group(2025)


def test_no_map_is_used_by_two_runs(open_page, small_workspace):
    test = press(open_page(small_workspace.folder), "Kiểm tra")
    test.run()
    charts = [chart for chart, _ in open_page.shown]
    assert len(charts) >= 2
    assert len({id(chart) for chart in charts}) == len(charts)


def test_maps_of_two_periods_are_made_anew_too(say):
    one, two = (view_map(BOUNDS, say, name="compare") for _ in range(2))
    assert one is not two
    assert base_map(BOUNDS, say) is not base_map(BOUNDS, say)


def test_a_click_that_is_reported_again_is_handled_once(monkeypatch):
    state = {}
    monkeypatch.setattr(_map.st, "session_state", state)
    state["m-vi"] = {"last_clicked": {"lat": 21.0, "lng": 105.5}}
    _map.note_click("m", "m-vi")
    assert _map.clicked_point("m") == (105.5, 21.0)
    _map.note_click("m", "m-vi")  # the same point comes with every later event
    assert _map.clicked_point("m") is None
    state["m-vi"] = {"last_clicked": {"lat": 21.0, "lng": 105.6}}
    _map.note_click("m", "m-vi")
    assert _map.clicked_point("m") == (105.6, 21.0)


def test_maps_report_clicks_and_drawings_and_nothing_that_moves(open_page, small_workspace):
    open_page(small_workspace.folder)
    assert open_page.shown
    for _, given in open_page.shown:
        assert set(given["returned_objects"]) <= {"last_clicked", "all_drawings"}
        assert callable(given["on_change"])


def test_no_map_of_any_page_reports_where_it_was_moved_to():
    """Those of two periods as well, and those behind a question that only some pages ask."""
    found = [call for file in PAGES for call in calls(file) if ast.unparse(call.func) == "st_folium"]
    assert len(found) >= 2
    for call in found:
        given = {k.arg: k.value for k in call.keywords}
        said = {n.value for n in ast.walk(given["returned_objects"]) if isinstance(n, ast.Constant)}
        assert "last_clicked" in said
        assert said <= {"last_clicked", "all_drawings"}
        assert "on_change" in given


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f.stem)
def test_no_page_reruns_a_fragment_from_a_report_of_the_map(file):
    for call in calls(file):
        assert "fragment" not in [ast.unparse(k.value).strip("'") for k in call.keywords if k.arg == "scope"]


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f.stem)
def test_caches_are_keyed_by_names_and_versions_never_by_frames(file):
    plain = {"str", "int", "float", "bool", "date", "tuple[tuple[str, int], ...]"}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any("cache_" in ast.unparse(d) for d in node.decorator_list):
            keys = [ast.unparse(a.annotation) for a in (*node.args.args, *node.args.kwonlyargs)]
            assert set(keys) <= plain, node.name


def test_one_row_that_was_edited_gives_a_new_answer(open_page, small_workspace):
    from dataclasses import replace

    def figures(test):
        return [str(p.proto.body) for p in test.get("html") if "class='tc-cards'" in str(p.proto.body)][-1]

    before = figures(press(open_page(small_workspace.folder), "Kiểm tra"))
    land = small_workspace.load("land_use_2025")
    edited = land.frame.copy()
    edited.loc[edited.index[0], "code"] = "SKN"
    small_workspace.save(replace(land, frame=edited), expected=1)
    assert figures(press(open_page(small_workspace.folder), "Kiểm tra")) != before


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f.stem)
def test_no_page_starts_a_process(file):
    """A pool that is started from a page runs that page again in each of its processes."""
    tree = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = [alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names]
    named = [str(node.module) for node in tree if isinstance(node, ast.ImportFrom)]
    names = {name.partition(".")[0] for name in (*plain, *named)}
    assert not names & {"multiprocessing", "subprocess", "concurrent"}


def test_the_map_has_a_depth_of_its_own_and_no_interactive_vector_tiles(say):
    assert base_map(BOUNDS, say).options["maxZoom"] == 19
    scripts = list((ROOT / "maps" / "static").glob("*.js"))
    assert scripts
    assert not any("vectorGrid" in file.read_text(encoding="utf-8") for file in scripts)


def test_pages_have_no_address_of_their_own_beside_the_application():
    assert not (ROOT / "pages").exists()  # Streamlit would serve such a folder around any gate
    named = {
        ast.unparse(call.args[0]) for call in calls(ROOT / "app.py") if ast.unparse(call.func) == "st.Page"
    }
    assert named
    assert all(name.startswith("_PAGES / ") for name in named)


def test_an_upload_is_limited_by_the_server_and_not_by_its_widget():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert 0 < settings["server"]["maxUploadSize"] <= 500
    assert settings["server"]["enableStaticServing"] is False
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"


@pytest.mark.parametrize("file", [*PAGES, ROOT / "app.py"], ids=lambda f: f.stem)
def test_no_icon_is_fetched_for_a_page(file):
    icons = [k.value for call in calls(file) for k in call.keywords if k.arg == "page_icon"]
    assert not any(":material/" in ast.unparse(icon) for icon in icons)


def test_facts_of_a_layer_and_names_of_basemaps_stay_data(say):
    """Every new place for text from data: what the panel says of a layer, and what a basemap is called."""
    from maps.canvas import Served

    shape = frame(box(0, 0, 10, 10))
    layer = MapLayer("a", HOSTILE, HOSTILE, 1, shape, [], about=((HOSTILE, HOSTILE),))
    offered = [
        {"id": "x", "title": HOSTILE, "address": "../../gis/base/x", "attribution": HOSTILE, "deepest": 9}
    ]
    chart = base_map(BOUNDS, say, crs=as_crs(5897), served=Served(basemaps=offered))
    feature_group(layer).add_to(chart)
    html = chart.get_root().render()
    assert "<img src=x" not in html
    assert "</script><img" not in html
    told = html.split("TC.basemaps(")[1].split(");")[0].replace(chart.get_name(), "")  # its name is drawn
    assert "49" not in told  # {{7*7}} was never reckoned
