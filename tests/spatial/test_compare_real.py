"""Real communes of Hà Nội: two sources of one division, and the division before and after 2025-07-01."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from layers import Layer, as_crs, to_crs
from layers.names import fold
from spatial.compare import compare

DAY = date(2026, 6, 1)
CITY = "thanhphohanoi"


def communes(shared, path, **ids):
    frame = to_crs(gpd.read_file(shared / "data" / path), as_crs(5897))
    return frame.assign(**{name: make(frame) for name, make in ids.items()})


def key(*texts):
    return "_".join(re.sub("[^a-z0-9]", "", fold(text)) for text in texts)


@pytest.fixture(scope="module")
def crosswalk():
    package = pytest.importorskip("vietnamadminunits", reason="the legal crosswalk comes from this package")
    table = json.loads((Path(package.__file__).parent / "data" / "converter_2025.json").read_text("utf-8"))
    legal: dict[str, set[str]] = {}
    for new, olds in table["DICT_PROVINCE_WARD_NO_DIVIDED"][CITY].items():
        for old in olds:
            legal.setdefault(old, set()).add(new)
    for old, news in table["DICT_PROVINCE_WARD_DIVIDED"][CITY].items():
        legal.setdefault(old, set()).update(new["newWardKey"] for new in news)
    return legal


def test_two_sources_of_the_same_communes_are_all_redrawn_at_the_suggested_tolerance(shared):
    osm = communes(shared, "osm_hanoi_admin_2025-11-29/hanoi_communes_osm.gpkg")
    osm = osm[osm["admin_level"] == "6"].reset_index(drop=True)
    new = communes(shared, "vn_admin_2025_tlq/hanoi_communes_2025.gpkg")
    layers = [Layer(frame, name, "admin_unit") for frame, name in ((osm, "osm"), (new, "bando"))]
    found = compare(*layers, tolerance_m=None, on=DAY)
    assert found.rows["status"].value_counts().to_dict() == {"redrawn": 126}
    assert found.suggestion.reason == "one_population"
    assert found.totals["gained_ha"] == found.totals["lost_ha"] == 0
    assert found.totals["noise_ha"] == pytest.approx(7211, abs=2)


def test_old_communes_go_where_the_law_says(shared, crosswalk):
    old = communes(
        shared,
        "vietnam63_old_communes/hanoi_communes_old.gpkg",
        id=lambda f: [f"{k}" for k in range(len(f))],
        name=lambda f: f["commune_vn"],
    )
    new = communes(
        shared, "vn_admin_2025_tlq/hanoi_communes_2025.gpkg", id=lambda f: [key(n) for n in f["fullName"]]
    )
    names = [f"{CITY}_{key(d, c)}" for d, c in zip(old["district_vn"], old["commune_vn"], strict=True)]
    legal = {k: crosswalk[n] for k, n in zip(old["id"], names, strict=True) if n in crosswalk}
    found = compare(Layer(old, "old", "admin_unit"), Layer(new, "new", "admin_unit"), on=DAY)
    links = found.links[found.links["before"].isin(legal)]
    assert len(legal) == links["before"].nunique() == 496
    best = links.sort_values("area_ha").groupby("before")["after"].last()
    assert sum(after in legal[k] for k, after in best.items()) == 496
    row = links[links["role"] == "row"]
    assert all(after in legal[k] for k, after in zip(row["before"], row["after"], strict=True))
    assert len(row) == 498
    # of the others, parts of less than a twentieth: the old borders are thinned and off by that much
    parts = links[links["share_before_pct"] >= 5].groupby("before")["after"].agg(set)
    assert sum(parts[k] == legal[k] for k in parts.index) == 411
    assert sum(len(parts[k] - legal[k]) for k in parts.index) == 9
    assert found.rows["status"].value_counts()["merged"] == 118
