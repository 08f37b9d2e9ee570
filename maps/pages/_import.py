"""Bringing a layer in: upload, look, read and check, and only then save."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from layers import Source, parse_period, read_layer
from layers.errors import ThoCongError
from layers.kinds import kinds
from layers.look import look_into
from layers.source import FORMATS
from maps.answer_map import context_layers
from maps.canvas import to_lonlat
from maps.pages._frame import plain, sentences
from maps.pages._map import View, show_map
from maps.tables import findings_table

if TYPE_CHECKING:
    from layers import Reading
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_import"]

_MOST_ON_PREVIEW = 3_000


def show_import(base: Workspace, words: Words) -> None:
    """Show the way in.

    Parameters
    ----------
    base : Workspace
    words : Words
    """
    st.caption(words("import.explain"))
    files = st.file_uploader(words("import.files"), accept_multiple_files=True, key="import-files")
    if not files:
        return
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            (Path(folder) / Path(file.name).name).write_bytes(file.getbuffer())
        main = _main_file(Path(folder), [Path(f.name).name for f in files])
        if main is None:
            st.error(words("import.no_layer", endings=", ".join(sorted(FORMATS))))
            return
        reading = _read(main, words)
    if reading is not None:
        _report(reading, words)
        _save(base, reading, words)


def _main_file(folder: Path, names: list[str]) -> Path | None:
    """Of the parts of a shapefile the .shp, of anything else the file itself."""
    known = [n for n in names if Path(n).suffix.lower() in FORMATS]
    known.sort(key=lambda n: Path(n).suffix.lower() != ".shp")
    return folder / known[0] if known else None


def _read(path: Path, words: Words) -> Reading | None:
    left, middle, right = st.columns(3)
    options = [k.name for k in kinds()]
    kind = left.selectbox(
        words("column.kind"), options, format_func=lambda k: words(f"kind.{k}"), key="import-kind"
    )
    period = middle.text_input(
        words("column.period"), placeholder="2025:surveyed, 2021-2030:approved", key="import-period"
    )
    crs = right.text_input(words("import.crs"), placeholder="5897", key="import-crs")
    with sentences():
        look = look_into(Source(path))
        name = None
        if len(look.layers) > 1:
            name = left.selectbox(words("import.layer"), look.layers, key="import-layer")
        source = Source(path, layer=name, assume_crs=crs.strip() or None)
        title = st.text_input(words("import.name"), value=source.name, key=f"import-name-{path.name}-{name}")
        return read_layer(source, kind, name=title, period=parse_period(period) if period.strip() else None)


def _report(reading: Reading, words: Words) -> None:
    counts = {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}
    st.markdown(words("cli.check.rows", layer=f"**{plain(reading.layer.name)}**", **counts))
    left, right = st.columns([4, 5])
    with left:
        if reading.findings:
            st.dataframe(
                findings_table(reading.findings, words), hide_index=True, width="stretch", height=360
            )
        else:
            st.success(words("cli.check.clean"))
    frame = reading.layer.frame
    if frame.crs is None or frame.empty:
        return
    with right:
        few = replace(reading.layer, frame=frame.head(_MOST_ON_PREVIEW))
        west, south, east, north = to_lonlat(frame[[frame.geometry.name]]).total_bounds
        box = (float(west), float(south), float(east), float(north))
        label = words("made.label") if reading.layer.provenance.made else ""
        shown = [replace(layer, show=True, folded=False) for layer in context_layers([few], words)]
        key = f"import-{reading.layer.provenance.sha256[:8]}"
        show_map(key, shown, words, view=View(box, None, label))


def _save(base: Workspace, reading: Reading, words: Words) -> None:
    layer = reading.layer
    if layer.frame.empty or layer.frame.crs is None:
        st.warning(words("cli.workspace.not_added", layer=plain(layer.name)))
        return
    decision, body, note = st.columns(3)
    number = decision.text_input(words("column.decision"), key="import-decision")
    issuer = body.text_input(words("about.body"), key="import-body")
    why = note.text_input(words("column.note"), key="import-note")
    head = next((v.version for v in base.layers() if v.layer == layer.name), None)
    if head is not None:
        st.info(words("import.new_version", layer=plain(layer.name), version=head + 1))
    if st.button(words("import.save"), type="primary", key="import-save"):
        try:
            kept = replace(layer, provenance=replace(layer.provenance, decision=number, body=issuer))
            saved = base.save(kept, expected=head, note=why, findings=reading.findings)
        except ThoCongError as error:
            st.error(plain(words.message(error)))
            return
        counts = {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}
        st.success(words("cli.workspace.added", layer=plain(saved.layer), version=saved.version, **counts))
