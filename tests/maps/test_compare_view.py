from __future__ import annotations

import json
import re

import geopandas as gpd
import pytest
from shapely import box

from layers import Period
from layers.crs import as_crs
from maps.answer_map import answer_layers, drawn_rows
from maps.assets import outside_addresses
from maps.canvas import MapLayer, feature_group
from maps.change_map import CHANGES, change_layers, change_look
from maps.compare_view import Side, period_label, side_layers, sided_layers, view_group, view_map
from maps.styles import HATCHINGS, Look
from tests.maps.conftest import HOSTILE, frame, small_layers

BOUNDS = (105.4, 20.9, 105.7, 21.1)


def layer(name, *labels, title="Đất"):
    shapes = frame(*[box(100 * n, 0, 100 * n + 100, 100) for n in range(len(labels))])
    legend = [{"fill": f"#{n}{n}{n}", "label": label} for n, label in enumerate(labels)]
    looks = [Look(f"#{n}{n}{n}") for n in range(len(labels))]
    return MapLayer(name, title, "Nhóm", 5, shapes.assign(look=range(len(labels))), looks, legend)


def test_twins_share_title_legend_and_row_and_keep_their_own_features_and_looks():
    before, after = layer("lu", "LUC", "ONT"), layer("lu", "LUC")
    (one,), (two,) = sided_layers([Side("trước", [before]), Side("sau", [after])])
    assert (one.id, one.side, one.twin) == ("lu-s0", 0, "lu")
    assert (two.id, two.side, two.twin) == ("lu-s1", 1, "lu")
    assert [entry["label"] for entry in one.legend] == ["LUC", "ONT"]
    assert one.legend == two.legend
    assert one.title == two.title == "Đất"
    assert (len(one.frame), len(two.frame)) == (2, 1)
    assert two.looks == after.looks
    assert one.pane != two.pane


def test_a_layer_of_one_period_has_an_empty_twin_in_the_others():
    first = Side("a", [layer("lu", "LUC"), layer("zones", "CCN")])
    sides = sided_layers([first, Side("b", [layer("lu", "LUC")]), Side("c", [])])
    assert [[one.twin for one in side] for side in sides] == [["lu", "zones"]] * 3
    assert [[len(one.frame) for one in side] for side in sides] == [[1, 1], [1, 0], [0, 0]]
    # an empty group still has its row in the panel of the other map
    assert json.dumps("zones-s2") in feature_group(sides[2][1]).text()


def test_twins_of_different_titles_say_both():
    sides = [Side("a", [layer("x", "A", title="Đất 2010")]), Side("b", [layer("x", "A", title="Đất 2025")])]
    assert {one.title for side in sided_layers(sides) for one in side} == {"Đất 2010 ↔ Đất 2025"}


def test_layers_that_are_not_compared_say_nothing_of_sides():
    assert "side" not in layer("lu", "LUC").options()


def test_titles_of_a_side_name_the_kind_and_no_year(say):
    zones, land, _ = small_layers()
    titles = [one.title for one in side_layers([land, zones], say)]
    assert not re.search(r"\d", " ".join(titles))
    assert all(one.show for one in side_layers([land, zones], say))


def test_a_period_is_named_in_words(say):
    zones, _, schools = small_layers()
    assert period_label(zones, say) == say(
        "view.period_label", period=str(Period(2021, 2030, "approved")), stage=say("stage.approved")
    )
    assert period_label(schools, say) == ""


def script_of(chart):
    """What the component is compared by: the script with every ``_word`` taken out."""
    return re.sub(r"(_[a-z0-9]+)", "", chart.get_root().render().split("<script>")[-1])


def test_the_map_stays_the_same_whatever_is_compared_on_it(say):
    charts = []
    for mode in ("swipe", "periods", "single"):
        chart = view_map(BOUNDS, say, name="x", crs=as_crs(5897), label="mô phỏng")
        bare = script_of(view_map(BOUNDS, say, name="x", crs=as_crs(5897), label="mô phỏng"))
        group = view_group(mode, [Side(f"Kỳ {mode}", [])])
        group.add_to(chart)
        assert f"Kỳ {mode}" in chart.get_root().render()
        assert f"Kỳ {mode}" not in bare
        charts.append(bare)
    assert charts[0] == charts[1] == charts[2]


