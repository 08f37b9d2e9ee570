"""Prints of what a page shows: the page offers its layers under a token, the map asks for a sheet of them."""

from __future__ import annotations

import math
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
from shapely import Point, box

from layers import Layer, Workspace
from layers.crs import as_crs, to_crs
from layers.errors import GeometryError, SchemaError, StoreError
from layers.names import fold
from layers.window import features_in
from maps.answer_map import context_layers
from maps.printing.ground import ground_of
from maps.printing.paper import PAPERS, SCALES, Sheet, sheet_scale, sheet_window
from maps.printing.sheet import KINDS, sheet_bytes, sheet_pages
from maps.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from maps.canvas import MapLayer
    from maps.printing.ground import Ground
    from maps.words import Words

    Box = tuple[float, float, float, float]

__all__ = ["PRINTERS", "PRINT_ROUTE", "Printable", "offer", "print_address", "printed", "title_of"]

#: where the application answers
PRINT_ROUTE: Final = "/gis/print/{token}"
#: sheets that wait for the press wait here, and not in the way of tiles
PRINTERS: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="print")
_MOST: Final = 32
_TITLE_LETTERS: Final = 120
_TYPES: Final = {"pdf": "application/pdf", "png": "image/png"}


@dataclass(frozen=True)
class Printable:
    """What a map of a page can put on paper.

    Parameters
    ----------
    layers : tuple of MapLayer
    crs : pyproj.CRS
        Projected.
    label : str
        The made-data label.
    notes : tuple of str
    lang : {"vi", "en"}
    tiles : dict of str to (str, str, int)
        For layers that the server draws: layer id to workspace folder, layer name and version. Their
        frame only says where they lie; their features are read for the place that is printed.
    sides : tuple of str
        Names of the periods on the two sides of a divider.
    title : str
        What the map shows; readers may write another.
    folder : str
        The workspace, for maps from outside.
    """

    layers: tuple[MapLayer, ...]
    crs: CRS
    label: str
    notes: tuple[str, ...]
    lang: str
    tiles: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    sides: tuple[str, ...] = ()
    title: str = ""
    folder: str = ""


_OFFERED: OrderedDict[str, Printable] = OrderedDict()
_SHELF = Lock()
# one sheet at a time: each takes a core for seconds, and everybody's pages wait for the same cores
_PRESS = Lock()


def print_address(token: str) -> str:
    """Address that prints what is offered under a token, relative to the map frame.

    Parameters
    ----------
    token : str
        Long and random: who doesn't know it gets nothing.

    Returns
    -------
    str
    """
    return f"../../gis/print/{token}"


def offer(token: str, printable: Printable) -> None:
    """Let a map be printed; the latest offer under a token counts, the oldest offers leave.

    Parameters
    ----------
    token : str
    printable : Printable
    """
    with _SHELF:
        _OFFERED[token] = printable
        _OFFERED.move_to_end(token)
        while len(_OFFERED) > _MOST:
            _OFFERED.popitem(last=False)


def title_of(token: str) -> str:
    """Return what the map under a token shows by now.

    Parameters
    ----------
    token : str

    Returns
    -------
    str

    Raises
    ------
    StoreError
        ``token_invalid`` where nothing is offered (any more).
    """
    return _offered(token).title


def _offered(token: str) -> Printable:
    with _SHELF:
        printable = _OFFERED.get(token)
    if printable is None:
        raise StoreError("token_invalid")
    return printable


def printed(token: str, asked: Any) -> tuple[bytes, str, str]:
    """Print a sheet.

    Parameters
    ----------
    token : str
    asked : object
        As the map sends it: ``title, paper, wide, kind, scale``, ``bounds`` (degrees) and ``layers``, a list
        of ``[id, opacity]``, the lowest first; ``divider``, the longitude of the line between two periods,
        may be left out, so may ``base``, the map from outside that lies below.

    Returns
    -------
    data : bytes
    media_type : str
    name : str
        Of the file.

    Raises
    ------
    StoreError
        ``token_invalid`` where nothing is offered (any more).
    SchemaError
        ``print_invalid`` for a question that no map of ours sends.
    """
    printable = _offered(token)
    question = _checked(asked)
    known = {layer.id: layer for layer in printable.layers}
    opacity = {str(name): _number(share, "opacity") for name, share in question["layers"]}
    sheet = Sheet(
        question["title"], printable.crs, datetime.now(UTC), printable.notes, printable.label,
        question["paper"], question["wide"], question["scale"], _divider(question, printable.crs),
        printable.sides,
    )  # fmt: skip
    say, bounds = words(printable.lang), _in_metres(question["bounds"], printable.crs)
    window = sheet_window(sheet, bounds)
    ground = _ground(question["base"], printable, window, sheet_scale(sheet, bounds))
    with _PRESS:
        shown = [
            _with_features(known[name], printable, window, say) if name in printable.tiles else known[name]
            for name in opacity
            if name in known
        ]
        pages = sheet_pages(shown, say, sheet=sheet, bounds=bounds, opacity=opacity, ground=ground)
        data = sheet_bytes(pages, question["kind"], sheet)
    stem = "-".join(fold(sheet.title).split())[:60] or "ban-do"
    safe = "".join(c for c in stem if c.isascii() and (c.isalnum() or c == "-")) or "ban-do"
    return data, _TYPES[question["kind"]], f"{safe}.{question['kind']}"


