"""Many lines or points drawn by the server as picture tiles."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from PIL import Image

from layers.crs import to_crs
from maps.styles import kind_look
from maps.tiles import SIZE, rgb, tile_bounds, widened
from maps.warp import mercator
from spatial.paint import Outlines, outlined

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["MarkTiles"]

_FINE: Final = 2  # drawn twice as large, then halved: soft edges
_DOT: Final = 3.0  # radius of a point, pixels
_LINE: Final = 1.0  # half the least width of a line, pixels


class MarkTiles:
    r"""Tiles of one layer of lines or points, in the colour of its kind.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Any system.
    kind_name : str

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> frame = gpd.GeoDataFrame(geometry=[Point(105.55, 21.05)], crs=4326)
    >>> tiles = MarkTiles(frame, "school")
    >>> tiles.png(10, 812, 450)[:4]
    b'\x89PNG'
    >>> tiles.png(10, 0, 0) is None
    True
    """

    def __init__(self, frame: gpd.GeoDataFrame, kind_name: str) -> None:
        moved = to_crs(frame, mercator(), max_edge_m=1000.0).geometry.to_numpy()
        self._geometry = shapely.get_parts(moved)
        self._tree = shapely.STRtree(self._geometry)
        look = kind_look(kind_name)
        self._colour = rgb(look.fill or look.stroke)
        self._half = max(look.weight / 2, _LINE)
        self.png = lru_cache(maxsize=2048)(self._png)

    def _png(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as PNG, ``None`` where nothing lies in it."""
        bounds = tile_bounds(zoom, x, y)
        found = self._tree.query(shapely.box(*widened(bounds, 2 * _DOT / SIZE)))
        if not len(found):
            return None
        marked = self._marked(self._geometry[found], bounds)
        if not marked.any():
            return None
        picture = np.zeros((SIZE * _FINE, SIZE * _FINE, 4), dtype=np.uint8)
        picture[marked] = (*self._colour, 255)
        out = io.BytesIO()
        Image.fromarray(picture).resize((SIZE, SIZE), Image.Resampling.BOX).save(out, "PNG")
        return out.getvalue()

    def _marked(self, geometry: NDArray[np.object_], bounds: tuple[float, ...]) -> NDArray[np.bool_]:
        """Cells under lines and points; marks beyond the edge reach over it, as in the next tile."""
        rim = int(np.ceil((_DOT + 1) * _FINE))
        size = SIZE * _FINE + 2 * rim
        scale = SIZE * _FINE / (bounds[2] - bounds[0])
        dots = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
        xy = shapely.get_coordinates(geometry[dots])
        cells = np.floor(
            np.column_stack([(xy[:, 0] - bounds[0]) * scale, (bounds[3] - xy[:, 1]) * scale]) + rim
        )
        cells = cells[((cells >= 0) & (cells < size)).all(axis=1)].astype(np.int64)
        points = np.zeros((size, size), dtype=bool)
        points[cells[:, 1], cells[:, 0]] = True
        lines = geometry[~dots]
        count = shapely.get_num_coordinates(lines)
        xy = shapely.get_coordinates(lines)
        pixels = np.column_stack([(xy[:, 0] - bounds[0]) * scale, (bounds[3] - xy[:, 1]) * scale]) + rim
        offset = np.concatenate([[0], np.cumsum(count)])
        whole = np.arange(len(lines) + 1)
        thin = outlined(Outlines(pixels, offset, whole), shape=(size, size)) if len(lines) else points & False
        both = _thick(points, _DOT * _FINE) | _thick(thin, self._half * _FINE)
        return both[rim:-rim, rim:-rim]


def _thick(cells: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """Widen marks to discs."""
    out = cells.copy()
    if not cells.any():
        return out
    reach = int(radius)
    padded = np.pad(cells, reach)
    rows, columns = cells.shape
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dx * dx + dy * dy <= radius * radius:
                out |= padded[reach + dy : reach + dy + rows, reach + dx : reach + dx + columns]
    return out
