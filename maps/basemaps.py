"""Maps to lie below everything: what they are, how a tile of each is asked for, and which a workspace has.

A workspace begins without any: the boundaries it holds are its ground, and nothing is asked from outside.
What people add is put on record in the workspace, one entry a change, so that nobody's addition overwrites
another's. Only the server ever asks an outside address (:mod:`maps.basemap_service`).
"""

from __future__ import annotations

import math
import re
import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from layers.errors import QuestionError, ThoCongError
from maps.outside import checked_address

if TYPE_CHECKING:
    from layers.store import Workspace

__all__ = [
    "BUILT_IN",
    "KINDS",
    "Basemap",
    "add_basemap",
    "basemaps_of",
    "checked_basemap",
    "drop_basemap",
    "service_address",
    "shown_address",
    "tile_at",
]

KINDS: Final = ("xyz", "wms", "wmts")
_RECORD: Final = "basemap"
_LONGEST: Final = {"title": 60, "attribution": 200, "layer": 160, "style": 120, "matrix_set": 120}
_DEEPEST: Final = 22
_HALF: Final = 20_037_508.342789244  # of the Web Mercator square, metres
_OWN_WMS: Final = frozenset(
    {"service", "request", "version", "layers", "styles", "srs", "crs", "bbox", "width", "height", "format",
     "transparent", "exceptions"}
)  # fmt: skip
_OWN_WMTS: Final = frozenset(
    {"service", "request", "version", "layer", "style", "tilematrixset", "tilematrix", "tilerow", "tilecol",
     "format"}
)  # fmt: skip
_IMAGES: Final = ("image/png", "image/jpeg", "image/png8", "image/webp", "image/png; mode=8bit")
_SPOKEN: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Basemap:
    """A map from outside that can lie below everything.

    Parameters
    ----------
    id : str
        Letters, digits and hyphens.
    title : str
        What people call it.
    kind : {"xyz", "wms", "wmts"}
    address : str
        Template with ``{z}``, ``{x}`` and ``{y}`` (or ``{-y}``) for XYZ; the service for WMS; the service,
        or a template with ``{TileMatrix}``, ``{TileRow}`` and ``{TileCol}``, for WMTS.
    layer, style : str
        Of WMS and WMTS.
    image : str
        Media type that is asked for.
    matrix_set : str
        Of WMTS, one in Web Mercator.
    matrices : tuple of str
        Of WMTS: name of the tile matrix of each zoom from 0; empty where the service has none.
    attribution : str
        Who made it; always shown with it.
    max_zoom : int
        Deeper zooms stretch its tiles.
    """

    id: str
    title: str
    kind: str
    address: str
    layer: str = ""
    style: str = ""
    image: str = "image/png"
    matrix_set: str = ""
    matrices: tuple[str, ...] = ()
    attribution: str = ""
    max_zoom: int = 19

    def tile_url(self, zoom: int, x: int, y: int) -> str:
        """Write the address of a tile.

        Parameters
        ----------
        zoom, x, y : int

        Returns
        -------
        str
            Empty where the service has no tiles of that zoom.

        Examples
        --------
        >>> Basemap("a", "A", "xyz", "https://a.vn/{z}/{x}/{-y}.png").tile_url(3, 1, 2)
        'https://a.vn/3/1/5.png'
        """
        if self.kind == "wms":
            return self._wms(zoom, x, y)
        if self.kind == "wmts":
            return self._wmts(zoom, x, y)
        marks = {"z": zoom, "x": x, "y": y, "-y": 2**zoom - 1 - y, "s": "abc"[(x + y) % 3], "r": ""}
        return _filled(self.address, {name: str(value) for name, value in marks.items()})

    def _wms(self, zoom: int, x: int, y: int) -> str:
        side = 2 * _HALF / 2**zoom
        west, north = -_HALF + x * side, _HALF - y * side
        box = ",".join(f"{value:.6f}" for value in (west, north - side, west + side, north))
        asked = {
            "SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": self.layer,
            "STYLES": self.style, "SRS": "EPSG:3857", "BBOX": box, "WIDTH": "256", "HEIGHT": "256",
            "FORMAT": self.image, "TRANSPARENT": "FALSE",
        }  # fmt: skip
        return _with_query(self.address, asked, _OWN_WMS)

    def _wmts(self, zoom: int, x: int, y: int) -> str:
        matrix = self.matrices[zoom] if zoom < len(self.matrices) else ("" if self.matrices else str(zoom))
        if not matrix:
            return ""
        marks = {"Style": self.style or "default", "TileMatrixSet": self.matrix_set, "TileMatrix": matrix,
                 "TileRow": str(y), "TileCol": str(x), "Layer": self.layer}  # fmt: skip
        if "{tilematrix}" in self.address.casefold():
            return _filled(self.address, marks)
        asked = {
            "SERVICE": "WMTS", "VERSION": "1.0.0", "REQUEST": "GetTile", "FORMAT": self.image,
            **{name.upper(): value for name, value in marks.items()},
        }  # fmt: skip
        return _with_query(self.address, asked, _OWN_WMTS)


