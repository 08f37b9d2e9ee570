"""Text that stands on the map: numbers and names at points, codes of land within their areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely
from shapely import Point

from layers.crs import to_crs
from maps.printing.marks import half_of
from maps.printing.pen import FONT, INK, POINT_MM, pitch_mm, wide_mm
from maps.printing.room import Said, with_room

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
_PAD: Final = 0.25
_EDGE: Final = 1.1
_CODES_LAST: Final = 2.0
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
) -> int:
    """Write what layers say on the map, over what they draw, and nothing over another text.

    Numbers take their place before names, names of large land before those of small; codes of land come last.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its limits are the place that is printed, in metres of `crs`.
    layers : sequence of MapLayer
        The lowest first. ``sign`` is written at points or beside them, in a badge where the look has a
        fill, as on the screen; ``label`` into areas whose text has room in them on paper.
    crs : pyproj.CRS
        Projected.
    denominator : int
        Of the scale.
    opacity : dict of str to float, optional
        By layer id.
    divider : float, optional
        Easting between two periods.

    Returns
    -------
    int
        How many signs found no room; codes of areas that are too small for them don't count.
    """
    said: list[Said] = []
    metre = denominator / 1000  # of the ground to a millimetre of the paper
    for n, layer in enumerate(layers):
        half = half_of(axes, layer.side if divider is not None else None, divider or 0.0)
        how = {"alpha": (opacity or {}).get(layer.id, 1.0), "zorder": n + 1.5}
        if "sign" in layer.frame:
            said += _signs(layer, to_crs(layer.frame, crs), half, metre=metre, **how)
        if "label" in layer.frame and denominator <= _LEAST_SCALE:
            columns = ["label", layer.frame.geometry.name]
            said += _codes(to_crs(layer.frame[columns], crs), half, metre=metre, **how)
    placed, left = with_room(said)
    for one, (west, south, east, north) in placed:
        _write(axes, ((west + east) / 2, (south + north) / 2), one.text, **one.how)
    return len([one for one in left if one.movable])


def _signs(layer: MapLayer, frame: gpd.GeoDataFrame, half: Any, *, metre: float, **how: Any) -> list[Said]:
    said = frame["sign"].fillna("").astype(str)
    points = frame.geom_type == "Point"
    there = said.astype(bool) & points & frame.intersects(shapely.box(*half))
    looks = frame["look"].astype(int) if "look" in frame else said.map(lambda _: 0)
    lands = list(frame.geometry[~points])
    places = shapely.get_coordinates(list(frame.geometry[there]))
    out: list[Said] = []
    for text, (x, y), k in zip(said[there], places, looks[there], strict=True):
        look = layer.looks[k]
        edge = {"edgecolor": look.stroke, "linestyle": "--" if look.dash else "-", "linewidth": _EDGE}
        badge = {"facecolor": "#ffffff", "boxstyle": f"round,pad={_PAD}", "alpha": how["alpha"], **edge}
        face = {"color": INK, "fontweight": "bold", "bbox": badge} if look.fill else {"color": _MUTED}
        size = _size_of(text, _SIZE, metre, pad=_PAD if look.fill else 0.0, bold=bool(look.fill))
        # numbers in the order of the layer, names by the land that they lie in
        home = None if look.fill else _land_of(Point(x, y), lands)
        area = home.area if home is not None else 0.0
        rank = (0.0 if look.fill else 1.0, -how["zorder"], -area, float(len(out)))
        written = face | how | {"fontsize": _SIZE}
        out.append(Said(text, (float(x), float(y)), size, rank, half, home=home, how=written))
    return out


def _land_of(point: Point, lands: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Land of a layer that a name in it stands for."""
    own = [land for land in lands if land.contains(point)]
    return max(own, key=lambda land: float(land.area)) if own else None


def _codes(frame: gpd.GeoDataFrame, half: Any, *, metre: float, **how: Any) -> list[Said]:
    """Codes that lie within their own areas, the largest first."""
    named = frame[frame["label"].fillna("").astype(bool)]
    inside = named.iloc[named.sindex.query(shapely.box(*half), predicate="intersects")]
    inside = inside.assign(geometry=shapely.clip_by_rect(inside.geometry.to_numpy(), *half))
    areas = inside[inside.area > 0].explode(ignore_index=True)
    areas = areas.iloc[areas.area.argsort()[::-1][:_MOST_CODES]]
    face = {"fontsize": _CODE_SIZE, "color": INK, "bbox": _WHITE} | how
    out = []
    for text, area in zip(areas["label"], areas.geometry, strict=True):
        point = area.representative_point()
        wide, tall = _size_of(text, _CODE_SIZE, metre)
        box = shapely.box(point.x - wide / 2, point.y - tall / 2, point.x + wide / 2, point.y + tall / 2)
        if area.contains(box):
            rank = (_CODES_LAST, -how["zorder"], -area.area)
            out.append(Said(text, (point.x, point.y), (wide, tall), rank, half, movable=False, how=face))
    return out


def _size_of(
    text: str, size: float, metre: float, *, pad: float = 0.0, bold: bool = False
) -> tuple[float, float]:
    """Width and height on the ground of a line and of the badge round it."""
    rim = 2 * pad * size * POINT_MM + (_EDGE * POINT_MM if pad else 0.0)
    return (wide_mm(text, size, bold=bold) + rim) * metre, (pitch_mm(size) + rim) * metre


def _write(axes: Axes, at: tuple[float, float], text: str, **how: Any) -> None:
    centred: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "clip_on": True,
        "parse_math": False,
        "family": FONT,
    }
    x, y = at
    axes.text(x, y, text, **centred, **how)
