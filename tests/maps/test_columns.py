from __future__ import annotations

import pandas as pd

from maps.asking import Question
from maps.columns import Column, as_text, excel_formats, headed, number_writers
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
