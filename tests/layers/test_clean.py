"""Geometry checked and mended: every row comes out valid or is set aside, every repair has its areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)
from shapely.errors import ShapelyError

from layers.clean import clean_geometry, polygon_parts
from layers.errors import SchemaError
from layers.findings import Ledger, count_codes

if TYPE_CHECKING:
    from collections.abc import Callable

E, N = 558_000.0, 2_325_000.0


def quietly(build: Callable[..., Any]) -> Callable[..., Any]:
    """Build geometry with NaN in it, of which NumPy warns; a ring that can't close is an empty one."""

    def make(*values: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                return build(*values)
        except ShapelyError:
            return Polygon()

    return make


def moved(geometry: Any) -> Any:
    """Put a small figure on the map of Hà Nội."""
    return shapely.transform(geometry, lambda points: np.add(points, (E, N)))


def cleaned(
    *geometry: Any, polygons: bool = True, crs: Any = 5897, index: Any = None, name: str = "geometry"
) -> tuple[gpd.GeoDataFrame, Ledger]:
    ledger = Ledger("khu")
    frame = gpd.GeoDataFrame(
        {"a": range(len(geometry)), name: list(geometry)}, geometry=name, crs=crs, index=index
    )
    return clean_geometry(frame, ledger, polygons=polygons), ledger


BOW = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


# --- repairs ---------------------------------------------------------------------------------------------


def test_a_sound_layer_comes_back_as_it_was(squares: gpd.GeoDataFrame) -> None:
    ledger = Ledger("khu")
    assert clean_geometry(squares, ledger, polygons=True) is squares
    assert ledger.findings == []


@pytest.mark.parametrize(
    ("geometry", "before", "after"),
    [
        (BOW, 0, 5_000),
        (
            Polygon(
                [(0, 0), (10, 0), (10, 10), (0, 10)],
                [[(2, 2), (4, 2), (4, 4), (2, 4)], [(3, 3), (5, 3), (5, 5), (3, 5)]],
            ),
            92,
            93,
        ),
        (Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(20, 20), (30, 20), (30, 30), (20, 20)]]), 50, 150),
        (MultiPolygon([box(0, 0, 10, 10), box(5, 5, 20, 20)]), 325, 300),
        (Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 20), (5, 10), (0, 10)]), 100, 100),
    ],
    ids=["bow tie", "crossing holes", "hole outside", "overlapping parts", "spike"],
)
def test_a_repair_is_a_finding_with_the_area_before_and_after(
    geometry: Any, before: float, after: float
) -> None:
    frame, ledger = cleaned(moved(geometry), index=[7])
    assert frame.geometry.is_valid.all()
    assert frame.geometry.area.iloc[0] == pytest.approx(after)
    (finding,) = ledger.findings
    assert (finding.code, finding.row, finding.level) == ("geometry_repaired", "7", "warn")
    assert finding.fields["area_before_m2"] == pytest.approx(before, abs=1e-6)
    assert finding.fields["area_after_m2"] == pytest.approx(after)
    assert finding.fields["found"]


def test_areas_of_a_repair_in_degrees_are_in_square_metres() -> None:
    bow = shapely.transform(BOW, lambda p: np.add(p * 1e-5, (105.56, 21.02)))
    _, ledger = cleaned(bow, crs=4326)
    assert ledger.findings[0].fields["area_after_m2"] == pytest.approx(5_000 * 1.04 * 1.107, rel=0.01)


def test_areas_of_a_repair_in_web_mercator_are_those_on_the_ground() -> None:
    bow = shapely.transform(BOW, lambda p: np.add(p, (11_750_000, 2_395_000)))
    _, ledger = cleaned(bow, crs=3857)
    assert ledger.findings[0].fields["area_after_m2"] == pytest.approx(5_000 / 1.1534, rel=0.001)


def test_a_collection_gives_up_its_areas() -> None:
    inner = GeometryCollection([box(20, 20, 30, 30), Point(1, 1)])
    frame, ledger = cleaned(
        moved(GeometryCollection([box(0, 0, 10, 10), LineString([(0, 0), (5, 5)]), inner]))
    )
    assert frame.geometry.area.tolist() == [200]
    assert [f.code for f in ledger.findings] == ["collection_reduced"]


