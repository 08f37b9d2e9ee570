"""Coordinate systems: zones of the provinces, one datum operation, edges that stay where they are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from pyproj.transformer import TransformerGroup
from shapely import LineString, Point, Polygon, box

from layers._known_crs import usable_crs
from layers.crs import (
    DATUM_OPERATION,
    as_crs,
    horizontal,
    in_vietnam,
    is_metric,
    metric_crs_at,
    province_epsg,
    require_metric,
    to_crs,
    transform_geometry,
)
from layers.errors import CrsError
from layers.findings import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

THACH_THAT = (105.56, 21.02)
SEVEN = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
TM = "+proj=tmerc +lat_0=0 +lon_0={lon} +k={k} +x_0=500000 +y_0=0 +units=m {datum}"
SHIFTED = f"+ellps=WGS84 +towgs84={SEVEN}"
MERCATOR = "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +units=m +nadgrids=@null +wktext"


def at(*places: tuple[float, float], crs: Any = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[Point(p) for p in places], crs=crs)


# --- naming a system -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [5897, "5897", " EPSG:5897 ", "epsg:5897", as_crs(5897).to_wkt()])
def test_a_system_is_read_from_any_common_way_to_name_it(value: object) -> None:
    assert as_crs(value).to_epsg() == 5897


@pytest.mark.parametrize(
    "value", ["", "Hà Nội", "²", "9" * 40, "EPSG:99999999", None, b"x", 1.5, object(), "\0"]
)
def test_what_names_no_system_is_refused_with_what_was_found(value: object) -> None:
    with pytest.raises(CrsError, match="crs_unreadable") as caught:
        as_crs(value)
    assert caught.value.fields["found"] == str(value)


@pytest.mark.parametrize(
    ("value", "metric"),
    [
        (5897, True),
        (3405, True),
        (32648, True),
        (3035, True),
        ("EPSG:5897+5773", True),
        (TM.format(lon=105, k=0.9999, datum=SHIFTED), True),
        (4326, False),
        (4756, False),
        (4978, False),
        (3857, False),
        (3395, False),
        (4087, False),
        (2236, False),  # US survey feet
        (MERCATOR, False),
        ('LOCAL_CS["drawing",UNIT["m",1]]', False),
    ],
)
def test_areas_may_be_measured_only_where_a_metre_is_a_metre(value: object, metric: bool) -> None:
    assert is_metric(as_crs(value)) is metric


def test_nothing_is_measured_without_a_system(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    assert is_metric(None) is False
    with pytest.raises(CrsError, match="crs_missing: layer='khu'"):
        require_metric(frame_of(Point(0, 0), crs=None), "khu")


@pytest.mark.parametrize(("code", "name"), [(4326, "WGS 84"), (3857, "WGS 84 / Pseudo-Mercator")])
def test_measuring_in_degrees_or_web_mercator_is_an_error(
    frame_of: Callable[..., gpd.GeoDataFrame], code: int, name: str
) -> None:
    with pytest.raises(CrsError, match="crs_not_metric: layer='khu'") as caught:
        require_metric(frame_of(Point(105, 21), crs=code), "khu")
    assert caught.value.fields["found"] == name


def test_a_metric_system_is_handed_back(squares: gpd.GeoDataFrame) -> None:
    assert require_metric(squares, "khu").to_epsg() == 5897


def test_heights_and_datum_shifts_are_taken_off() -> None:
    assert horizontal(as_crs("EPSG:5897+5773")) == as_crs(5897)
    shifted = as_crs(TM.format(lon=105, k=0.9999, datum=SHIFTED))
    assert shifted.is_bound
    assert not horizontal(shifted).is_bound


# --- which zone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("province", "day", "code"),
    [
        ("Hà Nội", date(2026, 1, 1), 5897),
        ("01", date(2025, 7, 1), 5897),
        ("ha noi", date(2025, 6, 30), 5897),
        ("Lào Cai", date(2026, 6, 23), 9208),
        ("Lai Châu", date(2025, 6, 30), 9205),
        ("Lai Châu", date(2025, 7, 1), 9208),
        ("Yên Bái", date(2025, 6, 30), 9208),
    ],
)
def test_a_province_has_the_zone_of_its_day(province: str, day: date, code: int) -> None:
    assert province_epsg(province, day) == code


@pytest.mark.parametrize(
    ("province", "day"),
    [("Yên Bái", date(2025, 7, 1)), ("Atlantis", date(2020, 1, 1)), ("", date(2026, 1, 1))],
)
def test_a_province_that_is_not_there_on_the_day_is_refused(province: str, day: date) -> None:
    with pytest.raises(CrsError, match="province_unknown") as caught:
        province_epsg(province, day)
    assert "Hà Nội" in caught.value.fields["expected"]


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (*THACH_THAT, 5897),
        (103.9, 22.5, 9208),
        (106.7, 10.8, 9210),
        (24.94, 60.17, 32635),
        (-70.0, -33.0, 32719),
    ],
)
def test_the_system_to_measure_in_follows_the_place(lon: float, lat: float, code: int) -> None:
    assert metric_crs_at(lon, lat).to_epsg() == code


@pytest.mark.parametrize(("lon", "lat"), [(float("nan"), 21.0), (105.0, float("inf")), (105.0, 2_325_000.0)])
def test_what_is_no_place_on_earth_has_no_system(lon: float, lat: float) -> None:
    with pytest.raises(CrsError, match="place_unreadable"):
        metric_crs_at(lon, lat)


@given(st.floats(-180, 180), st.floats(-80, 84))
def test_every_place_has_a_metric_system_that_fits_it(lon: float, lat: float) -> None:
    crs = metric_crs_at(lon, lat)
    assert is_metric(crs)
    x, _ = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    assert 0 < x < 1_000_000 or in_vietnam(lon, lat)


# --- recognising VN-2000 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "level"),
    [
        (TM.format(lon=105, k=0.9999, datum=SHIFTED), 5897, "info"),
        (TM.format(lon=105.75, k=0.9999, datum=SHIFTED), 9210, "info"),
        (TM.format(lon=105, k=0.9996, datum=SHIFTED), 3405, "info"),
        (TM.format(lon=105, k=0.9999, datum="+ellps=WGS84"), 5897, "warn"),
        (TM.format(lon=105, k=0.9999, datum="+datum=WGS84"), 5897, "warn"),
        (f"+proj=longlat {SHIFTED}", 4756, "info"),
    ],
)
def test_vn2000_is_recognised_under_other_names(value: str, code: int, level: str) -> None:
    ledger = Ledger("khu")
    found = usable_crs(as_crs(value), ledger)
    assert found is not None
    assert found.to_epsg() == code
    assert [(f.code, f.level) for f in ledger.findings] == [("crs_recognised", level)]


@pytest.mark.parametrize("version", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_vn2000_in_any_dialect_is_itself_without_a_finding(version: str) -> None:
    ledger = Ledger("khu")
    assert usable_crs(as_crs(as_crs(5897).to_wkt(version)), ledger) == as_crs(5897)
    assert ledger.findings == []


@pytest.mark.parametrize(
    "value",
    [
        4326,
        32648,
        3857,
        TM.format(lon=105, k=0.9996, datum="+datum=WGS84"),
        TM.format(lon=105.25, k=0.9999, datum=SHIFTED),
        TM.format(lon=105, k=0.9999, datum="+ellps=krass"),
    ],
)
def test_other_systems_stay_what_they_are(value: object) -> None:
    ledger = Ledger("khu")
    assert usable_crs(as_crs(value), ledger) == as_crs(value)
    assert ledger.findings == []


@pytest.mark.parametrize("value", ['LOCAL_CS["drawing",UNIT["m",1]]', 4978, 5773])
def test_a_system_that_is_not_of_the_map_blocks(value: object) -> None:
    ledger = Ledger("khu")
    assert usable_crs(as_crs(value), ledger) is None
    assert [(f.code, f.level) for f in ledger.findings] == [("crs_local", "block")]


# --- the datum operation ---------------------------------------------------------------------------------


def test_the_pinned_operation_lies_0_69_m_from_the_other_at_thach_that() -> None:
    ours = to_crs(at(THACH_THAT), as_crs(5897)).geometry.iloc[0]
    group = TransformerGroup(4326, 5897, always_xy=True).transformers
    moved = {
        t.description: Point(t.transform(*THACH_THAT)) for t in group if "VN-2000 to WGS 84" in t.description
    }
    assert len(moved) == 2
    distances = sorted(ours.distance(point) for point in moved.values())
    assert distances[0] == pytest.approx(0, abs=1e-6)
    assert distances[1] == pytest.approx(0.69, abs=0.005)
    (pinned,) = [p for name, p in moved.items() if DATUM_OPERATION in name]
    assert ours.distance(pinned) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("code", [4326, 3857, 32648])
def test_the_pinned_operation_is_taken_both_ways_from_any_wgs84_system(code: int) -> None:
    there = to_crs(at(THACH_THAT), as_crs(5897))
    around = to_crs(to_crs(there, as_crs(code)), as_crs(5897))
    # the operation turns about the earth's centre at height 0 and comes back 0.9 mm beside
    assert around.geometry.iloc[0].distance(there.geometry.iloc[0]) < 0.001


def test_without_any_datum_shift_a_point_lies_224_m_off() -> None:
    ours = to_crs(at(THACH_THAT), as_crs(5897)).geometry.iloc[0]
    bare = Point(Transformer.from_crs(4756, 5897, always_xy=True).transform(*THACH_THAT))
    assert ours.distance(bare) == pytest.approx(224, abs=1)


def test_a_zone_of_three_degrees_read_as_one_of_six_lies_698_m_off() -> None:
    ours = to_crs(at(THACH_THAT), as_crs(5897)).geometry.iloc[0]
    six = to_crs(at(THACH_THAT), as_crs(3405)).geometry.iloc[0]
    assert ours.distance(six) == pytest.approx(698, abs=1)


@pytest.mark.parametrize(
    ("code", "share"),
    [(3857, 0.1535), (32649, 0.00726), (32648, -0.00059), (5897, 0.0)],
)
def test_other_systems_stretch_the_area_of_a_parcel(code: int, share: float) -> None:
    parcel = gpd.GeoDataFrame(geometry=[box(105.54, 21.005, 105.571, 21.034)], crs=4326)
    ours = to_crs(parcel, as_crs(5897)).geometry.area.iloc[0]
    theirs = to_crs(parcel, as_crs(code)).geometry.area.iloc[0]
    assert theirs / ours - 1 == pytest.approx(share, abs=0.0002)


def test_the_zone_of_the_province_shows_the_area_on_the_ground_within_two_per_ten_thousand() -> None:
    parcel = gpd.GeoDataFrame(geometry=[box(105.54, 21.005, 105.571, 21.034)], crs=4326)
    ground, _ = Geod(ellps="WGS84").geometry_area_perimeter(parcel.geometry.iloc[0].segmentize(1e-4))
    assert to_crs(parcel, as_crs(5897)).geometry.area.iloc[0] == pytest.approx(abs(ground), rel=2e-4)


# --- moving frames ---------------------------------------------------------------------------------------


def test_moving_keeps_index_columns_and_the_name_of_the_geometry() -> None:
    given = gpd.GeoDataFrame(
        {"a": [1, 2], "shape": [Point(THACH_THAT), None]}, geometry="shape", crs=4326, index=[7, 9]
    )
    moved = to_crs(given, as_crs(5897))
    assert list(moved.columns) == ["a", "shape"]
    assert moved.geometry.name == "shape"
    assert list(moved.index) == [7, 9]
    assert moved.crs.to_epsg() == 5897
    assert moved.geometry.iloc[1] is None
    assert given.crs.to_epsg() == 4326


def test_a_frame_already_there_is_handed_back(squares: gpd.GeoDataFrame) -> None:
    assert to_crs(squares, as_crs(5897)) is squares


def test_a_frame_without_a_system_can_not_be_moved(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    with pytest.raises(CrsError, match="crs_missing: layer='khu'"):
        to_crs(frame_of(Point(0, 0), crs=None), as_crs(5897), layer="khu")


def test_a_drawing_can_not_be_moved_onto_the_map(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    with pytest.raises(CrsError, match="crs_unrelated: found='drawing'"):
        to_crs(frame_of(Point(0, 0), crs='LOCAL_CS["drawing",UNIT["m",1]]'), as_crs(4326))


def test_an_unknown_datum_is_not_guessed(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    unknown = TM.format(lon=105, k=0.9999, datum="+ellps=krass")
    with pytest.raises(CrsError, match="datum_operation_missing"):
        to_crs(frame_of(Point(5e5, 2.3e6), crs=unknown), as_crs(5897))


@pytest.mark.parametrize("bad", [Point(1e300, 0), box(0, 0, 1e12, 1), Point(np.nan, 1), Point(np.inf, 1)])
def test_coordinates_beyond_the_earth_neither_hang_nor_raise(
    frame_of: Callable[..., gpd.GeoDataFrame], bad: Any
) -> None:
    moved = to_crs(frame_of(bad, Point(558_000, 2_325_000)), as_crs(4326))
    assert moved.geometry.iloc[1].distance(Point(105.56, 21.02)) < 0.01
    assert len(moved) == 2


def test_a_line_of_no_length_moves_with_the_others(frame_of: Callable[..., gpd.GeoDataFrame]) -> None:
    still = LineString([(558_000, 2_325_000), (558_000, 2_325_000)])
    given = frame_of(still, box(558_000, 2_325_000, 559_000, 2_326_000), still)
    moved = to_crs(given, as_crs(4326)).geometry
    assert [shape.geom_type for shape in moved] == ["LineString", "Polygon", "LineString"]
    assert moved.iloc[0].coords[0] == moved.iloc[0].coords[1]
    assert len(moved.iloc[1].exterior.coords) > 80


def test_one_geometry_moves_like_a_frame() -> None:
    point = transform_geometry(Point(THACH_THAT), as_crs(4326), as_crs(5897))
    assert point.equals(to_crs(at(THACH_THAT), as_crs(5897)).geometry.iloc[0])


# --- the long-edge trap ----------------------------------------------------------------------------------


def neighbours(length_m: float, vertices: int, lean: float, side: int = 1) -> gpd.GeoDataFrame:
    """Two areas in degrees that share one straight border, with vertices on one side only."""
    lon, lat = THACH_THAT
    step_lon, step_lat = length_m * np.cos(lean) / 103_900, length_m * np.sin(lean) / 110_700
    ends = np.array([[lon, lat], [lon + step_lon, lat + step_lat]])
    middle = ends[0] + (ends[1] - ends[0]) * np.linspace(0, 1, vertices + 2)[:, None]
    aside = np.array([-step_lat, step_lon]) * 0.3 * side
    left = Polygon([*ends, *(ends[::-1] + aside)])
    right = Polygon([*middle, *(ends[::-1] - aside)])
    return gpd.GeoDataFrame(geometry=[left, right], crs=4326)


def overlap(frame: gpd.GeoDataFrame) -> float:
    a, b = shapely.make_valid(frame.geometry.to_numpy())
    return float(shapely.intersection(a, b).area)


@pytest.mark.parametrize(("length_m", "false_m2"), [(1_000, 5.04), (5_000, 631), (20_000, 40_405)])
def test_plain_reprojection_makes_a_false_overlap_that_densified_edges_avoid(
    length_m: float, false_m2: float
) -> None:
    given = neighbours(length_m, 40, 0.0, side=-1)
    plain = overlap(given.to_crs(5897))
    assert plain == pytest.approx(false_m2, rel=0.02)
    assert overlap(to_crs(given, as_crs(5897))) < 0.1 * (length_m / 5_000)


@given(st.integers(1, 9), st.floats(0, np.pi), st.sampled_from([-1, 1]))
def test_neighbours_with_unequal_vertices_on_a_border_of_5_km_do_not_overlap(
    vertices: int, lean: float, side: int
) -> None:
    assert overlap(to_crs(neighbours(5_000, vertices, lean, side), as_crs(5897))) < 0.1
