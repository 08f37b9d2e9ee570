"""The sample district holds what its README says: exact coverages, stated areas, planted cases."""

import csv
import tomllib
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "sample"
PERIODS = (2010, 2015, 2020, 2025, 2030)
HA = 10_000.0
HOMES = ("ONT", "ODT")
NARROW = ("DTL",)
ZONES = ("industrial_parks_2030", "high_tech_zone_2030", "industrial_clusters_2030")


@cache
def layer(name):
    return gpd.read_parquet(SAMPLE / f"{name}.parquet")


@cache
def reference(name):
    with (ROOT / "data" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def listed():
    return tomllib.loads((SAMPLE / "layers.toml").read_text(encoding="utf-8"))


@cache
def expected():
    table = pd.read_csv(SAMPLE / "expected.csv", keep_default_na=False)
    return table.set_index(["zone", "layer", "code"])["area_ha"]


def found(zone, name):
    """Hectares of a zone on the rows of a layer, by code."""
    rows = expected()
    rows = rows[
        (rows.index.get_level_values("zone") == zone) & (rows.index.get_level_values("layer") == name)
    ]
    return rows.droplevel(["zone", "layer"]).to_dict()


def cluster(zone_id):
    frame = layer("industrial_clusters_2030").set_index("id")
    return frame.loc[zone_id]


def thickness(shapes):
    return 2 * shapely.area(shapes) / shapely.length(shapes)


def test_list_names_every_file_and_no_other():
    entries = listed()["layer"]
    assert sorted(e["file"] for e in entries) == sorted(p.name for p in SAMPLE.glob("*.parquet"))
    kinds = {row["id"] for row in reference("kinds")}
    assert {e["kind"] for e in entries} <= kinds
    assert {e["stage"] for e in entries} <= {"surveyed", "approved", "proposed"}
    assert listed()["label_vi"] == "dữ liệu mô phỏng"
    assert listed()["crs"] == 5897


def test_sample_stays_small():
    assert sum(p.stat().st_size for p in SAMPLE.iterdir()) < 12_000_000


@pytest.mark.parametrize("entry", listed()["layer"], ids=lambda e: e["name"])
def test_every_layer_is_made_valid_and_on_the_grid(entry):
    frame = layer(entry["name"])
    required = {row["id"]: row["required"].split() for row in reference("kinds")}[entry["kind"]]
    assert frame.crs.to_epsg() == 5897
    assert frame.index.name == "fid"
    assert frame.index.to_list() == list(range(1, len(frame) + 1))
    assert frame["id"].is_unique
    assert frame["made"].all()
    assert frame["made"].dtype == bool
    assert set(required) <= set(frame.columns)
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    assert np.array_equal(xy, np.round(xy, 2))


@pytest.mark.parametrize("year", PERIODS)
def test_land_use_is_an_exact_coverage(year):
    frame = layer(f"land_use_{year}")
    shapes = frame.geometry.to_numpy()
    outline = layer("extent").geometry.iloc[0]
    assert 18_000 <= len(frame) <= 23_000
    assert set(frame.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(outline.area, rel=1e-6)
    assert thickness(shapes[~frame["code"].isin(NARROW).to_numpy()]).min() > 1.0


@pytest.mark.parametrize("year", PERIODS)
def test_codes_are_those_of_their_period(year):
    valid = {
        row["code"]
        for row in reference("landuse_codes")
        if row["list"] == ("2018" if year < 2025 else "2024")
    }
    assert set(layer(f"land_use_{year}")["code"]) <= valid


def test_codes_that_ended_and_began():
    before, after = set(layer("land_use_2020")["code"]), set(layer("land_use_2025")["code"])
    assert {"BHK", "DDT", "SKX"} <= before - after
    assert {"HNK", "DDD"} <= after - before


@pytest.mark.parametrize(
    ("first", "second", "least"),
    [(2010, 2015, 0.98), (2015, 2020, 0.98), (2020, 2025, 0.9), (2025, 2030, 0.95)],
)
def test_most_parcels_stay_the_same_bit_by_bit(first, second, least):
    old, new = (set(layer(f"land_use_{year}").geometry.to_wkb()) for year in (first, second))
    assert least < len(old & new) / len(old) < 1


def test_redrawing_noise_is_small():
    old, new = (layer(f"land_use_{year}").set_index("id").geometry for year in (2020, 2025))
    both = old.index.intersection(new.index)
    a, b = old[both].to_numpy(), new[both].to_numpy()
    same_size = np.abs(shapely.area(a) - shapely.area(b)) < 150
    changed = same_size & ~shapely.equals_exact(a, b)
    assert 500 < changed.sum() < 2000
    moved = shapely.hausdorff_distance(a[changed], b[changed])
    assert 0.1 < np.median(moved) < 0.4
    assert moved.max() < 0.41


def test_communes_have_the_stated_areas():
    frame = layer("communes_2025")
    stated = {
        row["id"]: float(row["area_km2"]) for row in reference("communes_2025") if row["province"] == "Hà Nội"
    }
    assert len(frame) == 9
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert frame["stated_area_km2"].to_list() == [stated[code] for code in frame["id"]]
    assert frame.area.to_numpy() / 1e6 == pytest.approx(frame["stated_area_km2"].to_numpy(), rel=1e-4)
    assert shapely.coverage_union_all(frame.geometry.to_numpy()).area == pytest.approx(
        layer("extent").area.iloc[0]
    )


def test_old_districts_leave_the_new_borders():
    old, new = layer("districts_2020"), layer("communes_2025")
    assert shapely.coverage_is_valid(old.geometry.to_numpy())
    assert old.area.sum() == pytest.approx(new.area.sum(), rel=1e-6)
    south = old.set_index("id").geometry["275"]
    share = shapely.area(shapely.intersection(new.geometry.to_numpy(), south)) / new.area.to_numpy()
    split = new["name"][(share > 0.01) & (share < 0.99)]
    assert {"Hạ Bằng", "Yên Xuân"} <= set(split)


@pytest.mark.parametrize("name", [*ZONES, "industrial_clusters_2020"])
def test_zones_have_the_stated_areas(name):
    frame = layer(name)
    assert frame.area.to_numpy() / HA == pytest.approx(frame["stated_area_ha"].to_numpy(), abs=0.001)
    corners = shapely.get_num_coordinates(frame.geometry.to_numpy()) - 1
    assert corners.min() >= 6
    assert corners.max() <= 40


def _home_area(year, shapes):
    frame = layer(f"land_use_{year}")
    homes = frame.geometry[frame["code"].isin(HOMES)]
    which, row = homes.sindex.query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[which], homes.to_numpy()[row]))
    return np.bincount(which, common, len(shapes)) / HA


