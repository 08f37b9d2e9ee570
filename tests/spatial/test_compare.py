from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from layers import Layer, Period
from layers.errors import CrsError, GeometryError, QuestionError
from layers.sample import sample_layer
from spatial import _compiled
from spatial.compare import MOST_M, STATUSES, compare
from tests.spatial import plans
from tests.spatial.conftest import CRS, frame, place

DAY = date(2026, 6, 1)


def plan(*shapes, **columns):
    return Layer(frame(*shapes, **columns), "plan", "industrial_cluster")


def ask(before, after, **more):
    return compare(before, after, on=DAY, **more)


def statuses(found):
    return found.rows["status"].tolist()


def assert_closes(found):
    r = found.rows
    change = r["gained_ha"] - r["lost_ha"] + r["noise_gained_ha"] - r["noise_lost_ha"]
    assert (r["area_before_ha"] + change).tolist() == pytest.approx(r["area_after_ha"].tolist(), abs=1e-9)
    assert (r["kept_ha"] + r["lost_ha"] + r["noise_lost_ha"]).tolist() == pytest.approx(
        r["area_before_ha"].tolist(), abs=1e-9
    )
    assert r["noise_ha"].tolist() == pytest.approx((r["noise_gained_ha"] + r["noise_lost_ha"]).tolist())
    for column in ("area_before_ha", "gained_ha", "lost_ha", "noise_ha"):
        assert found.totals[column] == pytest.approx(r[column].sum())


A, B = box(0, 0, 500, 400), box(900, 0, 1200, 400)


@pytest.mark.parametrize(
    ("after", "status", "gained", "lost"),
    [
        ([A], "unchanged", 0, 0),
        ([Polygon([(500, 400), (0, 400), (0, 0), (250, 0), (500, 0)])], "unchanged", 0, 0),
        ([box(0.2, 0.1, 500.2, 400.1)], "redrawn", 0, 0),
        ([box(0, 0, 600, 400)], "expanded", 4, 0),
        ([box(0, 0, 400, 400)], "reduced", 0, 4),
        ([box(100, 0, 600, 400)], "moved", 4, 4),
        ([box(0, 0, 200, 400), box(200, 0, 350, 400), box(350, 0, 500, 400)], "split", 0, 0),
    ],
)
def test_what_happens_to_one_zone(after, status, gained, lost):
    found = ask(plan(A), plan(*after))
    row = found.rows.iloc[0]
    assert statuses(found) == [status]
    assert (row["gained_ha"], row["lost_ha"]) == pytest.approx((gained, lost))
    assert row["before_ids"] == ["#1"]
    assert row["after_ids"] == [f"#{k + 1}" for k in range(len(after))]
    assert_closes(found)


def test_zones_that_come_and_go_and_join():
    joined = box(0, 0, 1200, 400)
    found = ask(
        plan(A, B, box(2000, 0, 2100, 100), id=["a", "b", "c"]),
        plan(joined, box(3000, 0, 3100, 100), id=["x", "y"]),
    )
    got = found.rows.set_index("status")
    assert got.loc["merged", "before_ids"] == ["a", "b"]
    assert got.loc["merged", "after_ids"] == ["x"]
    assert got.loc["merged", "gained_ha"] == pytest.approx(16.0)
    assert got.loc["dropped", ["before_ids", "after_ids"]].tolist() == [["c"], []]
    assert got.loc["added", ["before_ids", "after_ids"]].tolist() == [[], ["y"]]
    assert_closes(found)


def test_two_that_become_two_across_their_border_are_reorganised():
    before = plan(box(0, 0, 200, 400), box(200, 0, 400, 400), id=["west", "east"])
    after = plan(box(0, 0, 400, 200), box(0, 200, 400, 400), id=["south", "north"])
    found = ask(before, after)
    assert statuses(found) == ["reorganised"]
    assert found.rows["before_ids"][0] == ["west", "east"]
    assert found.rows["after_ids"][0] == ["south", "north"]
    assert found.links["share_before_pct"].tolist() == pytest.approx([50.0] * 4)


