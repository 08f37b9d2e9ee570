"""Periods side by side on one map: layers made comparable, and the maps that show them.

The same thing at two periods is a pair of *twins*: layers with one id. They get one row in the layer panel,
one title and one legend, so that both sides of a divider, or both maps of a pair, read the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from maps.answer_map import context_layers
from maps.canvas import base_map
from maps.elements import Group, Script

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium

    from layers import Layer
    from maps.canvas import MapLayer
    from maps.sight import Sight
    from maps.words import Words

__all__ = ["MODES", "Mode", "Side", "period_label", "side_layers", "sided_layers", "view_group", "view_map"]

Mode = Literal["swipe", "periods", "single"]
#: ways of looking at two periods, in the order they are offered; the first needs a map of changes
MODES: Final = ("change", "swipe", "pair", "blink")
_TOPMOST: Final = 1


@dataclass(frozen=True)
class Side:
    """One of the compared periods.

    Parameters
    ----------
    label : str
        Its name on the map: a plan period in words, not a bare year.
    layers : list of MapLayer
        What it shows; a layer of the same id on another side is its twin.
    tiles : dict of str to (str, str, int)
        For layers drawn by the server: layer id to workspace folder, layer name and version.
    mark : str
        Short name under the slider; the label where empty.
    """

    label: str
    layers: list[MapLayer]
    tiles: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    mark: str = ""


def period_label(layer: Layer | Sight, words: Words) -> str:
    """Name the period of a layer for people: years and stage.

    Parameters
    ----------
    layer : Layer or Sight
    words : Words

    Returns
    -------
    str
        Empty for a layer without a period.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from layers import Layer, Period
    >>> from maps.words import words
    >>> frame = gpd.GeoDataFrame(geometry=[], crs=5897)
    >>> period_label(Layer(frame, "a", "land_use", Period(2021, 2030, "approved")), words("vi"))
    'Kỳ 2021-2030 · quy hoạch đã duyệt'
    """
    if layer.period is None:
        return ""
    return words("view.period_label", period=str(layer.period), stage=words(f"stage.{layer.period.stage}"))


def side_layers(layers: Sequence[Layer | Sight], words: Words) -> list[MapLayer]:
    """Draw the layers of one side, titled by kind alone, as the same row stands for every period.

    Parameters
    ----------
    layers : sequence of Layer or Sight
        In the same order of kinds on each side.
    words : Words

    Returns
    -------
    list of MapLayer
        All shown; ids ``layer-0``, ``layer-1`` ... as in :func:`maps.answer_map.context_layers`.
    """
    drawn = context_layers(layers, words)
    titles = [words(f"kind_many.{layer.kind_name}") for layer in layers]
    return [
        replace(one, title=title, show=True, folded=False) for one, title in zip(drawn, titles, strict=True)
    ]


def sided_layers(sides: Sequence[Side]) -> list[list[MapLayer]]:
    """Make the layers of several periods comparable.

    Parameters
    ----------
    sides : sequence of Side

    Returns
    -------
    list of list of MapLayer
        One list a side, every list with the same twins: one title, one legend with the entries of all
        periods, and an empty layer where a period has nothing. Ids end in ``-s0``, ``-s1`` ...
    """
    twins: dict[str, list[MapLayer]] = {}
    for side in sides:
        for layer in side.layers:
            twins.setdefault(layer.id, []).append(layer)
    shared = {name: _shared(found) for name, found in twins.items()}
    out = []
    for n, side in enumerate(sides):
        own = {layer.id: layer for layer in side.layers}
        out.append([_on_side(n, own.get(name), common) for name, common in shared.items()])
    return out


def _shared(twins: list[MapLayer]) -> MapLayer:
    """Title, group, order and legend that all twins take; without features."""
    first = twins[0]
    titles = list(dict.fromkeys(layer.title for layer in twins))
    legend: list[dict[str, Any]] = []
    for layer in twins:
        legend += [entry for entry in layer.legend if entry not in legend]
    return replace(first, title=" ↔ ".join(titles), legend=legend, frame=first.frame.iloc[:0])


def _on_side(n: int, own: MapLayer | None, common: MapLayer) -> MapLayer:
    drawn = common if own is None else replace(common, frame=own.frame, looks=own.looks)
    return replace(drawn, id=f"{common.id}-s{n}", side=n, twin=common.id)


def view_group(mode: Mode, sides: Sequence[Side] = (), **facts: Any) -> folium.FeatureGroup:
    """Say how the map shows its sides; goes among the groups that change, never into the map itself.

    Parameters
    ----------
    mode : {"swipe", "periods", "single"}
        A divider between two sides, a slider over all of them, or nothing but a name.
    sides : sequence of Side
    **facts
        ``plays`` starts a blinking, ``start`` is the first period shown, ``legend=False`` hides the panel,
        ``go`` moves the map: ``{"n": growing number, "center": [lat, lon], "zoom": z}``.

    Returns
    -------
    folium.FeatureGroup
    """
    known = {
        "id": "view-mode",
        "title": "",
        "group": "",
        "order": _TOPMOST,
        "mode": mode,
        "labels": [side.label for side in sides],
        "marks": [side.mark or side.label for side in sides],
    }
    return Group("view-mode", known | facts)


def view_map(
    bounds: tuple[float, float, float, float],
    words: Words,
    *,
    name: str,
    linked: bool = False,
    **base: Any,
) -> folium.Map:
    """Make a map that can compare, keeps its view under a name, and moves with its like.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north in degrees; the first view.
    words : Words
    name : str
        Maps of one name and the same bounds take over each other's view.
    linked : bool
        True for the maps of a pair: they move together and show each other's pointer.
    **base
        ``crs``, ``label`` and ``served`` of :func:`maps.canvas.base_map`.

    Returns
    -------
    folium.Map
        Names no address outside the application.
    """
    chart = base_map(bounds, words, **base)
    # panes are clipped where the map stands: a zoom that glides would carry the clip away from the divider
    chart.options["zoomAnimation"] = False
    kept = f"{name} {' '.join(f'{side:.6f}' for side in bounds)}"
    chart.add_child(Script("keepView", kept))
    if linked:
        chart.add_child(Script("link", kept))
    chart.add_child(
        Script("compare", {k: words(f"view.{k}") for k in ("swipe", "period", "blink", "stop")}),
        name="compare",
    )
    return chart
