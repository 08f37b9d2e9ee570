"""Clauses and names in narrow columns: short on the page, whole in the files."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import reference
from maps.brief_words import Fitted, brief_clause, brief_name, briefly
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


@pytest.mark.parametrize(
    "names",
    [
        ["CCN Đồng Văn I mở rộng giai đoạn 2", "CCN Đồng Văn II mở rộng giai đoạn 2"],
        ["Cụm công nghiệp Tân An mở rộng 2", "Cụm công nghiệp Tân Bình mở rộng 2"],
    ],
)
def test_names_that_would_be_cut_alike_are_cut_elsewhere(names):
    brief = briefly(names, Fitted(18), words("vi"))
    assert brief_name(names[0], 18) == brief_name(names[1], 18)
    assert len(set(brief.values())) == 2
    assert max(map(len, brief.values())) <= 18  # both find room


def test_clauses_that_would_be_written_alike_are_whole():
    clauses = ["Quyết định 12/2024/QĐ-TTg, Điều 2", "Quyết định 12/2024/QĐ-UBND, Điều 2"]
    assert list(briefly(clauses, brief_clause, words("vi")).values()) == clauses


@given(
    st.lists(
        st.lists(st.sampled_from(["CCN", "Tân", "An", "I", "II", "…", "An…I", "2"]), min_size=1, max_size=7),
        max_size=8,
    ),
    st.integers(3, 24),
)
def test_different_names_of_a_column_stay_different(rows, most):
    names = {" ".join(parts) for parts in rows}
    brief = briefly(sorted(names), Fitted(most), words("vi"))
    assert brief.keys() == names
    assert len(set(brief.values())) == len(names)


@given(st.permutations(["CCN Tân An mở rộng 2", "CCN Tân Hà mở rộng 2", "CCN Vũ Xá mở rộng 2", "KCN"]))
def test_the_order_of_a_column_changes_no_name(names):
    vi = words("vi")
    assert briefly(names, Fitted(14), vi) == briefly(sorted(names), Fitted(14), vi)


def test_the_table_tells_names_apart():
    vi = words("vi")
    names = ["CCN Đồng Văn I mở rộng giai đoạn 2", "CCN Đồng Văn II mở rộng giai đoạn 2"]
    write = page_writers([Column("zone", brief=Fitted(18))], vi, pd.DataFrame({"Khu, cụm": names}))
    assert len({write["Khu, cụm"](name) for name in names}) == 2


def test_the_page_writes_briefly_and_leaves_empty_cells_empty():
    vi = words("vi")
    columns = [Column("zone", brief=Fitted(9)), Column("clause", brief=brief_clause), Column("state")]
    table = pd.DataFrame(
        {"Khu, cụm": ["Khu một hai ba", None], "Căn cứ": ["Điều 2", None], "Diện tích (ha)": [1.25, 2.0]}
    )
    write = page_writers([*columns, Column("area_ha", digits=1)], vi, table)
    assert set(write) == {"Khu, cụm", "Căn cứ", "Diện tích (ha)"}
    assert write["Khu, cụm"]("Khu một hai ba") == "Khu…ba"
    assert write["Căn cứ"](None) == ""
    assert write["Diện tích (ha)"](1.25) == "1,2"
    assert pd.DataFrame({"Căn cứ": ["Điều 2"]}).style.format({"Căn cứ": write["Căn cứ"]}).to_html()


@pytest.mark.parametrize("columns", [CONFLICTS, DISTANCES])
def test_the_clause_stands_within_the_table_on_a_laptop(columns):
    names = [column.name for column in columns]
    assert sum(column.width for column in columns[: names.index("clause") + 1]) <= ROOM_PX
