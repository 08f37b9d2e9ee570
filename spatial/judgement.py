"""Sites judged: how good, how sure of its rank, what it takes, what it runs into, which rules it passes.

The same judgement for sites that were found and for boundaries that somebody drew by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import reference
from layers.errors import CrsError, QuestionError
from layers.grid import Window
from layers.layer import Layer
from spatial._burn import burnt
from spatial._limits import check_figure, check_sizes
from spatial._site_facts import commune_rows, land_layer, land_rows, site_facts
from spatial.conflicts import ConflictAnswer, conflicts
from spatial.distances import DistanceAnswer, safety_distances
from spatial.establishment import establishment_checks
from spatial.provinces import LocalRules, known_provinces
from spatial.suitability import criterion_values
from spatial.weights import normal_weights, rank_ranges, topsis_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.grid import RasterGrid
    from spatial.exclusions import ExclusionAnswer, ExclusionQuestion
    from spatial.suitability import Criterion

__all__ = ["Judgement", "SiteQuestion", "judged_sites"]

_HA: Final = 10_000.0
_RICE: Final = "rice"
_NO_TARGETS: Final = ("land_use", "admin_unit")

_CHECKED: Final = (
    *("count", "draws", "top", "cell_m", "min_width_m", "road_reach_m", "seed"),
    *("min_compactness", "min_score", "weight_share", "parcel_tolerance"),
)


@dataclass(frozen=True)
class SiteQuestion:
    """What sites are sought.

    Parameters
    ----------
    exclusion : ExclusionQuestion
        Kind of zone, day, rules, and what may be allowed.
    min_ha, max_ha : float
    cell_m : float
        Side of the cells that land is scored and grown on.
    min_width_m : float
        Narrowest place of a site.
    min_compactness : float
        4π·area/perimeter²: 1 for a circle, 0.79 for a square; 0 asks for nothing.
    count : int
        How many sites are wanted at most.
    road_reach_m : float
        How far a way from a road may be, going round rivers.
    min_score : float, optional
        Land with a lower score isn't built on; without it the median of the free land.
    seed, draws, weight_share, top
        For the ranks when weights move: seed, number of draws, how far each weight moves (0.2 is 20 %), and
        how many sites count as the best.
    craft_village : bool
        A cluster of craft villages.
    follow : str
        Name of a layer of parcels or land use among those given, whose boundaries the sites follow; they
        are outlines of cells where it is empty.
    parcel_tolerance : float
        Share of a parcel that constraints may take without keeping it from being part of a site.
    """

    exclusion: ExclusionQuestion
    min_ha: float
    max_ha: float
    cell_m: float = 20.0
    min_width_m: float = 100.0
    min_compactness: float = 0.2
    count: int = 10
    road_reach_m: float = 500.0
    min_score: float | None = None
    seed: int = 0
    draws: int = 1000
    weight_share: float = 0.2
    top: int = 3
    craft_village: bool = False
    follow: str = ""
    parcel_tolerance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse figures that no site could meet."""
        check_sizes(self.min_ha, self.max_ha)
        for name in _CHECKED:
            value = getattr(self, name)
            if value is not None:
                check_figure(name, value)


@dataclass(frozen=True)
class Judgement:
    """What is known of sites.

    Parameters
    ----------
    sites : geopandas.GeoDataFrame
        Index ``site``, best first: ``rank, score, rank_low, rank_high, top_share, topsis, topsis_rank,
        area_ha, perimeter_m, compactness, width_m`` (of the largest circle that fits in),
        ``excluded_ha`` (land of it that constraints take), ``rice_ha, commune`` (the one with the largest
        share), polygons.
    breakdown : pandas.DataFrame
        One row per site and criterion: ``site, criterion, value`` (mean score of its cells, 0 to 1, NaN
        where a cell has no data), ``weight, points`` (value × weight; they add up to the score).
    land : pandas.DataFrame
        ``site, code, group, area_ha, share_pct, rice, permission`` (*needed, depends, none, unknown*),
        ``rule, clause``; code "" where no land-use polygon lies.
    communes : pandas.DataFrame
        ``site, commune, area_ha, share_pct, lead``.
    checks : pandas.DataFrame
        As of :func:`spatial.establishment.establishment_checks`.
    conflicts : ConflictAnswer or None
        What the sites still run into; None without layers.
    distances : DistanceAnswer or None
        Their distances against those of the law.
    """

    sites: gpd.GeoDataFrame
    breakdown: pd.DataFrame
    land: pd.DataFrame
    communes: pd.DataFrame
    checks: pd.DataFrame
    conflicts: ConflictAnswer | None
    distances: DistanceAnswer | None


