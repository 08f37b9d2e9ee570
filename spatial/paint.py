"""Polygons painted into cells: what a picture tile and an overview of a million parcels are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._compiled import COMPILED, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from spatial._rings import Floats, Ints

    Cells = NDArray[np.uint16]
    Bytes = NDArray[np.uint8]

__all__ = ["Outlines", "halved", "outlined", "painted"]


class Outlines(NamedTuple):
    """Polygons as arrays, in cells: x to the right, y downwards, the first cell from 0 to 1.

    Parameters
    ----------
    xy : numpy.ndarray
        Coordinates, ring after ring, closing vertex repeated.
    ring : numpy.ndarray
        Ring to its first coordinate; one longer than the rings.
    feature : numpy.ndarray
        Feature to its first ring; one longer than the features.
    """

    xy: Floats
    ring: Ints
    feature: Ints


def painted(
    shapes: Outlines, values: Cells, *, shape: tuple[int, int] | None = None, onto: Cells | None = None
) -> Cells:
    """Give every cell the value of the polygon that its centre lies in.

    Parameters
    ----------
    shapes : Outlines
        Polygons with holes and parts; a cell is inside where a ray crosses an odd number of edges.
    values : numpy.ndarray of uint16
        One per polygon, from 1. A later polygon paints over an earlier one.
    shape : tuple of int, optional
        Rows and columns of a new picture.
    onto : numpy.ndarray of uint16, optional
        A picture to paint over instead; it is changed.

    Returns
    -------
    numpy.ndarray of uint16
        0 where no polygon lies. A polygon too small for any centre takes the cell of its first vertex
        where that is still empty: nothing is missing from an overview.

    Examples
    --------
    >>> square = np.array([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]], dtype=float)
    >>> speck = square / 100 + 3.1
    >>> shapes = Outlines(np.vstack([square, speck]), np.array([0, 5, 10]), np.array([0, 1, 2]))
    >>> painted(shapes, np.array([7, 9], dtype=np.uint16), shape=(4, 4)).tolist()
    [[7, 7, 0, 0], [7, 7, 0, 0], [0, 0, 0, 0], [0, 0, 0, 9]]
    """
    out = np.zeros(shape or (0, 0), dtype=np.uint16) if onto is None else onto
    specks = np.zeros(len(values), dtype=np.uint8)
    paint = _paint if COMPILED else _paint_plain
    paint(shapes, values, out, specks)
    for f in np.flatnonzero(specks):
        x, y = np.floor(shapes.xy[shapes.ring[shapes.feature[f]]]).astype(int)
        if 0 <= y < out.shape[0] and 0 <= x < out.shape[1] and out[y, x] == 0:
            out[y, x] = values[f]
    return out


def outlined(shapes: Outlines, *, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Mark the cells that the borders of polygons run through.

    Parameters
    ----------
    shapes : Outlines
    shape : tuple of int
        Rows and columns.

    Returns
    -------
    numpy.ndarray of bool

    Examples
    --------
    >>> square = np.array([[0.5, 0.5], [3.5, 0.5], [3.5, 2.5], [0.5, 2.5], [0.5, 0.5]])
    >>> outlined(Outlines(square, np.array([0, 5]), np.array([0, 1])), shape=(3, 4)).astype(int).tolist()
    [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
    """
    out = np.zeros(shape, dtype=np.uint8)
    start = np.ones(len(shapes.xy), dtype=bool)
    start[shapes.ring[1:-1] - 1] = False  # the last vertex of a ring has no edge to the first of the next
    start[-1:] = False
    at = np.flatnonzero(start)
    a, b = shapes.xy[at], shapes.xy[at + 1]
    high = np.array([shape[1], shape[0]], dtype=float)
    near = (np.maximum(a, b) >= 0).all(axis=1) & (np.minimum(a, b) < high).all(axis=1)
    a, b = a[near], b[near]
    steps = np.ceil(np.abs(b - a).max(axis=1)).astype(np.int64) if len(a) else np.zeros(0, dtype=np.int64)
    # an edge that leaves the picture by far is followed no farther than a few pictures' widths
    steps = np.clip(steps, 1, 8 * max(shape))
    owner = np.repeat(np.arange(len(a)), steps + 1)
    first = np.concatenate([[0], np.cumsum(steps + 1)])[:-1] if len(a) else np.zeros(0, dtype=np.int64)
    share = ((np.arange(len(owner)) - first[owner]) / steps[owner])[:, None]
    points = np.floor(a[owner] + share * (b[owner] - a[owner])).astype(np.int64)
    points = points[((points >= 0) & (points < high)).all(axis=1)]
    out[points[:, 1], points[:, 0]] = 1
    return out.astype(bool)


