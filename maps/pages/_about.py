"""Where the layers on a map come from: facts for its panel, and the place that a layer lies in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from layers import Version
from maps.layer_facts import layer_facts
from maps.pages._cache import cached_layer, cached_sight
from maps.pages._shelf import shelved
from maps.places import place_label, units_met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers import Layer
    from layers.store import Workspace
    from maps.canvas import MapLayer
    from maps.sight import Sight
    from maps.words import Words

__all__ = ["newest_of", "newest_units", "place_of", "with_facts"]

#: a larger layer is placed by the box round it
_MOST_FEATURES = 3_000


def with_facts(
    base: Workspace, layers: Sequence[Layer | Sight | Version], drawn: Sequence[MapLayer], words: Words
) -> list[MapLayer]:
    """Give layers of a map what the panel says of where they come from.

    Parameters
    ----------
    base : Workspace
    layers : sequence of Layer, Sight or Version
        A layer stands for its current version.
    drawn : sequence of MapLayer
        The same layers, drawn, in the same order.
    words : Words

    Returns
    -------
    list of MapLayer
    """
    versions = base.layers()
    heads = {v.layer: v for v in versions}
    units = newest_units(versions)
    entries = [one if isinstance(one, Version) else heads.get(one.name) for one in layers]
    return [
        replace(one, about=_facts(base, entry, units, words)) if entry else one
        for entry, one in zip(entries, drawn, strict=True)
    ]


def _facts(
    base: Workspace, entry: Version, units: Version | None, words: Words
) -> tuple[tuple[str, str], ...]:
    place = place_of(base, entry, units, words)
    # the record of a version never changes, but for its being the current one
    key = (str(base.folder), entry.layer, entry.version, place, words.lang)
    return shelved("facts", key, lambda: tuple(layer_facts(base, entry, words, place=place)), most=256)


def newest_of(versions: Sequence[Version]) -> list[Version]:
    """Choose of each kind the layer of the last period: a map should not show one park twice.

    Parameters
    ----------
    versions : sequence of Version

    Returns
    -------
    list of Version
    """
    best: dict[str, Version] = {}
    for v in versions:
        year = v.period.last if v.period else 0
        known = best.get(v.kind_name)
        if known is None or year > (known.period.last if known.period else 0):
            best[v.kind_name] = v
    return list(best.values())


def newest_units(versions: Sequence[Version]) -> Version | None:
    """Choose the boundaries that places are named by.

    Parameters
    ----------
    versions : sequence of Version

    Returns
    -------
    Version or None
        The newest; none where the workspace has no boundaries.
    """
    found = [v for v in versions if v.kind_name == "admin_unit"]
    return max(found, key=lambda v: v.period.last if v.period else 0, default=None)


def place_of(base: Workspace, entry: Version, units: Version | None, words: Words) -> str:
    """Name the communes that a layer lies in.

    Parameters
    ----------
    base : Workspace
    entry : Version
    units : Version or None
        From :func:`newest_units`.
    words : Words

    Returns
    -------
    str
        Empty without boundaries.
    """
    if units is None:
        return ""
    folder = str(base.folder)

    def met() -> tuple[list[str], int]:
        read = cached_layer if entry.rows <= _MOST_FEATURES else cached_sight
        shapes = cached_layer(folder, units.layer, units.version).frame
        return units_met(read(folder, entry.layer, entry.version).frame, shapes), len(shapes)

    key = (folder, entry.layer, entry.version, units.layer, units.version)
    names, of = shelved("place", key, met, most=256)
    return place_label(names, of, words)
