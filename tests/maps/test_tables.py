from __future__ import annotations

from datetime import date

import pytest
from shapely import box

from layers import Layer, reference
from maps.conflict_tables import constraint_label, rows_table, totals_table
from maps.rule_tables import rules_table
from maps.tables import findings_table, layer_label, records, run_table
from maps.words import words
from spatial.conflicts import conflicts
from spatial.override import override
from tests.maps.conftest import frame


def test_rows_are_in_words_and_numbers_stay_numbers(answer, say):
    table = rows_table(answer, say)
    assert len(table) == len(answer.rows)
    assert table[say("column.area_ha")].tolist() == answer.rows["area_ha"].tolist()
    assert say("state.blocks") in table[say("column.state")].tolist()
    assert all("ONT" not in c for c in table.columns)


def test_constraints_are_named_with_code_and_meaning(answer):
    names = rows_table(answer, words("vi"))["Đối tượng kiểm tra"].tolist()
    assert "Sử dụng đất 2025 – LUC Đất chuyên trồng lúa" in names
    assert "Trường học" in names


def test_every_clause_shows_since_when_it_holds(answer):
    table = rows_table(answer, words("vi"))
    blocked = table[table["Kết quả"] == "Không được bố trí"].iloc[0]
    assert blocked["Căn cứ"] == "Nghị định 32/2024/NĐ-CP, Điều 2 khoản 1"
    assert blocked["Hiệu lực"] == "từ 01/05/2024"
    assert blocked["Độ tin cậy"] == "đã đọc văn bản gốc"


def test_a_changed_answer_keeps_reason_person_and_time_in_the_table(answer, say):
    changed = override(answer, 0, state="clear", reason="Biên bản 12", by="Lan", at="2026-06-02T09:00:00")
    text = rows_table(changed, say)[say("column.override")].iloc[0]
    for part in ("Biên bản 12", "Lan", f"{say.day('2026-06-02')} 09:00", say("state.blocks")):
        assert part in text


def test_totals_per_zone(answer, say):
    table = totals_table(answer, say)
    assert table.loc["Z1", say("column.blocks_ha")] == pytest.approx(20.0)
    assert table.loc["Z1", say("column.clear_ha")] == pytest.approx(50.0)


def test_the_run_names_date_rules_layers_and_that_the_data_are_made(answer, say):
    text = " ".join(run_table(answer, say).astype(str).to_numpy().ravel())
    for part in (say("made.label"), answer.run["rule_version"], "abababababababab", say.day("2026-06-01")):
        assert part in text


def test_layers_named_after_their_kind_are_named_in_words():
    vi = words("vi")
    assert (
        layer_label("industrial_clusters_2030", "industrial_cluster", "2021-2030", vi)
        == "Cụm công nghiệp 2021-2030"
    )
    assert (
        layer_label("urban_boundaries_2020", "urban_boundary", "2011-2020", vi)
        == "Ranh giới đô thị 2011-2020"
    )
    assert layer_label("communes_2025", "admin_unit", "2025", vi) == "Xã, phường 2025"
    assert layer_label("schools", "school", None, vi) == "Trường học"
    assert layer_label("Bản vẽ của anh Nam", "school", "2025", vi) == "Bản vẽ của anh Nam"


def test_findings_in_words(answer, say):
    table = findings_table(answer.findings, say)
    assert len(table) == len(answer.findings)


def test_every_reference_table_can_be_read_by_a_person(say):
    for name in reference.names():
        table = rules_table(name, date(2026, 6, 1), say)
        assert len(table) == len(reference.table(name))
        assert table.columns.is_unique


def test_the_rules_page_says_what_is_in_force_and_what_never_judges():
    en = words("en")
    table = rules_table("safety_distances", date(2026, 6, 1), en).set_index("Id")
    assert table.loc["WATER08-UP", "On that day"] == "not in force on that day"
    assert table.loc["IZ-500-CLAIM", "Use"] == "for reference only"
    assert table.loc["DIKE-IV", "Use"] == "supports verdicts"


def test_every_column_of_the_reference_tables_has_a_heading_in_words(say):
    for name in reference.names():
        headings = rules_table(name, date(2026, 6, 1), say).columns
        assert [h for h in headings if h in reference.table(name).columns and "_" in h] == []


def test_a_share_among_the_distances_has_its_own_unit():
    table = rules_table("safety_distances", date(2026, 6, 1), words("vi")).set_index("Mã")
    assert table.loc["IZ-DENSITY", ["Mức quy định", "Đơn vị"]].tolist() == [70.0, "%"]
    assert table.loc["IZ-GREEN", ["Mức quy định", "Đơn vị"]].tolist() == [10.0, "m"]


def test_citations_and_short_names_are_in_the_language_of_the_reader():
    table = rules_table("safety_distances", date(2026, 6, 1), words("vi")).set_index("Mã")
    assert "Điều 23" in table.loc["DIKE-IV", "Điều khoản"]
    assert table.loc["IZ-500-CLAIM", "Điều khoản"].startswith("được nêu")
    assert "Đo từ (nguyên văn)" in table.columns
    assert "zone" not in rules_table("kinds", date(2026, 6, 1), words("vi"))["Vai trò"].tolist()


def test_a_zone_that_lies_on_another_is_named_and_not_numbered():
    made = conflicts(*rivals(), rules=reference.table("conflict_rules"), on=date(2026, 6, 1))
    hits = made.rows[made.rows["features"] > 0]
    assert hits["constraint"].tolist() == ["parks:KCN-9"]  # the key of scripts and of changes on record
    (name,) = rows_table(made, words("vi")).loc[hits.index, "Đối tượng kiểm tra"]
    assert name == "parks – KCN Bắc"
    row = records(hits)[0]
    assert constraint_label(row, {}, words("en"), part_first=True) == "KCN Bắc – parks"


def rivals():
    zone = Layer(frame(box(0, 0, 100, 100), id=["Z1"], name=["CCN Thử"]), "clusters", "industrial_cluster")
    park = Layer(frame(box(50, 0, 300, 100), id=["KCN-9"], name=["KCN Bắc"]), "parks", "industrial_park")
    return zone, [park]
