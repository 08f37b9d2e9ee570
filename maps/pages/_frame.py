"""What every page shares: language, workspace, style sheet, errors shown as sentences."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from layers.errors import StoreError, ThoCongError
from layers.store import Workspace
from layers.workspaces import beside
from maps.pages._lent import lend_words
from maps.words import LANGUAGES, Words, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers import Finding

__all__ = [
    "advice",
    "chosen_folder",
    "heading",
    "open_frame",
    "open_workspace",
    "plain",
    "say_error",
    "sentences",
    "speak",
    "workspace",
    "workspace_folder",
]

_STYLE: Final = Path(__file__).parents[1] / "static" / "pages.css"
_LOGO: Final = Path(__file__).parents[1] / "static" / "logo.svg"
_LANGUAGE: Final = "lang"
_OPENED: Final = "ws"
_SPOKEN: Final = "tc-spoken"
_DESK: Final = "tc-desk"  # the workspace whose questions this session holds
_EVERYWHERE: Final = (_LANGUAGE, _OPENED, _SPOKEN)
_BY_LANGUAGE: Final = tuple(
    f"-{lang}" for lang in LANGUAGES
)  # how keys of widgets end that are another in each
_SIDEBAR_PX: Final = 212  # what the titles of the pages need; the rest is for map and table


def open_frame() -> Words:
    """Set up the page: layout, style, language switch.

    Returns
    -------
    Words
        Of the language chosen.
    """
    st.set_page_config(
        page_title="Thổ Công", page_icon="🧭", layout="wide", initial_sidebar_state=_SIDEBAR_PX
    )
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    chosen = (
        st.session_state.get(_LANGUAGE) or st.query_params.get(_LANGUAGE) or os.environ.get("THOCONG_LANG")
    )
    st.logo(_LOGO, size="large")
    with st.sidebar:
        picked = st.segmented_control(
            "Ngôn ngữ / Language",
            LANGUAGES,
            default=chosen if chosen in LANGUAGES else LANGUAGES[0],
            format_func={"vi": "Tiếng Việt", "en": "English"}.__getitem__,
            required=True,
            key=_LANGUAGE,
            label_visibility="collapsed",
        )
    # a reload, a bookmark and a link keep the language: it stands in the address of every page
    if st.query_params.get(_LANGUAGE) != picked:
        st.query_params[_LANGUAGE] = str(picked)
    _say_anew(str(picked))
    opened = _keep_opened()
    say = words(str(picked))
    asked = str(st.query_params.get(_OPENED) or "")
    if asked and asked != opened.name and not st.session_state.get(_OPENED):
        st.warning(plain(say("link.workspace_wrong", found=asked[:60])))
    st.html(f"<style>{_spoken(say)}</style>")
    lend_words(say)
    return say


def _keep_opened() -> Path:
    """Let session and address name one workspace: a link to another page takes no address along."""
    opened, named = chosen_folder(), st.query_params.get(_OPENED)
    if st.session_state.get(_DESK, opened) != opened:
        # questions, views, drawings: in another workspace they mean something else
        for key in [str(key) for key in st.session_state if str(key) not in _EVERYWHERE]:
            del st.session_state[key]
    st.session_state[_DESK] = opened
    if opened != Path(workspace_folder()):
        st.session_state[_OPENED] = opened.name
        if named != opened.name:
            st.query_params[_OPENED] = opened.name
    elif named and st.session_state.get(_OPENED):
        del st.query_params[_OPENED]
    return opened


def _say_anew(lang: str) -> None:
    """Hand the widgets what is chosen in them, once the language changed.

    A list of the browser would go on in the words of the other language, a box for a day begin with today.
    """
    state = st.session_state
    if state.get(_SPOKEN, lang) != lang:
        for key in [str(key) for key in state]:
            value = state[key]
            if key != _LANGUAGE and not key.endswith(_BY_LANGUAGE) and _is_choice(value):
                state[key] = value
    state[_SPOKEN] = lang


def _is_choice(value: object) -> bool:
    """Say whether a widget that chooses may hold this; buttons, tables, uploaders can't be handed theirs."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(part, str) for part in value)
    return isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _spoken(say: Words) -> str:
    """Style sheet that lends our words to the uploader, which Streamlit has in English alone."""
    limit = st.get_option("server.maxUploadSize")
    texts = {"drop": say("import.drop", limit=limit), "browse": say("import.browse")}
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in texts.items()}
    return ":root {" + "".join(f"--tc-{name}: {text};" for name, text in quoted.items()) + "}"


