"""Answers on conflicts as tables in words: the same on the page, in a workbook and in a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from maps.columns import headed
from maps.tables import clause_of, land_name, layer_label, periods_of, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["constraint_label", "override_text", "row_facts", "row_lines", "rows_table", "totals_table"]


def row_facts(answer: ConflictAnswer, row: int) -> dict[str, Any]:
    """Return one row of an answer.

    Parameters
    ----------
    answer : ConflictAnswer
    row : int
        Index of the row.

    Returns
    -------
    dict
    """
    return records(answer.rows.loc[[row]])[0]


def constraint_label(
    row: Mapping[str, Any], periods: Mapping[str, str | None], words: Words, *, part_first: bool = False
) -> str:
    """Name what a row was checked against: the layer, and the land-use code or feature within it.

    Parameters
    ----------
    row : mapping
        A row of the answer.
    periods : mapping of str to str
        Layer name to period.
    words : Words
    part_first : bool
        True puts the code or feature before the layer: in a narrow column that is what tells rows apart.

    Returns
    -------
    str
    """
    label = layer_label(row["layer"], row["kind"], periods.get(row["layer"]), words)
    part = row["part_name"] or row["part"]
    if row["code"]:
        part = f"{row['code']} {land_name(row['code'], words)}".strip()
    both = (part, label) if part_first else (label, part)
    return " – ".join(text for text in both if text)


def rows_table(answer: ConflictAnswer, words: Words) -> pd.DataFrame:
    """Head the rows of an answer in words.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        :func:`row_lines` with headings in words.
    """
    return headed(row_lines(answer, words), words)


def row_lines(answer: ConflictAnswer, words: Words) -> pd.DataFrame:
    """Rows of an answer in words, columns by their names.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row per row of the answer, same index; numbers as numbers.
    """
    periods = periods_of(answer)
    lines = [
        {
            "zone": row["zone_name"] or row["zone"],
            "zone_kind": words(f"kind.{row['zone_kind']}"),
            "constraint": constraint_label(row, periods, words),
            "state": words(f"state.{row['state']}"),
            "area_ha": row["area_ha"],
            "share_pct": row["share_pct"],
            "noise_ha": row["noise_ha"],
            "features": row["features"] or None,
            "length_m": row["length_m"] or None,
            "clause": clause_of(row, words),
            "validity": words.validity(row["valid_from"], row["valid_to"]) if row["rule"] else "",
            "confidence": words(f"confidence.{row['confidence']}") if row["confidence"] else "",
            "unsettled": row["unsettled"],
            "override": override_text(row, words),
        }
        for row in records(answer.rows)
    ]
    return pd.DataFrame(lines, index=answer.rows.index, columns=list(_ROW_COLUMNS))


_ROW_COLUMNS = (
    *("zone", "zone_kind", "constraint", "state", "area_ha", "share_pct", "noise_ha", "features", "length_m"),
    *("clause", "validity", "confidence", "unsettled", "override"),
)


def override_text(row: Mapping[str, Any], words: Words) -> str:
    """Say who changed a row, from what, and why.

    Parameters
    ----------
    row : mapping
    words : Words

    Returns
    -------
    str
        Empty where nobody did.
    """
    if not row["reason"]:
        return ""
    found = words(f"state.{row['state_found']}")
    at = words.moment(row["at"]) or "–"
    return words("override.record", found=found, reason=row["reason"], by=row["by"] or "–", at=at)


def totals_table(answer: ConflictAnswer, words: Words) -> pd.DataFrame:
    """Totals per zone in words.

    Parameters
    ----------
    answer : ConflictAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row per zone, index the zone labels, columns in hectares.
    """
    frame = answer.totals.copy()
    frame.insert(0, "zone", answer.zones["zone_name"].reindex(frame.index))
    frame.insert(1, "zone_kind", [words(f"kind.{k}") for k in answer.zones["zone_kind"].reindex(frame.index)])
    return headed(frame, words)
