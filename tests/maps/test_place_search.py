from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import Point, box
from starlette.requests import Request

from layers import Layer, Period
from layers.crs import as_crs
from layers.errors import StoreError
from maps.canvas import Served, base_map
from maps.place_search import PlaceIndex, coordinate_hits
from maps.search_service import find_places, search_address
from maps.words import words
from tests.maps.conftest import HOSTILE, X0, Y0, awaited, frame, small_layers

VN = as_crs(5897)
VI = words("vi")


def index(*names, kind="admin_unit", period=None):
    shapes = frame(*[box(1000 * n, 0, 1000 * n + 500, 500) for n in range(len(names))], name=list(names))
    return Layer(shapes, "thử", kind, period)


def titles(query, *layers):
    return [hit.title for hit in PlaceIndex(layers).find(query, VI)]


@pytest.mark.parametrize("query", ["dong truc", "ĐỒNG TRÚC", "đồng trúc", "Dong  Truc", "truc dong", "trúc"])
def test_a_name_is_found_with_or_without_accents(query):
    assert titles(query, index("Xã Đồng Trúc", "Xã Hạ Bằng")) == ["Xã Đồng Trúc"]


def test_the_nearest_name_stands_first():
    layer = index("Kênh Hòa Lạc Đông", "Hòa Lạc", "Đường đi Hoà Lạc", "Phòa lạc")
    assert titles("hoa lac", layer) == ["Hòa Lạc", "Đường đi Hoà Lạc", "Kênh Hòa Lạc Đông", "Phòa lạc"]


def test_the_latest_period_of_a_name_stands_first_and_says_so():
    old = index("CCN A", kind="industrial_cluster", period=Period(2011, 2020, "approved"))
    new = index("CCN A", kind="industrial_cluster", period=Period(2021, 2030, "approved"))
    found = PlaceIndex([old, new]).find("ccn a", VI)
    assert [hit.detail for hit in found] == ["Cụm công nghiệp · 2021-2030", "Cụm công nghiệp · 2011-2020"]


def test_a_feature_is_found_by_its_id_and_lies_where_it_lies():
    zones, _, _ = small_layers()
    (hit,) = PlaceIndex([zones]).find("z1", VI)
    assert hit.title == "CCN Thử"
    back = Transformer.from_crs(4326, VN, always_xy=True).transform_bounds(*hit.bounds)
    assert back == pytest.approx((X0, Y0, X0 + 1000, Y0 + 1000), abs=5)  # a box of a box, in degrees


def test_features_without_a_name_and_questions_without_words_find_nothing():
    layer = Layer(frame(Point(0, 0), Point(1, 1), name=[None, ""]), "a", "school")
    assert titles("a", layer) == []
    assert titles("  ", index("Xã A")) == []


@pytest.mark.parametrize(
    "query",
    [
        "21,0205 105,5604",
        "21.0205, 105.5604",
        "21.0205,105.5604",
        "105.5604 21.0205",
        "lat 21.0205 lon 105.5604",
        "21,0205; 105,5604",
        "21°01'13.8\"N 105°33'37.44\"E",
        "105°33'37,44\"Đ 21°01'13,8\"B",
        "21°01′13.8″ 105°33′37.44″",
    ],
)
def test_degrees_are_read_however_they_are_written(query):
    (hit,) = coordinate_hits(query, VN, VI)
    assert hit.bounds == pytest.approx((105.5604, 21.0205, 105.5604, 21.0205), abs=1e-7)
    assert hit.title == "21,020500°, 105,560400°"


