"""Two urban boundaries, in 2020 and as planned for 2030."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from . import drawing
from .plane import metres

__all__ = ["URBAN", "Urban", "urban_land"]


@dataclass(frozen=True)
class Urban:
    """An urban boundary: the outline of 2020, that of the plan, and the year its housing turns urban."""

    id: str
    name: str
    start: int
    now: drawing.Points
    plan: drawing.Points


URBAN = (
    Urban(
        "DT-01",
        "Đô thị Quốc Oai",
        2010,
        (
            (25.55, 12.62),
            (26.05, 12.95),
            (26.85, 13.02),
            (27.55, 12.78),
            (27.82, 12.20),
            (27.62, 11.45),
            (27.10, 11.02),
            (26.35, 10.92),
            (25.78, 11.20),
            (25.40, 11.85),
        ),
        (
            (23.98, 12.78),
            (24.72, 12.86),
            (25.52, 13.30),
            (25.62, 14.06),
            (26.32, 14.32),
            (27.10, 14.12),
            (28.02, 14.22),
            (28.62, 13.55),
            (28.70, 12.60),
            (28.38, 11.62),
            (27.72, 10.82),
            (26.72, 10.42),
            (25.62, 10.62),
            (24.92, 11.18),
            (24.02, 11.42),
            (23.75, 12.05),
        ),
    ),
    Urban(
        "DT-02",
        "Đô thị Hòa Lạc",
        2020,
        (
            (10.55, 13.55),
            (11.35, 13.95),
            (12.30, 13.70),
            (12.62, 12.60),
            (12.58, 11.25),
            (12.10, 10.62),
            (11.25, 11.05),
            (10.62, 11.75),
            (10.42, 12.70),
        ),
        (
            (9.55, 13.95),
            (10.80, 14.75),
            (12.25, 14.92),
            (13.35, 14.62),
            (13.92, 13.90),
            (13.98, 12.75),
            (14.35, 11.75),
            (14.22, 10.72),
            (13.45, 9.72),
            (12.25, 9.45),
            (11.05, 10.15),
            (9.85, 10.95),
            (9.25, 12.15),
        ),
    ),
)


def _ring(points: drawing.Points) -> shapely.Polygon:
    return metres(shapely.Polygon(np.array(drawing.to_metres(points))))


def urban_land(year: int) -> list[tuple[int, shapely.Polygon]]:
    """Return the urban boundaries of a year.

    Parameters
    ----------
    year : int
        Years up to 2025 have the boundary of 2020, later ones that of the plan.

    Returns
    -------
    list of (int, shapely.Polygon)
        Year from which housing inside is urban, and the land.
    """
    return [(u.start, _ring(u.plan if year > 2025 else u.now)) for u in URBAN]
