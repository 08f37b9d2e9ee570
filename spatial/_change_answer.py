"""The answer of a comparison of land: matrix, redrawing, totals, polygons, put together from cells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import QuestionError
from spatial._change_classes import group_of
from spatial._engine import parts_of, thickness
from spatial._noise import parted

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.crosswalk import Crosswalk
    from layers.findings import Finding
    from spatial._rings import Floats, Geometries, Ints

    Facts = tuple[CRS, Crosswalk | None, tuple[Finding, ...]]

__all__ = ["TOLERANCE_MOST_M", "CellBook", "Change", "answer_of", "require_tolerance"]

#: a wider tolerance would call whole fields redrawing
TOLERANCE_MOST_M: Final = 100.0
_HA: Final = 10_000.0


class CellBook(Protocol):
    """Cells of a matrix with the land behind them."""

    @property
    def names(self) -> list[str]:
        """Classes; the last is that of land that a layer doesn't cover."""

    @property
    def area_m2(self) -> Floats:
        """Area of every cell; rows are starts, columns ends."""

    @property
    def changed(self) -> tuple[Geometries, Ints, Ints]:
        """Connected parts of changed land, with their places in the matrix."""

    def land(self, start: int, end: int) -> Geometries:
        """Land of one cell, as connected parts."""

    def renamed(self, names: dict[str, str]) -> CellBook:
        """Cells of other, wider classes."""


@dataclass(frozen=True)
class Change:
    """What land became, with everything the answer was made from.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Hectares; index the classes at the start, columns those at the end, both with
        :data:`UNCOVERED` last. A row adds up to the area of its class at the start, a column to that at the
        end.
    noise : pandas.DataFrame
        Of every cell the hectares that are redrawing, in the same shape; ``matrix - noise`` is real.
    totals : pandas.DataFrame
        One row per class, index ``class``: ``stated_start_ha`` (polygons as drawn), ``start_ha``,
        ``kept_ha``, ``decrease_ha``, ``increase_ha``, ``net_ha``, ``end_ha``, ``stated_end_ha``,
        ``noise_out_ha``, ``noise_in_ha``; ``start - decrease = kept`` and ``kept + increase = end``.
    parts : geopandas.GeoDataFrame
        Polygons of changed land, connected parts of each cell: ``start, end, area_ha, thickness_m,
        noise``; a part of which only a stretch is redrawing stands there twice.
    crs : pyproj.CRS
    crosswalk : Crosswalk or None
        That codes were brought to common classes by.
    run : dict
        ``layers, periods, rule_version, crs, made, by, by_after, crosswalk, tolerance_m, level,
        years, closes_to_m2``.
    findings : tuple of Finding
    cells : CellBook
        Where further polygons come from.
    """

    matrix: pd.DataFrame
    noise: pd.DataFrame
    totals: pd.DataFrame
    parts: gpd.GeoDataFrame
    crs: CRS
    crosswalk: Crosswalk | None
    run: dict[str, Any]
    findings: tuple[Finding, ...]
    cells: CellBook = field(repr=False)

    @property
    def real(self) -> pd.DataFrame:
        """Hectares of every cell without redrawing."""
        return self.matrix - self.noise

    @property
    def share_pct(self) -> pd.DataFrame:
        """What share of the land of every row became what, per cent."""
        whole = self.matrix.sum(axis=1)
        return self.matrix.div(whole.where(whole > 0), axis=0) * 100

    def polygons(self, start: str, end: str) -> gpd.GeoDataFrame:
        """Return the land behind a cell.

        Parameters
        ----------
        start, end : str
            Row and column of :attr:`matrix`; the same for land that stayed.

        Returns
        -------
        geopandas.GeoDataFrame
            As :attr:`parts`.

        Raises
        ------
        QuestionError
            ``class_unknown``.
        """
        for name, known in ((start, self.matrix.index), (end, self.matrix.columns)):
            if name not in known:
                raise QuestionError("class_unknown", found=name, expected=list(known))
        if start != end and len(self.parts):
            chosen = (self.parts["start"] == start) & (self.parts["end"] == end)
            return self.parts[chosen].reset_index(drop=True)
        names = self.cells.names
        land = self.cells.land(names.index(start), names.index(end))
        was, became = (np.full(len(land), name, dtype=object) for name in (start, end))
        return _parts(land, was, became, self.crs).drop(columns="of")

    def by_group(self) -> Change:
        """Return the answer by groups of land: NNP, PNN, CSD.

        Returns
        -------
        Change
            Change within a group is none, so slivers within it aren't redrawing either. Classes of no list
            stay as they are.
        """
        groups = {name: group_of(name) for name in self.cells.names}
        made = answer_of(self.cells.renamed(groups), self._facts(), {**self.run, "level": "group"})
        wider = [groups[name] for name in self.totals.index]
        stated = self.totals[["stated_start_ha", "stated_end_ha"]].groupby(wider).sum()
        return replace(made, totals=made.totals.assign(**stated))

    def at_tolerance(self, tolerance_m: float) -> Change:
        """Return the answer with redrawing told by another tolerance.

        Parameters
        ----------
        tolerance_m : float
            0 to 100.

        Returns
        -------
        Change

        Raises
        ------
        QuestionError
            ``tolerance_out_of_range``.
        """
        require_tolerance(tolerance_m)
        made = answer_of(self.cells, self._facts(), {**self.run, "tolerance_m": tolerance_m})
        return replace(made, totals=made.totals.assign(**self.totals[["stated_start_ha", "stated_end_ha"]]))

    def _facts(self) -> Facts:
        return self.crs, self.crosswalk, self.findings


