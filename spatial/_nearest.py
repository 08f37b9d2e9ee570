"""The nearest vertex within a tolerance, found in a hash of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
    from spatial._rings import Floats, Ints

__all__ = ["nearest"]

_GOLD = np.uint64(0x9E3779B97F4A7C15)
_OTHER = np.uint64(0xC2B2AE3D27D4EB4F)
_DOWN = np.uint64(20)


class _Cells(NamedTuple):
    """Vertices in a hash of square cells twice as wide as the tolerance; -1 ends a chain."""

    xy: Floats
    head: Ints
    following: Ints
    origin: Floats  # x, y and one over the width of a cell


def nearest(xy: Floats, mine: Floats, tolerance_m: float, out: Floats) -> None:
    """Write for each vertex of ``mine`` the nearest of ``xy`` within the tolerance, where there is one.

    Of several equally near it is the western one, then the southern.
    """
    size = 1 << max(10, int(np.ceil(np.log2(len(xy) + 1))))
    low = np.minimum(xy.min(axis=0), mine.min(axis=0)) - 10 * tolerance_m
    cells = _Cells(
        xy=xy,
        head=np.full(size, -1, dtype=np.int64),
        following=np.empty(len(xy), dtype=np.int64),
        origin=np.array([*low, 1 / (2 * tolerance_m)]),
    )
    _lay(cells)
    _weld(cells, mine, tolerance_m**2, out)


@kernel()
def _cell(x: int, y: int, size: int) -> int:
    word = np.uint64(x) * _GOLD + np.uint64(y) * _OTHER
    return int((word >> _DOWN) & np.uint64(size - 1))


@kernel()
def _lay(cells: _Cells) -> None:
    x0, y0, scale = cells.origin[0], cells.origin[1], cells.origin[2]
    for i in range(len(cells.xy)):
        k = _cell(int((cells.xy[i, 0] - x0) * scale), int((cells.xy[i, 1] - y0) * scale), len(cells.head))
        cells.following[i] = cells.head[k]
        cells.head[k] = i


@kernel()
def _weld(cells: _Cells, mine: Floats, most: float, out: Floats) -> None:
    x0, y0, scale = cells.origin[0], cells.origin[1], cells.origin[2]
    xy, head, following = cells.xy, cells.head, cells.following
    for i in range(len(mine)):
        fx, fy = (mine[i, 0] - x0) * scale, (mine[i, 1] - y0) * scale
        ix, iy = int(fx), int(fy)
        # within half a cell's width only the four nearest cells can hold the nearest vertex
        jx, jy = (ix + 1 if fx - ix >= 0.5 else ix - 1), (iy + 1 if fy - iy >= 0.5 else iy - 1)  # noqa: PLR2004
        best, found = most, -1
        for x in (ix, jx):
            for y in (iy, jy):
                q = head[_cell(x, y, len(head))]
                while q >= 0:
                    d = (xy[q, 0] - mine[i, 0]) ** 2 + (xy[q, 1] - mine[i, 1]) ** 2
                    if d < best or (d == best and (found < 0 or _before(xy, q, found))):
                        best, found = d, q
                    q = following[q]
        if found >= 0:
            out[i, 0], out[i, 1] = xy[found, 0], xy[found, 1]


@kernel()
def _before(xy: Floats, p: int, q: int) -> bool:
    """Of two vertices equally near, the same one for every polygon that asks."""
    return bool(xy[p, 0] < xy[q, 0] or (xy[p, 0] == xy[q, 0] and xy[p, 1] < xy[q, 1]))
