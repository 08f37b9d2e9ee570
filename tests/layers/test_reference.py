"""Reference tables: found in one place, checked on the way in, and sound as they are."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from layers import reference
from layers.errors import TableError
from layers.kinds import kinds

REPOSITORY = Path(__file__).resolve().parents[2]
HEAD = "id,source,valid_from,valid_to,validity_basis,confidence\n"


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that stands in for the reference tables."""
    folder = tmp_path / "reference"
    folder.mkdir()
    monkeypatch.setattr(reference, "data_dir", lambda: tmp_path)
    return folder


# --- reading ---------------------------------------------------------------------------------------------


def test_a_table_has_its_ids_as_index_and_only_text() -> None:
    rows = reference.table("vn2000_provinces")
    assert rows.index.is_unique
    assert all(isinstance(value, str) for value in rows.to_numpy().ravel())


def test_what_one_caller_does_to_a_table_no_other_sees() -> None:
    mine = reference.table("kinds")
    mine["role"] = "changed"
    assert "changed" not in set(reference.table("kinds")["role"])


def test_a_missing_table_is_named_with_those_that_exist() -> None:
    with pytest.raises(TableError, match="table_missing: table='no_such'") as caught:
        reference.table("no_such")
    assert "conflict_rules" in caught.value.fields["expected"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a,own,,,facts,own\n", None),
        ("a,,,,facts,own\n", "table_cell_empty: table='t', column='source', row=2"),
        ("a,own,,,facts,own\na,own,,,facts,own\n", "table_duplicate_id: table='t', found='a'"),
        ("a,own,,,facts,sure\n", "table_confidence: table='t', found='sure'"),
        ("a,own,1/7/2025,,facts,own\n", "table_day: table='t', column='valid_from', row=2, found='1/7/2025'"),
        ("a,own,,2025,facts,own\n", "table_day: table='t', column='valid_to'"),
        ("a,own,,,facts,own,1,2,3\n\n\nb,own\n", "table_unreadable: table='t'"),
    ],
)
def test_a_row_that_breaks_the_form_of_all_tables_is_named(
    tables: Path, body: str, message: str | None
) -> None:
    (tables / "t.csv").write_text(HEAD + "z,own,2020-01-01,2021-01-01,facts,own\n" * (message is None) + body)
    if message is None:
        assert list(reference.table("t").index) == ["z", "a"]
        return
    with pytest.raises(TableError, match=re.escape(message)):
        reference.table("t")


def test_a_table_without_the_columns_that_all_tables_have_is_refused(tables: Path) -> None:
    (tables / "t.csv").write_text("id,name\na,b\n")
    with pytest.raises(TableError, match="table_columns") as caught:
        reference.table("t")
    assert "confidence" in caught.value.fields["missing"]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00"])
def test_a_table_that_is_no_table_is_refused(tables: Path, raw: bytes) -> None:
    (tables / "t.csv").write_bytes(raw)
    with pytest.raises(TableError, match="table_unreadable: table='t'"):
        reference.table("t")


def test_without_any_tables_the_folders_looked_into_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda _self: False)
    with pytest.raises(TableError, match="data_dir_missing") as caught:
        reference.data_dir()
    assert len(caught.value.fields["expected"]) == 2


def test_both_ends_of_a_validity_count_and_empty_ends_are_open() -> None:
    days = {
        "valid_from": ["2024-05-01", "", "2024-05-01", ""],
        "valid_to": ["2026-09-14", "2026-09-14", "", ""],
    }
    rows = pd.DataFrame(days, index=list("abcd"))
    assert "".join(reference.in_force(rows, date(2024, 5, 1)).index) == "abcd"
    assert "".join(reference.in_force(rows, date(2024, 4, 30)).index) == "bd"
    assert "".join(reference.in_force(rows, date(2026, 9, 14)).index) == "abcd"
    assert "".join(reference.in_force(rows, date(2026, 9, 15)).index) == "cd"


@pytest.mark.parametrize(
    "confidence", ["conflicting", "not_found", "unverified_general_knowledge", "reported"]
)
def test_doubtful_rows_can_give_no_verdict(confidence: str) -> None:
    assert reference.can_judge(confidence) is False


def test_the_version_changes_with_any_table_and_with_nothing_else(tables: Path) -> None:
    (tables / "t.csv").write_bytes(HEAD.encode())
    before = reference.version()
    (tables / "t.csv").write_bytes(HEAD.replace("\n", "\r\n").encode())
    assert reference.version() == before
    (tables / "t.csv").write_bytes(HEAD.encode() + b"a,own,,,facts,own\n")
    assert reference.version() != before
    assert re.fullmatch("[0-9a-f]{12}", before)


# --- what stands in the tables ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", reference.names())
def test_every_table_keeps_the_form(name: str) -> None:
    rows = reference.table(name)
    assert len(rows) > 0
    backwards = rows[(rows["valid_to"] != "") & (rows["valid_from"] > rows["valid_to"])]
    assert backwards.empty


def facts_of_rules() -> list[tuple[str, pd.Series, pd.Series]]:
    rules = reference.table("conflict_rules")
    return [
        (str(i), rule, reference.table(rule["fact_table"]).loc[rule["fact_id"]])
        for i, rule in rules.iterrows()
    ]


