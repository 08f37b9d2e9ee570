"""Rules of one province: they judge land within it, elsewhere and where nothing tells they are listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from shapely import Point, box

from layers import Layer, reference
from layers.errors import QuestionError
from layers.provinces import province_code, province_name, rule_provinces
from spatial.conflicts import conflicts
from spatial.constraint_list import constraint_list
from spatial.distances import half_widths, safety_distances
from spatial.establishment import SiteFacts, establishment_checks, size_limits
from spatial.exclusions import ExclusionQuestion, exclusions
from spatial.provinces import LocalRules, Provinces, known_provinces, standing_here
from tests.spatial.conftest import blob, frame, place, seeds, sparse, zone

TODAY = date(2026, 6, 1)
HA_NOI, LAO_CAI = "01", "15"
CONFLICTS, DISTANCES = reference.table("conflict_rules"), reference.table("safety_distances")
FOUNDING = reference.table("establishment_rules")
#: west of x = 500 m one province, east of it another
WEST, EAST = place(box(-1e5, -1e5, 500, 1e5)), place(box(500, -1e5, 1e5, 1e5))
TWO = Provinces({LAO_CAI: WEST, HA_NOI: EAST})


def of(table, rule, code=LAO_CAI):
    """The table with one of its rules made a rule of one province."""
    return table.assign(province_code=[code if key == rule else "" for key in table.index])


def units(*shapes, **columns):
    return Layer(frame(*shapes, **columns), "xã", "admin_unit")


def codes(answer):
    return {f.code for f in answer.findings}


def test_rows_that_rest_on_papers_of_one_province_say_so():
    told = {
        key: sorted(rule_provinces(row))
        for table in (CONFLICTS, DISTANCES, FOUNDING, reference.table("conversion_rules"))
        for key, row in table.iterrows()
        if rule_provinces(row)
    }
    assert told == {
        "CCN-BOUND": [LAO_CAI],
        "CCN-LEADCOMMUNE": [LAO_CAI],
        "CEM-HN-ONCE": [HA_NOI],
        "CEM-HN-CREM": [HA_NOI],
    }


@pytest.mark.parametrize("name", ["conflict_rules", "safety_distances", "establishment_rules"])
def test_names_and_codes_of_provinces_in_a_rule_table_agree(name):
    rows = reference.table(name)
    for _, row in rows[rows["province_code"] != ""].iterrows():
        assert row["province"] == province_name(row["province_code"])
        before = {province_code(text) for text in row["province_before"].split(";")}
        assert before == {row["province_code"]}


@pytest.mark.parametrize("name", ["conflict_rules", "safety_distances", "establishment_rules"])
def test_a_row_whose_clause_names_a_province_is_one_of_it(name):
    """Nobody adds a decision of a people's committee as law of the whole country."""
    rows = reference.table(name)
    clause = rows["clause_en" if "clause_en" in rows else "clause"]
    local = clause.str.contains("UBND|Lao Cai|Hanoi", regex=True)
    assert (rows.loc[local, "province_code"] != "").all()


def test_every_former_province_is_part_of_one_of_today():
    rows = reference.table("vn2000_provinces")
    now = set(rows.loc[rows["province_set"] == "new34", "province_code"])
    assert (len(now), set(rows["code_now"])) == (34, now)
    assert province_code("Hoà Bình") == province_code("Phú Thọ") == province_code("tỉnh vĩnh phúc")


def test_units_tell_their_province_by_a_column_or_by_the_commune_centres_in_them():
    by_name = units(box(0, 0, 9, 9), box(9, 0, 18, 9), name=["A", "B"], ten_tinh=["Tỉnh Yên Bái", "Hà Nội"])
    assert known_provinces([by_name]).codes == {LAO_CAI, HA_NOI}
    # Thạch Thất, Hà Nội: centre at 105.559 E, 21.0791 N
    by_place = gpd.GeoDataFrame({"name": ["X"]}, geometry=[box(105.55, 21.07, 105.57, 21.09)], crs=4326)
    layer = Layer(by_place.to_crs(5897), "xã", "admin_unit")
    known = known_provinces([layer])
    assert (known.codes, known.sources) == ({HA_NOI}, ("xã",))
    assert known_provinces([units(box(0, 0, 9, 9), name=["A"])]).codes == frozenset()


