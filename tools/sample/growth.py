"""Housing grows: fields beside villages and roads are taken, in strips or whole, interval by interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .plane import rng, thickness
from .split import HA, Style, cut, divide

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .skeleton import Skeleton

    Floats = NDArray[np.float64]

__all__ = ["Atom", "Growth", "Quota", "grow"]

LOTS = Style(0.28, 0.75, tilt=0.02, slender=0.1, thin=9)
ESTATE = Style(0.3, 0.8, ((2.6, 6.0, "DGT"),), tilt=0.02, slender=0.2, thin=11)
# hectares of new housing that each interval takes: before 2010, to 2015, to 2020, to 2025, in the plan
WANTED = (240.0, 230.0, 310.0, 400.0, 330.0)
LEAST = 2500.0
PRESSURE = (0.95, 0.85, 1.25, 1.15, 0.55, 1.3, 0.85, 0.9, 0.75)
_EATS = ("LUC", "LUK", "BHK", "CLN", "NTS", "BCS", "SKN", "SKK")


@dataclass(frozen=True)
class Atom:
    """A piece of a parcel: until `start` it belongs to the parcel, from then on it is a parcel of its own.

    Parameters
    ----------
    land : shapely.Polygon
    parcel : int
        Row of the parcel it is cut from.
    start : int
        Position of the period from which it is housing; -1 for what stays of the parcel.
    use : str
        ``home`` or ``DGT`` from then on.
    """

    land: shapely.Polygon
    parcel: int
    start: int = -1
    use: str = "home"


@dataclass(frozen=True)
class Quota:
    """How much of a planned zone housing takes, so that the loss is known and differs from place to place.

    Parameters
    ----------
    rows : tuple of int
        Parcels of the zone.
    land : shapely.Geometry
        The zone.
    before : float
        Housing that stands there from the start, in square metres.
    shares : tuple of float
        Housing as a share of the zone at the end of each interval.
    """

    rows: tuple[int, ...]
    land: shapely.Geometry
    before: float
    shares: tuple[float, ...]


def _front(
    land: shapely.Polygon, edges: shapely.STRtree, shapes: list[shapely.Geometry]
) -> shapely.LineString | None:
    """Return the longest stretch of the boundary that lies on a village or a road."""
    near = edges.query(land, predicate="dwithin", distance=9.0)
    if not len(near):
        return None
    beside = shapely.buffer(shapely.union_all([shapes[k] for k in sorted(near.tolist())]), 9.0)
    common = shapely.line_merge(shapely.intersection(land.boundary, beside))
    parts = [p for p in shapely.get_parts(common) if p.geom_type == "LineString"]
    longest = max(parts, key=lambda p: p.length, default=None)
    return longest if longest is not None and longest.length > 30 else None


def _strip(
    land: shapely.Polygon, front: shapely.LineString, depth: float
) -> tuple[list[shapely.Polygon], list[shapely.Polygon]]:
    """Cut off the strip of land along a front; return it and what is left."""
    xy = shapely.get_coordinates(front)
    along = xy[-1] - xy[0]
    size = float(np.hypot(*along))
    if size < 25:
        return [], [land]
    along = along / size
    inward = np.array([-along[1], along[0]])
    middle = shapely.get_coordinates(land.centroid)[0]
    if (middle - xy[0]) @ inward < 0:
        inward = -inward
    start = xy.mean(axis=0) + inward * depth
    pieces = cut(land, [shapely.LineString([start - along * 2500, start + along * 2500])])
    side = [float((shapely.get_coordinates(shapely.point_on_surface(p))[0] - start) @ inward) for p in pieces]
    taken = [p for p, s in zip(pieces, side, strict=True) if s < 0]
    return taken, [p for p, s in zip(pieces, side, strict=True) if s >= 0]


def _sound(taken: list[shapely.Polygon], rest: list[shapely.Polygon], whole: float) -> bool:
    """Say whether a strip is worth cutting off: one piece each, neither thin nor tiny."""
    if len(taken) != 1 or len(rest) != 1:
        return False
    strip, other = taken[0], rest[0]
    return bool(
        0.05 * HA < strip.area < 0.75 * whole
        and thickness(strip) > 11
        and thickness(other) > 13
        and other.area > 0.15 * HA
    )


def _longest_side(land: shapely.Polygon) -> shapely.LineString:
    """Return the longest edge of a parcel."""
    xy = shapely.get_coordinates(land.exterior)
    k = int(np.argmax(np.hypot(*np.diff(xy, axis=0).T)))
    return shapely.LineString(xy[k : k + 2])


@dataclass
class Growth:
    """State of the growth.

    Parameters
    ----------
    left : dict of int to shapely.Polygon
        What is left of each parcel that may still be eaten.
    edges : list of shapely.Geometry
        Villages and roads that houses stand along.
    draw : numpy.random.Generator
    atoms : list of Atom
        The lots so far.
    """

    left: dict[int, shapely.Polygon]
    edges: list[shapely.Geometry]
    draw: np.random.Generator
    atoms: list[Atom] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index the edges."""
        self._tree = shapely.STRtree(self.edges)

    def until(
        self, wanted: float, order: list[int], start: int, within: shapely.Geometry | None = None
    ) -> float:
        """Let housing eat parcels in the given order until the wanted area is taken.

        Parameters
        ----------
        wanted : float
            In square metres.
        order : list of int
            Parcels.
        start : int
            Position of the period from which the land is housing.
        within : shapely.Geometry, optional
            Only what is taken in here counts.

        Returns
        -------
        float
            Area taken.
        """
        taken = 0.0
        for parcel in order:
            if taken >= wanted:
                break
            if parcel in self.left:
                known = len(self.atoms)
                area = self._eat(parcel, start, max(wanted - taken, LEAST))
                lots = np.array([atom.land for atom in self.atoms[known:]], dtype=object)
                taken += (
                    area if within is None else float(shapely.area(shapely.intersection(lots, within)).sum())
                )
        return taken

    def _eat(self, parcel: int, start: int, most: float) -> float:
        """Turn a strip of a parcel, or all that is left of it, into lots; return the area taken."""
        land = self.left[parcel]
        front = _front(land, self._tree, self.edges)
        if front is None and land.area > 1.4 * most:
            front = _longest_side(land)
        if front is not None and (land.area > 1.4 * most or self.draw.random() < 0.8):
            depth = min(float(self.draw.uniform(30, 62)), max(24.0, most / max(front.length, 1.0)))
            taken, rest = _strip(land, front, depth)
            if _sound(taken, rest, land.area):
                lots = divide(taken[0], lambda _: LOTS, self.draw)
                self.atoms += [Atom(p.land, parcel, start) for p in lots]
                self.left[parcel] = rest[0]
                return float(taken[0].area)
        if land.area > 1.4 * most or (front is None and self.draw.random() < 0.35):
            return 0.0
        pieces = divide(land, lambda _: ESTATE, self.draw)
        self.atoms += [Atom(p.land, parcel, start, p.use or "home") for p in pieces]
        del self.left[parcel]
        return float(land.area)