def test_a_closed_line_becomes_an_area_where_areas_are_asked_for() -> None:
    ring = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    frame, ledger = cleaned(moved(LineString(ring)), moved(LinearRing(np.add(ring, 50))))
    assert frame.geometry.area.tolist() == [100, 100]
    assert [f.code for f in ledger.findings] == ["line_closed_to_polygon"] * 2


def test_of_several_closed_lines_in_one_row_those_inside_are_holes() -> None:
    outer = [(0, 0), (90, 0), (90, 90), (0, 90), (0, 0)]
    inner = [(20, 20), (30, 20), (30, 30), (20, 20)]
    apart = [(200, 0), (210, 0), (210, 10), (200, 10), (200, 0)]
    frame, ledger = cleaned(moved(MultiLineString([outer, inner, apart])))
    assert frame.geometry.area.tolist() == [pytest.approx(8_100 - 50 + 100)]
    assert [f.code for f in ledger.findings] == ["line_closed_to_polygon"]


def test_heights_are_dropped_and_counted() -> None:
    frame, ledger = cleaned(shapely.force_3d(moved(box(0, 0, 10, 10))), moved(box(50, 0, 60, 10)))
    assert not frame.geometry.has_z.any()
    assert [(f.code, f.level, f.fields["count"]) for f in ledger.findings] == [("height_dropped", "info", 1)]


# --- rows set aside --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "geometry_null"),
        (Polygon(), "geometry_empty"),
        (GeometryCollection(), "geometry_empty"),
        (quietly(Polygon)([(E, N), (E, np.nan), (E + 1, N + 1), (E, N)]), "coordinates_not_finite"),
        (quietly(Polygon)([(E, N), (E, np.inf), (E + 1, N + 1), (E, N)]), "coordinates_not_finite"),
        (Polygon([(E, N), (E, 1e12), (E + 1, N + 1), (E, N)]), "coordinates_out_of_range"),
        (Polygon([(E, N), (E + 5, N + 5), (E + 9, N + 9), (E, N)]), "geometry_unrepairable"),
        (Polygon([(E, N), (E, N), (E, N), (E, N)]), "geometry_unrepairable"),
        (Polygon([(E, N), (E + 1e-4, N), (E + 1e-4, N + 1e-4), (E, N)]), "geometry_without_area"),
        (Point(E, N), "geometry_type"),
        (MultiPoint([(E, N), (E + 1, N)]), "geometry_type"),
        (LineString([(E, N), (E + 9, N)]), "geometry_type"),
        (MultiLineString([[(E, N), (E + 9, N)], [(E, N), (E + 9, N + 9)]]), "geometry_type"),
        (GeometryCollection([LineString([(E, N), (E + 9, N)])]), "geometry_type"),
    ],
)
def test_what_can_not_be_used_is_set_aside_with_its_row(geometry: Any, code: str) -> None:
    frame, ledger = cleaned(moved(box(0, 0, 10, 10)), geometry, index=["good", "bad"])
    assert list(frame.index) == ["good"]
    assert ledger.aside == {"bad": code}
    (finding,) = [f for f in ledger.findings if f.level == "block"]
    assert (finding.code, finding.row) == (code, "bad")


def test_a_wrong_type_says_what_was_found_and_expected() -> None:
    _, ledger = cleaned(MultiLineString([[(E, N), (E + 9, N)]]))
    assert ledger.findings[0].fields == {"expected": "Polygon", "found": "MultiLineString"}


def test_coordinates_out_of_range_name_the_farthest_point_of_each_row() -> None:
    rows = [Polygon([(E, N), (E, 10.0**k), (3 * 10.0**k, N), (E, N)]) for k in (8, 9)]
    _, ledger = cleaned(*rows, moved(box(0, 0, 1, 1)))
    found = [(f.row, f.fields["found"]) for f in ledger.findings]
    assert found == [("0", {"x": 3e8, "y": N}), ("1", {"x": 3e9, "y": N})]


def test_a_layer_in_web_mercator_is_in_range() -> None:
    frame, _ = cleaned(box(11_750_000, 2_395_000, 11_750_100, 2_395_100), crs=3857)
    assert len(frame) == 1


