from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, affinity, box

from layers.coordinates import coordinates_of
from spatial import paint
from spatial.paint import Outlines, halved, outlined, painted


def outlines(shapes):
    """Polygons as the engine takes them, in the order given."""
    store = coordinates_of(gpd.GeoDataFrame(geometry=shapes, crs=5897))
    back = np.argsort(store.row)
    rings = [np.arange(store.feature[f], store.feature[f + 1]) for f in back]
    flat = np.concatenate(rings)
    points = [store.xy[store.ring[r] : store.ring[r + 1]] for r in flat]
    return Outlines(
        np.concatenate(points),
        np.concatenate([[0], np.cumsum([len(p) for p in points])]),
        np.concatenate([[0], np.cumsum([len(r) for r in rings])]),
    )


def ones(n):
    return np.arange(1, n + 1, dtype=np.uint16)


@st.composite
def polygons(draw):
    """A wiggly ring around a centre, sometimes with a hole, some of it outside of a picture of 40 cells."""
    n = draw(st.integers(3, 12))
    radius = draw(st.lists(st.floats(1.0, 18.0), min_size=n, max_size=n))
    turn = np.arange(n) * 2 * np.pi / n + draw(st.floats(0, 1))
    x, y = draw(st.floats(-5, 45)), draw(st.floats(-5, 45))
    whole = Polygon(
        np.column_stack([x + np.array(radius) * np.cos(turn), y + np.array(radius) * np.sin(turn)])
    )
    if draw(st.booleans()):
        whole = whole.difference(affinity.scale(whole, 0.4, 0.4))
    return whole


@given(polygons())
def test_cells_are_those_whose_centres_lie_inside(shape):
    cells = painted(outlines([shape]), ones(1), shape=(40, 40))
    x, y = np.meshgrid(np.arange(40) + 0.5, np.arange(40) + 0.5)
    near = shapely.distance(shape.boundary, shapely.points(x, y)) < 1e-9
    inside = shapely.contains_xy(shape, x, y)
    if (inside & ~near).any():  # else it may be a speck, which has one cell
        assert ((cells > 0) == inside)[~near].all()


@given(st.lists(polygons(), min_size=1, max_size=4))
def test_without_compiled_code_the_picture_is_the_same(shapes):
    values = ones(len(shapes))
    found = painted(outlines(shapes), values, shape=(40, 40))
    plain = np.zeros((40, 40), dtype=np.uint16)
    specks = np.zeros(len(shapes), dtype=np.uint8)
    paint._paint_plain(outlines(shapes), values, plain, specks)
    if not specks.any():
        assert (found != plain).mean() < 0.01  # centres on a border may fall to either side


def test_a_hole_and_a_second_part_are_seen():
    ring = box(0, 0, 10, 10).difference(box(3, 3, 7, 7))
    shape = shapely.union_all([ring, box(12, 0, 14, 2)])
    cells = painted(outlines([shape]), ones(1), shape=(10, 15))
    assert cells[5, 5] == 0
    assert cells[1, 1] == cells[1, 13] == 1
    assert cells.sum() == 100 - 16 + 4


def test_neighbours_leave_no_cell_between_them_and_share_none():
    cut = [(0, 0), (7.3, 2.1), (11.9, 13.2), (20, 20)]
    left, right = Polygon([*cut, (0, 20)]), Polygon([*cut, (20, 0)])
    both = [painted(outlines([shape]), ones(1), shape=(20, 20)) for shape in (left, right)]
    assert (both[0] + both[1] == 1).all()


def test_the_later_polygon_lies_on_top_and_a_picture_can_be_painted_over():
    picture = painted(outlines([box(0, 0, 4, 4), box(2, 2, 4, 4)]), ones(2), shape=(4, 4))
    assert picture[0, 0] == 1
    assert picture[3, 3] == 2
    same = painted(outlines([box(0, 0, 1, 1)]), np.array([9], dtype=np.uint16), onto=picture)
    assert same is picture
    assert picture[0, 0] == 9


def test_a_speck_takes_an_empty_cell_only():
    specks = [box(1.6, 1.6, 1.7, 1.7), box(3.6, 3.6, 3.7, 3.7)]
    picture = painted(outlines([box(0, 0, 3, 3), *specks]), ones(3), shape=(5, 5))
    assert picture[1, 1] == 1
    assert picture[3, 3] == 3


def test_borders_far_outside_cost_nothing_and_mark_nothing():
    assert not outlined(outlines([box(1e7, 1e7, 2e7, 2e7)]), shape=(5, 5)).any()
    across = outlined(outlines([box(-1e3, 2.5, 1e3, 1e3)]), shape=(5, 5))
    assert across[2].any()
    assert not across[[0, 1, 3, 4]].any()


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_an_overview_shows_only_what_is_below_it(rows, columns, data):
    values = data.draw(st.lists(st.integers(0, 3), min_size=rows * columns, max_size=rows * columns))
    cells = np.array(values, dtype=np.uint16).reshape(rows, columns)
    small = halved(cells)
    for r in range(small.shape[0]):
        for c in range(small.shape[1]):
            four = cells[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].ravel()
            filled = four[four > 0]
            times = [int((filled == v).sum()) for v in filled]
            expected = int(filled[int(np.argmax(times))]) if len(filled) else 0
            assert small[r, c] == expected
