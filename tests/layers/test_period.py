"""Plan periods, as typed and as written."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import QuestionError
from layers.period import Period, Stage, parse_period

YEARS = st.integers(1000, 9999)


@given(st.tuples(YEARS, YEARS).map(sorted), st.sampled_from(get_args(Stage)))
def test_a_period_comes_back_from_its_own_text(years: list[int], stage: Stage) -> None:
    period = Period(years[0], years[1], stage)
    assert parse_period(f"{period}:{stage}") == period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025", Period(2025, 2025)),
        (" 2021 – 2030:approved ", Period(2021, 2030, "approved")),
        ("2020:surveyed", Period(2020, 2020, "surveyed")),
    ],
)
def test_the_ways_people_type_a_period(text: str, period: Period) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize("text", ["", "21-30", "2021-", "2021-2030-2040", "hai nghìn", "2021:"])
def test_what_is_no_period_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(QuestionError, match="period_unreadable") as caught:
        parse_period(text)
    assert caught.value.fields["found"] == text


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(QuestionError, match="period_backwards: found='2030-2021'"):
        parse_period("2030-2021")


def test_an_unknown_stage_is_refused_with_the_stages_that_exist() -> None:
    with pytest.raises(QuestionError, match="stage_unknown") as caught:
        parse_period("2021-2030:dreamt")
    assert caught.value.fields["expected"] == ["surveyed", "approved", "proposed", "unknown"]


def test_periods_sort_by_year() -> None:
    assert sorted([Period(2030, 2030), Period(2021, 2030), Period(2021, 2025)]) == [
        Period(2021, 2025),
        Period(2021, 2030),
        Period(2030, 2030),
    ]
