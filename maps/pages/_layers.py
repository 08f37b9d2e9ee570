"""The layers of the workspace by group: kind, place, period, decision, source, version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from layers.kinds import kind
from maps.columns import Column
from maps.pages._about import newest_units, place_of
from maps.pages._link import Link
from maps.pages._table import Rows, States, show_table
from maps.tables import layer_title

if TYPE_CHECKING:
    from layers import Version
    from layers.store import Workspace
    from maps.words import Words

__all__ = ["show_layers"]

_HEIGHT_PX = 364  # the map of the layer chosen still shows below
_ROOM_PX = 1_060  # it has the whole width of the page
_GROUPS = ("industry", "land", "settlement", "nature", "water", "infrastructure", "boundary")
_COLUMNS = (
    Column("name", width=178),
    Column("kind", width=116),
    Column("place", width=146),
    Column("period", width=78),
    Column("stage", width=136),
    Column("rows", digits=0, width=76, short="rows_short"),
    Column("version", digits=0, width=40, short="version_short"),
    Column("decision", width=90),
    Column("saved_at", width=124),
    Column("source", width=96),
)


def show_layers(base: Workspace, versions: list[Version], words: Words) -> Version | None:
    """List the layers; they can be filtered by group, and one can be selected.

    Parameters
    ----------
    base : Workspace
    versions : list of Version
        Current ones, in the order of reading.
    words : Words

    Returns
    -------
    Version or None
    """
    if not versions:
        st.html(f"<div class='tc-empty'>{words('layers.empty')}</div>")
        return None
    units = newest_units(versions)
    frame = pd.DataFrame(
        [
            {
                "name": layer_title(v, words),
                "kind": words(f"kind.{v.kind_name}"),
                "place": place_of(base, v, units, words),
                "period": str(v.period or ""),
                "stage": words(f"stage.{v.period.stage}") if v.period else "",
                "rows": v.rows,
                "version": v.version,
                "decision": v.provenance.decision,
                "source": v.provenance.source,
                "saved_at": words.moment(v.saved_at),
            }
            for v in versions
        ]
    )
    groups = pd.Series([kind(v.kind_name).group for v in versions], index=frame.index)
    link = Link("layers")
    states = States(groups, "layer_group", dict.fromkeys(_GROUPS, ""))
    row = show_table(
        Rows(frame, _COLUMNS, states, height_px=_HEIGHT_PX, room_px=_ROOM_PX), link, words, stem="lop-du-lieu"
    )
    link.follow(row, lambda _: None)
    if row is None or row >= len(versions):
        st.caption(words("layers.choose"))
        return None
    return versions[row]
