"""One layer of the workspace: its origin, the book of its reading, its versions, its export."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from layers.errors import ThoCongError
from maps.answer_map import context_layers, drawn_by_server
from maps.export import export_layer
from maps.pages._about import newest_of, with_facts
from maps.pages._address import name_layer
from maps.pages._cache import cached_sight, workspace_bounds
from maps.pages._copy import show_copy
from maps.pages._exports import offer_files
from maps.pages._facts import show_facts
from maps.pages._findings import show_findings
from maps.pages._frame import plain, say_error, sentences
from maps.pages._identify import show_identified
from maps.pages._map import View, made_label, served_tiles, show_map
from maps.pages._printing import notes_of
from maps.pages._quality import recorded_quality, show_quality
from maps.pages._undo import show_undo
from maps.tables import layer_title

if TYPE_CHECKING:
    from pathlib import Path

    from layers import Version
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["show_all", "show_layer"]

_MOST_ROWS = 1000
_AROUND = ("admin_unit", "road", "river")
_TOP = 60
#: as many as an address may have
_NAME_LETTERS = 100
_ENDINGS = (".gpkg", ".geojson", ".zip", ".kml", ".xlsx", ".csv")


def _name(entry: Version) -> str:
    """Of the map of a layer in an address: the view of one layer isn't that of the next."""
    return ("layers-" + re.sub(r"[^\w.-]+", "_", entry.layer))[:_NAME_LETTERS]


def show_layer(base: Workspace, entry: Version, words: Words) -> None:
    """Show one layer.

    Parameters
    ----------
    base : Workspace
    entry : Version
    words : Words
    """
    entry = _version(base, entry, words)
    folder = str(base.folder)
    if not _readable(base, [entry]):  # an earlier version, or what it was read from, is the way out
        _origin(entry, words)
        if entry.current:
            show_undo(base, entry, words, where="list")
        return
    layer = cached_sight(folder, entry.layer, entry.version)
    left, right = st.columns([5, 4])
    with left:
        shown, served = _drawn(base, entry, words)
        bounds = workspace_bounds(folder, ((entry.layer, entry.version),))
        label = words("made.label") if entry.provenance.made else ""
        key = f"layers-{entry.layer}-{entry.version}"
        notes = notes_of([layer], words)
        view = View(bounds, base.crs, label, notes, layer_title(entry, words), name=_name(entry))
        show_map(key, shown, words, view=view, tiles=served)
    with right:
        beside = [v for v in newest_of(base.layers()) if v.layer != entry.layer]
        show_identified(key, base, [entry], words, beside=beside)
        _origin(entry, words)
        show_copy("layers", words, name_layer(entry))
        with st.container(horizontal=True):
            _export(base, entry, words)
            if entry.current:
                show_undo(base, entry, words, where="list")
        findings = base.findings(entry.layer, entry.version)
        if findings:
            st.markdown(f"**{words('sheet.findings')}**")
            show_findings(findings, words)
        report = recorded_quality(base, entry.layer, entry.version)
        if report is not None:
            show_quality(report, words)
    many = entry.rows > _MOST_ROWS
    with st.expander(
        words(f"layers.attributes{'_first' if many else ''}", count=min(entry.rows, _MOST_ROWS))
    ):
        table = base.attributes(entry.layer, entry.version, most=_MOST_ROWS)
        st.dataframe(table, width="stretch", height=300)


def show_all(base: Workspace, versions: list[Version], words: Words) -> None:
    """Show the layers of a workspace on one map, as a tree: of each kind the last period.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current ones.
    words : Words
    """
    entries = _readable(base, newest_of(versions))
    if not entries:
        return
    names = tuple((v.layer, v.version) for v in entries)
    layers = [cached_sight(str(base.folder), *name) for name in names]
    bounds = workspace_bounds(str(base.folder), names)
    title = words("print.of_layers", name=base.name)
    view = View(bounds, base.crs, made_label(layers, words), notes_of(layers, words), title)
    drawn = with_facts(base, entries, context_layers(layers, words), words)
    show_map("layers-all", drawn, words, view=view, tiles=served_tiles(base, layers))
    show_identified("layers-all", base, entries, words)


def _readable(base: Workspace, entries: list[Version]) -> list[Version]:
    """Say which versions can't be read and why, and go on with the others."""
    found = []
    for entry in entries:
        try:
            cached_sight(str(base.folder), entry.layer, entry.version)
        except ThoCongError as error:
            say_error(error)
        else:
            found.append(entry)
    return found


