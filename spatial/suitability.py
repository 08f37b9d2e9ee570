"""How good land is: criteria measured on a common grid, scored by value functions and weighted.

Distances are reckoned between centres of cells, from the cells that a feature touches, so they are right
to about a cell; what a site is told about its own distances is measured between the shapes. Everything
is done by strips of the grid, each with as much land round it as its value function looks at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, sqrt
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from affine import Affine

from layers.crs import as_crs, require_metric
from layers.errors import CrsError, QuestionError
from layers.findings import Finding
from layers.grid import Raster, RasterGrid, Window, missing, require_same_grid
from layers.layer import Layer
from spatial._burn import burnt
from spatial._cell_distances import near_cells
from spatial.weights import normal_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.grid import CellSource
    from spatial.travel import TravelCosts
    from spatial.value_functions import ValueFunction

    Floats = NDArray[np.float32]
    Progress = Callable[[int, int, str], None]

__all__ = ["Criterion", "Suitability", "criterion_values", "grid_cells", "search_grid", "suitability"]

Measure = Literal["distance", "inside", "value", "travel"]
_MOST_CELLS: Final = 200_000_000
#: bytes a cell takes while a strip is scored
_BYTES: Final = 16
_HA: Final = 10_000.0
_MEMORY_MB: Final = 128.0
#: cells whose travel is looked up at a time
_BLOCK: Final = 500_000


@dataclass(frozen=True)
class Criterion:
    """One thing that makes land better or worse.

    Parameters
    ----------
    name : str
    source : Layer or Raster or RasterSource
        Features to be far from, near to or on; or a raster on the grid of the search.
    function : ValueFunction
        From the measure to a score of 0 to 1.
    weight : float
        Not negative; weights need not add up to one.
    measure : {"distance", "inside", "value", "travel"}
        Metres on the grid to the nearest feature; 1 where a feature covers the centre of a cell and 0
        elsewhere; the value of the raster; metres or minutes by road to the nearest feature.
    travel : TravelCosts, optional
        Of the features of `source`, where it is measured by road. Land that no road leads from has the
        score of the greatest distance, and a finding tells how much there is.
    """

    name: str
    source: Layer | CellSource
    function: ValueFunction
    weight: float = 1.0
    measure: Measure = "distance"
    travel: TravelCosts | None = None


@dataclass(frozen=True)
class Suitability:
    """Scores of land.

    Parameters
    ----------
    score : Raster
        32-bit floats, 0 to 1; NaN where a criterion has no data.
    weights : dict of str to float
        Adding up to one, in the order of the names.
    findings : tuple of Finding
        ``criterion_without_data`` with the hectares and their share of the cells that matter,
        ``criterion_empty``, ``travel_unreachable`` with the hectares, and those of the network.
    """

    score: Raster
    weights: dict[str, float]
    findings: tuple[Finding, ...] = field(default=())


def search_grid(area: gpd.GeoDataFrame, *, cell_m: float) -> RasterGrid:
    """Lay a grid over an area, with corners at whole multiples of the cell.

    Parameters
    ----------
    area : geopandas.GeoDataFrame
        In a projected CRS in metres.
    cell_m : float

    Returns
    -------
    RasterGrid

    Raises
    ------
    QuestionError
        ``cell_out_of_range`` where the cell isn't positive or the grid would have more than 200 million
        cells.
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> area = gpd.GeoDataFrame(geometry=[shapely.box(5, 5, 995, 498)], crs=5897)
    >>> grid = search_grid(area, cell_m=10)
    >>> grid.shape, grid.transform.c, grid.transform.f
    ((50, 100), 0.0, 500.0)
    """
    crs = require_metric(area, "area")
    left, bottom, right, top = area.total_bounds
    usable = np.isfinite(cell_m) and cell_m > 0
    west, south = (floor(v / cell_m) for v in (left, bottom)) if usable else (0, 0)
    width, height = (ceil(right / cell_m) - west, ceil(top / cell_m) - south) if usable else (0, 0)
    if not usable or width * height > _MOST_CELLS:
        least = sqrt((right - left) * (top - bottom) / _MOST_CELLS)
        raise QuestionError("cell_out_of_range", found=cell_m, expected=least)
    origin = Affine(cell_m, 0, west * cell_m, 0, -cell_m, (south + height) * cell_m)
    return RasterGrid(as_crs(crs), origin, max(height, 1), max(width, 1))


def grid_cells(grid: RasterGrid) -> CellSource:
    """Give a grid the shape of a raster, for functions that bring others onto its cells.

    Parameters
    ----------
    grid : RasterGrid

    Returns
    -------
    CellSource
        No cell has a value; nothing is kept in memory.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 300, 100)], crs=5897)
    >>> grid_cells(search_grid(area, cell_m=100)).grid.shape
    (1, 3)
    """
    return _Blank(grid)


def suitability(
    criteria: Sequence[Criterion],
    *,
    grid: RasterGrid,
    wanted: NDArray[np.bool_] | None = None,
    memory_mb: float = _MEMORY_MB,
    progress: Progress | None = None,
) -> Suitability:
    """Score the cells of a grid: weighted sum of the criteria's scores.

    Parameters
    ----------
    criteria : sequence of Criterion
        Each name once; they are summed in the order of their names, whatever order they come in.
    grid : RasterGrid
        In a projected CRS in metres, cells as high as wide.
    wanted : numpy.ndarray of bool, optional
        Cells that matter; cells outside are NaN and count in no finding.
    memory_mb : float
        What a strip may take while it is measured, megabytes; the scores themselves take 4 bytes a cell.
    progress : callable, optional
        Called with (done, of how many, name of the criterion); may raise to cancel.

    Returns
    -------
    Suitability

    Raises
    ------
    QuestionError
        ``criteria_missing``, ``criterion_twice``, ``weights_zero``, ``weight_wrong``.
    CrsError
        ``crs_differs``.
    GeometryError
        ``raster_grid_differs``.

    Notes
    -----
    Weighted linear combination (Malczewski 2000, Transactions in GIS 4(1)).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from spatial.value_functions import parse_value_function
    >>> area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 500, 100)], crs=5897)
    >>> road = gpd.GeoDataFrame(geometry=[shapely.LineString([(50, 0), (50, 100)])], crs=5897)
    >>> near = Criterion("road", Layer(road, "road", "road"), parse_value_function("linear:0=1;400=0"))
    >>> suitability([near], grid=search_grid(area, cell_m=100)).score.values.round(2).tolist()
    [[1.0, 0.75, 0.5, 0.25, 0.0]]
    """
    ordered = _ordered(criteria, grid)
    weights = normal_weights({criterion.name: criterion.weight for criterion in ordered})
    score = np.zeros(grid.shape, dtype=np.float32)
    findings: list[Finding] = []
    for done, criterion in enumerate(ordered):
        if progress:
            progress(done, len(ordered), criterion.name)
        if weights[criterion.name] == 0:
            continue
        lacking = 0
        findings += _travel_findings(criterion, grid, wanted)
        for window, values in _strips(criterion, grid, memory_mb):
            part = score[window.row : window.row + window.height]
            part += np.float32(weights[criterion.name]) * values
            of = None if wanted is None else wanted[window.row : window.row + window.height]
            lacking += int((np.isnan(values) if of is None else np.isnan(values) & of).sum())
        asked = score.size if wanted is None else int(wanted.sum())
        findings += _lacking(criterion, lacking, asked, grid=grid)
    if wanted is not None:
        score[~wanted] = np.nan
    raster = Raster(score, grid.transform, grid.crs, float("nan"), "suitability")
    return Suitability(raster, weights, tuple(findings))


def criterion_values(criterion: Criterion, grid: RasterGrid, window: Window | None = None) -> Floats:
    """Score the cells of a window by one criterion.

    Parameters
    ----------
    criterion : Criterion
    grid : RasterGrid
    window : Window, optional
        Part of the grid; the answer is the one that the whole grid gives there.

    Returns
    -------
    numpy.ndarray of float32
        0 to 1, NaN where there is no data.

    Raises
    ------
    CrsError
        ``crs_differs``.
    GeometryError
        ``raster_grid_differs``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from spatial.value_functions import parse_value_function
    >>> area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 300, 100)], crs=5897)
    >>> rice = Layer(area.iloc[:, :].clip(shapely.box(0, 0, 100, 100)), "rice", "land_use")
    >>> taken = Criterion("rice", rice, parse_value_function("linear:0=1;1=0"), measure="inside")
    >>> criterion_values(taken, search_grid(area, cell_m=100)).tolist()
    [[0.0, 1.0, 1.0]]
    """
    _check_source(criterion, grid)
    return _scored(criterion, grid, window or grid.whole)


def _ordered(criteria: Sequence[Criterion], grid: RasterGrid) -> list[Criterion]:
    names = [criterion.name for criterion in criteria]
    if not names:
        raise QuestionError("criteria_missing")
    for name in names:
        if names.count(name) > 1:
            raise QuestionError("criterion_twice", found=name)
    for criterion in criteria:
        _check_source(criterion, grid)
    return sorted(criteria, key=lambda criterion: criterion.name)


def _check_source(criterion: Criterion, grid: RasterGrid) -> None:
    if isinstance(criterion.source, Layer):
        found = criterion.source.frame.crs
        if found != grid.crs:
            expected = grid.crs.name if grid.crs else None
            raise CrsError("crs_differs", layer=criterion.source.name, expected=expected, found=str(found))
        return
    require_same_grid(_Blank(grid, criterion.name), criterion.source)


@dataclass(frozen=True)
class _Blank:
    """A grid where a raster is asked for: its cells are all without value."""

    grid: RasterGrid
    name: str = "grid"
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))
    nodata: float | None = None

    def read(self, window: Window) -> NDArray[Any]:
        """Give an empty window."""
        return np.full((window.height, window.width), np.nan, dtype=np.float32)


def _strips(criterion: Criterion, grid: RasterGrid, memory_mb: float) -> Iterator[tuple[Window, Floats]]:
    """Whole rows of the grid, as many at a time as fit with the land round them."""
    if criterion.measure == "distance" and not _empty(criterion):
        yield from _by_distance(criterion, grid, grid.whole, memory_mb)
        return
    rows = min(max(int(memory_mb * 1e6 / (_BYTES * grid.width)), 64), grid.height)
    rows = rows if criterion.travel is None else min(rows, max(_BLOCK // grid.width, 1))
    for row in range(0, grid.height, rows):
        window = Window(row, 0, min(rows, grid.height - row), grid.width)
        yield window, _scored(criterion, grid, window)


def _empty(criterion: Criterion) -> bool:
    return isinstance(criterion.source, Layer) and criterion.source.frame.empty


def _by_distance(
    criterion: Criterion, grid: RasterGrid, window: Window, memory_mb: float
) -> Iterator[tuple[Window, Floats]]:
    assert isinstance(criterion.source, Layer)
    shapes = criterion.source.frame.geometry.to_numpy()
    # cells round a window that its distances may depend on
    halo = ceil(criterion.function.reach / abs(grid.transform.e)) + 1
    for part, near in near_cells(shapes, grid, window, halo=halo, memory_mb=memory_mb):
        yield part, criterion.function(near)


def _scored(criterion: Criterion, grid: RasterGrid, window: Window) -> Floats:
    if criterion.measure == "value" and not isinstance(criterion.source, Layer):
        values = criterion.source.read(window)
        none = missing(values, criterion.source.nodata)
        measured = values.astype(np.float32)
        measured[none] = np.nan
        return criterion.function(measured)
    assert isinstance(criterion.source, Layer)
    shapes = criterion.source.frame.geometry.to_numpy()
    if criterion.travel is not None:
        return criterion.function(_travelled(criterion.travel, grid, window))
    if criterion.measure == "inside":
        return criterion.function(burnt(shapes, grid.part(window), touched=False).astype(np.float32))
    if _empty(criterion):
        return np.full((window.height, window.width), np.nan, dtype=np.float32)
    return np.concatenate([part for _, part in _by_distance(criterion, grid, window, _MEMORY_MB)])


def _travelled(travel: TravelCosts, grid: RasterGrid, window: Window) -> NDArray[np.float64]:
    row, col = np.mgrid[window.row : window.row + window.height, window.col : window.col + window.width]
    middle = grid.xy(np.column_stack([col.ravel() + 0.5, row.ravel() + 0.5]))
    return travel.at(middle).reshape(window.height, window.width)


def _travel_findings(
    criterion: Criterion, grid: RasterGrid, wanted: NDArray[np.bool_] | None
) -> Iterator[Finding]:
    """How much land no road leads from to any feature, and what is known of the network."""
    travel, name = criterion.travel, criterion.source.name
    if travel is None:
        return
    yield from travel.findings
    rows = max(_BLOCK // grid.width, 1)
    cut_off = 0
    for row in range(0, grid.height, rows):
        window = Window(row, 0, min(rows, grid.height - row), grid.width)
        lost = np.isinf(_travelled(travel, grid, window))
        cut_off += int(lost.sum() if wanted is None else (lost & wanted[row : row + rows]).sum())
    if cut_off:
        share = 100.0 * cut_off / (grid.height * grid.width if wanted is None else int(wanted.sum()))
        fields = {"area_ha": cut_off * grid.cell_ha(name), "share_pct": share, "within_m": travel.access_m}
        yield Finding("travel_unreachable", name, None, "warn", {"criterion": criterion.name, **fields})


def _lacking(criterion: Criterion, cells: int, asked: int, *, grid: RasterGrid) -> list[Finding]:
    name = criterion.source.name
    if isinstance(criterion.source, Layer) and criterion.source.frame.empty:
        return [Finding("criterion_empty", name, None, "block", {"criterion": criterion.name})]
    if not cells:
        return []
    share = 100.0 * cells / asked
    fields = {"criterion": criterion.name, "area_ha": cells * grid.cell_ha(name), "share_pct": share}
    return [Finding("criterion_without_data", name, None, "warn", fields)]
