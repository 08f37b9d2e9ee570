"""Spikes, corners that should be shared, and the list of all faults of a layer; mending and what it moves."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate, translate

from layers import Layer
from layers.coverage import mend_coverage
from layers.crs import as_crs, to_crs
from layers.errors import CrsError, QuestionError
from layers.faults import FAULTS, fault_findings, layer_faults, mended_layer
from layers.shared_vertices import unshared_vertices
from layers.spikes import spikes, without_spikes

X, Y = 558_000.0, 2_325_000.0


def frame(*shapes: Any, crs: Any = 5897) -> gpd.GeoDataFrame:
    moved = [translate(shape, X, Y) if crs == 5897 else shape for shape in shapes]
    index = range(1, len(shapes) + 1)
    return gpd.GeoDataFrame({"code": ["LUC"] * len(shapes)}, geometry=moved, crs=crs, index=index)


def with_spike(*tip: tuple[float, float], foot: float = 0.2) -> Polygon:
    half = foot / 2
    return Polygon([(0, 0), (100, 0), (100, 50 - half), *tip, (100, 50 + half), (100, 100), (0, 100)])


def land(*shapes: Any) -> Layer:
    return Layer(frame(*shapes), "đất", "land_use")


# --- spikes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plot", "length", "width"),
    [
        (with_spike((130, 50)), 30, 0.2),
        (with_spike((70, 50)), 30, 0.2),  # inward
        (with_spike((130, 49.9), (130, 50.1)), 30, 0.2),  # a blunt tip
        (Polygon([(0, 0), (130, 0), (100, 0.3), (100, 100), (0, 100)]), 30, 0.3),  # beyond a corner
        (box(0, 0, 200, 200).difference(with_spike((130, 50))), 30, 0.2),  # in a hole
    ],
    ids=["outward", "inward", "blunt", "at a corner", "hole"],
)
def test_a_spike_has_its_row_length_width_and_angle(plot: Polygon, length: float, width: float) -> None:
    found = spikes(frame(box(0, 200, 50, 250), plot), "lô")
    assert found["row"].tolist() == [2]
    assert found["length_m"].tolist() == pytest.approx([length], abs=0.01)
    assert found["width_m"].tolist() == pytest.approx([width], abs=0.01)
    assert found["angle_deg"].tolist() == pytest.approx([np.degrees(np.arctan(width / length))], rel=0.01)
    assert found["area_m2"].tolist() == pytest.approx([length * width / 2], rel=0.01)


@pytest.mark.parametrize(
    "plot",
    [
        box(0, 0, 100, 100),
        Polygon([(0, 0), (200, 0), (0, 12)]),  # a plot that ends in a true point
        with_spike((130, 50), foot=3.0),  # a path of 3 m
        Polygon([(0, 0), (100, 0), (100, 100), (100.2, 100.3), (99.9, 100.1), (0, 100)]),  # too short
        box(0, 0, 0.3, 50),  # a strip is no spike of itself
        Polygon([(0, 0), (50, 0.2), (0, 0.4)]),  # what is all point is the feature
    ],
)
def test_what_is_wide_short_or_the_whole_feature_is_no_spike(plot: Polygon) -> None:
    assert spikes(frame(plot), "lô").empty


def test_a_cut_spike_leaves_the_rest_where_it_was_and_says_what_went() -> None:
    rows = frame(box(0, 200, 50, 250), with_spike((130, 50)), with_spike((130, 49.9), (130, 50.1)))
    mended = without_spikes(rows, "lô", tolerance_m=0.5)
    assert mended.frame.geometry.area.tolist() == pytest.approx([2_500, 10_000, 10_000], abs=0.01)
    assert mended.moved_m2.tolist() == pytest.approx([0, 3, 6], abs=0.1)
    assert mended.frame.geometry[1] is rows.geometry[1]
    assert spikes(mended.frame, "lô").empty
    assert mended.kept == ()


def test_a_spike_under_a_spike_goes_too_and_parts_and_holes_stay() -> None:
    stair = [(100, 49.8), (120, 49.9), (150, 50), (120, 50.1), (100, 50.2)]
    spiky = Polygon(
        [(0, 0), (100, 0), *stair, (100, 100), (0, 100)], [[(10, 10), (20, 10), (20, 20), (10, 20)]]
    )
    both = MultiPolygon([spiky, box(300, 0, 310, 10)])
    mended = without_spikes(frame(both), "lô", tolerance_m=0.5)
    assert mended.frame.geometry.area.tolist() == pytest.approx([10_000 - 100 + 100], abs=0.01)
    assert shapely.get_num_geometries(mended.frame.geometry.iloc[0]) == 2


turn = st.floats(0, 360)
figures = st.tuples(st.floats(5, 60), st.floats(0.02, 0.45), turn)


@given(st.lists(figures, min_size=1, max_size=4))
def test_every_planted_spike_is_found_where_it_is_and_cut_to_nothing(
    planted: list[tuple[float, float, float]],
) -> None:
    plots = [
        translate(rotate(with_spike((100 + long, 50), foot=wide), angle, origin=(50, 50)), 400 * n, 0)
        for n, (long, wide, angle) in enumerate(planted)
    ]
    rows = frame(*plots)
    found = spikes(rows, "lô").sort_values("row")
    told = [p for p in planted if np.degrees(np.arctan(p[1] / p[0])) < 4.9]
    assert len(found) >= len(told)
    mended = without_spikes(rows, "lô", tolerance_m=0.5)
    assert mended.frame.geometry.is_valid.all()
    assert spikes(mended.frame, "lô").empty
    change = (mended.frame.geometry.area - rows.geometry.area).abs()
    assert (change <= mended.moved_m2 + 1e-6).all()
    # the sum of what moved is that of the spikes, and not more
    assert mended.moved_m2.sum() == pytest.approx(found["area_m2"].sum(), rel=0.02, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=9))
def test_cutting_never_loses_a_row_or_makes_one_invalid(ring: list[tuple[int, int]]) -> None:
    plot = Polygon(ring).buffer(0)
    if plot.is_empty:
        return
    rows = frame(plot)
    mended = without_spikes(rows, "lô", tolerance_m=2.0)
    assert mended.frame.index.equals(rows.index)
    assert mended.frame.geometry.is_valid.all()
    assert (mended.frame.geometry.area > 0).all()
    assert mended.moved_m2.sum() <= rows.geometry.length.sum() * 2.0


# --- corners that should be shared -----------------------------------------------------------------------


def test_a_corner_on_a_neighbours_edge_is_found_and_mended_without_moving_land() -> None:
    rows = frame(box(0, 0, 100, 100), box(100, 0, 200, 40), box(100, 40, 200, 100))
    found = unshared_vertices(rows, "lô")
    assert found[["row", "other"]].to_numpy().tolist() == [[1, 2]]
    assert found.geometry.iloc[0].equals(Point(X + 100, Y + 40))
    mended = mend_coverage(rows, "lô", tolerance_m=0.05)
    assert unshared_vertices(mended.frame, "lô").empty
    assert mended.moved_m2.sum() == pytest.approx(0, abs=1e-6)
    assert shapely.get_num_coordinates(mended.frame.geometry[1]) == 6


def test_neighbours_that_share_all_corners_lack_none() -> None:
    cells = [box(100 * i, 100 * j, 100 * i + 100, 100 * j + 100) for i in range(4) for j in range(4)]
    assert unshared_vertices(frame(*cells), "lô").empty
    assert unshared_vertices(frame(*cells).iloc[:0], "lô").empty
    assert unshared_vertices(frame(box(0, 0, 9, 9), box(50, 0, 60, 9)), "lô").empty


def test_a_corner_a_little_off_the_edge_is_found_within_the_tolerance_only() -> None:
    rows = frame(box(0, 0, 100, 100), Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (99.97, 50)]))
    assert unshared_vertices(rows, "lô", tolerance_m=0.01).empty
    assert unshared_vertices(rows, "lô", tolerance_m=0.1)["offset_m"].tolist() == pytest.approx([0.03])


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True))
def test_every_corner_of_strips_along_one_edge_is_found_and_mended(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), 100]
    strips = [box(100, a, 200, b) for a, b in itertools.pairwise(ends)]
    rows = frame(box(0, 0, 100, 100), *strips)
    found = unshared_vertices(rows, "lô")
    assert set(found["row"]) == {1}
    assert sorted(found.geometry.y - Y) == sorted(cuts)
    mended = mend_coverage(rows, "lô", tolerance_m=0.05)
    assert unshared_vertices(mended.frame, "lô").empty
    assert mended.frame.geometry.area.sum() == pytest.approx(20_000)


# --- the list --------------------------------------------------------------------------------------------


def faulty() -> Layer:
    cells = [box(100 * i, 100 * j, 100 * i + 100, 100 * j + 100) for i in range(5) for j in range(5)]
    cells[6] = box(110, 100, 200, 200)  # 1: a gap of 10 m
    cells[12] = box(200, 200, 312, 300)  # an overlap of 12 m
    cells[18] = box(300, 300.2, 400, 400)  # a sliver
    cells[24] = translate(with_spike((130, 50)), 400, 400)  # a spike over the edge of the coverage
    cells[21] = box(400, 100, 500, 150)
    cells += [box(400, 150, 500, 200), cells[2]]  # a corner that the neighbour lacks; the same shape twice
    return land(*cells)


def test_every_kind_of_fault_is_in_the_list_with_its_place() -> None:
    faults = layer_faults(faulty())
    assert list(dict.fromkeys(faults["kind"])) == list(FAULTS)
    by = {kind: faults[faults["kind"] == kind].iloc[0] for kind in FAULTS}
    assert by["gap"]["area_ha"] == pytest.approx(0.1)
    assert (by["overlap"]["rows"], by["overlap"]["area_ha"]) == ("13, 18", pytest.approx(0.12))
    assert by["sliver"]["width_m"] == pytest.approx(0.2, abs=0.01)
    assert by["spike"]["rows"] == "25"
    assert by["spike"]["length_m"] == pytest.approx(30, abs=0.1)
    assert by["unshared"]["rows"] in {"17, 22", "17, 26"}
    assert (by["duplicate"]["rows"], by["duplicate"]["area_ha"]) == ("27, 3", pytest.approx(1))
    assert faults.crs.to_epsg() == 5897
    assert (faults["kind"] == "overlap").sum() == 1


def test_findings_say_the_same_with_places_and_a_layer_in_degrees_has_them_too() -> None:
    layer = faulty()
    codes = ["geometry_spike", "coverage_overlap", "coverage_gap", "coverage_slivers", "coverage_unshared"]
    found = {f.code: f for f in fault_findings(layer)}
    assert sorted(found) == sorted(codes)
    spike = found["geometry_spike"]
    assert spike.row == "25"
    assert spike.fields["length_m"] == pytest.approx(30, abs=0.1)
    assert spike.fields["lat_deg"] == pytest.approx(21.02, abs=0.02)
    degrees = replace(layer, frame=to_crs(layer.frame, as_crs(4326)))
    assert {f.code for f in fault_findings(degrees)} >= {"geometry_spike", "coverage_gap", "coverage_overlap"}
    assert layer_faults(degrees).crs.to_epsg() == 5897


def test_many_spikes_are_counted_beyond_those_named() -> None:
    plots = [translate(with_spike((130, 50)), 300 * n, 0) for n in range(203)]
    found = fault_findings(Layer(frame(*plots), "khu", "industrial_park"))
    assert [f.code for f in found].count("geometry_spike") == 200
    assert found[-1].code == "spikes_more"
    assert found[-1].fields["count"] == 3


def test_kinds_that_leave_land_out_have_spikes_and_doubles_only() -> None:
    layer = replace(faulty(), kind_name="industrial_park")
    assert set(layer_faults(layer)["kind"]) == {"spike", "duplicate"}
    assert [f.code for f in fault_findings(layer)] == ["geometry_spike"]


@pytest.mark.parametrize(
    "layer",
    [
        Layer(frame(Point(0, 0)), "trường", "road"),
        land().with_frame(frame().iloc[:0]),
        Layer(gpd.GeoDataFrame({"code": ["A"]}, geometry=[box(0, 0, 1, 1)]), "đất", "land_use"),
    ],
    ids=["no areas", "no rows", "no system"],
)
def test_where_nothing_can_be_measured_nothing_is_listed(layer: Layer) -> None:
    assert layer_faults(layer).empty
    assert fault_findings(layer) == []
    assert mended_layer(layer, tolerance_m=0.5) == (layer, [])


def test_mending_says_what_moved_and_leaves_what_is_wider() -> None:
    layer = faulty()
    better, told = mended_layer(layer, tolerance_m=0.5)
    by = {f.code: f.fields for f in told}
    assert by["spikes_removed"]["count"] == 1
    assert by["spikes_removed"]["area_ha"] * 10_000 == pytest.approx(3, abs=0.1)
    assert by["coverage_mended"]["area_ha"] * 10_000 >= 20
    left = layer_faults(better)
    assert not set(left["kind"]) & {"sliver", "spike"}
    assert set(left["kind"]) >= {"gap", "overlap"}
    assert better.frame.index.equals(layer.frame.index)
    assert better.frame["code"].tolist() == layer.frame["code"].tolist()
    assert better.provenance.steps == ("spikes_removed 0.5", "coverage_mended 0.5")
    assert layer.provenance.steps == ()


def test_a_layer_without_faults_is_given_back_as_it_is() -> None:
    layer = Layer(frame(box(0, 0, 9, 9)), "khu", "industrial_park")
    better, told = mended_layer(layer, tolerance_m=0.5)
    assert better is layer
    assert told == []


@pytest.mark.parametrize("tolerance", [0, -1, 51, float("nan")])
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance: float) -> None:
    for ask in (spikes, unshared_vertices, without_spikes):
        with pytest.raises(QuestionError, match="tolerance_out_of_range"):
            ask(frame(box(0, 0, 1, 1)), "lô", tolerance_m=tolerance)


def test_degrees_are_refused_where_metres_are_asked_for() -> None:
    rows = frame(box(105, 21, 105.1, 21.1), crs=4326)
    for ask in (spikes, unshared_vertices):
        with pytest.raises(CrsError, match="crs_not_metric"):
            ask(rows, "lô")
