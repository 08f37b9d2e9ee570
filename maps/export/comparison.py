"""Two versions of a plan in every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely

from layers.write import Sheet
from maps.change_map import change_layers, change_look
from maps.columns import excel_formats, headed
from maps.comparison_map import comparison_parts
from maps.comparison_tables import comparison_lines, links_table, reason_of, totals_lines
from maps.export.files import AnswerFiles, write_answer
from maps.export.kml import placed, told
from maps.tables import records
from spatial.compare import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["ComparisonFiles", "export_comparison"]

_SECTION: Final = "comparison_column"
_AREAS: Final = dict.fromkeys(
    ("area_before_ha", "area_after_ha", "kept_ha", "gained_ha", "lost_ha", "noise_ha", "area_ha"), 4
)
_DIGITS: Final = _AREAS | {"share_before_pct": 2, "share_after_pct": 2, "tolerance_m": 2}
_CURVE: Final = {"redrawn_ha": 4, "real_ha": 4, "tolerance_m": 2}


def export_comparison(answer: Comparison, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : Comparison
    path : pathlib.Path
        The ending decides, as in :func:`maps.export.files.write_answer`.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write_answer(ComparisonFiles(answer, words), path)


class ComparisonFiles(AnswerFiles[Comparison]):
    """Tables and layers of two plan versions."""

    endings = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html")
    heading = "comparison.export_title"

    def tables(self) -> dict[str, Sheet]:
        """Rows, counterparts, sums, and how much is redrawing at each tolerance."""
        say, answer = self.words, self.answer
        formats = excel_formats(_DIGITS, say, section=_SECTION)
        curve = headed(answer.curve, say, section=_SECTION)
        reason = [*self.notes, reason_of(answer, say)]
        more = excel_formats(_CURVE, say, section=_SECTION)
        lines = headed(comparison_lines(answer, say), say, section=_SECTION)
        value = {say("column.value"): "#,##0.0000"}
        return {
            "rows": Sheet(say("comparison.sheet_rows"), lines, self.notes, formats),
            "links": Sheet(say("comparison.sheet_links"), links_table(answer, say), self.notes, formats),
            "totals": Sheet(say("sheet.totals"), totals_lines(answer, say), self.notes, value),
            "curve": Sheet(say("comparison.sheet_curve"), curve, reason, more),
        }

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Features of both versions with their rows, and the pieces of the differences."""
        return {**self.shapes(), "pieces": self._pieces()}

    def shapes(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Features of both versions, and land by what became of it."""
        return {
            "before": self._features("before"),
            "after": self._features("after"),
            "changes": self._changes(),
        }

    def features(self) -> gpd.GeoDataFrame:
        """Land by what became of it."""
        return self._changes()

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Land by what became of it."""
        parts = comparison_parts(self.answer, self.words)
        out = {}
        for change in dict.fromkeys(parts["change"]):
            part = parts[parts["change"] == change]
            tips = part["tip"].tolist()
            look = replace(change_look(change), opacity=0.5)
            names, facts = [tip[0] for tip in tips], [told(*tip[1:]) for tip in tips]
            out[self.words(f"change_state.{change}")] = placed(part, name=names, facts=facts, look=look)
        return out

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Land by what became of it."""
        parts = comparison_parts(self.answer, self.words)
        return change_layers(parts, self.words), parts

    def read_first(self, table: pd.DataFrame) -> pd.DataFrame:
        """What changed stands before what stayed."""
        still = self.answer.rows["status"].isin(["unchanged", "redrawn"])
        return table.loc[still.sort_values(kind="stable").index]

    def _features(self, side: str) -> gpd.GeoDataFrame:
        frame: gpd.GeoDataFrame = getattr(self.answer, side)
        status = self.answer.rows["status"].to_numpy()[frame["row"].to_numpy()]
        facts = {
            "id": frame.index.astype(str),
            "name": frame["name"].to_numpy(),
            "row": frame["row"].to_numpy(),
            "status": status,
            "said": [self.words(f"comparison_status.{s}") for s in status],
            "area_ha": shapely.area(frame.geometry.to_numpy()) / 1e4,
            "note": self.note,
        }
        return gpd.GeoDataFrame(facts, geometry=frame.geometry.to_numpy(), crs=frame.crs)

    def _changes(self) -> gpd.GeoDataFrame:
        parts = comparison_parts(self.answer, self.words)
        rows = records(self.answer.rows)
        facts = {
            "row": parts["row"].astype(int),
            "change": parts["change"],
            "said": [self.words(f"change_state.{c}") for c in parts["change"]],
            "status": [rows[int(n)]["status"] for n in parts["row"]],
            "before": [", ".join(map(str, rows[int(n)]["before_ids"])) for n in parts["row"]],
            "after": [", ".join(map(str, rows[int(n)]["after_ids"])) for n in parts["row"]],
            "area_ha": parts["area_ha"],
            "note": self.note,
        }
        return gpd.GeoDataFrame(facts, geometry=parts.geometry.to_numpy(), crs=parts.crs)

    def _pieces(self) -> gpd.GeoDataFrame:
        pieces = self.answer.pieces
        return gpd.GeoDataFrame(pieces.assign(note=self.note), geometry="geometry", crs=pieces.crs)
