"""A coverage as numbered faces: who borders on whom, merging of weak faces, union by label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from .plane import GRID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["absorb", "faces_of", "neighbours", "union_by"]


def faces_of(lines: list[shapely.Geometry], outline: shapely.Polygon) -> Shapes:
    """Node lines on the centimetre grid and return the faces inside the outline.

    Parameters
    ----------
    lines : list of shapely.Geometry
        They must hold the outline's boundary.
    outline : shapely.Polygon

    Returns
    -------
    numpy.ndarray of shapely.Polygon
        An exact coverage of the outline.
    """
    noded = shapely.union_all(lines, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(outline)
    inside = shapely.contains(outline, shapely.point_on_surface(faces))
    return faces[inside]


def _segments(faces: Shapes) -> tuple[Floats, Ints]:
    """Return all boundary segments with a direction-free key (x1, y1, x2, y2), and their faces."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    a, b = xy[:-1][same], xy[1:][same]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a[swap], b[swap] = b[swap], a[swap].copy()
    return np.hstack([a, b]), owner[ring[:-1][same]]


def neighbours(faces: Shapes) -> tuple[Ints, Ints, Floats]:
    """Return pairs of faces with a common border.

    Parameters
    ----------
    faces : numpy.ndarray of shapely.Polygon
        An exact coverage.

    Returns
    -------
    first, second : numpy.ndarray
        Positions in the array, first < second.
    length : numpy.ndarray
        Length of the common border in metres.
    """
    key, face = _segments(faces)
    order = np.lexsort(key.T)
    key, face = key[order], face[order]
    twin = np.flatnonzero((key[1:] == key[:-1]).all(axis=1))
    pair = np.sort(np.column_stack([face[twin], face[twin + 1]]), axis=1)
    size = np.hypot(*(key[twin, 2:] - key[twin, :2]).T)
    code = pair[:, 0] * len(faces) + pair[:, 1]
    unique, place = np.unique(code, return_inverse=True)
    return unique // len(faces), unique % len(faces), np.bincount(place, size, len(unique))


def absorb(faces: Shapes, weak: NDArray[np.bool_], likes: Floats | None = None) -> Ints:
    """Give each weak face to the neighbour it shares most border with.

    Parameters
    ----------
    faces : numpy.ndarray of shapely.Polygon
        An exact coverage.
    weak : numpy.ndarray of bool
    likes : numpy.ndarray, optional
        Factor on the common border, one a face: how willing a face is to take another.

    Returns
    -------
    numpy.ndarray
        Label of each face: the position of the face that takes it, its own position otherwise.
    """
    first, second, length = neighbours(faces)
    to: list[list[tuple[float, int]]] = [[] for _ in faces]
    for a, b, size in zip(first.tolist(), second.tolist(), length.tolist(), strict=True):
        to[a].append((size * (likes[b] if likes is not None else 1.0), b))
        to[b].append((size * (likes[a] if likes is not None else 1.0), a))
    label = np.arange(len(faces))
    for face in np.flatnonzero(weak)[np.argsort(shapely.area(faces[weak]), kind="stable")]:
        strong = [(size, other) for size, other in to[face] if not weak[other]]
        choice = max(strong or to[face], default=(0.0, int(face)))
        label[face] = choice[1]
    return _roots(label)


def _roots(label: Ints) -> Ints:
    """Follow labels to faces that keep themselves; a ring of weak faces keeps its least member."""
    label = label.copy()
    for start in range(len(label)):
        seen = [start]
        while label[seen[-1]] not in seen:
            seen.append(int(label[seen[-1]]))
        label[seen] = label[seen[-1]] if label[seen[-1]] == seen[-1] else min(seen)
    return label


def union_by(faces: Shapes, label: Ints) -> tuple[Shapes, Ints]:
    """Unite the faces of each label.

    Parameters
    ----------
    faces : numpy.ndarray of shapely.Polygon
    label : numpy.ndarray

    Returns
    -------
    shapes : numpy.ndarray of shapely.Geometry
        With every vertex of the faces, in canonical order of rings and vertices.
    labels : numpy.ndarray
        Label of each shape, ascending.
    """
    order = np.argsort(label, kind="stable")
    labels, start = np.unique(label[order], return_index=True)
    groups = np.split(faces[order], start[1:])
    united = [group[0] if len(group) == 1 else shapely.coverage_union_all(group) for group in groups]
    return shapely.normalize(np.array(united, dtype=object)), labels
