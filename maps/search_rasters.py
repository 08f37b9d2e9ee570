"""Rasters that a search is scored on: what a run says of them, and what is looked at before one is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from layers.errors import QuestionError
from layers.findings import Finding
from layers.grid import raster_windows
from layers.raster import aligned_source
from maps.criteria import check_unit
from spatial.suitability import grid_cells, search_grid

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.grid import CellSource
    from layers.guarded_raster import GuardedRaster
    from layers.raster import RasterSource
    from layers.raster_store import KeptRaster
    from layers.store import Workspace

__all__ = ["RasterLook", "kept_facts", "look_over", "raster_facts", "raster_versions"]

_WINDOW_MB: Final = 32.0
#: cells that the share of the area with values is told from
_PROBES: Final = 40_000
_LEAST_CELL_M: Final = 10.0
#: what a measure can be at all; values beyond are most often of another unit
_SENSE: Final = {
    "slope": (0.0, 90.0),
    "flood": (0.0, 100.0),
    "land_value": (0.0, 1.0),
    "elevation": (-100.0, 9000.0),
}


@dataclass(frozen=True)
class RasterLook:
    """What was seen of a raster before it is used.

    Parameters
    ----------
    cells, empty : int
        Cells, and those without a value.
    low, high : float
        Least and greatest value; NaN where no cell has one.
    covered : float
        Share of the area of search that has values, 0 to 1, looked at on a coarse grid.
    findings : tuple of Finding
        Of the reader and of the look.
    """

    cells: int
    empty: int
    low: float
    high: float
    covered: float
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing that was seen forbids to use it."""
        return not any(f.level == "block" for f in self.findings)


def raster_facts(name: str, sha256: str, *, period: str, cells: int, made: bool = False) -> dict[str, Any]:
    """Facts of a raster as the run of a search has them, beside those of its layers.

    Parameters
    ----------
    name : str
        Of its file.
    sha256 : str
        Of its file.
    period : str
        Empty where nobody said.
    cells : int
    made : bool

    Returns
    -------
    dict
        As :func:`spatial._run.run_facts` gives them of a layer; ``kind`` is *raster*, ``rows`` its cells.
    """
    return {
        "role": "criterion",
        "name": name,
        "kind": "raster",
        "source": name,
        "sha256": sha256,
        "decision": "",
        "period": period or None,
        "stage": None,
        "rows": cells,
        "extent": "full",
        "made": made,
        "steps": [],
    }


def kept_facts(raster: KeptRaster) -> dict[str, Any]:
    """Facts of a raster of the workspace, see :func:`raster_facts`.

    Parameters
    ----------
    raster : KeptRaster

    Returns
    -------
    dict
    """
    cells = raster.height * raster.width
    return raster_facts(raster.name, raster.sha256, period=raster.period, cells=cells, made=raster.made)


def look_over(source: GuardedRaster, criterion: str, area: gpd.GeoDataFrame) -> RasterLook:
    """Look at the values of a raster, and at how much of an area they cover.

    Parameters
    ----------
    source : GuardedRaster
        On its own cells.
    criterion : str
        What it is to measure.
    area : geopandas.GeoDataFrame
        The area of search, in a projected CRS in metres.

    Returns
    -------
    RasterLook
        With the findings of the reader, and ``raster_in_feet`` (block), ``raster_crs_needed`` (block),
        ``raster_off_area`` (block where no value lies in the area), ``raster_values_odd`` (warn) and
        ``raster_unit_unstated`` (info).

    Raises
    ------
    CrsError
        ``crs_unrelated`` or ``datum_operation_missing``.
    """
    cells, empty, low, high = _values(source)
    found = list(source.findings)
    if source.stored.crs is None:
        found = [f for f in found if f.code != "raster_crs_missing"]
        found.append(Finding("raster_crs_needed", source.name, None, "block", {}))
    try:
        check_unit(source.unit, criterion, layer=source.name)
    except QuestionError as error:
        fields = {name: value for name, value in error.fields.items() if name != "layer"}
        found.append(Finding(error.code, source.name, None, "block", fields))
    if not source.unit:
        found.append(Finding("raster_unit_unstated", source.name, None, "info", {"criterion": criterion}))
    least, most = _SENSE.get(criterion, (-np.inf, np.inf))
    if cells > empty and (low < least or high > most):
        odd = {"criterion": criterion, "low": low, "high": high, "least": least, "most": most}
        found.append(Finding("raster_values_odd", source.name, None, "warn", odd))
    covered = _covered(source, area) if source.stored.crs is not None else 0.0
    if source.stored.crs is not None and cells > empty and covered <= 0:
        found.append(Finding("raster_off_area", source.name, None, "block", {}))
    return RasterLook(cells, empty, low, high, covered, tuple(found))


def _values(source: CellSource) -> tuple[int, int, float, float]:
    cells, known, low, high = 0, 0, np.inf, -np.inf
    for window in raster_windows(source, memory_mb=_WINDOW_MB):
        values = source.read(window)
        there = _known(values, source.nodata)
        cells, known = cells + values.size, known + there.size
        if there.size:
            low, high = min(low, float(there.min())), max(high, float(there.max()))
    return cells, cells - known, *((low, high) if known else (np.nan, np.nan))


def _known(values: NDArray[Any], nodata: float | None) -> NDArray[Any]:
    there = values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()
    return there if nodata is None or np.isnan(nodata) else there[there != values.dtype.type(nodata)]


def _covered(source: RasterSource, area: gpd.GeoDataFrame) -> float:
    """Share of the area that has values, looked at in so many places that the eye could not tell more."""
    left, bottom, right, top = area.total_bounds
    cell_m = max(_LEAST_CELL_M, float(np.sqrt((right - left) * (top - bottom) / _PROBES)))
    grid = search_grid(area, cell_m=cell_m)
    there = aligned_source(source, grid_cells(grid), "linear")
    values = there.read(grid.whole)
    none = there.nodata
    known = np.isfinite(values.astype(np.float64))
    if none is not None and np.isfinite(none):
        known &= values != values.dtype.type(none)
    rows, cols = np.indices(grid.shape)
    places = grid.xy(np.column_stack([cols.ravel() + 0.5, rows.ravel() + 0.5]))
    whole = area.geometry.union_all()
    shapely.prepare(whole)
    inside = shapely.contains_xy(whole, places[:, 0], places[:, 1]).reshape(grid.shape)
    return float(known[inside].mean()) if inside.any() else float(known.any())


def raster_versions(workspace: Workspace) -> tuple[tuple[str, int], ...]:
    """Name what is said now of the rasters that a workspace keeps: their period and whether they are made.

    Parameters
    ----------
    workspace : Workspace

    Returns
    -------
    tuple of (str, int)
        Ids and versions, in the order of ids.
    """
    return tuple(sorted((entry.id, entry.version) for entry in workspace.entries.newest("raster")))
