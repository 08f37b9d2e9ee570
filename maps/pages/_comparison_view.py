"""The answer of the page on plan versions: what stands in its figures, its table, on its map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import altair as alt
import pandas as pd
import streamlit as st

from maps.answer_map import context_layers, drawn_by_server
from maps.brief_words import Fitted
from maps.change_map import change_layers, change_look
from maps.columns import Column, headed
from maps.compare_view import Side, period_label, side_layers
from maps.comparison_map import comparison_parts, marked_row, row_land, row_under
from maps.comparison_question import ComparisonQuestion, comparable
from maps.comparison_tables import both_sides, comparison_lines, comparison_links, reason_of, row_label
from maps.export.comparison import ComparisonFiles
from maps.flow_chart import number_locale
from maps.pages._cache import cached_sight, workspace_bounds
from maps.pages._cards import Card
from maps.pages._compare_view import show_views
from maps.pages._comparison_ask import tolerance_slider
from maps.pages._facts import show_facts, show_figures
from maps.pages._frame import plain
from maps.pages._map import View, made_label, served_tiles
from maps.pages._table import Rows, States, ordered
from maps.pages._timeline import show_agreement, show_timeline
from maps.pages._view import AnswerView
from maps.tables import records
from spatial.compare import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from maps.canvas import MapLayer

__all__ = ["ComparisonView"]

_SECTION: Final = "comparison_column"
_STILL: Final = ("unchanged", "redrawn")
_CURVE_PX: Final = 108
_NOTHING_HA: Final = 1e-9


def _column(name: str, width: int, digits: int | None = None) -> Column:
    short = f"{name.removesuffix('_ha')}_short" if digits is not None else ""
    adds_up = name in ("gained_ha", "lost_ha", "noise_ha")
    brief = Fitted(18) if name == "names" else None
    return Column(name, _SECTION, digits, width, short, adds_up, brief)


#: what a reader wants first stands first
_COLUMNS: Final = (
    _column("state", 98),
    _column("names", 124),
    _column("gained_ha", 54, 2),
    _column("lost_ha", 54, 2),
    _column("noise_ha", 58, 3),
    _column("area_before_ha", 60, 2),
    _column("area_after_ha", 60, 2),
    _column("ids", 124),
    _column("flags", 140),
    _column("also", 180),
    _column("matched_by", 130),
)
_LINKS: Final = (
    Column("area_ha", _SECTION, 4),
    Column("share_before_pct", _SECTION, 1),
    Column("share_after_pct", _SECTION, 1),
)
_GROUNDS: Final = {
    "dropped": "#f6d3df",
    "added": "#d3e5f3",
    "split": "#e4dcf0",
    "merged": "#e4dcf0",
    "reorganised": "#e4dcf0",
    "moved": "#fbe3cf",
    "expanded": "#d3e5f3",
    "reduced": "#f6d3df",
    "status_changed": "#fbf1cb",
    "renamed": "#fbf1cb",
    "redrawn": "#efe6cc",
    "unchanged": "#eef1f4",
}


class ComparisonView(AnswerView[ComparisonQuestion, Comparison]):
    """What changed between two versions of a plan."""

    name = "comparison"
    title = "page.compare.title"
    empty = "comparison_ask.empty"
    basis = "comparison_ask.basis"
    stem = "so-sanh-ky"
    widths = (1, 1)

    def above(self) -> None:
        """The tolerance, and what it makes of the differences."""
        with st.container(key="tc-tolerance"):
            left, right = st.columns([5, 7], gap="medium")
        with left:
            tolerance_slider(self.question, self.answer, self.words)
            st.caption(plain(reason_of(self.answer, self.words)))
        with right:
            st.altair_chart(_curve(self), width="stretch")

    def files(self) -> ComparisonFiles:
        """What can be exported."""
        return ComparisonFiles(self.answer, self.words)

    def rows(self) -> Rows:
        """Rows, what changed first."""
        answer, say = self.answer, self.words
        states = answer.rows["status"]
        facts = ordered(answer.rows.assign(state=states), _GROUNDS, {"area_before_ha": False})
        frame = comparison_lines(answer, say).loc[facts.index].rename(columns={"status": "state"})
        for name in ("names", "ids"):
            frame[name] = [both_sides(row, name) for row in records(facts)]
        return Rows(
            frame,
            _COLUMNS,
            States(states, "comparison_status", _GROUNDS),
            notes=self.files().notes,
        )

    def cards(self) -> tuple[list[Card], str]:
        """Land before and after, what came between, and how many rows changed."""
        say, totals = self.words, self.answer.totals
        changed = int((~self.answer.rows["status"].isin(_STILL)).sum())
        figures = (
            ("area_before_ha", "", 1),
            ("gained_ha", "gained", 1),
            ("lost_ha", "lost", 1),
            ("noise_ha", "redrawn", 3),
            ("area_after_ha", "", 1),
        )
        cards = [
            Card(
                say(f"{_SECTION}.{name}"),
                say.number(float(totals[name]), digits),
                **({"colour": change_look(change).fill} if change else {}),
            )
            for name, change, digits in figures
        ]
        both = (say.number(float(totals[f"noise_{way}_ha"]), 3) for way in ("gained", "lost"))
        # what closes the account is the difference of the two
        cards[3] = replace(cards[3], beside="+{} / −{}".format(*both))
        of = say("comparison_ask.of_rows", count=len(self.answer.rows))
        return [Card(say("comparison_ask.changed"), say.number(float(changed), 0), of), *cards], ""

    def _parts(self) -> gpd.GeoDataFrame:
        return self.kept(f"parts-{self.words.lang}", lambda: comparison_parts(self.answer, self.words))

    def map(self) -> None:
        """Changes, a divider, two maps that move together, or both in turn."""
        folder, say = str(self.base.folder), self.words
        both = [cached_sight(folder, *entry) for entry in self.focus()]
        sides = [
            Side(period_label(one, say) or one.name, side_layers([one], say), served_tiles(self.base, [one]))
            for one in both
        ]
        bounds = workspace_bounds(folder, tuple(self.focus()))
        notes, title = self.sheet_notes(both), self.sheet_title()
        view = View(bounds, self.base.crs, made_label(both, say), notes, title)
        change = change_layers(self._parts(), say)
        show_views(self.name, sides, say, view=view, change=change, common=self.drawn())

    def drawn(self) -> list[MapLayer]:
        """The row chosen, and the newest boundaries below."""
        units = [v for v in self.base.layers() if v.kind_name == "admin_unit"]
        newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
        found = [cached_sight(str(self.base.folder), v.layer, v.version) for v in newest]
        below = context_layers([one for one in found if not drawn_by_server(one)], self.words)
        return [marked_row(self.answer, self.link.row), *(replace(one, id="units") for one in below)]

    def focus(self) -> Sequence[tuple[str, int]]:
        """Both versions."""
        return self.question.before, self.question.after

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Row of the smallest feature there."""
        return None, row_under(self.answer, x, y)

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Features of a row, as they were and as they are, with room round them."""
        land = row_land(self.answer, row)
        west, south, east, north = land.total_bounds
        land["geometry"] = land.geometry.buffer(0.2 * max(east - west, north - south))
        return land

    def detail(self, row: int) -> None:
        """Figures of a row and its counterparts."""
        say = self.words
        facts = records(self.answer.rows.loc[[row]])[0]
        line = comparison_lines(self.answer, say).loc[row]
        ends = [plain(row_label(facts, side, most=12)) for side in ("before", "after")]
        with st.container(border=True):
            st.markdown(f"**{ends[0] or '–'}** → **{ends[1] or '–'}**")
            shown = ("status", "flags", "matched_by", "also")
            said = [(say(f"{_SECTION}.{k}"), str(line[k])) for k in shown]
            areas = ("area_before_ha", "gained_ha", "lost_ha", "noise_gained_ha", "noise_lost_ha")
            said += [
                (say(f"{_SECTION}.{k}"), say.number(float(facts[k]), 4)) for k in (*areas, "area_after_ha")
            ]
            show_facts(said)
            links = comparison_links(self.answer, say, rows=[row])
            if len(links):
                show_figures(headed(links, say, section=_SECTION), _LINKS, say)

    def below(self) -> None:
        """All versions of the kind: a slider over their periods, and the land they agree on."""
        kind_name = self.base.version(*self.question.before).kind_name
        versions = comparable(self.base.layers()).get(kind_name, [])
        entries = [(v.layer, v.version) for v in versions]
        show_timeline("comparison-periods", self.base, entries, self.words)
        tolerance_m = float(self.answer.run["tolerance_m"])
        show_agreement("agreement", self.base, versions, self.words, tolerance_m=tolerance_m)


def _curve(view: ComparisonView) -> alt.LayerChart:
    """Hectares of redrawing at each tolerance, the one in use marked."""
    say, curve = view.words, view.answer.curve
    used = float(view.answer.run["tolerance_m"])
    shown = curve[curve["tolerance_m"] > 0]
    full = shown.index[shown["real_ha"] < _NOTHING_HA]
    if len(full) and curve.loc[full[0], "tolerance_m"] > used:
        shown = shown.loc[: full[0]]
    heads = {k: say(f"{_SECTION}.{k}") for k in ("tolerance_m", "redrawn_ha", "real_ha")}
    x = alt.X(
        "tolerance_m:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=[0.01, 0.1, 1, 10, 100, 1000], format="~g", grid=False),
        title=None,
    )
    y = alt.Y(
        "redrawn_ha:Q",
        scale=alt.Scale(type="symlog", constant=0.01),
        axis=alt.Axis(values=[0.01, 0.1, 1, 10, 100, 1000, 10_000], format="~g"),
        title=None,
    )
    tips = [
        alt.Tooltip(f"{name}:Q", title=heads[name], format=form)
        for name, form in (("tolerance_m", ".2f"), ("redrawn_ha", ",.3f"), ("real_ha", ",.2f"))
    ]
    colour = change_look("redrawn").fill
    line = (
        alt.Chart(shown)
        .mark_line(point={"color": colour, "size": 22}, color=colour)
        .encode(x=x, y=y, tooltip=tips)
    )
    rule = alt.Chart(pd.DataFrame({"tolerance_m": [max(used, 0.01)]})).mark_rule(strokeDash=[5, 4])
    both: alt.LayerChart = alt.LayerChart(layer=[line, rule.encode(x=x)])
    title = say("comparison_ask.curve")
    both = both.properties(height=_CURVE_PX, title=alt.TitleParams(title, fontSize=12, anchor="start"))
    out: alt.LayerChart = both.configure(locale=number_locale(say))
    return out