def geographic(shape, **columns):
    layer = gpd.GeoDataFrame(columns, geometry=[shape], crs=4326).to_crs(5897)
    return Layer(layer, "xã", "admin_unit")


#: round the centre of Thạch Thất, Hà Nội, alone
THACH_THAT = box(105.55, 21.07, 105.57, 21.09)


def test_an_outline_drawn_for_a_search_is_no_unit():
    assert known_provinces([geographic(THACH_THAT)]).codes == frozenset()


@pytest.mark.parametrize(
    ("shape", "name", "codes", "doubt"),
    [
        (THACH_THAT, "Hà Nội", {HA_NOI}, ""),
        (THACH_THAT, "Lào Cai", set(), "province_doubtful"),
        (box(105.5, 20.95, 105.7, 21.1), "Lào Cai", {HA_NOI}, "province_contradicted"),
        (THACH_THAT, "Hà Tây", {HA_NOI}, ""),
    ],
)
def test_a_name_that_the_centres_in_a_unit_contradict_is_not_believed_and_told(shape, name, codes, doubt):
    known = known_provinces([geographic(shape, name_1=[name], name=["Thạch Thất"])])
    assert known.codes == codes
    assert [f.code for f in known.doubts] == ([doubt] if doubt else [])
    for finding in known.doubts:
        assert finding.layer == "xã"
        told = {"column": "name_1", "stated": "Lào Cai", "found": ["Hà Nội"]}
        assert finding.fields == {**told, "names": ["Thạch Thất"], "count": 1}


def test_units_of_one_contradicted_name_are_one_finding():
    shapes = [box(105.55, y, 105.57, y + 0.02) for y in (21.07, 30.0, 31.0)]
    wide = gpd.GeoDataFrame({"tinh": ["Lào Cai"] * 3}, geometry=shapes, crs=4326).to_crs(5897)
    (finding,) = known_provinces([Layer(wide, "xã", "admin_unit")]).doubts
    assert (finding.fields["count"], finding.fields["names"]) == (1, ["0"])  # the others hold no centre


@pytest.mark.parametrize(("stated", "doubts"), [("Hà Nội", []), ("", []), ("Lào Cai", [["Hà Nội"]])])
def test_a_stated_province_that_no_unit_lies_in_is_told(stated, doubts):
    known = known_provinces([geographic(THACH_THAT, tinh=["Hà Nội"])], stated=stated)
    assert [f.fields["found"] for f in known.doubts] == doubts
    assert {f.code for f in known.doubts} <= {"province_stated_differs"}
    assert known_provinces([], stated=stated).doubts == ()


def test_a_contradicted_province_is_said_by_every_answer_that_rests_on_it():
    here = geographic(THACH_THAT, tinh=["Hà Nội"])
    known = known_provinces([here], stated="Lào Cai")
    other = replace(here, name="nhà", kind_name="residential")
    own = replace(here, name="khu", kind_name="industrial_cluster")
    asked = ExclusionQuestion("industrial_cluster", TODAY, CONFLICTS, DISTANCES, provinces=known)
    answers = (
        exclusions(here, [other], question=asked),
        conflicts(own, [other], rules=LocalRules(CONFLICTS, known), on=TODAY),
        safety_distances(own, [other], table=LocalRules(DISTANCES, known), on=TODAY),
    )
    for answer in answers:
        assert [f.layer for f in answer.findings if f.code == "province_stated_differs"] == ["xã"]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        (pd.array([1, None], dtype="Int64"), set()),
        (pd.array([True, None], dtype="boolean"), set()),
        (pd.Categorical(["Lào Cai", None]), {LAO_CAI}),
    ],
)
def test_a_column_of_any_type_may_be_called_province(values, codes):
    assert known_provinces([units(box(0, 0, 9, 9), box(9, 0, 18, 9), tinh=values)]).codes == codes


def test_outlines_that_cross_themselves_have_a_province():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    known = known_provinces([units(bow, box(5, 0, 30, 20), tinh=["Lào Cai", "Hà Nội"])])
    assert known.shapes[LAO_CAI].area == pytest.approx(25)
    assert known.shapes[HA_NOI].area == pytest.approx(475)
    alone = known_provinces([units(bow, tinh=["Lào Cai"])])
    assert alone.at(np.array([place(box(0, 4, 1, 6)), place(bow)])) == [{LAO_CAI}, {LAO_CAI}]
    parts = TWO.parts(np.array([place(bow)]), frozenset({LAO_CAI}))
    assert sum(shapely.area(some).sum() for some in parts.values()) == pytest.approx(50)


