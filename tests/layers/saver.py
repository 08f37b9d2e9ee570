"""A process that saves again and again, for the tests of what a workspace lives through.

Usage: python -m tests.layers.saver race|killed FOLDER COUNT
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import geopandas as gpd
from shapely import box

from layers import Layer, Workspace
from layers.errors import StoreError


def layer_of(rows: int) -> Layer:
    shapes = [box(558_000 + 20 * i, 2_325_000, 558_010 + 20 * i, 2_325_010) for i in range(rows)]
    frame = gpd.GeoDataFrame({"name": [str(rows)] * rows}, geometry=shapes, crs=5897)
    return Layer(frame, "khu", "industrial_park")


def head_of(workspace: Workspace) -> int | None:
    return next((v.version for v in workspace.layers() if v.layer == "khu"), None)


def save(folder: str, note: str) -> int:
    """Save on top of what is current, as often as it takes; returns the version that was acknowledged."""
    workspace = Workspace(folder)
    while True:
        head = head_of(workspace)
        try:
            return workspace.save(layer_of((head or 0) + 1), expected=head, note=note).version
        except StoreError as error:
            if error.code != "save_conflict":
                raise


def tell(version: int) -> None:
    sys.stdout.write(f"{version}\n")
    sys.stdout.flush()


def race(folder: str, count: int) -> None:
    """Save against others, and tell what was acknowledged."""
    for i in range(count):
        tell(save(folder, f"{os.getpid()} {i}"))


def killed(folder: str, count: int) -> None:
    """Let children save and kill each of them at some moment; tell the last version each was told of."""
    dice = random.Random(7)
    for _ in range(count):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            while True:
                os.write(writing, f"{save(folder, 'child')}\n".encode())
        os.close(writing)
        with os.fdopen(reading) as told:
            acknowledged = [told.readline() for _ in range(dice.randrange(1, 4))]
            time.sleep(dice.random() * 0.03)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            acknowledged += told.readlines()
        tell(max(int(line) for line in acknowledged if line.endswith("\n")))


if __name__ == "__main__":
    {"race": race, "killed": killed}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