def judged_sites(
    shapes: gpd.GeoDataFrame,
    left: ExclusionAnswer,
    criteria: Sequence[Criterion],
    *,
    grid: RasterGrid,
    question: SiteQuestion,
    layers: Sequence[Layer],
) -> Judgement:
    """Judge sites, whoever drew them.

    Parameters
    ----------
    shapes : geopandas.GeoDataFrame
        Polygons in the CRS of the search, index unique. Those of an index called ``site`` keep their
        labels; others are called after their rank, ``S01`` the best.
    left : ExclusionAnswer
        Of :func:`spatial.exclusions.exclusions`.
    criteria : sequence of Criterion
    grid : RasterGrid
        That the criteria are measured on.
    question : SiteQuestion
    layers : sequence of Layer
        Every layer that a site may be asked about: constraints, land use, communes, zones, homes.

    Returns
    -------
    Judgement

    Raises
    ------
    QuestionError
        ``sites_missing``, ``weights_zero``.
    CrsError
        ``crs_differs``.

    Notes
    -----
    Clauses stand row by row in the tables; occupancy is leased over planned industrial land of the lead
    commune's zones (Decree 32/2024/NĐ-CP art. 2.7).

    Examples
    --------
    >>> from datetime import date
    >>> from shapely import LineString, box
    >>> from layers import Layer, reference
    >>> from spatial.exclusions import ExclusionQuestion, exclusions
    >>> from spatial.suitability import Criterion, search_grid
    >>> from spatial.value_functions import parse_value_function
    >>> def layer(kind, *shapes, **columns):
    ...     return Layer(gpd.GeoDataFrame(columns, geometry=list(shapes), crs=5897), kind, kind)
    >>> area = layer("admin_unit", box(0, 0, 2000, 2000), name=["Xã"])
    >>> road = layer("road", LineString([(0, 0), (2000, 0)]))
    >>> near = [Criterion("road", road, parse_value_function("linear:0=1;2000=0"))]
    >>> asked = ExclusionQuestion("industrial_cluster", date(2026, 6, 1),
    ...                           reference.table("conflict_rules"), reference.table("safety_distances"))
    >>> left = exclusions(area, [], question=asked)
    >>> drawn = layer("industrial_cluster", box(0, 1500, 500, 2000), box(0, 0, 500, 500)).frame
    >>> drawn.index = pd.Index(["X", "Y"], name="site")
    >>> found = judged_sites(drawn, left, near, grid=search_grid(area.frame, cell_m=100),
    ...                      question=SiteQuestion(asked, 10, 75), layers=[area])
    >>> found.sites[["rank", "area_ha", "commune"]].reset_index().values.tolist()
    [['Y', 1, 25.0, 'Xã'], ['X', 2, 25.0, 'Xã']]
    """
    if shapes.empty:
        raise QuestionError("sites_missing")
    if shapes.crs != left.area.crs:
        raise CrsError("crs_differs", layer="sites", expected=str(left.area.crs), found=str(shapes.crs))
    named = shapes.index.name == "site"
    shapes = gpd.GeoDataFrame(
        geometry=shapes.geometry.to_numpy(),
        index=pd.Index(shapes.index.astype(str), name="site"),
        crs=shapes.crs,
    )
    weights = normal_weights({c.name: c.weight for c in sorted(criteria, key=lambda c: c.name)})
    values = _values(shapes, criteria, grid)
    ranks = _ranks(values, weights, question)
    if not named:
        labels = pd.Index([f"S{rank:02d}" for rank in ranks["rank"]], name="site")
        values, ranks = values.set_axis(labels), ranks.set_axis(labels)
        shapes.index = labels
    sites = shapes.join(ranks).sort_values("rank", kind="stable")
    communes = _communes(layers)
    of_communes = commune_rows(sites, communes)
    land = land_rows(sites, land_layer(layers), question.exclusion.on)
    kind = question.exclusion.zone_kind
    provinces = question.exclusion.provinces or known_provinces(layers)
    facts = site_facts(sites, layers, zone_kind=kind, land=land, communes=communes, provinces=provinces)
    checks = establishment_checks(
        reference.table("establishment_rules"),
        kind,
        facts,
        on=question.exclusion.on,
        craft_village=question.craft_village,
    )
    met, measured = _neighbours(sites, layers, question)
    sites = _described(sites, left, land, of_communes)
    return Judgement(sites, _breakdown(values, weights, sites), land, of_communes, checks, met, measured)


def _values(shapes: gpd.GeoDataFrame, criteria: Sequence[Criterion], grid: RasterGrid) -> pd.DataFrame:
    """Mean score of the cells of each site by each criterion."""
    ordered = sorted(criteria, key=lambda criterion: criterion.name)
    rows = []
    for shape in shapes.geometry.to_numpy():
        window = _window(shape, grid)
        one = np.array([shape], dtype=object)
        cells = burnt(one, grid.part(window), touched=False)
        cells = cells if cells.any() else burnt(one, grid.part(window), touched=True)
        rows.append([_mean(criterion_values(c, grid, window)[cells]) for c in ordered])
    return pd.DataFrame(rows, index=shapes.index, columns=[c.name for c in ordered])


def _mean(scores: Any) -> float:
    """Mean of scores; a site outside of the area of search has none."""
    return float(np.mean(scores)) if len(scores) else np.nan