def test_housing_eats_planned_industrial_land_faster_and_faster():
    zones = pd.concat([layer(name) for name in (*ZONES, "industrial_clusters_2020")])
    communes = layer("communes_2025")
    planned = shapely.intersection(communes.geometry.to_numpy(), shapely.union_all(zones.geometry.to_numpy()))
    homes = np.array([_home_area(year, planned) for year in PERIODS[:4]])
    lost = np.diff(homes.sum(axis=1))
    assert (lost > 15).all()
    assert (np.diff(lost) > 0).all()
    most = communes["name"].to_numpy()[np.argsort(homes[0] - homes[3])[:3]]
    assert set(most) == {"Quốc Oai", "Tây Phương", "Hòa Lạc"}


def test_housing_eats_rice_land():
    rice = [layer(f"land_use_{y}").pipe(lambda f: f.area[f["code"] == "LUC"].sum() / HA) for y in PERIODS]
    homes = [layer(f"land_use_{y}").pipe(lambda f: f.area[f["code"].isin(HOMES)].sum() / HA) for y in PERIODS]
    assert (np.diff(rice) < -200).all()
    assert (np.diff(homes) > 200).all()


@pytest.mark.parametrize("zone_layer", ZONES)
def test_expected_areas_agree_with_overlay(zone_layer):
    names = [n for n in expected().index.get_level_values("layer").unique() if n != "zone" and ":" not in n]
    for zone in layer(zone_layer).itertuples():
        for name in names:
            frame = layer(name)
            rows = frame.iloc[frame.sindex.query(zone.geometry, predicate="intersects")]
            area = shapely.area(shapely.intersection(rows.geometry.to_numpy(), zone.geometry))
            codes = rows["code"].to_numpy() if "code" in rows else np.full(len(rows), "")
            overlay = pd.Series(area).groupby(codes).sum()
            exact = pd.Series(found(zone.id, name), dtype=float) * HA
            both = overlay.index.union(exact.index)
            gap = overlay.reindex(both, fill_value=0.0) - exact.reindex(both, fill_value=0.0)
            assert gap.abs().max() <= 1e-4 if len(both) else True, (zone.id, name)


def test_expected_areas_of_the_zones_themselves():
    for name in ZONES:
        for zone in layer(name).itertuples():
            own = found(zone.id, "zone")[""]
            parts = sum(found(zone.id, "land_use_2025").values())
            out = found(zone.id, "uncovered:land_use_2025").get("", 0.0)
            assert own == pytest.approx(zone.geometry.area / HA, abs=1e-8)
            assert own == pytest.approx(parts + out, abs=1e-8)


def test_case_clear():
    assert cluster("CCN-11")["case"] == "clear"
    assert set(found("CCN-11", "land_use_2025")) == {"SKN"}
    assert found("CCN-11", "residential_2025") == {}


