"""Names of provinces, however they are spelled."""

from __future__ import annotations

import pytest

from layers import reference
from layers.names import fold
from layers.provinces import province_code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *[
            (spelled, "TP Hồ Chí Minh")
            for spelled in ("TP.Hồ Chí Minh", "TP.HCM", "TPHCM", "tp hcm", "Hồ Chí Minh")
        ],
        *[(spelled, "TP Hồ Chí Minh") for spelled in ("Bà Rịa-Vũng Tàu", "Bà Rịa Vũng Tàu", "BR–VT")],
        ("Đắc Lắc", "Đắk Lắk"),
        ("Đắc Nông", "Lâm Đồng"),
        ("T. Bắc Ninh", "Bắc Ninh"),
        ("TỈNH  BẮC NINH", "Bắc Ninh"),
        ("Thừa Thiên - Huế", "Huế"),
    ],
)
def test_spellings_in_use_mean_a_province(text, name):
    rows = reference.table("vn2000_provinces")
    today = rows[(rows["province_set"] == "new34") & (rows["province"] == name)]
    assert [province_code(text)] == today["code_now"].tolist()


@pytest.mark.parametrize("text", ["", "TP.", "Tỉnh ", "T.", "Hà Tây", "79", "HCM 2"])
def test_what_names_no_province_has_no_code(text):
    assert province_code(text) == ""


def test_no_two_provinces_are_one_in_letters_alone():
    rows = reference.table("vn2000_provinces")
    for name, code in zip(rows["province"], rows["code_now"], strict=True):
        assert province_code(name) == province_code(fold(name).replace(" ", "")) == code
