"""Our words for the framework's own, which it has in English alone: buttons, hints, what is read out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from maps.assets import STATIC
from maps.words import words

if TYPE_CHECKING:
    from maps.words import Words

__all__ = ["lend_words", "lent_pairs"]

_SECTION: Final = "streamlit"
_ITS_OWN: Final = "en"


@cache
def _lender() -> Any:
    script = (STATIC / "words.js").read_text(encoding="utf-8")
    return st.components.v2.component("thocong_words", js=script)


def lent_pairs(lang: str) -> list[tuple[str, str]]:
    """List what the framework says, and what is said instead.

    Parameters
    ----------
    lang : str

    Returns
    -------
    list of (str, str)
        Empty for its own language. ``{name}`` stands for a part that differs.
    """
    if lang == _ITS_OWN:
        return []
    own, ours = words(_ITS_OWN).section(_SECTION), words(lang).section(_SECTION)
    return [(own[key], ours[key]) for key in own]


def lend_words(say: Words) -> None:
    """Replace the framework's words on the page, as long as it is open.

    Parameters
    ----------
    say : Words
        Of the language chosen.
    """
    with st.container(key="tc-words"):
        _lender()(
            key="words-lent", data={"lang": say.lang, "pairs": lent_pairs(say.lang), "map": say("map.frame")}
        )
