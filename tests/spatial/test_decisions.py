from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from layers.errors import CrsError, GeometryError, QuestionError
from spatial.candidates import candidates
from spatial.decisions import chosen_sites, decided, only_sites
from spatial.exclusions import why_not
from spatial.redraw import redrawn, site_limits
from spatial.search_comparison import carried_decisions, compare_searches, search_facts
from tests.spatial.conftest import CRS, place
from tests.spatial.planted import TRAPS, district, wanted

TABLES = ("breakdown", "land", "communes", "checks")


@cache
def searched(**more):
    area, constraints, criteria, others = district()
    question = wanted(**{"cell_m": 40.0, "count": 4, **more})
    return candidates(area, constraints, criteria, question=question, others=others)


@pytest.fixture(scope="module")
def answer():
    return searched()


def drawn(**shapes):
    return gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=CRS)


def rows(**given):
    facts = {"decision": [g[0] for g in given.values()], "reason": [g[1] for g in given.values()]}
    return gpd.GeoDataFrame(facts, geometry=[g[2] for g in given.values()], index=list(given), crs=CRS)


def same_judgement(one, other, *, but=()):
    kept = [site for site in one.sites.index if site not in but]
    figures = [c for c in one.sites if c != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(one.sites.loc[kept, figures]), pd.DataFrame(other.sites.loc[kept, figures])
    )
    assert all(a.equals(b) for a, b in zip(one.sites.geometry[kept], other.sites.geometry[kept], strict=True))
    for name in TABLES:
        a, b = (getattr(x.judgement, name) for x in (one, other))
        pd.testing.assert_frame_equal(
            a[a["site"].isin(kept)].reset_index(drop=True), b[b["site"].isin(kept)].reset_index(drop=True)
        )


# --- judged again ------------------------------------------------------------------------------------


@given(st.sets(st.sampled_from(["S01", "S02", "S03", "S04"])))
@settings(max_examples=3, deadline=None)
def test_an_unchanged_boundary_gets_the_row_it_had(sites):
    answer = searched()
    again = redrawn(answer, answer.sites.geometry[sorted(sites)])
    same_judgement(answer, again.answer)
    assert again.hits.empty
    pd.testing.assert_frame_equal(again.limits, site_limits(answer))
    # what a site doesn't keep to is said of it too, whoever drew it
    broken = again.limits[again.limits["site"].isin(sites) & (again.limits["state"] == "fail")]
    said = [f.fields["limit"] for f in again.answer.findings if f.code == "boundary_breaks_limit"]
    assert said == broken["limit"].tolist()


@given(st.integers(-1500, 1500), st.integers(-1500, 1500), st.floats(0.6, 1.6))
@settings(max_examples=6, deadline=None)
def test_what_a_boundary_reaches_into_is_told_in_hectares_with_the_clause(east, north, size):
    answer = searched()
    shape = shapely.affinity.scale(answer.sites.geometry["S02"], size, size)
    shape = shapely.affinity.translate(shape, east, north)
    again = redrawn(answer, gpd.GeoSeries([shape], index=["S02"], crs=CRS))
    # the same by another way: the shape less the free land
    free = shapely.union_all(answer.exclusions.left.geometry.to_numpy())
    lost = shapely.difference(shape, free).area / 1e4
    row = again.answer.sites.loc["S02"]
    assert row["excluded_ha"] == pytest.approx(lost, abs=1e-6)
    assert row["area_ha"] == pytest.approx(shape.area / 1e4)
    told = why_not(answer.exclusions, shape)
    assert sorted(again.hits["constraint"]) == sorted(told.loc[told["applied"].astype(bool), "constraint"])
    assert bool(again.hits.empty) == bool(lost < 1e-9 and not len(told))
    ruled = again.hits[again.hits["tier"].isin(["blocks", "distance"])]
    assert (ruled["clause_vi"] != "").all()
    # no hectare is told twice as more than there is, and together they are all that is lost
    if len(again.hits):
        assert again.hits["here_ha"].max() <= lost + 1e-6 <= again.hits["here_ha"].sum() + 2e-6
    states = again.limits[again.limits["site"] == "S02"].set_index("limit")["state"]
    assert states["excluded_ha"] == ("fail" if lost > 1e-4 else "pass")
    assert states["area_ha"] == ("pass" if 10 <= shape.area / 1e4 <= 75 else "fail")


