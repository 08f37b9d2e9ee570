"""A small answer that can be checked by hand, the sample workspace, and text that would like to run."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Point, box

from layers import Layer, Period, Provenance, Workspace, reference
from layers.sample import create_sample
from maps.words import words
from spatial.conflicts import conflicts
from tests.maps.visits import visits

X0, Y0 = 555_000.0, 2_322_000.0
HOSTILE = "</script><img src=x onerror=alert(1)>`${alert(2)}`\\'\"&{{7*7}}"


def awaited(coroutine):
    """Run a coroutine in a thread of its own: one that drives a browser has a loop that runs already."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


def frame(*shapes, **columns):
    moved = [shapely.transform(s, lambda c: c + [X0, Y0]) for s in shapes]
    return gpd.GeoDataFrame(columns, geometry=moved, index=np.arange(1, len(shapes) + 1), crs=5897)


def small_layers(name="CCN Thử"):
    """One cluster of 100 ha: 20 ha homes, 30 ha rice, 50 ha cluster land; two schools, one inside."""
    made = Provenance(source="thử.gpkg", sha256="ab" * 32, made=True)
    everywhere = shapely.transform(box(-5000, -5000, 9000, 9000), lambda c: c + [X0, Y0])
    zones = Layer(
        frame(box(0, 0, 1000, 1000), id=["Z1"], name=[name]),
        "industrial_clusters_2030",
        "industrial_cluster",
        Period(2021, 2030, "approved"),
        made,
    )
    cells = [box(0, 0, 200, 1000), box(200, 0, 500, 1000), box(500, 0, 1000, 1000)]
    land = Layer(
        frame(*cells, code=["ONT", "LUC", "SKN"]),
        "land_use_2025",
        "land_use",
        Period(2025, 2025, "surveyed"),
        made,
    )
    schools = Layer(
        frame(Point(100, 100), Point(5000, 5000), name=["A", HOSTILE]),
        "schools",
        "school",
        None,
        made,
        everywhere,
    )
    return zones, land, schools


@pytest.fixture
def answer():
    zones, land, schools = small_layers()
    found = conflicts(
        zones, [land, schools], rules=reference.table("conflict_rules"), on=date(2026, 6, 1), tolerance_m=0.5
    )
    found.run["asked_at"] = "2026-06-01T08:00:00+00:00"
    return found


@pytest.fixture
def hostile_answer():
    zones, land, schools = small_layers(HOSTILE)
    return conflicts(zones, [land, schools], rules=reference.table("conflict_rules"), on=date(2026, 6, 1))


@pytest.fixture(params=["vi", "en"])
def say(request):
    return words(request.param)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "workspace"
    return create_sample(folder)


@pytest.fixture
def open_page(monkeypatch):
    return visits(monkeypatch)


@pytest.fixture
def small_workspace(tmp_path):
    workspace = Workspace.create(tmp_path / "small", crs=5897, name="Nhỏ")
    for layer in small_layers():
        workspace.save(layer)
    return workspace