@pytest.mark.parametrize(
    ("_id", "rule", "fact"), facts_of_rules(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_rule_is_valid_when_its_fact_is_and_no_surer(_id: str, rule: pd.Series, fact: pd.Series) -> None:
    assert (rule["valid_from"], rule["valid_to"]) == (fact["valid_from"], fact["valid_to"])
    expected = "principle" if rule["fact_table"] == "principles" else fact["confidence"]
    assert rule["confidence"] == expected
    assert rule["source"] == fact["source"]


def is_settled(fact: pd.Series) -> bool:
    """A fact that a verdict can rest on; of a distance also that it is in force and has a figure."""
    distance = "force" in fact.index
    return reference.can_judge(fact["confidence"]) and (
        not distance or (fact["force"] == "in_force" and fact["distance_m"] != "")
    )


def test_nothing_blocks_on_a_fact_that_can_give_no_verdict() -> None:
    blocking = [(i, rule) for i, rule, _ in facts_of_rules() if rule["severity"] == "blocks"]
    assert blocking
    assert [i for i, rule in blocking if not reference.can_judge(rule["confidence"])] == []


def test_what_is_called_unsettled_rests_on_facts_that_are() -> None:
    unsettled = [(i, fact) for i, rule, fact in facts_of_rules() if rule["severity"] == "unsettled"]
    assert unsettled
    assert [i for i, fact in unsettled if is_settled(fact)] == []


def test_every_kind_and_code_in_the_rules_exists() -> None:
    rules = reference.table("conflict_rules")
    known = {k.name for k in kinds()} | {"any"}
    assert set(rules["kind"]) <= known
    assert set(rules["zone_kind"]) <= {k.name for k in kinds("zone")} | {"any"}
    assert set(rules["code"]) - {""} <= set(reference.table("landuse_codes")["code"])


def test_every_distance_says_whom_it_speaks_of_and_is_valid_as_its_fact_is() -> None:
    law, targets = reference.table("safety_distances"), reference.table("distance_targets")
    assert list(targets.index) == list(law.index)
    for column in ("valid_from", "valid_to"):
        assert (targets[column] == law[column]).all()
    known = {k.name for k in kinds()}
    for column in ("kinds", "target_kinds"):
        assert {kind for text in targets[column] for kind in text.split()} <= known
    entering = targets[targets["enters"] != "never"]
    assert set(targets["enters"]) == {"always", "chosen", "never"}
    assert (
        (entering[["kinds", "target_kinds", "label_vi", "label_en", "clause_vi", "clause_en"]] != "")
        .all()
        .all()
    )
    assert (targets.loc[targets["enters"] == "never", "kinds"] == "").all()


def test_presets_enter_only_where_somebody_chooses_them() -> None:
    law, targets = reference.table("safety_distances"), reference.table("distance_targets")
    assert set(targets.loc[law["force"] == "preset", "enters"]) == {"chosen"}
    assert set(targets.loc[law["force"] == "do_not_use", "enters"]) == {"never"}


def test_conditions_of_distances_name_rules_that_exist_and_figures_that_can_be_read() -> None:
    tests = reference.table("distance_conditions")
    targets = reference.table("distance_targets")
    assert set(tests["rule"]) <= set(targets.index[targets["enters"] != "never"])
    assert set(tests["operator"]) == {"lt", "le", "gt", "ge", "in"}
    figures = tests.loc[tests["operator"] != "in", "value"]
    assert figures.str.fullmatch(r"\d+(\.\d+)?").all()


def test_classes_of_capacity_leave_no_gap_and_do_not_overlap() -> None:
    law, tests = reference.table("safety_distances"), reference.table("distance_conditions")
    tests = tests[tests["field"] == "capacity_m3_day"]
    for stem in sorted({rule[:-2] for rule in tests["rule"]}):
        for value in (0, 199, 200, 201, 4999, 5000, 5001, 49_999, 50_000):
            held = [
                rule
                for rule, mine in tests[tests["rule"].str.startswith(f"{stem}-")].groupby("rule")
                if all(
                    getattr(pd.Series([float(value)]), op)(float(v)).iloc[0]
                    for op, v in zip(mine["operator"], mine["value"], strict=True)
                )
            ]
            most = 1 if value <= 5000 or f"{stem}-3" in law.index else 0
            assert len(held) == most, (stem, value, held)


def test_the_kinds_that_osm_tags_speak_of_exist() -> None:
    assert set(reference.table("osm_tags")["kind"]) <= {k.name for k in kinds()}


def test_land_codes_are_seventy_of_2018_and_sixty_eight_of_2024() -> None:
    assert reference.table("landuse_codes")["list"].value_counts().to_dict() == {"2018": 70, "2024": 68}


def test_provinces_are_63_before_and_34_since_july_2025() -> None:
    rows = reference.table("vn2000_provinces")
    assert rows["province_set"].value_counts().to_dict() == {"legacy63": 63, "new34": 34}
    assert set(rows.loc[rows["province_set"] == "legacy63", "valid_to"]) == {"2025-06-30"}


def test_communes_of_2025_are_3321_and_name_provinces_that_have_a_zone() -> None:
    communes = reference.table("communes_2025")
    provinces = reference.table("vn2000_provinces")
    assert len(communes) == 3321
    known = set(provinces.loc[provinces["province_set"] == "new34", "province_code"])
    assert set(communes["province_code"]) == known


def test_the_tables_are_what_the_tool_makes_of_the_collected_facts(shared: Path, tmp_path: Path) -> None:
    tool = tmp_path / "tools" / "build_reference.py"
    tool.parent.mkdir()
    shutil.copy(REPOSITORY / "tools" / "build_reference.py", tool)
    done = subprocess.run(
        [sys.executable, tool, shared / "facts"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = sorted((tmp_path / "data" / "reference").glob("*.csv"))
    assert len(made) == 8 + (importlib.util.find_spec("vietnamadminunits") is not None)
    changed = [
        f.name for f in made if f.read_bytes() != (REPOSITORY / "data" / "reference" / f.name).read_bytes()
    ]
    assert changed == []
