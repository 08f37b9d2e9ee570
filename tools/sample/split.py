"""Recursive division of a block of land into parcels, with lanes, paths and ditches left between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .plane import thickness

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["HA", "Piece", "Style", "cut", "direction", "divide"]

HA = 10_000.0


@dataclass(frozen=True)
class Style:
    """How land is divided.

    Parameters
    ----------
    smallest, largest : float
        Range of the wanted parcel area in hectares.
    strips : tuple of (float, float, str)
        While a piece is larger than the first number (hectares) it is cut by a strip of this width
        (metres) and this use; the largest first.
    sway : float
        How far a cut swings sideways, as a share of its length; 0 gives straight cuts.
    tilt : float
        Spread of the direction of cuts in radians.
    slender : float
        Share of cuts that go lengthwise, so that parcels become long.
    thin : float
        Least thickness of a piece in metres.
    rare : tuple of (float, float, float)
        Share of larger parcels and their range in hectares.
    """

    smallest: float
    largest: float
    strips: tuple[tuple[float, float, str], ...] = ()
    sway: float = 0.0
    tilt: float = 0.03
    slender: float = 0.0
    thin: float = 7.0
    rare: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Piece:
    """A parcel, or a strip when it has a use."""

    land: shapely.Polygon
    use: str = ""


def direction(land: shapely.Geometry) -> float:
    """Return the direction most of the boundary runs in, modulo a right angle.

    Parameters
    ----------
    land : shapely.Geometry

    Returns
    -------
    float
        Radians.
    """
    xy = shapely.get_coordinates(shapely.get_exterior_ring(land))
    step = np.diff(xy, axis=0)
    size = np.hypot(*step.T)
    turn = np.arctan2(step[:, 1], step[:, 0])
    return float(np.angle((size**1.3 * np.exp(4j * turn)).sum()) / 4)


def cut(land: shapely.Polygon, lines: list[shapely.LineString]) -> list[shapely.Polygon]:
    """Cut a polygon along lines.

    Parameters
    ----------
    land : shapely.Polygon
    lines : list of shapely.LineString

    Returns
    -------
    list of shapely.Polygon
        Pieces that fill the polygon; the polygon alone where no line crosses it.
    """
    noded = shapely.union_all([land.boundary, *lines])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded).tolist()))
    # a line across a bay closes off land outside, a hole is a face too
    faces = faces[shapely.contains(land, shapely.point_on_surface(faces))]
    return list(faces) if len(faces) > 1 else [land]


def _frame(land: shapely.Polygon, angle: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the axes of a direction and the least and greatest extent of the land along them."""
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    xy = shapely.get_coordinates(land)
    place = np.column_stack([xy @ along, xy @ across])
    return along, across, place.min(axis=0), place.max(axis=0)


def _swayed(start: Floats, end: Floats, sway: float, draw: np.random.Generator) -> Floats:
    """Return a cut from start to end that swings sideways; straight without sway."""
    if sway <= 0:
        return np.vstack([start, end])
    size = float(np.hypot(*(end - start)))
    n = int(np.clip(size / 70, 2, 12))
    t = np.linspace(0, 1, n + 1)[:, None]
    normal = np.array([-(end - start)[1], (end - start)[0]]) / size
    swing = sway * size * draw.normal(0, 0.5, 3)
    shape = sum(a * np.sin(np.pi * k * t) / k for k, a in enumerate(swing, 1))
    return np.asarray(start + (end - start) * t + normal * shape)


def _try_cut(
    land: shapely.Polygon, angle: float, style: Style, draw: np.random.Generator, *, width: float
) -> list[tuple[shapely.Polygon, bool]]:
    """Cut once across the longer side; each piece says whether it is the strip between the cuts."""
    angle += draw.normal(0, style.tilt)
    along, across, low, high = _frame(land, angle)
    span = high - low
    lengthwise = span[1] > span[0]
    if draw.random() < style.slender and span.max() < 2.6 * span.min():
        lengthwise = not lengthwise
    if lengthwise:
        along, across, low, high, span = across, -along, *_flip(low, high), span[::-1]
    at = low[0] + span[0] * draw.uniform(0.4, 0.6)
    edge = span[1] * 0.05 + 5
    ends = [along * at + across * (low[1] - edge), along * at + across * (high[1] + edge)]
    if width <= 0:
        return [(piece, False) for piece in cut(land, [shapely.LineString(_swayed(*ends, style.sway, draw))])]
    path = _swayed(*ends, style.sway, draw)
    middle = shapely.LineString(path)
    sides = [
        shapely.offset_curve(middle, width / 2, join_style="mitre"),
        shapely.offset_curve(middle, -width / 2, join_style="mitre"),
    ]
    pieces = cut(land, sides)
    inside = shapely.distance(shapely.point_on_surface(pieces), middle) < width / 2
    return list(zip(pieces, inside.tolist(), strict=True))


def _flip(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the extents in axes turned by a right angle: (across, -along)."""
    return np.array([low[1], -high[0]]), np.array([high[1], -low[0]])


def _good(pieces: list[tuple[shapely.Polygon, bool]], style: Style) -> float:
    """Return how good a cut is: the least thickness of its pieces over the wanted one, at most 1."""
    lots = [piece for piece, strip in pieces if not strip]
    if len(lots) < 2:
        return 0.0
    least = float(thickness(np.array(lots)).min()) / style.thin
    small = float(shapely.area(lots).min()) / (style.smallest * HA * 0.45)
    return min(1.0, least, small)


def _width(area: float, style: Style) -> tuple[float, str]:
    for above, width, use in style.strips:
        if area > above * HA:
            return width, use
    return 0.0, ""


def _wanted(style: Style, draw: np.random.Generator) -> float:
    share, low, high = style.rare
    if draw.random() < share:
        return float(draw.uniform(low, high)) * HA
    return float(np.exp(draw.uniform(np.log(style.smallest), np.log(style.largest)))) * HA


def _best_cut(
    land: shapely.Polygon, angle: float, style: Style, draw: np.random.Generator, *, width: float
) -> tuple[float, list[tuple[shapely.Polygon, bool]]]:
    best: tuple[float, list[tuple[shapely.Polygon, bool]]] = (0.0, [])
    for attempt in range(5):
        pieces = _try_cut(land, angle + attempt * 0.12, style, draw, width=width)
        found = _good(pieces, style)
        if found > best[0]:
            best = (found, pieces)
        if found >= 1:
            break
    return best


def divide(
    land: shapely.Polygon, style_of: Callable[[shapely.Polygon], Style], draw: np.random.Generator
) -> list[Piece]:
    """Divide a block into parcels.

    Parameters
    ----------
    land : shapely.Polygon
    style_of : callable
        Gives the style for a piece of the block: a valley is divided otherwise than the hill above it.
    draw : numpy.random.Generator

    Returns
    -------
    list of Piece
        They fill the block.
    """
    done: list[Piece] = []
    waiting = [(land, direction(land))]
    while waiting:
        here, angle = waiting.pop()
        area, style = here.area, style_of(here)
        width, use = _width(area, style)
        if width <= 0 and area < 1.45 * _wanted(style, draw):
            done.append(Piece(here))
            continue
        if area > 14 * HA:
            angle = direction(here)
        quality, pieces = _best_cut(here, angle, style, draw, width=width)
        if quality < (0.35 if area > 5 * style.largest * HA else 0.8):
            done.append(Piece(here))
            continue
        done += [Piece(piece, use) for piece, strip in pieces if strip]
        waiting += [(piece, angle) for piece, strip in pieces if not strip]
    return done
