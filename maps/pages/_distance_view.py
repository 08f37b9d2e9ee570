"""The answer of the page on distances: what stands in its figures, its table, on its map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import streamlit as st

from maps.brief_words import Fitted, brief_clause
from maps.columns import Column
from maps.distance_map import distance_layers, marked_layer, source_at
from maps.distance_question import DistanceQuestion
from maps.distance_tables import (
    distance_lines,
    distance_totals_table,
    in_words,
    rule_label,
    source_label,
    target_label,
    why_text,
)
from maps.export.distances import DistanceFiles
from maps.pages._cards import Card
from maps.pages._drawn_zone import show_drawn_bar
from maps.pages._facts import show_facts, show_figures
from maps.pages._frame import plain
from maps.pages._table import Groups, Rows, States, ordered
from maps.pages._view import AnswerView
from maps.styles import distance_look
from maps.tables import clause_of, periods_of, records
from spatial.distances import DistanceAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["DistanceView"]


_SHORT = {"actual_m": "actual_short", "required_m": "required_short", "shortfall_m": "shortfall_short"}


_BRIEF: dict[str, Callable[[str, Words], str]] = {"source": Fitted(19), "clause": brief_clause}


def _column(name: str, width: int, digits: int | None = None) -> Column:
    return Column(name, "distance_column", digits, width, _SHORT.get(name, ""), brief=_BRIEF.get(name))


_METRES = ("required_m", "actual_m", "grid_m", "shortfall_m")
#: what a reader wants first stands first
_COLUMNS = (
    _column("state", 108),
    _column("source", 138),
    _column("target", 114),
    _column("actual_m", 54, 1),
    _column("required_m", 58, 1),
    _column("shortfall_m", 66, 1),
    _column("clause", 131),
    _column("label", 210),
    _column("why", 210),
)
_TOTALS = (_column("nearest_m", 100, 1), _column("worst_shortfall_m", 100, 1))
_GROUNDS = {
    "too_near": "#f7d9c8",
    "depends": "#fbeccb",
    "preset": "#f3dcea",
    "unsettled": "#e4ebf2",
    "refused": "#dfe2e6",
    "no_data": "#e8e8e8",
    "kept": "#d8efe6",
    "no_rule": "#f1f4f7",
}


class DistanceView(AnswerView[DistanceQuestion, DistanceAnswer]):
    """How far things are apart."""

    name = "distance"
    title = "page.distances.title"
    drawn_by = "distance-from"
    empty = "distance_ask.empty"
    basis = "distance_ask.basis"
    stem = "khoang-cach"
    closest = 18.0
    widths = (6, 11)

    def files(self) -> DistanceFiles:
        """What can be exported."""
        return DistanceFiles(self.answer, self.words)

    def rows(self) -> Rows:
        """Rows, what is too near first."""
        answer, say = self.answer, self.words
        facts = ordered(answer.rows, _GROUNDS, {"shortfall_m": False, "actual_m": True})
        frame = distance_lines(answer, say).loc[facts.index]
        periods = periods_of(answer)
        frame["target"] = [target_label(row, periods, say, part_first=True) for row in records(facts)]
        frame["state"] = [say(f"distance_state_short.{s}") for s in facts["state"]]
        return Rows(
            frame,
            _COLUMNS,
            States(answer.rows["state"], "distance_state_short", _GROUNDS),
            Groups(answer.rows["source"], answer.sources["name"]),
            counted=say("distance_ask.rows_note"),
            notes=self.files().notes,
        )

    def cards(self) -> tuple[list[Card], str]:
        """Numbers of pairs by answer, and the worst."""
        totals, rows = self.answer.totals, self.answer.rows
        missing = rows.loc[rows["why"] == "no_layer", "target_kind"].nunique()
        kept = int(((totals["too_near"] == 0) & (totals["depends"] == 0) & (totals["kept"] > 0)).sum())
        by_state = rows["state"].value_counts()
        figures = (
            ("", "sources_count", len(totals), 0),
            ("too_near", "pairs_too_near", totals["too_near"].sum(), 0),
            ("too_near", "worst", totals["worst_shortfall_m"].max(), 1),
            ("depends", "pairs_depends", totals["depends"].sum(), 0),
            ("kept", "sources_kept", kept, 0),
            ("no_data", "kinds_missing", missing, 0),
        )
        return [
            Card(
                self.words(f"distance_ask.{name}"),
                self.words.number(float(value), digits),
                self._rows_behind(by_state.get(state, 0)) if name.startswith("pairs_") else "",
                **({"colour": distance_look(state).fill} if state else {}),
            )
            for state, name, value, digits in figures
        ], ""

    def _rows_behind(self, count: int) -> str:
        """A pair has a row for every rule that speaks of it: the filter counts those."""
        return self.words("rows.count", count=int(count))

    def drawn(self) -> list[MapLayer]:
        """Sources, lines and rings."""
        source = self.link.group if self.link.group in self.answer.sources.index else ""
        marked = marked_layer(self.answer, source=source or "", row=self.link.row)
        return [*distance_layers(self.answer, self.words), marked]

    def focus(self) -> Sequence[tuple[str, int]]:
        """What was measured from."""
        return self.question.sources or self.question.targets

    def above(self) -> None:
        """Say what was drawn, and what can be done with it."""
        show_drawn_bar(self.base, self.question, self.words, name=self.name, chosen_by=self.drawn_by)

    def context(self) -> Sequence[tuple[str, int]]:
        """What was measured to."""
        return self.question.targets

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Source at a place, or near it."""
        return source_at(self.answer, x, y), None

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Line of a row, with room round it: both ends can be told apart from what lies about."""
        if row not in self.answer.lines.index:
            return None
        line = self.answer.lines.loc[[row]]
        room = line.geometry.buffer(60.0 + 0.2 * line.geometry.length)
        return gpd.GeoDataFrame(geometry=room, crs=line.crs)

    def detail(self, row: int) -> None:
        """Rule, distances and grounds of a row."""
        say, facts = self.words, records(self.answer.rows.loc[[row]])[0]
        periods = periods_of(self.answer)
        ends = source_label(facts, periods, say), target_label(facts, periods, say)
        with st.container(border=True):
            st.markdown(f"**{plain(ends[0])}** – {plain(ends[1])}")
            show_facts(((say(f"distance_column.{k}"), text) for k, text in self._facts(facts)))

    def _facts(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        say = self.words
        return [
            ("state", say(f"distance_state.{facts['state']}")),
            ("why", why_text(facts, say)),
            ("label", rule_label(facts, say)),
            *((name, say.number(facts[name], 2)) for name in _METRES),
            ("clause", clause_of(facts, say)),
            ("validity", say.validity(facts["valid_from"], facts["valid_to"]) if facts["rule"] else ""),
            ("confidence", say(f"confidence.{facts['confidence']}") if facts["confidence"] else ""),
            ("measured_from", in_words(facts, "from", say)),
            ("measured_to", in_words(facts, "to", say)),
            ("note", in_words(facts, "note", say)),
            ("rule", facts["rule"]),
        ]

    def below(self) -> None:
        """Layers to add, and totals per source."""
        say, rows = self.words, self.answer.rows
        missing = sorted(set(rows.loc[rows["why"] == "no_layer", "target_kind"]))
        if missing:
            st.caption(say("distance_ask.needed", kinds=", ".join(say(f"kind_many.{k}") for k in missing)))
        st.markdown(f"#### {say('distance_export.totals')}")
        show_figures(distance_totals_table(self.answer, say), _TOTALS, say)
