"""Stored answers: what is read is what asking again would give, for every analysis, or it is said why not."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner
from shapely import box

from layers import Workspace, reference
from layers.errors import StoreError
from maps import pruning, stored_answers
from maps.absorption_question import AbsorptionAsked
from maps.analyses import ANALYSES, analysis_of
from maps.asked import asked_id, note_asked, note_ended
from maps.candidate_question import CandidateQuestion
from maps.change_question import ChangeQuestion
from maps.cli.main import main
from maps.comparison_question import ComparisonQuestion
from maps.distance_question import DistanceQuestion
from maps.jobs import Jobs
from maps.pruning import prune
from maps.question import ConflictQuestion
from maps.runs import Runs
from maps.site_runs import DecisionBook
from maps.stored_answers import StoredAnswers, keep_answer
from spatial.absorption import AbsorptionQuestion
from tests.maps.district import district, save
from tests.same import assert_same

DAY = date(2026, 6, 1)
LAND = (("land_use_2015", 1), ("land_use_2020", 1), ("land_use_2025", 1))
PLANS = ("industrial_clusters_2020", 1), ("industrial_clusters_2030", 1)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return district(tmp_path_factory.mktemp("stored") / "ws")


def questions(folder):
    road = ("main_road", "roads", 1, 2.0, "linear:0=1;5000=0")
    about = AbsorptionQuestion(DAY, ring_m=(300.0,))
    return {
        "conflicts": ConflictQuestion(folder, (PLANS[1],), (LAND[2], ("residential_2025", 1)), DAY),
        "distances": DistanceQuestion(folder, (PLANS[1],), (("residential_2025", 1), ("wastewater", 1)), DAY),
        "compare": ComparisonQuestion(folder, *PLANS, DAY),
        "change": ChangeQuestion(folder, LAND, DAY),
        "absorption": AbsorptionAsked(folder, LAND, (PLANS[1],), (("communes_2025", 1),), (), about),
        "candidates": CandidateQuestion(
            folder=folder,
            area=("communes_2025", 1),
            units=("Đông",),
            constraints=(("residential_2025", 1), PLANS[1]),
            others=(("roads", 1), LAND[2]),
            criteria=(road,),
            zone_kind="industrial_cluster",
            on=DAY,
            min_ha=10.0,
            max_ha=40.0,
            cell_m=50.0,
            count=3,
        ),
    }


@pytest.fixture(scope="module")
def answers(base):
    """Every analysis asked once."""
    return {name: analysis_of(q).answer(q) for name, q in questions(str(base.folder)).items()}


@pytest.fixture
def asked(base):
    return questions(str(base.folder))


@pytest.fixture
def store(base):
    found = StoredAnswers(base)
    for one in found.every():
        found.drop(one)
    return found


def put(store, question, answer):
    store.store(question, answer, mark=store.mark(question))


# --- the same answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(ANALYSES))
def test_what_is_read_is_what_was_answered(store, asked, answers, name):
    put(store, asked[name], answers[name])
    found = store.read(asked[name])
    assert_same(answers[name], found)
    figures = analysis_of(asked[name]).figures
    assert_same(figures(answers[name]), figures(found))


@pytest.mark.parametrize("name", ["change", "candidates"])
def test_reading_makes_nothing_again_that_nobody_asks_for(store, asked, answers, name, monkeypatch):
    put(store, asked[name], answers[name])
    monkeypatch.setattr(Workspace, "load", lambda *_: pytest.fail("a layer was read"))
    found = store.read(asked[name])
    assert found.run == answers[name].run


def test_land_that_stayed_is_made_again_of_the_layers(store, asked, answers):
    put(store, asked["change"], answers["change"])
    fresh, found = answers["change"], store.read(asked["change"])
    assert_same(fresh.overall.polygons("CLN", "CLN"), found.overall.polygons("CLN", "CLN"))
    assert_same(fresh.at_tolerance(0.0).overall.matrix, found.at_tolerance(0.0).overall.matrix)
    by_group = replace(asked["change"], group=True)
    answer = analysis_of(by_group).answer(by_group)
    put(store, by_group, answer)
    assert_same(answer, store.read(by_group))


def test_two_dates_are_one_interval_as_they_were(store, asked):
    question = replace(asked["change"], layers=LAND[:2])
    put(store, question, analysis_of(question).answer(question))
    found = store.read(question)
    assert found.overall is found.intervals[0]


def test_a_boundary_drawn_on_a_stored_search_is_judged_alike(base, store, asked, answers):
    import shapely

    put(store, asked["candidates"], answers["candidates"])
    site = str(answers["candidates"].sites.index[0])
    shape = shapely.affinity.scale(answers["candidates"].sites.geometry[site], 0.9, 0.9)
    told = []
    for answer in (answers["candidates"], store.read(asked["candidates"])):
        book = DecisionBook(base, replace(asked["candidates"], seed=len(told) + 7), answer)
        book.redraw(site, shape)
        told.append(book.answer())
    assert_same(told[0].sites, told[1].sites)
    assert_same(told[0].decisions, told[1].decisions)


# --- whose answer it is ---------------------------------------------------------------------------------


def test_only_the_answer_that_asking_now_would_give_is_found(base, store, asked, answers, monkeypatch):
    question = asked["conflicts"]
    put(store, question, answers["conflicts"])
    assert store.find(question).layers == question.entries
    assert store.find(replace(question, tolerance_m=2.0)) is None
    assert store.outdated(question) == []
    with monkeypatch.context() as other:
        other.setattr(reference, "version", lambda: "0" * 12)
        assert store.find(question) is None
        assert [store.holds(question, one) for one in store.outdated(question)] == [False]
        assert_same(answers["conflicts"], store.read(question, store.outdated(question)[0]))
    facts = {"question": question.key, "zone": "none", "constraint": "none", "rule": "none"}
    base.record("override", {**facts, "state": "clear", "reason": "x", "by": "y", "at": "z"})
    assert store.find(question) is None


def test_other_units_may_be_another_province_and_are_asked_again(tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897)
    save(base, "clusters", "industrial_cluster", "2021-2030:approved", box(0, 0, 500, 500), id=["C"])
    save(base, "residential", "residential", "2025:surveyed", box(0, 0, 100, 100), id=["H"])
    store = StoredAnswers(base)
    question = ConflictQuestion(str(base.folder), (("clusters", 1),), (("residential", 1),), DAY)
    put(store, question, analysis_of(question).answer(question))
    assert store.find(question)
    save(base, "communes", "admin_unit", "2025:approved", box(0, 0, 900, 900), id=["1"], name=["Tây"])
    assert store.find(question) is None
    (before,) = store.outdated(question)
    assert not store.holds(question, before)
    assert store.read(question, before).run


def test_an_answer_of_another_shape_is_named(store, asked, answers, monkeypatch):
    put(store, asked["compare"], answers["compare"])
    (stored,) = store.every()
    monkeypatch.setattr(stored_answers, "answer_shape", lambda: "f" * 12)
    with pytest.raises(StoreError, match="answer_other_shape"):
        store.read(asked["compare"], stored)


def test_damage_and_forgery_are_told_from_nothing(store, asked, answers):
    question = asked["compare"]
    with pytest.raises(StoreError, match="answer_missing"):
        store.read(question)
    put(store, question, answers["compare"])
    (stored,) = store.every()
    stored.path.write_bytes(stored.path.read_bytes()[:-900])
    with pytest.raises(StoreError, match="answer_damaged"):
        store.read(question)
    assert store.every() == []
    put(store, asked["distances"], answers["distances"])
    (other,) = store.every()
    other.path.rename(stored.path)
    with pytest.raises(StoreError, match="answer_damaged"):
        store.read(question)


def test_a_part_that_is_no_part_of_the_answer_is_damage(store, asked, answers):
    put(store, asked["compare"], answers["compare"])
    (stored,) = store.every()
    with zipfile.ZipFile(stored.path) as box_in:
        members = {name: box_in.read(name) for name in box_in.namelist()}
    values = json.loads(members["values.json"])
    for change in ({"rows": 1}, {"suggestion": {"$": "of", "name": "ConflictAnswer", "is": {}}}):
        forged = {**values, "is": {**values["is"], **change}}
        with zipfile.ZipFile(stored.path, "w") as box_out:
            for name, content in {**members, "values.json": json.dumps(forged)}.items():
                box_out.writestr(name, content)
        with pytest.raises(StoreError, match="answer_damaged"):
            store.read(asked["compare"])


@pytest.mark.parametrize(
    "named", [[5], ["ab"], [["a", "x"]], [["a", 1, 2]], [[1, 1]], [["a", True]], 7, None]
)
def test_a_head_that_names_no_layers_is_no_answer_and_stops_nothing(base, store, asked, answers, named):
    put(store, asked["compare"], answers["compare"])
    (stored,) = store.every()
    with zipfile.ZipFile(stored.path) as box_in:
        members = {name: box_in.read(name) for name in box_in.namelist()}
    head = {**json.loads(members["head.json"]), "layers": named}
    with zipfile.ZipFile(stored.path, "w") as box_out:
        for name, content in {**members, "head.json": json.dumps(head)}.items():
            box_out.writestr(name, content)
    assert store.every() == []
    assert prune(base).answers == ()
    stored.path.unlink()


def test_what_is_too_large_is_said_and_not_stored(store, asked, answers, monkeypatch):
    with pytest.raises(StoreError, match="answer_too_large") as caught:
        store.store(asked["change"], answers["change"], mark="0" * 12, most_bytes=2**12)
    assert caught.value.fields["expected"] == 0
    monkeypatch.setattr(StoredAnswers, "store", lambda *_, **__: (_ for _ in ()).throw(caught.value))
    why = keep_answer(store.base, asked["change"], answers["change"], mark="0" * 12)
    assert why.code == "answer_too_large"
    assert list(store.folder.iterdir()) == []


# --- jobs, pruning, terminal ----------------------------------------------------------------------------


def test_a_job_leaves_its_answer_in_the_workspace(store, asked):
    found = []
    job = Jobs().start(asked["compare"], None, session="a", done=found.append)
    assert job.ended.wait(60)
    assert job.unstored is None
    assert_same(found[0], store.read(asked["compare"]))


def test_a_job_ends_whatever_pruning_meets(store, asked, monkeypatch, caplog):
    monkeypatch.setattr(pruning, "prune", lambda _: json.loads("?"))
    job = Jobs().start(asked["compare"], None, session="a", done=lambda _: None)
    assert job.ended.wait(60)
    assert job.state == "done"
    pruning.prune_quietly(store.base)
    assert "not pruned" in caplog.text


def test_saved_runs_stay_and_of_the_others_the_last_ones(base, store, asked, answers):
    runs = Runs(base)
    saved, rest = asked["compare"], [replace(asked["compare"], tolerance_m=n + 0.5) for n in range(1, 6)]
    runs.keep(saved, answers["compare"])
    for question in (saved, *rest):
        note_asked(base, question, {})
        put(store, question, answers["compare"])
        note_ended(base, question, "done")
    note_asked(base, replace(saved, tolerance_m=9.0), {})
    would = prune(base, keep=3, dry=True)
    assert len(store.every()) == 6
    gone = prune(base, keep=3)
    assert gone == would
    # the one that runs is the newest of the three
    assert set(gone.asked) >= {asked_id(question) for question in rest[:3]}
    assert {one.key for one in store.every()} == {q.key for q in (saved, *rest[3:])}
    assert [v.version for v in base.entries.history("asked", asked_id(rest[4]))] == [2, 1]
    assert prune(base, keep=3).asked == ()
    prune(base, keep=3, most_bytes=gone.answers[0].bytes + 100)
    assert len(store.every()) == 2
    assert store.find(saved) is not None


@pytest.mark.parametrize("later", ["0" * 12, "f" * 12])
def test_of_two_answers_given_within_a_second_the_later_one_stays(base, store, asked, answers, later):
    question = replace(asked["compare"], tolerance_m=7.5)
    note_asked(base, question, {})
    for written, mark in enumerate(("8" * 12, later)):
        store.store(question, answers["compare"], mark=mark)
        (path,) = store.folder.glob(f"*.{mark}.answer")
        os.utime(path, ns=(10**18, 10**18 + written))
    assert [one.mark for one in store.every()] == [later, "8" * 12]
    assert [one.mark for one in prune(base).answers] == ["8" * 12]


def terminal(*args, code=0):
    done = CliRunner().invoke(main, ["--lang", "en", "runs", *map(str, args)])
    assert done.exit_code == code, done.output
    return done.output


def test_the_terminal_shows_and_writes_the_stored_answer(base, store, asked, answers, tmp_path):
    workspace = ("--workspace", base.folder)
    run = Runs(base).keep(asked["distances"], answers["distances"], title="A")
    assert "no stored answer" in terminal("show", run.id, *workspace)
    terminal("show", run.id, *workspace, "--out", tmp_path / "a.xlsx", code=2)
    terminal("again", run.id, *workspace, "--exit-zero")
    assert "Stored answer: given" in terminal("show", run.id, *workspace)
    written = terminal(
        "show", run.id, *workspace, "--out", tmp_path / "a.xlsx", "--json", tmp_path / "a.json"
    )
    assert "wastewater v1" in written
    assert (tmp_path / "a.xlsx").stat().st_size > 0
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["stored"]
    assert told["figures"]["too_near"] == answers["distances"].totals["too_near"].sum()
    assert (told["current"], told["older_than_data"]) == (True, False)
    layer = base.load("wastewater")
    base.save(layer, expected=1)
    assert "older than the data" in terminal("show", run.id, *workspace)
    assert "may give another" not in terminal("show", run.id, *workspace)
    base.save(base.load("communes_2025"), expected=1)
    said = terminal("show", run.id, *workspace)
    assert "Stored answer: given" in said
    assert "may give another answer: rules, program, changes on record or administrative units" in said


def test_the_terminal_prunes(base, store, asked):
    note_asked(base, replace(asked["compare"], tolerance_m=5.5), {})
    note_ended(base, replace(asked["compare"], tolerance_m=5.5), "done")
    said = terminal("prune", "--workspace", base.folder, "--keep", 0, "--dry-run")
    assert "Would forget" in said
    terminal("prune", "--workspace", base.folder, "--keep", 0)
    assert "Forgot 0" in terminal("prune", "--workspace", base.folder, "--keep", 0)
    assert base.entries.history("asked", asked_id(replace(asked["compare"], tolerance_m=5.5))) == []
