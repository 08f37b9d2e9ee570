"""A made province for the search for sites: ten constraints, eight criteria, the same every time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine

from benchmarks._inputs import stars
from layers import Layer, Raster, as_crs, reference
from spatial import ExclusionQuestion, SiteQuestion
from spatial.suitability import Criterion, search_grid
from spatial.value_functions import parse_value_function

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.grid import RasterGrid

__all__ = ["CELL_M", "Province", "province"]

SEED = 20_260_705
CRS = 5897
CELL_M = 10.0
CORNER = np.array([500_000.0, 2_300_000.0])
#: kind, share of the polygons, area of each in hectares and its spread
_CONSTRAINTS = (
    ("residential", 0.60, 0.6, 0.8),
    ("cemetery", 0.12, 0.4, 0.8),
    ("school", 0.10, 0.5, 0.5),
    ("health_facility", 0.03, 0.3, 0.5),
    ("relic", 0.05, 0.5, 0.7),
    ("canal", 0.06, 1.0, 0.6),
    ("river", 0.03, 4.0, 0.8),
    ("protected", 0.004, 60.0, 0.8),
    ("green_belt", 0.001, 200.0, 0.6),
    ("industrial_cluster", 0.005, 35.0, 0.5),
)
_FUNCTIONS = {
    "main_road": "linear:0=1;5000=0",
    "expressway": "linear:0=1;15000=0",
    "junction": "linear:0=1;15000=0",
    "railway": "linear:0=1;10000=0",
    "port": "linear:0=1;30000=0",
    "craft_village": "bell:2000;2500",
    "rice_land": "linear:0=1;1=0",
    "slope": "piecewise:0=1;5=0.9;10=0.4;15=0",
}
_WEIGHTS = (2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0)


class Province(NamedTuple):
    """What both sides are given."""

    area: Layer
    constraints: list[Layer]
    criteria: list[Criterion]
    road: Layer
    question: SiteQuestion
    grid: RasterGrid


def province(polygons: int, cells: float) -> Province:
    """Make a province.

    Parameters
    ----------
    polygons : int
        Of all constraints together.
    cells : float
        Of the grid, about.
    """
    rng = np.random.default_rng(SEED)
    side = float(np.ceil(np.sqrt(cells)) * CELL_M)
    area = _layer("admin_unit", np.array([shapely.box(*CORNER, *(CORNER + side))]), name=["A"])
    middles = CORNER + rng.uniform(0.02, 0.98, (max(polygons // 250, 4), 2)) * side
    constraints = [
        _layer(kind, _patches(rng, max(int(share * polygons), 2), middles, (ha, spread, side)))
        for kind, share, ha, spread in _CONSTRAINTS
    ]
    grid = search_grid(area.frame, cell_m=CELL_M)
    sources = {
        "main_road": _layer("road", _ways(rng, 30, side)),
        "expressway": _layer("road", _ways(rng, 2, side)),
        "junction": _layer("road", shapely.points(CORNER + rng.random((8, 2)) * side)),
        "railway": _layer("railway", _ways(rng, 2, side)),
        "port": _layer("railway", shapely.points(CORNER + rng.random((3, 2)) * side)),
        "craft_village": _layer("craft_village", shapely.points(CORNER + rng.random((150, 2)) * side)),
        "rice_land": _layer("protected", _patches(rng, max(polygons // 25, 2), middles, (20.0, 0.8, side))),
        "slope": _slope(grid),
    }
    measures = {"rice_land": "inside", "slope": "value"}
    criteria = [
        Criterion(name, sources[name], parse_value_function(text), weight, measures.get(name, "distance"))  # type: ignore[arg-type]
        for (name, text), weight in zip(_FUNCTIONS.items(), _WEIGHTS, strict=True)
    ]
    rules = reference.table("conflict_rules"), reference.table("safety_distances")
    asked = ExclusionQuestion("industrial_cluster", date(2026, 10, 1), *rules)
    question = SiteQuestion(asked, 5.0, 75.0, cell_m=CELL_M)
    road = sources["main_road"]
    assert isinstance(road, Layer)
    return Province(area, constraints, criteria, road, question, grid)


def _layer(kind: str, shapes: NDArray[np.object_], **columns: list[str]) -> Layer:
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    around = shapely.box(*(CORNER - 1e6), *(CORNER + 1e6))
    return Layer(frame, kind, kind, extent=None if kind == "admin_unit" else around)


def _patches(
    rng: np.random.Generator, n: int, middles: NDArray[np.float64], size: tuple[float, float, float]
) -> NDArray[np.object_]:
    """Crooked areas about the middles of villages."""
    ha, spread, side = size
    near = middles[rng.integers(0, len(middles), n)] + rng.normal(0, 900, (n, 2))
    near = np.clip(near, CORNER + 50, CORNER + side - 50)
    area_m2 = np.exp(rng.normal(np.log(ha * 1e4), spread, n))
    return stars(rng, near, area_m2, rng.integers(8, 60, n), rough=0.2)


def _ways(rng: np.random.Generator, n: int, side: float) -> NDArray[np.object_]:
    """Winding lines right across the province."""
    out = []
    for _ in range(n):
        along = np.linspace(0, side, 200)
        off = np.cumsum(rng.normal(0, side / 150, 200)) + rng.uniform(0.1, 0.9) * side
        xy = np.column_stack([along, np.clip(off, 1, side - 1)])
        out.append(shapely.linestrings(CORNER + (xy if rng.random() < 0.5 else xy[:, ::-1])))
    return np.array(out, dtype=object)


def _slope(grid: RasterGrid) -> Raster:
    row, col = np.ogrid[: grid.height, : grid.width]
    waves = np.sin(row / 310.0) * np.cos(col / 230.0) + 0.6 * np.sin((row + col) / 90.0)
    values = (6.0 + 5.0 * waves).astype(np.float32)
    t = grid.transform
    return Raster(values, Affine(t.a, t.b, t.c, t.d, t.e, t.f), as_crs(CRS), None, "slope")
