"""Small land that can be checked by hand, and random land for the invariants."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import strategies as st
from shapely import box

from layers import Layer, reference

CRS = 5897
X0, Y0 = 550_000.0, 2_320_000.0


@pytest.fixture(scope="session")
def rules():
    return reference.table("conflict_rules")


def frame(*shapes, **columns):
    """Shapes placed on the VN-2000 map; index 1, 2, ..."""
    moved = [shapely.transform(s, lambda c: c + [X0, Y0]) for s in shapes]
    return gpd.GeoDataFrame(columns, geometry=moved, index=np.arange(1, len(shapes) + 1), crs=CRS)


def place(shape):
    return shapely.transform(shape, lambda c: c + [X0, Y0])


def zone(*shapes, kind="industrial_cluster", names=None):
    names = names or [f"Z{n}" for n in range(1, len(shapes) + 1)]
    return Layer(frame(*shapes, name=names), "zones", kind)


def sparse(kind, *shapes, extent=None, **columns):
    return Layer(frame(*shapes, **columns), kind, kind, extent=place(extent or box(-1e5, -1e5, 1e5, 1e5)))


def land(shapes_and_codes):
    shapes, codes = zip(*shapes_and_codes, strict=True)
    return Layer(frame(*shapes, code=list(codes)), "land", "land_use")


def grid_land(rng, n=6, side=1000.0, codes=("LUC", "ONT", "SKN", "CLN", "DGT", "XYZ")):
    """A gap-free coverage with crooked shared corners."""
    step = side / n
    ticks = np.arange(n + 1) * step
    x, y = np.meshgrid(ticks, ticks)
    inner = np.s_[1:-1, 1:-1]
    x[inner] += rng.uniform(-0.3, 0.3, x[inner].shape) * step
    y[inner] += rng.uniform(-0.3, 0.3, y[inner].shape) * step
    cells = []
    for i in range(n):
        for j in range(n):
            corners = [
                (x[i, j], y[i, j]),
                (x[i, j + 1], y[i, j + 1]),
                (x[i + 1, j + 1], y[i + 1, j + 1]),
                (x[i + 1, j], y[i + 1, j]),
            ]
            cells.append((shapely.Polygon(corners), codes[int(rng.integers(len(codes)))]))
    return land(cells)


def blob(rng, *, side=1000.0):
    """A crooked zone that may reach over the edge of the land, sometimes with a hole."""
    n = int(rng.integers(3, 20))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n))
    radius = rng.uniform(0.05, 0.5, n) * side
    centre = rng.uniform(0, side, 2)
    shape = shapely.make_valid(
        shapely.Polygon(centre + np.c_[radius * np.cos(angle), radius * np.sin(angle)])
    )
    if rng.random() < 0.4:
        shape = shape.difference(shapely.Point(*centre).buffer(0.1 * side))
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and p.area > 1]
    return shapely.multipolygons(parts) if parts else box(0, 0, 10, 10)


seeds = st.integers(min_value=0, max_value=2**32 - 1)
