"""Pieces of polygon pairs that share vertices or whole edges to the last bit, traced along their rings.

Where two rings cross, and where they share a vertex, is a node. Between two nodes each ring lies wholly in
the other's land, wholly out of it, or along one of its edges; which of them shows at the node that it
leaves. The piece is walked along what lies in the land, and along shared edges with land on one side.
What is doubtful is left to GEOS: a vertex on an edge or nearly, edges that leave a shared vertex nearly in
one direction, pieces that touch in a point, holes, and areas that differ from the one reckoned from the
edges alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spatial._compiled import kernel
from spatial._geos import AREA_FLOOR_M2, AREA_SHARE
from spatial._trace import (
    APART,
    AT_A,
    AT_B,
    DOUBT,
    EDGE_A,
    EDGE_B,
    ENTERS,
    MOST_CROSSINGS,
    NEAR_A,
    NEAR_B,
    NEAR_M,
    ORDER_A,
    RANK_A,
    SEEN,
    TOO_NEAR,
    TOUCHING,
    Pairs,
    X,
    Y,
    cross,
    longer,
    longer_xy,
    near_blocks,
    point_of,
    put_in_order,
    twice_area,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spatial._edges import Edges
    from spatial._rings import Floats, Ints

    _Edge = tuple[float, float, float, float]
    # arrays packed together so that a kernel stays within six arguments
    _Any = Any

__all__ = ["trace_touching"]

# what ENTERS says of a node beside 1 and 0, the sides of b on which a ends; no answer of cross()
_VERTEX = 4
# what SEEN says of a node: which ring the piece leaves it along
_NEITHER, _ALONG_A, _ALONG_B, _DONE = range(4)


@kernel()
def trace_touching(
    a: Edges, b: Edges, pairs: Pairs, way: int, state: NDArray[np.int8]
) -> tuple[Floats, Ints, Ints]:
    """Trace the pairs still in doubt; coordinates of rings, where each begins, and the pair of each."""
    xy = np.empty((4096, 2))
    ring, of_pair = np.empty(1024, dtype=np.int64), np.empty(1024, dtype=np.int64)
    used, rings = 0, 0
    num, idx = np.empty((4, MOST_CROSSINGS)), np.empty((10, MOST_CROSSINGS), dtype=np.int64)
    spans = (
        (a.first, a.span, a.span_box, a.box, a.ring),
        (b.first, b.span, b.span_box, b.box, b.ring),
    )
    blocks = ((a.xy, a.start, a.stop, a.box), (b.xy, b.start, b.stop, b.box))
    for k in np.flatnonzero(state == DOUBT):
        box_a, box_b = a.bounds[pairs.ia[k]], b.bounds[pairs.ib[k]]
        left, low = max(box_a[0], box_b[0]), max(box_a[1], box_b[1])
        right, high = min(box_a[2], box_b[2]), min(box_a[3], box_b[3])
        near_a = near_blocks(spans[0], pairs.ia[k], (left, low, right, high), idx, NEAR_A)
        near_b = near_blocks(spans[1], pairs.ib[k], (left, low, right, high), idx, NEAR_B)
        if near_a <= 0 or near_b <= 0:
            continue
        ba, bb = idx[NEAR_A, 0], idx[NEAR_B, 0]
        found = _nodes(blocks, (near_a, near_b), num, idx)
        if found <= 0:
            continue
        put_in_order(num, idx, found)
        ra, rb = a.ring[ba], b.ring[bb]
        limits = (a.ring_first[ra], a.ring_first[ra + 1] - 1, b.ring_first[rb], b.ring_first[rb + 1] - 1)
        need = used + limits[1] - limits[0] + limits[3] - limits[2] + 4 * found
        if need > len(xy):
            xy = longer_xy(xy, need)
        if rings + found + 1 > len(ring):
            ring, of_pair = longer(ring, rings + found + 1), longer(of_pair, rings + found + 1)
        ways = (way if a.sign[ba] > 0 else -way, 1 if b.sign[bb] > 0 else -1)
        if not _choose((a.xy, b.xy), limits, ways, (num, idx, found)):
            continue
        end, made, area = _walk((a.xy, b.xy), limits, ways, (num, idx, found), (xy, used, ring, rings))
        if made > 0 and abs(area - pairs.area[k]) <= AREA_FLOOR_M2 + AREA_SHARE * pairs.area[k]:
            state[k] = TOUCHING
            of_pair[rings : rings + made] = k
            rings += made
            used = end
    ring[rings] = used
    return xy[:used].copy(), ring[: rings + 1].copy(), of_pair[:rings].copy()


@kernel()
def _nodes(blocks: _Any, near: tuple[int, int], num: Floats, idx: Ints) -> int:
    """Find the nodes of the near blocks of a and of b; -1 where one is doubtful."""
    n = 0
    for s in range(near[0]):
        box_u = blocks[0][3][idx[NEAR_A, s]]
        for w in range(near[1]):
            box_v = blocks[1][3][idx[NEAR_B, w]]
            if box_v[2] < box_u[0] or box_v[0] > box_u[2] or box_v[3] < box_u[1] or box_v[1] > box_u[3]:
                continue
            n = _nodes_of(blocks, (idx[NEAR_A, s], idx[NEAR_B, w]), n, num, idx)
            if n < 0:
                return -1
    return n


@kernel()
def _nodes_of(blocks: _Any, pair: tuple[int, int], n: int, num: Floats, idx: Ints) -> int:
    p, start_a, stop_a, _ = blocks[0]
    q, start_b, stop_b, box_b = blocks[1]
    box = box_b[pair[1]]
    for i in range(start_a[pair[0]], stop_a[pair[0]]):
        left, right = min(p[i, 0], p[i + 1, 0]), max(p[i, 0], p[i + 1, 0])
        low, high = min(p[i, 1], p[i + 1, 1]), max(p[i, 1], p[i + 1, 1])
        if left > box[2] or right < box[0] or low > box[3] or high < box[1]:
            continue
        for j in range(start_b[pair[1]], stop_b[pair[1]]):
            if max(q[j, 0], q[j + 1, 0]) < left or min(q[j, 0], q[j + 1, 0]) > right:
                continue
            if max(q[j, 1], q[j + 1, 1]) < low or min(q[j, 1], q[j + 1, 1]) > high:
                continue
            edge = (p[i, 0], p[i, 1], p[i + 1, 0], p[i + 1, 1])
            met = _met(edge, (q[j, 0], q[j, 1], q[j + 1, 0], q[j + 1, 1]))
            if met == TOO_NEAR or n >= MOST_CROSSINGS:
                return -1
            if met != APART:
                n = _add(p, q, (i, j, n, met), num, idx)
    return n


@kernel()
def _met(p: _Edge, q: _Edge) -> int:
    """How two edges meet: as :func:`cross` says, or _VERTEX where they begin in one vertex."""
    begin, end = p[0] == q[0] and p[1] == q[1], p[2] == q[2] and p[3] == q[3]
    begin_end, end_begin = p[0] == q[2] and p[1] == q[3], p[2] == q[0] and p[3] == q[1]
    if not (begin or end or begin_end or end_begin):
        return cross(p, q)
    shared = int(begin) + int(end) + int(begin_end) + int(end_begin)
    if shared > 2 or (begin and begin_end) or (begin and end_begin):  # noqa: PLR2004 - an edge has two ends
        return TOO_NEAR  # an edge without length
    if shared == 1 and _along(p, q, (begin or begin_end, begin or end_begin)):
        return TOO_NEAR
    return _VERTEX if begin else APART


@kernel()
def _along(p: _Edge, q: _Edge, at_begin: tuple[bool, bool]) -> bool:
    """Two edges leave their shared end nearly in one direction."""
    px, py, qx, qy = p[2] - p[0], p[3] - p[1], q[2] - q[0], q[3] - q[1]
    if at_begin[0] != at_begin[1]:
        qx, qy = -qx, -qy
    longest = max(abs(px) + abs(py), abs(qx) + abs(qy))
    return px * qx + py * qy > 0.0 and abs(px * qy - py * qx) <= NEAR_M * longest


@kernel()
def _add(p: Floats, q: Floats, at: tuple[int, int, int, int], num: Floats, idx: Ints) -> int:
    i, j, n, met = at
    if met == _VERTEX:
        num[X, n], num[Y, n], num[AT_A, n], num[AT_B, n] = p[i, 0], p[i, 1], 0.0, 0.0
    else:
        edge_p = (p[i, 0], p[i, 1], p[i + 1, 0], p[i + 1, 1])
        edge_q = (q[j, 0], q[j, 1], q[j + 1, 0], q[j + 1, 1])
        num[X, n], num[Y, n], num[AT_A, n], num[AT_B, n] = point_of(edge_p, edge_q)
    idx[EDGE_A, n], idx[EDGE_B, n], idx[ENTERS, n], idx[SEEN, n] = i, j, met, _NEITHER
    return n + 1


@kernel()
def _choose(coords: _Any, limits: _Any, ways: tuple[int, int], nodes: _Any) -> bool:
    """Write down which ring the piece leaves every node along; False where it leaves one twice."""
    p, q = coords
    num, idx, n = nodes
    # ENTERS speaks of rings as they are stored: a ends on the left of b
    into = 1 if ways[0] * ways[1] > 0 else 0
    for k in range(n):
        if idx[ENTERS, k] != _VERTEX:
            idx[SEEN, k] = _ALONG_A if idx[ENTERS, k] == into else _ALONG_B
            continue
        here = (num[X, k], num[Y, k])
        on_a = _neighbours(p, idx[EDGE_A, k], ways[0], limits[0], limits[1])
        on_b = _neighbours(q, idx[EDGE_B, k], ways[1], limits[2], limits[3])
        together = on_a[0] == on_b[0]
        along_a = together or (on_a[0] != on_b[1] and _between(here, on_a[0], on_b))
        along_b = not together and on_b[0] != on_a[1] and _between(here, on_b[0], on_a)
        if along_a and along_b:
            return False
        idx[SEEN, k] = _ALONG_A if along_a else (_ALONG_B if along_b else _NEITHER)
    return True


@kernel()
def _neighbours(xy: Floats, v: int, way: int, low: int, high: int) -> _Any:
    """The next vertex of a ring and the one before; its last coordinate repeats the first."""
    after = v + 1 if v + 1 < high else low
    before = v - 1 if v > low else high - 1
    if way < 0:
        after, before = before, after
    return (xy[after, 0], xy[after, 1]), (xy[before, 0], xy[before, 1])


@kernel()
def _between(here: _Any, there: _Any, corner: _Any) -> bool:
    """A point lies in the direction of the land of a corner: left of the way to its next vertex."""
    dx, dy = there[0] - here[0], there[1] - here[1]
    ox, oy = corner[0][0] - here[0], corner[0][1] - here[1]
    px, py = corner[1][0] - here[0], corner[1][1] - here[1]
    left_of_next, right_of_last = ox * dy - oy * dx > 0.0, dx * py - dy * px > 0.0
    if ox * py - oy * px > 0.0:
        return bool(left_of_next and right_of_last)
    return bool(left_of_next or right_of_last)


@kernel()
def _walk(coords: _Any, limits: _Any, ways: _Any, nodes: _Any, out: _Any) -> tuple[int, int, float]:
    """Walk every piece; its end in the coordinates, the number of rings (0 where doubtful) and the area."""
    _, idx, found = nodes
    xy, used, ring, made0 = out
    made = made0
    area = 0.0
    for s in range(found):
        if idx[SEEN, s] != _ALONG_A and idx[SEEN, s] != _ALONG_B:
            continue
        first = used
        here = s
        while True:
            side = 0 if idx[SEEN, here] == _ALONG_A else 1
            idx[SEEN, here] = _DONE
            along = (coords[side], limits[2 * side], limits[2 * side + 1])
            here, used = _leg(along, (ways[side], side), nodes, here, (xy, first, used))
            if here == s:
                break
            if idx[SEEN, here] == _NEITHER or idx[SEEN, here] == _DONE:
                return used, 0, 0.0
        if xy[used - 1, 0] != xy[first, 0] or xy[used - 1, 1] != xy[first, 1]:
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
def _leg(along: _Any, step: _Any, nodes: _Any, here: int, out: _Any) -> tuple[int, int]:
    """Write a node and the ring's vertices up to the next one; that node and the end reached."""
    ring, low, high = along
    way, side = step
    num, idx, n = nodes
    xy, first, used = out
    used = _write(xy, first, used, num[X, here], num[Y, here])
    there = idx[ORDER_A + side, (idx[RANK_A + side, here] + way) % n]
    i, j = idx[EDGE_A + side, here], idx[EDGE_A + side, there]
    ahead = (num[AT_A + side, there] - num[AT_A + side, here]) * way
    past_the_end = (j - i) * way < 0 or (i == j and ahead <= 0)
    v = i + 1 if way > 0 else i
    for _ in range((j - i) * way + (high - low if past_the_end else 0)):
        if v >= high:
            v = low
        used = _write(xy, first, used, ring[v, 0], ring[v, 1])
        v += way
        if v < low:
            v = high - 1
    return there, used


@kernel()
def _write(xy: Floats, first: int, used: int, x: float, y: float) -> int:
    """Write a point, unless it is the one before."""
    if used > first and xy[used - 1, 0] == x and xy[used - 1, 1] == y:
        return used
    xy[used, 0], xy[used, 1] = x, y
    return used + 1
