"""A conflict answer in every format, chosen by the ending of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from layers.write import Sheet
from maps.answer_map import answer_layers, drawn_rows
from maps.columns import excel_formats
from maps.conflict_tables import rows_table, totals_table
from maps.export.files import AnswerFiles, source_of, write_answer
from maps.export.frames import overlap_families, overlaps_frame, pieces_frame, zones_frame
from maps.export.kml import placed, told
from maps.export.qgis import state_style, zone_style
from maps.styles import kind_look, state_look
from maps.tables import records
from spatial.conflicts import ConflictAnswer
from spatial.land import land_totals
from spatial.rules import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    import geopandas as gpd

    from layers.write import LayerStyle
    from maps.canvas import MapLayer
    from maps.export.qgis import Shape
    from maps.words import Words

__all__ = ["FORMATS", "ConflictFiles", "export_answer"]

_OVERRIDE: Final = ("zone", "constraint", "rule", "state_found", "state", "reason", "by", "at")
_DIGITS: Final = {
    **dict.fromkeys(
        ("area_ha", "noise_ha", "hit_ha", "blocks_ha", "consent_ha", "clear_ha", "no_data_ha"), 4
    ),
    "share_pct": 2,
    "length_m": 1,
}
_SHAPES: Final[dict[str, Shape]] = {"overlaps_lines": "line", "overlaps_points": "point"}


def export_answer(answer: ConflictAnswer, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : ConflictAnswer
    path : pathlib.Path
        The ending decides, as in :func:`maps.export.files.write_answer`; GeoJSON has the overlaps.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write_answer(ConflictFiles(answer, words), path)


class ConflictFiles(AnswerFiles[ConflictAnswer]):
    """Tables and layers of a conflict answer."""

    endings = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html")
    heading = "export.title"

    def tables(self) -> dict[str, Sheet]:
        """Rows, and totals with the land counted once."""
        say, formats = self.words, excel_formats(_DIGITS, self.words)
        land = land_totals(self.answer)
        counted = say("export.land", area_ha=float(land["area_ha"]), zones_ha=float(land["zones_ha"]))
        totals = totals_table(self.answer, say)
        return {
            "rows": Sheet(say("sheet.rows"), rows_table(self.answer, say), self.notes, formats),
            "totals": Sheet(say("sheet.totals"), totals, [*self.notes, counted], formats),
        }

    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Zones, and overlaps by family of geometry."""
        overlaps = overlap_families(overlaps_frame(self.answer, self.words))
        return {"zones": zones_frame(self.answer, self.words), **overlaps}

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Zones, overlaps, and every piece behind them."""
        return {**self.shapes(), "pieces": pieces_frame(self.answer, self.words)}

    def styles(self) -> Mapping[str, LayerStyle]:
        """Colours of the map."""
        say = self.words
        names = overlap_families(overlaps_frame(self.answer, say))
        styles = {name: state_style(say, _SHAPES.get(name, "area")) for name in names}
        kinds = list(dict.fromkeys(self.answer.zones["zone_kind"]))
        return {"zones": zone_style(kinds, say), "pieces": state_style(say), **styles}

    def features(self) -> gpd.GeoDataFrame:
        """Overlaps."""
        return overlaps_frame(self.answer, self.words)

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Overlaps by answer, then the zones."""
        say, overlaps = self.words, overlaps_frame(self.answer, self.words)
        out = {}
        for state in dict.fromkeys(overlaps["state"]) if len(overlaps) else ():
            part = overlaps[overlaps["state"] == state]
            facts = [
                told(row["label"], self._measure(row), row["clause"], row["note"]) for row in records(part)
            ]
            look = replace(state_look(state), opacity=0.5)
            out[say(f"state.{state}")] = placed(part, name=part["zone_name"], facts=facts, look=look)
        zones = zones_frame(self.answer, say)
        facts = [told(z["kind_name"], f"{say.number(z['area_ha'])} ha", z["note"]) for z in records(zones)]
        looks = [replace(kind_look(kind), opacity=0.1) for kind in zones["kind"]]
        return {**out, say("map.zones"): placed(zones, name=zones["name"], facts=facts, look=looks)}

    def _measure(self, row: Mapping[str, Any]) -> str:
        number = self.words.number
        if row["area_ha"]:
            return f"{number(row['area_ha'])} ha ({number(row['share_pct'], 1)} %)"
        return f"{number(row['length_m'], 0)} m" if row["length_m"] else ""

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Zones and overlaps."""
        return answer_layers(self.answer, drawn_rows(self.answer), self.words), self.answer.zones

    def keyed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put after rows in words the same rows in the terms that ``--override`` takes."""
        return pd.concat([table, self.answer.rows[list(_OVERRIDE)]], axis=1)

    def sourced(self) -> Mapping[str, Any]:
        """Source of the layer of each row."""
        layers = self.answer.rows["layer"]
        return {self.words("column.source"): [source_of(self.answer, layer) for layer in layers]}

    def read_first(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put the gravest rows first."""
        rows = self.answer.rows
        gravest = rows["state"].map({state: n for n, state in enumerate(STATES)})
        order = rows.assign(rank=gravest).sort_values(["rank", "area_ha"], ascending=[True, False]).index
        return table.loc[order]


#: file endings
FORMATS: Final = ConflictFiles.endings
