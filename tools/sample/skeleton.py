"""The coarse land: every claim (water, road, village, zone, ...) noded into one coverage of faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from . import borders, drawing
from .coverage import absorb, faces_of, union_by
from .network import Line, canals, lake, power_lines, rivers, roads, shape
from .plane import GRID, curve, thickness, wiggle
from .terrain import Terrain
from .villages import Avoid, Village, local_roads, villages
from .zones import ZONES, noisy_plot, school_plot, zone_land

__all__ = ["BUILT", "Claim", "Skeleton", "build", "coarse"]

# zones that stand on the ground already: no local road runs through, parcels follow their border
BUILT = ("KCN-01", "CCN-01", "CCN-02", "CCN-11", "CCN-14")
_SCHOOL = "CCN-17"


@dataclass(frozen=True)
class Claim:
    """Land that something takes; the lower rank wins where claims overlap."""

    rank: int
    use: str
    name: str
    land: shapely.Geometry


@dataclass(frozen=True)
class Skeleton:
    """Everything that is placed before land is divided."""

    communes: list[shapely.Polygon]
    outline: shapely.Polygon
    rivers: list[Line]
    roads: list[Line]
    canals: list[Line]
    power: list[Line]
    lake: shapely.Polygon
    terrain: Terrain
    villages: list[Village]
    protected: shapely.Polygon
    military: list[shapely.Polygon]
    campus: list[shapely.Polygon]
    zones: dict[str, shapely.Polygon]


def _drawn(points: drawing.Points) -> shapely.Polygon:
    return shapely.Polygon(drawing.to_metres(points))


def _closed(keep: list[tuple[shapely.Geometry, float]]) -> shapely.Geometry:
    return shapely.union_all([shapely.buffer(land, 110) for land, _ in keep])


def build() -> Skeleton:
    """Place everything.

    Returns
    -------
    Skeleton
    """
    cells = borders.communes()
    outline = shapely.coverage_union_all(cells)
    streams, majors = rivers(outline), roads(outline)
    terrain = Terrain(streams)
    zones = {zone.id: zone_land(zone) for zone in ZONES}
    water = lake()
    military = [
        shape(drawing.to_metres((at,))[0], radius * 1000, f"military-{k}", lobes=0.16, rough=0.12)
        for k, (at, radius) in enumerate(drawing.MILITARY)
    ]
    ring = curve(drawing.to_metres((*drawing.PROTECTED, drawing.PROTECTED[0])), 150)
    edge = wiggle(ring, "protected", [(110, 900), (35, 330)], step=90)
    protected = shapely.intersection(shapely.Polygon(edge), outline)
    campus = [_drawn(points) for points in drawing.CAMPUS]
    shut: list[tuple[shapely.Geometry, float]] = [
        (land, 30.0) for land in (*military, *campus, protected, water)
    ]
    shut += [(zones[name], 60.0) for name in BUILT]
    wet = [(line.line, line.width / 2 + 45) for line in streams]
    planned = [
        (zones["KCN-02"], -70.0),
        (zones["CCN-17"], 30.0),
        (zones["CCN-16"], -40.0),
        (zones["CCN-18"], 0.0),
    ]
    express = [(r.line, 110.0) for r in majors if r.rank == "expressway"]
    inner = shapely.difference(shapely.union_all([c.boundary for c in cells]), outline.boundary)
    found = villages(Avoid(outline, inner, [*shut, *wet, *express, *planned]), terrain)
    barriers = shapely.union_all([r.line for r in (*streams, *majors) if r.rank in ("river", "expressway")])
    local = local_roads(found, majors, _closed(shut), barriers)
    return Skeleton(
        cells,
        outline,
        streams,
        [*majors, *local],
        canals(outline),
        power_lines(outline),
        water,
        terrain,
        found,
        protected,
        military,
        campus,
        zones,
    )


def _plot(name: str, land: shapely.Polygon) -> shapely.Geometry:
    """Return the allocated land of a zone: that of the clear zone is 2 m wider, so that no rounding cuts it.

    That of the noisy zone is up to 0.4 m narrower than the zone as it is drawn.
    """
    if name == "CCN-11":
        return shapely.buffer(land, 2.0, join_style="mitre")
    return noisy_plot(land) if name == "CCN-14" else land


def claims(land: Skeleton) -> list[Claim]:
    """List who takes what.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    list of Claim
    """
    rank = {"expressway": 2, "national": 4, "provincial": 4, "local": 6}
    found = [Claim(1, "MNC", "Hồ mô phỏng", land.lake)]
    found += [Claim(3, "SON", r.name, r.land) for r in land.rivers]
    found += [Claim(rank[r.rank], "DGT", r.name, r.land) for r in land.roads]
    found += [Claim(5, "industry", name, _plot(name, land.zones[name])) for name in BUILT]
    found += [Claim(5, "school", _SCHOOL, school_plot(land.zones[_SCHOOL]))]
    found += [Claim(7, "DTL", c.name, c.land) for c in land.canals]
    found += [Claim(8, "CQP", f"CQP-{k}", m) for k, m in enumerate(land.military)]
    found += [Claim(8, "campus", f"campus-{k}", m) for k, m in enumerate(land.campus)]
    found += [Claim(9, "village", v.name, v.land) for v in land.villages]
    found += [Claim(10, "RDD", "RDD", land.protected)]
    return found


def _road_cuts(line: Line) -> list[shapely.LineString]:
    """Return short lines across a road where its parcel is parted."""
    length = line.line.length
    step = 1100
    inner = np.arange(step, length - step * 0.5, step)
    stations = [*inner.tolist(), length - 22.0] if line.rank == "local" else inner.tolist()
    cuts = []
    for s in stations:
        a, b = shapely.get_coordinates(shapely.line_interpolate_point(line.line, [max(s - 4, 0), s + 4]))
        normal = np.array([-(b - a)[1], (b - a)[0]]) / max(np.hypot(*(b - a)), 1e-9) * (line.width / 2 + 0.5)
        cuts.append(shapely.LineString([(a + b) / 2 - normal, (a + b) / 2 + normal]))
    return cuts


def _lines(land: Skeleton, found: list[Claim]) -> list[shapely.Geometry]:
    """Return all linework of the coarse land; strips of one kind are united first."""
    lines: list[shapely.Geometry] = [c.boundary for c in land.communes]
    strips = ("DGT", "SON", "DTL")
    lines += [
        shapely.union_all([c.land for c in found if c.use == use], grid_size=GRID).boundary for use in strips
    ]
    lines += [c.land.boundary for c in found if c.use not in strips]
    lines += [cut for road in land.roads for cut in _road_cuts(road)]
    return [shapely.intersection(line, shapely.buffer(land.outline, 1)) for line in lines]


def _label(faces: np.ndarray, land: Skeleton) -> pd.DataFrame:
    """Say for each face which claim takes it and in which commune it lies."""
    found = claims(land)
    points = shapely.point_on_surface(faces)
    tree = shapely.STRtree([c.land for c in found])
    point, claim = tree.query(points, predicate="intersects")
    table = pd.DataFrame({"face": point, "claim": claim, "rank": [found[c].rank for c in claim]})
    best = table.sort_values(["face", "rank", "claim"]).drop_duplicates("face").set_index("face")["claim"]
    best = best.reindex(range(len(faces)))
    use = ["open" if pd.isna(c) else found[int(c)].use for c in best]
    owner = ["" if pd.isna(c) else found[int(c)].name for c in best]
    cells = shapely.STRtree(land.communes)
    commune = cells.nearest(points)
    return pd.DataFrame({"use": use, "owner": owner, "commune": commune})


def _weak(faces: np.ndarray, use: pd.Series) -> np.ndarray:
    """Return faces too thin or too small to be land of their own."""
    ground = use.isin(["open", "village", "industry", "school", "campus", "CQP", "RDD"]).to_numpy()
    thin, area = thickness(faces), shapely.area(faces)
    return np.where(ground, (thin < 9) | (area < 700), (thin < 2.2) | (area < 60))


def coarse(land: Skeleton) -> pd.DataFrame:
    """Node all claims into faces.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    pandas.DataFrame
        Columns land (shapely.Polygon), use, owner, commune; the faces cover the outline exactly.
    """
    faces = faces_of(_lines(land, claims(land)), land.outline)
    table = _label(faces, land)
    for _ in range(4):
        weak = _weak(faces, table["use"])
        if not weak.any():
            break
        shapes, kept = union_by(faces, absorb(faces, weak))
        faces, part = shapely.get_parts(shapes, return_index=True)
        table = table.iloc[kept[part]].reset_index(drop=True)
    return table.assign(land=faces)