def test_case_half_residential():
    zone = cluster("CCN-12")
    assert zone["case"] == "half_residential"
    home = found("CCN-12", "land_use_2025")["ONT"]
    assert 0.45 < home / zone["stated_area_ha"] < 0.55
    # the plan keeps the claim: what is housing in 2025 is cluster land in the plan
    assert found("CCN-12", "land_use_2030")["SKN"] > 0.9 * zone["stated_area_ha"]


def test_case_beyond_extent():
    zone = cluster("CCN-13")
    assert zone["case"] == "beyond_extent"
    assert 0.2 < found("CCN-13", "uncovered:land_use_2025")[""] / zone["stated_area_ha"] < 0.4


def test_case_sliver_noise():
    zone = cluster("CCN-14")
    assert zone["case"] == "sliver_noise"
    land_use = layer("land_use_2025")
    rows = land_use.iloc[land_use.sindex.query(zone.geometry, predicate="intersects")]
    other = rows[rows["code"] != "SKN"]
    assert len(other) >= 4
    pieces = shapely.get_parts(shapely.intersection(other.geometry.to_numpy(), zone.geometry))
    pieces = pieces[shapely.area(pieces) > 0]
    assert thickness(pieces).max() < 0.5
    assert sum(v for code, v in found("CCN-14", "land_use_2025").items() if code != "SKN") > 0.01


def test_case_green_belt_and_river():
    assert cluster("CCN-15")["case"] == "green_belt"
    assert found("CCN-15", "green_belt")[""] > 0.5 * cluster("CCN-15")["stated_area_ha"]
    assert found("CCN-15", "rivers") == {}
    assert cluster("CCN-16")["case"] == "on_river"
    assert found("CCN-16", "rivers")[""] > 2.0


def test_case_touches_school():
    zone = cluster("CCN-17")
    assert zone["case"] == "touches_school"
    land_use = layer("land_use_2025")
    plots = land_use.geometry[land_use["code"] == "DGD"]
    beside = plots[plots.touches(zone.geometry)]
    assert len(beside) == 1
    assert shapely.intersection(beside.iloc[0], zone.geometry).length > 100
    assert "DGD" not in found("CCN-17", "land_use_2025")
    schools = layer("schools")
    assert schools.within(beside.iloc[0]).sum() == 1
    assert 0 < schools.distance(zone.geometry).min() < 80


def test_case_overlaps_zone():
    zone = cluster("CCN-18")
    assert zone["case"] == "overlaps_zone"
    park = layer("industrial_parks_2030").set_index("id").geometry["KCN-02"]
    assert 5 < zone.geometry.intersection(park).area / HA < 30


def test_case_below_minimum_size():
    assert cluster("CCN-02")["case"] == "below_minimum_size"
    assert cluster("CCN-02")["stated_area_ha"] < 5


def test_clusters_of_2020_are_an_earlier_plan():
    old, new = (layer(f"industrial_clusters_{year}").set_index("id") for year in (2020, 2030))
    assert len(old) == 7
    assert len(new) == 10
    assert (
        old.loc[["CCN-01", "CCN-02"], "geometry"].geom_equals(new.loc[["CCN-01", "CCN-02"], "geometry"])
    ).all()
    assert old.geometry["CCN-11"].distance(new.geometry["CCN-11"]) > 500
    assert old["stated_area_ha"]["CCN-15"] < new["stated_area_ha"]["CCN-15"]
    again = shapely.hausdorff_distance(old.geometry["QH20-08"], new.geometry["CCN-18"])
    assert 0 < again < 0.2
    assert not set(old.index) <= set(new.index)


def test_urban_boundaries_grow_into_planned_zones():
    now, plan = (layer(f"urban_boundaries_{year}").set_index("id") for year in (2020, 2030))
    assert (plan.area > 1.5 * now.area).all()
    assert found("KCN-02", "urban_boundaries_2030")[""] > 5
    assert found("KCNC-01", "urban_boundaries_2030")[""] > 100


@pytest.mark.parametrize(
    "name", ["urban_boundaries_2030", "green_belt", "protected", "rivers", "residential_2025"]
)
def test_features_of_a_layer_do_not_overlap(name):
    shapes = layer(name).geometry.to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = a < b
    assert shapely.area(shapely.intersection(shapes[a[pairs]], shapes[b[pairs]])).sum() < 1e-6


def test_lines_and_points_have_their_columns():
    assert set(layer("roads")["road_class"]) == {"expressway", "national", "provincial", "local"}
    assert sorted(layer("power_lines")["voltage_kv"]) == [110, 220]
    assert set(layer("schools").geom_type) == {"Point"}
    assert 40 <= len(layer("schools")) <= 45
    assert len(layer("craft_villages")) == 10
