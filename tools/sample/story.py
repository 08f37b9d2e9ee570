"""The story from 2010 to the plan of 2030: which parcel has which code when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from . import drawing, urban
from .codes import describe, first_codes
from .growth import Growth, Quota, grow
from .places import PERIODS, place
from .plane import Noise, rng, thickness
from .split import cut
from .zones import MOVED, fit

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .skeleton import Skeleton

    Floats = NDArray[np.float64]
    Codes = NDArray[np.str_]

__all__ = ["HOMES", "Story", "moved_zone", "tell"]

HOMES = ("ONT", "ODT")
# share of each planned zone that housing has taken by 2010, 2015, 2020 and 2025
_LOSS = {
    "KCN-01": (0.0, 0.010, 0.024, 0.040),
    "KCN-02": (0.0, 0.004, 0.009, 0.016),
    "CCN-01": (0.0, 0.0, 0.012, 0.03),
    "CCN-12": (0.09, 0.20, 0.33, 0.49),
    "CCN-13": (0.0, 0.0, 0.01, 0.025),
    "CCN-15": (0.0, 0.0, 0.01, 0.02),
    "CCN-16": (0.0, 0.01, 0.015, 0.02),
    "CCN-17": (0.0, 0.03, 0.07, 0.13),
    "CCN-18": (0.0, 0.01, 0.02, 0.035),
    "moved": (0.0, 0.07, 0.18, 0.36),
    "west": (0.0, 0.012, 0.027, 0.049),
    "east": (0.0, 0.002, 0.005, 0.009),
}
# from the list of 2018 to the list of 2024
_RENAMED = {"BHK": "HNK", "DDT": "DDD", "SKX": "SKC", "DSH": "DKV", "NKH": "CNT"}
_STEADY = (
    "DGT",
    "DTL",
    "SON",
    "MNC",
    "NTD",
    "TON",
    "TIN",
    "DDT",
    "DDD",
    "DGD",
    "DYT",
    "TSC",
    "DVH",
    "CQP",
    "RDD",
    "DNL",
)
_WATER = ("DGT", "DTL", "SON", "MNC")
_CAMPUS = np.array(["DKH", "SKK", "DGD", "TMD", "DKV", "DTT"])


@dataclass(frozen=True)
class Story:
    """All pieces of land with their parcel and code in each period.

    Parameters
    ----------
    land : numpy.ndarray of shapely.Polygon
        Pieces, not rounded.
    parcel : numpy.ndarray of int
        One row a piece, one column a period: pieces with one number are one parcel.
    code : numpy.ndarray of str
        Same shape.
    commune : numpy.ndarray of int
    """

    land: NDArray[np.object_]
    parcel: NDArray[np.int64]
    code: Codes
    commune: NDArray[np.int64]


def moved_zone() -> shapely.Polygon:
    """Return the land of the cluster that the plan of 2020 had elsewhere.

    Returns
    -------
    shapely.Polygon
    """
    return fit(np.array(drawing.to_metres(MOVED)), 30.5)


def _planned(land: Skeleton) -> dict[str, shapely.Geometry]:
    """Return the planned land by name; the high-tech zone is parted at the border of Hòa Lạc."""
    found: dict[str, shapely.Geometry] = {**land.zones, "moved": moved_zone()}
    park = found.pop("KCNC-01")
    found["west"] = shapely.intersection(park, land.communes[3])
    found["east"] = shapely.difference(park, land.communes[3])
    return found


def _zone_rows(table: pd.DataFrame, land: Skeleton) -> dict[str, NDArray[np.int64]]:
    """Return the parcels of which planned land takes a third or more."""
    shapes, area = np.array(table["land"]), table["area"].to_numpy()
    tree = shapely.STRtree(shapes)
    rows = {}
    for name, zone in _planned(land).items():
        near = np.sort(tree.query(zone, predicate="intersects"))
        share = shapely.area(shapely.intersection(shapes[near], zone)) / area[near]
        rows[name] = near[share > 0.34]
    return rows


def _quotas(table: pd.DataFrame, land: Skeleton, rows: dict[str, NDArray[np.int64]]) -> list[Quota]:
    shapes = np.array(table["land"])
    home = (table["use"] == "village").to_numpy()
    planned = _planned(land)
    quotas = []
    for name, shares in _LOSS.items():
        stands = shapes[rows[name]][home[rows[name]]]
        before = (
            float(shapely.area(shapely.intersection(stands, planned[name])).sum())
            if name == "CCN-12"
            else 0.0
        )
        quotas.append(Quota(tuple(rows[name].tolist()), planned[name], before, shares))
    return quotas


def _industry(table: pd.DataFrame, codes: Codes) -> None:
    """Write the history of the zones that are built or given land before 2030."""
    draw = rng("industry")
    owner, lot = (
        table["owner"].to_numpy().astype(str),
        ((table["use"] == "industry") & ~table["strip"]).to_numpy(),
    )
    from_when = {
        "KCN-01": ("SKK", (0.6, 1.0)),
        "CCN-01": ("SKN", (0.0, 0.7, 1.0)),
        "CCN-02": ("SKN", (1.0,)),
        "CCN-11": ("SKN", (0.0, 0.0, 1.0)),
        "CCN-14": ("SKN", (0.0, 0.0, 1.0)),
    }
    for name, (code, shares) in from_when.items():
        rows = np.flatnonzero(lot & (owner == name))
        chance = draw.random(len(rows))
        for period in range(len(PERIODS)):
            share = shares[min(period, len(shares) - 1)]
            codes[rows[chance < share], period] = code


def _campus(table: pd.DataFrame, codes: Codes) -> None:
    """Build up the laid-out parts of the high-tech zone, plot by plot."""
    rows = np.flatnonzero((table["use"] == "campus") & ~table["strip"])
    draw = rng("campus")
    xy = table["x"].to_numpy()[rows], table["y"].to_numpy()[rows]
    use = _CAMPUS[
        np.digitize(
            Noise("campus", 900)(*xy) + 0.35 * draw.normal(size=len(rows)), [-0.45, 0.55, 1.0, 1.4, 1.8]
        )
    ]
    chance = draw.random(len(rows))
    for period, share in enumerate((0.16, 0.34, 0.52, 0.72, 1.0)):
        built = chance < share
        codes[rows[built], period] = use[built]
        soon = ~built & (chance < share + 0.1)
        codes[rows[soon], period] = "BCS"


def _turnover(table: pd.DataFrame, codes: Codes) -> None:
    """Let a few fields change crop from survey to survey."""
    draw = rng("turnover")
    open_land = ((table["use"] == "open") & ~table["strip"] & ~table["zoned"]).to_numpy()
    changes = (
        ("LUC", "NTS", 0.004),
        ("LUC", "CLN", 0.005),
        ("LUK", "BHK", 0.015),
        ("BHK", "CLN", 0.012),
        ("RSX", "CLN", 0.008),
        ("DCS", "RSX", 0.12),
        ("BCS", "BHK", 0.06),
    )
    for period in (1, 2, 3):
        for old, new, share in changes:
            rows = np.flatnonzero(open_land & (codes[:, period] == old))
            changed = rows[draw.random(len(rows)) < share]
            codes[changed, period:] = new


def _plan_high_tech(table: pd.DataFrame, codes: Codes, rows: NDArray[np.int64]) -> None:
    """Give the open land of the high-tech zone its use in the plan."""
    rows = rows[((table["use"] == "open") & ~table["strip"]).to_numpy()[rows]]
    rows = rows[~np.isin(codes[rows, 4], _STEADY)]
    draw = rng("plan-high-tech")
    xy = table["x"].to_numpy()[rows], table["y"].to_numpy()[rows]
    mood = Noise("plan", 1000)(*xy) + 0.15 * draw.normal(size=len(rows))
    names = np.array(["SKK", "DKH", "DGD", "TMD", "DKV", "ODT", "keep"])
    use = names[np.digitize(mood, [-0.35, 0.25, 0.6, 0.85, 1.2, 1.6])]
    codes[rows[use != "keep"], 4] = use[use != "keep"]


def _whole(table: pd.DataFrame, land: Skeleton) -> tuple[pd.DataFrame, Codes]:
    """Give whole parcels their codes, without the growth of housing."""
    table = describe(table, land)
    majors = shapely.union_all([r.line for r in land.roads if r.rank != "local"])
    rows = _zone_rows(table, land)
    zoned = np.zeros(len(table), bool)
    zoned[np.concatenate(list(rows.values()))] = True
    table = table.assign(major=shapely.distance(np.array(table["land"]), majors), zoned=zoned)
    codes = np.repeat(first_codes(table)[:, None], len(PERIODS), axis=1)
    place(table, codes, land)
    _turnover(table, codes)
    _industry(table, codes)
    _campus(table, codes)
    _plan_high_tech(table, codes, np.concatenate([rows["west"], rows["east"]]))
    return table, codes


def _pieces(table: pd.DataFrame, codes: Codes, growth: Growth) -> Story:
    """Put lots and the rest of their parcels together."""
    eaten = {atom.parcel for atom in growth.atoms}
    land, parcel, code, commune = [], [], [], []
    for k, shape in enumerate(table["land"]):
        rest = growth.left.get(k) if k in eaten else shape
        if rest is not None:
            land.append(rest)
            parcel.append([k] * len(PERIODS))
            code.append(codes[k].tolist())
            commune.append(int(table["commune"].iloc[k]))
    for number, atom in enumerate(growth.atoms, len(table)):
        new = "DGT" if atom.use == "DGT" else "ONT"
        land.append(atom.land)
        parcel.append([number if p >= atom.start else atom.parcel for p in range(len(PERIODS))])
        code.append([new if p >= atom.start else codes[atom.parcel, p] for p in range(len(PERIODS))])
        commune.append(int(table["commune"].iloc[atom.parcel]))
    return Story(np.array(land, dtype=object), np.array(parcel), np.array(code), np.array(commune))


def _cut_at(story: Story, zone: shapely.Polygon) -> Story:
    """Cut the pieces that a planned zone's border crosses; what lies inside is a parcel of the plan."""
    crossed = shapely.STRtree(story.land).query(zone.boundary, predicate="crosses")
    land, parcel = list(story.land), [row.tolist() for row in story.parcel]
    code, commune = [row.tolist() for row in story.code], story.commune.tolist()
    number = int(story.parcel.max()) + 1
    edge = shapely.LineString(zone.exterior.coords)
    for k in np.sort(crossed):
        if story.code[k, 4] in _WATER:
            continue
        pieces = cut(story.land[k], [edge])
        inside = shapely.contains(zone, shapely.point_on_surface(pieces))
        if len(pieces) != 2 or inside.sum() != 1 or thickness(np.array(pieces)).min() < 6:
            continue
        land[k] = pieces[int(np.flatnonzero(~inside)[0])]
        land.append(pieces[int(np.flatnonzero(inside)[0])])
        parcel.append([*parcel[k][:4], number])
        code.append(list(code[k]))
        commune.append(commune[k])
        number += 1
    return Story(np.array(land, dtype=object), np.array(parcel), np.array(code), np.array(commune))