def test_land_that_goes_to_a_neighbour_is_a_part_and_not_a_merger():
    before = plan(box(0, 0, 400, 400), box(400, 0, 800, 400), id=["a", "b"])
    after = plan(box(0, 0, 500, 400), box(500, 0, 800, 400), id=["a", "b"])
    found = ask(before, after)
    assert statuses(found) == ["expanded", "reduced"]
    assert found.rows["also_before_ids"].tolist() == [["b"], []]
    assert found.rows["also_after_ids"].tolist() == [[], ["a"]]
    part = found.links[found.links["role"] == "part"]
    assert part[["before", "after", "area_ha"]].values.tolist() == [["b", "a", pytest.approx(4.0)]]
    assert found.totals["gained_ha"] == pytest.approx(4.0)
    assert_closes(found)


def test_a_zone_in_three_parts_between_larger_ones_keeps_every_link():
    before = plan(box(0, 0, 90, 100), box(-500, 0, 0, 100), box(90, 0, 590, 100), id=["mid", "west", "east"])
    after = plan(box(-500, 0, 40, 100), box(40, 0, 590, 100), id=["W", "E"])
    found = ask(before, after)
    mid = found.links[found.links["before"] == "mid"]
    assert dict(zip(mid["after"], mid["share_before_pct"].round(1), strict=True)) == {"W": 44.4, "E": 55.6}
    assert statuses(found) == ["merged", "expanded"]
    assert found.rows["also_before_ids"].tolist() == [[], ["mid"]]
    assert found.rows["also_after_ids"].tolist() == [["W"], []]


def test_neighbours_that_share_a_sliver_are_not_linked():
    before = plan(box(0, 0, 400, 4), box(0, 4, 400, 8), id=["a", "b"])
    after = plan(box(0, 0, 400, 4.3), box(0, 4.3, 400, 8), id=["c", "d"])
    found = ask(before, after)
    assert statuses(found) == ["redrawn", "redrawn"]
    assert found.links[["before", "after"]].values.tolist() == [["a", "c"], ["b", "d"]]


def test_a_zone_without_a_counterpart_is_never_redrawn_however_thin():
    path = box(0, 900, 2000, 900.3)
    found = ask(plan(A, path), plan(A))
    assert statuses(found) == ["unchanged", "dropped"]
    assert found.rows["lost_ha"].tolist() == pytest.approx([0.0, 0.06])
    assert found.rows["noise_ha"].tolist() == [0.0, 0.0]


def test_a_narrow_zone_that_another_took_in_is_merged_whatever_the_tolerance():
    found = ask(plan(A, box(500, 0, 540, 400)), plan(box(0, 0, 540, 400)), tolerance_m=100)
    assert statuses(found) == ["merged"]
    assert_closes(found)


def test_a_thin_zone_drawn_anew_keeps_its_counterpart():
    before, after = box(0, 0, 2000, 0.4), box(0, 0.1, 2000, 0.5)
    found = ask(plan(before), plan(after))
    assert statuses(found) == ["redrawn"]
    assert found.rows["noise_ha"].tolist() == pytest.approx([0.04])


def test_other_names_and_other_states_hide_no_change_of_land():
    before = plan(
        *(A, B, box(0, 1000, 500, 1400), box(0, 2000, 500, 2400)),
        name=["CCN Hòa Lạc", "CCN Bình Phú", "KCN C", "D"],
        status=["planned", "planned", "existing", None],
    )
    after = plan(
        *(A, B, box(0, 1000, 600, 1400), box(0, 2000, 500, 2400)),
        name=["Cụm công nghiệp Hoà Lạc", "CCN Phùng Xá", "KCN E", "D"],
        status=["planned", "built", "built", "x"],
    )
    found = ask(before, after)
    assert statuses(found) == ["unchanged", "renamed", "expanded", "unchanged"]
    assert found.rows["renamed"].tolist() == [False, True, True, False]
    assert found.rows["status_changed"].tolist() == [False, True, True, False]
    assert found.rows["shape"].tolist() == ["unchanged", "unchanged", "expanded", "unchanged"]
    assert found.rows["status_after"].tolist() == ["", "built", "built", ""]
    only = ask(plan(A, status=["planned"]), plan(box(0, 0, 500.2, 400), status=["approved"]))
    assert statuses(only) == ["status_changed"]
    assert only.rows["shape"].tolist() == ["redrawn"]


