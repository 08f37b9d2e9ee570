"""Rows of a DXF drawing: what is drawn in its model space, curves made of short edges within a tolerance.

Hatches become areas, closed polylines closed lines, texts points with their text; of a block all it draws
stands where it is inserted, with its attributes. What has no shape on a plane, and what lies on paper sheets,
is counted by type and named.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from layers._arcs import arc, bulged
from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from layers.findings import Ledger

#: how far an edge may lie from the curve it stands for, metres
TOLERANCE_M: Final = 0.01
#: metres in a unit of ``$INSUNITS``
_UNITS_M: Final = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1_000.0, 14: 0.1}
_TEXTS: Final = ("TEXT", "MTEXT", "ATTRIB", "ATTDEF")
_CURVES: Final = ("LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "LWPOLYLINE", "POLYLINE", "HELIX")
_FACES: Final = ("SOLID", "TRACE", "3DFACE")
_DEEPEST: Final = 6
_MOST: Final = 2_000_000
#: parts of blocks that are taken apart; a few nested ones may stand for billions
_MOST_INSERTED: Final = 50_000
_OWN: Final = ("Layer", "Entity", "Handle", "Text", "Block")
_FEWEST: Final = 2
_ROUNDING: Final = 1e-6
_FRAME: Final = 16  # a point that pulls at a curve and is no corner of it


@dataclass
class _Rows:
    """What was drawn so far."""

    tolerance: float
    explode: bool
    shapes: list[Any] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    bent: int = 0
    inserted: int = 0
    folded: int = 0

    def add(self, entity: Any, shape: Any, extra: dict[str, Any]) -> None:
        """Enter one row."""
        if len(self.shapes) >= _MOST:
            raise MemoryError
        self.shapes.append(shape)
        own = {"Layer": entity.dxf.layer, "Entity": entity.dxftype(), "Handle": entity.dxf.handle or ""}
        self.records.append({**own, **extra})


def read_dxf(path: Path, ledger: Ledger, *, explode: bool) -> gpd.GeoDataFrame:
    """Read every entity of the model space.

    Parameters
    ----------
    path : pathlib.Path
    ledger : Ledger
        Receives ``drawing_left_out``, ``arcs_flattened``, ``drawing_unit``, ``rows_unread`` and
        ``drawing_multiplies``.
    explode : bool
        Take blocks apart; else each is a point with its attributes.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``Layer, Entity, Handle``, ``Text`` and ``Block`` where there are any, and one for each block
        attribute; no system; index from 1.
    """
    drawing = _opened(path, ledger)
    unit_m = _UNITS_M.get(int(drawing.header.get("$INSUNITS", 0)), 1.0)
    rows = _Rows(TOLERANCE_M / unit_m, explode)
    space = drawing.modelspace()
    for entity in space:
        _take(entity, rows, {}, 0)
    stated = count_drawn(path)
    listed = len(space) + len(drawing.layouts.active_layout())
    if listed < stated:
        ledger.find("rows_unread", level="block", expected=stated, found=listed)
    sheets = sum(len(layout) for layout in drawing.layouts if layout.name != space.name)
    if sheets:
        rows.left["PAPER SPACE"] = sheets
    if rows.left:
        found = [f"{name} ({count})" for name, count in rows.left.most_common()]
        ledger.find("drawing_left_out", level="warn", count=sum(rows.left.values()), found=found)
    if rows.bent:
        ledger.find("arcs_flattened", level="info", count=rows.bent, tolerance_m=TOLERANCE_M)
    if rows.folded:
        ledger.find("drawing_multiplies", level="block", count=rows.folded, expected=_MOST_INSERTED)
    if unit_m != 1.0:
        ledger.find("drawing_unit", level="warn", unit_m=unit_m)
    return _frame(rows)


def _opened(path: Path, ledger: Ledger) -> Any:
    """Open a drawing; of one that is known to be cut, what is left of it."""
    from ezdxf import recover  # noqa: PLC0415 - only this format needs it
    from ezdxf.filemanagement import readfile  # noqa: PLC0415
    from ezdxf.lldxf.const import DXFError  # noqa: PLC0415

    try:
        return readfile(path)
    except DXFError:
        if not any(f.code == "source_truncated" for f in ledger.findings):
            raise
        return recover.readfile(path)[0]


def count_drawn(path: Path) -> int:
    """Count the entities that a DXF file lists, past the library that reads them."""
    count, section, named = 0, b"", False
    with path.open("rb") as handle:
        for code in handle:
            value = next(handle, b"").strip()
            mark = code.strip()
            if mark == b"0":
                named = value == b"SECTION"
                counts = section == b"ENTITIES" and value not in (b"VERTEX", b"SEQEND", b"ATTRIB", b"ENDSEC")
                count += counts
                section = b"" if value == b"ENDSEC" else section
            elif named and mark == b"2":
                section, named = value, False
    return count


def _take(entity: Any, rows: _Rows, extra: dict[str, Any], depth: int) -> None:
    """Enter what an entity draws, or count it where it draws nothing on a plane."""
    kind = entity.dxftype()
    if kind == "INSERT":
        _take_block(entity, rows, extra, depth)
        return
    try:
        made = list(_shapes(entity, kind, rows))
    except SourceError:
        raise
    except (ValueError, TypeError, ArithmeticError, AttributeError, IndexError):
        made = []  # an entity that the library can't draw is counted like one that draws nothing
    if not made:
        rows.left[kind] += 1
    for shape, more in made:
        rows.add(entity, shape, {**extra, **more})


def _take_block(entity: Any, rows: _Rows, extra: dict[str, Any], depth: int) -> None:
    own = {_tag(a.dxf.tag): _clean(a.dxf.text) for a in entity.attribs if a.dxf.text}
    told = {**extra, **own, "Block": entity.dxf.name}
    if not rows.explode or depth >= _DEEPEST or rows.inserted >= _MOST_INSERTED:
        rows.folded += rows.explode
        place = entity.dxf.insert
        rows.add(entity, Point(place.x, place.y), told)
        return
    several = entity.multi_insert() if entity.mcount > 1 else [entity]
    for insert in islice(several, _MOST_INSERTED):
        for part in insert.virtual_entities():
            rows.inserted += 1
            if part.dxftype() != "ATTDEF":
                _take(part, rows, told, depth + 1)
        if rows.inserted >= _MOST_INSERTED:
            rows.folded += 1
            return


def _tag(name: str) -> str:
    return f"{name}_" if name in _OWN else str(name)


def _shapes(entity: Any, kind: str, rows: _Rows) -> Iterator[tuple[Any, dict[str, Any]]]:
    if kind in _TEXTS:
        place = entity.dxf.insert
        text = _clean(entity.plain_text() if kind != "ATTRIB" else entity.dxf.text)
        yield Point(place.x, place.y), {"Text": text}
    elif kind == "POINT":
        yield Point(entity.dxf.location.x, entity.dxf.location.y), {}
    elif kind in ("HATCH", "MPOLYGON"):
        area = _hatch(entity, rows)
        if area is not None:
            yield area, {}
    elif kind in _FACES:
        corners = [(v.x, v.y) for v in entity.wcs_vertices()]
        yield Polygon(corners), {}
    elif kind in _CURVES and not (
        kind == "POLYLINE" and not (entity.is_2d_polyline or entity.is_3d_polyline)
    ):
        line = _line(entity, rows)
        if line is not None:
            yield line, {}


def _line(entity: Any, rows: _Rows) -> LineString | None:
    kind = entity.dxftype()
    closed = bool(getattr(entity, "closed", False) or getattr(entity, "is_closed", False))
    if kind == "LINE":
        corners = [(v.x, v.y) for v in (entity.dxf.start, entity.dxf.end)]
    elif kind == "LWPOLYLINE" or (kind == "POLYLINE" and entity.is_2d_polyline and not entity.dxf.flags & 6):
        corners = _polyline(entity, closed, rows)
    elif kind == "POLYLINE":
        corners = [(v.dxf.location.x, v.dxf.location.y) for v in entity.vertices if not v.dxf.flags & _FRAME]
    else:
        rows.bent += 1
        corners = [(v.x, v.y) for v in entity.flattening(rows.tolerance)]
        if len(corners) > _FEWEST and math.dist(corners[0], corners[-1]) <= _ROUNDING:
            corners[-1] = corners[0]
    if closed and corners and corners[0] != corners[-1]:
        corners.append(corners[0])
    return LineString(corners) if len(corners) >= _FEWEST else None


def _polyline(entity: Any, closed: bool, rows: _Rows) -> list[tuple[float, float]]:  # noqa: FBT001
    if entity.dxftype() == "LWPOLYLINE":
        given = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
    else:
        given = [(v.dxf.location.x, v.dxf.location.y, v.dxf.get("bulge", 0.0)) for v in entity.vertices]
    return _in_world(entity, _bent(given, rows, closed=closed))


def _bent(given: list[tuple[float, float, float]], rows: _Rows, *, closed: bool) -> list[tuple[float, float]]:
    rows.bent += any(bulge for _, _, bulge in given)
    return bulged(given, closed=closed, tolerance=rows.tolerance)


def _in_world(entity: Any, corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Turn corners of a drawing plane that is seen from behind."""
    ocs = entity.ocs()
    if not ocs.transform:
        return corners
    return [(v.x, v.y) for v in ocs.points_to_wcs((x, y, 0.0) for x, y in corners)]


