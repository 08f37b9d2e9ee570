from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from shapely import LineString, Point, box

from layers import Layer, Period, Provenance
from layers.crs import as_crs
from layers.errors import SchemaError, StoreError
from maps.answer_map import answer_layers, context_layers, drawn_rows
from maps.canvas import MapLayer, Served, base_map
from maps.pencil import drawing_group, drawn_layers
from maps.printing import Sheet, sheet_bytes, sheet_pages, sheet_scale
from maps.printing.service import Printable, offer, printed
from maps.styles import UNKNOWN_LAND, Look, land_looks
from maps.words import words
from tests.maps.conftest import HOSTILE, X0, Y0, frame, small_layers

VN = as_crs(5897)
VI = words("vi")
PLACE = (X0, Y0, X0 + 1000.0, Y0 + 1000.0)
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def sheet(**facts):
    return Sheet(**({"title": "Cụm công nghiệp", "crs": VN, "at": AT} | facts))


def sheet_figure(*given, **facts):
    """The page of a sheet that needs one."""
    (figure,) = sheet_pages(*given, **facts)
    return figure


def layer(*shapes, look=None, **facts):
    looks = [look or Look("#ff0000", "", "#000000", 0.0)]
    made = {"id": "a", "title": "Lớp", "group": "", "order": 1, "looks": looks, "legend": [looks[0].legend()]}
    return MapLayer(frame=frame(*shapes), **(made | facts))


def texts(figure):
    return [text.get_text() for text in figure.texts]


def picture(figure, of):
    return np.asarray(Image.open(io.BytesIO(sheet_bytes([figure], "png", of))).convert("RGB")).astype(int)


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("wide", [True, False])
def test_a_sheet_has_the_size_of_its_paper_and_the_map_the_scale_it_states(paper, wide):
    of = sheet(paper=paper, wide=wide)
    figure = sheet_figure([layer(box(0, 0, 1000, 1000))], VI, sheet=of, bounds=PLACE)
    width, height = figure.get_size_inches() * 25.4
    assert sorted((width, height)) == pytest.approx({"A4": [210, 297], "A3": [297, 420]}[paper])
    assert (width > height) == wide
    axes = figure.axes[0]
    scale = sheet_scale(of, PLACE)
    on_paper = axes.get_position().width * width / 1000
    assert (axes.get_xlim()[1] - axes.get_xlim()[0]) / on_paper == pytest.approx(scale)
    on_paper = axes.get_position().height * height / 1000
    assert (axes.get_ylim()[1] - axes.get_ylim()[0]) / on_paper == pytest.approx(scale)
    assert f"Tỷ lệ 1:{VI.number(scale, 0)}" in texts(figure)


@pytest.mark.parametrize("side_m", [10.0, 430.0, 2_000.0, 33_000.0, 400_000.0])
def test_the_scale_is_the_largest_round_one_that_shows_the_place(side_m):
    of = sheet()
    scale = sheet_scale(of, (X0, Y0, X0 + side_m, Y0 + side_m))
    _, _, wide, tall = of.map_box
    assert min(wide, tall) * scale / 1000 >= side_m
    assert str(scale).rstrip("0") in {"1", "15", "2", "25", "3", "4", "5", "75"}


def test_the_scale_asked_for_is_kept():
    assert sheet_scale(sheet(scale=25_000), PLACE) == 25_000


def test_land_is_drawn_where_it_lies_and_as_large_as_it_is():
    of = sheet(scale=10_000)
    figure = sheet_figure([layer(box(0, 0, 1000, 1000))], VI, sheet=of, bounds=PLACE)
    red = (picture(figure, of) == [255, 0, 0]).all(axis=2)
    # a kilometre at 1:10,000 is 100 mm, at 200 dots an inch
    side = 100 / 25.4 * 200
    rows, columns = np.flatnonzero(red.sum(axis=1) > side / 2), np.flatnonzero(red.sum(axis=0) > side / 2)
    assert len(rows) == pytest.approx(side, abs=2)
    assert len(columns) == pytest.approx(side, abs=2)
    left, _, wide, _ = of.map_box
    assert columns.mean() == pytest.approx((left + wide / 2) / 25.4 * 200, abs=2)


