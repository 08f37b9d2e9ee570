"""Hostile arguments, files and workspaces through the terminal: ``python -m tests.hostile.run_terminal``.

Every call must end by itself with 0, 1 or 2 and a sentence: no traceback, nothing of a file it wasn't given,
nothing written, changed or removed outside of the folder it was given.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from click.testing import CliRunner

from maps.cli import main as program
from tests.hostile.attacks import SECRET, Ground, attacks, hide_secret
from tests.hostile.workspaces import hide_version, hostile_workspaces, make_whole
from tests.layers.formats import write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click.testing import Result

#: files that a guarded reader gives up on after its own time, which is longer
_SLOW: Final = ("multiply", "billion rows")
PATIENCE_S: Final = 20
_TEXTS: Final = (
    "", " ", ".", "..", "-", "--", "-1", "0", "1e999", "nan", "inf", "999999999999999999999", "١٢", "½", "5897",
    "EPSG:5897+swapped", "EPSG:0", "4326", "+", "x=y", "name=", "=ten_khu", "name=ten_khu", "a:b:c", "khu",
    "%s%n", "{0.__class__}", "<b>", "'; drop table versions", "\x1b[2J", "\u202eabc", "Đường Đặng", "a" * 5_000,
    "2030:x", "2025-2030:approved", "2030-2025", "0001", "/dev/full", "/dev/zero", "/proc/self/mem", "/",
    "../../x", "\udcff", "http://127.0.0.1:9/a.tif", "/vsicurl/http://127.0.0.1:9/a", "~/x", "C:\\x", "con",
)  # fmt: skip
_KINDS: Final = ("industrial_park", "land_use", "road", "admin_unit", "x", "")
_FLAGS: Final = {
    "check": ("--kind", "--json", "--period", "--assume-crs", "--read-as", "--layer", "--close-m", "--map",
              "--stated-area-ha", "--exit-zero", "--lang"),
    "import": ("--kind", "--workspace", "--name", "--period", "--assume-crs", "--read-as", "--layer", "--close-m",
               "--map", "--decision", "--date", "--note", "--mend-m", "--dry-run", "--report", "--json"),
    "doctor": ("--workspace", "--sweep", "--json"),
    "serve": ("--workspace", "--port", "--host", "--allow-network", "--basemap-host"),
    "undo": ("--to", "--workspace"),
}  # fmt: skip
_BARE: Final = ("--exit-zero", "--dry-run", "--sweep", "--allow-network")


def calls_on(place: Path) -> list[tuple[str, ...]]:
    """List what is asked of every hostile workspace."""
    folder = str(place)
    return [
        ("doctor", "--workspace", folder, "--sweep"),
        ("workspace", "list", folder),
        ("runs", "prune", "--workspace", folder, "--keep", "0"),
        ("workspace", "history", folder, "khu"),
        ("workspace", "undo", folder, "khu", "--to", "1"),
        ("workspace", "undo", folder, "khu"),
        ("import", "whole.geojson", "--kind", "industrial_park", "--workspace", folder, "--name", "khu"),
        ("serve", "--workspace", folder, "--port", "8614", "--no-browser"),
    ]


def random_calls(dice: random.Random, count: int, files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Draw commands with arguments of every kind of nonsense."""
    for _ in range(count):
        command = dice.choice(list(_FLAGS))
        words = ["workspace", "undo", dice.choice(["ws", "no", *_TEXTS])] if command == "undo" else [command]
        if command in ("check", "import", "undo"):
            words.append(dice.choice([*files, *_TEXTS]))
        for flag in dice.sample(_FLAGS[command], dice.randint(0, min(4, len(_FLAGS[command])))):
            words.append(flag)
            if flag not in _BARE:
                words.append(_value(flag, dice, files))
        if command in ("check", "import") and "--kind" not in words:
            words += ["--kind", dice.choice(_KINDS)]
        if command == "import" and "--workspace" not in words:
            words += ["--workspace", dice.choice(["ws", "ws", "no"])]
        if command == "serve":
            words += ["--no-browser"]
        yield tuple(words)


