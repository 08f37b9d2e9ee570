"""Tables of boundary coordinates to polygons.

Vietnamese decisions print X = north and Y = east with a decimal comma. Headings lie, so the values
decide which column is north: on VN-2000 maps of Vietnam north is 0.9 to 2.7 million metres, east
0.1 to 0.9 million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from layers._known_crs import VN2000_CODES, epsg_of
from layers._numbers import number, numbers
from layers._table import EAST, NORTH, Grid, load_grid
from layers.crs import as_crs, to_crs
from layers.errors import SourceError
from layers.exchange import with_exchanges
from layers.names import fold, normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.findings import Ledger, Level
    from layers.source import Source

_FEWEST_POINTS: Final = 3
_GROUPS: Final = ("khu", "ring", "vong", "thua", "part", "zone", "name", "ten", "lo", "o", "phan")
_POINT_WORDS: Final = re.compile(r"\b(diem|moc|dinh|point|so hieu|stt)\b")
_APART_M: Final = 0.5
_AREA: Final = re.compile(
    # the number of a lot is no area
    r"dien tich\D{0,40}?(?:\b(?:so|lo|thua)\s*\d+\b(?![.,]\d|\s*(?:ha|hecta|m2|m²|met|km)\b)\D{0,40}?)*"
    r"(\d[\d., ]*)\s*"
    r"(ha|hecta|m2|m²|met vuong|km2|km²|ki ?lo ?met vuong|sao|mau"
    r"|cong(?! (?:nghiep|trinh|suat|ty|cong|vien|nghe|nhan|xuong|trung|an|chung|dan|thuong)\b))\b"
)
_HA: Final = 10_000.0
#: hectares in a unit; a sào, mẫu or công is another area in each region, and is never converted
_UNITS_HA: Final = {"h": 1.0, "m": 1 / _HA, "k": 100.0}
_REGIONAL: Final = {"sao": "sào", "mau": "mẫu", "cong": "công"}
_DIGITS_OF_EAST: Final = 6
#: key of ``frame.attrs``: rows that a table doesn't name and that are called as it is, with what follows
UNNAMED: Final = "unnamed"
_UTM_CODES: Final = (32648, 32649)


@dataclass(frozen=True)
class _System:
    """One pair of coordinate columns, and the code their headings name, if any."""

    north: int
    east: int
    epsg: int | None
    values: NDArray[np.float64] = field(repr=False)  # east, north; NaN where a cell is no number


@dataclass(frozen=True)
class _Body:
    """A table, the position of its first point, and the columns its points stand in."""

    grid: Grid
    start: int
    system: _System

    def heading(self, at: int) -> str:
        """Return the heading right above a column, folded."""
        above = (row[at] for row in reversed(self.grid.rows[: self.start]))
        return next((fold(str(cell)) for cell in above if str(cell).strip()), "")


@dataclass
class _Ring:
    """Corners of one polygon, with the first thing that makes it unusable."""

    name: str
    after_file: bool = False  # the table doesn't name it
    points: list[tuple[float, float]] = field(default_factory=list)
    trouble: dict[str, Any] | None = None


def read_boundary(source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read a boundary table; one polygon per ring, index 1, 2, ...

    A ring that can't be read is a row with a null geometry, set aside with the line that is wrong.
    """
    grid = load_grid(source.path, ledger)
    systems = find_systems(grid, source)
    chosen = _choose(systems, source)
    body = _Body(grid, _first_point(chosen.values), chosen)
    _check_width(body, source)
    if re.match(r"(y|east|dong)\b", heading := body.heading(chosen.north)):
        ledger.find("axes_swapped", level="warn", column=heading)
    for other in systems:
        if other is not chosen and other.epsg is not None and chosen.epsg is not None:
            _compare(chosen, other, ledger)
    frame = _frame(_rings(body, source.name, ledger), source, ledger)
    _compare_area(frame, grid, ledger)
    crs = as_crs(chosen.epsg) if chosen.epsg is not None else None
    return frame.set_crs(crs) if crs is not None else frame


def _first_point(values: NDArray[np.float64]) -> int:
    return int(np.flatnonzero(np.isfinite(values).all(axis=1))[0])


