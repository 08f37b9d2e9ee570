from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from layers import align_raster, as_crs, open_raster, read_raster, write_raster
from layers.errors import CrsError, GeometryError, QuestionError, SchemaError
from spatial import _compiled
from spatial.grid import change_matrix, weighted_overlay, weighted_windows
from tests.spatial.cells import CELL, X0, Y0, classes, plainly, raster
from tests.spatial.conftest import seeds


def rows(frame):
    return [tuple(None if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)]


def pair(frame, start, end):
    return int(frame.loc[(frame["from"] == start) & (frame["to"] == end), "cells"].sum())


def by_unique(before, after):
    values, cells = np.unique(
        np.stack([before.ravel(), after.ravel()]).astype(np.int64), axis=1, return_counts=True
    )
    return [(int(a), int(b), int(n)) for (a, b), n in zip(values.T, cells, strict=True)]


def test_what_every_class_became():
    before = raster([[1, 1, 1], [2, 2, 0]], nodata=0)
    after = raster([[1, 1, 2], [2, 9, 9]], nodata=9)
    assert rows(change_matrix(before, after)) == [
        (1, 1, 2, 2.0), (1, 2, 1, 1.0), (2, 2, 1, 1.0), (2, None, 1, 1.0), (None, None, 1, 1.0),
    ]  # fmt: skip


@plainly
@given(seed=seeds, threads=st.integers(1, 3), memory=st.floats(0.006, 0.02))
def test_it_closes_and_is_the_same_by_windows_threads_and_another_way(compiled, seed, threads, memory):
    rng = np.random.default_rng(seed)
    before, after = (raster(classes(rng, (41, 53))) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "COMPILED", compiled and _compiled.COMPILED)
        found = change_matrix(before, after, threads=threads)
        parts = change_matrix(before, after, threads=threads, memory_mb=memory)
    assert [row[:3] for row in rows(found)] == by_unique(before.values, after.values)
    pd.testing.assert_frame_equal(found, parts)
    for side, land in (("from", before), ("to", after)):
        values, cells = np.unique(land.values, return_counts=True)
        assert found.groupby(side)["cells"].sum().to_dict() == dict(
            zip(values.tolist(), cells.tolist(), strict=True)
        )


@pytest.mark.parametrize("dtypes", [("i2", "u1"), ("i4", "u2"), ("i8", ">i4"), ("?", "i1")])
def test_any_two_types_of_whole_numbers(dtypes):
    rng = np.random.default_rng(3)
    before, after = (classes(rng, (20, 30), high=2).astype(dtype) for dtype in dtypes)
    found = change_matrix(raster(before), raster(after))
    assert [row[:3] for row in rows(found)] == by_unique(before, after)


@pytest.mark.parametrize("spread", [1, 40_000])
def test_more_classes_than_a_byte_holds(spread):
    rng = np.random.default_rng(4)
    before, after = (rng.integers(-500, 500, (40, 50)) * spread for _ in range(2))
    found = change_matrix(raster(before), raster(after), memory_mb=0.5)
    assert [row[:3] for row in rows(found)] == by_unique(before, after)


def test_a_part_of_a_raster_that_is_no_block_of_memory():
    rng = np.random.default_rng(5)
    values = classes(rng, (50, 60))
    found = change_matrix(raster(values[3:40, 1:58]), raster(np.asfortranarray(values[3:40, 1:58])))
    assert (found["from"] == found["to"]).all()
    assert found["cells"].sum() == 37 * 57


