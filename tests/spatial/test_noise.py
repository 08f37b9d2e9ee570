from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from spatial._noise import parted
from tests.spatial.conftest import X0, Y0, place

T = 0.5


def split(*shapes, t=T, **more):
    return parted(np.array([place(s) for s in shapes], dtype=object), t, **more)


def strip(width, length, turn=0.0):
    return shapely.affinity.rotate(box(0, 0, length, width), turn, origin=(0, 0))


@pytest.mark.parametrize("turn", [0.0, 30.0, 45.0, 90.0])
@pytest.mark.parametrize(
    ("width", "real"), [(0.05, False), (0.4, False), (0.49, False), (0.6, True), (3.0, True)]
)
def test_a_strip_is_real_from_the_tolerance_on_however_long_and_however_it_lies(width, real, turn):
    found = split(strip(width, 800, turn), strip(width, 8000, turn))
    whole = np.array([width * 800, width * 8000])
    assert found.real_m2 == pytest.approx(whole if real else [0, 0], abs=1e-4)
    assert found.redrawn_m2 == pytest.approx([0, 0] if real else whole, abs=1e-4)


def test_a_block_that_hangs_on_a_long_sliver_is_not_diluted():
    block, sliver = box(0, 0, 100, 100), box(100, 50, 30_100, 50.1)
    piece = shapely.union_all([block, sliver])
    assert 2 * piece.area / piece.length < T  # by one figure for the whole it would be redrawing
    found = split(piece)
    assert found.real_m2.tolist() == pytest.approx([10_000.0])
    assert found.redrawn_m2.tolist() == pytest.approx([3_000.0])
    assert found.real[0].symmetric_difference(place(block)).area < 1e-3


def test_a_strip_little_wider_than_the_tolerance_on_a_long_sliver_is_real():
    piece = shapely.union_all([box(0, 0, 300, 0.7), box(300, 0, 3300, 0.1)])
    assert 2 * piece.area / piece.length < T
    assert split(piece).real_m2.tolist() == pytest.approx([210.0], abs=0.1)


def test_the_peak_of_a_sliver_is_redrawing():
    spike = Polygon([(0, 0), (40, 0.9), (80, 0)])
    assert split(spike).real_m2.tolist() == [0.0]
    assert split(Polygon([(0, 0), (40, 9), (80, 0)])).real_m2.tolist() == pytest.approx([360.0], rel=0.02)


def test_a_corner_of_slivers_is_as_thin_as_its_arms():
    corner = Polygon([(0, 0), (100, 0), (100, 0.45), (0.45, 0.45), (0.45, 100), (0, 100)])
    assert split(corner).real_m2.tolist() == [0.0]


def test_a_ring_of_redrawing_round_a_zone_is_redrawing():
    ring = box(0, 0, 500, 500).difference(box(0.2, 0.2, 499.8, 499.8))
    assert split(ring).real_m2.tolist() == [0.0]
    assert split(ring, t=0.1).real_m2.tolist() == pytest.approx([ring.area])


def test_parts_of_a_piece_are_judged_each_by_itself():
    piece = shapely.MultiPolygon([box(0, 0, 50, 50), box(60, 0, 60.2, 5000)])
    found = split(piece, box(0, 0, 1, 0.01))
    assert found.real_m2.tolist() == pytest.approx([2500.0, 0.0])
    assert found.redrawn_m2.tolist() == pytest.approx([1000.0, 0.01])


def test_land_without_a_counterpart_is_real_however_thin():
    path = strip(0.2, 900, 20)
    found = split(path, path, certain=np.array([True, False]))
    assert found.real_m2.tolist() == pytest.approx([180.0, 0.0])


def test_without_a_tolerance_everything_is_real():
    found = split(strip(0.001, 10), t=0.0)
    assert found.redrawn_m2.tolist() == [0.0]
    assert found.real_m2.tolist() == pytest.approx([0.01], rel=1e-4)


def test_nothing_gives_nothing():
    none = parted(np.array([], dtype=object), T)
    assert [len(v) for v in none] == [0, 0, 0, 0]
    empty = parted(np.array([Polygon(), shapely.LineString([(0, 0), (1, 1)])], dtype=object), T)
    assert empty.real_m2.tolist() == empty.redrawn_m2.tolist() == [0.0, 0.0]


def redrawn_zone(seed, error):
    """What lies between a round zone and the same drawn again, and a block that one of the two has more."""
    rng = np.random.default_rng(seed)
    angle = (np.arange(24) + rng.uniform(-0.3, 0.3, 24)) * np.pi / 12
    ring = rng.uniform(150, 200, 24)[:, None] * np.c_[np.cos(angle), np.sin(angle)]
    block = box(*(rng.uniform(-60, 60, 2)), 260, 240)
    before, after = Polygon(ring), Polygon(ring + rng.uniform(-error, error, ring.shape))
    grown = shapely.union_all([after, block]) if seed % 2 else after
    return shapely.symmetric_difference(before, grown)


cases = st.builds(redrawn_zone, st.integers(0, 10_000), st.sampled_from([0.05, 0.2, 2.0]))


@given(cases, st.sampled_from([0.1, 0.5, 3.0]))
def test_real_and_redrawn_add_up_and_do_not_overlap(piece, tolerance):
    found = split(piece, t=tolerance)
    assert found.real_m2[0] + found.redrawn_m2[0] == pytest.approx(place(piece).area, rel=1e-9)
    assert found.real[0].area == pytest.approx(found.real_m2[0], abs=1e-5)
    assert found.redrawn[0].area == pytest.approx(found.redrawn_m2[0], abs=1e-5)
    assert shapely.intersection(found.real[0], found.redrawn[0]).area < 1e-5
    assert found.real[0].is_valid
    assert found.redrawn[0].is_valid


@given(cases)
def test_a_wider_tolerance_never_finds_more_real_change(piece):
    real = [split(piece, t=t).real_m2[0] for t in (0.0, 0.1, 0.5, 2.0, 10.0)]
    # offset curves are rounded: a hundred-thousandth of the area
    assert (np.diff(real) <= 0.01 + 1e-5 * piece.area).all()


@given(cases, st.integers(0, 1000))
def test_order_doubling_and_redundancy_of_vertices_change_nothing(piece, seed):
    rng = np.random.default_rng(seed)

    def redrawn(ring):
        xy = shapely.get_coordinates(ring)[:-1]
        xy = np.roll(xy, rng.integers(len(xy)), axis=0)[:: rng.choice([-1, 1])]
        return np.repeat(xy, rng.integers(1, 3, len(xy)), axis=0)

    parts = [
        Polygon(redrawn(p.exterior), [redrawn(r) for r in p.interiors]) for p in shapely.get_parts(piece)
    ]
    again = shapely.segmentize(shapely.MultiPolygon(parts[::-1]), 11.0)
    one, other = split(piece), split(again)
    # cores end where mitres are rounded: a hundred-thousandth of the area, less than any figure shown
    assert other.real_m2[0] == pytest.approx(one.real_m2[0], abs=1e-2, rel=1e-5)


@given(cases, st.floats(0, 360), st.floats(-5000, 5000))
def test_turning_and_moving_changes_nothing(piece, turn, shift):
    moved = shapely.affinity.translate(
        shapely.affinity.rotate(piece, turn, origin=(X0 % 7, Y0 % 7)), shift, -shift
    )
    assert split(moved).real_m2[0] == pytest.approx(split(piece).real_m2[0], abs=2e-2)
