"""The answer of the page on distances: figures, map and table linked both ways, detail, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from layers.crs import as_crs, to_crs
from maps.answer_map import context_layers
from maps.canvas import to_lonlat
from maps.distance_map import distance_layers, marked_layer, source_at
from maps.distance_tables import (
    distance_totals_table,
    in_words,
    rule_label,
    source_label,
    target_label,
    why_text,
)
from maps.export import DISTANCE_FORMATS, export_distances
from maps.pages._cache import cached_layer, workspace_bounds
from maps.pages._distance_rows import show_distance_rows
from maps.pages._exports import show_exports
from maps.pages._frame import plain
from maps.pages._map import View, clicked_point, go_to, made_label, served_tiles, show_map
from maps.places import crs_label
from maps.styles import distance_look
from maps.tables import clause_of, findings_table, periods_of, records, run_table

if TYPE_CHECKING:
    from layers.store import Workspace
    from maps.distance_question import DistanceQuestion
    from maps.words import Words
    from spatial.distances import DistanceAnswer

__all__ = ["show_distances"]

_MAP = "distances"
_SOURCE = "distance-source"
_ROW = "distance-row"


def show_distances(base: Workspace, question: DistanceQuestion, answer: DistanceAnswer, words: Words) -> None:
    """Show an answer.

    Parameters
    ----------
    base : Workspace
    question : DistanceQuestion
    answer : DistanceAnswer
    words : Words
    """
    _handle_click(answer)
    _figures(answer, words)
    facts, files = st.columns([5, 1], vertical_alignment="center")
    with facts:
        _basis(answer, words)
    with files:
        stem = f"khoang-cach-{answer.run['on']}"
        show_exports(DISTANCE_FORMATS, partial(export_distances, answer), words, stem=stem)
    left, right = st.columns([3, 4], gap="small")
    with right:
        row = show_distance_rows(answer, words, source=_picked(answer))
        if row != st.session_state.get(_ROW):
            st.session_state[_ROW] = row
            _move_to(answer, row)
        if row is not None and row in answer.rows.index:
            _detail(answer, row, words)
    with left:
        _show_map(base, question, answer, words)
    _below(answer, words)


def _picked(answer: DistanceAnswer) -> str | None:
    source = st.session_state.get(_SOURCE)
    return source if source in answer.sources.index else None


def _handle_click(answer: DistanceAnswer) -> None:
    point = clicked_point(_MAP)
    if point is None:
        return
    here = gpd.GeoDataFrame(geometry=[shapely.Point(*point)], crs=as_crs(4326))
    place = to_crs(here, as_crs(answer.sources.crs)).geometry
    source = source_at(answer, float(place.x.iloc[0]), float(place.y.iloc[0]))
    st.session_state[_SOURCE] = source or None
    st.session_state[_ROW] = None
    st.session_state["distance-mark"] = st.session_state.get("distance-mark", 0) + 1


def _move_to(answer: DistanceAnswer, row: int | None) -> None:
    if row is None or row not in answer.lines.index:
        return
    line = answer.lines.loc[[row]]
    # room round a line of a few metres, so that both ends can be told apart from what lies about
    room = gpd.GeoDataFrame(geometry=line.geometry.buffer(60.0 + 0.2 * line.geometry.length), crs=line.crs)
    west, south, east, north = to_lonlat(room).total_bounds
    go_to(_MAP, (float(west), float(south), float(east), float(north)), closest=18.0)


def _figures(answer: DistanceAnswer, words: Words) -> None:
    """A row of figures; numbers and words of ours only, so plain HTML is safe."""
    totals = answer.totals
    missing = answer.rows.loc[answer.rows["why"] == "no_layer", "target_kind"].nunique()
    kept = int(((totals["too_near"] == 0) & (totals["depends"] == 0) & (totals["kept"] > 0)).sum())
    cells = [
        ("#1f5fa8", "sources_count", words.number(float(len(totals)), 0)),
        (distance_look("too_near").fill, "pairs_too_near", words.number(float(totals["too_near"].sum()), 0)),
        (distance_look("too_near").fill, "worst", words.number(float(totals["worst_shortfall_m"].max()), 1)),
        (distance_look("depends").fill, "pairs_depends", words.number(float(totals["depends"].sum()), 0)),
        (distance_look("kept").fill, "sources_kept", words.number(float(kept), 0)),
        (distance_look("no_data").fill, "kinds_missing", words.number(float(missing), 0)),
    ]
    body = "".join(
        f"<div class='tc-card' style='border-left-color:{colour}'>"
        f"<span>{words(f'distance_ask.{name}')}</span><b>{value}</b></div>"
        for colour, name, value in cells
    )
    st.html(f"<div class='tc-cards'>{body}</div>")


def _basis(answer: DistanceAnswer, words: Words) -> None:
    run = answer.run
    st.caption(
        words(
            "distance_ask.basis",
            on=words.day(run["on"]),
            crs=crs_label(answer.sources.crs, words),
            rules=run["rule_version"],
            periods=", ".join(run["periods"]) or "–",
        )
    )


def _show_map(base: Workspace, question: DistanceQuestion, answer: DistanceAnswer, words: Words) -> None:
    others = [cached_layer(question.folder, *entry) for entry in question.targets]
    units = [v for v in base.layers() if v.kind_name == "admin_unit"]
    newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
    context = [*others, *(cached_layer(question.folder, v.layer, v.version) for v in newest)]
    marked = marked_layer(answer, source=_picked(answer) or "", row=st.session_state.get(_ROW))
    layers = [*distance_layers(answer, words), *context_layers(context, words), marked]
    bounds = workspace_bounds(question.folder, question.sources)
    label = words("made.label") if answer.run["made"] else made_label(context, words)
    tiles = served_tiles(base, context)
    show_map(_MAP, layers, words, view=View(bounds, base.crs, label), tiles=tiles)


def _detail(answer: DistanceAnswer, row: int, words: Words) -> None:
    facts = records(answer.rows.loc[[row]])[0]
    periods = periods_of(answer)
    with st.container(border=True):
        ends = source_label(facts, periods, words), target_label(facts, periods, words)
        st.markdown(f"**{plain(ends[0])}** – {plain(ends[1])}")
        lines = [
            ("state", words(f"distance_state.{facts['state']}")),
            ("why", why_text(facts, words)),
            ("label", rule_label(facts, words)),
            *((name, _metres(facts[name], words)) for name in _METRES),
            ("clause", clause_of(facts, words)),
            ("validity", words.validity(facts["valid_from"], facts["valid_to"]) if facts["rule"] else ""),
            ("confidence", words(f"confidence.{facts['confidence']}") if facts["confidence"] else ""),
            ("measured_from", in_words(facts, "from", words)),
            ("measured_to", in_words(facts, "to", words)),
            ("note", in_words(facts, "note", words)),
            ("rule", facts["rule"]),
        ]
        shown = [(words(f"distance_column.{name}"), text) for name, text in lines if text]
        st.dataframe(
            pd.DataFrame(shown, columns=["what", "value"]),
            hide_index=True,
            column_config={"what": words("column.what"), "value": words("column.value")},
        )


_METRES = ("required_m", "actual_m", "grid_m", "shortfall_m")


def _metres(value: Any, words: Words) -> str:
    return words.number(value, 2)


def _below(answer: DistanceAnswer, words: Words) -> None:
    missing = sorted(set(answer.rows.loc[answer.rows["why"] == "no_layer", "target_kind"]))
    if missing:
        kinds = ", ".join(words(f"kind_many.{kind}") for kind in missing)
        st.caption(words("distance_ask.needed", kinds=kinds))
    st.markdown(f"#### {words('distance_export.totals')}")
    table = distance_totals_table(answer, words)
    metres = [words(f"distance_column.{c}") for c in ("nearest_m", "worst_shortfall_m")]
    style = table.style.format(dict.fromkeys(metres, partial(words.number, digits=1)))
    st.dataframe(style, hide_index=True, width="stretch", height=36 * min(len(table), 20) + 40)
    if answer.findings:
        with st.expander(words("sheet.findings"), expanded=True):
            st.dataframe(findings_table(answer.findings, words), hide_index=True, width="stretch")
    with st.expander(words("sheet.run")):
        st.dataframe(run_table(answer, words), hide_index=True, width="stretch")
