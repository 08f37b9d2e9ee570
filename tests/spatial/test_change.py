from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import Point, box

from layers import Layer, parse_period
from layers.crosswalk import Crosswalk
from layers.errors import CrsError, GeometryError, QuestionError, SchemaError
from layers.sample import sample_layer
from spatial._claims import claimed, doubled_land
from spatial.change import NO_CODE, UNCOVERED, change, change_series
from tests.spatial.conftest import frame, grid_land, land, seeds

HA = 10_000


def dated(layer, period):
    return Layer(layer.frame, layer.name, layer.kind_name, parse_period(period))


def cell(answer, start, end, which="matrix"):
    return float(getattr(answer, which).loc[start, end])


def same(one, other, within=1e-8):
    """Equal tables whatever classes of no land either has."""
    rows, columns = one.index.union(other.index), one.columns.union(other.columns)
    filled = [t.reindex(index=rows, columns=columns).fillna(0.0).to_numpy() for t in (one, other)]
    return np.abs(filled[0] - filled[1]).max() < within


def later(rng, layer, *, moved=0.0, recoded=0.3):
    """The same land later: some polygons of other classes, all vertices redrawn by as much as said."""
    frame = layer.frame.copy()
    some = rng.random(len(frame)) < recoded
    frame.loc[some, "code"] = rng.choice(["ONT", "SKK", "LUC"], int(some.sum()))
    if moved:
        frame["geometry"] = [
            shapely.transform(g, lambda c: c + rng.uniform(-moved, moved, (1, 2))) for g in frame.geometry
        ]
    return Layer(frame, "later", "land_use")


def test_the_table_by_hand():
    early = land([(box(0, 0, 300, 100), "LUC"), (box(300, 0, 400, 100), "ONT")])
    late = land([(box(0, 0, 100, 100), "LUC"), (box(100, 0, 500, 100), "ONT")])
    answer = change(early, late)
    assert answer.matrix.to_dict("index") == {
        "LUC": {"LUC": 1.0, "ONT": 2.0, UNCOVERED: 0.0},
        "ONT": {"LUC": 0.0, "ONT": 1.0, UNCOVERED: 0.0},
        UNCOVERED: {"LUC": 0.0, "ONT": 1.0, UNCOVERED: 0.0},
    }
    assert answer.totals.loc["ONT", ["start_ha", "kept_ha", "increase_ha", "net_ha", "end_ha"]].tolist() == [
        1.0,
        1.0,
        3.0,
        3.0,
        4.0,
    ]
    assert answer.share_pct.loc["LUC", "ONT"] == pytest.approx(200 / 3)


@given(seeds)
@settings(max_examples=15)
def test_rows_add_up_to_the_start_columns_to_the_end_and_parts_to_their_cells(seed):
    rng = np.random.default_rng(seed)
    before = grid_land(rng)
    after = later(rng, grid_land(rng, n=5), recoded=0.2)
    answer = change(before, after)
    for layer, axis in ((before, 1), (after, 0)):
        stated = layer.frame.area.groupby(layer.frame["code"]).sum() / HA
        found = answer.matrix.sum(axis=axis).drop(UNCOVERED)
        assert np.abs(found - stated.reindex(found.index)).max() < 1e-9
    off = answer.matrix.to_numpy().sum() - sum(
        answer.matrix.loc[c, c] for c in answer.matrix.columns if c in answer.matrix.index
    )
    assert answer.parts["area_ha"].sum() == pytest.approx(off, abs=1e-5)
    assert (answer.noise.to_numpy() <= answer.matrix.to_numpy() + 1e-12).all()
    thin = answer.parts[answer.parts["noise"]].groupby(["start", "end"])["area_ha"].sum()
    for (start, end), area in thin.items():
        assert area == pytest.approx(cell(answer, start, end, "noise"), abs=1e-5)


@given(seeds)
@settings(max_examples=12)
def test_swapping_the_periods_transposes(seed):
    rng = np.random.default_rng(seed)
    before, after = grid_land(rng), grid_land(rng, n=4)
    there, back = change(before, after, tolerance_m=30), change(after, before, tolerance_m=30)
    assert same(there.matrix, back.matrix.T)
    assert same(there.noise, back.noise.T, 1e-6)