def _window(shape: Any, grid: RasterGrid) -> Window:
    left, bottom, right, top = shape.bounds
    corners = grid.cells(np.array([[left, top], [right, bottom]]))
    col, row = (int(v) for v in np.clip(np.floor(corners[0]), 0, [grid.width - 1, grid.height - 1]))
    last = np.clip(np.ceil(corners[1]), [col + 1, row + 1], [grid.width, grid.height])
    return Window(row, col, int(last[1]) - row, int(last[0]) - col)


def _ranks(values: pd.DataFrame, weights: dict[str, float], question: SiteQuestion) -> pd.DataFrame:
    used = [name for name in values if weights[str(name)] > 0]
    known = values[used].fillna(0.0)  # a site without data is never good for it
    out = rank_ranges(
        known,
        weights,
        draws=question.draws,
        seed=question.seed,
        share=question.weight_share,
        top=question.top,
    )
    out.insert(1, "score", known.to_numpy() @ np.array([weights[str(name)] for name in used]))
    out["topsis"] = topsis_scores(known, weights)
    # equal ones rank as by the weighted sum, whatever order they came in
    order = out["topsis"].round(9).to_numpy(), -out["rank"].to_numpy()
    out["topsis_rank"] = 0
    out.iloc[np.lexsort(order[::-1])[::-1], -1] = np.arange(1, len(out) + 1)
    return out


def _breakdown(values: pd.DataFrame, weights: dict[str, float], sites: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = [
        {
            "site": site,
            "criterion": name,
            "value": values.loc[site, name],
            "weight": weights[name],
            "points": np.nan_to_num(values.loc[site, name]) * weights[name],
        }
        for site in sites.index
        for name in values.columns
    ]
    return pd.DataFrame(rows)


def _communes(layers: Sequence[Layer]) -> Layer | None:
    units = [layer for layer in layers if layer.kind_name == "admin_unit" and "name" in layer.frame]
    return max(units, key=lambda layer: (len(layer.frame), layer.name), default=None)


def _neighbours(
    sites: gpd.GeoDataFrame, layers: Sequence[Layer], question: SiteQuestion
) -> tuple[ConflictAnswer | None, DistanceAnswer | None]:
    asked = question.exclusion
    frame = sites[["geometry"]].assign(id=sites.index)
    own = Layer(frame, "sites", asked.zone_kind)
    around = [layer for layer in layers if layer.kind_name != "admin_unit"]
    targets = [layer for layer in around if layer.kind_name not in _NO_TARGETS]
    land = asked.provinces or known_provinces(layers)
    met = conflicts(own, around, rules=LocalRules(asked.rules, land), on=asked.on) if around else None
    chosen = asked.choose or {}
    choose = {layer.name: chosen[layer.kind_name] for layer in targets if layer.kind_name in chosen}
    table = LocalRules(asked.distances, land)
    measured = safety_distances(own, targets, table=table, on=asked.on, choose=choose) if targets else None
    return met, measured


def _described(
    sites: gpd.GeoDataFrame, left: ExclusionAnswer, land: pd.DataFrame, communes: pd.DataFrame
) -> gpd.GeoDataFrame:
    shapes = sites.geometry.to_numpy()
    area, edge = shapely.area(shapes), shapely.length(shapes)
    rice = land[land["rice"].astype(bool)].groupby("site")["area_ha"].sum()
    lead = communes[communes["lead"].astype(bool)].set_index("site")["commune"]
    facts = {
        "area_ha": area / _HA,
        "perimeter_m": edge,
        "compactness": 4 * np.pi * area / edge**2,
        "width_m": 2 * shapely.length(shapely.maximum_inscribed_circle(shapes, tolerance=1.0)),
        "excluded_ha": _excluded(shapes, left),
        "rice_ha": rice.reindex(sites.index).fillna(0.0 if len(land) else np.nan).to_numpy(),
        "commune": lead.reindex(sites.index).fillna("").to_numpy(),
    }
    kept = sites.drop(columns="geometry").assign(**facts)
    return gpd.GeoDataFrame(kept, geometry=shapes, crs=sites.crs)


def _excluded(shapes: Any, left: ExclusionAnswer) -> Any:
    """Hectares of each site that are not free land, by exact overlay with the land that is taken."""
    applied = left.rows["applied"].to_numpy(dtype=bool)[left.land["row"].to_numpy()] if len(left.land) else []
    taken = left.land.geometry.to_numpy()[np.asarray(applied, dtype=bool)]
    tree = shapely.STRtree(taken)
    whole = shapely.union_all(left.area.geometry.to_numpy())
    out = []
    for shape in shapes:
        met = taken[np.sort(tree.query(shape, predicate="intersects"))]
        inside = float(shapely.area(shapely.intersection(shapely.union_all(met), shape))) if len(met) else 0.0
        out.append((inside + float(shapely.area(shapely.difference(shape, whole)))) / _HA)
    return np.array(out)
