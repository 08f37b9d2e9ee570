"""What is said of a whole layer is said once, and nothing that differs is lost."""

from __future__ import annotations

from layers import Finding
from maps.grouping import grouped, once


def contradicted(stated, found):
    fields = {"column": "tinh", "stated": stated, "found": found, "count": 1, "names": ["A"]}
    return Finding("province_contradicted", "xã", None, "warn", fields)


def test_two_provinces_contradicted_in_one_layer_are_both_said():
    said = [contradicted("Yên Bái", "Hà Nội"), contradicted("Hòa Bình", "Phú Thọ")]
    assert once([*said, *said]) == said
    assert [group.first for group in grouped([*said, *said])] == said


def test_rows_are_never_left_out():
    rows = [Finding("null_geometry", "xã", str(row), "block") for row in (1, 1, 2)]
    assert once(rows) == rows


def test_rows_with_other_advice_stay_apart():
    rows = [Finding("null_geometry", "xã", str(row), "block") for row in range(4)]
    told = grouped(rows, advice=lambda one: "even" if int(str(one.row)) % 2 == 0 else "odd")
    assert [(group.first.row, group.rows) for group in told] == [("0", ["2"]), ("1", ["3"])]
    assert len(grouped(rows)) == 1


def test_a_column_that_reader_and_analysis_miss_is_said_once():
    levels = (("warn", ["ten"]), ("block", ["ten", "name"]))
    said = [
        Finding("column_missing", "đất", None, level, {"column": "code", "found": found})
        for level, found in levels
    ]
    assert once(said) == said[:1]
