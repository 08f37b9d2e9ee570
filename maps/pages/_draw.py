"""Drawing a boundary on the map of a page, or typing its corners: one state, checked at once."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import shapely
import streamlit as st

from layers.errors import ThoCongError
from layers.kinds import kind
from maps.answer_map import context_layers
from maps.canvas import to_lonlat
from maps.country_map import country_layer
from maps.drawing import Drawn, check_boundary, corner_lines, read_boundary_text
from maps.pages._cache import cached_layer, cached_sight, workspace_bounds
from maps.pages._findings import show_findings
from maps.pages._frame import plain
from maps.pages._map import Pencil, View, go_to, made_label, served_tiles, show_map
from maps.pages._printing import notes_of
from maps.pages._shelf import shelved
from maps.pencil import (
    DrawTools,
    drawing_group,
    drawn_layers,
    reported_drawing,
    reported_restored,
    reported_undo,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS
    from shapely import MultiPolygon, Polygon
    from shapely.geometry.base import BaseGeometry

    from layers import Version
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.words import Words

__all__ = ["draw_boundary", "drawn_boundary", "forget_drawing", "put_boundary", "workspace_land"]

_MOST_STEPS = 100
_TEXT_PX = 210


@dataclass
class _Sheet:
    """What is drawn under one key of a session, and the way back."""

    area: Polygon | MultiPolygon | None = None
    revision: int = 0
    past: list[Polygon | MultiPolygon | None] = field(default_factory=list)
    seen: float = 0.0
    start: str = ""
    #: tells the sheet of one session from that of another
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    #: what lies on it was drawn before the page was loaded again
    restored: bool = False

    def set(self, area: Polygon | MultiPolygon | None) -> None:
        """Take a new boundary; the one before can be had back."""
        self.past = [*self.past, self.area][-_MOST_STEPS:]
        self.area = area
        self.restored = False

    def bring(self, area: Polygon | MultiPolygon | None) -> None:
        """Take a boundary that didn't come from the map: the map has to show it."""
        self.set(area)
        self.revision += 1

    def back(self) -> None:
        """Take the last change away."""
        if self.past:
            self.area = self.past.pop()
            self.revision += 1


def draw_boundary(
    base: Workspace,
    words: Words,
    *,
    key: str,
    start: Polygon | MultiPolygon | None = None,
    shown: Sequence[MapLayer] = (),
) -> Drawn | None:
    """Show a map to draw a boundary on, with its corners as a list that can be edited or pasted over.

    Drawing survives reruns, other widgets, another page and another language; every change can be undone.

    Parameters
    ----------
    base : Workspace
        Its boundaries and zones lie below; its system is that of the result.
    words : Words
    key : str
        Name of the drawing; maps and steps are kept under it for the session.
    start : Polygon or MultiPolygon, optional
        Boundary to change, in the system of the workspace; another one starts the drawing anew.
    shown : sequence of MapLayer
        To lie on the map as well, such as what the boundary is to be compared with.

    Returns
    -------
    Drawn or None
        None while nothing is drawn. Look at :attr:`~maps.drawing.Drawn.sound` before using it; what is
        wrong is said here already.
    """
    sheet = _sheet(key, start)
    with st.container(key=f"tc-drawing-{key}"):
        left, right = st.columns([9, 5], gap="small")
    with right:
        found = _side(base, sheet, words, key=key)
    with left:
        _map(base, sheet, words, key=key, shown=list(shown), found=found)
    return found


def drawn_boundary(base: Workspace, *, key: str) -> Drawn | None:
    """Return what is drawn under a key without showing anything.

    Parameters
    ----------
    base : Workspace
    key : str

    Returns
    -------
    Drawn or None
    """
    area = _sheet(key, None).area
    if area is None:
        return None
    return Drawn(area, base.crs, tuple(check_boundary(area, around=workspace_land(base))))


def forget_drawing(key: str) -> None:
    """Throw a drawing away; it can still be had back by the undo of its map.

    Parameters
    ----------
    key : str
    """
    sheet = _sheet(key, None)
    if sheet.area is not None:
        sheet.bring(None)


def put_boundary(area: Polygon | MultiPolygon, *, key: str) -> None:
    """Put a boundary on the map of a drawing; what lay there can be had back by the undo.

    Parameters
    ----------
    area : Polygon or MultiPolygon
        In the system of the workspace.
    key : str
        Name of the drawing.
    """
    sheet = _sheet(key, None)
    if sheet.area != area:
        sheet.bring(area)


def workspace_land(base: Workspace) -> BaseGeometry | None:
    """Return the land that a workspace speaks of.

    Parameters
    ----------
    base : Workspace

    Returns
    -------
    shapely geometry or None
        Its newest boundaries of units, else the box round its layers; None where it is empty.
    """
    versions = base.layers()
    units = _units(versions)
    folder = str(base.folder)

    def land() -> BaseGeometry | None:
        if units is not None:
            frame = cached_layer(folder, units.layer, units.version).frame
            return shapely.make_valid(frame.geometry.union_all())
        boxes = [cached_sight(folder, v.layer, v.version).frame.total_bounds for v in versions if v.rows]
        return shapely.box(*shapely.total_bounds([shapely.box(*b) for b in boxes])) if boxes else None

    return shelved("land", (folder, *((v.layer, v.version) for v in versions)), land, most=8)


def _units(versions: list[Version]) -> Version | None:
    found = [v for v in versions if v.kind_name == "admin_unit"]
    return max(found, key=lambda v: v.period.last if v.period else 0, default=None)


