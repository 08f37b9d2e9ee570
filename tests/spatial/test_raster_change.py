from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import rasterio.features
import shapely
from affine import Affine
from hypothesis import given, settings

from layers import Raster, open_raster, write_raster
from layers.crosswalk import Crosswalk
from layers.errors import SchemaError
from spatial import change, change_rasters
from spatial.change import UNCOVERED
from tests.spatial.cells import CELL, CRS, classes, raster
from tests.spatial.conftest import X0, Y0, grid_land, seeds

CODES = {1: "LUC", 2: "ONT", 3: "SKK"}


def codes_of(layer):
    return {code: n for n, code in enumerate(sorted(set(layer.frame["code"])), 1)}


def drawn(layer, numbers, cell):
    """A layer of polygons as cells, by their centres."""
    size = round(1000 / cell)
    place = Affine(cell, 0, X0, 0, -cell, Y0 + 1000)
    shapes = zip(layer.frame.geometry, layer.frame["code"].map(numbers), strict=True)
    values = rasterio.features.rasterize(shapes, (size, size), fill=0, transform=place, dtype="uint8")
    return Raster(values, place, CRS, 0, layer.name)


@given(seeds)
@settings(max_examples=20)
def test_rows_and_columns_add_up_to_the_rasters(seed):
    rng = np.random.default_rng(seed)
    before, after = (raster(classes(rng, (23, 31)), nodata=0) for _ in range(2))
    answer = change_rasters(before, after)
    for one, axis in ((before, 1), (after, 0)):
        sums = answer.matrix.sum(axis=axis).drop(UNCOVERED)
        cells = {str(v): float((one.values == v).sum()) for v in np.unique(one.values) if v}
        assert sums[sums > 0].to_dict() == {k: v for k, v in cells.items() if v}
    back = change_rasters(after, before)
    assert np.allclose(
        answer.matrix, back.matrix.T.reindex(index=answer.matrix.index, columns=answer.matrix.columns)
    )


def test_polygons_of_a_cell_are_the_outlines_of_its_cells():
    before, after = raster([[1, 1, 0], [1, 2, 2]], nodata=0), raster([[2, 2, 2], [1, 2, 0]], nodata=0)
    answer = change_rasters(before, after, names=CODES)
    for start in answer.matrix.index:
        for end in answer.matrix.columns:
            found = answer.polygons(start, end)["area_ha"].sum()
            expected = 0.0 if start == end == UNCOVERED else answer.matrix.loc[start, end]
            assert found == pytest.approx(expected)
    (part,) = answer.polygons("LUC", "ONT").geometry
    assert part.bounds == (X0, Y0 - CELL, X0 + 2 * CELL, Y0)


def test_groups_and_crosswalks_work_as_for_polygons():
    before, after = raster([[1, 2, 3]]), raster([[2, 2, 1]])
    groups = change_rasters(before, after, names=CODES).by_group()
    assert groups.matrix.loc["NNP"].to_dict() == {"NNP": 0.0, "PNN": 1.0, UNCOVERED: 0.0}
    walk = Crosswalk(pd.DataFrame({"code_before": ["2", "3"], "code_after": ["2", "1"]}), "mine")
    answer = change_rasters(before, after, crosswalk=walk)
    assert answer.matrix.loc["1", "1"] == 1.0
    assert answer.matrix.loc["1", "2"] == 1.0
    assert answer.totals.loc["1", ["stated_start_ha", "stated_end_ha"]].tolist() == [2.0, 1.0]


def test_rasters_on_disk_give_the_same_answer_in_a_small_window(tmp_path):
    rng = np.random.default_rng(4)
    whole = [raster(classes(rng, (300, 280)), nodata=9, name=f"{n}.tif") for n in range(2)]
    for one in whole:
        write_raster(tmp_path / one.name, [(one.grid.whole, one.values)], grid=one.grid, nodata=9)
    found = change_rasters(*(open_raster(tmp_path / one.name) for one in whole))
    pd.testing.assert_frame_equal(found.matrix, change_rasters(*whole).matrix)