@given(st.sampled_from(["S01", "S02", "S03", "S04"]), st.floats(0.3, 0.95))
@settings(max_examples=4, deadline=None)
def test_nothing_but_the_redrawn_site_and_the_ranks_changes(site, size):
    answer = searched()
    shape = shapely.affinity.scale(answer.sites.geometry[site], size, size)
    again = redrawn(answer, gpd.GeoSeries([shape], index=[site], crs=CRS)).answer
    assert again.exclusions is answer.exclusions
    assert again.suitability is answer.suitability
    assert set(again.sites.index) == set(answer.sites.index)
    kept = [name for name in answer.sites.index if name != site]
    own = [
        c for c in answer.sites if c not in ("rank_low", "rank_high", "top_share", "topsis", "topsis_rank")
    ]
    own = [c for c in own if c not in ("rank", "geometry")]
    pd.testing.assert_frame_equal(
        pd.DataFrame(answer.sites.loc[kept, own]), pd.DataFrame(again.sites.loc[kept, own])
    )
    before, after = (x.sites.loc[kept, "rank"].sort_values().index.tolist() for x in (answer, again))
    assert before == after  # the others keep their order among themselves
    assert sorted(again.sites["rank"]) == list(range(1, len(again.sites) + 1))


def test_a_boundary_in_the_belt_names_the_belt(answer):
    trap = place(TRAPS["in_the_belt"])
    again = redrawn(answer, drawn(S01=trap))
    hit = again.hits.set_index("constraint")
    assert hit.loc["green_belt", "here_ha"] == pytest.approx(trap.area / 1e4)
    assert "boundary_on_excluded_land" in [f.code for f in again.answer.findings]
    (said,) = [f for f in again.answer.findings if f.fields.get("constraint") == "green_belt"]
    assert (said.row, said.fields["area_ha"]) == ("S01", pytest.approx(60))


def test_size_width_compactness_road_and_neighbours_are_held_against_the_question(answer):
    def states(shape):
        limits = redrawn(answer, drawn(S01=shape)).limits
        return limits[limits["site"] == "S01"].set_index("limit")["state"]

    assert states(place(TRAPS["too_small"]))["area_ha"] == "fail"
    thin = states(place(TRAPS["too_thin"]))
    assert thin[["narrow_ha", "compactness"]].tolist() == ["fail", "fail"]
    cut_off = redrawn(answer, drawn(S01=place(TRAPS["cut_off"]))).limits.set_index(["site", "limit"])
    assert cut_off.loc[("S01", "road_m"), "state"] == "fail"
    at_the_dam = states(place(TRAPS["at_the_dam"]))
    assert at_the_dam["crossed"] == "fail"
    assert states(answer.sites.geometry["S02"])["shared_ha"] == "fail"


def test_without_roads_access_has_no_data():
    area, constraints, criteria, _ = district()
    found = candidates(area, constraints, criteria[1:], question=wanted(cell_m=60.0, count=1))
    row = site_limits(found).set_index("limit").loc["road_m"]
    assert (row["state"], row["why"]) == ("no_data", "no_layer")


def test_a_boundary_outside_of_the_area_is_told_so(answer):
    again = redrawn(answer, drawn(S01=place(box(7000, 7000, 7500, 7500))))
    assert again.hits["constraint"].tolist() == ["outside"]
    assert again.answer.sites.loc["S01", "excluded_ha"] == pytest.approx(25)
    mine = again.answer.judgement.breakdown
    assert mine.loc[mine["site"] == "S01", "value"].isna().all()


@pytest.mark.parametrize(
    ("shape", "match"),
    [
        (Polygon([(0, 0), (500, 500), (500, 0), (0, 500)]), "boundary_invalid: .*crosses_itself"),
        (Polygon(), "boundary_invalid: .*not_one_polygon"),
        (MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)]), "boundary_invalid: .*not_one_polygon"),
        (shapely.LineString([(0, 0), (1, 1)]), "boundary_invalid"),
        (None, "boundary_invalid"),
    ],
)
def test_what_is_no_boundary_is_refused(answer, shape, match):
    with pytest.raises(GeometryError, match=match):
        redrawn(answer, drawn(S01=shape))


