from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.crs import as_crs, mover
from maps.warp import Warp, mercator

PROVINCE = (540_000.0, 2_280_000.0, 620_000.0, 2_360_000.0)
FORTH = Warp(as_crs(5897), mercator(), PROVINCE)
EXACT = mover(as_crs(5897), mercator())


def exactly(xy):
    return np.column_stack(EXACT.transform(xy[:, 0], xy[:, 1]))


@given(st.floats(540_000, 620_000), st.floats(2_280_000, 2_360_000))
def test_inside_the_box_it_follows_pyproj_to_a_millimetre(x, y):
    xy = np.array([[x, y]])
    assert np.abs(FORTH(xy) - exactly(xy)).max() < 1e-3


def test_outside_the_box_pyproj_itself_is_asked():
    xy = np.array([[300_000.0, 2_000_000.0], [580_000.0, 2_300_000.0]])
    assert np.array_equal(FORTH(xy)[0], exactly(xy)[0])


def test_a_box_too_wide_for_a_polynomial_is_never_guessed():
    wide = Warp(as_crs(4326), mercator(), (-170.0, -84.0, 170.0, 84.0))
    xy = np.array([[105.5, 21.0], [-120.0, -60.0]])
    there = np.column_stack(mover(as_crs(4326), mercator()).transform(xy[:, 0], xy[:, 1]))
    assert np.array_equal(wide(xy), there)


def test_a_lattice_is_its_points():
    x, y = np.linspace(550_000, 610_000, 4), np.linspace(2_290_000, 2_350_000, 3)
    across, down = FORTH.lattice(x, y)
    assert across.shape == (3, 4)
    there = FORTH(np.array([[x[2], y[1]]]))[0]
    assert np.allclose([across[1, 2], down[1, 2]], there, atol=1e-6)


def test_a_lattice_beyond_the_box_is_right_too():
    x, y = np.array([300_000.0, 580_000.0]), np.array([2_000_000.0, 2_300_000.0])
    across, down = FORTH.lattice(x, y)
    assert np.allclose([across[0, 0], down[0, 0]], exactly(np.array([[x[0], y[0]]]))[0])


def test_no_points_are_no_points():
    assert FORTH(np.zeros((0, 2))).shape == (0, 2)


def test_a_lattice_without_columns_has_none():
    none, some = np.zeros(0), np.array([2_300_000.0])
    assert [part.shape for part in FORTH.lattice(none, some)] == [(1, 0), (1, 0)]
