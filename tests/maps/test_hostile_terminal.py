"""A sample of hostile calls of the terminal; all of them are in ``make test-hostile``."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from layers import Workspace
from layers.bundle import bundle_head
from layers.errors import StoreError
from maps.stored_answers import StoredAnswers
from tests.hostile.run_terminal import ask, calls_on, make_ground, random_calls, state_of
from tests.hostile.workspaces import ANSWER, hostile_workspaces, make_whole

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, _ = make_ground(tmp_path)
    monkeypatch.chdir(folder)
    return folder


def test_hostile_workspaces_end_in_a_sentence_and_touch_nothing_outside(here: Path) -> None:
    outside = here.parent / "elsewhere"
    guarded = state_of(outside)
    places = here.parent / "places"
    places.mkdir()
    asked = 0
    for n, (name, folder) in enumerate(hostile_workspaces(places, outside / "secret.parquet")):
        for words in calls_on(folder)[n % 2 :: 3]:
            wrong, _ = ask(words)
            assert wrong == "", (name, words)
            asked += 1
        assert state_of(outside) == guarded, name
    assert asked > 90


def test_arguments_of_every_kind_end_in_a_sentence(here: Path) -> None:
    files = ["whole.geojson", "no.gpkg", "ws"]
    for words in random_calls(random.Random(3), 60, files):
        wrong, _ = ask(words)
        assert wrong == "", words


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a file that leads out", "workspace_damaged"),
        ("a view that never ends", "workspace_damaged"),
        ("a trigger on every save", "workspace_damaged"),
        ("a folder of versions that leads out", "workspace_damaged"),
        ("a catalogue that leads out", "workspace_damaged"),
        ("a folder of answers that leads out", "workspace_damaged"),
        ("a link out among the answers", "workspace_damaged"),
        ("a folder of rasters that leads out", "workspace_damaged"),
        ("a link out among the rasters", "workspace_damaged"),
        ("a draft of a raster that leads out", "workspace_damaged"),
        ("versions that are links to another file", "version_damaged"),
        ("versions that are pipes", "version_damaged"),
        ("a version of zeros, with its hash", "version_damaged"),
    ],
)
def test_what_leads_out_of_a_workspace_is_refused(here: Path, name: str, code: str) -> None:
    places = here.parent / "places"
    places.mkdir()
    secret = here.parent / "elsewhere" / "secret.parquet"
    folder = next(folder for found, folder in hostile_workspaces(places, secret) if found == name)
    with pytest.raises(StoreError, match=code):
        Workspace(folder).load("khu")


def test_nothing_is_pruned_or_swept_where_a_folder_of_answers_leads(here: Path) -> None:
    outside = here.parent / "elsewhere"
    folder = here.parent / "sent"
    make_whole(folder)
    (folder / "answers").symlink_to(outside)
    guarded = state_of(outside)
    for words in calls_on(folder):
        assert ask(words)[0] == ""
    assert state_of(outside) == guarded
    assert (outside / ANSWER).is_file()


def test_a_pipe_named_like_an_answer_is_left_alone(here: Path) -> None:
    folder = here / "ws" / "answers"
    folder.mkdir()
    os.mkfifo(folder / ANSWER)
    store = StoredAnswers(Workspace(here / "ws"))
    assert store.every() == []
    with pytest.raises(StoreError, match="bundle_damaged"):
        bundle_head(folder / ANSWER)


@pytest.mark.parametrize("option", ["--note", "--name", "--decision"])
def test_signs_that_are_no_text_are_refused_and_change_nothing(here: Path, option: str) -> None:
    base = Workspace(here / "ws")
    before = base.version("khu"), sorted((here / "ws" / "versions").iterdir())
    words = ["import", "whole.geojson", "--kind", "industrial_park", "--workspace", "ws", option, "a\udcff"]
    wrong, said = ask(words)
    assert wrong == ""
    assert "\\udcff" in said
    assert (base.version("khu"), sorted((here / "ws" / "versions").iterdir())) == before
