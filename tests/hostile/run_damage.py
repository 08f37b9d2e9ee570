"""Thousands of damaged files through the guarded door; ``python -m tests.hostile.run_damage --rounds 20``."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from layers import Source, guarded_read
from layers.guard import Limits
from tests.hostile.damage import damages, spoil
from tests.hostile.judge import outcome
from tests.hostile.originals import PARTS, main_file, originals

_LIMITS = Limits(memory_mb=1_024, seconds=20)


def judge(name: str, rounds: int, folder: Path) -> tuple[str, Counter[str], list[str], float]:
    """Spoil one file in every way, and count what became of it."""
    main = folder / name / main_file(name)
    crs = "EPSG:5897"
    whole = guarded_read(Source(main, assume_crs=crs), "industrial_park")
    counts: Counter[str] = Counter()
    named: list[str] = []
    slowest = 0.0
    for damage in damages(PARTS[name], rounds):
        with tempfile.TemporaryDirectory() as place:
            spoil(folder / name, Path(place), damage)
            source = Source(Path(place) / main.name, assume_crs=crs)
            start = time.perf_counter()
            what = outcome(lambda s=source: guarded_read(s, "industrial_park", limits=_LIMITS), whole)
            slowest = max(slowest, time.perf_counter() - start)
        counts[what] += 1
        if what not in ("refused", "told", "whole", "altered"):
            named.append(f"{name} {damage}: {what}")
    return name, counts, named, slowest


def main() -> None:
    """Print a row a format, then each case that should not be."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--rounds", type=int, default=20)
    wanted.add_argument("--formats", nargs="*", default=list(PARTS))
    wanted.add_argument("--threads", type=int, default=2)
    given = wanted.parse_args()
    folder = Path(tempfile.mkdtemp())
    originals(folder, given.formats)
    total: Counter[str] = Counter()
    bad: list[str] = []
    kinds = ("refused", "told", "whole", "altered", "silent", "late", "crash", "memory", "unbalanced")
    print("format", "cases", *kinds, "slowest_s", sep=" | ")
    with ThreadPoolExecutor(given.threads) as pool:
        for name, counts, named, slowest in pool.map(lambda n: judge(n, given.rounds, folder), given.formats):
            total += counts
            bad += named
            print(
                name,
                sum(counts.values()),
                *(counts[k] for k in kinds),
                f"{slowest:.1f}",
                sep=" | ",
                flush=True,
            )
    print("all", sum(total.values()), *(total[k] for k in kinds), sep=" | ")
    print(json.dumps(bad, indent=1))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
