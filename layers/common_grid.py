"""Two rasters brought onto one grid: whole, in metres, and with what lay apart said in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from affine import Affine

from layers.crs import as_crs, is_metric, metric_crs_at, mover
from layers.errors import CrsError
from layers.findings import Finding
from layers.grid import Raster, RasterGrid, Window, same_crs
from layers.raster import RasterSource, align_raster, aligned_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from layers.grid import CellSource

    Places = NDArray[np.float64]

__all__ = ["common_grid", "on_common_grid"]

#: edges that lie this near a whole cell lie on it, in cells
_ON_EDGE: Final = 1e-3
_EDGE_POINTS: Final = 33
_WGS84: Final = 4326


@dataclass(frozen=True)
class _Grid:
    """A grid without cells, for rasters to be aligned to."""

    grid: RasterGrid
    name: str
    nodata: float | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.uint8)

    def read(self, window: Window) -> NDArray[Any]:
        return np.zeros((window.height, window.width), dtype=self.dtype)


def common_grid(sources: Sequence[CellSource], crs: CRS | None = None) -> RasterGrid:
    """Choose the grid that rasters are compared on.

    Parameters
    ----------
    sources : sequence of Raster or RasterSource
        The first one leads.
    crs : pyproj.CRS, optional
        System to measure in; without it that of the first raster, or where it is in degrees the VN-2000 3°
        zone (elsewhere the UTM zone) at its middle.

    Returns
    -------
    RasterGrid
        Cells of the first raster, as many as cover all of them; in another system square cells of the same
        area.

    Raises
    ------
    CrsError
        ``crs_missing`` or ``crs_not_metric``.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> left = Raster(np.zeros((2, 2), np.uint8), Affine(10, 0, 0, 0, -10, 20), as_crs(5897))
    >>> right = Raster(np.zeros((2, 2), np.uint8), Affine(10, 0, 15, 0, -10, 20), as_crs(5897))
    >>> common_grid([left, right]).shape
    (2, 4)
    """
    for source in sources:
        if source.grid.crs is None:
            raise CrsError("crs_missing", layer=source.name, expected="VN-2000 (EPSG:5897, ...)")
    base = _metric(sources[0], crs)
    corners = [base.cells(_outline(source.grid, base.crs)) for source in sources]
    low = np.floor(np.vstack(corners).min(axis=0) + _ON_EDGE).astype(int)
    high = np.ceil(np.vstack(corners).max(axis=0) - _ON_EDGE).astype(int)
    x, y = base.xy(np.array([low], dtype=float))[0]
    t = base.transform
    moved = t if (low == 0).all() else Affine(t.a, t.b, float(x), t.d, t.e, float(y))
    return RasterGrid(base.crs, moved, int(high[1] - low[1]), int(high[0] - low[0]))


def _metric(source: CellSource, crs: CRS | None) -> RasterGrid:
    """The grid of a raster where it can be measured in the system asked for, else one of square cells."""
    grid = source.grid
    assert grid.crs is not None
    if crs is not None and not is_metric(crs):
        raise CrsError("crs_not_metric", layer=source.name, found=crs.name, expected="EPSG:5897")
    if is_metric(grid.crs) and (crs is None or same_crs(crs, grid.crs)):
        return grid
    middle = grid.xy(np.array([[grid.width / 2, grid.height / 2]]))
    if crs is None:
        lon, lat = mover(grid.crs, as_crs(_WGS84)).transform(*middle[0])
        crs = metric_crs_at(lon, lat)
    cell = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    cell += [grid.width // 2, grid.height // 2]
    x, y = mover(grid.crs, crs).transform(*grid.xy(cell).T)
    side = float(np.sqrt(abs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]))))
    xy = _outline(grid, crs)
    return RasterGrid(crs, Affine(side, 0, float(xy[:, 0].min()), 0, -side, float(xy[:, 1].max())), 1, 1)


def _outline(grid: RasterGrid, crs: CRS | None) -> Places:
    """Points along the four edges of a grid in another system."""
    assert grid.crs is not None
    assert crs is not None
    along = np.linspace(0, 1, _EDGE_POINTS)
    none, whole = np.zeros_like(along), np.ones_like(along)
    edges = np.vstack(
        [np.column_stack(edge) for edge in ((along, none), (along, whole), (none, along), (whole, along))]
    )
    xy = grid.xy(edges * [grid.width, grid.height])
    return xy if same_crs(grid.crs, crs) else np.column_stack(mover(grid.crs, crs).transform(*xy.T))


def on_common_grid(
    sources: Sequence[CellSource], crs: CRS | None = None
) -> tuple[list[CellSource], list[Finding]]:
    """Bring rasters onto one grid, nearest cell.

    Parameters
    ----------
    sources : sequence of Raster or RasterSource
        Of classes; the first one leads.
    crs : pyproj.CRS, optional
        As for :func:`common_grid`.

    Returns
    -------
    list of Raster or RasterSource
        In the order given; those on disk stay there.
    list of Finding
        ``raster_aligned`` with how far a raster lay off the grid in metres, ``raster_system`` for one of
        another system.

    Raises
    ------
    CrsError
        ``crs_missing``, ``crs_not_metric``, ``crs_unrelated`` or ``datum_operation_missing``.

    Examples
    --------
    >>> from layers.crs import as_crs
    >>> early = Raster(np.zeros((2, 2), np.uint8), Affine(10, 0, 0, 0, -10, 20), as_crs(5897), name="2020")
    >>> late = Raster(np.ones((2, 2), np.uint8), Affine(10, 0, 3, 0, -10, 24), as_crs(5897), name="2025")
    >>> rasters, (found,) = on_common_grid([early, late])
    >>> rasters[0].grid == rasters[1].grid, found.fields["offset_m"]
    (True, 5.0)
    """
    grid = common_grid(sources, crs)
    like = _Grid(grid, sources[0].name)
    findings: list[Finding] = []
    for source in sources:
        found = _apart(source, like, sources[0])
        findings += [found] if found else []
    return [_moved(source, like) for source in sources], findings


def _moved(source: CellSource, like: _Grid) -> CellSource:
    if isinstance(source, RasterSource):
        return aligned_source(source, like, "nearest")
    assert isinstance(source, Raster)
    return align_raster(source, like)


def _apart(source: CellSource, like: _Grid, first: CellSource) -> Finding | None:
    """What has to be done to a raster: nothing, another system, or how far its cells lie off."""
    own, grid = source.grid, like.grid
    if not same_crs(own.crs, grid.crs):
        names = [g.crs.name if g.crs is not None else "–" for g in (own, grid)]
        return Finding("raster_system", source.name, None, "warn", {"found": names[0], "crs": names[1]})
    ends = np.array([[0.0, 0.0], [own.width, own.height]])
    places = grid.cells(own.xy(ends))
    if np.abs(places - np.round(places)).max() < _ON_EDGE and np.allclose(places[1] - places[0], ends[1]):
        return None
    # rasters of one shape are taken for one grid, so what counts is how far their corners lie apart
    whole = np.zeros(2) if own.shape == first.grid.shape else np.round(places[0])
    origin = first.grid if own.shape == first.grid.shape else grid
    east, north = own.xy(ends[:1])[0] - origin.xy(whole[None, :])[0]
    sizes = [f"{abs(g.transform.a):.4g} × {abs(g.transform.e):.4g} m" for g in (own, grid)]
    fields = {
        "other": like.name,
        "offset_m": float(np.hypot(east, north)),
        "east_m": float(east),
        "north_m": float(north),
        "found": sizes[0],
        "expected": sizes[1],
    }
    return Finding("raster_aligned", source.name, None, "warn", fields)
