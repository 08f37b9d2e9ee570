from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from layers import Layer, Period
from layers.errors import CrsError, QuestionError
from spatial._outline import straightened, widened_nowhere
from spatial.candidates import candidates
from spatial.exclusions import exclusions
from spatial.judgement import judged_sites
from spatial.suitability import Criterion, search_grid
from spatial.value_functions import parse_value_function
from tests.spatial.conftest import CRS, blob, frame, grid_land, land, place, seeds, sparse
from tests.spatial.planted import AREA, GOOD, TRAPS, district, wanted


@pytest.fixture(scope="module")
def planted():
    area, constraints, criteria, others = district()
    return candidates(area, constraints, criteria, question=wanted(), others=others)


def where(answer):
    """Which planted land each site lies in."""
    both = {**GOOD, **TRAPS}
    return {
        site: next((name for name, land_ in both.items() if shape.intersects(place(land_))), "")
        for site, shape in answer.sites.geometry.items()
    }


def test_the_planted_sites_are_found_and_no_trap_is(planted):
    found = where(planted)
    assert set(found.values()) == {"near", "far", "wide"}
    # nearer to homes and no nearer to a road
    first = list(found.values()).index
    assert first("near") < first("far")
    assert (planted.sites["excluded_ha"] == 0).all()


def test_a_large_good_area_is_split_into_several_sites(planted):
    assert list(where(planted).values()).count("wide") >= 3


def test_land_that_became_no_site_says_why(planted):
    passed = planted.passed_over
    why = {name: set(passed.loc[passed.intersects(place(shape)), "why"]) for name, shape in TRAPS.items()}
    assert why["too_small"] == {"too_small"}
    assert why["too_thin"] == {"too_thin"}
    assert why["cut_off"] == {"no_road"}
    assert why["in_the_belt"] == why["housing"] == set()


def test_sites_are_ranked_with_a_breakdown_that_adds_up(planted):
    sites, parts = planted.sites, planted.judgement.breakdown
    assert sites["rank"].tolist() == list(range(1, len(sites) + 1))
    assert sites["score"].is_monotonic_decreasing
    sums = parts.groupby("site")["points"].sum()
    assert sums[sites.index].tolist() == pytest.approx(sites["score"].tolist())
    assert (sites["rank_low"] <= sites["rank"]).all()
    assert (sites["rank"] <= sites["rank_high"]).all()


def test_sites_tell_their_communes_and_neighbours_and_rules(planted):
    judged = planted.judgement
    lead = dict(zip(where(planted).values(), judged.sites["commune"], strict=True))
    assert lead == {"near": "Nam", "far": "Bắc", "wide": "Bắc"}
    assert judged.communes.groupby("site")["share_pct"].sum().tolist() == pytest.approx(
        [100.0] * len(judged.sites)
    )
    mine = judged.checks[judged.checks["site"] == "S01"].set_index("rule")["state"]
    assert mine[["CCN32-MIN", "CCN32-MAX", "CCN32-NORES"]].tolist() == ["pass", "pass", "pass"]
    assert mine["CCN32-EST-LIST"] == "no_data"
    assert set(judged.distances.rows["source"].dropna()) >= set(judged.sites.index)
    assert set(judged.conflicts.totals.index) == set(judged.sites.index)


def test_the_run_tells_every_figure(planted):
    run = planted.run
    assert (run["on"], run["min_ha"], run["seed"], run["zone_kind"]) == (
        "2026-06-01",
        10.0,
        0,
        "industrial_cluster",
    )
    assert run["weights"] == pytest.approx({"housing": 1 / 3, "road": 2 / 3})


def test_without_roads_access_is_said_to_be_unchecked():
    area, constraints, criteria, _ = district()
    answer = candidates(area, constraints, criteria[1:], question=wanted(count=1))
    assert "roads_missing" in [f.code for f in answer.findings]


def test_no_land_left_names_the_constraint_that_took_it():
    area, _, criteria, _ = district()
    answer = candidates(area, [sparse("residential", AREA)], criteria, question=wanted())
    (finding,) = [f for f in answer.findings if f.code == "no_land_left"]
    assert finding.level == "block"
    assert next(iter(finding.fields["taken_by"])) == "residential"
    assert answer.sites.empty
    assert answer.judgement is None


def test_no_site_tells_what_was_passed_over():
    area, constraints, criteria, others = district()
    answer = candidates(area, constraints, criteria, question=wanted(400, 500), others=others)
    (finding,) = [f for f in answer.findings if f.code == "no_site"]
    assert finding.fields["passed_over"]
    assert finding.fields["left_ha"] == pytest.approx(answer.exclusions.left_ha)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"min_ha": 0}, "size_wrong"),
        ({"min_ha": 80}, "size_wrong"),
        ({"max_ha": float("nan")}, "size_wrong"),
        ({"count": 0}, "figure_wrong: figure='count'"),
        ({"min_width_m": -1}, "figure_wrong: figure='min_width_m'"),
        ({"road_reach_m": float("inf")}, "figure_wrong: figure='road_reach_m'"),
        ({"seed": -1}, "figure_wrong: figure='seed'"),
        ({"min_score": float("nan")}, "figure_wrong: figure='min_score'"),
        ({"min_score": 1.5}, "share_wrong: figure='min_score'"),
        ({"min_compactness": 2}, "share_wrong: figure='min_compactness'"),
        ({"parcel_tolerance": 1.01}, "share_wrong: figure='parcel_tolerance'"),
    ],
)
def test_figures_that_no_site_could_meet_are_refused(change, match):
    with pytest.raises(QuestionError, match=match):
        wanted(**change)


