"""The answer of the conflict page: what stands in its figures, its table, on its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.answer_map import answer_layers, drawn_rows, row_at, selection_layer
from maps.brief_words import Fitted, brief_clause
from maps.columns import Column
from maps.conflict_tables import constraint_label, row_lines, totals_table
from maps.export.answer import ConflictFiles
from maps.pages._cards import Card
from maps.pages._charts import chart_legend, totals_chart
from maps.pages._detail import show_detail
from maps.pages._drawn_zone import show_drawn_bar
from maps.pages._facts import show_figures
from maps.pages._table import Groups, Rows, States, ordered
from maps.pages._view import AnswerView
from maps.provinces import units_read
from maps.question import ConflictQuestion
from maps.styles import state_look
from maps.tables import periods_of, records
from spatial.conflicts import ConflictAnswer
from spatial.land import land_totals

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import geopandas as gpd
    import pandas as pd

    from layers.store import Workspace
    from maps.canvas import MapLayer

__all__ = ["ConflictView"]

_NAMED_HA = 0.005  # less than this doesn't show in the figures
_FIGURES = (
    ("blocks_ha", "blocks"),
    ("consent_ha", "needs_consent"),
    ("no_data_ha", "no_data"),
    ("clear_ha", "clear"),
    ("noise_ha", ""),
)
#: what a reader wants first stands first
_COLUMNS = (
    Column("zone", width=118, brief=Fitted(18)),
    Column("constraint", width=166),
    Column("state", width=117),
    Column("area_ha", digits=2, width=62, short="area_short"),
    Column("share_pct", digits=1, width=50, short="share_short"),
    Column("clause", width=156, brief=brief_clause),
    Column("length_m", digits=0, width=66, short="length_short"),
    Column("validity", width=110),
)
_TOTALS = tuple(
    Column(name, digits=2)
    for name in ("area_ha", "hit_ha", "blocks_ha", "consent_ha", "clear_ha", "no_data_ha", "noise_ha")
)
#: of columns side by side, beside the chart on a screen of 1366 pixels
_BESIDE_PX = 640
_GROUNDS = {"blocks": "#f7d9c8", "needs_consent": "#fbeccb", "no_data": "#e8e8e8", "clear": "#d8efe6"}


class ConflictView(AnswerView[ConflictQuestion, ConflictAnswer]):
    """What zones run into."""

    name = "conflict"
    title = "page.conflicts.title"
    drawn_by = "ask-zones-from"
    empty = "ask.empty"
    stem = "xung-dot"
    widths = (6, 11)

    @staticmethod
    def version_of(base: Workspace) -> Hashable:
        """Changes on record and units that tell provinces: a new one asks again."""
        return len(base.records("override")), units_read(base)

    def files(self) -> ConflictFiles:
        """What can be exported."""
        return ConflictFiles(self.answer, self.words)

    def rows(self) -> Rows:
        """Rows, the gravest first."""
        answer, say = self.answer, self.words
        facts = ordered(answer.rows, _GROUNDS, {"area_ha": False})
        frame = row_lines(answer, say).loc[facts.index]
        periods = periods_of(answer)
        frame["constraint"] = [constraint_label(row, periods, say, part_first=True) for row in records(facts)]
        frame["state"] = [say(f"state_short.{s}") for s in facts["state"]]
        # a line or a point lies on the zone without taking land of it: no hectares is not nought hectares
        landless = (facts["area_ha"] == 0) & (facts["features"] > 0)
        frame[["area_ha", "share_pct"]] = frame[["area_ha", "share_pct"]].mask(landless)
        frame["length_m"] = frame["length_m"].astype(float).mask(frame["length_m"] == 0)
        return Rows(
            frame,
            _COLUMNS,
            States(answer.rows["state"], "state_short", _GROUNDS),
            Groups(answer.rows["zone"], answer.zones["zone_name"]),
            notes=self.files().notes,
        )

    def cards(self) -> tuple[list[Card], str]:
        """Hectares by answer, each counted once."""
        say, land = self.words, self._land()
        area = float(land["area_ha"])
        cards = [
            Card(say("figure.zones"), say.number(float(len(self.answer.zones)), 0)),
            Card(say("figure.area"), say.number(area, 1)),
        ]
        for name, state in _FIGURES:
            share = f"{say.number(100 * land[name] / area, 1)} %" if area else ""
            colour = state_look(state).fill if state else "#7a0177"
            cards.append(Card(say(f"column.{name}"), say.number(land[name], 1), share, colour))
        shared = float(land["zones_ha"]) - area
        if shared <= _NAMED_HA:
            return cards, ""
        zones = say.number(land["zones_ha"], 1)
        return cards, say("figure.shared", zones=zones, shared=say.number(shared, 1))

    def _land(self) -> pd.Series:
        return self.kept("land", lambda: land_totals(self.answer))

    def _overlaps(self) -> gpd.GeoDataFrame:
        return self.kept("drawing", lambda: drawn_rows(self.answer))

    def drawn(self) -> list[MapLayer]:
        """Zones and overlaps."""
        zone = self.link.group if self.link.group in self.answer.zones.index else ""
        marked = selection_layer(self.answer, self._overlaps(), zone=zone or "", row=self.link.row)
        return [*answer_layers(self.answer, self._overlaps(), self.words), marked]

    def focus(self) -> Sequence[tuple[str, int]]:
        """Zones; of drawn ones alone what they are checked against: the map goes to them when asked."""
        return self.question.zones or self.question.constraints

    def above(self) -> None:
        """Say what was drawn, and what can be done with it."""
        show_drawn_bar(self.base, self.question, self.words, name=self.name, chosen_by=self.drawn_by)

    def context(self) -> Sequence[tuple[str, int]]:
        """Constraints; zones among them are drawn already, as what is checked."""
        return [entry for entry in self.question.constraints if entry not in self.question.zones]

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Zone and gravest overlap."""
        return row_at(self.answer, self._overlaps(), x, y)

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Overlap of a row, else its zone."""
        overlaps = self._overlaps()
        target = overlaps[overlaps["row"] == row]
        return target if len(target) else self.answer.zones.loc[[self.answer.rows.loc[row, "zone"]]]

    def detail(self, row: int) -> None:
        """Grounds of a row, and the way to change it."""
        show_detail(self.question, self.answer, row, self.words)

    def below(self) -> None:
        """Totals per zone."""
        say = self.words
        st.markdown(f"#### {say('sheet.totals')}")
        with st.container(key="tc-totals"):
            left, right = st.columns([2, 3], gap="small")
        left.html(chart_legend(say))
        left.altair_chart(totals_chart(self.answer, say), width="stretch")
        with right:
            show_figures(totals_table(self.answer, say), _TOTALS, say, room_px=_BESIDE_PX)