def test_metres_said_to_be_degrees_are_out_of_range() -> None:
    _, ledger = cleaned(moved(box(0, 0, 10, 10)), crs=4326)
    assert ledger.aside == {0: "coordinates_out_of_range"}
    assert ledger.findings[0].fields["expected"] == "±180, ±90"


@pytest.mark.parametrize("crs", [4326, None])
def test_a_hectare_in_degrees_has_an_area_even_without_a_system(crs: Any) -> None:
    hectare = box(105.56, 21.02, 105.56096, 21.0209)
    assert hectare.area < 1e-6
    frame, ledger = cleaned(hectare, crs=crs)
    assert len(frame) == 1
    assert ledger.aside == {}


def test_lines_and_points_stay_where_any_geometry_will_do() -> None:
    frame, ledger = cleaned(
        Point(E, N), LineString([(E, N), (E + 9, N)]), moved(box(0, 0, 1, 1)), polygons=False
    )
    assert len(frame) == 3
    assert [(f.code, f.fields["found"]) for f in ledger.findings] == [
        ("geometry_mixed", ["LineString", "Point", "Polygon"])
    ]


def test_a_line_of_no_length_can_not_be_used_anywhere() -> None:
    frame, ledger = cleaned(LineString([(E, N), (E, N)]), Point(E, N), polygons=False)
    assert list(frame.index) == [1]
    assert ledger.aside == {0: "geometry_unrepairable"}


# --- layers as wholes ------------------------------------------------------------------------------------


def test_duplicates_point_at_the_first_of_their_kind_whatever_vertex_they_start_at() -> None:
    one = box(0, 0, 10, 10)
    again = Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    alike = Polygon([(0, 0), (10, 0), (10, 10), (5, 9.999)])
    frame, ledger = cleaned(*map(moved, (one, alike, again, one)), index=["a", "b", "c", "d"])
    assert len(frame) == 4
    found = [(f.row, f.fields["other"]) for f in ledger.findings if f.code == "geometry_duplicate"]
    assert found == [("c", "a"), ("d", "a")]


def test_a_row_outside_vietnam_is_named_and_stays() -> None:
    frame, ledger = cleaned(moved(box(0, 0, 10, 10)), box(E, 5e6, E + 1, 5e6 + 1))
    assert len(frame) == 2
    assert [(f.code, f.row) for f in ledger.findings] == [("row_outside_vietnam", "1")]


def test_a_layer_outside_vietnam_is_one_finding() -> None:
    _, ledger = cleaned(box(24.9, 60.1, 25.0, 60.2), box(24.8, 60.1, 24.9, 60.2), crs=4326)
    assert [(f.code, f.row) for f in ledger.findings] == [("place_outside_vietnam", None)]
    assert ledger.findings[0].fields["lat_deg"] == pytest.approx(60.15)
    assert ledger.findings[0].fields["lon_deg"] == pytest.approx(24.95)


def test_a_layer_with_x_and_y_in_each_others_place_says_so() -> None:
    _, ledger = cleaned(box(N, E, N + 100, E + 100), box(N, E + 500, N + 100, E + 600))
    assert [(f.code, f.level) for f in ledger.findings] == [("axes_reversed", "warn")]


@pytest.mark.parametrize(("crs", "codes"), [(5897, []), (9208, ["zone_of_other_province"]), (3405, [])])
def test_a_layer_in_the_zone_of_another_province_is_named(crs: int, codes: list[str]) -> None:
    _, ledger = cleaned(moved(box(35_000, 0, 35_010, 10)), crs=crs)
    assert [f.code for f in ledger.findings] == codes


def test_labels_used_twice_are_refused_for_rows_could_not_be_told_apart() -> None:
    with pytest.raises(SchemaError, match="index_duplicate: layer='khu', found='7', count=1"):
        cleaned(moved(box(0, 0, 1, 1)), None, index=[7, 7])


@pytest.mark.parametrize(
    "geometry", [BOW, shapely.force_3d(box(0, 0, 9, 9)), LineString([(0, 0), (9, 0), (9, 9), (0, 0)])]
)
def test_a_geometry_column_of_any_name_keeps_its_name_and_place(geometry: Any) -> None:
    frame, _ = cleaned(moved(geometry), None, name="hinh")
    assert list(frame.columns) == ["a", "hinh"]
    assert frame.geometry.name == "hinh"
    assert frame.crs.to_epsg() == 5897
    assert len(frame) == 1


