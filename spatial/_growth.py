"""Patches of good land grown cell by cell, the best first: compact, wide enough, none on another."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, pi, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from spatial._cell_distances import mark_distances
from spatial._splitting import even_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Cells = NDArray[np.bool_]
    Floats = NDArray[np.float32]
    Box = tuple[slice, slice]

__all__ = ["Growth", "Patch", "drop_of", "grown_patches", "opened", "reachable"]

_STRIP_CELLS: Final = 4_000_000
#: worth of a cell that no patch begins from
_NEVER: Final = -1.0
#: even land of so many of the largest patches is cut evenly; larger land is grown on
_MOST_EVEN: Final = 8
#: 4π·area/perimeter² that even parts have at least: a rectangle of one to five has 0.44
_LEAST_STOUT: Final = 0.44
_SIDES: Final = ((-1, 0), (0, -1), (0, 1), (1, 0))
#: a cell so much poorer than the patch is left alone once the patch is well-sized, or just large enough
_DROP: Final = 0.15
_DROP_BELOW_WISHED: Final = 0.30
#: a disk of this share of a square as large fits everywhere into a stout patch
_STOUT: Final = 0.6
#: how far the corner of a square lies from the disk in it, along a side and in radii
_CORNER: Final = 1 - 1 / sqrt(2)


@dataclass(frozen=True)
class Growth:
    """How patches grow, all in cells.

    ``least`` and ``most`` cells, ``width`` of the narrowest place, ``compact``: how much a cell's distance
    from the seed counts against its score.
    """

    least: int
    most: int
    width: float
    compact: float = 1.0

    @property
    def wished(self) -> int:
        """Cells of a well-sized patch: as many times the least as the most is its own."""
        return round(sqrt(self.least * self.most))


class Patch(NamedTuple):
    """Cells of a patch as a mask with its upper left corner; ``why`` is empty or says why it is no site."""

    row: int
    col: int
    mask: Cells
    why: str


def opened(free: Cells, width: float) -> Cells:
    """Cells of places that a disk as wide as asked fits into; by strips with their surroundings."""
    halo = ceil(width) + 2
    rows = max(_STRIP_CELLS // max(free.shape[1], 1), 4 * halo)
    if width <= 1 or free.shape[0] <= rows:
        return _opened(free, width)
    out = np.zeros_like(free)
    for top in range(0, free.shape[0], rows):
        first = max(top - halo, 0)
        part = _opened(free[first : top + rows + halo], width)
        out[top : top + rows] = part[top - first : top - first + rows]
    return out


def _opened(free: Cells, width: float) -> Cells:
    """Open a strip; beyond the grid nothing is free, beyond the strip its halo answers for what is there."""
    radius = width / 2
    if radius <= 1 / 2 or not free.any():
        return free.copy()
    most = ceil(radius) + 2
    core = mark_distances(~np.pad(free, 1), most)[1:-1, 1:-1] >= radius + 1 / 2
    return np.asarray(free & (mark_distances(core, most) <= radius - 1 / 2 + 1e-9))


def reachable(roads: Cells, barrier: Cells, steps: int) -> Cells:
    """Cells that a way of so many steps from a road leads to, roads cross barriers and nothing else does.

    A way over open land is as long in every direction: the last steps may be diagonal, so many that a way
    along the diagonal comes as far as one along a side, and no cell farther off in a straight line counts.
    """
    from scipy.ndimage import binary_dilation  # noqa: PLC0415 - takes a moment to load

    if not roads.any():
        return np.zeros_like(roads)
    free, steps = ~barrier | roads, max(steps, 1)
    diagonal = ceil((sqrt(2) - 1) * steps)
    led = roads
    if steps > diagonal:
        led = binary_dilation(led, iterations=steps - diagonal, mask=free)
    led = binary_dilation(led, structure=np.ones((3, 3), dtype=bool), iterations=diagonal, mask=free)
    return np.asarray(_within(led, roads, steps + 1))


def _within(led: Cells, roads: Cells, steps: int) -> Cells:
    """Of some cells those within so many steps of a road in a straight line; by strips."""
    rows = max(_STRIP_CELLS // max(led.shape[1], 1), 4 * steps)
    for top in range(0, led.shape[0], rows):
        first = max(top - steps, 0)
        away = mark_distances(roads[first : top + rows + steps], steps + 1)
        led[top : top + rows] &= away[top - first : top - first + rows] <= steps
    return led


def grown_patches(score: Floats, good: Cells, reached: Cells | None, growth: Growth) -> Iterator[Patch]:
    """Grow patches until no good land is left that one could grow from; those that fail are told too.

    Patches grow from cells that a way leads to, where `reached` says which. The caller may stop at any
    time. Cells of a patch, whatever became of it, are in no later one.
    """
    available = _with_corners(opened(good, growth.width), good, growth.width)
    yield from _too_small(good, available, growth)
    _drop_small(available, growth.least)
    begins = available.copy() if reached is None else _beside(available, reached)
    yield from _unreached(available, begins, growth)
    worth = _worth(score, available, growth)
    worth[~(begins & available)] = _NEVER
    even = _even_land(score, available, growth)
    while worth.size:
        at = int(np.argmax(worth))
        if worth.flat[at] == _NEVER:
            break
        seed = np.unravel_index(at, score.shape)
        whole = next((n for n, (box, mask) in enumerate(even) if _holds(box, mask, seed)), None)
        if whole is not None:
            box, mask = even.pop(whole)
            parts = _evenly(mask & available[box], begins[box] if reached is not None else mask, growth)
            for part in parts:
                yield Patch(box[0].start, box[1].start, part, "")
                available[box] &= ~part
            worth[box][~available[box]] = _NEVER
            if parts:
                continue
        box, cells = _grown(score, available, (int(seed[0]), int(seed[1])), growth)
        patch = available[box] & cells
        kept = _rounded(patch, begins[box] if reached is not None else patch, growth)
        available[box] &= ~cells
        if kept.sum() >= growth.least:
            yield Patch(box[0].start, box[1].start, kept, "")
            _reopen(available, box, growth)
        else:
            # what can't grow from its best cell never will: its surroundings are given up
            why = "too_thin" if patch.sum() >= growth.least else "too_small"
            if reached is not None and _rounded(patch, patch, growth).sum() >= growth.least:
                why = "no_road"
            yield Patch(box[0].start, box[1].start, patch, why)
        worth[box][~available[box]] = _NEVER
    # what lay behind the sites
    yield from _unreached(available, begins & available, growth)


def _even_land(score: Floats, available: Cells, growth: Growth) -> list[tuple[Box, Cells]]:
    """Pieces larger than a patch may be, of land so even that none of it would be left out as poor."""
    from scipy.ndimage import find_objects, label  # noqa: PLC0415 - takes a moment to load

    names, count = label(available)
    sizes = _counted(names, count)
    out = []
    boxes = find_objects(names)
    for name in np.flatnonzero((sizes > growth.most) & (sizes <= _MOST_EVEN * growth.most)).tolist():
        box = boxes[name - 1] if name else None
        if box is not None:
            mask = names[box] == name
            if np.ptp(score[box][mask]) <= _DROP:
                out.append((box, mask))
    return out


def _holds(box: Box, mask: Cells, cell: Sequence[np.intp]) -> bool:
    row, col = int(cell[0]) - box[0].start, int(cell[1]) - box[1].start
    inside = 0 <= row < mask.shape[0] and 0 <= col < mask.shape[1]
    return inside and bool(mask[row, col])


def _evenly(mask: Cells, begins: Cells, growth: Growth) -> list[Cells]:
    """Parts of one size that a way leads to each of, the most compact; none where there are none."""
    fewest = ceil(mask.sum() / growth.most)
    for count in (fewest, fewest + 1):
        best: list[Cells] = []
        stout = _LEAST_STOUT
        for parts in even_parts(mask, count) if count > 1 else ():
            fits = all(growth.least <= part.sum() <= growth.most and (part & begins).any() for part in parts)
            worst = min(_compactness(part) for part in parts)
            if fits and worst > stout:
                best, stout = parts, worst
        if best:
            return best
    return []


def _compactness(part: Cells) -> float:
    """4π·area/perimeter² of cells."""
    framed = np.pad(part, 1)
    edges = int((framed[1:] != framed[:-1]).sum()) + int((framed[:, 1:] != framed[:, :-1]).sum())
    return float(4 * pi * part.sum() / edges**2)


def _beside(available: Cells, reached: Cells) -> Cells:
    """Cells that a way leads to, or that touch one of those."""
    from scipy.ndimage import binary_dilation  # noqa: PLC0415 - takes a moment to load

    wide = binary_dilation(reached, structure=np.ones((3, 3), dtype=bool))
    return np.asarray(available & wide)


def _unreached(available: Cells, begins: Cells, growth: Growth) -> Iterator[Patch]:
    """Good land that no way leads to; it is taken out."""
    from scipy.ndimage import find_objects, label  # noqa: PLC0415 - takes a moment to load

    names, count = label(available)
    led = np.zeros(count + 1, dtype=bool)
    led[names[begins]] = True
    sizes = _counted(names, count)
    for name, box in enumerate(find_objects(names), start=1):
        if box is not None and not led[name] and sizes[name] >= growth.least:
            yield Patch(box[0].start, box[1].start, names[box] == name, "no_road")
    available &= led[names]


def _too_small(good: Cells, available: Cells, growth: Growth) -> Iterator[Patch]:
    """Patches that are nothing from the start: large enough only before their narrow places are cut off."""
    from scipy.ndimage import find_objects, label  # noqa: PLC0415 - takes a moment to load

    names, count = label(good)
    sizes = _counted(names, count)
    wide = _counted(names, count, available)
    for name, box in enumerate(find_objects(names), start=1):
        if box is not None and wide[name] < growth.least and sizes[name] > growth.least / 10:
            why = "too_thin" if sizes[name] >= growth.least else "too_small"
            yield Patch(box[0].start, box[1].start, names[box] == name, why)


def _counted(names: NDArray[np.int32], count: int, where: Cells | None = None) -> NDArray[np.int64]:
    """Cells of each patch, by strips: numpy counts in copies of 64 bits."""
    out = np.zeros(count + 1, dtype=np.int64)
    rows = max(_STRIP_CELLS // max(names.shape[1], 1), 1)
    for top in range(0, names.shape[0], rows):
        strip = names[top : top + rows]
        mine = strip.ravel() if where is None else strip[where[top : top + rows]]
        out += np.bincount(mine, minlength=count + 1)
    return out


def _drop_small(available: Cells, least: int) -> None:
    from scipy.ndimage import label  # noqa: PLC0415 - takes a moment to load

    names, count = label(available)
    sizes = _counted(names, count)
    available &= (sizes >= least)[names]


def _worth(score: Floats, available: Cells, growth: Growth) -> Floats:
    """How good the land round a cell is, as far as a well-sized patch goes: seeds lie in much good land."""
    from scipy.ndimage import uniform_filter  # noqa: PLC0415 - takes a moment to load

    side = max(1, round(sqrt(growth.wished))) | 1
    out = np.empty(score.shape, dtype=np.float32)
    rows = max(_STRIP_CELLS // max(score.shape[1], 1), side)
    for top in range(0, score.shape[0], rows):
        first = max(top - side, 0)
        strip = np.s_[first : top + rows + side]
        filled = np.where(available[strip], score[strip], np.float32(0)).astype(np.float32, copy=False)
        mean = uniform_filter(filled, side, mode="constant")[top - first : top - first + rows]
        # rounded, so that sums of another order give the same seeds
        np.round(mean, 5, out=out[top : top + rows])
    return out


def _grown(
    score: Floats, available: Cells, seed: tuple[int, int], growth: Growth
) -> tuple[tuple[slice, slice], Cells]:
    """Take the cheapest neighbour again and again: near the seed, and good."""
    reach = 4 * ceil(sqrt(growth.most / pi)) + 4
    top, left = max(seed[0] - reach, 0), max(seed[1] - reach, 0)
    box = np.s_[top : seed[0] + reach + 1, left : seed[1] + reach + 1]
    free, worth = available[box], score[box]
    taken, seen = np.zeros_like(free), np.zeros_like(free)
    start = (seed[0] - top, seed[1] - left)
    radius = sqrt(growth.most / pi)
    heap = [(0.0, *start)]
    seen[start] = True
    count, total = 0, 0.0
    while heap and count < growth.most:
        _, row, col = heappop(heap)
        here = float(worth[row, col])
        if count >= growth.least and here < total / count - drop_of(count, growth.wished):
            continue
        taken[row, col] = True
        count, total = count + 1, total + here
        for down, right in _SIDES:
            r, c = row + down, col + right
            if 0 <= r < free.shape[0] and 0 <= c < free.shape[1] and free[r, c] and not seen[r, c]:
                seen[r, c] = True
                away = sqrt((r - start[0]) ** 2 + (c - start[1]) ** 2) / radius
                heappush(heap, (round(growth.compact * away - float(worth[r, c]), 6), r, c))
    return box, taken


def drop_of(size: float, wished: float) -> float:
    """How much poorer than the rest land may be: poor land doesn't enlarge a site that is well-sized."""
    return _DROP if size >= wished else _DROP_BELOW_WISHED


