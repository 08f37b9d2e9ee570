"""Several plans over one another: the land that all agree on, and the land that only some have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import GEOSException

from layers.align import reach_findings
from layers.crs import require_metric
from layers.errors import CrsError, QuestionError
from spatial._engine import parts_of, thickness
from spatial._geos import areal
from spatial._noise import parted
from spatial._run import run_facts
from spatial._tolerance import STEPS_M, USUAL_M

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from layers.findings import Finding
    from layers.layer import Layer

__all__ = ["MOST_PLANS", "Consensus", "consensus"]

_HA: Final = 10_000.0
_EMPTY: Final = shapely.Polygon()
#: with n plans there are 2ⁿ - 1 ways to agree
MOST_PLANS: Final = 8


@dataclass(frozen=True)
class Consensus:
    """Land by the plans that have it.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per set of plans that have some land which no other plan has: ``plans`` (names joined by
        `` + ``), one column of True and False per plan, ``count``, ``area_ha, noise_ha``; most plans first.
        ``noise_ha`` is the part of ``area_ha`` that is nowhere wider than the tolerance.
    pieces : geopandas.GeoDataFrame
        Single parts of that land: ``plans, count, noise, area_m2, thickness_m``, geometry.
    totals : pandas.Series
        ``all_ha`` (land that all plans have), ``some_ha``, ``noise_ha`` (of ``some_ha``), ``land_ha``
        (``all + some``), and the land of every plan, each hectare once, by its name.
    run : dict
    findings : tuple of Finding
    """

    rows: pd.DataFrame
    pieces: gpd.GeoDataFrame
    totals: pd.Series
    run: dict[str, Any]
    findings: tuple[Finding, ...]


def consensus(layers: Sequence[Layer], *, tolerance_m: float = USUAL_M, on: date | None = None) -> Consensus:
    """Lay plans over one another and say which land how many of them have.

    Parameters
    ----------
    layers : sequence of Layer
        Two to ``MOST_PLANS`` plans: polygons, valid, in one projected CRS in metres, names apart. Features
        of one plan that lie on one another count once.
    tolerance_m : float
        Land that only some plans have is redrawing where it is nowhere wider than this; 0 to 2000.
    on : datetime.date, optional
        Day of the answer; today where it isn't given.

    Returns
    -------
    Consensus
        The rows add up to the land of all plans together, and those of one plan to its land.

    Raises
    ------
    QuestionError
        ``too_few_plans``, ``too_many_plans`` or ``tolerance_out_of_range``.
    CrsError
        ``crs_missing``, ``crs_not_metric`` or ``crs_differs``.

    Examples
    --------
    >>> from shapely import box
    >>> from layers import Layer
    >>> def plan(name, *bounds):
    ...     return Layer(gpd.GeoDataFrame(geometry=[box(*bounds)], crs=5897), name, "industrial_cluster")
    >>> plans = [plan("2015", 0, 0, 400, 400), plan("2020", 0, 0, 500, 400), plan("2030", 0, 0, 300, 400)]
    >>> consensus(plans).totals[["all_ha", "some_ha", "land_ha"]].tolist()
    [12.0, 8.0, 20.0]
    >>> consensus(plans).rows[["plans", "area_ha"]].values.tolist()
    [['2015 + 2020 + 2030', 12.0], ['2015 + 2020', 4.0], ['2020', 4.0]]
    """
    crs = _checked(layers, tolerance_m)
    lands = [shapely.force_2d(shapely.union_all(_areas_of(layer))) for layer in layers]
    sets = _overlaid(lands)
    members = sorted(sets, key=lambda m: (-len(m), m))
    names = [layer.name for layer in layers]
    label = [" + ".join(names[k] for k in m) for m in members]
    shapes = np.array([sets[m] for m in members], dtype=object)
    agreed = np.array([len(m) == len(layers) for m in members], dtype=bool)
    split = parted(shapes, tolerance_m, certain=agreed)
    size = np.array([len(m) for m in members], dtype=np.int64)
    table = pd.DataFrame({"plans": label})
    for k, name in enumerate(names):
        table[name] = [k in m for m in members]
    table["count"] = size
    table["area_ha"], table["noise_ha"] = shapely.area(shapes) / _HA, split.redrawn_m2 / _HA
    pieces = [
        _parts(of, label, size, noise=noise) for of, noise in ((split.real, False), (split.redrawn, True))
    ]
    day = on or datetime.now(UTC).astimezone().date()
    return Consensus(
        rows=table,
        pieces=gpd.GeoDataFrame(pd.concat(pieces, ignore_index=True), geometry="geometry", crs=crs),
        totals=_totals(table, names, agreed, lands),
        run={**run_facts([("plan", list(layers))], day), "tolerance_m": tolerance_m},
        findings=tuple(f for layer in layers for f in reach_findings(layer, crs)),
    )


def _checked(layers: Sequence[Layer], tolerance_m: float) -> Any:
    """The system of the plans, if they can be laid over one another."""
    if len(layers) < 2:  # noqa: PLR2004 - one plan agrees with itself
        raise QuestionError("too_few_plans", found=len(layers), expected=2)
    if len(layers) > MOST_PLANS:
        raise QuestionError("too_many_plans", found=len(layers), expected=MOST_PLANS)
    if not 0 <= tolerance_m <= STEPS_M[-1]:  # NaN is in no range
        raise QuestionError("tolerance_out_of_range", found=tolerance_m, expected=[0, int(STEPS_M[-1])])
    crs = require_metric(layers[0].frame, layers[0].name)
    for layer in layers[1:]:
        if layer.frame.crs != crs:
            raise CrsError("crs_differs", layer=layer.name, expected=crs.name, found=str(layer.frame.crs))
    return crs


def _areas_of(layer: Layer) -> Any:
    shapes = layer.frame.geometry.to_numpy()
    return shapes[np.isin(shapely.get_type_id(shapes), (3, 6))]


def _overlaid(lands: list[Any]) -> dict[tuple[int, ...], Any]:
    """Land by the set of plans that have it, empty sets left out."""
    sets: dict[tuple[int, ...], Any] = {}
    for k, land in enumerate(lands):
        rest, out = land, {}
        for members, shape in sets.items():
            out[members] = _acted("difference", shape, land)
            out[(*members, k)] = _acted("intersection", shape, land)
            rest = _acted("difference", rest, shape)
        out[(k,)] = rest
        sets = {members: shape for members, shape in out.items() if not shape.is_empty}
    return sets


def _acted(act: str, a: Any, b: Any) -> Any:
    try:
        out = getattr(shapely, act)(a, b)
    except GEOSException:
        out = getattr(shapely, act)(a, b, grid_size=1e-6)
    return areal(np.array([out], dtype=object))[0]


def _parts(land: Any, label: list[str], size: Any, *, noise: bool) -> pd.DataFrame:
    parts, row = parts_of(land)
    facts = {"plans": np.array(label, dtype=object)[row], "count": size[row], "noise": noise}
    facts |= {"area_m2": shapely.area(parts), "thickness_m": thickness(parts), "geometry": parts}
    return pd.DataFrame(facts)


def _totals(table: pd.DataFrame, names: list[str], agreed: Any, lands: list[Any]) -> pd.Series:
    every, some = float(table["area_ha"][agreed].sum()), float(table["area_ha"][~agreed].sum())
    sums = {
        "all_ha": every,
        "some_ha": some,
        "noise_ha": float(table["noise_ha"].sum()),
        "land_ha": every + some,
    }
    return pd.Series(sums | {name: float(land.area) / _HA for name, land in zip(names, lands, strict=True)})