def shares(known, shapes):
    """Provinces of shapes by cutting each with all the land."""
    size = {shape.wkb: shape.area or shape.length for shape in shapes}
    cut = {
        code: [(s.intersection(land).area or s.intersection(land).length) / size[s.wkb] for s in shapes]
        for code, land in known.shapes.items()
    }
    return [
        {code for code in cut if cut[code][n] > 0.01}
        | ({""} if sum(cut[code][n] for code in cut) < 0.99 else set())
        for n in range(len(shapes))
    ]


@given(seeds)
def test_shapes_within_land_are_told_without_being_cut_as_by_cutting(seed):
    rng = np.random.default_rng(seed)
    known = Provinces({LAO_CAI: blob(rng), HA_NOI: shapely.Point(5e4, 0).buffer(300)})
    x, y = rng.uniform(-200, 1200, (2, 20))
    shapes = np.append(shapely.box(x, y, x + 80, y + 80), shapely.LineString([(-500, 500), (1500, 500)]))
    assert known.at(shapes) == shares(known, shapes)


def test_land_is_asked_for_its_province_only_where_a_rule_of_one_speaks_of_the_pair(monkeypatch):
    asked = []
    plain = Provinces.at
    monkeypatch.setattr(
        Provinces, "at", lambda self, shapes: asked.append(len(shapes)) or plain(self, shapes)
    )
    homes = sparse("residential", Point(100, 0), name=["A"])
    law = LocalRules(DISTANCES, TWO)
    park = sparse("industrial_cluster", box(0, 0, 9, 9), name=["B"])
    safety_distances(park, [homes], table=law, on=TODAY)
    assert asked == []
    graves = sparse("cemetery", Point(0, 0), name=["NT"], facility_type=["once_burial"])
    safety_distances(graves, [homes], table=law, on=TODAY)
    assert asked == [1, 1]


def test_a_stated_province_holds_where_nothing_else_tells():
    known = known_provinces([units(box(0, 0, 9, 9), tinh=["Hà Nội"])], stated="lào cai")
    inside, beyond = place(box(1, 1, 2, 2)), place(box(20, 0, 30, 9))
    assert [set(found) for found in known.at(shapely.from_wkt([inside.wkt, beyond.wkt]))] == [
        {HA_NOI},
        {LAO_CAI},
    ]
    with pytest.raises(QuestionError, match="province_unknown"):
        known_provinces([], stated="Hà Tây")


def test_standing():
    wanted = frozenset({LAO_CAI})
    assert [standing_here(wanted, where) for where in ({LAO_CAI}, {HA_NOI}, {""}, set())] == [
        "", "elsewhere", "province_unknown", "province_unknown",
    ]  # fmt: skip
    assert standing_here(frozenset(), {HA_NOI}) == ""


def met(provinces, *zones):
    rules = of(CONFLICTS, "CCN-RESIDENTIAL")
    homes = sparse("residential", box(0, 0, 1000, 1000))
    given_rules = rules if provinces is None else LocalRules(rules, provinces)
    return conflicts(zone(*(zones or (box(0, 0, 1000, 1000),))), [homes], rules=given_rules, on=TODAY)


def test_the_same_zone_in_and_outside_the_province_of_a_rule():
    here = met(Provinces(stated=LAO_CAI))
    assert here.rows["rule"].tolist() == ["CCN-RESIDENTIAL"]
    assert "rule_of_other_province" not in codes(here)
    there = met(Provinces(stated=HA_NOI))
    assert "CCN-RESIDENTIAL" not in there.rows["rule"].tolist()
    assert there.totals["blocks_ha"].tolist() == [0]
    (finding,) = [f for f in there.findings if f.code == "rule_of_other_province"]
    assert finding.fields["province"] == "Lào Cai"
    unknown = met(None)
    assert unknown.totals["blocks_ha"].tolist() == [0]
    assert "rule_province_unknown" in codes(unknown)


