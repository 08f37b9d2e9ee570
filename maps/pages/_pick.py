"""Choosing a row of a table, by the box before it or by a click anywhere in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["chosen_row"]


def chosen_row(selection: Any, key: str) -> int | None:
    """Find the row chosen last in a table that lets rows and cells be selected.

    Parameters
    ----------
    selection : mapping
        ``rows`` and ``cells`` as ``st.dataframe`` reports them.
    key : str
        Of the table; what it reported before is kept under it.

    Returns
    -------
    int or None
        Place of the row.
    """
    rows = [int(row) for row in selection["rows"]]
    cells = [int(cell[0]) for cell in selection.get("cells", ())]
    place: int | None
    before_rows, before_cells, place = st.session_state.get(f"{key}-seen", ([], [], None))
    if cells != before_cells and cells:
        place = cells[0]
    elif rows != before_rows:
        place = rows[0] if rows else None
    elif place is None and rows:
        place = rows[0]
    st.session_state[f"{key}-seen"] = (rows, cells, place)
    return place
