"""The book of a reading: every finding, every row set aside, none twice."""

from __future__ import annotations

import json

import pytest

from layers.findings import Finding, Ledger, count_codes, worst_level


def test_a_finding_turns_into_flat_plain_values() -> None:
    finding = Finding("geometry_repaired", "khu", "7", "warn", {"area_before_m2": 1.0, "area_after_m2": 2.0})
    flat = finding.as_dict()
    assert flat == {
        "code": "geometry_repaired",
        "layer": "khu",
        "row": "7",
        "level": "warn",
        "area_before_m2": 1.0,
        "area_after_m2": 2.0,
    }
    assert json.loads(json.dumps(flat)) == flat


@pytest.mark.parametrize(
    ("levels", "worst"),
    [(["info"], "info"), (["info", "warn"], "warn"), (["block", "warn", "info"], "block"), ([], None)],
)
def test_the_worst_level_is_the_gravest(levels: list[str], worst: str | None) -> None:
    assert worst_level(Finding("x", "l", level=level) for level in levels) == worst


def test_codes_are_counted_most_frequent_first() -> None:
    findings = [Finding(code, "l") for code in "abbb"]
    assert list(count_codes(findings).items()) == [("b", 3), ("a", 1)]


def test_a_row_set_aside_keeps_its_first_reason_and_one_finding() -> None:
    ledger = Ledger("khu")
    ledger.set_aside([1, 2], "geometry_null")
    ledger.set_aside([2, 3], "geometry_empty")
    assert ledger.aside == {1: "geometry_null", 2: "geometry_null", 3: "geometry_empty"}
    assert [(f.row, f.code) for f in ledger.findings] == [
        ("1", "geometry_null"),
        ("2", "geometry_null"),
        ("3", "geometry_empty"),
    ]


def test_the_frame_of_rows_set_aside_lists_each_once_with_its_code() -> None:
    ledger = Ledger("khu")
    ledger.set_aside([4, 9], "geometry_null")
    assert ledger.aside_frame().to_dict("list") == {"row": [4, 9], "code": ["geometry_null"] * 2}


def test_an_empty_book_gives_an_empty_frame_with_the_same_columns() -> None:
    assert list(Ledger("khu").aside_frame().columns) == ["row", "code"]


def test_past_ten_thousand_of_one_code_findings_are_counted_and_rows_still_listed() -> None:
    ledger = Ledger("khu")
    ledger.set_aside(range(10_250), "geometry_null")
    ledger.find("other")
    counts = count_codes(ledger.findings)
    assert counts == {"geometry_null": 10_000, "findings_more": 1, "other": 1}
    more = next(f for f in ledger.findings if f.code == "findings_more")
    assert more.fields == {"of": "geometry_null", "count": 250}
    assert more.level == "block"
    assert len(ledger.aside_frame()) == 10_250