def test_a_zone_across_two_provinces_is_judged_on_each_side_by_its_own_rules():
    answer = met(TWO)
    blocked = answer.rows[answer.rows["state"] == "blocks"]
    assert blocked[["rule", "area_ha"]].to_numpy().tolist() == [["CCN-RESIDENTIAL", pytest.approx(50)]]
    assert answer.totals["blocks_ha"].tolist() == [pytest.approx(50)]
    assert "rule_of_other_province" in codes(answer)


@given(seeds)
def test_cutting_along_a_border_loses_no_land(seed):
    shape = blob(np.random.default_rng(seed))
    whole, cut = met(Provinces(stated=LAO_CAI), shape), met(TWO, shape)
    names = ["blocks_ha", "consent_ha", "clear_ha", "no_data_ha", "noise_ha"]
    assert cut.totals[names].sum(axis=1).tolist() == pytest.approx(cut.totals["area_ha"].tolist())
    inside = shape.intersection(box(-1e5, -1e5, 500, 1e5)).intersection(box(0, 0, 1000, 1000)).area / 1e4
    assert cut.totals["blocks_ha"].iloc[0] == pytest.approx(inside, abs=1e-3)
    assert cut.totals["blocks_ha"].iloc[0] <= whole.totals["blocks_ha"].iloc[0] + 1e-6


def left_of(provinces, *constraints, rules=CONFLICTS, distances=DISTANCES):
    question = ExclusionQuestion("industrial_cluster", TODAY, rules, distances, provinces=provinces)
    search = Layer(frame(box(0, 0, 1000, 1000)), "search", "admin_unit")
    return exclusions(search, list(constraints), question=question)


@pytest.mark.parametrize(
    ("provinces", "taken", "why"),
    [
        (Provinces(stated=LAO_CAI), 100, []),
        (Provinces(stated=HA_NOI), 0, ["elsewhere"]),
        (Provinces(), 0, ["province_unknown"]),
        (TWO, 50, ["elsewhere"]),
    ],
)
def test_a_rule_of_one_province_takes_land_within_it_only(provinces, taken, why):
    homes = sparse("residential", box(-500, 0, 1500, 1000))
    answer = left_of(provinces, homes, rules=of(CONFLICTS, "CCN-RESIDENTIAL"))
    mine = answer.rows[answer.rows["rule"].isin(["CCN-RESIDENTIAL", "CCN32-NORES"])]
    assert mine.loc[mine["applied"], "added_ha"].sum() == pytest.approx(taken)
    assert mine.loc[~mine["applied"], "why"].tolist() == why
    assert set(mine["province"]) == {"Lào Cai"}
    assert answer.rows["added_ha"].sum() + answer.left_ha == pytest.approx(answer.area_ha)


@pytest.mark.parametrize(
    ("provinces", "taken", "why"),
    [
        (Provinces(stated=LAO_CAI), 20, []),
        (Provinces(stated=HA_NOI), 0, ["elsewhere"]),
        (Provinces(), 0, ["province_unknown"]),
        (TWO, 10, ["elsewhere"]),
    ],
)
def test_a_distance_of_one_province_is_kept_within_it_only(provinces, taken, why):
    dam = sparse("dam", box(-500, -100, 1500, 0), dam_grade=["I"])
    law = of(DISTANCES, "DAM-I").assign(distance_m=["200" if k == "DAM-I" else "" for k in DISTANCES.index])
    rows = left_of(provinces, dam, distances=law).rows
    mine = rows[rows["rule"] == "DAM-I"]
    assert mine.loc[mine["applied"], "added_ha"].sum() == pytest.approx(taken, rel=2e-3)
    assert mine.loc[~mine["applied"], "why"].tolist() == why


@pytest.mark.parametrize(
    ("provinces", "state", "why"),
    [
        (Provinces(stated=HA_NOI), "unsettled", "uncertain"),
        (Provinces(stated=LAO_CAI), "no_rule", "elsewhere"),
        (None, "unsettled", "province_unknown"),
        (TWO, "no_rule", "elsewhere"),
    ],
)
def test_a_figure_of_ha_noi_is_one_of_ha_noi(provinces, state, why):
    graves = sparse("cemetery", Point(0, 0), name=["NT"], facility_type=["once_burial"])
    homes = sparse("residential", Point(100, 0), name=["A"])
    law = DISTANCES if provinces is None else LocalRules(DISTANCES, provinces)
    rows = safety_distances(graves, [homes], table=law, on=TODAY).rows
    mine = rows[rows["rule"].str.startswith("CEM-HN")]
    assert len(mine)
    assert set(mine["state"]) == {state}
    assert set(mine["why"]) == {why}
    assert set(mine["province"]) == {"Hà Nội"}


