"""A raster for a search: uploaded, looked at through the guarded reader, and only then kept and offered."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from layers import parse_period, reference
from layers.errors import ThoCongError
from layers.guarded_raster import guarded_raster
from layers.raster_store import Rasters
from maps.candidate_tables import criterion_name
from maps.criteria import of_cells
from maps.pages._facts import show_facts
from maps.pages._frame import advice, plain
from maps.places import crs_label
from maps.search_rasters import look_over
from maps.value_words import measure_unit, stated_unit, unit_name

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.findings import Finding
    from layers.guarded_raster import GuardedRaster
    from layers.store import Workspace
    from maps.search_rasters import RasterLook
    from maps.words import Words

__all__ = ["NEW_RASTER", "raster_input"]

#: where the name of a criterion waits whose raster has just been kept
NEW_RASTER: Final = "raster-new"
_SEEN: Final = "raster-seen"
_ENDINGS: Final = ("tif", "tiff")
_LEVELS: Final = {"block": "error", "warn": "warning"}


@dataclass(frozen=True)
class _Seen:
    """What was seen of an uploaded file, so that it is read once and not at every stroke of a key."""

    key: tuple[Any, ...]
    facts: dict[str, Any]
    look: RasterLook | None = None
    error: ThoCongError | None = None


def raster_input(base: Workspace, area: gpd.GeoDataFrame | None, words: Words) -> None:
    """Ask for a raster, show what it is, and keep it in the workspace.

    Parameters
    ----------
    base : Workspace
    area : geopandas.GeoDataFrame or None
        The area of search, which the raster has to cover; None where there is none yet.
    words : Words
    """
    with st.popover(words("raster_ask.open"), width="stretch"):
        st.caption(words("raster_ask.explain"))
        file = st.file_uploader(words("raster_ask.file"), list(_ENDINGS), key="raster-file")
        names = [str(name) for name in reference.table("criteria").index if of_cells(str(name))]
        one, two, three = st.columns([3, 3, 2], vertical_alignment="bottom")
        measure = one.selectbox(
            words("raster_ask.measure"), names, format_func=lambda n: criterion_name(n, words),
            key="raster-measure",
        )  # fmt: skip
        period = two.text_input(words("raster_ask.period"), key="raster-period", max_chars=20)
        made = three.checkbox(words("raster_ask.made"), key="raster-made")
        if file is None or area is None:
            return
        name, content = Path(file.name).name, bytes(file.getbuffer())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            seen = _seen(path, measure, area, hashlib.sha256(content).hexdigest())
            _show(seen, measure, base, words)
            fits = seen.look is not None and seen.look.usable and _is_period(period, words)
            if st.button(words("raster_ask.keep"), type="primary", disabled=not fits, key="raster-keep"):
                _keep(base, path, measure, words, told={"period": period, "made": made})


def _seen(path: Path, measure: str, area: gpd.GeoDataFrame, digest: str) -> _Seen:
    key = (digest, path.name, measure, tuple(area.total_bounds), len(area))
    known = st.session_state.get(_SEEN)
    if isinstance(known, _Seen) and known.key == key:
        return known
    try:
        source: GuardedRaster = guarded_raster(path)  # type: ignore[assignment]
        facts = {
            "crs": source.stored.crs,
            "grid": source.stored,
            "unit": source.unit,
            "nodata": source.nodata,
        }
        seen = _Seen(key, facts, look_over(source, measure, area))
    except ThoCongError as error:
        seen = _Seen(key, {}, error=error)
    st.session_state[_SEEN] = seen
    return seen


def _show(seen: _Seen, measure: str, base: Workspace, words: Words) -> None:
    """What the file is, and what speaks against using it."""
    if seen.error is not None:
        st.error(_said(seen.error, words))
        return
    look, grid = seen.look, seen.facts["grid"]
    assert look is not None
    share = words.number(100 * look.covered, 1)
    unit = unit_name(measure_unit(measure), words)
    wide = (
        "–"
        if grid.crs is None
        else words("raster_ask.cells", cell=_cell(grid, words), crs=_system(grid, words))
    )
    none = seen.facts["nodata"]
    facts = [
        ("crs", wide),
        ("size", words("raster_ask.size_is", width=grid.width, height=grid.height)),
        ("aligned", words("raster_ask.aligned_is", crs=crs_label(base.crs, words))),
        ("unit", stated_unit(seen.facts["unit"], words) or words("raster_ask.unit_taken", unit=unit or "–")),
        ("nodata", "–" if none is None else words.value(float(none))),
        ("values", words("raster_ask.values_are", low=look.low, high=look.high, empty=look.empty)),
        ("covered", f"{share} %"),
    ]
    show_facts((words(f"raster_ask.{name}"), value) for name, value in facts)
    for level in ("block", "warn", "info"):
        for finding in look.findings:
            if finding.level == level:
                getattr(st, _LEVELS.get(level, "caption"))(_said(finding, words))


def _system(grid: Any, words: Words) -> str:
    return crs_label(grid.crs, words)


def _cell(grid: Any, words: Words) -> str:
    wide = abs(grid.transform.a) + abs(grid.transform.b)
    if grid.crs.is_geographic:
        return f"{words.number(wide, 6)}°"
    unit = stated_unit(grid.crs.axis_info[0].unit_name, words) if _odd(grid) else "m"
    return f"{words.number(wide, 2)} {unit}"


def _odd(grid: Any) -> bool:
    return bool(grid.crs.axis_info) and grid.crs.axis_info[0].unit_conversion_factor != 1.0


def _said(what: Finding | ThoCongError, words: Words) -> str:
    return plain(f"{words.message(what)} {advice(what, words)}".strip())


def _is_period(text: str, words: Words) -> bool:
    if not text.strip():
        return True
    try:
        parse_period(text)
    except ThoCongError as error:
        st.error(_said(error, words))
        return False
    return True


def _keep(base: Workspace, path: Path, measure: str, words: Words, *, told: dict[str, Any]) -> None:
    try:
        source: GuardedRaster = guarded_raster(path)  # type: ignore[assignment]
        kept = Rasters(base).keep(source, measure, **told)
    except ThoCongError as error:
        st.error(_said(error, words))
        return
    st.session_state[NEW_RASTER] = kept.measure
    st.toast(words("raster_ask.kept", name=kept.name))
    st.rerun()