def test_a_boundary_drawn_by_hand_is_judged_like_one_that_was_found(planted):
    area, constraints, criteria, others = district()
    drawn = gpd.GeoDataFrame(
        geometry=[place(box(500, 200, 1000, 800)), place(box(1400, 200, 2100, 800))],
        index=pd.Index(["A", "B"], name="site"),
        crs=CRS,
    )
    grid = search_grid(planted.exclusions.area, cell_m=20)
    found = judged_sites(
        drawn,
        planted.exclusions,
        criteria,
        grid=grid,
        question=wanted(),
        layers=[area, *constraints, *others],
    )
    assert set(found.sites.index) == {"A", "B"}
    assert found.sites.loc["A", ["area_ha", "excluded_ha"]].tolist() == pytest.approx([30, 0])
    inside = 600 * 100 / 1e4 + 200 * 100 / 1e4  # of GOOD and of the trap that is too small
    assert found.sites.loc["B", "excluded_ha"] == pytest.approx(42 - inside)
    with pytest.raises(QuestionError, match="sites_missing"):
        judged_sites(drawn.iloc[:0], planted.exclusions, criteria, grid=grid, question=wanted(), layers=[])
    with pytest.raises(CrsError, match="crs_differs"):
        judged_sites(
            drawn.to_crs(4326), planted.exclusions, criteria, grid=grid, question=wanted(), layers=[]
        )