def test_unknown_sites_and_other_systems_are_refused(answer):
    square = place(box(500, 200, 1000, 700))
    with pytest.raises(QuestionError, match="site_unknown: found='S99'"):
        redrawn(answer, drawn(S99=square))
    with pytest.raises(CrsError, match="crs_differs"):
        redrawn(answer, drawn(S01=square).to_crs(4326))
    twice = gpd.GeoSeries([square, square], index=["S01", "S01"], crs=CRS)
    with pytest.raises(QuestionError, match="decision_twice"):
        redrawn(answer, twice)


# --- decisions ---------------------------------------------------------------------------------------


def test_decisions_are_noted_and_no_site_is_lost(answer):
    shape = place(box(500, 200, 1000, 800))
    told = decided(answer, rows(S01=("ticked", "", shape), S02=("dropped", " ngập ", None)))
    noted = told.decisions.rows
    assert set(noted.index) == set(answer.sites.index)
    assert noted.loc["S02", ["decision", "reason", "redrawn"]].tolist() == ["dropped", "ngập", False]
    old = answer.sites.loc["S01"]
    assert noted.loc["S01", "area_before_ha"] == pytest.approx(old["area_ha"])
    assert noted.loc["S01", "shared_ha"] == pytest.approx(old.geometry.intersection(shape).area / 1e4)
    assert told.sites.geometry["S01"].equals(shape)
    assert told.decisions.found.geometry["S01"].equals(old.geometry)
    assert (chosen_sites(told), told.run["dropped"], told.run["redrawn"]) == (("S01",), ["S02"], ["S01"])
    assert answer.decisions is None


def test_without_decisions_nothing_changes(answer):
    told = decided(answer, rows())
    same_judgement(answer, told)
    assert set(told.decisions.rows["decision"]) == {"open"}


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"S01": ("dropped", "  ", None)}, "decision_without_reason: site='S01'"),
        ({"S01": ("maybe", "", None)}, "decision_unknown: site='S01', found='maybe'"),
        ({"S09": ("ticked", "", None)}, "site_unknown"),
    ],
)
def test_decisions_that_say_nothing_are_refused(answer, given, match):
    with pytest.raises(QuestionError, match=match):
        decided(answer, rows(**given))


def test_a_site_is_decided_once(answer):
    twice = pd.concat([rows(S01=("ticked", "", None)), rows(S01=("open", "", None))])
    with pytest.raises(QuestionError, match="decision_twice"):
        decided(answer, twice)


def test_only_the_ticked_sites_are_kept_with_their_ranks(answer):
    told = decided(answer, rows(S03=("ticked", "", None), S02=("ticked", "", None)))
    kept = only_sites(told, chosen_sites(told))
    assert kept.sites["rank"].to_dict() == {"S02": 2, "S03": 3}
    for name in TABLES:
        assert set(getattr(kept.judgement, name)["site"]) <= {"S02", "S03"}
    same_judgement(kept, told)
    assert len(kept.decisions.rows) == len(answer.sites)
    with pytest.raises(QuestionError, match="site_unknown"):
        only_sites(told, ["S77"])
    with pytest.raises(QuestionError, match="sites_missing"):
        only_sites(told, [])


# --- two searches ------------------------------------------------------------------------------------


def test_a_search_compared_with_itself_differs_in_nothing(answer):
    found = compare_searches(search_facts(answer), search_facts(answer))
    assert found.settings.empty
    assert set(found.sites["state"]) == {"kept"}
    assert (found.sites["before"] == found.sites["after"]).all()
    assert (found.totals["change"] == 0).all()
    assert (found.exclusions["change_ha"] == 0).all()


def test_law_put_aside_order_and_parcels_are_settings_that_differ(answer):
    facts = search_facts(answer)
    waived = [{"constraint": "land_use", "clause_vi": "Điều 1", "clause_en": "Article 1"}]
    more = {"waived": waived, "order": ["school"], "follow": "land_use", "parcel_tolerance": 0.1}
    found = compare_searches(facts, replace(facts, run={**facts.run, **more}))
    assert set(found.settings["setting"]) == set(more)
    (row,) = found.settings[found.settings["setting"] == "waived"].to_dict("records")
    assert (row["part"], row["before"], row["after"]) == ("land_use", None, ("Điều 1", "Article 1"))