@given(seeds)
@settings(max_examples=10)
def test_polygons_and_cells_agree_within_the_error_of_the_cells(seed):
    rng = np.random.default_rng(seed)
    before, after = grid_land(rng), grid_land(rng, n=5)
    numbers = codes_of(before) | {c: n + 50 for c, n in codes_of(after).items() if c not in codes_of(before)}
    exact = change(before, after)
    cell = 5.0
    cells = change_rasters(
        *(drawn(layer, numbers, cell) for layer in (before, after)), names={n: c for c, n in numbers.items()}
    )
    for start in exact.matrix.index:
        for end in exact.matrix.columns:
            outline = float(shapely.length(exact.polygons(start, end).geometry.to_numpy()).sum())
            found = (
                cells.matrix.loc[start, end]
                if end in cells.matrix.columns and start in cells.matrix.index
                else 0.0
            )
            # a cell is wrong at most where the outline crosses it
            assert abs(found - exact.matrix.loc[start, end]) <= outline * cell / 10_000 + 1e-9


@pytest.mark.parametrize(
    ("years", "rows"),
    [
        ((1985, 1991), [[46672, 1926, 415], [0, 37085, 37], [359, 1339, 25730]]),
        ((1991, 1999), [[44425, 2183, 423], [8, 40208, 134], [944, 1064, 24174]]),
        ((1985, 1999), [[44107, 4250, 656], [11, 36957, 154], [1259, 2248, 23921]]),
    ],
)
def test_a_real_county_over_three_dates(shared, years, rows):
    folder = shared / "data" / "pie_landuse_1985_1991_1999"
    sources = [open_raster(folder / f"lu_pie_{year}.tif") for year in years]
    answer = change_rasters(*sources)
    cells = answer.matrix.loc[["1", "2", "3"], ["1", "2", "3"]] / sources[0].grid.cell_ha("")
    assert np.round(cells.to_numpy(), 6).tolist() == rows
    built = answer.polygons("1", "2")
    assert built["area_ha"].sum() == pytest.approx(answer.matrix.loc["1", "2"])


def test_two_real_rasters_that_lie_apart_are_mended_and_it_is_said(shared):
    folder = shared / "data" / "clc_lausanne_2006_2012"
    answer = change_rasters(*(open_raster(folder / f"ls100_{year}.tif") for year in ("06", "12")))
    fields = {f.code: f.fields for f in answer.findings}
    apart = fields["raster_aligned"]
    assert (apart["east_m"], apart["north_m"]) == (
        pytest.approx(-61.0, abs=0.1),
        pytest.approx(-144.4, abs=0.1),
    )
    assert fields["raster_naive"]["naive_pct"] == pytest.approx(18.4, abs=0.05)
    assert fields["raster_naive"]["share_pct"] == pytest.approx(8.0, abs=0.05)


def test_measures_are_no_classes():
    with pytest.raises(SchemaError, match="raster_not_classes"):
        change_rasters(raster([[0.5]]), raster([[1]]))


def two(before, after, **known):
    grid = Affine(100, 0, X0, 0, -100, Y0)
    layers = [Raster(np.array(rows, np.uint8), grid, CRS, 0) for rows in (before, after)]
    return change_rasters(*layers, **known)


def test_codes_of_cells_that_the_crosswalk_does_not_know_are_told():
    walk = Crosswalk(pd.DataFrame({"code_before": ["1", "1"], "code_after": ["1", "3"]}), "bảng")
    told = {f.code: f for f in two([[1, 1]], [[2, 3]], crosswalk=walk).findings}
    assert told["crosswalk_unmapped"].fields["found"] == ["2"]
    assert told["crosswalk_unmapped"].fields["area_ha"] == 1.0
    assert told["crosswalk_several"].fields["expected"] == ["1", "3"]


def test_rasters_without_a_common_cell_are_told():
    codes = {f.code for f in two([[1, 0]], [[0, 1]]).findings}
    assert "rasters_apart" in codes
    assert "rasters_apart" not in {f.code for f in two([[1, 0]], [[1, 1]]).findings}
