"""The control that copies a link to what a page shows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from maps.assets import STATIC
from maps.pages._frame import chosen_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.words import Words

__all__ = ["show_copy"]

_OPENED: Final = "ws"
#: what the script puts into the sentences it says
_TOLD: Final = {"layers_wrong": "found", "base": "title"}
_SAID: Final = ("label", "hint", "copied", "failed")
_HTML: Final = """
<button type="button" class="copy"></button>
<button type="button" class="offer" hidden></button>
<p role="status" hidden></p>
"""
_STYLE: Final = """
p { margin: .25rem 0 0; font-size: .8rem; color: var(--st-text-color); }
[hidden] { display: none; }
button.offer { margin-top: .25rem; white-space: normal; }
button { width: 100%; min-height: 2.5rem; padding: .25rem .75rem; cursor: pointer;
  font: inherit; font-size: .875rem;
  color: var(--st-text-color); background: var(--st-background-color); white-space: nowrap;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, .25rem); }
button:hover, button:focus-visible { color: var(--st-primary-color); border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""


@cache
def _control() -> Any:
    script = (STATIC / "link.js").read_text(encoding="utf-8")
    return st.components.v2.component("thocong_link", html=_HTML, css=_STYLE, js=script)


def show_copy(key: str, words: Words, params: Mapping[str, str]) -> None:
    """Show the control; while it is on the page, the address follows the map.

    Parameters
    ----------
    key : str
        Of the page.
    words : Words
    params : mapping of str to str
        What the link names besides what stands in the address already; an empty value is taken out of it.
    """
    said = {name: words(f"link.{name}") for name in _SAID}
    said |= {name: words(f"link.{name}", **{field: f"{{{field}}}"}) for name, field in _TOLD.items()}
    named = {_OPENED: chosen_folder().name, **params}
    _control()(key=f"link-{key}", data={**said, "params": named})
