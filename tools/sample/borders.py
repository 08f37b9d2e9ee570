"""Outline, nine communes of 2025 and two districts of 2020: schematic, with the stated areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj
import shapely

from .plane import CRS, GRID, Noise, metres, wiggle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["NAMES", "communes", "districts", "facts", "to_plane"]

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
NAMES = (
    "Thạch Thất",
    "Hạ Bằng",
    "Tây Phương",
    "Hòa Lạc",
    "Yên Xuân",
    "Quốc Oai",
    "Hưng Đạo",
    "Kiều Phú",
    "Phú Cát",
)
# communes of 2025 that lie (mostly) in the old district Quốc Oai
_SOUTH = ("Quốc Oai", "Hưng Đạo", "Kiều Phú", "Phú Cát")


def to_plane(lon: float, lat: float) -> tuple[float, float]:
    """Project a WGS 84 position to the plane of the sample.

    Parameters
    ----------
    lon, lat : float
        Degrees.

    Returns
    -------
    tuple of float
        x (east) and y (north) in metres.
    """
    x, y = pyproj.Transformer.from_crs(4326, CRS, always_xy=True).transform(lon, lat)
    return float(x), float(y)


def facts() -> pd.DataFrame:
    """Read code, name, centroid and area of the nine communes.

    Returns
    -------
    pandas.DataFrame
        Index 0..8 in the order of :data:`NAMES`; columns id, name, type, lon, lat, area_km2.
    """
    table = pd.read_csv(REFERENCE / "communes_2025.csv", dtype={"id": str, "province_code": str})
    table = table[table["province"] == "Hà Nội"].set_index("short_name").loc[list(NAMES)]
    return table.reset_index(names="short")[["id", "short", "type", "lon", "lat", "area_km2"]]


def _outline(sites: Floats, areas: Floats) -> shapely.Polygon:
    """Return a smooth shape round the sites whose area is the sum of the areas."""
    discs = shapely.buffer(shapely.points(sites), np.sqrt(areas / np.pi) * 1.1)
    shape = shapely.buffer(shapely.buffer(shapely.union_all(discs), 2600), -2600)
    ring = shapely.segmentize(shapely.Polygon(shape.exterior).simplify(60), 150).exterior
    xy = shapely.get_coordinates(ring)[:-1]
    for scale, amplitude in ((4200, 330), (1300, 75), (500, 22)):
        dx, dy = Noise(f"outline-x{scale}", scale), Noise(f"outline-y{scale}", scale)
        xy = xy + amplitude * np.column_stack([dx(*xy.T), dy(*xy.T)])
    xy = shapely.get_coordinates(shapely.simplify(shapely.Polygon(xy), 4.0))
    shape = shapely.Polygon(xy)
    middle = shapely.get_coordinates(shape.centroid)[0]
    grow = np.sqrt(areas.sum() / shape.area)
    return metres(shapely.Polygon(middle + (xy - middle) * grow))


def _nearer(i: int, sites: Floats, weights: Floats, reach: float = 1e5) -> shapely.Geometry:
    """Return the land nearer to site i than to any other, in the sense of the power distance."""
    cell: shapely.Geometry = shapely.box(*(sites[i] - reach), *(sites[i] + reach))
    for j in range(len(sites)):
        if j == i:
            continue
        to = sites[j] - sites[i]
        far = np.hypot(*to)
        unit = to / far
        at = sites[i] + unit * (far**2 + weights[i] - weights[j]) / (2 * far)
        side = np.array([-unit[1], unit[0]]) * reach
        half = shapely.Polygon([at - side, at + side, at + side - unit * reach, at - side - unit * reach])
        cell = shapely.intersection(cell, half)
    return cell


def _power_cells(outline: shapely.Polygon, sites: Floats, areas: Floats) -> list[shapely.Geometry]:
    """Return cells of the power diagram; the weights are moved until each cell has its area."""
    weights = np.zeros(len(sites))
    cells: list[shapely.Geometry] = []
    for _ in range(400):
        cells = [shapely.intersection(outline, _nearer(i, sites, weights)) for i in range(len(sites))]
        short = areas - np.array([cell.area for cell in cells])
        if np.abs(short).max() < 100:
            break
        weights += short * 0.35
    return cells


def _arcs(cells: list[shapely.Geometry]) -> tuple[list[shapely.LineString], list[tuple[int, int]]]:
    """Return the shared borders and the outer ones, each with the cells on its left and right (-1: none)."""
    lines = shapely.line_merge(shapely.union_all([c.boundary for c in cells], grid_size=GRID))
    arcs, sides = [], []
    for arc in shapely.get_parts(lines):
        middle = arc.length / 2
        a, b = shapely.get_coordinates(shapely.line_interpolate_point(arc, [middle - 1, middle + 1]))
        off = np.array([-(b - a)[1], (b - a)[0]]) / np.hypot(*(b - a)) * 2.0
        pair = []
        for probe in ((a + b) / 2 + off, (a + b) / 2 - off):
            inside = [i for i, cell in enumerate(cells) if shapely.contains_xy(cell, *probe)]
            pair.append(inside[0] if inside else -1)
        arcs.append(arc)
        sides.append((pair[0], pair[1]))
    return arcs, sides


def _bump(arc: shapely.LineString, height: float) -> shapely.LineString:
    """Push the middle of an arc to its left; the area gained is linear in the height."""
    xy = shapely.get_coordinates(arc)
    chord = xy[-1] - xy[0]
    normal = np.array([-chord[1], chord[0]]) / np.hypot(*chord)
    t = np.clip((xy - xy[0]) @ chord / (chord @ chord), 0, 1)
    moved = xy + np.outer(np.sin(np.pi * t) * height, normal)
    moved[0], moved[-1] = xy[0], xy[-1]
    return shapely.LineString(moved)


def _cells_of(arcs: list[shapely.LineString], sites: list[shapely.Point]) -> list[shapely.Polygon]:
    faces = shapely.get_parts(shapely.polygonize([metres(a) for a in arcs]))
    return [faces[int(np.argmin(shapely.distance(faces, site)))] for site in sites]


def _settle(
    arcs: list[shapely.LineString], sides: list[tuple[int, int]], inner: list[shapely.Point], areas: Floats
) -> list[shapely.LineString]:
    """Bend the shared arcs a little until each cell has its area."""
    shared = [k for k, pair in enumerate(sides) if min(pair) >= 0]
    for _ in range(4):
        cells = _cells_of(arcs, inner)
        short = areas - np.array([cell.area for cell in cells])
        matrix = np.zeros((len(areas), len(shared)))
        for column, k in enumerate(shared):
            ends = shapely.get_coordinates(arcs[k])[[0, -1]]
            gain = np.hypot(*(ends[1] - ends[0])) * 2 / np.pi
            matrix[sides[k][0], column] -= gain
            matrix[sides[k][1], column] += gain
        heights = np.linalg.lstsq(matrix, short, rcond=1e-9)[0]
        for height, k in zip(heights, shared, strict=True):
            arcs[k] = _bump(arcs[k], float(height))
    return [metres(arc) for arc in arcs]


def communes() -> list[shapely.Polygon]:
    """Draw the nine communes.

    Returns
    -------
    list of shapely.Polygon
        In the order of :data:`NAMES`: a gap-free coverage whose areas are the stated ones.
    """
    table = facts()
    sites = np.array([to_plane(lon, lat) for lon, lat in zip(table["lon"], table["lat"], strict=True)])
    areas = table["area_km2"].to_numpy() * 1e6
    cells = _power_cells(_outline(sites, areas), sites, areas)
    arcs, sides = _arcs(cells)
    inner = [shapely.point_on_surface(cell) for cell in cells]
    for k, pair in enumerate(sides):
        if min(pair) >= 0:
            arcs[k] = wiggle(arcs[k], f"commune-{k}", [(190, 2300), (50, 600)], step=110)
    arcs = _settle(arcs, sides, inner, areas)
    return _cells_of(arcs, inner)


def _blob(centre: tuple[float, float], radius: float, name: str) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = radius * (1 + 0.22 * Noise(name, 2.5)(np.cos(angle), np.sin(angle)))
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None] + centre)


def districts(cells: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Draw the two old districts, Thạch Thất then Quốc Oai.

    Parameters
    ----------
    cells : list of shapely.Polygon
        The nine communes.

    Returns
    -------
    list of shapely.Polygon
        A coverage of the same outline. Their border leaves the borders of 2025 in two places: the
        south of Hạ Bằng and the south-east of Yên Xuân were Quốc Oai.
    """
    south = shapely.coverage_union_all([c for c, n in zip(cells, NAMES, strict=True) if n in _SOUTH])
    outline = shapely.coverage_union_all(cells)
    more = [_blob(to_plane(105.566, 20.993), 1500, "old-1"), _blob(to_plane(105.512, 20.937), 1900, "old-2")]
    target = shapely.union_all([south, *more])
    lines = shapely.union_all([outline.boundary, target.boundary.intersection(outline)], grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines).tolist()))
    inside = shapely.contains(target, shapely.point_on_surface(faces))
    biggest = shapely.area(faces).max() * 0.3
    inside |= shapely.area(faces) < biggest * 0.01
    return [shapely.coverage_union_all(faces[~inside]), shapely.coverage_union_all(faces[inside])]
