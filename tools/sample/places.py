"""Single parcels with a use of their own: schools, offices, pagodas, cemeteries, kilns, substations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import drawing
from .plane import rng

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .skeleton import Skeleton

    Ints = NDArray[np.int64]
    Codes = NDArray[np.str_]

__all__ = ["PERIODS", "place"]

PERIODS = (2010, 2015, 2020, 2025, 2030)
HA = 10_000.0
# code, first period (position), smallest and largest area in ha, least distance from a village,
# greatest distance from a road, how many
_SCATTERED = (
    ("DRA", 0, 1.0, 4.0, 500, 900, 4),
    ("SKX", 0, 0.8, 3.0, 200, 1200, 9),
    ("SKC", 0, 0.5, 2.4, 20, 25, 26),
    ("SKC", 1, 0.5, 2.4, 20, 25, 14),
    ("SKC", 2, 0.5, 2.4, 20, 30, 12),
    ("SKC", 3, 0.5, 2.4, 20, 30, 8),
    ("TMD", 0, 0.4, 2.4, 0, 25, 8),
    ("TMD", 1, 0.4, 2.4, 0, 25, 7),
    ("TMD", 3, 0.4, 2.4, 0, 25, 10),
    ("NKH", 0, 0.8, 4.0, 250, 600, 22),
    ("DTT", 2, 0.8, 3.0, 0, 60, 8),
    ("DGD", 1, 0.6, 1.8, 0, 40, 6),
    ("DNL", 0, 0.3, 1.2, 60, 900, 9),
    ("TSC", 2, 0.5, 1.6, 0, 30, 4),
    ("BCS", 0, 0.3, 2.0, 120, 900, 26),
    ("CQP", 0, 0.5, 3.0, 200, 400, 5),
)


def _nearest(table: pd.DataFrame, fits: NDArray[np.bool_], at: tuple[float, float], count: int) -> Ints:
    rows = np.flatnonzero(fits)
    far = np.hypot(table["x"].to_numpy()[rows] - at[0], table["y"].to_numpy()[rows] - at[1])
    return rows[np.argsort(far, kind="stable")[:count]]


def _village_places(lots: pd.DataFrame, radius: float, draw: np.random.Generator) -> list[tuple[str, int]]:
    """Choose lots of one village for its school, pagoda, communal house and so on."""
    middle = lots[["x", "y"]].to_numpy().mean(axis=0)
    far = np.hypot(*(lots[["x", "y"]].to_numpy() - middle).T)
    rows, area = lots.index.to_numpy(), lots["area"].to_numpy() / HA
    taken: set[int] = set()
    found: list[tuple[str, int]] = []

    def take(code: str, fits: NDArray[np.bool_], order: NDArray[np.float64]) -> None:
        free = [k for k in np.argsort(order, kind="stable") if fits[k] and int(rows[k]) not in taken]
        if free:
            taken.add(int(rows[free[0]]))
            found.append((code, int(rows[free[0]])))

    big, small = area > 0.45, (area > 0.06) & (area < 0.32)
    if radius > 150 and draw.random() < 0.42 + (radius > 350) * 0.6:
        take("DGD", big, -area + far / 400)
    if draw.random() < 0.85:
        take("TIN", small, far)
    if draw.random() < 0.7:
        take("TON", (area > 0.15) & (area < 0.6), -far)
    if draw.random() < 0.8:
        take("DVH", small, far + 40)
    for code, share in (("DYT", 0.2), ("TSC", 0.18), ("DTT", 0.3), ("DCH", 0.16), ("DSH", 0.2)):
        if draw.random() < share + (radius > 350) * 0.7:
            take(code, (area > 0.1) & (area < 0.75), far * draw.uniform(0.5, 1.5))
    return found


def _scattered(table: pd.DataFrame, free: NDArray[np.bool_], codes: Codes) -> None:
    """Spread the parcels of the table above over the open land."""
    draw = rng("scattered")
    area = table["area"].to_numpy() / HA
    village, road, river = (table[c].to_numpy() for c in ("village", "road", "river"))
    flat = table["relief"].to_numpy() < 0.5
    for code, start, low, high, apart, reach, count in _SCATTERED:
        fits = free & flat & (area > low) & (area < high) & (village >= apart) & (road < reach)
        if code == "SKX":
            fits &= river < 420
        if code == "TMD":
            fits &= table["major"].to_numpy() < 40
        rows = np.flatnonzero(fits)
        chosen = draw.choice(rows, min(count, len(rows)), replace=False)
        codes[chosen, start:] = code
        free[chosen] = False


def _graves(table: pd.DataFrame, free: NDArray[np.bool_], codes: Codes, land: Skeleton) -> None:
    """Give each village its cemetery out in the fields."""
    area, far = table["area"].to_numpy() / HA, table["village"].to_numpy()
    for village in land.villages:
        high = 3.2 if village.radius > 300 else 2.1
        fits = free & (area > 0.35) & (area < high) & (far > 90) & (table["relief"].to_numpy() < 0.6)
        draw = rng("graves", village.name)
        near = _nearest(table, fits, village.centre, 9)
        if len(near) and draw.random() < 0.8:
            chosen = int(near[int(draw.integers(len(near)))])
            codes[chosen] = "NTD"
            free[chosen] = False


def place(table: pd.DataFrame, codes: Codes, land: Skeleton) -> None:
    """Write the places into the codes.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`codes.describe`, with ``major`` (distance to a classified road).
    codes : numpy.ndarray of str
        One row a parcel, one column a period; changed in place.
    land : Skeleton
    """
    lots = table[(table["use"] == "village") & ~table["strip"]]
    by_name = dict(tuple(lots.groupby("owner")))
    for village in land.villages:
        if village.name in by_name:
            draw = rng("places", village.name)
            for code, row in _village_places(by_name[village.name], village.radius, draw):
                codes[row] = code
    free = (table["use"] == "open").to_numpy() & ~table["strip"].to_numpy() & ~table["zoned"].to_numpy()
    for x, y, radius, height in drawing.HILLS:
        if height >= 0.8 and radius < 0.6:
            at = drawing.to_metres(((x, y),))[0]
            for row in _nearest(table, free & (table["area"].to_numpy() < 12 * HA), at, 2):
                codes[row] = "DDT"
                free[row] = False
    _graves(table, free, codes, land)
    _scattered(table, free, codes)
