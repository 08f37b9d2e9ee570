"""Land-use codes of 2010: what each parcel is before the story begins (list of 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from . import drawing
from .plane import Noise, rng

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .skeleton import Skeleton

    Floats = NDArray[np.float64]
    Codes = NDArray[np.str_]

__all__ = ["describe", "first_codes"]

HA = 10_000.0


def describe(table: pd.DataFrame, land: Skeleton) -> pd.DataFrame:
    """Add to each parcel what its use depends on.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`fabric.parcels`.
    land : Skeleton

    Returns
    -------
    pandas.DataFrame
        With x, y (of a point inside), relief, river, village and road (distances in metres).
    """
    shapes = np.array(table["land"])
    points = shapely.point_on_surface(shapes)
    xy = shapely.get_coordinates(points)
    homes = shapely.union_all([v.land for v in land.villages])
    ways = shapely.union_all([r.line for r in land.roads if r.rank != "expressway"])
    return table.assign(
        x=xy[:, 0],
        y=xy[:, 1],
        relief=land.terrain.relief(xy),
        river=land.terrain.to_river(xy),
        village=shapely.distance(shapes, homes),
        road=shapely.distance(shapes, ways),
    )


def _pick(draw: np.random.Generator, n: int, **share: float) -> Codes:
    """Draw codes with the given shares."""
    names, weights = list(share), np.array(list(share.values()))
    return draw.choice(np.array(names), n, p=weights / weights.sum())


def _plain(table: pd.DataFrame, draw: np.random.Generator) -> Codes:
    """Codes in the plain: rice, dry fields by the rivers, fish ponds in low places, gardens at villages."""
    xy = table["x"].to_numpy(), table["y"].to_numpy()
    wet, soil = Noise("wet", 1500)(*xy), Noise("soil", 2100)(*xy)
    n = len(table)
    code = np.where(soil > 1.35, "LUK", "LUC").astype("<U3")
    code = np.where((soil < -1.45) & (draw.random(n) < 0.8), "BHK", code)
    code = np.where((wet > 1.55) & (draw.random(n) < 0.75), "NTS", code)
    beside = table["village"].to_numpy() < 60
    code = np.where(beside & (draw.random(n) < 0.12), _pick(draw, n, CLN=0.6, NTS=0.4), code)
    reach = np.where(table["x"] > drawing.ORIGIN[0] + 27_500, 470, 170) * (1 + 0.3 * wet)
    bank = table["river"].to_numpy() < reach
    code = np.where(bank, _pick(draw, n, BHK=0.8, CLN=0.12, LUK=0.05, BCS=0.03), code)
    return np.where(draw.random(n) < 0.015, _pick(draw, n, CLN=0.5, NTS=0.3, BHK=0.2), code)


def _uplands(table: pd.DataFrame, draw: np.random.Generator) -> Codes:
    """Codes on rolling land and slopes."""
    xy = table["x"].to_numpy(), table["y"].to_numpy()
    relief = table["relief"].to_numpy() + 0.12 * Noise("upland", 800)(*xy)
    patch = Noise("upland-patch", 1100)(*xy) + 0.5 * draw.normal(size=len(table))
    low = np.select([patch > 0.75, patch > -0.15, patch > -0.75], ["LUK", "LUC", "BHK"], "CLN")
    high = np.select([patch > 1.1, patch > -0.55], ["BHK", "CLN"], "RSX")
    code = np.where(relief < 0.27, low, high)
    odd = (draw.random(len(table)) < 0.03) & (table["area"].to_numpy() < 5 * HA)
    return np.where(odd, _pick(draw, len(table), NTS=0.5, NKH=0.2, DCS=0.3), code)


def _hills(table: pd.DataFrame, draw: np.random.Generator) -> Codes:
    """Codes in the hills: forest, protected on the crests, orchards at the foot."""
    xy = table["x"].to_numpy(), table["y"].to_numpy()
    crest = Noise("crest", 3000)(*xy) + 0.25 * draw.normal(size=len(table))
    code = np.where(crest > 1.0, "RPH", "RSX").astype("<U3")
    code = np.where((table["relief"].to_numpy() < 0.8) & (draw.random(len(table)) < 0.35), "CLN", code)
    return np.where(draw.random(len(table)) < 0.035, "DCS", code)


def _villages(table: pd.DataFrame, draw: np.random.Generator) -> Codes:
    """Codes of village lots: homes, ponds and gardens."""
    return _pick(draw, len(table), ONT=0.845, NTS=0.055, CLN=0.10)


def first_codes(table: pd.DataFrame) -> Codes:
    """Give each parcel its code of 2010.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`describe`.

    Returns
    -------
    numpy.ndarray of str
    """
    draw = rng("first-codes")
    use = table["use"].to_numpy().astype("<U8")
    relief = table["relief"].to_numpy()
    code = use.astype("<U3")
    still = np.isin(use, ["open", "campus"])
    rules = (
        (still & (relief <= 0.14), _plain),
        (still & (relief > 0.14) & (relief <= 0.62), _uplands),
        (still & (relief > 0.62), _hills),
        (use == "village", _villages),
    )
    for here, rule in rules:
        code[here] = rule(table[here], draw)
    code[use == "industry"] = "LUC"
    code[use == "school"] = "DGD"
    small_high = (code == "RSX") & (table["area"].to_numpy() < 0.5 * HA)
    code[small_high] = "CLN"
    return code
