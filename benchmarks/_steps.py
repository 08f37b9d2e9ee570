"""Where the time goes: steps of the engine, each timed where it is called, on one thread."""

from __future__ import annotations

import importlib
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks._measure import Engine, Job

__all__ = ["STEPS", "breakdown", "steps_table"]

# step -> where its functions are looked up when they are called; calls within a step are part of it
STEPS = {
    "check validity": ["spatial.overlap:_check"],
    "boxes": ["shapely:bounds"],
    "join of boxes": ["spatial._engine:meeting_boxes", "spatial.overlap:meeting_boxes"],
    "gather edges": ["spatial._edges:edges_of"],
    "classify": ["spatial._areas:classify"],
    "areas from edges": ["spatial._areas:pair_areas", "spatial._areas:doubt_m2"],
    "trace": ["spatial._pieces:trace"],
    "pieces by GEOS (doubtful pairs)": ["spatial._pieces:by_geos"],
    "build geometries": ["shapely:linearrings", "shapely:polygons", "shapely:multipolygons"],
    "areas of whole features": ["shapely:area"],
    "kinds and lengths": ["shapely:get_type_id", "shapely:get_dimensions", "shapely:length"],
    "single parts": ["spatial.overlap:parts_of"],
    "thickness": ["spatial.overlap:thickness"],
    "sum by class": ["spatial.overlap:_by_class", "benchmarks.vector:_summed"],
    "frame": ["geopandas:GeoDataFrame"],
}


def breakdown(job: Job, engine: Engine, n: int, rounds: int) -> dict[str, float]:
    """Seconds of processor time by step, of the round that took least; ``rest`` is what no step claims."""
    given = job.inputs(n)
    engine.ask(given)
    best: dict[str, float] = {}
    for _ in range(rounds):
        took = dict.fromkeys(STEPS, 0.0)
        with _timed(took):
            start = time.process_time()
            found = engine.ask(given)
            total = time.process_time() - start
        del found  # letting go of the answer is no part of it
        took |= {"rest": total - sum(took.values()), "all": total}
        best = min(best or took, took, key=lambda t: t["all"])
    return best


@contextmanager
def _timed(took: dict[str, float]) -> Iterator[None]:
    within: list[str] = []

    def timer(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if within:
                return function(*arguments, **named)
            within.append(step)
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                took[step] += time.process_time() - start
                within.pop()

        return call

    with ExitStack() as patches:
        for step, places in STEPS.items():
            for module, name in (place.split(":") for place in places):
                owner = importlib.import_module(module)
                patches.enter_context(mock.patch.object(owner, name, timer(step, getattr(owner, name))))
        yield


def steps_table(columns: dict[str, dict[str, float]]) -> str:
    """Steps as a Markdown table: milliseconds and share of the whole, an engine a column."""
    lines = ["| step | " + " | ".join(columns) + " |", "|---|" + "--:|" * len(columns)]
    for step in (*STEPS, "rest", "all"):
        if any(took[step] > 0.0005 for took in columns.values()):
            cells = [f"{1e3 * t[step]:,.0f} ms ({100 * t[step] / t['all']:.0f} %)" for t in columns.values()]
            lines.append(f"| {step} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
