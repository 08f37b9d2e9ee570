"""Boundaries as lists of corners, the way decisions print them: read from text, joined into one area.

X is north and Y is east, as on every Vietnamese table; the values decide, as in any table of coordinates.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers._boundary import read_boundary
from layers._rings import crossing_edges, named_crossings
from layers.crs import as_crs, mover
from layers.errors import GeometryError
from layers.findings import Ledger
from layers.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely import MultiPolygon, Polygon

    from layers.findings import Finding

__all__ = [
    "area_of_rings",
    "crossings",
    "crossings_named",
    "degrees_of_corners",
    "moved_corners",
    "read_corners",
    "rings_of_area",
]

_MILLIMETRES = 3
_FEWEST = 3
_LONLAT = 4326
_LONGEST_TEXT = 4_000_000


def read_corners(text: str, crs: CRS) -> tuple[Polygon | MultiPolygon, list[Finding]]:
    r"""Read a list of corners into one area.

    Parameters
    ----------
    text : str
        A line a corner, X (north) and Y (east) in metres, decimal comma or point, with or without numbers of
        corners and headings; several rings by a column that names them or by coming back to the first corner.
    crs : pyproj.CRS
        Projected system of the result; the numbers are in it unless a heading names another VN-2000 zone.

    Returns
    -------
    area : Polygon or MultiPolygon
        Corners as written, moved one by one where a heading names another zone, to the millimetre. May cross
        itself: nothing is mended.
    findings : list of Finding
        What the table says of itself: rings set aside, edges that cross, a stated area that differs.

    Raises
    ------
    SourceError
        ``table_without_coordinates`` or another of :func:`layers.read.read_layer` for a table.
    GeometryError
        ``corners_too_few`` where no ring has three corners.

    Examples
    --------
    >>> area, findings = read_corners("X Y\n2325000,5 558000\n2325100 558000\n2325100 558100", as_crs(5897))
    >>> area.area, findings
    (4975.0, [])
    """
    ledger = Ledger("")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corners.txt"
        path.write_text(text[:_LONGEST_TEXT], encoding="utf-8")
        frame = read_boundary(Source(path), ledger)
    rings = [shapely.get_coordinates(shape)[:-1] for shape in frame.geometry if shape is not None]
    if not rings:
        raise GeometryError("corners_too_few", found=len(frame), expected=_FEWEST)
    if frame.crs is not None:
        rings = [moved_corners(ring, as_crs(frame.crs), crs) for ring in rings]
    return area_of_rings(rings), ledger.findings


def moved_corners(corners: NDArray[np.float64], source: CRS, target: CRS) -> NDArray[np.float64]:
    """Move corners to another system one by one: the edges between them are straight in the new one.

    Parameters
    ----------
    corners : numpy.ndarray
        Shape (n, 2), east or longitude first.
    source, target : pyproj.CRS

    Returns
    -------
    numpy.ndarray
        To the millimetre where the target is projected.

    Raises
    ------
    CrsError
        As :func:`layers.crs.mover`.
    """
    x, y = mover(source, target).transform(corners[:, 0], corners[:, 1])
    moved = np.column_stack([x, y])
    return np.round(moved, _MILLIMETRES) if target.is_projected else moved


def degrees_of_corners(corners: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """Find the degrees that come back to given corners.

    The pinned datum operation and its inverse are not each other's to the last half millimetre: corners sent
    to a map and taken back would wander by that much at every stroke. The difference is taken off first.

    Parameters
    ----------
    corners : numpy.ndarray
        Shape (n, 2), east and north.
    crs : pyproj.CRS
        Projected system.

    Returns
    -------
    numpy.ndarray
        Longitude and latitude, WGS 84; :func:`moved_corners` gives the corners again, to the millimetre.

    Examples
    --------
    >>> here = np.array([[558_014.001, 2_325_269.002]])
    >>> moved_corners(degrees_of_corners(here, as_crs(5897)), as_crs(4326), as_crs(5897)).tolist()
    [[558014.001, 2325269.002]]
    """
    degrees = as_crs(_LONLAT)
    first = moved_corners(corners, crs, degrees)
    x, y = mover(degrees, crs).transform(first[:, 0], first[:, 1])
    return moved_corners(2 * corners - np.column_stack([x, y]), crs, degrees)


def area_of_rings(rings: Sequence[NDArray[np.float64]]) -> Polygon | MultiPolygon:
    """Join rings into one area; a ring inside another is a hole in it, one inside that is land again.

    Parameters
    ----------
    rings : sequence of numpy.ndarray
        Corners without the closing one, shape (n, 2).

    Returns
    -------
    Polygon or MultiPolygon
        Not mended: rings that cross themselves or one another stay as they are.

    Raises
    ------
    GeometryError
        ``corners_too_few`` for a ring of less than three different corners.

    Examples
    --------
    >>> outer, inner = (np.array(shapely.box(a, a, 9 - a, 9 - a).exterior.coords)[:-1] for a in (0, 3))
    >>> area_of_rings([inner, outer]).area
    72.0
    """
    for ring in rings:
        if len(np.unique(ring, axis=0)) < _FEWEST:
            raise GeometryError("corners_too_few", found=len(np.unique(ring, axis=0)), expected=_FEWEST)
    faces = sorted((shapely.Polygon(ring) for ring in rings), key=lambda face: -face.area)
    holes: dict[int, list[Any]] = {}
    depth: list[int] = []
    for n, face in enumerate(faces):
        round_it = [m for m in range(n) if face.is_valid and faces[m].is_valid and faces[m].contains(face)]
        depth.append(len(round_it))
        if depth[n] % 2:
            holes.setdefault(round_it[-1], []).append(face.exterior)
    parts = [
        shapely.Polygon(face.exterior, holes.get(n, [])) for n, face in enumerate(faces) if not depth[n] % 2
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def rings_of_area(area: Polygon | MultiPolygon) -> list[list[NDArray[np.float64]]]:
    """Take an area apart: of each part the outer ring, then its holes, without closing corners.

    Parameters
    ----------
    area : Polygon or MultiPolygon

    Returns
    -------
    list of list of numpy.ndarray
    """
    parts: list[Any] = list(getattr(area, "geoms", [area]))
    return [
        [shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors)]
        for part in parts
        if not part.is_empty
    ]


def crossings(area: Polygon | MultiPolygon) -> list[tuple[int, int]]:
    """List the edges that cross within a ring, each by the number of its first corner, from 1.

    Parameters
    ----------
    area : Polygon or MultiPolygon

    Returns
    -------
    list of tuple of int
        Empty also where only different rings cross.
    """
    return [pair for ring in _all_rings(area) for pair in crossing_edges(ring)]


def crossings_named(area: Polygon | MultiPolygon) -> list[str]:
    """List the edges that cross within a ring, each by its two corners; the last edge ends at the first.

    Parameters
    ----------
    area : Polygon or MultiPolygon

    Returns
    -------
    list of str

    Examples
    --------
    >>> crossings_named(shapely.Polygon([(0, 0), (4, 4), (4, 0), (8, 0), (8, 2), (0, 2)]))
    ['1–2 × 5–6', '2–3 × 5–6']
    >>> crossings_named(shapely.Polygon([(0, 2), (0, 0), (4, 4), (4, 0), (8, 0), (8, 2)]))
    ['2–3 × 6–1', '3–4 × 6–1']
    """
    return [text for ring in _all_rings(area) for text in named_crossings(ring)]


def _all_rings(area: Polygon | MultiPolygon) -> list[list[tuple[float, float]]]:
    return [[(float(x), float(y)) for x, y in ring] for part in rings_of_area(area) for ring in part]
