"""How long another user waits while a hostile file is read: ``python -m tests.hostile.run_neighbour``.

The application runs in a process of its own; a thread of it reads hostile files and does with them what the
page of the import does. Meanwhile this process asks it for its health, for a tile of a map and for places by
name, one after the other, and notes how long each answer takes; first with nobody reading, then beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from layers import Source, Workspace, guarded_read
from layers.errors import ThoCongError
from layers.faults import fault_findings
from layers.guard import Limits
from layers.verdict import layer_verdict
from layers.witnesses import known_layers
from tests.hostile.attacks import Ground, attacks, hide_secret

_ASKED = ("health", "tile", "places")


def read_all(base: Workspace, files: list[tuple[str, str]], log: Path) -> None:
    """Read every hostile file as the page does."""
    with log.open("a", buffering=1, encoding="utf-8") as told:
        for name, path in files:
            told.write(json.dumps({"at": time.time(), "begin": name}) + "\n")
            with suppress(ThoCongError):
                reading = guarded_read(
                    Source(Path(path), assume_crs="EPSG:5897"),
                    "land_use",
                    limits=Limits(memory_mb=1_024, seconds=15),
                )
                layer_verdict(reading, known=known_layers(base, but=reading.layer.name))
                fault_findings(reading.layer)
            told.write(json.dumps({"at": time.time(), "end": name}) + "\n")
        told.write(json.dumps({"at": time.time(), "end": ""}) + "\n")


def inside(folder: Path, port: int) -> None:
    """Run the application, with a thread that reads hostile files once it is told to."""
    from maps.cli import main as thocong
    from maps.search_service import search_address
    from maps.tile_service import tile_address

    base = Workspace(folder / "workspace")
    land = next(v for v in base.layers() if v.layer == "land_use_2025")
    tile = tile_address(str(base.folder), land.layer, land.version).replace("../..", "")
    place = search_address(str(base.folder), "vi").replace("../..", "")
    (folder / "asked.json").write_text(json.dumps([tile, f"{place}?q=th"]))
    files = json.loads((folder / "files.json").read_text(encoding="utf-8"))

    def wait_and_read() -> None:
        while not (folder / "go").exists():
            time.sleep(0.05)
        read_all(base, files, folder / "log")

    Thread(target=wait_and_read, daemon=True).start()
    command = ["serve", "--workspace", str(base.folder), "--port", str(port), "--no-browser"]
    thocong(command, standalone_mode=False)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(address: str) -> float:
    """Seconds until an answer is there."""
    start = time.perf_counter()
    with suppress(OSError), urllib.request.urlopen(address, timeout=60) as answer:
        answer.read()
    return time.perf_counter() - start


def waits(addresses: list[str], until: Any) -> list[tuple[float, str, float]]:
    """Ask for one after the other, as long as it takes; gives moment, what and seconds."""
    out = []
    n = 0
    while not until():
        at = time.time()
        # other tiles each time: one that was drawn before would cost nothing
        address = addresses[n % 3].format(z=16, x=51_976 + n % 17, y=28_844 + n // 17 % 17)
        out.append((at, _ASKED[n % 3], ask(address)))
        n += 1
        time.sleep(0.03)
    return out


def _told(name: str, found: list[tuple[float, str, float]]) -> None:
    for what in _ASKED:
        seconds = np.array([s for _, kind, s in found if kind == what])
        half, most, worst = np.quantile(seconds, [0.5, 0.99, 1])
        print(f"{name} | {what} | {len(seconds)} | {half:.3f} | {most:.3f} | {worst:.3f}", flush=True)


def main() -> None:
    """Print, by what was asked, how many answers there were, their median, 99 % and worst seconds."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--inside", type=Path)
    wanted.add_argument("--port", type=int, default=0)
    wanted.add_argument("--only", nargs="*", default=[])
    given = wanted.parse_args()
    if given.inside:
        inside(given.inside, given.port)
        return
    from layers.sample import create_sample

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "files").mkdir()
        create_sample(folder / "workspace")
        port = free_port()
        ground = Ground(folder / "files", hide_secret(folder / "elsewhere"), "http://127.0.0.1:9")
        files = [(n, str(p)) for n, p in attacks(ground) if not given.only or any(o in n for o in given.only)]
        (folder / "files.json").write_text(json.dumps(files), encoding="utf-8")
        command = [sys.executable, "-m", "tests.hostile.run_neighbour", "--inside", place]
        with subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL) as server:
            try:
                _measure(folder, f"http://127.0.0.1:{port}")
            finally:
                server.kill()


def _measure(folder: Path, home: str) -> None:
    for _ in range(240):
        with suppress(OSError), urllib.request.urlopen(f"{home}/_stcore/health", timeout=5):
            break
        time.sleep(0.5)
    addresses = [
        f"{home}/_stcore/health",
        *(home + a for a in json.loads((folder / "asked.json").read_text())),
    ]
    waits(addresses, _after(30))  # what is warmed by the first questions
    _told("nobody reads", waits(addresses, _after(20)))
    (folder / "go").touch()
    log = folder / "log"
    found = waits(addresses, lambda: log.exists() and '"end": ""' in log.read_text(encoding="utf-8"))
    _told("hostile files are read", found)
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    for at, what, seconds in sorted(found, key=lambda f: -f[2])[:5]:
        busy = [line["begin"] for line in lines if "begin" in line and line["at"] <= at + seconds]
        print(f"  {what} {seconds:.2f} s beside: {busy[-1] if busy else ''}")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


def _after(seconds: float) -> Any:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


if __name__ == "__main__":
    main()
