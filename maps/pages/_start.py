"""The first page: what to do next, and which workspace to do it in."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from layers.crs import as_crs
from layers.errors import ThoCongError
from layers.sample import create_sample
from layers.store import Workspace
from layers.workspaces import free_folder, workspaces_beside
from maps.next_steps import holdings
from maps.pages._cards import Card, show_cards
from maps.pages._frame import (
    chosen_folder,
    heading,
    open_workspace,
    plain,
    sentences,
    speak,
    workspace_folder,
)
from maps.places import crs_label, province_systems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator
    from streamlit.navigation.page import StreamlitPage

    from layers import Version
    from maps.next_steps import Holdings
    from maps.words import Words

__all__ = ["link_to_layers", "note_pages", "show_start"]

_PAGES = "start-pages"
_SAMPLE = "mau-sample"
_MADE = "start-made"  # how many workspaces this session made


def note_pages(analyses: Sequence[StreamlitPage], layers: StreamlitPage) -> None:
    """Tell the first page which pages there are to go to.

    Parameters
    ----------
    analyses : sequence of StreamlitPage
    layers : StreamlitPage
        Where layers are brought in.
    """
    st.session_state[_PAGES] = (list(analyses), layers)


def show_start() -> None:
    """Show the page."""
    words = speak()
    try:
        base: Workspace | None = Workspace(chosen_folder())
    except ThoCongError as error:
        base = None
        st.markdown(f"### {words('page.start.title')}")
        st.error(plain(words.message(error)))
    if base is not None:
        found = holdings(base.layers())
        heading(words("page.start.title"), base, made=found.made)
        _figures(base, found, words)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        if base is not None:
            _steps(found, words)
    with right:
        _workspaces(words)


def _figures(base: Workspace, found: Holdings, words: Words) -> None:
    def count(number: int) -> str:
        return words.number(float(number), 0)

    cards = [
        Card(words("start.layers"), count(found.layers)),
        Card(words("start.features"), count(found.features)),
        Card(words("start.periods"), count(len(found.years)), ", ".join(found.years)),
        Card(words("start.changes"), count(len(base.records("override")))),
    ]
    show_cards(cards, words("start.measured", crs=crs_label(base.crs, words)))


def _steps(found: Holdings, words: Words) -> None:
    """What can be asked first, where something can; else what is missing for it."""
    parts = [_questions, _data]
    for part in parts if found.ready else reversed(parts):
        part(found, words)


def _data(found: Holdings, words: Words) -> None:
    st.markdown(f"#### {words('start.next')}")
    _step(words, "start.step_zones", done=bool(found.zones), kinds=found.zones)
    _step(words, "start.step_against", done=bool(found.constraints), kinds=found.constraints)
    if found.constraints and found.missing:
        kinds = ", ".join(words(f"kind_many.{name}") for name in found.missing)
        st.html(f"<p class='tc-note'>{escape(words('start.missing', kinds=kinds))}</p>")
    link_to_layers(words)


def link_to_layers(words: Words) -> None:
    """Show the way to where layers are brought in.

    Parameters
    ----------
    words : Words
    """
    _, layers = st.session_state[_PAGES]
    with st.container(key="tc-go-layers"):
        st.page_link(layers, label=f"**+ {words('start.add')}**", query_params={"open": "add"})


def _questions(found: Holdings, words: Words) -> None:
    analyses, _ = st.session_state[_PAGES]
    st.markdown(f"#### {words('start.ask')}")
    for page in analyses:
        lacks = found.lacks(page.url_path)
        with st.container(key=f"tc-go-{page.url_path}"):
            st.page_link(page, label=f"**{page.title}** →", disabled=bool(lacks))
            known = f"start.asks.{page.url_path}"
            if words.has(known):
                st.caption(words(known))
            if lacks:
                st.caption(f"→ {words(f'start.needs.{lacks}')}")


def _step(words: Words, key: str, *, done: bool, kinds: Sequence[str]) -> None:
    names = ", ".join(words(f"kind_many.{name}") for name in kinds)
    said = words(f"{key}_done", kinds=names) if done else words(key)
    mark = "✓" if done else "○"
    st.html(
        f"<div class='tc-step{' tc-done' if done else ''}'><b>{mark}</b><span>{escape(said)}</span></div>"
    )


def _workspaces(words: Words) -> None:
    st.markdown(f"#### {words('start.workspaces')}")
    now = chosen_folder().resolve()
    with st.container(key="tc-beside"):
        for folder in workspaces_beside(workspace_folder()):
            _workspace(folder, words, here=folder == now)
    _sample(words)
    with st.expander(words("start.create"), key="start-create"):
        _create(words)


def _workspace(folder: Path, words: Words, *, here: bool) -> None:
    try:
        base = Workspace(folder)
        versions = base.layers()
    except ThoCongError as error:
        st.caption(f"{plain(folder.name)}: {plain(words.message(error))}")
        return
    saved = max((v.saved_at for v in versions), default="")
    facts = [words("start.count", layers=len(versions)), words.moment(saved)]
    with st.container(key=f"tc-ws-{folder.name}", horizontal=True, vertical_alignment="center", border=True):
        name = f"**{plain(base.name)}** ({plain(folder.name)})"
        st.markdown(f"{name}  \n{' · '.join(plain(f) for f in facts if f)}", width="stretch")
        if here:
            st.caption(words("start.here"), width="content")
        else:
            st.button(words("start.open"), key=f"open-{folder.name}", on_click=open_workspace, args=(folder,))


def _sample(words: Words) -> None:
    """The sample, one click away: made beside the others where it is not there yet."""
    folder = Path(workspace_folder()).resolve().parent / _SAMPLE
    if folder.is_dir() or any(v.provenance.made for v in _versions(workspace_folder())):
        return
    if not st.button(words("start.sample"), help=words("start.sample_help"), key="start-sample"):
        return
    bar = st.progress(0.0, words("start.making"))
    with sentences():
        create_sample(folder, progress=partial(_shown, bar))
    open_workspace(folder)
    st.rerun()


def _versions(folder: str) -> Sequence[Version]:
    try:
        return Workspace(folder).layers()
    except ThoCongError:
        return []


def _shown(bar: DeltaGenerator, done: int, total: int, name: str) -> None:
    bar.progress(done / max(total, 1), plain(name))


def _create(words: Words) -> None:
    made_here = st.session_state.get(_MADE, 0)
    # what was typed stays until a workspace is made of it
    with st.form(f"start-form-{made_here}", border=False):
        name = st.text_input(words("start.name"), key=f"start-name-{made_here}", max_chars=80)
        systems = province_systems(words, datetime.now(UTC).astimezone().date())
        province = st.selectbox(
            words("start.province"),
            list(systems),
            index=None,
            placeholder=words("import.province_none"),
            format_func=lambda one: f"{one} – EPSG:{systems[one]}",
            help=words("start.province_help"),
            key=f"start-province-{made_here}",
        )
        pressed = st.form_submit_button(words("start.create_go"), type="primary")
    if not pressed:
        return
    if not name.strip() or province is None:
        st.error(words("start.incomplete"))
        return
    with sentences():
        made = Workspace.create(
            free_folder(workspace_folder(), name), crs=as_crs(systems[province]), name=name.strip()
        )
    st.session_state[_MADE] = made_here + 1
    open_workspace(made.folder)
    st.toast(words("start.created", name=plain(made.name)))
    st.rerun()