#: free of keys; chosen by nobody, they ask for nothing
BUILT_IN: Final = (
    Basemap(
        "osm",
        "OpenStreetMap",
        "xyz",
        "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        attribution="© OpenStreetMap contributors, openstreetmap.org/copyright",
    ),
    Basemap(
        "imagery",
        "Esri World Imagery",
        "xyz",
        "https://server.arcgisonline.com/ArcGIS/rest/services/World_Imagery/MapServer/tile/{z}/{y}/{x}",
        attribution="Esri, Maxar, Earthstar Geographics, GIS User Community",
        max_zoom=18,
    ),
    Basemap(
        "topo",
        "OpenTopoMap",
        "xyz",
        "https://{s}.tile.opentopomap.org/{z}/{x}/{y}.png",
        attribution="© OpenStreetMap contributors, SRTM · © OpenTopoMap (CC-BY-SA)",
        max_zoom=17,
    ),
)


def basemaps_of(base: Workspace) -> list[Basemap]:
    """List the maps that can lie below everything in a workspace.

    Parameters
    ----------
    base : Workspace

    Returns
    -------
    list of Basemap
        Those that need no key first, then what people added, the oldest first. A record that no longer
        passes :func:`checked_basemap` is left out.
    """
    kept: dict[str, Basemap] = {}
    for entry in base.records(_RECORD):
        name = str(entry.get("basemap", ""))
        if entry.get("dropped"):
            kept.pop(name, None)
            continue
        try:
            kept[name] = checked_basemap(_from_record(name, entry))
        except (ThoCongError, TypeError, ValueError):
            kept.pop(name, None)
    return [*BUILT_IN, *kept.values()]


def add_basemap(base: Workspace, basemap: Basemap) -> Basemap:
    """Put a map on record in a workspace.

    Parameters
    ----------
    base : Workspace
    basemap : Basemap
        Its ``id`` is given anew.

    Returns
    -------
    Basemap
        As kept.

    Raises
    ------
    QuestionError
        As :func:`checked_basemap`.
    """
    kept = checked_basemap(replace(basemap, id=f"own-{uuid.uuid4().hex[:10]}"))
    facts = {name: value for name, value in asdict(kept).items() if name != "id"}
    base.record(_RECORD, {"basemap": kept.id, **facts})
    return kept


def drop_basemap(base: Workspace, name: str) -> None:
    """Take a map out of a workspace; the record of its having been there stays.

    Parameters
    ----------
    base : Workspace
    name : str
        Its ``id``.
    """
    base.record(_RECORD, {"basemap": name, "dropped": True})


