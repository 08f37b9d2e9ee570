"""Runs: the very question comes back, two hands never overwrite one another, newer versions are told."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import fields, replace
from datetime import date
from typing import get_type_hints

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from layers import Workspace
from layers.errors import QuestionError, StoreError
from maps.analyses import ANALYSES, analysis, analysis_of
from maps.asking import Question
from maps.cli.main import main
from maps.headlines import headlines
from maps.question import ConflictQuestion, answer_question
from maps.question_json import plain_question, question_from
from maps.runs import Runs
from maps.words import words
from spatial.absorption import AbsorptionQuestion
from tests.maps.conftest import small_layers

DAY = date(2026, 6, 1)
LAYER = st.tuples(st.text(min_size=1, max_size=8), st.integers(1, 9))
ABOUT = st.builds(
    AbsorptionQuestion,
    on=st.dates(),
    scope=st.sampled_from(["planned", "everywhere", "within"]),
    ring_m=st.lists(st.floats(1, 5000), max_size=3, unique=True).map(tuple),
    tolerance_m=st.floats(0, 100),
    benchmark_ha_year=st.none() | st.floats(0.1, 50),
    plans_count=st.booleans(),
)
st.register_type_strategy(AbsorptionQuestion, ABOUT)


def questions(kind):
    hints = get_type_hints(kind, localns={"date": date})
    numbers = st.floats(allow_nan=False) | st.integers(0, 99)
    given = {f.name: numbers if hints[f.name] is float else st.from_type(hints[f.name]) for f in fields(kind)}
    return st.builds(kind, **{**given, "folder": st.just("here")})


def comparable(question):
    """No part is a number that doesn't equal itself."""
    return "NaN" not in json.dumps(plain_question(question))


ANY = st.sampled_from(sorted(ANALYSES)).flatmap(lambda name: questions(analysis(name).question))
ANY = ANY.filter(comparable)


@pytest.fixture
def asked(small_workspace):
    return ConflictQuestion(
        str(small_workspace.folder),
        (("industrial_clusters_2030", 1),),
        (("land_use_2025", 1), ("schools", 1)),
        DAY,
    )


@pytest.fixture
def runs(small_workspace):
    return Runs(small_workspace)


@pytest.fixture
def kept(runs, asked):
    return runs.keep(asked, answer_question(asked), title="Lần đầu", note="để trình", extra={"a": [1]})


# --- questions there and back ----------------------------------------------------------------------------


@given(ANY)
def test_every_question_comes_back_from_json_with_its_key(question):
    text = json.dumps(plain_question(question))
    again = question_from(type(question), json.loads(text), question.folder)
    assert again == question
    assert again.key == question.key
    assert json.dumps(plain_question(again)) == text


@given(ANY, st.data())
def test_a_question_that_was_tampered_with_is_refused_or_says_the_same(question, data):
    plain = json.loads(json.dumps(plain_question(question)))
    name = data.draw(st.sampled_from(sorted(plain)))
    values = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
    bad = data.draw(values | st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values))
    try:
        read = question_from(type(question), {**plain, name: bad}, "here")
    except QuestionError as error:
        assert error.code  # noqa: PT017 - either a refusal with a name, or the value was a good one
    else:
        assert json.loads(json.dumps(plain_question(read)))[name] == bad


@pytest.mark.parametrize("change", [{"odd": 1}, {"on": None}, {"on": "2026-02-31"}, {"zones": "a"}])
def test_what_is_no_question_is_refused_by_its_field(asked, change):
    with pytest.raises(QuestionError, match="question_unreadable") as caught:
        question_from(ConflictQuestion, {**plain_question(asked), **change}, "here")
    assert caught.value.fields["field"] in change


@pytest.mark.parametrize("content", [None, [], "x", {}])
def test_what_is_no_question_at_all_is_refused(content):
    with pytest.raises(QuestionError, match="question_unreadable"):
        question_from(ConflictQuestion, content, "here")


@given(ANY)
def test_asking_of_the_same_versions_changes_nothing(question):
    often = Counter(name for name, _ in question.entries)
    same = {name: version for name, version in question.entries if often[name] == 1}
    assert question.at_versions(same) == question.at_versions({}) == question


@given(ANY, st.integers(10, 99))
def test_asking_of_newer_versions_changes_the_versions_alone(question, now):
    names = {name for name, _ in question.entries}
    moved = question.at_versions(dict.fromkeys(names, now))
    assert {version for _, version in moved.entries} <= {now}
    assert {name for name, _ in moved.entries} == names


def test_the_layers_of_criteria_are_read_too():
    from maps.candidate_question import CandidateQuestion

    criteria = (("main_road", "roads", 2, 1.0, "linear(0, 1)"),)
    asked = CandidateQuestion(
        "here", ("communes", 1), ("Yên Xuân",), (), (), criteria, "industrial_cluster", DAY, 10.0, 75.0
    )
    assert asked.entries == (("communes", 1), ("roads", 2))
    assert asked.at_versions({"roads": 5}).criteria == (("main_road", "roads", 5, 1.0, "linear(0, 1)"),)


