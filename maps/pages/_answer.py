"""The answer of the conflict page: figures, map and table linked both ways, detail, changes, export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import streamlit as st

from layers.crs import as_crs, to_crs
from layers.kinds import kind
from maps.answer_map import answer_layers, context_layers, row_at, selection_layer
from maps.canvas import to_lonlat
from maps.conflict_tables import totals_table
from maps.export import FORMATS, export_answer
from maps.pages._cache import cached_drawing, cached_land, cached_layer, workspace_bounds
from maps.pages._charts import chart_legend, totals_chart
from maps.pages._detail import show_detail
from maps.pages._exports import show_exports
from maps.pages._findings import show_findings
from maps.pages._map import View, clicked_point, go_to, made_label, served_tiles, show_map
from maps.pages._rows import show_rows
from maps.places import crs_label
from maps.styles import state_look
from maps.tables import run_table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from layers import Version
    from layers.store import Workspace
    from maps.question import ConflictQuestion
    from maps.words import Words
    from spatial.conflicts import ConflictAnswer

__all__ = ["show_answer", "show_preview"]

_MAP = "conflicts"
_ZONE = "conflict-zone"
_ROW = "conflict-row"
_NAMED_HA = 0.005  # less than this doesn't show in the figures
_FIGURES = (
    ("blocks_ha", "blocks"),
    ("consent_ha", "needs_consent"),
    ("no_data_ha", "no_data"),
    ("clear_ha", "clear"),
    ("noise_ha", ""),
)


def show_preview(base: Workspace, versions: list[Version], words: Words, *, empty: str = "ask.empty") -> None:
    """Before anything was asked: the layers of the workspace on the map, and what to do next.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
    words : Words
    empty : str
        Key of the words that say what to do.
    """
    st.html(f"<div class='tc-empty'>{words(empty)}</div>")
    shown = [
        v
        for v in versions
        if kind(v.kind_name).role in ("zone", "context") or v.kind_name in ("road", "river")
    ]
    layers = [cached_layer(str(base.folder), v.layer, v.version) for v in _latest(shown)]
    if layers:
        names = tuple((v.layer, v.version) for v in _latest(shown))
        show_map(
            f"{_MAP}-preview",
            context_layers(layers, words),
            words,
            view=View(workspace_bounds(str(base.folder), names), base.crs, made_label(layers, words)),
            tiles=served_tiles(base, layers),
        )


def _latest(versions: list[Version]) -> list[Version]:
    """Of each kind the layer of the last period: the map should not show one park twice."""
    best: dict[str, Version] = {}
    for v in versions:
        year = v.period.last if v.period else 0
        known = best.get(v.kind_name)
        if known is None or year > (known.period.last if known.period else 0):
            best[v.kind_name] = v
    return list(best.values())


def show_answer(
    base: Workspace, question: ConflictQuestion, answer: ConflictAnswer, words: Words, *, records: int
) -> None:
    """Show an answer.

    Parameters
    ----------
    base : Workspace
    question : ConflictQuestion
    answer : ConflictAnswer
    words : Words
    records : int
        Number of changes on record.
    """
    drawn = cached_drawing((question, records), answer)
    _handle_click(answer, drawn)
    _figures(answer, cached_land((question, records), answer), words)
    # the style sheet puts the columns of these containers under one another on a narrow screen
    with st.container(key="tc-basis"):
        facts, files = st.columns([5, 1], vertical_alignment="center")
    with facts:
        _basis(answer, words)
    with files:
        show_exports(FORMATS, partial(export_answer, answer), words, stem=f"xung-dot-{answer.run['on']}")
    with st.container(key="tc-answer"):
        left, right = st.columns([8, 12], gap="small")
    with right:
        row = show_rows(answer, words, zone=_picked_zone(answer))
        if row != st.session_state.get(_ROW):
            st.session_state[_ROW] = row
            _move_to(answer, drawn, row)
        if row is not None and row in answer.rows.index:
            show_detail(question, answer, row, words)
    with left:
        _show_map(base, question, answer, drawn, words=words)
    _below(answer, words)


def _picked_zone(answer: ConflictAnswer) -> str | None:
    zone = st.session_state.get(_ZONE)
    return zone if zone in answer.zones.index else None


def _handle_click(answer: ConflictAnswer, drawn: gpd.GeoDataFrame) -> None:
    point = clicked_point(_MAP)
    if point is None:
        return
    here = gpd.GeoDataFrame(geometry=[shapely.Point(*point)], crs=as_crs(4326))
    place = to_crs(here, as_crs(answer.zones.crs)).geometry
    zone, row = row_at(answer, drawn, float(place.x.iloc[0]), float(place.y.iloc[0]))
    st.session_state[_ZONE] = zone or None
    st.session_state[_ROW] = row
    # a new key: the table starts again with this row selected
    st.session_state["rows-mark"] = st.session_state.get("rows-mark", 0) + 1


def _move_to(answer: ConflictAnswer, drawn: gpd.GeoDataFrame, row: int | None) -> None:
    if row is None or row not in answer.rows.index:
        return
    target = drawn[drawn["row"] == row]
    if target.empty:
        target = answer.zones.loc[[answer.rows.loc[row, "zone"]]]
    west, south, east, north = to_lonlat(target[[target.geometry.name]]).total_bounds
    go_to(_MAP, (float(west), float(south), float(east), float(north)))


def _figures(answer: ConflictAnswer, land: pd.Series, words: Words) -> None:
    """A row of figures; numbers and words of ours only, so plain HTML is safe."""
    area = float(land["area_ha"])
    cells = [("", words("figure.zones"), words.number(float(len(answer.zones)), 0), "")]
    cells.append(("", words("figure.area"), words.number(area, 1), ""))
    for name, state in _FIGURES:
        share = f"{words.number(100 * land[name] / area, 1)} %" if area else ""
        colour = state_look(state).fill if state else "#7a0177"
        cells.append((colour, words(f"column.{name}"), words.number(land[name], 1), share))
    body = "".join(
        f"<div class='tc-card' style='border-left-color:{colour or '#1f5fa8'}'><span>{label}</span>"
        f"<b>{value}</b><i>{share}</i></div>"
        for colour, label, value, share in cells
    )
    shared = float(land["zones_ha"]) - area
    note = ""
    if shared > _NAMED_HA:
        zones = words.number(land["zones_ha"], 1)
        text = words("figure.shared", zones=zones, shared=words.number(shared, 1))
        note = f"<div class='tc-note'>{text}</div>"
    st.html(f"<div class='tc-cards'>{body}</div>{note}")


def _show_map(
    base: Workspace,
    question: ConflictQuestion,
    answer: ConflictAnswer,
    drawn: gpd.GeoDataFrame,
    *,
    words: Words,
) -> None:
    others = [
        cached_layer(question.folder, *entry)
        for entry in question.constraints
        if entry not in question.zones  # drawn already, as what is checked
    ]
    units = [v for v in base.layers() if v.kind_name == "admin_unit"]
    newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
    context = [*others, *(cached_layer(question.folder, v.layer, v.version) for v in newest)]
    row = st.session_state.get(_ROW)
    marked = selection_layer(answer, drawn, zone=_picked_zone(answer) or "", row=row)
    layers = [*answer_layers(answer, drawn, words), *context_layers(context, words), marked]
    bounds = workspace_bounds(question.folder, question.zones)
    label = words("made.label") if answer.run["made"] else made_label(context, words)
    show_map(_MAP, layers, words, view=View(bounds, base.crs, label), tiles=served_tiles(base, context))


def _basis(answer: ConflictAnswer, words: Words) -> None:
    run = answer.run
    st.caption(
        words(
            "ask.basis",
            on=words.day(run["on"]),
            tolerance_m=run["tolerance_m"],
            crs=crs_label(answer.zones.crs, words),
            rules=run["rule_version"],
            periods=", ".join(run["periods"]) or "–",
        )
    )


def _below(answer: ConflictAnswer, words: Words) -> None:
    st.markdown(f"#### {words('sheet.totals')}")
    table = totals_table(answer, words)
    numbers = [c for c in table.columns if c.endswith("(ha)")]
    write: Callable[[Any], str] = words.number
    style = table.style.format(dict.fromkeys(numbers, write))
    with st.container(key="tc-totals"):
        left, right = st.columns([2, 3], gap="small")
    left.html(chart_legend(words))
    left.altair_chart(totals_chart(answer, words), width="stretch")
    right.dataframe(style, hide_index=True, width="stretch", height=36 * min(len(table), 20) + 40)
    if answer.findings:
        with st.expander(words("sheet.findings")):
            show_findings(answer.findings, words)
    with st.expander(words("sheet.run")):
        st.dataframe(run_table(answer, words), hide_index=True, width="stretch")
