"""The planted answer of the sample district: what must be found is found, no trap is, and each says why."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from layers import reference
from layers.sample import planted_search, sample_layer
from maps.criteria import named_criterion
from spatial.candidates import candidates
from spatial.exclusions import ExclusionQuestion
from spatial.judgement import SiteQuestion
from spatial.site_reasons import why_no_site

PLACES, PLANTED = planted_search()
PLACES = PLACES.set_index("case")
GOOD = [case for case, expected in PLACES["expected"].items() if expected == "site"]
TRAPS = [case for case in PLACES.index if case not in GOOD]
SAMPLE = (
    *("residential_2025", "rivers", "green_belt", "protected", "cemeteries", "high_tech_zone_2030"),
    *("industrial_parks_2030", "industrial_clusters_2030", "schools", "power_lines"),
)
CRITERIA = {"main_road": "roads", "craft_village": "craft_villages", "housing": "residential_2025"}


@pytest.fixture(scope="module")
def answer():
    rules = reference.table("conflict_rules"), reference.table("safety_distances")
    asked = ExclusionQuestion("industrial_cluster", date(2026, 10, 1), *rules)
    criteria = [named_criterion(name, sample_layer(layer))[0] for name, layer in CRITERIA.items()]
    return candidates(
        sample_layer("communes_2025"),
        [*map(sample_layer, SAMPLE), *PLANTED],
        criteria,
        question=SiteQuestion(asked, 5, 75, count=30, min_score=0.0, draws=100),
        others=[sample_layer("roads")],
    )


def shared(answer, case):
    """Share of a place that lies in sites, and of those sites that lies in the place."""
    place, sites = PLACES.geometry[case], answer.sites.geometry.to_numpy()
    common = shapely.area(shapely.intersection(sites, place))
    return common.sum() / place.area, common.sum() / shapely.area(sites[common > 1]).sum()


@pytest.mark.parametrize("case", GOOD)
def test_what_was_planted_is_found(answer, case):
    of_place, of_sites = shared(answer, case)
    assert of_place > (0.99 if case == "wide" else 0.94)
    assert of_sites > 0.999


@pytest.mark.parametrize("case", TRAPS)
def test_no_trap_is_taken_and_each_says_why(answer, case):
    place = PLACES.geometry[case]
    assert shapely.area(shapely.intersection(answer.sites.geometry.to_numpy(), place)).sum() < 1e-6
    why = why_no_site(answer, place)
    main = why.iloc[0]
    expected = PLACES.loc[case, "expected"]
    assert (main["what"] or main["why"]).split(" (")[0] == expected
    assert main["here_ha"] > 0.85 * place.area / 1e4


def test_sites_lie_in_the_planted_places_alone_and_the_wide_one_is_split(answer):
    good = shapely.union_all(PLACES.loc[GOOD].geometry.to_numpy())
    outside = shapely.difference(answer.sites.geometry.to_numpy(), good)
    assert shapely.area(outside).sum() < 1e-6
    sizes = answer.sites.loc[answer.sites.intersects(PLACES.geometry["wide"]), "area_ha"]
    assert len(sizes) == 3
    assert sizes.max() / sizes.min() < 1.05
    assert len(answer.sites) == len(GOOD) + 2


def test_no_corner_of_a_found_site_stands_there_twice(answer):
    for shape in answer.sites.geometry:
        for ring in shapely.get_rings(shape):
            corners = shapely.get_coordinates(ring)
            assert np.hypot(*np.diff(corners, axis=0).T).min() > 1e-3


def test_every_found_site_lies_within_reach_of_a_road_by_exact_distance(answer):
    roads = sample_layer("roads").frame.geometry.union_all()
    assert answer.sites.distance(roads).max() <= answer.run["road_reach_m"]


def test_everything_planted_says_that_it_is_made(answer):
    assert PLACES["made"].all()
    assert PLACES["name"].str.contains("mô phỏng").all()
    assert answer.run["made"]
    assert all(layer.provenance.made and layer.frame["made"].all() for layer in PLANTED)
