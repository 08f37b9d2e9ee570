"""Pieces of polygon pairs traced along their rings, in compiled code, for pairs in general position.

The crossings of two rings are found, put in order along both, and the rings walked from crossing to
crossing with the land on the left. Anything doubtful is left to GEOS: an edge within a tenth of a micrometre
of the other ring's edge or vertex, more than one ring near the other polygon, a hole in the result,
or an area that differs from the one reckoned from the edges alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spatial._compiled import kernel
from spatial._geos import AREA_FLOOR_M2, AREA_SHARE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._edges import Edges
    from spatial._rings import Floats, Ints

    _Edge = tuple[float, float, float, float]
    # arrays packed together so that a kernel stays within six arguments
    _Any = Any
    Traced = tuple[Floats, Ints, Ints]

__all__ = [
    "APART",
    "AREA_FLOOR_M2",
    "AREA_SHARE",
    "AT_A",
    "AT_B",
    "DOUBT",
    "EDGE_A",
    "EDGE_B",
    "ENTERS",
    "MOST_CROSSINGS",
    "NEAR_A",
    "NEAR_B",
    "NEAR_M",
    "NOTHING",
    "ORDER_A",
    "RANK_A",
    "SEEN",
    "TOO_NEAR",
    "TOUCHING",
    "TRACED",
    "WHOLE_A",
    "WHOLE_B",
    "Pairs",
    "X",
    "Y",
    "cross",
    "longer",
    "longer_xy",
    "near_blocks",
    "point_of",
    "put_in_order",
    "trace",
    "twice_area",
]

NOTHING = 0  # share no land
WHOLE_B = 1  # the second polygon is the piece
TRACED = 2
DOUBT = 3  # GEOS decides
WHOLE_A = 4  # the first polygon is the piece
TOUCHING = 5  # traced though the rings share vertices or edges

# nearer to an edge than this, times the length of the other edge, an end point is doubtful (metres)
NEAR_M = 1e-7
MOST_CROSSINGS = 4096


class Pairs(NamedTuple):
    """What tracing needs beside the edges: pairs, their areas, and the areas of whole polygons (m²)."""

    ia: Ints
    ib: Ints
    area: Floats
    whole_a: Floats
    whole_b: Floats


# what cross() says beside the side on which an edge ends
APART, TOO_NEAR = 2, 3
# rows of the two tables that hold the crossings of a pair: numbers, and positions or marks
X, Y, AT_A, AT_B = range(4)
EDGE_A, EDGE_B, ORDER_A, ORDER_B, RANK_A, RANK_B, ENTERS, SEEN, NEAR_A, NEAR_B = range(10)


def trace(a: Edges, b: Edges, pairs: Pairs, *, minus: bool) -> tuple[NDArray[np.int8], list[Traced]]:
    """Trace a∩b, or b less a, of every pair.

    Returns
    -------
    tuple
        State of every pair; and of pairs in general position, then of those that share vertices, the
        coordinates of all rings, the first coordinate of every ring (one more than the rings), and
        the pair of every ring.
    """
    from spatial._trace_touching import trace_touching  # noqa: PLC0415 - it stands on this module

    state = np.full(len(pairs.ia), DOUBT, dtype=np.int8)
    if not minus:
        state[pairs.area >= pairs.whole_a * (1 - 1e-11) - 1e-7] = WHOLE_A
    state[pairs.area >= pairs.whole_b * (1 - 1e-11) - 1e-7] = WHOLE_B
    state[pairs.area <= AREA_FLOOR_M2] = NOTHING
    way = -1 if minus else 1
    return state, [act(a, b, pairs, way, state) for act in (_trace, trace_touching)]


@kernel()
def _trace(a: Edges, b: Edges, pairs: Pairs, way: int, state: NDArray[np.int8]) -> tuple[Floats, Ints, Ints]:
    xy = np.empty((4096, 2))
    ring = np.empty(1024, dtype=np.int64)
    of_pair = np.empty(1024, dtype=np.int64)
    used = 0
    rings = 0
    num = np.empty((4, MOST_CROSSINGS))
    idx = np.empty((10, MOST_CROSSINGS), dtype=np.int64)
    spans_a, spans_b = (
        (a.first, a.span, a.span_box, a.box, a.ring),
        (b.first, b.span, b.span_box, b.box, b.ring),
    )
    blocks_a, blocks_b = (a.xy, a.start, a.stop, a.box), (b.xy, b.start, b.stop, b.box)
    for k in np.flatnonzero(state == DOUBT):
        pa, pb = pairs.ia[k], pairs.ib[k]
        left, low = max(a.bounds[pa, 0], b.bounds[pb, 0]), max(a.bounds[pa, 1], b.bounds[pb, 1])
        right, high = min(a.bounds[pa, 2], b.bounds[pb, 2]), min(a.bounds[pa, 3], b.bounds[pb, 3])
        window = (left, low, right, high)
        near_a = near_blocks(spans_a, pa, window, idx, NEAR_A)
        near_b = near_blocks(spans_b, pb, window, idx, NEAR_B)
        if near_a <= 0 or near_b <= 0:
            continue
        found = _crossings(blocks_a, blocks_b, (near_a, near_b), num, idx)
        if found == 0:
            continue
        put_in_order(num, idx, found)
        ba, bb = idx[NEAR_A, 0], idx[NEAR_B, 0]
        ra, rb = a.ring[ba], b.ring[bb]
        limits = (a.ring_first[ra], a.ring_first[ra + 1] - 1, b.ring_first[rb], b.ring_first[rb + 1] - 1)
        need = used + limits[1] - limits[0] + limits[3] - limits[2] + 4 * found
        if need > len(xy):
            xy = longer_xy(xy, need)
        if rings + found + 1 > len(ring):
            ring, of_pair = longer(ring, rings + found + 1), longer(of_pair, rings + found + 1)
        ways = (way if a.sign[ba] > 0 else -way, 1 if b.sign[bb] > 0 else -1)
        _enter_by_land(idx, found, b.sign[bb] > 0)
        end, made, area = _walk_all((a.xy, b.xy), limits, ways, (num, idx, found), (xy, used, ring, rings))
        if made > 0 and abs(area - pairs.area[k]) <= AREA_FLOOR_M2 + AREA_SHARE * pairs.area[k]:
            state[k] = TRACED
            of_pair[rings : rings + made] = k
            rings += made
            used = end
    ring[rings] = used
    return xy[:used].copy(), ring[: rings + 1].copy(), of_pair[:rings].copy()


@kernel()
def _enter_by_land(idx: Ints, n: int, land_left: bool) -> None:  # noqa: FBT001
    """Turn 'ends on the left of the edge' into 'enters the land'."""
    if not land_left:
        for q in range(n):
            idx[ENTERS, q] = 1 - idx[ENTERS, q]


@kernel()
def longer_xy(xy: Floats, need: int) -> Floats:
    out = np.empty((2 * need, 2))
    out[: len(xy)] = xy
    return out


@kernel()
def longer(values: Ints, need: int) -> Ints:
    out = np.empty(2 * need, dtype=np.int64)
    out[: len(values)] = values
    return out


@kernel()
def near_blocks(spans: _Any, p: int, window: _Any, idx: Ints, row: int) -> int:
    """Write down the blocks in the window; -1 where they are of several rings, or too many."""
    first, span, span_box, box, ring = spans
    x0, y0, x1, y1 = window
    n = 0
    for far in range(first[p], first[p + 1]):
        if span_box[far, 2] < x0 or span_box[far, 0] > x1 or span_box[far, 3] < y0 or span_box[far, 1] > y1:
            continue
        for k in range(span[far], span[far + 1]):
            if box[k, 2] < x0 or box[k, 0] > x1 or box[k, 3] < y0 or box[k, 1] > y1:
                continue
            if n == MOST_CROSSINGS or (n > 0 and ring[k] != ring[idx[row, 0]]):
                return -1
            idx[row, n] = k
            n += 1
    return n


@kernel()
def _crossings(of_a: _Any, of_b: _Any, near: tuple[int, int], num: Floats, idx: Ints) -> int:
    """Find the crossings of the near blocks of a and of b; 0 where there are none or one is doubtful."""
    p, start_a, stop_a, box_a = of_a
    q, start_b, stop_b, box_b = of_b
    n = 0
    for s in range(near[0]):
        u = idx[NEAR_A, s]
        for w in range(near[1]):
            v = idx[NEAR_B, w]
            x0, y0, x1, y1 = box_b[v, 0], box_b[v, 1], box_b[v, 2], box_b[v, 3]
            if x1 < box_a[u, 0] or x0 > box_a[u, 2] or y1 < box_a[u, 1] or y0 > box_a[u, 3]:
                continue
            for i in range(start_a[u], stop_a[u]):
                left, right = min(p[i, 0], p[i + 1, 0]), max(p[i, 0], p[i + 1, 0])
                low, high = min(p[i, 1], p[i + 1, 1]), max(p[i, 1], p[i + 1, 1])
                if left > x1 or right < x0 or low > y1 or high < y0:
                    continue
                for j in range(start_b[v], stop_b[v]):
                    if (
                        max(q[j, 0], q[j + 1, 0]) < left
                        or min(q[j, 0], q[j + 1, 0]) > right
                        or max(q[j, 1], q[j + 1, 1]) < low
                        or min(q[j, 1], q[j + 1, 1]) > high
                    ):
                        continue
                    edge_p = (p[i, 0], p[i, 1], p[i + 1, 0], p[i + 1, 1])
                    edge_q = (q[j, 0], q[j, 1], q[j + 1, 0], q[j + 1, 1])
                    met = cross(edge_p, edge_q)
                    if met == TOO_NEAR or n >= MOST_CROSSINGS:
                        return 0
                    if met != APART:
                        num[X, n], num[Y, n], num[AT_A, n], num[AT_B, n] = point_of(edge_p, edge_q)
                        idx[EDGE_A, n], idx[EDGE_B, n] = i, j
                        idx[ENTERS, n], idx[SEEN, n] = met, 0
                        n += 1
    return 0 if n & 1 else n


@kernel()
def _turned(edge: _Edge, x: float, y: float) -> float:
    """Twice the signed area of a triangle: positive where the point lies left of the edge."""
    return (edge[2] - edge[0]) * (y - edge[1]) - (edge[3] - edge[1]) * (x - edge[0])


@kernel()
def cross(p: _Edge, q: _Edge) -> int:
    """Whether two edges cross, and then whether p ends on the left of q (1) or on its right (0)."""
    o1, o2 = _turned(p, q[0], q[1]), _turned(p, q[2], q[3])
    o3, o4 = _turned(q, p[0], p[1]), _turned(q, p[2], p[3])
    near_p = NEAR_M * (abs(p[2] - p[0]) + abs(p[3] - p[1]))
    near_q = NEAR_M * (abs(q[2] - q[0]) + abs(q[3] - q[1]))
    if abs(o1) < near_p or abs(o2) < near_p or abs(o3) < near_q or abs(o4) < near_q:
        astride_p = min(o1, o2) < near_p and max(o1, o2) > -near_p
        astride_q = min(o3, o4) < near_q and max(o3, o4) > -near_q
        return TOO_NEAR if astride_p and astride_q else APART
    if (o1 > 0) == (o2 > 0) or (o3 > 0) == (o4 > 0):
        return APART
    return 1 if o4 > 0 else 0


@kernel()
def point_of(p: _Edge, q: _Edge) -> tuple[float, float, float, float]:
    """Where two edges cross: x, y, and the place along each.

    The point is reckoned from both edges in a fixed order of their ends, so that the two polygons of a
    coverage that share the edge get the same point to the last bit.
    """
    fixed_p = p if p[0] < p[2] or (p[0] == p[2] and p[1] < p[3]) else (p[2], p[3], p[0], p[1])
    as_stored = q[0] < q[2] or (q[0] == q[2] and q[1] < q[3])
    f = q if as_stored else (q[2], q[3], q[0], q[1])
    h0, h1 = _turned(fixed_p, f[0], f[1]), _turned(fixed_p, f[2], f[3])
    t = h0 / (h0 - h1)
    o3, o4 = _turned(q, p[0], p[1]), _turned(q, p[2], p[3])
    return f[0] + (f[2] - f[0]) * t, f[1] + (f[3] - f[1]) * t, o3 / (o3 - o4), t if as_stored else 1.0 - t


@kernel()
def put_in_order(num: Floats, idx: Ints, n: int) -> None:
    """Rank the crossings along both rings; they are few and nearly in order, so insertion is quickest."""
    for side in range(2):
        order, edge, at = ORDER_A + side, EDGE_A + side, AT_A + side
        for i in range(n):
            e, t = idx[edge, i], num[at, i]
            j = i - 1
            while j >= 0:
                before = idx[order, j]
                if idx[edge, before] < e or (idx[edge, before] == e and num[at, before] <= t):
                    break
                idx[order, j + 1] = before
                j -= 1
            idx[order, j + 1] = i
        for i in range(n):
            idx[RANK_A + side, idx[order, i]] = i


@kernel()
def _walk_all(coords: _Any, limits: _Any, ways: _Any, crossings: _Any, out: _Any) -> tuple[int, int, float]:
    """Walk every piece; its end in the coordinates, the number of rings (0 where doubtful) and the area."""
    _, idx, found = crossings
    xy, used, ring, made0 = out
    into = 1 if ways[0] > 0 else 0
    made = made0
    area = 0.0
    for s in range(found):
        start = idx[ORDER_A, s]
        if idx[SEEN, start] or idx[ENTERS, start] != into:
            continue
        first = used
        here = start
        for _ in range(found):
            here, used = _leg((coords[0], limits[0], limits[1]), (ways[0], 0), crossings, here, (xy, used))
            if idx[ENTERS, here] == into:
                return used, 0, 0.0
            here, used = _leg((coords[1], limits[2], limits[3]), (ways[1], 1), crossings, here, (xy, used))
            if here == start:
                break
            if idx[SEEN, here] or idx[ENTERS, here] != into:
                return used, 0, 0.0
        if here != start:
            return used, 0, 0.0
        xy[used, 0], xy[used, 1] = xy[first, 0], xy[first, 1]
        used += 1
        twice = twice_area(xy, first, used)
        if twice <= 0.0:
            return used, 0, 0.0
        area += 0.5 * twice
        ring[made] = first
        made += 1
    return used, made - made0, area


@kernel()
def _leg(along: _Any, step: _Any, crossings: _Any, here: int, out: _Any) -> tuple[int, int]:
    """Write a crossing and the ring's vertices up to the next one; that crossing and the end reached."""
    ring, low, high = along
    way, side = step
    num, idx, n = crossings
    xy, used = out
    xy[used, 0] = num[X, here]
    xy[used, 1] = num[Y, here]
    used += 1
    idx[SEEN, here] = 1
    there = idx[ORDER_A + side, (idx[RANK_A + side, here] + way) % n]
    i, j = idx[EDGE_A + side, here], idx[EDGE_A + side, there]
    ahead = (num[AT_A + side, there] - num[AT_A + side, here]) * way
    past_the_end = (j - i) * way < 0 or (i == j and ahead <= 0)
    count = (j - i) * way + (high - low if past_the_end else 0)
    v = i + 1 if way > 0 else i
    for _ in range(count):
        if v >= high:
            v = low
        xy[used, 0] = ring[v, 0]
        xy[used, 1] = ring[v, 1]
        used += 1
        v += way
        if v < low:
            v = high - 1
    return there, used


@kernel()
def twice_area(xy: Floats, first: int, end: int) -> float:
    x0, y0 = xy[first, 0], xy[first, 1]
    twice = 0.0
    for q in range(first, end - 1):
        twice += (xy[q, 0] - x0) * (xy[q + 1, 1] - y0) - (xy[q + 1, 0] - x0) * (xy[q, 1] - y0)
    return twice