def test_a_distance_across_a_border_gives_no_verdict_by_the_rule_of_one_side():
    law = of(DISTANCES, "DAM-I")

    def state(x, provinces):
        dam = sparse("dam", Point(490, 0), dam_grade=["I"])
        park = sparse("industrial_cluster", box(x, 0, x + 5, 5), name=["A"])
        rows = safety_distances(park, [dam], table=LocalRules(law, provinces), on=TODAY).rows
        return rows.loc[rows["rule"] == "DAM-I", "state"].tolist()

    assert state(480, TWO) == ["too_near"]
    assert state(505, TWO) == ["no_rule"]
    assert state(505, Provinces(stated=LAO_CAI)) == ["too_near"]


def test_strips_of_one_province_are_not_drawn_where_nothing_tells():
    dams = Layer(frame(Point(0, 0), dam_grade=["I"]), "dams", "dam")
    (row,) = half_widths(dams, table=of(DISTANCES, "DAM-I"), on=TODAY)[["half_width_m", "why"]].to_numpy()
    assert (str(row[0]), row[1]) == ("nan", "province_unknown")


def test_checks_for_founding_list_a_rule_of_another_province_as_not_applied():
    facts = {
        "here": SiteFacts(20, provinces=frozenset({LAO_CAI})),
        "there": SiteFacts(20, provinces=frozenset({HA_NOI})),
        "open": SiteFacts(20),
        "both": SiteFacts(20, provinces=frozenset({HA_NOI, LAO_CAI})),
    }
    found = establishment_checks(FOUNDING, "industrial_cluster", facts, on=TODAY)
    lead = found[found["rule"] == "CCN-LEADCOMMUNE"].set_index("site")
    assert lead["state"].to_dict() == {
        "here": "no_data", "there": "not_applied", "open": "no_data", "both": "no_data",
    }  # fmt: skip
    assert lead["why"].to_dict() == {
        "here": "attribute", "there": "elsewhere", "open": "province_unknown", "both": "attribute",
    }  # fmt: skip
    assert set(lead["province"]) == {"Lào Cai"}
    # the same rules are listed for every site, whatever its province
    assert len(set(found.groupby("site")["rule"].apply(set).map(len))) == 1


def test_a_size_of_one_province_is_no_size_elsewhere():
    table = of(FOUNDING, "CCN32-MIN")
    sizes = {
        code: size_limits(table, "industrial_cluster", on=TODAY, provinces=frozenset({code})).rules
        for code in (LAO_CAI, HA_NOI, "")
    }
    assert [("CCN32-MIN" in rules) for rules in sizes.values()] == [True, False, False]


@pytest.mark.parametrize(
    ("area", "whys"),
    [
        (box(0, 0, 400, 400), [""]),
        (box(600, 0, 900, 400), ["elsewhere"]),
        (box(0, 0, 1000, 400), ["", "elsewhere"]),
        (box(498, 0, 1000, 400), ["", "elsewhere"]),  # 0.4 % of the area
    ],
)
def test_the_list_of_constraints_knows_where_the_area_lies(area, whys):
    """As the answer will: applied in its province, elsewhere named as not applied."""
    asked = ExclusionQuestion(
        "industrial_cluster", TODAY, of(CONFLICTS, "CCN-RESIDENTIAL"), DISTANCES, provinces=TWO
    )
    homes = sparse("residential", area)
    listed = constraint_list([homes], asked, area=units(area))
    mine = listed[listed["rule"] == "CCN-RESIDENTIAL"]
    assert mine["why"].tolist() == whys
    assert mine["applied"].tolist() == [not why for why in whys]
    answer = exclusions(units(area), [homes], question=asked).rows
    told = answer[answer["rule"] == "CCN-RESIDENTIAL"]
    assert sorted(zip(told["applied"], told["why"], strict=True)) == sorted(
        zip(mine["applied"], mine["why"], strict=True)
    )
    without = constraint_list([homes], replace(asked, provinces=Provinces()), area=units(area))
    assert set(without.loc[without["rule"] == "CCN-RESIDENTIAL", "why"]) == {"province_unknown"}