def _value(flag: str, dice: random.Random, files: Sequence[str]) -> str:
    if flag == "--kind":
        return dice.choice(_KINDS)
    if flag in ("--json", "--report"):
        return dice.choice(
            ["out/a.json", "out/a.xlsx", "out", "no/a.xlsx", "/dev/full", "-", "", "a\udcff.json"]
        )
    if flag == "--port":
        return dice.choice(["0", "1", "80", "8614", "65535", "65536", "-1", "1e3", *_TEXTS])
    return dice.choice([*files, "ws", *_TEXTS])


def state_of(*folders: Path) -> dict[str, tuple[int, int]]:
    """Every file under some folders, with its size and when it was written."""
    facts = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            fact = path.lstat()
            facts[str(path)] = (fact.st_size, fact.st_mtime_ns if path.is_file() else 0)
    return facts


class _Late(BaseException):
    pass


def _ring(*_: Any) -> None:
    raise _Late


def ask(words: Sequence[str]) -> tuple[str, str]:
    """Call the terminal; gives what is wrong with the way it ended, empty for nothing, and its words."""
    before = signal.signal(signal.SIGALRM, _ring)
    signal.alarm(PATIENCE_S)
    faulthandler.dump_traceback_later(2 * PATIENCE_S, exit=True)  # of what no signal reaches
    try:
        with patch("maps.cli.serve._run_streamlit", lambda _: None):
            done = CliRunner().invoke(program, list(words))
    except _Late:
        return "hang", ""
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
    return _wrong(done), done.output


def _wrong(done: Result) -> str:
    if isinstance(done.exception, _Late):
        return "hang"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        return f"{type(done.exception).__name__}: {str(done.exception)[:200]}"
    signs = {
        f"exit code {done.exit_code}": done.exit_code not in (0, 1, 2),
        "traceback": "Traceback" in done.output,
        "leak": SECRET in done.output,
    }
    return ", ".join(sign for sign, seen in signs.items() if seen)


def make_ground(base: Path) -> tuple[Path, Path]:
    """Make a folder to work in, and one beside it that nothing may touch."""
    secret = hide_version(base / "elsewhere")
    here = base / "here"
    (here / "out").mkdir(parents=True)
    write(here, "geojson").rename(here / "whole.geojson")
    make_whole(here / "ws")
    return here, secret


def main() -> None:
    """Print what ended badly, and the sums."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--calls", type=int, default=400)
    wanted.add_argument("--seed", type=int, default=7)
    given = wanted.parse_args()
    counts: Counter[str] = Counter()
    slowest = (0.0, "")
    with tempfile.TemporaryDirectory() as place:
        base = Path(place)
        here, secret = make_ground(base)
        os.chdir(here)
        (base / "places").mkdir()
        (base / "files").mkdir()
        guarded = state_of(base / "elsewhere")
        ground = Ground(base / "files", hide_secret(base / "secrets"), "http://127.0.0.1:9", heavy=False)
        files = [str(path) for name, path in attacks(ground) if not any(word in name for word in _SLOW)]
        calls = [
            (f"{name}: {' '.join(words[:2])}", words)
            for name, folder in hostile_workspaces(base / "places", secret)
            for words in calls_on(folder)
        ]
        dice = random.Random(given.seed)
        names = [*dice.sample(files, 40), "whole.geojson", "ws", "no.gpkg"]
        calls += [("arguments", words) for words in random_calls(dice, given.calls, names)]
        for name, words in calls:
            start = time.perf_counter()
            wrong, said = ask(words)
            slowest = max(slowest, (time.perf_counter() - start, name))
            family = "arguments" if name == "arguments" else "workspaces"
            touched = state_of(base / "elsewhere") != guarded
            counts[family] += 1
            for bad in (
                wrong,
                "touched what lies outside" if touched else "",
                "" if said or wrong else "no word",
            ):
                quiet = bad == "no word" and (words[:2] == ("workspace", "list") or "--json" in words)
                if bad and not quiet:
                    counts[f"{family}: bad"] += 1
                    print(f"{name} {[w[:80] for w in words]}: {bad}", flush=True)
            if touched:
                guarded = state_of(base / "elsewhere")
        os.chdir("/")
    print(dict(counts), f"slowest {slowest[0]:.1f} s: {slowest[1]}")
    raise SystemExit(1 if any(key.endswith("bad") for key in counts) else 0)


if __name__ == "__main__":
    main()
