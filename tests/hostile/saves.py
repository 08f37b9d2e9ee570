"""What a workspace lives through: savers killed at any moment, several at once, a disk that fills up.

Every version says in its own rows what it was built on, so that an answer of the judge rests on the data
and not on what the catalogue says of them.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from layers import Layer, Workspace
from layers.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "khu"


@dataclass
class Log:
    """What savers said of their saves.

    Parameters
    ----------
    done : list of dict
        ``version``, ``base`` (the version it was built on) and ``mark`` of every acknowledged save.
    conflicts, refused : int
        Saves answered with ``save_conflict``, and with another error of ours.
    tried : int
    codes : dict
        Codes of those errors, counted.
    """

    done: list[dict[str, Any]] = field(default_factory=list)
    conflicts: int = 0
    refused: int = 0
    tried: int = 0
    codes: dict[str, int] = field(default_factory=dict)

    def hear(self, line: str) -> None:
        """Take down one line of a saver; the last of a killed one may be cut."""
        if not line.endswith("\n"):
            return
        told = json.loads(line)
        what = told.pop("what")
        self.tried += what == "try"
        self.conflicts += what == "conflict"
        self.refused += what == "refused"
        if what == "done":
            self.done.append(told)
        if what == "refused":
            self.codes[told["code"]] = self.codes.get(told["code"], 0) + 1


def layer_of(base: int, mark: int, rows: int) -> Layer:
    """Make a layer whose rows say what it was built on and which save it is."""
    corner = np.arange(rows) * 20.0
    shapes = shapely.box(558_000 + corner, 2_325_000, 558_010 + corner, 2_325_010)
    columns = {"name": "Cụm công nghiệp", "base": base, "mark": mark, "noise": np.sin(corner + mark)}
    return Layer(gpd.GeoDataFrame(columns, geometry=shapes, crs=5897), NAME, "industrial_park")


def head_of(workspace: Workspace) -> int | None:
    """Look up the version that is current."""
    return next((v.version for v in workspace.layers() if v.layer == NAME), None)


def say(to: int, what: str, **told: Any) -> None:
    """Write a line in one piece, so that a kill leaves it whole or out."""
    os.write(to, (json.dumps({"what": what, **told}) + "\n").encode())


def save_once(folder: Path, to: int, dice: random.Random, rows: int) -> None:
    """Save on top of what is current, and say what came of it."""
    workspace = Workspace(folder)
    head = head_of(workspace)
    # people look at what they change: others may come in between
    time.sleep(dice.random() * 0.01)
    mark = dice.randrange(1 << 40)
    say(to, "try")
    try:
        done = workspace.save(layer_of(head or 0, mark, rows), expected=head)
    except StoreError as error:
        conflict = error.code == "save_conflict"
        say(to, "conflict" if conflict else "refused", code=error.code)
    else:
        say(to, "done", version=done.version, base=head or 0, mark=mark)


def start_saver(folder: Path, seed: str, *, count: int | None, most_rows: int) -> tuple[int, int]:
    """Fork a process that saves a number of times, or until it is killed; gives its id and what it writes to."""
    hear, to = os.pipe()
    child = os.fork()
    if child:
        os.close(to)
        return child, hear
    ended = 1
    with suppress(BaseException):
        dice = random.Random(seed)
        made = 0
        while count is None or made < count:
            save_once(folder, to, dice, dice.randrange(1, most_rows))
            made += 1
        ended = 0
    os._exit(ended)


def heard(hear: int, log: Log) -> None:
    """Take down all that a saver said until it ended."""
    with os.fdopen(hear, encoding="utf-8") as lines:
        for line in lines:
            log.hear(line)


def race(folder: Path, seed: int, *, writers: int, count: int, most_rows: int = 200) -> Log:
    """Let several processes save the same layer at once, each a number of times."""
    log = Log()
    running = [start_saver(folder, f"{seed} {n}", count=count, most_rows=most_rows) for n in range(writers)]
    for child, hear in running:
        heard(hear, log)
        status = os.waitpid(child, 0)[1]
        if status:
            raise RuntimeError(status)
    return log


def kills(folder: Path, seed: int, *, count: int, writers: int, most_rows: int = 2_000) -> Log:
    """Kill processes in the middle of saving, one after the other, while others go on."""
    dice = random.Random(f"kills {seed} {writers}")
    log = Log()
    running: list[tuple[int, int]] = []
    for n in range(count):
        while len(running) < writers:
            name = f"{seed} {n} {len(running)}"
            running.append(start_saver(folder, name, count=None, most_rows=most_rows))
        wanted = len(log.done) + dice.randrange(3)
        while len(log.done) < wanted:
            _hear(running, log)
        # the next save of each is under way: any moment of it may be the last
        time.sleep(dice.random() * 0.15)
        _end(running.pop(dice.randrange(writers)), log)
    for saver in running:
        _end(saver, log)
    return log


def _hear(running: list[tuple[int, int]], log: Log) -> None:
    for hear in select.select([hear for _, hear in running], [], [], 60)[0]:
        _drain(hear, log)


def _end(saver: tuple[int, int], log: Log) -> None:
    child, hear = saver
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    heard(hear, log)


def judge(folder: Path, log: Log) -> dict[str, Any]:
    """Hold a workspace against what its savers were told."""
    workspace = Workspace(folder)
    history = {v.version: v for v in workspace.history(NAME)} if head_of(workspace) else {}
    marks: dict[int, tuple[set[int], set[int], int]] = {}
    unreadable = 0
    for version in history:
        try:
            frame = workspace.load(NAME, version).frame
        except StoreError:
            unreadable += 1
            continue
        marks[version] = (set(frame["mark"]), set(frame["base"]), len(frame))
    lost = [d for d in log.done if marks.get(d["version"], ({}, {}, 0))[0] != {d["mark"]}]
    # built on anything but its predecessor: somebody's save was overwritten and nobody was told
    unseen = [v for v, (_, base, _) in marks.items() if base != {v - 1}]
    left = workspace.leftovers(older_than_h=0)
    swept = workspace.sweep(older_than_h=0)
    files = {f.name for f in (folder / "versions").iterdir()}
    return {
        "tried": log.tried,
        "acknowledged": len(log.done),
        "conflicts shown": log.conflicts,
        "refused": log.refused,
        "refused by code": log.codes,
        "versions": len(history),
        "entered, killed before told": len(history) - len({d["version"] for d in log.done}),
        "acknowledged but lost": len(lost),
        "told twice": len(log.done) - len({d["version"] for d in log.done}),
        "conflicts not shown": len(unseen),
        "unreadable versions": unreadable + len(workspace.damaged()),
        "gaps in the numbers": len(set(range(1, len(history) + 1)) ^ set(history)),
        "left by killed savers": len(left),
        "left after sweeping": len(files - {v.file for v in history.values()}) + len(left) - len(swept),
        "gone by sweeping": len({v.file for v in history.values()} - files),
    }


#: counts of a verdict that must be nought
NOUGHT = (
    "acknowledged but lost",
    "told twice",
    "conflicts not shown",
    "unreadable versions",
    "gaps in the numbers",
    "left after sweeping",
    "gone by sweeping",
)


def fill_disk(folder: Path, seed: int, *, most_rows: int = 3_000) -> dict[str, Any]:
    """Save until the disk is full, go on for a while, free some room, and save again.

    The folder lies on a disk of its own, or in a process that may write no large file.
    """
    dice = random.Random(f"full {seed}")
    hear, to = os.pipe()
    log = Log()
    Workspace.create(folder, crs=5897)
    refused_in_a_row = 0
    readable = 0
    asked = 0
    while refused_in_a_row < 4:
        before = log.refused
        ballast = folder.parent / "ballast"
        if dice.random() < 0.5:
            with suppress(OSError), ballast.open("ab") as handle:
                handle.write(bytes(dice.randrange(40_000)))
        save_once(folder, to, dice, dice.randrange(1, most_rows))
        _drain(hear, log)
        refused_in_a_row = refused_in_a_row + 1 if log.refused > before else 0
        asked += 1
        readable += _readable(folder, log)
    stray = len(Workspace(folder).leftovers(older_than_h=0))
    ballast.unlink(missing_ok=True)
    again = len(log.done)
    for _ in range(5):
        save_once(folder, to, dice, 1 + dice.randrange(5))
        _drain(hear, log)
    os.close(to)
    os.close(hear)
    return {
        **judge(folder, log),
        "looked": asked,
        "not readable while full": asked - readable,
        "left by refused saves": stray,
        "saved again with room": len(log.done) - again,
    }


def _readable(folder: Path, log: Log) -> bool:
    """Say whether the last acknowledged version opens, as the disk stands."""
    if not log.done:
        return True
    last = log.done[-1]
    try:
        return set(Workspace(folder).load(NAME).frame["mark"]) == {last["mark"]}
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return False


def _drain(hear: int, log: Log) -> None:
    while select.select([hear], [], [], 0)[0]:
        for line in os.read(hear, 1 << 16).decode().splitlines(keepends=True):
            log.hear(line)
