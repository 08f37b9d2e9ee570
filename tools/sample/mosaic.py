"""From pieces to layers: one exact coverage a period, with most polygons the same from period to period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .coverage import absorb, faces_of, neighbours, union_by
from .plane import rng, thickness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .story import Story

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["Mosaic", "Redrawing", "lay", "period_layer", "weak_parcels"]

# codes of strips that may be narrow
_BENT = 4.5
_NARROW = ("DTL", "DGT", "SON")


@dataclass(frozen=True)
class Mosaic:
    """Faces on the centimetre grid with their parcel and code in each period."""

    faces: Shapes
    parcel: NDArray[np.int64]
    code: NDArray[np.str_]
    commune: NDArray[np.int64]


def lay(story: Story, outline: shapely.Polygon) -> Mosaic:
    """Node all pieces on the centimetre grid.

    Parameters
    ----------
    story : Story
    outline : shapely.Polygon

    Returns
    -------
    Mosaic
        Faces thinner than a metre belong to the piece they share most border with.
    """
    faces = faces_of([outline.boundary, *shapely.boundary(story.land)], outline)
    tree = shapely.STRtree(story.land)
    face, piece = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    of = np.full(len(faces), -1)
    of[face[::-1]] = piece[::-1]
    weak = (of < 0) | (thickness(faces) < 1.0) | (shapely.area(faces) < 25)
    of = of[absorb(faces, weak)]
    return Mosaic(faces, story.parcel[of], story.code[of], story.commune[of])


def _one_part(shapes: Shapes, labels: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[Shapes, list[str]]:
    """Make a polygon of each part; the largest part keeps the number, the others get a letter."""
    out, names = [], []
    for shape, label in zip(shapes, rows[labels], strict=True):
        parts = sorted(shapely.get_parts(shape), key=lambda p: -p.area)
        for k, part in enumerate(parts):
            out.append(part)
            names.append(f"TD{label:05d}" + ("" if k == 0 else chr(96 + k)))
    return shapely.normalize(np.array(out, dtype=object)), names


def period_layer(mosaic: Mosaic, period: int) -> pd.DataFrame:
    """Unite the faces of each parcel in one period.

    Parameters
    ----------
    mosaic : Mosaic
    period : int
        Position of the period.

    Returns
    -------
    pandas.DataFrame
        Columns id, code, land; in a fixed spatial order.
    """
    number = mosaic.parcel[:, period]
    shapes, labels = union_by(mosaic.faces, number)
    first = {int(n): mosaic.code[k, period] for k, n in reversed(list(enumerate(number)))}
    out, names = _one_part(shapes, np.arange(len(labels)), labels)
    codes = [str(first[int(name[2:].rstrip("abcdefgh"))]) for name in names]
    return pd.DataFrame({"id": names, "code": codes, "land": out})


def weak_parcels(mosaic: Mosaic, count: int) -> Mosaic:
    """Give parcels that are too thin in some period to a neighbour in all of them.

    Parameters
    ----------
    mosaic : Mosaic
    count : int
        Number of periods.

    Returns
    -------
    Mosaic
    """
    for period in range(count):
        layer = period_layer(mosaic, period)
        shapes = np.array(layer["land"])
        limit = np.where(layer["code"].isin(_NARROW), 1.0, 2.5)
        bad = shapes[(thickness(shapes) < limit) | (shapely.area(shapes) < 40)]
        if not len(bad):
            continue
        tree = shapely.STRtree(bad)
        hit = np.unique(tree.query(shapely.point_on_surface(mosaic.faces), predicate="intersects")[0])
        weak = np.zeros(len(mosaic.faces), bool)
        weak[hit] = True
        to = absorb(mosaic.faces, weak)
        mosaic = Mosaic(mosaic.faces, mosaic.parcel[to], mosaic.code[to], mosaic.commune)
    return mosaic


class Redrawing:
    """Corners that move by 0.1 to 0.4 m, as if some parcels had been digitised again.

    A corner moves in all its polygons, so that an exact coverage stays one.

    Parameters
    ----------
    still : shapely.Geometry
        No corner in here moves.
    """

    def __init__(self, still: shapely.Geometry) -> None:
        self._still = still
        self._to: dict[tuple[float, float], tuple[float, float]] = {}

    def choose(self, shapes: Shapes, outline: shapely.Polygon, share: float) -> None:
        """Choose the corners.

        Parameters
        ----------
        shapes : numpy.ndarray of shapely.Polygon
        outline : shapely.Polygon
            Its corners stay.
        share : float
            Share of the borders between two parcels to touch.
        """
        draw = rng("redraw")
        first, second, length = neighbours(shapes)
        thick = thickness(shapes)
        fits = np.flatnonzero((length > 12) & (thick[first] > 8) & (thick[second] > 8))
        # a moved corner bends about three borders
        chosen = draw.choice(fits, int(share * len(first) / _BENT), replace=False)
        corners = set()
        for k in np.sort(chosen):
            common = shapely.intersection(shapes[first[k]].boundary, shapes[second[k]].boundary)
            corners |= {tuple(xy) for xy in shapely.get_coordinates(common).tolist()}
        corners -= {tuple(xy) for xy in shapely.get_coordinates(outline).tolist()}
        points = np.array(sorted(corners))
        free = _apart(points, shapes) & ~shapely.intersects_xy(self._still, points)
        angle, reach = draw.uniform(0, 2 * np.pi, len(points)), draw.uniform(0.1, 0.39, len(points))
        moved = np.round(points + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None], 2)
        pairs = zip(points[free].tolist(), moved[free].tolist(), strict=True)
        self._to = {(a[0], a[1]): (b[0], b[1]) for a, b in pairs}

    def apply(self, shapes: Shapes) -> Shapes:
        """Move the chosen corners.

        Parameters
        ----------
        shapes : numpy.ndarray of shapely.Polygon

        Returns
        -------
        numpy.ndarray of shapely.Polygon
        """
        xy = shapely.get_coordinates(shapes)
        changed = np.array([self._to.get((x, y), (x, y)) for x, y in xy.tolist()])
        return np.asarray(shapely.normalize(shapely.set_coordinates(shapes.copy(), changed)))


def _apart(points: Floats, shapes: Shapes, least: float = 3.0) -> NDArray[np.bool_]:
    """Say which corners have no other corner or thin parcel nearby."""
    corners = shapely.points(np.unique(shapely.get_coordinates(shapes), axis=0))
    at = shapely.points(points)
    near = np.bincount(
        shapely.STRtree(corners).query(at, predicate="dwithin", distance=least)[0], minlength=len(points)
    )
    thin = shapes[thickness(shapes) < 2.0]
    slim = shapely.STRtree(thin).query(at, predicate="dwithin", distance=0.01)[0]
    ok = near == 1
    ok[slim] = False
    return ok
