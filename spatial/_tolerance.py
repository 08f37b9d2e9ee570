"""How much of a difference is redrawing at each tolerance, and the tolerance that the data suggest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely

from spatial._engine import parts_of, thickness
from spatial._noise import real_areas

if TYPE_CHECKING:
    from spatial._rings import Floats, Geometries, Ints

__all__ = ["STEPS_M", "Suggestion", "Sweep", "suggested", "swept"]

#: tolerances tried, metres
STEPS_M: Final = (
    *(0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0),
    *(15.0, 20.0, 30.0, 50.0, 70.0, 100.0, 150.0, 200.0, 300.0, 500.0, 700.0, 1000.0, 1500.0, 2000.0),
)
#: among many pieces one so many times thicker than a tolerance counts as real whole: what hangs on it is
#: not looked at
_THICK: Final = 4.0
_MANY_PIECES: Final = 5_000
#: of more pieces than this the mean thickness alone is asked
_MOST: Final = 20_000
#: redrawing and real change are told apart where nothing lies between widths that differ by this factor
_GAP: Final = 4.0
#: share of the features with counterparts that differ at all, from which on all of the plan was drawn anew
_ALL_DIFFER: Final = 0.5
#: fewer features that differ may well all have changed
_MANY: Final = 20
#: redrawing of single features is no wider than this, metres
_USUAL_WIDTH_M: Final = 1.0
#: what is used where the data suggest nothing, metres
USUAL_M: Final = 0.5


class Sweep(NamedTuple):
    """Redrawn area at each of ``STEPS_M`` (m²), and for every row the least step at which all of it is."""

    redrawn_m2: Floats
    need_m: Floats

    def with_rows(self, off_m: Floats, uncut_m2: tuple[Floats, Floats]) -> Sweep:
        """Add rows that were not cut: all of their difference is redrawing from ``off_m`` on."""
        known = np.flatnonzero(~np.isnan(off_m))
        step = np.minimum(np.searchsorted(STEPS_M, off_m[known]), len(STEPS_M) - 1)
        area = np.bincount(step, weights=(uncut_m2[0] + uncut_m2[1])[known], minlength=len(STEPS_M))
        need = self.need_m.copy()
        need[known] = np.asarray(STEPS_M)[step]
        return Sweep(self.redrawn_m2 + np.cumsum(area), need)


class Suggestion(NamedTuple):
    """A tolerance and why.

    Parameters
    ----------
    tolerance_m : float
    reason : {"gap", "one_population", "usual"}
        A gap in the widths of differences lies there; there is no gap, and nearly every feature differs, so
        that all differences are of one kind; or the data don't tell, and the usual tolerance is given.
    fields : dict
        ``rows`` (that differ), ``of`` (with counterparts), ``below_m``, ``above_m``, ``redrawn``,
        ``changed``.
    """

    tolerance_m: float
    reason: str
    fields: dict[str, Any]


def swept(pieces: Geometries, row: Ints, n: int) -> Sweep:
    """Try every tolerance on difference pieces.

    The areas are those of :func:`spatial._noise.parted` but for what cutting would take away where a core
    reaches out of its piece.

    Parameters
    ----------
    pieces : array of polygons and multipolygons
    row : array of int
        Row of each piece.
    n : int
        Number of rows.
    """
    parts, owner = parts_of(pieces)
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas
    parts, row = parts[flat], row[owner[flat]]
    area, thick = shapely.area(parts), thickness(parts)
    total = float(area.sum())
    redrawn, need = np.full(len(STEPS_M), total), np.zeros(n)
    alive = np.arange(len(parts))
    for step, tolerance in enumerate(STEPS_M):
        real = area[alive].copy()
        if len(parts) > _MOST:
            real[thick[alive] < tolerance] = 0.0
        else:
            doubt = (thick[alive] < _THICK * tolerance) | (len(parts) <= _MANY_PIECES)
            real[doubt] = real_areas(parts[alive[doubt]], tolerance)
        redrawn[step] = total - float(real.sum())
        gone = alive[real == 0]
        np.maximum.at(need, row[gone], tolerance)
        alive = alive[real > 0]
        if not len(alive):
            break
    need[row[alive]] = np.inf
    return Sweep(np.maximum.accumulate(redrawn), need)


def suggested(need_m: Floats, *, equal: int) -> Suggestion:
    """Suggest a tolerance from the widths of the differences.

    Parameters
    ----------
    need_m : array of float
        Of every feature that has one counterpart and differs from it, the least tolerance at which all of
        the difference is redrawing.
    equal : int
        Number of features that have an equal counterpart.
    """
    widths = np.sort(np.minimum(need_m, 2 * STEPS_M[-1]))
    rows, of = len(widths), len(widths) + equal
    fields: dict[str, Any] = {"rows": rows, "of": of}
    most_differ = rows > _ALL_DIFFER * of
    gap = _gap(widths)
    if gap is not None and (most_differ or widths[gap] <= _USUAL_WIDTH_M):
        below, above = float(widths[gap]), float(widths[gap + 1])
        value = min(2 * below, float(np.sqrt(below * above)))
        tolerance = next((s for s in STEPS_M if value <= s < above), below)
        found = {"below_m": below, "above_m": above, "redrawn": gap + 1, "changed": rows - gap - 1}
        return Suggestion(tolerance, "gap", fields | found)
    if rows >= _MANY and widths[-1] <= STEPS_M[-1] and most_differ:
        below = float(widths[-1])
        return Suggestion(below, "one_population", fields | {"below_m": below, "redrawn": rows})
    return Suggestion(USUAL_M, "usual", fields)


def _gap(widths: Floats) -> int | None:
    """Position of the last width below the widest gap, with at least half of the widths below it."""
    if len(widths) < 2:  # noqa: PLR2004 - a gap lies between two
        return None
    factor = widths[1:] / np.maximum(widths[:-1], STEPS_M[0])
    factor[: (len(widths) - 1) // 2] = 0.0
    at = int(np.argmax(factor))
    return at if factor[at] >= _GAP else None
