"""How a job is measured: every engine in a process of its own, its best round, its answer beside the others'.

Loading and one small run come before the clock. Time is that of the wall and that of all processors
together; memory is how far the process rose above where it stood when its input was loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import resource
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import psutil
import pyarrow as pa
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["HEAD", "Engine", "Found", "Job", "Row", "in_child", "line", "measured", "once", "table"]

# features of the run before the clock; compiled code is read from disk at the first job that is worth it
WARM, WARM_OURS = 10_000, 100_000
PATIENCE_S = 20.0  # who takes longer is run once
SAME_M2 = 1e-6
SAME_SHARE = 1e-9

HEAD = """\
| job | n | engine | CPU s | wall s | × CPU | × wall | peak MB | max difference m² | invalid |
|---|--:|---|--:|--:|--:|--:|--:|--:|--:|"""


class Found(NamedTuple):
    """What an engine answers: areas by their keys; pieces, or a way to count the invalid ones afterwards."""

    area_m2: pd.Series
    pieces: NDArray[np.object_] | None = None
    invalid: Callable[[], int] | None = None


@dataclass(frozen=True)
class Engine:
    """One way to answer. All functions are named ones of a module, so that a child process can be told."""

    name: str
    ask: Callable[[Any], Found]
    load: Callable[[Any], Any] | None = None  # before the clock
    server: Callable[[Any], int | None] | None = None  # the process that works for it, if another does
    ours: bool = False


@dataclass(frozen=True)
class Job:
    """A question asked of every engine; the first engine is what the others are compared with."""

    name: str
    inputs: Callable[[int], Any]
    engines: Callable[[], list[Engine]]


@dataclass(frozen=True)
class Row:
    """Figures of one engine; the ratios say how many times the first engine takes the time of this one."""

    job: str
    n: int
    engine: str
    cpu_s: float
    wall_s: float
    ratio_cpu: float
    ratio_wall: float
    peak_mb: float = math.nan
    max_diff_m2: float = math.nan
    invalid: int | None = None
    agrees: bool = True
    notes: str = ""


def measured(job: Job, n: int, rounds: int) -> Iterator[Row]:
    """Measure the engines of a job, one after another.

    Parameters
    ----------
    job : Job
    n : int
        Features of the larger layer.
    rounds : int
        The best of so many counts; an engine whose round took longer than 20 s is run once.
    """
    first: tuple[dict[str, float], pd.Series] | None = None
    for engine in job.engines():
        took, area_m2, invalid = in_child(_child, job.inputs, engine, (n, rounds))
        first = first or (took, area_m2)
        diff, agrees = _compared(first[1], area_m2)
        yield Row(
            job=job.name,
            n=n,
            engine=engine.name,
            ratio_cpu=first[0]["cpu_s"] / took["cpu_s"],
            ratio_wall=first[0]["wall_s"] / took["wall_s"],
            max_diff_m2=diff,
            invalid=invalid,
            agrees=agrees and not (engine.ours and invalid),
            **took,
        )


def in_child(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own, started afresh."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _child(
    inputs: Callable[[int], Any], engine: Engine, how: tuple[int, int]
) -> tuple[dict[str, float], pd.Series, int | None]:
    n, rounds = how
    load = engine.load or _as_it_is
    engine.ask(load(inputs(min(n, WARM_OURS if engine.ours else WARM))))
    given = load(inputs(n))
    pid = engine.server(given) if engine.server else None
    best: dict[str, float] = {}
    for _ in range(rounds):
        found = None  # lets go of the last answer, so that peaks are of one round
        took, found = once(lambda: engine.ask(given), pid)
        best = {k: (max if k == "peak_mb" else min)(v, best.get(k, v)) for k, v in took.items()}
        if took["wall_s"] > PATIENCE_S:
            break
    if engine.server:
        best.pop("peak_mb")  # of the client alone
        if pid is None:
            best["cpu_s"] = math.nan
    return best, found.area_m2, _invalid(found)


def _as_it_is(given: Any) -> Any:
    return given


def once(ask: Callable[[], Any], server: int | None = None) -> tuple[dict[str, float], Any]:
    """Run once: ``wall_s``, ``cpu_s`` of all threads and the server, ``peak_mb`` above the start."""
    _let_go()
    with _Peak() as peak:
        wall, cpu = time.perf_counter(), _cpu_s(server)
        answer = ask()
        took = {"wall_s": time.perf_counter() - wall, "cpu_s": _cpu_s(server) - cpu}
    return {**took, "peak_mb": peak.above_mb}, answer


def _let_go() -> None:
    """Give memory that nobody holds back to the system, or it would hide how much the next round takes."""
    gc.collect()
    pa.default_memory_pool().release_unused()  # files were read through it
    with contextlib.suppress(AttributeError, OSError, TypeError):  # not every C library has this
        ctypes.CDLL(None).malloc_trim(0)


def _cpu_s(server: int | None) -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    total = sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))
    if server is not None:
        times = psutil.Process(server).cpu_times()
        total += times.user + times.system
    return total


class _Peak:
    """Most memory held: Linux keeps count itself once its mark is reset; elsewhere a thread looks."""

    above_mb = math.nan

    def __enter__(self) -> Self:
        self._process, self._done = psutil.Process(), threading.Event()
        self._start = self._most = self._process.memory_info().rss
        self._watcher = None
        try:
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            self._watcher = threading.Thread(target=self._look)
            self._watcher.start()
        return self

    def _look(self) -> None:
        while not self._done.wait(0.01):
            self._most = max(self._most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._watcher:
            self._watcher.join()
        else:
            status = Path("/proc/self/status").read_text()
            self._most = max(self._most, int(status.split("VmHWM:")[1].split()[0]) * 1024)
        self.above_mb = (self._most - self._start) / 1e6


def _invalid(found: Found) -> int | None:
    if found.invalid is not None:
        return found.invalid()
    if found.pieces is None:
        return None
    return int((~shapely.is_valid(found.pieces)).sum())


def _compared(expected: pd.Series, found: pd.Series) -> tuple[float, bool]:
    """Largest difference of any two areas of the same key, and whether all are small enough."""
    diff = found.sub(expected, fill_value=0.0).abs()
    size = expected.reindex(diff.index).fillna(0.0)
    agrees = bool((diff <= np.maximum(SAME_M2, SAME_SHARE * size)).all())
    return float(diff.max()), agrees and expected.sum() > 0


def table(rows: list[Row]) -> str:
    """Rows as a Markdown table."""
    return "\n".join([HEAD, *map(line, rows)]) + "\n"


def line(row: Row) -> str:
    """One row of the table."""
    cells = [
        row.job,
        f"{row.n:,}",
        row.engine,
        *(_figure(v, ".3f") for v in (row.cpu_s, row.wall_s)),
        *(_figure(v, ".1f") for v in (row.ratio_cpu, row.ratio_wall)),
        _figure(row.peak_mb, ",.0f"),
        _figure(row.max_diff_m2, ".1e") + ("" if row.agrees else " **differs**"),
        "–" if row.invalid is None else f"{row.invalid:,}",
    ]
    return "| " + " | ".join(cells) + " |"


def _figure(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)