def test_what_was_given_is_not_changed() -> None:
    given = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[moved(BOW), None], crs=5897)
    wkb = given.to_wkb()
    clean_geometry(given, Ledger("khu"), polygons=True)
    assert given.to_wkb().equals(wkb)


def test_no_rows_are_no_trouble() -> None:
    frame, ledger = cleaned()
    assert len(frame) == 0
    assert ledger.findings == []


def test_polygon_parts_of_nested_collections() -> None:
    nest = GeometryCollection(
        [GeometryCollection([MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])]), Point(0, 0)]
    )
    parts = polygon_parts(np.array([nest, Point(0, 0), box(0, 0, 1, 1)], dtype=object))
    assert parts[0].geom_type == "MultiPolygon"
    assert parts[0].area == 2
    assert parts[1] is None
    assert parts[2].equals(box(0, 0, 1, 1))


def test_a_geometry_that_geos_gives_up_on_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = shapely.make_valid

    def moody(geometry: Any, **options: Any) -> Any:
        if len(geometry) > 1 or shapely.area(geometry[0]) > 1:
            raise shapely.errors.GEOSException("TopologyException: found non-noded intersection")
        return real(geometry, **options)

    monkeypatch.setattr(shapely, "make_valid", moody)
    spike = Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 20), (5, 10), (0, 10)])
    frame, ledger = cleaned(moved(BOW), moved(spike))
    assert list(frame.index) == [0]
    assert ledger.aside == {1: "geometry_unrepairable"}


# --- random figures --------------------------------------------------------------------------------------

whole = st.integers(-3, 12)
nasty = st.sampled_from([0.0, 1e-9, 1e-3, 5.0, 1e7, 1e13, float("nan"), float("inf"), -5.0])
corner = st.tuples(whole | nasty, whole | nasty).map(lambda p: (float(p[0]), float(p[1])))
ring = st.lists(corner, min_size=3, max_size=9)
polygon = st.builds(quietly(Polygon), ring)
holed = st.builds(quietly(lambda r, h: Polygon(r, [h])), ring, ring)
line = st.lists(corner, min_size=2, max_size=6).map(quietly(LineString))
closed = ring.map(quietly(lambda r: LineString([*r, r[0]])))
anything = st.one_of(
    st.none(),
    st.just(Polygon()),
    polygon,
    holed,
    line,
    closed,
    corner.map(quietly(Point)),
    st.lists(polygon, max_size=3).map(quietly(MultiPolygon)),
    st.lists(line, max_size=3).map(quietly(MultiLineString)),
    st.lists(closed, max_size=3).map(quietly(MultiLineString)),
    st.lists(st.one_of(polygon, holed, line, closed), max_size=3).map(quietly(GeometryCollection)),
)


@settings(max_examples=300)
@given(st.lists(anything, max_size=8), st.sampled_from([5897, 4326, 3857, None]), st.booleans())
def test_every_row_comes_out_usable_or_is_set_aside(
    geometry: list[Any], crs: int | None, polygons: bool
) -> None:
    frame, ledger = cleaned(*geometry, polygons=polygons, crs=crs)
    assert len(frame) + len(ledger.aside) == len(geometry)
    assert not set(frame.index) & set(ledger.aside)
    shapes = frame.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    assert not shapely.has_z(shapes).any()
    assert np.isfinite(shapely.get_coordinates(shapes)).all()
    if polygons:
        assert set(frame.geom_type) <= {"Polygon", "MultiPolygon"}
        assert (shapely.area(shapes) > 0).all()
    blocked = {f.row for f in ledger.findings if f.level == "block"}
    assert blocked == {str(row) for row in ledger.aside}
    assert set(count_codes(ledger.findings)) <= KNOWN


KNOWN = {
    "geometry_null",
    "geometry_empty",
    "coordinates_not_finite",
    "coordinates_out_of_range",
    "collection_reduced",
    "line_closed_to_polygon",
    "geometry_type",
    "geometry_repaired",
    "geometry_unrepairable",
    "geometry_without_area",
    "geometry_mixed",
    "geometry_duplicate",
    "height_dropped",
    "place_outside_vietnam",
    "row_outside_vietnam",
}
