"""Area of the intersection of two polygons, from their edges alone and without any geometry.

A polygon is the signed sum of the trapezoids under its edges, so the area that two polygons share is a
sum over pairs of edges of the integral of the lower edge over their common x-range, which has a closed
form. Crossings are neither sought nor sorted, so shared edges, touching vertices, holes and many parts
are no special cases. Coordinates are taken from the corner of the common window, so that offsets
of millions of metres cost no digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._edges import Edges
    from spatial._rings import Floats, Ints

__all__ = ["classify", "doubt_m2", "pair_areas"]

# pairs of edges above which one side is sorted instead of trying them all
_GROUP = 16
_ALL_PAIRS = 20_000
# rounding of the sum, in units of the last place of the window's area; worst seen in stress tests is 3
_ULPS = 16.0

# what classify() says of a pair
OUTSIDE = 0
INSIDE = 1
CROSSING = 2


class _Strip(NamedTuple):
    """Edges of one polygon inside the window: y = slope·x + level over left..right, x from the corner."""

    left: Floats
    right: Floats
    slope: Floats
    level: Floats
    sign: Floats
    near: Floats  # group of edges -> leftmost left
    far: Floats  # group of edges -> rightmost right; or the running maximum of right, once sorted


def doubt_m2(a: Floats, b: Floats) -> Floats:
    """Bound of the rounding error of each pair's area, from the boxes of its two polygons (m²)."""
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    return np.asarray(_ULPS * np.finfo(np.float64).eps * np.maximum(width, 0.0) * np.maximum(height, 0.0))


@kernel()
def classify(a: Edges, boxes: Floats, ia: Ints, ib: Ints, out: NDArray[np.int8]) -> None:
    """Say of each pair whether the box lies outside polygon a, wholly inside it, or meets its edges."""
    for k in range(len(ia)):
        out[k] = _where(a, ia[k], boxes[ib[k]])


@kernel()
def _where(a: Edges, p: int, box: Floats) -> int:
    """Parity of the edges above the middle of the box, unless one meets the box."""
    x0, y0, x1, y1 = box[0], box[1], box[2], box[3]
    middle = 0.5 * (x0 + x1)
    inside = False
    for s in range(a.first[p], a.first[p + 1]):
        if a.span_box[s, 3] < y0 or a.span_box[s, 2] < x0 or a.span_box[s, 0] > x1:
            continue
        for u in range(a.span[s], a.span[s + 1]):
            if a.box[u, 3] < y0 or a.box[u, 2] < x0 or a.box[u, 0] > x1:
                continue
            if a.box[u, 1] > y1:
                inside ^= (a.xy[a.start[u], 0] <= middle) != (a.xy[a.stop[u], 0] <= middle)
                continue
            found = _above(a.xy[a.start[u] : a.stop[u] + 1], box)
            if found == CROSSING:
                return CROSSING
            inside ^= found == INSIDE
    return INSIDE if inside else OUTSIDE


@kernel()
def _above(xy: Floats, box: Floats) -> int:
    """INSIDE where edges above the box change its parity, OUTSIDE where not, CROSSING where one meets it."""
    x0, y0, x1, y1 = box[0], box[1], box[2], box[3]
    middle = 0.5 * (x0 + x1)
    odd = False
    for q in range(len(xy) - 1):
        xa, ya, xb, yb = xy[q, 0], xy[q, 1], xy[q + 1, 0], xy[q + 1, 1]
        if max(xa, xb) < x0 or min(xa, xb) > x1 or max(ya, yb) < y0:
            continue
        if min(ya, yb) <= y1:
            return CROSSING
        odd ^= (xa <= middle) != (xb <= middle)
    return INSIDE if odd else OUTSIDE


@kernel(fastmath=True)
def pair_areas(a: Edges, b: Edges, ia: Ints, ib: Ints, out: Floats) -> None:
    """Area shared by each pair of polygons (m²)."""
    most_a = 1
    most_b = 1
    for k in range(len(ia)):
        most_a = max(most_a, a.size[ia[k]])
        most_b = max(most_b, b.size[ib[k]])
    room_a = np.empty((7, most_a + _GROUP))
    room_b = np.empty((7, most_b + _GROUP))
    sa = _Strip(room_a[0], room_a[1], room_a[2], room_a[3], room_a[4], room_a[5], room_a[6])
    sb = _Strip(room_b[0], room_b[1], room_b[2], room_b[3], room_b[4], room_b[5], room_b[6])
    window = np.empty(4)
    for k in range(len(ia)):
        out[k] = 0.0
        box_a = a.bounds[ia[k]]
        box_b = b.bounds[ib[k]]
        window[0] = max(box_a[0], box_b[0])
        window[1] = max(box_a[1], box_b[1])
        window[2] = min(box_a[2], box_b[2])
        window[3] = min(box_a[3], box_b[3])
        if window[2] <= window[0] or window[3] <= window[1]:
            continue
        na = _gather(a, ia[k], window, sa)
        if na == 0:
            continue
        nb = _gather(b, ib[k], window, sb)
        if nb == 0:
            continue
        twice = _try_groups(sa, na, sb, nb) if na * nb < _ALL_PAIRS else _try_sorted(sa, na, sb, nb)
        out[k] = 0.25 * twice


