from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from layers import Layer, reference
from layers.period import parse_period
from spatial._site_facts import land_layer
from spatial.establishment import SiteFacts, establishment_checks, size_limits

RULES = reference.table("establishment_rules")
JUDGED_BY = {
    "",
    "area",
    "documents",
    "homes",
    "land_plan",
    "occupancy",
    "phase_area",
    "phase_rice",
    "unleased",
}


def test_what_a_check_reads_stands_in_columns_of_the_table():
    assert set(RULES["judged_by"]) == JUDGED_BY
    assert set(RULES["zone_type"]) == {"", "craft_village", "ordinary"}
    for name in ("low", "high", "alternative_unleased_ha"):
        given = RULES.loc[RULES[name] != "", name]
        assert (given.astype(float) >= 0).all()
    bounded = RULES[RULES["judged_by"].isin(["area", "occupancy", "unleased", "phase_area", "phase_rice"])]
    assert ((bounded["low"] != "") | (bounded["high"] != "")).all()


def test_the_columns_say_what_the_words_beside_them_say():
    """The figures of the columns stand in the text that they were taken from."""
    for key, row in RULES.iterrows():
        for name in ("low", "high"):
            assert row[name] in row["value"], key
        assert row["alternative_unleased_ha"] in row["exception"], key
        assert (row["judged_by"] == "") == (row["rule_kind"] == "definition"), key


def test_a_check_reads_no_words():
    """The same verdicts with every word about exceptions struck out."""
    mute = RULES.assign(exception="", value="", note="", test="", metric="x")
    known = {"S": SiteFacts(20, 0.0, 50.0, 99.5, 20, 100)}
    for kind in ("industrial_cluster", "industrial_park", "high_tech_zone"):
        for craft in (False, True):
            for on in (date(2026, 6, 1), date(2026, 10, 1)):
                one, two = (
                    establishment_checks(table, kind, known, on=on, craft_village=craft)
                    for table in (RULES, mute)
                )
                same = ["rule", "state", "found", "why"]
                assert one[same].to_csv() == two[same].to_csv()
                assert size_limits(RULES, kind, on=on, craft_village=craft).rules == (
                    size_limits(mute, kind, on=on, craft_village=craft).rules
                )


def test_size_presets_come_from_the_rule_of_the_day():
    def limits(kind, day, **more):
        found = size_limits(RULES, kind, on=day, **more)
        return found.min_ha, found.max_ha

    before, after = date(2026, 9, 14), date(2026, 9, 15)
    assert limits("industrial_cluster", before) == (10, 75)
    assert limits("industrial_cluster", before, craft_village=True) == (5, 75)
    for craft in (False, True):
        assert limits("industrial_cluster", after, craft_village=craft) == (5, 75)
    assert np.isnan(limits("industrial_park", after)).all()
    assert np.isnan(limits("industrial_cluster", date(2020, 1, 1))).all()


def test_occupancy_is_leased_over_industrial_land_and_an_alternative_counts():
    def state(day, **known):
        rows = establishment_checks(RULES, "industrial_cluster", {"S": SiteFacts(20, **known)}, on=day)
        rows = rows.set_index("rule")
        name = "CCN32-EST-OCC" if "CCN32-EST-OCC" in rows.index else "CCN303-EST-OCC"
        return rows.loc[name, "state"], rows.loc[name, "found"]

    before, after = date(2026, 6, 1), date(2026, 10, 1)
    assert state(before, leased_ha=60, industrial_ha=100) == ("pass", pytest.approx(60))
    assert state(before, leased_ha=20, industrial_ha=100) == ("pass", pytest.approx(20))  # 80 ha unleased
    assert state(after, leased_ha=20, industrial_ha=100) == ("fail", pytest.approx(20))  # more than 50 ha
    assert state(after)[0] == "no_data"


def test_a_rule_on_a_district_says_that_the_lead_commune_stands_for_it():
    def why(day, leased_ha):
        known = {"S": SiteFacts(20, leased_ha=leased_ha, industrial_ha=100)}
        rows = establishment_checks(RULES, "industrial_cluster", known, on=day).set_index("rule")
        return [rows.loc[name, "why"] for name in ("CCN32-EST-OCC", "CCN303-EST-OCC") if name in rows.index]

    assert why(date(2026, 6, 1), 60) == ["lead_commune"]
    assert why(date(2026, 6, 1), 20) == ["unleased_lead"]
    assert why(date(2026, 10, 1), 60) == [""]  # a rule on the commune itself


def test_the_occupancy_of_a_province_is_never_that_of_a_commune():
    """Article 9 of decree 35 asks for all parks of a province, counted by another definition."""
    known = {"S": SiteFacts(100, leased_ha=90, industrial_ha=100)}
    rows = establishment_checks(RULES, "industrial_park", known, on=date(2026, 6, 1)).set_index("rule")
    assert rows.loc["KCN35-OCC", ["state", "why"]].tolist() == ["no_data", "attribute"]


@pytest.mark.parametrize(
    ("rice_ha", "state"), [(99.0, "pass"), (150.0, "no_data"), (201.0, "fail"), (np.nan, "no_data")]
)
def test_the_limit_of_rice_land_depends_on_the_region(rice_ha, state):
    known = {"S": SiteFacts(300, rice_ha=rice_ha)}
    rows = establishment_checks(RULES, "industrial_park", known, on=date(2026, 6, 1)).set_index("rule")
    assert rows.loc["KCN35-RICE", "state"] == state


def test_land_of_today_and_of_a_plan_are_told_apart():
    """Two layers of other shapes: neither is compared row by row with the other."""

    def land(name, period, *codes):
        shapes = [box(0, 0, 10 * (n + 1), 10) for n, _ in enumerate(codes)]
        frame = gpd.GeoDataFrame({"code": list(codes)}, geometry=shapes, crs=5897)
        return Layer(frame, name, "land_use", parse_period(period))

    plan = land("plan", "2021-2030:approved", "SKN", "LUC")
    now, before = land("now", "2025:surveyed", "LUC"), land("before", "2020:surveyed", "LUC", "ONT", "CLN")
    layers = [plan, before, now]
    assert land_layer(layers) is now
    assert land_layer(layers, planned=True) is plan
    assert land_layer([plan]) is plan
    assert land_layer([now], planned=True) is None