@given(seeds)
@settings(max_examples=8)
def test_tiles_order_and_vertices_change_nothing(seed):
    rng = np.random.default_rng(seed)
    before, after = grid_land(rng), grid_land(rng, n=5)
    whole = change(before, after, tolerance_m=20)
    cuts = [
        box(550_000 + 170 * i, 2_320_000 + 170 * j, 550_170 + 170 * i, 2_320_170 + 170 * j)
        for i in range(6)
        for j in range(6)
    ]
    tiles = gpd.overlay(
        before.frame, gpd.GeoDataFrame(geometry=cuts, crs=before.frame.crs), how="intersection"
    )
    dense = after.frame.set_geometry(after.frame.geometry.segmentize(37.0))
    shuffled = dense.sample(frac=1.0, random_state=seed % 1000)
    again = change(Layer(tiles, "tiles", "land_use"), Layer(shuffled, "dense", "land_use"), tolerance_m=20)
    assert same(whole.matrix, again.matrix, 1e-7)
    assert same(whole.noise, again.noise, 1e-5)


def test_geopandas_gives_the_same_matrix():
    rng = np.random.default_rng(5)
    before, after = grid_land(rng), later(rng, grid_land(rng, n=7, side=900.0))
    cut = gpd.overlay(before.frame, after.frame, how="union", keep_geom_type=True)
    expected = (
        (cut.area / HA).groupby([cut["code_1"].fillna(UNCOVERED), cut["code_2"].fillna(UNCOVERED)]).sum()
    )
    found = change(before, after).matrix.melt(ignore_index=False).set_index("end", append=True)["value"]
    assert np.abs(found[found > 0] - expected.reindex(found[found > 0].index)).max() < 1e-6
    assert expected[expected > 1e-6].index.isin(found[found > 0].index).all()


def test_redrawing_is_told_from_change():
    early = land([(box(0, 0, 200, 100), "LUC"), (box(200, 0, 400, 100), "CLN")])
    late = land(
        [(box(0, 0, 200.3, 100), "LUC"), (box(200.3, 0, 340, 100), "CLN"), (box(340, 0, 400, 100), "ONT")]
    )
    answer = change(early, late, tolerance_m=0.5)
    assert cell(answer, "CLN", "LUC") == pytest.approx(0.003)
    assert cell(answer, "CLN", "LUC", "noise") == pytest.approx(0.003)
    assert cell(answer, "CLN", "LUC", "real") == pytest.approx(0.0, abs=1e-12)
    assert cell(answer, "CLN", "ONT", "noise") == 0
    finer = answer.at_tolerance(0.1)
    assert finer.noise.to_numpy().sum() == 0
    assert same(finer.matrix, answer.matrix)
    assert finer.run["tolerance_m"] == 0.1


def test_a_sliver_cut_by_many_parcels_is_one_sliver():
    early = land([(box(0, 0, 100, 50), "LUC"), (box(0, 50, 100, 100), "CLN")])
    parcels = [(box(x, 49.2, x + 1, 100), "CLN") for x in range(100)]
    answer = change(early, land([(box(0, 0, 100, 49.2), "LUC"), *parcels]), tolerance_m=0.7)
    assert cell(answer, "LUC", "CLN") == pytest.approx(0.008)
    # the whole strip is 0.8 m wide; each of its hundred pieces by itself is only 0.44 m thick
    assert cell(answer, "LUC", "CLN", "noise") == 0


def test_polygons_behind_a_cell_have_its_area():
    rng = np.random.default_rng(3)
    before, after = grid_land(rng), grid_land(rng, n=5)
    answer = change(before, after)
    for start in answer.matrix.index:
        for end in answer.matrix.columns:
            assert answer.polygons(start, end)["area_ha"].sum() == pytest.approx(
                cell(answer, start, end), abs=1e-6
            )
    with pytest.raises(QuestionError, match="class_unknown: found='NTS'"):
        answer.polygons("NTS", "LUC")


def test_groups_add_up_and_change_within_a_group_is_none():
    rng = np.random.default_rng(11)
    answer = change(grid_land(rng), grid_land(rng, n=5))
    groups = answer.by_group()
    assert list(groups.matrix.index) == ["NNP", "PNN", "XYZ", UNCOVERED]
    assert groups.matrix.to_numpy().sum() == pytest.approx(answer.matrix.to_numpy().sum())
    nnp = ["LUC", "CLN"]
    assert cell(groups, "NNP", "NNP") == pytest.approx(answer.matrix.loc[nnp, nnp].to_numpy().sum())
    assert groups.run["level"] == "group"
    assert groups.totals.loc["NNP", "stated_start_ha"] == pytest.approx(
        answer.totals.loc[nnp, "stated_start_ha"].sum()
    )


