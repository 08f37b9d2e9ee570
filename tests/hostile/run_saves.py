"""Savers killed, several at once, and a full disk: ``python -m tests.hostile.run_saves --kills 200``.

The full disk is a small tmpfs in a mount namespace of its own (``unshare``); where a system doesn't allow
that, a limit on the size of files stands in for it, and the output says so.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from layers import Workspace
from tests.hostile.saves import NOUGHT, fill_disk, judge, kills, race

_APART = ["unshare", "--user", "--map-root-user", "--mount"]
_DISKS_KB = (160, 256, 400, 640, 1_000)
_MOUNTED = 'mount -t tmpfs -o size="$1"k tmpfs "$2" && exec "$3" -m tests.hostile.run_saves --inside "$2" --seed "$4"'


def full_disk(seed: int, size_kb: int) -> dict[str, Any]:
    """Fill a small disk that nobody else sees."""
    with tempfile.TemporaryDirectory() as place:
        command = [*_APART, "sh", "-c", _MOUNTED, "sh", str(size_kb), place, sys.executable, str(seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def can_mount() -> bool:
    """Say whether a disk of one's own can be had here."""
    if shutil.which("unshare") is None:
        return False
    trial = [*_APART, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def limited_files(seed: int, size_kb: int) -> dict[str, Any]:
    """What a full disk is where none can be had: no file may grow beyond a size."""
    code = (
        "import resource, signal, sys, json; from pathlib import Path; from tests.hostile.saves import fill_disk;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size_kb} << 10, {size_kb} << 10));"
        f"print(json.dumps(fill_disk(Path(sys.argv[1]) / 'ws', {seed})))"
    )
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-c", code, place]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _told(name: str, found: dict[str, Any], seconds: float) -> bool:
    bad = {key: found[key] for key in NOUGHT if found[key]}
    print(f"{name} ({seconds:.0f} s): {json.dumps(found)}", flush=True)
    if bad:
        print(f"  NOT AS IT SHOULD BE: {bad}", flush=True)
    return not bad


def main() -> None:
    """Print a line of counts for each way, and end with 1 where one of them isn't as it should be."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--kills", type=int, default=200)
    wanted.add_argument("--saves", type=int, default=300)
    wanted.add_argument("--disks", type=int, default=40)
    wanted.add_argument("--seed", type=int, default=7)
    wanted.add_argument("--inside", type=Path)
    given = wanted.parse_args()
    if given.inside:
        print(json.dumps(fill_disk(given.inside / "ws", given.seed)))
        return
    sound = True
    with tempfile.TemporaryDirectory() as base:
        for writers, share in ((1, 0.5), (2, 0.25), (4, 0.25)):
            folder = Path(base) / f"killed-{writers}"
            Workspace.create(folder, crs=5897)
            start = time.monotonic()
            log = kills(folder, given.seed, count=round(given.kills * share), writers=writers)
            name = f"{round(given.kills * share)} kills, {writers} saving"
            sound &= _told(name, judge(folder, log), time.monotonic() - start)
        for writers in (2, 4):
            folder = Path(base) / f"race-{writers}"
            Workspace.create(folder, crs=5897)
            start = time.monotonic()
            log = race(folder, given.seed, writers=writers, count=given.saves // writers)
            sound &= _told(f"{writers} saving at once", judge(folder, log), time.monotonic() - start)
    how, fill = ("tmpfs", full_disk) if can_mount() else ("limit on files", limited_files)
    total: dict[str, Any] = {}
    start = time.monotonic()
    for n in range(given.disks):
        for key, value in fill(given.seed + n, _DISKS_KB[n % len(_DISKS_KB)]).items():
            if isinstance(value, dict):
                sums = total.setdefault(key, {})
                for code, count in value.items():
                    sums[code] = sums.get(code, 0) + count
            else:
                total[key] = total.get(key, 0) + value
    if total:
        sound &= _told(f"{given.disks} full disks ({how})", total, time.monotonic() - start)
    raise SystemExit(0 if sound else 1)


if __name__ == "__main__":
    main()
