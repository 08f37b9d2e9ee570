"""Large layers drawn by the server as picture tiles, land use in its official colours.

A million parcels as features would freeze a browser; a tile of 256 pixels costs some milliseconds here and
a few kilobytes there. Where a tile shows few polygons they are painted themselves, where it shows many an
overview is, whose cells have the commonest value of the finer ones. No geometry object is made: the
coordinates are mapped from disk.
"""

from __future__ import annotations

import io
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont

from maps.hatching import colour_table, hatched
from maps.styles import UNKNOWN_LAND, LandLook, kind_look, land_looks
from maps.warp import Warp, mercator
from spatial.paint import Outlines, halved, outlined, painted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.coordinates import Coordinates

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Cells = NDArray[np.uint16]
    Keep = Callable[[Callable[[], list[NDArray[Any]]]], list[NDArray[Any]]]
    Box = tuple[float, float, float, float]

__all__ = ["SIZE", "LayerTiles", "rgb", "tile_bounds", "widened"]

_HALF: Final = 20037508.342789244
#: pixels of a tile along its side
SIZE: Final = 256
_FINE: Final = 2  # drawn twice as large, then halved: soft edges
_OUTLINE_ZOOM: Final = 14
_LABEL_ROOM: Final = 26.0  # pixels
_REACH: Final = 0.15  # of a tile: a name may reach over the edge, both tiles draw their half of it
_GREY: Final = "#D9D9D9"
# features in a tile above which the overview is drawn: a tenth of a second of painting
_MANY: Final = 4_000
_WIDEST: Final = 8192  # cells of the overview along its longer side
_BLOCK: Final = 64  # features that share a box in the search
_CHUNK: Final = 50_000  # features painted into the overview at once


class _Block(NamedTuple):
    """Some features of a layer, their borders in pixels of a picture."""

    shapes: Outlines
    outer: NDArray[np.bool_]  # whether a ring is an outer ring
    feature: Ints