def test_rows_without_a_code_are_a_class_of_their_own():
    early = land([(box(0, 0, 100, 100), "LUC"), (box(100, 0, 200, 100), None), (box(200, 0, 300, 100), " ")])
    answer = change(early, land([(box(0, 0, 300, 100), "LUC")]))
    assert cell(answer, NO_CODE, "LUC") == 2.0
    (found,) = [f for f in answer.findings if f.code == "change_no_code"]
    assert (found.fields["count"], found.fields["area_ha"]) == (2, 2.0)


def test_numbers_stored_as_fractions_are_the_same_classes():
    early = Layer(frame(box(0, 0, 100, 100), box(100, 0, 200, 100), cls=[1.0, np.nan]), "a", "admin_unit")
    late = Layer(frame(box(0, 0, 200, 100), kind=[1]), "b", "admin_unit")
    answer = change(early, late, by="cls", by_after="kind")
    assert cell(answer, "1", "1") == 1.0
    assert cell(answer, NO_CODE, "1") == 1.0


def test_land_that_several_polygons_claim_counts_once_under_the_rarer_class_and_is_told():
    early = land([(box(0, 0, 200, 100), "LUC"), (box(150, 0, 250, 100), "ONT")])
    answer = change(early, land([(box(0, 0, 250, 100), "LUC")]))
    assert answer.totals["start_ha"].to_dict() == {"LUC": 1.5, "ONT": 1.0, UNCOVERED: 0.0}
    assert answer.totals["stated_start_ha"].to_dict() == {"LUC": 2.0, "ONT": 1.0, UNCOVERED: 0.0}
    (found,) = [f for f in answer.findings if f.code == "change_overlap"]
    assert found.fields["area_ha"] == pytest.approx(0.5)
    assert found.fields["found"] == ["ONT > LUC (0.5000 ha)"]
    assert answer.run["doubled_ha"] == [pytest.approx(0.5), 0.0]


@given(seeds)
@settings(max_examples=12)
def test_a_layer_of_overlapping_polygons_closes_to_the_land_it_covers(seed):
    rng = np.random.default_rng(seed)
    shapes = [box(x, y, x + w, y + h) for x, y, w, h in rng.integers(1, 300, (12, 4))]
    before = land([(s, c) for s, c in zip(shapes, rng.choice(["LUC", "ONT", "SKK"], 12), strict=True)])
    answer = change(before, grid_land(rng, side=700.0))
    covered = before.frame.union_all().area / HA
    assert answer.matrix.drop(UNCOVERED).to_numpy().sum() == pytest.approx(covered, abs=1e-5)
    order = change(
        Layer(before.frame[::-1], "reversed", "land_use"), grid_land(np.random.default_rng(1), side=700.0)
    )
    again = change(before, grid_land(np.random.default_rng(1), side=700.0))
    assert same(order.matrix, again.matrix, 1e-7)


def test_overlaps_are_found_without_comparing_neighbours():
    def layer(*shapes):
        return np.array(shapes, dtype=object)

    hole = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert len(doubled_land(layer(box(0, 0, 1, 1), box(1, 0, 2, 1).reverse(), box(0, 1, 2, 2)))) == 0
    assert len(doubled_land(layer(hole, box(4, 4, 6, 6)))) == 0
    assert shapely.area(doubled_land(layer(box(0, 0, 10, 10), box(4, 4, 6, 6)))).sum() == 4
    assert shapely.area(doubled_land(layer(*[box(0, 0, 10, 10)] * 3))).sum() == 100
    stacked = layer(*[box(i, 0, i + 1, 3) for i in range(3)], *[box(0, i, 3, i + 1) for i in range(3)])
    assert shapely.area(doubled_land(stacked)).sum() == pytest.approx(9)
    assert claimed(stacked, np.array([0, 0, 0, 1, 1, 1])).lost_m2 == pytest.approx(9)


def test_functional_classes_lie_over_the_others_and_are_never_summed():
    early = land([(box(0, 0, 100, 100), "LUC")])
    late = land([(box(0, 0, 100, 100), "SKK"), (box(-50, -50, 200, 200), "KDT")])
    answer = change(early, late)
    assert list(answer.matrix.columns) == ["SKK", UNCOVERED]
    assert answer.run["aside_ha"] == [{}, {"KDT": 6.25}]
    assert [f.fields["found"] for f in answer.findings if f.code == "change_functional"] == [["KDT"]]


