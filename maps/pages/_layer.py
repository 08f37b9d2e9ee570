"""One layer of the workspace: its origin, the book of its reading, its versions, its export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from maps.answer_map import context_layers, drawn_by_server
from maps.export import export_layer
from maps.pages._cache import cached_sight, workspace_bounds
from maps.pages._exports import offer_files
from maps.pages._facts import show_facts
from maps.pages._findings import show_findings
from maps.pages._frame import plain, sentences
from maps.pages._identify import show_identified
from maps.pages._map import View, show_map
from maps.pages._pick import chosen_row
from maps.pages._printing import notes_of
from maps.tables import layer_title

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pandas.io.formats.style import Styler

    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_layer", "show_layers"]

_MOST_ROWS = 1000
_ENDINGS = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv")


def show_layers(versions: list[Version], words: Words) -> Version | None:
    """List the layers; one can be selected.

    Parameters
    ----------
    versions : list of Version
    words : Words

    Returns
    -------
    Version or None
    """
    if not versions:
        st.html(f"<div class='tc-empty'>{words('layers.empty')}</div>")
        return None
    columns = ("name", "kind", "period", "stage", "rows", "version", "decision", "saved_at")
    table = pd.DataFrame(
        [
            (
                layer_title(v, words),
                words(f"kind.{v.kind_name}"),
                str(v.period or ""),
                words(f"stage.{v.period.stage}") if v.period else "",
                v.rows,
                v.version,
                v.provenance.decision,
                words.moment(v.saved_at),
            )
            for v in versions
        ],
        columns=[words(f"column.{c}") for c in columns],
    )
    write: dict[Any, str | Callable[[object], str] | None]
    write = {words("column.rows"): lambda n: words.number(float(str(n)), 0)}
    # written the way the language does, sorted as numbers
    shown: Styler = table.style.format(write)
    event = st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=36 * min(len(versions), 12) + 40,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="layers",
    )
    place = chosen_row(event["selection"], "layers")
    if place is None or place >= len(versions):
        st.caption(words("layers.choose"))
        return None
    return versions[place]


def show_layer(base: Workspace, entry: Version, words: Words) -> None:
    """Show one layer.

    Parameters
    ----------
    base : Workspace
    entry : Version
    words : Words
    """
    folder = str(base.folder)
    layer = cached_sight(folder, entry.layer, entry.version)
    left, right = st.columns([5, 4])
    with left:
        served = {"layer-0": (folder, entry.layer, entry.version)} if drawn_by_server(layer) else {}
        shown = [replace(drawn, show=True, folded=False) for drawn in context_layers([layer], words)]
        bounds = workspace_bounds(folder, ((entry.layer, entry.version),))
        label = words("made.label") if entry.provenance.made else ""
        key = f"layers-{entry.layer}-{entry.version}"
        show_map(
            key, shown, words, view=View(bounds, base.crs, label, notes_of([layer], words)), tiles=served
        )
    with right:
        show_identified(key, base, [entry], words)
        _origin(entry, words)
        _versions(base, entry, words)
        _export(base, entry, words)
        findings = base.findings(entry.layer, entry.version)
        if findings:
            st.markdown(f"**{words('sheet.findings')}**")
            show_findings(findings, words)
    with st.expander(words("layers.attributes")):
        table = base.attributes(entry.layer, entry.version, most=_MOST_ROWS)
        st.dataframe(table, width="stretch", height=300)


def _origin(entry: Version, words: Words) -> None:
    origin = entry.provenance
    rows = [
        (words("about.kind"), words(f"kind.{entry.kind_name}")),
        (
            words("about.period"),
            f"{entry.period} · {words('stage.' + entry.period.stage)}" if entry.period else "",
        ),
        (words("about.source"), origin.source),
        (words("about.decision"), origin.decision),
        (words("about.body"), origin.body),
        (words("about.date"), words.day(origin.date)),
        (words("about.scale"), origin.scale),
        (words("about.steps"), ", ".join(_step(step, words) for step in origin.steps)),
        ("SHA-256", origin.sha256[:24]),
        (words("run.warning"), words("made.label") if origin.made else ""),
    ]
    show_facts(rows)


def _step(text: str, words: Words) -> str:
    """Name of a step, with how often: ``geometry_repaired x3``."""
    name, _, times = text.partition(" ")
    if not words.has(f"step.{name}"):
        return text
    said = words(f"step.{name}")
    return f"{said} ({times.lstrip('x')})" if times else said


def _versions(base: Workspace, entry: Version, words: Words) -> None:
    history = base.history(entry.layer)
    if len(history) < 2:  # noqa: PLR2004 - there is nothing to go back to
        st.caption(words("layers.one_version"))
        return
    labels = {
        v.version: " · ".join(part for part in (f"v{v.version}", words.moment(v.saved_at), v.note) if part)
        for v in history
    }
    older = [v.version for v in history if not v.current]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    wanted = left.selectbox(
        words("layers.earlier"), older, format_func=labels.__getitem__, key=f"earlier-{entry.layer}"
    )
    if right.button(words("layers.restore"), width="stretch", key=f"restore-{entry.layer}"):
        with sentences():
            saved = base.restore(entry.layer, int(wanted))
        st.toast(
            words("cli.workspace.undone", layer=plain(entry.layer), wanted=wanted, version=saved.version)
        )
        st.rerun()


def _export(base: Workspace, entry: Version, words: Words) -> None:
    def write(path: Path) -> None:
        export_layer(base.load(entry.layer, entry.version), path, words)

    with st.popover(words("export.open_layer")):
        offer_files(_ENDINGS, write, words, stem=entry.layer)