def test_a_hole_stays_empty():
    ring = box(0, 0, 1000, 1000).difference(box(300, 300, 700, 700))
    of = sheet(scale=10_000)
    pixels = picture(sheet_figure([layer(ring)], VI, sheet=of, bounds=PLACE), of)
    left, bottom, wide, tall = of.map_box
    row = int((of.size[1] - bottom - tall / 2) / 25.4 * 200) + 20
    column = int((left + wide / 2) / 25.4 * 200) + 20
    assert pixels[row, column].tolist() != [255, 0, 0]
    assert pixels[row + 300, column].tolist() == [255, 0, 0]


def test_the_grid_stands_at_round_metres(say):
    figure = sheet_figure([], say, sheet=sheet(scale=10_000), bounds=PLACE)
    ticks = figure.axes[0].get_xticks()
    assert len(ticks) >= 3
    assert set(np.diff(ticks)) == {500.0}
    assert (ticks % 500 == 0).all()
    assert figure.axes[0].get_xticklabels()[0].get_text() == say.number(ticks[0], 0)


def test_a_sheet_says_title_label_system_decisions_and_day(say):
    of = sheet(label=say("made.label"), notes=("Căn cứ: 12/QĐ-UBND",))
    said = " ".join(texts(sheet_figure([layer(box(0, 0, 9, 9))], say, sheet=of, bounds=PLACE)))
    for expected in (
        "Cụm công nghiệp",
        say("made.label"),
        "EPSG:5897",
        "12/QĐ-UBND",
        say("print.legend"),
        "Lớp",
    ):
        assert expected in said
    assert say("print.made_on", at=say.moment(AT.isoformat())) in said


def test_the_legend_names_what_lies_in_the_place_and_nothing_else():
    far = layer(box(90_000, 0, 91_000, 1000), id="b", title="Xa")
    looks = [Look("#00ff00"), Look("#0000ff")]
    legend = [look.legend(name) for look, name in zip(looks, ("Lúa", "Rừng"), strict=True)]
    land = layer(box(0, 0, 9, 9), looks=looks, legend=legend, id="c", title="Đất")
    said = texts(sheet_figure([far, land], VI, sheet=sheet(), bounds=PLACE))
    assert {"Đất", "Lúa"} <= set(said)
    assert not {"Xa", "Rừng"} & set(said)


def crowded(count, label="Loại {n}"):
    """A layer of as many looks as it has squares."""
    looks = [Look("#123456")] * count
    legend = [look.legend(label.format(n=n)) for n, look in enumerate(looks)]
    shapes = frame(*[box(n, 0, n + 1, 1) for n in range(count)]).assign(look=range(count))
    return MapLayer("a", "Đất", "", 1, shapes, looks, legend)


def entries(pages):
    said = " ".join(t for page in pages for t in texts(page))
    return sorted(int(n) for n in re.findall(r"Loại (\d+)", said))


def boxes(figure):
    """What is written on a page, with the place of each in pixels."""
    figure.set_dpi(100)
    by = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    written = [*figure.texts, *(t for a in figure.axes for t in (*a.get_xticklabels(), *a.get_yticklabels()))]
    return [(t.get_text(), t.get_window_extent(by)) for t in written if t.get_text() and t.get_visible()]


