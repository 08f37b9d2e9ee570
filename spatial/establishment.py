"""The rules for founding a zone, as they stand on a day: sizes it may have, and what a site passes.

Rests on ``data/reference/establishment_rules.csv``. What no layer can tell (population, plan lists,
leases) is *no data*, with the column that would tell it; nothing is passed by silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.provinces import province_name, rule_provinces
from layers.reference import can_judge, in_force
from spatial.provinces import ELSEWHERE, standing_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["SiteFacts", "SizeLimits", "establishment_checks", "size_limits"]

#: by ``zone_type``: a row for craft villages puts the ordinary one aside
_CRAFT: Final = "craft_village"
_ORDINARY: Final = "ordinary"
_SIZES: Final = "area"
#: share of a site that must lie in land planned for zones, percent: drawing errors aside, all of it
_FITS_PCT: Final = 99.0


@dataclass(frozen=True)
class SizeLimits:
    """Sizes that a zone may have.

    Parameters
    ----------
    min_ha, max_ha : float
        NaN where no rule in force says.
    rules : tuple of str
        Rows of the table that they come from.
    """

    min_ha: float
    max_ha: float
    rules: tuple[str, ...]


@dataclass(frozen=True)
class SiteFacts:
    """What is known of a site.

    Parameters
    ----------
    area_ha : float
    homes_ha : float
        Housing in it; NaN where no layer tells.
    rice_ha : float
        Land of code LUC in it; NaN where no layer tells.
    planned_pct : float
        Share that an approved land-use plan gives to such zones; NaN where there is no plan.
    leased_ha, industrial_ha : float
        Of the zones of the same kind in the lead commune: leased and planned industrial land; NaN where
        no column tells.
    provinces : frozenset of str
        Codes of the provinces that it lies in; ``""`` for land of no known one.
    """

    area_ha: float
    homes_ha: float = np.nan
    rice_ha: float = np.nan
    planned_pct: float = np.nan
    leased_ha: float = np.nan
    industrial_ha: float = np.nan
    provinces: frozenset[str] = frozenset({""})


def size_limits(
    table: pd.DataFrame,
    zone_kind: str,
    *,
    on: date,
    craft_village: bool = False,
    provinces: frozenset[str] = frozenset(),
) -> SizeLimits:
    """Find the least and the greatest area of a zone in the rules in force on a day.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layers.reference.table("establishment_rules")``.
    zone_kind : str
    on : datetime.date
    craft_village : bool
        A cluster of craft villages, for which the law may allow less.
    provinces : frozenset of str
        Codes of the provinces that the land lies in; sizes of other provinces say nothing of it.

    Returns
    -------
    SizeLimits

    Examples
    --------
    >>> from datetime import date
    >>> from layers import reference
    >>> rules = reference.table("establishment_rules")
    >>> size_limits(rules, "industrial_cluster", on=date(2026, 9, 14))
    SizeLimits(min_ha=10.0, max_ha=75.0, rules=('CCN32-MAX', 'CCN32-MIN'))
    >>> size_limits(rules, "industrial_cluster", on=date(2026, 9, 15))
    SizeLimits(min_ha=5.0, max_ha=75.0, rules=('CCN32-MAX', 'CCN303-AREA'))
    """
    least: list[float] = []
    most: list[float] = []
    used = []
    for key, row in _speaking(table, zone_kind, on).iterrows():
        if row["judged_by"] != _SIZES or not _fits(row, craft_village=craft_village):
            continue
        if standing_here(rule_provinces(row), provinces):
            continue
        low, high = _range(row)
        least += [low] if np.isfinite(low) else []
        most += [high] if np.isfinite(high) else []
        used.append(str(key))
    # the general least and the one for craft villages: _fits has chosen between them
    return SizeLimits(max(least, default=np.nan), min(most, default=np.nan), tuple(used))


def establishment_checks(
    table: pd.DataFrame,
    zone_kind: str,
    facts: Mapping[str, SiteFacts],
    *,
    on: date,
    craft_village: bool = False,
) -> pd.DataFrame:
    """Hold sites against the rules for founding a zone.

    Parameters
    ----------
    table : pandas.DataFrame
        ``layers.reference.table("establishment_rules")``.
    zone_kind : str
    facts : mapping of str to SiteFacts
        For each site.
    on : datetime.date
    craft_village : bool

    Returns
    -------
    pandas.DataFrame
        One row per site and rule in force, index 0, 1, 2, ...: ``site, rule, rule_kind, metric,
        operator, value, unit, state`` (*pass, fail, no_data*; *not_applied* for a rule of another
        province), ``found, numerator, denominator``
        (NaN where not known), ``why, clause, exception, exception_vi, judged_by, low, high, valid_from,
        valid_to, confidence, province`` (whose rule it is; empty for one of the whole country). A rule
        of one province has no data where the province of a site isn't known.

    Examples
    --------
    >>> from datetime import date
    >>> from layers import reference
    >>> rules = reference.table("establishment_rules")
    >>> facts = {"S01": SiteFacts(8.0, homes_ha=0.0)}
    >>> found = establishment_checks(rules, "industrial_cluster", facts, on=date(2026, 6, 1))
    >>> found.set_index("rule")["state"][["CCN32-MIN", "CCN32-MAX", "CCN32-NORES", "CCN32-EST-OCC"]].tolist()
    ['fail', 'pass', 'pass', 'no_data']
    """
    out = []
    for site, known in facts.items():
        for key, row in _speaking(table, zone_kind, on).iterrows():
            if row["rule_kind"] == "definition" or not _fits(row, craft_village=craft_village):
                continue
            out.append({"site": site, "rule": str(key), **_row_facts(row), **_judged(row, known)})
    columns = ["site", "rule", *_ROW, *_FOUND]
    return pd.DataFrame(out, columns=columns)


_ROW: Final = (
    *("rule_kind", "metric", "operator", "value", "unit", "judged_by", "low", "high"),
    *("clause", "exception", "exception_vi"),
    *("valid_from", "valid_to", "confidence", "province"),
)
_FOUND: Final = ("state", "found", "numerator", "denominator", "why")


def _row_facts(row: pd.Series) -> dict[str, str]:
    provinces = rule_provinces(row)
    named = ", ".join(province_name(code) for code in sorted(provinces))
    return {**{name: str(row[name]) for name in _ROW[:-1]}, "province": named}


def _speaking(table: pd.DataFrame, zone_kind: str, on: date) -> pd.DataFrame:
    rows = in_force(table, on)
    return rows[(rows["zone_kind"] == zone_kind) & rows["confidence"].map(can_judge).astype(bool)]


def _fits(row: pd.Series, *, craft_village: bool) -> bool:
    """Whether a row speaks of this type of zone."""
    return str(row["zone_type"]) != (_ORDINARY if craft_village else _CRAFT)


def _range(row: pd.Series) -> tuple[float, float]:
    low, high = (float(row[name]) if row[name] else np.nan for name in ("low", "high"))
    return low, high


def _judged(row: pd.Series, known: SiteFacts) -> dict[str, Any]:
    standing = standing_here(rule_provinces(row), known.provinces)
    if standing:
        said = _said(passed=False, found=np.nan, why=standing)
        return {**said, "state": "not_applied"} if standing == ELSEWHERE else said
    judge = _JUDGES.get(row["judged_by"])
    return judge(row, known) if judge else _said(passed=False, found=np.nan, why="attribute")


def _sized(row: pd.Series, known: SiteFacts) -> dict[str, Any]:
    low, high = _range(row)
    fits = not (known.area_ha < low - _GRAIN or known.area_ha > high + _GRAIN)
    return _said(fits, known.area_ha)


def _without_homes(_: pd.Series, known: SiteFacts) -> dict[str, Any]:
    why = "no_layer" if np.isnan(known.homes_ha) else "homes_not_people"
    return _said(known.homes_ha <= 0, known.homes_ha, why=why)


def _planned(_: pd.Series, known: SiteFacts) -> dict[str, Any]:
    why = "no_plan" if np.isnan(known.planned_pct) else ""
    return _said(known.planned_pct >= _FITS_PCT, known.planned_pct, why=why)


_GRAIN: Final = 1e-6


def _said(
    passed: bool,  # noqa: FBT001
    found: float,
    *,
    why: str = "",
    of: tuple[float, float] = (np.nan, np.nan),
) -> dict[str, Any]:
    state = "no_data" if np.isnan(found) else "pass" if passed else "fail"
    return {"state": state, "found": found, "numerator": of[0], "denominator": of[1], "why": why}


def _phased_rice(row: pd.Series, known: SiteFacts) -> dict[str, Any]:
    """The figure depends on the region: below the least of them a site passes, above all it fails."""
    least, most = _range(row)
    if np.isnan(known.rice_ha):
        return _said(passed=False, found=np.nan, why="no_layer")
    if least < known.rice_ha <= most:
        return {**_said(passed=False, found=known.rice_ha), "state": "no_data", "why": "region"}
    return _said(known.rice_ha <= least, known.rice_ha)


def _occupied(row: pd.Series, known: SiteFacts) -> dict[str, Any]:
    """Leased over planned industrial land, never over the gross area."""
    of = (known.leased_ha, known.industrial_ha)
    if np.isnan(of).any() or known.industrial_ha <= 0:
        return _said(passed=False, found=np.nan, why="occupancy_columns", of=of)
    unleased = known.industrial_ha - known.leased_ha
    least, most = _range(row)
    # districts are no more: the zones of the commune that leads stand for those of its district
    district = row["scope"] == "district"
    why = "lead_commune" if district else ""
    if row["judged_by"] == "unleased":
        return _said(unleased <= most, unleased, why=why, of=of)
    share = 100.0 * known.leased_ha / known.industrial_ha
    passed = share > least if row["operator"] == ">" else share >= least
    other = row["alternative_unleased_ha"]
    if not passed and other and unleased <= float(other):
        return _said(passed=True, found=share, why="unleased_lead" if district else "unleased", of=of)
    return _said(passed, share, why=why, of=of)


_JUDGES: Final = {
    "area": _sized,
    "phase_area": _sized,
    "homes": _without_homes,
    "phase_rice": _phased_rice,
    "land_plan": _planned,
    "occupancy": _occupied,
    "unleased": _occupied,
}
