"""The other layers: roads, rivers, green belt, schools, power lines, cemeteries, homes, craft villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from . import borders, drawing
from .plane import CRS, metres, rng
from .story import HOMES

if TYPE_CHECKING:
    from .network import Line
    from .skeleton import Skeleton

__all__ = [
    "cemeteries",
    "communes",
    "craft_villages",
    "districts",
    "extent",
    "green_belt",
    "power_lines",
    "protected",
    "residential",
    "rivers",
    "roads",
    "schools",
]

HA = 10_000.0


def _frame(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry="geometry", crs=CRS)


def communes(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the nine communes of 2025.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    table = borders.facts()
    return _frame(
        id=table["id"],
        name=table["short"],
        type=table["type"],
        stated_area_km2=table["area_km2"],
        geometry=land.communes,
    )


def districts(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the two districts of 2020.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return _frame(
        id=["276", "275"],
        name=["Thạch Thất", "Quốc Oai"],
        type=["Huyện", "Huyện"],
        geometry=borders.districts(land.communes),
    )


def extent(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the surveyed extent.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return _frame(id=["PV-01"], name=["Phạm vi dữ liệu mô phỏng"], geometry=[land.outline])


def _parts(line: Line, outline: shapely.Polygon) -> list[shapely.LineString]:
    inside = shapely.intersection(line.line, outline)
    return [metres(p) for p in shapely.get_parts(inside) if p.geom_type == "LineString" and p.length > 1]


def roads(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the centre lines of the roads.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    found = [(r, part) for r in land.roads for part in _parts(r, land.outline)]
    return _frame(
        id=[f"GT-{k:03d}" for k in range(1, len(found) + 1)],
        name=[r.name for r, _ in found],
        road_class=[r.rank for r, _ in found],
        width_m=[r.width for r, _ in found],
        geometry=[part for _, part in found],
    )


def power_lines(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the power lines.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return _frame(
        id=[f"DD-{int(p.width)}" for p in land.power],
        name=[p.name for p in land.power],
        voltage_kv=[int(p.width) for p in land.power],
        geometry=[_parts(p, land.outline)[0] for p in land.power],
    )


def rivers(land: Skeleton, land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Unite the river parcels of a land use by river.

    Parameters
    ----------
    land : Skeleton
    land_use : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
    """
    parcels = land_use.loc[land_use["code"] == "SON", "geometry"].to_numpy()
    lines = np.array([r.line for r in land.rivers])
    points = shapely.point_on_surface(parcels)
    nearest = np.argmin([shapely.distance(points, line) for line in lines], axis=0)
    rows = [
        (r.name, shapely.coverage_union_all(parcels[nearest == k]))
        for k, r in enumerate(land.rivers)
        if (nearest == k).any()
    ]
    return _frame(
        id=[f"SN-{k:02d}" for k in range(1, len(rows) + 1)],
        name=[name for name, _ in rows],
        geometry=[shapely.normalize(shape) for _, shape in rows],
    )


def green_belt(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the green belt along the two rivers.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    inner = shapely.buffer(land.outline, -1)
    rows = []
    for name, reach in drawing.BASES.items():
        river = next(r for r in land.rivers if r.name == name)
        wide = shapely.buffer(shapely.simplify(river.line, 45), reach, quad_segs=3, cap_style="flat")
        shape = shapely.intersection(shapely.simplify(wide, 12), inner)
        parts = shapely.get_parts(shape)
        rows.append((f"Vành đai xanh {name}", metres(parts[int(np.argmax(shapely.area(parts)))])))
    return _frame(id=["VX-01", "VX-02"], name=[n for n, _ in rows], geometry=[g for _, g in rows])


def protected(land: Skeleton) -> gpd.GeoDataFrame:
    """Return the special-use forest.

    Parameters
    ----------
    land : Skeleton

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return _frame(id=["RDD-01"], name=["Rừng đặc dụng mô phỏng"], geometry=[metres(land.protected)])


def schools(
    land_use: gpd.GeoDataFrame, zones: dict[str, shapely.Polygon], most: int = 45
) -> gpd.GeoDataFrame:
    """Place schools in or beside parcels for education.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame
    zones : dict of str to shapely.Polygon
        The parcel that touches a zone is the first school; the high-tech zone has none here.
    most : int
        Number of schools.

    Returns
    -------
    geopandas.GeoDataFrame
    """
    park = shapely.buffer(zones["KCNC-01"], -150)
    parcels = land_use[(land_use["code"] == "DGD") & ~land_use.intersects(park)]
    shapes = parcels.geometry.to_numpy()
    touching = shapely.distance(shapes, zones["CCN-17"]) < 0.01
    order = np.argsort(np.where(touching, -1e9, -shapely.area(shapes)), kind="stable")[:most]
    draw = rng("schools")
    points = shapely.get_coordinates(shapely.point_on_surface(shapes[order]))
    beside = draw.random(len(points)) < 0.12
    beside[0] = False
    points[beside] += np.array([14.0, -9.0])
    grade = draw.choice(
        np.array(["Mầm non", "Tiểu học", "THCS", "THPT"]), len(points), p=[0.3, 0.34, 0.26, 0.1]
    )
    return _frame(
        id=[f"TH-{k:02d}" for k in range(1, len(points) + 1)],
        name=[f"Trường {g} mô phỏng {k}" for k, g in enumerate(grade, 1)],
        geometry=shapely.points(np.round(points, 2)),
    )


def cemeteries(land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cemeteries.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
    """
    shapes = land_use.loc[land_use["code"] == "NTD", "geometry"].to_numpy()
    numbers = range(1, len(shapes) + 1)
    return _frame(
        id=[f"NT-{k:03d}" for k in numbers],
        name=[f"Nghĩa trang mô phỏng {k}" for k in numbers],
        geometry=shapes,
    )


def residential(land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Unite neighbouring parcels of housing.

    Parameters
    ----------
    land_use : geopandas.GeoDataFrame

    Returns
    -------
    geopandas.GeoDataFrame
        One row a group of parcels that touch along a border.
    """
    shapes = land_use.loc[land_use["code"].isin(HOMES), "geometry"].to_numpy()
    groups = shapely.normalize(shapely.get_parts(shapely.coverage_union_all(shapes)))
    return _frame(id=[f"DC-{k:04d}" for k in range(1, len(groups) + 1)], geometry=groups)


def craft_villages(land: Skeleton, most: int = 10) -> gpd.GeoDataFrame:
    """Choose villages of the plain that have a craft.

    Parameters
    ----------
    land : Skeleton
    most : int

    Returns
    -------
    geopandas.GeoDataFrame
    """
    plain = [v for v in land.villages if v.centre[0] > drawing.ORIGIN[0] + 17_500 and 150 < v.radius < 420]
    chosen = rng("craft").choice(len(plain), most, replace=False)
    craft = ["đồ mộc", "cơ khí", "mây tre đan", "may", "chế biến nông sản"]
    return _frame(
        id=[f"LN-{k:02d}" for k in range(1, most + 1)],
        name=[f"Làng nghề {craft[k % 5]} mô phỏng {k + 1}" for k in range(most)],
        geometry=shapely.points([np.round(plain[k].centre, 2) for k in np.sort(chosen)]),
    )
