"""The zone layers as they are saved: parks, high-tech zone, clusters of two plans, urban boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from . import drawing
from .plane import CRS, metres, rng
from .story import moved_zone
from .urban import URBAN
from .zones import ZONES, Zone, fit, noisy, noisy_plot, school_plot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["clusters_2020", "final_zones", "urban_boundaries", "wastewater_facilities", "zone_layer"]

# what the collected facts say of the decisions
_DECISIONS = {
    "KCN-01": ("QĐ 2500/2007/QĐ-UB", "UBND tỉnh Hà Tây", "2007-12-21"),
    "KCNC-01": ("QĐ 899/QĐ-TTg", "Thủ tướng Chính phủ", "2016-05-27"),
}


def _onto(zone: shapely.Polygon, plot: shapely.Polygon, reach: float = 0.03) -> shapely.Polygon:
    """Put the corners of a plot that lie on a zone's border into that border."""
    corners = shapely.points(np.unique(shapely.get_coordinates(plot), axis=0))
    border = shapely.LineString(zone.exterior.coords)
    corners = corners[shapely.distance(corners, border) < reach]
    own = shapely.points(shapely.get_coordinates(zone)[:-1])
    own = own[np.array([shapely.distance(p, corners).min() > reach for p in own])]
    every = np.concatenate([own, corners])
    order = np.argsort(shapely.line_locate_point(border, every), kind="stable")
    return shapely.Polygon(shapely.get_coordinates(every[order]))


def final_zones(zones: dict[str, shapely.Polygon], land_use: gpd.GeoDataFrame) -> dict[str, shapely.Polygon]:
    """Return the zones as they are saved, with their planted relation to the land use of 2025.

    Parameters
    ----------
    zones : dict of str to shapely.Polygon
        As drawn.
    land_use : geopandas.GeoDataFrame
        Land use of 2025.

    Returns
    -------
    dict of str to shapely.Polygon
    """
    final = dict(zones)
    final["CCN-14"] = noisy(noisy_plot(zones["CCN-14"]), 6.2)
    schools = land_use.loc[land_use["code"] == "DGD", "geometry"].to_numpy()
    plot = schools[int(np.argmin(shapely.distance(schools, _school_point(zones["CCN-17"]))))]
    final["CCN-17"] = _onto(zones["CCN-17"], plot)
    return final


def _school_point(zone: shapely.Polygon) -> shapely.Point:
    """Return a point on the plot of the school beside a zone."""
    return shapely.point_on_surface(school_plot(zone))


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def _row(zone: Zone, land: shapely.Polygon, **other: object) -> dict[str, object]:
    decision, body, date = _DECISIONS.get(zone.id, ("", "", ""))
    row: dict[str, object] = {
        "id": zone.id,
        "name": zone.name,
        "kind": zone.kind,
        "status": zone.status,
        "stated_area_ha": zone.area_ha,
    }
    if zone.kind == "industrial_cluster":
        row["case"] = zone.case
    else:
        row |= {"decision": decision, "body": body, "date": date}
    return {**row, **other, "geometry": land}


def zone_layer(kind: str, final: dict[str, shapely.Polygon]) -> gpd.GeoDataFrame:
    """Return the zones of one kind in the plan of 2030.

    Parameters
    ----------
    kind : str
    final : dict of str to shapely.Polygon
        From :func:`final_zones`.

    Returns
    -------
    geopandas.GeoDataFrame
    """
    return _frame([_row(zone, final[zone.id]) for zone in ZONES if zone.kind == kind])


def _redrawn(land: shapely.Polygon, name: str, reach: float) -> np.ndarray:
    """Return the corners of a zone, each moved by up to a reach."""
    xy = shapely.get_coordinates(land)[:-1]
    draw = rng("redrawn", name)
    angle = draw.uniform(0, 2 * np.pi, len(xy))
    return (
        xy + np.column_stack([np.cos(angle), np.sin(angle)]) * draw.uniform(0.4, 1, len(xy))[:, None] * reach
    )


def clusters_2020(final: dict[str, shapely.Polygon]) -> gpd.GeoDataFrame:
    """Return the clusters of the earlier plan.

    Parameters
    ----------
    final : dict of str to shapely.Polygon

    Returns
    -------
    geopandas.GeoDataFrame
        ``case`` says what the plan of 2030 changed.
    """
    by_id = {zone.id: zone for zone in ZONES}
    smaller = np.array(shapely.get_coordinates(final["CCN-15"])[:-1])
    changes = {
        "CCN-01": ("CCN-01", final["CCN-01"], 37.78, "unchanged"),
        "CCN-02": ("CCN-02", final["CCN-02"], 4.2, "unchanged"),
        "CCN-11": ("CCN-11", moved_zone(), 30.5, "moved"),
        "CCN-12": ("CCN-12", fit(_redrawn(final["CCN-12"], "CCN-12", 55), 26.0), 26.0, "redrawn"),
        "CCN-15": ("CCN-15", fit(smaller, 14.0), 14.0, "smaller"),
        "CCN-16": ("QH20-06", fit(_redrawn(final["CCN-16"], "CCN-16", 70), 70.1), 70.1, "redrawn_other_id"),
        "CCN-18": (
            "QH20-08",
            fit(_redrawn(final["CCN-18"], "CCN-18", 0.05), 46.8),
            46.8,
            "digitised_again_other_id",
        ),
    }
    return _frame(
        [
            _row(by_id[new], metres(land), id=old, stated_area_ha=area, case=case)
            for new, (old, land, area, case) in changes.items()
        ]
    )


def urban_boundaries(*, plan: bool) -> gpd.GeoDataFrame:
    """Return the two urban boundaries.

    Parameters
    ----------
    plan : bool
        Those of the plan of 2030 instead of those of 2020.

    Returns
    -------
    geopandas.GeoDataFrame
    """
    rows = []
    for town in URBAN:
        land = metres(shapely.Polygon(drawing.to_metres(town.plan if plan else town.now)))
        rows.append({"id": town.id, "name": town.name, "geometry": land})
    return _frame(rows)


#: zone, part of the plant, cubic metres a day; what nobody filled in stays open, as in real tables
_PLANTS = (
    ("KCN-01", "enclosed_treatment", 6000),
    ("KCN-02", "open_treatment", 4500),
    ("KCNC-01", "enclosed_treatment", 36000),
    ("CCN-01", "open_treatment", 1200),
    ("CCN-02", "open_treatment", 150),
    ("CCN-11", "oxidation_ditch", None),
    ("CCN-12", "open_treatment", 900),
    ("CCN-16", None, None),
    ("CCN-18", "pump_station", 800),
)


def wastewater_facilities(final: dict[str, shapely.Polygon]) -> gpd.GeoDataFrame:
    """Place a wastewater plant just outside the south end of zones.

    Parameters
    ----------
    final : dict of str to shapely.Polygon

    Returns
    -------
    geopandas.GeoDataFrame
        Points; ``facility_type`` and ``capacity_m3_day`` are open in some rows.
    """
    rows: list[dict[str, object]] = []
    for number, (zone, part, capacity) in enumerate(_PLANTS, 1):
        corners = shapely.get_coordinates(shapely.buffer(final[zone], 30, join_style="mitre"))
        south = corners[int(np.argmin(corners[:, 1]))]
        rows.append(
            {
                "id": f"XLNT-{number:02d}",
                "name": f"Trạm xử lý nước thải mô phỏng {number}",
                "serves": zone,
                "facility_type": part,
                "capacity_m3_day": capacity,
                "geometry": shapely.Point(np.round(south, 2)),
            }
        )
    return _frame(rows).astype({"capacity_m3_day": float})
