"""Entries of a workspace: every version kept, a second hand told, none lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from layers import Workspace
from layers.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def base(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws", crs=5897)


def test_entries_are_numbered_by_their_stem_and_the_last_stands_first(base: Workspace) -> None:
    made = [base.entries.add("run", stem, {"n": n}).id for n, stem in enumerate(("a", "b", "a"))]
    assert made == ["a-1", "b-1", "a-2"]
    assert [e.id for e in base.entries.newest("run")] == ["a-2", "b-1", "a-1"]
    assert base.entries.newest("other") == []


def test_every_version_stays_and_the_time_of_the_first_is_kept(base: Workspace) -> None:
    first = base.entries.add("run", "a", {"n": 1})
    second = base.entries.put("run", "a-1", {"n": 2}, expected=1)
    assert (first.version, second.version, second.at) == (1, 2, first.at)
    assert [e.content["n"] for e in base.entries.history("run", "a-1")] == [2, 1]
    assert base.entries.get("run", "a-1", 1).content == {"n": 1}
    assert Workspace(base.folder).entries.get("run", "a-1") == second


@pytest.mark.parametrize("expected", [None, 1, 3])
def test_a_second_hand_is_told_and_nothing_of_its_change_is_written(
    base: Workspace, expected: int | None
) -> None:
    base.entries.add("run", "a", {"n": 1})
    base.entries.put("run", "a-1", {"n": 2}, expected=1)
    with pytest.raises(StoreError, match="entry_conflict") as caught:
        base.entries.put("run", "a-1", {"n": 99}, expected=expected)
    assert caught.value.fields["found"] == 2
    assert base.entries.get("run", "a-1").content == {"n": 2}


def test_of_many_hands_at_once_each_gets_a_number_of_its_own(base: Workspace) -> None:
    with ThreadPoolExecutor(6) as hands:
        made = list(hands.map(lambda n: base.entries.add("run", "a", {"n": n}).id, range(24)))
    assert sorted(made) == sorted(f"a-{n}" for n in range(1, 25))


def test_of_many_changes_of_one_version_exactly_one_is_written(base: Workspace) -> None:
    base.entries.add("run", "a", {"by": None})

    def change(hand: int) -> str:
        try:
            base.entries.put("run", "a-1", {"by": hand}, expected=1)
        except StoreError as error:
            return error.code
        return "written"

    with ThreadPoolExecutor(6) as hands:
        said = list(hands.map(change, range(12)))
    assert sorted(said) == ["entry_conflict"] * 11 + ["written"]
    assert len(base.entries.history("run", "a-1")) == 2


def test_an_unknown_entry_names_those_there_are(base: Workspace) -> None:
    base.entries.add("run", "a", {})
    with pytest.raises(StoreError, match="entry_unknown") as caught:
        base.entries.get("run", "b-1")
    assert caught.value.fields["expected"] == ["a-1"]


def test_a_workspace_from_before_there_were_entries_reads_and_takes_them(base: Workspace) -> None:
    with closing(sqlite3.connect(base.folder / "catalogue.sqlite")) as file:
        file.execute("drop table if exists entries")
        file.commit()
    assert base.entries.newest("run") == []
    assert base.entries.add("run", "a", {}).id == "a-1"


@pytest.mark.parametrize("text", ["{", "[1]", "3"])
def test_what_was_tampered_with_is_damage_with_a_name(base: Workspace, text: str) -> None:
    base.entries.add("run", "a", {})
    with closing(sqlite3.connect(base.folder / "catalogue.sqlite")) as file:
        file.execute("update entries set content = ?", (text,))
        file.commit()
    with pytest.raises(StoreError, match="workspace_damaged"):
        base.entries.get("run", "a-1")
