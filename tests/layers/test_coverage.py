"""Gaps and overlaps of a coverage by hectares, and mending that moves no border farther than allowed."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import translate

from layers.coverage import coverage_faults, coverage_findings, mend_coverage
from layers.errors import CrsError, QuestionError

X, Y = 558_000, 2_325_000


def lots(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    shapes = [box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes]
    return gpd.GeoDataFrame(geometry=shapes, crs=5897, index=range(1, len(shapes) + 1))


def grid(side: int) -> gpd.GeoDataFrame:
    return lots(*((100 * i, 100 * j, 100 * i + 100, 100 * j + 100) for i in range(side) for j in range(side)))


def test_a_whole_coverage_has_no_faults() -> None:
    assert coverage_faults(grid(5), "lô").empty
    assert coverage_findings(grid(5), "lô") == []
    assert coverage_faults(grid(5).iloc[:0], "lô").empty


def test_an_overlap_names_its_rows_and_a_gap_its_hectares() -> None:
    frame = grid(3)
    frame.loc[5, "geometry"] = box(X + 110, Y + 100, X + 210, Y + 200)  # pushed east by ten metres
    faults = coverage_faults(frame, "lô").sort_values("kind")
    assert faults["kind"].tolist() == ["gap", "overlap"]
    assert faults["area_ha"].tolist() == pytest.approx([0.1, 0.1])
    assert faults["rows"].tolist() == ["", "5, 8"]
    assert faults["width_m"].tolist() == pytest.approx([2 * 1000 / 220] * 2)
    found = {f.code: f.fields for f in coverage_findings(frame, "lô")}
    assert set(found) == {"coverage_gap", "coverage_overlap"}
    assert found["coverage_gap"]["lon_deg"] == pytest.approx(105.559, abs=0.01)


def test_land_that_lies_open_to_the_outside_is_no_gap() -> None:
    assert coverage_faults(lots((0, 0, 100, 100), (120, 0, 200, 100)), "lô").empty


def test_narrow_faults_are_counted_together() -> None:
    frame = grid(3)
    frame.loc[5, "geometry"] = translate(frame.geometry[5], 0.2, 0)
    (told,) = coverage_findings(frame, "lô", tolerance_m=0.5)
    assert (told.code, told.level, told.fields["count"]) == ("coverage_slivers", "info", 2)
    assert told.fields["area_ha"] == pytest.approx(2 * 20 / 10_000)


@given(st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=16, max_size=16))
def test_mending_closes_what_is_narrow_and_keeps_every_row(moves: list[tuple[float, float]]) -> None:
    frame = grid(4)
    shaken: Any = [translate(g, *move) for g, move in zip(frame.geometry, moves, strict=True)]
    frame = frame.set_geometry(gpd.GeoSeries(shaken, index=frame.index, crs=5897))
    mended = mend_coverage(frame, "lô", tolerance_m=1.0)
    assert mended.frame.index.equals(frame.index)
    assert shapely.is_valid(mended.frame.geometry.to_numpy()).all()
    if not mended.kept:
        assert coverage_faults(mended.frame, "lô")["area_ha"].sum() < 1e-6
    before, after = frame.geometry.area, mended.frame.geometry.area
    assert (np.abs(after - before) <= mended.moved_m2 + 1e-6).all()
    assert mended.moved_m2.sum() <= 16 * 400 * 0.9


def test_what_is_wider_than_the_tolerance_stays_as_it_was() -> None:
    frame = lots((0, 0, 100, 100), (60, 0, 200, 100))
    mended = mend_coverage(frame, "lô", tolerance_m=0.5)
    assert mended.moved_m2.sum() == 0
    assert mended.kept
    assert mended.frame.geometry.area.tolist() == pytest.approx(frame.geometry.area.tolist())
    assert coverage_faults(mended.frame, "lô")["area_ha"].tolist() == pytest.approx([0.4])


@pytest.mark.parametrize("tolerance", [0, -1, 51, float("nan")])
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance: float) -> None:
    with pytest.raises(QuestionError, match="tolerance_out_of_range"):
        mend_coverage(grid(2), "lô", tolerance_m=tolerance)


def test_degrees_are_refused() -> None:
    with pytest.raises(CrsError, match="crs_not_metric"):
        coverage_faults(grid(2).to_crs(4326), "lô")
