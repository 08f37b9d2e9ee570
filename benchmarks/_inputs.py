"""Inputs of the benchmarks: made land, zones and homes of a province of 100 × 100 km, the same every time.

Each is made once from a fixed seed and kept as a file in ``benchmarks/.inputs``, which git ignores.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]

__all__ = ["CODES", "EXTENT", "homes", "land", "land_later", "rings", "stars", "zones"]

EDITION = 1  # goes up when anything below changes, so that old files are left alone
KEPT = Path(__file__).parent / ".inputs"
CRS = 3405
SIDE_M = 100_000.0
CORNER = np.array([520_000.0, 2_280_000.0])
EXTENT = shapely.box(*CORNER, *(CORNER + SIDE_M))

# land-use codes and how much of the land each has, in parts
SHARES = {
    "LUC": 26, "HNK": 9, "CLN": 11, "RSX": 14, "NTS": 5, "ONT": 10, "ODT": 4,
    "SKK": 2, "SKN": 1, "SKC": 2, "DGT": 6, "DTL": 4, "TMD": 1, "CSD": 5,
}  # fmt: skip
CODES = sorted(SHARES)

RING_M = 500.0
QUAD_SEGS = 16
NOISE_M = 0.4


def land(n: int) -> gpd.GeoDataFrame:
    """Land use without gaps or overlaps: n polygons, most of 20 to 200 vertices; column ``code``."""
    return _kept(f"land_{n}", lambda: _frame(_first_period(n)[1], code=_codes(n)))


def land_later(n: int, kind: str = "mixed") -> gpd.GeoDataFrame:
    """Second period of :func:`land`, polygon by polygon.

    ``mixed``: one cell in twenty has another code or a redrawn border, and a fifth of the area was
    digitised again, less than a metre off. ``noise``: all of it was digitised again.
    """
    assert kind in ("mixed", "noise"), kind
    return _kept(f"land_{n}_{kind}", lambda: _second_period(n, kind))


def zones(n: int = 1_000) -> gpd.GeoDataFrame:
    """Clusters of 10–75 ha, parks of 50–600, a few economic zones of 1,500–6,000; column ``zone``."""
    return _kept(f"zones_{n}", lambda: _frame(_zones(n), zone=np.arange(n)))


def rings(n: int = 1_000) -> gpd.GeoDataFrame:
    """Land within 500 m of each zone, without the zone; column ``zone``."""

    def make() -> gpd.GeoDataFrame:
        inner = zones(n).geometry.to_numpy()
        return _frame(
            shapely.difference(shapely.buffer(inner, RING_M, quad_segs=QUAD_SEGS), inner), zone=np.arange(n)
        )

    return _kept(f"rings_{n}", make)


def homes(n: int) -> gpd.GeoDataFrame:
    """Small polygons in villages and towns, some over their neighbours; column ``code``."""
    return _kept(f"homes_{n}", lambda: _homes(n))


def _kept(name: str, make: Callable[[], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    file = KEPT / f"{name}_{EDITION}.parquet"
    if not file.exists():
        KEPT.mkdir(exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        make().to_parquet(unfinished, compression="zstd")
        unfinished.rename(file)
    return gpd.read_parquet(file)


def _frame(geometry: Geometries, **columns: NDArray[np.generic]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


class _Net(NamedTuple):
    """A brick pattern: corners of cells, edges between corners, and the edges round each cell.

    Vertices are numbered, corners first, then those along the edges; every cell names the numbers of its
    vertices, so that neighbours have the same ones to the last bit.
    """

    corner: Floats  # in columns and rows
    ends: Ints  # edge -> its two corners
    first: Ints  # edge -> its first vertex between the corners; one longer than the edges
    rim: NDArray[np.bool_]  # edge on the border of the province
    ring: Ints  # numbers of vertices, cell after cell
    cell: Ints  # cell -> first place in ring; one longer than the cells

    def along(self) -> tuple[Ints, Floats]:
        """Edge of each vertex between corners, and how far along it stands (0 to 1)."""
        count = np.diff(self.first)
        edge = np.repeat(np.arange(len(count)), count)
        step = np.arange(self.first[-1]) - self.first[edge] + 1
        return edge, step / (count[edge] + 1)


def _runs(start: Ints, length: Ints) -> Ints:
    """``start, start + 1, ...`` so long, one run after another."""
    offset = np.cumsum(length) - length
    return np.arange(length.sum()) - np.repeat(offset - start, length)


def _net(n: int) -> _Net:
    rng = np.random.default_rng(n)
    columns = max(d for d in range(1, math.isqrt(n) + 1) if n % d == 0)
    rows, wide = n // columns, 2 * columns + 1  # corners stand half a cell apart
    x, y = np.meshgrid(np.arange(wide) / 2.0, np.arange(rows + 1.0))
    x[:, 1:-1] += rng.uniform(-0.09, 0.09, (rows + 1, wide - 2))
    y[1:-1] += rng.uniform(-0.16, 0.16, (rows - 1, wide))
    level, at = np.divmod(np.arange((rows + 1) * (wide - 1)), wide - 1)
    flat = level * wide + at
    row, place = np.divmod(np.arange(rows * (columns + 1)), columns + 1)
    # walls of every other row stand half a cell further on, except at the border of the province
    shifted = (row % 2 == 1) & (place > 0) & (place < columns)
    wall = 2 * place + shifted
    upright = row * wide + wall
    ends = np.concatenate([np.stack([flat, flat + 1], 1), np.stack([upright, upright + wide], 1)])
    rim = np.concatenate([(level == 0) | (level == rows), (place == 0) | (place == columns)])
    count = np.exp(rng.normal(np.log(9), 0.75, len(ends))).clip(3, 33).astype(np.int64) - 1
    first = np.concatenate([[0], np.cumsum(count)])
    net = _Net(
        np.stack([x.ravel(), y.ravel()], 1), ends, first, rim, np.empty(0, np.int64), np.empty(0, np.int64)
    )
    return _with_cells(net, wall.reshape(rows, columns + 1))


def _with_cells(net: _Net, wall: Ints) -> _Net:
    """Walk round every cell: along its bottom, up its right wall, back along its top, down its left wall."""
    rows, columns = wall.shape[0], wall.shape[1] - 1
    wide = 2 * columns
    row, place = np.divmod(np.arange(rows * columns), columns)
    left, width = wall[:, :-1].ravel(), np.diff(wall, axis=1).ravel()
    sides = 2 * width + 2
    cell = np.repeat(np.arange(len(sides)), sides)
    p, w = _runs(np.zeros_like(sides), sides), width[cell]
    upright = (rows + 1) * wide + row * (columns + 1) + place
    bottom, top = row * wide + left, (row + 1) * wide + left
    edge = np.select(
        [p < w, p == w, p <= 2 * w],
        [bottom[cell] + p, upright[cell] + 1, top[cell] + 2 * w - p],
        upright[cell],
    )
    forward = p <= w
    between = np.diff(net.first)[edge]
    number = len(net.corner) + net.first[edge]
    # each edge gives the corner it starts from and the vertices after it
    ring = np.empty(int((between + 1).sum()), dtype=np.int64)
    starts = np.cumsum(between + 1) - between - 1
    ring[starts] = np.where(forward, net.ends[edge, 0], net.ends[edge, 1])
    step = _runs(np.zeros_like(between), between)
    way, low, high = (np.repeat(v, between) for v in (forward, number, number + between - 1))
    ring[np.repeat(starts + 1, between) + step] = np.where(way, low + step, high - step)
    size = np.bincount(cell, weights=between + 1, minlength=len(sides)).astype(np.int64)
    return net._replace(ring=ring, cell=np.concatenate([[0], np.cumsum(size)]))


def _vertices(net: _Net, seed: int, bend: float) -> Floats:
    """All vertices, in columns and rows; edges bend as the seed says."""
    rng = np.random.default_rng(seed)
    edge, t = net.along()
    a, b = net.corner[net.ends[:, 0]], net.corner[net.ends[:, 1]]
    draw = lambda low, high: rng.uniform(low, high, len(net.ends))[edge]  # noqa: E731
    wave = np.sin(2 * np.pi * (draw(1, 2.5) * t + draw(0, 1))) + 0.5 * np.sin(
        2 * np.pi * (draw(3, 6) * t + draw(0, 1))
    )
    off = np.where(net.rim[edge], 0.0, bend * draw(0.3, 1.0) * np.sin(np.pi * t) * wave)
    d = (b - a)[edge]
    middle = a[edge] + d * t[:, None] + np.stack([-d[:, 1], d[:, 0]], 1) * off[:, None]
    return np.concatenate([net.corner, middle])


def _in_metres(net: _Net, vertices: Floats) -> Floats:
    """Stretch columns and rows so that cells are small about the towns and large in the country."""
    out = np.empty_like(vertices)
    for axis, seed in ((0, 101), (1, 102)):
        step = np.exp(np.random.default_rng(seed).normal(0, 0.45, 48))
        knots = np.concatenate([[0], np.cumsum(step)]) / step.sum()
        whole = net.corner[:, axis].max()
        out[:, axis] = CORNER[axis] + SIDE_M * np.interp(
            vertices[:, axis] / whole, np.linspace(0, 1, 49), knots
        )
    return out


def _polygons(net: _Net, vertices: Floats) -> Geometries:
    out = []
    size = np.diff(net.cell)
    for low in range(0, len(size), 50_000):
        part = size[low : low + 50_000]
        at = net.ring[net.cell[low] : net.cell[low] + part.sum()]
        lines = shapely.linearrings(vertices[at], indices=np.repeat(np.arange(len(part)), part))
        out.append(shapely.polygons(lines))
    return np.concatenate(out)


def _settled(net: _Net, wanted: Floats, safe: Floats) -> tuple[Floats, Geometries]:
    """The vertices wanted, or the safe ones round cells that would be invalid; and the polygons."""
    for _ in range(20):
        polygons = _polygons(net, wanted)
        bad = np.flatnonzero(~shapely.is_valid(polygons))
        if not len(bad):
            break
        at = net.ring[_runs(net.cell[bad], np.diff(net.cell)[bad])]
        wanted[at] = safe[at]
    assert shapely.is_valid(polygons).all()
    assert abs(shapely.area(polygons).sum() / SIDE_M**2 - 1) < 1e-9
    return wanted, polygons


def _first_period(n: int) -> tuple[Floats, Geometries]:
    net = _net(n)
    straight, bent = (_in_metres(net, _vertices(net, n + 1, bend)) for bend in (0.0, 0.035))
    return _settled(net, bent, straight)


def _codes(n: int) -> NDArray[np.str_]:
    """Codes that lie in patches: a smooth field and some noise, cut at the shares of the codes."""
    rng = np.random.default_rng(n + 2)
    columns = max(d for d in range(1, math.isqrt(n) + 1) if n % d == 0)
    row, column = np.divmod(np.arange(n), columns)
    u, v = column / columns, row / (n // columns)
    field = np.sin(7 * u + 1.3) * np.cos(5 * v) + 0.7 * np.sin(17 * u * v + 2) + 0.4 * np.cos(23 * (u - v))
    parts = np.array(list(SHARES.values()))
    rank = np.argsort(np.argsort(field + rng.normal(0, 0.45, n))) / n
    return np.array(list(SHARES))[np.searchsorted(np.cumsum(parts) / parts.sum(), rank, side="right")]


def _second_period(n: int, kind: str) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(n + 3)
    net = _net(n)
    before, _ = _first_period(n)
    after, codes = before.copy(), _codes(n)
    corners, border = len(net.corner), np.unique(net.ends[net.rim])
    if kind == "mixed":
        changed = rng.permutation(n)[: n // 20]
        recoded, redrawn = np.array_split(changed, 2)
        codes[recoded] = rng.choice(CODES, len(recoded))
        at = net.ring[_runs(net.cell[redrawn], np.diff(net.cell)[redrawn] // 3)]  # some edges of each
        at = at[at >= corners]
        after[at] = _in_metres(net, _vertices(net, n + 4, 0.035))[at]
    again = (
        np.arange(len(after)) if kind == "noise" else np.flatnonzero(before[:, 0] < CORNER[0] + 0.2 * SIDE_M)
    )
    rim = np.concatenate([border, corners + np.flatnonzero(net.rim[net.along()[0]])])
    again = np.setdiff1d(again, rim)
    after[again] += rng.uniform(-NOISE_M, NOISE_M, (len(again), 2))
    return _frame(_settled(net, after, before)[1], code=codes)


def stars(
    rng: np.random.Generator, middle: Floats, area_m2: Floats, corners: Ints, *, rough: float
) -> Geometries:
    """Areas round their middles, every corner in sight of it, so that they are valid however rough."""
    n = len(middle)
    owner = np.repeat(np.arange(n), corners)
    t = _runs(np.zeros_like(corners), corners) / corners[owner] * 2 * np.pi
    r = np.ones(len(t))
    for waves, height in ((2, 0.5), (3, 0.4), (5, 0.3), (9, 0.15), (17, 0.08), (41, 0.03)):
        high = rng.normal(0, rough * height, n) * (corners > 4 * waves)
        r += high[owner] * np.cos(waves * t + rng.uniform(0, 2 * np.pi, n)[owner])
    xy = np.maximum(r, 0.2)[:, None] * np.stack([np.cos(t), np.sin(t)], 1)
    made = shapely.area(shapely.polygons(shapely.linearrings(xy, indices=owner)))
    longer, turn = np.sqrt(rng.uniform(1, 2.2, n)), rng.uniform(0, 2 * np.pi, n)
    x, y = (xy * np.stack([longer, 1 / longer], 1)[owner] * np.sqrt(area_m2 / made)[owner, None]).T
    cos, sin = np.cos(turn)[owner], np.sin(turn)[owner]
    placed = middle[owner] + np.stack([x * cos - y * sin, x * sin + y * cos], 1)
    polygons = np.asarray(shapely.polygons(shapely.linearrings(placed, indices=owner)))
    assert shapely.is_valid(polygons).all()
    return polygons


def _zones(n: int) -> Geometries:
    rng = np.random.default_rng(n + 5)
    kind = rng.choice(3, n, p=[0.62, 0.35, 0.03])
    parks = np.exp(rng.normal(np.log(220), 0.5, n)).clip(50, 600)
    area_ha = np.choose(kind, [rng.uniform(10, 75, n), parks, rng.uniform(1_500, 6_000, n)])
    few, many = np.array([12, 40, 2_000])[kind], np.array([80, 400, 20_000])[kind]
    middle = CORNER + rng.uniform(0.05, 0.95, (n, 2)) * SIDE_M
    return stars(rng, middle, area_ha * 1e4, rng.integers(few, many), rough=0.25)


def _homes(n: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(n + 6)
    villages = max(50, n // 400)
    village = rng.integers(0, villages, n)
    centre = CORNER + rng.uniform(0.03, 0.97, (villages, 2)) * SIDE_M
    reach = np.exp(rng.normal(np.log(350), 0.6, villages))
    middle = centre[village] + rng.normal(0, 1, (n, 2)) * reach[village, None]
    area_m2 = np.exp(rng.normal(np.log(900), 0.7, n)).clip(200, 6_000)
    code = np.where(rng.random(villages) < 0.2, "ODT", "ONT")[village]
    return _frame(stars(rng, middle, area_m2, rng.integers(8, 60, n), rough=0.2), code=code)
