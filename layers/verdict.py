"""What the coordinates of a layer say of the system its file states: agreement, or a mistake by its name.

Every usual mistake is tried on a sample of the corners, and the result is held against what is known: the
edges of layers already in the workspace, else the communes of 2025. A datum shift left out puts a layer 224 m
off, a 3° zone read as one of 6° 698 m, a wrong meridian 52 to 104 km: with edges to hold on to, each has its
own signature. Nothing is ever applied here, and where two explanations fit, none is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import shapely
from pyproj import Geod

from layers import reference
from layers._known_crs import VN2000_CODES, meridian_and_scale
from layers._mistakes import mistake_of
from layers.causes import Cause
from layers.crs import as_crs, horizontal, metric_crs_at, to_crs
from layers.errors import CrsError
from layers.findings import Finding
from layers.treatment import UNITS_M, Treatment

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.read import Reading

__all__ = ["Candidate", "Verdict", "judge_crs", "layer_verdict", "verdict_finding"]

_SAMPLE: Final = 400
_KNOWN_MOST: Final = 20_000
_NEAR_M: Final = 3.0
_APART: Final = 4.0
_SAME_M: Final = 1.0
_REACH_KM: Final = 15.0
_CORNERS: Final = 12
_ZONES_OF_3: Final = tuple(c for c in VN2000_CODES if c not in (3405, 3406))
_WEB: Final = 3857
#: east and north in any zone that somebody may have used for a place in Vietnam
_LOW, _HIGH = np.array([-4e5, 8e5]), np.array([1.6e6, 2.8e6])
_DEGREES: Final = (4326, 4756)
_GEOD: Final = Geod(ellps="WGS84")
_TAKEN_AWAY: Final = ("crs_implausible", "lonlat_swapped")
_FAR: Final = float("inf")

State = Literal["agrees", "mistake", "plausible", "unsure", "unknown"]


@dataclass(frozen=True)
class Candidate:
    """One explanation of the coordinates.

    Parameters
    ----------
    treatment : Treatment
    mistake : str
        What went wrong if this explanation is right: ``none``, ``crs_missing``, ``axes_swapped``,
        ``unit_feet``, ``unit_mm``, ``unit_cm``, ``unit_km``, ``degrees_as_metres``, ``metres_as_degrees``,
        ``no_datum_shift``, ``zone_3_or_6``, ``wrong_meridian``, ``scale_of_6`` or ``other_system``.
    lon, lat : float
        Where the middle of the layer lies then, degrees.
    province : str
        Province whose commune is nearest.
    moved_m : float
        How far from where the file says; NaN where it says nothing.
    fit_m : float
        Median distance of its corners to known edges; NaN where there are none.
    """

    treatment: Treatment
    mistake: str
    lon: float
    lat: float
    province: str
    moved_m: float
    fit_m: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON.

        Returns
        -------
        dict
        """
        figures = {"lon_deg": self.lon, "lat_deg": self.lat, "moved_m": self.moved_m, "fit_m": self.fit_m}
        plain = {k: None if np.isnan(v) else float(v) for k, v in figures.items()}
        return {"treatment": str(self.treatment), "mistake": self.mistake, "province": self.province, **plain}


