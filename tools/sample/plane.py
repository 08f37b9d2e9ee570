"""Seeded randomness, smooth noise and curves: what every other part of the land is drawn with."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["CRS", "GRID", "SEED", "Noise", "band", "curve", "metres", "rng", "smooth", "thickness", "wiggle"]

SEED = 20250701
CRS = 5897
GRID = 0.01


def rng(*key: object) -> np.random.Generator:
    """Return a random stream of its own for a named thing, so that one change doesn't stir all the rest.

    Parameters
    ----------
    *key : object
        Anything with a stable text.

    Returns
    -------
    numpy.random.Generator
    """
    text = "/".join(str(part) for part in key)
    return np.random.default_rng([SEED, zlib.crc32(text.encode())])


def metres(geometry: shapely.Geometry) -> shapely.Geometry:
    """Round coordinates to the centimetre without any repair.

    Parameters
    ----------
    geometry : shapely.Geometry

    Returns
    -------
    shapely.Geometry
    """
    return shapely.transform(geometry, lambda xy: np.round(xy, 2))


@dataclass(frozen=True)
class Noise:
    """A smooth random field: a sum of plane waves, about normal with variance 1.

    Parameters
    ----------
    name : str
        Name of the stream.
    scale : float
        Typical wavelength in metres.
    """

    name: str
    scale: float

    def __call__(self, x: Floats | float, y: Floats | float) -> Floats:
        """Value of the field at points.

        Parameters
        ----------
        x, y : float or numpy.ndarray

        Returns
        -------
        numpy.ndarray
        """
        draw = rng("noise", self.name)
        terms = 20
        angle = draw.uniform(0, 2 * np.pi, terms)
        wave = 2 * np.pi / (self.scale * draw.uniform(0.6, 1.7, terms))
        phase = draw.uniform(0, 2 * np.pi, terms)
        x = np.asarray(x, float)[..., None]
        y = np.asarray(y, float)[..., None]
        waves = np.cos(wave * (np.cos(angle) * x + np.sin(angle) * y) + phase)
        return np.asarray(np.sqrt(2 / terms) * waves.sum(axis=-1))


def _strand(name: str, length: float, scale: float) -> tuple[Floats, Floats]:
    """One-dimensional noise along a line: stations and values."""
    stations = np.linspace(0, length, max(4, int(length / (scale / 5)) + 2))
    offset = rng("strand", name).uniform(0, 1e5)
    return stations, Noise(name, scale)(stations + offset, 0.0)


def curve(points: list[tuple[float, float]] | Floats, step: float = 80.0) -> shapely.LineString:
    """Return a Catmull-Rom curve through points.

    Parameters
    ----------
    points : sequence of (x, y)
    step : float
        Spacing of the vertices in metres.

    Returns
    -------
    shapely.LineString
    """
    p = np.asarray(points, float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    parts = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        t = np.linspace(0, 1, max(2, int(np.hypot(*(c - b)) / step) + 1))[:-1, None]
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return shapely.LineString(np.vstack([*parts, p[-2]]))


def wiggle(
    line: shapely.LineString, name: str, waves: list[tuple[float, float]], *, step: float = 90.0
) -> shapely.LineString:
    """Displace a line sideways by smooth noise that vanishes at both ends.

    Parameters
    ----------
    line : shapely.LineString
    name : str
        Name of the stream.
    waves : list of (amplitude, wavelength)
        In metres.
    step : float
        Spacing of the vertices in metres.

    Returns
    -------
    shapely.LineString
        With the same end points.
    """
    length = line.length
    n = max(3, int(length / step) + 1)
    s = np.linspace(0, length, n)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, s))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(s + 5, length)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(s - 5, 0)))
    along = ahead - behind
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    off = np.zeros(n)
    for k, (amplitude, scale) in enumerate(waves):
        stations, values = _strand(f"{name}/{k}", length, scale)
        taper = np.clip(np.minimum(s, length - s) / (scale * 0.5), 0, 1)
        off += amplitude * np.interp(s, stations, values) * np.sin(taper * np.pi / 2)
    moved = xy + normal * off[:, None]
    moved[0], moved[-1] = xy[0], xy[-1]
    return shapely.LineString(moved)


def smooth(line: shapely.LineString, coarse: float, rounds: int = 2) -> shapely.LineString:
    """Round the bends of a line by cutting corners (Chaikin).

    Parameters
    ----------
    line : shapely.LineString
    coarse : float
        Detail below this size in metres goes first.
    rounds : int

    Returns
    -------
    shapely.LineString
        With the same end points.
    """
    xy = shapely.get_coordinates(shapely.simplify(line, coarse))
    for _ in range(rounds):
        near, far = 0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]
        xy = np.vstack([xy[:1], np.stack([near, far], axis=1).reshape(-1, 2)[1:-1], xy[-1:]])
    return shapely.LineString(xy)


def band(line: shapely.Geometry, width: float) -> shapely.Geometry:
    """Return the strip of land along a line.

    Parameters
    ----------
    line : shapely.Geometry
    width : float
        Full width in metres.

    Returns
    -------
    shapely.Geometry
    """
    return shapely.buffer(line, width / 2, cap_style="flat", join_style="mitre", mitre_limit=2.0)


def thickness(geometry: shapely.Geometry | NDArray[np.object_]) -> Floats:
    """Return twice the area over the perimeter: the width of a strip, half the side of a square.

    Parameters
    ----------
    geometry : shapely.Geometry or numpy.ndarray

    Returns
    -------
    numpy.ndarray
        In metres.
    """
    around = shapely.length(geometry)
    return np.asarray(2 * shapely.area(geometry) / np.where(around > 0, around, 1.0))
