"""What lies at a point: the features of layers, named without reading the layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.errors import GeometryError
from layers.window import features_in
from maps.sight import MOST_FEATURES
from maps.tables import land_name, layer_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from layers import Version, Workspace
    from layers.coordinates import Coordinates
    from maps.words import Words

    _Row = tuple[int, str, float, BaseGeometry | None]

__all__ = ["Found", "found_at", "told"]


@dataclass(frozen=True)
class Found:
    """A feature at a point.

    Parameters
    ----------
    entry : Version
        Of the layer it belongs to.
    label : str
        Its identity in the layer.
    area_m2 : float
        0 for lines and points.
    facts : dict
        Its columns.
    shape : shapely geometry or None
        In the system of the workspace.
    """

    entry: Version
    label: str
    area_m2: float
    facts: dict[str, Any]
    shape: BaseGeometry | None = None


def found_at(
    base: Workspace, entries: Sequence[Version], *, x: float, y: float, reach_m: float = 20.0
) -> list[Found]:
    """Find the features at a point.

    Parameters
    ----------
    base : Workspace
    entries : sequence of Version
        Layers to look into.
    x, y : float
        In the system of the workspace.
    reach_m : float
        How near a line or a point has to lie.

    Returns
    -------
    list of Found
        In the order of the layers; areas that hold the point or touch it, lines and points within reach,
        the nearest first.

    Raises
    ------
    StoreError
        As :meth:`Workspace.load`.
    """
    out = []
    for entry in entries:
        for row, label, area, shape in _rows(base, entry, (x, y), reach_m):
            table: pd.DataFrame = base.facts(entry.layer, entry.version, row)
            facts = {str(name): table[name].iloc[0] for name in table.columns}
            out.append(Found(entry, label, area, facts, shape))
    return out


def told(found: Found, words: Words) -> list[tuple[str, str]]:
    """Say what a feature is.

    Parameters
    ----------
    found : Found
    words : Words

    Returns
    -------
    list of (str, str)
        What and value, in words: layer, name, code and what it means, area, period, decision.
    """
    entry, facts = found.entry, {k: v for k, v in found.facts.items() if _said(v)}
    code = str(facts.get("code", ""))
    rows = [
        (words("column.layer"), layer_title(entry, words)),
        (words("identify.name"), str(facts.get("name", ""))),
        (words("identify.code"), f"{code} {land_name(code, words)}".strip()),
        (words("column.area_ha"), words.number(found.area_m2 / 10_000, 2) if found.area_m2 else ""),
        (
            words("about.period"),
            f"{entry.period} · {words('stage.' + entry.period.stage)}" if entry.period else "",
        ),
        (words("about.decision"), str(facts.get("decision") or entry.provenance.decision)),
        (words("run.warning"), words("made.label") if entry.provenance.made else ""),
    ]
    return [row for row in rows if row[1]]


def _said(value: object) -> bool:
    return value is not None and value == value and str(value) != ""  # noqa: PLR0124 - NaN differs from itself


def _rows(base: Workspace, entry: Version, at: tuple[float, float], reach_m: float) -> list[_Row]:
    """Position, label, area and shape of what lies there."""
    if entry.rows > MOST_FEATURES:
        try:
            source = base.coordinates(entry.layer, entry.version)
        except GeometryError:
            source = None
        if source is not None and len(source.ring) > 1:
            return _held(source, at)
    frame = base.load(entry.layer, entry.version).frame
    point = shapely.Point(*at)
    geometry = frame.geometry.to_numpy()
    far = np.where(shapely.get_dimensions(geometry) == 2, 0.0, reach_m)  # noqa: PLR2004 - areas
    away = shapely.distance(geometry, point)
    near = np.flatnonzero(away <= far)
    near = near[np.argsort(away[near], kind="stable")]
    rows: list[int] = near.tolist()
    return [(i, str(frame.index[i]), float(geometry[i].area), geometry[i]) for i in rows]


def _held(source: Coordinates, at: tuple[float, float]) -> list[_Row]:
    x, y = at
    box = np.asarray(source.bounds)
    near = np.flatnonzero((box[:, 0] <= x) & (box[:, 2] >= x) & (box[:, 1] <= y) & (box[:, 3] >= y))
    held = [int(f) for f in near if _inside(source, int(f), x, y)]
    rows = [int(source.row[f]) for f in held]
    labels = source.labels.take(rows).tolist()
    areas = [float(source.area_m2[f]) for f in held]
    around = features_in(source, (x, y, x, y)) if held else None
    shapes = [None if around is None else around.geometry.get(label) for label in labels]
    names = [str(label) for label in labels]
    return list(zip(rows, names, areas, shapes, strict=True))


def _inside(source: Coordinates, feature: int, x: float, y: float) -> bool:
    """Whether a ray to the east crosses an odd number of edges, or the point lies on one."""
    crossed = 0
    for r in range(source.feature[feature], source.feature[feature + 1]):
        ring = np.asarray(source.xy[source.ring[r] : source.ring[r + 1]])
        (ax, ay), (bx, by) = ring[:-1].T, ring[1:].T
        side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        within = (np.minimum(ax, bx) <= x) & (x <= np.maximum(ax, bx))
        within &= (np.minimum(ay, by) <= y) & (y <= np.maximum(ay, by))
        if bool(((side == 0) & within).any()):
            return True
        up = (ay <= y) & (by > y)
        down = (by <= y) & (ay > y)
        crossed += int((up & (side > 0)).sum()) + int((down & (side < 0)).sum())
    return crossed % 2 == 1
