"""Text that stands on the map: numbers and names at points, codes of land within their areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from layers.crs import to_crs
from maps.printing.marks import half_of
from maps.printing.pen import FONT, INK, pitch_mm, wide_mm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from maps.canvas import MapLayer

__all__ = ["draw_signs"]

_SIZE: Final = 6.5
_CODE_SIZE: Final = 5.0
_MUTED: Final = "#475569"
_WHITE: Final = {"facecolor": (1.0, 1.0, 1.0, 0.72), "edgecolor": "none", "boxstyle": "square,pad=0.06"}
#: names of codes stand on the screen from zoom 14 on, which shows about as much as this
_LEAST_SCALE: Final = 50_000
_MOST_CODES: Final = 1_500


def draw_signs(
    axes: Axes,
    layers: Sequence[MapLayer],
    crs: CRS,
    *,
    denominator: int,
    opacity: dict[str, float] | None = None,
    divider: float | None = None,
) -> None:
    """Write what layers say on the map, over what they draw.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its limits are the place that is printed, in metres of `crs`.
    layers : sequence of MapLayer
        The lowest first. ``sign`` is written at points, in a badge where the look has a fill, as on the
        screen; ``label`` into areas whose text has room in them on paper.
    crs : pyproj.CRS
        Projected.
    denominator : int
        Of the scale.
    opacity : dict of str to float, optional
        By layer id.
    divider : float, optional
        Easting between two periods.
    """
    for n, layer in enumerate(layers):
        half = half_of(axes, layer.side if divider is not None else None, divider or 0.0)
        how = {"alpha": (opacity or {}).get(layer.id, 1.0), "zorder": n + 1.5}
        if "sign" in layer.frame:
            _write_signs(axes, layer, to_crs(layer.frame, crs), half, **how)
        if "label" in layer.frame and denominator <= _LEAST_SCALE:
            columns = ["label", layer.frame.geometry.name]
            _write_codes(axes, to_crs(layer.frame[columns], crs), half, denominator=denominator, **how)


def _write_signs(axes: Axes, layer: MapLayer, frame: gpd.GeoDataFrame, half: Any, **how: Any) -> None:
    said = frame["sign"].fillna("").astype(str)
    there = said.astype(bool) & (frame.geom_type == "Point") & frame.intersects(shapely.box(*half))
    looks = frame["look"].astype(int) if "look" in frame else said.map(lambda _: 0)
    for text, point, k in zip(said[there], frame.geometry[there], looks[there], strict=True):
        look = layer.looks[k]
        edge = {"edgecolor": look.stroke, "linestyle": "--" if look.dash else "-", "linewidth": 1.1}
        badge = {"facecolor": "#ffffff", "boxstyle": "round,pad=0.25", "alpha": how["alpha"], **edge}
        face = {"color": INK, "fontweight": "bold", "bbox": badge} if look.fill else {"color": _MUTED}
        _write(axes, point, text, fontsize=_SIZE, **face, **how)


def _write_codes(axes: Axes, frame: gpd.GeoDataFrame, half: Any, *, denominator: int, **how: Any) -> None:
    """Write codes that lie within their own areas, the largest first."""
    named = frame[frame["label"].fillna("").astype(bool)]
    inside = named.iloc[named.sindex.query(shapely.box(*half), predicate="intersects")]
    inside = inside.assign(geometry=shapely.clip_by_rect(inside.geometry.to_numpy(), *half))
    areas = inside[inside.area > 0].explode(ignore_index=True)
    areas = areas.iloc[areas.area.argsort()[::-1][:_MOST_CODES]]
    metre = denominator / 1000  # of the ground to a millimetre of the paper
    up = pitch_mm(_CODE_SIZE) * metre / 2
    for text, area in zip(areas["label"], areas.geometry, strict=True):
        point, aside = area.representative_point(), wide_mm(text, _CODE_SIZE) * metre / 2
        if area.contains(shapely.box(point.x - aside, point.y - up, point.x + aside, point.y + up)):
            _write(axes, point, text, fontsize=_CODE_SIZE, color=INK, bbox=_WHITE, **how)


def _write(axes: Axes, at: BaseGeometry, text: str, **how: Any) -> None:
    centred: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "clip_on": True,
        "parse_math": False,
        "family": FONT,
    }
    (x,), (y,) = at.coords.xy
    axes.text(x, y, text, **centred, **how)