def test_two_maps_are_linked_only_where_asked(say):
    assert "TC.link(" in view_map(BOUNDS, say, name="x", linked=True).get_root().render()
    assert "TC.link(" not in view_map(BOUNDS, say, name="x").get_root().render()


def test_a_map_that_compares_names_no_address_outside(answer, say):
    chart = view_map(BOUNDS, say, name="x", linked=True, crs=as_crs(5897), label=say("made.label"))
    sides = [Side("a", answer_layers(answer, drawn_rows(answer), say))] * 2
    for layers in sided_layers(sides):
        for one in layers:
            feature_group(one).add_to(chart)
    html = chart.get_root().render()
    assert outside_addresses(chart) == []
    assert [a for a in re.findall(r'(?:src|href)="([^"]+)"', html) if not a.startswith("../../gis/")] == []


def test_hostile_names_of_periods_and_maps_stay_data(say):
    chart = view_map(BOUNDS, say, name=HOSTILE, linked=True)
    view_group("swipe", [Side(HOSTILE, [layer("x", HOSTILE)])] * 2).add_to(chart)
    html = chart.get_root().render()
    assert "<img" not in html
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", html)
    for sign in ("onerror", "`", "${", "{{"):
        assert sign not in bare


def pieces(*changes):
    shapes = [box(100 * n, 0, 100 * n + 100, 100 * (n + 1)) for n in range(len(changes))]
    return frame(*shapes, change=list(changes))


def test_changes_become_layers_with_their_hectares_and_nothing_is_lost(say):
    drawn = change_layers(pieces("gained", "lost", "unchanged", "gained"), say)
    assert [one.id for one in drawn] == ["change-lost", "change-gained", "change-unchanged"]
    assert sum(len(one.frame) for one in drawn) == 4
    assert sum(one.frame.geometry.area.sum() for one in drawn) == pytest.approx(100_000)
    assert drawn[1].title.endswith(f"{say.number(5.0, 1)} ha")  # 1 ha and 4 ha
    assert [one.order for one in drawn] == sorted((one.order for one in drawn), reverse=True)


def test_degrees_are_never_called_hectares(say):
    drawn = change_layers(pieces("lost").to_crs(4326), say)
    assert drawn[0].title == say("change_state.lost")


def test_a_change_without_a_look_is_refused(say):
    with pytest.raises(ValueError, match="found stolen"):
        change_layers(pieces("stolen"), say)


def test_the_text_under_the_pointer_goes_along(say):
    tips = gpd.GeoDataFrame(pieces("lost").assign(tip=[["CCN A", "3 ha"]]))
    assert change_layers(tips, say)[0].frame["tip"].iloc[0] == ["CCN A", "3 ha"]


def test_every_change_is_told_apart_without_colour():
    known = {pattern["id"] for pattern in HATCHINGS}
    ways = {(change_look(c).hatch, change_look(c).dash) for c in CHANGES}
    assert len(ways) == len(CHANGES)
    assert {hatch for hatch, _ in ways} - {""} <= known


def linear_rgb(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def deuteran(colour):
    """As a reader without the green cone sees it (Viénot, Brettel and Mollon 1999), linear RGB."""
    r, g, b = linear_rgb(colour)
    long = 0.29275 * r + 0.70725 * g
    return (long, long, -0.02234 * r + 0.02234 * g + b)


def test_gained_and_lost_stay_apart_for_readers_who_see_red_and_green_alike():
    gained, lost = deuteran(change_look("gained").fill), deuteran(change_look("lost").fill)
    assert sum((a - b) ** 2 for a, b in zip(gained, lost, strict=True)) ** 0.5 > 0.25
