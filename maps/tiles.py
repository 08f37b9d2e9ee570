"""Large layers drawn by the server as picture tiles, land use in its official colours.

Tens of thousands of parcels as features would freeze a browser; a tile of 256 pixels costs some
milliseconds here and a few kilobytes there.
"""

from __future__ import annotations

import io
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize
from rasterio.transform import from_bounds

from layers.crs import as_crs, to_crs
from maps.styles import LandLook, kind_look, land_looks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers import Layer

__all__ = ["LayerTiles"]

# rasterio speaks of datasets without a place; a picture in memory is no dataset. For all threads at once:
# a filter of one thread would not hold while another one draws
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)

_HALF: Final = 20037508.342789244
_SIZE: Final = 256
_FINE: Final = 2  # drawn twice as large, then halved: soft edges
_OUTLINE_ZOOM: Final = 14
_LABEL_ROOM: Final = 26.0  # pixels
_LABEL_REACH: Final = 0.15
_GREY: Final = "#D9D9D9"


class LayerTiles:
    r"""Tiles of one layer of areas.

    Parameters
    ----------
    layer : Layer
        Areas in any CRS; land use by its codes, every other kind in its own colour.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers import Layer
    >>> frame = gpd.GeoDataFrame({"code": ["LUC"]}, geometry=[box(105.5, 21, 105.6, 21.1)], crs=4326)
    >>> tiles = LayerTiles(Layer(frame, "lu", "land_use"))
    >>> tiles.png(10, 812, 450)[:4]
    b'\x89PNG'
    >>> tiles.png(10, 0, 0) is None
    True
    """

    def __init__(self, layer: Layer) -> None:
        frame = to_crs(layer.frame, as_crs(3857), max_edge_m=1000.0)
        coded = layer.kind_name == "land_use" and "code" in frame
        kind = layer.kind_name
        looks = (
            land_looks()
            if coded
            else {kind: LandLook(kind, kind_look(kind).fill or _GREY, 0, official=False)}
        )
        self._geometry: NDArray[np.object_] = frame.geometry.to_numpy()
        codes: list[str] = frame["code"].fillna("").astype(str).tolist() if coded else [kind] * len(frame)
        self._codes: NDArray[np.object_] = np.array(codes, dtype=object)
        self._labelled = coded
        names = sorted(set(codes))
        self._class = np.searchsorted(names, self._codes).astype(np.int32) + 1
        plain = LandLook("", _GREY, 0, official=False)
        self._colours = np.array(
            [(0, 0, 0), *(_rgb(looks.get(n, plain).colour) for n in names)], dtype=np.uint8
        )
        self._hatch = np.array([0, *(looks.get(n, plain).hatch for n in names)], dtype=np.int8)
        # twice the thickness: roughly the width that a name has to fit into, map units
        self._room = 4.0 * shapely.area(self._geometry) / np.maximum(shapely.length(self._geometry), 1e-9)
        self._tree = shapely.STRtree(self._geometry)
        self.png = lru_cache(maxsize=2048)(self._png)

    def _png(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as PNG, ``None`` where nothing lies in it."""
        bounds = _bounds(zoom, x, y)
        found = self._tree.query(shapely.box(*bounds), predicate="intersects")
        if not len(found):
            return None
        picture = self._paint(found, bounds, outlines=zoom >= _OUTLINE_ZOOM)
        picture = picture.resize((_SIZE, _SIZE), Image.Resampling.BOX)
        if self._labelled and zoom >= _OUTLINE_ZOOM:
            # a name may reach over the edge of a tile: both tiles draw their half of it
            self._label(picture, self._tree.query(shapely.box(*_wider(bounds, _LABEL_REACH))), bounds)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()

    def _paint(self, found: NDArray[np.intp], bounds: tuple[float, ...], *, outlines: bool) -> Image.Image:
        size = _SIZE * _FINE
        shapes = zip(self._geometry[found], self._class[found].tolist(), strict=True)
        transform = from_bounds(*bounds, size, size)
        classes = rasterize(shapes, out_shape=(size, size), transform=transform, dtype="int32")
        pixels = np.zeros((size, size, 4), dtype=np.uint8)
        pixels[..., :3] = self._colours[classes]
        pixels[..., 3] = np.where(classes > 0, 255, 0)
        lines = _hatched(self._hatch[classes], bounds) & (classes > 0)
        pixels[lines, :3] = (pixels[lines, :3] * 0.62).astype(np.uint8)
        picture = Image.fromarray(pixels)
        if outlines:
            self._outline(picture, found, bounds)
        return picture

    def _outline(self, picture: Image.Image, found: NDArray[np.intp], bounds: tuple[float, ...]) -> None:
        pen = ImageDraw.Draw(picture)
        for ring in shapely.get_rings(shapely.clip_by_rect(self._geometry[found], *_wider(bounds))):
            points = _pixels(shapely.get_coordinates(ring), bounds, picture.width)
            pen.line([tuple(p) for p in points], fill=(120, 120, 120, 255), width=1)

    def _label(self, picture: Image.Image, found: NDArray[np.intp], bounds: tuple[float, ...]) -> None:
        pixel = (bounds[2] - bounds[0]) / picture.width
        # by its own size, not by the crowd in one tile: neighbouring tiles must agree
        found = found[self._room[found] > _LABEL_ROOM * pixel]
        if not len(found):
            return
        pen = ImageDraw.Draw(picture)
        font = ImageFont.load_default(size=11)
        middle = shapely.get_coordinates(shapely.point_on_surface(self._geometry[found]))
        for (px, py), code in zip(_pixels(middle, bounds, picture.width), self._codes[found], strict=True):
            pen.text((px, py), code, fill=(40, 40, 40, 255), font=font, anchor="mm", stroke_width=2,
                     stroke_fill=(255, 255, 255, 190))  # fmt: skip


def _bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    side = 2 * _HALF / 2**zoom
    return x * side - _HALF, _HALF - (y + 1) * side, (x + 1) * side - _HALF, _HALF - y * side


def _wider(bounds: tuple[float, ...], share: float = 0.02) -> tuple[float, float, float, float]:
    """A little more than the tile, so that its own edge is not drawn as a border of parcels."""
    west, south, east, north = bounds
    more = (east - west) * share
    return west - more, south - more, east + more, north + more


def _pixels(points: NDArray[np.float64], bounds: tuple[float, ...], size: int) -> NDArray[np.float64]:
    west, south, east, north = bounds
    return np.column_stack(
        [(points[:, 0] - west) / (east - west) * size, (north - points[:, 1]) / (north - south) * size]
    )


def _hatched(hatch: NDArray[np.int8], bounds: tuple[float, ...]) -> NDArray[np.bool_]:
    """Where a hatching draws its lines; counted from the corner of the world, so tiles join."""
    size = hatch.shape[0]
    pixel = (bounds[2] - bounds[0]) / size
    x0, y0 = round((bounds[0] + _HALF) / pixel) % 840, round((_HALF - bounds[3]) / pixel) % 840
    x = (np.arange(size) + x0)[None, :]
    y = (np.arange(size) + y0)[:, None]
    step, line = 12, 2
    masks = [
        np.zeros((size, size), dtype=bool),
        (x + y) % step < line,
        (x - y) % step < line,
        np.broadcast_to(y % step < line, (size, size)),
        np.broadcast_to(x % step < line, (size, size)),
        (x % step < line) | (y % step < line),
        (x % 10 < 3) & (y % 10 < 3),  # noqa: PLR2004 - dots of three in tens
        (x + y) % 24 < 3,  # noqa: PLR2004 - a wider diagonal
    ]
    return np.choose(hatch, masks)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
