"""Pairs of features whose boxes meet: by a tree, or by a compiled grid where they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from spatial import _compiled

if TYPE_CHECKING:
    from spatial._rings import Floats, Ints

__all__ = ["meeting_boxes"]


def meeting_boxes(zones: Floats, others: Floats) -> tuple[Ints, Ints]:
    """Positions of zones and of others whose boxes meet, sorted by zone, then by other.

    A box of NaN, that of an empty geometry, meets nothing.
    """
    if not len(zones) or not len(others):
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing
    # a tree takes as long for fifty boxes as the grid's code to act on one pair
    if _compiled.worth_compiling((len(zones) + len(others)) // 50):
        from spatial._pairs import by_grid  # noqa: PLC0415 - compiled code is loaded when it is used

        return by_grid(zones, others)
    full = np.flatnonzero(~np.isnan(others).any(axis=1))
    tree = shapely.STRtree(np.asarray(shapely.box(*others[full].T)))
    i, j = tree.query(np.asarray(shapely.box(*zones.T)))
    j = full[j]
    order = np.lexsort((j, i))
    return i[order].astype(np.int64), j[order].astype(np.int64)
