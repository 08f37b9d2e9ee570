"""Reference tables for reading: in words where there are any, else marked as the original text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from layers import reference

if TYPE_CHECKING:
    from datetime import date

    from maps.words import Words

__all__ = ["NUMBERS", "citation", "rules_table"]

#: columns that a reader wants first, in every table that has them
_FIRST: Final = (
    *("id", "province_set", "province", "central_meridian", "epsg"),
    *("zone_kind", "kind", "code", "severity", "feature_type", "feature_subtype", "name_vi", "name_en"),
    *("indicator", "metric", "operator", "distance_m", "value", "min", "max", "unit", "period"),
    *("distance_kind", "measured_from", "measured_to", "condition", "scope", "rule_kind"),
    *("from_codes", "to_codes", "permission_required", "clause", "clause_vi", "clause_en", "quote"),
    *("in_force", "can_judge", "valid_from", "valid_to", "confidence", "source", "note"),
)
#: columns of numbers, as they stand in the tables
NUMBERS: Final = (
    "distance_m",
    "min",
    "max",
    "low",
    "high",
    "alternative_unleased_ha",
    "priority",
    "rank",
    "k0",
    "lat",
    "lon",
    "area_km2",
)
#: columns whose values are short names with words of their own
_NAMED: Final = {
    "zone_kind": "kind",
    "kind": "kind",
    "feature_type": "kind",
    "severity": "severity",
    "fact_table": "table",
}
#: columns that the researchers wrote in English
_ORIGINAL: Final = (
    *("feature_subtype", "condition", "distance_text", "measured_from", "measured_to", "status", "scope"),
    *("test", "metric", "from_codes", "to_codes", "validity_basis", "source"),
    *("confidence_note", "note", "check", "principle_en", "meaning_en", "rule_kind"),
    "colour_confidence",
)
_SIGNS: Final = {">=": "≥", "<=": "≤", "==": "="}
#: English words of a citation, the longer first
_CITED: Final = (
    *("Letter of the MoIT innovation department to Lao Cai, July 2025", "Lao Cai decision"),
    *("claimed", "new clause", "as amended by", "Land Law", "Road Law", "Law on Environmental Protection"),
    *("Law on Dikes", "Law on Irrigation", "Law on Water Resources", "Decree", "Annex", "Table"),
    *("new Art.", "Art."),
)


def rules_table(name: str, on: date, words: Words) -> pd.DataFrame:
    """Return a reference table for reading: what is in force, what may support a verdict, in words.

    Parameters
    ----------
    name : str
        One of :func:`layers.reference.names`.
    on : datetime.date
    words : Words

    Returns
    -------
    pandas.DataFrame
        All rows of the table, the columns that matter first, numbers as numbers. Clauses are in the
        language of the reader; text that only exists in English says so in its heading.
    """
    rows = reference.table(name).reset_index()
    valid = set(reference.in_force(reference.table(name), on).index)
    rows["in_force"] = [
        words(f"rules.{'in_force' if key in valid else 'not_in_force'}") for key in rows["id"]
    ]
    judges = [reference.can_judge(c) for c in rows["confidence"]]
    rows["can_judge"] = [words(f"rules.{'judges' if can else 'never_judges'}") for can in judges]
    rows["confidence"] = [words(f"confidence.{c}") for c in rows["confidence"]]
    for column in ("valid_from", "valid_to"):
        rows[column] = rows[column].map(words.day)
    rows = _with_units(rows)
    if "exception_vi" in rows:
        told = rows.pop("exception_vi")
        rows["exception"] = told if words.lang == "vi" else rows["exception"]
    for name_of in map(str, rows.columns):
        if name_of not in ("id", "in_force", "can_judge", "confidence"):
            rows[name_of] = _in_words(rows[name_of], name_of, words)
    other = "en" if words.lang == "vi" else "vi"
    rows = rows.drop(
        columns=[
            c for c in (f"clause_{other}", f"name_{other}", f"label_{other}", f"reason_{other}") if c in rows
        ]
    )
    first = [c for c in _FIRST if c in rows]
    rows = rows[[*first, *(c for c in rows if c not in first)]]
    return rows.rename(columns={c: _heading(str(c), words) for c in rows})


def _with_units(rows: pd.DataFrame) -> pd.DataFrame:
    """A share that stands among distances is a share: the unit of each row beside its number."""
    if "distance_kind" not in rows:
        return rows
    share = rows["distance_kind"].str.startswith("percent")
    given = rows["distance_m"].astype(str) != ""
    return rows.assign(unit=[("%" if s else "m") if g else "" for s, g in zip(share, given, strict=True)])


def _in_words(values: pd.Series, column: str, words: Words) -> pd.Series:
    if column in NUMBERS:
        return pd.to_numeric(values, errors="coerce")
    if column == "clause" and words.lang == "vi":
        return values.map(lambda text: citation(str(text), words))
    sections = (_NAMED.get(column, "rule_value"), "rule_value")
    said = dict(_SIGNS)
    for value in values.dropna().unique():
        keys = [f"{section}.{_key(str(value))}" for section in sections]
        said[value] = next((words(key) for key in keys if words.has(key)), said.get(value, value))
    return values.map(lambda v: said.get(v, v))


def _key(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_")


def citation(text: str, words: Words) -> str:
    """Write a citation of a table in the language of the reader; its numbers stay as they are.

    Parameters
    ----------
    text : str
        As the tables have it, in English.
    words : Words

    Returns
    -------
    str
    """
    if words.lang != "vi":
        return text
    for name in _CITED:
        text = text.replace(name, words(f"citation.{_key(name)}"))
    return text.replace("/ND-CP", "/NĐ-CP").replace("/QD-", "/QĐ-")


def _heading(column: str, words: Words) -> str:
    said = words(f"rule_column.{column}") if words.has(f"rule_column.{column}") else column
    return words("rules.original", column=said) if column in _ORIGINAL and words.lang == "vi" else said
