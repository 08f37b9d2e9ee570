"""What a search for sites is kept with: what its sites were judged on, and what was decided about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from layers.grid import RasterGrid
    from layers.layer import Layer
    from spatial.judgement import SiteQuestion
    from spatial.suitability import Criterion

__all__ = ["Decisions", "SearchBasis"]


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