def test_land_by_code_tells_rice_and_the_permission():
    area, constraints, criteria, others = district()
    stripes = [(box(x, 0, x + 50, 6000), ("LUC", "CSD")[x // 50 % 2]) for x in range(0, 6000, 50)]
    fields = land(stripes)
    answer = candidates(
        area, constraints, criteria, question=wanted(count=1, cell_m=40.0), others=[*others, fields]
    )
    rows = answer.judgement.land.set_index("code")
    assert rows.loc["LUC", ["permission", "rule", "rice"]].tolist() == ["needed", "LAND121-B", True]
    assert rows.loc["CSD", ["permission", "rule"]].tolist() == ["none", ""]
    site = answer.sites.iloc[0]
    assert rows["area_ha"].sum() == pytest.approx(site["area_ha"])
    assert site["rice_ha"] == pytest.approx(rows.loc["LUC", "area_ha"])


def test_occupancy_is_read_from_the_zones_of_the_lead_commune():
    area, constraints, criteria, others = district()
    zones = sparse(
        "industrial_cluster", box(5000, 100, 5300, 190), box(100, 5900, 300, 5990),
        name=["CCN A", "CCN B"], leased_ha=[30.0, 1.0], industrial_ha=[40.0, 50.0],
    )  # fmt: skip
    answer = candidates(
        area, constraints, criteria, question=wanted(count=1, cell_m=40.0), others=[*others, zones]
    )
    row = answer.judgement.checks.set_index("rule").loc["CCN32-EST-OCC"]
    figures = {"Nam": [30.0, 40.0, "pass"], "Bắc": [1.0, 50.0, "pass"]}
    assert row[["numerator", "denominator", "state"]].tolist() == figures[answer.sites["commune"].iloc[0]]


def test_an_approved_plan_tells_whether_the_land_fits():
    area, constraints, criteria, others = district()
    plan = replace(land([(AREA, "SKN")]), period=Period(2021, 2030, "approved"), name="plan")
    answer = candidates(
        area, constraints, criteria, question=wanted(count=1, cell_m=40.0), others=[*others, plan]
    )
    row = answer.judgement.checks.set_index("rule").loc["CCN32-EST-LU"]
    assert (row["state"], row["found"]) == ("pass", pytest.approx(100))


# --- outlines ----------------------------------------------------------------------------------------


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_straightening_only_ever_takes_land_away(seed):
    rng = np.random.default_rng(seed)
    cells = [box(x, y, x + 1, y + 1) for x, y in rng.integers(0, 9, (50, 2))]
    shape = max(shapely.get_parts(shapely.union_all(cells)), key=lambda part: part.area)
    for off_m in (0.0, 0.8, 1.5):
        straight = straightened(shape, off_m=off_m)
        assert straight.is_valid
        assert straight.difference(shape).area == 0
        assert shape.covers(straight)
        assert len(straight.exterior.coords) <= len(shape.exterior.coords)
    assert straightened(shape, off_m=0.0).area == pytest.approx(shape.area)


def test_a_staircase_becomes_a_slope():
    steps = shapely.union_all([box(0, 0, n + 1, 9 - n) for n in range(9)])
    straight = straightened(steps, off_m=1.0)
    assert len(straight.exterior.coords) <= 7
    assert straight.area >= 0.85 * steps.area


def test_narrow_places_are_cut_off():
    bone = shapely.union_all([box(0, 0, 300, 300), box(300, 140, 600, 160), box(600, 0, 800, 200)])
    kept = widened_nowhere(bone, 50)
    assert kept.area == pytest.approx(300 * 300, rel=0.02)
    assert widened_nowhere(box(0, 0, 1000, 40), 50).is_empty


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_opening_by_strips_is_opening_at_once(seed):
    import spatial._growth as growth

    rng = np.random.default_rng(seed)
    free = rng.random((300, 40)) < 0.97
    whole = growth._opened(free, 5.0)
    before, growth._STRIP_CELLS = growth._STRIP_CELLS, 1600
    try:
        assert (growth.opened(free, 5.0) == whole).all()
    finally:
        growth._STRIP_CELLS = before


# --- invariants --------------------------------------------------------------------------------------


def _random(seed):
    rng = np.random.default_rng(seed)
    constraints = [
        grid_land(rng, n=5, side=3000.0, codes=("LUC", "LUC", "CLN", "ONT", "DGT")),
        sparse("green_belt", *[blob(rng, side=1200.0) for _ in range(3)]),
        sparse("dam", LineString(rng.uniform(0, 3000, (3, 2))), dam_grade=["II"]),
        sparse("school", Point(*rng.uniform(0, 3000, 2))),
    ]
    roads = sparse("road", LineString(rng.uniform(0, 3000, (4, 2))))
    criteria = [
        Criterion("road", roads, parse_value_function("linear:0=1;2000=0"), 2),
        Criterion("belt", constraints[1], parse_value_function("bell:600;300"), 1),
    ]
    area = Layer(
        frame(shapely.box(0, 0, 3000, 3000).difference(box(1200, 1300, 1400, 1700))), "area", "admin_unit"
    )
    return area, constraints, criteria, [roads]


@given(seeds)
@settings(max_examples=5, deadline=None)
def test_every_site_keeps_to_the_free_land_its_size_and_its_width(seed):
    area, constraints, criteria, others = _random(seed)
    answer = candidates(
        area, constraints, criteria, question=wanted(5, 40, cell_m=30.0, count=6), others=others
    )
    sites = answer.sites
    free = shapely.union_all(answer.exclusions.left.geometry.to_numpy())
    applied = answer.exclusions.rows["applied"].to_numpy()
    for shape in sites.geometry:
        # the exact overlay, not the cells
        assert shape.difference(free.buffer(1e-6)).area == 0
        for constraint in constraints[1:]:
            claimed = answer.exclusions.land
            mine = claimed[applied[claimed["row"].to_numpy()]]
            assert shapely.area(shapely.intersection(mine.geometry.to_numpy(), shape)).sum() < 1e-6
            assert constraint.frame.crs == sites.crs
        assert not shapely.intersects(answer.exclusions.edges.geometry.to_numpy(), shape.buffer(-1e-6)).any()
        assert 5 - 1e-9 <= shape.area / 1e4 <= 40 + 1e-9
        assert widened_nowhere(shape, 100).area == pytest.approx(shape.area, rel=0.01)
    pairs = shapely.STRtree(sites.geometry.to_numpy()).query(sites.geometry.to_numpy(), predicate="overlaps")
    assert pairs.size == 0


@given(seeds)
@settings(max_examples=3, deadline=None)
def test_the_same_question_gives_the_same_sites_and_order_does_not_matter(seed):
    area, constraints, criteria, others = _random(seed)
    first = candidates(
        area, constraints, criteria, question=wanted(5, 40, cell_m=30.0, count=4, seed=7), others=others
    )
    turned = [c.with_frame(c.frame.iloc[::-1]) for c in reversed(constraints)]
    again = candidates(
        area, turned, criteria[::-1], question=wanted(5, 40, cell_m=30.0, count=4, seed=7), others=others
    )
    figures = [c for c in first.sites.columns if c not in ("geometry", "commune")]
    pd.testing.assert_frame_equal(
        pd.DataFrame(first.sites[figures]), pd.DataFrame(again.sites[figures]), rtol=1e-6, atol=1e-6
    )
    assert all(a.equals(b) for a, b in zip(first.sites.geometry, again.sites.geometry, strict=True))


def test_exclusions_of_the_search_are_those_asked_alone(planted):
    area, constraints, _, _ = district()
    alone = exclusions(area, constraints, question=wanted().exclusion)
    pd.testing.assert_frame_equal(alone.rows, planted.exclusions.rows)


def test_two_layers_of_one_name_and_kind_are_both_asked():
    area, constraints, criteria, others = district()
    one = sparse("relic", box(520, 220, 560, 260))
    other = sparse("relic", box(3520, 3220, 3560, 3260))
    answer = candidates(area, constraints, criteria, question=wanted(count=1), others=[*others, one, other])
    assert sum(layer.kind_name == "relic" for layer in answer.basis.layers) == 2
    again = candidates(area, constraints, criteria, question=wanted(count=1), others=[*others, one, one])
    assert sum(layer.kind_name == "relic" for layer in again.basis.layers) == 1
