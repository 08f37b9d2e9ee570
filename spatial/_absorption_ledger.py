"""The ledger: stocks and flows of every place and interval, and what they say about the years left."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from spatial._absorption_pace import NOTHING_HA, pace_of, ranked, years_until_gone
from spatial._absorption_places import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Progress = Callable[[int, int, str], None]

__all__ = ["Land", "ledger_of", "summaries"]

_HA: Final = 10_000.0
_LOSSES: Final = {
    "lost_to_housing_ha": "housing",
    "lost_to_other_ha": "other",
    "lost_to_no_data_ha": "no_data",
}
_GAINS: Final = {
    "gained_from_housing_ha": "from_housing",
    "gained_from_other_ha": "from_other",
    "gained_from_no_data_ha": "from_no_data",
}
#: a date that speaks of less than this share of a place doesn't speak of it
_LEAST_SHARE: Final = 1e-6


class Land(Protocol):
    """A series that can be asked for the stocks and changes of places."""

    def area_m2(self, places: gpd.GeoDataFrame) -> Floats:
        """Area of each place."""

    def stock_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Subject land of each place at a date."""

    def covered_m2(self, at: int, places: gpd.GeoDataFrame) -> Floats:
        """Land of each place that a date speaks of."""

    def parts(self, interval: int, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Changed land of each place."""


def ledger_of(
    land: Land, places: gpd.GeoDataFrame, years: list[int], progress: Progress | None = None
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Ledger of all places and intervals, and the pieces behind it."""
    area = land.area_m2(places)
    stocks = [land.stock_m2(at, places) for at in range(len(years))]
    gaps = [np.maximum(area - land.covered_m2(at, places), 0.0) for at in range(len(years))]
    rows, pieces = [], []
    for n, (first, last) in enumerate(pairwise(years)):
        name = f"{first}-{last}"
        if progress:
            progress(n, len(years), name)
        parts = land.parts(n, places)
        pieces.append(parts.assign(interval=name))
        facts = places[PLACE].assign(interval=name, from_year=first, to_year=last, years=last - first)
        flows = _flows(parts, places)
        stock = {"area_ha": area, "opening_ha": stocks[n], "closing_ha": stocks[n + 1]}
        stock |= {"uncovered_before_ha": gaps[n], "uncovered_after_ha": gaps[n + 1]}
        rows.append(facts.assign(**{c: v / _HA for c, v in stock.items()}, **flows))
    whole = pd.concat(rows, ignore_index=True)
    whole["lost_ha_year"] = whole["lost_to_housing_ha"] / whole["years"]
    crs = pieces[0].crs
    return whole, gpd.GeoDataFrame(pd.concat(pieces, ignore_index=True), geometry="geometry", crs=crs)


def _flows(parts: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> dict[str, Any]:
    def of(flow: str, *, noise: bool) -> pd.Series:
        mine = parts[(parts["flow"] == flow) & (parts["noise"] == noise)]
        sums = mine.groupby("place")["area_m2"].sum() / _HA
        return sums.reindex(places.index).fillna(0.0)

    out = {column: of(flow, noise=False) for column, flow in {**_LOSSES, **_GAINS}.items()}
    out["gained_ha"] = out["gained_from_housing_ha"] + out["gained_from_other_ha"]
    for column, flows in (("noise_lost_ha", _LOSSES), ("noise_gained_ha", _GAINS)):
        out[column] = pd.concat([of(flow, noise=True) for flow in flows.values()], axis=1).sum(axis=1)
    out["noise_ha"] = out["noise_gained_ha"] - out["noise_lost_ha"]
    return out


def summaries(ledger: pd.DataFrame, benchmark_ha_year: float | None) -> pd.DataFrame:
    """Return one row per place over the whole series: stocks, sums of flows, pace, years left, rank."""
    rows = [_summary(mine, benchmark_ha_year) for _, mine in ledger.groupby(PLACE, sort=False, dropna=False)]
    out = pd.DataFrame(rows)
    units = out[out["scope"] == "unit"]
    return out.assign(rank=ranked(units).reindex(out.index).astype("Int64"))


def _stock_is_known(mine: pd.DataFrame, known: pd.Series) -> bool:
    """Whether what is left was seen: land that went out of sight is neither left nor gone."""
    last = mine.iloc[-1]
    unseen = float(mine["lost_to_no_data_ha"].sum() - mine["gained_from_no_data_ha"].sum())
    if unseen > NOTHING_HA and float(last["closing_ha"]) < NOTHING_HA:
        return False
    return bool(last["uncovered_after_ha"] < known.iloc[-1])


def _summary(mine: pd.DataFrame, benchmark_ha_year: float | None) -> dict[str, Any]:
    first, last = mine.iloc[0], mine.iloc[-1]
    known = mine["area_ha"] * (1 - _LEAST_SHARE)
    seen = ((mine["uncovered_before_ha"] < known) & (mine["uncovered_after_ha"] < known)).to_numpy()
    lost, years = mine["lost_to_housing_ha"].to_numpy(), mine["years"].to_numpy(dtype=float)
    pace = pace_of(lost, years, seen)
    stock = float(last["closing_ha"]) if _stock_is_known(mine, known) else float("nan")
    sums = ["lost_to_housing_ha", "lost_to_other_ha", "lost_to_no_data_ha", "gained_ha"]
    sums += ["gained_from_no_data_ha", "noise_ha"]
    out = {
        **{name: first[name] for name in PLACE},
        "from_year": int(first["from_year"]),
        "to_year": int(last["to_year"]),
        "years_seen": float(years[seen].sum()),
        "intervals": pace.intervals,
        "opening_ha": float(first["opening_ha"]),
        **{name: float(mine[name].sum()) for name in sums},
        "closing_ha": float(last["closing_ha"]),
        "uncovered_ha": float(max(mine["uncovered_before_ha"].max(), mine["uncovered_after_ha"].max())),
        "pace_ha_year": pace.ha_year,
        "slowest_ha_year": pace.slowest,
        "fastest_ha_year": pace.fastest,
        **years_until_gone(stock, pace, first_ha=float(first["opening_ha"])),
    }
    if benchmark_ha_year is not None and first["scope"] == "total":
        out["benchmark_ha_year"] = benchmark_ha_year
        out["over_benchmark_ha_year"] = pace.ha_year - benchmark_ha_year
        out["years_left_at_benchmark"] = stock / benchmark_ha_year
    return out
