"""The map of changes: what was gained, lost, kept, redrawn, or turned into something else.

Colours of its own, since the official land-use colours and those of answers mean other things; each has a
hatching or a line besides, and the pairs stay apart for readers who see red and green alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from maps.canvas import MapLayer
from maps.styles import Look

if TYPE_CHECKING:
    import geopandas as gpd

    from maps.words import Words

__all__ = ["CHANGES", "change_layers", "change_look"]

#: states of a place between two periods, the weightiest first: that is also the order on the map
CHANGES: Final = ("lost", "gained", "changed", "redrawn", "uncovered", "unchanged")
_LOOKS: Final = {
    "gained": Look("#1a6fb0", "gained", "#0b3f6b", 1.6),
    "lost": Look("#b5174f", "lost", "#6d0a2d", 1.6),
    "changed": Look("#7b5ea7", "changed", "#4b3573", 1.2),
    "redrawn": Look("#b08d2e", "redrawn", "#7a5f14", 1.2, "3 3"),
    "uncovered": Look("#999999", "nodata", "#5f5f5f", 1.0),
    "unchanged": Look("#94a3b8", "", "#64748b", 1.0, opacity=0.28),
}
_FIRST: Final = 60


def change_look(change: str) -> Look:
    """Return the look of a change.

    Parameters
    ----------
    change : str
        One of :data:`CHANGES`.

    Returns
    -------
    Look

    Examples
    --------
    >>> change_look("lost").fill
    '#b5174f'
    """
    return _LOOKS[change]


def change_layers(pieces: gpd.GeoDataFrame, words: Words, *, column: str = "change") -> list[MapLayer]:
    """Draw pieces of land by what became of them.

    Parameters
    ----------
    pieces : geopandas.GeoDataFrame
        Areas; `column` holds one of :data:`CHANGES`, a column ``tip`` (list of lines) the text under the
        pointer. Any CRS; hectares in the legend are measured only where it is projected.
    words : Words
    column : str

    Returns
    -------
    list of MapLayer
        One a change that occurs, with its hectares in the title; ids ``change-lost``, ``change-gained`` ...

    Raises
    ------
    ValueError
        For a change that has no look.
    """
    unknown = set(pieces[column]) - set(CHANGES)
    if unknown:
        msg = f"expected {', '.join(CHANGES)}; found {', '.join(sorted(map(str, unknown)))}"
        raise ValueError(msg)
    kept = [pieces.geometry.name, *(["tip"] if "tip" in pieces else [])]
    out = []
    for n, change in enumerate(CHANGES):
        part = pieces.loc[pieces[column] == change, kept]
        if part.empty:
            continue
        out.append(
            MapLayer(
                id=f"change-{change}",
                title=_title(part, change, words),
                group=words("group.change"),
                order=_FIRST - n,
                frame=part,
                looks=[change_look(change)],
                legend=[change_look(change).legend()],
                show=change != "redrawn",
            )
        )
    return out


def _title(part: gpd.GeoDataFrame, change: str, words: Words) -> str:
    name = words(f"change_state.{change}")
    if part.crs is None or not part.crs.is_projected:
        return name
    area = float(part.geometry.area.sum()) / 1e4
    return f"{name} · {words.number(area, 1)} ha"
