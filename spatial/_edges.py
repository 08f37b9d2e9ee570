"""Polygons as edges in blocks: what the kernels read instead of geometry objects.

Rings stay in ring order, cut into blocks of edges with a box each, and the blocks into spans with a box
each, so that a kernel passes over the far side of a zone with thousands of vertices in a few steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spatial._compiled import kernel
from spatial._rings import rings_of

if TYPE_CHECKING:
    from spatial._rings import Floats, Geometries, Ints, Rings

__all__ = ["BLOCK", "Edges", "edges_of", "edges_of_rings"]

BLOCK = 16  # edges
SPAN = 16  # blocks


class Edges(NamedTuple):
    """Edges of polygons in blocks and spans; neither reaches beyond its ring.

    ``sign`` is +1 where the land lies on the left of the walking direction, -1 where on the right.
    ``start`` and ``stop`` are the first and the last coordinate of a block, ``box`` is
    xmin, ymin, xmax, ymax.
    """

    xy: Floats
    first: Ints  # polygon -> first span; one longer than the polygons
    span: Ints  # span -> first block; one longer than the spans
    span_box: Floats
    start: Ints
    stop: Ints
    ring: Ints  # block -> ring
    sign: Floats
    box: Floats
    bounds: Floats  # polygon -> box
    size: Ints  # polygon -> edges
    ring_first: Ints  # ring -> first coordinate; one longer than the rings


def edges_of(geometry: Geometries) -> Edges:
    """Blocks of an array of polygons and multipolygons."""
    return edges_of_rings(rings_of(geometry), len(geometry))


def edges_of_rings(rings: Rings, polygons: int) -> Edges:
    """Blocks of rings that belong to so many polygons; rings of a polygon stand together."""
    edges_of_ring = np.diff(rings.offset) - 1
    blocks = -(-edges_of_ring // BLOCK)
    spans = -(-blocks // SPAN)
    size, first = np.zeros(polygons, dtype=np.int64), np.zeros(polygons + 1, dtype=np.int64)
    np.add.at(size, rings.owner, edges_of_ring)
    np.add.at(first, rings.owner + 1, spans)
    total, of_spans = int(blocks.sum()), int(spans.sum())
    edges = Edges(
        xy=rings.xy,
        first=np.cumsum(first),
        span=np.empty(of_spans + 1, dtype=np.int64),
        span_box=_no_boxes(of_spans),
        start=np.empty(total, dtype=np.int64),
        stop=np.empty(total, dtype=np.int64),
        ring=np.empty(total, dtype=np.int64),
        sign=np.empty(total),
        box=np.empty((total, 4)),
        bounds=_no_boxes(polygons),
        size=size,
        ring_first=rings.offset,
    )
    _fill(rings, edges)
    return edges


def _no_boxes(n: int) -> Floats:
    return np.tile([np.inf, np.inf, -np.inf, -np.inf], (n, 1))


@kernel()
def _fill(rings: Rings, edges: Edges) -> None:
    k = 0
    s = -1
    for r in range(len(rings.owner)):
        i = rings.offset[r]
        last = rings.offset[r + 1] - 1
        o = rings.owner[r]
        sign = _turn(rings.xy, i, last) if rings.outer[r] else -_turn(rings.xy, i, last)
        room = 0
        while i < last:
            if room == 0:
                s += 1
                edges.span[s] = k
                room = SPAN
            room -= 1
            e = min(i + BLOCK, last)
            edges.start[k] = i
            edges.stop[k] = e
            edges.ring[k] = r
            edges.sign[k] = sign
            _box(rings.xy, edges.box[k], i, e)
            _widen(edges.span_box[s], edges.box[k])
            _widen(edges.bounds[o], edges.box[k])
            k += 1
            i = e
    edges.span[s + 1] = k


@kernel()
def _turn(xy: Floats, s0: int, s1: int) -> float:
    """+1 for a ring that turns to the left, else -1."""
    x0 = xy[s0, 0]
    y0 = xy[s0, 1]
    twice = 0.0
    for i in range(s0, s1):
        twice += (xy[i, 0] - x0) * (xy[i + 1, 1] - y0) - (xy[i + 1, 0] - x0) * (xy[i, 1] - y0)
    return 1.0 if twice > 0.0 else -1.0


@kernel()
def _box(xy: Floats, box: Floats, i: int, e: int) -> None:
    x0 = x1 = xy[i, 0]
    y0 = y1 = xy[i, 1]
    for q in range(i + 1, e + 1):
        x0 = min(x0, xy[q, 0])
        x1 = max(x1, xy[q, 0])
        y0 = min(y0, xy[q, 1])
        y1 = max(y1, xy[q, 1])
    box[0] = x0
    box[1] = y0
    box[2] = x1
    box[3] = y1


@kernel()
def _widen(box: Floats, other: Floats) -> None:
    box[0] = min(box[0], other[0])
    box[1] = min(box[1], other[1])
    box[2] = max(box[2], other[2])
    box[3] = max(box[3], other[3])