@pytest.mark.parametrize(
    "query",
    [
        "2322000.5 555000.25",
        "X 2.322.000,5 Y 555.000,25",
        "Y=555000,25; X=2322000,5",
        "2,322,000.5 555,000.25",
    ],
)
def test_metres_are_read_in_either_order_and_say_their_system(query):
    (hit,) = coordinate_hits(query, VN, VI)
    assert hit.title == "X 2.322.000,50  Y 555.000,25"
    assert "EPSG:5897" in hit.detail
    x, y = Transformer.from_crs(4326, VN, always_xy=True).transform(*hit.bounds[:2])
    # PROJ's own way through its default operation lies within metres of the pinned one
    assert (x, y) == pytest.approx((555_000.25, 2_322_000.5), abs=3)


def test_metres_go_through_the_pinned_operation():
    from layers.crs import to_crs

    (hit,) = coordinate_hits("2322000 555000", VN, VI)
    here = gpd.GeoDataFrame(geometry=[Point(hit.bounds[:2])], crs=4326)
    back = to_crs(here, VN).geometry.iloc[0]
    assert (back.x, back.y) == pytest.approx((555_000, 2_322_000), abs=0.001)


@pytest.mark.parametrize(
    "query",
    ["12 13", "21,02", "CCN 21 105", "1 2 3", "48.85, 2.35", "", "9999999 9999999", "21 105 7", "..., -"],
)
def test_what_is_no_place_in_vietnam_is_no_place(query):
    assert coordinate_hits(query, VN, VI) == []


@given(st.floats(8, 23.5), st.floats(102.5, 117.5), st.sampled_from(["vi", "en"]), st.booleans())
def test_degrees_written_in_either_language_come_back(lat, lon, lang, swapped):
    say = words(lang)
    pair = [say.number(lat, 5), say.number(lon, 5)]
    hits = coordinate_hits(" ".join(reversed(pair) if swapped else pair), VN, say)
    found = [hit.bounds for hit in hits]
    assert any(b == pytest.approx((lon, lat, lon, lat), abs=1e-5) for b in found)


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    for hit in coordinate_hits(text, VN, VI) + PlaceIndex([index("Xã A")]).find(text, VI):
        assert 102 <= hit.bounds[0] <= 118


def test_the_service_answers_for_its_workspace_alone(small_workspace):
    token = search_address(str(small_workspace.folder), "vi").split("/")[-1]
    assert [hit["title"] for hit in find_places(token, "thu")] == ["CCN Thử"]
    assert [hit["detail"] for hit in find_places(token, "21,02 105,56")] == [VI("search.degrees")]
    with pytest.raises(StoreError, match="token_invalid"):
        find_places(token[:-2] + "xx", "thu")


def test_a_layer_saved_later_is_found(small_workspace):
    token = search_address(str(small_workspace.folder), "vi").split("/")[-1]
    assert find_places(token, "moi tinh") == []
    small_workspace.save(index("Xã Mới Tinh", period=Period(2025, 2025, "surveyed")))
    assert [hit["title"] for hit in find_places(token, "moi tinh")] == ["Xã Mới Tinh"]


def test_names_with_markup_are_data(small_workspace):
    token = search_address(str(small_workspace.folder), "vi").split("/")[-1]
    assert HOSTILE in [hit["title"] for hit in find_places(token, "script")]


def test_a_map_without_a_server_has_no_search_box(say):
    bounds = (105.4, 20.9, 105.7, 21.1)
    assert "TC.search(" not in base_map(bounds, say).get_root().render()
    assert "TC.search(" in base_map(bounds, say, served=Served("../../gis/search/x")).get_root().render()


def test_a_search_does_not_wait_behind_tiles(small_workspace):
    """The common hands are all taken; names are found all the same."""
    import app

    token = search_address(str(small_workspace.folder), "vi").split("/")[-1]
    scope = {"type": "http", "path_params": {"token": token}, "query_string": b"q=thu", "headers": []}
    free = Event()

    async def asked():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        held = loop.run_in_executor(None, free.wait, 60)
        try:
            return await asyncio.wait_for(app.search_response(Request(scope)), 30)
        finally:
            free.set()
            await held

    assert "CCN Thử" in awaited(asked()).body.decode()
