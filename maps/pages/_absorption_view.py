"""The answer of the page on absorbed land: what stands in its figures, its table, on its map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st
from shapely import Point

from maps.absorption_map import lost_layers, marked_place, place_at, zone_layers
from maps.absorption_question import AbsorptionAsked
from maps.absorption_tables import (
    SECTION,
    asked_text,
    housing_table,
    ledger_rows,
    ledger_table,
    place_label,
    places_lines,
    stock_lines,
    years_figures,
    years_text,
)
from maps.answer_map import context_layers
from maps.brief_words import Fitted
from maps.change_map import change_look
from maps.columns import Column
from maps.compare_view import Side, period_label, side_layers
from maps.export.absorption import AbsorptionFiles
from maps.pages._cache import cached_layer, workspace_bounds
from maps.pages._cards import Card
from maps.pages._compare_view import show_views
from maps.pages._facts import show_figures
from maps.pages._figures import show_stock
from maps.pages._frame import plain
from maps.pages._map import View, made_label, served_tiles
from maps.pages._table import Groups, Rows, States
from maps.pages._view import AnswerView
from maps.stock_chart import Benchmark
from maps.tables import records
from spatial.absorption import Absorption
from spatial.labels import feature_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from layers import Layer
    from maps.canvas import MapLayer

__all__ = ["AbsorptionView"]


def _column(name: str, width: int, digits: int | None = None, short: str = "") -> Column:
    return Column(name, SECTION, digits, width, short, brief=Fitted(21) if name == "place" else None)


#: what a reader wants first stands first
_COLUMNS: Final = (
    _column("rank", 50, 0, "rank_short"),
    _column("place", 140),
    _column("years", 156),
    _column("lost_to_housing_ha", 66, 2, "lost_short"),
    _column("pace_ha_year", 64, 2, "pace_short"),
    _column("opening_ha", 84, 1, "opening_short"),
    _column("closing_ha", 84, 1, "closing_short"),
    _column("lost_share_pct", 84, 1),
    _column("uncovered_ha", 96, 1),
)
#: scopes of the table, in the order of reading; rings stand in the ledger below
_GROUNDS: Final = {"total": "#dfe8f1", "unit": "#f1f4f7", "outside": "#f1f4f7", "zone": "#f7ece0"}
_FLOWS: Final = tuple(
    _column(name, 110, 2)
    for name in (
        *("opening_ha", "lost_to_housing_ha", "lost_ha_year", "lost_to_other_ha", "lost_to_no_data_ha"),
        *("gained_ha", "gained_from_no_data_ha", "noise_ha", "closing_ha"),
    )
)
_MORE: Final = tuple(
    _column(name, 110, 2)
    for name in (
        *("area_ha", "gained_from_housing_ha", "noise_lost_ha", "noise_gained_ha"),
        *("uncovered_before_ha", "uncovered_after_ha"),
    )
)
_HOUSING: Final = (
    _column("zone_ha", 100, 2),
    _column("housing_ha", 100, 2),
    _column("share_pct", 80, 1),
    _column("housing_first_ha", 100, 2),
    _column("noise_ha", 100, 2),
)
_LOST: Final = "#b5174f"
#: of columns side by side, beside a chart on a screen of 1366 pixels
_BESIDE_PX: Final = 580
#: less than this doesn't show in the figures
_SHOWN_HA: Final = 0.005


class AbsorptionView(AnswerView[AbsorptionAsked, Absorption]):
    """Land that housing took, and how long the rest lasts."""

    name = "absorption"
    title = "page.absorption.title"
    empty = "absorption_ask.empty"
    basis = "absorption_ask.basis"
    stem = "dat-bi-hap-thu"

    def files(self) -> AbsorptionFiles:
        """What can be exported."""
        return AbsorptionFiles(self.answer, self.words)

    def rows(self) -> Rows:
        """Return the whole, the communes by urgency, the zones."""
        left = self.answer.years_left
        shown = left[left["scope"].isin(_GROUNDS)]
        order = pd.DataFrame(
            {
                "scope": shown["scope"].map({scope: n for n, scope in enumerate(_GROUNDS)}),
                "rank": shown["rank"].astype(float),
                "years": shown["years_left"],
                "lost": -shown["lost_to_housing_ha"],
            }
        ).sort_values(["scope", "rank", "years", "lost"], kind="stable")
        lines = places_lines(self.answer, self.words).loc[order.index]
        states = States(left["scope"], "absorption_scope", _GROUNDS)
        # each place is a group of its own: a click on the map leaves its row alone in the table
        keys = left.index.map(str)
        names = [place_label(row, self.words) for row in records(left)]
        groups = Groups(
            pd.Series(keys, index=left.index), pd.Series(names, index=keys), "absorption_view.place"
        )
        return Rows(lines, _COLUMNS, states, groups, notes=self.files().notes)

    def cards(self) -> tuple[list[Card], str]:
        """Lost, pace, left, how long, housing inside zones, benchmark."""
        say, whole = self.words, self._whole()
        share = 100 * whole["lost_to_housing_ha"] / whole["opening_ha"] if whole["opening_ha"] else 0.0
        beside = say(
            "absorption_figure.share", share=say.number(share, 1), opening=say.number(whole["opening_ha"], 1)
        )
        cards = [
            Card(say("absorption_figure.lost"), say.number(whole["lost_to_housing_ha"], 1), beside, _LOST),
            Card(say("absorption_figure.pace"), say.number(whole["pace_ha_year"], 2), self._range(whole)),
            Card(
                say("absorption_figure.closing", year=str(whole["to_year"])),
                say.number(whole["closing_ha"], 1),
            ),
            Card(say("absorption_figure.years"), *self._years(whole)),
        ]
        homes = self.answer.already_housing
        if (self.answer.places["scope"] == "zone").any():
            zones = say("absorption_figure.zones", count=len(homes))
            # zones may share land: each hectare once
            once = self.kept("inside", lambda: float(homes.union_all().area) / 1e4)
            figure = say.number(once, 1)
            cards.append(Card(say("absorption_figure.inside"), figure, zones, change_look("changed").fill))
        if self.answer.run["benchmark_ha_year"]:
            cards.append(self._against(whole))
        chance = whole["chance"]
        note = [asked_text(self.answer, say)]
        if chance == chance:  # noqa: PLR0124 - NaN
            note.append(say("absorption_figure.chance", chance=say.number(100 * chance, 0)))
        return cards, " · ".join(note)

    def _whole(self) -> dict[str, Any]:
        left = self.answer.years_left
        return records(left[left["scope"] == "total"])[0]

    def _range(self, whole: dict[str, Any]) -> str:
        say = self.words
        if whole["basis"] != "range":
            return say("absorption_figure.range_none") if whole["intervals"] == 1 else ""
        low, high = (say.number(whole[f"{end}_ha_year"], 2) for end in ("slowest", "fastest"))
        return say("absorption_figure.range", low=low, high=high)

    def _years(self, whole: dict[str, Any]) -> tuple[str, str]:
        """Years in short, and their range."""
        short = years_text(whole, self.words).partition(" (")[0].partition(",")[0]
        left, low, high = years_figures(whole, self.words)
        if not low:
            return short, self._range(whole) if left else ""
        return short, self.words("absorption_figure.range", low=low, high=high or "∞")

    def _against(self, whole: dict[str, Any]) -> Card:
        say, over = self.words, whole["over_benchmark_ha_year"]
        sign = "+" if over > 0 else ""
        years = say(
            "absorption_figure.benchmark_years", years=say.number(whole["years_left_at_benchmark"], 0)
        )
        label = say("absorption_figure.benchmark", pace=say.number(whole["benchmark_ha_year"], 2))
        return Card(label, f"{sign}{say.number(over, 2)}", years, _LOST if over > 0 else "#009E73")

    def map(self) -> None:
        """Land that was lost, and the first and the last survey side by side."""
        answer, say = self.answer, self.words
        first, last = self._surveys()
        sides = [
            Side(period_label(land, say), side_layers([land], say), served_tiles(self.base, [land]))
            for land in (first, last)
        ]
        folder = self.question.folder
        units = [cached_layer(folder, *entry) for entry in self.question.units]
        below = [replace(layer, id=f"units-{n}") for n, layer in enumerate(context_layers(units, say))]
        layers = self.kept(f"layers-{say.lang}", lambda: (lost_layers(answer, say), zone_layers(answer, say)))
        bounds = workspace_bounds(folder, tuple(self.focus()))
        read = [first, last, *units]
        show_views(
            self.name,
            sides,
            say,
            view=View(
                bounds, self.base.crs, made_label(read, say), self.sheet_notes(read), self.sheet_title()
            ),
            change=layers[0],
            common=[*layers[1], *below, marked_place(answer, self.link.row)],
        )

    def _surveys(self) -> tuple[Layer, Layer]:
        """Return the first and the last survey that entered the answer."""
        layers = [cached_layer(self.question.folder, *entry) for entry in self.question.series]
        by_year = {layer.period.last: layer for layer in layers if layer.period}
        years = self.answer.run["years"]
        return by_year[years[0]], by_year[years[-1]]

    def drawn(self) -> list[MapLayer]:
        """Land that was lost; the map of this page draws it itself."""
        return lost_layers(self.answer, self.words)

    def focus(self) -> Sequence[tuple[str, int]]:
        """Return what the land lies in: zones, else units, else the surveys."""
        return self.question.zones or self.question.within or self.question.units or self.question.series

    def find(self, x: float, y: float) -> tuple[str | None, int | None]:
        """Zone or unit at a place; a unit is found by all its land, not only by what was followed."""
        row = place_at(self.answer, x, y)
        row = self._unit_at(x, y) if row is None else row
        return (None if row is None else str(row)), row

    def _unit_at(self, x: float, y: float) -> int | None:
        left = self.answer.years_left
        for entry in self.question.units:
            frame = cached_layer(self.question.folder, *entry).frame
            here = feature_labels(frame)[frame.intersects(Point(x, y)).to_numpy()]
            found = left.index[(left["scope"] == "unit") & left["place"].isin(here)]
            if len(found):
                return int(found[0])
        return None

    def place(self, row: int) -> gpd.GeoDataFrame | None:
        """Where a place lies."""
        return self.answer.places.loc[[row]] if row in self.answer.places.index else None

    def detail(self, row: int) -> None:
        """Ledger of the place of a row, and its stock over time."""
        facts = records(self.answer.years_left.loc[[row]])[0]
        with st.container(border=True):
            st.markdown(
                f"**{plain(place_label(facts, self.words))}** – {plain(years_text(facts, self.words))}"
            )
            self._ledger(ledger_rows(self.answer, row))

    def _ledger(self, rows: pd.DataFrame) -> None:
        """Rows of the ledger; columns that are nought in all of them stand in the export alone."""
        say = self.words
        told = [
            c
            for c in _FLOWS
            if c.name in ("opening_ha", "closing_ha") or (rows[c.name].abs() >= _SHOWN_HA).any()
        ]
        heads = [say(f"{SECTION}.interval"), *(c.heading(say) for c in told)]
        show_figures(ledger_table(self.answer, say).loc[rows.index, heads], told, say)

    def below(self) -> None:
        """Stock over time, housing inside zones, the ledger."""
        answer, say = self.answer, self.words
        row = self.link.row if self.link.row in answer.years_left.index else None
        shown = 0 if row is None else row
        facts = records(answer.years_left.loc[[shown]])[0]
        with st.container(key="tc-totals"):
            left, right = st.columns([4, 5], gap="small")
        with left:
            st.markdown(f"#### {say('absorption_view.stock')}: {plain(place_label(facts, say))}")
            show_stock("absorption-stock", stock_lines(answer, shown), say, benchmark=self._benchmark(shown))
        with right:
            st.markdown(f"#### {say('absorption_view.housing')}")
            if answer.already_housing.empty:
                st.html(f"<div class='tc-empty'>{say('absorption_view.none_inside')}</div>")
            else:
                show_figures(housing_table(answer, say), _HOUSING, say, room_px=_BESIDE_PX)
        st.markdown(f"#### {say('absorption_view.whole')}")
        self._ledger(answer.ledger[answer.ledger["scope"] == "total"])
        with st.expander(say("absorption_view.every")):
            show_figures(ledger_table(answer, say), (*_FLOWS, *_MORE), say)

    def _benchmark(self, row: int) -> Benchmark | None:
        """The line that the stock of the whole would follow at the benchmark."""
        pace = self.answer.run["benchmark_ha_year"]
        if not pace or self.answer.years_left.loc[row, "scope"] != "total":
            return None
        stock = stock_lines(self.answer, row)
        start, end = stock.iloc[0], stock.iloc[-1]
        gone = max(float(start["area_ha"]) - pace * float(end["year"] - start["year"]), 0.0)
        label = self.words("absorption_figure.benchmark_line", pace=self.words.number(pace, 2))
        return Benchmark(label, [(int(start["year"]), float(start["area_ha"])), (int(end["year"]), gone)])
