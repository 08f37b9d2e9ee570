"""Sites of whole parcels: none cut, none in two sites, none on land that constraints take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import box

from layers import Layer
from layers.errors import QuestionError
from spatial.candidates import candidates
from tests.spatial.conftest import frame, grid_land, place, seeds, sparse
from tests.spatial.planted import GOOD, TRAPS, district, wanted


def fields(rows=30, side=200, shift=0.0):
    """Square parcels over the planted district."""
    shapes = [
        box(x * side + shift, y * side, (x + 1) * side + shift, (y + 1) * side)
        for y in range(rows)
        for x in range(rows)
    ]
    return Layer(frame(*shapes), "parcels", "land_cover")


def ask(parcels, *more, min_ha=10.0, max_ha=75.0, **figures):
    area, constraints, criteria, others = district()
    question = wanted(min_ha, max_ha, follow=parcels.name, **figures)
    return candidates(area, [*constraints, *more], criteria, question=question, others=[*others, parcels])


def made_of_whole_parcels(site, parcels):
    """Share of each parcel that the site takes is all or nothing."""
    shapes = parcels.frame.geometry.to_numpy()
    share = shapely.area(shapely.intersection(shapes, site)) / shapely.area(shapes)
    return bool(((share < 1e-9) | (share > 1 - 1e-9)).all()) and share.sum() > 0


def test_sites_are_whole_parcels_in_the_planted_land_and_no_trap():
    parcels = fields(60, 100)
    answer = ask(parcels)
    assert len(answer.sites) >= 4
    good = place(shapely.union_all([*GOOD.values()])).buffer(1e-6)
    for site in answer.sites.geometry:
        assert made_of_whole_parcels(site, parcels)
        assert good.covers(site)
    assert (answer.sites["excluded_ha"] < 1e-9).all()
    assert answer.sites["area_ha"].between(10, 75).all()
    assert answer.run["follow"] == "parcels"
    traps = [place(trap) for trap in TRAPS.values()]
    assert not any(site.intersection(trap).area > 1e-6 for site in answer.sites.geometry for trap in traps)
    assert set(answer.judgement.conflicts.rows["layer"]).isdisjoint({"parcels"})


def test_a_parcel_that_a_constraint_cuts_is_left_out_but_within_the_tolerance():
    parcels = fields(60, 100)
    corner = sparse("relic", box(500, 200, 530, 230))  # 9 % of one parcel of the place called near
    cut = place(box(500, 200, 600, 300))
    strict, lenient = (ask(parcels, corner, parcel_tolerance=share) for share in (0.0, 0.1))
    assert not strict.sites.intersects(cut.buffer(-1)).any()
    mine = lenient.sites[lenient.sites.intersects(cut.buffer(-1))]
    assert mine["excluded_ha"].tolist() == pytest.approx([0.09], abs=1e-6)


def test_parcels_that_overlap_never_make_sites_that_do():
    one, other = fields(60, 100), fields(60, 100, shift=50.0)
    both = np.concatenate([one.frame.geometry.to_numpy(), other.frame.geometry.to_numpy()])
    parcels = one.with_frame(one.frame.iloc[[0] * len(both)].reset_index(drop=True).set_geometry(both))
    sites = ask(parcels).sites.geometry.to_numpy()
    i, j = np.triu_indices(len(sites), 1)
    assert len(sites) > 1
    assert shapely.area(shapely.intersection(sites[i], sites[j])).max() < 1e-6


def test_what_was_to_be_followed_must_be_there():
    area, constraints, criteria, others = district()
    with pytest.raises(QuestionError, match=r"parcels_unknown: found='fields'"):
        candidates(area, constraints, criteria, question=wanted(follow="fields"), others=others)
    with pytest.raises(QuestionError, match="parcels_missing"):
        candidates(area, constraints, criteria, question=wanted(follow="road"), others=others)
    with pytest.raises(QuestionError, match="figure_wrong: figure='parcel_tolerance'"):
        wanted(parcel_tolerance=-0.1)


@given(seeds)
@settings(max_examples=5, deadline=None)
def test_crooked_parcels_give_sites_within_all_limits_whatever_their_order(seed):
    rng = np.random.default_rng(seed)
    crooked = grid_land(rng, n=36, side=6000.0, codes=("LUC",))
    parcels = replace(crooked, name="parcels", kind_name="land_cover")
    answer = ask(parcels, min_ha=15.0, max_ha=120.0, min_width_m=60.0)
    free = shapely.union_all(answer.exclusions.left.geometry.to_numpy()).buffer(1e-3)
    for site in answer.sites.geometry:
        assert made_of_whole_parcels(site, parcels)
        assert free.covers(site)
        assert 15 - 1e-9 <= site.area / 1e4 <= 120 + 1e-9
    sites = answer.sites.geometry.to_numpy()
    assert shapely.area(shapely.union_all(sites)) == pytest.approx(shapely.area(sites).sum())
    turned = parcels.with_frame(parcels.frame.iloc[::-1])
    again = ask(turned, min_ha=15.0, max_ha=120.0, min_width_m=60.0)
    assert again.sites["area_ha"].tolist() == pytest.approx(answer.sites["area_ha"].tolist())