def _hatch(entity: Any, rows: _Rows) -> Any:
    """Area of a hatch: a place inside an odd number of its boundaries is inside."""
    rings = []
    for path in entity.paths:
        corners = _in_world(entity, _boundary(path, rows))
        if len(set(corners)) > _FEWEST:
            rings.append(Polygon(corners))
    if len(rings) <= 1:
        return rings[0] if rings else None
    whole = shapely.make_valid(np.array(rings, dtype=object), method="structure", keep_collapsed=False)
    return reduce(shapely.symmetric_difference, whole)


def _boundary(path: Any, rows: _Rows) -> list[tuple[float, float]]:
    """Corners of one boundary of a hatch: a polyline, or edges one after the other."""
    if hasattr(path, "vertices"):
        return _bent(
            [(v[0], v[1], v[2] if len(v) > _FEWEST else 0.0) for v in path.vertices], rows, closed=True
        )
    corners: list[tuple[float, float]] = []
    for edge in path.edges:
        made = _edge(edge, rows.tolerance)
        rows.bent += type(edge).__name__ != "LineEdge"
        if corners and math.dist(corners[-1], made[0]) > math.dist(corners[-1], made[-1]):
            made.reverse()
        corners += made
    return corners


def _edge(edge: Any, tolerance: float) -> list[tuple[float, float]]:
    kind = type(edge).__name__
    if kind == "LineEdge":
        return [(edge.start.x, edge.start.y), (edge.end.x, edge.end.y)]
    if kind == "ArcEdge":
        start, end = math.radians(edge.start_angle), math.radians(edge.end_angle)
        end += math.tau if end <= start else 0.0
        return arc((edge.center.x, edge.center.y), edge.radius, (start, end), tolerance)
    return [(v.x, v.y) for v in edge.construction_tool().flattening(tolerance)]


def _clean(text: str) -> str:
    """Text with the bytes that fit no code page as they are, so that an old encoding can be told by them."""
    low = (chr(ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in str(text))  # noqa: PLR2004
    return "".join(low).replace("\\P", " ").replace("\n", " ").strip()


def _frame(rows: _Rows) -> gpd.GeoDataFrame:
    columns = list(dict.fromkeys(name for record in rows.records for name in record)) or list(_OWN[:3])
    order = [*(c for c in _OWN if c in columns), *(c for c in columns if c not in _OWN)]
    data: dict[str, Sequence[Any]] = {name: [r.get(name) for r in rows.records] for name in order}
    index = np.arange(1, len(rows.shapes) + 1)
    return gpd.GeoDataFrame(data, geometry=np.array(rows.shapes, dtype=object), index=index)