def test_ids_that_mean_another_place_are_told():
    found = ask(plan(A, B, id=["1", "2"]), plan(B, A, id=["1", "2"]))
    assert statuses(found) == ["unchanged", "unchanged"]
    assert found.rows["before_ids"].tolist() == [["1"], ["2"]]
    assert found.rows["after_ids"].tolist() == [["2"], ["1"]]
    told = {f.code: f for f in found.findings}
    assert told["id_reused"].fields == {"count": 2, "found": ["1", "2"]}
    assert told["id_renumbered"].fields["found"] == ["1 → 2", "2 → 1"]


def test_a_zone_that_moved_away_is_known_by_its_name_if_no_other_bears_it():
    there = box(5000, 0, 5500, 400)
    found = ask(plan(A, B, name=["CCN Liên Hà", "x"]), plan(there, B, name=["cụm công nghiệp liên hà", "x"]))
    assert statuses(found) == ["moved", "unchanged"]
    assert found.rows["matched_by"].tolist() == ["name", "equal"]
    assert found.rows["gained_ha"].tolist() == pytest.approx([20.0, 0.0])
    assert found.rows["lost_ha"].tolist() == pytest.approx([20.0, 0.0])
    assert [f.code for f in found.findings] == ["matched_by_name"]
    twice = ask(plan(A, B, name=["N", "N"]), plan(there, B, name=["N", "N"]))
    assert set(statuses(twice)) == {"dropped", "unchanged", "added"}


def test_a_cluster_inside_a_park_is_not_merged_into_it():
    inner = box(100, 100, 200, 200)
    grown = box(0, 0, 500.2, 400)
    kept = ask(plan(A, inner, id=["park", "cluster"]), plan(grown, inner, id=["park", "cluster"]))
    assert statuses(kept) == ["redrawn", "unchanged"]
    gone = ask(plan(A, inner, id=["park", "cluster"]), plan(grown, id=["park"]))
    assert statuses(gone) == ["redrawn", "dropped"]
    told = {f.code: f.fields for f in gone.findings}
    assert told["version_overlaps"] == {
        "overlap_ha": pytest.approx(1.0),
        "share_pct": pytest.approx(100 / 21),
    }
    assert gone.totals["overlap_before_ha"] == pytest.approx(1.0)
    assert_closes(gone)


def test_overlapping_members_of_one_row_count_their_land_once():
    found = ask(plan(box(0, 0, 300, 400), box(200, 0, 500, 400)), plan(A))
    assert statuses(found) == ["merged"]
    assert found.rows["area_before_ha"].tolist() == pytest.approx([20.0])
    assert found.totals["overlap_before_ha"] == pytest.approx(4.0)
    assert_closes(found)


def test_pieces_and_links_stand_behind_the_figures():
    found = ask(plan(A, B), plan(box(100.2, 0, 600, 400), B))
    pieces = found.pieces.groupby("change")["area_m2"].sum() / 1e4
    assert pieces["gained"] == pytest.approx(found.totals["gained_ha"])
    assert pieces["lost"] == pytest.approx(found.totals["lost_ha"])
    assert set(found.pieces["row"]) == {0}
    assert found.before["row"].tolist() == found.after["row"].tolist() == [0, 1]
    assert found.run["tolerance_m"] == 0.5
    assert found.run["on"] == "2026-06-01"
    assert [entry["role"] for entry in found.run["layers"]] == ["before", "after"]