def running_into_one_another(figure):
    placed = boxes(figure)
    return [
        (a, b)
        for n, (a, one) in enumerate(placed)
        for b, other in placed[n + 1 :]
        if min(one.x1, other.x1) - max(one.x0, other.x0) > 1
        and min(one.y1, other.y1) - max(one.y0, other.y0) > 1
    ]


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("count", [14, 30, 90, 400])
def test_a_legend_flows_and_leaves_nothing_out(paper, wide, count, say):
    of = sheet(paper=paper, wide=wide, label=say("made.label"), notes=("Căn cứ: " + "12/QĐ-UBND; " * 12,))
    pages = sheet_pages([crowded(count)], say, sheet=of, bounds=PLACE)
    assert entries(pages) == list(range(count))
    if count <= 30:
        assert len(pages) == 1
    said = texts(pages[0])
    told = [t for t in said if t.startswith("…")]
    if len(pages) > 1:
        left_out = count - len(entries(pages[:1]))
        assert say("print.more", count=left_out, page=2) in told
        # the layer is named again over entries that were parted from it
        assert all("Đất" in texts(page) for page in pages[1:])
    else:
        assert told == []
    for page in pages[:3]:
        assert running_into_one_another(page) == []
        inside = page.bbox
        assert all(inside.containsx(b.x0) and inside.containsx(b.x1) and b.y0 > 0 for _, b in boxes(page))


def test_long_names_in_a_legend_are_broken_and_not_cut(say):
    long = "Đất " + "quy hoạch khu xử lý chất thải rắn sinh hoạt " * 3
    named = crowded(6, label=long + "{n}")
    (page,) = sheet_pages([named], say, sheet=sheet(), bounds=PLACE)
    said = " ".join(texts(page))
    assert said.count("quy hoạch") == 18
    assert running_into_one_another(page) == []


def test_notes_without_room_stand_whole_on_the_next_page(say):
    decisions = "; ".join(f"{n}/QĐ-UBND ngày 12 tháng 3 năm 2021" for n in range(70))
    for wide in (True, False):
        pages = sheet_pages([crowded(3)], say, sheet=sheet(wide=wide, notes=(decisions,)), bounds=PLACE)
        assert len(pages) == 2
        assert say("print.more_notes", page=2) in texts(pages[0])
        said = " ".join(texts(pages[1]))
        assert all(f"{n}/QĐ-UBND" in said for n in range(70))
        assert [pair for page in pages for pair in running_into_one_another(page)] == []


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("scale", [500, 1_000, 2_500, 10_000, 30_000, 75_000, 250_000, 1_000_000])
def test_figures_of_the_grid_never_run_into_one_another(wide, scale):
    for shift in np.linspace(0, 0.04 * scale, 5):
        place = (PLACE[0] + shift, PLACE[1] + shift, PLACE[2] + shift, PLACE[3] + shift)
        figure = sheet_figure([], VI, sheet=sheet(scale=scale, wide=wide), bounds=place)
        assert running_into_one_another(figure) == []
        axes = figure.axes[0]
        assert sum(bool(t.get_text()) for t in axes.get_xticklabels()) >= 2


def test_pages_stand_below_one_another_in_a_picture(say):
    of = sheet()
    pages = sheet_pages([crowded(300)], say, sheet=of, bounds=PLACE)
    assert len(pages) > 1
    image = Image.open(io.BytesIO(sheet_bytes(pages, "png", of)))
    assert image.width / image.height == pytest.approx(297 / (210 * len(pages)), abs=0.01)
    assert sheet_bytes(pages, "pdf", of).count(b"/Type /Page /") == len(pages)


def test_what_is_selected_has_its_line_in_the_legend(say):
    marked = layer(box(0, 0, 9, 9), id="selection", title="", legend=[], look=Look("", "", "#0072B2", 4))
    nothing = layer(id="selection", title="", legend=[])
    said = texts(sheet_figure([layer(box(0, 0, 9, 9)), marked], say, sheet=sheet(), bounds=PLACE))
    assert said.count(say("print.selected")) == 1
    assert say("print.selected") not in texts(sheet_figure([nothing], say, sheet=sheet(), bounds=PLACE))