def test_settings_sites_and_land_that_differ_are_told():
    one, other = searched(), searched(max_ha=40.0)
    found = compare_searches(search_facts(one), search_facts(other))
    assert found.settings[["setting", "before", "after"]].to_numpy().tolist() == [["max_ha", 75.0, 40.0]]
    assert set(found.sites["state"]) - {"kept"}
    assert (found.totals.loc[["area_ha", "left_ha"], "change"] == 0).all()
    area, constraints, criteria, others = district()
    less = candidates(area, constraints[1:], criteria, question=wanted(cell_m=40.0, count=4), others=others)
    found = compare_searches(search_facts(one), search_facts(less))
    assert [*found.settings["setting"]] == ["layer_constraint"]
    gained = found.totals.loc["left_ha", "change"]
    assert gained == pytest.approx(less.exclusions.left_ha - one.exclusions.left_ha)
    assert gained > 0
    assert found.exclusions["change_ha"].sum() == pytest.approx(-gained)
    facts = search_facts(one)
    elsewhere = replace(facts, sites=facts.sites.to_crs(5898))
    with pytest.raises(CrsError, match="crs_differs"):
        compare_searches(facts, elsewhere)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_every_site_stands_in_one_row_and_the_way_back_mirrors_it(seed):
    rng = np.random.default_rng(seed)

    def facts(count):
        left = rng.integers(0, 40, (count, 2)) * 50.0
        shapes = [box(x, y, x + 500, y + 400) for x, y in left]
        figures = {"rank": range(1, count + 1), "score": 0.5, "area_ha": 20.0}
        names = [f"S{n:02d}" for n in range(1, count + 1)]
        frame = gpd.GeoDataFrame(figures, geometry=shapes, index=names, crs=CRS)
        taken = pd.DataFrame({"constraint": ["a"], "alone_ha": [1.0], "added_ha": [1.0]})
        return type(search_facts(searched()))(frame, taken, 100.0, 99.0, {})

    one, other = facts(int(rng.integers(1, 6))), facts(int(rng.integers(1, 6)))
    there, back = compare_searches(one, other).sites, compare_searches(other, one).sites
    assert sorted(n for n in there["before"] if n) == sorted(one.sites.index)
    assert sorted(n for n in there["after"] if n) == sorted(other.sites.index)
    swapped = {"kept": "kept", "moved": "moved", "gone": "new", "new": "gone"}
    pairs = {(r.before, r.after, r.state) for r in there.itertuples()}
    # where pairs share as much, names decide, and those are others on the way back
    tied = there["shared_ha"].round(6).duplicated(keep=False)[there["shared_ha"] > 0].any()
    if not tied:
        assert pairs == {(r.after, r.before, swapped[r.state]) for r in back.itertuples()}
    assert (there["shared_ha"] <= 20 + 1e-9).all()
    for row in there[there["shared_ha"] > 0].itertuples():
        shapes = one.sites.geometry[row.before], other.sites.geometry[row.after]
        assert row.shared_ha == pytest.approx(shapely.intersection(*shapes).area / 1e4)


def test_decisions_go_over_to_the_same_sites_and_the_others_are_named():
    one = searched()
    given = rows(
        S01=("ticked", "", None),
        S02=("dropped", "ngập", None),
        S03=("open", "", place(box(500, 200, 900, 700))),
    )
    kept, told = carried_decisions(given, one.sites, one.sites)
    assert told["how"].tolist() == ["same"] * 3
    same_judgement(decided(one, given), decided(one, kept))
    moved = one.sites.copy()
    moved.geometry = moved.geometry.translate(10, 0)
    moved = moved.drop(index="S02").rename(index={"S01": "S02"})
    kept, told = carried_decisions(given, one.sites, moved)
    assert told["how"].tolist() == ["alike", "gone", "alike"]
    assert kept["decision"].to_dict() == {"S02": "ticked", "S03": "open"}
    assert told.loc[1, ["site", "reason"]].tolist() == ["S02", "ngập"]
    far = one.sites.set_geometry(one.sites.geometry.translate(200, 0))
    kept, told = carried_decisions(given, one.sites, far)
    assert set(told["how"]) <= {"moved", "gone"}
    assert kept.empty
