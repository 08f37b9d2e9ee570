"""What is loaded before the first visitor comes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pytest
from shapely import box

from layers import Layer, Period, Provenance, Workspace
from layers.errors import StoreError
from maps.pages import _cache, _warm


@pytest.fixture
def registry(monkeypatch):
    known = []
    server = SimpleNamespace(component_registry=SimpleNamespace(register_component=known.append))
    monkeypatch.setattr(_warm, "get_instance", lambda: server)
    return known


def test_the_map_component_is_known_before_a_page_imports_it(registry, tmp_path):
    _warm.warm_pages(str(tmp_path / "none"))
    assert [one.name for one in registry] == ["streamlit_folium.st_folium"]


def test_every_part_of_the_pages_is_loaded_and_no_page_is_shown(registry, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(_warm, "import_module", asked.append)
    _warm.warm_pages(str(tmp_path / "none"))
    parts = {f"maps.pages.{p.stem}" for p in Path(_warm.__file__).parent.glob("*.py")}
    assert set(asked) >= {name for name in parts if "._" in name and not name.endswith("__")}
    assert not {"maps.pages.layers", "maps.pages.conflicts", "maps.pages.start"} & set(asked)


def test_of_each_kind_the_newest_layer_lies_ready(registry, tmp_path, monkeypatch):
    base = Workspace.create(tmp_path / "ws", crs=5897)
    for year in (2020, 2030):
        frame = gpd.GeoDataFrame(
            {"name": ["a"]}, geometry=[box(560_000, 2_320_000, 560_100, 2_320_200)], crs=5897
        )
        made = Provenance(source="thử", made=True)
        base.save(Layer(frame, f"parks_{year}", "industrial_park", Period(year, year), made))
    asked = []
    monkeypatch.setattr(_cache, "cached_sight", lambda *entry: asked.append(entry))
    _warm.warm_pages(str(base.folder))
    assert asked == [(str(base.folder), "parks_2030", 1)]


def test_a_workspace_that_cannot_be_read_is_left_to_the_page(registry, tmp_path):
    base = Workspace.create(tmp_path / "ws", crs=5897)
    (base.folder / "catalogue.sqlite").write_bytes(b"no database" * 400)
    with pytest.raises(StoreError, match="workspace_"):
        Workspace(base.folder)
    _warm.warm_pages(str(base.folder))
    assert registry
