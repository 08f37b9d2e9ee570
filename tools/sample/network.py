"""Lines of the land: rivers, roads, canals, power lines, as courses and as strips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from . import drawing
from .plane import Noise, band, curve, rng, smooth, wiggle

__all__ = ["Line", "canals", "day_river", "lake", "power_lines", "rivers", "roads", "shape"]

_WAVES = {
    "river": [(240.0, 1900.0), (95.0, 800.0)],
    "stream": [(170.0, 1400.0), (55.0, 480.0)],
    "expressway": [(25.0, 6000.0)],
    "national": [(80.0, 3500.0)],
    "provincial": [(120.0, 2600.0), (30.0, 900.0)],
    "canal": [(90.0, 2400.0), (18.0, 700.0)],
}


@dataclass(frozen=True)
class Line:
    """A course with its strip of land."""

    name: str
    rank: str
    width: float
    line: shapely.LineString

    @property
    def land(self) -> shapely.Geometry:
        """The strip the line takes."""
        return band(self.line, self.width)


def _line(course: drawing.Course, rank: str, outline: shapely.Polygon) -> Line:
    line = wiggle(curve(drawing.to_metres(course.points)), course.name, _WAVES[rank], step=38)
    inside = shapely.intersection(line, shapely.buffer(outline, 150))
    parts = shapely.get_parts(inside)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    if rank in ("river", "stream"):
        longest = shapely.simplify(smooth(longest, 9.0), 0.9)
    return Line(
        course.name, rank, course.width, shapely.simplify(longest, 2.0) if rank != "river" else longest
    )


def day_river() -> Line:
    """Draw the stretch of sông Đáy: in at the north-east, along the edge, out at the south-east.

    Returns
    -------
    Line
    """
    points = (
        (31.0, 15.9),
        (29.8, 15.3),
        (29.05, 14.5),
        (29.1, 13.5),
        (29.5, 12.5),
        (30.2, 11.4),
        (30.9, 10.5),
        (31.0, 9.6),
        (30.75, 8.7),
        (31.1, 7.6),
        (31.2, 6.6),
    )
    course = drawing.Course("Sông Đáy", 74, points)
    line = wiggle(curve(drawing.to_metres(course.points)), course.name, [(60.0, 1200.0), (20, 500)], step=60)
    return Line(course.name, "river", course.width, shapely.simplify(smooth(line, 9), 1))


def rivers(outline: shapely.Polygon) -> list[Line]:
    """Draw sông Tích, sông Đáy and the streams of the hills.

    Parameters
    ----------
    outline : shapely.Polygon

    Returns
    -------
    list of Line
    """
    drawn = [_line(c, c.rank or "stream", outline) for c in drawing.RIVERS]
    return [*drawn, day_river()]


def roads(outline: shapely.Polygon) -> list[Line]:
    """Draw the classified roads.

    Parameters
    ----------
    outline : shapely.Polygon

    Returns
    -------
    list of Line
    """
    return [_line(c, c.rank, outline) for c in drawing.ROADS]


def canals(outline: shapely.Polygon) -> list[Line]:
    """Draw the main canals.

    Parameters
    ----------
    outline : shapely.Polygon

    Returns
    -------
    list of Line
    """
    return [_line(c, "canal", outline) for c in drawing.CANALS]


def power_lines(outline: shapely.Polygon) -> list[Line]:
    """Draw the power lines: straight from bend to bend.

    Parameters
    ----------
    outline : shapely.Polygon

    Returns
    -------
    list of Line
    """
    found = []
    for course in drawing.POWER:
        line = shapely.LineString(drawing.to_metres(course.points)).intersection(outline)
        parts = shapely.get_parts(line)
        found.append(Line(course.name, "power", course.width, parts[int(np.argmax(shapely.length(parts)))]))
    return found


def shape(
    centre: tuple[float, float],
    radius: float,
    name: str,
    *,
    lobes: float = 0.3,
    rough: float = 0.25,
    long: float = 1.6,
) -> shapely.Polygon:
    """Draw a closed natural shape.

    Parameters
    ----------
    centre : (x, y)
        In metres.
    radius : float
    name : str
        Name of the stream.
    lobes : float
        How far the edge swings, as a share of the radius.
    rough : float
        How much single vertices stand out.
    long : float
        Greatest stretch.

    Returns
    -------
    shapely.Polygon
    """
    draw = rng("shape", name)
    count = int(np.clip(2 * np.pi * radius / 62, 18, 60))
    angle = np.sort((np.arange(count) + draw.uniform(-0.3, 0.3, count)) * 2 * np.pi / count)
    swing = Noise(f"shape-{name}", 2.2)(np.cos(angle), np.sin(angle)) + rough * draw.normal(size=count)
    reach = radius * np.clip(1 + lobes * swing, 0.45, 1.8)
    turn, stretch = draw.uniform(0, np.pi), np.sqrt(draw.uniform(1.0, long))
    xy = np.column_stack([np.cos(angle) * stretch, np.sin(angle) / stretch]) * reach[:, None]
    turned = xy @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    drawn = shapely.make_valid(shapely.Polygon(turned + centre))
    parts = shapely.get_parts(drawn)
    return parts[int(np.argmax(shapely.area(parts)))]


def lake() -> shapely.Polygon:
    """Draw the lake.

    Returns
    -------
    shapely.Polygon
    """
    centre = drawing.to_metres((drawing.LAKE,))[0]
    drawn = shape(centre, 600, "lake", lobes=0.36, rough=0.05)
    return shapely.Polygon(shapely.simplify(drawn, 4).exterior)
