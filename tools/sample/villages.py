"""Villages and towns, and the local roads between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from . import drawing
from .network import Line, shape
from .plane import Noise, rng, wiggle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .terrain import Terrain

    Floats = NDArray[np.float64]

__all__ = ["Avoid", "Village", "local_roads", "villages"]


@dataclass(frozen=True)
class Village:
    """A village or a town.

    Parameters
    ----------
    name : str
        ``v012``, or the name of a town.
    centre : tuple of float
    radius : float
        In metres.
    land : shapely.Polygon
    urban_from : int
        Year from which housing here is urban land; 2099 for a village.
    hilly : bool
    """

    name: str
    centre: tuple[float, float]
    radius: float
    land: shapely.Polygon
    urban_from: int = 2099
    hilly: bool = False


@dataclass(frozen=True)
class Avoid:
    """Land where no village goes: geometries with the distance to keep from the village's edge."""

    outline: shapely.Polygon
    borders: shapely.Geometry
    areas: list[tuple[shapely.Geometry, float]] = field(default_factory=list)

    def free(self, centre: tuple[float, float], radius: float) -> bool:
        """Say whether a village of this radius may stand here.

        Parameters
        ----------
        centre : (x, y)
        radius : float

        Returns
        -------
        bool
        """
        point = shapely.Point(centre)
        if not shapely.contains(self.outline, point):
            return False
        if shapely.distance(self.outline.boundary, point) < radius * 1.25 + 40:
            return False
        if shapely.distance(self.borders, point) < radius * 0.75:
            return False
        return all(shapely.distance(area, point) > radius * 1.15 + keep for area, keep in self.areas)


def _towns() -> list[Village]:
    found = []
    for town in drawing.TOWNS:
        centre = drawing.to_metres((town.at,))[0]
        land = shape(centre, town.radius, f"town-{town.name}", lobes=0.2, rough=0.05)
        found.append(Village(town.name, centre, town.radius, land, town.urban_from))
    return found


def _radius(draw: np.random.Generator, hill: float) -> float:
    typical = 175 if hill < 0.3 else 120
    return float(np.clip(np.exp(draw.normal(np.log(typical), 0.3)), 85, 380))


def villages(avoid: Avoid, terrain: Terrain) -> list[Village]:
    """Place the villages: a random dart is kept where it is free and far enough from all others.

    Parameters
    ----------
    avoid : Avoid
    terrain : Terrain

    Returns
    -------
    list of Village
        Towns first.
    """
    draw = rng("villages")
    found = _towns()
    x0, y0, x1, y1 = avoid.outline.bounds
    darts = np.column_stack([draw.uniform(x0, x1, 9000), draw.uniform(y0, y1, 9000)])
    hills = terrain.relief(darts)
    dense = np.exp(0.38 * Noise("dense", 2600)(*darts.T))
    for (x, y), hill, thin in zip(darts, hills, dense, strict=True):
        radius = _radius(draw, hill)
        if hill > 0.45:
            continue
        space = thin * ((500 if x > drawing.ORIGIN[0] + 16_500 else 640) + 360 * draw.random()) + 500 * hill
        if any(
            np.hypot(v.centre[0] - x, v.centre[1] - y) < space + 0.75 * (v.radius + radius) - 150
            for v in found
        ):
            continue
        if avoid.free((x, y), radius):
            name = f"v{len(found):03d}"
            land = shape((x, y), radius, name, lobes=0.24, long=2.6)
            found.append(
                Village(name, (float(x), float(y)), radius, land, hilly=bool(hill > 0.15 or x < 552_000))
            )
    return found


def _gabriel(xy: Floats, longest: float) -> list[tuple[int, int]]:
    """Return pairs of points with no third point in the circle over their connection."""
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) ** 2
    pairs = []
    for i in range(len(xy)):
        for j in range(i + 1, len(xy)):
            if far[i, j] > longest**2:
                continue
            others = far[i] + far[j]
            others[[i, j]] = np.inf
            if others.min() > far[i, j]:
                pairs.append((i, j))
    return pairs


def _backbone(xy: Floats, pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the pairs of the shortest tree over all points (Kruskal)."""
    root = list(range(len(xy)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    kept = set()
    for i, j in sorted(pairs, key=lambda p: float(np.hypot(*(xy[p[0]] - xy[p[1]])))):
        if find(i) != find(j):
            root[find(i)] = find(j)
            kept.add((i, j))
    return kept


def _runs_beside(line: shapely.LineString, roads: shapely.Geometry) -> bool:
    near = shapely.intersection(line, roads).length
    return bool(near > 0.4 * line.length)


def local_roads(
    found: list[Village], majors: list[Line], closed: shapely.Geometry, barriers: shapely.Geometry
) -> list[Line]:
    """Connect neighbouring villages.

    Parameters
    ----------
    found : list of Village
    majors : list of network.Line
        Classified roads; a local road that would run beside one is left out.
    closed : shapely.Geometry
        Land no local road enters.
    barriers : shapely.Geometry
        Rivers and the expressway: few local roads cross them.

    Returns
    -------
    list of network.Line
    """
    xy = np.array([v.centre for v in found])
    wide = shapely.union_all([shapely.buffer(r.line, r.width / 2 + 70) for r in majors])
    lines: list[Line] = []
    pairs = _gabriel(xy, 3200)
    needed = _backbone(xy, pairs)
    for i, j in pairs:
        draw = rng("local", found[i].name, found[j].name)
        if (i, j) not in needed and draw.random() < 0.42:
            continue
        straight = shapely.LineString(xy[[i, j]])
        if _runs_beside(straight, wide) or (straight.intersects(barriers) and draw.random() < 0.6):
            continue
        if straight.intersects(closed):
            continue
        line = wiggle(straight, f"local-{i}-{j}", [(45, 900), (12, 300)], step=75)
        width = float(draw.choice([6.5, 7.5, 9.0]))
        lines.append(
            Line(f"Đường liên thôn mô phỏng {len(lines) + 1}", "local", width, shapely.simplify(line, 2.5))
        )
    return lines
