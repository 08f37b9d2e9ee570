"""Colours, hatchings and lines.

A palette for answers that colour-blind users can read, the official land-use colours, and one look for
each kind of layer.

States use colours of the Okabe-Ito set, each with a hatching of its own. The official land-use table
gives one colour to several codes (SKK, SKN, SKC, TMD): those are told apart by hatching.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from layers.landuse import code_list

__all__ = [
    "HATCHINGS",
    "NOISE",
    "SELECTED",
    "UNKNOWN_LAND",
    "LandLook",
    "Look",
    "distance_look",
    "kind_look",
    "land_looks",
    "state_look",
]


@dataclass(frozen=True)
class Look:
    """How features are drawn.

    Parameters
    ----------
    fill : str
        Colour, or empty for none.
    hatch : str
        Name of a hatching in :data:`HATCHINGS`, or empty.
    stroke : str
        Colour of the line.
    weight : float
        Width of the line, pixels.
    dash : str
        Dash pattern, empty for a full line.
    opacity : float
        Of the fill.
    """

    fill: str = ""
    hatch: str = ""
    stroke: str = "#334155"
    weight: float = 1.5
    dash: str = ""
    opacity: float = 1.0

    def leaflet(self) -> dict[str, Any]:
        """Return the path options of Leaflet.

        Returns
        -------
        dict
        """
        ground = f"url(#tc-{self.hatch})" if self.hatch else self.fill
        return {
            "color": self.stroke,
            "weight": self.weight,
            "dashArray": self.dash or None,
            "fill": bool(ground),
            "fillColor": ground or "none",
            "fillOpacity": self.opacity if ground else 0,
        }

    def legend(self, label: str = "", *, shape: str = "area") -> dict[str, Any]:
        """Return an entry for the legend of the layer panel.

        Parameters
        ----------
        label : str
        shape : {"area", "line", "point"}

        Returns
        -------
        dict
        """
        return {
            "fill": f"url(#tc-{self.hatch})" if self.hatch else self.fill,
            "stroke": self.stroke,
            "weight": min(self.weight, 3),
            "dash": self.dash,
            "opacity": 1.0 if self.hatch else max(self.opacity, 0.15),
            "label": label,
            shape: True,
        }


_STATES: Final = {
    "blocks": Look("#D55E00", "blocks", "#8f3f00", 1.5),
    "needs_consent": Look("#E69F00", "consent", "#8a5f00", 1.2),
    "clear": Look("#009E73", "", "#00664a", 1.2, opacity=0.25),
    "no_data": Look("#999999", "nodata", "#5f5f5f", 1.0),
}
#: the same colours for distances; rings are outlines, nearest lines have no ground
_DISTANCES: Final = {
    "too_near": Look("#D55E00", "", "#b34700", 3.2),
    "depends": Look("#E69F00", "", "#b57b00", 2.6, "7 4"),
    "preset": Look("#CC79A7", "", "#a1447a", 2.4, "2 4"),
    "unsettled": Look("#8aa1b8", "", "#5b7086", 1.4, "2 4"),
    "refused": Look("#6b7280", "", "#4b5563", 1.4, "1 4"),
    "no_data": Look("#999999", "", "#5f5f5f", 1.4, "1 4"),
    "kept": Look("#009E73", "", "#00664a", 1.6),
    "no_rule": Look("#c4ccd6", "", "#8794a5", 1.0, "1 4"),
}
NOISE: Final = Look("", "", "#7a0177", 1.5, dash="2 3")
SELECTED: Final = Look("", "", "#0072B2", 4)

#: SVG patterns, by name: ground, size of the tile, the strokes in it
HATCHINGS: Final[list[dict[str, Any]]] = [
    {
        "id": "blocks",
        "size": 7,
        "fill": "rgba(213,94,0,.55)",
        "path": "M0 0L7 7M7 0L0 7",
        "stroke": "#7a2f00",
        "width": 1.1,
    },
    {
        "id": "consent",
        "size": 8,
        "fill": "rgba(230,159,0,.40)",
        "path": "M-2 6L6 -2M0 8L8 0M2 10L10 2",
        "stroke": "#9a6a00",
        "width": 1.3,
    },
    {
        "id": "nodata",
        "size": 7,
        "fill": "rgba(150,150,150,.28)",
        "path": "M3 3.5h1.4",
        "stroke": "#4b4b4b",
        "width": 1.6,
    },
    {
        "id": "gained",
        "size": 9,
        "fill": "rgba(26,111,176,.42)",
        "path": "M4.5 2V7M2 4.5H7",
        "stroke": "#0b3f6b",
        "width": 1.3,
    },
    {
        "id": "lost",
        "size": 8,
        "fill": "rgba(181,23,79,.45)",
        "path": "M0 8L8 0M-2 2L2 -2M6 10L10 6",
        "stroke": "#6d0a2d",
        "width": 1.5,
    },
    {
        "id": "changed",
        "size": 8,
        "fill": "rgba(123,94,167,.38)",
        "path": "M0 4H8",
        "stroke": "#4b3573",
        "width": 1.2,
    },
    {
        "id": "redrawn",
        "size": 6,
        "fill": "rgba(176,141,46,.30)",
        "path": "M2 3h1.6",
        "stroke": "#7a5f14",
        "width": 1.6,
    },
    # for the legend of land-use codes that share a colour; the tiles draw the same lines
    {"id": "land1", "size": 6, "fill": "none", "path": "M0 6L6 0", "stroke": "#6b6b6b", "width": 0.9},
    {"id": "land2", "size": 6, "fill": "none", "path": "M0 0L6 6", "stroke": "#6b6b6b", "width": 0.9},
    {"id": "land3", "size": 6, "fill": "none", "path": "M0 3H6", "stroke": "#6b6b6b", "width": 0.9},
    {"id": "land4", "size": 6, "fill": "none", "path": "M3 0V6", "stroke": "#6b6b6b", "width": 0.9},
    {"id": "land5", "size": 6, "fill": "none", "path": "M0 3H6M3 0V6", "stroke": "#6b6b6b", "width": 0.9},
    {"id": "land6", "size": 6, "fill": "none", "path": "M2.5 3h1.2", "stroke": "#4b4b4b", "width": 1.4},
    {"id": "land7", "size": 10, "fill": "none", "path": "M0 10L10 0", "stroke": "#6b6b6b", "width": 1.2},
]

_KINDS: Final = {
    "industrial_park": Look("#5b3fa8", "", "#3d2a7a", 2.5, opacity=0.10),
    "industrial_cluster": Look("#7a5cc9", "", "#3d2a7a", 2.2, opacity=0.10),
    "high_tech_zone": Look("#3f6fb5", "", "#23467a", 2.5, "6 3", 0.08),
    "economic_zone": Look("#3f6fb5", "", "#23467a", 2.5, opacity=0.08),
    "industrial_zone": Look("#5b3fa8", "", "#3d2a7a", 2.2, opacity=0.10),
    "urban_boundary": Look("#c2544d", "", "#b03a2e", 2.2, "8 4 2 4", 0.07),
    "land_use": Look("#f2f2dc", "", "#8a8a8a", 0.6),
    "land_cover": Look("#e6eadf", "", "#8a8a8a", 0.6),
    "residential": Look("#f4a6c0", "", "#c0577f", 0.6, opacity=0.55),
    "school": Look("#0072B2", "", "#ffffff", 1.2, opacity=0.95),
    "health_facility": Look("#cc0000", "", "#ffffff", 1.2, opacity=0.95),
    "craft_village": Look("#8c5a2b", "", "#ffffff", 1.2, opacity=0.95),
    "relic": Look("#8c2d04", "", "#ffffff", 1.2, opacity=0.95),
    "protected": Look("#1b7837", "", "#0f4d22", 1.6, "4 3", 0.22),
    "green_belt": Look("#5aae61", "", "#2d7a36", 1.6, "2 4", 0.22),
    "river": Look("#7db9e8", "", "#3b84bd", 1.0, opacity=0.75),
    "canal": Look("#7db9e8", "", "#3b84bd", 1.4, opacity=0.75),
    "dike": Look("", "", "#8c510a", 2.4, "1 4"),
    "dam": Look("", "", "#8c510a", 3.0),
    "road": Look("", "", "#d98032", 1.3),
    "railway": Look("", "", "#333333", 2.2, "6 4"),
    "power_line": Look("", "", "#b2182b", 1.6, "10 3 2 3"),
    "cemetery": Look("#bdbdbd", "", "#636363", 0.8, opacity=0.7),
    "waste_facility": Look("#a6761d", "", "#5d4210", 0.8, opacity=0.7),
    "wastewater_facility": Look("#66a3a3", "", "#2f6b6b", 0.8, opacity=0.7),
    "admin_unit": Look("", "", "#64748b", 1.4, "6 4"),
}


def state_look(state: str) -> Look:
    """Return the look of an answer.

    Parameters
    ----------
    state : {"blocks", "needs_consent", "clear", "no_data"}

    Returns
    -------
    Look

    Examples
    --------
    >>> state_look("blocks").fill
    '#D55E00'
    """
    return _STATES[state]


def distance_look(state: str) -> Look:
    """Return the look of an answer on a distance: of its line, and its fill for cards and tables.

    Parameters
    ----------
    state : str
        One of :data:`spatial.distances.DISTANCE_STATES`.

    Returns
    -------
    Look

    Examples
    --------
    >>> distance_look("kept").fill
    '#009E73'
    """
    return _DISTANCES[state]


def kind_look(kind: str) -> Look:
    """Return the look of a kind of layer.

    Parameters
    ----------
    kind : str

    Returns
    -------
    Look
        A plain grey outline for a kind without a look of its own.
    """
    return _KINDS.get(kind, Look("", "", "#64748b", 1.5))


@dataclass(frozen=True)
class LandLook:
    r"""Official colour of a land-use code, and a hatching where other codes share the colour.

    Parameters
    ----------
    code : str
    colour : str
        ``#RRGGBB``; a plain grey where no official colour is known.
    hatch : int
        0 none, 1 ``/``, 2 ``\``, 3 horizontal, 4 vertical, 5 crossed, 6 dots, 7 wide ``/``.
    official : bool
        False where the colour is ours for want of an official one.
    """

    code: str
    colour: str
    hatch: int
    official: bool


_UNKNOWN_COLOUR: Final = "#D9D9D9"
#: of a code that stands in neither list: no colour of the lists, dotted
UNKNOWN_LAND: Final = LandLook("", "#B8B3C4", 6, official=False)
#: these take the plain colour; the others that share it are hatched
_PLAIN_FIRST: Final = ("ONT", "ODT", "SKK", "LUC", "DGT", "SON", "CSD", "DSN", "NNP", "DTL", "HNK")
_HATCH_KINDS: Final = 8


@cache
def land_looks() -> dict[str, LandLook]:
    """Return the look of every land-use code of both lists.

    Returns
    -------
    dict of str to LandLook

    Examples
    --------
    >>> looks = land_looks()
    >>> looks["SKK"].colour == looks["SKN"].colour, looks["SKK"].hatch == looks["SKN"].hatch
    (True, False)
    """
    used: dict[str, int] = {}
    out: dict[str, LandLook] = {}
    codes = code_list()
    order = sorted(codes, key=lambda c: (c not in _PLAIN_FIRST, codes[c].functional, c))
    for code in order:
        colour = codes[code].colour or _UNKNOWN_COLOUR
        n = used.get(colour, 0)
        used[colour] = n + 1
        out[code] = LandLook(code, colour, n % _HATCH_KINDS, bool(codes[code].colour))
    return out