def test_the_curve_rises_from_nothing_to_everything_and_holds_the_figure_in_use():
    p = plans.plan_of(plans.regular(12), 5, number=8, error_m=0.2)
    found = ask(p.before, p.after, tolerance_m=0.4)
    curve = found.curve
    assert curve["tolerance_m"].is_monotonic_increasing
    assert curve["redrawn_ha"].is_monotonic_increasing
    assert curve["redrawn_ha"].iloc[0] == 0
    assert curve["real_ha"].iloc[-1] == pytest.approx(0, abs=1e-9)
    here = curve.set_index("tolerance_m").loc[0.4, "redrawn_ha"]
    assert here == pytest.approx(found.totals["noise_ha"])
    wide = curve.set_index("tolerance_m").loc[0.5, "redrawn_ha"]
    assert wide == pytest.approx(ask(p.before, p.after).totals["noise_ha"], rel=1e-3)


def test_empty_layers_and_layers_without_areas():
    none = plan()
    found = ask(none, plan(A))
    assert statuses(found) == ["added"]
    assert ask(none, none).rows.empty
    assert ask(none, none).totals["area_after_ha"] == 0
    mixed = plan(A, shapely.LineString([(0, 0), (1, 1)]))
    found = ask(mixed, plan(A))
    assert statuses(found) == ["unchanged"]
    assert [(f.code, f.row, f.level) for f in found.findings] == [("geometry_type", "2", "block")]


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(QuestionError, match="tolerance_out_of_range"):
        ask(plan(A), plan(A), tolerance_m=MOST_M + 1)
    with pytest.raises(QuestionError, match="tolerance_out_of_range"):
        ask(plan(A), plan(A), tolerance_m=float("nan"))
    elsewhere = Layer(plan(A).frame.to_crs(9205), "b", "industrial_cluster")
    with pytest.raises(CrsError, match="crs_differs"):
        ask(plan(A), elsewhere)
    with pytest.raises(CrsError, match="crs_not_metric"):
        ask(Layer(plan(A).frame.to_crs(4326), "b", "industrial_cluster"), elsewhere)
    bow = plan(Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]))
    with pytest.raises(GeometryError, match="geometry_invalid"):
        ask(plan(A), bow)


def test_kinds_and_periods_that_do_not_fit_are_told():
    old = Layer(frame(A), "old", "industrial_park", period=Period(2021, 2030, "approved"))
    new = Layer(frame(A), "new", "industrial_cluster", period=Period(2010, 2020, "approved"))
    codes = {f.code: f.fields for f in ask(old, new).findings}
    assert codes["kinds_differ"] == {
        "kind": "industrial_cluster",
        "other": "old",
        "other_kind": "industrial_park",
    }
    assert codes["periods_reversed"]["other_period"] == "2021-2030"


def test_progress_is_told_and_can_cancel():
    def stop(done, of, name):
        raise KeyboardInterrupt(name)

    with pytest.raises(KeyboardInterrupt, match="pieces"):
        ask(plan(A), plan(box(0, 0, 600, 400)), progress=stop)


# a plan that was drawn anew ------------------------------------------------------------------------------

SHAPES = {
    "regular": plans.regular,
    "irregular": plans.irregular,
    "of all sizes": plans.of_all_sizes,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("error_m", "normal"), [(0.05, False), (0.2, False), (0.05, True), (0.2, True)])
def test_a_plan_drawn_anew_shows_what_changed_and_nothing_else(shape, error_m, normal):
    """1,600 zones and 80 changes at full size, a quarter of both here."""
    p = plans.plan_of(SHAPES[shape](20), 7, number=20, error_m=error_m, normal=normal)
    found = ask(p.before, p.after)
    real = found.rows[~found.rows["status"].isin(["redrawn", "unchanged"])]
    assert {k for ids in real["before_ids"] for k in ids} == p.changed
    assert set(real["status"]) == {"reduced"}
    assert found.totals["lost_ha"] == pytest.approx(p.lost_ha, rel=5e-4)
    assert found.totals["gained_ha"] < 5e-4 * p.lost_ha
    assert found.suggestion.reason == "gap"
    assert error_m < found.suggestion.tolerance_m < 10
    assert_closes(found)


