"""What a search for sites is kept with: what its sites were judged on, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from layers.errors import QuestionError
from spatial.provinces import known_provinces

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from layers.grid import RasterGrid
    from layers.layer import Layer
    from spatial.judgement import SiteQuestion
    from spatial.suitability import Criterion

__all__ = ["Decisions", "SearchBasis", "followed", "once", "placed", "search_basis"]


@dataclass(frozen=True)
class SearchBasis:
    """What the sites of a search were judged on: a boundary drawn later is judged on the very same.

    Parameters
    ----------
    question : SiteQuestion
    criteria : tuple of Criterion
    layers : tuple of Layer
        Every layer that a site is asked about.
    grid : RasterGrid
        That the criteria are measured on.
    reached : numpy.ndarray of bool or None
        Cells of the grid that a way from a road leads to; None where no road is known.
    """

    question: SiteQuestion
    criteria: tuple[Criterion, ...]
    layers: tuple[Layer, ...]
    grid: RasterGrid
    reached: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Decisions:
    """What was decided about the sites of a search.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per site, in the order of their ranks, index ``site``: ``decision`` (*open, ticked,
        dropped*), ``reason, redrawn, rank, score, area_ha, excluded_ha`` as it stands now, and for a redrawn
        site what it was before: ``rank_before, score_before, area_before_ha``, ``shared_ha`` (land that both
        boundaries have); NaN for the others.
    limits : pandas.DataFrame
        What the search asked of its sites, held against each as it stands now; as of
        :func:`spatial.redraw.site_limits`.
    hits : pandas.DataFrame
        Of redrawn sites: ``site``, then as of :func:`spatial.exclusions.why_not`; index 0, 1, 2, ...
    found : geopandas.GeoDataFrame
        The sites as the search formed them, index ``site``.
    """

    rows: pd.DataFrame
    limits: pd.DataFrame
    hits: pd.DataFrame
    found: gpd.GeoDataFrame


def search_basis(
    asked: tuple[Layer, Sequence[Layer], Sequence[Layer]],
    criteria: Sequence[Criterion],
    *,
    question: SiteQuestion,
    ways: tuple[RasterGrid, NDArray[np.bool_] | None],
) -> SearchBasis:
    """Put together what the sites of a search are judged on, as :func:`spatial.candidates.candidates` does.

    Parameters
    ----------
    asked : (Layer, sequence of Layer, sequence of Layer)
        Area, constraints, others.
    criteria : sequence of Criterion
    question : SiteQuestion
    ways : (RasterGrid, numpy.ndarray of bool or None)
        The grid, and its cells that a way from a road leads to.

    Returns
    -------
    SearchBasis

    Raises
    ------
    QuestionError
        ``parcels_unknown``.
    """
    every = once([asked[0], *asked[1], *asked[2]])
    follow = followed(every, question)
    # parcels that are nothing else are no constraint to run into
    layers = [of for of in every if of is not follow or of.kind_name != "land_cover"]
    question = placed(question, [asked[0], *asked[1], *asked[2]])
    return SearchBasis(question, tuple(criteria), tuple(layers), *ways)


def once(layers: Sequence[Layer]) -> list[Layer]:
    """Leave out layers that are there twice, as those are that exclude and score.

    Two layers that share name and kind and hold other features are both kept.
    """
    kept: list[Layer] = []
    for layer in layers:
        if not any(_same(layer, other) for other in kept):
            kept.append(layer)
    return kept


def _same(one: Layer, other: Layer) -> bool:
    """Whether two layers are one, read once or twice."""
    if one is other or (one.name, one.kind_name) != (other.name, other.kind_name):
        return one is other
    if one.frame is other.frame:
        return True
    ours, theirs = one.frame.geometry.to_numpy(), other.frame.geometry.to_numpy()
    return len(ours) == len(theirs) and bool(shapely.equals_identical(ours, theirs).all())


def followed(layers: Sequence[Layer], question: SiteQuestion) -> Layer | None:
    """The layer of parcels whose boundaries the sites follow."""
    if not question.follow:
        return None
    for layer in layers:
        if layer.name == question.follow:
            return layer
    raise QuestionError("parcels_unknown", found=question.follow, expected=[layer.name for layer in layers])


def placed(question: SiteQuestion, layers: Sequence[Layer]) -> SiteQuestion:
    """The question with the provinces that its layers tell, where nobody gave them."""
    asked = question.exclusion
    if asked.provinces is not None:
        return question
    return replace(question, exclusion=replace(asked, provinces=known_provinces(layers)))
