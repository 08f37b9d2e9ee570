"""Zones over land use, and rings round zones over homes: ours beside geopandas, shapely alone and PostGIS.

All engines answer the same question: hectares by zone and code. Those of pieces make the geometry of
every piece too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from benchmarks import _inputs, _postgis
from benchmarks._measure import Engine, Found, Job
from spatial import overlap, overlap_areas

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["JOBS"]


class Frames(NamedTuple):
    """Zones with a column ``zone``, and the layer they are laid over with a column ``code``."""

    zones: gpd.GeoDataFrame
    others: gpd.GeoDataFrame


def _zones_over_land(n: int) -> Frames:
    return Frames(_inputs.zones(), _inputs.land(n))


def _rings_over_homes(n: int) -> Frames:
    return Frames(_inputs.rings(), _inputs.homes(n))


def _by_geopandas(given: Frames) -> Found:
    """Lay over as its documentation shows; it checks both layers for validity first."""
    found = gpd.overlay(given.zones, given.others, how="intersection", keep_geom_type=True)
    return Found(found.area.groupby([found["zone"], found["code"]]).sum(), found.geometry.to_numpy())


def _by_shapely(given: Frames) -> Found:
    """By hand: a tree, prepared zones, and no cutting of what lies inside."""
    zones, others = given.zones.geometry.to_numpy(), given.others.geometry.to_numpy()
    i, j = shapely.STRtree(others).query(zones, predicate="intersects")
    shapely.prepare(zones)
    crossing = ~shapely.contains_properly(zones[i], others[j])
    pieces = others[j]
    pieces[crossing] = shapely.intersection(zones[i[crossing]], others[j[crossing]])
    areal = shapely.get_dimensions(pieces) == 2
    i, j, pieces = i[areal], j[areal], pieces[areal]
    return Found(_summed(given, (i, j), shapely.area(pieces)), pieces)


def _our_pieces(given: Frames, *, checked: bool, threads: int) -> Found:
    found = overlap(given.zones, given.others, checked=checked, threads=threads)
    at = found["zone"].to_numpy(), found["feature"].to_numpy()
    return Found(_summed(given, at, found["area_m2"].to_numpy()), found.geometry.to_numpy())


def _our_areas(given: Frames, *, checked: bool, threads: int) -> Found:
    found = overlap_areas(given.zones, given.others, by="code", checked=checked, threads=threads)
    return Found(found.set_index(["zone", "code"])["area_m2"])


def _summed(given: Frames, at: tuple[NDArray[np.int64], ...], area_m2: NDArray[np.float64]) -> pd.Series:
    """Areas of pairs by zone and code; rows are numbered 0, 1, 2, ... in both layers."""
    keys = [given.zones["zone"].to_numpy()[at[0]], given.others["code"].to_numpy()[at[1]]]
    return pd.Series(area_m2).groupby(keys).sum().rename_axis(["zone", "code"])


def _engines() -> list[Engine]:
    engines = [Engine("geopandas overlay", _by_geopandas), Engine("shapely alone", _by_shapely)]
    if not _postgis.why_not():
        engines += [
            Engine(f"PostGIS, {name}", ask, load=_postgis.load, server=_postgis.server)
            for name, ask in (("pieces", _postgis.pieces), ("areas", _postgis.areas))
        ]
    for name, ask in (("pieces", _our_pieces), ("areas", _our_areas)):
        for how, checked, threads in (
            ("checks first, 1 thread", False, 1),
            ("checked, 1 thread", True, 1),
            ("checked, 2 threads", True, 2),
        ):
            engines.append(
                Engine(f"ours, {name}, {how}", partial(ask, checked=checked, threads=threads), ours=True)
            )
    return engines


JOBS = {
    "overlap": Job("1,000 zones × land use", _zones_over_land, _engines),
    "rings": Job("rings of 1,000 zones × homes", _rings_over_homes, _engines),
}
