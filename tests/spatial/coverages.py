"""Random coverages of two dates: vertices shared to the last bit, some of them moved."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from shapely import Polygon

from tests.spatial.conftest import X0, Y0


def net(rng, n=5, between=2, *, side=1000.0):
    """Vertices, and the rings of n × n cells as numbers of vertices; no cell shares land with another."""
    points, number = [], {}

    def vertex(key, xy):
        if key not in number:
            number[key] = len(points)
            points.append(xy)
        return number[key]

    step = side / n
    shift = rng.uniform(-0.2, 0.2, (n + 1, n + 1, 2)) * step

    def corner(i, j):
        return vertex((i, j), np.array([j, i]) * step + shift[i, j])

    def edge(p, q):
        ends = corner(*p), corner(*q)
        out = [ends[0]]
        for k in range(1, between + 1):
            low = (p, q, k) if p < q else (q, p, between + 1 - k)
            t = k / (between + 1)
            at = points[ends[0]] * (1 - t) + points[ends[1]] * t + rng.uniform(-0.03, 0.03, 2) * step
            out.append(vertex(low, at))
        return out

    rings = []
    for i in range(n):
        for j in range(n):
            corners = [(i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j), (i, j)]
            rings.append(np.array([v for p, q in itertools.pairwise(corners) for v in edge(p, q)]))
    return np.array(points) + [X0, Y0], rings


def polygons(points, rings):
    return np.array([Polygon(points[ring]) for ring in rings], dtype=object)


def rewritten(rng, polygon):
    """The same polygon with other first vertices, directions and order of rings and parts."""
    parts = []
    for part in shapely.get_parts(polygon):
        rings = []
        for ring in [part.exterior, *part.interiors]:
            xy = np.roll(shapely.get_coordinates(ring)[:-1], int(rng.integers(50)), axis=0)
            rings.append(np.vstack([xy, xy[:1]])[:: rng.choice([1, -1])])
        holes = [rings[k] for k in rng.permutation(np.arange(1, len(rings)))]
        parts.append(Polygon(rings[0], holes))
    if len(parts) == 1 and rng.random() < 0.7:
        return parts[0]
    return shapely.MultiPolygon([parts[k] for k in rng.permutation(len(parts))])


def two_dates(rng, n=5, *, moved=0.1, noise_m=0.0):
    """Two coverages of one land: vertices moved or drawn again, cells merged, gone, or written otherwise."""
    points, rings = net(rng, n)
    again = points + rng.uniform(-noise_m, noise_m, points.shape)
    at = rng.random(len(points)) < moved
    again[at] += rng.uniform(-8, 8, (int(at.sum()), 2))
    before, after = polygons(points, rings), polygons(again, rings)
    if rng.random() < 0.5:
        after[0] = shapely.union_all(after[:2])
        after = np.delete(after, 1)
    after = np.delete(after, rng.integers(2, len(after), int(rng.integers(0, 3))))
    after = np.array([rewritten(rng, p) if rng.random() < 0.3 else p for p in after], dtype=object)
    return before[rng.permutation(len(before))], after[rng.permutation(len(after))]