def find_systems(grid: Grid, source: Source) -> list[_System]:
    """Pair each column of northings with the nearest column of eastings."""
    north: dict[int, NDArray[np.float64]] = {}
    east: dict[int, NDArray[np.float64]] = {}
    for at in range(grid.width):
        for grouped in (False, True):
            values = numbers(grid.column(at), grouped=grouped)
            if _lies_in(values, NORTH):
                north[at] = values
            elif _lies_in(values, EAST):
                east[at] = values
            else:
                continue
            break
    found: list[_System] = []
    for at, northings in north.items():
        if not east:
            break
        beside = min(east, key=lambda e: (abs(e - at), e < at))
        values = np.column_stack([east.pop(beside), northings])
        if (np.isfinite(values).all(axis=1)).any():
            found.append(_System(at, beside, _epsg(grid, values, (at, beside)), values))
    if not found:
        heads = [str(cell) for cell in grid.rows[0]][:20] if grid.rows else []
        raise SourceError(
            "table_without_coordinates", path=str(source.path), found=heads, expected="X (m), Y (m)"
        )
    return found


def _lies_in(values: NDArray[np.float64], span: tuple[float, float]) -> bool:
    """Most numbers of a column of coordinates are coordinates; a lone area or a year is not a column."""
    given = values[np.isfinite(values)]
    inside = (given >= span[0]) & (given <= span[1])
    return bool(inside.sum() >= _FEWEST_POINTS and inside.sum() * 2 > len(given))


def _choose(systems: list[_System], source: Source) -> _System:
    if source.layer is None or source.layer == source.path.stem:
        return systems[0]
    for system in systems:
        if str(system.epsg) == source.layer:
            return system
    known = [str(s.epsg) for s in systems if s.epsg]
    raise SourceError("layer_missing", path=str(source.path), found=source.layer, expected=known)


def _check_width(body: _Body, source: Source) -> None:
    """Refuse lines with more cells than headings: a decimal comma was taken for the mark between cells."""
    grid, start = body.grid, body.start
    if grid.separator != ",":
        return
    head = grid.widths[start - 1] if start else 0
    beside = [grid.rows[start][at + 1 : at + 2] for at in (body.system.north, body.system.east)]
    halved = all(cell and str(cell[0]).strip().isdigit() for cell in beside)
    if (halved and not head) or 1 < head < grid.widths[start]:
        found = grid.widths[start]
        raise SourceError(
            "table_ragged", path=str(source.path), line=grid.lines[start], expected=head, found=found
        )


def _epsg(grid: Grid, values: NDArray[np.float64], columns: tuple[int, int]) -> int | None:
    """Return the code that the headings of two columns name, or else the lines above the table."""
    above = grid.rows[: _first_point(values)]
    own = " ".join(
        _merged(row, at) for at in columns for row in above if sum(bool(str(c).strip()) for c in row) > 1
    )
    alone = " ".join(
        str(cell) for row in above for cell in row if sum(bool(str(c).strip()) for c in row) == 1
    )
    return _code_in(own) or _code_in(alone)


def _merged(row: list[Any], at: int) -> str:
    """Return the heading of a column; one over several columns stands in the first of them only."""
    return next((str(cell) for cell in reversed(row[: at + 1]) if str(cell).strip()), "")


def _code_in(text: str) -> int | None:
    """Find an EPSG code of Vietnam, or a central meridian with the width of its zone."""
    for found in re.findall(r"(?<!\d)(\d{4,5})(?!\d)", text):
        if int(found) in (*VN2000_CODES, *_UTM_CODES):
            return int(found)
    folded = fold(text)
    meridian = re.search(r"(?<!\d)(10[2-9]|111)\s*(?:[°ºo]|do)\s*(\d{1,2})?", folded)
    if not meridian:
        return None
    degrees = int(meridian[1]) + int(meridian[2] or 0) / 60
    rest = folded[: meridian.start()] + folded[meridian.end() :]
    width = re.search(r"(?:mui|zone)\D{0,12}([36])(?!\d)|(?<!\d)([36])\s*(?:[°ºo]|do)(?!\w)", rest)
    three, six = epsg_of(degrees, 0.9999), epsg_of(degrees, 0.9996)
    if width is None:  # 105° alone may be either zone, 698 m apart
        return three if six is None else None
    return three if "3" in width.groups() else six


