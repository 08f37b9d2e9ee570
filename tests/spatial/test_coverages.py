"""Two coverages: equal polygons, vertices moved together, and every pair as the plain engine has it."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from spatial import _compiled, _twins
from spatial._coverages import compared
from spatial._geos import by_geos
from spatial._twins import twins
from spatial._weld import welded
from spatial.overlap import overlap_areas
from tests.spatial.conftest import CRS, place, seeds
from tests.spatial.coverages import net, polygons, rewritten, two_dates

WAYS = ["compiled", "plain"] if _compiled.COMPILED else ["plain"]


@pytest.fixture(params=WAYS, autouse=True)
def way(request, monkeypatch):
    """Both ways, whatever the number of polygons."""
    monkeypatch.setattr(_compiled, "FEW", 0 if request.param == "compiled" else 10**9)
    return request.param


def array(*shapes):
    return np.array(shapes, dtype=object)


def ring_with_hole(rng, *, parts=2):
    """A multipolygon of crooked parts, each with two holes."""
    made = []
    for k in range(parts):
        x, y = 200.0 * k, float(rng.uniform(-5, 5))
        outer = np.array([(0, 0), (100, 0), (100, 100), (0, 100)]) + rng.uniform(-9, 9, (4, 2)) + [x, y]
        holes = [
            np.array([(c, 30), (c + 15, 30), (c, 60)]) + rng.uniform(-4, 4, (3, 2)) + [x, y] for c in (20, 60)
        ]
        made.append(Polygon(outer, holes))
    return place(MultiPolygon(made))


@given(seeds)
def test_twins_are_found_however_their_rings_are_written(seed):
    rng = np.random.default_rng(seed)
    shapes = [*polygons(*net(rng, 3)), ring_with_hole(rng), ring_with_hole(rng, parts=1)]
    a = array(*shapes)
    order = rng.permutation(len(a))
    b = array(*[rewritten(rng, a[k]) for k in order])
    i, j = twins(a, b)
    assert i.tolist() == list(range(len(a)))
    assert order[j].tolist() == i.tolist()


@given(seeds, st.integers(0, 200))
def test_one_vertex_off_by_the_last_bit_is_no_twin(seed, at):
    rng = np.random.default_rng(seed)
    whole = ring_with_hole(rng)
    xy = shapely.get_coordinates(whole)
    rings = shapely.get_rings(shapely.get_parts(whole))
    first = np.cumsum(shapely.get_num_coordinates(rings)) - shapely.get_num_coordinates(rings)
    k = at % len(rings)
    ends = [first[k], first[k] + shapely.get_num_coordinates(rings[k]) - 1]
    xy[ends, rng.integers(2)] = np.nextafter(xy[ends[0], rng.integers(2)], 0)
    other = shapely.set_coordinates(whole, xy)
    assert twins(array(whole), array(other))[0].tolist() == []
    assert twins(array(whole), array(rewritten(rng, whole)))[0].tolist() == [0]


@given(seeds)
@settings(max_examples=15)
def test_equal_numbers_of_unequal_polygons_make_no_twins(seed):
    rng = np.random.default_rng(seed)
    a, b = two_dates(rng, 4)
    expected = {(i, j) for i in range(len(a)) for j in range(len(b)) if a[i].equals(b[j])}
    with pytest.MonkeyPatch.context() as patch:
        i, j = twins(a, b)
        assert set(zip(i.tolist(), j.tolist(), strict=True)) == expected
        # numbers that collide: each polygon has that of its place
        patch.setattr(_twins, "_keys", lambda g: np.arange(1, len(g) + 1, dtype=np.uint64))
        i, j = twins(a, b)
        assert set(zip(i.tolist(), j.tolist(), strict=True)) == {(p, q) for p, q in expected if p == q}


def test_polygons_that_occur_twice_and_empty_ones_have_no_twin():
    a = array(box(0, 0, 1, 1), box(0, 0, 1, 1), box(2, 0, 3, 1), Polygon(), box(4, 0, 5, 1))
    b = array(box(4, 0, 5, 1), box(0, 0, 1, 1), Polygon(), box(2, 0, 3, 1), box(2, 0, 3, 1))
    i, j = twins(a, b)
    assert (i.tolist(), j.tolist()) == ([4], [0])
    assert twins(a[:0], b)[0].tolist() == twins(a[3:4], b[2:3])[0].tolist() == []


def test_minus_zero_is_zero():
    i, j = twins(array(box(-0.0, -0.0, 1, 1)), array(box(0.0, 0.0, 1, 1)))
    assert (i.tolist(), j.tolist()) == ([0], [0])


def test_the_same_vertices_joined_otherwise_are_no_twins():
    bow = [(0, 0), (10, 0), (10, 10), (5, 4), (0, 10)]
    roof = [(0, 0), (10, 0), (5, 4), (10, 10), (0, 10)]
    assert twins(array(Polygon(bow)), array(Polygon(roof)))[0].tolist() == []


def pair_table(i, j, area_m2):
    table = dict(zip(zip(i.tolist(), j.tolist(), strict=True), area_m2.tolist(), strict=True))
    assert len(table) == len(i)
    return table


def plain_areas(a, b):
    found = overlap_areas(gpd.GeoDataFrame(geometry=a, crs=CRS), gpd.GeoDataFrame(geometry=b, crs=CRS))
    return pair_table(found["zone"], found["feature"], found["area_m2"])


def assert_same_areas(found, expected):
    """Equal to 1e-9 of the area or 1e-6 m²: a pair of so little may be in one table alone."""
    for pair in found.keys() | expected.keys():
        assert found.get(pair, 0.0) == pytest.approx(expected.get(pair, 0.0), rel=1e-9, abs=5e-6)


def valid_dates(rng, **how):
    a, b = two_dates(rng, **how)
    assume(shapely.is_valid(a).all() and shapely.is_valid(b).all())
    return a, b


@given(seeds)
@settings(max_examples=12)
@pytest.mark.parametrize(("moved", "noise_m"), [(0.0, 0.0), (0.1, 0.0), (0.0, 0.3), (1.0, 0.0)])
def test_every_pair_is_as_without_twins(moved, noise_m, seed):
    a, b = valid_dates(np.random.default_rng(seed), moved=moved, noise_m=noise_m)
    found = compared(a, b)
    assert_same_areas(pair_table(*found.areas()), plain_areas(a, b))
    pieces = found.pieces()
    assert shapely.is_valid(pieces).all()
    assert shapely.area(pieces) == pytest.approx(found.shared.area_m2, rel=1e-9, abs=5e-6)
    if not moved and not noise_m:
        assert len(found.twin_a) >= len(b) - 1


@given(seeds)
@settings(max_examples=15)
def test_polygons_that_a_layer_has_twice_lose_no_pair(seed):
    rng = np.random.default_rng(seed)
    a, b = valid_dates(rng)
    a, b = np.append(a, a[rng.integers(0, len(a), 2)]), np.append(b, b[rng.integers(0, len(b), 2)])
    assert_same_areas(pair_table(*compared(a, b).areas()), plain_areas(a, b))


@given(seeds)
@settings(max_examples=15)
def test_order_and_writing_of_the_polygons_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    a, b = valid_dates(rng)
    order = rng.permutation(len(a))
    again = array(*[rewritten(rng, a[k]) for k in order])
    i, j, area_m2 = compared(again, b).areas()
    assert_same_areas(pair_table(order[i], j, area_m2), pair_table(*compared(a, b).areas()))


@given(seeds)
@settings(max_examples=15)
def test_the_land_of_a_gapless_coverage_is_shared_whole(seed):
    rng = np.random.default_rng(seed)
    points, rings = net(rng, 5)
    a = polygons(points, rings)
    # the outer border stays: both dates are the same land
    inner = shapely.distance(shapely.points(points), shapely.union_all(a).exterior) > 1.0
    points[inner] += rng.uniform(-8, 8, points.shape)[inner] * (rng.random((len(points), 1)) < 0.2)[inner]
    b = polygons(points, rings)
    assume(shapely.is_valid(a).all() and shapely.is_valid(b).all())
    i, j, area_m2 = compared(a, b).areas()
    assert np.bincount(i, area_m2) == pytest.approx(shapely.area(a), rel=1e-9)
    assert np.bincount(j, area_m2) == pytest.approx(shapely.area(b), rel=1e-9)


@given(seeds)
@settings(max_examples=10)
@pytest.mark.parametrize("moved", [0.05, 0.3])
def test_pieces_along_shared_borders_are_those_of_geos(moved, seed):
    a, b = valid_dates(np.random.default_rng(seed), n=5, moved=moved)
    found = compared(a, b)
    pieces = found.pieces()
    expected = shapely.intersection(found.before[found.shared.i], found.after[found.shared.j])
    assert shapely.is_valid(pieces).all()
    assert shapely.area(shapely.symmetric_difference(pieces, expected)).max(initial=0.0) < 1e-5
    assert np.isin(shapely.get_type_id(pieces), (3, 6)).all()


@pytest.mark.skipif(
    not _compiled.COMPILED, reason="numba is not installed: there is no compiled path to test"
)
@given(seeds)
@settings(max_examples=15)
def test_what_is_left_along_shared_borders_is_the_rest(seed):
    from spatial._edges import edges_of
    from spatial._pieces import traced
    from spatial._trace import Pairs

    a, b = valid_dates(np.random.default_rng(seed), n=5, moved=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "FEW", 0)
        found = compared(a, b)
    i, j = found.shared.i, found.shared.j
    a, b = found.before, found.after
    area_b = shapely.area(b)[j]
    pairs = Pairs(i, j, np.maximum(area_b - found.shared.area_m2, 0.0), shapely.area(a)[i], area_b)
    left = traced(a[i], b[j], (edges_of(a), edges_of(b)), pairs, minus=True)
    assert shapely.is_valid(left).all()
    expected = shapely.difference(b[j], a[i])
    assert shapely.area(shapely.symmetric_difference(left, expected)).max(initial=0.0) < 1e-5


CORNER = [(0, 0), (100, 0), (100, 100), (0, 100)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        # a border moved between two vertices that stay: along shared edges with land on one side
        ([(0, 0), (100, 0), (100, 100), (50, 80), (0, 100)], 9000.0),
        ([(0, 0), (100, 0), (100, 100), (50, 120), (0, 100)], 10_000.0),
        # both beside it and crossing into it, from a vertex that both have
        ([(100, 0), (200, 0), (200, 100), (100, 100), (80, 50)], 1000.0),
        ([(100, 0), (200, 0), (200, 100), (100, 100), (120, 50)], None),
        # a corner cut off: its ends lie on an edge, which GEOS has to judge
        ([(0, 0), (60, 0), (0, 60)], 1800.0),
        # through two opposite corners
        ([(0, 0), (120, -10), (100, 100)], None),
        # two pieces that touch in a vertex of both
        ([(0, 0), (100, 100), (150, 50), (120, 200), (-50, 150), (-20, 50)], None),
    ],
)
@pytest.mark.parametrize("turn", [0, 1, 3])
@pytest.mark.parametrize("ways", [(1, 1), (1, -1), (-1, 1)])
def test_polygons_that_share_vertices_by_hand(other, expected, turn, ways):
    ours, theirs = CORNER[:: ways[0]], (other[turn:] + other[:turn])[:: ways[1]]
    a, b = array(place(Polygon(ours))), array(place(Polygon(theirs)))
    found = compared(a, b)
    true = shapely.intersection(a, b)[0]
    assert found.areas()[2].sum() == pytest.approx(true.area, abs=1e-6)
    if expected is not None:
        assert true.area == pytest.approx(expected)
    pieces = found.pieces()
    assert shapely.is_valid(pieces).all()
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(pieces), true)) < 1e-5


def test_shared_borders_are_traced_and_not_left_to_geos(way, monkeypatch):
    if way == "plain":
        pytest.skip("only the compiled path traces")
    rng = np.random.default_rng(3)
    points, rings = net(rng, 8, 4)
    b = points.copy()
    b[rng.random(len(points)) < 0.1] += 7.0
    seen = []
    monkeypatch.setattr(
        "spatial._pieces.by_geos", lambda a, *rest, **how: seen.append(len(a)) or by_geos(a, *rest, **how)
    )
    found = compared(polygons(points, rings), polygons(b, rings))
    assert len(found.pieces()) > 100
    assert sum(seen) < 0.25 * len(found.shared.i)


def vertex_set(shapes):
    return {tuple(xy) for xy in shapely.get_coordinates(shapes).tolist()}


def edges_of(shape):
    xy = shapely.get_coordinates(shape).tolist()
    return {frozenset(map(tuple, pair)) for pair in itertools.pairwise(xy) if pair[0] != pair[1]}


@given(seeds, st.sampled_from([0.1, 0.5, 3.0, 40.0]))
@settings(max_examples=40)
def test_welding_keeps_polygons_valid_vertices_near_and_borders_shared(seed, tolerance_m):
    rng = np.random.default_rng(seed)
    points, rings = net(rng, 4)
    a = polygons(points, rings)
    again = points + rng.uniform(-0.6, 0.6, points.shape)
    b = polygons(again, rings)
    assume(shapely.is_valid(a).all() and shapely.is_valid(b).all())
    out, moved = welded(a, b, tolerance_m=tolerance_m)
    assert shapely.is_valid(out).all()
    assert not shapely.is_empty(out).any()
    # every vertex of one polygon went to one place, and the same one in each polygon that has it
    place_of = {}
    for ring, old, new in zip(rings, b, out, strict=True):
        before, after = shapely.get_coordinates(old)[:-1], shapely.get_coordinates(new)[:-1]
        if len(before) != len(after):
            continue  # some fell together
        for v, p, q in zip(ring, before, after, strict=True):
            assert place_of.setdefault(v, tuple(q)) == tuple(q)
            assert np.hypot(*(p - q)) <= tolerance_m * (1 + 1e-12)
    assert vertex_set(out) <= vertex_set(a) | vertex_set(b)
    changed = np.array([not p.equals_exact(q) for p, q in zip(b, out, strict=True)])
    assert (changed <= moved).all()
    # neighbours still share a border, and no land
    for k in range(len(b) - 1):
        if edges_of(b[k]) & edges_of(b[k + 1]):
            assert edges_of(out[k]) & edges_of(out[k + 1])
            assert shapely.intersection(out[k], out[k + 1]).area < 1e-6


@given(seeds)
@settings(max_examples=20)
def test_a_coverage_digitised_again_welds_back_onto_itself(seed):
    rng = np.random.default_rng(seed)
    points, rings = net(rng, 4)
    a, b = polygons(points, rings), polygons(points + rng.uniform(-0.2, 0.2, points.shape), rings)
    assume(shapely.is_valid(a).all() and shapely.is_valid(b).all())
    found = compared(a, b, weld_m=0.3)
    assert found.twin_a.tolist() == found.twin_b.tolist() or len(found.rest_a)
    assert sorted(found.twin_a.tolist()) == list(range(len(a)))
    assert found.areas()[2] == pytest.approx(shapely.area(a)[found.twin_a], rel=1e-12)
    assert len(compared(a, b).twin_a) == 0


@given(seeds)
@settings(max_examples=20)
def test_welded_areas_are_those_of_the_polygons_moved(seed):
    a, b = valid_dates(np.random.default_rng(seed), moved=0.05, noise_m=0.2)
    found = compared(a, b, weld_m=0.5)
    i, j, area_m2 = found.areas()
    polygons_b = b.copy()
    polygons_b[found.rest_b] = found.after
    polygons_b[found.twin_b] = a[found.twin_a]
    expected = plain_areas(a, polygons_b)
    # what a twin shares with others of its layer is a sliver beside vertices that only one of them has
    twin = set(found.twin_a.tolist()), set(found.twin_b.tolist())
    pairs = pair_table(i, j, area_m2)
    reckoned = {p: m2 for p, m2 in expected.items() if p in pairs or not (p[0] in twin[0] or p[1] in twin[1])}
    assert_same_areas(pairs, reckoned)
    slivers = sum(expected.values()) - sum(reckoned.values())
    assert slivers <= 0.5 * shapely.length(a).sum()
    assert shapely.is_valid(found.pieces()).all()


def test_both_ways_weld_alike():
    pytest.importorskip("numba", reason="numba is not installed: there is no compiled path to test")
    rng = np.random.default_rng(5)
    points, rings = net(rng, 6, 4)
    # on a lattice many vertices lie equally far from two others
    a, b = (polygons(np.round(p), rings) for p in (points, points + rng.uniform(-2, 2, points.shape)))
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for few in (0, 10**9):
            patch.setattr(_compiled, "FEW", few)
            found.append(welded(a, b, tolerance_m=2.0))
    assert shapely.equals_exact(found[0][0], found[1][0], 0.0).all()
    assert found[0][1].tolist() == found[1][1].tolist()
    assert found[0][1].any()


def test_a_polygon_that_welding_would_flatten_stays_and_so_does_its_border():
    target = array(Polygon([(0, 0), (100, 0), (100, 5)]))
    thin, beside = box(0, 0.2, 100, 0.4), box(0, 0.4, 100, 50)
    out, moved = welded(target, array(thin, beside), tolerance_m=0.5)
    assert out[0].equals_exact(thin)
    assert moved.tolist() == [False, False]
    assert out[1].equals_exact(beside)
    alone, moved = welded(target, array(beside), tolerance_m=0.5)
    assert moved.tolist() == [True]
    assert {(0.0, 0.0), (100.0, 0.0)} <= vertex_set(alone)


def test_a_vertex_between_two_goes_to_the_nearer_and_of_equals_to_the_western():
    target = array(Polygon([(0, 0), (1, 0), (0.5, -9)]))
    for x, expected in ((0.4, 0.0), (0.6, 1.0), (0.5, 0.0)):
        out, _ = welded(target, array(Polygon([(x, 0), (30, 10), (0, 10)])), tolerance_m=0.7)
        assert (expected, 0.0) in vertex_set(out)


def test_nothing_and_empty_polygons():
    none, some = array(), array(box(0, 0, 1, 1), Polygon())
    for a, b in ((none, none), (none, some), (some, none)):
        found = compared(a, b, weld_m=1.0)
        assert [len(v) for v in found.areas()] == [0, 0, 0]
        assert len(found.pieces()) == 0
    found = compared(some, some)
    assert found.areas()[2].tolist() == [1.0]
    assert found.rest_a.tolist() == [1]
