"""Land use of two dates, most of it the same: the transition matrix, ours beside the overlay of geopandas."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import _inputs
from benchmarks._measure import Engine, Found, Job
from layers.layer import Layer
from spatial.change import UNCOVERED, change

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["JOBS"]

CHANGED = 0.05


class Dates(NamedTuple):
    """The same land twice; one polygon in twenty is of another class or has a redrawn border."""

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame


def _dates(n: int, kind: str) -> Dates:
    """Of ``mixed`` a fifth of the land was digitised again; of ``equal`` nothing but codes differs."""
    before = _inputs.land(n)
    if kind != "equal":
        return Dates(before, _inputs.land_later(n, kind))
    rng = np.random.default_rng(20)
    code = before["code"].to_numpy(dtype=object).copy()
    some = rng.random(len(code)) < CHANGED
    code[some] = rng.choice(np.unique(code.astype(str)), int(some.sum()))
    return Dates(before, before.assign(code=code))


def _overlay(given: Dates) -> Found:
    """Both layers laid over one another, what only one covers kept, summed by both codes."""
    cut = gpd.overlay(given.before, given.after, how="union", keep_geom_type=True)
    keys = [cut["code_1"].fillna(UNCOVERED), cut["code_2"].fillna(UNCOVERED)]
    return Found(_sums(cut.area.groupby(keys).sum()))


def _intersection(given: Dates) -> Found:
    """The same without what only one covers; enough where both cover the same land."""
    cut = gpd.overlay(given.before, given.after, how="intersection", keep_geom_type=True)
    return Found(_sums(cut.area.groupby([cut["code_1"], cut["code_2"]]).sum()))


def _ours(given: Dates) -> Found:
    """All that the answer holds: overlaps looked for, changed land as polygons, redrawing told apart."""
    found = change(Layer(given.before, "before", "land_use"), Layer(given.after, "after", "land_use"))
    table = found.matrix.melt(ignore_index=False, value_name="area").set_index("end", append=True)["area"]
    return Found(_sums(table[table > 0] * 10_000), shapely.get_parts(found.parts.geometry.to_numpy()))


def _sums(area: pd.Series) -> pd.Series:
    """Square metres by start and end; land of less than a square decimetre is rounding along the outline."""
    named = area.rename_axis(["start", "end"])
    return named[named > 1e-2]


def _engines() -> list[Engine]:
    return [
        Engine("geopandas overlay, intersection, groupby", _intersection),
        Engine("ours, change with checks, parts and redrawing", _ours, ours=True),
    ]


def _union_engines() -> list[Engine]:
    return [Engine("geopandas overlay, union, groupby", _overlay), *_engines()]


JOBS = {
    "change-union": Job("change of land, mixed", partial(_dates, kind="mixed"), _union_engines),
    **{
        f"change-{kind}": Job(f"change of land, {kind}", partial(_dates, kind=kind), _engines)
        for kind in ("equal", "mixed")
    },
}
