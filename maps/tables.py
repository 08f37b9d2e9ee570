"""What the tables of every answer need: names of layers, clauses, the run, the findings, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from layers import Version
from layers.crs import as_crs
from maps.columns import headings
from maps.constraint_words import land_name, layer_label
from maps.places import crs_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from layers import Finding, Layer
    from maps.asking import Answer
    from maps.sight import Sight
    from maps.words import Words

__all__ = [
    "clause_of",
    "findings_table",
    "land_name",
    "layer_label",
    "layer_title",
    "made_note",
    "measured_in",
    "periods_of",
    "records",
    "run_table",
    "titled",
]

#: ids of planning principles, as the tables of rules have them behind a clause
_PRINCIPLE: Final = re.compile(r"\s*\((P-[A-Z0-9-]+)\)")


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


def layer_title(layer: Layer | Sight | Version, words: Words) -> str:
    """Name a layer, or a version of one, for people.

    Parameters
    ----------
    layer : Layer, Sight or Version
    words : Words

    Returns
    -------
    str
        From :func:`layer_label`.
    """
    name = layer.layer if isinstance(layer, Version) else layer.name
    return layer_label(name, layer.kind_name, str(layer.period) if layer.period else None, words)


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
    text = str(row["clause_vi"] if words.lang == "vi" else row["clause_en"])
    return _PRINCIPLE.sub(lambda found: _principle(found[1], words), text)


def _principle(name: str, words: Words) -> str:
    """Say a planning principle in words, in the place of its id."""
    return f": {words(f'principle.{name}')}" if words.has(f"principle.{name}") else ""


def periods_of(answer: Answer) -> dict[str, str | None]:
    """Return the period of every layer of an answer.

    Parameters
    ----------
    answer : Answer

    Returns
    -------
    dict
    """
    return {layer["name"]: layer["period"] for layer in answer.run["layers"]}


def measured_in(answer: Answer, words: Words) -> str:
    """Name the coordinate system that an answer was measured in.

    Parameters
    ----------
    answer : Answer
    words : Words

    Returns
    -------
    str
        As the run has it where that is no EPSG code.
    """
    crs = str(answer.run["crs"] or "")
    return crs_label(as_crs(crs), words) if crs.startswith("EPSG:") else crs


def titled(key: str, answer: Answer, words: Words) -> str:
    """Head an answer: what it answers, the day it holds for, and the made-data label.

    Parameters
    ----------
    key : str
        Of words that take ``on``.
    answer : Answer
    words : Words

    Returns
    -------
    str
    """
    title = words(key, on=words.day(answer.run["on"]))
    note = made_note(answer, words)
    return f"{title} – {note}" if note else title


def made_note(answer: Answer, words: Words) -> str:
    """Return the made-data label where an answer rests on made data.

    Parameters
    ----------
    answer : Answer
    words : Words

    Returns
    -------
    str
        Empty where nothing is made.
    """
    return words("made.label") if answer.run["made"] else ""


def run_table(answer: Answer, words: Words) -> pd.DataFrame:
    """Return what an answer was made from, two columns: what and value.

    Parameters
    ----------
    answer : Answer
    words : Words

    Returns
    -------
    pandas.DataFrame
    """
    run = answer.run
    rows = [
        (words("run.on"), words.day(run["on"])),
        (words("run.rules"), run["rule_version"]),
        (words("run.crs"), measured_in(answer, words)),
        (words("run.periods"), ", ".join(run["periods"])),
        (words("run.asked_at"), words.moment(run.get("asked_at", ""))),
    ]
    if "tolerance_m" in run:
        rows.insert(1, (words("run.tolerance"), f"{words.number(run['tolerance_m'], 2)} m"))
    for name, chosen in run.get("chosen", {}).items():
        titles = ", ".join(words.value(rule, "rule") for rule in chosen)
        rows.append((words("run.chosen", layer=words.value(name, "constraint")), titles))
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
        facts.append(words(f"run.{'cells' if layer['kind'] == 'raster' else 'rows'}", rows=layer["rows"]))
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
    columns = list(headings(("level", "layer", "row", "message", "fix"), words).values())
    rows = [
        (words(f"level.{f.level}"), f.layer, f.row or "", words.message(f), words.fix(f)) for f in findings
    ]
    return pd.DataFrame(rows, columns=columns)