@pytest.mark.parametrize(("error_m", "normal"), [(0.05, False), (0.2, False), (0.05, True)])
def test_long_thin_zones_side_by_side_drawn_anew(error_m, normal):
    p = plans.plan_of(plans.long_and_thin(120), 7, number=10, error_m=error_m, normal=normal)
    found = ask(p.before, p.after)
    real = found.rows[~found.rows["status"].isin(["redrawn", "unchanged"])]
    assert {k for ids in real["before_ids"] for k in ids} == p.changed
    assert found.totals["lost_ha"] == pytest.approx(p.lost_ha, rel=5e-4)


def test_the_full_plan_of_1600_zones_with_80_changes():
    p = plans.plan_of(plans.regular(), 7)
    found = ask(p.before, p.after)
    assert found.rows["status"].value_counts().to_dict() == {"redrawn": 1520, "reduced": 80}
    assert found.totals["lost_ha"] == pytest.approx(p.lost_ha, rel=5e-4)


def test_rows_that_need_no_cutting_give_the_same_answer(monkeypatch):
    if not _compiled.COMPILED:
        pytest.skip("numba is not here")
    p = plans.plan_of(plans.irregular(12), 7, number=8, error_m=0.1)
    plain = ask(p.before, p.after)
    monkeypatch.setattr("spatial._matching._compiled.worth_compiling", lambda *_: True)
    quick = ask(p.before, p.after)
    assert statuses(quick) == statuses(plain)
    columns = ["area_before_ha", "area_after_ha", "gained_ha", "lost_ha", "noise_ha", "kept_ha"]
    assert quick.rows[columns].to_numpy() == pytest.approx(plain.rows[columns].to_numpy(), abs=1e-9)
    assert len(quick.pieces) < len(plain.pieces)
    assert_closes(quick)


def test_nothing_is_suggested_where_the_data_do_not_tell():
    found = ask(plan(A, B), plan(box(0, 0, 530, 400), B))
    assert (found.suggestion.tolerance_m, found.suggestion.reason) == (0.5, "usual")


def test_the_suggested_tolerance_can_be_taken():
    p = plans.plan_of(plans.regular(12), 3, number=10, error_m=0.7)
    assert (ask(p.before, p.after).rows["shape"] != "redrawn").sum() > 10
    found = ask(p.before, p.after, tolerance_m=None)
    assert found.run["tolerance_m"] == found.suggestion.tolerance_m == found.run["tolerance_suggested_m"]
    assert (found.rows["shape"] == "reduced").sum() == 10


# invariants ----------------------------------------------------------------------------------------------


def mesh(seed, n=4):
    """A coverage of n x n fields whose corners lie where chance put them."""
    rng = np.random.default_rng(seed)
    xy = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), -1) * 100
    xy = xy + rng.uniform(-35, 35, xy.shape)
    ring = [xy[:-1, :-1], xy[:-1, 1:], xy[1:, 1:], xy[1:, :-1], xy[:-1, :-1]]
    return shapely.polygons(np.stack([corner.reshape(-1, 2) for corner in ring], axis=1))


def layer_of(shapes):
    return Layer(gpd.GeoDataFrame(geometry=[place(s) for s in shapes], crs=CRS), "plan", "land_use")


def random_plans(seeds):
    one, other = np.random.default_rng(seeds[0]), np.random.default_rng(seeds[1])
    before, after = mesh(seeds[0]), mesh(seeds[1])
    return before[one.random(len(before)) < 0.8], after[other.random(len(after)) < 0.8]


pairs = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(random_plans)