def halved(cells: Cells) -> Cells:
    """Make an overview of half the size: the commonest value of four cells, empty only where all four are.

    Parameters
    ----------
    cells : numpy.ndarray of uint16
        0 is empty.

    Returns
    -------
    numpy.ndarray of uint16
        Of two values that are equally common, the one farther up, then farther left.

    Examples
    --------
    >>> halved(np.array([[1, 2, 0, 0], [2, 2, 0, 5]], dtype=np.uint16)).tolist()
    [[2, 5]]
    """
    rows, columns = (cells.shape[0] + 1) // 2, (cells.shape[1] + 1) // 2
    even = np.zeros((2 * rows, 2 * columns), dtype=np.uint16)
    even[: cells.shape[0], : cells.shape[1]] = cells
    four = [even[0::2, 0::2], even[0::2, 1::2], even[1::2, 0::2], even[1::2, 1::2]]
    best = np.zeros((rows, columns), dtype=np.uint16)
    most = np.zeros((rows, columns), dtype=np.uint8)
    for one in four:
        times = np.zeros((rows, columns), dtype=np.uint8)
        for other in four:
            times += one == other
        better = (times > most) & (one > 0)
        best[better], most[better] = one[better], times[better]
    return best


@kernel()
def _paint(shapes: Outlines, values: Cells, out: Cells, specks: Bytes) -> None:
    flips = np.zeros(1 << 16, dtype=np.uint8)
    for f in range(len(values)):
        first, last = shapes.ring[shapes.feature[f]], shapes.ring[shapes.feature[f + 1]]
        if first == last:
            continue
        frame = _frame(shapes.xy, first, last, out.shape)
        cells = max(frame[1] - frame[0], 0) * max(frame[3] - frame[2], 0)
        if cells > len(flips):
            flips = np.zeros(cells, dtype=np.uint8)
        if cells > 0:
            for r in range(shapes.feature[f], shapes.feature[f + 1]):
                _flip(shapes.xy, (shapes.ring[r], shapes.ring[r + 1]), flips, frame)
        if cells == 0 or not _fill(flips, frame, values[f], out):
            specks[f] = 1


@kernel()
def _frame(xy: Floats, first: int, last: int, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Columns and rows whose centres the box of a polygon holds."""
    x0 = x1 = xy[first, 0]
    y0 = y1 = xy[first, 1]
    for i in range(first, last):
        x0, x1 = min(x0, xy[i, 0]), max(x1, xy[i, 0])
        y0, y1 = min(y0, xy[i, 1]), max(y1, xy[i, 1])
    return _centre(x0, shape[1]), _centre(x1, shape[1]), _centre(y0, shape[0]), _centre(y1, shape[0])


@kernel()
def _fill(flips: Bytes, frame: tuple[int, int, int, int], value: int, out: Cells) -> bool:
    """Paint what lies between the marks of each row, and wipe the marks."""
    left, right, top, bottom = frame
    filled = False
    for y in range(top, bottom):
        inside = np.uint8(0)
        for x in range(left, right):
            k = (y - top) * (right - left) + x - left
            inside ^= flips[k]
            flips[k] = 0
            if inside:
                out[y, x] = value
                filled = True
    return filled


@kernel()
def _centre(at: float, most: int) -> int:
    """First cell whose centre lies at or beyond a coordinate."""
    return int(min(max(np.ceil(at - 0.5), 0.0), float(most)))


@kernel()
def _flip(xy: Floats, span: tuple[int, int], flips: Bytes, frame: tuple[int, int, int, int]) -> None:
    """Mark, row by row, the first centre beyond each edge; two marks on one place cancel."""
    left, right, top, bottom = frame
    for i in range(span[0], span[1] - 1):
        ax, ay, bx, by = xy[i, 0], xy[i, 1], xy[i + 1, 0], xy[i + 1, 1]
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        start, end = max(_centre(ay, bottom), top), _centre(by, bottom)
        if start >= end:
            continue
        slope = (bx - ax) / (by - ay)
        for y in range(start, end):
            x = max(_centre(ax + (y + 0.5 - ay) * slope, right), left)
            if x < right:
                flips[(y - top) * (right - left) + x - left] ^= 1


def _paint_plain(shapes: Outlines, values: Cells, out: Cells, specks: Bytes) -> None:
    """Paint by rasterio where nothing is compiled."""
    import shapely  # noqa: PLC0415 - only this path makes geometries
    from rasterio.features import rasterize  # noqa: PLC0415
    from shapely import Polygon  # noqa: PLC0415

    for f in range(len(values)):
        rings = [
            shapes.xy[shapes.ring[r] : shapes.ring[r + 1]]
            for r in range(shapes.feature[f], shapes.feature[f + 1])
        ]
        area: BaseGeometry = Polygon()
        for ring in rings:
            area = shapely.symmetric_difference(area, shapely.make_valid(Polygon(ring)))
        if area.is_empty:
            specks[f] = len(rings) > 0
            continue
        inside = rasterize([(area, 1)], out_shape=out.shape, dtype="uint8").astype(bool)
        out[inside] = values[f]
        specks[f] = not inside.any()
