"""Rules of a search for sites in words: sizes with their clause, titles of rules, what a check asks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from layers import reference
from maps.rule_tables import citation
from maps.tables import records
from spatial.establishment import SiteFacts, SizeLimits, establishment_checks, size_limits
from spatial.provinces import ELSEWHERE, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from maps.words import Words

__all__ = ["local_sentences", "metric_name", "requirement", "size_sentences", "sizes_on"]

_SIGNS: Final = {">=": "≥", "<=": "≤", "==": "=", ">": ">"}
_RANGED: Final = ("area", "phase_area", "unleased")


def sizes_on(zone_kind: str, on: date, *, craft_village: bool = False) -> SizeLimits:
    """Find the sizes that the rules in force on a day allow.

    Parameters
    ----------
    zone_kind : str
    on : datetime.date
    craft_village : bool

    Returns
    -------
    SizeLimits
        NaN where no rule says.

    Examples
    --------
    >>> from datetime import date
    >>> sizes_on("industrial_cluster", date(2026, 6, 1)).min_ha
    10.0
    """
    table = reference.table("establishment_rules")
    return size_limits(table, zone_kind, on=on, craft_village=craft_village)


def size_sentences(limits: SizeLimits, words: Words) -> list[str]:
    """Say where the sizes come from: figure, clause, validity, and how sure the row is.

    Parameters
    ----------
    limits : SizeLimits
    words : Words

    Returns
    -------
    list of str
        One for each rule; a row whose text was not read says so.
    """
    rows = reference.table("establishment_rules").loc[list(limits.rules)]
    return [
        words(
            "site_rule.size",
            requirement=requirement(row, words),
            clause=citation(row["clause"], words),
            validity=words.validity(row["valid_from"], row["valid_to"]),
            confidence=words(f"confidence.{row['confidence']}"),
        )
        for row in records(rows)
    ]


def local_sentences(
    zone_kind: str, on: date, words: Words, *, provinces: frozenset[str], craft_village: bool = False
) -> list[str]:
    """Name the rules for founding a zone that belong to another province, or to one that nothing tells.

    Parameters
    ----------
    zone_kind : str
    on : datetime.date
    words : Words
    provinces : frozenset of str
        Codes of the provinces that the area of search lies in; ``""`` for land of no known one.
    craft_village : bool

    Returns
    -------
    list of str
        One for each such rule; none where all rules in force judge the area.

    Examples
    --------
    >>> from datetime import date
    >>> from maps.words import words
    >>> ha_noi, on = frozenset({"01"}), date(2026, 6, 1)
    >>> here = local_sentences("industrial_cluster", on, words("en"), provinces=ha_noi)
    >>> len(here), here[0].endswith("not applied: rule of Lào Cai alone")
    (2, True)
    """
    area = {"": SiteFacts(math.nan, provinces=provinces)}
    table = reference.table("establishment_rules")
    rows = establishment_checks(table, zone_kind, area, on=on, craft_village=craft_village)
    return [
        words(
            "site_rule.local",
            name=metric_name(row["metric"], words),
            clause=citation(row["clause"], words),
            why=words(f"site_why.{row['why']}", province=row["province"]),
        )
        for row in records(rows[rows["why"].isin([ELSEWHERE, UNKNOWN])])
    ]


def metric_name(name: str, words: Words) -> str:
    """Name what a rule for founding a zone looks at.

    Parameters
    ----------
    name : str
        ``metric`` of the table.
    words : Words

    Returns
    -------
    str
        As it is where the locale files have no word for it.

    Examples
    --------
    >>> from maps.words import words
    >>> metric_name("lead_commune", words("en")), metric_name("no such", words("en"))
    ('lead commune', 'no such')
    """
    return words(f"rule_value.{name}") if words.has(f"rule_value.{name}") else name


def requirement(row: Mapping[str, Any], words: Words) -> str:
    """Say what a rule for founding a zone asks for.

    Parameters
    ----------
    row : mapping
        Of ``establishment_rules``.
    words : Words

    Returns
    -------
    str

    Examples
    --------
    >>> from maps.words import words
    >>> requirement(dict(reference.table("establishment_rules").loc["CCN303-AREA"]), words("vi"))
    '5–75 ha'
    """
    judge, unit = row["judged_by"], f" {row['unit']}".rstrip()
    low, high = (words.number(float(row[n]), 0) if row[n] else "" for n in ("low", "high"))
    if judge in ("homes", "land_plan"):
        return words(f"site_rule.{judge}")
    if judge == "phase_rice":
        return words("site_rule.phase_rice", low=low, high=high)
    if judge in _RANGED:
        return f"{low}–{high}{unit}" if low and high else f"≥ {low}{unit}" if low else f"≤ {high}{unit}"
    sign = _SIGNS.get(row["operator"], "")
    if sign and (low or high):
        return f"{sign} {low or high}{unit}"
    return words("site_rule.documents")
