"""Pairs of features whose boxes meet, by a grid over the zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
    from spatial._rings import Floats, Ints

__all__ = ["by_grid"]

# more cells than this cost more to lay out than they save
_CELLS = 1_000_000


class _Grid(NamedTuple):
    """Zones of every cell, cell after cell; ``corner`` is xmin, ymin, width and height of a cell."""

    corner: Floats
    shape: Ints
    first: Ints
    zone: Ints


def by_grid(zones: Floats, others: Floats) -> tuple[Ints, Ints]:
    """Positions of zones and of others whose boxes meet, sorted by zone, then by other."""
    grid = _grid_over(zones)
    first = np.zeros(len(zones) + 1, dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    _join(grid, zones, others, first, nothing)
    np.cumsum(first, out=first)
    found = np.empty(first[-1], dtype=np.int64)
    _join(grid, zones, others, first[:-1].copy(), found)
    return np.repeat(np.arange(len(zones)), np.diff(first)), found


def _grid_over(zones: Floats) -> _Grid:
    full = zones[~np.isnan(zones).any(axis=1)]
    if not len(full):
        full = np.zeros((1, 4))
    low, high = full[:, :2].min(axis=0), full[:, 2:].max(axis=0)
    side = int(np.clip(np.sqrt(2 * len(zones)), 1, np.sqrt(_CELLS)))
    size = np.maximum((high - low) / side, 1e-9)
    corner, shape = np.concatenate([low, size]), np.array([side, side])
    count = np.zeros(side * side + 1, dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    _lay(corner, shape, zones, count, nothing)
    first = np.cumsum(count)
    zone = np.empty(first[-1], dtype=np.int64)
    _lay(corner, shape, zones, first[:-1].copy(), zone)
    return _Grid(corner, shape, first, zone)


@kernel()
def _cells(corner: Floats, shape: Ints, box: Floats, cells: Ints) -> bool:
    """Columns and rows that a box covers; False for a box of NaN."""
    if not (box[0] <= box[2] and box[1] <= box[3]):
        return False
    for side in range(2):
        last = shape[side] - 1
        cells[side] = min(max(int((box[side] - corner[side]) / corner[2 + side]), 0), last)
        cells[2 + side] = min(max(int((box[2 + side] - corner[side]) / corner[2 + side]), 0), last)
    return True


@kernel()
def _lay(corner: Floats, shape: Ints, zones: Floats, place: Ints, out: Ints) -> None:
    """Count the zones of every cell (one place further on), or write them down where ``out`` has room."""
    cells = np.empty(4, dtype=np.int64)
    counting = len(out) == 0
    for z in range(len(zones)):
        if not _cells(corner, shape, zones[z], cells):
            continue
        for row in range(cells[1], cells[3] + 1):
            for column in range(cells[0], cells[2] + 1):
                cell = row * shape[0] + column
                if counting:
                    place[cell + 1] += 1
                else:
                    out[place[cell]] = z
                    place[cell] += 1


@kernel()
def _join(grid: _Grid, zones: Floats, others: Floats, place: Ints, out: Ints) -> None:
    """Count the others of every zone (one place further on), or write them down where ``out`` has room."""
    cells = np.empty(4, dtype=np.int64)
    corner = np.empty(4, dtype=np.int64)
    counting = len(out) == 0
    common = np.empty(4)
    for o in range(len(others)):
        if not _cells(grid.corner, grid.shape, others[o], cells):
            continue
        for row in range(cells[1], cells[3] + 1):
            for column in range(cells[0], cells[2] + 1):
                cell = row * grid.shape[0] + column
                for at in range(grid.first[cell], grid.first[cell + 1]):
                    z = grid.zone[at]
                    if not _common(zones[z], others[o], common):
                        continue
                    # a pair that shares several cells is told once: in the cell of its lower left corner
                    _cells(grid.corner, grid.shape, common, corner)
                    if corner[0] != column or corner[1] != row:
                        continue
                    if counting:
                        place[z + 1] += 1
                    else:
                        out[place[z]] = o
                        place[z] += 1


@kernel()
def _common(a: Floats, b: Floats, out: Floats) -> bool:
    out[0] = max(a[0], b[0])
    out[1] = max(a[1], b[1])
    out[2] = min(a[2], b[2])
    out[3] = min(a[3], b[3])
    return bool(out[0] <= out[2] and out[1] <= out[3])
