from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from layers import reference
from layers.errors import TableError
from spatial.rules import RuleBook

TODAY = date(2026, 6, 1)


def test_homes_in_a_cluster_block_by_the_clause_of_the_decree(rules):
    (rule,) = RuleBook(rules, TODAY).rules_for("industrial_cluster", "residential")
    assert (rule.severity, rule.fact_id, rule.clause_vi) == (
        "blocks",
        "CCN32-NORES",
        "Nghị định 32/2024/NĐ-CP, Điều 2 khoản 1",
    )


@pytest.mark.parametrize(
    ("day", "severity"), [(date(2024, 4, 30), "needs_consent"), (date(2024, 5, 1), "blocks")]
)
def test_a_rule_holds_from_its_first_day(rules, day, severity):
    (rule, *_) = RuleBook(rules, day).rules_for("industrial_cluster", "residential")
    assert rule.severity == severity


def test_homes_in_a_park_ask_for_consent_only(rules):
    (rule,) = RuleBook(rules, TODAY).rules_for("industrial_park", "residential")
    assert (rule.severity, rule.fact_id) == ("needs_consent", "ENV-MEASURE")


@pytest.mark.parametrize("code", ["LUC", "LUK", "HNK", "BHK", "RPH", "NTS", "CLN"])
def test_a_rule_for_a_group_speaks_for_every_code_in_it(rules, code):
    (rule,) = RuleBook(rules, TODAY).rules_for("industrial_park", "land_use", code)
    assert rule.fact_id == "LAND121-B"


def test_one_clause_cited_for_code_and_group_speaks_once(rules):
    found = RuleBook(rules, TODAY).rules_for("industrial_cluster", "land_use", "ODT")
    assert [r.id for r in found] == ["CCN-LAND-ODT"]


def test_industrial_land_fits_a_cluster(rules):
    (rule,) = RuleBook(rules, TODAY).rules_for("industrial_cluster", "land_use", "SKN")
    assert (rule.severity, rule.fact_id) == ("clear", "CCN32-EST-LU")


def test_an_unknown_code_has_no_rule(rules):
    assert RuleBook(rules, TODAY).rules_for("industrial_cluster", "land_use", "XYZ") == ()


def test_a_kind_without_rules_falls_back_on_a_principle_that_never_blocks(rules):
    (rule,) = RuleBook(rules, TODAY).rules_for("industrial_park", "wastewater_facility")
    assert (rule.severity, rule.basis) == ("needs_consent", "principle")
    assert "chưa có điều khoản" in rule.clause_vi


def test_a_clause_of_uncertain_force_is_shown_and_gives_no_verdict(rules):
    book = RuleBook(rules, TODAY)
    assert [r.fact_id for r in book.unsettled_for("industrial_park", "road")] == ["ROAD-grade_III"]
    assert all(r.severity != "unsettled" for r in book.rules_for("industrial_park", "road"))


def test_a_power_line_clause_that_was_replaced_gives_no_verdict_any_more(rules):
    (now,) = RuleBook(rules, TODAY).rules_for("industrial_park", "power_line")
    (then,) = RuleBook(rules, date(2024, 6, 1)).rules_for("industrial_park", "power_line")
    assert (then.basis, now.basis) == ("clause", "principle")


def test_no_rule_of_the_table_blocks_without_a_clause_that_carries_it(rules):
    blocking = rules[rules["severity"] == "blocks"]
    assert len(blocking) > 0
    assert blocking["confidence"].map(reference.can_judge).all()
    assert (blocking["fact_table"] != "principles").all()


@pytest.mark.parametrize(
    "change",
    [
        {"severity": "blocks", "fact_table": "principles", "confidence": "principle"},
        {"severity": "blocks", "confidence": "conflicting"},
        {"severity": "needs_consent", "confidence": "unverified_general_knowledge"},
    ],
)
def test_a_table_that_judges_without_ground_is_refused(rules, change):
    row = {**rules.loc["CCN-RESIDENTIAL"].to_dict(), **change}
    table = pd.DataFrame([row], index=pd.Index(["BAD"], name="id"))
    with pytest.raises(TableError, match="rule_without_ground.*BAD"):
        RuleBook(table, TODAY)


def test_an_unknown_severity_is_refused(rules):
    table = rules.loc[["CCN-RESIDENTIAL"]].assign(severity="forbidden")
    with pytest.raises(TableError, match="rule_severity.*forbidden"):
        RuleBook(table, TODAY)
