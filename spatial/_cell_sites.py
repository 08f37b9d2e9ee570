"""Sites of whole cells: patches of good land, their outlines straightened and held against exact shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from spatial._geos import areal
from spatial._growth import Growth, Patch, grown_patches
from spatial._outline import cell_outline, straightened, widened_nowhere, without_repeats
from spatial._splitting import strips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.grid import RasterGrid
    from spatial._access import Access
    from spatial.exclusions import ExclusionAnswer
    from spatial.judgement import SiteQuestion
    from spatial.suitability import Suitability

    Cells = NDArray[np.bool_]
    Shape = tuple[shapely.Polygon, str]

__all__ = ["cell_sites"]

_HA: Final = 10_000.0
#: corners of an outline that stick out by so many cells are cut off, as long as enough land is left
_STRAIGHTEN_CELLS: Final = (1.5, 0.75, 0.0)
#: a band is cut into so many sites at most
_MOST_PARTS: Final = 12
#: more parts are worth it for so much more land only
_MORE: Final = 1.02


def cell_sites(
    scored: Suitability,
    good: Cells,
    access: Access,
    *,
    left: ExclusionAnswer,
    question: SiteQuestion,
) -> Iterator[tuple[shapely.Polygon, str]]:
    """Outlines of patches of cells; the text is empty where one is a site."""
    grid = scored.score.grid
    cell_ha = question.cell_m**2 / _HA
    growth = Growth(
        least=int(np.ceil(question.min_ha / cell_ha - 1e-9)),
        most=int(question.max_ha / cell_ha + 1e-9),
        width=question.min_width_m / question.cell_m,
    )
    forming = _Forming(access, left, grid, question)
    for patch in grown_patches(scored.score.values, good, access.cells, growth):
        shape, why = forming.outlined(patch)
        if why == "not_compact":
            yield from forming.in_parts(patch, shape, growth.least)
        else:
            yield shape, why


@dataclass(frozen=True)
class _Forming:
    """What outlines are held against."""

    access: Access
    left: ExclusionAnswer
    grid: RasterGrid
    question: SiteQuestion

    def outlined(self, patch: Patch) -> Shape:
        """Outline of a patch, as straight as its size allows; empty text where it is a site."""
        outline = cell_outline(patch, self.grid)
        if patch.why:
            return outline, patch.why
        why = "too_thin"
        for cells in _STRAIGHTEN_CELLS:
            shape = straightened(outline, off_m=cells * self.question.cell_m)
            shape = widened_nowhere(_kept_clear(shape, self.left), self.question.min_width_m)
            shape = without_repeats(shape)
            compact = 4 * np.pi * shape.area / shape.length**2 if shape.length else 0.0
            why = _too(shape, compact, self.question) or ("" if self.access.leads_to(shape) else "no_road")
            if not why:
                return shape, ""
        return outline, why

    def in_parts(self, patch: Patch, whole: shapely.Polygon, least: int) -> list[Shape]:
        """Sites along a band that is too long for one: cut across into as few as give the most land."""
        best: list[Shape] = [(whole, "not_compact")]
        most = 0.0
        for count in range(2, min(_MOST_PARTS, int(patch.mask.sum()) // least) + 1):
            for masks in strips(patch.mask, count):
                told = [self.outlined(patch._replace(mask=mask)) for mask in masks]
                land = sum(shape.area for shape, why in told if not why)
                if land > most * _MORE:
                    best, most = told, land
            if most and not any(why for _, why in best):
                break
        return best


def _too(shape: shapely.Polygon, compact: float, question: SiteQuestion) -> str:
    hectares = shape.area / _HA
    if not question.min_ha - 1e-9 <= hectares <= question.max_ha + 1e-9:
        return "too_thin"
    return "not_compact" if compact < question.min_compactness else ""


def _kept_clear(shape: shapely.Polygon, left: ExclusionAnswer) -> shapely.Polygon:
    """Hold an outline against the exact land, and cut off whatever lies on taken land."""
    applied = left.rows["applied"].to_numpy(dtype=bool)
    taken = left.land.geometry.to_numpy()[applied[left.land["row"].to_numpy()]]
    met = taken[shapely.area(shapely.intersection(taken, shape)) > 0] if len(taken) else taken
    if not len(met):
        return shape
    cut = areal(np.array([shapely.difference(shape, shapely.union_all(met))], dtype=object))[0]
    return max(shapely.get_parts(cut), key=lambda part: part.area, default=shapely.Polygon())
