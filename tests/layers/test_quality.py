"""The quality report closes: rows read are rows used and set aside, by code, whatever the file was."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from layers import Finding, Layer, Reading
from layers.clean import clean_geometry
from layers.faults import mended_layer
from layers.findings import Ledger
from layers.quality import plain_report, quality_of
from tests.layers.test_clean import BOW, anything, moved

SPIKE = Polygon([(0, 0), (100, 0), (100, 49.9), (130, 50), (100, 50.1), (100, 100), (0, 100)])


def reading_of(*shapes: Any, kind: str = "industrial_park") -> Reading:
    ledger = Ledger("khu")
    frame = gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=list(shapes), crs=5897)
    kept = clean_geometry(frame, ledger, polygons=True)
    return Reading(Layer(kept, "khu", kind), tuple(ledger.findings), len(frame), ledger.aside_frame())


@given(st.lists(anything, max_size=10))
def test_the_sums_close(shapes: list[Any]) -> None:
    reading = reading_of(*shapes)
    report = quality_of(reading)
    assert report.rows_read == len(shapes) == report.rows_used + report.rows_set_aside
    assert sum(report.aside.values()) == report.rows_set_aside
    assert report.codes["count"].sum() == len(reading.findings)
    blocked = report.codes.loc[report.codes["level"] == "block", "count"].sum()
    assert blocked == report.rows_set_aside
    assert report.rows_repaired <= report.rows_used
    assert max(report.repaired.values(), default=0) <= report.rows_repaired <= sum(report.repaired.values())
    assert report.moved_m2 >= 0
    assert (report.columns["filled"] <= report.rows_used).all()


def test_every_row_and_code_of_a_bad_file_is_in_the_report() -> None:
    line = LineString([(0, 0), (9, 9)])
    report = quality_of(reading_of(moved(box(0, 0, 9, 9)), moved(BOW), None, moved(line), Point(0, 0)))
    assert (report.rows_read, report.rows_used, report.rows_set_aside) == (5, 2, 3)
    assert report.aside == {"geometry_type": 2, "geometry_null": 1}
    assert report.repaired == {"geometry_repaired": 1}
    assert (report.rows_repaired, round(report.moved_m2)) == (1, 5_000)
    assert report.columns.to_dict("records") == [{"column": "a", "filled": 2, "values": 2}]


def test_findings_beyond_those_entered_one_by_one_count_with_their_area() -> None:
    ledger = Ledger("khu")
    for row in range(10_007):
        ledger.find("geometry_repaired", row, area_before_m2=1.0, area_after_m2=3.0)
    frame = gpd.GeoDataFrame(geometry=[moved(box(0, 0, 1, 1))] * 10_007, crs=5897)
    reading = Reading(
        Layer(frame, "khu", "road"), tuple(ledger.findings), 10_007, pd.DataFrame({"row": [], "code": []})
    )
    report = quality_of(reading)
    assert report.repaired == {"geometry_repaired": 10_007}
    assert report.rows_repaired == 10_007
    assert report.moved_m2 == 2 * 10_007


def test_a_row_that_was_repaired_and_set_aside_counts_once() -> None:
    book = (
        Finding("geometry_repaired", "khu", "1", "warn", {"area_before_m2": 0.0, "area_after_m2": 0.0}),
        Finding("geometry_without_area", "khu", "1", "block"),
    )
    aside = pd.DataFrame({"row": [1], "code": ["geometry_without_area"]})
    frame = gpd.GeoDataFrame(geometry=[], crs=5897)
    report = quality_of(Reading(Layer(frame, "khu", "road"), book, 1, aside))
    assert (report.rows_used, report.rows_set_aside, report.rows_repaired) == (0, 1, 0)


def test_mending_is_in_the_report_with_its_rows_and_area() -> None:
    reading = reading_of(
        moved(SPIKE), moved(box(100, 0, 200, 40)), moved(box(100, 40, 200, 100)), kind="land_use"
    )
    better, told = mended_layer(reading.layer, tolerance_m=0.5)
    mended = Reading(better, (*reading.findings, *told), reading.rows_read, reading.set_aside)
    report = quality_of(mended)
    assert report.mended["spikes_removed"] == 1
    assert report.moved_m2 >= 3
    assert report.rows_read == report.rows_used == 3
    plain = plain_report(report, None)
    assert plain["mended_by_code"] == report.mended
    assert plain["crs_verdict"] is None
