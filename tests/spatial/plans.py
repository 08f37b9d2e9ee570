"""Plans that were drawn anew: known changes under digitising errors that are known too."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely import Polygon

from layers import Layer
from tests.spatial.conftest import CRS, X0, Y0


class Redrawn(NamedTuple):
    """Two versions of a plan, the positions of what truly changed, and by how much (ha)."""

    before: Layer
    after: Layer
    changed: set[str]
    lost_ha: float


def wiggly(corner, size, rng, *, amplitude, vertices):
    """A zone with an irregular border."""
    t = np.linspace(0, 1, vertices, endpoint=False)
    x = np.concatenate([t, np.ones(vertices), 1 - t, np.zeros(vertices)]) * size[0]
    y = np.concatenate([np.zeros(vertices), t, np.ones(vertices), 1 - t]) * size[1]
    xy = np.column_stack([x, y]) + rng.uniform(-amplitude, amplitude, (4 * vertices, 2))
    return Polygon(xy + corner)


def cut_in(zone, share):
    """The zone without its eastern part."""
    xmin, ymin, xmax, ymax = zone.bounds
    return shapely.intersection(zone, shapely.box(xmin - 1, ymin - 1, xmax - share * (xmax - xmin), ymax + 1))


def redrawn(zones, changed, rng, *, error_m, normal=False):
    """Draw zones anew: some truly smaller, every vertex off by the error, new ids in another order."""
    after = zones.copy()
    for k in changed:
        after[k] = cut_in(zones[k], rng.uniform(0.1, 0.9))
    lost = float(shapely.area(zones).sum() - shapely.area(after).sum()) / 1e4
    rings = shapely.get_num_coordinates(after)
    xy = shapely.get_coordinates(after)
    draw = rng.normal(0, error_m, xy.shape) if normal else rng.uniform(-error_m, error_m, xy.shape)
    last = np.cumsum(rings) - 1
    draw[last] = draw[last - rings + 1]
    after = shapely.set_coordinates(after, xy + draw)
    order = rng.permutation(len(after))
    return after[order], lost


def plan_of(zones, seed, *, number=80, error_m=0.05, normal=False):
    """Two versions of a plan of which a known number of zones truly changed."""
    rng = np.random.default_rng(seed)
    changed = rng.choice(len(zones), number, replace=False)
    after, lost = redrawn(zones, changed, rng, error_m=error_m, normal=normal)
    old = np.array([f"Z{k}" for k in range(len(zones))])
    new = [f"N{k}" for k in range(len(after))]
    return Redrawn(layer(zones, old), layer(after, new), set(old[changed].tolist()), lost)


def layer(zones, ids, kind="industrial_cluster"):
    moved = shapely.transform(np.asarray(zones), lambda c: c + [X0, Y0])
    return Layer(gpd.GeoDataFrame({"id": ids}, geometry=moved, crs=CRS), "plan", kind)


def regular(n=40, *, seed=1, size=300.0, gap=40.0):
    """Squares, each with a border of its own."""
    rng = np.random.default_rng(seed)
    place = [(k % n, k // n) for k in range(n * n)]
    step = size + gap
    return np.array(
        [wiggly((x * step, y * step), (size, size), rng, amplitude=0, vertices=4) for x, y in place]
    )


def irregular(n=40, *, seed=2):
    """Zones with many vertices."""
    rng = np.random.default_rng(seed)
    at = [(k % n * 340.0, k // n * 340.0) for k in range(n * n)]
    return np.array([wiggly(xy, (300, 300), rng, amplitude=5, vertices=12) for xy in at])


def of_all_sizes(n=40, *, seed=3):
    """Zones from a twentieth of a hectare to four hundred."""
    rng = np.random.default_rng(seed)
    side = np.exp(rng.uniform(np.log(22), np.log(2000), n * n))
    at = [(k % n * 2100.0, k // n * 2100.0) for k in range(n * n)]
    return np.array(
        [wiggly(xy, (s, s), rng, amplitude=0.01 * s, vertices=6) for xy, s in zip(at, side, strict=True)]
    )


def long_and_thin(n=400, *, seed=4):
    """Corridors three to twelve metres wide and two kilometres long, side by side, some touching."""
    rng = np.random.default_rng(seed)
    out, y = [], 0.0
    for _ in range(n):
        width = rng.uniform(3, 12)
        out.append(wiggly((0, y), (2000, width), rng, amplitude=0, vertices=8))
        y += width + rng.choice([0.0, 4.0])
    return np.array(out)