def require_tolerance(tolerance_m: float) -> None:
    if not 0 <= tolerance_m <= TOLERANCE_MOST_M:  # NaN is in no range
        expected = [0, int(TOLERANCE_MOST_M)]
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=expected)


def answer_of(cells: CellBook, facts: Facts, run: dict[str, Any]) -> Change:
    """Split the changed land by the tolerance and put the tables together."""
    crs, walk, findings = facts
    names, area = cells.names, cells.area_m2
    shapes, row, column = cells.changed
    split = parted(shapes, float(run["tolerance_m"] or 0.0))
    n = len(names)
    place = row * n + column
    thin, whole = (
        np.bincount(place, weights=weights, minlength=n * n).astype(float)
        for weights in (split.redrawn_m2, split.redrawn_m2 + split.real_m2)
    )
    # parts lie on a grid of tenths of millimetres; the area of the cell is the exact one
    share = np.divide(thin, whole, out=np.zeros_like(thin), where=whole > 0)
    labels = np.array(names, dtype=object)
    start, end = (np.concatenate([labels[at], labels[at]]) for at in (row, column))
    parts = _parts(np.concatenate([split.real, split.redrawn]), start, end, crs)
    parts["noise"] = parts.pop("of").to_numpy() >= len(shapes)
    matrix = _frame(names, area / _HA)
    noise = pd.DataFrame(area * share.reshape(n, n) / _HA, names, names)
    noise = noise.loc[matrix.index, matrix.columns].set_axis(matrix.index).set_axis(matrix.columns, axis=1)
    totals = _totals(names, area / _HA, area * share.reshape(n, n) / _HA)
    return Change(matrix, noise, totals, parts, crs, walk, run, findings, cells)


def _frame(names: list[str], cells: Floats) -> pd.DataFrame:
    """Cells as a table: rows of classes that there were, columns of classes that there are."""
    last = len(names) - 1
    rows = [n for n in range(last) if cells[n].any()] + [last]
    columns = [n for n in range(last) if cells[:, n].any()] + [last]
    table = pd.DataFrame(cells, pd.Index(names, name="start"), pd.Index(names, name="end"))
    kept: pd.DataFrame = table.iloc[rows, columns]
    return kept


def _totals(names: list[str], area_ha: Floats, noise_ha: Floats) -> pd.DataFrame:
    start, end, kept = area_ha.sum(axis=1), area_ha.sum(axis=0), np.diagonal(area_ha).copy()
    decrease, increase = (np.array(sums) for sums in (start - kept, end - kept))
    facts = {
        "stated_start_ha": start,
        "start_ha": start,
        "kept_ha": kept,
        "decrease_ha": decrease,
        "increase_ha": increase,
        "net_ha": end - start,
        "end_ha": end,
        "stated_end_ha": end,
        "noise_out_ha": noise_ha.sum(axis=1),
        "noise_in_ha": noise_ha.sum(axis=0),
    }
    table = pd.DataFrame(facts, pd.Index(names, name="class"))
    kept_rows: pd.DataFrame = table[(start > 0) | (end > 0) | (np.arange(len(names)) == len(names) - 1)]
    return kept_rows


def _parts(
    shapes: Geometries, start: NDArray[np.object_], end: NDArray[np.object_], crs: CRS
) -> gpd.GeoDataFrame:
    """Single parts of shapes with what they were and became; ``of`` is the shape each is of."""
    single, owner = parts_of(shapes)
    frame = gpd.GeoDataFrame(geometry=single, crs=crs)
    facts = {
        "start": start[owner],
        "end": end[owner],
        "area_ha": frame.area.to_numpy() / _HA,
        "thickness_m": thickness(single),
        "noise": np.zeros(len(single), dtype=bool),
        "of": owner,
    }
    return gpd.GeoDataFrame(pd.DataFrame(facts), geometry=single, crs=crs)
