"""Bringing a layer in: upload, look, read and check, and only then save."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from layers import Period, Source, guarded_look, guarded_read, parse_period
from layers.errors import ThoCongError
from layers.field_memory import known_choices, remember_fields
from layers.kinds import kinds
from layers.period import Stage
from layers.quality import plain_report, quality_of
from layers.source import FORMATS
from layers.verdict import layer_verdict, verdict_finding
from layers.witnesses import known_layers
from maps.answer_map import context_layers
from maps.canvas import to_lonlat
from maps.export.quality import candidates_table, write_quality
from maps.pages._faults import LookedOver, chosen_layer, looked_over, show_faults
from maps.pages._fields import said_fields, show_fields
from maps.pages._findings import show_findings
from maps.pages._frame import plain, sentences
from maps.pages._map import View, show_map
from maps.pages._quality import show_quality
from maps.places import province_systems

if TYPE_CHECKING:
    import geopandas as gpd

    from layers import Reading
    from layers.store import Workspace
    from layers.verdict import Verdict
    from maps.words import Words

__all__ = ["main_files", "show_import"]

_MOST_ON_PREVIEW = 3_000
_SAVED = "import-saved"
_CHOSEN = "import-candidate"
_FIELD = "import-read-as-field"


def show_import(base: Workspace, words: Words) -> None:
    """Show the way in.

    Parameters
    ----------
    base : Workspace
    words : Words
    """
    st.caption(words("import.explain"))
    files = st.file_uploader(words("import.files"), accept_multiple_files=True, key="import-files")
    pasted = st.text_area(words("import.paste"), placeholder="1; 2325000,12; 558000,34", key="import-paste")
    given = {Path(f.name).name: bytes(f.getbuffer()) for f in files}
    if pasted.strip():
        given[words("import.pasted")] = pasted.encode()
    if not given:
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, content in given.items():
            (Path(folder) / name).write_bytes(content)
        chosen = _choose(list(given), words)
        reading = _read(Path(folder) / chosen, base, words) if chosen else None
    if reading is not None:
        verdict = layer_verdict(reading, known=known_layers(base, but=reading.layer.name))
        said = verdict_finding(verdict, reading.layer.name)
        _candidates(verdict, words)
        reading = replace(reading, findings=(*reading.findings, *([said] if said else [])))
        found = looked_over(reading, words)
        reading = found.reading
        _report(found, words)
        report = _quality(reading, verdict, words)
        _save(base, reading, chosen or "", words, report=report)


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
    left, right = st.columns(2)
    options = [k.name for k in kinds()]
    kind = left.selectbox(
        words("column.kind"), options, format_func=lambda k: words(f"kind.{k}"), key="import-kind"
    )
    with right:
        years, stage = _period(words)
    crs = _system(words)
    with sentences(path.parent):
        look = guarded_look(Source(path))
        name = None
        if len(look.layers) > 1:
            name = left.selectbox(words("import.layer"), look.layers, key=f"import-layer-{path.name}")
        source = Source(path, layer=name, assume_crs=crs, read_as=_read_as(path, name, words))
        title = st.text_input(words("import.name"), value=source.name, key=f"import-name-{path.name}-{name}")
        period = replace(parse_period(years), stage=stage) if years.strip() else None
        mark = f"{path.name}-{name}"
        fields = known_choices(base, kind, said_fields(mark, kind))
        reading = guarded_read(source, kind, name=title, period=period, fields=fields)
        show_fields(reading, words, mark=mark)
        return reading


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


def _read_as(path: Path, name: str | None, words: Words) -> str | None:
    """What somebody decided about the coordinates of this file; nothing until then."""
    key = st.session_state[_FIELD] = f"import-read-as-{path.name}-{name}"
    return (
        st.text_input(
            words("import.read_as"),
            placeholder="EPSG:5897+swapped",
            help=words("import.read_as_help"),
            key=key,
        ).strip()
        or None
    )


def _take() -> None:
    """Put the explanation that was chosen where the reader would have written it."""
    st.session_state[st.session_state[_FIELD]] = st.session_state.get(_CHOSEN) or ""
    st.session_state[_CHOSEN] = None


def _candidates(verdict: Verdict, words: Words) -> None:
    """Show what the coordinates may be, with places and distances; choosing is left to the reader."""
    if verdict.state in ("agrees", "plausible") or not verdict.candidates:
        return
    table = candidates_table(verdict, words)
    *_, lat, lon, moved, fit = table.columns
    digits = {lat: 4, lon: 4, moved: 1, fit: 2}
    write: Any = {c: lambda v, d=d: words.number(v, d) for c, d in digits.items()}
    st.dataframe(table.style.format(write), hide_index=True, width="stretch")
    st.selectbox(
        words("import.take"),
        [str(c.treatment) for c in verdict.candidates],
        index=None,
        placeholder=words("import.take_none"),
        key=_CHOSEN,
        on_change=_take,
    )


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
        file_name=f"{reading.layer.name}.xlsx",
        on_click="ignore",
        key="import-quality",
    )
    return plain_report(quality, verdict)


def _counts(reading: Reading) -> dict[str, int]:
    return {"read": reading.rows_read, "used": reading.rows_used, "aside": len(reading.set_aside)}


def _report(found: LookedOver, words: Words) -> None:
    reading = found.reading
    st.markdown(words("cli.check.rows", layer=f"**{plain(reading.layer.name)}**", **_counts(reading)))
    key = f"import-{reading.layer.provenance.sha256[:8]}"
    listed = not found.faults.empty
    left, right = st.columns([4, 5])
    with left:
        fault = show_faults(found, words, chart=key)
        if not listed:
            _book(reading, words)
    frame = reading.layer.frame
    if not (frame.crs is None or frame.empty):
        with right:
            _preview(reading, fault, words, key)
    if listed:
        _book(reading, words)


def _book(reading: Reading, words: Words) -> None:
    if reading.findings:
        show_findings(reading.findings, words)
    else:
        st.success(words("cli.check.clean"))


def _preview(reading: Reading, fault: gpd.GeoDataFrame | None, words: Words, key: str) -> None:
    frame = reading.layer.frame
    few = replace(reading.layer, frame=frame.head(_MOST_ON_PREVIEW))
    west, south, east, north = to_lonlat(frame[[frame.geometry.name]]).total_bounds
    box = (float(west), float(south), float(east), float(north))
    label = words("made.label") if reading.layer.provenance.made else ""
    shown = [replace(layer, show=True, folded=False) for layer in context_layers([few], words)]
    shown += [chosen_layer(fault, words)] if fault is not None else []
    show_map(key, shown, words, view=View(box, None, label))


def _save(base: Workspace, reading: Reading, file: str, words: Words, *, report: dict[str, Any]) -> None:
    layer = reading.layer
    if layer.frame.empty or layer.frame.crs is None:
        st.warning(words("cli.workspace.not_added", layer=plain(layer.name)))
        return
    saved: dict[tuple[str, ...], str] = st.session_state.setdefault(_SAVED, {})
    mark = (
        file,
        layer.name,
        layer.kind_name,
        _said(layer.period),
        layer.provenance.sha256,
        str(layer.frame.crs),
    )
    if mark in saved:
        st.success(saved[mark])
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
        saved[mark] = words(
            "cli.workspace.added", layer=plain(done.layer), version=done.version, **_counts(reading)
        )
        # the list of layers stands above and was drawn before the save
        st.rerun()


def _said(period: Period | None) -> str:
    return f"{period}:{period.stage}" if period else ""
