"""Bringing a layer in: upload, look, read and check, and only then save."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import streamlit as st

from layers import Period, Reading, Source, guarded_look, guarded_read, parse_period
from layers.errors import ThoCongError
from layers.field_memory import known_choices, remember_fields
from layers.kinds import kinds
from layers.names import file_stem
from layers.period import Stage
from layers.quality import plain_report, quality_of
from layers.source import FORMATS
from layers.verdict import layer_verdict, verdict_finding
from layers.witnesses import known_layers
from maps.export.quality import write_quality
from maps.pages._draw import draw_boundary
from maps.pages._faults import LookedOver, looked_over
from maps.pages._fields import said_fields, show_fields
from maps.pages._frame import plain, sentences
from maps.pages._import_crs import read_as_input, show_candidates
from maps.pages._import_preview import counts_of, show_reading
from maps.pages._quality import show_quality
from maps.pages._undo import show_undo
from maps.places import province_systems

if TYPE_CHECKING:
    from layers.store import Workspace
    from layers.verdict import Verdict
    from maps.words import Words

__all__ = ["main_files", "show_import"]

_SAVED = "import-saved"
_DOORS = ("file", "paste", "draw")


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


def _uploaded(words: Words) -> dict[str, bytes]:
    files = st.file_uploader(words("import.files"), accept_multiple_files=True, key="import-files")
    return {Path(f.name).name: bytes(f.getbuffer()) for f in files}


def _pasted(words: Words) -> dict[str, bytes]:
    text = st.text_area(
        words("import.paste"), placeholder=words("import.paste_hint"), height=160, key="import-paste"
    )
    return {words("import.pasted"): text.encode()} if text.strip() else {}


def _bring_files(base: Workspace, given: dict[str, bytes], words: Words) -> None:
    if not given:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, content in given.items():
            (Path(folder) / name).write_bytes(content)
        chosen = _choose(list(given), words)
        reading = _read(Path(folder) / chosen, base, words) if chosen else None
    if reading is None:
        return
    verdict = layer_verdict(reading, known=known_layers(base, but=reading.layer.name))
    said = verdict_finding(verdict, reading.layer.name)
    open_question = show_candidates(base, reading, verdict, words)
    reading = replace(reading, findings=(*reading.findings, *([said] if said else [])))
    found = looked_over(reading, words)
    show_reading(base, found, words, mapped=open_question)
    report = _quality(found.reading, verdict, words)
    _save(base, found.reading, chosen or "", words, report=report)


def _bring_drawn(base: Workspace, words: Words) -> None:
    left, right = st.columns(2)
    flat = [k.name for k in kinds() if k.geometry == "polygon"]
    kind = left.selectbox(
        words("column.kind"),
        flat,
        index=flat.index("industrial_cluster"),
        format_func=lambda k: words(f"kind.{k}"),
        key="import-drawn-kind",
    )
    with right:
        years, stage = _period(words)
    title = st.text_input(
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
    show_reading(base, LookedOver(reading, drawn.frame.iloc[:0]), words, mapped=True)
    _save(base, reading, "", words, report=plain_report(quality_of(reading), None))


def main_files(names: list[str]) -> tuple[list[str], list[str]]:
    """Tell the files that are layers from their companions.

    Parameters
    ----------
    names : list of str

    Returns
    -------
    mains, unknown : list of str
        Files of a known format; files of no known format that belong to none of those.

    Examples
    --------
    >>> main_files(["ranh.shp", "ranh.dbf", "ranh.shp.xml", "dat.gpkg", "anh.png"])
    (['ranh.shp', 'dat.gpkg'], ['anh.png'])
    """
    mains = [name for name in names if Path(name).suffix.lower() in FORMATS]
    stems = tuple(f"{Path(name).stem.lower()}." for name in mains)
    return mains, [n for n in names if n not in mains and not n.lower().startswith(stems or ("/",))]


def _choose(names: list[str], words: Words) -> str | None:
    """One of the files at a time; none is passed over in silence."""
    mains, unknown = main_files(list(dict.fromkeys(names)))
    endings = sorted(FORMATS)
    if not mains:
        st.error(words("import.no_layer", endings=", ".join(endings)))
        return None
    if unknown:
        st.warning(words("import.unknown", found=[plain(n) for n in unknown], endings=", ".join(endings)))
    if len(mains) == 1:
        return mains[0]
    st.info(words("import.several", count=len(mains)))
    saved = {file for file, *_ in st.session_state.get(_SAVED, {})}
    return st.selectbox(
        words("import.which"),
        mains,
        format_func=lambda n: f"{n} ✓ {words('import.saved')}" if n in saved else n,
        key="import-which",
    )


def _read(path: Path, base: Workspace, words: Words) -> Reading | None:
    left, middle, right = st.columns([3, 4, 5])
    options = [k.name for k in kinds()]
    kind = left.selectbox(
        words("column.kind"), options, format_func=lambda k: words(f"kind.{k}"), key="import-kind"
    )
    with right:
        years, stage = _period(words)
    assumed, decided = st.columns([7, 5])
    with assumed:
        crs = _system(words)
    with sentences(path.parent):
        look = guarded_look(Source(path))
        name = None
        if len(look.layers) > 1:
            name = left.selectbox(words("import.layer"), look.layers, key=f"import-layer-{path.name}")
        with decided:
            read_as = read_as_input(path.name, name, words)
            close_m = _gap(path, words)
        source = Source(path, layer=name, assume_crs=crs, read_as=read_as, close_m=close_m)
        mark = f"{path.name}-{name}"
        title = middle.text_input(words("import.name"), value=source.name, key=f"import-name-{mark}")
        period = replace(parse_period(years), stage=stage) if years.strip() else None
        fields = known_choices(base, kind, said_fields(mark, kind))
        reading = guarded_read(source, kind, name=title, period=period, fields=fields)
        show_fields(reading, words, mark=mark)
        return reading


def _gap(path: Path, words: Words) -> float:
    """Widest gap of a drawing that is closed; nothing is closed unasked."""
    if path.suffix.lower() not in (".dxf", ".dgn"):
        return 0.0
    label = words("import.close_m")
    return float(st.number_input(label, min_value=0.0, value=0.0, step=0.1, key=f"import-close-{path.name}"))


def _period(words: Words) -> tuple[str, Stage]:
    left, right = st.columns(2)
    years = left.text_input(words("import.years"), placeholder="2025, 2021-2030", key="import-period")
    stage: Stage = right.selectbox(
        words("column.stage"),
        # unknown first: a plan must not pass for a survey because nobody chose
        sorted(get_args(Stage), key=lambda s: s != "unknown"),
        format_func=lambda s: words(f"stage.{s}"),
        key="import-stage",
    )
    return years, stage


def _system(words: Words) -> str | None:
    """EPSG code for a file that states none: by province, or written."""
    left, right = st.columns(2)
    systems = province_systems(words, datetime.now(UTC).astimezone().date())
    province = left.selectbox(
        words("import.province"),
        list(systems),
        index=None,
        placeholder=words("import.province_none"),
        format_func=lambda name: f"{name} – EPSG:{systems[name]}",
        key="import-province",
    )
    written = right.text_input(words("import.crs"), placeholder="5897", key="import-crs").strip()
    return written or (str(systems[province]) if province else None)


def _quality(reading: Reading, verdict: Verdict, words: Words) -> dict[str, Any]:
    """Show what became of the rows, and offer it as a workbook."""
    quality = quality_of(reading)
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


def _save(base: Workspace, reading: Reading, file: str, words: Words, *, report: dict[str, Any]) -> None:
    layer = reading.layer
    if layer.frame.empty or layer.frame.crs is None:
        st.warning(words("cli.workspace.not_added", layer=plain(layer.name)))
        return
    saved: dict[tuple[str, ...], tuple[str, int]] = st.session_state.setdefault(_SAVED, {})
    mark = (
        file,
        layer.name,
        layer.kind_name,
        _said(layer.period),
        layer.provenance.sha256,
        str(layer.frame.crs),
    )
    if mark in saved and _still_there(base, layer.name, saved[mark][1]):
        st.success(saved[mark][0])
        show_undo(base, base.version(layer.name), words)
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
            done = base.save(kept, expected=head, note=why, findings=reading.findings)
            remember_fields(base, reading)
            base.record("import", {"layer": done.layer, "version": done.version, "quality": report})
        except ThoCongError as error:
            st.error(plain(words.message(error)))
            return
        told = {"layer": plain(done.layer), "version": done.version, **counts_of(reading)}
        saved[mark] = (words("cli.workspace.added", **told), done.version)
        # the list of layers stands above and was drawn before the save
        st.rerun()


def _still_there(base: Workspace, name: str, version: int) -> bool:
    """Say whether a save of this session is still the current version: it may have been undone."""
    return any(v.layer == name and v.version == version for v in base.layers())


def _said(period: Period | None) -> str:
    return f"{period}:{period.stage}" if period else ""
