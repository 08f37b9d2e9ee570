"""How long land lasts at the pace that was observed, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["NOTHING_HA", "Pace", "pace_of", "ranked", "years_until_gone"]

#: a hundredth of a square metre is rounding, not land
NOTHING_HA: Final = 1e-6
_INTERVALS: Final = 2
#: what comes first in the order of urgency
_ORDER: Final = {"gone": 0, "runs_out": 1, "not_at_this_pace": 2, "no_stock": 3, "no_data": 4}


class Pace(NamedTuple):
    """Pace of loss over the intervals that were observed; NaN where there is none."""

    ha_year: float
    slowest: float
    fastest: float
    intervals: int

    @property
    def chance(self) -> float:
        """Expected share of further intervals whose pace lies between slowest and fastest."""
        return (self.intervals - 1) / (self.intervals + 1) if self.intervals >= _INTERVALS else float("nan")


def pace_of(lost_ha: Floats, years: Floats, seen: NDArray[np.bool_]) -> Pace:
    """Pace over all intervals, and the slowest and fastest of them where there are two at least."""
    lost, span = lost_ha[seen], years[seen]
    if not len(lost):
        return Pace(float("nan"), float("nan"), float("nan"), 0)
    lost = np.where(lost < NOTHING_HA, 0.0, lost)
    mean = float(lost.sum() / span.sum())
    if len(lost) < _INTERVALS:
        return Pace(mean, float("nan"), float("nan"), len(lost))
    each = lost / span
    return Pace(mean, float(each.min()), float(each.max()), len(lost))


def years_until_gone(stock_ha: float, pace: Pace, *, first_ha: float) -> dict[str, Any]:
    """Years left at the mean pace, and between the fastest and the slowest one.

    NaN stands for no figure: no pace, or a slowest pace of nought, at which the land never goes.
    """
    out: dict[str, Any] = dict.fromkeys(("years_left", "years_low", "years_high", "chance"), float("nan"))
    out["basis"] = "range" if pace.intervals >= _INTERVALS else "two_dates"
    if not pace.intervals or np.isnan(stock_ha):
        return {**out, "state": "no_data", "basis": "none"}
    if stock_ha < NOTHING_HA:
        return {**out, "state": "gone" if first_ha >= NOTHING_HA else "no_stock", "basis": "none"}
    if pace.ha_year <= 0:
        return {**out, "state": "not_at_this_pace"}
    out["years_left"] = stock_ha / pace.ha_year
    if pace.intervals >= _INTERVALS:
        out["years_low"] = stock_ha / pace.fastest
        out["years_high"] = stock_ha / pace.slowest if pace.slowest > 0 else float("nan")
        out["chance"] = pace.chance
    return {**out, "state": "runs_out"}


def ranked(places: pd.DataFrame) -> pd.Series:
    """Rank places by urgency: land that is gone, then the fewest years left; the rest has no rank."""
    group = places["state"].map(_ORDER)
    order = pd.DataFrame({"group": group, "years": places["years_left"], "stock": -places["closing_ha"]})
    order = order[group <= _ORDER["runs_out"]].sort_values(["group", "years", "stock"], kind="stable")
    rank = pd.Series(np.arange(1, len(order) + 1), index=order.index)
    return rank.reindex(places.index).astype("Int64")
