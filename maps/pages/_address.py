"""The address of a page: which run or layer it shows; whoever wrote it may be anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.errors import ThoCongError
from maps.analyses import analysis
from maps.asked import open_asked
from maps.pages._form import put_form
from maps.pages._frame import plain
from maps.pages._job import ask_anew
from maps.pages._link import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers import Version
    from layers.store import Workspace
    from maps.asked import Asked
    from maps.words import Words

__all__ = [
    "drawing_named",
    "given",
    "name_drawing",
    "name_layer",
    "name_run",
    "take_layer",
    "take_once",
    "take_run",
]

_RUN: Final = "run"
_LAYER: Final = "layer"
_VERSION: Final = "version"
_DRAW: Final = "draw"
_LONGEST: Final = 200


def given(name: str) -> str:
    """Return a value of the address, cut to what a sane one could be.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        Empty where the address has none.
    """
    return str(st.query_params.get(name) or "")[:_LONGEST]


def take_once(name: str) -> str:
    """Return a value of the address and take it out: it says what to do now, not what is shown.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        Empty where the address has none.
    """
    found = given(name)
    if found:
        del st.query_params[name]
    return found


def name_drawing(key: str, *, drawing: bool) -> None:
    """Let the address say that a boundary is being drawn, so that a reload comes back to its map.

    Parameters
    ----------
    key : str
        Of the drawing.
    drawing : bool
        False takes it out of the address.
    """
    named = given(_DRAW) == key
    if drawing and not named:
        st.query_params[_DRAW] = key
    elif named and not drawing:
        del st.query_params[_DRAW]


def drawing_named(key: str) -> bool:
    """Say whether the address had a boundary drawn when the session began.

    Parameters
    ----------
    key : str
        Of the drawing.

    Returns
    -------
    bool
    """
    found: bool = st.session_state.setdefault(f"tc-draws-{key}", given(_DRAW) == key)
    return found


def name_run(page: str, run: str) -> None:
    """Let the address name what the page shows.

    Parameters
    ----------
    page : str
    run : str
        Id of a run, or of a question that was not kept.
    """
    st.session_state[f"{page}-run"] = run
    if st.query_params.get(_RUN) != run:
        st.query_params[_RUN] = run


def take_run(page: str, kind: str, base: Workspace, words: Words) -> Asked | None:
    """Take up the question that the address names, once; a wrong one is said in words.

    Parameters
    ----------
    page : str
        Its question, widgets and choice are put under it.
    kind : str
        Name of the analysis of the page.
    base : Workspace
    words : Words

    Returns
    -------
    Asked or None
        What the link named, in the run that takes it up.
    """
    name = given(_RUN)
    if not name or name == st.session_state.get(f"{page}-run"):
        return None
    try:
        found = open_asked(base, name)
    except ThoCongError as error:
        parts = [words("link.run_wrong"), words.message(error), words.fix(error)]
        st.warning("\n\n".join(plain(part) for part in parts if part))
        return None
    if found.kind != kind:
        _other_page(found, words)
        return None
    st.session_state[f"{page}-question"] = found.question
    st.session_state[f"{page}-asked"] = True
    st.session_state[f"{page}-run"] = name
    st.session_state[f"{page}-named"] = (found.question, name)
    ask_anew(page, found.state)
    put_form(page, found.form)
    Link(page).forget()
    return found


def _other_page(found: Asked, words: Words) -> None:
    """Show the way to the page whose run the address names."""
    st.warning(plain(words("link.other_page", run=found.id, page=words(f"runs.kind_{found.kind}"))))
    pages = st.session_state.get("tc-pages", {})
    target = pages.get(analysis(found.kind).page)
    if target is not None:
        st.page_link(target, label=words("link.go"), query_params={_RUN: found.id})


def name_layer(entry: Version) -> dict[str, str]:
    """Let the address name the layer that the page of layers shows.

    Parameters
    ----------
    entry : Version
        The one shown, an earlier one perhaps.

    Returns
    -------
    dict of str to str
        What a link to it names.
    """
    params = {_LAYER: entry.layer, _VERSION: "" if entry.current else str(entry.version)}
    for name, value in params.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]
    st.session_state["layers-run"] = (entry.layer, params[_VERSION])
    return params


def take_layer(versions: Sequence[Version], history: Callable[[str], list[Version]], words: Words) -> None:
    """Choose the layer that the address names, once; a wrong one is said in words.

    Parameters
    ----------
    versions : sequence of Version
        In the order of the list on the page.
    history : callable
        Returns all versions of a layer.
    words : Words
    """
    name, number = given(_LAYER), given(_VERSION)
    if not name or st.session_state.get("layers-run") == (name, number):
        return
    place = next((n for n, entry in enumerate(versions) if entry.layer == name), None)
    known = [entry.version for entry in history(name)] if place is not None else []
    wanted = next((v for v in known if str(v) == number), None)
    if place is None or (number and wanted is None):
        found = f"{name} v{number}" if place is not None else name
        st.warning(plain(words("link.layer_wrong", found=found[:60])))
        return
    st.session_state["layers-run"] = (name, number)
    Link("layers").choose(None, place)
    if wanted is not None:
        st.session_state[f"version-{name}-{known[0]}"] = wanted
