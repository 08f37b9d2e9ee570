from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import box

from spatial.conflicts import conflicts
from spatial.land import land_totals
from tests.spatial.conftest import blob, grid_land, seeds, sparse, zone

TODAY = date(2026, 6, 1)
PARTS = ["hit_ha", "clear_ha", "no_data_ha", "noise_ha"]


def ask(rules, zones, *constraints):
    return conflicts(zones, list(constraints), rules=rules, on=TODAY)


def test_zones_apart_add_up_as_they_are(rules):
    answer = ask(rules, zone(box(0, 0, 100, 100), box(100, 0, 200, 100)), sparse("river", box(0, 0, 200, 10)))
    land = land_totals(answer)
    assert land[answer.totals.columns].tolist() == pytest.approx(answer.totals.sum().tolist())
    assert land["zones_ha"] == pytest.approx(land["area_ha"])


def test_shared_land_counts_once_under_its_gravest_answer(rules):
    """A cluster may not lie on homes, a park needs consent: on the land of both the cluster decides."""
    park = zone(box(0, 0, 1000, 1000), kind="industrial_park", names=["K"])
    cluster = zone(box(500, 0, 1500, 1000), names=["C"])
    land = land_totals(ask(rules, [park, cluster], sparse("residential", box(0, 0, 1500, 1000))))
    assert land["area_ha"] == pytest.approx(150.0)
    assert land["blocks_ha"] == pytest.approx(100.0)
    assert land["zones_ha"] - land["area_ha"] == pytest.approx(50.0)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_land_totals_add_up_to_the_union_of_the_zones(rules, seed):
    rng = np.random.default_rng(seed)
    zones = zone(*[blob(rng) for _ in range(int(rng.integers(1, 6)))])
    answer = ask(rules, zones, grid_land(rng), sparse("residential", blob(rng), blob(rng)))
    land = land_totals(answer)
    union = shapely.union_all(answer.zones.geometry.to_numpy()).area / 1e4
    assert land["area_ha"] == pytest.approx(union, rel=1e-9)
    assert land[PARTS].sum() == pytest.approx(land["area_ha"], rel=1e-6)
    assert land["hit_ha"] <= answer.totals["hit_ha"].sum() + 1e-9
