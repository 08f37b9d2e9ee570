"""The search for sites in a province, beside the same work written plainly with rasterio, scipy and numpy.

``python -m benchmarks --jobs sites`` or ``python -m benchmarks.sites [POLYGONS [CELLS]]``. Each side runs in
a process of its own. The plain one burns every constraint and criterion over the whole grid, takes scipy's
distance transform of each, adds up by weight and labels what is good; it answers in cells alone. Ours does
all of that, cuts the constraints exactly, forms the sites and judges them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks._measure import in_child, once
from benchmarks._province import CELL_M, Province, province

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.grid import RasterGrid

    Cells = NDArray[np.bool_]
    Floats = NDArray[np.float32]

__all__ = ["run"]

JOB = "sites of a province"
SAME_SCORE = 1e-6
# by which counts of cells may differ: centres that lie on an edge to the last bit
SAME_CELLS = 2
_WARM = (400, 250_000)


def run(polygons: int = 100_000, cells: float = 33_640_000) -> list[dict[str, Any]]:
    """Measure both and compare.

    Parameters
    ----------
    polygons : int
        Of the ten constraints.
    cells : float
        Of 10 m.

    Returns
    -------
    list of dict
        ``job, engine, n, wall_s, cpu_s, ratio_wall, ratio_cpu, peak_mb, invalid, agrees`` and ``notes``;
        ``invalid`` counts cells of ours with a score more than 1e-6 off, or that the plain side excludes.
    """
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for name, ask in (
            ("rasterio, scipy, numpy", _ask_plain),
            ("ours, sites formed and judged", _ask_ours),
        ):
            took, told = in_child(_measured, ask, (polygons, cells), Path(folder) / f"{len(rows)}.npy")
            rows.append({"job": JOB, "engine": name, "n": polygons, **took, "told": told})
        _compare(rows, Path(folder))
    for row in rows:
        for clock in ("wall", "cpu"):
            row[f"ratio_{clock}"] = rows[0][f"{clock}_s"] / row[f"{clock}_s"]
    return rows


def _measured(
    ask: Callable[[Province], tuple[Any, Callable[[], tuple[pd.DataFrame, Floats]]]],
    size: tuple[int, float],
    target: Path,
) -> tuple[dict[str, float], pd.DataFrame]:
    ask(province(*_WARM))
    given = province(*size)
    took, answer = once(lambda: ask(given))
    told, score = answer()
    np.save(target, score)
    return took, told


def _ask_ours(given: Province) -> Callable[[], tuple[pd.DataFrame, Floats]]:
    from spatial import candidates  # noqa: PLC0415 - loaded in the process that is measured

    answer = candidates(
        given.area, given.constraints, given.criteria, question=given.question, others=[given.road]
    )

    def told() -> tuple[pd.DataFrame, Floats]:
        """Count the exact land in cells, as the plain side does; not on the clock."""
        from rasterio.features import rasterize  # noqa: PLC0415

        land, rows = answer.exclusions.land, answer.exclusions.rows
        taken = np.zeros(given.grid.shape, dtype=bool)
        out = {}
        for row in rows.index[rows["applied"]]:
            shapes = land.geometry[land["row"] == row].tolist()
            mine = rasterize(shapes, out_shape=given.grid.shape, transform=given.grid.transform).astype(bool)
            added = int((mine & ~taken).sum())
            taken |= mine
            exact = [float(rows.loc[row, name]) for name in ("alone_ha", "added_ha")]
            out[rows.loc[row, "constraint"]] = [int(mine.sum()), added, *exact]
        names = ["alone_cells", "added_cells", "alone_ha", "added_ha"]
        frame = pd.DataFrame.from_dict(out, orient="index", columns=names)
        frame.attrs["found"] = len(answer.sites)
        return frame, answer.suitability.score.read(given.grid.whole)

    return told


def _ask_plain(given: Province) -> Callable[[], tuple[pd.DataFrame, Floats]]:
    from rasterio.features import rasterize  # noqa: PLC0415
    from scipy.ndimage import distance_transform_edt, label  # noqa: PLC0415

    grid: RasterGrid = given.grid

    def burn(layer: Any, *, touched: bool) -> Cells:
        out = rasterize(
            layer.frame.geometry, out_shape=grid.shape, transform=grid.transform, all_touched=touched
        )
        return np.asarray(out.astype(bool))

    taken = np.zeros(grid.shape, dtype=bool)
    counts = {}
    for layer in _in_order(given):
        mine = burn(layer, touched=False)
        counts[layer.kind_name] = [int(mine.sum()), int((mine & ~taken).sum())]
        taken |= mine
    weights = np.array([criterion.weight for criterion in given.criteria])
    score = np.zeros(grid.shape, dtype=np.float32)
    for criterion, weight in zip(given.criteria, weights / weights.sum(), strict=True):
        if criterion.measure == "value":
            measured = criterion.source.read(grid.whole)  # type: ignore[union-attr]
        elif criterion.measure == "inside":
            measured = burn(criterion.source, touched=False).astype(np.float32)
        else:
            measured = distance_transform_edt(~burn(criterion.source, touched=True)) * CELL_M
        score += (weight * criterion.function(measured)).astype(np.float32)
    score[taken] = np.nan
    _, patches = label(score >= np.nanmedian(score))
    frame = pd.DataFrame.from_dict(counts, orient="index", columns=["alone_cells", "added_cells"])
    frame.attrs["found"] = patches
    return lambda: (frame, score)


def _in_order(given: Province) -> list[Any]:
    """Constraints in the order in which the rules let them take land."""
    first = ["residential", "green_belt", "protected", "canal", "relic", "river", "health_facility", "school"]
    order = [*first, "cemetery", "industrial_cluster"]
    return sorted(given.constraints, key=lambda layer: order.index(layer.kind_name))


def _compare(rows: list[dict[str, Any]], folder: Path) -> None:
    """Hectares by cells equal constraint by constraint; scores equal wherever ours has one."""
    theirs, ours = (np.load(folder / f"{n}.npy", mmap_mode="r") for n in (0, 1))
    plain, exact = rows[0].pop("told"), rows[1].pop("told")
    scored = np.isfinite(ours)
    off = np.abs(ours[scored] - theirs[scored])
    wrong = int((~(off <= SAME_SCORE)).sum())
    names = ["alone_cells", "added_cells"]
    cells = (exact[names].to_numpy() - plain.reindex(exact.index)[names].to_numpy()).astype(float)
    ha = plain["added_cells"].reindex(exact.index) * CELL_M**2 / 1e4
    rows[0] |= {"invalid": None, "agrees": True, "notes": ""}
    rows[1] |= {"invalid": wrong, "agrees": wrong == 0 and bool(np.abs(cells).max() <= SAME_CELLS)}
    free = int(np.isfinite(theirs).sum())
    rows[1]["notes"] = (
        f"{scored.sum():,} cells free and scored by ours, {free:,} by the plain side (centres "
        f"alone); largest difference of a score {float(np.nanmax(off)):.1e}; hectares by cells differ by "
        f"{int(np.abs(cells).max())} cells at most in any constraint; exact hectares from cells: "
        f"{float((exact['added_ha'] - ha).abs().max()):.2f} ha at most of {float(ha.sum()):,.0f}; "
        f"{exact.attrs['found']} sites."
    )


if __name__ == "__main__":
    size = [float(v) for v in sys.argv[1:]]
    for found in run(*(int(v) for v in size[:1]), *size[1:]):
        print(found)