def _plan_zones(story: Story, land: Skeleton) -> None:
    """Write the planned zones into the plan; one cluster keeps its claim on land that is housing by 2025."""
    points = shapely.get_coordinates(shapely.point_on_surface(story.land))
    for name, zone in land.zones.items():
        if name == "KCNC-01":
            continue
        inside = shapely.contains_xy(zone, *points.T) & ~np.isin(story.code[:, 4], _STEADY)
        if name != "CCN-12":
            inside &= ~np.isin(story.code[:, 4], HOMES)
        if name == "CCN-18":
            inside &= ~shapely.contains_xy(land.zones["KCN-02"], *points.T)
        story.code[inside, 4] = "SKK" if name.startswith("KCN") else "SKN"


def _towns(story: Story) -> None:
    """Make housing urban where a town's boundary takes it in."""
    points = shapely.get_coordinates(shapely.point_on_surface(story.land))
    for period, year in enumerate(PERIODS):
        for start, shape in urban.urban_land(year):
            if year >= start:
                here = shapely.contains_xy(shape, *points.T) & (story.code[:, period] == "ONT")
                story.code[here, period] = "ODT"


def tell(table: pd.DataFrame, land: Skeleton) -> Story:
    """Tell the story of all parcels.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`fabric.parcels`.
    land : Skeleton

    Returns
    -------
    Story
    """
    table, codes = _whole(table, land)
    rows = _zone_rows(table, land)
    growth = grow(table, codes, land, _quotas(table, land, rows))
    story = _pieces(table, codes, growth)
    for name, zone in land.zones.items():
        if name not in ("KCN-01", "CCN-01", "CCN-02", "CCN-11", "CCN-14"):
            story = _cut_at(story, zone)
    for period in (3, 4):
        for old, new in _RENAMED.items():
            story.code[story.code[:, period] == old, period] = new
    _plan_zones(story, land)
    _towns(story)
    return story
