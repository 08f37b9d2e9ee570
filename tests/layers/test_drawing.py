"""Drawings: hatches and closed lines as areas with their texts, gaps named, arcs within a tolerance."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest
from ezdxf.filemanagement import new
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from layers import Source, guarded_read, read_layer
from layers._arcs import arc, bulged
from layers.errors import SourceError
from tests.hostile.damage import Damage, spoilt

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Reading

X, Y = 558_000.0, 2_325_000.0


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(X + x, Y + y), (X + x + side, Y + y), (X + x + side, Y + y + side), (X + x, Y + y + side)]


@pytest.fixture
def drawing() -> Any:
    return new("R2010", units=6)


def read(drawing: Any, folder: Path, kind: str = "industrial_park", **options: Any) -> Reading:
    path = folder / "a.dxf"
    drawing.saveas(path)
    found = read_layer(Source(path, assume_crs="5897", **options), kind)
    assert found.rows_read == found.rows_used + len(found.set_aside)
    return found


def told(found: Reading, code: str) -> list[dict[str, Any]]:
    return [f.fields for f in found.findings if f.code == code]


def test_closed_lines_and_hatches_become_areas_with_their_holes(drawing: Any, tmp_path: Path) -> None:
    space = drawing.modelspace()
    space.add_lwpolyline(square(0, 0, 100), close=True, dxfattribs={"layer": "LÔ ĐẤT"})
    hatch = space.add_hatch(dxfattribs={"layer": "TÔ"})
    hatch.paths.add_polyline_path(square(200, 0, 100), is_closed=True)
    hatch.paths.add_polyline_path(square(220, 20, 10), is_closed=True, flags=16)
    found = read(drawing, tmp_path)
    assert found.layer.frame.geometry.area.tolist() == pytest.approx([10_000, 9_900])
    assert found.layer.frame["Layer"].tolist() == ["LÔ ĐẤT", "TÔ"]


def test_a_hatch_and_its_border_count_once(drawing: Any, tmp_path: Path) -> None:
    space = drawing.modelspace()
    space.add_lwpolyline(square(0, 0, 100), close=True)
    space.add_hatch().paths.add_polyline_path(square(0, 0, 100), is_closed=True)
    found = read(drawing, tmp_path)
    assert (found.rows_read, found.rows_used) == (2, 1)
    assert told(found, "drawing_twice") == [{"count": 1}]


def test_texts_go_to_the_smallest_area_they_lie_in(drawing: Any, tmp_path: Path) -> None:
    space = drawing.modelspace()
    for side in (100, 20):
        space.add_lwpolyline(square(0, 0, side), close=True)
    space.add_text("Lô A1").set_placement((X + 5, Y + 15))
    space.add_mtext(r"{\fArial|b1;12,5} ha", dxfattribs={"insert": (X + 5, Y + 5)})
    space.add_text("KCN").set_placement((X + 60, Y + 60))
    space.add_text("ngoài").set_placement((X + 600, Y))
    found = read(drawing, tmp_path)
    assert found.layer.frame["name"].tolist() == ["KCN", "Lô A1 | 12,5 ha"]
    assert told(found, "texts_placed") == [{"count": 3, "areas": 2}]
    assert told(found, "texts_unplaced") == [{"count": 1, "found": ["ngoài"]}]
    assert set(found.set_aside["code"]) == {"text_in_area", "drawing_text"}


def test_a_line_that_is_nearly_closed_is_named_and_closed_only_when_asked(
    drawing: Any, tmp_path: Path
) -> None:
    drawing.modelspace().add_lwpolyline([*square(0, 0, 100), (X, Y + 0.4)])
    drawing.modelspace().add_lwpolyline([(X, Y), (X + 500, Y), (X + 900, Y + 50)])
    found = read(drawing, tmp_path)
    assert found.rows_used == 0
    (gap,) = told(found, "polyline_open")
    assert (gap["gap_m"], gap["length_m"]) == (pytest.approx(0.4), pytest.approx(399.6))
    assert told(found, "drawing_rest")[0]["found"] == ["LWPOLYLINE / 0 (1)"]
    assert read(drawing, tmp_path, close_m=0.3).rows_used == 0
    closed = read(drawing, tmp_path, close_m=0.5)
    assert closed.layer.frame.geometry.area.tolist() == pytest.approx([10_000])
    assert told(closed, "polyline_closed") == [{"gap_m": pytest.approx(0.4)}]


def test_attributes_of_blocks_become_columns(drawing: Any, tmp_path: Path) -> None:
    block = drawing.blocks.new("LO")
    block.add_lwpolyline([(0, 0), (20, 0), (20, 20), (0, 20)], close=True)
    block.add_attdef("TENDUAN", (1, 1))
    block.add_attdef("Layer", (1, 1))
    for i, name in enumerate(["Một", "Hai"]):
        insert = drawing.modelspace().add_blockref("LO", (X + 100 * i, Y), dxfattribs={"xscale": 2.0})
        insert.add_auto_attribs({"TENDUAN": name, "Layer": "x"})
    frame = read(drawing, tmp_path).layer.frame
    assert frame["name"].tolist() == ["Một", "Hai"]
    assert frame["Layer_"].tolist() == ["x", "x"]
    assert frame["Block"].tolist() == ["LO", "LO"]
    assert frame.geometry.area.tolist() == pytest.approx([800, 800])


def test_for_lines_a_block_is_a_point_and_texts_are_set_aside(drawing: Any, tmp_path: Path) -> None:
    drawing.blocks.new("TRAM").add_circle((0, 0), 1)
    space = drawing.modelspace()
    space.add_blockref("TRAM", (X, Y))
    space.add_line((X, Y), (X + 100, Y))
    space.add_text("đường 5 m").set_placement((X, Y))
    found = read(drawing, tmp_path, kind="road")
    assert sorted(found.layer.frame.geom_type) == ["LineString", "Point"]
    assert found.set_aside["code"].tolist() == ["drawing_text"]


def test_what_is_left_out_is_counted_by_type_and_sheets_too(drawing: Any, tmp_path: Path) -> None:
    space = drawing.modelspace()
    space.add_lwpolyline(square(0, 0, 100), close=True)
    space.add_linear_dim(base=(X, Y - 10), p1=(X, Y), p2=(X + 100, Y)).render()
    space.add_ray((X, Y), (1, 0))
    drawing.layout("Layout1").add_line((0, 0), (1, 1))
    (left,) = told(read(drawing, tmp_path), "drawing_left_out")
    assert (left["count"], left["found"]) == (3, ["DIMENSION (1)", "RAY (1)", "PAPER SPACE (1)"])


def test_a_layer_of_the_drawing_is_chosen_by_name(drawing: Any, tmp_path: Path) -> None:
    for n, name in enumerate(["KCN", "KCN", "DATO"]):
        attributes = {"layer": name}
        drawing.modelspace().add_lwpolyline(square(200 * n, 0, 100), close=True, dxfattribs=attributes)
    drawing.modelspace().add_text("A", dxfattribs={"layer": "CHU"}).set_placement((X + 50, Y + 50))
    found = read(drawing, tmp_path, layer="KCN")
    assert found.rows_used == 2
    assert found.layer.frame["name"].iloc[0] == "A"
    assert found.set_aside["code"].tolist() == ["drawing_other_layer", "text_in_area"]
    with pytest.raises(SourceError, match="layer_missing"):
        read(drawing, tmp_path, layer="không có")


def test_curves_keep_to_the_tolerance_that_is_stated(drawing: Any, tmp_path: Path) -> None:
    space = drawing.modelspace()
    space.add_circle((X, Y), 500)
    space.add_lwpolyline([(X - 5_000, Y, 0, 0, 1), (X - 4_000, Y, 0, 0, 1)], close=True)
    hatch = space.add_hatch()
    hatch.paths.add_edge_path().add_arc((X + 5_000, Y), 500, 0, 360)
    found = read(drawing, tmp_path)
    assert told(found, "arcs_flattened") == [{"count": 3, "tolerance_m": 0.01}]
    centres = (X, X - 4_500, X + 5_000)
    for x, shape in zip(centres, found.layer.frame.geometry, strict=True):
        assert shape.hausdorff_distance(Point(x, Y).buffer(500, 4_000).exterior) <= 500
        assert shape.exterior.distance(Point(x, Y)) == pytest.approx(500, abs=0.0101)
        assert shape.area == pytest.approx(math.pi * 500**2, rel=5e-5)


def test_a_drawing_in_millimetres_says_so(tmp_path: Path) -> None:
    drawing = new("R2010", units=4)
    drawing.modelspace().add_lwpolyline(square(0, 0, 100), close=True)
    assert told(read(drawing, tmp_path), "drawing_unit") == [{"unit_m": 0.001}]


def test_old_text_in_a_drawing_is_read(tmp_path: Path) -> None:
    drawing = new("R2000", units=6)
    names = [
        "KhÊu Quúnh",
        "Côm c«ng nghiÖp",
        "§Êt ë ®« thÞ",
        "Lµng nghÒ",
        "Hoµ L¹c",
        "Th¹ch ThÊt",
        "Quèc Oai",
    ] * 4
    for i, name in enumerate(names):
        drawing.modelspace().add_lwpolyline(square(200 * i, 0, 100), close=True)
        drawing.modelspace().add_text(name).set_placement((X + 200 * i + 50, Y + 50))
    path = tmp_path / "a.dxf"
    drawing.saveas(path)
    found = guarded_read(Source(path, assume_crs="5897"), "industrial_park")
    assert found.layer.frame["name"].tolist()[1:6] == [
        "Cụm công nghiệp", "Đất ở đô thị", "Làng nghề", "Hoà Lạc", "Thạch Thất",
    ]  # fmt: skip


@given(st.floats(0.1, 5_000), st.floats(-6, 6), st.floats(0.001, 1))
def test_every_edge_of_an_arc_lies_within_the_tolerance(
    radius: float, angle: float, tolerance: float
) -> None:
    points = arc((0, 0), radius, (0, angle), tolerance)
    away = [radius - math.dist((0, 0), ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) for a, b in pairwise(points)]
    assert max(away) <= max(tolerance, radius * 2e-6) * 1.001 or radius <= tolerance * 4


@given(st.floats(0.05, 3), st.floats(-1, 1))
def test_a_bulge_is_the_arc_of_its_angle(bulge: float, turn: float) -> None:
    end = (100 * math.cos(turn), 100 * math.sin(turn))
    points = bulged([(0, 0, bulge), (*end, 0)], closed=False, tolerance=0.001)
    middle = LineString(points).interpolate(0.5, normalized=True)
    # the middle of the arc is half a chord times the bulge away from the chord, to its right
    assert middle.distance(Point(end[0] / 2, end[1] / 2)) == pytest.approx(50 * bulge, rel=0.02)
    assert Polygon([(0, 0), *end_side(end)]).contains(middle) or bulge > 1.5


def end_side(end: tuple[float, float]) -> list[tuple[float, float]]:
    x, y = end
    return [(2 * y, -2 * x), (x + 2 * y, y - 2 * x), (x, y)]


def test_a_microstation_drawing_gives_areas_with_levels(tmp_path: Path) -> None:
    path = tmp_path / "a.dgn"
    shapes = [box(X + 200 * i, Y, X + 200 * i + 100, Y + 100) for i in range(3)]
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=shapes, crs=5897), path, driver="DGN")
    found = guarded_read(Source(path, assume_crs="5897"), "industrial_park")
    assert found.layer.frame.geometry.area.tolist() == pytest.approx([10_000] * 3)
    assert "Level" in found.layer.frame


def test_old_text_in_a_microstation_drawing_goes_to_its_area(tmp_path: Path) -> None:
    ezdgn = pytest.importorskip("ezdgn", reason="writes DGN v7 with texts, for tests only")
    drawing = ezdgn.new()
    names = ["Côm c«ng nghiÖp", "§Êt ë ®« thÞ", "Lµng nghÒ", "Hoµ L¹c", "Th¹ch ThÊt", "Quèc Oai"] * 3
    for i, name in enumerate(names):
        space = drawing.modelspace()
        space.add_shape([(x - X + 200 * i, y - Y) for x, y in square(0, 0, 100)])
        space.add_text(name.encode("latin-1"), (200 * i + 50, 50), height=5)
    space.add_text(b"ngoai", (-500, 50), height=5)
    space.add_line((0, 0), (5, 5))
    drawing.saveas(tmp_path / "a.dgn")
    found = guarded_read(Source(tmp_path / "a.dgn", assume_crs="5897"), "industrial_park")
    assert found.layer.frame["name"].tolist()[:6] == [
        "Cụm công nghiệp", "Đất ở đô thị", "Làng nghề", "Hoà Lạc", "Thạch Thất", "Quốc Oai",
    ]  # fmt: skip
    assert found.layer.frame.geometry.area.tolist() == pytest.approx([10_000] * len(names))
    assert told(found, "texts_unplaced")[0]["found"] == ["ngoai"]
    assert found.rows_read == 2 * len(names) + 2


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("how", ["cut", "flip", "zero", "double"])
def test_a_damaged_drawing_loses_nothing_without_a_word(
    drawing: Any, tmp_path: Path, how: str, seed: int
) -> None:
    space = drawing.modelspace()
    for i in range(12):
        space.add_lwpolyline(square(200 * i, 0, 100), close=True)
        space.add_text(f"L{i}").set_placement((X + 200 * i + 50, Y + 50))
    whole = read(drawing, tmp_path)
    raw = (tmp_path / "a.dxf").read_bytes()
    (tmp_path / "b.dxf").write_bytes(
        spoilt(raw, Damage(how, ".dxf", 95 + seed % 5 if how == "cut" else seed))
    )
    try:
        found = read_layer(Source(tmp_path / "b.dxf", assume_crs="5897"), "industrial_park")
    except SourceError:
        return
    assert found.rows_used == whole.rows_used or any(f.level != "info" for f in found.findings)
