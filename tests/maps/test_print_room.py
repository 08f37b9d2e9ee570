"""Text on a printed map: nothing lies on another, nothing is cut, what is left out is counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from shapely import Point, box

from maps.country_map import country_layer
from maps.printing import sheet_pages
from maps.printing.room import Said, with_room
from maps.styles import Look
from maps.words import words
from tests.maps.conftest import X0, Y0
from tests.maps.test_printing import PLACE, VI, VN, layer, sheet, signed_layer, texts, written

FRAME = (0.0, 0.0, 200.0, 120.0)
SAID = st.lists(
    st.builds(
        Said,
        text=st.sampled_from(["Hà Nội", "7", "Thạch Thất", "LUC"]),
        at=st.tuples(st.floats(-20, 220), st.floats(-20, 140)),
        size=st.tuples(st.floats(0.5, 210), st.floats(0.5, 30)),
        rank=st.tuples(st.integers(0, 5).map(float)),
        within=st.sampled_from([FRAME, (0.0, 0.0, 90.0, 120.0), (90.0, 0.0, 200.0, 120.0)]),
        movable=st.booleans(),
    ),
    max_size=40,
)


def apart(one, other):
    return one[2] <= other[0] or one[0] >= other[2] or one[3] <= other[1] or one[1] >= other[3]


@given(said=SAID)
def test_no_two_boxes_overlap_none_leaves_its_frame_and_none_is_lost(said):
    placed, left = with_room(said)
    assert len(placed) + len(left) == len(said)
    for (_, one), (_, other) in combinations(placed, 2):
        assert apart(one, other)
    for one, (west, south, east, north) in placed:
        assert one.within[0] - 1e-9 <= west < east <= one.within[2] + 1e-9
        assert one.within[1] - 1e-9 <= south < north <= one.within[3] + 1e-9
        assert (east - west, north - south) == pytest.approx(one.size)
    # one is left out only where something stands in its place or it is larger than its frame
    for one in left:
        (x, y), (wide, tall), (west, south, east, north) = one.at, one.size, one.within
        if wide <= east - west and tall <= north - south:
            start = min(max(x - wide / 2, west), east - wide), min(max(y - tall / 2, south), north - tall)
            own = (*start, start[0] + wide, start[1] + tall)
            assert any(not apart(own, other) and known.rank <= one.rank for known, other in placed)


@given(said=SAID, chance=st.randoms(use_true_random=False))
def test_the_order_in_which_texts_come_is_no_matter(said, chance):
    other = said.copy()
    chance.shuffle(other)
    assert with_room(other)[0] == with_room(said)[0]


def boxes_of(figure):
    """What matplotlib fills with each text, as it draws it: the second way to the same boxes."""
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    for text in axes.texts:
        patch = text.get_bbox_patch()
        extent = (patch if patch is not None else text).get_window_extent()
        yield text.get_text(), (extent.x0, extent.y0, extent.x1, extent.y1)


def signed_on_paper(figure, signs):
    """Boxes of the texts in question as they are drawn, inside of the frame of the map."""
    found = [(text, drawn) for text, drawn in boxes_of(figure) if text in signs]
    edge = figure.axes[0].get_window_extent()
    for _, (west, south, east, north) in found:
        assert edge.x0 - 1 <= west
        assert east <= edge.x1 + 1
        assert edge.y0 - 1 <= south
        assert north <= edge.y1 + 1
    for (_, one), (_, other) in combinations(found, 2):
        assert apart(one, other)
    return [text for text, _ in found]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("paper", "wide"), [("A4", True), ("A4", False), ("A3", True)])
def test_names_of_the_whole_country_lie_apart_and_the_sheet_counts_those_without_room(lang, paper, wide):
    say = words(lang)
    country = country_layer(say)
    here = gpd.GeoDataFrame(geometry=[box(102.0, 8.2, 110.0, 23.5)], crs=4326).to_crs(VN).total_bounds
    (page, *_) = sheet_pages(
        [country], say, sheet=sheet(paper=paper, wide=wide), bounds=tuple(map(float, here))
    )
    west, east = page.axes[0].get_xlim()
    south, north = page.axes[0].get_ylim()
    assert west <= here[0] < here[2] <= east
    assert south <= here[1] < here[3] <= north
    names = {name for name in country.frame["sign"] if name}
    stand = signed_on_paper(page, names)
    assert len(stand) == len(set(stand))
    left = len(names) - len(stand)
    said = " ".join(" ".join(texts(page)).split())
    assert (say("print.no_room", count=left) in said) == bool(left)
    assert len(stand) > len(names) / 2


def test_numbers_of_sites_in_one_place_stand_beside_one_another_and_before_names():
    points = [Point(500 + n, 500) for n in range(3)]
    sites = signed_layer(["1", "2", "3"], points, look=Look("#0072B2", "", "#0072B2", 2.0))
    name = signed_layer(["Thạch Thất"], [Point(500, 500)], look=Look("", "", "#475569"), id="b", order=2)
    (figure,) = sheet_pages([sites, name], VI, sheet=sheet(), bounds=PLACE)
    assert written(figure)["1"].get_position() == pytest.approx((X0 + 500, Y0 + 500))
    assert sorted(signed_on_paper(figure, {"1", "2", "3", "Thạch Thất"})) == ["1", "2", "3", "Thạch Thất"]


def test_of_two_names_in_one_place_that_of_the_larger_land_stands():
    """Seven texts find room about one point at most; the names of the smallest squares are left out."""
    signs = [f"Xã {n}" for n in range(12)]
    squares = [box(500 - 2 * n, 500 - 2 * n, 502 + 2 * n, 502 + 2 * n) for n in range(12)]
    ring = [
        square.difference(box(499, 499, 503, 503)).union(box(500.9, 500.9, 501.1, 501.1))
        for square in squares
    ]
    made = layer(*ring, *[Point(501, 501)] * 12, look=Look("", "", "#475569"))
    named = replace(made, frame=made.frame.assign(sign=[*[""] * 12, *signs]))
    (figure,) = sheet_pages([named], VI, sheet=sheet(), bounds=PLACE)
    stand = signed_on_paper(figure, set(signs))
    assert 0 < len(stand) < 12
    assert VI("print.no_room", count=12 - len(stand)) in " ".join(" ".join(texts(figure)).split())


def test_a_name_never_stands_in_the_land_of_another():
    """Of two names at the border of two lands the second would have room in the first one's alone."""
    lands = box(0, 0, 500, 1000), box(500, 499, 506, 501)
    made = layer(*lands, Point(495, 500), Point(503, 500), look=Look("", "", "#475569"))
    named = replace(made, frame=made.frame.assign(sign=["", "", "Quốc Oai", "Hà Đông"]))
    (figure,) = sheet_pages([named], VI, sheet=sheet(), bounds=PLACE)
    assert signed_on_paper(figure, {"Quốc Oai", "Hà Đông"}) == ["Quốc Oai"]
    assert VI("print.no_room", count=1) in " ".join(" ".join(texts(figure)).split())


def test_codes_of_two_layers_in_one_area_are_written_once():
    made = layer(box(0, 0, 600, 1000))
    one, two = (replace(made, id=name, frame=made.frame.assign(label=[name])) for name in ("LUC", "ONT"))
    (figure,) = sheet_pages([one, two], VI, sheet=sheet(scale=10_000), bounds=PLACE)
    assert signed_on_paper(figure, {"LUC", "ONT"}) == ["ONT"]  # that of the layer on top


def test_a_name_at_the_edge_is_moved_inside_and_not_cut():
    (figure,) = sheet_pages(
        [signed_layer(["Quốc Oai"], [Point(0, 0)], look=Look("", "", "#475569"))], VI,
        sheet=sheet(), bounds=PLACE,
    )  # fmt: skip
    west, south = figure.axes[0].get_xlim()[0], figure.axes[0].get_ylim()[0]
    edge = signed_layer(
        ["Quốc Oai"], [Point(west - X0 + 0.5, south - Y0 + 0.5)], look=Look("", "", "#475569")
    )
    (figure,) = sheet_pages([edge], VI, sheet=sheet(), bounds=PLACE)
    assert signed_on_paper(figure, {"Quốc Oai"}) == ["Quốc Oai"]
