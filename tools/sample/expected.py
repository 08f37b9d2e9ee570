"""Expected answers for the conflict question, worked out from the saved files in exact arithmetic."""

from __future__ import annotations

import csv
from fractions import Fraction
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from .exact import area, common_area, edges_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AGAINST", "COLUMNS", "ZONE_LAYERS", "write_expected"]

ZONE_LAYERS = ("industrial_parks_2030", "high_tech_zone_2030", "industrial_clusters_2030")
AGAINST = (
    "land_use_2025",
    "land_use_2030",
    "urban_boundaries_2030",
    "green_belt",
    "protected",
    "rivers",
    "residential_2025",
)
COLUMNS = ("zone_layer", "zone", "zone_name", "layer", "code", "area_ha")
_CM2 = Fraction(1, 10**8)


def _overlaps(zone: shapely.Polygon, layer: gpd.GeoDataFrame) -> dict[str, Fraction]:
    """Return the area a zone has in common with a layer, by code (empty for layers without codes)."""
    near = layer[shapely.intersects(shapely.box(*zone.bounds), shapely.envelope(layer.geometry.to_numpy()))]
    mine = edges_of(zone)
    found: dict[str, Fraction] = {}
    codes = near["code"] if "code" in near else np.full(len(near), "")
    for code, shape in zip(codes, near.geometry, strict=True):
        common = common_area(mine, edges_of(shape))
        if common > 0:
            found[str(code)] = found.get(str(code), Fraction(0)) + common
    return dict(sorted(found.items()))


def _rows(zone: shapely.Polygon, layers: dict[str, gpd.GeoDataFrame]) -> list[tuple[str, str, Fraction]]:
    own = area(edges_of(zone))
    rows = [("zone", "", own)]
    for name, layer in layers.items():
        found = _overlaps(zone, layer)
        rows += [(name, code, size) for code, size in found.items()]
        if name == "land_use_2025":
            rows.append((f"uncovered:{name}", "", own - sum(found.values())))
    return rows


def write_expected(folder: Path) -> int:
    """Write ``expected.csv`` beside the layers it was worked out from.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    int
        Number of rows.
    """
    layers = {name: gpd.read_parquet(folder / f"{name}.parquet") for name in AGAINST}
    rows = []
    for zone_layer in ZONE_LAYERS:
        for zone in gpd.read_parquet(folder / f"{zone_layer}.parquet").itertuples():
            rows += [
                (zone_layer, zone.id, zone.name, layer, code, f"{float(size * _CM2):.12g}")
                for layer, code, size in _rows(zone.geometry, layers)
                if size > 0
            ]
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)
