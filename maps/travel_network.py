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
        ``network_taken`` where there were others, and a criterion is measured by road.
    """
    roads = [layer for layer in layers if layer.kind_name == "road"]
    others = list(dict.fromkeys(layer.name for layer in roads[1:] if layer.name != roads[0].name))
    if not others or not any(map(by_road, criteria)):
        return (roads[0] if roads else None), ()
    return roads[0], (Finding("network_taken", roads[0].name, None, "info", {"names": others}),)
