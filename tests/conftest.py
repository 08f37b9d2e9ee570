"""What all tests share: small made frames, and the folder of real data that not every checkout has."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import hypothesis
import pytest
from shapely import box

from layers import Layer, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A check that decides whether a commit is good says the same about it every time; `make test-random`
# draws other examples, and more of them, to find what these don't.
EXPLORE = bool(os.environ.get("THOCONG_EXPLORE"))

hypothesis.settings.register_profile(
    "thocong",
    deadline=None,
    derandomize=not EXPLORE,
    max_examples=120 if EXPLORE else 25,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("thocong")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one worker drive the browser while the others go on with the rest."""
    from xdist.scheduler import LoadScopeScheduling

    class OneBrowser(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/browser/") else nodeid

    return OneBrowser(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Give each test the main module of the run: a page tested without a browser leaves its script there.

    A process that is spawned afterwards runs the main module again, and that one lacks its arguments.
    """
    main = sys.modules["__main__"]
    try:
        return (yield)
    finally:
        sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data and collected facts beside the repository; never shipped with it."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("real data of third parties (folder 'shared' beside the repository) are not here")
    return folder


@pytest.fixture
def square() -> Callable[..., Any]:
    """Make a square polygon near Thạch Thất in VN-2000 / TM-3 zone 482, by corner and side in metres."""

    def make(east: float = 0.0, north: float = 0.0, side: float = 100.0) -> Any:
        return box(558_000 + east, 2_325_000 + north, 558_000 + east + side, 2_325_000 + north + side)

    return make


@pytest.fixture
def frame_of() -> Callable[..., gpd.GeoDataFrame]:
    """Make a frame from geometries; columns by keyword, VN-2000 / TM-3 zone 482 unless another is named."""

    def make(*geometry: Any, crs: Any = 5897, index: Any = None, **columns: Any) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs, index=index)

    return make


@pytest.fixture
def squares(frame_of: Callable[..., gpd.GeoDataFrame], square: Callable[..., Any]) -> gpd.GeoDataFrame:
    """Three squares of one hectare with Vietnamese names."""
    names = ["Cụm công nghiệp Bình Phú", "Khu công nghiệp Thạch Thất", "Cụm công nghiệp Phùng Xá"]
    shapes = [square(0), square(200), square(400)]
    return frame_of(*shapes, name=names, id=["1", "2", "3"], stated_area_ha=[1.0, 1.0, 1.0])


@pytest.fixture
def park(squares: gpd.GeoDataFrame) -> Layer:
    """Layer of three squares."""
    return Layer(squares, "khu", "industrial_park")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Empty workspace in VN-2000 / TM-3 zone 482."""
    return Workspace.create(tmp_path / "ws", crs=5897, name="Thử")