@dataclass(frozen=True)
class Verdict:
    """What the values say of the stated system.

    Parameters
    ----------
    state : {"agrees", "mistake", "plausible", "unsure", "unknown"}
        ``agrees``: known edges prove the stated system. ``mistake``: one explanation fits, the stated one
        doesn't. ``plausible``: the place fits, and nothing near is known to prove it by. ``unsure``: several
        explanations fit. ``unknown``: none does.
    stated : str
        Name of the system the file states, empty for none.
    proposed : Candidate or None
        The one explanation; never applied unasked.
    candidates : tuple of Candidate
        The best first.
    """

    state: State
    stated: str
    proposed: Candidate | None
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON.

        Returns
        -------
        dict
        """
        return {
            "state": self.state,
            "stated": self.stated,
            "proposed": self.proposed.as_dict() if self.proposed else None,
            "candidates": [c.as_dict() for c in self.candidates],
        }


def judge_crs(
    points: NDArray[np.float64], stated: CRS | None, *, known: Sequence[gpd.GeoDataFrame] = ()
) -> Verdict:
    """Hold the coordinates of a layer against what is known.

    Parameters
    ----------
    points : numpy.ndarray
        Raw coordinates of corners, shape (n, 2), as in the file.
    stated : pyproj.CRS or None
        System that the file states.
    known : sequence of geopandas.GeoDataFrame
        Layers that are trusted, such as those of the workspace.

    Returns
    -------
    Verdict
        Of Vietnam; elsewhere ``unknown``.

    Examples
    --------
    >>> north_first = np.array([[2_325_269.0, 558_014.0], [2_325_369.0, 558_114.0]])
    >>> verdict = judge_crs(north_first, as_crs(5897))
    >>> verdict.state, str(verdict.proposed.treatment), verdict.proposed.mistake
    ('mistake', 'EPSG:5897+swapped', 'axes_swapped')
    """
    points = points[np.isfinite(points).all(axis=1)]
    name = stated.name if stated is not None else ""
    if not len(points):
        return Verdict("unknown", name, None, ())
    points = points[np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype(int)]
    middle = np.median(points, axis=0)[None, :]
    own = _stated_treatment(stated)
    placed = _placed_in_vietnam(middle, own)
    if known and placed:
        found = _by_edges(points, placed, own, known)
        if found is not None:
            return _told(found, own, middle, name, proved=True)
    fits = {t: np.nan for t in placed if _at_home(t, placed[t])}
    return _told(fits, own, middle, name, proved=False)


def _told(
    fits: dict[Treatment, float],
    own: Treatment | None,
    middle: NDArray[np.float64],
    name: str,
    *,
    proved: bool,
) -> Verdict:
    """Put what fits into words: the stated system, one other, or several."""
    found = sorted(
        (_candidate(t, own, middle, fit) for t, fit in fits.items()),
        key=lambda c: (np.nan_to_num(c.fit_m), c.treatment != own, _oddness(c.treatment)),
    )
    shown = tuple(found[:_CORNERS])
    if own in fits:
        sure: State = "agrees" if proved else "plausible"
        return Verdict(sure, name, None, shown)
    if not found:
        return Verdict("unknown", name, None, ())
    # without edges a small difference can't be told: only explanations of one plain kind are taken
    plain = [c for c in found if not (c.treatment.unshifted or c.treatment.wide)]
    # of one mistake alone, in the axes or the unit of the stated system, no other need be thought of
    single = [c for c in plain if own is not None and c.treatment.epsg == own.epsg]
    if len(single) == 1 and not proved and _oddness(single[0].treatment) == 2:  # noqa: PLR2004 - one coarse mistake
        return Verdict("mistake", name, single[0], shown)
    alone = found[:1] if proved else [c for c in plain if c.treatment.epsg in (*_ZONES_OF_3, 4326)]
    if len(alone) == 1 and (proved or len({_coarse(c) for c in plain}) == 1):
        return Verdict("mistake", name, alone[0], shown)
    return Verdict("unsure", name, None, shown)


def _coarse(candidate: Candidate) -> tuple[bool, str, str]:
    treatment = candidate.treatment
    return treatment.swapped, treatment.unit, f"{candidate.lon:.1f} {candidate.lat:.1f}"


def _oddness(treatment: Treatment) -> int:
    """How much must have gone wrong for an explanation to be right."""
    return 2 * treatment.swapped + 2 * bool(treatment.unit) + treatment.unshifted + treatment.wide


@cache
def _all_treatments() -> tuple[Treatment, ...]:
    zones = [Treatment(code) for code in (*VN2000_CODES, 32648, 32649, 3857)]
    off = [Treatment(code, unshifted=True) for code in VN2000_CODES]
    apart = [code for code in _ZONES_OF_3 if meridian_and_scale(code)[0] not in (105, 111)]
    wide = [Treatment(code, wide=True) for code in apart]
    degrees = [Treatment(code) for code in _DEGREES]
    turned = [Treatment(t.epsg, swapped=True) for t in (*zones, *degrees)]
    units = [Treatment(c, unit=u, swapped=s) for c in _ZONES_OF_3 for u in UNITS_M for s in (False, True)]
    return (*zones, *degrees, *off, *wide, *turned, *units)


def _placed_in_vietnam(
    middle: NDArray[np.float64], own: Treatment | None
) -> dict[Treatment, NDArray[np.float64]]:
    """Explanations that put the middle of the layer near a commune, and where."""
    centres = _communes()[0]
    out = {}
    for treatment in dict.fromkeys([*([own] if own else []), *_all_treatments()]):
        numbers = treatment.numbers(middle)
        projected = treatment.projected
        if projected != bool((np.abs(numbers) > 400).any()):  # noqa: PLR2004 - no degrees are so large
            continue
        if projected and treatment.epsg != _WEB and not ((numbers > _LOW) & (numbers < _HIGH)).all():
            continue
        try:
            place = treatment.lonlat(middle)
        except CrsError:
            continue
        if not np.isfinite(place).all():
            continue
        shrink = np.array([np.cos(np.radians(np.clip(place[0, 1], -89, 89))), 1.0])
        away = np.sqrt((((centres - place[0]) * shrink) ** 2).sum(axis=1).min()) * 111.32
        if away <= _REACH_KM:
            out[treatment] = place[0]
    return out


@cache
def _communes() -> tuple[NDArray[np.float64], list[str], list[str]]:
    rows = reference.table("communes_2025")
    centres = rows[["lon", "lat"]].astype(float).to_numpy()
    return centres, rows["province_code"].tolist(), rows["province"].tolist()


@cache
def _zones_of(name: str) -> frozenset[int]:
    """Zones that a province uses, or that the provinces it was made of used."""
    rows = reference.table("vn2000_provinces")
    return frozenset(rows.loc[rows["province"] == name, "epsg"].astype(int))


def _at_home(treatment: Treatment, place: NDArray[np.float64]) -> bool:
    """Say whether a zone of 3° is that of the place it puts a layer in; others may lie anywhere."""
    if treatment.epsg not in _ZONES_OF_3:
        return True
    return metric_crs_at(*place).to_epsg() == treatment.epsg or treatment.epsg in _zones_of(_province(place))


def _province(place: NDArray[np.float64]) -> str:
    centres, _, names = _communes()
    return names[int((((centres - place) * [0.95, 1.0]) ** 2).sum(axis=1).argmin())]


def _by_edges(
    points: NDArray[np.float64],
    placed: dict[Treatment, NDArray[np.float64]],
    own: Treatment | None,
    known: Sequence[gpd.GeoDataFrame],
) -> dict[Treatment, float] | None:
    """Median distances to known edges of the explanations that fit them; ``None`` where no one does."""
    target, tree, box = _edges(known)
    if tree is None or target is None:
        return None
    fits: dict[Treatment, float] = {}
    where: dict[Treatment, NDArray[np.float64]] = {}
    for treatment in placed:
        moved = treatment.placed(points, target)
        inside = ((moved >= box[:2]) & (moved <= box[2:])).all(axis=1)
        if inside.mean() <= 0.5:  # noqa: PLR2004 - most of the layer
            continue
        here = shapely.points(moved[inside])
        _, away = tree.query_nearest(here, return_distance=True, all_matches=False)
        fits[treatment], where[treatment] = float(np.median(away)), np.median(moved, axis=0)
    if not fits:
        return None
    best = min(fits, key=lambda t: (round(fits[t], 2), t != own, _oddness(t)))
    others = [fits[t] for t in fits if np.hypot(*(where[t] - where[best])) > _SAME_M]
    if fits[best] > _NEAR_M or min(others, default=_FAR) < _APART * (fits[best] + 0.5):
        return None
    same = own in fits and np.hypot(*(where[own] - where[best])) <= _SAME_M if own else False
    kept = own if same and own else best
    return {kept: fits[kept]}


def _edges(known: Sequence[gpd.GeoDataFrame]) -> tuple[CRS | None, shapely.STRtree | None, Any]:
    """Edges of the known layers in one metric system, and the box round them."""
    frames = [f for f in known if f.crs is not None and len(f)]
    if not frames:
        return None, None, None
    target = as_crs(frames[0].crs)
    lines: list[Any] = []
    for frame in frames:
        geometry = to_crs(frame[[frame.geometry.name]], target).geometry.to_numpy()
        geometry = geometry[~shapely.is_missing(geometry)][:_KNOWN_MOST]
        areas = shapely.get_dimensions(geometry) == 2  # noqa: PLR2004 - areas
        lines += [*shapely.boundary(geometry[areas]), *geometry[shapely.get_dimensions(geometry) == 1]]
    if not lines:
        return None, None, None
    box = shapely.total_bounds(lines)
    return target, shapely.STRtree(lines), box + np.array([-2_000, -2_000, 2_000, 2_000])


def _stated_treatment(stated: CRS | None) -> Treatment | None:
    if stated is None:
        return None
    code = horizontal(stated).to_epsg()
    return Treatment(code) if code is not None else None


def _candidate(
    treatment: Treatment, own: Treatment | None, middle: NDArray[np.float64], fit: float
) -> Candidate:
    place = treatment.lonlat(middle)[0]
    moved = np.nan
    if own is not None:
        there = own.lonlat(middle)[0]
        if np.isfinite(there).all() and np.abs(there).max() <= 180:  # noqa: PLR2004 - on the earth
            moved = float(_GEOD.inv(*there, *place)[2])
    mistake = mistake_of(treatment, own)
    return Candidate(treatment, mistake, float(place[0]), float(place[1]), _province(place), moved, fit)


def layer_verdict(reading: Reading, *, known: Sequence[gpd.GeoDataFrame] = ()) -> Verdict:
    """Judge a layer as it was read.

    Parameters
    ----------
    reading : Reading
        Its coordinates are those of the file; the system that was taken away from it, because every row
        contradicts it, still counts as stated.
    known : sequence of geopandas.GeoDataFrame
        As for :func:`judge_crs`.

    Returns
    -------
    Verdict
    """
    frame = reading.layer.frame
    points = shapely.get_coordinates(frame.geometry.to_numpy())
    taken = [f.fields["crs"] for f in reading.findings if f.code in _TAKEN_AWAY]
    stated = as_crs(frame.crs) if frame.crs is not None else as_crs(taken[0]) if taken else None
    return judge_crs(points, stated, known=known)


def verdict_finding(verdict: Verdict, layer: str) -> Finding | None:
    """Turn a verdict into a finding.

    Parameters
    ----------
    verdict : Verdict
    layer : str

    Returns
    -------
    Finding or None
        ``None`` where there is nothing to say.
    """
    told = {"found": verdict.stated or Cause("crs_none"), "count": len(verdict.candidates)}
    best = verdict.proposed
    if verdict.state == "mistake" and best is not None:
        why = {"mistake": best.mistake, "treatment": str(best.treatment), "province": best.province}
        figures = {"distance_m": None if np.isnan(best.moved_m) else best.moved_m}
        return Finding("crs_mistake", layer, None, "warn", {**told, **why, **figures})
    if verdict.state == "unsure":
        shown = [f"{c.treatment} ({c.province})" for c in verdict.candidates]
        return Finding("crs_unsure", layer, None, "warn", {**told, "expected": shown})
    if verdict.state == "agrees":
        fit = verdict.candidates[0].fit_m
        return Finding("crs_agrees", layer, None, "info", {**told, "distance_m": fit})
    return None
