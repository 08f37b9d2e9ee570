"""The quality report of an import as a workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.write import Sheet, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from layers import Finding, Reading
    from layers.quality import Quality
    from layers.verdict import Verdict
    from maps.words import Words

__all__ = ["candidates_table", "sums_table", "write_quality"]


def write_quality(
    path: Path,
    reading: Reading,
    words: Words,
    *,
    quality: Quality,
    findings: Sequence[Finding],
    verdict: Verdict | None,
) -> None:
    """Write the report: sums, codes, findings one by one, rows set aside, columns, the system.

    Parameters
    ----------
    path : pathlib.Path
        Ends in ``.xlsx``.
    reading : Reading
    words : Words
    quality : Quality
    findings : sequence of Finding
        Those of the reading, and those that were found since.
    verdict : Verdict or None

    Raises
    ------
    SourceError
        ``target_unwritable``.
    """
    layer = reading.layer
    notes = [
        f"{layer.name} · {words(f'kind.{layer.kind_name}')} · {layer.provenance.source}",
        f"SHA-256 {layer.provenance.sha256}",
    ]
    if layer.provenance.made:
        notes.append(words("made.label"))
    sheets = [
        Sheet(words("quality.sums"), sums_table(quality.as_dict(), words), notes),
        Sheet(words("quality.codes"), _codes(quality, findings, words), notes),
        Sheet(words("sheet.findings"), _findings(findings, words), notes),
        Sheet(words("quality.aside"), _aside(reading, words), notes),
        Sheet(words("quality.columns"), _columns(quality, reading, words), notes),
    ]
    if verdict is not None:
        said = words(f"crs_state.{verdict.state}", stated=verdict.stated or words("cause.crs_none"))
        figures = {"lat": "0.000000", "lon": "0.000000", "moved_m": "#,##0.0", "fit_m": "#,##0.00"}
        formats = {words(f"quality.{name}"): text for name, text in figures.items()}
        table = candidates_table(verdict, words)
        sheets.append(Sheet(words("quality.crs"), table, [*notes, said], formats))
    write_xlsx(path, sheets)


def sums_table(report: Mapping[str, Any], words: Words) -> pd.DataFrame:
    """Sum a quality report up: rows read, used and set aside, repaired and mended, each by code.

    Parameters
    ----------
    report : mapping
        As :meth:`layers.quality.Quality.as_dict`, or as it was kept on the record of a workspace.
    words : Words

    Returns
    -------
    pandas.DataFrame
        A row a sum: what, how many. Rows read are those used and those set aside.
    """
    mended = report.get("mended_by_code", {})
    rows = [
        (words("quality.read"), report["rows_read"]),
        (words("quality.used"), report["rows_used"]),
        (words("quality.set_aside"), report["rows_set_aside"]),
        *((f"– {_named(code, words)}", n) for code, n in report["set_aside_by_code"].items()),
        (words("quality.repaired"), report["rows_repaired"]),
        *((f"– {_named(code, words)}", n) for code, n in report["repaired_by_code"].items()),
        *((words("quality.mended", code=_named(code, words)), n) for code, n in mended.items()),
        (words("quality.moved"), round(report["repaired_area_m2"], 4)),
    ]
    return pd.DataFrame(rows, columns=[words("column.what"), words("column.value")], dtype=object)


def _named(code: str, words: Words) -> str:
    """A code by its short name, where there is one."""
    for section in ("mended", "set_aside", "step"):
        if words.has(f"{section}.{code}"):
            return words(f"{section}.{code}")
    return code


def _codes(quality: Quality, findings: Sequence[Finding], words: Words) -> pd.DataFrame:
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.code, finding)
    codes = quality.codes["code"].tolist()
    return pd.DataFrame(
        {
            words("quality.code"): codes,
            words("quality.level"): [words(f"level.{level}") for level in quality.codes["level"]],
            words("quality.count"): quality.codes["count"],
            words("quality.example"): [words.message(first[c]) if c in first else "" for c in codes],
        }
    )


def _findings(findings: Sequence[Finding], words: Words) -> pd.DataFrame:
    rows = [
        (f.row or "", f.code, words(f"level.{f.level}"), words.message(f), words.fix(f)) for f in findings
    ]
    heads = ("row", "code", "level", "message", "fix")
    return pd.DataFrame(rows, columns=[words(f"quality.{head}") for head in heads])


def _aside(reading: Reading, words: Words) -> pd.DataFrame:
    codes = reading.set_aside["code"]
    return pd.DataFrame(
        {
            words("quality.row"): reading.set_aside["row"],
            words("quality.code"): codes,
            words("quality.message"): [_named(code, words) for code in codes],
        }
    )


def _columns(quality: Quality, reading: Reading, words: Words) -> pd.DataFrame:
    """A row a column: what it is for us, what the file calls it, how full it is."""
    called = {match.field: match.column for match in reading.fields if match.column}
    table = quality.columns
    fields = [words(f"field.{c}") if words.has(f"field.{c}") else "" for c in table["column"]]
    return pd.DataFrame(
        {
            words("quality.column"): [called.get(c, c) for c in table["column"]],
            words("quality.field"): fields,
            words("quality.filled"): table["filled"],
            words("quality.values"): table["values"],
        }
    )


def candidates_table(verdict: Verdict, words: Words) -> pd.DataFrame:
    """List the explanations of the coordinates of a layer, the best first.

    Parameters
    ----------
    verdict : Verdict
    words : Words

    Returns
    -------
    pandas.DataFrame
        A row an explanation: how to read, the mistake, province, place, distances in metres.
    """
    rows = [
        (str(c.treatment), words(f"mistake.{c.mistake}"), c.province, c.lat, c.lon, c.moved_m, c.fit_m)
        for c in verdict.candidates
    ]
    heads = ("treatment", "mistake", "province", "lat", "lon", "moved_m", "fit_m")
    return pd.DataFrame(rows, columns=[words(f"quality.{head}") for head in heads])
