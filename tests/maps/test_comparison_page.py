"""The page on plan versions without a browser: the map component is replaced."""

from __future__ import annotations

import pytest

from layers import Workspace
from layers.sample import sample_layer
from tests.maps.visits import html_of, press, text_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = Workspace.create(tmp_path_factory.mktemp("ws") / "ws", crs=5897, name="Thử")
    for name in ("industrial_clusters_2020", "industrial_clusters_2030", "schools"):
        base.save(sample_layer(name))
    return base.folder


@pytest.mark.parametrize(
    ("lang", "button", "word"), [("vi", "So sánh", "Chỉ vẽ lại ranh"), ("en", "Compare", "Redrawn")]
)
def test_two_versions_are_compared_in_both_languages(open_page, folder, lang, button, word):
    test = press(open_page(folder, page="compare", lang=lang), button)
    assert "tc-cards" in html_of(test)
    table = test.dataframe[0].value
    assert len(table) == 10
    assert word in table.iloc[:, 0].tolist()
    assert ("0,5 m" if lang == "vi" else "0.5 m") in text_of(test)


def test_another_tolerance_asks_again_at_once(open_page, folder):
    test = press(open_page(folder, page="compare"), "So sánh")
    (slider,) = test.select_slider
    assert slider.value == 0.5
    slider.set_value(0.03).run()
    assert not test.exception, test.exception
    assert "dung sai 0,03 m" in text_of(test)
    assert "Chỉ vẽ lại ranh" not in test.dataframe[0].value.iloc[:, 0].tolist()
    press(test, "Dùng dung sai gợi ý 0,5 m")
    assert "dung sai 0,5 m" in text_of(test)
    assert "Chỉ vẽ lại ranh" in test.dataframe[0].value.iloc[:, 0].tolist()


def test_a_workspace_with_one_version_of_everything_says_so(open_page, tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
    base.save(sample_layer("industrial_clusters_2020"))
    test = open_page(base.folder, page="compare")
    assert "Chưa có loại lớp nào có từ hai kỳ trở lên" in text_of(test)
