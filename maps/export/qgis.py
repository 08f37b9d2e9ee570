"""Styles for QGIS, stored inside a GeoPackage: the colours of our map, value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from xml.sax.saxutils import quoteattr

from layers.write import LayerStyle
from maps.styles import distance_look, kind_look, land_looks, state_look
from spatial.distances import DISTANCE_STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maps.styles import Look
    from maps.words import Words

__all__ = ["Shape", "land_style", "line_state_style", "look_style", "state_style", "zone_style"]

Shape = Literal["area", "line", "point"]
_SYMBOLS: Final[dict[Shape, str]] = {"area": "fill", "line": "line", "point": "marker"}
_HATCH_ANGLE = {"blocks": 45, "consent": 45, "nodata": 0}
_LAND_ANGLE = {1: 45, 2: 135, 3: 0, 4: 90, 5: 45, 6: 20, 7: 45}


def state_style(words: Words, shape: Shape = "area") -> LayerStyle:
    """Style of overlaps by their answer.

    Parameters
    ----------
    words : Words
    shape : {"area", "line", "point"}

    Returns
    -------
    LayerStyle
    """
    states = ("blocks", "needs_consent", "no_data", "clear")
    symbols = [(state, words(f"state.{state}"), _drawn(state_look(state), shape)) for state in states]
    return LayerStyle(words("style.states"), _categorized("state", symbols, shape))


def line_state_style(words: Words) -> LayerStyle:
    """Style of nearest lines by their answer on the distance.

    Parameters
    ----------
    words : Words

    Returns
    -------
    LayerStyle
    """
    symbols = [
        (state, words(f"distance_state.{state}"), [_line(distance_look(state))]) for state in DISTANCE_STATES
    ]
    return LayerStyle(words("distance_export.states"), _categorized("state", symbols, "line"))


def zone_style(kinds: Sequence[str], words: Words) -> LayerStyle:
    """Style of zones by their kind.

    Parameters
    ----------
    kinds : sequence of str
    words : Words

    Returns
    -------
    LayerStyle
    """
    symbols = [(kind, words(f"kind.{kind}"), _area_symbol(kind_look(kind))) for kind in kinds]
    return LayerStyle(words("style.zones"), _categorized("kind", symbols))


def land_style(codes: Sequence[str], names: dict[str, str], words: Words) -> LayerStyle:
    """Style of land use by official code, hatched where codes share a colour.

    Parameters
    ----------
    codes : sequence of str
    names : dict of str to str
        Code to the name shown in the legend.
    words : Words

    Returns
    -------
    LayerStyle
    """
    looks = land_looks()
    symbols = []
    for code in codes:
        look = looks.get(code)
        colour, hatch = (look.colour, look.hatch) if look else ("#D9D9D9", 0)
        layers = [_fill(colour, "#8a8a8a", 0.15)]
        if hatch:
            layers.append(
                _hatch("#6b6b6b", _LAND_ANGLE[hatch], spread_mm=2.0 if hatch != max(_LAND_ANGLE) else 4.0)
            )
        symbols.append((code, f"{code} {names.get(code, '')}".strip(), layers))
    return LayerStyle(words("style.land"), _categorized("code", symbols))


def look_style(kind: str, shape: Shape, words: Words) -> LayerStyle:
    """Style of a layer of one kind.

    Parameters
    ----------
    kind : str
    shape : {"area", "line", "point"}
    words : Words

    Returns
    -------
    LayerStyle
    """
    body = _symbol("0", _SYMBOLS[shape], _drawn(kind_look(kind), shape))
    renderer = f'<renderer-v2 type="singleSymbol"><symbols>{body}</symbols></renderer-v2>'
    return LayerStyle(words(f"kind.{kind}"), _document(renderer))


def _drawn(look: Look, shape: Shape) -> list[str]:
    if shape == "line":
        return [_line(look)]
    return [_marker(look)] if shape == "point" else _area_symbol(look)


def _area_symbol(look: Look) -> list[str]:
    layers = [_fill(look.fill, look.stroke, look.weight * 0.22, opacity=0.45 if look.hatch else look.opacity)]
    if look.hatch:
        angle = _HATCH_ANGLE[look.hatch]
        layers.append(_hatch(look.stroke, angle, spread_mm=1.8))
        if look.hatch == "blocks":
            layers.append(_hatch(look.stroke, angle + 90, spread_mm=1.8))
    return layers


def _fill(colour: str, stroke: str, width_mm: float, *, opacity: float = 1.0) -> str:
    options = {
        "color": _rgba(colour, opacity) if colour else "0,0,0,0",
        "style": "solid" if colour else "no",
        "outline_color": _rgba(stroke, 1.0),
        "outline_width": f"{width_mm:.2f}",
        "outline_width_unit": "MM",
    }
    return _layer("SimpleFill", options)


def _hatch(colour: str, angle: int, *, spread_mm: float) -> str:
    options = {
        "angle": str(angle),
        "distance": f"{spread_mm}",
        "distance_unit": "MM",
        "line_width": "0.26",
        "line_width_unit": "MM",
        "color": _rgba(colour, 1.0),
    }
    line = _symbol(
        "@0@1", "line", [_layer("SimpleLine", {"line_color": _rgba(colour, 1.0), "line_width": "0.26"})]
    )
    return _layer("LinePatternFill", options, inner=line)


def _line(look: Look) -> str:
    options = {
        "line_color": _rgba(look.stroke, 1.0),
        "line_width": f"{look.weight * 0.26:.2f}",
        "line_width_unit": "MM",
    }
    if look.dash:
        options |= {
            "use_custom_dash": "1",
            "customdash": ";".join(look.dash.split()),
            "customdash_unit": "Point",
        }
    return _layer("SimpleLine", options)


def _marker(look: Look) -> str:
    return _layer(
        "SimpleMarker",
        {
            "name": "circle",
            "color": _rgba(look.fill or look.stroke, 1.0),
            "outline_color": _rgba(look.stroke, 1.0),
            "size": "2.4",
        },
    )


def _rgba(colour: str, opacity: float) -> str:
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{r},{g},{b},{round(opacity * 255)}"


def _layer(kind: str, options: dict[str, str], *, inner: str = "") -> str:
    rows = "".join(
        f'<Option type="QString" name={quoteattr(k)} value={quoteattr(v)}/>' for k, v in options.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{rows}</Option>{inner}</layer>'
    )


def _symbol(name: str, kind: str, layers: list[str]) -> str:
    return f'<symbol type="{kind}" name={quoteattr(name)} alpha="1">{"".join(layers)}</symbol>'


def _categorized(column: str, symbols: Sequence[tuple[str, str, list[str]]], shape: Shape = "area") -> str:
    categories = "".join(
        f"<category value={quoteattr(value)} label={quoteattr(label)} "
        f'symbol="{n}" render="true" type="string"/>'
        for n, (value, label, _) in enumerate(symbols)
    )
    drawn = "".join(_symbol(str(n), _SYMBOLS[shape], layers) for n, (_, _, layers) in enumerate(symbols))
    return _document(
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)}>'
        f"<categories>{categories}</categories><symbols>{drawn}</symbols></renderer-v2>"
    )


def _document(renderer: str) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22" styleCategories="Symbology">{renderer}</qgis>'
    )
