"""Clauses and names in narrow columns: short on the page, whole in the files."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import reference
from maps.brief_words import brief_clause, brief_name, fitted
from maps.columns import Column, page_writers
from maps.pages._conflict_view import _COLUMNS as CONFLICTS
from maps.pages._distance_view import _COLUMNS as DISTANCES
from maps.words import words

#: beside the map on a screen of 1366 pixels, less the boxes that choose a row
ROOM_PX = 669


@pytest.mark.parametrize(
    ("lang", "clause", "brief"),
    [
        ("vi", "Nghị định 32/2024/NĐ-CP, Điều 2 khoản 1", "NĐ 32/2024 Điều 2.1"),
        ("vi", "Nghị định 32/2024/NĐ-CP, Điều 4 khoản 2 điểm d", "NĐ 32/2024 Điều 4.2d"),
        ("vi", "Luật Đất đai 31/2024/QH15, Điều 121 khoản 1 điểm b", "Luật Đất đai 2024 Điều 121.1b"),
        ("vi", "QCVN 01:2021/BXD (TT 01/2021/TT-BXD) Bảng 2.22", "QCVN 01:2021 B.2.22"),
        ("vi", "Nguyên tắc quy hoạch, chưa có điều khoản: đô thị", "Nguyên tắc, chưa có điều: đô thị"),
        ("vi", "QCVN 01:2021/BXD, Bảng 2.25 (chưa có số liệu)", "QCVN 01:2021 B.2.25 (chưa có số liệu)"),
        ("en", "Decree 32/2024/NĐ-CP, Art. 2.1", "Decree 32/2024 Art. 2.1"),
        ("en", "Law on Dikes 79/2006/QH11, Art. 23", "Law on Dikes 2006 Art. 23"),
        ("en", "QCVN 01:2021/BXD, Table 2.25 (figures not known)", "QCVN 01:2021 T.2.25 (figures not known)"),
        ("vi", "", ""),
    ],
)
def test_a_clause_is_named_by_paper_year_and_article(lang, clause, brief):
    assert brief_clause(clause, words(lang)) == brief


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_two_clauses_of_a_table_become_one(lang):
    clauses = set(reference.table("conflict_rules")[f"clause_{lang}"].astype(str))
    assert len({brief_clause(one, words(lang)) for one in clauses}) == len(clauses)


@pytest.mark.parametrize(("lang", "unsure"), [("vi", "chưa có điều"), ("en", "no clause")])
def test_a_rule_without_a_clause_says_so_where_the_column_is_narrow(lang, unsure):
    clauses = reference.table("conflict_rules")[f"clause_{lang}"].astype(str)
    without = [one for one in clauses if unsure in one]
    assert without
    for one in without:
        assert unsure in brief_clause(one, words(lang))[:24]  # what the column has room for


def test_a_name_keeps_its_beginning_and_its_end():
    assert brief_name("Trạm xử lý nước thải mô phỏng 7", 22) == "Trạm xử lý…mô phỏng 7"
    assert brief_name("Mộtchữdàiquánhiềuchữ cáiquádài", 10) == "Mộtchữdàiquánhiềuchữ cáiquádài"


@given(st.lists(st.text("abcđê", min_size=1, max_size=6), max_size=9), st.integers(4, 40))
def test_a_brief_name_is_no_longer_than_the_name_and_what_fits_is_left_alone(parts, most):
    name = " ".join(parts)
    brief = brief_name(name, most)
    assert len(brief) <= len(name)
    assert brief.split("…")[0].split()[:1] == parts[:1]
    if len(name) <= most:
        assert brief == name
    elif len(parts) > 2:
        assert brief.endswith(parts[-1])


def test_the_page_writes_briefly_and_leaves_empty_cells_empty():
    vi = words("vi")
    columns = [Column("zone", brief=fitted(9)), Column("clause", brief=brief_clause), Column("state")]
    write = page_writers([*columns, Column("area_ha", digits=1)], vi)
    assert set(write) == {"Khu, cụm", "Căn cứ", "Diện tích (ha)"}
    assert write["Khu, cụm"]("Khu một hai ba") == "Khu…ba"
    assert write["Căn cứ"](None) == ""
    assert write["Diện tích (ha)"](1.25) == "1,2"
    assert pd.DataFrame({"Căn cứ": ["Điều 2"]}).style.format({"Căn cứ": write["Căn cứ"]}).to_html()


@pytest.mark.parametrize("columns", [CONFLICTS, DISTANCES])
def test_the_clause_stands_within_the_table_on_a_laptop(columns):
    names = [column.name for column in columns]
    assert sum(column.width for column in columns[: names.index("clause") + 1]) <= ROOM_PX