def _rounded(patch: Cells, begins: Cells, growth: Growth) -> Cells:
    """Cut off what hangs on a patch by a neck, as far as enough is left that a way leads to; corners stay."""
    for share in (_STOUT, _STOUT / 2, 0.0):
        width = max(growth.width, share * sqrt(float(patch.sum())))
        kept = _largest(_with_corners(opened(patch, width), patch, width), begins)
        if kept.sum() >= growth.least:
            return kept
    return kept


def _with_corners(kept: Cells, patch: Cells, width: float) -> Cells:
    """Give back the corners that no disk reaches into: as far as a right angle's."""
    from scipy.ndimage import binary_dilation  # noqa: PLC0415 - takes a moment to load

    steps = ceil(width / 2 * _CORNER)
    return np.asarray(binary_dilation(kept, np.ones((3, 3), dtype=bool), iterations=steps, mask=patch))


def _largest(mask: Cells, begins: Cells) -> Cells:
    """The largest piece that holds a cell to begin from; none where no piece does."""
    from scipy.ndimage import label  # noqa: PLC0415 - takes a moment to load

    names, count = label(mask)
    sizes = _counted(names, count)
    led = np.zeros(count + 1, dtype=bool)
    led[names[begins & mask]] = True
    sizes[~led] = 0
    sizes[0] = 0
    return np.asarray((names == int(np.argmax(sizes))) & mask)


def _reopen(available: Cells, box: tuple[slice, slice], growth: Growth) -> None:
    """Cut off what became too narrow beside a new patch."""
    wide = ceil(growth.width) + 2
    rows, cols = (slice(max(side.start - wide, 0), side.stop + wide) for side in box)
    outer = (rows, cols)
    inner = _with_corners(opened(available[outer], growth.width), available[outer], growth.width)
    # at the rim of the window the land beyond is not seen: only its middle is judged
    top, left = box[0].start - rows.start, box[1].start - cols.start
    height, width = available[box].shape
    middle = np.s_[top : top + height, left : left + width]
    available[box] = inner[middle]
