"""Land cut into even parts, bands cut into compact sites, corners that repeat."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity, box

from spatial._outline import without_repeats
from spatial._splitting import even_parts, strips
from spatial.candidates import candidates
from spatial.suitability import Criterion
from spatial.value_functions import parse_value_function
from tests.spatial.conftest import blob, place, seeds, sparse
from tests.spatial.planted import wanted


@given(st.integers(8, 40), st.integers(8, 40), st.integers(2, 6))
def test_parts_cover_the_patch_once_and_are_of_one_size(rows, cols, count):
    mask = np.zeros((rows + 4, cols + 4), dtype=bool)
    mask[2:-2, 2:-2] = True
    ways = list(even_parts(mask, count))
    assert ways
    for parts in (*ways, *strips(mask, count)):
        assert (np.sum(parts, axis=0) == mask).all()
        sizes = [int(part.sum()) for part in parts]
        assert len(sizes) == count
        # whole rows or columns go one way
        assert max(sizes) - min(sizes) <= 3 * max(rows, cols)


def test_a_bent_band_is_cut_along_its_way():
    mask = np.zeros((60, 60), dtype=bool)
    mask[:6], mask[:, -6:] = True, True
    sizes = [sorted(int(part.sum()) for part in parts) for parts in strips(mask, 4)]
    assert any(max(of) / min(of) < 1.3 for of in sizes)


def search(free, roads, **more):
    minx, miny, maxx, maxy = free.buffer(200).bounds
    area = sparse("admin_unit", box(minx, miny, maxx, maxy), name=["Xã"])
    ways = sparse("road", *roads)
    near = [Criterion("road", ways, parse_value_function("linear:0=1;30000=0"))]
    strict = sparse("protected", box(minx, miny, maxx, maxy).difference(free))
    question = wanted(5.0, 75.0, draws=10, **more)
    return candidates(area, [strict], near, question=question, others=[ways])


@pytest.mark.parametrize(
    "free",
    [
        box(0, 0, 4000, 160),
        affinity.rotate(box(0, 0, 4000, 160), 30, origin=(0, 0)),
        shapely.union_all([box(0, 0, 2000, 160), box(1840, 0, 2000, 2000)]),
    ],
    ids=["straight", "slanted", "bent"],
)
def test_a_long_band_becomes_compact_sites_along_its_length(free):
    road = LineString(shapely.get_coordinates(free.exterior))
    answer = search(free, [road], min_compactness=0.3)
    assert len(answer.sites) >= 2
    assert (answer.sites["compactness"] >= 0.3).all()
    assert (answer.sites["area_ha"] >= 5).all()
    assert answer.sites["area_ha"].sum() > 0.6 * free.area / 1e4
    outside = shapely.difference(answer.sites.geometry.to_numpy(), place(free))
    assert shapely.area(outside).max() < 1e-6


def test_even_land_is_split_evenly_though_only_one_side_has_a_road():
    answer = search(box(0, 0, 1600, 1000), [LineString([(0, -20), (1600, -20)])])
    assert answer.sites["area_ha"].sum() > 155
    assert answer.sites["area_ha"].max() / answer.sites["area_ha"].min() < 1.1


def test_corners_that_repeat_go_and_no_land_is_gained():
    doubled = Polygon([(0, 0), (100, 0), (100, 0), (100, 99.9996), (100, 100), (0, 100)])
    once = without_repeats(doubled)
    assert len(once.exterior.coords) == 5
    assert once.difference(doubled).area == 0
    assert once.area == pytest.approx(1e4, abs=0.1)


@pytest.mark.parametrize("apart", [7e-10, 1e-6, 9e-4])
def test_a_notch_whose_corner_repeats_loses_the_repeat_and_gains_nothing(apart):
    notched = Polygon([(0, 0), (100, 0), (100, 60), (50 + apart, 50), (50, 50), (60, 100), (0, 100)])
    once = without_repeats(notched)
    assert len(once.exterior.coords) == 7
    assert once.difference(notched).area == 0
    assert once.area == pytest.approx(notched.area, abs=0.5)


@given(seeds)
def test_leaving_out_repeats_never_gains_land(seed):
    rng = np.random.default_rng(seed)
    corners = shapely.get_coordinates(shapely.convex_hull(blob(rng)).exterior)[:-1]
    again = corners + rng.choice([0.0, 2e-4], corners.shape)
    noisy = Polygon(np.stack([corners, again], axis=1).reshape(-1, 2))
    if noisy.is_valid:
        once = without_repeats(noisy)
        assert once.difference(noisy).area == 0
        assert once.area == pytest.approx(noisy.area, rel=1e-4)
        assert len(once.exterior.coords) <= len(noisy.exterior.coords)
