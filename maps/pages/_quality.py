"""What became of the rows of a file: on the page of its import, and of the layer ever after."""

from __future__ import annotations

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
        table = sums_table(report, words)
        what, value = table.columns
        st.dataframe(
            table.assign(**{value: [words.value(v) for v in table[value]]}),
            hide_index=True,
            width="stretch",
            column_config={what: st.column_config.TextColumn(width="large")},
        )


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
    found = [r for r in base.records("import") if (r.get("layer"), r.get("version")) == (layer, version)]
    return dict(found[-1]["quality"]) if found else None