def checked_basemap(basemap: Basemap) -> Basemap:
    """Refuse what is no basemap.

    Parameters
    ----------
    basemap : Basemap

    Returns
    -------
    Basemap
        With texts stripped.

    Raises
    ------
    QuestionError
        ``basemap_address`` and ``basemap_private`` as :func:`maps.outside.checked_address`,
        ``basemap_kind``, ``basemap_text``, ``basemap_template``, ``basemap_layer``.
    """
    if basemap.kind not in KINDS:
        raise QuestionError("basemap_kind", found=str(basemap.kind)[:40], expected=list(KINDS))
    texts: dict[str, Any] = {name: _text(basemap, name, most) for name, most in _LONGEST.items()}
    if not texts["title"]:
        raise QuestionError("basemap_text", field="title", found="", expected=_LONGEST["title"])
    out = replace(basemap, address=basemap.address.strip(), **texts)
    checked_address(_filled(out.address, {"s": "a"}))
    _check_template(out)
    if out.kind != "xyz" and not out.layer:
        raise QuestionError("basemap_layer", found="")
    if out.image not in _IMAGES:
        raise QuestionError("basemap_text", field="image", found=out.image[:40], expected=list(_IMAGES))
    return replace(out, max_zoom=min(max(int(out.max_zoom), 1), _DEEPEST))


def service_address(kind: str, address: str) -> str:
    """Write the address that asks a service what it offers.

    Parameters
    ----------
    kind : {"wms", "wmts"}
    address : str

    Returns
    -------
    str

    Examples
    --------
    >>> service_address("wms", "https://a.vn/ows?map=x&request=GetMap")
    'https://a.vn/ows?map=x&SERVICE=WMS&REQUEST=GetCapabilities'
    """
    if urlsplit(address).path.casefold().endswith(".xml"):  # WMTS by REST: the document itself
        return address
    own = _OWN_WMS if kind == "wms" else _OWN_WMTS
    return _with_query(address, {"SERVICE": kind.upper(), "REQUEST": "GetCapabilities"}, own)


def shown_address(address: str) -> str:
    """Write an address for people to read: what may be a key in it is not shown.

    Parameters
    ----------
    address : str

    Returns
    -------
    str

    Examples
    --------
    >>> shown_address("https://a.vn/wms?map=ha_noi&key=abc")
    'https://a.vn/wms?map=…&key=…'
    """
    parts = urlsplit(address)
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    query = "&".join(f"{name}=…" for name in names)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Find the tile that holds a place.

    Parameters
    ----------
    lon, lat : float
        Degrees.
    zoom : int

    Returns
    -------
    x, y : int

    Examples
    --------
    >>> tile_at(105.85, 21.03, 10)
    (813, 450)
    """
    turned = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * 2**zoom), int((1 - turned) / 2 * 2**zoom)


def _text(basemap: Basemap, name: str, most: int) -> str:
    text = str(getattr(basemap, name)).strip()
    if len(text) > most or _SPOKEN.search(text):
        raise QuestionError("basemap_text", field=name, found=text[:40], expected=most)
    return text


def _check_template(basemap: Basemap) -> None:
    address = basemap.address.casefold()
    wanted: tuple[tuple[str, ...], ...] = ()
    if basemap.kind == "xyz":
        wanted = (("{z}",), ("{x}",), ("{y}", "{-y}"))
    elif basemap.kind == "wmts" and "{" in address:
        wanted = (("{tilematrix}",), ("{tilerow}",), ("{tilecol}",))
    lacking = [ways[0] for ways in wanted if not any(way in address for way in ways)]
    if lacking:
        raise QuestionError("basemap_template", found=shown_address(basemap.address), expected=lacking)


def _from_record(name: str, entry: dict[str, Any]) -> Basemap:
    known = {field for field in Basemap.__dataclass_fields__ if field != "id"}
    facts = {field: entry[field] for field in known if field in entry}
    return Basemap(id=name, **{**facts, "matrices": tuple(str(one) for one in facts.get("matrices", ()))})


def _filled(template: str, marks: dict[str, str]) -> str:
    """Fill the marks of a template, whatever their case; text that fills them can't leave its place."""
    known = {name.casefold(): quote(value, safe="") for name, value in marks.items()}
    return re.sub(r"\{([^{}]*)\}", lambda found: known.get(found[1].casefold(), found[0]), template)


def _with_query(address: str, asked: dict[str, str], own: frozenset[str]) -> str:
    """Ask a service: what its address carries stays, but for what is ours to say."""
    parts = urlsplit(address)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0].casefold() not in own]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *asked.items()]), ""))
