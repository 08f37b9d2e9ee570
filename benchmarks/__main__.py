"""All benchmarks: ``python -m benchmarks`` prints one table, ours beside the peers that are installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psutil
import shapely

from benchmarks import _postgis, _steps, change, front, periods, raster, sites, vector
from benchmarks._measure import HEAD, Row, in_child, line, measured, table

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARIES = ("geopandas", "shapely", "numpy", "pandas", "numba", "rasterio", "rasterstats", "exactextract")
RASTER_SIDE = 5_000
_WHICH = (
    "Which, with commas; also mixed, noise, welded, stored, change-equal, change-mixed, change-union, sites, "
    "front."
)
JOBS = {**vector.JOBS, **periods.JOBS, **change.JOBS}


def _about() -> str:
    """Day, machine and versions; what else ran shows in the load."""
    have = [name for name in LIBRARIES if importlib.util.find_spec(name)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in have)
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{time.strftime('%Y-%m-%d')} · {platform.system()} {platform.machine()} · {os.cpu_count()} cores · "
        f"{memory:.0f} GB · load {os.getloadavg()[1]:.1f} at the start\n\n"
        f"Python {platform.python_version()}, {versions}; GEOS {shapely.geos_version_string}. "
        f"{_postgis.why_not() or _postgis.version()}.\n"
    )


def _raster_rows(rounds: int) -> list[Row]:
    return [Row(**row) for row in in_child(raster.run, RASTER_SIDE, rounds)]


def _all_rows(job: str, sizes: str, rounds: int) -> Iterator[Row]:
    if job == "raster":
        yield from _raster_rows(rounds)
    elif job == "sites":
        yield from (Row(**row) for row in sites.run())
    else:
        for n in map(int, sizes.split(",")):
            yield from measured(JOBS[job], n, rounds)


def _steps_of(job: str, n: int, rounds: int) -> str:
    chosen = vector.JOBS[job]
    engines = [e for e in chosen.engines() if e.ours and e.name.endswith("1 thread")]
    columns = {e.name: in_child(_steps.breakdown, chosen, e, n, rounds) for e in engines}
    return f"\n{chosen.name}, n = {n:,}: processor time by step\n\n{_steps.steps_table(columns)}"


def _front(sizes: str) -> str:
    click.echo(f"\n{front.HEAD}")
    lines = []
    for row in front.run([int(n) for n in sizes.split(",")]):
        lines.append(front.front_line(row))
        click.echo(lines[-1])
    return "\n".join(["", front.HEAD, *lines, ""])


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--jobs",
    default="overlap,rings,raster",
    show_default=True,
    help=_WHICH,
)
@click.option(
    "--sizes",
    default="10000,100000",
    show_default=True,
    help="Features of the larger layer. 1000000 is asked for by name: it takes 8 GB and some minutes.",
)
@click.option("--rounds", default=3, show_default=True, help="The best of so many counts.")
@click.option("--steps", is_flag=True, help="Also show where ours spends its time, at the last size.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here too.")
def main(jobs: str, sizes: str, rounds: int, out: Path | None, *, steps: bool) -> None:
    """Measure ours beside its peers; ends with 1 if any two answers differ."""
    text, rows = _about(), []
    click.echo(f"{text}\n{HEAD}")
    asked = [job for job in jobs.split(",") if job != "front"]
    for job in asked:
        for row in _all_rows(job, sizes, rounds):
            click.echo(line(row))
            rows.append(row)
    text += (
        "\n" + table(rows) + "".join(f"\n{row.job}, {row.engine}: {row.notes}\n" for row in rows if row.notes)
    )
    for job in asked:
        if steps and job in vector.JOBS:
            more = _steps_of(job, int(sizes.rsplit(",", maxsplit=1)[-1]), rounds)
            click.echo(more)
            text += more
    if "front" in jobs.split(","):
        text += _front(sizes)
    if out:
        out.write_text(text, encoding="utf-8")
    if not all(row.agrees for row in rows):
        raise click.ClickException("ANSWERS DIFFER: see the table")


if __name__ == "__main__":
    main()
