"""Rules of a search for sites in words: sizes with their clause, titles of rules, what a check asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers import reference
from maps.rule_tables import citation
from maps.tables import records
from spatial.establishment import SizeLimits, size_limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from maps.words import Words

__all__ = ["requirement", "size_sentences", "sizes_on"]

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