@pytest.mark.parametrize(
    ("transform", "shape"),
    [
        (Affine(CELL, 0, X0 + 61, 0, -CELL, Y0), (4, 5)),
        (Affine(CELL, 0, X0, 0, -CELL, Y0 + 142), (4, 5)),
        (Affine(CELL, 0, X0, 0, -CELL / 2, Y0), (4, 5)),
        (Affine(CELL, 0, X0, 0, CELL, Y0 - 400), (4, 5)),
        (Affine(CELL, 0, X0, 0, -CELL, Y0), (5, 4)),
    ],
)
def test_cells_that_lie_elsewhere_are_never_compared(transform, shape):
    one, other = raster(np.ones((4, 5), "u1")), raster(np.ones(shape, "u1"), transform=transform, name="b")
    with pytest.raises(GeometryError, match="raster_grid_differs: layer='b', expected='4 × 5, x 550000"):
        change_matrix(one, other)
    with pytest.raises(GeometryError, match="raster_grid_differs: layer='b'"):
        weighted_overlay([one, other], weights=[1, 1])


def test_other_systems_and_degrees_are_refused():
    one = raster(np.ones((4, 5), "u1"))
    with pytest.raises(CrsError, match="crs_differs: layer='b', expected='VN-2000 / TM-3 zone 482'"):
        change_matrix(one, raster(one.values, crs=as_crs(5899), name="b"))
    degrees = raster(one.values, crs=as_crs(4326))
    with pytest.raises(CrsError, match="crs_not_metric: layer='raster', found='WGS 84'"):
        change_matrix(degrees, degrees)
    with pytest.raises(CrsError, match="crs_missing: layer='raster'"):
        change_matrix(raster(one.values, crs=None), raster(one.values, crs=None))


def test_measures_are_no_classes():
    with pytest.raises(SchemaError, match="raster_not_classes: layer='raster', found='float64'"):
        change_matrix(raster(np.ones((2, 2))), raster(np.ones((2, 2))))


def test_rasters_on_disk_with_little_memory_give_the_same_answer(tmp_path):
    rng = np.random.default_rng(6)
    whole = [raster(classes(rng, (700, 900)), nodata=5) for _ in range(2)]
    for name, land in zip("ab", whole, strict=True):
        write_raster(
            tmp_path / f"{name}.tif", [(land.grid.whole, land.values)], grid=land.grid, nodata=land.nodata
        )
    sources = [open_raster(tmp_path / f"{name}.tif") for name in "ab"]
    pd.testing.assert_frame_equal(change_matrix(*whole), change_matrix(*sources, memory_mb=0.2))
    pieces = list(weighted_windows(sources, weights=[0.5, 2], memory_mb=0.3))
    assert len(pieces) > 10
    expected = weighted_overlay(whole, weights=[0.5, 2])
    write_raster(tmp_path / "sum.tif", pieces, grid=expected.grid, nodata=float("nan"))
    np.testing.assert_array_equal(read_raster(tmp_path / "sum.tif").values, expected.values)


@pytest.mark.parametrize(
    ("years", "cells"), [((1985, 1991), 1926), ((1991, 1999), 2183), ((1985, 1999), 4250)]
)
def test_forest_that_was_built_on_in_a_real_county(shared, years, cells):
    folder = shared / "data" / "pie_landuse_1985_1991_1999"
    before, after = (open_raster(folder / f"lu_pie_{year}.tif") for year in years)
    found = change_matrix(before, after)
    assert pair(found, 1, 2) == cells
    assert found["cells"].sum() == 434 * 497
    forest = found[found["from"] == 1]["area_ha"].sum()
    assert forest == pytest.approx((read_raster(before.path).values == 1).sum() * before.grid.cell_ha(""))


def test_two_real_rasters_of_one_size_that_lie_apart(shared):
    folder = shared / "data" / "clc_lausanne_2006_2012"
    before, after = read_raster(folder / "ls100_06.tif"), read_raster(folder / "ls100_12.tif")
    with pytest.raises(GeometryError, match="raster_grid_differs: layer='ls100_12.tif'"):
        change_matrix(before, after)

    def changed(frame):
        known = frame.dropna()
        moved = known.loc[known["from"] != known["to"], "cells"].sum()
        return int(moved), 100 * moved / known["cells"].sum()

    pretended = raster(after.values, transform=before.transform, crs=before.crs, nodata=255)
    assert changed(change_matrix(before, pretended)) == (14_220, pytest.approx(18.4, abs=0.05))
    aligned = align_raster(after, before)
    assert changed(change_matrix(before, aligned)) == (6_116, pytest.approx(8.0, abs=0.05))
    on_disk = open_raster(folder / "ls100_12.tif", like=before)
    pd.testing.assert_frame_equal(
        change_matrix(before, aligned), change_matrix(before, on_disk, memory_mb=0.02)
    )


