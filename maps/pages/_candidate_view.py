"""The answer of the page that searches sites: figures, ranked list, map, waterfall, and why not here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from maps.brief_words import brief_clause
from maps.candidate_map import marked_site, site_layers
from maps.candidate_question import CandidateQuestion
from maps.candidate_tables import (
    breakdown_table,
    checks_table,
    closing_line,
    constraint_name,
    exclusion_table,
    land_table,
)
from maps.canvas import to_lonlat
from maps.columns import Column
from maps.decision_tables import decision_mark
from maps.export.candidates import CandidateFiles
from maps.pages._candidate_decide import show_decision, show_ticks
from maps.pages._candidate_runs import show_search_runs
from maps.pages._candidate_stamp import show_stamps
from maps.pages._cards import Card
from maps.pages._facts import show_facts, show_figures
from maps.pages._frame import plain, sentences
from maps.pages._map import go_to
from maps.pages._shelf import shelved
from maps.pages._table import Rows, States
from maps.pages._view import AnswerView
from maps.site_runs import DecisionBook
from maps.tables import clause_of, records
from maps.waterfall_chart import TIER_COLOURS, waterfall_chart
from spatial.candidates import CandidateAnswer
from spatial.exclusions import why_not
from spatial.site_reasons import why_no_site

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["CandidateView"]

_SECTION = "site_column"


_SHORT = {
    "area_ha": "area_short",
    "rank_low": "rank_low_short",
    "rank_high": "rank_high_short",
    "top_share": "top_short",
    "topsis_rank": "topsis_short",
    "rice_ha": "rice_short",
}
#: constraints in the order of reading: what takes how much land by which clause
_TAKEN = ("constraint", "tier", "added_ha", "left_ha", "clause", "alone_ha", "applied", "why")


def _column(name: str, width: int, digits: int | None = None) -> Column:
    brief = brief_clause if name == "clause" else None
    return Column(name, _SECTION, digits, width, _SHORT.get(name, ""), brief=brief)


_COLUMNS = (
    _column("site", 48),
    Column("state", "site_mark", None, 150),
    _column("rank", 50, 0),
    _column("score", 56, 3),
    _column("area_ha", 60, 2),
    _column("commune", 90),
    _column("rank_low", 70, 0),
    _column("rank_high", 74, 0),
    _column("topsis_rank", 66, 0),
    _column("rice_ha", 68, 2),
    _column("top_share", 74, 2),
    _column("compactness", 76, 2),
    _column("width_m", 120, 0),
    Column("reason", "decision_column", None, 180),
)
_GROUNDS = {"ticked": "#d9f2e2", "dropped": "#fbdedb", "open": "#ffffff"}
_SHOWN_HA = 0.05
_TAKERS = {
    "law": ("blocks", "distance"),
    "consent": ("consent",),
    "choice": ("chosen", "own"),
    "no_data": ("no_data",),
}
_FIGURES = (
    _column("clause", 160),
    _column("alone_ha", 100, 2),
    _column("added_ha", 100, 2),
    _column("left_ha", 100, 2),
    _column("value", 80, 3),
    _column("weight", 80, 3),
    _column("points", 80, 3),
    _column("area_ha", 90, 4),
    _column("share_pct", 80, 1),
    _column("found", 80, 2),
    _column("numerator", 80, 2),
    _column("denominator", 80, 2),
)
_FACTS = (
    *(("score", 3), ("rank", 0), ("rank_low", 0), ("rank_high", 0), ("topsis_rank", 0)),
    *(("area_ha", 4), ("rice_ha", 4), ("excluded_ha", 4)),
    *(("perimeter_m", 1), ("width_m", 1), ("compactness", 3)),
)


class CandidateView(AnswerView[CandidateQuestion, CandidateAnswer]):
    """Where the next zone can go."""

    name = "candidate"
    title = "page.candidates.title"
    empty = "candidate_ask.empty"
    basis = "candidate_ask.basis"
    stem = "chon-dia-diem"

    def __init__(
        self,
        base: Workspace,
        question: CandidateQuestion,
        answer: CandidateAnswer,
        *,
        words: Words,
        version: Hashable,
    ) -> None:
        self.book = DecisionBook(base, question, answer)
        decided = (version, self.book.version)
        with sentences():
            told = shelved("candidate-decided", (question, decided), self.book.answer)
        super().__init__(base, question, told, words=words, version=decided)
        # a row is a site by its name: ranks change when a boundary is drawn anew, the choice does not
        self.names = sorted(str(site) for site in told.sites.index)

    def above(self) -> None:
        """What the answer must not be read without."""
        show_stamps(self.answer.run, self.words)

    def files(self) -> CandidateFiles:
        """What can be exported."""
        return CandidateFiles(self.answer, self.words)

    def rows(self) -> Rows:
        """Sites by rank."""
        sites = self.answer.sites
        names = [column.name for column in _COLUMNS if column.name != "site"]
        frame = pd.DataFrame(sites.drop(columns="geometry")).reindex(columns=names)
        frame.insert(0, "site", [str(site) for site in sites.index])
        frame.index = pd.Index([self.names.index(site) for site in frame["site"]])
        share = self.words.number(100 * float(self.answer.run["weight_share"]), 0)
        counted = self.words("candidate_ask.rows_note", share=share)
        states = None
        if self.answer.decisions is not None:
            told = self.answer.decisions.rows.loc[sites.index].set_index(frame.index)
            marks = zip(told["decision"], told["redrawn"], strict=True)
            frame["state"] = [decision_mark(d, self.words, redrawn=bool(r)) for d, r in marks]
            frame["reason"] = told["reason"]
            states = States(told["decision"], "site_decision", _GROUNDS)
        return Rows(frame, _COLUMNS, states, counted=counted, notes=self.files().notes)

    def choice(self) -> int | None:
        """Show the ranked list, and what ticks its sites."""
        row = super().choice()
        st.caption(self.words("candidate_ask.two_ranks"))
        if len(self.answer.sites):
            show_ticks(self.book, self.answer, self.words)
        return row

    def cards(self) -> tuple[list[Card], str]:
        """Hectares searched, taken by the law, for want of consent, by choice, and left; sites."""
        say, found, sites = self.words, self.answer.exclusions, self.answer.sites
        share = 100 * found.left_ha / found.area_ha
        figures = [("area", say.number(found.area_ha, 1), "", "left")]
        for name, tiers in _TAKERS.items():
            taken = float(found.rows.loc[found.rows["tier"].isin(tiers), "added_ha"].sum())
            if taken > _SHOWN_HA or name != "no_data":
                figures.append((f"by_{name}", say.number(taken, 1), "", tiers[0]))
        figures.append(("left", say.number(found.left_ha, 1), f"{say.number(share, 1)} %", "left"))
        in_sites = f"{say.number(float(sites.area.sum()) / 1e4, 1)} ha"
        figures.append(("sites", say.number(len(sites), 0), in_sites, "left"))
        cards = [
            Card(say(f"candidate_ask.card_{name}"), value, beside, TIER_COLOURS[tier])
            for name, value, beside, tier in figures
        ]
        return cards, say("candidate_ask.passed_note", count=len(self.answer.passed_over))

    def drawn(self) -> list[MapLayer]:
        """Area, taken land, land passed over, sites, and the mark of the one that was chosen."""
        layers = self.kept("drawn", lambda: site_layers(self.answer, self.words, coarse_m=15.0))
        row = self.link.row
        chosen = self.names[row] if row is not None and row < len(self.names) else None
        return [*layers, marked_site(self.answer, chosen)]

    def map(self) -> None:
        """Show the map; an answer that is new here starts with its own area of search."""
        if st.session_state.get("candidate-shown") != self.question.key:
            st.session_state["candidate-shown"] = self.question.key
            if self.question.boundary and self.link.row is None:
                west, south, east, north = to_lonlat(self.answer.exclusions.area).total_bounds
                go_to(self.name, (float(west), float(south), float(east), float(north)))
        super().map()

    def focus(self) -> Sequence[tuple[str, int]]:
        """The area of search."""
        return (self.question.area,)

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Site at a place; the place is kept for the question why not."""
        st.session_state["candidate-place"] = (self.question.key, x, y)
        shapes = self.answer.sites.loc[self.names].geometry.to_numpy()
        hit = shapely.intersects(shapes, shapely.Point(x, y))
        # a place without a site is asked why not: the site that was chosen stays chosen
        return None, int(hit.argmax()) if hit.any() else self.link.row

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """A site with some land round it."""
        if row >= len(self.names):
            return None
        site = self.answer.sites.loc[[self.names[row]]]
        room = site.geometry.buffer(0.5 * float(site.length.iloc[0]) / 4)
        return gpd.GeoDataFrame(geometry=room, crs=site.crs)

    def detail(self, row: int) -> None:
        """Breakdown, land and rules of a site."""
        say, sites = self.words, self.answer.sites
        if row >= len(self.names):
            return
        site = self.names[row]
        facts = records(pd.DataFrame(sites.drop(columns="geometry")).loc[[site]])[0]
        with st.container(border=True):
            st.markdown(f"**{plain(site)}** – {plain(str(facts['commune']))}")
            show_decision(self.book, self.answer, site, say)
            show_facts(
                (say(f"{_SECTION}.{name}"), say.number(facts[name], digits)) for name, digits in _FACTS
            )
            tables = {
                "site_sheet.breakdown": breakdown_table(self.answer, say),
                "site_sheet.land": land_table(self.answer, say),
                "site_sheet.checks": checks_table(self.answer, say),
            }
            mine = say(f"{_SECTION}.site")
            for tab, table in zip(st.tabs([say(n) for n in tables]), tables.values(), strict=True):
                with tab:
                    show_figures(table[table[mine] == site].drop(columns=[mine]), _FIGURES, say)

    def below(self) -> None:
        """Why not here, the waterfall, and what was not applied."""
        say = self.words
        self._why_not()
        st.markdown(f"#### {say('site_sheet.exclusions')}")
        rows, table = self.answer.exclusions.rows, exclusion_table(self.answer, say)
        first = [say(f"{_SECTION}.{name}") for name in _TAKEN]
        table = table[[*first, *(name for name in table if name not in first)]]
        holds = rows["applied"].to_numpy(dtype=bool)
        chart = waterfall_chart(self.answer, say)
        st.vega_lite_chart(chart, width="stretch", height=int(chart["height"]) + 80)
        show_figures(table[holds], _FIGURES, say)
        found = self.answer.exclusions
        st.caption(closing_line(found, say))
        with st.expander(say("candidate_ask.not_applied")):
            show_figures(table[~holds], _FIGURES, say)
        show_search_runs(self.base, say, current=self.book.version[0])

    def _why_not(self) -> None:
        """Every constraint at the place that was clicked."""
        say = self.words
        st.markdown(f"#### {say('candidate_ask.why_not')}")
        key, x, y = st.session_state.get("candidate-place", ("", 0.0, 0.0))
        if key != self.question.key:
            st.caption(say("candidate_ask.why_not_how"))
            return
        hits = why_not(self.answer.exclusions, shapely.Point(x, y))
        st.caption(say("candidate_ask.place", north=say.number(y, 1), east=say.number(x, 1)))
        if hits["constraint"].eq("outside").any():
            st.info(say("candidate_ask.outside"))
            return
        if hits[hits["applied"].astype(bool)].empty:
            st.success(say("candidate_ask.free"))
            for row in records(why_no_site(self.answer, shapely.Point(x, y))):
                st.caption(self._became(str(row["why"]), str(row["what"])))
        show_facts((self._named(row), self._said(row)) for row in records(hits))

    def _became(self, why: str, what: str) -> str:
        """What became of free land: part of a site, too poor, too small, and so on."""
        score = why in ("poor", "not_taken")
        beside = self.words.number(float(what), 3) if score else plain(what)
        return f"{self.words(f'site_passed.{why}')} {beside}".strip()

    def _named(self, row: dict[str, object]) -> str:
        return constraint_name(row, self.words)

    def _said(self, row: dict[str, object]) -> str:
        say = self.words
        facts = {"needs": row.get("needs", ""), "province": row.get("province", "")}
        why = say(f"site_why.{row['why']}", **facts) if row["why"] else ""
        tier = say(f"site_tier.{row['tier']}") if row["applied"] else ""
        return " · ".join(text for text in (tier, clause_of(row, say), why) if text and text != "nan") or "–"
