"""What a page offers for printing: its layers, and what a sheet says of their origin."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import streamlit as st

from maps.pages._frame import workspace
from maps.printing.paper import SCALES
from maps.printing.service import Printable, offer, print_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers import Layer
    from maps.canvas import MapLayer
    from maps.pages._map import View
    from maps.sight import Sight
    from maps.words import Words

__all__ = ["notes_of", "printing_of"]


def printing_of(
    key: str,
    layers: Sequence[MapLayer],
    words: Words,
    *,
    view: View,
    tiles: Mapping[str, tuple[str, str, int]],
    sides: tuple[str, ...] = (),
) -> dict[str, Any] | None:
    """Offer what a map shows for printing.

    Parameters
    ----------
    key : str
        Name of the map, or of one of a pair.
    layers : sequence of MapLayer
    words : Words
    view : View
    tiles : dict of str to (str, str, int)
        For layers drawn by the server: layer id to workspace folder, layer name and version.
    sides : tuple of str
        Names of the periods on the two sides of a divider.

    Returns
    -------
    dict or None
        For :func:`maps.canvas.base_map`, the same at every run; ``None`` for a map without a metric system.
    """
    if view.crs is None or not view.crs.is_projected:
        return None
    base = workspace()
    token = st.session_state.setdefault(f"{key}-print", secrets.token_urlsafe(24))
    shown = Printable(
        tuple(layers), view.crs, view.label, view.notes, words.lang, dict(tiles), sides,
        view.title or base.name, str(base.folder),
    )  # fmt: skip
    offer(token, shown)
    return {
        "address": print_address(token),
        "title": base.name,
        "scales": [[str(scale), f"1:{words.number(scale, 0)}"] for scale in SCALES],
    }


def notes_of(layers: Sequence[Layer | Sight], words: Words) -> tuple[str, ...]:
    """Decisions that some layers rest on, for a print of them.

    Parameters
    ----------
    layers : sequence of Layer or Sight
    words : Words

    Returns
    -------
    tuple of str
        Empty where no layer names a decision.
    """
    origins = [layer.provenance for layer in layers if layer.provenance.decision]
    named = dict.fromkeys(
        ", ".join(part for part in (o.decision, o.body, words.day(o.date) if o.date else "") if part)
        for o in origins
    )
    return (words("print.decisions", decisions="; ".join(named)),) if named else ()