class LayerTiles:
    r"""Tiles of one layer of areas.

    Parameters
    ----------
    coordinates : Coordinates
        Of a layer of areas, in any system.
    kind_name : str
        Land use is drawn by its codes, every other kind in its own colour.
    keep : callable, optional
        Keeps the overview: gets what makes it and returns it.

    Attributes
    ----------
    world : tuple of float
        West, south, east, north of the layer, metres of Web Mercator.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from layers.coordinates import coordinates_of
    >>> frame = gpd.GeoDataFrame({"code": ["LUC"]}, geometry=[box(105.5, 21, 105.6, 21.1)], crs=4326)
    >>> tiles = LayerTiles(coordinates_of(frame), "land_use")
    >>> tiles.png(10, 812, 450)[:4]
    b'\x89PNG'
    >>> tiles.png(10, 0, 0) is None
    True
    """

    def __init__(self, coordinates: Coordinates, kind_name: str, keep: Keep | None = None) -> None:
        self._source = coordinates
        self._keep = keep or (lambda make: make())
        self._labelled = kind_name == "land_use" and "code" in coordinates.classes
        self._kinds = _classes(coordinates) if self._labelled else np.ones(len(coordinates), dtype=np.uint16)
        values = coordinates.classes["code"][1] if self._labelled else [kind_name]
        self._names = ["", *("" if v is None else str(v) for v in values)]
        looks = land_looks() if self._labelled else {kind_name: _own_look(kind_name)}
        chosen = [looks.get(name, UNKNOWN_LAND) for name in self._names[1:]]
        self._pixels = colour_table([rgb(look.colour) for look in chosen])
        self._hatch = np.array([0, *(look.hatch for look in chosen)], dtype=np.uint8)
        self._boxes = _block_boxes(coordinates.bounds)
        self._bounds = _joined(self._boxes)
        self._forth = Warp(coordinates.crs, mercator(), self._bounds)
        self.world = _joined(_corners(self._forth, self._bounds))
        self._back = Warp(mercator(), coordinates.crs, self.world)
        self._overview: list[Cells] = []
        self._lock = Lock()
        self.png = lru_cache(maxsize=2048)(self._png)

    def _png(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile as PNG, ``None`` where nothing lies in it."""
        bounds = tile_bounds(zoom, x, y)
        if not _meet(bounds, self.world):
            return None
        found = self._near(widened(bounds, _REACH))
        if not len(found):
            return None
        block = None if len(found) > _MANY else self._block(found, bounds)
        cells = self._sampled(bounds) if block is None else self._painted(block)
        if not cells.any():
            return None
        picture = self._coloured(cells, bounds)
        if block is not None and zoom >= _OUTLINE_ZOOM:
            picture = self._lined(picture, block)
        small = Image.fromarray(picture).resize((SIZE, SIZE), Image.Resampling.BOX)
        if block is not None and self._labelled and zoom >= _OUTLINE_ZOOM:
            self._label(small, block)
        out = io.BytesIO()
        small.save(out, "PNG")
        return out.getvalue()

    def _near(self, bounds: Box) -> Ints:
        """Features whose boxes meet a box on the map, in the order they are stored in."""
        box = _joined(_corners(self._back, bounds))
        blocks = np.flatnonzero(_meeting(self._boxes, box))
        some = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        some = some[some < len(self._source)]
        return some[_meeting(np.asarray(self._source.bounds[some]), box)]

    def _block(self, found: Ints, bounds: Box) -> _Block:
        """Borders of features in pixels of a tile, drawn larger than it will be."""
        source = self._source
        rings, feature = _picked(source.feature, found)
        at, ring = _picked(source.ring, rings)
        west, _, east, north = bounds
        scale = SIZE * _FINE / (east - west)
        there = self._forth(np.asarray(source.xy[at]))
        pixels = np.column_stack([(there[:, 0] - west) * scale, (north - there[:, 1]) * scale])
        return _Block(Outlines(pixels, ring, feature), np.asarray(source.outer[rings]), found)

    def _painted(self, block: _Block) -> Cells:
        size = SIZE * _FINE
        return painted(block.shapes, self._kinds[block.feature], shape=(size, size))

    def _sampled(self, bounds: Box) -> Cells:
        """Look the pixels of a tile up in the overview of the right size."""
        size = SIZE * _FINE
        west, _, east, north = bounds
        pixel = (east - west) / size
        middle = (np.arange(size, dtype=np.float64) + 0.5) * pixel
        out = np.zeros((size, size), dtype=np.uint16)
        # beside the layer there is nothing to look up, and the polynomials end there
        columns = _within(west + middle, self.world[0], self.world[2])
        rows = _within(north - middle, self.world[1], self.world[3])
        if columns.start == columns.stop or rows.start == rows.stop:
            return self._speck(out, west, north, pixel)
        there_x, there_y = self._back.lattice((west + middle)[columns], (north - middle)[rows])
        cell = self._cell()
        overview = self._levels()
        level = int(np.clip(np.floor(np.log2(max(self._ground_m(pixel) / cell, 1.0))), 0, len(overview) - 1))
        cells = overview[level]
        column = (there_x - self._bounds[0]) / (cell * 2**level)
        row = (self._bounds[3] - there_y) / (cell * 2**level)
        inside = (column >= 0) & (row >= 0) & (column < cells.shape[1]) & (row < cells.shape[0])
        picked = np.zeros(inside.shape, dtype=np.uint16)
        picked[inside] = cells[row[inside].astype(np.int64), column[inside].astype(np.int64)]
        out[rows, columns] = picked
        return out

    def _speck(self, out: Cells, west: float, north: float, pixel: float) -> Cells:
        """Leave a mark of a layer that lies between the middles of all pixels, as of a small polygon."""
        column = int(((self.world[0] + self.world[2]) / 2 - west) // pixel)
        row = int((north - (self.world[1] + self.world[3]) / 2) // pixel)
        if 0 <= row < out.shape[0] and 0 <= column < out.shape[1]:
            out[row, column] = np.bincount(self._kinds).argmax()
        return out

    def _ground_m(self, pixel: float) -> float:
        """Side of a pixel in the units of the layer, in its middle: one for all tiles of a zoom."""
        x, y = (self.world[0] + self.world[2]) / 2, (self.world[1] + self.world[3]) / 2
        here, beside = self._back(np.array([[x, y], [x + pixel, y]]))
        return float(np.hypot(*(beside - here)))

    def _cell(self) -> float:
        west, south, east, north = self._bounds
        return max(east - west, north - south) / _WIDEST

    def _levels(self) -> list[Cells]:
        """Make the overview once, however many tiles ask for it at a time."""
        with self._lock:
            if not self._overview:
                self._overview = self._keep(self._drawn)
        return self._overview

    def _drawn(self) -> list[Cells]:
        west, south, east, north = self._bounds
        cell = self._cell()
        shape = (int(np.ceil((north - south) / cell)) or 1, int(np.ceil((east - west) / cell)) or 1)
        base = np.zeros(shape, dtype=np.uint16)
        for start in range(0, len(self._source), _CHUNK):
            found = np.arange(start, min(start + _CHUNK, len(self._source)))
            painted(self._in_cells(found, cell), self._kinds[found], onto=base)
        levels = [base]
        while max(levels[-1].shape) > SIZE:
            levels.append(halved(levels[-1]))
        return levels

    def ready(self) -> None:
        """Make the overview of a layer that will need one, before anybody looks at it."""
        if len(self._source) > _MANY:
            self._levels()

    def _in_cells(self, found: Ints, cell: float) -> Outlines:
        source = self._source
        first, last = source.feature[found[0]], source.feature[found[-1] + 1]
        start, end = source.ring[first], source.ring[last]
        xy = (np.asarray(source.xy[start:end]) - [self._bounds[0], self._bounds[3]]) / [cell, -cell]
        return Outlines(
            xy, source.ring[first : last + 1] - start, source.feature[found[0] : found[-1] + 2] - first
        )

    def _coloured(self, cells: Cells, bounds: Box) -> NDArray[np.uint8]:
        hatch = self._hatch[cells] if self._hatch.any() else np.zeros_like(cells, dtype=np.uint8)
        lines = hatched(hatch, bounds)
        # a code's colour and, behind all of them, the same a shade darker: one look into a table
        flat = self._pixels[cells + np.uint16(len(self._names)) * lines]
        pixels: NDArray[np.uint8] = flat.view(np.uint8).reshape(*cells.shape, 4)
        return pixels

    def _lined(self, picture: NDArray[np.uint8], block: _Block) -> NDArray[np.uint8]:
        lines = outlined(block.shapes, shape=(picture.shape[0], picture.shape[1]))
        picture[lines] = (120, 120, 120, 255)
        return picture

    def _label(self, picture: Image.Image, block: _Block) -> None:
        # by its own size, not by the crowd in one tile: neighbouring tiles must agree
        roomy = np.flatnonzero(_room(block) / _FINE > _LABEL_ROOM)
        if not len(roomy):
            return
        pen = ImageDraw.Draw(picture)
        font = ImageFont.load_default(size=11)
        for f in roomy:
            x, y = _middle(block.shapes, int(f)) / _FINE
            if min(x, y) > -_LABEL_ROOM and max(x, y) < SIZE + _LABEL_ROOM:
                name = self._names[self._kinds[block.feature[f]]]
                pen.text((x, y), name, fill=(40, 40, 40, 255), font=font, anchor="mm", stroke_width=2,
                         stroke_fill=(255, 255, 255, 190))  # fmt: skip


def _classes(source: Coordinates) -> Cells:
    return (np.asarray(source.classes["code"][0]) + 1).astype(np.uint16)


def _own_look(kind_name: str) -> LandLook:
    return LandLook(kind_name, kind_look(kind_name).fill or _GREY, 0, official=False)


def _within(values: Floats, low: float, high: float) -> slice:
    """Where sorted values, either way round, lie between two others."""
    there = np.flatnonzero((values >= low) & (values <= high))
    return slice(int(there[0]), int(there[-1]) + 1) if len(there) else slice(0, 0)


def _block_boxes(bounds: Floats) -> Floats:
    """Boxes round runs of features, which lie near one another as they are stored."""
    if not len(bounds):
        return np.zeros((0, 4))
    start = np.arange(0, len(bounds), _BLOCK)
    filled = np.where(np.isnan(bounds), [np.inf, np.inf, -np.inf, -np.inf], bounds)
    low, high = np.minimum.reduceat(filled, start), np.maximum.reduceat(filled, start)
    return np.column_stack([low[:, :2], high[:, 2:]])


def _joined(boxes: Floats) -> Box:
    if not len(boxes):
        return 0.0, 0.0, 1.0, 1.0
    low, high = boxes.min(axis=0), boxes.max(axis=0)
    return float(low[0]), float(low[1]), float(high[2]), float(high[3])


def _corners(warp: Warp, box: Box) -> Floats:
    """Points along the edges of a box, taken over; as boxes without width."""
    west, south, east, north = box
    t = np.linspace(0, 1, 9)
    x, y = west + t * (east - west), south + t * (north - south)
    sides = [(x, np.full(9, south)), (x, np.full(9, north)), (np.full(9, west), y), (np.full(9, east), y)]
    there = warp(np.concatenate([np.column_stack(side) for side in sides]))
    there = there[np.isfinite(there).all(axis=1)]
    return np.column_stack([there, there])


def _meeting(boxes: Floats, box: Box) -> NDArray[np.bool_]:
    west, south, east, north = box
    out: NDArray[np.bool_] = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
    return out & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)


def _meet(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and a[2] >= b[0] and a[1] <= b[3] and a[3] >= b[1]


def _picked(offset: Ints, which: Ints) -> tuple[Ints, Ints]:
    """Members of chosen groups, one group after another, and where each group begins among them."""
    first = np.asarray(offset[which])
    count = np.asarray(offset[which + 1]) - first
    begin = np.concatenate([[0], np.cumsum(count)])
    return np.repeat(first - begin[:-1], count) + np.arange(begin[-1]), begin


def _room(block: _Block) -> Floats:
    """Twice the thickness of each polygon: roughly the width that a name has to fit into, pixels."""
    shapes = block.shapes
    x, y = shapes.xy[:, 0], shapes.xy[:, 1]
    cross, length = np.zeros(len(x)), np.zeros(len(x))
    cross[:-1] = (x[:-1] * y[1:] - x[1:] * y[:-1]) / 2
    length[:-1] = np.hypot(np.diff(x), np.diff(y))
    ends = shapes.ring[1:] - 1
    cross[ends], length[ends] = 0.0, 0.0  # no edge from one ring to the next
    area = np.abs(np.add.reduceat(cross, shapes.ring[:-1])) * np.where(block.outer, 1.0, -1.0)
    owner = np.repeat(np.arange(len(block.feature)), np.diff(shapes.feature))
    edges = np.add.reduceat(length, shapes.ring[:-1])
    around = np.bincount(owner, weights=edges, minlength=len(block.feature))
    return 4.0 * np.bincount(owner, weights=area, minlength=len(block.feature)) / np.maximum(around, 1e-9)


def _middle(shapes: Outlines, f: int) -> Floats:
    """A point inside the largest ring of a polygon and outside of its other rings."""
    rings = range(shapes.feature[f], shapes.feature[f + 1])
    parts = [
        shapely.make_valid(shapely.Polygon(shapes.xy[shapes.ring[r] : shapes.ring[r + 1]])) for r in rings
    ]
    largest = max(parts, key=lambda part: part.area)
    holes = shapely.union_all([part for part in parts if part is not largest])
    inside = largest.difference(holes).point_on_surface()
    return np.array([inside.x, inside.y])


def tile_bounds(zoom: int, x: int, y: int) -> Box:
    """Find where a tile lies.

    Parameters
    ----------
    zoom, x, y : int

    Returns
    -------
    tuple of float
        West, south, east, north, metres of Web Mercator.
    """
    side = 2 * _HALF / 2**zoom
    return x * side - _HALF, _HALF - (y + 1) * side, (x + 1) * side - _HALF, _HALF - y * side


def widened(bounds: Box, share: float) -> Box:
    """Widen a box on every side.

    Parameters
    ----------
    bounds : tuple of float
    share : float
        Of its width.

    Returns
    -------
    tuple of float
    """
    west, south, east, north = bounds
    more = (east - west) * share
    return west - more, south - more, east + more, north + more


def rgb(colour: str) -> tuple[int, int, int]:
    """Read a colour.

    Parameters
    ----------
    colour : str
        ``#RRGGBB``.

    Returns
    -------
    tuple of int
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
