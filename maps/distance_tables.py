"""Answers on distances as tables in words: the same on the page, in a workbook and in a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from maps.columns import headed
from maps.tables import clause_of, layer_label, periods_of, records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from maps.words import Words
    from spatial.distances import DistanceAnswer

__all__ = [
    "distance_lines",
    "distance_rows_table",
    "distance_totals_table",
    "in_words",
    "rule_label",
    "shows_grid",
    "source_label",
    "target_label",
    "why_text",
]

_SHOWN_M = 0.05  # metres are shown with one decimal
_COLUMNS = (
    *("source", "source_kind", "target", "label", "required_m", "actual_m", "grid_m", "shortfall_m", "state"),
    *("why", "clause", "validity", "confidence", "measured_from", "measured_to", "note", "rule"),
)
_TOTALS = ("nearest_m", "too_near", "depends", "kept", "unsettled", "worst_shortfall_m")


def in_words(row: Mapping[str, Any], name: str, words: Words) -> str:
    """Return what the table says in the language of the reader.

    Parameters
    ----------
    row : mapping
        A row of the answer.
    name : {"label", "clause", "from", "to", "note"}
    words : Words

    Returns
    -------
    str
        Notes and edges in English as the collected facts have them.
    """
    english = {"from": "measured_from", "to": "measured_to", "note": "note"}
    column = f"{name}_vi" if words.lang == "vi" else english.get(name, f"{name}_en")
    return str(row[column])


def rule_label(row: Mapping[str, Any], words: Words) -> str:
    """Name the rule of a row.

    Parameters
    ----------
    row : mapping
    words : Words

    Returns
    -------
    str
        Empty where no rule speaks.
    """
    return in_words(row, "label", words)


def target_label(
    row: Mapping[str, Any], periods: Mapping[str, str | None], words: Words, *, part_first: bool = False
) -> str:
    """Name what a row was measured to: the layer and the feature, or the kind that is missing.

    Parameters
    ----------
    row : mapping
    periods : mapping of str to str
        Layer name to period.
    words : Words
    part_first : bool
        True puts the feature before the layer, for a narrow column.

    Returns
    -------
    str
    """
    kind = str(row["target_kind"])
    if not row["target_layer"]:
        return words(f"kind_many.{kind}")
    label = layer_label(row["target_layer"], kind, periods.get(row["target_layer"]), words)
    feature = row["target_name"] or row["target"]
    both = (feature, label) if part_first else (label, feature)
    return " – ".join(text for text in both if text)


def source_label(row: Mapping[str, Any], periods: Mapping[str, str | None], words: Words) -> str:
    """Name what a row was measured from.

    Parameters
    ----------
    row : mapping
    periods : mapping of str to str
    words : Words

    Returns
    -------
    str
        The layer where a row speaks for all of it.
    """
    if row["source"]:
        return str(row["source_name"] or row["source"])
    return layer_label(row["source_layer"], row["source_kind"], periods.get(row["source_layer"]), words)


def why_text(row: Mapping[str, Any], words: Words) -> str:
    """Say why a row has the state it has.

    Parameters
    ----------
    row : mapping
    words : Words

    Returns
    -------
    str
        Empty where figures speak for themselves.
    """
    if not row["why"]:
        return ""
    needs = ", ".join(words(f"distance_field.{field}") for field in str(row["needs"]).split())
    kind = words(f"kind_many.{row['target_kind']}")
    facts = {"needs": needs, "kind": kind, "last": words.day(row["valid_to"]), "province": row["province"]}
    return words(f"distance_why.{row['why']}", **facts)


def shows_grid(answer: DistanceAnswer) -> bool:
    """Decide whether metres on the grid are worth a column: they differ in the decimals shown.

    Parameters
    ----------
    answer : DistanceAnswer

    Returns
    -------
    bool
    """
    return bool((answer.rows["actual_m"] - answer.rows["grid_m"]).abs().max() >= _SHOWN_M)


def distance_rows_table(answer: DistanceAnswer, words: Words) -> pd.DataFrame:
    """Head the rows of an answer in words.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        :func:`distance_lines` with headings in words.
    """
    return headed(distance_lines(answer, words), words, section="distance_column")


def distance_lines(answer: DistanceAnswer, words: Words) -> pd.DataFrame:
    """Rows of an answer in words, columns by their names.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row per row of the answer, same index; metres as numbers. Metres on the grid stand in a
        column of their own where they differ from those on the ground in the decimals shown.
    """
    periods = periods_of(answer)
    lines = [
        {
            "source": source_label(row, periods, words),
            "source_kind": words(f"kind.{row['source_kind']}"),
            "target": target_label(row, periods, words),
            "label": rule_label(row, words),
            "state": words(f"distance_state.{row['state']}"),
            "why": why_text(row, words),
            "clause": clause_of(row, words),
            "validity": words.validity(row["valid_from"], row["valid_to"]) if row["rule"] else "",
            "confidence": words(f"confidence.{row['confidence']}") if row["confidence"] else "",
            "measured_from": in_words(row, "from", words),
            "measured_to": in_words(row, "to", words),
            "note": in_words(row, "note", words),
            "rule": row["rule"],
            **{name: row[name] for name in ("required_m", "actual_m", "grid_m", "shortfall_m")},
        }
        for row in records(answer.rows)
    ]
    columns = [c for c in _COLUMNS if c != "grid_m" or shows_grid(answer)]
    return pd.DataFrame(lines, index=answer.rows.index, columns=columns)


def distance_totals_table(answer: DistanceAnswer, words: Words) -> pd.DataFrame:
    """Totals per source in words.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
        One row per source, index the labels of the sources.
    """
    totals = answer.totals
    frame = pd.DataFrame(
        {
            "source": totals["name"].where(totals["name"] != "", totals.index.to_series()),
            "source_kind": [words(f"kind.{kind}") for kind in totals["kind"]],
            **{name: totals[name] for name in _TOTALS},
        }
    )
    return headed(frame, words, section="distance_column")
