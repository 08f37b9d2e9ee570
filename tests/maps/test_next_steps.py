"""What the first page says is missing is what the page of the question can't be asked without."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from layers import Period, Provenance, Version
from maps.next_steps import holdings

DATED = "dated"
#: layers of a workspace, as kind and stage (dated or no period), to the pages that can be asked
CASES = {
    "nothing": ([], set()),
    "land cover twice": (
        [("land_cover", DATED), ("land_cover", DATED)],
        {"bien-dong", "so-sanh-ky"},
    ),
    "land use twice": (
        [("land_use", DATED), ("land_use", DATED)],
        {"bien-dong", "dat-bi-hap-thu", "xung-dot"},
    ),
    "land use twice, one without a year": (
        [("land_use", DATED), ("land_use", "")],
        {"bien-dong", "xung-dot"},
    ),
    "land use and land cover": ([("land_use", DATED), ("land_cover", "")], {"bien-dong", "xung-dot"}),
    "roads twice": ([("road", ""), ("road", "")], {"xung-dot", "khoang-cach"}),
    "rivers twice": ([("river", ""), ("river", "")], {"xung-dot", "khoang-cach"}),
    "clusters twice": (
        [("industrial_cluster", DATED), ("industrial_cluster", "")],
        {"so-sanh-ky", "xung-dot", "khoang-cach"},
    ),
    "communes alone": ([("admin_unit", "")], set()),
    "communes and a cluster": (
        [("admin_unit", ""), ("industrial_cluster", "")],
        {"chon-dia-diem", "xung-dot", "khoang-cach"},
    ),
}


def versions(*entries):
    return [
        Version(
            f"{kind}_{n}", 1, kind, Period(2020 + n, 2020 + n, "surveyed") if stage else None, "", "", 2,
            Provenance(source="thử.gpkg"), "2026-01-01T00:00:00+00:00", "", current=True,
        )
        for n, (kind, stage) in enumerate(entries)
    ]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_page_that_can_be_asked_is_open_and_no_other(case):
    layers, asked = CASES[case]
    found = holdings(versions(*layers))
    pages = ("xung-dot", "khoang-cach", "chon-dia-diem", "so-sanh-ky", "dat-bi-hap-thu", "bien-dong")
    assert {page for page in pages if not found.lacks(page)} == asked


def script():
    from types import SimpleNamespace

    import streamlit as st

    from maps.pages._absorption_ask import absorption_question
    from maps.pages._change_ask import change_question
    from maps.pages._comparison_ask import comparison_question
    from maps.pages._conflict_ask import conflict_question
    from maps.pages._distance_ask import distance_question
    from maps.words import words

    asks = {
        "bien-dong": change_question,
        "so-sanh-ky": comparison_question,
        "dat-bi-hap-thu": absorption_question,
        "xung-dot": conflict_question,
        "khoang-cach": distance_question,
    }
    base = SimpleNamespace(folder="thu")
    asks[st.session_state["page"]](base, st.session_state["versions"], words("vi"))


#: page to the box of what its question needs, and how many of them
BOXES = {
    "bien-dong": ("change-layers", 2),
    "dat-bi-hap-thu": ("absorption-series", 2),
    "xung-dot": ("ask-others-", 1),
    "khoang-cach": ("to-", 1),
    "so-sanh-ky": ("comparison-kind", 1),
}


@pytest.mark.parametrize("page", BOXES)
def test_a_door_is_open_where_the_page_itself_offers_enough(page):
    key, least = BOXES[page]
    test = AppTest.from_function(script, default_timeout=60)
    for layers, _ in CASES.values():
        there = versions(*layers)
        test.session_state["page"], test.session_state["versions"] = page, there
        test.run()
        assert not test.exception, test.exception
        boxes = [box for box in (*test.multiselect, *test.selectbox) if str(box.key).startswith(key)]
        offered = len(boxes[0].options) if boxes else 0
        assert (offered >= least) == (not holdings(there).lacks(page)), layers
