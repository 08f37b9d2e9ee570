"""Make the sample district anew: python tools/make_sample.py [--out FOLDER] [--expected]."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import geopandas as gpd
import shapely
from sample import fabric, mosaic, planted, skeleton, story, thematic, zone_layers
from sample.places import PERIODS
from sample.plane import CRS
from sample.write import LAYERS, layers_toml, save

OUT = Path(__file__).resolve().parents[1] / "data" / "sample"
REDRAWN = 0.02


def land_uses(land: skeleton.Skeleton) -> dict[str, gpd.GeoDataFrame]:
    """Make the land use of all periods.

    Parameters
    ----------
    land : skeleton.Skeleton

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
        ``land_use_2010`` and so on.
    """
    told = story.tell(fabric.parcels(skeleton.coarse(land), land), land)
    laid = mosaic.weak_parcels(mosaic.lay(told, land.outline), len(PERIODS))
    still = shapely.union_all(
        [shapely.buffer(land.zones[name], 30) for name in ("CCN-11", "CCN-14", "CCN-17")]
    )
    layers = {}
    redrawn = mosaic.Redrawing(still)
    for period, year in enumerate(PERIODS):
        layer = mosaic.period_layer(laid, period)
        shapes = layer["land"].to_numpy()
        if year == 2025:
            redrawn.choose(shapes, land.outline, REDRAWN)
        if year >= 2025:
            shapes = redrawn.apply(shapes)
        frame = gpd.GeoDataFrame(layer[["id", "code"]], geometry=shapes, crs=CRS)
        layers[f"land_use_{year}"] = frame.iloc[frame.hilbert_distance().argsort(kind="stable")]
    return layers


def every_layer() -> dict[str, gpd.GeoDataFrame]:
    """Make all layers.

    Returns
    -------
    dict of str to geopandas.GeoDataFrame
    """
    land = skeleton.build()
    layers = land_uses(land)
    now = layers["land_use_2025"]
    zones = zone_layers.final_zones(land.zones, now)
    return layers | {
        "communes_2025": thematic.communes(land),
        "districts_2020": thematic.districts(land),
        "extent": thematic.extent(land),
        "industrial_parks_2030": zone_layers.zone_layer("industrial_park", zones),
        "high_tech_zone_2030": zone_layers.zone_layer("high_tech_zone", zones),
        "industrial_clusters_2030": zone_layers.zone_layer("industrial_cluster", zones),
        "industrial_clusters_2020": zone_layers.clusters_2020(zones),
        "urban_boundaries_2020": zone_layers.urban_boundaries(plan=False),
        "urban_boundaries_2030": zone_layers.urban_boundaries(plan=True),
        "residential_2025": thematic.residential(now),
        "schools": thematic.schools(now, zones),
        "cemeteries": thematic.cemeteries(now),
        "craft_villages": thematic.craft_villages(land),
        "roads": thematic.roads(land),
        "rivers": thematic.rivers(land, now),
        "power_lines": thematic.power_lines(land),
        "green_belt": thematic.green_belt(land),
        "protected": thematic.protected(land),
        "wastewater_facilities": zone_layers.wastewater_facilities(zones),
    }


def main() -> None:
    """Write the sample, and with ``--expected`` its expected answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--expected", action="store_true", help="work out expected.csv too, in exact arithmetic"
    )
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    layers = every_layer()
    for entry in LAYERS:
        save(layers[entry.file], asked.out, entry.file)
    search = asked.out / "search"
    search.mkdir(exist_ok=True)
    for name, frame in planted.planted_search(layers["extent"].geometry.iloc[0]).items():
        save(frame, search, name)
    (asked.out / "layers.toml").write_text(layers_toml(), encoding="utf-8")
    print(f"{len(layers)} layers, {time.perf_counter() - start:.0f} s")
    if asked.expected:
        from sample.expected import write_expected  # noqa: PLC0415 - slow, asked for seldom

        print(f"expected.csv: {write_expected(asked.out)} rows, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
