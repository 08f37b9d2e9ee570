"""Land-use codes: two lists, each for its time, as trees."""

from __future__ import annotations

from datetime import date

import pytest

from layers.errors import QuestionError
from layers.landuse import ancestors, code_list, list_on, normal_code


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2015, 1, 1), "2018"),
        (date(2024, 7, 31), "2018"),
        (date(2024, 8, 1), "2024"),
        (date(2030, 12, 31), "2024"),
    ],
)
def test_a_day_has_one_list(day: date, name: str) -> None:
    assert list_on(day) == name


def test_a_code_that_changed_its_meaning_has_both() -> None:
    assert code_list("2018")["MNC"].name_vi != code_list("2024")["MNC"].name_vi


def test_without_a_list_the_newer_one_leads_and_the_older_fills_in() -> None:
    both = code_list()
    assert both["MNC"].list_name == "2024"
    assert set(both) == set(code_list("2018")) | set(code_list("2024"))


def test_a_list_can_not_be_changed_by_a_caller() -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        code_list("2024")["XXX"] = code_list("2024")["LUC"]  # type: ignore[index]


def test_an_unknown_list_is_refused_with_those_that_exist() -> None:
    with pytest.raises(QuestionError, match="code_list_unknown: found='2014'") as caught:
        code_list("2014")
    assert caught.value.fields["expected"] == ["2018", "2024"]


def test_functional_classes_are_marked_in_both_lists_that_have_them() -> None:
    marked = {code.code for name in ("2018", "2024") for code in code_list(name).values() if code.functional}
    assert marked == {"KKT", "CNC", "KDT"}


@pytest.mark.parametrize("name", ["2018", "2024"])
def test_every_parent_is_in_its_own_list_and_no_code_is_above_itself(name: str) -> None:
    codes = code_list(name)
    for code in codes.values():
        seen = [code.code]
        parent = code.parent
        while parent in codes:
            assert parent not in seen
            seen.append(parent)
            parent = codes[parent].parent
        assert parent == "" or len(parent) == 3


def test_ancestors_start_with_the_code_itself() -> None:
    assert ancestors("ODT")[0] == "ODT"
    assert "PNN" in ancestors("ODT")
    assert ancestors("NNP")[0] == "NNP"


@pytest.mark.parametrize("code", ["", "XYZ", "luc", "ONT+CLN"])
def test_what_is_in_no_list_has_no_ancestors(code: str) -> None:
    assert ancestors(code) == ()


@pytest.mark.parametrize(("text", "code"), [(" o n t ", "ONT"), ("oct", "OTC"), ("LUC\n", "LUC"), ("", "")])
def test_codes_are_brought_to_the_spelling_of_the_lists(text: str, code: str) -> None:
    assert normal_code(text) == code
