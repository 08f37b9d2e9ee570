"""An answer on distances in every format, chosen by the ending of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from layers.write import Sheet
from maps.columns import excel_formats
from maps.distance_map import distance_layers, required_rings
from maps.distance_tables import (
    distance_rows_table,
    distance_totals_table,
    in_words,
    rule_label,
    target_label,
    why_text,
)
from maps.export.files import AnswerFiles, source_of, write_answer
from maps.export.kml import placed, told
from maps.export.qgis import line_state_style, look_style, zone_style
from maps.styles import distance_look
from maps.tables import clause_of, made_note, periods_of, records
from spatial.buffers import circle_error_share
from spatial.distances import DISTANCE_STATES, DistanceAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layers.write import LayerStyle
    from maps.canvas import MapLayer
    from maps.export.qgis import Shape
    from maps.words import Words

__all__ = ["DISTANCE_FORMATS", "DistanceFiles", "distance_records", "export_distances", "lines_frame"]

_METRES: Final = ("required_m", "actual_m", "grid_m", "shortfall_m", "nearest_m", "worst_shortfall_m")
_FILL: Final = 0.35


def export_distances(answer: DistanceAnswer, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : DistanceAnswer
    path : pathlib.Path
        The ending decides, as in :func:`maps.export.files.write_answer`; GeoJSON has the nearest lines.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write_answer(DistanceFiles(answer, words), path)


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
            "note": made_note(answer, words),
        }
        for row in rows
    ]
    columns = [*kept, "target", "label", "state_name", "clause", "why", "valid_from", "valid_to"]
    columns += ["confidence", "measured_from", "on_date", "note"]
    return gpd.GeoDataFrame(
        pd.DataFrame(facts, columns=columns), geometry=apart.geometry.to_numpy(), crs=answer.lines.crs
    )


class DistanceFiles(AnswerFiles[DistanceAnswer]):
    """Tables and layers of an answer on distances."""

    endings = (".gpkg", ".geojson", ".kml", ".xlsx", ".csv", ".html")
    heading = "distance_export.title"

    def tables(self) -> dict[str, Sheet]:
        """Rows and totals."""
        say = self.words
        notes = [*self.notes, say("distance_export.error_share", share_pct=100 * circle_error_share())]
        formats = excel_formats(dict.fromkeys(_METRES, 1), say, section="distance_column")
        rows, totals = distance_rows_table(self.answer, say), distance_totals_table(self.answer, say)
        return {
            "rows": Sheet(say("distance_export.rows"), rows, notes, formats),
            "totals": Sheet(say("distance_export.totals"), totals, notes, formats),
        }

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Sources with their totals, nearest lines, targets that are too near, rings where there are any."""
        more = {"near_targets": self.answer.targets, "rings": required_rings(self.answer)}
        noted = {name: frame.assign(note=self.note) for name, frame in more.items() if len(frame)}
        return {"sources": self._sources(), "lines": lines_frame(self.answer, self.words), **noted}

    def _sources(self) -> gpd.GeoDataFrame:
        facts = self.answer.totals.reset_index()
        facts["kind_name"] = [self.words(f"kind.{kind}") for kind in facts["kind"]]
        facts["note"] = self.note
        sources = self.answer.sources
        return gpd.GeoDataFrame(facts, geometry=sources.geometry.to_numpy(), crs=sources.crs)

    def styles(self) -> Mapping[str, LayerStyle]:
        """Colours of the map."""
        kinds = list(dict.fromkeys(self.answer.sources["kind"]))
        types = self.answer.sources.geom_type.iloc[0]
        shape: Shape = "area" if "Polygon" in types else "line" if "Line" in types else "point"
        areal = shape == "area"
        style = zone_style(kinds, self.words) if areal else look_style(kinds[0], shape, self.words)
        return {"sources": style, "lines": line_state_style(self.words)}

    def features(self) -> gpd.GeoDataFrame:
        """Nearest lines."""
        return lines_frame(self.answer, self.words)

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Nearest lines by answer."""
        lines = self.features()
        parts = {state: lines[lines["state"] == state] for state in DISTANCE_STATES}
        return {
            self.words(f"distance_state.{state}"): self._folder(part, state)
            for state, part in parts.items()
            if len(part)
        }

    def _folder(self, part: gpd.GeoDataFrame, state: str) -> gpd.GeoDataFrame:
        named = part["source_name"].where(part["source_name"] != "", part["source"])
        facts = [
            told(self._figures(row), row["label"], row["why"], row["clause"], row["note"])
            for row in records(part)
        ]
        look = replace(distance_look(state), opacity=_FILL)
        return placed(part, name=named + " – " + part["target"], facts=facts, look=look)

    def _figures(self, row: Mapping[str, Any]) -> str:
        say = self.words
        actual = say.number(row["actual_m"], 1)
        if pd.isna(row["required_m"]):
            return say("distance_map.length", actual=actual)
        return say("distance_map.lengths", actual=actual, required=say.number(row["required_m"], 1))

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Sources, lines and rings."""
        return distance_layers(self.answer, self.words), self.answer.sources

    def sourced(self) -> Mapping[str, Any]:
        """Source of the layer that each row was measured to."""
        layers = self.answer.rows["target_layer"]
        return {self.words("column.source"): [source_of(self.answer, layer) for layer in layers]}

    def read_first(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put what is too near first."""
        rank = self.answer.rows["state"].map({state: n for n, state in enumerate(DISTANCE_STATES)})
        return table.loc[rank.sort_values(kind="stable").index]


#: file endings
DISTANCE_FORMATS: Final = DistanceFiles.endings
