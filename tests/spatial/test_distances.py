"""Safety distances: cases that can be checked by hand, what never gives a verdict, and invariants."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from layers import Layer, Provenance, reference
from layers.errors import CrsError, GeometryError, QuestionError
from spatial.distances import DISTANCE_STATES, half_widths, safety_distances
from tests.spatial.conftest import frame, place, seeds

LAW = reference.table("safety_distances")
TODAY = date(2026, 6, 1)
EVERYWHERE = box(-1e5, -1e5, 1e5, 1e5)
#: X0 of the test land lies 50 km east of the meridian
K = 0.9999 * (1 + 50_000**2 / (2 * 6_371_000**2))


def layer(kind, /, *shapes, name=None, extent=EVERYWHERE, **columns):
    reach = None if extent is None else place(extent)
    return Layer(frame(*shapes, **columns), name or kind, kind, extent=reach)


def plant(*shapes, part="pump_station", capacity=900.0, name="plants", **columns):
    n = len(shapes)
    return layer(
        "wastewater_facility",
        *shapes,
        name=name,
        facility_type=[part] * n,
        capacity_m3_day=[capacity] * n,
        **columns,
    )


def ask(sources, *targets, on=TODAY, **more):
    return safety_distances(sources, list(targets), table=LAW, on=on, **more)


def judged(answer):
    """Rows that speak of a pair."""
    return answer.rows[answer.rows["target"] != ""]


# --- verdicts --------------------------------------------------------------------------------------------


def test_too_near_kept_and_the_metres_missing():
    homes = layer("residential", Point(62, 25), Point(500, 25))
    answer = ask(plant(box(0, 0, 50, 50)), homes)
    (row,) = judged(answer).to_dict("records")
    assert (row["rule"], row["state"], row["required_m"]) == ("WW-1-2", "too_near", 20.0)
    assert row["grid_m"] == pytest.approx(12.0)
    assert row["actual_m"] == pytest.approx(12.0 / K, rel=1e-6)
    assert row["shortfall_m"] == pytest.approx(20 - row["actual_m"], abs=0)
    assert "Table 2.22" in row["clause_en"]
    assert "Bảng 2.22" in row["clause_vi"]
    assert (row["valid_from"], row["valid_to"]) == ("2021-07-05", "2026-12-31")
    assert row["confidence"] == "two_sources_agree"
    assert answer.totals[["too_near", "kept"]].to_numpy().tolist() == [[1, 0]]


def test_the_nearest_is_shown_even_where_it_is_far_and_no_other():
    homes = layer("residential", Point(900, 0), Point(800, 0), Point(700, 0))
    (row,) = judged(ask(plant(Point(0, 0)), homes)).to_dict("records")
    assert (row["state"], row["shortfall_m"], row["target"], row["nearest"]) == ("kept", 0.0, "#3", True)


def test_a_distance_kept_to_the_millimetre_is_kept_and_one_short_of_it_is_not():
    for metres, state in ((20.0005, "kept"), (19.9995, "too_near")):
        homes = layer("residential", Point(metres * K, 0))
        assert judged(ask(plant(Point(0, 0)), homes))["state"].tolist() == [state]


def test_a_distance_is_one_on_the_ground():
    """On the meridian the grid is short by 1 in 10,000: 19.999 m of grid are 20.001 m of ground."""
    at = lambda *p: gpd.GeoDataFrame(geometry=[Point(500_000 + x, 2_320_000) for x in p], crs=5897)  # noqa: E731
    source = Layer(
        at(0).assign(facility_type="pump_station", capacity_m3_day=900), "p", "wastewater_facility"
    )
    (row,) = judged(ask(source, Layer(at(19.999), "h", "residential"))).to_dict("records")
    assert row["state"] == "kept"
    assert row["actual_m"] == pytest.approx(19.999 / 0.9999, abs=1e-9)
    far = judged(ask(source, Layer(at(1000.0), "h", "residential"))).iloc[0]
    assert far["actual_m"] - far["grid_m"] == pytest.approx(0.1, abs=1e-4)


def test_the_gravest_pairs_all_show_and_a_target_counts_once_however_many_rules_it_breaks():
    homes = layer("residential", Point(5, 0), Point(12, 0), Point(100, 0))
    choose = {"plants": ["WW-1-2", "WW-4-2"]}
    answer = ask(plant(Point(0, 0), part=None), homes, choose=choose)
    rows = judged(answer)
    assert rows.groupby("rule")["target"].nunique().to_dict() == {"WW-1-2": 2, "WW-4-2": 2}
    assert answer.totals["too_near"].tolist() == [2]
    assert answer.totals["worst_shortfall_m"].iloc[0] == pytest.approx(100 - 5 / K)
    assert answer.run["chosen"] == {"plants": ["WW-1-2", "WW-4-2"]}


@pytest.mark.parametrize(
    ("day", "state", "why"),
    [
        (date(2021, 7, 4), "no_rule", ""),
        (date(2021, 7, 5), "too_near", ""),
        (date(2026, 12, 31), "too_near", ""),
        (date(2027, 1, 1), "unsettled", "expired"),
    ],
)
def test_the_day_decides_whether_qcvn_01_2021_speaks(day, state, why):
    (row,) = judged(ask(plant(Point(0, 0)), layer("residential", Point(5, 0)), on=day)).to_dict("records")
    assert (row["state"], row["why"]) == (state, why)


def test_a_rule_belongs_to_the_works_whichever_end_they_are():
    dam = layer("dam", LineString([(0, 0), (0, 100)]), dam_grade=["II"])
    zone = layer("industrial_park", box(60, 0, 500, 100), name="khu")
    one, two = ask(zone, dam), ask(dam, zone)
    for answer, owner in ((one, "target"), (two, "source")):
        (row,) = judged(answer).to_dict("records")
        assert (row["rule"], row["owner"], row["state"]) == ("DAM-II", owner, "too_near")
        assert row["shortfall_m"] == pytest.approx(100 - 60 / K)


def test_a_zone_counts_as_the_kind_its_own_column_says():
    zones = layer("industrial_zone", box(0, 0, 9, 9), box(100, 0, 109, 9), name="khu", kind=["CCN", "KCN"])
    rows = judged(ask(zones, layer("residential", Point(50, 0))))
    assert set(zip(rows["source_kind"], rows["rule"], strict=True)) == {
        ("industrial_cluster", "IZ-SITING"),
        ("industrial_cluster", "ENV-MEASURE"),
        ("industrial_park", "ENV-MEASURE"),
    }


# --- conditions ------------------------------------------------------------------------------------------


def test_a_condition_that_no_column_decides_shows_every_candidate_and_no_verdict():
    answer = ask(plant(Point(0, 0), capacity=None), layer("residential", Point(17, 0)))
    rows = judged(answer)
    assert rows["rule"].tolist() == ["WW-1-1", "WW-1-2", "WW-1-3", "WW-1-4"]
    assert set(rows["state"]) == {"depends"}
    assert set(rows["needs"]) == {"capacity_m3_day"}
    assert rows["shortfall_m"].round(1).tolist() == [0.0, 3.0, 8.0, 13.0]
    assert answer.totals[["too_near", "depends"]].to_numpy().tolist() == [[0, 1]]


def test_beyond_every_candidate_the_distance_is_kept_whichever_applies():
    rows = judged(ask(plant(Point(0, 0), capacity=None), layer("residential", Point(31, 0))))
    assert set(rows["state"]) == {"kept"}
    assert set(rows["why"]) == {"any_condition"}


def test_a_word_that_the_table_does_not_know_decides_nothing():
    rows = judged(ask(plant(Point(0, 0), part="trạm lạ"), layer("residential", Point(17, 0))))
    assert len(rows) == 9
    assert set(rows["state"]) == {"depends"}


def test_a_chosen_row_decides_for_its_layer_alone():
    one, two = plant(Point(0, 0), part=None), plant(Point(0, 500), part=None, name="others")
    homes = layer("residential", Point(17, 0), Point(17, 500))
    rows = judged(ask([one, two], homes, choose={"plants": "WW-1-2"}))
    assert rows.loc[rows["source_layer"] == "plants", ["rule", "state"]].to_numpy().tolist() == [
        ["WW-1-2", "too_near"]
    ]
    assert set(rows.loc[rows["source_layer"] == "others", "state"]) == {"depends"}


@pytest.mark.parametrize(
    ("capacity", "rule"),
    [(199.9, "WW-1-1"), (200, "WW-1-2"), (5000, "WW-1-2"), (5000.1, "WW-1-3"), (50001, "WW-1-4")],
)
def test_classes_of_capacity_meet_where_the_table_says(capacity, rule):
    rows = judged(ask(plant(Point(0, 0), capacity=capacity), layer("residential", Point(5, 0))))
    assert rows["rule"].tolist() == [rule]


# --- what never gives a verdict --------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [str(r) for r in LAW.index[LAW["force"] != "in_force"]])
@pytest.mark.parametrize("day", [date(2012, 1, 1), date(2020, 1, 1), date(2024, 9, 1), date(2026, 6, 1)])
def test_rows_that_are_not_law_never_give_a_verdict(rule, day):
    table = reference.table("distance_targets").loc[rule]
    if table["enters"] == "never" or LAW.loc[rule, "force"] in ("gap", "do_not_use"):
        with pytest.raises(QuestionError, match="distance_rule_refused"):
            ask(plant(Point(0, 0)), layer("residential", Point(1, 0)), on=day, choose={"*": rule})
        return
    owner = layer(table["kinds"].split()[0], box(0, 0, 10, 10), name="own")
    other = layer(table["target_kinds"].split()[0], Point(11, 5), name="other")
    rows = judged(ask(owner, other, on=day, choose={"own": rule}))
    mine = rows[rows["rule"] == rule]
    assert len(mine) == 1
    preset = LAW.loc[rule, "force"] == "preset"
    assert set(mine["state"]) == ({"preset"} if preset else {"unsettled"})
    assert not rows["state"].isin(("too_near", "kept", "depends")).any()


def test_a_preset_enters_only_where_it_is_chosen_and_says_that_it_is_none_of_the_law():
    zone, homes = layer("industrial_park", box(0, 0, 9, 9), name="khu"), layer("residential", Point(109, 5))
    assert "TCVN4449-III" not in set(ask(zone, homes).rows["rule"])
    answer = ask(zone, homes, choose={"khu": "TCVN4449-III"})
    row = answer.rows[answer.rows["rule"] == "TCVN4449-III"].iloc[0]
    assert (row["state"], row["why"], row["force"]) == ("preset", "preset", "preset")
    assert row["shortfall_m"] == pytest.approx(300 - 100 / K)
    assert answer.totals["too_near"].tolist() == [0]
    assert np.isnan(answer.totals["worst_shortfall_m"].iloc[0])


def test_a_gap_is_refused_with_a_finding_and_the_distance_still_shows():
    answer = ask(layer("industrial_park", box(0, 0, 9, 9)), layer("river", LineString([(40, -9), (40, 99)])))
    (row,) = judged(answer).to_dict("records")
    assert (row["rule"], row["state"], row["why"]) == ("RIVER-CORR", "refused", "gap")
    assert np.isnan(row["required_m"])
    assert np.isnan(row["shortfall_m"])
    assert row["grid_m"] == pytest.approx(31)
    assert [f.fields["rule"] for f in answer.findings if f.code == "distance_gap"] == ["RIVER-CORR"]


def test_power_lines_of_today_show_the_figures_that_ran_out_by_voltage_and_no_verdict():
    lines = layer("power_line", LineString([(12, -9), (12, 99)]), voltage_kv=[220])
    (row,) = judged(ask(layer("industrial_park", box(0, 0, 9, 9)), lines)).to_dict("records")
    assert (row["rule"], row["required_m"], row["state"], row["why"]) == (
        "PWR-220",
        6.0,
        "unsettled",
        "expired",
    )
    assert np.isnan(row["shortfall_m"])


def test_roads_are_uncertain_and_railways_to_be_checked():
    zone = layer("industrial_park", box(0, 0, 9, 9))
    road = layer("road", LineString([(20, 0), (20, 9)]), road_class=["Cấp III"], setting=["rural"])
    (row,) = judged(ask(zone, road)).to_dict("records")
    assert (row["rule"], row["required_m"], row["state"], row["why"]) == (
        "ROAD-grade_III",
        13.0,
        "unsettled",
        "uncertain",
    )
    rail = judged(ask(zone, layer("railway", LineString([(12, 0), (12, 9)]))))
    assert set(rail["why"]) == {"check"}


def test_a_claim_without_a_text_is_named_and_not_used():
    answer = ask(layer("industrial_cluster", box(0, 0, 9, 9)), layer("residential", Point(50, 0)))
    assert "IZ-500-CLAIM" not in set(answer.rows["rule"])
    (claim,) = [f for f in answer.findings if f.code == "distance_claim"]
    assert claim.fields == {"rule": "IZ-500-CLAIM", "claimed_m": 500.0}


def test_kinds_that_the_table_asks_about_and_nobody_gave_have_no_data():
    answer = ask(plant(Point(0, 0)), layer("residential", Point(50, 0)), layer("school", name="schools"))
    missing = answer.rows[answer.rows["state"] == "no_data"].set_index("target_kind")["why"].to_dict()
    assert missing["school"] == "empty"
    assert missing["health_facility"] == missing["river"] == "no_layer"
    assert "residential" not in missing


def test_an_answer_without_any_pair_is_still_an_answer():
    answer = ask(plant(Point(0, 0)), layer("residential"))
    assert set(answer.rows["state"]) == {"no_data"}
    assert answer.totals["nearest_m"].isna().all()
    assert len(answer.lines) == len(answer.targets) == 0


def test_a_kind_that_no_row_speaks_of_gives_its_distance_and_no_more():
    (row,) = judged(
        ask(layer("industrial_park", box(0, 0, 9, 9)), layer("green_belt", box(19, 0, 30, 9)))
    ).to_dict("records")
    assert (row["state"], row["rule"], row["grid_m"]) == ("no_rule", "", pytest.approx(10))


def test_a_distance_is_kept_only_as_far_as_the_layer_was_surveyed():
    homes = layer("residential", Point(90, 0), extent=box(-15, -15, 200, 200))
    (row,) = judged(ask(plant(Point(0, 0)), homes)).to_dict("records")
    assert (row["state"], row["why"]) == ("no_data", "extent")
    wide = layer("residential", Point(90, 0), extent=box(-25, -25, 200, 200))
    assert judged(ask(plant(Point(0, 0)), wide))["state"].tolist() == ["kept"]
    unstated = ask(plant(Point(0, 0)), layer("residential", Point(90, 0), extent=None))
    assert judged(unstated)["state"].tolist() == ["kept"]
    assert "reach_assumed" in {f.code for f in unstated.findings}


# --- edges that the data don't have ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "code"),
    [
        (layer("dam", LineString([(0, 0), (0, 9)]), dam_grade=["IV"], name="own"), "measured_from_line"),
        (plant(Point(0, 0), name="own"), "measured_from_point"),
        (layer("dam", box(0, 0, 9, 9), dam_grade=["IV"], name="own"), "measured_from_area"),
        (plant(box(0, 0, 9, 9), name="own"), None),
    ],
    ids=["line", "point", "area", "outline"],
)
def test_an_edge_that_the_data_do_not_show_is_said(owner, code):
    found = [f for f in ask(owner, layer("residential", Point(99, 0))).findings if f.layer == "own"]
    assert [f.code for f in found] == ([code] if code else [])
    assert all(f.level == "warn" for f in found)


# --- questions that can't be asked -----------------------------------------------------------------------


def test_questions_that_make_no_sense_are_refused_with_what_is_wrong():
    homes = layer("residential", Point(5, 0))
    with pytest.raises(QuestionError, match="nothing_to_measure"):
        ask(plant(Point(0, 0)))
    with pytest.raises(QuestionError, match="distance_rule_unknown: found='WW-99'"):
        ask(plant(Point(0, 0)), homes, choose={"*": "WW-99"})
    with pytest.raises(QuestionError, match="distance_rule_elsewhere: found='DAM-II'"):
        ask(plant(Point(0, 0)), homes, choose={"*": "DAM-II"})
    with pytest.raises(QuestionError, match="distance_rule_refused: found='IZ-500-CLAIM'"):
        ask(plant(Point(0, 0)), homes, choose={"*": "IZ-500-CLAIM"})
    with pytest.raises(CrsError, match="crs_differs: layer='residential'"):
        ask(plant(Point(0, 0)), homes.with_frame(homes.frame.to_crs(3405)))
    with pytest.raises(GeometryError, match="geometry_invalid: layer='residential'"):
        ask(plant(Point(0, 0)), layer("residential", Point(5, 0), shapely.Point()))


def test_a_layer_is_not_measured_to_itself_and_labels_stay_apart():
    origin = Provenance(source="a.gpkg", sha256="ab" * 32)
    dams = Layer(
        frame(Point(0, 0), Point(50, 0), name=["A", "B"], dam_grade=["IV", "IV"]),
        "dams",
        "dam",
        provenance=origin,
    )
    assert judged(ask(dams, dams, layer("residential", Point(9, 0))))["target_kind"].unique().tolist() == [
        "residential"
    ]
    two = ask(
        [plant(Point(0, 0), name="a", id=["1"]), plant(Point(9, 9), name="b", id=["1"])],
        layer("residential", Point(5, 0)),
    )
    assert two.sources.index.tolist() == ["1 (a)", "1 (b)"]


def test_progress_tells_each_step_and_may_stop_the_work():
    steps = []
    ask(plant(Point(0, 0)), layer("residential", Point(5, 0)), progress=lambda *s: steps.append(s))
    assert steps == [(0, 1, "plants – residential"), (1, 1, "totals")]


# --- invariants ------------------------------------------------------------------------------------------


def scene(seed):
    rng = np.random.default_rng(seed)

    def spots(n):
        return [Point(*rng.uniform(0, 900, 2)).buffer(rng.uniform(1, 60), quad_segs=2) for _ in range(n)]

    capacity = rng.choice([100.0, 900.0, np.nan], 4)
    plants = layer(
        "wastewater_facility", *spots(4), name="plants", id=list("abcd"), capacity_m3_day=capacity,
        facility_type=rng.choice(["pump_station", "open_treatment", None], 4),
    )  # fmt: skip
    return plants, layer("residential", *spots(12), name="homes", id=[f"h{n}" for n in range(12)])


@settings(max_examples=12)
@given(seeds)
def test_shortfall_is_what_is_missing_and_never_negative(seed):
    rows = judged(ask(*scene(seed)))
    figured = rows[rows["state"].isin(("too_near", "kept", "depends", "preset"))]
    wanted = (figured["required_m"] - figured["actual_m"]).clip(lower=0)
    assert (figured["shortfall_m"] - wanted).abs().max() == 0
    assert (figured.loc[figured["state"] == "too_near", "shortfall_m"] > 0).all()
    assert (figured.loc[figured["state"] == "kept", "shortfall_m"] <= 1e-6).all()
    assert set(rows["state"]) <= set(DISTANCE_STATES)


@settings(max_examples=12)
@given(seeds)
def test_distances_and_verdicts_are_the_same_from_both_ends(seed):
    plants, homes = scene(seed)
    one, two = judged(ask(plants, homes)), judged(ask(homes, plants))
    keys = ["source", "target", "rule"]
    swapped = two.rename(columns={"source": "target", "target": "source"}).set_index(keys)
    near = one[one["state"] == "too_near"].set_index(keys)
    assert set(near.index) == set(swapped.index[swapped["state"] == "too_near"])
    same = swapped.loc[near.index]
    assert np.allclose(near["actual_m"], same["actual_m"], rtol=0, atol=1e-6)
    assert np.allclose(near["shortfall_m"], same["shortfall_m"], rtol=0, atol=1e-6)


@settings(max_examples=12)
@given(seeds)
def test_the_order_of_features_does_not_matter(seed):
    plants, homes = scene(seed)
    turned = [x.with_frame(x.frame.iloc[::-1]) for x in (plants, homes)]
    columns = ["source", "target", "rule", "state", "required_m", "actual_m", "shortfall_m", "nearest"]
    keys = ["source", "target", "rule", "target_kind"]
    one, two = (
        a.rows.sort_values(keys)[columns].reset_index(drop=True) for a in (ask(plants, homes), ask(*turned))
    )
    pd.testing.assert_frame_equal(one, two, check_exact=False, rtol=0, atol=1e-6)


@settings(max_examples=12)
@given(seeds)
def test_every_pair_that_is_too_near_is_found_by_looking_at_all_of_them(seed):
    plants, homes = scene(seed)
    rows = judged(ask(plants, homes))
    sure = plants.frame.dropna(subset=["facility_type", "capacity_m3_day"])
    figure = {
        ("pump_station", 100): 15,
        ("pump_station", 900): 20,
        ("open_treatment", 100): 80,
        ("open_treatment", 900): 100,
    }
    wanted = {
        (p["id"], h["id"])
        for _, p in sure.iterrows()
        for _, h in homes.frame.iterrows()
        if p.geometry.distance(h.geometry) / K < figure[p["facility_type"], int(p["capacity_m3_day"])]
    }
    near = rows[(rows["state"] == "too_near")]
    assert set(zip(near["source"], near["target"], strict=True)) == wanted
    nearest = rows[rows["nearest"]].groupby("source")["grid_m"].max()
    for source, metres in nearest.items():
        here = plants.frame.loc[plants.frame["id"] == source].geometry.iloc[0]
        assert metres == pytest.approx(homes.frame.geometry.distance(here).min())


# --- half widths -----------------------------------------------------------------------------------------


def test_half_widths_come_from_rows_in_force_and_say_why_there_is_none():
    dams = layer(
        "dam", *(LineString([(0, y), (9, y)]) for y in (0, 9, 18)), dam_grade=["I", "đặc biệt", None]
    )
    found = half_widths(dams, table=LAW, on=TODAY)
    assert found["half_width_m"].tolist()[:2] == [200.0, 300.0]
    assert found["why"].tolist() == ["", "", "condition"]
    lines = layer("power_line", LineString([(0, 0), (9, 0)]), voltage_kv=[110])
    assert half_widths(lines, table=LAW, on=TODAY).to_numpy().tolist()[0][1:] == ["PWR-110", "expired"]
    assert half_widths(dams, table=LAW, on=TODAY, choose=["DAM-IV"])["half_width_m"].tolist() == [20.0] * 3


# --- real and made land ----------------------------------------------------------------------------------


def test_the_sample_has_three_plants_too_near_to_homes():
    from layers.sample import sample_layer

    plants, homes = sample_layer("wastewater_facilities"), sample_layer("residential_2025")
    answer = ask(plants, homes)
    near = answer.rows[answer.rows["state"] == "too_near"].set_index("source")
    assert near["rule"].to_dict() == {"XLNT-05": "WW-4-1", "XLNT-07": "WW-4-2", "XLNT-09": "WW-1-2"}
    spots = plants.frame.set_index("id").geometry
    for source, row in near.iterrows():
        assert row["grid_m"] == pytest.approx(homes.frame.geometry.distance(spots[source]).min(), abs=1e-9)
    assert answer.run["made"] is True
    assert set(answer.targets["state"]) == {"too_near", "depends"}


def test_real_units_of_a_city_are_measured_as_a_second_way_does(shared):
    from layers import read_layer
    from layers.align import align

    folder = shared / "data" / "vn_admin_2025_tlq"
    units = gpd.read_file(folder / "hanoi_communes_2025.gpkg")
    units = units[units.geometry.is_valid].to_crs(5897).reset_index(drop=True)
    spots = units.geometry.representative_point()
    plants = Layer(
        gpd.GeoDataFrame(
            {"facility_type": "open_treatment", "capacity_m3_day": 90_000.0},
            index=units.index,
            geometry=spots,
        ),
        "plants",
        "wastewater_facility",
    )
    reading = read_layer(
        str(shared / "data" / "osm_hanoi_admin_2025-11-29" / "hanoi_communes_osm.gpkg"), "residential"
    )
    homes = align([plants, reading.layer]).layers[1]
    answer = ask(plants, homes)
    rows = judged(answer)
    assert rows["source"].nunique() == len(units) > 100
    nearest = rows[rows["nearest"]].drop_duplicates("source").set_index("source")["grid_m"]
    for source, metres in nearest.head(25).items():
        here = spots[int(source.lstrip("#"))]
        assert metres == pytest.approx(homes.frame.geometry.distance(here).min(), abs=1e-6)
    assert ((rows["actual_m"] / rows["grid_m"]).dropna() - 1).abs().max() < 2.1e-4
