from __future__ import annotations

import pandas as pd
import pytest

from layers import reference
from layers.crosswalk import Crosswalk, default_crosswalk, read_crosswalk
from layers.errors import SchemaError, SourceError
from layers.landuse import code_list


def test_the_shipped_table_speaks_of_every_code_of_both_lists_once():
    rows = reference.table("landuse_crosswalk")
    before = rows.loc[rows["code_before"] != "", "code_before"]
    assert sorted(before) == sorted(code_list("2018"))
    plain = {code for code, entry in code_list("2024").items() if not entry.functional}
    assert set(rows["code_after"]) - {""} == plain
    assert default_crosswalk().several == {}


def test_what_nobody_knows_a_counterpart_of_is_named():
    dropped, new = default_crosswalk().alone
    assert {"SKX", "DCK"} <= dropped
    assert {"CNT", "CGT"} <= new
    assert "BHK" not in dropped


def test_codes_joined_through_others_are_one_class():
    walk = Crosswalk(pd.DataFrame({"code_before": ["a", "b", "b", "c"], "code_after": ["x", "x", "y", ""]}))
    assert walk.before == {"a": "x+y", "b": "x+y"}
    assert walk.after == {"x": "x+y", "y": "x+y"}
    assert walk.several == {"b": ("x", "y")}
    assert walk.alone == (frozenset({"c"}), frozenset())


def test_a_named_class_keeps_its_name(tmp_path):
    file = tmp_path / "walk.csv"
    file.write_text("code_before;code_after;class\nBHK;HNK;Đất màu\nNHK;HNK;\n", encoding="utf-8-sig")
    walk = read_crosswalk(file)
    assert walk.before == {"BHK": "Đất màu", "NHK": "Đất màu"}
    assert walk.name == "walk.csv"


def test_files_that_are_no_crosswalk_are_refused(tmp_path):
    with pytest.raises(SourceError, match="source_missing"):
        read_crosswalk(tmp_path / "none.csv")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("old,new\nBHK,HNK\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="column_missing: layer='wrong.csv', column='code_before'"):
        read_crosswalk(wrong)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\x00\xff\xfe")
    with pytest.raises(SourceError, match="source_unreadable"):
        read_crosswalk(broken)
