"""A zone that is drawn to be judged at once: its widgets, and what can be done with it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from layers import parse_period
from layers.errors import ThoCongError
from layers.kinds import kinds
from layers.period import Stage
from maps.canvas import to_lonlat
from maps.drawn_zone import DrawnZone
from maps.pages._address import drawing_named, name_drawing
from maps.pages._draw import draw_boundary, forget_drawing, put_boundary
from maps.pages._frame import plain
from maps.pages._map import go_to
from maps.words import LANGUAGES
from maps.words import words as speaker

if TYPE_CHECKING:
    from layers import Layer, Period
    from layers.store import Workspace
    from maps.words import Words

__all__ = [
    "drawn_zone_input",
    "show_drawn_bar",
    "show_zone_drawn",
    "take_drawn_zones",
    "without_own_words",
    "zones_are_drawn",
]

#: one drawing for every page that judges it: overlaps here, distances there
_KEY = "zone-draw"
_WAYS = ("layers", "draw")
_FIRST = "industrial_cluster"
_MARGIN = 0.15  # of its size, left round a zone on the map
_SAVED = "zone-draw-saved"
#: what was said of the zone: boxes forget theirs with the page, and with the language
_SAID = "zone-draw-said"


def zones_are_drawn(words: Words, *, key: str) -> bool:
    """Ask where the zones come from.

    Parameters
    ----------
    words : Words
    key : str

    Returns
    -------
    bool
        True where a boundary is drawn for the question.
    """
    way = st.segmented_control(
        words("draw.zones"),
        _WAYS,
        default=_WAYS[1] if drawing_named(_KEY) else _WAYS[0],
        format_func=lambda way: words(f"draw.way_{way}"),
        required=True,
        help=words("draw.zones_help"),
        key=key,
    )
    name_drawing(_KEY, drawing=way == "draw")
    return way == "draw"


def drawn_zone_input(base: Workspace, words: Words) -> tuple[DrawnZone, ...]:
    """Show the map to draw a zone on, and ask what it is.

    Parameters
    ----------
    base : Workspace
    words : Words

    Returns
    -------
    tuple of DrawnZone
        Empty while nothing is drawn that can be judged.
    """
    said = _name_and_kind(words)
    drawn = draw_boundary(base, words, key=_KEY)
    if drawn is None or not drawn.sound:
        return ()
    name, source = said.name or words("draw.name"), said.source or words("draw.source")
    return (DrawnZone(name, said.kind, drawn.wkt, source),)


@dataclass(frozen=True)
class _Said:
    """What a reader said of the zone, empty where nothing; ``turn`` tells boxes from those before."""

    name: str = ""
    kind: str = _FIRST
    source: str = ""
    turn: int = 0


def _typed(text: str, word: str) -> str:
    """Return what somebody said; empty where it is only our own word, in whatever language."""
    return "" if text.strip() in {speaker(lang)(word) for lang in LANGUAGES} else text.strip()


def without_own_words(question: Any) -> Any:
    """Leave out of a question what the page itself wrote of drawn zones: that follows the language.

    Parameters
    ----------
    question : Question or None

    Returns
    -------
    Question or None
        The same where it has no zone that was drawn; to compare, not to be asked.
    """
    drawn = getattr(question, "drawn", ())
    if not drawn:
        return question
    bare = (
        replace(zone, name=_typed(zone.name, "draw.name"), source=_typed(zone.source, "draw.source"))
        for zone in drawn
    )
    return replace(question, drawn=tuple(bare))


def _name_and_kind(words: Words) -> _Said:
    """Ask what the zone is called and what it is; in another language it is the same zone."""
    said: _Said = st.session_state.get(_SAID, _Said())
    left, right = st.columns(2)
    name = left.text_input(
        words("draw.name_label"),
        value=said.name or words("draw.name"),
        key=f"{_KEY}-name-{said.turn}-{words.lang}",
    )
    kind = right.selectbox(
        words("column.zone_kind"),
        zone_kinds(),
        index=zone_kinds().index(said.kind),
        format_func=lambda kind: words(f"kind.{kind}"),
        key=f"{_KEY}-kind-{said.turn}",
    )
    said = replace(said, name=_typed(name, "draw.name"), kind=kind)
    st.session_state[_SAID] = said
    return said


def take_drawn_zones(base: Workspace, question: Any) -> None:
    """Put the zone of a question on the map to draw on, with its name and kind: a link brings none along.

    Parameters
    ----------
    base : Workspace
    question : Question
        Nothing happens where it has no zone that was drawn.
    """
    for zone in getattr(question, "drawn", ()):
        try:
            area = zone.drawn(base.crs).area
        except ThoCongError:  # the answer to the question says it
            continue
        put_boundary(area, key=_KEY)
        kind = zone.kind if zone.kind in zone_kinds() else _FIRST
        before: _Said | None = st.session_state.get(_SAID)
        turn = before.turn + 1 if before is not None else 0
        st.session_state[_SAID] = _Said(
            _typed(zone.name, "draw.name"), kind, _typed(zone.source, "draw.source"), turn
        )


def zone_kinds() -> list[str]:
    """List the kinds that a zone may have.

    Returns
    -------
    list of str
    """
    return [kind.name for kind in kinds() if kind.role == "zone"]


def show_zone_drawn(base: Workspace, zones: tuple[DrawnZone, ...], *, key: str) -> None:
    """Take the map of an answer to the zones that were drawn.

    Parameters
    ----------
    base : Workspace
    zones : tuple of DrawnZone
    key : str
        Of the map.
    """
    if not zones:
        return
    frame = zones[0].drawn(base.crs).frame
    wide = frame.set_geometry(frame.buffer(float(frame.area.sum()) ** 0.5 * _MARGIN))
    west, south, east, north = to_lonlat(wide).total_bounds
    go_to(key, (float(west), float(south), float(east), float(north)), closest=15.0)


def show_drawn_bar(base: Workspace, question: Any, words: Words, *, name: str, chosen_by: str) -> None:
    """Say that the zone was drawn, and offer to keep it, to change it, or to throw it away.

    Parameters
    ----------
    base : Workspace
    question : Question
        Its ``drawn`` zones; nothing is shown where there are none.
    words : Words
    name : str
        Of the page.
    chosen_by : str
        Key of the widget of :func:`zones_are_drawn`.
    """
    for n, zone in enumerate(question.drawn):
        one = replace(question, drawn=(zone,))
        change = partial(_open, base, one, name=name, chosen_by=chosen_by)
        said = words("draw.bar", name=plain(zone.name), area=words.number(zone.drawn(base.crs).area_ha, 2))
        with st.container(key=f"tc-drawn-{n}", horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f":violet-badge[{words('draw.badge')}] {said}", width="stretch")
            _keep(base, zone, words, n)
            st.button(words("draw.change"), on_click=change, key=f"{_KEY}-change-{n}")
            st.button(words("draw.drop"), on_click=partial(_drop, name), key=f"{_KEY}-drop-{n}")
        if st.session_state.get(_SAVED, ("",))[0] == zone.wkt:
            st.success(st.session_state[_SAVED][1])


def _open(base: Workspace, question: Any, *, name: str, chosen_by: str) -> None:
    take_drawn_zones(base, question)
    st.session_state[chosen_by] = _WAYS[1]
    st.session_state[f"{name}-asked"] = False


def _drop(name: str) -> None:
    forget_drawing(_KEY)
    said: _Said | None = st.session_state.get(_SAID)
    if said is not None:
        st.session_state[_SAID] = replace(said, name="", source="", turn=said.turn + 1)
    st.session_state.pop(f"{name}-question", None)
    st.session_state[f"{name}-asked"] = False


def _keep(base: Workspace, zone: DrawnZone, words: Words, n: int) -> None:
    """Ask what a saved layer needs to be known by."""
    with st.popover(words("draw.keep"), key=f"{_KEY}-keep-{n}"), st.form(f"{_KEY}-form-{n}", border=False):
        st.caption(words("draw.keep_explain"))
        title = st.text_input(words("import.name"), value=zone.name, key=f"{_KEY}-title-{n}")
        left, right = st.columns(2)
        years = left.text_input(words("import.years"), placeholder="2021-2030", key=f"{_KEY}-years-{n}")
        stages = sorted(get_args(Stage), key=lambda stage: stage != "proposed")
        stage = right.selectbox(
            words("column.stage"), stages, format_func=lambda s: words(f"stage.{s}"), key=f"{_KEY}-stage-{n}"
        )
        left, right = st.columns(2)
        decision = left.text_input(words("column.decision"), key=f"{_KEY}-decision-{n}")
        body = right.text_input(words("about.body"), key=f"{_KEY}-body-{n}")
        note = st.text_input(words("column.note"), key=f"{_KEY}-note-{n}")
        if not st.form_submit_button(words("import.save"), type="primary"):
            return
        try:
            period = replace(parse_period(years), stage=stage) if years.strip() else None
            layer = _layer(base, zone, title=title, period=period)
            origin = replace(layer.provenance, decision=decision, body=body)
            _save(base, replace(layer, provenance=origin), zone, note=note, words=words)
        except ThoCongError as error:
            st.error(plain(words.message(error)))


def _layer(base: Workspace, zone: DrawnZone, *, title: str, period: Period | None) -> Layer:
    layer = zone.layer(base.crs)
    return replace(layer, name=title.strip(), period=period)


def _save(base: Workspace, layer: Layer, zone: DrawnZone, *, note: str, words: Words) -> None:
    head = next((v.version for v in base.layers() if v.layer == layer.name), None)
    done = base.save(layer, expected=head, note=note)
    said = words("draw.kept", layer=plain(done.layer), version=done.version)
    st.session_state[_SAVED] = (zone.wkt, said)
    st.rerun()