def speak() -> Words:
    """Return the words of the language that this session reads.

    Returns
    -------
    Words
    """
    return words(str(st.session_state.get(_LANGUAGE, LANGUAGES[0])))


def workspace_folder() -> str:
    """Name the folder that the server was started with.

    Returns
    -------
    str
    """
    return os.environ.get("THOCONG_WORKSPACE", "workspace")


def chosen_folder() -> Path:
    """Return the workspace that this session works in.

    Returns
    -------
    pathlib.Path
        The one opened on the first page or named in the address, where it lies beside the one that the
        server was started with; else that one.
    """
    name = st.session_state.get(_OPENED) or st.query_params.get(_OPENED)
    return (beside(Path(workspace_folder()), str(name)) if name else None) or Path(workspace_folder())


def open_workspace(folder: Path) -> None:
    """Work in another workspace from now on; a reload, a bookmark and a link keep it.

    Parameters
    ----------
    folder : pathlib.Path
        Beside the one that the server was started with.
    """
    st.session_state[_OPENED] = folder.name


def workspace() -> Workspace:
    """Open the workspace that this session works in, or stop the page with what to do.

    Returns
    -------
    Workspace
    """
    try:
        return Workspace(chosen_folder())
    except StoreError as error:
        with sentences():
            raise error from None
        st.stop()


def heading(title: str, base: Workspace, *, made: bool) -> None:
    """Head a page: title, name of the workspace, and the made-data label where it holds.

    Parameters
    ----------
    title : str
    base : Workspace
    made : bool
        True if any layer of the workspace is made.
    """
    say = speak()
    label = f" :orange-badge[{say('made.label')}]" if made else ""
    st.markdown(f"### {title} :gray-badge[{plain(base.name)}]{label}")


def plain(text: str) -> str:
    r"""Keep text from data text: no sign in it is taken for markup.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain("![x](http://a)")
    '\\!\\[x\\]\\(http\\://a\\)'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~:$&])", r"\\\1", text)


def advice(what: Finding | ThoCongError, say: Words) -> str:
    """Say what to do about an error or a finding, without what only a terminal has.

    Parameters
    ----------
    what : Finding or ThoCongError
    say : Words

    Returns
    -------
    str
        Empty where nothing needs to be done.
    """
    return re.sub(rf" \({re.escape(say('cli.aside'))}: [^)]*--[^)]*\)", "", say.fix(what))


@contextmanager
def sentences(folder: Path | None = None) -> Iterator[None]:
    """Show our errors as a sentence with what to do, and stop the page there.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where an upload lies for the moment: the reader knows the file by its name alone.
    """
    try:
        yield
    except ThoCongError as error:
        say_error(error, folder)
        st.stop()


def say_error(error: ThoCongError, folder: Path | None = None) -> None:
    """Show one of our errors as a sentence with what to do.

    Parameters
    ----------
    error : ThoCongError
    folder : pathlib.Path, optional
        Where an upload lies for the moment: the reader knows the file by its name alone.
    """
    say = speak()
    parts = [say.message(error), advice(error, say)]
    if folder is not None:
        parts = [part.replace(f"{folder}{os.sep}", "") for part in parts]
    st.error("\n\n→ ".join(plain(part) for part in parts if part))
