"""Several versions of a plan on one map: a slider over their periods, and the land they agree on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from maps.agreement import agreement_layers, agreement_lines
from maps.answer_map import context_layers, drawn_by_server
from maps.columns import Column, headed
from maps.compare_view import Side, period_label, side_layers
from maps.pages._cache import cached_layer, cached_sight, workspace_bounds
from maps.pages._compare_view import show_periods
from maps.pages._facts import show_figures
from maps.pages._findings import show_findings
from maps.pages._frame import sentences
from maps.pages._map import View, made_label, served_tiles, show_map
from maps.pages._printing import notes_of
from maps.pages._shelf import shelved
from maps.tables import layer_title
from spatial.consensus import MOST_PLANS, consensus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Version
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.words import Words
    from spatial.consensus import Consensus

__all__ = ["show_agreement", "show_timeline"]

_SECTION: Final = "agreement"
_COLUMNS: Final = (
    Column("plans", _SECTION),
    Column("count", _SECTION, digits=0),
    Column("area_ha", _SECTION, digits=2),
    Column("noise_ha", _SECTION, digits=2),
)
_LEAST: Final = 2


def show_timeline(key: str, base: Workspace, entries: Sequence[tuple[str, int]], words: Words) -> None:
    """Offer a map with a slider over the periods of some layers.

    Parameters
    ----------
    key : str
        Name of the map.
    base : Workspace
    entries : sequence of (str, int)
        Names and versions, the earliest first.
    words : Words
    """
    if len(entries) < _LEAST or not st.toggle(words(f"{_SECTION}.timeline"), key=f"{key}-shown"):
        return
    folder = str(base.folder)
    layers = [cached_sight(folder, *entry) for entry in entries]
    sides = [
        Side(
            period_label(one, words) or one.name,
            side_layers([one], words),
            served_tiles(base, [one]),
            str(one.period or one.name),
        )
        for one in layers
    ]
    bounds = workspace_bounds(folder, tuple(entries))
    title = words("print.of_periods", periods=", ".join(side.mark or side.label for side in sides))
    view = View(bounds, base.crs, made_label(layers, words), notes_of(layers, words), title)
    show_periods(key, sides, words, view=view, common=_boundaries(base, words))


def _boundaries(base: Workspace, words: Words) -> list[MapLayer]:
    """The newest boundaries, to find one's way by."""
    units = [v for v in base.layers() if v.kind_name == "admin_unit"]
    newest = sorted(units, key=lambda v: v.period.last if v.period else 0)[-1:]
    found = [cached_sight(str(base.folder), v.layer, v.version) for v in newest]
    drawn = context_layers([one for one in found if not drawn_by_server(one)], words)
    return [replace(one, id="units") for one in drawn]


def show_agreement(
    key: str, base: Workspace, versions: Sequence[Version], words: Words, *, tolerance_m: float
) -> None:
    """Offer the land that several plans of a kind agree on, as a table and a map.

    Parameters
    ----------
    key : str
        Name of the map.
    base : Workspace
    versions : sequence of Version
        Layers of one kind.
    words : Words
    tolerance_m : float
        Land that only some have is redrawing where it is nowhere wider.
    """
    if not st.toggle(words(f"{_SECTION}.show"), key=f"{key}-shown"):
        return
    titles = {(v.layer, v.version): layer_title(v, words) for v in versions}
    chosen = st.multiselect(
        words(f"{_SECTION}.choose", most=MOST_PLANS),
        list(titles),
        default=list(titles)[:MOST_PLANS],
        format_func=titles.__getitem__,
        max_selections=MOST_PLANS,
        key=f"{key}-plans",
        wrap=True,
    )
    if len(chosen) < _LEAST:
        st.caption(words(f"{_SECTION}.few"))
        return
    folder = str(base.folder)
    asked = (folder, tuple(chosen), tolerance_m)
    with sentences():
        found: Consensus = shelved(
            f"{key}-answer",
            asked,
            lambda: consensus([cached_layer(folder, *entry) for entry in chosen], tolerance_m=tolerance_m),
        )
    names = {name: titles[name, version] for name, version in chosen}
    left, right = st.columns([3, 2], gap="medium")
    with left:
        label = words("made.label") if found.run["made"] else ""
        title = " · ".join((words(f"{_SECTION}.show"), *names.values()))
        view = View(workspace_bounds(folder, tuple(chosen)), base.crs, label, title=title)
        drawn = [*agreement_layers(found, words, names=names), *_boundaries(base, words)]
        show_map(key, drawn, words, view=view)
    with right:
        lines = agreement_lines(found, words, names=names)
        show_figures(headed(lines, words, section=_SECTION), _COLUMNS, words)
        st.caption(words(f"{_SECTION}.note", tolerance_m=tolerance_m))
        show_findings(found.findings, words)
