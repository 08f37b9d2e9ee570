"""What a map service offers: the layers of its capabilities that can be a basemap in Web Mercator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from layers.errors import SourceError
from maps.basemaps import Basemap, service_address
from maps.outside import fetched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

__all__ = ["Offered", "offered_by", "offered_in"]

_MOST_BYTES: Final = 8_000_000
_WITHIN_S: Final = 20.0
_MOST_LAYERS: Final = 2_000
#: scale denominator of zoom 0 at 0.28 mm a pixel, OGC 07-057r7 annex E.4
_SCALE_0: Final = 559_082_264.028_717_8
_MERCATOR: Final = ("3857", "900913", "102100", "3785")
_SIDE: Final = "256"
_CLOSE: Final = 0.01
_DEEPEST: Final = 22
_HREF: Final = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Offered:
    """A layer that a service offers.

    Parameters
    ----------
    name, title : str
    basemap : Basemap
        Without an ``id``.
    """

    name: str
    title: str
    basemap: Basemap


def offered_by(kind: str, address: str) -> list[Offered]:
    """Ask a service what it offers.

    Parameters
    ----------
    kind : {"wms", "wmts"}
    address : str

    Returns
    -------
    list of Offered

    Raises
    ------
    SourceError, QuestionError
        As :func:`maps.outside.fetched` and :func:`offered_in`.
    """
    asked = service_address(kind, address)
    return offered_in(kind, address, fetched(asked, most_bytes=_MOST_BYTES, within_s=_WITHIN_S).body)


def offered_in(kind: str, address: str, text: bytes) -> list[Offered]:
    """Read capabilities.

    Parameters
    ----------
    kind : {"wms", "wmts"}
    address : str
        Of the service.
    text : bytes
        XML; entities and document types are refused.

    Returns
    -------
    list of Offered
        Layers that can be drawn in Web Mercator.

    Raises
    ------
    SourceError
        ``basemap_no_capabilities`` for anything else, or where no layer fits.
    """
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SourceError("basemap_no_capabilities", found=kind.upper()) from error
    found = list(_wms(root, address) if kind == "wms" else _wmts(root, address))[:_MOST_LAYERS]
    if not found:
        raise SourceError("basemap_no_capabilities", found=kind.upper())
    return found


def _named(node: Element, name: str) -> Iterator[Element]:
    """Elements of a name at any depth, whatever the namespace that a version gives it."""
    return (one for one in node.iter() if _bare(one) == name)


def _children(node: Element, name: str) -> list[Element]:
    return [one for one in node if _bare(one) == name]


def _bare(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _said(node: Element | None, name: str) -> str:
    found = _children(node, name) if node is not None else []
    return (found[0].text or "").strip() if found else ""


def _image(formats: list[str]) -> str:
    return next((f for f in ("image/png", "image/jpeg", "image/webp") if f in formats), "")


def _wms(root: Element, address: str) -> Iterator[Offered]:
    """Layers with a name; a system is handed down from the layers around one (OGC 06-042, 7.2.4.8)."""
    formats = [(f.text or "").strip() for get in _named(root, "GetMap") for f in _children(get, "Format")]
    image = _image(formats)
    service = next(_named(root, "Service"), None)
    made_by = _said(service, "Title")
    for top in _named(root, "Capability"):
        for layer in _children(top, "Layer"):
            yield from _wms_layers(layer, address, image, (made_by, frozenset()))


def _wms_layers(
    node: Element, address: str, image: str, handed: tuple[str, frozenset[str]]
) -> Iterator[Offered]:
    made_by, systems = handed
    stated = [one.text or "" for tag in ("SRS", "CRS") for one in _children(node, tag)]
    systems |= {system for text in stated for system in text.split()}
    name, title = _said(node, "Name"), _said(node, "Title")
    made_by = next((_said(one, "Title") for one in _children(node, "Attribution")), "") or made_by
    if name and image and any(system.rpartition(":")[2] in _MERCATOR for system in systems):
        kept = Basemap("", (title or name)[:60], "wms", address, name, image=image, attribution=made_by[:200])
        yield Offered(name, title or name, kept)
    for child in _children(node, "Layer"):
        yield from _wms_layers(child, address, image, (made_by, systems))


def _wmts(root: Element, address: str) -> Iterator[Offered]:
    sets = {}
    for contents in _named(root, "Contents"):
        for one in _children(contents, "TileMatrixSet"):
            matrices = _matrices(one)
            if matrices:
                sets[_said(one, "Identifier")] = matrices
    provider = next(_named(root, "ProviderName"), None)
    made_by = (provider.text or "").strip() if provider is not None else ""
    service = _get_tile(root) or address
    for layer in _named(root, "Layer"):
        linked = [_said(link, "TileMatrixSet") for link in _children(layer, "TileMatrixSetLink")]
        chosen = next((name for name in linked if name in sets), "")
        image = _image([(f.text or "").strip() for f in _children(layer, "Format")])
        if not (chosen and image):
            continue
        name, title = _said(layer, "Identifier"), _said(layer, "Title")
        kept = Basemap(
            "", (title or name)[:60], "wmts", _template(layer, image) or service, name, _style(layer), image,
            chosen, sets[chosen], made_by[:200], max(z for z, one in enumerate(sets[chosen]) if one),
        )  # fmt: skip
        yield Offered(name, title or name, kept)


def _matrices(node: Element) -> tuple[str, ...]:
    """Names of the matrices by zoom, for a set that covers the world's square in tiles of 256 pixels."""
    if _said(node, "SupportedCRS").rpartition(":")[2] not in _MERCATOR:
        return ()
    by_zoom: dict[int, str] = {}
    for matrix in _children(node, "TileMatrix"):
        try:
            zoom = math.log2(_SCALE_0 / float(_said(matrix, "ScaleDenominator")))
        except (ValueError, ZeroDivisionError):
            continue
        n = round(zoom)
        whole = 0 <= n <= _DEEPEST and abs(zoom - n) < _CLOSE
        square = _said(matrix, "TileWidth") == _SIDE and _said(matrix, "MatrixWidth") == str(2 ** max(n, 0))
        if whole and square:
            by_zoom[n] = _said(matrix, "Identifier")
    return tuple(by_zoom.get(zoom, "") for zoom in range(max(by_zoom) + 1)) if by_zoom else ()


def _style(layer: Element) -> str:
    styles = _children(layer, "Style")
    usual = [one for one in styles if one.get("isDefault") == "true"] or styles
    return _said(usual[0], "Identifier") if usual else ""


def _template(layer: Element, image: str) -> str:
    return next(
        (
            one.get("template", "")
            for one in _children(layer, "ResourceURL")
            if one.get("resourceType") == "tile" and one.get("format") == image
        ),
        "",
    )


def _get_tile(root: Element) -> str:
    """Address of the operation, where the service names one."""
    for operation in _named(root, "Operation"):
        if operation.get("name") == "GetTile":
            return next((one.get(_HREF, "") for one in _named(operation, "Get")), "")
    return ""
