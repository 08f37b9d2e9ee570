"""What land became between two dates: a transition matrix that closes, redrawing told apart.

Rows are classes at the start, columns classes at the end. Land that one layer covers and the other
doesn't stands in a row and a column of its own, so rows add up to the area at the start and columns to the
area at the end. Of every cell a second matrix says how many of its hectares are redrawing:
parts of changed land that are nowhere as wide as the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.crs import require_metric
from layers.errors import CrsError, QuestionError
from spatial._change_answer import Change, answer_of, require_tolerance
from spatial._change_cells import cells_of
from spatial._change_classes import NO_CODE, UNCOVERED, group_of, in_order, sides
from spatial._run import run_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.crosswalk import Crosswalk
    from layers.findings import Finding
    from layers.layer import Layer
    from spatial._change_answer import CellBook
    from spatial._change_classes import Side
    from spatial._rings import Floats

__all__ = [
    "NO_CODE",
    "UNCOVERED",
    "Change",
    "ChangeSeries",
    "change",
    "change_series",
    "group_of",
    "in_order",
]

_HA: Final = 10_000.0


@dataclass(frozen=True)
class ChangeSeries:
    """Change over several dates.

    Parameters
    ----------
    intervals : tuple of Change
        From every date to the next.
    overall : Change
        From the first to the last.
    stock : pandas.DataFrame
        Hectares of every class at every date: index ``class``, columns names of the layers.
    """

    intervals: tuple[Change, ...]
    overall: Change
    stock: pd.DataFrame

    @property
    def run(self) -> dict[str, Any]:
        """What the answer from the first date to the last was made from."""
        return self.overall.run

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What should be known about all layers, each once."""
        said = {(f.code, f.layer, f.row): f for one in (self.overall, *self.intervals) for f in one.findings}
        return tuple(said.values())

    @classmethod
    def of(cls, intervals: Sequence[Change], overall: Change) -> ChangeSeries:
        """Put intervals together.

        Parameters
        ----------
        intervals : sequence of Change
            One after the other in time.
        overall : Change
            From the first date to the last.

        Returns
        -------
        ChangeSeries
        """
        first = intervals[0]
        columns = [first.totals["start_ha"], *(one.totals["end_ha"] for one in intervals)]
        names = [first.run["layers"][0]["name"], *(one.run["layers"][1]["name"] for one in intervals)]
        stock = pd.concat(columns, axis=1).drop(index=UNCOVERED).fillna(0.0).set_axis(names, axis=1)
        order = in_order(map(str, stock.index))
        return cls(tuple(intervals), overall, stock.reindex(order).rename_axis("class"))

    def by_group(self) -> ChangeSeries:
        """Return the answer by groups of land, as :meth:`Change.by_group`.

        Returns
        -------
        ChangeSeries
        """
        return ChangeSeries.of([one.by_group() for one in self.intervals], self.overall.by_group())

    def at_tolerance(self, tolerance_m: float) -> ChangeSeries:
        """Return the answer with redrawing told by another tolerance, as :meth:`Change.at_tolerance`.

        Parameters
        ----------
        tolerance_m : float

        Returns
        -------
        ChangeSeries
        """
        intervals = [one.at_tolerance(tolerance_m) for one in self.intervals]
        return ChangeSeries.of(intervals, self.overall.at_tolerance(tolerance_m))


def change(
    before: Layer,
    after: Layer,
    *,
    by: str = "code",
    by_after: str | None = None,
    crosswalk: Crosswalk | None = None,
    tolerance_m: float = 0.5,
) -> Change:
    """Find what every class of land became between two dates.

    Parameters
    ----------
    before, after : Layer
        Polygons in one projected CRS in metres. A hectare that several polygons of a layer cover counts once,
        under the class that has less land in the layer, and is told in a finding. Classes that lie over the
        others by law (KKT, CNC, KDT) are set aside with their hectares.
    by, by_after : str
        Column of the classes before and after; rows without a class are a class of their own.
    crosswalk : Crosswalk, optional
        Which code before is which after. Without it the codes of land use of 2018 and 2024 are joined by
        :func:`layers.crosswalk.default_crosswalk` where the two layers have codes of different lists.
    tolerance_m : float
        Changed land that is nowhere so wide is redrawing; 0 to 100.

    Returns
    -------
    Change

    Raises
    ------
    QuestionError
        ``tolerance_out_of_range``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.
    SchemaError
        ``column_missing``.
    GeometryError
        ``geometry_invalid`` or ``overlay_unproven``.

    Notes
    -----
    The table of land-use change (chu chuyển đất đai) of circular 01/2021/TT-BTNMT, forms 11/CT, 12/CH and
    13/CH; lists of codes of circulars 27/2018/TT-BTNMT and 08/2024/TT-BTNMT.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import Layer
    >>> def land(**codes):
    ...     frame = gpd.GeoDataFrame({"code": list(codes)}, geometry=list(codes.values()), crs=5897)
    ...     return Layer(frame, "land", "land_use")
    >>> early = land(LUC=box(0, 0, 300, 100), ONT=box(300, 0, 400, 100))
    >>> late = land(LUC=box(0, 0, 200, 100), ONT=box(200, 0, 400.2, 100))
    >>> answer = change(early, late)
    >>> answer.matrix.round(3).to_dict("index")["LUC"]
    {'LUC': 2.0, 'ONT': 1.0, '(uncovered)': 0.0}
    >>> answer.matrix.loc["(uncovered)", "ONT"].round(3), answer.noise.loc["(uncovered)", "ONT"].round(3)
    (np.float64(0.002), np.float64(0.002))
    """
    found = change_series(
        [before, after], by=(by, by_after or by), crosswalk=crosswalk, tolerance_m=tolerance_m
    )
    return found.overall


