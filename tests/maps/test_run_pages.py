"""Links, runs and forms of the pages, without a browser."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from shapely import box

from layers import Workspace
from maps.asked import asked_id
from maps.drawing import Drawn
from maps.drawn_zone import DrawnZone
from maps.pages._places import _places, _read
from maps.question import ConflictQuestion, answer_question
from maps.runs import Runs
from maps.stored_answers import StoredAnswers
from maps.words import words
from tests.maps.conftest import X0, Y0, small_layers
from tests.maps.visits import press


def said(test):
    parts = [*test.markdown, *test.caption, *test.info, *test.error, *test.warning]
    return "\n".join(str(p.value) for p in parts).replace("\\", "")


def param(test, name):
    value = test.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_the_address_names_what_was_asked_and_a_fresh_session_shows_it(open_page, small_workspace):
    first = open_page(small_workspace.folder)
    first.selectbox(key="ask-tolerance-vi").set_value("2").run()
    press(first, "Kiểm tra")
    asked = first.session_state["conflict-question"]
    assert param(first, "run") == asked_id(asked)
    second = open_page(small_workspace.folder, run=asked_id(asked), view="21.01,105.5,13")
    assert second.session_state["conflict-question"] == asked
    assert second.session_state["conflict-view"] == ((21.01, 105.5), 13.0)
    # the widgets stand as they stood, so the answer is that of what they say
    assert second.selectbox(key="ask-tolerance-vi").value == "2"
    assert "Câu hỏi đã thay đổi" not in said(second)
    assert second.dataframe[0].value.equals(first.dataframe[0].value)


def restarted():
    """Forget what a process has at hand, as when the application starts again."""
    from maps.jobs import JOBS
    from maps.pages import _shelf

    _shelf._SHELVES.clear()
    JOBS._jobs.clear()


def unasked(monkeypatch):
    from maps.jobs import Jobs

    monkeypatch.setattr(Jobs, "start", lambda *_, **__: pytest.fail("was asked again"))


def test_an_answer_is_read_after_a_restart_and_says_so(open_page, small_workspace, monkeypatch):
    first = press(press(open_page(small_workspace.folder), "Kiểm tra"), "Lưu")
    assert "Kết quả đã lưu" not in said(first)
    restarted()
    with monkeypatch.context() as patched:
        unasked(patched)
        again = open_page(small_workspace.folder, run="conflicts-1")
    assert again.dataframe[0].value.equals(first.dataframe[0].value)
    assert "Kết quả đã lưu, trả lời lúc" in said(again)
    assert "cũ hơn dữ liệu" not in said(again)
    small_workspace.save(small_workspace.load("schools"), expected=1)
    later = open_page(small_workspace.folder, run="conflicts-1", lang="en")
    assert "The answer is older than the data: Schools (read v1, now v2)" in said(later)


def test_a_stored_answer_that_is_damaged_is_asked_again_and_that_is_said(open_page, small_workspace):
    first = press(open_page(small_workspace.folder), "Kiểm tra")
    (file,) = (small_workspace.folder / "answers").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-100])
    restarted()
    again = open_page(small_workspace.folder, run=param(first, "run"))
    assert again.dataframe[0].value.equals(first.dataframe[0].value)
    file.write_bytes(whole.replace(b"Parquet", b"parquet").replace(b"PAR1", b"PAR2"))
    restarted()
    again = open_page(small_workspace.folder, run=param(first, "run"))
    assert again.dataframe[0].value.equals(first.dataframe[0].value)
    assert "bị hỏng nên được hỏi lại" in said(again)


def test_under_other_rules_it_is_asked_again_and_that_is_said(open_page, small_workspace, monkeypatch):
    from layers import reference

    first = press(open_page(small_workspace.folder), "Kiểm tra")
    restarted()
    monkeypatch.setattr(reference, "version", lambda: "0" * 12)
    again = open_page(small_workspace.folder, run=param(first, "run"))
    assert "Vừa hỏi lại" in said(again)
    stored = StoredAnswers(small_workspace)
    for _ in range(200):  # the older one was nobody's: it is forgotten when the answer is shown already
        if len(stored.every()) == 1:
            break
        time.sleep(0.05)
    assert [one.rules for one in stored.every()] == ["0" * 12]
    restarted()
    assert "Kết quả đã lưu" in said(open_page(small_workspace.folder, run=param(first, "run")))


def test_what_one_session_asked_another_one_does_not_see(open_page, small_workspace):
    press(open_page(small_workspace.folder), "Kiểm tra")
    second = open_page(small_workspace.folder)
    assert "conflict-question" not in second.session_state
    assert not second.dataframe
    listed = open_page(small_workspace.folder, page="runs")
    assert "Chưa lưu lượt hỏi nào" in "".join(h.proto.body for h in listed.get("html"))


def test_a_run_is_kept_listed_opened_and_written_to(open_page, small_workspace):
    test = press(open_page(small_workspace.folder), "Kiểm tra")
    (title,) = [t for t in test.text_input if t.label == "Tên"]
    title.set_value("Phương án A")
    press(test, "Lưu")
    assert param(test, "run") == "conflicts-1"
    runs = Runs(small_workspace)
    assert runs.open("conflicts-1").title == "Phương án A"
    assert runs.open("conflicts-1").question == test.session_state["conflict-question"]
    assert "conflicts-1" in said(test)
    listed = open_page(small_workspace.folder, page="runs")
    assert "Phương án A" in said(listed)
    again = open_page(small_workspace.folder, run="conflicts-1")
    assert again.session_state["conflict-question"] == test.session_state["conflict-question"]
    assert "Câu hỏi đã thay đổi" not in said(again)


def test_two_sessions_that_write_to_a_run_are_told(open_page, small_workspace):
    press(press(open_page(small_workspace.folder), "Kiểm tra"), "Lưu")
    test = open_page(small_workspace.folder, run="conflicts-1")
    runs = Runs(small_workspace)
    (note,) = [t for t in test.text_area if t.label == "Ghi chú"]
    # between what this session shows and what it writes, another one writes
    shown = runs.open
    first = shown("conflicts-1")
    runs.amend("conflicts-1", note="của người kia", expected_version=1)
    note.set_value("của tôi")
    import maps.pages._run

    original = maps.pages._run._kept
    maps.pages._run._kept = lambda *_: first
    try:
        press(test, "Ghi thay đổi")
    finally:
        maps.pages._run._kept = original
    assert "vừa được người khác ghi" in said(test)
    assert shown("conflicts-1").note == "của người kia"


def test_newer_versions_are_said_and_asked(open_page, small_workspace):
    press(press(open_page(small_workspace.folder), "Kiểm tra"), "Lưu")
    land = small_layers()[1]
    small_workspace.save(land.with_frame(land.frame.iloc[:1]), expected=1)
    test = open_page(small_workspace.folder, run="conflicts-1")
    assert ("land_use_2025", 1) in test.session_state["conflict-question"].constraints
    assert "Sử dụng đất 2025 (đã đọc v1, nay là v2)" in said(test)
    press(test, "Hỏi trên bản mới nhất")
    assert ("land_use_2025", 2) in test.session_state["conflict-question"].constraints
    assert param(test, "run") != "conflicts-1"


def test_a_form_survives_a_change_of_page(open_page, small_workspace):
    test = open_page(small_workspace.folder)
    test.selectbox(key="ask-tolerance-vi").set_value("2").run()
    test.multiselect[1].set_value(["schools"]).run()
    press(test, "Kiểm tra")
    test.switch_page("maps/pages/rules.py").run()
    test.switch_page("maps/pages/conflicts.py").run()
    assert test.selectbox(key="ask-tolerance-vi").value == "2"
    assert test.multiselect[1].value == ["schools"]
    assert "Câu hỏi đã thay đổi" not in said(test)
    assert param(test, "run") == asked_id(test.session_state["conflict-question"])


def test_a_widget_that_offers_no_longer_what_it_held_is_no_traceback(open_page, small_workspace):
    test = press(open_page(small_workspace.folder), "Kiểm tra")
    asked = test.session_state["conflict-question"]
    Runs(small_workspace).keep(
        asked,
        answer_question(asked),
        form={"ask-others-2030": ["gone"], "ask-tolerance-vi": 7, "conflict-go": True, "ask-on": "x"},
    )
    again = open_page(small_workspace.folder, run="conflicts-1")
    assert again.session_state["conflict-question"] == asked


def test_a_link_to_another_page_shows_the_way(open_page, small_workspace):
    press(press(open_page(small_workspace.folder), "Kiểm tra"), "Lưu")
    test = open_page(small_workspace.folder, page="distances", run="conflicts-1")
    assert "conflicts-1 thuộc trang Xung đột" in said(test)
    assert "distance-question" not in test.session_state


@pytest.mark.parametrize(
    ("lang", "name", "value", "key"),
    [
        ("vi", "run", "conflicts-99", "link.run_wrong"),
        ("vi", "run", "<script>alert(1)</script>", "link.run_wrong"),
        ("en", "run", "x" * 9000, "link.run_wrong"),
        ("vi", "view", "<b>here</b>", "link.view_wrong"),
        ("en", "view", "21,105,12,13", "link.view_wrong"),
        ("vi", "ws", "../../etc", "link.workspace_wrong"),
    ],
)
def test_hostile_values_in_an_address_are_sentences(open_page, small_workspace, lang, name, value, key):
    test = open_page(small_workspace.folder, lang=lang, **{name: value})
    assert words(lang)(key, found=value) in said(test)
    assert [b for b in test.button if b.label == words(lang)("ask.go")]


@pytest.mark.parametrize(
    "text",
    ["1e999,0,5", "0,0,99", "0,0,-1", "0;0;5", ",,", "٢١,105,inf", "nan,105,12", "95,105,12", "21,105"],
)
def test_what_is_no_view_is_none(text):
    assert _read(text) is None
    assert _places(f"{text}*21,105.5,12,conflict") == {"conflict": ((21.0, 105.5), 12.0)}


@pytest.mark.parametrize("name", ["13", "", "a b", "<b>", "%3Cb%3E", "x" * 200, "a,b"])
def test_what_is_no_name_of_a_map_gives_no_view(name):
    assert _read(f"21,105.5,12,{name}") is None


def test_each_map_of_a_page_takes_the_view_that_bears_its_name(open_page, small_workspace):
    named = "21.02,105.6,15,conflict*21.01,105.5,13,preview-conflict"
    test = open_page(small_workspace.folder, view=named)
    assert test.session_state["preview-conflict-view"] == ((21.01, 105.5), 13.0)
    assert "conflict-view" not in test.session_state  # there is no answer yet
    press(test, "Kiểm tra")
    assert test.session_state["conflict-view"] == ((21.02, 105.6), 15.0)


def test_a_view_without_a_name_is_that_of_the_map_before_an_answer_too(open_page, small_workspace):
    test = open_page(small_workspace.folder, view="21.01,105.5,13")
    assert test.session_state["preview-conflict-view"] == ((21.01, 105.5), 13.0)


def test_a_view_is_taken_once_and_not_by_the_next_layer(open_page, small_workspace):
    view = "21.01,105.5,13,layers-schools"
    test = open_page(small_workspace.folder, page="layers", layer="schools", view=view)
    assert test.session_state["layers-schools-1-view"] == ((21.01, 105.5), 13.0)
    other = view.replace("schools", "rivers")
    again = open_page(small_workspace.folder, page="layers", layer="schools", view=other)
    assert "layers-schools-1-view" not in again.session_state


def test_a_link_to_a_layer_and_an_earlier_version_shows_them(open_page, small_workspace):
    land = small_layers()[1]
    small_workspace.save(land.with_frame(land.frame.iloc[:1]), expected=1)
    test = open_page(small_workspace.folder, page="layers", layer="land_use_2025", version="1")
    assert "Đang xem phiên bản cũ v1" in said(test)
    assert (param(test, "layer"), param(test, "version")) == ("land_use_2025", "1")
    for wrong in ({"layer": "nope"}, {"layer": "land_use_2025", "version": "7"}, {"layer": "x", "view": "a"}):
        test = open_page(small_workspace.folder, page="layers", **wrong)
        assert "không có trong không gian làm việc này" in said(test)


def test_an_error_of_a_job_is_a_sentence_and_can_be_asked_again(open_page, small_workspace):
    test = press(open_page(small_workspace.folder), "Kiểm tra")
    asked = test.session_state["conflict-question"]
    lost = replace(asked, constraints=(("schools", 9),))
    test.session_state["conflict-question"] = lost
    test.run()
    assert not test.exception
    assert "schools" in "\n".join(e.value for e in test.error)
    press(test, "Hỏi lại")
    assert "schools" in "\n".join(e.value for e in test.error)
    press(test, "Kiểm tra")
    assert not test.error
    assert test.session_state["conflict-question"] == asked


@pytest.mark.parametrize("state", ["interrupted", "stopped", "failed"])
def test_a_link_to_what_was_not_answered_offers_to_ask_again(open_page, small_workspace, state):
    from maps.asked import note_asked, note_ended

    test = press(open_page(small_workspace.folder), "Kiểm tra")
    asked = replace(test.session_state["conflict-question"], tolerance_m=5.0)
    base = Workspace(small_workspace.folder)
    note_asked(base, asked, {})
    if state == "interrupted":
        found = base.entries.get("asked", asked_id(asked))
        base.entries.put("asked", asked_id(asked), {**found.content, "server": "another"}, expected=1)
    else:
        note_ended(base, asked, state)
    test = open_page(small_workspace.folder, run=asked_id(asked))
    assert words("vi")(f"job.{state}") in said(test)
    assert not [h for h in test.get("html") if "class='tc-cards'" in h.proto.body]
    press(test, "Hỏi lại")
    assert [h for h in test.get("html") if "class='tc-cards'" in h.proto.body]


def drawn_question(base):
    zone = DrawnZone("Khu A", "industrial_park", Drawn(box(X0, Y0, X0 + 1000, Y0 + 1000), base.crs).wkt, "vẽ")
    known = (("land_use_2025", 1), ("schools", 1))
    return ConflictQuestion(str(base.folder), (), known, date(2026, 6, 1), drawn=(zone,))


def test_the_boundary_of_an_opened_run_lies_on_the_map_to_be_changed(open_page, small_workspace):
    asked = drawn_question(small_workspace)
    kept = Runs(small_workspace).keep(asked, answer_question(asked), title="Vẽ")
    test = open_page(small_workspace.folder, run=kept.id)
    press(test, "Sửa hình vẽ")
    (corners,) = [one for one in test.text_area if one.label.startswith("Tọa độ")]
    assert corners.value.count("\n") == 4  # a heading and four corners
    names = {box.label: box.value for box in (*test.text_input, *test.selectbox)}
    assert names["Tên trong kết quả"] == "Khu A"
    assert names["Loại"] == "industrial_park"
    press(test, "Bỏ hình vẽ")
    (corners,) = [one for one in test.text_area if one.label.startswith("Tọa độ")]
    assert corners.value == ""
    assert {one.label: one.value for one in test.text_input}["Tên trong kết quả"] == "Ranh giới vẽ"


def test_name_and_kind_of_a_drawn_zone_outlive_another_page_and_another_language(open_page, small_workspace):
    test = open_page(small_workspace.folder, draw="zone-draw")
    (name,) = [one for one in test.text_input if one.label == "Tên trong kết quả"]
    name.set_value("Khu B").run()
    (kind,) = [one for one in test.selectbox if one.label == "Loại"]
    kind.set_value("high_tech_zone").run()
    test.switch_page("maps/pages/distances.py").run()
    test.segmented_control(key="distance-from").set_value("draw").run()
    test.segmented_control(key="lang").set_value("en").run()
    names = {box.label: box.value for box in (*test.text_input, *test.selectbox)}
    assert names["Name in the answer"] == "Khu B"
    assert names["Kind"] == "high_tech_zone"


def drawing_page(folder, open_page, **zone):
    """Open the page of overlaps with one drawn zone on its map."""
    asked = drawn_question(Workspace(folder))
    return open_page_of(replace(asked, drawn=(replace(asked.drawn[0], **zone),)), folder, open_page)


def open_page_of(asked, folder, open_page):
    kept = Runs(Workspace(folder)).keep(asked, answer_question(asked), title="Vẽ")
    return open_page(folder, run=kept.id)


def test_a_zone_that_nobody_named_is_called_in_the_language_of_the_page(open_page, small_workspace):
    test = drawing_page(
        small_workspace.folder, open_page, name="Ranh giới vẽ", source="Ranh giới vẽ trên bản đồ"
    )
    press(test, "Sửa hình vẽ")
    test.segmented_control(key="lang").set_value("en").run()
    assert {box.label: box.value for box in test.text_input}["Name in the answer"] == "Drawn boundary"
    press(test, "Check")
    (zone,) = test.session_state["conflict-question"].drawn
    assert (zone.name, zone.source) == ("Drawn boundary", words("en")("draw.source"))
    # another language is no other question
    test.segmented_control(key="lang").set_value("vi").run()
    assert "Câu hỏi đã thay đổi" not in said(test)


def test_the_source_of_a_zone_that_was_thrown_away_is_not_that_of_the_next(open_page, small_workspace):
    test = drawing_page(small_workspace.folder, open_page, source="Quyết định 12")
    press(test, "Sửa hình vẽ")
    press(test, "Kiểm tra")
    assert test.session_state["conflict-question"].drawn[0].source == "Quyết định 12"
    press(test, "Bỏ hình vẽ")
    (corners,) = [one for one in test.text_area if one.label.startswith("Tọa độ")]
    lines = ((Y0, X0), (Y0, X0 + 900), (Y0 + 900, X0 + 900), (Y0 + 900, X0))
    corners.set_value("\n".join(f"{n}; {y}; {x}" for n, (y, x) in enumerate(lines, 1))).run()
    press(test, words("vi")("draw.apply"))
    press(test, "Kiểm tra")
    assert test.session_state["conflict-question"].drawn[0].source == words("vi")("draw.source")


def test_each_of_several_drawn_zones_has_its_own_buttons(open_page, small_workspace):
    asked = drawn_question(small_workspace)
    other = Drawn(box(X0 + 2000, Y0, X0 + 2500, Y0 + 500), small_workspace.crs).wkt
    both = (*asked.drawn, replace(asked.drawn[0], name="Khu B", wkt=other))
    test = open_page_of(replace(asked, drawn=both), small_workspace.folder, open_page)
    assert not test.exception
    buttons = [one for one in test.button if one.label == "Sửa hình vẽ"]
    assert len(buttons) == 2
    buttons[0].click().run()
    assert {box.label: box.value for box in test.text_input}["Tên trong kết quả"] == "Khu A"


def test_a_question_unfolded_by_hand_folds_away_when_it_is_asked_again(open_page, small_workspace):
    test = open_page(small_workspace.folder)
    titles = [test.expander[0].label]
    for _ in range(2):
        press(test, "Kiểm tra")
        titles.append(test.expander[0].label)
        assert test.expander[0].proto.expanded is False
    # the browser keeps what a reader unfolded as long as the title stays
    assert len({*titles[:2]}) == len({*titles[1:]}) == 2
    assert {one.strip() for one in titles} == {"Câu hỏi"}


def test_what_is_chosen_is_handed_to_the_lists_in_the_other_language(open_page, small_workspace):
    test = open_page(small_workspace.folder)
    test.selectbox(key="ask-tolerance-vi").set_value("0,2").run()
    press(test, "Kiểm tra")
    test.segmented_control(key="lang").set_value("en").run()
    assert not test.exception
    assert test.selectbox(key="ask-tolerance-en").value == "0.2"
    zones, against = test.multiselect
    assert zones.value == ["industrial_clusters_2030"]
    assert against.value == ["land_use_2025", "schools"]
    # a browser keeps the names as it got them, unless the page sets them
    assert [one.proto.set_value for one in (zones, against)] == [True, True]
    assert set(against.proto.raw_values) == {against.proto.options[0], against.proto.options[1]}
    assert "The question has changed" not in said(test)
    test.selectbox(key="ask-tolerance-en").set_value("5").run()
    test.segmented_control(key="lang").set_value("vi").run()
    assert test.selectbox(key="ask-tolerance-vi").value == "5"


def test_who_comes_to_add_a_layer_finds_the_doors_open(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="layers", open="add")
    assert any(one.key == "import-door" for one in test.segmented_control)
    assert param(test, "open") is None
    test.run()
    assert any(one.key == "import-door" for one in test.segmented_control)