def _drawn(
    base: Workspace, entry: Version, words: Words
) -> tuple[list[MapLayer], dict[str, tuple[str, str, int]]]:
    """The layer, and below it what one finds one's way by: the newest communes, roads and rivers."""
    folder = str(base.folder)
    layer = cached_sight(folder, entry.layer, entry.version)
    around = [
        v for v in newest_of(base.layers()) if v.kind_name in _AROUND and v.kind_name != entry.kind_name
    ]
    around = _readable(base, around)
    every = [layer, *(cached_sight(folder, v.layer, v.version) for v in around)]
    served = {
        f"layer-{n}": (folder, v.layer, v.version)
        for n, (v, one) in enumerate(zip([entry, *around], every, strict=True))
        if drawn_by_server(one)
    }
    own, *context = with_facts(base, [entry, *around], context_layers(every, words), words)
    # land lies below lines, whatever else is looked at lies on top
    order = own.order if entry.kind_name == "land_use" else _TOP
    return [replace(own, show=True, folded=False, order=order), *context], served


def _origin(entry: Version, words: Words) -> None:
    origin = entry.provenance
    rows = [
        (words("about.kind"), words(f"kind.{entry.kind_name}")),
        (
            words("about.period"),
            f"{entry.period} · {words('stage.' + entry.period.stage)}" if entry.period else "",
        ),
        (words("column.rows"), words.number(float(entry.rows), 0)),
        (words("about.source"), origin.source),
        (words("about.decision"), origin.decision),
        (words("about.body"), origin.body),
        (words("about.date"), words.day(origin.date)),
        (words("about.scale"), origin.scale),
        (words("about.steps"), ", ".join(_step(step, words) for step in origin.steps)),
        (words("column.saved_at"), words.moment(entry.saved_at)),
        ("SHA-256", f"{origin.sha256[:24]}…" if origin.sha256 else ""),
        (words("run.warning"), words("made.label") if origin.made else ""),
    ]
    show_facts(rows)


def _step(text: str, words: Words) -> str:
    """Name of a step, with how often: ``geometry_repaired x3``."""
    name, _, times = text.partition(" ")
    if not words.has(f"step.{name}"):
        return text
    said = words(f"step.{name}")
    if said.endswith("(m)") and times:
        return f"{said.removesuffix('(m)')}{words.value(float(times))} m"
    return f"{said} ({times.lstrip('x')})" if times else said


def _version(base: Workspace, entry: Version, words: Words) -> Version:
    """Let an earlier version be looked at, and be the current one again."""
    history = base.history(entry.layer)
    if len(history) < 2:  # noqa: PLR2004 - there is nothing to go back to
        st.caption(words("layers.one_version"))
        return entry
    said = {v.version: _said(v, words) for v in history}
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    # a new key after each save: the current version is the one shown again
    wanted = left.selectbox(
        words("layers.versions", count=len(history)),
        list(said),
        format_func=said.__getitem__,
        key=f"version-{entry.layer}-{history[0].version}",
    )
    chosen = next(v for v in history if v.version == wanted)
    if chosen.current:
        return chosen
    st.info(words("layers.looking_back", version=chosen.version, rows=chosen.rows, now=entry.rows))
    if right.button(words("layers.restore"), width="stretch", type="primary", key=f"restore-{entry.layer}"):
        with sentences():
            saved = base.restore(entry.layer, chosen.version)
        st.toast(
            words(
                "cli.workspace.undone",
                layer=plain(entry.layer),
                wanted=chosen.version,
                version=saved.version,
            )
        )
        st.rerun()
    return chosen


def _said(version: Version, words: Words) -> str:
    parts = [
        words("layers.version", version=version.version),
        words("layers.current") if version.current else "",
        words.moment(version.saved_at),
        words("run.rows", rows=version.rows),
        version.provenance.decision,
        version.note,
    ]
    return " · ".join(part for part in parts if part)


def _export(base: Workspace, entry: Version, words: Words) -> None:
    def write(path: Path) -> None:
        export_layer(base.load(entry.layer, entry.version), path, words)

    with st.popover(words("export.open_layer")):
        offer_files(_ENDINGS, write, words, stem=entry.layer)