def test_lines_points_hatchings_and_answers_are_drawn(answer, say):
    _, land, schools = small_layers()
    road = layer(LineString([(0, 0), (900, 900)]), look=Look("", "", "#d98032", 1.3, "6 4"), id="r")
    dots = layer(Point(5, 5), look=Look("#0072B2", "", "#ffffff", 1.2), id="p")
    drawn = [
        road,
        dots,
        *context_layers([land, schools], say),
        *answer_layers(answer, drawn_rows(answer), say),
    ]
    of = sheet()
    figure = sheet_figure(drawn, say, sheet=of, bounds=PLACE)
    assert {c.get_hatch() for c in figure.axes[0].collections} > {None}
    assert sheet_bytes([figure], "pdf", of).startswith(b"%PDF")


def test_names_that_look_like_formulas_or_markup_stay_text():
    of = sheet(title=f"$x^2$ {HOSTILE}"[:100])
    figure = sheet_figure([layer(box(0, 0, 9, 9), title="a $\\frac{")], VI, sheet=of, bounds=PLACE)
    assert sheet_bytes([figure], "pdf", of).startswith(b"%PDF")
    assert "a $\\frac{" in texts(figure)


def test_fonts_are_in_the_file():
    of = sheet()
    data = sheet_bytes([sheet_figure([], VI, sheet=of, bounds=PLACE)], "pdf", of)
    assert b"/FontFile2" in data
    assert b"DejaVuSans" in data


def test_specks_keep_their_colour():
    """At a small scale the edges of thousands of parcels would cover them."""
    shapes = [box(x, y, x + 9, y + 9) for x in range(0, 700, 10) for y in range(0, 500, 10)]
    land = layer(*shapes, look=Look("#ff0000", "", "#8a8a8a", 0.6))
    for scale, wide in ((2_000, True), (25_000, False)):
        (shown,) = sheet_figure([land], VI, sheet=sheet(scale=scale), bounds=PLACE).axes[0].collections
        assert bool(shown.get_linewidths()[0]) == wide


def test_many_features_are_a_picture_in_the_file():
    shapes = [box(x, y, x + 9, y + 9) for x in range(0, 700, 10) for y in range(0, 500, 10)]
    figure = sheet_figure([layer(*shapes)], VI, sheet=sheet(), bounds=PLACE)
    assert [c.get_rasterized() for c in figure.axes[0].collections] == [True]
    few = sheet_figure([layer(*shapes[:20])], VI, sheet=sheet(), bounds=PLACE)
    assert [c.get_rasterized() for c in few.axes[0].collections] == [False]


ASKED = {"title": "Đất Quốc Oai 2025", "paper": "A4", "wide": True, "kind": "png", "scale": 0,
         "bounds": [105.52, 20.98, 105.55, 21.0], "layers": [["a", 0.5], ["unknown", 1]]}  # fmt: skip


@pytest.fixture
def token():
    shown = (layer(box(0, 0, 1000, 1000)),)
    offer("thử", Printable(shown, VN, "mô phỏng", (), "vi"))
    return "thử"


def test_what_a_page_offers_is_printed(token):
    data, media, name = printed(token, ASKED)
    assert data.startswith(b"\x89PNG")
    assert (media, name) == ("image/png", "dat-quoc-oai-2025.png")


def test_nothing_is_printed_without_the_token():
    with pytest.raises(StoreError, match="token_invalid"):
        printed("nothing", ASKED)


@pytest.mark.parametrize(
    "change",
    [{"paper": "A0"}, {"kind": "exe"}, {"scale": 7}, {"scale": True}, {"bounds": [1, 2, 3]}, {"bounds": "x"},
     {"bounds": [105, 21, 104, 20]}, {"bounds": [float("nan")] * 4}, {"bounds": [10**400] * 4},
     {"divider": -(10**5000)}, {"layers": [["a", "x"]]}],
)  # fmt: skip
def test_a_question_that_no_map_sends_is_refused(token, change):
    with pytest.raises(SchemaError, match="print_invalid"):
        printed(token, ASKED | change)


