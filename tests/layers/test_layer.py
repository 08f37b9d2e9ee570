"""A layer: frame, kind, period, origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from layers import Layer, Period, Provenance
from layers.errors import QuestionError

if TYPE_CHECKING:
    import geopandas as gpd


def test_a_layer_knows_its_kind(park: Layer) -> None:
    assert (park.kind.name, park.kind.role) == ("industrial_park", "zone")


def test_a_layer_of_an_unknown_kind_says_which_kinds_exist(squares: gpd.GeoDataFrame) -> None:
    with pytest.raises(QuestionError, match="kind_unknown: found='castle'") as caught:
        _ = Layer(squares, "khu", "castle").kind
    assert "industrial_park" in caught.value.fields["expected"]


def test_with_frame_keeps_everything_else(squares: gpd.GeoDataFrame) -> None:
    layer = Layer(squares, "khu", "industrial_park", Period(2021, 2030), Provenance(source="a.shp"))
    fewer = layer.with_frame(squares.iloc[:1])
    assert len(fewer.frame) == 1
    assert (fewer.name, fewer.kind_name) == ("khu", "industrial_park")
    assert (fewer.period, fewer.provenance) == (layer.period, layer.provenance)
    assert len(layer.frame) == 3


def test_with_frame_can_change_other_fields_at_once(park: Layer) -> None:
    assert park.with_frame(park.frame, name="khu 2").name == "khu 2"


def test_a_layer_without_a_period_or_origin_says_so(park: Layer) -> None:
    assert park.period is None
    assert park.provenance == Provenance()
    assert park.extent is None
