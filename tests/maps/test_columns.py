from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from maps.asking import Question
from maps.columns import Column, as_text, excel_formats, headed, number_writers, without_dust
from maps.words import words

AREA = Column("area_ha", digits=2)


def test_a_column_is_headed_and_written_the_same_wherever_it_stands():
    vi = words("vi")
    table = headed(pd.DataFrame({"zone": ["A"], "area_ha": [1234.5]}), vi)
    assert list(table) == ["Khu, cụm", "Diện tích (ha)"]
    assert number_writers([Column("zone"), AREA], vi)["Diện tích (ha)"](1234.5) == "1.234,50"
    assert "1.234,50" in as_text(table, [Column("zone"), AREA], vi)
    assert excel_formats({"area_ha": 0, "share_pct": 1}, vi) == {
        "Diện tích (ha)": "#,##0",
        "Tỷ lệ (%)": "#,##0.0",
    }


def test_text_has_no_number_writer():
    assert number_writers([Column("zone")], words("en")) == {}


def test_a_question_is_named_by_what_was_asked_and_not_by_where_the_workspace_lies():
    assert Question("a").key == Question("b").key
    assert len(Question("a").key) == 16


def test_dust_is_nought_and_nothing_else_changes():
    given = pd.DataFrame(
        {
            "ha": [4e-12, -3e-8, 0.000001, np.nan, 12.34567],
            "mixed": [4e-12, "chữ", None, 7, 5e-7],
            "count": [1, 2, 3, 4, 5],
        },
        index=[3, 1, 4, 1, 5],
    )
    kept = given.copy()
    found = without_dust(given)
    pd.testing.assert_frame_equal(given, kept)  # what was passed is not changed
    assert found["ha"].tolist()[:3] == [0.0, 0.0, 0.000001]
    assert np.isnan(found["ha"].iloc[3])
    assert found["mixed"].tolist() == [0.0, "chữ", None, 7, 5e-7]
    assert found["count"].dtype == given["count"].dtype
    assert found.index.tolist() == given.index.tolist()


def test_headings_that_repeat_keep_their_own_columns():
    twice = pd.DataFrame([[1e-9, 2.0, 3.0]], columns=["ha", "ha", "x"])
    assert without_dust(twice).to_numpy().tolist() == [[0.0, 2.0, 3.0]]


@given(st.lists(st.one_of(st.floats(-1e4, 1e4), st.floats(-1e-6, 1e-6)), max_size=30))
def test_sums_close_within_the_dust_of_their_rows(values):
    column = pd.DataFrame({"ha": np.array(values, dtype=float)})
    found = without_dust(column)["ha"]
    assert abs(found.sum() - column["ha"].sum()) <= 5e-7 * len(values) + 1e-9
    assert ((found == 0) | (found.abs() >= 5e-7)).all()


def test_values_of_a_column_of_several_kinds_keep_their_kinds():
    day = pd.Timestamp("2026-11-22")
    given = pd.DataFrame(
        {
            "number": pd.Series([1, None, 12_345_678_901_234_567], dtype=object),
            "day": pd.Series([day, None, day], dtype=object),
            "mixed": pd.Series(["CCN", 4e-12, (1, 2)], dtype=object),
        }
    )
    found = without_dust(given)
    assert found.dtypes.tolist() == [object] * 3
    assert [type(value) for value in found["number"]] == [int, type(None), int]
    assert found["number"].tolist() == [1, None, 12_345_678_901_234_567]
    assert found["day"].tolist() == [day, None, day]
    assert found["mixed"].tolist() == ["CCN", 0.0, (1, 2)]
    assert given["mixed"].tolist() == ["CCN", 4e-12, (1, 2)]
