"""Why a place is in no site: who takes its land, or what keeps free land from being one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from spatial._burn import burnt
from spatial.exclusions import why_not

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from spatial.candidates import CandidateAnswer

__all__ = ["why_no_site"]

_HA: Final = 10_000.0
_AREA: Final = 2
_COLUMNS: Final = ["why", "what", "here_ha"]
_TOUCH_M2: Final = 1e-6


def why_no_site(answer: CandidateAnswer, place: BaseGeometry) -> pd.DataFrame:
    """Say what became of a place in a search for sites.

    Parameters
    ----------
    answer : CandidateAnswer
    place : shapely geometry
        A point, line or polygon in the CRS of the answer.

    Returns
    -------
    pandas.DataFrame
        The heaviest first, index 0, 1, 2, ...: ``why``, ``what``, ``here_ha`` (hectares of the place that
        it holds for; 0 for points and lines). ``why`` is *excluded* (``what`` names the constraint, as in
        :func:`spatial.exclusions.why_not`, those that are not applied left out), *outside* the area of
        search, *site* (``what`` is its name), *poor* (scored below the least score), *unscored* (a
        criterion has no data), or what kept good free land from being a site: *too_small, too_thin,
        not_compact, no_road*; *not_taken* where nothing of all that holds: land beside a site that is as
        large as it may be, a rest that no site fits into, or land that would come after the last one.

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> from layers import Layer, reference
    >>> from spatial import Criterion, ExclusionQuestion, SiteQuestion, candidates, parse_value_function
    >>> def layer(kind, *shapes, **columns):
    ...     return Layer(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897), kind, kind)
    >>> area = layer("admin_unit", box(0, 0, 1000, 1000), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (1000, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> homes = layer("residential", box(0, 300, 1000, 700))
    >>> wanted = SiteQuestion(asked, 10, 75, min_score=0)
    >>> answer = candidates(area, [homes], near, question=wanted, others=[road])
    >>> why_no_site(answer, box(100, 600, 400, 1000)).values.tolist()
    [['no_road', '', 9.0], ['excluded', 'residential', 3.0]]
    """
    hits = why_not(answer.exclusions, place)
    rows: list[tuple[str, str, float]] = []
    hits = hits[hits["applied"].astype(bool)]
    for name, hectares in zip(hits["constraint"].astype(str), hits["here_ha"].astype(float), strict=True):
        outside = name == "outside"
        rows.append(("outside" if outside else "excluded", "" if outside else name, hectares))
    for site, shape in answer.sites.geometry.items():
        rows += _shared("site", str(site), shape, place)
    for why, group in answer.passed_over.groupby("why"):
        met = group.geometry.to_numpy()
        met = met[shapely.intersects(met, place)]
        rows += _shared(str(why), "", shapely.union_all(met), place) if len(met) else []
    known = any(why != "excluded" for why, *_ in rows)
    if not known:
        rows += _of_cells(answer, place, excluded=bool(rows))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return frame.sort_values(["here_ha", "why"], ascending=[False, True], kind="stable", ignore_index=True)


def _shared(why: str, what: str, shape: BaseGeometry, place: BaseGeometry) -> list[tuple[str, str, float]]:
    if not shapely.intersects(shape, place):
        return []
    common = float(shapely.area(shapely.intersection(shape, place)))
    if shapely.get_dimensions(place) == _AREA and common < _TOUCH_M2:
        return []
    return [(why, what, common / _HA)]


def _of_cells(
    answer: CandidateAnswer, place: BaseGeometry, *, excluded: bool
) -> list[tuple[str, str, float]]:
    """What the cells of a place say that neither a constraint nor a patch speaks of."""
    scored = answer.suitability.score
    free = shapely.intersection(place, shapely.union_all(_near_land(answer, place)))
    if free.is_empty:
        return []
    cells = burnt(
        np.array([free], dtype=object), scored.grid, touched=bool(shapely.get_dimensions(free) < _AREA)
    )
    scores = scored.values[cells]  # noqa: PD011 - a raster's
    whole, least = float(shapely.area(free)) / _HA, answer.run["min_score"]
    if not len(scores) or not np.isfinite(scores).any():
        return [] if excluded else [("unscored", "", whole)]
    why = "poor" if np.nanmax(scores) < least else "not_taken"
    return [(why, f"{float(np.nanmean(scores)):.3f}", whole)]


def _near_land(answer: CandidateAnswer, place: BaseGeometry) -> list[BaseGeometry]:
    left = answer.exclusions.left.geometry.to_numpy()
    return list(left[shapely.intersects(left, place)])
