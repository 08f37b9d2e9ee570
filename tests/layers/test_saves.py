"""A sample of what a workspace lives through: killed savers, several at once, a full disk."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from layers import Layer, Workspace
from layers._catalogue import Catalogue
from layers.errors import StoreError
from tests.hostile.run_saves import can_mount, full_disk
from tests.hostile.saves import NOUGHT, Log, judge, layer_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="savers are forked and killed by signal")
REPOSITORY = Path(__file__).resolve().parents[2]


def savers(folder: Path, call: str) -> dict[str, Any]:
    """Run savers from a fresh process, which has no threads of a library to fork beside."""
    code = (
        "import dataclasses, json, sys; from pathlib import Path;"
        "from tests.hostile.saves import kills, race;"
        f"print(json.dumps(dataclasses.asdict({call})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return judge(folder, Log(**json.loads(done.stdout)))


def aged(path: Path, hours: float) -> Path:
    then = time.time() - 3_600 * hours
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize("writers", [1, 3])
def test_savers_killed_at_any_moment_lose_nothing(workspace: Workspace, writers: int) -> None:
    told = savers(workspace.folder, f"kills(Path(sys.argv[1]), 3, count=6, writers={writers}, most_rows=500)")
    assert {key: told[key] for key in NOUGHT} == dict.fromkeys(NOUGHT, 0)
    assert told["acknowledged"] > 0
    assert told["refused"] == 0


@pytest.mark.parametrize("writers", [2, 4])
def test_of_several_at_once_every_save_is_kept_or_told_as_a_conflict(
    workspace: Workspace, writers: int
) -> None:
    told = savers(workspace.folder, f"race(Path(sys.argv[1]), 5, writers={writers}, count=8, most_rows=50)")
    assert {key: told[key] for key in NOUGHT} == dict.fromkeys(NOUGHT, 0)
    assert told["acknowledged"] + told["conflicts shown"] == told["tried"] == 8 * writers
    assert told["versions"] == told["acknowledged"] > 0


@pytest.mark.skipif(not can_mount(), reason="a small disk of one's own can't be mounted here")
@pytest.mark.parametrize("size_kb", [160, 400])
def test_on_a_full_disk_what_was_saved_is_there_and_can_be_read(size_kb: int) -> None:
    told = full_disk(11, size_kb)
    assert {key: told[key] for key in NOUGHT} == dict.fromkeys(NOUGHT, 0)
    assert told["refused by code"] == {"save_failed": told["refused"]}
    assert told["refused"] >= 4
    assert told["not readable while full"] == 0
    assert told["left by refused saves"] == 0


def test_what_a_killed_save_left_is_found_and_swept_and_nothing_else(
    workspace: Workspace, park: Layer
) -> None:
    entry = workspace.save(park)
    versions = workspace.folder / "versions"
    aged(versions / entry.file, 500)
    stray = [
        versions / "khu.0123456789ab.parquet",
        versions / "khu.0123456789ab.part",
        workspace.folder / "catalogue.sqlite.0123456789ab.part",
    ]
    for path in stray:
        path.write_bytes(b"1234")
        aged(path, 30)
    arrays = workspace.folder / "kept" / ".abc-cells-01234567"
    arrays.mkdir(parents=True)
    aged(arrays, 30)
    young = versions / "khu.ba9876543210.part"
    young.write_bytes(b"just being written")
    for own in (
        versions / "ghi chú.parquet",
        workspace.folder / "catalogue.sqlite.bak",
        versions / "readme.txt",
    ):
        own.write_text("mine")
        aged(own, 500)
    found = workspace.leftovers()
    assert sorted(left.path for left in found) == sorted([*stray, arrays])
    assert [left.bytes for left in found if left.path in stray] == [4, 4, 4]
    assert sorted(left.path for left in workspace.sweep()) == sorted([*stray, arrays])
    assert workspace.leftovers() == []
    assert young.is_file()
    assert len(list(versions.iterdir())) == 4
    assert workspace.damaged() == []
    assert len(workspace.load("khu").frame) == 3


def test_a_draft_with_a_young_file_in_it_is_still_being_written(workspace: Workspace) -> None:
    draft = workspace.folder / "coordinates" / ".0123456789abcdef-01234567"
    draft.mkdir(parents=True)
    (draft / "xy.npy").write_bytes(b"123")
    aged(draft, 48)
    assert workspace.leftovers() == []
    aged(draft / "xy.npy", 48)
    assert [left.bytes >= 3 for left in workspace.leftovers()] == [True]
    workspace.sweep()
    assert not draft.exists()


def test_a_save_whose_file_was_swept_away_is_refused_and_not_entered(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Catalogue.enter

    def late(self: Catalogue, layer: Layer, file: Any, **options: Any) -> int:
        workspace.sweep(older_than_h=0)
        return real(self, layer, file, **options)

    monkeypatch.setattr(Catalogue, "enter", late)
    with pytest.raises(StoreError, match="save_failed: layer='khu', found='not_there'"):
        workspace.save(park)
    assert workspace.layers() == []


def test_no_save_is_entered_while_the_workspace_is_swept(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers._catalogue._PATIENCE_S", 0.05)
    with workspace._catalogue.nobody_saving() as named:
        assert named == set()
        with pytest.raises(StoreError, match="workspace_busy"):
            workspace.save(park)
    assert workspace.save(park).version == 1


def test_a_workspace_that_nobody_may_write_is_read(
    workspace: Workspace, park: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.save(park)

    def no_room(*_: Any) -> Any:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    from layers import _catalogue

    ways = (no_room, no_room, _catalogue._as_it_stands)
    monkeypatch.setattr(_catalogue, "_READING", ways)
    assert len(Workspace(workspace.folder).load("khu").frame) == 3
    with closing(sqlite3.connect(workspace.folder / "catalogue.sqlite")) as other:
        other.execute("insert into meta values ('x', 'y')")
        other.commit()
        # what others have saved lies in a log that can't be read now: no old state is shown for the new
        with pytest.raises(StoreError, match="workspace_unwritable"):
            Workspace(workspace.folder)


def test_a_full_disk_says_so_in_words_of_ours(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
        raise error

    from layers import _catalogue

    monkeypatch.setattr(_catalogue, "_WRITING", (full,))
    with pytest.raises(StoreError, match=r"save_failed: layer='khu', .*found='disk_full'"):
        workspace.save(layer_of(0, 1, 2))
    with pytest.raises(StoreError, match=r"workspace_unwritable: .*found='disk_full'"):
        workspace.record("run", {})
    monkeypatch.setattr(_catalogue, "_READING", (full,))
    with pytest.raises(StoreError, match=r"workspace_unreadable: .*found='disk_full'"):
        Workspace(workspace.folder)
