"""What became of the rows of a file: on the page of its import, and of the layer ever after."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.export.quality import sums_table

if TYPE_CHECKING:
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["recorded_quality", "show_quality"]


def show_quality(report: dict[str, Any], words: Words, *, open_: bool = False) -> None:
    """Show the sums of a quality report: rows read, used, set aside, repaired, each by code.

    Parameters
    ----------
    report : dict
        As :meth:`layers.quality.Quality.as_dict`.
    words : Words
    open_ : bool
        Whether it starts unfolded.
    """
    with st.expander(words("quality.report"), expanded=open_):
        rows = [
            f"<tr><td>{escape(str(what))}</td><td class='tc-number'>{escape(words.value(value))}</td></tr>"
            for what, value in sums_table(report, words).itertuples(index=False, name=None)
        ]
        st.html(f"<table class='tc-readings tc-sums'><tbody>{''.join(rows)}</tbody></table>")


def recorded_quality(base: Workspace, layer: str, version: int) -> dict[str, Any] | None:
    """Find the report of the import that a version came from.

    Parameters
    ----------
    base : Workspace
    layer : str
    version : int

    Returns
    -------
    dict or None
        ``None`` for a version that was not imported, or before reports were kept.
    """
    history = base.history(layer)
    rows = next((v.sha256 for v in history if v.version == version), None)
    # a version that was brought back holds the rows of the one it came from
    same = {v.version for v in history if v.sha256 == rows}
    found = [r for r in base.records("import") if r.get("layer") == layer and r.get("version") in same]
    return dict(found[-1]["quality"]) if found else None
