"""Cells of a series: which are subject, which housing, and what went from one to the other.

A cell belongs to a place where its centre lies in it, the rule of :func:`spatial.zonal.zonal_histogram`;
of places that share an edge exactly one has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import QuestionError
from layers.findings import Finding
from layers.grid import raster_windows, require_same_grid
from spatial._absorption_land import FLOWS
from spatial._classes import require_classes
from spatial.zonal import zonal_histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from layers.findings import Level
    from layers.grid import RasterGrid, Window
    from spatial._absorption_question import AbsorptionQuestion, DatedRaster

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CellLand"]

_STATES: Final = "NSHO"
_MEMORY_MB: Final = 256.0
_SQUARE_METRES: Final = 10_000.0
_PART: Final = ["place", "flow", "before", "after", "noise"]


@dataclass(frozen=True)
class _Made:
    """Cells that are made window by window from those of other sources."""

    grid: RasterGrid
    make: Callable[[Window], NDArray[Any]]
    dtype: np.dtype[Any]
    name: str = "series"
    nodata: float | None = None

    def read(self, window: Window) -> NDArray[Any]:
        return self.make(window)


class CellLand:
    """A series of rasters on one grid, asked for stocks and changes of places.

    Parameters
    ----------
    series : sequence of DatedRaster
        Observed, oldest first.
    question : AbsorptionQuestion
    findings : list of Finding
        Where findings go.
    """

    def __init__(
        self, series: Sequence[DatedRaster], question: AbsorptionQuestion, findings: list[Finding]
    ) -> None:
        self._cells = [state.cells for state in series]
        require_classes(*self._cells)
        self._grid = require_same_grid(*self._cells)
        self.crs = self._grid.crs
        self._cell_m2 = self._grid.cell_ha(series[0].name) * _SQUARE_METRES
        self._subject, self._housing = _values(question.subject), _values(question.housing)
        self._whole: dict[int, Floats] = {}
        if question.tolerance_m > 0:
            findings.append(Finding("raster_without_noise", series[0].name, None, "info"))
        self._find_unseen(series[0].name, findings)

    def reach(self, _shapes: NDArray[np.object_] | None) -> None:
        """Nothing to make: cells are read when they are counted."""

    @property
    def outline(self) -> shapely.Geometry:
        """The grid as a polygon."""
        height, width = self._grid.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=float)
        return shapely.normalize(shapely.Polygon(self._grid.xy(corners)))

    def area_m2(self, places: gpd.GeoDataFrame) -> Floats:
        """Cells of each place, on the grid and off it."""
        return self._counted(0, places, "NSHO")

    def stock_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Subject cells of each place at a date."""
        return self._counted(at, places, "S")

    def covered_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Cells of each place that have a class at a date."""
        return self._counted(at, places, "SHO")

    def housing(self, at: int, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Housing in each place at a date: columns ``place, before, area_m2``, geometry."""

        def homes(window: Window) -> NDArray[Any]:
            return np.where(self._state(at, window) == _STATES.index("H"), self._ids(window), 0)

        place, cell = self._members(places, homes)
        facts = pd.DataFrame({"place": place, "before": self._class_of(at, cell)})
        return self._drawn(facts, cell)

    def parts(self, interval: int, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Changed land of each place: ``place, flow, before, after, noise, area_m2``, geometry."""
        pairs = {tuple(map(_STATES.index, pair)): flow for flow, pair in FLOWS.items()}
        table = np.zeros((len(_STATES), len(_STATES)), dtype=bool)
        table[tuple(zip(*pairs, strict=True))] = True

        def changed(window: Window) -> NDArray[Any]:
            went = table[self._state(interval, window), self._state(interval + 1, window)]
            return np.where(went, self._ids(window), 0)

        place, cell = self._members(places, changed)
        before, after = (self._class_of(at, cell) for at in (interval, interval + 1))
        start, end = self._state_of_class(before), self._state_of_class(after)
        flow = [pairs[pair] for pair in zip(start.tolist(), end.tolist(), strict=True)]
        facts = pd.DataFrame({"place": place, "flow": flow, "before": before, "after": after, "noise": False})
        return self._drawn(facts.astype({"flow": object}), cell)

    def _counted(self, at: int, places: gpd.GeoDataFrame, states: str) -> Floats:
        def read(window: Window) -> NDArray[Any]:
            return self._state(at, window)

        found = zonal_histogram(places[["geometry"]], _Made(self._grid, read, np.dtype(np.uint8)))
        # cells off the raster have no class at all: they speak of nothing either
        state = found["class"].fillna(0).astype(int).map(dict(enumerate(_STATES)))
        sums = found[state.isin(list(states))].groupby("zone")["cells"].sum()
        return sums.reindex(places.index).fillna(0).to_numpy(dtype=float) * self._cell_m2

    def _members(
        self, places: gpd.GeoDataFrame, read: Callable[[Window], NDArray[Any]]
    ) -> tuple[NDArray[Any], Ints]:
        """Places and the numbers of the cells that lie in them; numbers count from 1, 0 is no cell."""
        found = zonal_histogram(places[["geometry"]], _Made(self._grid, read, np.dtype(np.int64)))
        found = found[found["class"].fillna(0) > 0]
        return found["zone"].to_numpy(), found["class"].to_numpy(dtype=np.int64) - 1

    def _ids(self, window: Window) -> Ints:
        rows = np.arange(window.row, window.row + window.height, dtype=np.int64)[:, None]
        return rows * self._grid.width + np.arange(window.col, window.col + window.width) + 1

    def _state(self, at: int, window: Window) -> NDArray[np.uint8]:
        values, nodata = self._cells[at].read(window), self._cells[at].nodata
        state = self._of_values(values)
        if nodata is not None:
            state[values == nodata] = 0
        return state

    def _of_values(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        other = "O" if len(self._subject) else "S"
        state = np.full(values.shape, _STATES.index(other), dtype=np.uint8)
        state[np.isin(values, self._subject)] = _STATES.index("S")
        state[np.isin(values, self._housing)] = _STATES.index("H")
        return state

    def _class_of(self, at: int, cell: Ints) -> NDArray[np.object_]:
        """Class of each cell as text, empty where it has none."""
        out = np.full(len(cell), "", dtype=object)
        source, width = self._cells[at], self._grid.width
        row, col = np.divmod(cell, width)
        for window in raster_windows(source, memory_mb=_MEMORY_MB):
            y, x = row - window.row, col - window.col
            here = np.flatnonzero((y >= 0) & (y < window.height) & (x >= 0) & (x < window.width))
            if len(here):
                values = source.read(window)[y[here], x[here]]
                known = values != source.nodata if source.nodata is not None else np.ones(len(here), bool)
                out[here[known]] = values[known].astype(np.int64).astype(str)
        return out

    def _state_of_class(self, classes: NDArray[np.object_]) -> NDArray[np.uint8]:
        known = classes != ""
        out = np.zeros(len(classes), dtype=np.uint8)
        out[known] = self._of_values(classes[known].astype(np.int64))
        return out

    def _drawn(self, facts: pd.DataFrame, cell: Ints) -> gpd.GeoDataFrame:
        """Cells of equal facts as one shape."""
        names = [name for name in _PART if name in facts]
        group = facts.groupby(names, sort=False).ngroup().to_numpy()
        rows = facts[names].drop_duplicates(ignore_index=True)
        rows["area_m2"] = np.bincount(group, minlength=len(rows)) * self._cell_m2
        shapes = [self._shape(np.sort(cell[group == n])) for n in range(len(rows))]
        return gpd.GeoDataFrame(rows, geometry=np.array(shapes, dtype=object), crs=self.crs)

    def _shape(self, cell: Ints) -> shapely.Geometry:
        """Union of cells, made of runs along the rows."""
        row, col = np.divmod(cell, self._grid.width)
        first = np.flatnonzero(np.r_[True, (np.diff(cell) != 1) | (np.diff(row) != 0)])
        last = np.r_[first[1:], len(cell)] - 1
        left, right, top = col[first], col[last] + 1, row[first]
        ring = [(left, top), (right, top), (right, top + 1), (left, top + 1)]
        corners = np.stack([np.column_stack(xy) for xy in ring], axis=1).astype(float)
        places = self._grid.xy(corners.reshape(-1, 2)).reshape(corners.shape)
        return shapely.union_all(shapely.polygons(places))

    def _find_unseen(self, name: str, findings: list[Finding]) -> None:
        seen: set[int] = set()
        for source in self._cells:
            for window in raster_windows(source, memory_mb=_MEMORY_MB):
                seen |= set(np.unique(source.read(window)).tolist())
            if source.nodata is not None:
                seen.discard(int(source.nodata))
        for asked in (self._subject, self._housing):
            missing = [str(v) for v in asked if int(v) not in seen]
            if missing:
                fields = {"found": missing, "expected": [str(v) for v in sorted(seen)[:20]], "column": ""}
                level: Level = "warn" if len(missing) == len(asked) else "info"
                findings.append(Finding("classes_unseen", name, None, level, fields))


def _values(classes: Sequence[str]) -> Ints:
    """Classes of a raster as numbers."""
    wrong = [code for code in classes if not code.strip().lstrip("-").isdigit()]
    if wrong:
        raise QuestionError("class_not_number", found=wrong, expected="1, 2, ...")
    return np.array([int(code) for code in classes], dtype=np.int64)