@pytest.mark.parametrize("asked", [None, [], "x", {}])
def test_a_question_of_another_shape_is_refused(token, asked):
    with pytest.raises(SchemaError, match="print_invalid"):
        printed(token, asked)


def test_only_the_latest_offers_stay(token):
    for n in range(40):
        offer(f"other {n}", Printable((), VN, "", (), "vi"))
    with pytest.raises(StoreError, match="token_invalid"):
        printed(token, ASKED)


def test_a_map_prints_only_where_the_application_stands_behind_it(say):
    bounds = (105.4, 20.9, 105.7, 21.1)
    assert "TC.print(" not in base_map(bounds, say).get_root().render()
    facts = {"address": "../../gis/print/x", "title": HOSTILE, "scales": [["1000", "1:1.000"]]}
    html = base_map(bounds, say, served=Served(printing=facts)).get_root().render()
    assert "TC.print(" in html
    assert "<img" not in html
    assert json.dumps("1:1.000") in html


def test_layers_in_degrees_are_printed_too():
    degrees = gpd.GeoDataFrame(geometry=[box(105.52, 20.98, 105.53, 20.99)], crs=4326)
    one = MapLayer("a", "Lớp", "", 1, degrees, [Look("#ff0000")], [Look("#ff0000").legend()])
    assert "Lớp" in texts(sheet_figure([one], VI, sheet=sheet(), bounds=PLACE))


def test_more_areas_than_a_sheet_has_room_for_are_drawn_as_cells_where_they_lie(monkeypatch):
    from maps.printing import marks

    of, one = sheet(scale=10_000), layer(*[box(0, 100 * n, 1000, 100 * n + 100) for n in range(10)])
    shapes = picture(sheet_figure([one], VI, sheet=of, bounds=PLACE), of)
    monkeypatch.setattr(marks, "_HUGE", 5)
    figure = sheet_figure([one], VI, sheet=of, bounds=PLACE)
    assert len(figure.axes[0].images) == 1
    cells = picture(figure, of)
    apart = ((cells == [255, 0, 0]).all(axis=2) != (shapes == [255, 0, 0]).all(axis=2)).sum()
    assert apart < 0.01 * (shapes == [255, 0, 0]).all(axis=2).sum()
    assert "Lớp" in texts(figure)


def test_a_layer_that_the_screen_has_as_tiles_is_printed_with_its_features(small_workspace, monkeypatch):
    from maps import sight
    from maps.printing import service

    monkeypatch.setattr(sight, "MOST_FEATURES", 1)
    afar = sight.sight(small_workspace, "land_use_2025", 1)
    assert len(afar.frame) == 1  # a box: not what may be printed
    (one,) = context_layers([afar], VI)
    seen = {}
    drawn = service.sheet_pages
    monkeypatch.setattr(
        service, "sheet_pages", lambda layers, *a, **k: seen.update(layers=layers) or drawn(layers, *a, **k)
    )
    tiles = {one.id: (str(small_workspace.folder), "land_use_2025", 1)}
    offer("tiles", Printable((one,), VN, "", (), "vi", tiles))
    place = gpd.GeoDataFrame(geometry=[box(*PLACE)], crs=VN).to_crs(4326).total_bounds.tolist()
    printed("tiles", ASKED | {"bounds": place, "layers": [[one.id, 1]]})
    (layer_on_paper,) = seen["layers"]
    # what stands for one thing on both sides of a divider has one legend, drawn by the server or not
    twin = replace(one, side=1, twin="land")
    offer("tiles", Printable((twin,), VN, "", (), "vi", tiles))
    printed("tiles", ASKED | {"bounds": place, "layers": [[one.id, 1]]})
    assert [(kept.side, kept.twin) for kept in seen["layers"]] == [(1, "land")]
    assert layer_on_paper.title == one.title
    assert layer_on_paper.frame.area.sum() == pytest.approx(1_000_000)
    assert [entry["label"].split()[0] for entry in layer_on_paper.legend] == ["SKN", "LUC", "ONT"]


