"""Faces become parcels: each kind of land is divided in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .plane import rng
from .split import Piece, Style, divide

if TYPE_CHECKING:
    from collections.abc import Callable

    from .skeleton import Skeleton

__all__ = ["parcels"]

PLAIN = Style(1.9, 3.7, ((56, 5.0, "DGT"), (27, 3.4, "DTL")), slender=0.35, thin=17)
RIVERSIDE = Style(1.4, 3.4, ((30, 4.5, "DGT"),), sway=0.02, tilt=0.06, slender=0.5, thin=15)
ROLLING = Style(2.0, 6.5, ((44, 4.5, "DGT"),), sway=0.05, tilt=0.12, slender=0.2, thin=16)
SLOPE = Style(2.4, 7, ((90, 4.5, "DGT"),), sway=0.08, tilt=0.25, thin=30)
HILL = Style(7, 25, sway=0.11, tilt=0.22, thin=72)
FOREST = Style(16, 48, sway=0.14, tilt=0.5, thin=90)
VILLAGE = Style(
    0.23,
    0.6,
    ((12, 5.0, "DGT"), (3.6, 3.2, "DGT")),
    sway=0.02,
    tilt=0.09,
    slender=0.2,
    thin=9,
    rare=(0.04, 0.6, 1.2),
)
HAMLET = Style(
    0.24, 0.75, ((4.0, 3.5, "DGT"),), sway=0.04, tilt=0.2, slender=0.2, thin=10, rare=(0.04, 0.6, 1.2)
)
TOWN = Style(
    0.18, 0.46, ((8, 9.0, "DGT"), (2.4, 5.0, "DGT")), tilt=0.02, slender=0.3, thin=9, rare=(0.06, 0.7, 1.8)
)
INDUSTRY = Style(1.3, 4.6, ((16, 15.0, "DGT"),), tilt=0.0, slender=0.3, thin=30)
CLUSTER = Style(0.4, 1.5, ((6, 10.0, "DGT"),), tilt=0.0, slender=0.3, thin=14)
VACANT = Style(1.0, 3.2, tilt=0.01, slender=0.2, thin=18)
CAMPUS = Style(2.2, 8.5, ((34, 26.0, "DGT"), (13, 14.0, "DGT")), tilt=0.01, slender=0.2, thin=40)
VACANT_ZONES = ("CCN-11", "CCN-14")
BARRACKS = Style(22, 70, sway=0.03, tilt=0.1, thin=80)


def _open_style(land: Skeleton) -> Callable[[shapely.Polygon], Style]:
    def style_of(piece: shapely.Polygon) -> Style:
        xy = shapely.get_coordinates(piece.centroid)
        relief = float(land.terrain.relief(xy)[0])
        if relief > 0.62:
            return HILL
        if relief > 0.36:
            return SLOPE
        if relief > 0.14:
            return ROLLING
        return RIVERSIDE if land.terrain.to_river(xy)[0] < 320 else PLAIN

    return style_of


def _style(
    use: str, owner: str, land: Skeleton, village: dict[str, Style]
) -> Callable[[shapely.Polygon], Style]:
    """Return how a face of this use is divided."""
    if use == "open":
        return _open_style(land)
    fixed = {
        "industry": INDUSTRY if owner.startswith("KCN") else VACANT if owner in VACANT_ZONES else CLUSTER,
        "campus": CAMPUS,
        "CQP": BARRACKS,
        "RDD": FOREST,
        "village": village.get(owner, VILLAGE),
    }[use]
    return lambda _: fixed


def parcels(faces: pd.DataFrame, land: Skeleton) -> pd.DataFrame:
    """Divide every face.

    Parameters
    ----------
    faces : pandas.DataFrame
        From :func:`skeleton.coarse`.
    land : Skeleton

    Returns
    -------
    pandas.DataFrame
        Columns land, use (``DGT``, ``DTL``, ``open``, ``village``, ...), owner, commune, block (number
        of the face). Vertices are not rounded yet.
    """
    village = {v.name: TOWN if v.urban_from < 2099 else HAMLET if v.hilly else VILLAGE for v in land.villages}
    rows = []
    for block, face in enumerate(faces.itertuples(index=False)):
        if face.use in ("DGT", "DTL", "SON", "MNC", "school"):
            pieces = [Piece(face.land)]
        else:
            draw = rng("divide", *(round(v) for v in face.land.bounds))
            pieces = divide(face.land, _style(face.use, face.owner, land, village), draw)
        rows += [(p.land, p.use or face.use, face.owner, face.commune, block, bool(p.use)) for p in pieces]
    table = pd.DataFrame(rows, columns=["land", "use", "owner", "commune", "block", "strip"])
    return table.assign(area=shapely.area(np.array(table["land"])))
