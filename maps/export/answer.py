"""A conflict answer in every format, chosen by the ending of the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pandas as pd

from layers.errors import SourceError
from layers.write import (
    Sheet,
    write_csv,
    write_geojson,
    write_gpkg,
    write_shapefile_zip,
    write_text,
    write_xlsx,
)
from maps.answer_map import answer_layers, drawn_rows
from maps.export.frames import (
    overlap_families,
    overlaps_frame,
    pieces_frame,
    run_facts,
    source_of,
    zones_frame,
)
from maps.export.kml import answer_kml
from maps.export.page import Section, map_page, with_tables
from maps.export.qgis import state_style, zone_style
from maps.tables import findings_table, rows_table, run_table, totals_table
from spatial.land import land_totals
from spatial.rules import STATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from maps.export.qgis import Shape
    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["FORMATS", "export_answer"]


def export_answer(answer: ConflictAnswer, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : ConflictAnswer
    path : pathlib.Path
        The ending decides: ``.gpkg`` (styles for QGIS inside), ``.geojson`` (overlaps), ``.zip``
        (shapefiles), ``.kml``, ``.xlsx``, ``.csv`` (rows), ``.html`` (map and tables, needs no
        network). Each names the day, the version of the rules and the sources.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise SourceError("target_format", path=str(path), found=path.suffix, expected=sorted(FORMATS))
    write(answer, path, words)


def title_of(answer: ConflictAnswer, words: Words) -> str:
    """Head an export: what it answers, the day it holds for, and the made-data label."""
    title = words("export.title", on=words.day(answer.run["on"]))
    return f"{title} – {words('made.label')}" if answer.run["made"] else title


def _about(answer: ConflictAnswer, words: Words) -> str:
    """What an answer was made from, line by line."""
    what, value = run_table(answer, words).to_numpy().T
    lines = [f"{name}: {text}" for name, text in zip(what, value, strict=True) if text]
    return "\n".join([title_of(answer, words), *lines])


def _gpkg(answer: ConflictAnswer, path: Path, words: Words) -> None:
    zones = zones_frame(answer, words)
    parts = overlap_families(overlaps_frame(answer, words))
    layers = {"zones": zones, **parts, "pieces": pieces_frame(answer, words)}
    kinds = list(dict.fromkeys(zones["kind"]))
    styles = {"zones": zone_style(kinds, words), "pieces": state_style(words)}
    styles |= {name: state_style(words, _SHAPES.get(name, "area")) for name in parts}
    tables = {
        "rows": rows_table(answer, words).reset_index(drop=True),
        "totals": totals_table(answer, words).reset_index(drop=True),
        "run": run_table(answer, words),
    }
    write_gpkg(path, layers, tables=tables, styles=styles)


def _geojson(answer: ConflictAnswer, path: Path, words: Words) -> None:
    write_geojson(path, overlaps_frame(answer, words))
    # RFC 7946 lets a collection carry members of its own beside its features
    about = json.dumps({"title": title_of(answer, words), **run_facts(answer)}, ensure_ascii=False)
    text = path.read_text(encoding="utf-8")
    write_text(path, text.replace("{", f'{{\n"thocong": {about},', 1))


def _shapefiles(answer: ConflictAnswer, path: Path, words: Words) -> None:
    layers = {"zones": zones_frame(answer, words), **overlap_families(overlaps_frame(answer, words))}
    filled = {name: frame for name, frame in layers.items() if len(frame)}
    write_shapefile_zip(path, filled, readme=_about(answer, words))


def _kml(answer: ConflictAnswer, path: Path, words: Words) -> None:
    zones, overlaps = zones_frame(answer, words), overlaps_frame(answer, words)
    text = answer_kml(zones, overlaps, words, title=title_of(answer, words), about=_about(answer, words))
    write_text(path, text)


def _xlsx(answer: ConflictAnswer, path: Path, words: Words) -> None:
    notes = [title_of(answer, words), words("export.rules", version=answer.run["rule_version"])]
    land = land_totals(answer)
    counted = words("export.land", area_ha=float(land["area_ha"]), zones_ha=float(land["zones_ha"]))
    hectares = {words(f"column.{c}"): "#,##0.0000" for c in _HECTARES}
    formats = {**hectares, words("column.share_pct"): "0.00", words("column.length_m"): "#,##0.0"}
    write_xlsx(
        path,
        [
            Sheet(words("sheet.rows"), _with_keys(rows_table(answer, words), answer), notes, formats),
            Sheet(words("sheet.totals"), totals_table(answer, words), [*notes, counted], formats),
            Sheet(words("sheet.findings"), findings_table(answer.findings, words), notes),
            Sheet(words("sheet.run"), run_table(answer, words), notes),
        ],
    )


def _with_keys(table: pd.DataFrame, answer: ConflictAnswer) -> pd.DataFrame:
    """Put after rows in words the same rows in the terms that ``--override`` takes."""
    return pd.concat([table, answer.rows[list(_OVERRIDE)]], axis=1)


def _csv(answer: ConflictAnswer, path: Path, words: Words) -> None:
    table = rows_table(answer, words)
    table[words("column.source")] = [source_of(answer, layer) for layer in answer.rows["layer"]]
    table[words("column.on")] = answer.run["on"]
    table[words("run.rules")] = answer.run["rule_version"]
    table[words("column.note")] = words("made.label") if answer.run["made"] else ""
    write_csv(path, _with_keys(table, answer))


def _filled(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """A table without the columns that say nothing; counts as whole numbers."""
    said = [name for name in table if not table[name].isin([None, ""]).all()]
    counts = [name for name in (words("column.features"),) if name in said]
    return table[said].astype(dict.fromkeys(counts, "Int64"))


def _html(answer: ConflictAnswer, path: Path, words: Words) -> None:
    layers = answer_layers(answer, drawn_rows(answer), words)
    title = title_of(answer, words)
    label = words("made.label") if answer.run["made"] else ""
    page = map_page(layers, words, title=title, frame=answer.zones, crs=answer.zones.crs, label=label)
    gravest = answer.rows["state"].map({state: n for n, state in enumerate(STATES)})
    order = answer.rows.assign(rank=gravest).sort_values(["rank", "area_ha"], ascending=[True, False]).index
    sections = [
        Section(words("sheet.rows"), _filled(rows_table(answer, words).loc[order], words)),
        Section(words("sheet.totals"), totals_table(answer, words)),
        Section(words("sheet.run"), run_table(answer, words)),
    ]
    if answer.findings:
        sections.insert(2, Section(words("sheet.findings"), findings_table(answer.findings, words)))
    write_text(path, with_tables(page, sections, words, title=title))


_OVERRIDE: Final = ("zone", "constraint", "rule", "state_found", "state", "reason", "by", "at")
_HECTARES: Final = (*("area_ha", "noise_ha", "hit_ha", "blocks_ha", "consent_ha", "clear_ha", "no_data_ha"),)

_SHAPES: Final[dict[str, Shape]] = {"overlaps_lines": "line", "overlaps_points": "point"}

#: file ending -> writer
FORMATS: Final[dict[str, Callable[[ConflictAnswer, Path, Words], None]]] = {
    ".gpkg": _gpkg,
    ".geojson": _geojson,
    ".zip": _shapefiles,
    ".kml": _kml,
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".html": _html,
}