def test_a_divider_leaves_each_period_its_own_side(say):
    """Two squares that cover the whole place, one a period: left of the line the first, right the second."""
    place = (X0, Y0, X0 + 4000, Y0 + 3000)
    whole = gpd.GeoDataFrame(geometry=[box(X0 - 9e4, Y0 - 9e4, X0 + 9e4, Y0 + 9e4)], crs=5897)
    looks = [Look("#ff0000", "", "#ff0000", 0), Look("#0000ff", "", "#0000ff", 0)]
    both = [
        MapLayer(
            f"a-s{n}",
            f"Đất · {name}",
            "g",
            1,
            whole,
            [looks[n]],
            [looks[n].legend(str(n)), looks[0].legend("x")],
            side=n,
            twin="a",
        )
        for n, name in enumerate(("Trước", "Sau"))
    ]
    at = X0 + 1500.0
    of = sheet(divider=at, sides=("Trước", "Sau"))
    common = MapLayer("a", "Ranh giới", "g", 1, whole, [Look("", "", "#000000", 1)], [looks[0].legend()])
    figure = sheet_figure([common, *both], say, sheet=of, bounds=place)
    assert "Ranh giới" in texts(figure)
    (axes,) = [a for a in figure.axes if a.get_label() == "map"]
    written = {t.get_text() for t in axes.texts}
    assert {"Trước", "Sau"} <= written
    assert [t for t in texts(figure) if t.startswith("Đất")] == ["Đất"]  # one legend for both sides
    seen = picture(figure, of)
    west, east = axes.get_xlim()
    place_of = axes.get_position()
    tall, wide = seen.shape[:2]
    row = seen[int((1 - (place_of.y0 + 0.37 * place_of.height)) * tall)]
    for share, colour in ((0.05, 0), (0.95, 2)):
        column = int((place_of.x0 + share * place_of.width) * wide)
        assert row[column].argmax() == colour
    middle = int((place_of.x0 + place_of.width * (at - west) / (east - west)) * wide)
    assert row[middle - 40].argmax() == 0
    assert row[middle + 40].argmax() == 2


def written(figure):
    return {text.get_text(): text for text in figure.axes[0].texts}


def land_use(rows):
    return Layer(rows, "land", "land_use", Period(2025, 2025, "surveyed"), Provenance(source="thử.gpkg"))


def signed_layer(signs, points, **facts):
    made = layer(*points, **facts)
    return replace(made, frame=made.frame.assign(sign=signs))


def test_numbers_and_names_that_stand_on_the_map_stand_on_paper():
    square = box(100, 100, 900, 900)
    badge = signed_layer(
        ["", "7"], [square, square.centroid], look=Look("#0072B2", "", "#0072B2", 2.0, "6 4")
    )
    name = signed_layer(["Hà Nội"], [Point(200, 300)], look=Look("", "", "#475569"), id="b")
    figure = sheet_figure([badge, name], VI, sheet=sheet(), bounds=PLACE)
    said = written(figure)
    assert said["7"].get_position() == pytest.approx((X0 + 500, Y0 + 500))
    assert said["7"].get_bbox_patch().get_edgecolor()[:3] == pytest.approx((0, 0.447, 0.698), abs=0.001)
    assert said["7"].get_bbox_patch().get_linestyle() == "--"
    assert said["Hà Nội"].get_bbox_patch() is None
    # no dot lies below what is written
    assert [type(c).__name__ for c in figure.axes[0].collections] == ["PathCollection"]