def _ground(name: str, printable: Printable, window: Box, scale: int) -> Ground | None:
    """Fetch the map from outside; before the press is taken, for others need not wait for it."""
    if not (name and printable.folder):
        return None
    return ground_of(printable.folder, name, window, crs=printable.crs, scale=scale)


def _checked(asked: Any) -> dict[str, Any]:
    question: Mapping[str, Any] = asked if isinstance(asked, dict) else {}
    bounds, layers = question.get("bounds"), question.get("layers")
    return {
        "title": str(question.get("title") or "")[:_TITLE_LETTERS],
        "paper": _one_of(question, "paper", tuple(PAPERS)),
        "kind": _one_of(question, "kind", KINDS),
        "scale": _one_of(question, "scale", (0, *SCALES)),
        "wide": bool(question.get("wide")),
        "base": str(question.get("base") or "")[:_TITLE_LETTERS],
        "divider": None if question.get("divider") is None else _number(question["divider"], "divider"),
        "bounds": _box([_number(side, "bounds") for side in bounds] if isinstance(bounds, list) else []),
        "layers": [pair for pair in layers if isinstance(pair, list) and len(pair) == 2]  # noqa: PLR2004
        if isinstance(layers, list)
        else [],
    }


def _divider(question: Mapping[str, Any], crs: CRS) -> float | None:
    """Easting of the divider in the middle of the map; it stands upright on the sheet as on the screen."""
    if question["divider"] is None:
        return None
    _, south, _, north = question["bounds"]
    point = gpd.GeoDataFrame(geometry=[Point(question["divider"], (south + north) / 2)], crs=as_crs(4326))
    return float(to_crs(point, crs).geometry.x.iloc[0])


def _one_of(question: Mapping[str, Any], field: str, expected: tuple[Any, ...]) -> Any:
    found = question.get(field)
    if isinstance(found, bool) or found not in expected:
        raise SchemaError("print_invalid", field=field, expected=list(expected), found=str(found)[:40])
    return found


def _number(value: Any, field: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
    except OverflowError:  # a whole number of hundreds of digits
        number = math.inf
    if not math.isfinite(number):
        # str() of a whole number refuses thousands of digits
        found = str(number) if isinstance(value, int | float) else str(value)[:40]
        raise SchemaError("print_invalid", field=field, expected="0.0", found=found)
    return number


def _box(sides: list[float]) -> tuple[float, float, float, float]:
    """A box in degrees, where a map of Vietnam can lie."""
    fits = len(sides) == 4 and 90 <= sides[0] < sides[2] <= 130 and 0 <= sides[1] < sides[3] <= 40  # noqa: PLR2004
    if not fits:
        raise SchemaError("print_invalid", field="bounds", expected="90, 0, 130, 40", found=str(sides)[:60])
    return sides[0], sides[1], sides[2], sides[3]


def _with_features(layer: MapLayer, printable: Printable, window: Box, say: Words) -> MapLayer:
    """Read what lies in the window of a layer that the screen has as picture tiles."""
    folder, name, version = printable.tiles[layer.id]
    base = Workspace(folder)
    head = base.version(name, version)
    try:
        source = base.coordinates(name, version)
    except GeometryError:  # saved with bad shapes: read as it is
        frame = base.load(name, version).frame
    else:
        whole = len(source.ring) <= 1
        own = gpd.GeoDataFrame(geometry=[box(*window)], crs=printable.crs)
        place = to_crs(own, source.crs).total_bounds
        west, south, east, north = (float(side) for side in place)
        frame = base.load(name, version).frame if whole else features_in(source, (west, south, east, north))
    read = Layer(frame, name, head.kind_name, head.period, head.provenance)
    (drawn,) = context_layers([read], say)
    return replace(drawn, id=layer.id, title=layer.title, side=layer.side, twin=layer.twin)


def _in_metres(bounds: tuple[float, float, float, float], crs: CRS) -> tuple[float, float, float, float]:
    place = gpd.GeoDataFrame(geometry=[box(*bounds)], crs=as_crs(4326))
    west, south, east, north = (float(side) for side in to_crs(place, crs).total_bounds)
    return west, south, east, north
