"""Layers brought into one system before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point, box

from layers import Layer
from layers.align import align, choose_crs, reach_findings
from layers.crs import as_crs, to_crs
from layers.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Callable

DEGREES = gpd.GeoDataFrame(geometry=[box(105.555, 21.015, 105.57, 21.03)], crs=4326)


def test_the_first_layer_chooses_the_system_for_all(park: Layer) -> None:
    both = align([park, Layer(DEGREES, "nhà", "residential", extent=box(105, 20, 106, 22))])
    assert both.crs.to_epsg() == 5897
    assert both.layers[0] is park
    moved = both.layers[1]
    assert moved.frame.geometry.iloc[0].equals(to_crs(DEGREES, as_crs(5897)).geometry.iloc[0])
    assert moved.extent is not None
    assert moved.extent.contains(moved.frame.geometry.iloc[0])
    assert [(f.code, f.layer, f.level) for f in both.findings] == [("reprojected", "nhà", "info")]


def test_a_layer_without_a_system_is_emptied_and_that_is_said(park: Layer) -> None:
    bare = Layer(DEGREES.set_crs(None, allow_override=True), "nhà", "residential")
    both = align([park, bare])
    assert len(both.layers[1].frame) == 0
    (finding,) = both.findings
    assert (finding.code, finding.layer, finding.level) == ("crs_missing", "nhà", "block")
    west, south, east, north = DEGREES.total_bounds.tolist()
    found = {"x": [west, east], "y": [south, north]}
    assert finding.fields == {"found": found, "expected": "VN-2000 / TM-3 zone 482"}


def test_an_empty_layer_without_a_system_has_nothing_to_say(park: Layer) -> None:
    bare = Layer(DEGREES.iloc[:0].set_crs(None, allow_override=True), "nhà", "residential")
    assert align([park, bare]).findings == []


@pytest.mark.parametrize(
    ("crs", "west", "east", "leaves"),
    [
        (5897, 105.0, 106.4, False),  # within 1.5° of 105°
        (5897, 104.5, 109.5, True),  # the country seen from Hà Nội
        (32648, 103.0, 107.9, False),  # a zone of 6°
        (32648, 104.5, 109.5, True),
    ],
)
def test_a_layer_that_leaves_its_zone_says_what_its_areas_lose(
    crs: int, west: float, east: float, leaves: bool
) -> None:
    wide = gpd.GeoDataFrame(geometry=[box(west, 8.5, east, 8.51)], crs=4326)
    found = reach_findings(Layer(wide, "tỉnh", "admin_unit"), as_crs(crs))
    assert [(f.code, f.level) for f in found] == [("zone_exceeded", "warn")] * leaves
    for finding in found:
        # the other way: a small square at the far edge, measured in a projection that keeps areas
        square = gpd.GeoDataFrame(geometry=[box(east - 0.001, 8.5, east, 8.501)], crs=4326)
        ground = square.to_crs(f"+proj=laea +lat_0=8.5 +lon_0={east}").area.iloc[0]
        off = (to_crs(square, as_crs(crs)).area.iloc[0] / ground - 1) * 100
        assert finding.fields["share_pct"] == pytest.approx(off, abs=0.01)


def test_without_a_system_of_the_first_layer_there_is_none_to_choose(
    frame_of: Callable[..., gpd.GeoDataFrame],
) -> None:
    with pytest.raises(CrsError, match="crs_missing: layer='khu'"):
        choose_crs(Layer(frame_of(Point(0, 0), crs=None), "khu", "school"))


def test_a_system_that_nothing_can_be_measured_in_is_refused(park: Layer) -> None:
    with pytest.raises(CrsError, match="crs_not_metric: layer='khu', found='WGS 84'"):
        align([park], as_crs(4326))


def test_rows_that_the_system_can_not_express_are_named(park: Layer) -> None:
    points = gpd.GeoDataFrame(geometry=[Point(105.5, 21.0), Point(np.inf, 5)], crs=4326, index=["a", "b"])
    both = align([park, Layer(points, "trường", "school")])
    assert list(both.layers[1].frame.index) == ["a"]
    assert [(f.code, f.row) for f in both.findings if f.level == "block"] == [("reprojection_failed", "b")]


def test_a_system_far_from_its_meridian_is_said_to_stretch_areas(park: Layer) -> None:
    far = align([park], as_crs(32649))
    (finding,) = [f for f in far.findings if f.code == "area_scale"]
    assert finding.fields["share_pct"] == pytest.approx(0.706, abs=0.02)


def test_layers_that_lie_apart_are_told_with_the_distance(
    park: Layer, frame_of: Callable[..., gpd.GeoDataFrame]
) -> None:
    away = Layer(frame_of(box(658_500, 2_325_000, 658_600, 2_325_100)), "xa", "residential")
    (finding,) = align([park, away]).findings
    assert (finding.code, finding.fields["other"]) == ("layers_apart", "khu")
    assert finding.fields["distance_m"] == pytest.approx(100_000)
