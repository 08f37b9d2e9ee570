"""Jobs: one for each question, watched by several, stopped at once, told how they ended."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from datetime import date
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import Workspace
from layers.errors import QuestionError, StoreError
from maps.analyses import Analysis
from maps.asked import asked_id, note_asked, note_ended, open_asked, plain_form
from maps.job_worker import read_frame, write_frame
from maps.jobs import Jobs
from maps.question import ConflictQuestion, answer_question
from maps.runs import Runs

PATIENCE_S = 60


@pytest.fixture
def asked(small_workspace):
    return ConflictQuestion(
        str(small_workspace.folder),
        (("industrial_clusters_2030", 1),),
        (("land_use_2025", 1), ("schools", 1)),
        date(2026, 6, 1),
    )


class Gate:
    """Lets an answer wait between two steps until it is opened."""

    def __init__(self):
        self.begun, self.open, self.answers = Event(), Event(), 0


@pytest.fixture
def gate(monkeypatch):
    held, answer = Gate(), Analysis.answer

    def slow(self, question, *, progress=None):
        progress(0, 2, "one")
        held.begun.set()
        while not held.open.wait(0.01):
            progress(1, 2, "two")
        held.answers += 1
        return answer(self, question, progress=progress)

    monkeypatch.setattr(Analysis, "answer", slow)
    yield held
    held.open.set()


def nobody(answer):
    """Wait for nothing."""


def ended(job):
    assert job.ended.wait(PATIENCE_S)
    return job.state


def test_a_job_gives_what_the_library_gives(asked):
    got = []
    job = Jobs().start(asked, None, session="a", done=got.append)
    assert ended(job) == "done"
    assert got[0].totals.equals(answer_question(asked).totals)
    assert job.steps


def test_two_sessions_that_ask_the_same_share_one_job(asked, gate):
    jobs, got = Jobs(), []
    first = jobs.start(asked, None, session="a", done=got.append)
    second = jobs.start(replace(asked), None, session="b", done=got.append)
    other = jobs.start(asked, 1, session="b", done=got.append)
    assert first is second
    assert other is not first
    gate.open.set()
    assert (ended(first), ended(other)) == ("done", "done")
    assert (gate.answers, len(got)) == (2, 2)


def test_the_last_one_to_leave_stops_the_work(asked, gate):
    jobs, got = Jobs(), []
    job = jobs.start(asked, None, session="a", done=got.append)
    jobs.start(asked, None, session="b", done=got.append)
    assert gate.begun.wait(PATIENCE_S)
    assert jobs.leave(job, "a") is False
    assert not job.ended.is_set()
    assert jobs.leave(job, "b") is True
    assert ended(job) == "stopped"
    assert (got, gate.answers) == ([], 0)


def test_a_window_that_is_closed_holds_nobody_up(asked, gate):
    jobs = Jobs()
    job = jobs.start(asked, None, session="gone", done=nobody)
    jobs.start(asked, None, session="here", done=nobody)
    assert jobs.leave(job, "here", alive=lambda session: session != "gone") is True
    assert ended(job) == "stopped"


def test_a_job_waits_for_room_and_can_be_stopped_there(asked, gate):
    jobs = Jobs(most=1)
    first = jobs.start(asked, None, session="a", done=nobody)
    assert gate.begun.wait(PATIENCE_S)
    second = jobs.start(asked, 1, session="a", done=nobody)
    assert second.state == "waiting"
    assert jobs.leave(second, "a") is True
    assert ended(second) == "stopped"
    assert not first.ended.is_set()


def test_an_error_is_kept_with_its_code_and_the_question_can_be_asked_again(asked):
    jobs = Jobs()
    lost = replace(asked, zones=(("nowhere", 1),))
    job = jobs.start(lost, None, session="a", done=nobody)
    assert ended(job) == "failed"
    assert job.error.code == "layer_unknown"
    assert jobs.start(lost, None, session="a", done=nobody) is not job


def test_what_nobody_foresaw_is_an_error_with_a_name(asked, monkeypatch):
    def broken(self, question, *, progress=None):
        raise ZeroDivisionError

    monkeypatch.setattr(Analysis, "answer", broken)
    job = Jobs().start(asked, None, session="a", done=nobody)
    assert ended(job) == "failed"
    assert (job.error.code, job.error.fields["found"]) == ("job_failed", "ZeroDivisionError")


def test_jobs_are_listed_for_those_who_wait_and_leave_the_list_when_seen(asked, gate):
    jobs = Jobs()
    job = jobs.start(asked, None, session="a", done=nobody)
    assert jobs.watched("a") == [job]
    assert jobs.watched("b") == []
    gate.open.set()
    assert ended(job) == "done"
    assert jobs.leave(job, "a") is False
    assert jobs.watched("a") == []
    jobs.forget(job)
    assert jobs.find(asked, None) is None


# --- a process of its own --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def apart():
    jobs = Jobs()
    jobs.workers.start()
    yield jobs
    jobs.close()


def test_a_process_gives_what_the_library_gives_and_answers_again(apart, asked):
    got = []
    for version in range(2):
        job = apart.start(asked, version, session="a", done=got.append)
        assert ended(job) == "done", job.error
    expected = answer_question(asked)
    assert got[1].rows.equals(expected.rows)
    assert got[1].run["question"] == asked.key
    assert job.steps


def test_an_error_comes_back_from_a_process_as_it_is(apart, asked):
    job = apart.start(replace(asked, zones=(("nowhere", 1),)), None, session="a", done=nobody)
    assert ended(job) == "failed"
    assert isinstance(job.error, StoreError)
    assert job.error.fields["layer"] == "nowhere"


def test_a_process_that_dies_is_said_and_the_next_question_is_answered(apart, asked):
    worker = apart.workers.take()
    worker._process.kill()
    with pytest.raises(QuestionError, match="job_died"):
        worker.answer("conflicts", asked, lambda *_: None)
    apart.workers.give_back(worker)
    assert ended(apart.start(asked, 7, session="a", done=nobody)) == "done"


def test_stopping_ends_the_process_whatever_it_does(apart, sample):
    from maps.change_question import ChangeQuestion

    years = tuple((f"land_use_{year}", 1) for year in (2010, 2015, 2020, 2025))
    job = apart.start(
        ChangeQuestion(str(sample.folder), years, date(2026, 6, 1)), None, session="a", done=nobody
    )
    while not job.steps and not job.ended.is_set():
        job.ended.wait(0.01)
    apart.leave(job, "a")
    assert ended(job) == "stopped"


@given(st.lists(st.tuples(st.sampled_from([b"S", b"A", b"E"]), st.binary(max_size=200)), max_size=6))
def test_frames_come_back_as_they_were_written(frames):
    pipe = io.BytesIO()
    for kind, content in frames:
        write_frame(pipe, kind, content)
    whole = pipe.getvalue()
    pipe.seek(0)
    assert [read_frame(pipe) for _ in frames] == frames
    assert read_frame(pipe) is None
    if whole:
        cut = io.BytesIO(whole[:-1])
        found = [read_frame(cut) for _ in frames]
        assert found[-1] is None


# --- what a link finds -----------------------------------------------------------------------------------


def test_a_question_that_was_asked_is_found_by_its_id(small_workspace, asked):
    job = Jobs().start(asked, None, session="a", done=nobody, form={"ask-on": date(2026, 6, 1)})
    assert ended(job) == "done"
    found = open_asked(Workspace(small_workspace.folder), asked_id(asked))
    assert (found.question, found.state, found.kept) == (asked, "done", False)
    assert found.form == {"ask-on": date(2026, 6, 1)}


def test_how_it_ended_is_put_down(small_workspace, asked, gate):
    jobs = Jobs()
    job = jobs.start(asked, None, session="a", done=nobody)
    assert gate.begun.wait(PATIENCE_S)
    assert open_asked(small_workspace, asked_id(asked)).state == "running"
    jobs.leave(job, "a")
    ended(job)
    assert open_asked(small_workspace, asked_id(asked)).state == "stopped"


def test_what_ran_in_an_application_that_has_ended_was_interrupted(small_workspace, asked, monkeypatch):
    note_asked(small_workspace, asked, {})
    assert open_asked(small_workspace, asked_id(asked)).state == "running"
    monkeypatch.setattr("maps.asked._SERVER", "another")
    assert open_asked(small_workspace, asked_id(asked)).state == "interrupted"
    note_ended(small_workspace, asked, "done")
    assert open_asked(small_workspace, asked_id(asked)).state == "done"


def test_a_kept_run_is_found_by_its_id_with_its_widgets(small_workspace, asked):
    form = plain_form({"ask-on": date(2026, 6, 1), "ask-zones-2030": ["industrial_clusters_2030"]})
    run = Runs(small_workspace).keep(asked, answer_question(asked), form=form)
    found = open_asked(small_workspace, run.id)
    assert (found.question, found.kept) == (asked, True)
    assert found.form["ask-on"] == date(2026, 6, 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_workspace_that_cannot_be_written_is_asked_all_the_same(small_workspace, asked):
    small_workspace.folder.chmod(0o500)
    (small_workspace.folder / "catalogue.sqlite").chmod(0o400)
    try:
        assert ended(Jobs().start(asked, None, session="a", done=nobody)) == "done"
    finally:
        small_workspace.folder.chmod(0o700)


@pytest.fixture(scope="module")
def empty_base(tmp_path_factory):
    return Workspace.create(tmp_path_factory.mktemp("empty") / "w", crs=5897)


@given(text=st.text(max_size=60))
def test_whatever_stands_in_an_address_is_a_sentence(empty_base, text):
    with pytest.raises((QuestionError, StoreError), match=r"run_id_wrong|run_unknown|analysis_unknown"):
        open_asked(empty_base, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("conflicts-1", "run_unknown"),
        ("conflicts-0123456789abcdef", "run_unknown"),
        ("nothing-0123456789abcdef", "analysis_unknown"),
        ("nothing-1", "run_unknown"),
        ("conflicts-0", "run_id_wrong"),
        ("conflicts-" + "9" * 400, "run_id_wrong"),
        ("conflicts-1'; drop table entries; --", "run_id_wrong"),
        ("../../etc/passwd", "run_id_wrong"),
        ("", "run_id_wrong"),
    ],
)
def test_hostile_ids_are_sentences(small_workspace, text, code):
    with pytest.raises((QuestionError, StoreError), match=code):
        open_asked(small_workspace, text)
