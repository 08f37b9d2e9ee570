"""An answer on distances in every format, chosen by the ending of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from layers.errors import SourceError
from layers.write import Sheet, write_csv, write_geojson, write_gpkg, write_text, write_xlsx
from maps.distance_map import distance_layers, required_rings
from maps.distance_tables import (
    distance_rows_table,
    distance_totals_table,
    in_words,
    rule_label,
    target_label,
    why_text,
)
from maps.export.kml import shapes_kml
from maps.export.page import map_page
from maps.export.qgis import line_state_style, look_style, zone_style
from maps.styles import distance_look
from maps.tables import clause_of, findings_table, periods_of, records, run_table
from spatial.buffers import circle_error_share
from spatial.distances import DISTANCE_STATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maps.export.qgis import Shape
    from maps.words import Words
    from spatial.distances import DistanceAnswer

__all__ = ["DISTANCE_FORMATS", "distance_records", "export_distances", "lines_frame"]


def export_distances(answer: DistanceAnswer, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : DistanceAnswer
    path : pathlib.Path
        The ending decides: ``.gpkg`` (styles for QGIS inside), ``.geojson`` (nearest lines), ``.kml``,
        ``.xlsx``, ``.csv`` (rows), ``.html`` (map that needs no network).
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write = DISTANCE_FORMATS.get(path.suffix.lower())
    if write is None:
        raise SourceError(
            "target_format", path=str(path), found=path.suffix, expected=sorted(DISTANCE_FORMATS)
        )
    write(answer, path, words)


def distance_records(answer: DistanceAnswer, words: Words) -> list[dict[str, Any]]:
    """Rows for scripts.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words
        Decides the language of rule and clause.

    Returns
    -------
    list of dict
        The columns of ``answer.rows`` with ``label`` and ``clause`` in one language; empty text and
        missing numbers as ``None``.
    """
    spoken = ("label", "clause", "from", "to", "note")
    dropped = {f"{name}_{lang}" for name in spoken for lang in ("vi", "en")}
    return [
        {
            **{k: _plain(v) for k, v in row.items() if k not in dropped},
            "label": _plain(rule_label(row, words)),
            "clause": _plain(clause_of(row, words)),
        }
        for row in records(answer.rows)
    ]


def _plain(value: Any) -> Any:
    return None if value == "" or (isinstance(value, float) and pd.isna(value)) else value


def lines_frame(answer: DistanceAnswer, words: Words) -> gpd.GeoDataFrame:
    """Nearest lines with what each answers, ASCII column names.

    Parameters
    ----------
    answer : DistanceAnswer
    words : Words

    Returns
    -------
    geopandas.GeoDataFrame
        One row per row of the answer whose pair lies apart; ``source, source_name, target, label,
        state, state_name, required_m, actual_m, grid_m, shortfall_m, rule, clause, why, valid_from,
        valid_to, confidence, measured_from, on_date, note``.
    """
    apart = answer.lines[answer.lines.geometry.length > 0]
    periods = periods_of(answer)
    rows = records(answer.rows.loc[apart.index])
    kept = ("source", "source_name", "state", "required_m", "actual_m", "grid_m", "shortfall_m", "rule")
    facts = [
        {
            **{name: row[name] for name in kept},
            "target": target_label(row, periods, words),
            "label": rule_label(row, words),
            "state_name": words(f"distance_state.{row['state']}"),
            "clause": clause_of(row, words),
            "why": why_text(row, words),
            **{name: row[name] for name in ("valid_from", "valid_to", "confidence")},
            "measured_from": in_words(row, "from", words),
            "on_date": answer.run["on"],
            "note": _note(answer, words),
        }
        for row in rows
    ]
    columns = [*kept, "target", "label", "state_name", "clause", "why", "valid_from", "valid_to"]
    columns += ["confidence", "measured_from", "on_date", "note"]
    return gpd.GeoDataFrame(
        pd.DataFrame(facts, columns=columns), geometry=apart.geometry.to_numpy(), crs=answer.lines.crs
    )


def title_of(answer: DistanceAnswer, words: Words) -> str:
    """Head an export: what it answers, the day it holds for, and the made-data label."""
    title = words("distance_export.title", on=words.day(answer.run["on"]))
    return f"{title} – {words('made.label')}" if answer.run["made"] else title


def _note(answer: DistanceAnswer, words: Words) -> str:
    return words("made.label") if answer.run["made"] else ""


def _sources_frame(answer: DistanceAnswer, words: Words) -> gpd.GeoDataFrame:
    facts = answer.totals.reset_index()
    facts["kind_name"] = [words(f"kind.{kind}") for kind in facts["kind"]]
    facts["note"] = _note(answer, words)
    return gpd.GeoDataFrame(facts, geometry=answer.sources.geometry.to_numpy(), crs=answer.sources.crs)


def _gpkg(answer: DistanceAnswer, path: Path, words: Words) -> None:
    sources = _sources_frame(answer, words)
    kinds = list(dict.fromkeys(sources["kind"]))
    types = sources.geom_type.iloc[0]
    shape: Shape = "area" if "Polygon" in types else "line" if "Line" in types else "point"
    style = zone_style(kinds, words) if shape == "area" else look_style(kinds[0], shape, words)
    layers = {"sources": sources, "lines": lines_frame(answer, words)}
    styles = {"sources": style, "lines": line_state_style(words)}
    if len(answer.targets):
        layers["near_targets"] = answer.targets.assign(note=_note(answer, words))
    drawn = required_rings(answer)
    if len(drawn):
        layers["rings"] = drawn.assign(note=_note(answer, words))
    tables = {
        "rows": distance_rows_table(answer, words).reset_index(drop=True),
        "totals": distance_totals_table(answer, words).reset_index(drop=True),
        "run": run_table(answer, words),
    }
    write_gpkg(path, layers, tables=tables, styles=styles)


def _geojson(answer: DistanceAnswer, path: Path, words: Words) -> None:
    write_geojson(path, lines_frame(answer, words))


def _kml(answer: DistanceAnswer, path: Path, words: Words) -> None:
    lines = lines_frame(answer, words)
    folders = []
    for state in DISTANCE_STATES:
        part = lines[lines["state"] == state]
        if len(part):
            folders.append((words(f"distance_state.{state}"), _kml_facts(part, words), distance_look(state)))
    write_text(path, shapes_kml(folders, title=title_of(answer, words)))


def _kml_facts(part: gpd.GeoDataFrame, words: Words) -> gpd.GeoDataFrame:
    figures = [
        words("distance_map.lengths", actual=words.number(a, 1), required=words.number(r, 1))
        if r == r  # noqa: PLR0124 - NaN
        else words("distance_map.length", actual=words.number(a, 1))
        for a, r in zip(part["actual_m"], part["required_m"], strict=True)
    ]
    named = part["source_name"].where(part["source_name"] != "", part["source"]) + " – " + part["target"]
    text = [
        "\n".join(t for t in facts if t)
        for facts in zip(figures, part["label"], part["why"], part["clause"], part["note"], strict=True)
    ]
    return gpd.GeoDataFrame({"name": named, "facts": text}, geometry=part.geometry, crs=part.crs)


def _xlsx(answer: DistanceAnswer, path: Path, words: Words) -> None:
    notes = [
        title_of(answer, words),
        words("export.rules", version=answer.run["rule_version"]),
        words("distance_export.error_share", share_pct=100 * circle_error_share()),
    ]
    metres = ("required_m", "actual_m", "grid_m", "shortfall_m", "nearest_m", "worst_shortfall_m")
    formats = {words(f"distance_column.{c}"): "#,##0.0" for c in metres}
    write_xlsx(
        path,
        [
            Sheet(words("distance_export.rows"), distance_rows_table(answer, words), notes, formats),
            Sheet(words("distance_export.totals"), distance_totals_table(answer, words), notes, formats),
            Sheet(words("sheet.findings"), findings_table(answer.findings, words), notes),
            Sheet(words("sheet.run"), run_table(answer, words), notes),
        ],
    )


def _csv(answer: DistanceAnswer, path: Path, words: Words) -> None:
    table = distance_rows_table(answer, words)
    table[words("column.on")] = answer.run["on"]
    table[words("column.note")] = _note(answer, words)
    write_csv(path, table)


def _html(answer: DistanceAnswer, path: Path, words: Words) -> None:
    label = title_of(answer, words)
    view = answer.sources
    crs = answer.sources.crs
    write_text(
        path, map_page(distance_layers(answer, words), words, title=label, frame=view, crs=crs, label=label)
    )


#: file ending -> writer
DISTANCE_FORMATS: Final[dict[str, Callable[[DistanceAnswer, Path, Words], None]]] = {
    ".gpkg": _gpkg,
    ".geojson": _geojson,
    ".kml": _kml,
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".html": _html,
}