def _sheet(key: str, start: Polygon | MultiPolygon | None) -> _Sheet:
    sheet: _Sheet = st.session_state.setdefault(f"{key}-sheet", _Sheet())
    told = start.wkt if start is not None else ""
    if told and told != sheet.start:
        sheet.start = told
        sheet.bring(start)
    return sheet


def _take(sheet: _Sheet, crs: CRS, report: list[dict[str, Any]]) -> None:
    """Take what the pencil reports, once; the component repeats it with every later event."""
    facts = report[-1]["properties"]
    at = float(facts.get("at", 0))
    if at <= sheet.seen:
        return
    sheet.seen = at
    # made on a sheet that the page has replaced meanwhile
    if facts.get("n") not in (None, sheet.revision):
        return
    if reported_undo(report):
        sheet.back()
    else:
        sheet.set(reported_drawing(report, crs))
        sheet.restored = reported_restored(report) and sheet.area is not None


def _map(
    base: Workspace, sheet: _Sheet, words: Words, *, key: str, shown: list[MapLayer], found: Drawn | None
) -> None:
    folder, versions = str(base.folder), base.layers()
    units = _units(versions)
    zones = [v for v in versions if kind(v.kind_name).role == "zone"]
    entries = [(v.layer, v.version) for v in [*([units] if units else []), *zones]]
    below = [cached_sight(folder, *entry) for entry in entries]
    bounds = workspace_bounds(folder, tuple(entries) or tuple((v.layer, v.version) for v in versions))
    if sheet.area is not None and f"{key}-start" not in st.session_state:
        bounds = _bounds(Drawn(sheet.area, base.crs))
    show_map(
        key,
        [*shown, *context_layers(below, words), *([] if units else [country_layer(words)])],
        words,
        view=View(
            bounds,
            base.crs,
            made_label(below, words),
            # paper has no list of findings beside it
            (*(words.message(one) for one in (found.findings if found else ())), *notes_of(below, words)),
            _title(base, sheet, words),
        ),
        tiles=served_tiles(base, below),
        pencil=Pencil(
            DrawTools(words, base.crs, f"{_short(folder)}-{key}"),
            drawing_group(sheet.area, base.crs, sheet.revision, sheet=(sheet.mark, _short(sheet.start))),
            partial(_take, sheet, base.crs),
            drawn_layers(sheet.area, base.crs, words),
        ),
    )


def _title(base: Workspace, sheet: _Sheet, words: Words) -> str:
    if sheet.area is None:
        return words("print.of_layers", name=base.name)
    if not sheet.area.is_valid:
        return words("print.of_broken_drawing", name=base.name)
    area = words.number(Drawn(sheet.area, base.crs).area_ha, 2)
    return words("print.of_drawing", area=area, name=base.name)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def _bounds(drawn: Drawn) -> tuple[float, float, float, float]:
    west, south, east, north = to_lonlat(drawn.frame).total_bounds
    return float(west), float(south), float(east), float(north)


def _side(base: Workspace, sheet: _Sheet, words: Words, *, key: str) -> Drawn | None:
    """Figures, messages, and the list of corners."""
    around = workspace_land(base)
    drawn = None
    if sheet.restored:
        with st.container(
            key=f"tc-restored-{key}", horizontal=True, vertical_alignment="center", border=True
        ):
            st.markdown(words("draw.restored"), width="stretch")
            st.button(words("draw.discard"), on_click=partial(sheet.bring, None), key=f"{key}-discard")
    if sheet.area is None:
        st.caption(words("draw.empty"))
    else:
        drawn = Drawn(sheet.area, base.crs, tuple(check_boundary(sheet.area, around=around)))
        st.markdown(drawn.figures(words))
        if drawn.findings:
            show_findings(drawn.findings, words)
    _corners(base, sheet, words, key=key)
    _buttons(sheet, drawn, words, key=key)
    return drawn


def _corners(base: Workspace, sheet: _Sheet, words: Words, *, key: str) -> None:
    """The list: shown, edited, pasted over; its key changes with the boundary, and never shows an old one."""
    text = corner_lines(sheet.area, words) if sheet.area is not None else ""
    mark = f"{key}-text-{words.lang}-{len(sheet.past)}-{sheet.revision}"
    system = f"EPSG:{base.crs.to_epsg()}" if base.crs.to_epsg() else base.crs.name
    typed = st.text_area(
        words("draw.corners", crs=system),
        value=text,
        height=_TEXT_PX,
        placeholder=words("draw.corners_hint"),
        help=words("draw.corners_help"),
        key=mark,
    )
    if not typed.strip() or typed.strip() == text.strip():
        return
    try:
        found = read_boundary_text(typed, base.crs, around=workspace_land(base))
    except ThoCongError as error:
        st.error(plain(words.message(error)))
        return
    if found.area.is_valid:
        st.caption(words("draw.typed", area=words.number(found.area_ha, 2), corners=found.corners))
    else:
        st.caption(words("draw.typed_broken", corners=found.corners))
    if found.findings:
        show_findings(found.findings, words)

    def apply() -> None:
        sheet.bring(found.area)
        go_to(key, _bounds(found))

    st.button(words("draw.apply"), type="primary", on_click=apply, key=f"{key}-apply")


def _buttons(sheet: _Sheet, drawn: Drawn | None, words: Words, *, key: str) -> None:
    with st.container(horizontal=True):
        st.button(words("draw.undo"), on_click=sheet.back, disabled=not sheet.past, key=f"{key}-undo")
        st.button(
            words("draw.clear"),
            on_click=partial(sheet.bring, None),
            disabled=sheet.area is None,
            key=f"{key}-clear",
        )
        if drawn is not None:
            st.button(words("draw.zoom"), on_click=partial(go_to, key, _bounds(drawn)), key=f"{key}-zoom")
