"""Periods compared on a page: change, swipe, a linked pair, blinking, a slider over plan periods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st
from streamlit_folium import st_folium

from maps.canvas import feature_group, tile_group
from maps.compare_view import MODES, Side, sided_layers, view_group, view_map
from maps.pages._map import note_click, served_by, start_of
from maps.pages._places import take_view
from maps.pages._printing import printing_of
from maps.tile_service import tile_address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import folium

    from maps.canvas import MapLayer
    from maps.pages._map import View
    from maps.words import Words

__all__ = ["show_periods", "show_views"]

_HEIGHT: Final = 560
_TWO: Final = 2


def show_views(
    key: str,
    sides: Sequence[Side],
    words: Words,
    *,
    view: View,
    change: Sequence[MapLayer] = (),
    common: Sequence[MapLayer] = (),
) -> str:
    """Show two periods on a map of the page, in the way that the reader chooses.

    Parameters
    ----------
    key : str
        Name of the map; :func:`maps.pages._map.go_to` moves it and ``clicked_point`` reads it, as for
        every map. Position and zoom are kept when the way of looking changes.
    sides : sequence of Side
        Before and after.
    words : Words
    view : View
        How the map starts: bounds, system under the pointer, made-data label.
    change : sequence of MapLayer
        The map of changes, from :func:`maps.change_map.change_layers`; without it that way is not offered.
    common : sequence of MapLayer
        Shown in every way: boundaries, the selection.

    Returns
    -------
    str
        The way chosen: one of :data:`maps.compare_view.MODES`.

    Raises
    ------
    ValueError
        Where there aren't two sides.
    """
    if len(sides) != _TWO:
        msg = f"expected 2 sides, found {len(sides)}"
        raise ValueError(msg)
    take_view(key, view.name or key)
    mode = _chosen(key, words, with_change=bool(change))
    first, second = sided_layers(sides)
    draw = partial(_draw, key, words, view)
    if mode == "pair":
        pair = [_groups(first, sides[0], 0), _groups(second, sides[1], 1)]
        _pair(key, draw, sides, groups=pair, common=common)
    elif mode == "change":
        shown = [view_group("single", go=_asked(key)), *map(feature_group, [*change, *common])]
        draw(shown, offered=_Offer([*change, *common]))
    else:
        facts: dict[str, Any] = {"plays": True} if mode == "blink" else {}
        way = view_group("periods" if mode == "blink" else "swipe", sides, go=_asked(key), **facts)
        drawn = [*_groups(first, sides[0], 0), *_groups(second, sides[1], 1)]
        draw([way, *drawn, *map(feature_group, common)], offered=_on_paper(sides, common))
    return mode


def show_periods(
    key: str,
    sides: Sequence[Side],
    words: Words,
    *,
    view: View,
    common: Sequence[MapLayer] = (),
    start: int = 0,
) -> None:
    """Show one of several plan periods, chosen by a slider on the map that can also run through them.

    Parameters
    ----------
    key : str
    sides : sequence of Side
        In the order of time.
    words : Words
    view : View
    common : sequence of MapLayer
    start : int
        Place of the period shown first.
    """
    take_view(key, view.name or key)
    drawn = [
        group
        for n, (layers, side) in enumerate(zip(sided_layers(sides), sides, strict=True))
        for group in _groups(layers, side, n)
    ]
    way = view_group("periods", sides, go=_asked(key), start=start)
    groups = [way, *drawn, *map(feature_group, common)]
    _draw(key, words, view, groups, offered=_on_paper(sides, common))


def _chosen(key: str, words: Words, *, with_change: bool) -> str:
    ways = [mode for mode in MODES if with_change or mode != "change"]
    picked = st.segmented_control(
        words("view.way"),
        ways,
        default=ways[0],
        format_func=lambda mode: words(f"view.mode_{mode}"),
        required=True,
        key=f"{key}-way",
        label_visibility="collapsed",
    )
    return str(picked or ways[0])


def _groups(layers: Sequence[MapLayer], side: Side, n: int) -> list[folium.FeatureGroup]:
    served = {f"{name}-s{n}": entry for name, entry in side.tiles.items()}
    return [
        tile_group(layer, tile_address(*served[layer.id]))
        if layer.id in served and not layer.frame.empty
        else feature_group(layer)
        for layer in layers
    ]


def _pair(
    key: str,
    draw: Callable[..., None],
    sides: Sequence[Side],
    *,
    groups: list[list[folium.FeatureGroup]],
    common: Sequence[MapLayer],
) -> None:
    """Two maps that move together; the layer panel stands on the second and rules both."""
    with st.container(key=f"tc-pair-{key}"):
        columns = st.columns(2, gap="small")
    for n, (column, side) in enumerate(zip(columns, sides, strict=True)):
        way = view_group("single", [side], go=_asked(key), legend=bool(n))
        with column:
            # a group is drawn once: each map gets its own
            shown = [way, *groups[n], *map(feature_group, common)]
            draw(shown, part=f"side{n}", offered=_on_paper(sides, common))


@dataclass(frozen=True)
class _Offer:
    """What a map can put on paper."""

    layers: list[MapLayer]
    tiles: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    sides: tuple[str, ...] = ()


def _on_paper(sides: Sequence[Side], common: Sequence[MapLayer]) -> _Offer:
    """Layers as a sheet of paper names them: no slider stands there to say the period."""
    layers = [
        replace(layer, id=f"{layer.id}-s{n}", title=f"{layer.title} · {side.label}", side=n, twin=layer.id)
        for n, side in enumerate(sides)
        for layer in side.layers
    ]
    tiles = {f"{name}-s{n}": entry for n, side in enumerate(sides) for name, entry in side.tiles.items()}
    return _Offer([*layers, *common], tiles, tuple(side.label for side in sides))


def _draw(
    key: str,
    words: Words,
    view: View,
    groups: list[folium.FeatureGroup],
    *,
    offered: _Offer,
    part: str = "",
) -> None:
    name = "-".join(filter(None, (key, part, words.lang)))
    st_folium(
        view_map(
            start_of(key, view.bounds),
            words,
            name=key,
            linked=bool(part),
            crs=view.crs,
            label=view.label,
            served=served_by(
                words, _print(key, part, words, view=view, offered=offered), name=view.name or key
            ),
        ),
        key=name,
        height=_HEIGHT,
        use_container_width=True,
        returned_objects=["last_clicked"],
        feature_group_to_add=groups,
        on_change=lambda: note_click(key, name),
    )


def _print(key: str, part: str, words: Words, *, view: View, offered: _Offer) -> dict[str, Any] | None:
    name = "-".join(filter(None, (key, part)))
    return printing_of(name, offered.layers, words, view=view, tiles=offered.tiles, sides=offered.sides)


def _asked(key: str) -> dict[str, Any] | None:
    """Where :func:`maps.pages._map.go_to` wants the map to be, for our own script.

    Each way of looking has its own frame; the component would send a new frame to the last place asked
    for, although the reader has long moved on.
    """
    place = st.session_state.get(f"{key}-view")
    if not place:
        return None
    center, zoom = place
    return {"n": st.session_state.get(f"{key}-nudge", 0), "center": list(center), "zoom": zoom}
