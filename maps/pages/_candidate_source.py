"""What a criterion is measured on, where a workspace has several layers or rasters for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from maps.candidate_tables import criterion_name
from maps.pages._frame import plain
from maps.tables import layer_title

if TYPE_CHECKING:
    from layers import Version
    from maps.candidate_question import SearchLayers
    from maps.words import Words

__all__ = ["layer_of", "raster_of"]


def layer_of(name: str, offered: SearchLayers, words: Words) -> Version:
    """Ask which layer a criterion is measured on, where several are of its kind.

    Parameters
    ----------
    name : str
        Of the criterion.
    offered : SearchLayers
    words : Words

    Returns
    -------
    Version
    """
    fitting = {v.layer: v for v in offered.fitting.get(name, [])}
    if len(fitting) < 2:  # noqa: PLR2004 - one layer is no choice
        return offered.criteria[name]
    picked = st.selectbox(
        words("candidate_ask.criterion_layer", name=criterion_name(name, words)),
        list(fitting),
        format_func=lambda layer: layer_title(fitting[layer], words),
        key=f"candidate-of-{name}",
    )
    return fitting[str(picked)]


def raster_of(name: str, offered: SearchLayers, words: Words) -> str:
    """Ask which raster of the workspace a criterion is measured on, the newest first; says what it is.

    Parameters
    ----------
    name : str
        Of the criterion.
    offered : SearchLayers
    words : Words

    Returns
    -------
    str
        Its id.
    """
    fitting = {raster.id: raster for raster in offered.rasters[name]}

    def label(raster: str) -> str:
        one = fitting[raster]
        facts = (one.name, one.period, words("made.label") if one.made else "", f"SHA-256 {one.sha256[:8]}")
        return " · ".join(fact for fact in facts if fact)

    if len(fitting) == 1:
        (only,) = fitting
        st.caption(plain(label(only)))
        return only
    return str(
        st.selectbox(
            words("raster_ask.which", name=criterion_name(name, words)),
            list(fitting),
            format_func=label,
            key=f"candidate-raster-{name}",
        )
    )