def change_series(
    layers: Sequence[Layer],
    *,
    by: str | Sequence[str] = "code",
    crosswalk: Crosswalk | None = None,
    tolerance_m: float = 0.5,
) -> ChangeSeries:
    """Find what land became from date to date, all in the same classes.

    Parameters
    ----------
    layers : sequence of Layer
        Two or more, in the order of their dates.
    by : str or sequence of str
        Column of the classes, or one for every layer.
    crosswalk, tolerance_m
        As for :func:`change`; of more than two layers the first ones have the codes before, from the
        first layer on whose period falls under the list of 2024 those after.

    Returns
    -------
    ChangeSeries

    Raises
    ------
    QuestionError
        ``change_needs_two`` or ``tolerance_out_of_range``.
    CrsError, SchemaError, GeometryError
        As :func:`change`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import Layer
    >>> def homes(side, year):
    ...     frame = gpd.GeoDataFrame({"code": ["ONT"]}, geometry=[box(0, 0, side, 100)], crs=5897)
    ...     return Layer(frame, year, "land_use")
    >>> series = change_series([homes(100, "2015"), homes(300, "2020"), homes(400, "2025")])
    >>> series.stock.loc["ONT"].tolist(), len(series.intervals)
    ([1.0, 3.0, 4.0], 2)
    """
    require_tolerance(tolerance_m)
    if len(layers) < 2:  # noqa: PLR2004 - from one date to another
        raise QuestionError("change_needs_two", found=len(layers), expected=2)
    crs = require_metric(layers[0].frame, layers[0].name)
    for layer in layers[1:]:
        if layer.frame.crs != crs:
            raise CrsError("crs_differs", layer=layer.name, expected=crs.name, found=str(layer.frame.crs))
    columns = [by] * len(layers) if isinstance(by, str) else list(by)
    made, walk = sides(layers, columns, crosswalk)
    pairs = [(made[n], made[n + 1]) for n in range(len(made) - 1)]
    intervals = tuple(_between(*pair, walk, tolerance_m) for pair in pairs)
    overall = intervals[0] if len(intervals) == 1 else _between(made[0], made[-1], walk, tolerance_m)
    return ChangeSeries.of(intervals, overall)


def change_cells(
    layers: Sequence[Layer],
    pair: tuple[int, int],
    *,
    by: str | Sequence[str] = "code",
    crosswalk: Crosswalk | None = None,
    group: bool = False,
) -> CellBook:
    """Lay two of the layers of a series over one another, without the tables.

    Parameters
    ----------
    layers, by, crosswalk
        As for :func:`change_series`, and checked by it before.
    pair : (int, int)
        Places among the layers.
    group : bool
        True for groups of land: NNP, PNN, CSD.

    Returns
    -------
    CellBook
        As ``cells`` of the interval of :func:`change_series`.

    Raises
    ------
    SchemaError, GeometryError
        As :func:`change`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import Layer
    >>> def homes(side, year):
    ...     frame = gpd.GeoDataFrame({"code": ["ONT"]}, geometry=[box(0, 0, side, 100)], crs=5897)
    ...     return Layer(frame, year, "land_use")
    >>> change_cells([homes(100, "2015"), homes(300, "2020")], (0, 1)).names
    ['ONT', '(uncovered)']
    """
    columns = [by] * len(layers) if isinstance(by, str) else list(by)
    made, _ = sides(layers, columns, crosswalk)
    cells = cells_of(made[pair[0]], made[pair[1]])
    return cells.renamed({name: group_of(name) for name in cells.names}) if group else cells


def _between(before: Side, after: Side, walk: Crosswalk | None, tolerance_m: float) -> Change:
    cells = cells_of(before, after)
    run = {
        **run_facts([("before", [before.layer]), ("after", [after.layer])], None),
        "by": before.column,
        "by_after": after.column,
        "crosswalk": walk.name if walk is not None else None,
        "tolerance_m": tolerance_m,
        "level": "code",
        "years": _years(before.layer, after.layer),
        "doubled_ha": [before.doubled_ha, after.doubled_ha],
        "aside_ha": [before.aside_ha, after.aside_ha],
        "closes_to_m2": _gap(cells.area_m2, cells.names, before, after),
    }
    crs = require_metric(before.layer.frame, before.layer.name)
    answer = answer_of(cells, (crs, walk, (*before.findings, *after.findings)), run)
    stated = {
        column: [side.stated_ha.get(name, 0.0) for name in answer.totals.index[:-1]] + [0.0]
        for column, side in (("stated_start_ha", before), ("stated_end_ha", after))
    }
    return replace(answer, totals=answer.totals.assign(**stated))


def _years(before: Layer, after: Layer) -> int | None:
    if before.period is None or after.period is None:
        return None
    return after.period.last - before.period.last


def _gap(area_m2: Floats, names: list[str], before: Side, after: Side) -> float:
    """By how much sums of rows and columns differ from the areas of the polygons at most, square metres."""
    worst = 0.0
    for sums, side in ((area_m2.sum(axis=1), before), (area_m2.sum(axis=0), after)):
        area = (
            pd.Series(shapely.area(side.geometry)).groupby(side.label).sum().reindex(names[:-1]).fillna(0.0)
        )
        worst = max(worst, float(np.abs(sums[:-1] - area.to_numpy()).max(initial=0.0)))
    return worst
