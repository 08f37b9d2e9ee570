"""The land of an answer, every hectare once: zones that lie on one another share theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatial._totals import zone_totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial.conflicts import ConflictAnswer

__all__ = ["land_totals"]


def land_totals(answer: ConflictAnswer) -> pd.Series:
    """Add an answer up over its land rather than over its zones.

    Where two zones lie on one another, the sum over zones counts the shared land twice. Here it is
    counted once, under the gravest answer that any of the zones gets for it.

    Parameters
    ----------
    answer : ConflictAnswer

    Returns
    -------
    pandas.Series
        The columns of ``answer.totals``, hectares of land, and ``zones_ha``, the sum of the areas of
        the zones: ``hit + clear + no_data + noise = area`` and ``zones - area`` is what zones share.

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import box
    >>> from layers import Layer, reference
    >>> from spatial.conflicts import conflicts
    >>> square = lambda *b: gpd.GeoDataFrame({"name": ["A"]}, geometry=[box(*b)], crs=5897)
    >>> park = Layer(square(0, 0, 1000, 1000), "kcn", "industrial_park")
    >>> cluster = Layer(square(900, 0, 1900, 1000), "ccn", "industrial_cluster")
    >>> belt = Layer(square(0, 0, 1900, 100), "belt", "green_belt", extent=box(0, 0, 2000, 2000))
    >>> answer = conflicts([park, cluster], [belt], rules=reference.table("conflict_rules"),
    ...                    on=date(2026, 6, 1))
    >>> land_totals(answer)[["zones_ha", "area_ha", "hit_ha", "clear_ha"]].round(6).tolist()
    [200.0, 190.0, 19.0, 171.0]
    """
    group = _sharing(answer.zones.geometry.to_numpy())
    crowded = np.bincount(group)[group] > 1 if len(group) else np.zeros(0, dtype=bool)
    totals = answer.totals.loc[~crowded].sum()
    if crowded.any():
        totals += _joined(answer, pd.Series(group[crowded], index=answer.zones.index[crowded])).sum()
    totals["zones_ha"] = answer.totals["area_ha"].sum()
    return totals


def _sharing(shapes: NDArray[np.object_]) -> NDArray[np.int_]:
    """Number the groups of shapes that share land, directly or through another."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = one < other
    one, other = one[apart], other[apart]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])) > 0
    group = np.arange(len(shapes))
    for a, b in zip(one[shared].tolist(), other[shared].tolist(), strict=True):
        group[group == group[b]] = group[a]
    return np.unique(group, return_inverse=True)[1]


def _joined(answer: ConflictAnswer, group: pd.Series) -> pd.DataFrame:
    """Totals of each group of zones, taken as one zone."""
    shapes, names = answer.zones.loc[group.index].geometry.to_numpy(), group.to_numpy()
    labels = list(dict.fromkeys(names.tolist()))
    whole = gpd.GeoDataFrame(
        geometry=[shapely.union_all(shapes[names == label]) for label in labels],
        index=labels,
        crs=answer.zones.crs,
    )
    pieces = answer.pieces[answer.pieces["zone"].isin(group.index)]
    # pieces of two zones may share land even where the features of a layer don't
    pieces = pieces.assign(zone=group.reindex(pieces["zone"]).to_numpy(), exclusive=False)
    return zone_totals(whole, pieces)
