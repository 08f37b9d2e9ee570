"""What was decided about hard constraints: kept over another page, another language and in a link."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd
import streamlit as st

__all__ = ["note_rows", "started_rows"]

#: a list of texts, so that it travels with the other boxes of the question
_DECIDED: Final = "candidate-hard-decided"
_ENTRY: Final = re.compile(r"(.+)=([01])/(\d{1,4})")


def started_rows(rows: pd.DataFrame, *, key: str) -> pd.DataFrame:
    """Return what a table of constraints begins with; it stays as long as the table does.

    Parameters
    ----------
    rows : pandas.DataFrame
        With the column ``constraint``.
    key : str
        Of the table.

    Returns
    -------
    pandas.DataFrame
        Columns ``on`` and ``place`` (from 1), a row each.
    """
    begun = f"tc-begun-{key}"
    if key not in st.session_state or begun not in st.session_state:
        st.session_state[begun] = _said()
    said: dict[str, tuple[bool, int]] = st.session_state[begun]
    found = [said.get(str(name), (True, 0)) for name in rows["constraint"]]
    places = [place or n for n, (_, place) in enumerate(found, 1)]
    return pd.DataFrame({"on": [on for on, _ in found], "place": places}, index=rows.index)


def note_rows(rows: pd.DataFrame, edited: pd.DataFrame) -> None:
    """Keep what was decided; constraints that aren't listed now stay as they were decided.

    Parameters
    ----------
    rows : pandas.DataFrame
        With the column ``constraint``.
    edited : pandas.DataFrame
        Columns ``on`` and ``place``, in the order of the rows.
    """
    said = _said()
    columns = (rows["constraint"], edited["on"], edited["place"])
    for n, (name, on, place) in enumerate(zip(*columns, strict=True), 1):
        moved = 0 if pd.isna(place) or int(place) == n else int(place)
        said[str(name)] = (bool(on) and not pd.isna(on), moved)
    st.session_state[_DECIDED] = [
        f"{name}={int(on)}/{place}" for name, (on, place) in said.items() if place or not on
    ]


def _said() -> dict[str, tuple[bool, int]]:
    """What is kept; a link may have brought anything."""
    kept = st.session_state.get(_DECIDED)
    found = [_ENTRY.fullmatch(str(one)) for one in (kept if isinstance(kept, list) else [])]
    return {one[1]: (one[2] == "1", int(one[3])) for one in found if one is not None}
