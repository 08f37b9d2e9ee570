"""What the cells of a raster became between two dates: the same answer as for polygons, by windows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.common_grid import on_common_grid
from layers.errors import QuestionError
from layers.findings import Finding
from layers.grid import missing, raster_windows
from layers.reference import version
from spatial._change_answer import answer_of, require_tolerance
from spatial._change_classes import UNCOVERED, in_order
from spatial._classes import coded, require_classes
from spatial._engine import parts_of
from spatial.grid import change_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.crosswalk import Crosswalk
    from layers.grid import CellSource
    from spatial._change_answer import Change
    from spatial._rings import Floats, Geometries, Ints

__all__ = ["change_rasters"]

_HA: Final = 10_000.0
_MOST_PARTS: Final = 2_000_000


@dataclass(frozen=True)
class RasterCells:
    """Cells of the matrix of two rasters on one grid; ``places`` gives the class of every value."""

    names: list[str]
    area_m2: Floats
    sources: tuple[CellSource, CellSource]
    places: tuple[dict[int, int], dict[int, int]]

    @property
    def changed(self) -> tuple[Geometries, Ints, Ints]:
        """Nothing: polygons of cells are made when a cell of the matrix is asked for."""
        nothing = np.empty(0, dtype=np.int64)
        return np.empty(0, dtype=object), nothing, nothing

    def land(self, start: int, end: int) -> Geometries:
        """Outlines of the cells that were of one class and are of another."""
        boxes = []
        for window in raster_windows(*self.sources, memory_mb=64.0, extra_bytes=4):
            here = self._is(0, start, self.sources[0].read(window))
            here &= self._is(1, end, self.sources[1].read(window))
            runs = _runs(here)
            runs += [window.col, window.row, window.col, window.row]
            boxes.append(runs)
            if sum(map(len, boxes)) > _MOST_PARTS:
                raise QuestionError("cell_too_many_parts", found=sum(map(len, boxes)), expected=_MOST_PARTS)
        runs = np.vstack(boxes)
        if not len(runs):
            return np.empty(0, dtype=object)
        grid = self.sources[0].grid
        whole = shapely.coverage_union_all(shapely.box(*runs.T.astype(float)))
        placed = shapely.transform(whole, grid.xy)
        return parts_of(np.array([shapely.normalize(placed)]))[0]

    def _is(self, side: int, place: int, values: NDArray[Any]) -> NDArray[np.bool_]:
        if place == len(self.names) - 1:
            return missing(values, self.sources[side].nodata)
        of_class = [value for value, at in self.places[side].items() if at == place]
        return np.isin(values, of_class) & ~missing(values, self.sources[side].nodata)

    def renamed(self, names: dict[str, str]) -> RasterCells:
        """Cells of other, wider classes."""
        wider = [names.get(name, name) for name in self.names]
        new = list(dict.fromkeys(wider))
        place = np.array([new.index(name) for name in wider])
        area = np.zeros((len(new), len(new)))
        np.add.at(area, (place[:, None], place[None, :]), self.area_m2)
        moved = [{value: int(place[at]) for value, at in side.items()} for side in self.places]
        return RasterCells(new, area, self.sources, (moved[0], moved[1]))


def _runs(here: NDArray[np.bool_]) -> Ints:
    """Runs of cells along the rows as boxes: column, row, column, row."""
    edges = np.diff(here.astype(np.int8), axis=1, prepend=0, append=0)
    row, first = np.nonzero(edges == 1)
    _, last = np.nonzero(edges == -1)
    return np.column_stack([first, row, last, row + 1]).astype(np.int64)


def change_rasters(
    before: CellSource,
    after: CellSource,
    *,
    names: Mapping[int, str] | None = None,
    crosswalk: Crosswalk | None = None,
    tolerance_m: float = 0.5,
    crs: CRS | None = None,
) -> Change:
    """Find what every class of a raster became between two dates.

    Parameters
    ----------
    before, after : Raster or RasterSource
        Whole numbers. They are brought onto one grid first, that of the first one, over all the land of both;
        those on disk are read by windows.
    names : mapping of int to str, optional
        Names of the values, such as land-use codes; without it a value is its own class.
    crosswalk : Crosswalk, optional
        Which class before is which after.
    tolerance_m : float
        Of redrawing; cells don't show what is narrower than a cell, so this is only told.
    crs : pyproj.CRS, optional
        System to measure in, default that of the first raster.

    Returns
    -------
    Change
        As :func:`spatial.change`, without redrawing; ``parts`` is empty, and
        :meth:`Change.polygons` gives the outlines of the cells.

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric``, ``crs_unrelated`` or ``datum_operation_missing``.
    SchemaError
        ``raster_not_classes``.
    QuestionError
        ``tolerance_out_of_range``.

    Examples
    --------
    >>> from affine import Affine
    >>> from layers import Raster, as_crs
    >>> def land(*rows):
    ...     return Raster(np.array(rows, np.uint8), Affine(100, 0, 0, 0, -100, 200), as_crs(5897), nodata=0)
    >>> early, late = land([1, 1, 1], [2, 2, 0]), land([1, 1, 2], [2, 2, 2])
    >>> answer = change_rasters(early, late, names={1: "LUC", 2: "ONT"})
    >>> answer.matrix.loc["LUC"].tolist(), answer.matrix.loc["(uncovered)"].tolist()
    ([2.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    """
    require_tolerance(tolerance_m)
    require_classes(before, after)
    (ours, theirs), findings = on_common_grid([before, after], crs)
    counts = change_matrix(ours, theirs)
    called = [_called(counts[column], names, crosswalk, n) for n, column in enumerate(("from", "to"))]
    order = [*in_order({*called[0].values(), *called[1].values()}), UNCOVERED]
    place = {name: n for n, name in enumerate(order)}
    at = [
        counts[column].map(lambda v, of=of: place[of[int(v)]] if pd.notna(v) else place[UNCOVERED])
        for column, of in zip(("from", "to"), called, strict=True)
    ]
    area = np.zeros((len(order), len(order)))
    np.add.at(area, (at[0].to_numpy(int), at[1].to_numpy(int)), counts["area_ha"].to_numpy(float) * _HA)
    area[-1, -1] = 0.0  # land that neither covers
    places = [{value: place[name] for value, name in of.items()} for of in called]
    cells = RasterCells(order, area, (ours, theirs), (places[0], places[1]))
    findings += _naive(before, after, counts) if findings else []
    if crosswalk is not None:
        findings += _unmapped(before.name, counts, names or {}, crosswalk)
    if not float(counts.dropna()["area_ha"].sum()) > 0:
        findings.append(Finding("rasters_apart", after.name, None, "warn", {"other": before.name}))
    side = float(np.sqrt(ours.grid.cell_ha(ours.name) * _HA))
    if tolerance_m:
        fields = {"cell_m": side, "tolerance_m": tolerance_m}
        findings.append(Finding("raster_tolerance", before.name, None, "info", fields))
    run = _run(before, after, ours, {"tolerance_m": tolerance_m, "cell_m": side})
    run["crosswalk"] = crosswalk.name if crosswalk is not None else None
    assert ours.grid.crs is not None
    answer = answer_of(cells, (ours.grid.crs, crosswalk, tuple(findings)), run)
    return _stated(answer, (before, after), called)


def _called(
    values: pd.Series, names: Mapping[int, str] | None, walk: Crosswalk | None, side: int
) -> dict[int, str]:
    """Class of every value that occurs."""
    classes = {} if walk is None else (walk.before, walk.after)[side]
    said = {int(v): (names or {}).get(int(v), str(int(v))) for v in values.dropna().unique()}
    return {value: classes.get(name, name) for value, name in said.items()}


def _unmapped(layer: str, counts: pd.DataFrame, names: Mapping[int, str], walk: Crosswalk) -> list[Finding]:
    """Codes that the crosswalk doesn't know, and codes that it sets against several."""
    out: list[Finding] = []
    met: set[str] = set()
    for column, classes in zip(("from", "to"), (walk.before, walk.after), strict=True):
        area = counts.dropna(subset=[column]).groupby(column)["area_ha"].sum()
        values = [int(value) for value in area.index.tolist()]
        codes = dict(zip([names.get(v, str(v)) for v in values], area.tolist(), strict=True))
        met |= {classes.get(code, code) for code in codes}
        unknown = sorted(code for code in codes if code not in classes)
        if unknown:
            area_ha = sum(codes[code] for code in unknown)
            fields = {"found": unknown, "area_ha": area_ha, "table": walk.name}
            out.append(Finding("crosswalk_unmapped", layer, None, "warn", fields))
    for code, others in walk.several.items():
        if walk.before[code] in met:
            fields = {"found": code, "expected": list(others), "name": walk.before[code]}
            out.append(Finding("crosswalk_several", layer, None, "warn", fields))
    return out


def _naive(before: CellSource, after: CellSource, aligned: pd.DataFrame) -> list[Finding]:
    """How much would seem to change if rasters of one shape were laid cell on cell as they are."""
    if before.grid.shape != after.grid.shape:
        return []
    same = moved = 0
    for window in raster_windows(before, after, memory_mb=64.0):
        ours, theirs = before.read(window), after.read(window)
        known = ~missing(ours, before.nodata) & ~missing(theirs, after.nodata)
        same += int((known & (ours == theirs)).sum())
        moved += int((known & (ours != theirs)).sum())
    both = aligned.dropna()
    really = both.loc[both["from"] != both["to"], "cells"].sum()
    fields = {
        "naive_pct": 100 * moved / max(same + moved, 1),
        "share_pct": 100 * float(really) / max(float(both["cells"].sum()), 1.0),
    }
    return [Finding("raster_naive", after.name, None, "warn", fields)]


def _run(before: CellSource, after: CellSource, aligned: CellSource, facts: dict[str, Any]) -> dict[str, Any]:
    grid = aligned.grid
    code = grid.crs.to_epsg() if grid.crs is not None else None
    layers: list[dict[str, Any]] = [
        {
            "role": role,
            "name": source.name,
            "kind": "raster",
            "source": source.name,
            "sha256": "",
            "decision": "",
            "period": None,
            "stage": None,
            "rows": source.grid.height * source.grid.width,
            "extent": "stated",
            "made": False,
            "steps": [],
        }
        for role, source in (("before", before), ("after", after))
    ]
    return {
        "layers": layers,
        "periods": [],
        "rule_version": version(),
        "crs": f"EPSG:{code}" if code else str(grid.crs.name if grid.crs is not None else ""),
        "on": None,
        "made": False,
        "by": "value",
        "by_after": "value",
        "level": "code",
        "years": None,
        "doubled_ha": [0.0, 0.0],
        "aside_ha": [{}, {}],
        "closes_to_m2": 0.0,
        "grid": str(grid),
        **facts,
    }


def _stated(answer: Change, sources: Sequence[CellSource], called: Sequence[dict[int, str]]) -> Change:
    """Areas as the rasters have them on their own grids, beside those on the common one."""
    columns = {}
    for column, source, names in zip(("stated_start_ha", "stated_end_ha"), sources, called, strict=True):
        if source.grid.crs is None or source.grid.crs.is_geographic:
            continue
        cell_ha = source.grid.cell_ha(source.name)
        sums: dict[str, float] = {}
        for value, count in _counts(source).items():
            name = names.get(value, str(value))
            sums[name] = sums.get(name, 0.0) + count * cell_ha
        columns[column] = [sums.get(name, 0.0) for name in answer.totals.index]
    return replace(answer, totals=answer.totals.assign(**columns))


def _counts(source: CellSource) -> dict[int, int]:
    """Cells of every value that a raster has, window by window."""
    out: dict[int, int] = {}
    for window in raster_windows(source, memory_mb=64.0, extra_bytes=8):
        values = source.read(window)
        codes, classes = coded(np.ascontiguousarray(values))
        for code in np.flatnonzero(found := np.bincount(codes.ravel())):
            value = int(classes[code])
            if source.nodata is None or value != source.nodata:
                out[value] = out.get(value, 0) + int(found[code])
    return out
