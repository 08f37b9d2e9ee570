"""Answers as tables in words: the same headings and values on the page, in a workbook and in a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.landuse import code_list
from layers.names import fold
from maps.places import crs_label
from spatial.distances import DistanceAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from layers import Finding
    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = [
    "clause_of",
    "constraint_label",
    "findings_table",
    "layer_label",
    "records",
    "row_facts",
    "rows_table",
    "run_table",
    "totals_table",
]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame one by one.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    list of dict
        Name of the column to value, in plain Python numbers.

    Examples
    --------
    >>> records(pd.DataFrame({"zone": ["A", "B"], "area_ha": [1.5, 2.0]}))
    [{'zone': 'A', 'area_ha': 1.5}, {'zone': 'B', 'area_ha': 2.0}]
    """
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


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


def layer_label(name: str, kind: str, period: str | None, words: Words) -> str:
    """Name a layer for people.

    Parameters
    ----------
    name, kind : str
    period : str or None
    words : Words

    Returns
    -------
    str
        Kind and period in words for a layer named after them (``land_use_2025``), else its own name.

    Examples
    --------
    >>> from maps.words import words
    >>> layer_label("land_use_2025", "land_use", "2025", words("vi"))
    'Sử dụng đất 2025'
    >>> layer_label("Khu mới", "industrial_park", None, words("vi"))
    'Khu mới'
    """
    stem = fold(name).replace("-", "_").replace(" ", "_")
    plural = (kind, f"{kind}s", kind.removesuffix("y") + "ies", "communes", "districts")
    year = (period or "").split("-")[-1]
    named_after = any(stem in (p, f"{p}_{year}", f"{p}_{period}") for p in plural)
    if not named_after:
        return name
    key = (
        f"kind_many.{stem.split('_')[0]}"
        if stem.startswith(("communes", "districts"))
        else f"kind_many.{kind}"
    )
    return f"{words(key)} {period}".strip() if period else words(key)


def constraint_label(row: Mapping[str, Any], periods: Mapping[str, str | None], words: Words) -> str:
    """Name what a row was checked against: the layer, and the land-use code or feature within it.

    Parameters
    ----------
    row : mapping
        A row of the answer.
    periods : mapping of str to str
        Layer name to period.
    words : Words

    Returns
    -------
    str
    """
    label = layer_label(row["layer"], row["kind"], periods.get(row["layer"]), words)
    if row["code"]:
        return f"{label} – {row['code']} {land_name(row['code'], words)}".strip()
    return f"{label} – {row['part']}" if row["part"] else label


def land_name(code: str, words: Words) -> str:
    """Name a land-use code in the language of the reader.

    Parameters
    ----------
    code : str
    words : Words

    Returns
    -------
    str
        Empty for an unknown code.
    """
    entry = code_list().get(code)
    if entry is None:
        return ""
    return (entry.name_vi or entry.name_en) if words.lang == "vi" else entry.name_en


def clause_of(row: Mapping[str, Any], words: Words) -> str:
    """Write the clause of a row in the language of the reader.

    Parameters
    ----------
    row : mapping
    words : Words

    Returns
    -------
    str
        Empty where no rule was needed.
    """
    return str(row["clause_vi"] if words.lang == "vi" else row["clause_en"])


def periods_of(answer: ConflictAnswer | DistanceAnswer) -> dict[str, str | None]:
    """Return the period of every layer of an answer.

    Parameters
    ----------
    answer : ConflictAnswer or DistanceAnswer

    Returns
    -------
    dict
    """
    return {layer["name"]: layer["period"] for layer in answer.run["layers"]}


def rows_table(answer: ConflictAnswer, words: Words) -> pd.DataFrame:
    """Rows of an answer in words.

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
    frame = pd.DataFrame(lines, index=answer.rows.index, columns=list(_ROW_COLUMNS))
    return frame.rename(columns={c: words(f"column.{c}") for c in _ROW_COLUMNS})


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
    return frame.rename(columns={c: words(f"column.{c}") for c in frame.columns})


def run_table(answer: ConflictAnswer | DistanceAnswer, words: Words) -> pd.DataFrame:
    """Return what an answer was made from, two columns: what and value.

    Parameters
    ----------
    answer : ConflictAnswer or DistanceAnswer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    run = answer.run
    crs = answer.sources.crs if isinstance(answer, DistanceAnswer) else answer.zones.crs
    rows = [
        (words("run.on"), words.day(run["on"])),
        (words("run.rules"), run["rule_version"]),
        (words("run.crs"), crs_label(crs, words)),
        (words("run.periods"), ", ".join(run["periods"])),
        (words("run.asked_at"), words.moment(run.get("asked_at", ""))),
    ]
    if "tolerance_m" in run:
        rows.insert(1, (words("run.tolerance"), f"{words.number(run['tolerance_m'], 2)} m"))
    for name, chosen in run.get("chosen", {}).items():
        rows.append((words("run.chosen", layer=name), ", ".join(chosen)))
    if run["made"]:
        rows.insert(0, (words("run.warning"), words("made.label")))
    for layer in run["layers"]:
        label = layer_label(layer["name"], layer["kind"], layer["period"], words)
        facts = [
            layer["source"],
            layer["decision"],
            f"SHA-256 {layer['sha256'][:16]}" if layer["sha256"] else "",
        ]
        facts.append(words("made.label") if layer["made"] else "")
        facts.append(words("run.rows", rows=layer["rows"]))
        rows.append((f"{words('run.' + layer['role'])}: {label}", " · ".join(f for f in facts if f)))
    return pd.DataFrame(rows, columns=[words("column.what"), words("column.value")])


def findings_table(findings: Iterable[Finding], words: Words) -> pd.DataFrame:
    """Return findings in words.

    Parameters
    ----------
    findings : iterable of Finding
    words : Words

    Returns
    -------
    pandas.DataFrame
        Columns level, layer, row, message and what to do, in words; one row per finding.
    """
    columns = [words(f"column.{c}") for c in ("level", "layer", "row", "message", "fix")]
    rows = [
        (words(f"level.{f.level}"), f.layer, f.row or "", words.message(f), words.fix(f)) for f in findings
    ]
    return pd.DataFrame(rows, columns=columns)
