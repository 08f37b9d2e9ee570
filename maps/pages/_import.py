"""Bringing a layer in: upload, look, read and check, and only then save."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from layers import Period, Reading, parse_period
from layers.errors import ThoCongError
from layers.field_memory import remember_fields
from layers.kinds import kinds
from layers.names import file_stem
from layers.quality import plain_report, quality_of
from layers.verdict import layer_verdict, verdict_finding
from layers.witnesses import known_layers
from maps.export.quality import write_quality
from maps.pages._draw import draw_boundary
from maps.pages._faults import LookedOver, looked_over
from maps.pages._frame import advice, plain, sentences
from maps.pages._import_crs import show_candidates
from maps.pages._import_kept import forget_kept, kept
from maps.pages._import_preview import counts_of, show_reading
from maps.pages._import_read import Asked, period_input, read_given
from maps.pages._quality import show_quality
from maps.pages._undo import show_undo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.store import Workspace
    from layers.verdict import Verdict
    from maps.words import Words

__all__ = ["show_import"]

_SAVED = "import-saved"
_TOLD = "import-told"
_DRAWN = "import-drawn-saved"  # boundaries that were saved, and whose fields are theirs
_DOORS = ("file", "paste", "draw")


@dataclass(frozen=True)
class _Saving:
    """What a press on the button saves: told by its mark, built on a version, with the fields beside it."""

    mark: tuple[str, ...]
    head: int | None
    report: dict[str, Any]
    keys: Mapping[str, str]
    fields: str


def show_import(base: Workspace, words: Words) -> None:
    """Show the way in.

    Parameters
    ----------
    base : Workspace
    words : Words
    """
    door = st.segmented_control(
        words("import.door"),
        _DOORS,
        default=_DOORS[0],
        format_func=lambda one: words(f"import.door_{one}"),
        required=True,
        key="import-door",
    )
    st.caption(words("import.explain" if door == "file" else f"import.explain_{door}"))
    if door == "draw":
        _bring_drawn(base, words)
    else:
        _bring_files(base, _pasted(words) if door == "paste" else _uploaded(words), words)


def _uploaded(words: Words) -> Mapping[str, bytes | memoryview]:
    files = st.file_uploader(words("import.files"), accept_multiple_files=True, key="import-files")
    return {Path(f.name).name: f.getbuffer() for f in files}


def _pasted(words: Words) -> Mapping[str, bytes | memoryview]:
    text = st.text_area(
        words("import.paste"), placeholder=words("import.paste_hint"), height=160, key="import-paste"
    )
    return {words("import.pasted"): text.encode()} if text.strip() else {}


def _bring_files(base: Workspace, given: Mapping[str, bytes | memoryview], words: Words) -> None:
    if not given:
        forget_kept()
        return
    saved = {file for file, *_ in st.session_state.get(_SAVED, {})}
    asked = read_given(base, given, words, saved=saved)
    if asked is None:
        return
    reading = asked.reading
    others = tuple((v.layer, v.version) for v in base.layers() if v.layer != reading.layer.name)
    mark = (asked.mark, str(base.folder), others)
    verdict = kept(
        "verdict",
        mark,
        lambda: layer_verdict(reading, known=known_layers(base, but=reading.layer.name)),
    )
    said = verdict_finding(verdict, reading.layer.name)
    open_question = show_candidates(base, reading, verdict, words, mark=mark)
    reading = replace(reading, findings=(*reading.findings, *([said] if said else [])))
    found = looked_over(reading, words, mark=mark)
    show_reading(base, found, words, mapped=open_question)
    report = _quality(found, verdict, words)
    _save(base, found.reading, asked, words, report=report)


def _bring_drawn(base: Workspace, words: Words) -> None:
    left, middle, right = st.columns([3, 3, 5])
    flat = [k.name for k in kinds() if k.geometry == "polygon"]
    kind = left.selectbox(
        words("column.kind"),
        flat,
        index=flat.index("industrial_cluster"),
        format_func=lambda k: words(f"kind.{k}"),
        key="import-drawn-kind",
    )
    with right:
        years, stage = period_input(words, mark="drawn")
    title = middle.text_input(
        words("import.name"), value=words("draw.name"), key=f"import-drawn-name-{words.lang}"
    )
    drawn = draw_boundary(base, words, key="import-draw")
    if drawn is None or not drawn.sound:
        return
    with sentences():
        period = replace(parse_period(years), stage=stage) if years.strip() else None
    layer = drawn.layer(title.strip(), kind, source=words("draw.source"), period=period)
    aside = pd.DataFrame({"row": [], "code": []})
    reading = Reading(layer, drawn.findings, 1, aside)
    found = LookedOver(reading, drawn.frame.iloc[:0], drawn.wkt)
    show_reading(base, found, words, mapped=True)
    # of this drawing alone, as of the bytes of a file; until it is saved it may change and is still the same
    saved = st.session_state.get(_DRAWN, {})
    fields = saved.get(layer.provenance.sha256, f"drawn-{len(saved)}")
    asked = Asked("", reading, drawn.wkt, fields)
    _save(base, reading, asked, words, report=plain_report(quality_of(reading), None))


def _quality(found: LookedOver, verdict: Verdict, words: Words) -> dict[str, Any]:
    """Show what became of the rows, and offer it as a workbook."""
    reading = found.reading
    quality = kept("quality", found.mark, lambda: quality_of(reading))
    show_quality(quality.as_dict(), words)

    def report() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.xlsx"
            write_quality(path, reading, words, quality=quality, findings=reading.findings, verdict=verdict)
            return path.read_bytes()

    st.download_button(
        words("import.quality"),
        data=report,
        file_name=f"{file_stem(reading.layer.name)}.xlsx",
        on_click="ignore",
        key="import-quality",
    )
    return plain_report(quality, verdict)


def _save(base: Workspace, reading: Reading, asked: Asked, words: Words, *, report: dict[str, Any]) -> None:
    layer = reading.layer
    if layer.frame.empty or layer.frame.crs is None:
        key = "import.not_yet_empty" if layer.frame.empty else "import.not_yet_system"
        st.warning(words(key, layer=plain(layer.name)))
        return
    saved: dict[tuple[str, ...], tuple[dict[str, Any], int]] = st.session_state.setdefault(_SAVED, {})
    mark = (
        asked.file,
        layer.name,
        layer.kind_name,
        _said(layer.period),
        layer.provenance.sha256,
        str(layer.frame.crs),
    )
    if mark in saved and _still_there(base, layer.name, saved[mark][1]):
        st.success(words("cli.workspace.added", **saved[mark][0]))
        # not where the button to save stood: who presses that twice doesn't mean to undo
        with st.container(horizontal=True, horizontal_alignment="right"):
            show_undo(base, base.version(layer.name), words, where="import")
        return
    decision, body, note = st.columns(3)
    # of these bytes alone: the decision of one file is not that of the next
    keys = {name: f"import-{name}-{asked.fields}" for name in ("decision", "body", "note")}
    # what was saved and undone is written once
    told = st.session_state.get(_TOLD, {}).get(asked.fields, {})
    decision.text_input(words("column.decision"), value=told.get("decision", ""), key=keys["decision"])
    body.text_input(words("about.body"), value=told.get("body", ""), key=keys["body"])
    note.text_input(words("column.note"), value=told.get("note", ""), key=keys["note"])
    head = next((v.version for v in base.layers() if v.layer == layer.name), None)
    if head is not None:
        st.info(words("import.new_version", layer=plain(layer.name), version=head + 1))
    # by a callback: the list of layers stands above, and a press is not lost to the next one
    st.button(
        words("import.save"),
        type="primary",
        on_click=_keep,
        args=(base, reading, words),
        kwargs={"saving": _Saving(mark, head, report, keys, asked.fields)},
        key="import-save",
    )
    if error := st.session_state.pop("import-error", None):
        st.error(error)


def _keep(
    base: Workspace,
    reading: Reading,
    words: Words,
    *,
    saving: _Saving,
) -> None:
    """Save a reading with what stands in the fields beside the button."""
    said = {name: str(st.session_state.get(key, "")) for name, key in saving.keys.items()}
    layer = reading.layer
    origin = replace(layer.provenance, decision=said["decision"], body=said["body"])
    try:
        kept_as = replace(layer, provenance=origin)
        done = base.save(kept_as, expected=saving.head, note=said["note"], findings=reading.findings)
        remember_fields(base, reading)
        base.record("import", {"layer": done.layer, "version": done.version, "quality": saving.report})
    except ThoCongError as error:
        parts = [plain(part) for part in (words.message(error), advice(error, words)) if part]
        st.session_state["import-error"] = "\n\n→ ".join(parts)
        return
    st.session_state.setdefault(_TOLD, {})[saving.fields] = said
    if saving.fields.startswith("drawn-"):
        st.session_state.setdefault(_DRAWN, {})[layer.provenance.sha256] = saving.fields
    told = {"layer": plain(done.layer), "version": done.version, **counts_of(reading)}
    st.session_state[_SAVED][saving.mark] = (told, done.version)


def _still_there(base: Workspace, name: str, version: int) -> bool:
    """Say whether a save of this session is still the current version: it may have been undone."""
    return any(v.layer == name and v.version == version for v in base.layers())


def _said(period: Period | None) -> str:
    return f"{period}:{period.stage}" if period else ""