def _scores(table: pd.DataFrame, draw: np.random.Generator) -> Floats:
    """How much each parcel is wanted for housing."""
    village, road = table["village"].to_numpy(), table["road"].to_numpy()
    by_village = np.exp(-village / 110)
    by_road = 0.9 * np.exp(-np.maximum(road - 12, 0) / 25) * np.exp(-village / 700)
    pressure = np.array(PRESSURE)[table["commune"].to_numpy()]
    chance = np.exp(0.45 * draw.normal(size=len(table)))
    return (by_village + by_road) * pressure * chance


def _order(score: Floats, rows: NDArray[np.int64]) -> list[int]:
    """Return the wanted rows, the most wanted first."""
    return [int(k) for k in rows[np.argsort(-score[rows], kind="stable")] if score[k] > 0]


def grow(table: pd.DataFrame, codes: NDArray[np.str_], land: Skeleton, quotas: list[Quota]) -> Growth:
    """Let housing grow over all periods.

    Parameters
    ----------
    table : pandas.DataFrame
        Parcels from :func:`codes.describe`, with ``area``, ``commune`` and ``zoned``.
    codes : numpy.ndarray of str
        Codes without the growth, one column a period.
    land : Skeleton
    quotas : list of Quota
        Zones with a set loss; zoned parcels without a quota are left alone.

    Returns
    -------
    Growth
        ``atoms`` are the lots, ``left`` what stays of the parcels that could be eaten.
    """
    draw = rng("growth")
    edges = [v.land for v in land.villages] + [r.land for r in land.roads if r.rank != "expressway"]
    edges += table["land"][(table["use"] == "DGT") & table["strip"]].tolist()
    fits = table["use"].isin(["open", "industry", "campus"]) & ~table["strip"] & (table["area"] > 0.2 * HA)
    growth = Growth({int(k): table["land"].iloc[k] for k in np.flatnonzero(fits)}, edges, draw)
    everywhere = np.flatnonzero((table["use"] == "open") & ~table["zoned"])
    done = [quota.before for quota in quotas]
    for start, wanted in enumerate(WANTED):
        score = _scores(table, draw) * np.isin(codes[:, start], _EATS)
        for k, quota in enumerate(quotas):
            if start < len(quota.shares):
                missing = quota.shares[start] * quota.land.area - done[k]
                done[k] += growth.until(missing, _order(score, np.array(quota.rows)), start, quota.land)
        growth.until(wanted * HA, _order(score, everywhere), start)
    return growth
