from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

from layers import Layer
from maps.agreement import agreement_layers, agreement_lines
from maps.words import words
from spatial.consensus import consensus


@pytest.fixture(params=["vi", "en"])
def say(request):
    return words(request.param)


@pytest.fixture
def found():
    bounds = {"a": (0, 0, 400, 400), "b": (0, 0, 500, 400), "c": (0, 0, 300, 400)}
    plans = [
        Layer(gpd.GeoDataFrame(geometry=[box(*at)], crs=5897), name, "industrial_cluster")
        for name, at in bounds.items()
    ]
    return consensus(plans)


NAMES = {"a": "Bản 2015", "b": "Bản 2020", "c": "Bản 2030"}


def test_lines_name_the_plans_and_keep_the_areas(found, say):
    lines = agreement_lines(found, say, names=NAMES)
    assert lines["plans"].iloc[0] == say("agreement.all")
    assert lines["plans"].iloc[1].endswith("Bản 2015 + Bản 2020")
    assert lines["area_ha"].tolist() == [12.0, 4.0, 4.0]
    assert lines["area_ha"].sum() == found.totals["land_ha"]


def test_every_hectare_is_drawn_once_under_the_number_of_its_plans(found, say):
    layers = agreement_layers(found, say, names=NAMES)
    assert [float(layer.frame["area_m2"].sum()) for layer in layers] == [120_000, 40_000, 40_000, 0]
    assert [layer.show for layer in layers] == [True, True, True, False]
    assert say.number(12.0, 2) in layers[0].title
    assert layers[0].frame["tip"].iloc[0][0] == say("agreement.all")
    assert len({layer.looks[0].fill for layer in layers}) == 4
