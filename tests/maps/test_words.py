from __future__ import annotations

import ast
import re
import string
import time
from pathlib import Path

import pytest

from layers import Finding
from layers.errors import CrsError
from maps.words import LANGUAGES, Words, words

ROOT = Path(__file__).parents[2]


def book(lang):
    return words(lang)._book


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def sources(*folders):
    return [f for folder in folders for f in (ROOT / folder).rglob("*.py")]


def test_both_languages_have_the_same_keys_and_placeholders():
    vi, en = book("vi"), book("en")
    assert set(vi) == set(en)
    assert {k for k in vi if placeholders(vi[k]) != placeholders(en[k])} == set()


def test_no_word_is_empty_and_vietnamese_has_its_letters():
    for lang in LANGUAGES:
        assert [k for k, v in book(lang).items() if not v.strip()] == []
    letters = set("ăâđêôơưáàảãạếềểễệốồổỗộớờởỡợứừửữựíìỉĩịýỳỷỹỵ")
    text = " ".join(book("vi").values()).lower()
    assert sum(c in letters for c in text) > len(text) / 30


def test_every_key_that_the_code_names_is_in_the_locale_files():
    known = set(book("vi"))
    missing = set()
    for file in sources("maps"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            key = call.args[0].value
            if (
                name in ("words", "speak", "T", "say")
                and isinstance(key, str)
                and re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", key)
            ):
                missing |= {key} - known
    assert missing == set()


def codes_raised(folders, names, position):
    """Codes that stand as text in calls of these names, at this position."""
    found = set()
    for file in sources(*folders):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in names and len(call.args) > position and isinstance(call.args[position], ast.Constant):
                value = call.args[position].value
                if isinstance(value, str) and re.fullmatch(r"[a-z][a-z_]+", value):
                    found.add(value)
    return found


ERRORS = (
    "CrsError",
    "GeometryError",
    "QuestionError",
    "SchemaError",
    "SourceError",
    "StoreError",
    "TableError",
)


def test_every_error_has_a_sentence_and_says_what_to_do():
    codes = codes_raised(("layers", "spatial", "maps"), ERRORS, 0)
    assert len(codes) > 40
    assert {c for c in codes if f"error.{c}" not in book("vi")} == set()
    assert {c for c in codes if f"fix.error.{c}" not in book("vi")} == set()


def test_every_finding_has_a_sentence():
    codes = codes_raised(("layers", "spatial", "maps"), ("find", "Finding"), 0)
    codes |= codes_raised(("layers",), ("set_aside",), 1)
    assert len(codes) > 35
    assert {c for c in codes if f"finding.{c}" not in book("vi")} == set()


def test_no_sentence_is_left_over_from_a_code_that_is_gone():
    said = {k.split(".", 1)[1] for k in book("vi") if k.startswith(("error.", "finding."))}
    text = "\n".join(
        f.read_text(encoding="utf-8") for f in [*sources("layers", "spatial", "maps"), ROOT / "app.py"]
    )
    assert {c for c in said if f'"{c}"' not in text and f'"error.{c}"' not in text} == set()


@pytest.mark.parametrize(
    ("lang", "value", "digits", "text"),
    [
        ("vi", 1234567.891, 2, "1.234.567,89"),
        ("en", 1234567.891, 2, "1,234,567.89"),
        ("vi", -0.5, 1, "−0,5"),
        ("vi", float("nan"), 2, ""),
        ("en", None, 2, ""),
    ],
)
def test_numbers_are_written_the_way_the_language_does(lang, value, digits, text):
    assert words(lang).number(value, digits) == text


def test_days_and_validities():
    vi = words("vi")
    assert vi.day("2026-09-15") == "15/09/2026"
    assert vi.validity("2024-05-01", "2026-09-14") == "01/05/2024 – 14/09/2026"
    assert vi.validity("2024-05-01", "") == "từ 01/05/2024"
    assert words("en").validity("", "") == "no dates stated"


def test_messages_fill_in_what_where_expected_and_found():
    finding = Finding(
        "geometry_repaired", "ccn", "7", "warn", {"area_before_m2": 10.5, "area_after_m2": 12.25}
    )
    text = words("vi").message(finding)
    assert "ccn" in text
    assert "7" in text
    assert "12,25" in text
    error = CrsError("crs_not_metric", layer="zones", found="WGS 84", expected="EPSG:5897")
    assert "WGS 84" in words("en").message(error)
    assert "EPSG:5897" in words("en").message(error) + words("en").fix(error)


def test_a_constraint_of_ones_own_has_no_clause_and_says_so():
    fields = {"area_ha": 0.5, "constraint": "land_use:RPH!", "clause_vi": "", "clause_en": ""}
    finding = Finding("boundary_on_excluded_land", "sites", "S01", "warn", fields)
    assert "căn cứ: không có điều khoản)" in words("vi").message(finding)
    assert "; no clause)" in words("en").message(finding)


def test_an_unknown_key_shows_itself_and_a_missing_field_a_dash():
    say = Words("vi")
    assert say("no.such.key") == "no.such.key"
    assert "–" in say("cli.written")


def test_an_unknown_language_is_vietnamese():
    assert words("fr").lang == "vi"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one time zone for all processes")
def test_moments_are_of_the_time_zone_of_the_machine(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    time.tzset()
    try:
        assert words("vi").moment("2026-06-01T20:15:00+00:00") == "02/06/2026 03:15"
        assert words("en").moment("2026-06-01T20:15:00+00:00") == "2026-06-02 03:15"
        assert words("vi").moment("2026-06-01T20:15:00") == "01/06/2026 20:15"
        assert words("vi").moment("") == ""
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_rounded_nought_has_no_sign():
    assert words("vi").number(-0.001, 2) == "0,00"
    assert words("en").number(-0.0) == "0.00"
    assert words("vi").number(-1.005, 1) == "−1,0"


def test_what_geos_says_of_a_shape_is_said_in_the_language_of_the_reader():
    found = Finding(
        "geometry_repaired",
        "khu",
        "1",
        "warn",
        {
            "found": "Self-intersection[560200.25 2322125.5]",
            "area_before_m2": 0.0,
            "area_after_m2": 5e4,
        },
    )
    assert "(các cạnh tự cắt, tại 560.200,25 2.322.125,50)" in words("vi").message(found)
    assert "(edges cross, at 560,200.25 2,322,125.50)" in words("en").message(found)
    other = Finding("geometry_repaired", "khu", "1", "warn", {**found.fields, "found": "Odd thing[1 2]"})
    assert "(Odd thing[1 2])" in words("vi").message(other)


def test_a_finding_that_was_kept_speaks_as_on_the_day_of_its_import():
    told = {"column": "MA", "field": "code", "by": "field_by_name", "share_pct": 90}
    said = words("vi").message(Finding("column_mapped", "khu", None, "info", told))
    assert "field_by" not in said
    assert "theo tên cột" in said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000, "1,000 rows")]
)
def test_a_noun_goes_with_its_number(count, said):
    told = words("en")("cli.check.rows", layer="a", read=count, used=1, aside=0)
    assert told == f"a: {said} read, 1 used, 0 set aside."


def test_no_english_noun_is_plural_whatever_its_number():
    nouns = "rows|features|layers|lines|cells|polygons|files|findings|faults|corners|spikes|readings"
    fixed = re.compile(rf"\{{(count|read|rows|rows_read|kept|shapes|records)\}} (more )?({nouns})\b")
    sections = ("finding.", "error.", "import.", "coverage.", "findings.", "cli.", "doctor.")
    assert [k for k, text in book("en").items() if k.startswith(sections) and fixed.search(text)] == []


def test_every_noun_that_depends_on_a_number_has_two_forms():
    for lang in LANGUAGES:
        for text in book(lang).values():
            for _, name, nouns, _ in string.Formatter().parse(text):
                assert not name or not nouns or nouns.count("|") == 1, text
