"""Two coverages of different periods over one another, and zones over a layer that lies on disk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks import _inputs
from benchmarks._measure import Engine, Found, Job
from layers.coordinates import open_coordinates, write_coordinates
from spatial import stored_areas
from spatial._coverages import compared

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["JOBS"]

WELD_M = 1.0


class Periods(NamedTuple):
    """The same land at two dates, each with a column ``code``."""

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame


class Files(NamedTuple):
    """Zones in memory, the land on disk as a GeoPackage and as coordinates."""

    zones: gpd.GeoDataFrame
    package: Path
    coordinates: Path


def _periods(n: int, kind: str) -> Periods:
    later = _inputs.land_later(n, kind).rename(columns={"code": "later"})
    return Periods(_inputs.land(n), later)


def _files(n: int) -> Files:
    package, coordinates = (
        _inputs.KEPT / f"land_{n}_{_inputs.EDITION}{ending}" for ending in (".gpkg", ".coordinates")
    )
    if not package.exists():
        _inputs.land(n).to_file(package, engine="pyogrio")
    if not coordinates.exists():
        write_coordinates(_inputs.land(n), coordinates)
    return Files(_inputs.zones(), package, coordinates)


def _overlay_of_periods(given: Periods) -> Found:
    found = gpd.overlay(given.before, given.after, how="intersection", keep_geom_type=True)
    return Found(found.area.groupby([found["code"], found["later"]]).sum(), found.geometry.to_numpy())


def _our_periods(given: Periods, *, pieces: bool) -> Found:
    found = compared(given.before.geometry.to_numpy(), given.after.geometry.to_numpy())
    made = found.pieces() if pieces else None
    i, j, area_m2 = found.areas()
    keys = [given.before["code"].to_numpy()[i], given.after["later"].to_numpy()[j]]
    return Found(pd.Series(area_m2).groupby(keys).sum().rename_axis(["code", "later"]), made)


def _overlay_from_file(given: Files) -> Found:
    land = gpd.read_file(given.package, engine="pyogrio")
    found = gpd.overlay(given.zones, land, how="intersection", keep_geom_type=True)
    return Found(found.area.groupby([found["zone"], found["code"]]).sum())


def _ours_from_file(given: Files) -> Found:
    found = stored_areas(given.zones, open_coordinates(given.coordinates), by="code")
    return Found(found.set_index(["zone", "code"])["area_m2"])


def _welded(given: Periods) -> Found:
    """Another question, so another answer: borders within the tolerance count as one."""
    before, after = given.before.geometry.to_numpy(), given.after.geometry.to_numpy()
    found = compared(before, after, weld_m=WELD_M)
    pieces = found.pieces()
    total = np.array([found.areas()[2].sum()])
    assert abs(total[0] / shapely.area(before).sum() - 1) < 1e-4
    return Found(pd.Series(total), pieces)


def _period_engines() -> list[Engine]:
    ours = [
        Engine(f"ours, {name}, checked, 1 thread", partial(_our_periods, pieces=pieces), ours=True)
        for name, pieces in (("pieces", True), ("areas", False))
    ]
    return [Engine("geopandas overlay", _overlay_of_periods), *ours]


def _file_engines() -> list[Engine]:
    return [
        Engine("geopandas, read GPKG and overlay", _overlay_from_file),
        Engine("ours, areas from coordinates, 1 thread", _ours_from_file, ours=True),
    ]


def _weld_engines() -> list[Engine]:
    return [Engine("ours, pieces, welded, 1 thread", _welded, ours=True)]


JOBS = {
    "mixed": Job("two coverages, mixed", partial(_periods, kind="mixed"), _period_engines),
    "noise": Job("two coverages, all redrawn", partial(_periods, kind="noise"), _period_engines),
    "welded": Job("two coverages, mixed, welded", partial(_periods, kind="mixed"), _weld_engines),
    "stored": Job("zones × land use from files", _files, _file_engines),
}
