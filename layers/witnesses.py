"""Which layers of a workspace the place of another may be held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.store import Workspace

__all__ = ["known_layers"]

#: kinds whose edges are drawn with care, the most trusted first
_TRUSTED: Final = (
    "admin_unit",
    "urban_boundary",
    "land_use",
    "industrial_park",
    "industrial_cluster",
    "road",
)
_MOST: Final = 4


def known_layers(base: Workspace, *, but: str = "") -> list[gpd.GeoDataFrame]:
    """Choose layers of a workspace to hold the place of another against: boundaries first.

    Parameters
    ----------
    base : Workspace
    but : str
        Layer that is no witness: an earlier version of the one in question.

    Returns
    -------
    list of geopandas.GeoDataFrame
    """
    trusted = [v for v in base.layers() if v.kind_name in _TRUSTED and v.layer != but]
    trusted.sort(key=lambda v: (_TRUSTED.index(v.kind_name), -(v.period.last if v.period else 0)))
    return [base.load(v.layer).frame for v in trusted[:_MOST]]