@plainly
@given(seed=seeds, count=st.integers(1, 11), threads=st.integers(1, 3))
def test_weighted_sum_by_hand_by_windows_and_by_threads(compiled, seed, count, threads):
    rng = np.random.default_rng(seed)
    dtypes = rng.choice(["u1", "i2", "f4", "f8", "i4"], count)
    if rng.random() < 0.5:
        dtypes[:] = dtypes[0]
    stack = [rng.integers(0, 20, (37, 41)).astype(dtype) for dtype in dtypes]
    nodata = [None if rng.random() < 0.3 else 7 for _ in stack]
    rasters = [raster(values, nodata=none) for values, none in zip(stack, nodata, strict=True)]
    weights = rng.normal(size=count).round(3).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "COMPILED", compiled and _compiled.COMPILED)
        found = weighted_overlay(rasters, weights=weights, threads=threads)
        parts = np.full_like(found.values, -1)
        for window, values in weighted_windows(rasters, weights=weights, threads=threads, memory_mb=0.2):
            row, col, height, width = window
            parts[row : row + height, col : col + width] = values
    expected = sum(values * weight for values, weight in zip(stack, weights, strict=True))
    for values, none in zip(stack, nodata, strict=True):
        expected = np.where(values == none, np.nan, expected) if none is not None else expected
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-4)
    np.testing.assert_array_equal(found.values, parts)
    assert found.values.dtype == np.float32


@given(seed=seeds)
def test_compiled_and_numpy_sums_agree_to_the_last_bit(seed):
    rng = np.random.default_rng(seed)
    rasters = [raster(rng.normal(size=(30, 40)).astype("f4"), nodata=-9999) for _ in range(6)]
    weights = rng.normal(size=6).tolist()
    one = weighted_overlay(rasters, weights=weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_compiled, "COMPILED", False)
        other = weighted_overlay(rasters, weights=weights)
    np.testing.assert_array_equal(one.values, other.values)


def test_a_nodata_value_beyond_32_bits_hides_nothing_else():
    land = raster(np.array([[1.0, 2.0]], "f4"), nodata=-1.7976931348623157e308)
    assert weighted_overlay([land], weights=[2]).values.tolist() == [[2.0, 4.0]]
    big = raster(np.array([[2**31 - 1, 2**31 - 2]]), nodata=2**31 - 1)
    assert np.isnan(weighted_overlay([big], weights=[1]).values).tolist() == [[True, False]]


@pytest.mark.parametrize("weights", [[1.0], [1.0, float("nan")], [1.0, 1e300]])
def test_weights_that_do_not_fit_are_refused(weights):
    land = raster(np.ones((2, 2)))
    with pytest.raises(QuestionError, match=r"weights_unusable: found='\[1.0.*expected=2"):
        weighted_overlay([land, land], weights=weights)


def test_nothing_to_add_and_what_is_no_number_are_refused():
    with pytest.raises(QuestionError, match="weights_unusable"):
        weighted_overlay([], weights=[])
    with pytest.raises(SchemaError, match="raster_not_numbers: layer='raster', found='complex64'"):
        weighted_overlay([raster(np.ones((2, 2), np.complex64))], weights=[1])
    with pytest.raises(QuestionError, match="memory_too_small"):
        list(weighted_windows([raster(np.ones((2, 2)))], weights=[1], memory_mb=1e-6))
