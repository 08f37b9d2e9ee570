"""Tables of boundary coordinates (CSV, TSV, XLSX) to polygons.

Vietnamese decisions print X = north and Y = east with a decimal comma. Headings lie, so the values
decide which column is north: on VN-2000 maps of Vietnam north is 0.9 to 2.7 million metres, east
0.1 to 0.9 million.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely

from layers.crs import as_crs, to_crs
from layers.errors import SourceError
from layers.names import fold

if TYPE_CHECKING:
    from pathlib import Path

    from layers.findings import Ledger
    from layers.source import Source

_NORTH: Final = (9e5, 2.7e6)
_EAST: Final = (1e5, 9e5)
_FEWEST_POINTS: Final = 3
_GROUPS: Final = ("khu", "ring", "vong", "thua", "part", "zone", "name", "ten")


@dataclass(frozen=True)
class _System:
    """One pair of coordinate columns and the EPSG code their headings name, if any."""

    north: str
    east: str
    epsg: int | None


def read_boundary(source: Source, ledger: Ledger) -> gpd.GeoDataFrame:
    """Read a boundary table; one polygon per group of rows, index 1, 2, ..."""
    table = _load(source.path)
    systems = _systems(table, source, ledger)
    chosen = _choose(systems, source)
    for other in systems:
        if other is not chosen and other.epsg is not None and chosen.epsg is not None:
            _compare(table, chosen, other, ledger)
    return _polygons(table, chosen, source).set_crs(_crs_of(chosen, source))


def _load(path: Path) -> pd.DataFrame:
    rows = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _text_rows(path)
    rows = [row for row in rows if any(str(cell).strip() for cell in row)]
    start = _heading(rows)
    if start is None:
        raise SourceError("table_without_coordinates", path=str(path), found=[str(c) for c in rows[0]] if rows else [])
    names = [fold(str(cell)) or f"column {i + 1}" for i, cell in enumerate(rows[start])]
    body = [row + [""] * (len(names) - len(row)) for row in rows[start + 1 :]]
    return pd.DataFrame([row[: len(names)] for row in body], columns=names, dtype=object)


def _xlsx_rows(path: Path) -> list[list[Any]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError) as error:
        raise SourceError("source_unreadable", path=str(path), found=str(error)) from error
    try:
        return [["" if cell is None else cell for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _text_rows(path: Path) -> list[list[Any]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1258", errors="replace")
    counts = {mark: text.count(mark) for mark in (";", "\t", ",")}
    mark = ";" if counts[";"] else "\t" if counts["\t"] else ","
    return [list(row) for row in csv.reader(io.StringIO(text), delimiter=mark)]


def _heading(rows: list[list[Any]]) -> int | None:
    """The last row with fewer than two numbers before rows with at least two."""
    for i, row in enumerate(rows[:-1]):
        numbers = sum(_number(cell) is not None for cell in rows[i + 1])
        if numbers >= 2 and sum(_number(cell) is not None for cell in row) < 2:  # noqa: PLR2004 - north and east
            return i
    return None


def _number(cell: Any) -> float | None:
    """Read a number with a decimal point or comma and any grouping."""
    if isinstance(cell, int | float):
        return float(cell)
    text = re.sub(r"[\s\u00a0']", "", str(cell))
    if not re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", text):
        return None
    last = max(text.rfind(","), text.rfind("."))
    if text.count(",") + text.count(".") > 1 and text.count(text[last]) > 1:
        return float(re.sub(r"[.,]", "", text))
    whole, part = (text[:last], text[last + 1 :]) if last >= 0 else (text, "")
    return float(f"{re.sub(r'[.,]', '', whole) or '0'}.{part or '0'}")


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if (n := _number(c)) is None else n for c in table[column]], dtype=float)


def _systems(table: pd.DataFrame, source: Source, ledger: Ledger) -> list[_System]:
    """Pair each column of northings with the column of eastings beside it."""
    north: list[str] = []
    east: list[str] = []
    for column in table.columns:
        values = _numbers(table, column)
        middle = np.nanmedian(values) if np.isfinite(values).any() else np.nan
        if _NORTH[0] <= middle <= _NORTH[1]:
            north.append(column)
        elif _EAST[0] <= middle <= _EAST[1]:
            east.append(column)
    if not north or len(north) != len(east):
        raise SourceError(
            "table_without_coordinates", path=str(source.path), found=list(table.columns), expected="X, Y (m)"
        )
    for name in north:
        if re.match(r"(y|east|dong)\b", name):
            ledger.find("axes_swapped", level="warn", column=name)
    return [_System(n, e, _epsg_in(n) or _epsg_in(e)) for n, e in zip(north, east, strict=True)]


def _epsg_in(heading: str) -> int | None:
    found = re.search(r"(?<!\d)(\d{4,5})(?!\d)", heading)
    return int(found.group(1)) if found else None


def _choose(systems: list[_System], source: Source) -> _System:
    if source.layer is None:
        return systems[0]
    for system in systems:
        if str(system.epsg) == source.layer:
            return system
    known = [str(s.epsg) for s in systems if s.epsg]
    raise SourceError("layer_missing", path=str(source.path), found=source.layer, expected=known)


def _crs_of(system: _System, source: Source) -> Any:
    if system.epsg is not None:
        return as_crs(system.epsg)
    return as_crs(source.assume_crs) if source.assume_crs else None


def _polygons(table: pd.DataFrame, system: _System, source: Source) -> gpd.GeoDataFrame:
    points = np.column_stack([_numbers(table, system.east), _numbers(table, system.north)])
    noted = ~np.isfinite(points).any(axis=1)  # a line of remarks under the table has no number at all
    table, points = table[~noted], points[~noted]
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        found = table.iloc[bad[0]][[system.north, system.east]].tolist()
        raise SourceError("table_number_unreadable", path=str(source.path), row=int(bad[0]) + 2, found=found)
    group = next((c for c in table.columns if c.split(" ")[0].rstrip("s") in _GROUPS), None)
    keys = table[group].replace("", np.nan).ffill().astype(str) if group else pd.Series(source.name, table.index)
    names, rings = [], []
    for key in keys.unique():
        ring = points[(keys == key).to_numpy()]
        if len(ring) < _FEWEST_POINTS:
            raise SourceError("ring_too_short", path=str(source.path), found=len(ring), expected=_FEWEST_POINTS)
        names.append(key)
        rings.append(shapely.polygons(ring))
    return gpd.GeoDataFrame({"name": names}, geometry=rings, index=np.arange(1, len(rings) + 1))


def _compare(table: pd.DataFrame, chosen: _System, other: _System, ledger: Ledger) -> None:
    """Say by how much the same corners, printed in a second system, differ."""
    ours, theirs = (
        gpd.GeoSeries(gpd.points_from_xy(_numbers(table, s.east), _numbers(table, s.north)), crs=as_crs(s.epsg))
        for s in (chosen, other)
    )
    moved = to_crs(theirs.to_frame("geometry"), as_crs(ours.crs)).geometry
    ledger.find(
        "systems_compared",
        level="info",
        crs=as_crs(chosen.epsg).name,
        other=as_crs(other.epsg).name,
        distance_m=float(ours.distance(moved).max()),
    )