def test_codes_of_two_lists_are_joined_by_the_shipped_crosswalk():
    early = dated(
        land([(box(0, 0, 100, 100), "BHK"), (box(100, 0, 200, 100), "SKX"), (box(200, 0, 300, 100), "MNC")]),
        "2020",
    )
    late = dated(
        land([(box(0, 0, 100, 100), "HNK"), (box(100, 0, 200, 100), "SKC"), (box(200, 0, 300, 100), "MNC")]),
        "2025",
    )
    answer = change(early, late)
    assert cell(answer, "HNK", "HNK") == 1.0
    assert cell(answer, "SKX", "SKC") == 1.0
    codes = {f.code: f.fields["found"] for f in answer.findings}
    assert codes == {"crosswalk_unmapped": ["SKX"], "crosswalk_meaning": ["MNC"]}
    assert answer.run["crosswalk"] == "landuse_crosswalk"
    back = change(late, early)
    assert same(back.matrix, answer.matrix.T)
    alike = change(Layer(early.frame, "a", "land_use"), Layer(late.frame, "b", "land_use"))
    assert [f.fields["found"] for f in alike.findings if f.code == "crosswalk_unsure"] == [["b"]]
    late.frame.loc[2, "code"] = "CNT"
    undated = change(Layer(early.frame, "a", "land_use"), Layer(late.frame, "b", "land_use"))
    assert cell(undated, "HNK", "HNK") == 1.0


def test_a_code_against_several_is_counted_together_and_told():
    walk = Crosswalk(
        pd.DataFrame({"code_before": ["NKH", "NKH", "A"], "code_after": ["NKH", "CNT", "B"]}), "mine"
    )
    early = land([(box(0, 0, 200, 100), "NKH"), (box(200, 0, 300, 100), "A")])
    late = land([(box(0, 0, 100, 100), "NKH"), (box(100, 0, 200, 100), "CNT"), (box(200, 0, 300, 100), "B")])
    answer = change(early, late, crosswalk=walk)
    assert cell(answer, "CNT+NKH", "CNT+NKH") == 2.0
    assert cell(answer, "B", "B") == 1.0
    (found,) = [f for f in answer.findings if f.code == "crosswalk_several"]
    assert (found.fields["found"], found.fields["expected"]) == ("NKH", ["CNT", "NKH"])


def test_a_series_of_the_sample_closes_from_first_to_last():
    layers = [sample_layer(f"land_use_{year}") for year in (2015, 2020, 2025)]
    series = change_series(layers)
    assert [c.run["years"] for c in series.intervals] == [5, 5]
    assert series.overall.run["years"] == 10
    for n, interval in enumerate(series.intervals):
        ends = interval.matrix.sum(axis=0).drop(UNCOVERED)
        assert np.abs(ends - series.stock.iloc[:, n + 1].reindex(ends.index)).max() < 1e-6
    assert cell(series.intervals[0], "LUC", "ONT") > 0
    assert series.overall.run["made"]


def test_what_cannot_be_compared_is_refused():
    here = land([(box(0, 0, 100, 100), "LUC")])
    with pytest.raises(QuestionError, match="tolerance_out_of_range: found=nan"):
        change(here, here, tolerance_m=float("nan"))
    with pytest.raises(QuestionError, match="tolerance_out_of_range: found=-1"):
        change(here, here).at_tolerance(-1)
    with pytest.raises(QuestionError, match="change_needs_two: found=1"):
        change_series([here])
    with pytest.raises(SchemaError, match="column_missing: layer='land', column='cls'"):
        change(here, here, by_after="cls")
    with pytest.raises(CrsError, match="crs_differs: layer='land'"):
        change(here, Layer(here.frame.to_crs(3405), "land", "land_use"))
    crossed = shapely.from_wkt("POLYGON ((0 0, 1 1, 0 1, 1 0, 0 0))")
    with pytest.raises(GeometryError, match="geometry_invalid: layer='land', row='1'"):
        change(land([(crossed, "LUC")]), here)


def test_points_are_told_and_an_empty_layer_covers_nothing():
    here = land([(box(0, 0, 100, 100), "LUC")])
    mixed = land([(box(0, 0, 100, 100), "LUC"), (Point(5, 5), "ONT")])
    answer = change(mixed, here)
    assert [f.fields["found"] for f in answer.findings if f.code == "change_no_area"] == [["2"]]
    nothing = Layer(here.frame.iloc[:0], "nothing", "land_use")
    gone = change(here, nothing)
    assert cell(gone, "LUC", UNCOVERED) == 1.0
    assert gone.parts["area_ha"].tolist() == pytest.approx([1.0])
    assert change(nothing, nothing).matrix.to_numpy().sum() == 0
