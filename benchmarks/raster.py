"""Rasters: zonal histogram, change matrix and weighted overlay beside rasterstats, exactextract and numpy.

``python -m benchmarks.raster [SIZE [ROUNDS]]`` prints the table. Every engine answers the same question
about the same cells in one process; an answer that differs stops the run.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine

from benchmarks._measure import PATIENCE_S, once
from layers import Raster, as_crs
from spatial import change_matrix, weighted_overlay, zonal_histogram

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Engines = dict[str, Callable[[], Any]]

SEED = 20_251_122
CELL_M = 10.0
ZONES_A_SIDE = 100
CLASSES = 12
WEIGHTS = [0.3, 0.25, 0.2, 0.15, 0.1]
NODATA = -9999.0


def run(size: int = 10_000, rounds: int = 3) -> list[dict[str, Any]]:
    """Measure all three jobs.

    Parameters
    ----------
    size : int
        Rows and columns of the rasters.
    rounds : int
        The best round of each engine counts; one that took longer than 20 s is run once.

    Returns
    -------
    list of dict
        ``job, engine, n, wall_s, cpu_s, ratio_wall, ratio_cpu, peak_mb``; the ratios say how many times
        the first engine of the job takes the time of this one.
    """
    _change(64, 1), _overlay(64, 1), _zonal(200, 1)  # kernels are compiled before the clock runs
    return [*_change(size, rounds), *_overlay(size, rounds), *_zonal(size, rounds)]


def _measured(job: str, n: int, rounds: int, engines: Engines) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    answers = {}
    for name, ask in engines.items():
        best: dict[str, float] = {}
        for _ in range(rounds):
            answers[name] = None
            took, answers[name] = once(ask)
            best = {k: (max if k == "peak_mb" else min)(v, best.get(k, v)) for k, v in took.items()}
            if took["wall_s"] > PATIENCE_S:
                break
        rows.append({"job": job, "engine": name, "n": n, **best})
    for row in rows:
        for clock in ("wall", "cpu"):
            row[f"ratio_{clock}"] = rows[0][f"{clock}_s"] / max(row[f"{clock}_s"], 1e-9)
    return rows, answers


def _raster(values: NDArray[Any], nodata: float | None = None) -> Raster:
    return Raster(values, Affine(CELL_M, 0, 500_000, 0, -CELL_M, 2_300_000), as_crs(5897), nodata)


def _land(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Patches of 20 × 20 cells."""
    coarse = rng.integers(1, CLASSES + 1, (-(-size // 20),) * 2, dtype=np.uint8)
    return np.ascontiguousarray(np.kron(coarse, np.ones((20, 20), np.uint8))[:size, :size])


def _change(size: int, rounds: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(SEED)
    before = _land(rng, size)
    after = before.copy()
    at = rng.integers(0, size * size, size * size // 50)  # two cells of a hundred, scattered
    after.ravel()[at] = rng.integers(1, CLASSES + 1, len(at), dtype=np.uint8)
    first, last = _raster(before), _raster(after)
    engines: Engines = {
        "numpy unique (64-bit pairs)": lambda: np.unique(
            before.astype(np.int64) * 256 + after, return_counts=True
        ),
        "numpy unique (16-bit pairs)": lambda: np.unique(
            before.astype(np.uint16) * np.uint16(256) + after, return_counts=True
        ),
        "numpy bincount": lambda: np.bincount((before.astype(np.int64) * 256 + after).ravel()),
        "ours, 1 thread": lambda: change_matrix(first, last, threads=1),
        "ours, 2 threads": lambda: change_matrix(first, last),
    }
    rows, answers = _measured("change matrix", size * size, rounds, engines)
    pairs, cells = answers["numpy unique (64-bit pairs)"]
    for name in ("ours, 1 thread", "ours, 2 threads"):
        found = answers[name]
        assert (found["from"] * 256 + found["to"]).tolist() == pairs.tolist()
        assert found["cells"].tolist() == cells.tolist()
    return rows


def _overlay(size: int, rounds: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(SEED + 1)
    stack = [rng.random((size, size), dtype=np.float32) for _ in WEIGHTS]
    for values in stack:
        values.ravel()[rng.integers(0, size * size, size * size // 500)] = NODATA
    rasters = [_raster(values, NODATA) for values in stack]

    def in_a_loop() -> NDArray[Any]:
        total, none = np.zeros((size, size), np.float32), np.zeros((size, size), bool)
        for values, weight in zip(stack, WEIGHTS, strict=True):
            total += np.float32(weight) * values
            none |= values == NODATA
        total[none] = np.nan
        return total

    def stacked() -> NDArray[Any]:
        cube = np.stack(stack)
        return np.where((cube == NODATA).any(axis=0), np.nan, np.tensordot(WEIGHTS, cube, axes=1))

    engines: Engines = {
        "numpy, one raster at a time": in_a_loop,
        "numpy, stacked": stacked,
        "ours, 1 thread": lambda: weighted_overlay(rasters, weights=WEIGHTS, threads=1),
        "ours, 2 threads": lambda: weighted_overlay(rasters, weights=WEIGHTS),
    }
    rows, answers = _measured("weighted overlay", size * size, rounds, engines)
    cells = {n: a.values for n, a in answers.items() if isinstance(a, Raster)}  # noqa: PD011 - no frame
    answers |= cells
    expected = answers["numpy, one raster at a time"]
    for found in answers.values():
        np.testing.assert_allclose(found[:2000], expected[:2000], rtol=1e-5)
        assert np.isnan(found).sum() == np.isnan(expected).sum()
    return rows


def _stars(rng: np.random.Generator, size: int) -> gpd.GeoDataFrame:
    """Ten thousand zones of 48 corners, about a cell of the zone grid each, some over their neighbours."""
    side = size * CELL_M / ZONES_A_SIDE
    middle = (np.arange(ZONES_A_SIDE) + 0.5) * side
    x, y = (c.ravel()[:, None] for c in np.meshgrid(500_000 + middle, 2_300_000 - middle))
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = rng.uniform(0.3, 0.7, (ZONES_A_SIDE**2, 48)) * side
    corners = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=-1)
    return gpd.GeoDataFrame(geometry=shapely.polygons(corners), crs=5897)


def _zonal(size: int, rounds: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(SEED + 2)
    land, zones = _raster(_land(rng, size)), _stars(rng, size)
    engines: Engines = {}
    if importlib.util.find_spec("rasterstats"):
        engines["rasterstats"] = lambda: _by_rasterstats(zones, land)
    if importlib.util.find_spec("exactextract"):
        engines["exactextract (shares of cells)"] = lambda: _by_exactextract(zones, land)
    engines |= {
        "ours, 1 thread": lambda: zonal_histogram(zones, land, threads=1),
        "ours, 2 threads": lambda: zonal_histogram(zones, land),
    }
    rows, answers = _measured("zonal histogram", size * size, rounds, engines)
    found = answers["ours, 2 threads"].dropna().astype({"class": int})
    ours = found.pivot_table(index="zone", columns="class", values="cells", fill_value=0.0)
    assert answers["ours, 1 thread"].equals(answers["ours, 2 threads"])
    if "rasterstats" in answers:
        theirs = pd.DataFrame(answers["rasterstats"]).fillna(0).reindex(columns=ours.columns)
        np.testing.assert_array_equal(ours.to_numpy(), theirs.loc[ours.index].to_numpy())
    if "exactextract (shares of cells)" in answers:  # another question: near where cells are many
        total = answers["exactextract (shares of cells)"]["count"].sum()
        assert abs(found["cells"].sum() / total - 1) < ZONES_A_SIDE / size
    return rows


def _by_rasterstats(zones: gpd.GeoDataFrame, land: Raster) -> list[dict[int, int]]:
    from rasterstats import zonal_stats  # noqa: PLC0415 - a peer

    found: list[dict[int, int]] = zonal_stats(
        zones, land.values, affine=land.transform, categorical=True, nodata=0, all_touched=False
    )
    return found


def _by_exactextract(zones: gpd.GeoDataFrame, land: Raster) -> pd.DataFrame:
    from exactextract import exact_extract  # noqa: PLC0415 - a peer
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415 - a peer

    west, south, east, north = *land.grid.xy(np.array([[0.0, land.grid.height]]))[0], *land.grid.xy(
        np.array([[land.grid.width, 0.0]])
    )[0]  # fmt: skip
    assert zones.crs is not None
    source = NumPyRasterSource(land.values, west, south, east, north, srs_wkt=zones.crs.to_wkt())
    found: pd.DataFrame = exact_extract(source, zones, ["unique", "frac", "count"], output="pandas")
    return found


if __name__ == "__main__":
    table = pd.DataFrame(run(*(int(argument) for argument in sys.argv[1:])))
    print(table.round(3).to_string(index=False))