def test_a_text_with_a_whole_number_behind_is_no_layer_where_its_type_says_otherwise():
    from maps.candidate_question import CandidateQuestion

    asked = CandidateQuestion(
        "here", ("communes", 1), (), (), (), (), "industrial_cluster", DAY, 10, 75, buffers=(("road", 50),)
    )
    assert asked.entries == (("communes", 1),)
    assert asked.at_versions({"road": 3, "communes": 2}).buffers == (("road", 50),)


# --- keeping and opening ---------------------------------------------------------------------------------


def test_a_run_holds_all_that_it_was_made_from(runs, kept, asked):
    assert kept.id == "conflicts-1"
    again = Runs(Workspace(runs.base.folder)).open("conflicts-1")
    assert again == kept
    assert again.question == asked
    assert again.key == asked.key
    assert {(e["name"], e["version"], e["role"]) for e in again.layers} == {
        ("industrial_clusters_2030", 1, "zones"),
        ("land_use_2025", 1, "constraint"),
        ("schools", 1, "constraint"),
    }
    assert again.facts["on"] == "2026-06-01"
    assert again.facts["made"] is True
    assert again.facts["rule_version"]
    # by hand: of 100 ha, 20 ha of homes need to go or block, all is accounted for
    figures = again.figures
    parts = [figures[f"{n}_ha"] for n in ("blocks", "consent", "no_data", "clear", "noise")]
    assert sum(parts) == pytest.approx(figures["area_ha"]) == pytest.approx(100.0)


def test_a_run_asked_again_gives_the_figures_of_then(runs, kept):
    answer = analysis("conflicts").answer(runs.open(kept.id).question)
    assert analysis("conflicts").figures(answer) == pytest.approx(kept.figures)


def test_two_sessions_that_change_a_run_at_once_lose_nothing(small_workspace, runs, kept):
    other = Runs(Workspace(small_workspace.folder))
    mine, theirs = runs.open(kept.id), other.open(kept.id)
    other.amend(kept.id, extra={"ticked": ["S1"]}, expected_version=theirs.version)
    with pytest.raises(StoreError, match="run_conflict") as caught:
        runs.amend(kept.id, extra={"ticked": ["S2"]}, expected_version=mine.version)
    assert caught.value.fields["found"] == 2
    assert runs.open(kept.id).extra == {"ticked": ["S1"]}
    assert runs.open(kept.id, 1).extra == {"a": [1]}


def test_an_amendment_changes_what_it_names_and_nothing_else(runs, kept):
    changed = runs.amend(kept.id, note="  trình lần hai ", expected_version=1)
    assert (changed.version, changed.note, changed.title) == (2, "trình lần hai", "Lần đầu")
    same = ("question", "key", "figures", "layers", "facts", "extra", "kept_at", "asked_at")
    assert all(getattr(changed, name) == getattr(kept, name) for name in same)


def test_a_number_that_is_none_is_kept_as_null_and_json_can_hold_a_run(runs, kept):
    changed = runs.amend(kept.id, extra={"score": float("nan"), "of": (1, 2.5)}, expected_version=1)
    assert changed.extra == {"score": None, "of": [1, 2.5]}
    json.dumps(changed.record(), allow_nan=False)


def test_runs_are_listed_by_kind_the_last_first(runs, kept, asked):
    again = runs.keep(replace(asked, tolerance_m=2.0), answer_question(asked))
    assert [run.id for run in runs.listed()] == [again.id, kept.id]
    assert runs.listed("candidates") == []
    assert runs.of_question(asked).id == kept.id
    assert runs.of_question(replace(asked, tolerance_m=5.0)) is None
    with pytest.raises(QuestionError, match="analysis_unknown"):
        runs.listed("nothing")


def test_an_unknown_run_is_a_sentence_with_those_there_are(runs, kept):
    with pytest.raises(StoreError, match="run_unknown") as caught:
        runs.open("conflicts-99")
    assert kept.id in words("vi").fix(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"figures": 7},
        {"figures": {"area_ha": "x"}},
        {"figures": {"area_ha": 10**400}},
        {"facts": [1]},
        {"title": 5},
        {"extra": []},
        {"form": 3},
        {"layers": 7},
        {"layers": [5]},
        {"layers": [{"role": "zones", "name": "a"}]},
    ],
)
def test_a_run_that_nobody_kept_is_told_and_hides_no_other(runs, kept, asked, odd):
    other = runs.keep(replace(asked, tolerance_m=2.0), answer_question(asked))
    entry = runs.base.entries.get("run", other.id)
    runs.base.entries.put("run", other.id, {**entry.content, **odd}, expected=1)
    assert [run.id for run in runs.listed()] == [kept.id]
    assert [(name, error.code) for name, error in runs.unreadable()] == [(other.id, "workspace_damaged")]
    with pytest.raises(StoreError, match="workspace_damaged"):
        runs.open(other.id)
    listed = CliRunner().invoke(main, ["runs", "list", "--workspace", str(runs.base.folder)])
    assert listed.exit_code == 0
    assert kept.id in listed.output


