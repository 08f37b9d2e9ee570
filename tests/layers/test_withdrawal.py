"""Undoing an import: the layer leaves the list, its versions stay, and it comes back."""

from __future__ import annotations

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from layers import Layer, Workspace
from layers.errors import StoreError


def layer(name="khu", side=100):
    shape = box(555_000, 2_322_000, 555_000 + side, 2_322_000 + side)
    return Layer(gpd.GeoDataFrame({"name": ["A"]}, geometry=[shape], crs=5897), name, "industrial_park")


@pytest.fixture
def base(tmp_path):
    return Workspace.create(tmp_path / "w", crs=5897)


def test_an_import_of_a_new_layer_is_undone_and_had_back(base):
    base.save(layer())
    base.save(layer("khác"))
    assert base.undo_save("khu", expected=1) is None
    assert [v.layer for v in base.layers()] == ["khác"]
    assert [(v.layer, v.version) for v in base.withdrawn()] == [("khu", 1)]
    assert [(v.version, v.current) for v in base.history("khu")] == [(1, False)]
    # what was asked of the version can still be asked again
    assert len(base.load("khu", 1).frame) == 1
    assert base.restore("khu", 1).version == 2
    assert base.withdrawn() == []
    assert base.load("khu").provenance.steps == ("restored 1",)


def test_without_a_current_version_it_says_so(base):
    base.save(layer())
    base.withdraw("khu", expected=1)
    with pytest.raises(StoreError, match=r"layer_withdrawn.*expected=\[1\]"):
        base.load("khu")
    with pytest.raises(StoreError, match="layer_withdrawn"):
        base.withdraw("khu", expected=1)
    with pytest.raises(StoreError, match="layer_unknown"):
        base.undo_save("không có", expected=1)


def test_a_later_save_is_undone_by_the_version_before(base):
    base.save(layer())
    base.save(layer(side=200), expected=1)
    assert base.undo_save("khu", expected=2).version == 3
    assert base.load("khu").frame.area.sum() == 10_000


def test_somebody_elses_save_is_not_undone(base):
    base.save(layer())
    base.save(layer(side=200), expected=1)
    with pytest.raises(StoreError, match="save_conflict.*found=2"):
        base.undo_save("khu", expected=1)
    with pytest.raises(StoreError, match="save_conflict"):
        base.withdraw("khu", expected=1)
    assert base.version("khu").version == 2


def test_the_name_is_free_again_and_its_history_goes_on(base):
    base.save(layer())
    base.withdraw("khu", expected=1)
    assert base.save(layer(side=300)).version == 2
    assert base.load("khu", 1).frame.area.sum() == 10_000
    assert base.load("khu").frame.area.sum() == 90_000
    with pytest.raises(StoreError, match="save_conflict"):
        base.save(layer())


@given(st.lists(st.sampled_from(["save", "undo", "withdraw", "restore"]), max_size=8))
def test_no_version_is_ever_lost(tmp_path_factory, steps):
    base = Workspace.create(tmp_path_factory.mktemp("w") / "w", crs=5897)
    base.save(layer())
    kept = 1
    for n, step in enumerate(steps, 1):
        now = next((v.version for v in base.history("khu") if v.current), None)
        if step == "save":
            base.save(layer(side=100 + n), expected=now)
        elif step == "restore":
            base.restore("khu", 1)
        elif now is not None and step == "undo":
            base.undo_save("khu", expected=now)
        elif now is not None:
            base.withdraw("khu", expected=now)
        numbers = sorted(v.version for v in base.history("khu"))
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= kept
        kept = len(numbers)
        assert len(base.layers()) + len(base.withdrawn()) == 1
        assert base.load("khu", 1).frame.area.sum() == 10_000
    assert base.damaged() == []
