"""Which of several layers of roads the criteria of a search go along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers import Finding
from maps.criteria import by_road

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers import Layer

__all__ = ["network_of"]


def network_of(layers: Iterable[Layer], criteria: Iterable[str]) -> tuple[Layer | None, tuple[Finding, ...]]:
    """Choose the roads that criteria measured by road go along: the first layer of them.

    Parameters
    ----------
    layers : iterable of Layer
        Of any kind.
    criteria : iterable of str
        Names of the criteria of a search.

    Returns
    -------
    Layer or None
        None where there are no roads.
    tuple of Finding
        ``network_taken`` where there were others, and a criterion is measured by road. Two files may hold
        layers of one name: each is named with its source then.
    """
    roads = [layer for layer in layers if layer.kind_name == "road"]
    others = list(dict.fromkeys(_named(layer, roads[0]) for layer in roads[1:] if not _same(layer, roads[0])))
    if not others or not any(map(by_road, criteria)):
        return (roads[0] if roads else None), ()
    return roads[0], (Finding("network_taken", roads[0].name, None, "info", {"names": others}),)


def _same(layer: Layer, taken: Layer) -> bool:
    """One layer may be asked about and kept clear of: it was read twice then."""
    return layer is taken or (layer.name == taken.name and layer.frame.equals(taken.frame))


def _named(layer: Layer, taken: Layer) -> str:
    source = layer.provenance.source
    return f"{layer.name} ({source})" if layer.name == taken.name and source else layer.name
