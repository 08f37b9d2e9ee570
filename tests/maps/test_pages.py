"""Page logic without a browser: the map component is replaced by a note of what it was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from layers import Period, Workspace
from maps.pages._ask import _metres
from tests.maps.conftest import small_layers
from tests.maps.visits import html_of, press, text_of


def test_the_first_page_says_what_there_is_and_what_is_missing(open_page, small_workspace):
    test = open_page(small_workspace.folder, page=None)
    said = text_of(test)
    assert "Đã có lớp để kiểm tra: Cụm công nghiệp." in html_of(test)
    assert "Chưa có: Khu dân cư" in html_of(test)
    assert "Bạn muốn biết điều gì?" in said
    assert not open_page.shown


def test_an_empty_workspace_is_told_what_to_add_and_its_questions_wait(open_page, tmp_path):
    Workspace.create(tmp_path / "home" / "rỗng", crs=5897)
    test = open_page(tmp_path / "home" / "rỗng", page=None)
    assert "Thêm ít nhất một lớp khu, cụm" in html_of(test)
    said = text_of(test)
    assert said.count("Cần lớp sử dụng đất của ít nhất hai thời điểm, có ghi năm") == 1  # absorbed land
    assert said.count("Cần lớp sử dụng đất hoặc lớp phủ của ít nhất hai thời điểm") == 1  # changes
    assert said.count("Cần ít nhất một lớp để kiểm tra với") == 2
    assert said.count("Cần ít nhất một lớp để đo tới") == 1
    assert said.count("Cần hai lớp cùng loại") == 1


def test_each_question_waits_for_its_own_layers_alone(open_page, tmp_path):
    base = Workspace.create(tmp_path / "home" / "đất", crs=5897)
    _, land, _ = small_layers()
    base.save(land)
    assert "Cần lớp sử dụng đất hoặc lớp phủ" in text_of(open_page(base.folder, page="change"))
    base.save(replace(land, name="land_use_2020", period=Period(2020, 2020, "surveyed")))
    test = open_page(base.folder, page="change")
    assert "Cần " not in text_of(test)  # no zones are needed to see what land became
    said = text_of(open_page(base.folder, page=None))
    assert "Cần lớp sử dụng đất" not in said
    # no door is open to a page that has nothing to choose from
    assert [said.count(need) for need in ("Cần hai lớp", "lớp để đo tới", "lớp ranh giới hành chính")] == [
        1
    ] * 3


def test_the_sample_is_one_click_away_and_lies_beside_the_others(open_page, tmp_path):
    Workspace.create(tmp_path / "home" / "rỗng", crs=5897)
    test = open_page(tmp_path / "home" / "rỗng", page=None)
    press(test, "Mở địa bàn mẫu")
    assert "Thạch Thất" in text_of(test)
    assert "Đã có lớp để kiểm tra: " in html_of(test)
    assert (tmp_path / "home" / "mau-sample" / "catalogue.sqlite").is_file()
    assert test.query_params["ws"] in ("mau-sample", ["mau-sample"])
    press(test, "Mở")
    assert "Thêm ít nhất một lớp khu, cụm" in html_of(test)


def test_a_workspace_is_made_with_the_system_of_its_province(open_page, small_workspace):
    test = open_page(small_workspace.folder, page=None)
    test.text_input(key="start-name-0").set_value("Huyện Đan Phượng")
    (province,) = [box for box in test.selectbox if box.label == "Tỉnh, thành phố"]
    province.set_value("Hà Nội")
    press(test, "Tạo và mở")
    made = Workspace(small_workspace.folder.parent / "huyen-dan-phuong")
    assert made.name == "Huyện Đan Phượng"
    assert made.crs.to_epsg() == 5897
    assert "Huyện Đan Phượng" in text_of(test)


def test_a_new_workspace_without_name_or_province_is_refused_and_what_was_typed_stays(
    open_page, small_workspace
):
    test = open_page(small_workspace.folder, page=None)
    test.text_input(key="start-name-0").set_value("Huyện Đan Phượng")
    press(test, "Tạo và mở")
    assert "Ghi tên và chọn tỉnh" in text_of(test)
    assert test.text_input(key="start-name-0").value == "Huyện Đan Phượng"
    assert not test.get("form")[0].proto.form.clear_on_submit


def test_a_workspace_named_in_the_address_stays_open_on_the_next_page(open_page, small_workspace, tmp_path):
    Workspace.create(tmp_path / "khác", crs=5897, name="Bên cạnh")
    test = open_page(small_workspace.folder, page=None, ws="khác")
    assert "gray-badge[Bên cạnh]" in text_of(test)
    test.query_params.clear()  # what a link to another page does
    test.switch_page("maps/pages/layers.py").run()
    assert "gray-badge[Bên cạnh]" in text_of(test)
    assert test.query_params["ws"] in ("khác", ["khác"])
    test.switch_page("maps/pages/start.py").run()
    press(test, "Mở")
    assert "gray-badge[Nhỏ]" in text_of(test)
    assert "ws" not in test.query_params  # a reload stays in the one that is shown


def test_what_was_drawn_and_chosen_in_one_workspace_is_not_taken_to_another(
    open_page, small_workspace, tmp_path
):
    Workspace.create(tmp_path / "xa", crs=9208, name="Lào Cai")
    test = open_page(small_workspace.folder)
    test.segmented_control(key="ask-zones-from").set_value("draw").run()
    (corners,) = [one for one in test.text_area if one.label.startswith("Tọa độ")]
    corners.set_value("1; 2322000; 555000\n2; 2322000; 556000\n3; 2323000; 556000").run()
    press(test, "Đưa lên bản đồ")
    press(test, "Kiểm tra")
    assert test.session_state["zone-draw-sheet"].area is not None
    test.switch_page("maps/pages/start.py").run()
    press(test, "Mở")
    assert "zone-draw-sheet" not in test.session_state
    assert "conflict-question" not in test.session_state
    test.switch_page("maps/pages/conflicts.py").run()
    assert not test.exception


def test_an_address_opens_a_workspace_beside_and_nothing_else(open_page, small_workspace, tmp_path):
    Workspace.create(tmp_path / "khác", crs=5897, name="Bên cạnh")
    (tmp_path / "xa").mkdir()
    Workspace.create(tmp_path / "xa" / "kín", crs=5897, name="Kín")
    for name, title in (("khác", "Bên cạnh"), ("xa/kín", "Nhỏ"), ("không có", "Nhỏ")):
        assert f"gray-badge[{title}]" in text_of(open_page(small_workspace.folder, page=None, ws=name))


def test_the_page_says_what_to_do_and_shows_the_land(open_page, small_workspace):
    test = open_page(small_workspace.folder)
    assert "Xung đột" in text_of(test)
    assert "dữ liệu mô phỏng" in text_of(test)
    assert len(open_page.shown) == 1


@pytest.mark.parametrize(
    ("lang", "button", "title"), [("vi", "Kiểm tra", "Tổng hợp theo khu"), ("en", "Check", "Totals per zone")]
)
def test_pressing_the_button_shows_the_answer(open_page, small_workspace, lang, button, title):
    test = press(open_page(small_workspace.folder, lang=lang), button)
    assert title in text_of(test)
    totals = test.dataframe[-2].value if len(test.dataframe) > 2 else test.dataframe[1].value
    assert "CCN Thử" in totals.astype(str).to_numpy().ravel().tolist()
    _, given = open_page.shown[-1]
    assert given["returned_objects"] == ["last_clicked"]


def test_the_page_gives_what_the_library_gives(open_page, small_workspace):
    from datetime import UTC, datetime

    from maps.question import ConflictQuestion, answer_question

    test = press(open_page(small_workspace.folder), "Kiểm tra")
    asked = ConflictQuestion(
        str(small_workspace.folder),
        (("industrial_clusters_2030", 1),),
        (("land_use_2025", 1), ("schools", 1)),
        datetime.now(UTC).astimezone().date(),
    )
    rows = answer_question(asked).rows
    shown = test.dataframe[0].value
    # the school inside the zone takes no land: it shows no hectares rather than nought
    assert sorted(shown["Diện tích (ha)"].dropna()) == pytest.approx(sorted(a for a in rows["area_ha"] if a))
    assert shown["Diện tích (ha)"].isna().sum() == 1


def test_a_changed_question_is_said_to_be_unanswered(open_page, small_workspace):
    test = press(open_page(small_workspace.folder), "Kiểm tra")
    test.selectbox(key="ask-tolerance-vi").set_value("2").run()
    assert "Câu hỏi đã thay đổi" in text_of(test)
    press(test, "Kiểm tra")
    assert "Câu hỏi đã thay đổi" not in text_of(test)


@pytest.mark.parametrize(
    ("typed", "metres"),
    [("1.000", None), (" 1,000", None), ("0,125", 0.125), ("12.5", 12.5), ("x", None), ("", None),
     ("nan", None), ("101", None), ("-1", None), ("0", 0.0)],
)  # fmt: skip
def test_a_tolerance_that_reads_two_ways_is_not_guessed(typed, metres):
    assert _metres(typed) == metres


def test_the_base_map_stays_while_the_answer_changes(open_page, small_workspace):
    from streamlit_folium import generate_js_hash, generate_leaflet_string

    test = press(open_page(small_workspace.folder), "Kiểm tra")
    first, _ = open_page.shown[-1]
    test.selectbox(key="ask-tolerance-vi").set_value("2").run()
    press(test, "Kiểm tra")
    second, _ = open_page.shown[-1]
    for chart in (first, second):
        chart.get_root().render()
    scripts = [generate_js_hash(generate_leaflet_string(chart), "x") for chart in (first, second)]
    assert scripts[0] == scripts[1]


def test_without_zones_the_button_waits_and_says_why(open_page, small_workspace):
    test = open_page(small_workspace.folder)
    test.multiselect[0].set_value([]).run()
    (button,) = [b for b in test.button if b.label == "Kiểm tra"]
    assert button.disabled
    assert "ít nhất một lớp" in text_of(test)


def test_a_missing_workspace_is_a_sentence(open_page, tmp_path):
    test = open_page(tmp_path / "không có")
    assert "không có" in text_of(test).replace("\\", "")


def test_layers_are_listed_and_an_empty_workspace_says_what_to_do(open_page, small_workspace, tmp_path):
    test = open_page(small_workspace.folder, page="layers")
    assert len(test.dataframe[0].value) == 3
    Workspace.create(tmp_path / "rỗng", crs=5897)
    test = open_page(tmp_path / "rỗng", page="layers")
    assert not test.dataframe


def test_rules_can_be_searched_without_accents(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="rules")
    everything = len(test.dataframe[0].value)
    test.text_input[0].set_value("de dieu").run()
    found = test.dataframe[0].value
    assert 0 < len(found) < everything
    assert found.astype(str).apply(lambda r: "Đê điều" in " ".join(r), axis=1).all()


@pytest.mark.parametrize(("lang", "button"), [("vi", "Kiểm tra khoảng cách"), ("en", "Check distances")])
def test_the_page_on_distances_gives_what_the_library_gives(open_page, sample, lang, button):
    from datetime import date

    from maps.distance_question import DistanceQuestion, answer_distances
    from maps.words import words

    test = open_page(sample.folder, lang=lang, page="distances")
    test.date_input(key="distance-on").set_value(date(2026, 6, 1)).run()
    press(test, button)
    layers = test.session_state["distance-question"]
    asked = DistanceQuestion(str(sample.folder), layers.sources, layers.targets, date(2026, 6, 1))
    rows = answer_distances(asked).rows
    shown = test.dataframe[0].value
    column = words(lang)("distance_column.actual_m")
    assert sorted(shown[column].dropna()) == pytest.approx(sorted(rows["actual_m"].dropna()))
    assert words(lang)("distance_export.totals") in text_of(test)
    assert "mô phỏng" in text_of(test) or "made data" in text_of(test)


def test_a_chosen_row_of_the_table_is_asked_with(open_page, sample):
    test = open_page(sample.folder, page="distances")
    (rules,) = [m for m in test.multiselect if m.key.startswith("distance-rules")]
    assert not any("500-CLAIM" in option for option in rules.options)
    preset = next(option for option in rules.options if "TCVN4449-III" in option)
    assert "giả định" in preset
    rules.set_value(["TCVN4449-III"]).run()
    press(test, "Kiểm tra khoảng cách")
    assert test.session_state["distance-question"].rules == ("TCVN4449-III",)
    assert any("Giả định" in str(v) for v in test.dataframe[0].value.to_numpy().ravel())


def test_without_layers_the_page_on_distances_waits(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="distances")
    test.multiselect[0].set_value([]).run()
    (button,) = [b for b in test.button if b.label == "Kiểm tra khoảng cách"]
    assert button.disabled
    assert "ít nhất một lớp" in text_of(test)


def test_a_search_without_a_hit_is_a_sentence(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="rules")
    test.text_input[0].set_value("không có gì như thế <b>").run()
    assert not test.exception
    assert not test.dataframe


def test_layers_say_when_they_were_saved_and_count_in_numbers(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="layers")
    table = test.dataframe[0].value
    assert sorted(table["Số đối tượng"]) == [1, 2, 3]
    assert table["Lưu lúc"].str.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d").all()


def test_zones_stand_among_what_zones_are_checked_against(open_page, sample):
    test = open_page(sample.folder)
    zones, against = test.multiselect[:2]
    assert zones.value
    assert set(zones.value) <= set(against.value)


@pytest.mark.parametrize(
    ("page", "key"),
    [
        ("conflicts", "ask-on"),
        ("distances", "distance-on"),
        ("candidates", "candidate-on"),
        ("rules", "rules-on"),
    ],
)
def test_the_day_stays_when_the_language_is_switched(open_page, sample, page, key):
    test = open_page(sample.folder, page=page)
    test.date_input(key=key).set_value(date(2024, 7, 1)).run()
    for lang in ("en", "vi"):
        test.session_state["lang"] = lang
        test.run()
        assert not test.exception, test.exception
        assert test.date_input(key=key).value == date(2024, 7, 1)
    test.date_input(key=key).set_value(date(2025, 7, 2)).run()
    assert test.date_input(key=key).value == date(2025, 7, 2)


def test_the_language_stands_in_the_address(open_page, small_workspace):
    test = open_page(small_workspace.folder, lang="en")
    assert test.query_params["lang"] in ("en", ["en"])


@pytest.mark.parametrize(
    ("lang", "button"), [("vi", "Tính đất bị hấp thụ"), ("en", "Calculate absorbed land")]
)
def test_the_page_on_absorbed_land_gives_what_the_library_gives(open_page, sample, lang, button):
    from maps.absorption_question import answer_absorption
    from maps.words import words

    say = words(lang)
    test = open_page(sample.folder, lang=lang, page="absorption")
    (zones,) = [m for m in test.multiselect if m.key == "absorption-zones"]
    zones.set_value(["industrial_parks_2030"]).run()
    test.pills(key="absorption-rings").set_value([]).run()
    test.text_input(key="absorption-benchmark").set_value("0,5").run()
    press(test, button)
    asked = test.session_state["absorption-question"]
    assert [name for name, _ in asked.series] == [f"land_use_{y}" for y in (2010, 2015, 2020, 2025)]
    assert asked.about.benchmark_ha_year == 0.5
    left = answer_absorption(asked).years_left
    lost = say("absorption_column.lost_to_housing_ha")
    shown = test.dataframe[0].value[lost]
    expected = left.loc[left["scope"].isin(["total", "unit", "outside", "zone"]), "lost_to_housing_ha"]
    assert sorted(shown) == pytest.approx(sorted(expected))
    assert say("absorption_view.stock") in text_of(test)
    (cards,) = [h.proto.body for h in test.get("html") if "class='tc-cards'" in h.proto.body]
    assert say.number(float(left.loc[0, "lost_to_housing_ha"]), 1) in cards


def test_without_two_surveys_the_page_on_absorbed_land_waits(open_page, sample):
    test = open_page(sample.folder, page="absorption")
    test.multiselect(key="absorption-series").set_value(["land_use_2025"]).run()
    (button,) = [b for b in test.button if b.label == "Tính đất bị hấp thụ"]
    assert button.disabled
    assert "ít nhất hai hiện trạng" in text_of(test)
    test.text_input(key="absorption-benchmark").set_value("nhiều").run()
    assert "“nhiều” không phải là số" in html_of(test)


def test_an_earlier_version_is_looked_at_and_is_the_current_one_again_with_none_lost(
    open_page, small_workspace
):
    from tests.maps.conftest import small_layers

    land = small_layers()[1]
    small_workspace.save(land.with_frame(land.frame.iloc[:1]), expected=1, note="bớt hai thửa")
    test = open_page(small_workspace.folder, page="layers")
    table = test.dataframe[0].value
    place = table["Tên"].tolist().index("Sử dụng đất 2025")
    assert table["Phiên bản"].tolist()[place] == 2
    test.session_state["layers-row"] = place
    test.session_state["layers-mark"] = 1
    test.run()
    (versions,) = [box for box in test.selectbox if box.key and box.key.startswith("version-land_use")]
    assert "hiện hành" in versions.options[0]
    assert "bớt hai thửa" in versions.options[0]
    versions.set_value(1).run()
    assert "Đang xem phiên bản cũ v1: 3 đối tượng; bản hiện hành có 1" in text_of(test)
    press(test, "Quay lại phiên bản này")
    assert [v.version for v in small_workspace.history("land_use_2025")] == [3, 2, 1]
    assert len(small_workspace.load("land_use_2025").frame) == 3


def test_layers_are_filtered_by_group(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="layers")
    groups = next(g for g in test.get("button_group") if len(g.options) == 3)
    assert groups.options == ["Khu, cụm (1)", "Đất đai (1)", "Dân cư, đô thị (1)"]


def test_the_page_that_finds_sites_gives_what_the_library_gives(open_page, sample):
    from datetime import date

    from maps.candidate_question import answer_candidates
    from maps.words import words

    say = words("vi")
    test = open_page(sample.folder, page="candidates")
    test.date_input(key="candidate-on").set_value(date(2026, 6, 1)).run()
    (least,) = [n for n in test.text_input if n.label == say("site_question.min_ha")]
    assert least.value == "10"  # of the rule in force on the day
    test.selectbox(key="candidate-cell").set_value(50.0)
    test.multiselect(key="candidate-units-communes_2025").set_value(["Yên Xuân"]).run()
    press(test, say("candidate_ask.go"))
    found = answer_candidates(test.session_state["candidate-question"])
    assert len(found.sites)
    assert set(found.sites["commune"]) == {"Yên Xuân"}
    (shown,) = [d.value for d in test.dataframe if say("site_column.rank") in d.value][:1]
    assert shown[say("site_column.site")].tolist() == found.sites.index.tolist()
    assert shown[say("site_column.score")].tolist() == pytest.approx(found.sites["score"].tolist())
    assert say("candidate_ask.why_not_how") in text_of(test)
    x, y = found.sites.geometry.iloc[0].representative_point().coords[0]
    test.session_state["candidate-place"] = (test.session_state["candidate-question"].key, x, y)
    test.run()
    assert [box.value for box in test.success] == [say("candidate_ask.free")]


def test_sizes_that_are_none_or_the_wrong_way_round_are_not_asked(open_page, sample):
    from maps.words import words

    say = words("vi")
    test = open_page(sample.folder, page="candidates")

    def box(name):
        return next(b for b in test.text_input if b.label == say(f"site_question.{name}_ha"))

    def ready():
        return not next(b for b in test.button if b.label == say("candidate_ask.go")).disabled

    assert (box("min").value, box("max").value, ready()) == ("5", "75", True)
    box("min").set_value("7.5").run()
    assert (box("min").value, ready()) == ("7,5", True)
    box("min").set_value("80").run()
    assert not ready()
    assert say("candidate_ask.sizes_wrong") in html_of(test)
    box("min").set_value("1.500").run()
    assert not ready()
    assert "đọc được hai cách" in html_of(test)


def test_what_is_folded_away_stands_in_the_heading_of_its_fold(open_page, sample):
    test = open_page(sample.folder, page="candidates")
    folds = [fold.label for fold in test.expander]
    assert "Cách lập vị trí: ô 20 m, tối đa 10 vị trí, rộng từ 100 m, đường vào tới 500 m" in folds
    (hard,) = [label for label in folds if label.startswith("Ràng buộc cứng: ")]
    assert "đang bỏ" not in hard
    test.number_input(key="candidate-count").set_value(1200 // 100).run()
    test.selectbox(key="candidate-cell").set_value(50.0).run()
    assert any("ô 50 m, tối đa 12 vị trí" in fold.label for fold in test.expander)


def test_law_put_aside_stands_above_the_answer_and_weights_of_zero_are_refused(open_page, sample):
    from dataclasses import replace

    from maps.words import words

    say = words("vi")
    test = open_page(sample.folder, page="candidates")
    test.selectbox(key="candidate-cell").set_value(50.0)
    test.multiselect(key="candidate-units-communes_2025").set_value(["Yên Xuân"]).run()
    press(test, say("candidate_ask.go"))
    asked = test.session_state["candidate-question"]
    assert asked.waive == ()
    test.session_state["candidate-question"] = replace(asked, waive=("residential",))
    test.run()
    (stamp,) = [w.value for w in test.warning if "trái bảng quy định" in w.value]
    assert say("kind.residential") in stamp
    assert "Nghị định 32/2024" in stamp
    for slider in [s for s in test.select_slider if s.key.startswith("candidate-weight-")]:
        slider.set_value(0.0)
    test.run()
    assert any("bằng 0" in error.value for error in test.error)
    (button,) = [b for b in test.button if b.label == say("candidate_ask.go")]
    assert button.disabled


def test_rules_of_another_province_are_named_before_anything_is_asked(open_page, sample):
    from maps.words import words

    test = open_page(sample.folder, page="candidates")
    said = [caption.value.replace("\\", "") for caption in test.caption]
    (told,) = [text for text in said if words("vi")("candidate_ask.hard_elsewhere") in text]
    assert told.count("không áp dụng: quy định riêng của Lào Cai") == 2
    assert "xã chủ trì" in told
    assert "16/2026/QĐ-UBND" in told


def test_speeds_behind_minutes_by_road_are_shown_as_assumed_and_can_be_changed(open_page, sample):
    from maps.words import words

    say = words("vi")
    test = open_page(sample.folder, page="candidates")
    assert not [n for n in test.number_input if n.key.startswith("candidate-speed-")]
    chosen = ["main_road", "craft_village_travel_min"]
    test.multiselect(key="candidate-criteria-").set_value(chosen).run()
    assert "không phải quy định" in text_of(test)
    test.number_input(key="candidate-speed-local").set_value(15).run()
    assert "Đường địa phương 15" in text_of(test)
    test.selectbox(key="candidate-cell").set_value(50.0)
    test.multiselect(key="candidate-units-communes_2025").set_value(["Yên Xuân"]).run()
    press(test, say("candidate_ask.go"))
    asked = test.session_state["candidate-question"]
    assert asked.speeds == (("local", 15.0),)
    assert "Đường địa phương 15" in text_of(test)  # among what is told of the data


def test_without_criteria_the_page_that_finds_sites_waits(open_page, small_workspace):
    from maps.words import words

    test = open_page(small_workspace.folder, page="candidates")
    (button,) = [b for b in test.button if b.label == words("vi")("candidate_ask.go")]
    assert button.disabled


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_damaged_layer_hides_neither_the_list_nor_the_others(open_page, small_workspace, lang):
    (file,) = (small_workspace.folder / "versions").glob("schools.*.parquet")
    file.write_bytes(b"PAR1" + bytes(60))
    test = open_page(small_workspace.folder, page="layers", lang=lang)
    assert len(test.dataframe) == 1
    (said,) = [error.value for error in test.error]
    assert "schools" in said
    assert len(open_page.shown) == 1


def test_a_wrong_view_is_told_on_the_page_of_layers_too(open_page, small_workspace):
    test = open_page(small_workspace.folder, page="layers", view="abc")
    assert any("abc" in warning.value for warning in test.warning)
