"""What a table to be edited begins with: it must stay as long as the table does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["begun_with"]

_T = TypeVar("_T")


def begun_with(key: str, begin: Callable[[], _T]) -> _T:
    """Return what a table begins with.

    Its widget holds the edits alone: under another beginning they would be made twice.

    Parameters
    ----------
    key : str
        Of the table.
    begin : callable
        Says what a table that wasn't shown just now begins with.

    Returns
    -------
    object
        The same until the table is left.
    """
    begun = f"tc-begun-{key}"
    if key not in st.session_state or begun not in st.session_state:
        st.session_state[begun] = begin()
    made: _T = st.session_state[begun]
    return made
