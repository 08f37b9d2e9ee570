"""The page on change of land without a browser: the map is replaced by a note of what it was given."""

from __future__ import annotations

from datetime import date

import pytest
from shapely import box

from layers import Layer, Provenance, Workspace
from layers.period import parse_period
from maps.change_question import ChangeQuestion, answer_change, first_dates, land_choices, lists_differ
from tests.maps.conftest import frame
from tests.maps.visits import press, text_of


@pytest.fixture
def dates(tmp_path):
    """Three states and a plan: rice gives way to homes; the list of codes changes on the way."""
    base = Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
    for year, homes, field, stage in (
        ("2015", 100, "BHK", "surveyed"),
        ("2020", 200, "BHK", "surveyed"),
        ("2025", 400, "HNK", "surveyed"),
        ("2026-2030", 500, "HNK", "approved"),
    ):
        shapes = [box(0, 0, homes, 100), box(homes, 0, 1000, 100), box(0, 100, 1000, 200)]
        one = Layer(
            frame(*shapes, code=["ONT", "LUC", field]),
            f"land_use_{year[-4:]}",
            "land_use",
            parse_period(f"{year}:{stage}"),
            Provenance(source="thử.gpkg", made=True),
        )
        base.save(one)
    return base


def matrix_of(test):
    """The first table with a column for homes: the crosswalk may stand before it."""
    return next(d.value for d in test.dataframe if "ONT" in d.value.columns)


def asked(folder, *years, **more):
    layers = tuple((f"land_use_{year}", 1) for year in years)
    return ChangeQuestion(str(folder), layers, date(2026, 11, 22), **more)


def test_dates_are_offered_in_their_order_and_the_last_two_states_chosen_first(dates):
    offered = land_choices(dates.layers())
    assert [v.layer for v in offered] == ["land_use_2015", "land_use_2020", "land_use_2025", "land_use_2030"]
    assert [v.layer for v in first_dates(offered)] == ["land_use_2020", "land_use_2025"]
    assert lists_differ(offered[1:3])
    assert not lists_differ(offered[:2])


def test_a_question_is_answered_from_the_workspace(dates):
    series = answer_change(asked(dates.folder, 2015, 2020, 2025))
    assert series.overall.matrix.loc["LUC", "ONT"] == pytest.approx(3.0)
    assert series.overall.matrix.loc["HNK", "HNK"] == pytest.approx(10.0)
    assert series.run["question"] == asked(dates.folder, 2015, 2020, 2025).key
    assert series.stock.loc["ONT"].tolist() == pytest.approx([1.0, 2.0, 4.0])
    groups = answer_change(asked(dates.folder, 2015, 2020, group=True))
    assert list(groups.overall.totals.index[:2]) == ["NNP", "PNN"]


def test_a_changed_crosswalk_is_another_question_with_another_answer(dates):
    rows = (("BHK", "HNK", "Màu"), ("LUC", "LUC", ""), ("ONT", "ONT", ""))
    question = asked(dates.folder, 2020, 2025, crosswalk=rows)
    assert question.key != asked(dates.folder, 2020, 2025).key
    assert answer_change(question).overall.matrix.loc["Màu", "Màu"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("lang", "button", "title", "number"),
    [
        ("vi", "Lập bảng biến động", "Đất chuyển từ đâu sang đâu", "2,00"),
        ("en", "Find the change", "What turned into what", "2.00"),
    ],
)
def test_pressing_the_button_shows_the_matrix(open_page, dates, lang, button, title, number):
    test = press(open_page(dates.folder, page="change", lang=lang), button)
    assert title in text_of(test)
    matrix = matrix_of(test)
    assert matrix.loc["LUC", "ONT"] == pytest.approx(2.0)
    assert "HNK" not in matrix.columns
    _, given = open_page.shown[-1]
    assert "change-changed" in [group.facts["id"] for group in given["feature_group_to_add"]]


def test_an_interval_and_a_class_choose_what_is_shown(open_page, dates):
    test = open_page(dates.folder, page="change")
    picked = ["land_use_2015", "land_use_2020", "land_use_2025"]
    test.multiselect(key="change-layers").set_value(picked).run()
    press(test, "Lập bảng biến động")
    assert matrix_of(test).loc["LUC", "ONT"] == pytest.approx(3.0)
    test.session_state["change-interval"] = "0"
    test.run()
    assert matrix_of(test).loc["LUC", "ONT"] == pytest.approx(1.0)
    test.selectbox(key="change-class").set_value("ONT").run()
    assert not test.exception, test.exception
    _, given = open_page.shown[-1]
    assert "change-gained" in [group.facts["id"] for group in given["feature_group_to_add"]]


def test_one_date_is_too_few(open_page, dates):
    test = open_page(dates.folder, page="change")
    test.multiselect(key="change-layers").set_value(["land_use_2020"]).run()
    (button,) = [b for b in test.button if b.label == "Lập bảng biến động"]
    assert button.disabled
    assert "ít nhất hai kỳ" in text_of(test)
