"""The answer of the page on change of land: figures, matrix, map of changes, ribbons, stocks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from layers.landuse import code_list
from maps.answer_map import context_layers
from maps.canvas import MapLayer
from maps.change_map import change_layers, change_look
from maps.change_question import ChangeQuestion
from maps.change_tables import class_label, class_name, date_label, moves, summed, totals_table
from maps.columns import Column
from maps.compare_view import Side, period_label, side_layers
from maps.export.change import ChangeFiles, drawn_parts
from maps.flow_chart import FlowNames, land_names
from maps.pages._cache import cached_layer, workspace_bounds
from maps.pages._cards import Card
from maps.pages._change_matrix import show_matrix
from maps.pages._compare_view import show_views
from maps.pages._facts import show_facts, show_figures
from maps.pages._figures import show_flows, show_stock
from maps.pages._frame import plain
from maps.pages._map import View, made_label, served_tiles
from maps.pages._table import Rows
from maps.pages._timeline import show_timeline
from maps.pages._view import AnswerView
from maps.styles import SELECTED
from maps.tables import records
from spatial.change import UNCOVERED, Change, ChangeSeries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Layer

__all__ = ["ChangeView"]

#: of more polygons than this the largest are drawn
_MOST_DRAWN = 4_000
_TOP = 90
_ALL = "*"
_STOCKS = 4
_LEAST_HA = 0.005


def _column(name: str, width: int, digits: int | None = None, *, adds_up: bool = False) -> Column:
    return Column(name, "change_column", digits, width, adds_up=adds_up)


_COLUMNS = (
    _column("start_label", 190),
    _column("end_label", 190),
    _column("area_ha", 92, 2, adds_up=True),
    _column("real_ha", 92, 2, adds_up=True),
    _column("noise_ha", 92, 2, adds_up=True),
    _column("share_pct", 92, 1),
)
_TOTALS = tuple(
    _column(name, 96, 2)
    for name in (
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
    )
)


class ChangeView(AnswerView[ChangeQuestion, ChangeSeries]):
    """What land became."""

    name = "change"
    title = "page.change.title"
    empty = "change_ask.empty"
    basis = "change_ask.basis"
    stem = "bien-dong-dat"
    widths = (7, 12)

    @property
    def shown(self) -> Change:
        """The interval that was chosen."""
        chosen = st.session_state.get("change-interval", _ALL)
        if chosen == _ALL or int(chosen) >= len(self.answer.intervals):
            return self.answer.overall
        return self.answer.intervals[int(chosen)]

    @property
    def moves(self) -> pd.DataFrame:
        """Cells of the matrix that hold land."""
        return moves(self.shown, kept=True)

    @property
    def _class(self) -> str:
        """The class whose gains and losses are looked at; empty for all."""
        chosen = str(st.session_state.get("change-class", ""))
        return chosen if chosen in self.shown.totals.index else ""

    def above(self) -> None:
        """Which interval, where there are several."""
        series = self.answer
        if len(series.intervals) == 1:
            return
        names = {_ALL: self._span(series.overall)}
        names |= {str(n): self._span(one) for n, one in enumerate(series.intervals)}
        st.segmented_control(
            self.words("change_view.interval"),
            list(names),
            default=_ALL,
            required=True,
            format_func=names.__getitem__,
            key="change-interval",
            on_change=self.link.forget,
            label_visibility="collapsed",
        )

    def _span(self, answer: Change) -> str:
        return f"{date_label(answer, 0, self.words)} → {date_label(answer, 1, self.words)}"

    def files(self) -> ChangeFiles:  # type: ignore[override]
        """The interval shown."""
        return ChangeFiles(self.shown, self.words)

    def cards(self) -> tuple[list[Card], str]:
        """Land that changed, was redrawn, stayed; the largest change."""
        say, sums = self.words, summed(self.shown)
        found = moves(self.shown)
        inner = found[(found["start"] != UNCOVERED) & (found["end"] != UNCOVERED)]
        share = 100 * sums["real_ha"] / sums["common_ha"] if sums["common_ha"] else 0.0
        cards = [
            Card(
                say("change_view.real"),
                f"{say.number(sums['real_ha'], 1)} ha",
                f"{say.number(share, 1)} %",
                change_look("changed").fill,
            ),
            Card(
                say("change_view.noise"),
                f"{say.number(sums['noise_ha'], 2)} ha",
                "",
                change_look("redrawn").fill,
            ),
            Card(
                say("change_view.kept"),
                f"{say.number(sums['unchanged_ha'], 1)} ha",
                "",
                change_look("unchanged").fill,
            ),
        ]
        if max(sums["uncovered_before_ha"], sums["uncovered_after_ha"]) >= _LEAST_HA:
            lost, new = (say.number(sums[f"uncovered_{end}_ha"], 2) for end in ("after", "before"))
            value = say("change_view.uncovered_value", lost=lost, new=new)
            cards.append(Card(say("change_view.uncovered"), value, "", change_look("uncovered").fill))
        if len(inner):
            first = records(inner.head(1))[0]
            value = f"{first['start']} → {first['end']}"
            cards.append(Card(say("change_view.largest"), value, f"{say.number(first['area_ha'], 1)} ha"))
        return cards, ""

    def rows(self) -> Rows:
        """Changes, the largest first."""
        say, found = self.words, self.moves
        found = found[found["start"] != found["end"]]
        if self._class:
            found = found[(found["start"] == self._class) | (found["end"] == self._class)]
        frame = found.assign(
            start_label=[class_label(n, say) for n in found["start"]],
            end_label=[class_label(n, say) for n in found["end"]],
        )
        return Rows(frame, _COLUMNS, notes=self.files().notes)

    def choice(self) -> int | None:
        """The matrix, or the list of changes; of all classes or of one."""
        say = self.words
        left, right = st.columns([2, 3], vertical_alignment="center")
        with left:
            way = st.segmented_control(
                say("change_view.way"),
                ["matrix", "list"],
                default="matrix",
                required=True,
                format_func=lambda name: say(f"change_view.way_{name}"),
                key="change-beside",
                label_visibility="collapsed",
            )
        with right:
            st.selectbox(
                say("change_view.class"),
                ["", *(str(n) for n in self.shown.totals.index if n != UNCOVERED)],
                format_func=lambda n: class_label(n, say) if n else say("change_view.every_class"),
                key="change-class",
                on_change=self.link.forget,
                label_visibility="collapsed",
            )
        if way == "list":
            return super().choice()
        cell = show_matrix(self.shown, say, key=f"change-matrix-{self.link.mark}", of_class=self._class)
        return self.link.row if cell is None else self._row(*cell)

    def _row(self, start: str, end: str) -> int | None:
        found = self.moves
        at = found.index[(found["start"] == start) & (found["end"] == end)]
        return int(at[0]) if len(at) else None

    def _layers(self) -> list[Layer]:
        folder = str(self.base.folder)
        names = [entry["name"] for entry in self.shown.run["layers"]]
        version = dict(self.question.layers)
        return [cached_layer(folder, name, version[name]) for name in names]

    def drawn(self) -> list[MapLayer]:
        """Changed land, and the cell chosen."""
        shown, key = (
            self.shown,
            f"{st.session_state.get('change-interval', _ALL)}-{self._class}-{self.words.lang}",
        )
        parts = self.kept(f"drawn-{key}", lambda: drawn_parts(shown, self.words, focus=self._class))
        if len(parts) > _MOST_DRAWN:
            parts = parts.nlargest(_MOST_DRAWN, "area_ha")
            st.caption(self.words("change_view.largest_drawn", count=_MOST_DRAWN))
        return [*change_layers(parts, self.words), self._marked()]

    def _marked(self) -> MapLayer:
        row = self.link.row
        frame = self.place(row) if row is not None else None
        shapes = [] if frame is None else frame.geometry.to_list()
        bare = gpd.GeoDataFrame(geometry=shapes, crs=self.shown.crs)
        return MapLayer("selection", "", "", _TOP, bare, [SELECTED])

    def focus(self) -> Sequence[tuple[str, int]]:
        """The layers of the interval."""
        version = dict(self.question.layers)
        return [(entry["name"], version[entry["name"]]) for entry in self.shown.run["layers"]]

    def map(self) -> None:
        """Change, divider, pair or blinking of the two dates."""
        layers = self._layers()
        sides = [
            Side(
                period_label(one, self.words) or one.name,
                side_layers([one], self.words),
                served_tiles(self.base, [one]),
            )
            for one in layers
        ]
        *change, marked = self.drawn()
        bounds = workspace_bounds(str(self.base.folder), tuple(self.focus()))
        label, notes = made_label(layers, self.words), self.sheet_notes(layers)
        view = View(bounds, self.base.crs, label, notes, self.sheet_title())
        # named apart from the twins: one row of the panel each
        below = context_layers(self._units(), self.words)
        common = [*(replace(one, id=f"units-{n}") for n, one in enumerate(below)), marked]
        show_views(self.name, sides, self.words, view=view, change=change, common=common)

    def _units(self) -> list[Layer]:
        """The newest boundaries, to find one's way by."""
        units = [v for v in self.base.layers() if v.kind_name == "admin_unit"]
        newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
        return [cached_layer(str(self.base.folder), v.layer, v.version) for v in newest]

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """The change at a place."""
        parts = self.shown.parts
        met = parts.sindex.query(shapely.Point(x, y), predicate="intersects")
        if not len(met):
            return None, None
        smallest = parts.iloc[met].sort_values("area_ha").iloc[0]
        return None, self._row(str(smallest["start"]), str(smallest["end"]))

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Polygons of a cell."""
        found = self.moves
        if row not in found.index:
            return None
        start, end = str(found.loc[row, "start"]), str(found.loc[row, "end"])
        interval = st.session_state.get("change-interval", _ALL)
        shown = self.shown
        return self.kept(f"cell-{interval}-{start}-{end}", lambda: shown.polygons(start, end))

    def detail(self, row: int) -> None:
        """Names, hectares and number of polygons of a cell."""
        found, say = self.moves, self.words
        if row not in found.index:
            return
        facts = records(found.loc[[row]])[0]
        place = self.place(row)
        count = 0 if place is None else len(place)
        with st.container(border=True):
            both = " → ".join(plain(class_label(facts[end], say)) for end in ("start", "end"))
            st.markdown(f"**{both}**")
            shown = [
                (f"change_column.{k}", say.number(facts[k], 2))
                for k in ("area_ha", "real_ha", "noise_ha", "share_pct")
            ]
            shown.append(("change_view.polygons", say.number(count, 0)))
            show_facts((say(key), text) for key, text in shown)

    def below(self) -> None:
        """Ribbons, stocks over time, totals of classes."""
        say, shown = self.words, self.shown
        left, right = st.columns([3, 2], gap="medium")
        with left:
            st.markdown(f"#### {say('change_view.flows')}")
            flows = self.moves.rename(columns={"start": "before", "end": "after"})[
                ["before", "after", "area_ha"]
            ]
            flows = flows.replace({"before": {UNCOVERED: ""}, "after": {UNCOVERED: ""}})
            heads = (date_label(shown, 0, say), date_label(shown, 1, say))
            picked = show_flows("change-flows", flows, say, names=_names(self), heads=heads)
        with right:
            st.markdown(f"#### {say('change_view.stock')}")
            self._stock()
        self._follow_ribbon(picked)
        st.markdown(f"#### {say('change.sheet_totals')}")
        table = totals_table(shown, say)
        show_figures(table.set_index(say("change_column.class")), _TOTALS, say)
        show_timeline("change-periods", self.base, self.question.layers, say)

    def _follow_ribbon(self, picked: tuple[str, str] | None) -> None:
        """A ribbon that was clicked anew chooses its cell."""
        if picked == st.session_state.get("change-ribbon"):
            return
        st.session_state["change-ribbon"] = picked
        row = None if picked is None else self._row(*(name or UNCOVERED for name in picked))
        if row is not None:
            self.link.choose(None, row)
            st.rerun()

    def _stock(self) -> None:
        """Stocks of the classes that changed most, or of those chosen."""
        say, stock = self.words, self.answer.stock
        swing = (stock.max(axis=1) - stock.min(axis=1)).sort_values(ascending=False)
        first = [self._class] if self._class in stock.index else list(swing.index[:_STOCKS])
        chosen = st.multiselect(
            say("change_view.stock_classes"),
            list(stock.index),
            default=first,
            format_func=lambda n: class_label(n, say),
            key=f"change-stock-{self.question.key}-{self._class}",
            label_visibility="collapsed",
            wrap=True,
        )
        years = self._years()
        rows = [
            {
                "year": year,
                "area_ha": float(stock.loc[name].iloc[n]),
                "planned": planned,
                "series": name if name in code_list() else class_name(name, say),
            }
            for name in chosen
            for n, (year, planned) in enumerate(years)
        ]
        if rows:
            show_stock(f"change-stock-chart-{self.question.key}", pd.DataFrame(rows), say)

    def _years(self) -> list[tuple[float, bool]]:
        folder = str(self.base.folder)
        layers = [cached_layer(folder, *entry) for entry in self.question.layers]
        return [
            (float(one.period.last), one.period.stage != "surveyed") if one.period else (float(n), False)
            for n, one in enumerate(layers)
        ]


def _names(view: ChangeView) -> FlowNames:
    """Official names and colours, and names of our own classes."""
    known = land_names(view.words)
    return FlowNames(lambda n: class_label(n, view.words).replace(" – ", " · "), known.colour)