def _rings(body: _Body, name: str, ledger: Ledger) -> list[_Ring]:
    grid, system = body.grid, body.system
    group = _group_column(body)
    title = _title(body) if group is None else ""
    rings = [_Ring(title or name, after_file=not title)]
    passed: list[str] = []
    heads = {fold(str(cell)) for row in grid.rows[: body.start] for cell in row} | {""}
    last_point = int(np.flatnonzero(np.isfinite(system.values).all(axis=1))[-1])
    for i in range(body.start, len(grid.rows)):
        row, line = grid.rows[i], grid.lines[i]
        label = normal(str(row[group])) if group is not None else ""
        if label and (label != rings[-1].name or rings[-1].after_file):
            rings.append(_Ring(label))
        if np.isfinite(system.values[i]).all():
            if group is None and _is_closed(rings[-1]):
                rings.append(_Ring(f"{name} ({len(rings) + 1})", after_file=True))
            _add_point(rings[-1], system.values[i], line)
        elif _is_spoilt(row, system, heads) and (i < last_point or _is_part(row, system.values[i], system)):
            found = [str(row[system.north]), str(row[system.east])]
            _spoil(rings[-1], code="table_number_unreadable", line=line, found=found)
        elif all(fold(str(cell)) in heads for cell in row):
            continue  # the headings again, at the top of a new page
        elif i > last_point or group is not None:
            passed.append(f"{line}: {_text_of(row)[:80]}")
        else:
            rings.append(_Ring(_text_of(row)[:80]))
    if passed:
        ledger.find("table_lines_passed_over", level="info", count=len(passed), found=passed[:12])
    return [ring for ring in rings if ring.points or ring.trouble]


def _group_column(body: _Body) -> int | None:
    """Find the column that says which ring a point belongs to: by its heading, and by its few values."""
    points = np.flatnonzero(np.isfinite(body.system.values).all(axis=1))
    for at in range(body.grid.width):
        heading = body.heading(at)
        word = heading.split(" ")[0].rstrip("s") if heading else ""
        if at in (body.system.north, body.system.east) or word not in _GROUPS or _POINT_WORDS.search(heading):
            continue
        values = [normal(str(body.grid.rows[i][at])) for i in points]
        if values[0] and len(set(values) - {""}) * _FEWEST_POINTS <= len(points):
            return at
    return None


def _title(body: _Body) -> str:
    """Return the line right above the first point if it stands alone: it names the first ring."""
    if body.start < 2:  # noqa: PLR2004 - a heading and a name
        return ""
    row = body.grid.rows[body.start - 1]
    return _text_of(row)[:80] if sum(bool(str(cell).strip()) for cell in row) == 1 else ""


def _is_closed(ring: _Ring) -> bool:
    """Say whether a ring has come back to its first point, so that the next one begins another."""
    return len(ring.points) > _FEWEST_POINTS and ring.points[0] == ring.points[-1]


def _add_point(ring: _Ring, point: NDArray[np.float64], line: int) -> None:
    east, north = point.tolist()
    ring.points.append((east, north))
    if not (EAST[0] <= east <= EAST[1] and NORTH[0] <= north <= NORTH[1]):
        _spoil(ring, code="table_point_out_of_range", line=line, found=f"{north:.12g}, {east:.12g}")


def _is_spoilt(row: list[Any], system: _System, heads: set[str]) -> bool:
    """Say whether a line holds part of a point: one number of two, or digits that are no number."""
    cells = [str(row[at]).strip() for at in (system.north, system.east)]
    digits = [sum(c.isdigit() for c in cell) >= _FEWEST_POINTS and fold(cell) not in heads for cell in cells]
    return any(digits)


def _is_part(row: list[Any], values: NDArray[np.float64], system: _System) -> bool:
    """Under the last point: tell half a point from a remark with a number in it, such as an area."""
    east, north = values
    if EAST[0] <= east <= EAST[1] or NORTH[0] <= north <= NORTH[1]:
        return True
    cells = ((str(row[system.east]), east), (str(row[system.north]), north))
    return any(np.isnan(value) and sum(c.isdigit() for c in cell) >= _DIGITS_OF_EAST for cell, value in cells)


def _spoil(ring: _Ring, **trouble: Any) -> None:
    if ring.trouble is None:
        ring.trouble = trouble