@settings(max_examples=20)
@given(pairs, st.sampled_from([0.0, 0.5, 5.0]))
def test_every_row_closes_and_every_feature_has_one_row(shapes, tolerance):
    found = ask(layer_of(shapes[0]), layer_of(shapes[1]), tolerance_m=tolerance)
    assert_closes(found)
    assert set(found.rows["status"]) <= set(STATUSES)
    for side, of in (("before_ids", shapes[0]), ("after_ids", shapes[1])):
        assert sorted(k for ids in found.rows[side] for k in ids) == sorted(f"#{k}" for k in range(len(of)))
    assert found.totals["area_before_ha"] == pytest.approx(shapely.area(shapes[0]).sum() / 1e4)
    assert found.totals["area_after_ha"] == pytest.approx(shapely.area(shapes[1]).sum() / 1e4)


_TURNED = {status: status for status in STATUSES}
_TURNED |= {"dropped": "added", "added": "dropped", "split": "merged", "merged": "split"}
_TURNED |= {"expanded": "reduced", "reduced": "expanded"}


@settings(max_examples=20)
@given(pairs)
def test_swapping_the_versions_swaps_what_was_gained_and_lost(shapes):
    there = ask(layer_of(shapes[0]), layer_of(shapes[1]))
    back = ask(layer_of(shapes[1]), layer_of(shapes[0]))
    assert there.totals["gained_ha"] == pytest.approx(back.totals["lost_ha"], abs=1e-6)
    assert there.totals["noise_ha"] == pytest.approx(back.totals["noise_ha"], abs=1e-6)
    one = {
        (tuple(b), tuple(a)): _TURNED[s]
        for b, a, s in there.rows[["before_ids", "after_ids", "status"]].values
    }
    other = {(tuple(b), tuple(a)): s for a, b, s in back.rows[["before_ids", "after_ids", "status"]].values}
    assert one == other


@settings(max_examples=20)
@given(pairs, st.integers(0, 100))
def test_how_vertices_are_written_down_does_not_matter(shapes, seed):
    rng = np.random.default_rng(seed)

    def written_anew(polygon):
        xy = shapely.get_coordinates(polygon)[:-1]
        xy = np.roll(xy, rng.integers(len(xy)), axis=0)[:: rng.choice([-1, 1])]
        return Polygon(np.repeat(xy, rng.integers(1, 3, len(xy)), axis=0)).segmentize(30)

    plain = ask(layer_of(shapes[0]), layer_of(shapes[1]))
    other = ask(layer_of([written_anew(s) for s in shapes[0]]), layer_of(shapes[1]))
    assert statuses(other) == statuses(plain)
    assert other.rows["gained_ha"].tolist() == pytest.approx(plain.rows["gained_ha"].tolist(), abs=1e-5)
    same = ask(layer_of(shapes[0]), layer_of([written_anew(s) for s in shapes[0]]))
    assert set(statuses(same)) <= {"unchanged", "redrawn"}
    assert same.totals["noise_ha"] < 1e-6


# real and sample plans -----------------------------------------------------------------------------------


def test_the_clusters_of_the_sample_changed_as_its_readme_says():
    found = ask(sample_layer("industrial_clusters_2020"), sample_layer("industrial_clusters_2030"))
    rows = {(*b, *a): s for b, a, s in found.rows[["before_ids", "after_ids", "status"]].values}
    assert rows == {
        ("CCN-01", "CCN-01"): "unchanged",
        ("CCN-02", "CCN-02"): "unchanged",
        ("CCN-11", "CCN-11"): "moved",
        ("CCN-12", "CCN-12"): "reduced",
        ("CCN-15", "CCN-15"): "expanded",
        ("QH20-06", "CCN-16"): "expanded",
        ("QH20-08", "CCN-18"): "redrawn",
        ("CCN-13",): "added",
        ("CCN-14",): "added",
        ("CCN-17",): "added",
    }
    assert found.run["made"]
    assert_closes(found)