def test_a_run_of_another_version_of_the_program_is_told_and_hides_no_other(runs, kept, asked):
    lost = runs.keep(asked, answer_question(asked))
    with closing(sqlite3.connect(runs.base.folder / "catalogue.sqlite")) as file:
        file.execute(
            "update entries set content = replace(content, 'tolerance_m', 'thickness_m') where id = ?",
            (lost.id,),
        )
        file.commit()
    assert [run.id for run in runs.listed()] == [kept.id]
    ((name, error),) = runs.unreadable()
    assert (name, error.code) == (lost.id, "question_unreadable")


def test_a_title_of_a_novel_is_refused(runs, kept):
    with pytest.raises(QuestionError, match="run_text_too_long"):
        runs.amend(kept.id, title="a" * 1000, expected_version=1)


def test_newer_versions_are_told_and_both_can_be_asked(small_workspace, runs, kept, asked):
    assert runs.newer(kept.question) == {}
    land = small_layers()[1]
    small_workspace.save(land.with_frame(land.frame.iloc[:1]), expected=1)
    assert runs.newer(kept.question) == {"land_use_2025": (1, 2)}
    newest = runs.newest(kept.question)
    assert newest.constraints == (("land_use_2025", 2), ("schools", 1))
    assert runs.open(kept.id).question == asked
    then = analysis("conflicts").figures(answer_question(asked))
    assert then == pytest.approx(kept.figures)
    assert answer_question(newest).totals["no_data_ha"].sum() > then["no_data_ha"]


def test_two_versions_of_one_layer_that_a_question_compares_stay_two(runs):
    from maps.comparison_question import ComparisonQuestion

    asked = ComparisonQuestion("here", ("plan", 1), ("plan", 2), DAY)
    assert runs.newest(asked) == asked


def test_a_question_that_is_no_analysis_is_refused():
    with pytest.raises(QuestionError, match="analysis_unknown"):
        analysis_of(Question("here"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_figures_have_words_in_both_languages(kept, lang):
    shown = headlines(kept.kind, kept.figures, words(lang))
    assert [h.name for h in shown][:2] == ["blocks_ha", "consent_ha"]
    assert not any("." in h.label and " " not in h.label for h in shown)


# --- the terminal ----------------------------------------------------------------------------------------


def run_cli(*given):
    return CliRunner().invoke(main, [str(part) for part in given])


def test_the_terminal_lists_shows_and_asks_again(small_workspace, kept):
    folder = small_workspace.folder
    listed = run_cli("runs", "--workspace", folder)
    assert listed.exit_code == 0, listed.output
    assert kept.id in listed.output
    assert "Lần đầu" in listed.output
    shown = json.loads(run_cli("runs", "show", kept.id, "--workspace", folder, "--json", "-").stdout)
    assert shown["question"]["zones"] == [["industrial_clusters_2030", 1]]
    assert shown["newer"] == {}
    again = run_cli("--quiet", "runs", "again", kept.id, "--workspace", folder, "--json", "-")
    content = json.loads(again.stdout)
    assert content["figures"] == pytest.approx(kept.figures)
    assert content["kept"] is None


def test_the_terminal_offers_the_newest_and_keeps_it_as_a_run_of_its_own(small_workspace, kept, tmp_path):
    folder = small_workspace.folder
    land = small_layers()[1]
    small_workspace.save(land.with_frame(land.frame.iloc[:1]), expected=1)
    said = run_cli("--quiet", "runs", "again", kept.id, "--workspace", folder)
    assert "--newest" in said.output
    out = tmp_path / "lai.csv"
    given = ("--newest", "--save-run", "Bản mới", "--out", out)
    again = run_cli("--quiet", "runs", "again", kept.id, "--workspace", folder, *given)
    assert "conflicts-2" in again.output
    assert out.is_file()
    runs = Runs(small_workspace)
    assert runs.open("conflicts-2").question == runs.newest(kept.question)
    assert runs.open("conflicts-2").extra == {"again": kept.id}


def test_the_terminal_gives_a_run_a_note(small_workspace, kept):
    said = run_cli("runs", "note", kept.id, "--workspace", small_workspace.folder, "--text", "đã duyệt")
    assert said.exit_code == 0, said.output
    assert Runs(small_workspace).open(kept.id).note == "đã duyệt"


@pytest.mark.parametrize("given", [("list",), ("show", "conflicts-1"), ("again", "x")])
def test_without_a_workspace_the_terminal_says_what_is_missing(given):
    said = run_cli("runs", *given)
    assert said.exit_code == 2
    assert "--workspace" in said.output


def test_an_unknown_run_on_the_terminal_is_no_traceback(small_workspace):
    said = run_cli("runs", "show", "nope'; drop table", "--workspace", small_workspace.folder)
    assert said.exit_code == 2
    assert "Không có lượt hỏi" in said.output
