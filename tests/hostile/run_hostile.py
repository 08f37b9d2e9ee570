"""Every hostile file through the guarded door, and with ``--plain`` through GDAL alone for comparison."""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pyogrio

from layers import Source, guarded_read
from layers.errors import ThoCongError
from layers.guard import Limits
from tests.hostile.attacks import SECRET, Ground, attacks, hide_secret

LIMITS = Limits(memory_mb=1_024, seconds=15)


class Ear(BaseHTTPRequestHandler):
    """Counts who knocks."""

    heard: list[str] = []  # noqa: RUF012 - shared on purpose

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


def listening() -> HTTPServer:
    """Start to listen for requests on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def guarded(path: Path) -> tuple[str, str]:
    """Read through the guarded door; gives what became of it and all that came out."""
    try:
        found = guarded_read(Source(path), "industrial_park", limits=LIMITS)
    except ThoCongError as error:
        return error.code, str(error)
    said = " ".join(str(f.as_dict()) for f in found.findings)
    return f"read {found.rows_used}", said + found.layer.frame.drop(
        columns=found.layer.frame.geometry.name
    ).to_csv()


def _plain(path: Path, answer: Any) -> None:
    try:
        frame = pyogrio.read_dataframe(path)
        answer.put((f"read {len(frame)}", frame.to_csv()))
    except Exception as error:  # noqa: BLE001
        answer.put((type(error).__name__, str(error)))


def plain(path: Path) -> tuple[str, str]:
    """Read by GDAL alone, in a process that is ended after as long."""
    context = multiprocessing.get_context("fork")
    answer = context.Queue()
    reader = context.Process(target=_plain, args=(path, answer))
    reader.start()
    try:
        result: tuple[str, str] = answer.get(timeout=LIMITS.seconds)
    except Exception:  # noqa: BLE001
        result = ("hang" if reader.is_alive() else "crash", "")
    reader.kill()
    reader.join()
    return result


def main() -> None:
    """Print what became of each file, and the sums."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--plain", action="store_true")
    wanted.add_argument("--quiet", action="store_true")
    wanted.add_argument("--only", default="", help="files whose name begins with this")
    given = wanted.parse_args()
    server = listening()
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        (folder / "files").mkdir()
        ground = Ground(
            folder / "files", hide_secret(folder / "elsewhere"), f"http://127.0.0.1:{server.server_port}"
        )
        counts: Counter[str] = Counter()
        for name, path in attacks(ground):
            if not name.startswith(given.only):
                continue
            before, start = len(Ear.heard), time.perf_counter()
            how, out = (plain if given.plain else guarded)(path)
            seconds = time.perf_counter() - start
            signs = {
                "leak": SECRET in out,
                "request": len(Ear.heard) > before,
                "hang": how == "hang" or seconds > LIMITS.seconds + 5,
                "stopped at its limits": how in ("reading_too_slow", "reading_out_of_memory"),
                "reader ended": how in ("reading_crashed", "crash"),
            }
            counts["files"] += 1
            counts.update(k for k, v in signs.items() if v)
            if not given.quiet or any(signs.values()):
                print(f"{name}: {how} {seconds:.1f} s {[k for k, v in signs.items() if v] or ''}", flush=True)
        print(dict(counts))


if __name__ == "__main__":
    main()
