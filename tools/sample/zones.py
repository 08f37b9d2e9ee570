"""The zones: drawn by hand, then fitted to the stated area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from . import drawing
from .plane import metres, rng

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["MOVED", "ZONES", "Zone", "fit", "noisy", "noisy_plot", "school_plot", "zone_land"]

HA = 10_000.0


@dataclass(frozen=True)
class Zone:
    """A zone as it is drawn.

    Parameters
    ----------
    id, name : str
    kind : str
        Key of ``data/reference/kinds.csv``.
    area_ha : float
        Stated area.
    points : tuple of (x, y)
        Kilometres, see :mod:`drawing`.
    status : {"existing", "planned"}
    decision : str
    case : str
        What is planted here for conflict questions.
    """

    id: str
    name: str
    kind: str
    area_ha: float
    points: drawing.Points
    status: str = "planned"
    decision: str = ""
    case: str = ""


ZONES = (
    Zone(
        "KCN-01",
        "KCN Thạch Thất – Quốc Oai",
        "industrial_park",
        150.12,
        (
            (23.62, 12.99),
            (25.42, 13.19),
            (25.30, 13.86),
            (24.62, 13.80),
            (24.56, 14.22),
            (23.86, 14.15),
            (23.92, 13.72),
            (23.55, 13.67),
        ),
        "existing",
        "QĐ 2500/2007/QĐ-UB",
    ),
    Zone(
        "KCN-02",
        "KCN mô phỏng A",
        "industrial_park",
        230.4,
        (
            (22.35, 12.55),
            (23.40, 12.68),
            (24.05, 12.62),
            (24.22, 11.75),
            (24.00, 11.05),
            (23.10, 10.55),
            (22.28, 10.75),
            (22.18, 11.70),
        ),
    ),
    Zone(
        "KCNC-01",
        "Khu công nghệ cao Hòa Lạc",
        "high_tech_zone",
        1586.0,
        (
            (13.00, 13.55),
            (13.62, 14.18),
            (14.35, 14.10),
            (14.80, 14.72),
            (15.95, 14.88),
            (16.85, 14.55),
            (17.00, 14.05),
            (17.85, 13.75),
            (18.15, 12.95),
            (17.92, 12.42),
            (18.30, 11.85),
            (18.10, 11.10),
            (17.35, 10.92),
            (17.20, 10.42),
            (15.75, 10.22),
            (15.10, 10.62),
            (14.05, 10.45),
            (13.30, 10.88),
            (12.92, 11.30),
            (12.83, 12.35),
        ),
        "existing",
        "QĐ 899/QĐ-TTg",
    ),
    Zone(
        "CCN-01",
        "CCN Ngọc Liệp",
        "industrial_cluster",
        37.78,
        ((20.95, 12.45), (21.88, 12.57), (21.90, 12.13), (21.45, 12.02), (20.98, 12.06), (20.93, 12.25)),
        "existing",
    ),
    Zone(
        "CCN-02",
        "CCN đồ mộc dân dụng Phùng Xá",
        "industrial_cluster",
        4.2,
        ((24.55, 15.55), (24.68, 15.585), (24.78, 15.60), (24.80, 15.45), (24.70, 15.40), (24.57, 15.39)),
        "existing",
        case="below_minimum_size",
    ),
    Zone(
        "CCN-11",
        "CCN mô phỏng 1",
        "industrial_cluster",
        30.5,
        ((19.25, 21.05), (19.55, 21.10), (19.85, 21.12), (19.95, 20.62), (19.60, 20.50), (19.30, 20.62)),
        case="clear",
    ),
    Zone(
        "CCN-12",
        "CCN mô phỏng 2",
        "industrial_cluster",
        21.6,
        ((26.55, 13.86), (26.80, 13.95), (27.06, 13.90), (27.12, 13.52), (26.85, 13.43), (26.53, 13.42)),
        case="half_residential",
    ),
    Zone(
        "CCN-13",
        "CCN mô phỏng 3",
        "industrial_cluster",
        38.5,
        ((18.85, 24.25), (19.20, 24.36), (19.50, 24.42), (19.62, 23.75), (19.15, 23.62), (18.80, 23.72)),
        case="beyond_extent",
    ),
    Zone(
        "CCN-14",
        "CCN mô phỏng 4",
        "industrial_cluster",
        6.2,
        ((18.35, 16.12), (18.62, 16.17), (18.66, 15.95), (18.52, 15.90), (18.38, 15.90), (18.33, 16.00)),
        case="sliver_noise",
    ),
    Zone(
        "CCN-15",
        "CCN mô phỏng 5",
        "industrial_cluster",
        24.5,
        ((30.20, 9.50), (30.62, 9.55), (30.66, 9.00), (30.45, 8.85), (30.18, 8.95), (30.14, 9.25)),
        case="green_belt",
    ),
    Zone(
        "CCN-16",
        "CCN mô phỏng 6",
        "industrial_cluster",
        73.4,
        ((20.30, 10.35), (20.75, 10.52), (21.15, 10.50), (21.30, 9.85), (21.05, 9.45), (20.25, 9.50)),
        case="on_river",
    ),
    Zone(
        "CCN-17",
        "CCN mô phỏng 7",
        "industrial_cluster",
        28.3,
        ((22.72, 15.80), (23.00, 15.86), (23.28, 15.88), (23.36, 15.42), (23.05, 15.28), (22.68, 15.32)),
        case="touches_school",
    ),
    Zone(
        "CCN-18",
        "CCN mô phỏng 8",
        "industrial_cluster",
        46.8,
        ((21.98, 12.60), (22.30, 12.66), (22.65, 12.66), (22.72, 11.95), (22.20, 11.90), (21.96, 12.00)),
        case="overlaps_zone",
    ),
)

# where the plan of 2020 had a zone that the plan of 2030 moved
MOVED = ((22.10, 19.62), (22.40, 19.70), (22.66, 19.58), (22.60, 19.12), (22.30, 19.02), (22.08, 19.16))


def fit(points: Floats, area_ha: float) -> shapely.Polygon:
    """Scale a shape about its middle until its rounded polygon has the stated area.

    Parameters
    ----------
    points : numpy.ndarray
        Vertices in metres.
    area_ha : float

    Returns
    -------
    shapely.Polygon
        On the centimetre grid; the area is right to a fraction of a square metre, because each corner
        is tried a few centimetres to every side.
    """
    wanted = area_ha * HA
    middle = points.mean(axis=0)
    near = np.round(middle + (points - middle) * np.sqrt(wanted / shapely.Polygon(points).area), 2)
    nudges = rng("fit", area_ha, len(points)).integers(-3, 4, (3000, *near.shape)) / 100
    tries = near + nudges
    x, y = (tries - middle).transpose(2, 0, 1)
    areas = np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)) / 2
    return metres(shapely.Polygon(tries[int(np.argmin(np.abs(areas - wanted)))]))


def zone_land(zone: Zone) -> shapely.Polygon:
    """Return the land of a drawn zone.

    Parameters
    ----------
    zone : Zone

    Returns
    -------
    shapely.Polygon
    """
    return fit(np.array(drawing.to_metres(zone.points)), zone.area_ha)


def school_plot(land: shapely.Polygon) -> shapely.Polygon:
    """Return the plot of a school whose one side lies on the border of a zone.

    Parameters
    ----------
    land : shapely.Polygon
        The zone that touches a school.

    Returns
    -------
    shapely.Polygon
        118 by 82 metres, outside the zone, on its fourth side.
    """
    xy = shapely.get_coordinates(land)
    along = (xy[4] - xy[3]) / np.hypot(*(xy[4] - xy[3]))
    out = np.array([along[1], -along[0]])
    if shapely.contains_xy(land, *((xy[3] + xy[4]) / 2 + out)):
        out = -out
    start = xy[3] + (xy[4] - xy[3]) * 0.3
    return shapely.Polygon([start, start + 118 * along, start + 118 * along + 82 * out, start + 82 * out])


def noisy_plot(land: shapely.Polygon) -> shapely.Polygon:
    """Return the plot that the noisy zone was digitised from.

    Parameters
    ----------
    land : shapely.Polygon
        The zone as drawn by hand, with its stated area.

    Returns
    -------
    shapely.Polygon
        Smaller by a strip of a quarter of a metre.
    """
    return metres(shapely.buffer(land, -0.23, join_style="mitre"))


def noisy(plot: shapely.Polygon, area_ha: float) -> shapely.Polygon:
    """Digitise a plot again with more corners, each 0.1 to 0.4 m outside the plot.

    Parameters
    ----------
    plot : shapely.Polygon
    area_ha : float
        Stated area of the result.

    Returns
    -------
    shapely.Polygon
    """
    draw = rng("noisy")
    ring = shapely.segmentize(plot, 110).exterior
    xy = shapely.get_coordinates(ring)[:-1]
    outside = shapely.get_coordinates(shapely.buffer(plot, 1.0, join_style="mitre").exterior)
    at = shapely.LineString(outside)
    away = shapely.get_coordinates(
        shapely.line_interpolate_point(at, shapely.line_locate_point(at, shapely.points(xy)))
    )
    away = (away - xy) / np.hypot(*(away - xy).T)[:, None]
    reach = draw.uniform(0.13, 0.37, len(xy))[:, None]
    tries = [metres(shapely.Polygon(xy + away * reach * k)) for k in np.linspace(0.75, 1.3, 2200)]
    miss = [abs(shape.area - area_ha * HA) for shape in tries]
    return tries[int(np.argmin(miss))]