def test_signs_keep_to_the_place_to_their_side_and_to_the_strength_of_their_layer():
    here = signed_layer(["1", "2"], [Point(100, 500), Point(90_000, 500)], side=1)
    figure = sheet_figure([here], VI, sheet=sheet(), bounds=PLACE, opacity={"a": 0.4})
    assert set(written(figure)) & {"1", "2"} == {"1"}
    assert written(figure)["1"].get_alpha() == 0.4
    divided = sheet(divider=X0 + 500.0, sides=("A", "B"))
    (figure,) = sheet_pages([here], VI, sheet=divided, bounds=PLACE)
    assert "1" not in written(figure)  # it lies west of the line, its period is shown east of it


def test_a_sign_that_looks_like_a_formula_stays_text():
    figure = sheet_figure([signed_layer(["$x^2$"], [Point(500, 500)])], VI, sheet=sheet(), bounds=PLACE)
    assert not written(figure)["$x^2$"].get_parse_math()
    assert sheet_bytes([figure], "pdf", sheet()).startswith(b"%PDF")


def test_codes_are_written_into_areas_that_have_room_for_them():
    made = layer(box(0, 0, 600, 1000), box(600, 0, 603, 1000), box(700, 0, 990, 1000))
    land = replace(made, frame=made.frame.assign(label=["LUC", "DGT", None]))
    near = sheet_figure([land], VI, sheet=sheet(scale=10_000), bounds=PLACE)
    assert set(written(near)) & {"LUC", "DGT"} == {"LUC"}
    assert land.frame.geometry.iloc[0].contains(Point(*written(near)["LUC"].get_position()))
    far = sheet_figure([land], VI, sheet=sheet(scale=100_000), bounds=PLACE)
    assert "LUC" not in written(far)  # as on the screen, where names of codes come with nearness


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_land_of_codes_in_no_list_has_its_line_in_both_legends(lang):
    say = words(lang)
    rows = frame(
        box(0, 0, 400, 1000), box(400, 0, 700, 1000), box(700, 0, 990, 1000), code=["LUC", "ZZZ", None]
    )
    (land,) = context_layers([land_use(rows)], say)
    last = land.legend[-1]
    assert last["label"] == say("map.land_unknown", codes=f"ZZZ, {say('map.land_no_code')}")
    assert len(land.legend) == 2
    assert land.looks[int(land.frame["look"].iloc[1])].fill == last["fill"] == UNKNOWN_LAND.colour
    assert last["fill"] not in {look.colour for look in land_looks().values()}
    said = " ".join(texts(sheet_figure([land], say, sheet=sheet(), bounds=PLACE)))
    assert "ZZZ" in said
    west = (X0, Y0, X0 + 300.0, Y0 + 1000.0)
    known = sheet_figure([land], say, sheet=sheet(wide=False, scale=500), bounds=west)
    assert "ZZZ" not in " ".join(texts(known))


def test_many_codes_in_no_list_are_counted_on_and_not_all_named():
    rows = frame(
        *(box(n * 10, 0, n * 10 + 9, 100) for n in range(20)), code=[f"X{n:02}" * 9 for n in range(20)]
    )
    (land,) = context_layers([land_use(rows)], VI)
    (entry,) = land.legend
    assert entry["label"].endswith(", …")
    assert len(entry["label"]) < 120


def test_what_the_pencil_drew_is_on_paper_while_it_is_on_the_map():
    area = shapely.box(X0 + 200, Y0 + 200, X0 + 800, Y0 + 800)
    (drawn,) = drawn_layers(area, VN, VI)
    assert drawn.id == drawing_group(area, VN, 1).facts["id"]  # by that the map asks for it
    assert drawn_layers(None, VN, VI) == []
    figure = sheet_figure([drawn], VI, sheet=sheet(), bounds=PLACE)
    assert VI("print.pencil") in texts(figure)
    (shape,) = figure.axes[0].collections
    assert shape.get_paths()[0].get_extents().bounds == pytest.approx((X0 + 200, Y0 + 200, 600, 600))
