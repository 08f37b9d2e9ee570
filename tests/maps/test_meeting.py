"""What lies on what at a point: as the engine of the conflicts page says it, and by shapes made by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from layers import Layer, Period, Provenance, Workspace, reference
from layers.crs import as_crs
from maps import identify
from maps.identify import Found, found_at
from maps.meeting import meetings, told_meeting
from maps.words import words
from spatial.conflicts import conflicts

ON = date(2026, 6, 1)
CRS = as_crs(5897)


@pytest.fixture
def base(tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897)
    made = Provenance(source="thử")

    def save(layer, kind, shapes, period=None, **columns):
        base.save(Layer(gpd.GeoDataFrame(columns, geometry=shapes, crs=5897), layer, kind, period, made))

    save("ccn", "industrial_cluster", [box(0, 0, 1000, 1000)], Period(2021, 2030, "approved"), name=["CCN A"])
    save("dat", "land_use", [box(-500, 0, 250, 1000), box(250, 0, 3000, 1000)], code=["LUC", "ONT"])
    save("nha", "residential", [box(900, 900, 1100, 1100)], name=["Thôn 1"])
    save("truong", "school", [Point(105, 100)], name=["Trường A"])
    save("xa", "admin_unit", [box(-9000, -9000, 9000, 9000)], name=["Xã A"], code=["00001"])
    return base


@pytest.mark.parametrize("most", [0, 100])
def test_share_and_rule_are_those_of_the_two_features_at_the_point(base, monkeypatch, most):
    monkeypatch.setattr(identify, "MOST_FEATURES", most)
    found = found_at(base, base.layers(), x=100, y=100)
    met = {one.by.entry.layer: one for one in meetings(found, crs=CRS, on=ON)}
    assert met["dat"].of.entry.layer == "ccn"
    assert (met["dat"].area_m2, met["dat"].share_pct) == (250_000.0, 25.0)
    assert met["truong"].area_m2 == 0
    assert met["xa"].judged == {}  # communes judge nothing
    rules = reference.table("conflict_rules")
    zone, land = base.load("ccn"), base.load("dat")
    whole = conflicts(zone, [land], rules=rules, on=ON).rows
    paddy = whole[whole["code"] == "LUC"].iloc[0]
    assert met["dat"].judged["state"] == paddy["state"]
    assert met["dat"].judged["clause_vi"] == paddy["clause_vi"]
    assert met["dat"].judged["area_ha"] == paddy["area_ha"]


def test_the_words_name_the_code_hectares_share_answer_and_clause(base):
    found = found_at(base, base.layers(), x=950, y=950)
    said = dict(told_meeting(one, words("vi")) for one in meetings(found, crs=CRS, on=ON))
    land = next(value for what, value in said.items() if what.startswith("ONT "))
    assert "75,00 ha · 75,0 % diện tích" in land
    homes = next(value for what, value in said.items() if what.startswith("Thôn 1"))
    assert homes.startswith("1,00 ha · 1,0 % diện tích · Không được bố trí · Nghị định")


def test_without_a_zone_the_first_area_is_told_and_nothing_judged(base):
    found = found_at(base, base.layers(), x=1050, y=950)
    met = meetings(found, crs=CRS, on=ON)
    assert {one.of.entry.layer for one in met} == {found[0].entry.layer}
    assert all(one.judged == {} for one in met)
    assert meetings([], crs=CRS, on=ON) == []


@given(x=st.integers(-2000, 2000), y=st.integers(-2000, 2000), side=st.integers(1, 3000))
def test_a_share_is_the_common_land_whatever_lies_where(x, y, side):
    version = type("V", (), {})
    of, by = version(), version()
    of.layer, of.kind_name = "a", "admin_unit"
    by.layer, by.kind_name = "b", "admin_unit"
    first, second = box(0, 0, 1000, 1000), box(x, y, x + side, y + side)
    met = meetings(
        [Found(of, "1", first.area, {}, first), Found(by, "2", second.area, {}, second)], crs=CRS, on=ON
    )
    wide = max(0, min(1000, x + side) - max(0, x))
    tall = max(0, min(1000, y + side) - max(0, y))
    assert met[0].area_m2 == pytest.approx(wide * tall)
    assert 0 <= met[0].share_pct <= 100.0000001
