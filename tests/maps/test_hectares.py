"""Hectares in sentences: what is set against one another differs, and what was asked is said as asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.findings import Finding
from maps.hectares import areas_apart
from maps.words import LANGUAGES, words


@pytest.mark.parametrize("code", ["area_differs", "area_of_table"])
def test_a_small_parcel_is_not_said_to_differ_from_its_own_figure(code):
    finding = Finding(
        code, "thửa", "1", "warn", {"stated_ha": 0.0125, "computed_ha": 0.0147, "share_pct": 17.6}
    )
    said = words("vi").message(finding)
    assert "ghi 0,0125 ha" in said
    assert "được 0,0147 ha, lệch 17,6 %" in said


@given(st.floats(0.0001, 50_000.0), st.floats(0.98, 1.02), st.sampled_from(LANGUAGES))
def test_two_areas_read_as_different_where_they_are(stated, share, lang):
    computed = stated * share
    said = areas_apart({"stated_ha": stated, "computed_ha": computed}, words(lang).number)
    assert (said["stated_ha"] == said["computed_ha"]) <= (abs(computed - stated) <= 1e-6)
    plain = said["stated_ha"].translate(str.maketrans(",.", ".,") if lang == "vi" else {}).replace(",", "")
    assert float(plain) == pytest.approx(stated, abs=0.00501 if stated >= 1 else 0.000051)
    assert areas_apart({"stated_ha": stated, "area_ha": computed}, words(lang).number) == {}


@pytest.mark.parametrize(
    ("typed", "said"), [(0.125, "0,125"), (12.3456, "12,3456"), (10.0, "10,00"), (75.5, "75,50")]
)
def test_the_limits_of_a_question_are_said_as_they_were_typed(typed, said):
    assert [words("vi").value(typed, name) for name in ("min_ha", "max_ha")] == [said, said]


@pytest.mark.parametrize(
    ("area", "vi", "en"),
    [(0.0, "0,00", "0.00"), (0.00004, "< 0,0001", "< 0.0001"), (-0.00004, "> −0,0001", "> −0.0001"),
     (0.00006, "0,0001", "0.0001"), (0.1, "0,10", "0.10"), (0.12344, "0,1234", "0.1234"),
     (12.345678, "12,35", "12.35"), (-3.0, "−3,00", "−3.00")],
)  # fmt: skip
def test_an_area_has_the_decimals_it_needs(area, vi, en):
    assert (words("vi").value(area, "area_ha"), words("en").value(area, "area_ha")) == (vi, en)
