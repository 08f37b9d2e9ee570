"""The mistake in a coordinate system is named where one explanation fits, and never guessed where two do."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon

from layers import Source, read_layer, reference
from layers.crs import as_crs, metric_crs_at, mover, to_crs
from layers.errors import CrsError
from layers.treatment import UNITS_M, Treatment, parse_treatment
from layers.verdict import judge_crs, layer_verdict, verdict_finding
from tests.layers.formats import small_layer, write

PROVINCES = ["01", "04", "15", "22", "31", "48", "52", "68", "79", "92", "96"]
CASES = {
    "none": (Treatment(0), 0),
    "axes_swapped": (Treatment(0, swapped=True), 0),
    "unit_feet": (Treatment(0, unit="feet"), 0),
    "unit_mm": (Treatment(0, unit="mm"), 0),
    "unit_cm": (Treatment(0, unit="cm"), 0),
    "no_datum_shift": (Treatment(0, unshifted=True), 0),
    "scale_of_6": (Treatment(0, wide=True), 0),
    "crs_missing": (Treatment(0), None),
    "wrong_meridian": (Treatment(0), -1),
    "degrees_as_metres": (Treatment(4326), 0),
    "metres_as_degrees": (Treatment(0), 4326),
    "no shift of degrees": (Treatment(4756), 4326),
    "swapped degrees": (Treatment(4326, swapped=True), 4326),
    "3 read as 6": (Treatment(0), 3405),
    "6 read as 3": (Treatment(3405), 0),
}


def coverage(east: float, north: float, crs: Any) -> gpd.GeoDataFrame:
    """Crooked parcels of about 6 ha whose corners are shared."""
    dice = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(11) * 260.0, np.arange(11) * 260.0, indexing="ij")
    x, y = east + x + dice.uniform(-60, 60, x.shape), north + y + dice.uniform(-60, 60, y.shape)
    around = ((0, 0), (1, 0), (1, 1), (0, 1))
    shapes = [
        Polygon([(x[i + a, j + b], y[i + a, j + b]) for a, b in around]) for i in range(10) for j in range(10)
    ]
    return gpd.GeoDataFrame(geometry=shapes, crs=crs)


def place(code: str) -> tuple[gpd.GeoDataFrame, int]:
    row = reference.table("communes_2025").query("province_code == @code").iloc[0]
    crs = metric_crs_at(float(row["lon"]), float(row["lat"]))
    x, y = mover(as_crs(4326), crs).transform(float(row["lon"]), float(row["lat"]))
    return coverage(x, y, crs), int(crs.to_epsg() or 0)


def raw(frame: gpd.GeoDataFrame, treatment: Treatment) -> Any:
    """Write coordinates the wrong way that a treatment takes right."""
    moved = to_crs(frame, treatment.crs) if treatment.crs != frame.crs else frame
    points = shapely.get_coordinates(moved.geometry.to_numpy()) / UNITS_M.get(treatment.unit, 1.0)
    return points[:, ::-1] if treatment.swapped else points


def made(case: str, home: int) -> tuple[Treatment, Any]:
    wrong, stated = CASES[case]
    epsg = wrong.epsg or home
    treatment = Treatment(epsg, wrong.swapped, wrong.unit, wrong.unshifted, wrong.wide)
    other = next(zone for zone in (5897, 9205, 5899) if zone != home)
    code = {0: home, -1: other, None: None}.get(stated, stated)
    return treatment, as_crs(code) if code is not None else None


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("province", PROVINCES)
def test_with_known_edges_every_mistake_is_named(case: str, province: str) -> None:
    known, home = place(province)
    part = known.iloc[30:70]
    treatment, stated = made(case, home)
    if treatment.wide and home in (5897, 9212):
        pytest.skip("on this meridian it is the zone of 6°")
    verdict = judge_crs(raw(part, treatment), stated, known=[known])
    if case == "none":
        assert (verdict.state, verdict.proposed) == ("agrees", None)
        return
    assert verdict.state == "mistake"
    assert verdict.proposed is not None
    target, points = as_crs(known.crs), raw(part, treatment)
    apart = verdict.proposed.treatment.placed(points, target) - treatment.placed(points, target)
    assert np.abs(apart).max() < 0.01


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("province", PROVINCES[::2])
def test_without_known_edges_nothing_wrong_is_proposed(case: str, province: str) -> None:
    known, home = place(province)
    treatment, stated = made(case, home)
    verdict = judge_crs(raw(known, treatment), stated)
    if case == "none":
        assert verdict.state == "plausible"
    if verdict.state == "mistake":
        assert verdict.proposed is not None
        assert verdict.proposed.treatment == treatment


def test_the_signatures_of_the_small_mistakes() -> None:
    known, home = place("01")
    for case, metres in (("no_datum_shift", 223.5), ("6 read as 3", 698)):
        treatment, stated = made(case, home)
        found = judge_crs(raw(known, treatment), stated, known=[known]).proposed
        assert found is not None
        assert found.moved_m == pytest.approx(metres, abs=10)


def test_parcels_that_share_no_edge_with_what_is_known_are_not_judged_by_it() -> None:
    known, _ = place("01")
    elsewhere = coverage(600_000, 2_330_000, 5897)
    verdict = judge_crs(shapely.get_coordinates(elsewhere.geometry.to_numpy()), as_crs(5897), known=[known])
    assert verdict.state == "plausible"


def test_coordinates_of_nowhere_are_unknown() -> None:
    verdict = judge_crs(np.array([[0.0, 0.0], [1e9, 1e9]]), None)
    assert (verdict.state, verdict.candidates) == ("unknown", ())
    assert verdict_finding(verdict, "khu") is None
    assert judge_crs(np.array([[np.nan, 1.0]]), None).state == "unknown"


def test_a_verdict_is_plain_values(tmp_path: Any) -> None:
    reading = read_layer(str(write(tmp_path, "dxf")), "industrial_park")
    verdict = layer_verdict(reading)
    told = verdict.as_dict()
    assert told["state"] == "unsure"
    mistakes = {c["treatment"]: c["mistake"] for c in told["candidates"]}
    # both name no system; what sets them apart is what the reader has to choose by
    assert mistakes["EPSG:5897"] == "crs_missing"
    assert mistakes["EPSG:5897+unshifted"] == "no_datum_shift"
    said = verdict_finding(verdict, "khu")
    assert said is not None
    assert said.code == "crs_unsure"


def test_what_was_decided_is_applied_and_kept_on_record(tmp_path: Any) -> None:
    frame = small_layer()
    turned = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda p: p[:, ::-1]), crs=5897)
    path = write(tmp_path, "gpkg", turned)
    wrong = layer_verdict(read_layer(str(path), "industrial_park"))
    assert wrong.proposed is not None
    assert wrong.proposed.mistake == "axes_swapped"
    right = read_layer(Source(path, read_as=str(wrong.proposed.treatment)), "industrial_park")
    assert right.layer.frame.geometry.area.sum() == pytest.approx(frame.geometry.area.sum())
    assert right.layer.frame.total_bounds.tolist() == frame.total_bounds.tolist()
    assert right.layer.provenance.steps[-1] == "crs_treated EPSG:5897+swapped"
    assert layer_verdict(right).state == "plausible"


@pytest.mark.parametrize(
    "text", ["", "x", "5897+", "5897+feet+mm", "4326+unshifted", "3857+k0.9996", "5897+FEET"]
)
def test_a_treatment_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(CrsError, match=r"treatment_unreadable|crs_unreadable"):
        parse_treatment(text)


@pytest.mark.parametrize(
    "text", ["EPSG:5897", "EPSG:5897+swapped+feet", "EPSG:9210+k0.9996", "EPSG:5897+unshifted"]
)
def test_a_treatment_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_treatment(text)) == text