@kernel()
def _gather(e: Edges, p: int, window: Floats, s: _Strip) -> int:
    """Edges over the window; a block wholly above it acts as one flat edge at its top."""
    x0, y0, x1, y1 = window[0], window[1], window[2], window[3]
    n = 0
    for far in range(e.first[p], e.first[p + 1]):
        if e.span_box[far, 2] <= x0 or e.span_box[far, 0] >= x1 or e.span_box[far, 3] < y0:
            continue
        for k in range(e.span[far], e.span[far + 1]):
            if e.box[k, 2] <= x0 or e.box[k, 0] >= x1 or e.box[k, 3] < y0:
                continue
            if e.box[k, 1] >= y1:
                xa = min(max(e.xy[e.start[k], 0] - x0, 0.0), x1 - x0)
                xb = min(max(e.xy[e.stop[k], 0] - x0, 0.0), x1 - x0)
                n = _flat(s, n, xa, xb, y1 - y0, e.sign[k])
            else:
                n = _over(e, k, window, s, n)
    return n


@kernel()
def _over(e: Edges, k: int, window: Floats, s: _Strip, n: int) -> int:
    """Add the edges of one block that stand over the window."""
    x0, y0, x1, y1 = window[0], window[1], window[2], window[3]
    for q in range(e.start[k], e.stop[k]):
        xa, ya, xb, yb = e.xy[q, 0], e.xy[q, 1], e.xy[q + 1, 0], e.xy[q + 1, 1]
        sign = e.sign[k]
        if xb > xa:
            sign = -sign
        else:
            xa, ya, xb, yb = xb, yb, xa, ya
        if xa == xb or xb <= x0 or xa >= x1 or (ya < y0 and yb < y0):
            continue
        if ya >= y1 and yb >= y1:
            s.slope[n] = 0.0
            s.level[n] = y1 - y0
        else:
            slope = (yb - ya) / (xb - xa)
            s.slope[n] = slope
            s.level[n] = (ya - y0) + slope * (x0 - xa)
        s.left[n] = max(xa - x0, 0.0)
        s.right[n] = min(xb - x0, x1 - x0)
        s.sign[n] = sign
        n += 1
    return n


@kernel(inline=True)
def _flat(s: _Strip, n: int, xa: float, xb: float, top: float, sign: float) -> int:
    """Add a flat edge, or lengthen the flat edge before it."""
    if xa == xb:
        return n
    forward = xb > xa
    m = n - 1
    if n > 0 and s.slope[m] == 0.0 and s.level[m] == top:
        if forward and s.sign[m] == -sign and s.right[m] == xa:
            s.right[m] = xb
            return n
        if not forward and s.sign[m] == sign and s.left[m] == xa:
            s.left[m] = xb
            return n
    s.left[n] = min(xa, xb)
    s.right[n] = max(xa, xb)
    s.slope[n] = 0.0
    s.level[n] = top
    s.sign[n] = -sign if forward else sign
    return n + 1


@kernel(fastmath=True)
def _row(sa: _Strip, i: int, sb: _Strip, j0: int, j1: int) -> float:
    """One edge of a against a run of edges of b: four times the integral of the lower one."""
    left, right, slope, level = sa.left[i], sa.right[i], sa.slope[i], sa.level[i]
    total = 0.0
    for at in range(j0, j1):
        # an index that can be negative would cost the vector instructions
        j = np.uint64(at)
        lo = max(left, sb.left[j])
        hi = min(right, sb.right[j])
        width = max(hi - lo, 0.0)
        dslope = slope - sb.slope[j]
        dlevel = level - sb.level[j]
        d0 = dlevel + dslope * lo
        d1 = dlevel + dslope * hi
        # twice the mean of |difference| over the range, from its two ends, whether or not it changes sign
        size = abs(d0) + abs(d1) + 1e-300
        product = d0 * d1
        apart = size - (abs(product) - product) / size
        total += (
            sb.sign[j] * width * (2.0 * (level + sb.level[j]) + (slope + sb.slope[j]) * (lo + hi) - apart)
        )
    return total


@kernel(fastmath=True)
def _try_groups(sa: _Strip, na: int, sb: _Strip, nb: int) -> float:
    """Every edge of a against the groups of edges of b whose x-range it meets."""
    groups = (nb + _GROUP - 1) // _GROUP
    for j in range(nb, groups * _GROUP):
        sb.left[j] = sb.right[j] = sb.slope[j] = sb.level[j] = sb.sign[j] = 0.0
    for g in range(groups):
        lo = np.inf
        hi = 0.0
        for j in range(g * _GROUP, min(nb, (g + 1) * _GROUP)):
            lo = min(lo, sb.left[j])
            hi = max(hi, sb.right[j])
        sb.near[g] = lo
        sb.far[g] = hi
    total = 0.0
    for i in range(na):
        part = 0.0
        for g in range(groups):
            if sb.near[g] < sa.right[i] and sb.far[g] > sa.left[i]:
                part += _row(sa, i, sb, g * _GROUP, g * _GROUP + _GROUP)
        total += sa.sign[i] * part
    return total


@kernel(fastmath=True)
def _try_sorted(sa: _Strip, na: int, sb: _Strip, nb: int) -> float:
    """Only edges whose x-ranges can meet, found by bisection."""
    order = np.argsort(sb.left[:nb])
    for values in (sb.left, sb.right, sb.slope, sb.level, sb.sign):
        values[:nb] = values[:nb][order]
    furthest = -1.0
    for j in range(nb):
        furthest = max(furthest, sb.right[j])
        sb.far[j] = furthest
    total = 0.0
    for i in range(na):
        j0 = np.searchsorted(sb.far[:nb], sa.left[i], side="right")
        j1 = np.searchsorted(sb.left[:nb], sa.right[i], side="left")
        if j1 > j0:
            total += sa.sign[i] * _row(sa, i, sb, j0, j1)
    return total
