"""Change of land in every format: the official table as a workbook, the changed land as layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

from layers.write import Sheet
from maps.change_map import change_layers, change_look
from maps.change_tables import class_label, class_name, crosswalk_table, moves, moves_table, totals_table
from maps.columns import excel_formats
from maps.export.change_form import change_form
from maps.export.files import AnswerFiles, write_answer
from maps.export.kml import placed, told
from maps.tables import records
from spatial.change import UNCOVERED, Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from layers.form import Form
    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["CHANGE_FORMATS", "ChangeFiles", "drawn_parts", "export_change"]

_MOVES: Final = dict.fromkeys(("area_ha", "real_ha", "noise_ha"), 4) | {"share_pct": 2}
_TOTALS: Final = dict.fromkeys(
    (
        "stated_start_ha",
        "start_ha",
        "kept_ha",
        "decrease_ha",
        "increase_ha",
        "net_ha",
        "end_ha",
        "stated_end_ha",
        "noise_out_ha",
        "noise_in_ha",
    ),
    4,
)


def export_change(answer: Change, path: Path, words: Words) -> None:
    """Write an answer.

    Parameters
    ----------
    answer : Change
    path : pathlib.Path
        The ending decides, as in :func:`maps.export.files.write_answer`; the workbook begins with the
        official table, the layers hold the changed land.
    words : Words

    Raises
    ------
    SourceError
        ``target_format`` for another ending, ``target_unwritable``.
    """
    write_answer(ChangeFiles(answer, words), path)


class ChangeFiles(AnswerFiles[Change]):
    """Tables and layers of a change of land."""

    endings = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv", ".html")
    heading = "change.export_title"

    def forms(self) -> Sequence[Form]:
        """The official table."""
        return [change_form(self.answer, self.words)]

    def tables(self) -> dict[str, Sheet]:
        """What became what, totals of classes, and the crosswalk where one was used."""
        say = self.words
        formats = excel_formats(_MOVES, say, section="change_column")
        more = excel_formats(_TOTALS, say, section="change_column")
        out = {
            "rows": Sheet(say("change.sheet_moves"), moves_table(self.answer, say), self.notes, formats),
            "totals": Sheet(say("change.sheet_totals"), totals_table(self.answer, say), self.notes, more),
        }
        if self.answer.crosswalk is not None:
            table = crosswalk_table(self.answer.crosswalk, say)
            out["crosswalk"] = Sheet(say("change.sheet_crosswalk"), table, self.notes)
        return out

    def layers(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Changed land."""
        return {"changes": self._changes()}

    def features(self) -> gpd.GeoDataFrame:
        """Changed land."""
        return self._changes()

    def folders(self) -> Mapping[str, gpd.GeoDataFrame]:
        """Changed land by what it became."""
        parts = drawn_parts(self.answer, self.words)
        out = {}
        for state in dict.fromkeys(parts["change"]):
            part = parts[parts["change"] == state]
            facts = [told(*row["tip"]) for row in records(part.drop(columns="geometry"))]
            look = replace(change_look(state), opacity=0.5)
            names = part["start"] + " → " + part["end"]
            out[self.words(f"change_state.{state}")] = placed(part, name=names, facts=facts, look=look)
        return out

    def drawn(self) -> tuple[list[MapLayer], gpd.GeoDataFrame]:
        """Changed land."""
        parts = drawn_parts(self.answer, self.words)
        return change_layers(parts, self.words), parts

    def _changes(self) -> gpd.GeoDataFrame:
        parts = _with_land(self.answer)
        facts: dict[str, Any] = {
            "start": parts["start"],
            "start_name": [class_name(n, self.words) for n in parts["start"]],
            "end": parts["end"],
            "end_name": [class_name(n, self.words) for n in parts["end"]],
            "area_ha": parts["area_ha"],
            "thick_m": parts["thickness_m"],
            "redrawn": parts["noise"].astype(int),
            "note": self.note,
        }
        return gpd.GeoDataFrame(facts, geometry=parts.geometry.to_numpy(), crs=parts.crs)


def _with_land(answer: Change) -> gpd.GeoDataFrame:
    """Changed land; of rasters the outlines of the changed cells."""
    if len(answer.parts) or not len(moves(answer)):
        return answer.parts
    found = [answer.polygons(m["start"], m["end"]) for m in records(moves(answer))]
    return gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=answer.crs)


def drawn_parts(answer: Change, words: Words, *, focus: str = "") -> gpd.GeoDataFrame:
    """Changed land as the map of changes takes it.

    Parameters
    ----------
    answer : Change
    words : Words
    focus : str
        Class whose gains and losses are shown; without it every change of class is one.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows of :attr:`Change.parts` with ``change`` and ``tip``.
    """
    parts = _with_land(answer)
    if focus:
        parts = parts[(parts["start"] == focus) | (parts["end"] == focus)]
    facts = records(pd.DataFrame(parts.drop(columns=parts.geometry.name)))
    states = [_state(row, focus) for row in facts]
    tips = [
        [
            f"{class_label(row['start'], words)} → {class_label(row['end'], words)}",
            f"{words.number(row['area_ha'], 2)} ha",
        ]
        for row in facts
    ]
    return parts.assign(change=states, tip=pd.Series(tips, parts.index, dtype=object))


def _state(row: Mapping[str, Any], focus: str) -> str:
    if row["noise"]:
        return "redrawn"
    if UNCOVERED in (row["start"], row["end"]):
        return "uncovered"
    if focus:
        return "gained" if row["end"] == focus else "lost"
    return "changed"


#: file endings
CHANGE_FORMATS: Final = ChangeFiles.endings