def _text_of(row: list[Any]) -> str:
    return normal(" ".join(str(cell) for cell in row if str(cell).strip()))


def _frame(rings: list[_Ring], source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    shapes: list[Any] = []
    for i, ring in enumerate(rings, 1):
        corners = len(set(ring.points))
        if ring.trouble is None and corners < _FEWEST_POINTS:
            ring.trouble = {"code": "ring_too_short", "found": corners, "expected": _FEWEST_POINTS}
        if ring.trouble is not None:
            ledger.set_aside([i], **{**ring.trouble, "name": ring.name})
        else:
            ring.points = with_exchanges(ring.points, i, source.exchanges, ledger, name=ring.name)
        shapes.append(None if ring.trouble else shapely.polygons(ring.points))
    frame = gpd.GeoDataFrame({"name": [ring.name for ring in rings]}, geometry=shapes)
    frame.index = np.arange(1, len(rings) + 1)
    frame.attrs[UNNAMED] = tuple(
        (i, ring.name.removeprefix(source.name)) for i, ring in enumerate(rings, 1) if ring.after_file
    )
    closed = [_is_closed(ring) for ring in rings]
    if any(closed):
        for row, ring, whole in zip(frame.index, rings, closed, strict=True):
            if ring.trouble is None and not whole:  # the others come back to their first point
                ledger.find("ring_open", row, "warn", found=len(ring.points), name=ring.name)
    for one in source.exchanges:
        if one.ring > len(rings) or rings[one.ring - 1].trouble is not None:
            ledger.find("exchange_unused", exchange=str(one), found=len(rings), name="")
    _find_overlaps(frame, ledger)
    return frame


def _find_overlaps(frame: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Rings of one table that cover the same land would count it twice; one may be a hole in another."""
    usable = frame[frame.geometry.notna() & frame.is_valid]
    left, right = usable.sindex.query(usable.geometry, predicate="intersects")
    for a, b in zip(left, right, strict=True):
        if a < b and usable.geometry.iloc[a].intersection(usable.geometry.iloc[b]).area > 1:
            ledger.find("rings_overlap", usable.index[b], "warn", other=str(usable.index[a]))


def _compare_area(frame: gpd.GeoDataFrame, grid: Grid, ledger: Ledger) -> None:
    """Put the area that the lines round a table state beside that of its rings."""
    text = [
        fold(_text_of(row)) for row in grid.rows if sum(bool(str(c).strip()) for c in row) <= _FEWEST_POINTS
    ]
    told = [found for line in text if (found := _AREA.search(line))]
    if len(told) != 1 or frame.geometry.isna().any():
        return
    unit = told[0][2]
    if unit in _REGIONAL:
        ledger.find("area_unit_regional", level="warn", found=told[0][1].strip(), unit=_REGIONAL[unit])
        return
    # thousands of square metres are grouped; hectares and square kilometres have decimals
    grouped = unit.startswith("m")
    value = float(numbers([told[0][1]], grouped=True)[0]) if grouped else number(told[0][1])
    # of crossing edges the area of what they enclose, or there would be none
    computed = float(shapely.area(shapely.make_valid(frame.geometry.to_numpy())).sum()) / _HA
    if value and computed:
        stated = value * _UNITS_HA[unit[0]]
        share = (computed - stated) / stated * 100
        level: Level = "info" if abs(share) < 1 else "warn"
        figures = {"stated_ha": stated, "computed_ha": computed, "share_pct": share}
        ledger.find("area_of_table", level=level, **figures)


def _compare(chosen: _System, other: _System, ledger: Ledger) -> None:
    """Say by how much the same corners, printed in a second system, differ."""
    both = np.isfinite(chosen.values).all(axis=1) & np.isfinite(other.values).all(axis=1)
    if not both.any():
        return
    ours, theirs = (
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*s.values[both].T), crs=as_crs(s.epsg))
        for s in (chosen, other)
    )
    moved = to_crs(theirs, as_crs(ours.crs)).geometry
    distance = float(ours.distance(moved).max())
    ledger.find(
        "systems_compared",
        level="warn" if distance > _APART_M else "info",
        crs=as_crs(chosen.epsg).name,
        other=as_crs(other.epsg).name,
        distance_m=distance,
    )
